"""The loop: the same twice, the same after an interrupt, said when it diverges; optimisers."""

import copy
import signal
from functools import partial

import numpy as np
import pytest

from bn_lib.data import mnist
from bn_lib.data.mnist import Bits
from bn_lib.network import (
    BatchNorm,
    Linear,
    Sigmoid,
    Tanh,
    dense,
    forward,
    learned,
    squared_error,
    undo,
)
from bn_lib.training import SGD, Adam, Diverged, Training
from tests.unit.small_training import Number, blobs, generator, state, training

PROBES = {"gamma": lambda network: network[1].gamma, "W": lambda network: network[0].W.std()}


def test_training_learns():
    one = training().run(200)
    x, labels = blobs()
    assert np.mean(forward(one.network, x, training=False).argmax(1) == labels) > 0.95
    assert np.mean(one.losses[-20:]) < 0.2 * one.losses[0]


def test_the_same_seeds_give_the_same_training():
    assert state(training(probes=PROBES).run(50)) == state(training(probes=PROBES).run(50))
    other = Training(training().network, *blobs(), SGD(0.3, 0.9), generator(2), 32).run(50)
    assert other.losses != training().run(50).losses


@pytest.mark.parametrize("optimizer", [partial(SGD, 0.3), partial(SGD, 0.3, 0.9), Adam])
def test_stopped_and_continued_is_the_same_to_the_last_bit(optimizer):
    whole = training(optimizer(), probes=PROBES, every=5).run(60)
    parts = training(optimizer(), probes=PROBES, every=5)
    for step in parts.up_to(60):
        if step >= 15:
            break
    parts.run(23)
    parts.run(23)  # nothing left to do
    for _ in parts.up_to(60, seconds=0):
        pass
    assert state(parts) == state(whole)


class InterruptsAt:
    """A layer that sends the interrupt of Ctrl-C in the middle of a pass."""

    def __init__(self, when):
        self.when, self.passes = when, 0

    def forward(self, x):
        self.passes += 1
        if self.passes == self.when:
            signal.raise_signal(signal.SIGINT)
        return x

    def backward(self, dy):
        return dy


@pytest.fixture
def ctrl_c():
    """Ctrl-C as Python takes it, also where a shell has switched it off for the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_an_interrupt_waits_for_the_end_of_the_step():
    network = dense([6, 8, 8, 3], Sigmoid, generator(), BatchNorm)
    whole = training(network=[InterruptsAt(0), *copy.deepcopy(network)]).run(40)
    parts = training(network=[InterruptsAt(18), *network])
    with pytest.raises(KeyboardInterrupt):
        parts.run(40)
    assert parts.step == 18
    assert len(parts.record["step"]) == 19
    assert state(parts.run(40)) == state(whole)


def test_an_error_in_a_learners_layer_leaves_the_training_as_it_was():
    class Strict(InterruptsAt):
        def forward(self, x):
            self.passes += 1
            if self.passes == self.when:
                raise ValueError("mine")
            return x

    network = dense([6, 8, 8, 3], Sigmoid, generator(), BatchNorm)
    whole = training(network=[*copy.deepcopy(network), Strict(0)]).run(20)
    parts = training(network=[*network, Strict(9)])
    with pytest.raises(ValueError, match="mine"):
        parts.run(20)
    assert state(parts.run(20)) == state(whole)


def test_each_epoch_shows_each_example_once():
    seen = []

    class Watched:
        def __len__(self):
            return len(x)

        def __getitem__(self, key):
            seen.extend(key)
            return x[key]

    x, labels = blobs(200)
    network = dense([6, 3], None, generator())
    Training(network, Watched(), labels, SGD(0.1), generator(), 50).run(8)
    assert sorted(seen[:200]) == sorted(seen[200:]) == list(range(200))
    assert seen[:200] != seen[200:]


def test_it_records_at_the_start_and_after_every_k_steps():
    one = training(probes=PROBES, every=10)
    assert [*one.up_to(25)] == [0, 10, 20, 25]
    assert [*one.up_to(40)] == [30, 40]
    np.testing.assert_array_equal(one.record["step"], [0, 10, 20, 30, 40])
    gamma = one.record["gamma"]
    assert gamma.shape == (5, 8)
    assert np.all(gamma[0] == 1)  # a copy, not what it has become
    np.testing.assert_array_equal(gamma[-1], one.network[1].gamma)
    assert len(one.losses) == 40


def test_it_yields_when_the_time_is_over():
    assert [*training(every=1000).up_to(3)] == [0, 3]
    assert [*training(every=1000).up_to(3, seconds=-1)] == [0, 1, 2, 3]


def test_all_examples_are_taken_from_what_keeps_them_packed():
    d = mnist()
    network = dense([784, 10], None, generator())
    Training(network, Bits(d.x.packed[:50]), d.labels[:50], SGD(0.1)).run(1)
    assert network[0].dW.any()


def test_without_biases_before_batch_norm_training_is_the_same():
    x = generator().normal(size=(200, 6))
    labels = x[:, :3].argmax(axis=1)
    with_bias, without = (
        Training(
            dense([6, 8, 7, 3], Tanh, generator(2), BatchNorm, bias=bias),
            x, labels, SGD(1.0), generator(3), batch=20,
        ).run(100)
        for bias in (True, False)
    )  # fmt: skip
    np.testing.assert_allclose(without.losses, with_bias.losses, rtol=1e-10)
    assert with_bias.losses[-1] < 0.5 * with_bias.losses[0]
    named = [name for _, name in learned(without.network)]
    assert named == ["W", "gamma", "beta", "W", "gamma", "beta", "W", "b"]


def test_frozen_parameters_stay():
    network = dense([6, 8, 3], Tanh, generator(), partial(BatchNorm, frozen=("gamma",)))
    network[0].frozen = ("W",)
    before = copy.deepcopy(network)
    training(network=network).run(20)
    stays = {(0, "W"), (1, "gamma")}
    for layer, name in [(0, "W"), (1, "gamma"), (1, "beta"), (3, "W")]:
        moved = np.abs(getattr(network[layer], name) - getattr(before[layer], name)).max()
        assert (moved == 0) == ((layer, name) in stays)


@pytest.mark.parametrize("frozen", [("gama",), ("gamma"), ("gamma", "W")])
def test_freezing_what_a_layer_does_not_have_is_refused(frozen):
    network = dense([6, 8, 3], Tanh, generator(), partial(BatchNorm, frozen=frozen))
    with pytest.raises(ValueError, match=r"frozen is .*gam?ma.* in a BatchNorm.*'gamma', 'beta'"):
        training(network=network).run(20)


class Series:
    """What a pandas Series does: [positions] are taken for labels, np.asarray for the values."""

    def __init__(self, values, index):
        self.values, self.index = np.asarray(values), list(index)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, labels):
        return self.values[[self.index.index(label) for label in labels]]

    def __array__(self, dtype=None, copy=None):
        return self.values


def test_a_shuffled_series_is_taken_by_position():
    x, labels = blobs()
    order = generator(3).permutation(len(x))
    runs = []
    for target in (labels[order], Series(labels[order], order), labels[order].tolist()):
        network = dense([6, 8, 3], Tanh, generator())
        runs.append(Training(network, x[order], target, SGD(0.3), generator(1), 32).run(20).losses)
    assert runs[0] == runs[1] == runs[2]


def test_examples_that_fill_no_whole_batch_rest():
    seen = []

    def loss(y, target):
        seen.append(len(target))
        return squared_error(y, target)

    zero = np.zeros((10, 1))
    Training([Number(1.0)], zero, zero, SGD(0.1), generator(), 4, loss=loss).run(6)
    assert seen == [4] * 6


# ---------------------------------------------------------------- what must not be silent


def test_losses_may_be_kept_in_view_while_training_goes_on():
    one, whole = training(), training().run(25)
    one.run(5)
    views = np.asarray(one.losses), one.losses
    one.run(25)
    assert state(one) == state(whole)
    assert len(views[0]) == 5
    assert isinstance(one.losses[0], float)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_an_infinite_loss_is_divergence(value):
    zero = np.zeros((1, 1))
    one = Training([Number(1.0)], zero, zero, SGD(0.1), loss=lambda y, target: (value, y))
    with pytest.raises(Diverged, match=f"the loss of step 0 is {value}"):
        one.run(1)
    assert one.step == 0


@pytest.mark.usefixtures("ctrl_c")
def test_an_interrupt_does_not_wait_for_the_next_record():
    network = [InterruptsAt(3), *dense([6, 8, 3], Sigmoid, generator())]
    one = training(network=network, every=50)
    with pytest.raises(KeyboardInterrupt):
        one.run(200)
    assert one.step == 3


def test_a_probe_of_changing_shape_costs_no_other_probe():
    sizes = iter(range(10))
    one = training(probes=PROBES | {"grows": lambda network: np.zeros(next(sizes))}, every=10)
    record = one.run(30).record
    assert record["gamma"].shape == (4, 8)
    assert [len(value) for value in record["grows"]] == [0, 1, 2, 3]


def test_divergence_says_where_it_began():
    network = dense([6, 8, 8, 3], None, generator())
    one = training(SGD(1e3), network, probes=PROBES | {"gamma": lambda network: 1}, every=1)
    with pytest.raises(Diverged, match=r"step \d+|\d+ steps") as caught:
        one.run(200)
    assert "layer" in str(caught.value)
    assert len(one.record["step"]) == one.step + 1 <= 200
    with pytest.raises(Diverged):
        one.run(200)


def test_the_first_layer_with_a_wrong_value_is_named():
    class Breaks:
        def forward(self, x):
            return x / np.zeros(1)

        def backward(self, dy):
            return dy

    network = dense([6, 8, 3], Tanh, generator())
    network.insert(2, Breaks())
    one = training(network=network)
    with (
        np.errstate(divide="ignore"),
        pytest.raises(Diverged, match=r"step 0 is nan: layer 2 \(Breaks\) is the first"),
    ):
        one.run(1)


def test_parameters_that_break_in_the_last_step_are_seen():
    class Explodes(Number):
        def backward(self, dy):
            self.da = np.inf
            return 0 * dy

    zero = np.zeros((1, 1))
    exploded = Training([Explodes(1.0)], zero, zero, SGD(0.1), loss=squared_error)
    for _ in range(2):  # it is said again to who goes on
        with pytest.raises(Diverged, match=r"after 1 steps a of layer 0 \(Explodes\)"):
            exploded.run(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(batch=0), "batch is 0"),
        (dict(batch=10.0), "a whole number"),
        (dict(batch=999), "expected 1 to 240"),
        (dict(batch=9, rng=None), "default_rng"),
        (dict(every=0), "every is 0"),
        (dict(every=1.5), "every is 1.5"),
        (dict(probes={"step": len}), "give it another name"),
        (dict(target=np.zeros(3)), "target 3"),
    ],
)
def test_wrong_settings_are_refused(options, message):
    x, labels = blobs()
    settings = dict(target=labels, optimizer=SGD(1), rng=generator(), batch=10) | options
    with pytest.raises((ValueError, TypeError), match=message):
        Training([Linear(6, 3, generator())], x, **settings)


# ---------------------------------------------------------------- what is known to be true


@pytest.mark.parametrize("rate", [0.05, 0.3, 0.9])
def test_gamma_and_beta_go_straight_to_the_undo_parameters(rate):
    """Loss = mean (γĤ + β - H)²: a round bowl, a step leaves |1 - 2 rate| of the way."""
    h = generator().normal(3, 2, (512, 1))
    norm = BatchNorm(1, gamma=-2, beta=6, eps=0)
    probes = {"at": lambda network: (network[0].gamma[0], network[0].beta[0])}
    one = Training([norm], h, h, SGD(rate), loss=squared_error, probes=probes)
    way = one.run(12).record["at"] - [h.std(), h.mean()]
    np.testing.assert_allclose(way[1:], (1 - 2 * rate) * way[:-1], atol=1e-12)


def test_a_rate_of_one_does_not_converge():
    h = generator().normal(3, 2, (512, 1))
    one = Training([BatchNorm(1, eps=0)], h, h, SGD(1.01), loss=squared_error).run(20)
    assert one.losses[-1] > one.losses[0]


@pytest.mark.parametrize("a", [0.1, 10])
def test_weights_times_a_and_rate_times_a_squared_give_the_same_losses(a):
    curves = []
    for scale in (1, a):
        norm = partial(BatchNorm, eps=0, frozen=("gamma", "beta"))
        network = dense([6, 8, 8, 3], Tanh, generator(), norm)
        for layer in network[:-1:3]:
            layer.W *= scale
        network[-1].frozen = ("W", "b")
        curves.append(training(SGD(0.5 * scale**2), network).run(60).losses)
    np.testing.assert_allclose(*curves, rtol=1e-9)
    assert curves[0][-1] < 0.8 * curves[0][0]


def test_two_networks_of_one_function_have_different_fates():
    """FACTS 0: the same function, weights and batches; γ = σ and β = μ at the start, learned."""
    x, labels = blobs(400, inputs=10, classes=4)
    sizes = [10, 30, 30, 30, 30, 30, 4]
    raw, undone = (dense(sizes, Sigmoid, generator(), norm) for norm in (None, BatchNorm))
    undo(undone, x)
    np.testing.assert_allclose(forward(undone, x), forward(raw, x), atol=1e-12)
    losses = []
    for network in (raw, undone):
        one = Training(network, x, labels, SGD(0.5), generator(1), 50).run(300)
        losses.append(np.mean(one.losses[-20:]))
    assert losses[0] > 1.3 > 0.3 > losses[1]

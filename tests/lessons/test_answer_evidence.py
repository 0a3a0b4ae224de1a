"""Evidence for notebook 00: the two answers, and the puzzle of one function and two fates.

Ten seeds are in the records; a part of each record is computed again here.
"""

import numpy as np
import pytest

from bn_lib.data import digits, puzzle, rate_map, two_humped
from bn_lib.network import BatchNorm, ReLU, Sigmoid, forward
from bn_lib.normalization import (
    batch_norm,
    batch_norm_backward,
    normalize,
    undo_parameters,
)
from bn_lib.training import SGD, Adam, Diverged, Training
from tools.records.puzzle import evaluate, good_start, make_network, watch

FAINT, EXPLODING = puzzle("faint"), puzzle("exploding")
CHANCE = 0.2  # one digit in ten, with room for a class that is seen more often


def hopeless(accuracies):
    """Whether all are at chance, or have left the numbers."""
    return not np.any(accuracies > CHANCE)


def train(kind, seed, activation=Sigmoid, scale=1, rate=0.5, optimizer=None, steps=300):
    """The accuracy of one network after its training, now; 0 if it diverges."""
    return end(make_network(kind, activation, scale, seed), seed, optimizer or SGD(rate), steps)


def end(network, seed, optimizer, steps=300):
    d = digits()
    rng = np.random.default_rng(seed + 100)
    job = Training(network, d.x, d.labels, optimizer, rng, batch=64)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            job.run(steps)
    except Diverged:
        return 0
    return evaluate(network) / len(d.test_x)


# ---------------------------------------------------------------- one knob brings all back


def test_two_numbers_bring_all_256_back():
    for seed in range(5):
        H = two_humped(256, np.random.default_rng(seed))
        gamma, beta = undo_parameters(H)
        assert np.abs(gamma * normalize(H) + beta - H).max() < 1e-12
        off = np.sqrt(np.mean((normalize(H) - H) ** 2)) / H.std()
        assert off > 1.5  # γ = 1, β = 0: the start of the figure
        assert np.sum(np.abs(1.1 * gamma * normalize(H) + beta - H) < 1e-9) < 3


# ---------------------------------------------------------------- one function, two fates


@pytest.mark.parametrize(("activation", "scale"), [(Sigmoid, 1), (Sigmoid, 3), (ReLU, 3)])
def test_at_step_0_undone_networks_compute_what_the_one_without_batch_norm_does(activation, scale):
    x = digits().x[:64]
    for seed in range(3):
        plain, starts, frozen, normalized = (
            forward(make_network(kind, activation, scale, seed), x)
            for kind in ("no batch norm", "starts undone", "frozen undone", "batch norm")
        )
        for undone in (starts, frozen):
            np.testing.assert_allclose(undone, plain, rtol=1e-9, atol=1e-12)
        assert np.abs(normalized - plain).max() > 0.1  # the control
        assert np.ptp(plain, axis=0).max() > 1e-4  # and no two images are all the same to it


def test_faint_signals_on_ten_seeds():
    faint = FAINT.after(300)
    assert len(faint["batch norm"]) == 10
    for name in ("no batch norm", "frozen undone"):
        assert hopeless(faint[name])
    for name in ("batch norm", "only normalized", "starts undone"):
        assert faint[name].min() > 0.94


@pytest.mark.parametrize("seed", range(2))
def test_faint_signals_computed_now(seed):
    assert train("no batch norm", seed) < CHANCE
    assert train("frozen undone", seed) < CHANCE
    assert train("starts undone", seed) > 0.94
    assert train("batch norm", seed) > 0.96


def test_exploding_signals_on_ten_seeds():
    exploding = EXPLODING.after(300)
    assert hopeless(exploding["no batch norm"])
    assert np.isnan(exploding["no batch norm"]).sum() >= 7  # these have left the numbers
    frozen, starts, norm = (
        exploding[name] for name in ("frozen undone", "starts undone", "batch norm")
    )
    assert frozen.min() > 0.75
    assert norm.min() > 0.9
    assert abs(frozen.mean() - norm.mean()) < 0.03  # about as good
    assert np.sum(frozen > starts) >= 8
    assert frozen.mean() > starts.mean() + 0.05
    assert np.ptp(starts) > 0.2  # a matter of luck


def test_exploding_signals_computed_now():
    assert train("no batch norm", 1, ReLU, 3, 0.1) < CHANCE
    assert train("frozen undone", 1, ReLU, 3, 0.1) > 0.75


def test_exploding_signals_after_1000_steps():
    """Learning γ and β costs time there, and not the end."""
    late = EXPLODING.after(1000)
    frozen, starts = late["frozen undone"].mean(), late["starts undone"].mean()
    assert min(frozen, starts) > 0.9
    assert abs(frozen - starts) < 0.04


def test_what_freezing_does_there_is_a_matter_of_the_rate():
    """At 0.003 nothing, at 1 it is the whole difference."""
    for seed in range(2):
        small, large = (
            [train(kind, seed, ReLU, 3, rate) for kind in ("starts undone", "frozen undone")]
            for rate in (0.003, 1)
        )
        assert min(small) > 0.9
        assert large[0] < 0.3 < 0.8 < large[1]


# ---------------------------------------------------------------- slow, and stuck


def test_without_batch_norm_it_is_slow_and_frozen_it_is_stuck():
    """The opposites that look alike at 300 steps: ten seeds, by the budget."""
    slow = FAINT.late["no batch norm"]
    for step in (300, 1000):
        assert hopeless(FAINT.after(step)["no batch norm"])
        assert hopeless(FAINT.after(step)["frozen undone"])
    assert slow[3000][0].mean() > 0.5
    assert slow[10_000][0].min() > 0.9
    # The last layer's signal has begun to wake up in the one, and in the other it is what it was.
    start = FAINT.sizes(0)["frozen undone"][:, -1]
    assert np.all(FAINT.sizes(1000)["no batch norm"][:, -1] > 1.3 * start)
    assert np.all(slow[10_000][1][:, -1] > 30 * start)
    assert np.all(FAINT.sizes(1000)["frozen undone"][:, -1] < 1.2 * start)


def test_adam_wakes_the_one_and_not_the_other():
    for seed in range(2):
        assert train("no batch norm", seed, optimizer=Adam(0.01)) > 0.85
        assert train("frozen undone", seed, optimizer=Adam(0.01)) < CHANCE


def test_a_frozen_undone_layer_is_worse_than_none_where_none_would_do():
    """Sigmoid ×3."""
    for seed in range(2):
        assert train("no batch norm", seed, scale=3) > 0.85
        assert train("frozen undone", seed, scale=3) < 0.5


# ---------------------------------------------------------------- the record


@pytest.mark.parametrize(
    ("setting", "name", "steps"),
    [("faint", "starts undone", (0, 5, 50)), ("exploding", "no batch norm", (0, 1, 2))],
)
def test_a_part_of_the_record_comes_out_again(setting, name, steps):
    """BLAS kernels differ, so the last digits and a few images may."""
    found, kept = watch(name, setting, 1, steps), puzzle(setting)
    places = np.searchsorted(kept.steps, steps)
    np.testing.assert_allclose(found[:, 1:], kept.spread[name][1, places], rtol=0.02)
    np.testing.assert_allclose(found[:, 0] / 397, kept.accuracy[name][1, places], atol=0.03)


# ---------------------------------------------------------------- notebook 05, what is not settled


def first_relus(seed, learns):
    """After 20 steps in *exploding*: by how many units the signal after the first relus is carried
    (the participation ratio of their variances), and the share of relus that do not bend."""
    d, network = digits(), make_network("starts undone", ReLU, 3, seed)
    for norm in network:
        if isinstance(norm, BatchNorm):
            norm.frozen = tuple({"gamma", "beta"} - {*learns})
    Training(network, d.x, d.labels, SGD(0.1), np.random.default_rng(seed + 100), 64).run(20)
    h = forward(network[:3], d.x[:256])
    on, var = np.mean(h > 0, axis=0), h.var(axis=0)
    return var.sum() ** 2 / np.sum(var**2), np.mean((on < 0.02) | (on > 0.98))


@pytest.mark.parametrize("seed", range(4))
def test_learned_gammas_leave_the_signal_to_a_few_units_and_learned_betas_straighten_relus(seed):
    units, straight = first_relus(seed, [])
    assert units > 18
    assert straight < 0.4
    assert first_relus(seed, ["gamma"])[0] < 0.6 * units
    assert first_relus(seed, ["beta"])[1] > 0.9


# ---------------------------------------------------------------- notebook 12


@pytest.mark.parametrize("seed", range(4))
def test_what_explodes_is_far_from_overflowing_until_it_takes_steps(seed):
    d, network = digits(), make_network("no batch norm", ReLU, 3, seed)
    assert 1e3 < np.abs(forward(network, d.x[:64])).max() < 1e5
    job = Training(network, d.x, d.labels, SGD(0.1), np.random.default_rng(seed + 100), batch=64)
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(Diverged):
        job.run(10)
    assert job.losses[1] > 1e3 * job.losses[0]
    assert train("no batch norm", seed, ReLU, 3, rate=0.001) > 0.4


def test_plain_gradient_descent_wakes_the_faint_network_at_no_rate():
    assert hopeless(rate_map().good_start["faint"]["no batch norm"])
    for rate in (10, 30):
        assert train("no batch norm", 0, rate=rate) < CHANCE


def test_at_small_rates_now_batch_norm_is_ahead_and_now_the_good_start():
    rates = rate_map()
    found = {
        start: {
            name: rates.good_start[start][name][rates.start_rates.index(rate)]
            for name in ("batch norm", "good start")
        }
        for start, rate in (("faint", 0.1), ("exploding", 0.01))
    }
    assert np.all(found["faint"]["batch norm"] > found["faint"]["good start"] + 0.03)
    assert np.all(found["exploding"]["good start"] > found["exploding"]["batch norm"] + 0.1)


@pytest.mark.parametrize("seed", range(3))
def test_at_large_rates_batch_norm_goes_on_in_the_faint_network_too(seed):
    assert train("batch norm", seed, rate=10) > 0.85
    assert end(good_start(Sigmoid, 1, seed), seed, SGD(10)) < CHANCE


@pytest.mark.parametrize("rate", [0.003, 0.03])
@pytest.mark.parametrize("seed", range(2))
def test_with_adam_the_good_start_stays_near_over_a_tenfold_range_of_rates(seed, rate):
    """At most 5 points behind, in five starts."""
    for activation, scale in ((Sigmoid, 1), (ReLU, 3)):
        norm = train("batch norm", seed, activation, scale, optimizer=Adam(rate))
        assert end(good_start(activation, scale, seed), seed, Adam(rate)) > norm - 0.08 > 0.8


@pytest.mark.parametrize("seed", range(3))
def test_along_x_hat_some_of_the_gradient_passes_where_the_std_is_as_small_as_epsilon_s_root(seed):
    """In the undone layers of the faint network, from the first to the last."""
    network, x, pass_on = make_network("starts undone", Sigmoid, 1, seed), digits().x[:64], []
    for layer in network:
        if isinstance(layer, BatchNorm):
            _, cache = batch_norm(x, layer.gamma, layer.beta, layer.eps)
            dx = batch_norm_backward(cache.x_hat, cache)[0]
            assert np.abs(dx.mean(axis=0)).max() < 1e-9, "of the mean nothing passes"
            parts = np.linalg.norm(dx, axis=0) / np.linalg.norm(cache.x_hat, axis=0)
            pass_on.append(np.median(parts))
        x = forward([layer], x)
    assert pass_on[0] < 1e-3
    assert pass_on[-1] > 0.2


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_network_that_starts_undone_leaves_at_once(seed):
    d, network = digits(), make_network("starts undone", Sigmoid, 1, seed)
    x, last = d.x[:64], len(network) - 3  # the last hidden layer's batch norm

    def multiples(at):
        return np.abs(network[at].gamma) / undo_parameters(forward(network[:at], x)).gamma

    def multiple(at=last):
        return np.median(multiples(at))

    assert multiple() == pytest.approx(1)
    job = Training(network, d.x, d.labels, SGD(0.5), np.random.default_rng(seed + 100), batch=64)
    job.run(10)
    assert multiple() > 1.5
    job.run(300)
    assert multiple() > 5
    assert 0.8 < multiple(at=1) < 1.25, "the first layer, where γ is not tiny"
    assert 0.15 < np.median(np.abs(multiples(at=1) - 1)) < 0.35, "but they leave, up and down"
    assert 0.3 < np.mean(multiples(at=1) > 1) < 0.8

"""Evidence for notebook 08: what the size of weights does before batch norm, and what helps."""

from functools import cache, partial

import numpy as np
import pytest

from bn_lib.data import digits, puzzle, rate_map
from bn_lib.measure import along_gradient, effective_rate, gradients
from bn_lib.network import BatchNorm, ReLU, Sigmoid, cross_entropy, dense, forward
from bn_lib.training import SGD, Adam, Diverged, Training
from tools.records import puzzle as puzzle_maker
from tools.records.puzzle import absorb, end_of_control

SWEEP = rate_map()
SEEDS = range(3)
THREE = ("no batch norm", "good start", "batch norm")
SAME = "BN, good start"  # batch norm with the initial weights of the good start
CHANCE = 0.2  # one digit in ten, with room for a class that is seen more often
D = digits()
IMAGES, LABELS = D.x[:400], D.labels[:400]


def reader(seed=0, a=1.0, eps=0.0, frozen=()):
    """Two hidden layers, and batch norm after each layer of weights, which are a times as large."""
    norm, rng = partial(BatchNorm, eps=eps, frozen=frozen), np.random.default_rng(seed)
    network = [*dense([64, 50, 50, 10], ReLU, rng, norm, gain=np.sqrt(2)), norm(10)]
    for weights in network[::3]:
        weights.W *= a
    return network


def loss_of(network):
    return cross_entropy(forward(network, IMAGES), LABELS)[0]


def train(network, optimizer, until=60, seed=0, every=10, **probes):
    rng, probes = np.random.default_rng(seed + 1), {"loss": loss_of, **probes}
    job = Training(network, D.x, D.labels, optimizer, rng, 64, probes=probes, every=every)
    return job.run(until).record


def length(network):
    return np.linalg.norm(network[0].W)


# ---------------------------------------------------------------- the rule of the rates


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("momentum", [0, 0.9])
def test_rate_times_a_squared_gives_the_same_course(seed, momentum):
    """Of plain gradient descent, and with momentum; other powers do not."""
    rate = 0.1 * (1 - momentum)

    def course(a, power):
        optimizer = SGD(rate, momentum, times={"W": a**power})
        return train(reader(seed, a), optimizer, seed=seed)["loss"]

    original = course(1, 0)
    for a in (0.1, 10):
        np.testing.assert_allclose(course(a, 2), original, rtol=1e-9)
        for power in (0, 1):
            assert np.abs(course(a, power) - original).max() > 0.2


class AdamOfTwoRates:
    """Adam with one rate for the weights and another for all else."""

    def __init__(self, rate, of_weights):
        self.all_else, self.weights = Adam(rate), Adam(of_weights)

    def step(self, parameters):
        self.weights.step([(layer, name) for layer, name in parameters if name == "W"])
        self.all_else.step([(layer, name) for layer, name in parameters if name != "W"])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rule_of_adam_is_rate_times_a(seed):
    def course(a, power):
        optimizer = AdamOfTwoRates(0.003, 0.003 * a**power)
        return train(reader(seed, a), optimizer, seed=seed)["loss"]

    original = course(1, 0)
    for a in (0.1, 10):
        np.testing.assert_allclose(course(a, 1), original, rtol=2e-3)  # its own ε is not scaled
        for power in (0, 2):
            assert np.abs(course(a, power) - original).max() > 0.2


def test_it_needs_an_epsilon_that_is_small_beside_the_variance():
    def course(a, eps):
        return train(reader(0, a, eps), SGD(0.1, times={"W": a**2}))["loss"]

    off = [np.abs(course(a, 1e-5) - course(1, 1e-5)).max() for a in (10, 1e-2, 1e-3)]
    assert off[0] < 1e-3
    assert off[0] < off[1] < off[2]
    assert off[2] > 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_small_weights_at_the_same_rate_rush_and_large_ones_hardly_learn(seed):
    ends = {a: train(reader(seed, a), SGD(0.1), 100, seed)["loss"][-1] for a in (0.1, 1, 10)}
    assert ends[0.1] < 0.6 * ends[1]
    assert ends[10] > 4 * ends[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_small_weights_fall_behind_where_the_rate_is_large_itself(seed):
    ends = {a: train(reader(seed, a), SGD(5), 100, seed)["loss"][-1] for a in (0.1, 1)}
    assert ends[0.1] > 2 * ends[1]


# ---------------------------------------------------------------- the right angle


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("layer", [0, 3, 6])
def test_the_gradient_is_at_a_right_angle_to_each_units_weights_and_shrinks_as_they_grow(
    seed, layer
):
    def found(a):
        network = reader(seed, a)
        gradients(network, IMAGES, LABELS)
        return network[layer].W, network[layer].dW.copy()

    (W, g), (_, g_10) = found(1), found(10)
    sizes = np.linalg.norm(W, axis=0) * np.linalg.norm(g, axis=0)
    assert (sizes > 0).any()
    assert np.abs(np.sum(W * g, axis=0)).max() < 1e-9 * sizes.max()
    np.testing.assert_allclose(g_10, g / 10, atol=1e-12)


def test_without_batch_norm_there_is_no_right_angle():
    network = dense([64, 50, 50, 10], ReLU, np.random.default_rng(0), gain=np.sqrt(2))
    gradients(network, IMAGES, LABELS)
    W, g = network[0].W, network[0].dW
    sizes = np.linalg.norm(W, axis=0) * np.linalg.norm(g, axis=0)
    assert (np.abs(np.sum(W * g, axis=0)) > 0.1 * sizes).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_turn_is_in_proportion_to_the_effective_rate(seed):
    for a in (0.5, 1, 4):
        network = reader(seed, a)
        gradients(network, IMAGES, LABELS)
        W, g = network[0].W, network[0].dW
        turn = np.arctan(0.01 * np.linalg.norm(g, axis=0) / np.linalg.norm(W, axis=0))
        per_rate = turn / effective_rate(W, 0.01)
        if a == 0.5:
            first = per_rate
        np.testing.assert_allclose(per_rate, first, rtol=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_weights_only_grow_a_little_from_the_usual_size_and_much_from_a_small_one(seed):
    falls = []
    for a in (1, 0.1):
        seen = train(reader(seed, a), SGD(0.3), 300, seed, every=5, length=length)["length"]
        assert (np.diff(seen) > 0).all()
        falls.append(1 - (seen[0] / seen[-1]) ** 2)
    assert seen[3] > 0.85 * seen[-1], "small ones have grown after 15 steps"
    assert 0.02 < falls[0] < 0.05
    assert 0.9 < falls[1] < 0.98


@pytest.mark.parametrize("seed", SEEDS)
def test_at_ten_times_the_rate_usual_weights_lose_more_than_half_of_it_too(seed):
    seen = train(reader(seed), SGD(3), 300, seed, every=300, length=length)["length"]
    assert 0.5 < 1 - (seen[0] / seen[-1]) ** 2 < 0.65


# ---------------------------------------------------------------- weight decay


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("decay", [0.003, 0.03])
def test_weight_decay_is_a_rising_rate(seed, decay):
    keep = 1 - 0.3 * decay

    def run(after_step):
        network, optimizer = reader(seed), SGD(0.3, times={"W": 1.0})
        network[0].after_step = partial(after_step, network, optimizer)

        def typical(network):
            return np.median(effective_rate(network[0].W, 0.3 * optimizer.times["W"]))

        return train(network, optimizer, 150, seed, every=15, typical=typical)

    def shrink(network, optimizer):
        for weights in network[::3]:
            weights.W *= keep

    def rise(network, optimizer):
        optimizer.times["W"] /= keep**2

    decayed, rising, neither = run(shrink), run(rise), run(lambda *_: None)
    np.testing.assert_allclose(decayed["loss"], rising["loss"], rtol=1e-7)
    np.testing.assert_allclose(decayed["typical"], rising["typical"], rtol=1e-7)
    higher = decayed["typical"][-1] / neither["typical"][-1]
    assert 1.2 < higher < 1.4 if decay == 0.003 else higher > 8
    assert np.abs(decayed["loss"] - neither["loss"]).max() > 1e-3


def end_with_decay(decay, seed, rate):
    network = reader(seed)

    def shrink():
        for weights in network[::3]:
            weights.W *= 1 - rate * decay

    network[0].after_step = shrink
    return train(network, SGD(rate), 300, seed, every=300)["loss"][-1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("rate", "harms"), [(0.3, True), (0.03, False)])
def test_much_decay_raises_the_loss_where_the_rate_was_right_and_lowers_it_where_too_small(
    seed, rate, harms
):
    much, none = (end_with_decay(decay, seed, rate) for decay in (0.03, 0))
    assert much > 2 * none if harms else much < 0.95 * none


def test_with_a_third_of_it_the_loss_ends_on_either_side():
    """From three starts 1.4, 0.86 and 1.2 times as high."""
    ends = np.array([[end_with_decay(k, seed, 0.3) for k in (0.01, 0)] for seed in SEEDS])
    times = ends[:, 0] / ends[:, 1]
    assert times.min() < 0.95 < 1.1 < times.max() < 2


@pytest.mark.parametrize("seed", SEEDS)
def test_half_the_weights_compute_the_same(seed):
    np.testing.assert_allclose(
        forward(reader(seed, 0.5), IMAGES), forward(reader(seed), IMAGES), atol=1e-10
    )


# ---------------------------------------------------------------- a good start


def means(start):
    """At each rate the mean of the starts, by the name of the network."""
    return {name: shares.mean(axis=1) for name, shares in SWEEP.good_start[start].items()}


@pytest.mark.parametrize("start", ["faint", "exploding"])
def test_a_good_start_does_nearly_as_well_at_its_best_rate(start):
    best = {name: mean.max() for name, mean in means(start).items()}
    assert 0.0 < best["batch norm"] - best["good start"] < 0.04
    assert best["good start"] > 0.92


def test_starts_undone_of_the_same_network_is_awake_long_before():
    late = puzzle("faint").late
    assert (late["starts undone"][1000][0] > 0.96).all()
    assert (late["no batch norm"][1000][0] < CHANCE).all()


@pytest.mark.parametrize(("start", "larger"), [("faint", False), ("exploding", True)])
def test_where_batch_norm_lags_behind_the_good_start_its_own_weights_are_larger(start, larger):
    """It computes the same with both; and where it leads they are smaller."""
    activation, scale, _ = puzzle_maker.SETTINGS[start]
    own = puzzle_maker.make_network("batch norm", activation, scale)
    good = puzzle_maker.good_start(activation, scale)
    hidden = [layer.W for layer in own if hasattr(layer, "W")][:-1]
    for W, other in zip(hidden, good[::2], strict=False):
        assert (np.linalg.norm(W) > np.linalg.norm(other.W)) == larger
    mean, at = means(start), SWEEP.start_rates.index(0.03)
    assert (mean["batch norm"][at] < mean[SAME][at]) == larger


def test_with_batch_norm_larger_weights_need_larger_rates_but_not_by_the_square():
    """The smallest rate that reads 90 % after 200 steps, for each scale, on three starts."""
    for i in range(2):
        for maps in SWEEP.accuracy[:, i, 1, SWEEP.steps.index(200)]:
            least = [SWEEP.rates[np.argmax(column >= 0.9)] for column in maps.T]
            assert (np.diff(least) >= 0).all()
            tenfold = least[-1] / least[SWEEP.scales.index(1)]
            assert 2 < tenfold < 50


def test_patience_wakes_the_faint_network_without_batch_norm():
    """At its own rate, on ten starts; the exploding one has overflowed."""
    late = puzzle("faint").late["no batch norm"]
    assert (late[1000][0] < 0.2).all()
    assert 0.8 < late[3000][0].mean() < 0.95 < late[10_000][0].mean()
    assert np.isnan(puzzle("exploding").late["no batch norm"][1000][0]).all()


def test_with_batch_norm_many_more_rates_and_scales_work():
    """After 200 and 400 steps, on three starts; and not all."""
    for i in range(2):
        for steps, most, least in ((200, 5, 28), (400, 9, 35)):
            for maps in SWEEP.accuracy[:, i, :, SWEEP.steps.index(steps)]:
                without, kept = (np.sum(side >= 0.9) for side in maps)
                assert without <= most
                assert kept >= least
    relu = SWEEP.accuracy[:, 0, 1, SWEEP.steps.index(400)]
    assert (relu[:, SWEEP.rates.index(10)] < 0.5).all()  # saturated or dead at any scale
    relu, sigmoid = SWEEP.first[:, 1, SWEEP.first_steps.index(3000), SWEEP.rates.index(10)]
    assert relu.max() < CHANCE < 0.9 < sigmoid.min()


@pytest.mark.parametrize("start", ["faint", "exploding"])
def test_so_it_does_on_starts_that_had_no_say_in_the_choice_of_the_rate(start):
    fresh = {}
    for name, shares in SWEEP.good_start[start].items():
        fresh[name] = shares[shares[:, :2].mean(axis=1).argmax(), 2:].mean()
    lead = fresh["batch norm"] - fresh["good start"]
    assert 0 < lead < 0.02
    assert lead > 0.4 * (1 - fresh["good start"]) or start == "exploding"
    assert fresh["good start"] > fresh["no batch norm"] + 0.8


@pytest.mark.parametrize("start", ["faint", "exploding"])
def test_at_small_rates_batch_norm_does_as_a_good_start_of_the_same_weights_does(start):
    """So the lead of one over the other there is a matter of the size of the weights."""
    mean = means(start)
    for rate in (0.01, 0.03, 0.1):
        i = SWEEP.start_rates.index(rate)
        apart = np.abs(mean["batch norm"] - mean["good start"])[i]
        assert -0.02 < (mean[SAME] - mean["good start"])[i] < 0.025
        assert apart > 0.05 or rate == 0.1


@pytest.mark.parametrize("start", ["faint", "exploding"])
def test_so_it_does_on_the_ten_starts_of_the_puzzle(start):
    rate = {"faint": 0.5, "exploding": 0.1}[start]
    record = puzzle(start)
    good = record.controls["good start without batch norm"][rate]
    assert good.mean() > 0.93
    assert np.abs(good.mean() - record.after(300)["batch norm"].mean()) < 0.03
    plain = np.nan_to_num(record.after(300)["no batch norm"])
    assert (good > plain + 0.6).all()


def test_of_the_exploding_network_it_is_ahead_at_small_rates_and_overflows_at_a_large_one():
    """On ten starts; there batch norm is at its best."""
    controls = puzzle("exploding").controls
    good, kept = controls["good start without batch norm"], controls["batch norm"]
    for rate in (0.03, 0.1):
        assert good[rate].mean() > kept[rate].mean() + 0.01
    assert np.isnan(good[0.3]).sum() > 5
    assert (kept[0.3] > 0.9).all()
    assert kept[0.3].mean() > max(kept[0.1].mean(), good[0.1].mean())


@pytest.mark.parametrize("rate", [0.5, 1, 3])
def test_at_larger_rates_still_only_batch_norm_reads_what_explodes(rate):
    for shares in zip(*(SWEEP.good_start["exploding"][name] for name in THREE), strict=True):
        assert shares[0].max() < CHANCE  # whatever the rate
    good, kept, same = (
        SWEEP.good_start["exploding"][name][SWEEP.start_rates.index(rate)]
        for name in (*THREE[1:], SAME)
    )
    assert good.max() < CHANCE
    assert min(kept.min(), same.min()) > 0.93


def test_at_rate_10_only_batch_norm_reads_what_is_faint_and_nothing_what_explodes():
    """On ten starts."""
    for start, reads in (("faint", True), ("exploding", False)):
        good, kept, same = (
            SWEEP.good_start[start][name][SWEEP.start_rates.index(10)]
            for name in (*THREE[1:], SAME)
        )
        assert good.max() < CHANCE
        assert min(kept.min(), same.min()) > 0.9 if reads else max(kept.max(), same.max()) < 0.3


def test_between_its_rates_of_the_puzzle_a_good_start_of_what_explodes_does_better():
    """And overflows from none of the ten starts."""
    good = SWEEP.good_start["exploding"]["good start"]
    at = {rate: good[SWEEP.start_rates.index(rate)] for rate in (0.1, 0.15)}
    assert at[0.15].min() > 0.93
    assert at[0.15].mean() > at[0.1].mean() + 0.01


def test_of_the_faint_network_it_is_behind_at_small_rates_and_level_at_large_ones():
    controls = puzzle("faint").controls
    good, kept = controls["good start without batch norm"], controls["batch norm"]
    assert (good[0.1] < kept[0.1] - 0.03).all()  # on ten starts
    ends = [
        [end_of_control(name, "faint", 3, seed) / len(D.test_x) for seed in SEEDS]
        for name in ("good start without batch norm", "batch norm")
    ]
    assert np.min(ends) > 0.93
    assert np.abs(np.mean(ends[0]) - np.mean(ends[1])) < 0.03


# ---------------------------------------------------------------- walks along the gradient

STARTS = {
    "faint": (Sigmoid, 4, 1, 0.5),
    "exploding": (ReLU, 6, 3 * np.sqrt(2), 0.1),
    "usual": (ReLU, 4, np.sqrt(2), 0.1),
}


@cache
def walks(start, name, seed, slower=1):
    """Changes of the loss after ½, 1, 2 and 4 own steps, from 11 places: (11, 4); None: lost.

    slower: by which the rate of the training and of the walks is divided.
    """
    activation, hidden, gain, rate = STARTS[start]
    rate /= slower
    rng, norm = np.random.default_rng(seed), None if name == "no batch norm" else BatchNorm
    network = dense([64, *[50] * hidden, 10], activation, rng, norm, gain)
    if name in ("good start", SAME):
        plain = absorb(network, D.x[:64])  # `network` shares its weights
        network = plain if name == "good start" else network

    def walk(network):
        way = along_gradient(network, D.x[:128], D.labels[:128], rate * np.array([0.5, 1, 2, 4]))
        return way.losses - way.start

    rng = np.random.default_rng(seed + 100)
    job = Training(network, D.x, D.labels, SGD(rate), rng, 64, probes={"": walk}, every=15)
    try:
        return job.run(150).record[""]
    except Diverged:
        return None


def uphill(start, name, seed, steps=3):
    return np.count_nonzero(walks(start, name, seed)[:, steps] > 1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_four_own_steps_go_uphill_after_a_good_start_and_not_with_batch_norm(seed):
    assert walks("exploding", "no batch norm", seed) is None
    assert uphill("exploding", "good start", seed) >= 7
    assert uphill("usual", "no batch norm", seed) >= 8
    assert uphill("usual", "good start", seed) >= 2
    for start in ("exploding", "usual"):
        assert uphill(start, SAME, seed) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_of_the_faint_network_batch_norm_of_the_same_weights_is_smoother(seed):
    good, same, own = (walks("faint", name, seed) for name in ("good start", SAME, "batch norm"))
    assert good.max() > 5 * max(same.max(), own.max())
    assert uphill("faint", "good start", seed) >= 10
    assert uphill("faint", "good start", seed, steps=2) >= 3
    assert uphill("faint", SAME, seed) <= 1
    # Its own weights are smaller, and with them the same function is less flat.
    assert uphill("faint", "batch norm", seed) >= 6
    assert uphill("faint", "batch norm", seed, steps=2) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_at_a_fifth_of_the_rate_neither_goes_uphill(seed):
    for start in STARTS:
        for name in ("good start", SAME):
            assert walks(start, name, seed, slower=5)[:, -1].max() < 1e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_one_own_step_goes_uphill_hardly_anywhere(seed):
    """The rates at which these networks train are rates at which they can."""
    for start in STARTS:
        for name in ("good start", "batch norm", SAME):
            assert uphill(start, name, seed, steps=1) <= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_flatness_in_absolute_steps_is_a_matter_of_scale(seed):
    """Where only weights learn: a hundredth of the slope, and the same in steps × a²."""

    def walk(a, factor):
        network = reader(seed, a, frozen=("gamma", "beta"))
        way = along_gradient(network, IMAGES, LABELS, factor * np.array([1e-4, 0.1, 4]))
        return way.losses - way.start

    losses, flat, again = walk(1, 1), walk(10, 1), walk(10, 100)
    np.testing.assert_allclose(again, losses, rtol=1e-8)
    np.testing.assert_allclose(losses[0] / flat[0], 100, rtol=0.01)
    assert np.abs(flat).max() < 0.1 * np.abs(losses).max()

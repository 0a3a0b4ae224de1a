"""Evidence for notebook 06: the paper's record, and trainings of a few steps."""

from itertools import combinations

import numpy as np
import pytest

from bn_lib.data import mnist, paper_sweep
from bn_lib.figures.paper import at_the_end
from bn_lib.measure import accuracy, gradients, saturated
from bn_lib.network import BatchNorm, Sigmoid, dense, forward, undo, use_population
from bn_lib.training import SGD, Training

PAPER, MNIST = paper_sweep(), mnist()
UNSEEN, LABELS = MNIST.test_x[:1000], MNIST.test_labels[:1000]
BEST_BY_SEED_0 = (0, 0.1, 3), (1, 0.03, 0.3)  # (side, spread, rate), without and with batch norm
BEST_IN_THE_MEAN = (0, 0.3, 3), (1, 0.03, 1)
# Student's t, two-sided, 5 %, for 5 degrees of freedom. Welch's test of two times six runs has 5 to
# 10, so a lead of more standard errors than this is resolved.
RESOLVED = 2.571


def cells(side):
    """The accuracy at the end of seed 0's 30 cells."""
    return at_the_end(PAPER.accuracy[side])


def shown(side):
    """The same as the maps have it: in percent with one decimal."""
    return cells(side).round(3)


def lead(without, with_bn):
    """By how many points batch norm is ahead in the mean, and the standard error."""
    ends = [100 * at_the_end(runs) for runs in (without, with_bn)]
    error = np.sqrt(sum(each.var(ddof=1) / len(each) for each in ends))
    return ends[1].mean() - ends[0].mean(), error


def first_steps(runs, share):
    assert (runs.max(axis=1) >= share).all()
    return PAPER.steps[np.argmax(runs >= share, axis=1)]


@pytest.mark.parametrize("side", [0, 1])
def test_the_best_cells_are_these(side):
    i, j = np.unravel_index(cells(side).argmax(), cells(side).shape)
    assert (side, PAPER.stds[i], PAPER.rates[j]) == BEST_BY_SEED_0[side]
    means = {cell: at_the_end(runs).mean() for cell, runs in PAPER.again.items() if cell[0] == side}
    assert max(means, key=means.get) == BEST_IN_THE_MEAN[side]
    assert {*BEST_BY_SEED_0, *BEST_IN_THE_MEAN} == PAPER.fresh.keys()


@pytest.mark.parametrize(
    ("pair", "points"), [(BEST_BY_SEED_0, 0.27), (BEST_IN_THE_MEAN, 0.30)], ids=["seed 0", "mean"]
)
def test_fresh_seeds_resolve_a_small_lead(pair, points):
    ahead, error = lead(*(PAPER.fresh[cell] for cell in pair))
    assert abs(ahead - points) < 0.05
    assert RESOLVED * error < ahead < 0.5


@pytest.mark.parametrize("pair", [BEST_BY_SEED_0, BEST_IN_THE_MEAN], ids=["seed 0", "mean"])
def test_it_comes_late_and_at_step_2000_the_same_networks_stand_the_other_way_around(pair):
    """From every fresh start."""
    without, with_bn = (100 * PAPER.fresh[cell][:, since(2000)] for cell in pair)
    assert (with_bn < without).all()
    assert 0.7 < (without - with_bn).mean() < 2


def test_whether_the_choice_made_it_look_larger_cannot_be_seen():
    """The lead on the seed that chose is within what the lead of one start scatters by."""
    fresh, again = (
        np.subtract(*(100 * at_the_end(runs[cell]) for cell in BEST_BY_SEED_0[::-1]))
        for runs in (PAPER.fresh, PAPER.again)
    )
    assert 0.07 < fresh.std(ddof=1) < 0.15
    assert abs(again[0] - fresh.mean()) < fresh.std(ddof=1)
    assert len(PAPER.again) == 9


def test_every_pair_of_best_cells_has_the_lead():
    for without in (BEST_BY_SEED_0[0], BEST_IN_THE_MEAN[0]):
        for with_bn in (BEST_BY_SEED_0[1], BEST_IN_THE_MEAN[1]):
            ahead, error = lead(PAPER.fresh[without], PAPER.fresh[with_bn])
            assert RESOLVED * error < ahead < 0.5


@pytest.mark.parametrize("pair", [BEST_BY_SEED_0, BEST_IN_THE_MEAN], ids=["seed 0", "mean"])
def test_few_ways_of_dealing_out_the_ends_give_such_a_lead(pair):
    """Without Student's assumptions: all 924 ways to give six of the twelve ends to each side."""
    ends = np.concatenate([100 * at_the_end(PAPER.fresh[cell]) for cell in pair])
    ways = [ends[list(six)].mean() for six in combinations(range(12), 6)]
    leads = np.abs(2 * (np.array(ways) - ends.mean()))
    ahead, _ = lead(*(PAPER.fresh[cell] for cell in pair))
    assert np.mean(leads >= ahead - 1e-9) < 0.05


@pytest.mark.parametrize(
    ("share", "green"), [(0.9, (24, 30)), (0.95, (18, 27)), (0.96, (16, 27)), (0.97, (6, 22))]
)
def test_more_cells_tolerate_batch_norm_wherever_the_bar_is(share, green):
    assert tuple(np.count_nonzero(shown(side) >= share) for side in (0, 1)) == green


def test_cells_are_stuck_without_batch_norm_only():
    assert [np.count_nonzero(cells(side) < 0.5) for side in (0, 1)] == [5, 0]


def test_at_its_best_batch_norm_is_slower_to_95_percent():
    """On all nine seeds; but the fastest of the 30 cells are nearly level."""
    for pair in (BEST_BY_SEED_0, BEST_IN_THE_MEAN):
        without, with_bn = (
            first_steps(np.concatenate([PAPER.again[cell], PAPER.fresh[cell]]), 0.95)
            for cell in pair
        )
        assert np.median(with_bn) > 1.4 * np.median(without)
    fastest = [
        PAPER.steps[np.argmax((PAPER.accuracy[side] >= 0.95).any((0, 1)))] for side in (0, 1)
    ]
    assert fastest == [1500, 1250]
    at_its_fastest = at(0.3, 3)
    for side, step in enumerate(fastest):
        assert first_steps(PAPER.accuracy[side, *at_its_fastest][None], 0.95) == step


def test_from_every_start_the_best_cell_without_batch_norm_is_at_95_percent_first():
    without, with_bn = (
        first_steps(np.concatenate([PAPER.again[cell], PAPER.fresh[cell]]), 0.95)
        for cell in BEST_BY_SEED_0
    )
    assert without.max() < with_bn.min()


@pytest.mark.parametrize("pair", [BEST_BY_SEED_0, BEST_IN_THE_MEAN], ids=["seed 0", "mean"])
def test_but_batch_norm_is_at_80_percent_first(pair):
    """So who is faster depends on how far the race goes; at the fastest cells too, seed 0."""
    without, with_bn = (
        first_steps(np.concatenate([PAPER.again[cell], PAPER.fresh[cell]]), 0.8) for cell in pair
    )
    assert with_bn.max() <= without.min()
    assert np.median(without) > 2 * np.median(with_bn)
    fastest = PAPER.accuracy[(0, 1), *at(0.3, 3)]
    assert first_steps(fastest, 0.8)[0] > 2 * first_steps(fastest, 0.8)[1]


@pytest.mark.parametrize(("std", "faster", "points"), [(0.03, 5, 1), (0.1, 1.4, 0.2)])
def test_at_the_papers_settings_it_is_faster_and_ends_higher(std, faster, points):
    """Every seed against every other."""
    without, with_bn = (PAPER.again[side, std, 0.1] for side in (0, 1))
    assert first_steps(without, 0.95).min() > faster * first_steps(with_bn, 0.95).max()
    assert 100 * (at_the_end(with_bn).min() - at_the_end(without).max()) > points


# ---------------------------------------------------------------- what is tested, and on how much


def test_other_test_images_would_move_an_accuracy_by_half_the_lead():
    """The standard error of a share of 10,000 images, for each of the twelve fresh runs."""
    ends = np.array([at_the_end(runs) for runs in PAPER.fresh.values()])
    errors = 100 * np.sqrt(ends * (1 - ends) / 10_000)
    assert abs(errors - 0.15).max() < 0.02
    for pair in (BEST_BY_SEED_0, BEST_IN_THE_MEAN):
        ahead, _ = lead(*(PAPER.fresh[cell] for cell in pair))
        assert 0.4 < np.mean(errors) / ahead < 0.7


@pytest.mark.parametrize(("share", "green"), [(0.9, (23, 25)), (0.95, (17, 22)), (0.97, (6, 17))])
def test_also_without_the_column_of_rate_10(share, green):
    assert PAPER.rates[-1] == 10
    counts = tuple(np.count_nonzero(shown(side)[:, :-1] >= share) for side in (0, 1))
    assert counts == green


# ---------------------------------------------------------------- asleep: the faint signal


def at(std, rate=0.1):
    return PAPER.stds.index(std), PAPER.rates.index(rate)


def since(step):
    return list(PAPER.steps).index(step)


def test_at_first_all_images_look_alike_to_the_sigmoid_without_batch_norm():
    """From 15 % to 85 % of the images; and soon after they part, the network reads."""
    widths, accuracies = PAPER.widths[0, *at(0.03)], PAPER.accuracy[0, *at(0.03)]
    assert widths[: since(1000)].max() < 0.005
    assert PAPER.widths[1, *at(0.03)].min() > 2
    parted = PAPER.steps[np.argmax(widths > 0.3)]
    reads = PAPER.steps[np.argmax(accuracies > 0.5)]
    assert 6000 <= parted <= reads <= 13_000
    assert accuracies[PAPER.steps < parted - 2000].max() < 0.2


def test_the_cell_at_the_lower_left_is_still_faint():
    cell = at(0.01, 0.03)
    assert PAPER.accuracy[0, *cell].max() < 0.15
    assert PAPER.widths[0, *cell].max() < 0.01 < 2 < PAPER.widths[1, *cell].min()


@pytest.mark.parametrize(
    ("std", "early", "late"),
    [(0.03, (1.45, 0.40), (0.48, 0.30)), (0.1, (0.62, 0.36), (0.31, 0.28))],
)
def test_medians_are_calmer_with_batch_norm_most_of_all_early(std, early, late):
    """From step 1,000 and from step 15,000 on; while the width grows with γ."""
    for step, ranges in ((1000, early), (15_000, late)):
        found = PAPER.ranges[:, *at(std), since(step)].astype(float)
        np.testing.assert_allclose(found, ranges, atol=0.005)
    assert early[0] / early[1] > 1.4 * late[0] / late[1]
    width = PAPER.widths[1, *at(std), [0, since(15_000), -1]].astype(float)
    assert (np.diff(width) > 0.3).all()


def test_late_gray_is_calmer_in_some_cells_and_beside_the_width_of_its_band_in_none():
    for step, count in ((1000, 2), (15_000, 6)):
        ranges, widths = PAPER.ranges[..., since(step)], PAPER.widths[..., -1]
        assert np.count_nonzero(ranges[1] > ranges[0]) == count
        assert (ranges[1] / widths[1] < ranges[0] / widths[0]).all()


def training(norm, std, rate, seed):
    network = dense(
        [784, 100, 100, 100, 10],
        Sigmoid,
        np.random.default_rng(seed),
        norm,
        std=std,
        bias=False,
        dtype=np.float32,
    )
    batches = np.random.default_rng(seed + 100)
    return Training(network, MNIST.x, MNIST.labels, SGD(rate), batches, 60)


def reads(network):
    use_population(network, MNIST.x[:1000])
    return accuracy(network, UNSEEN, LABELS)


@pytest.mark.parametrize("seed", range(2))
def test_many_images_are_hard_for_both_networks(seed):
    """So other images move the difference of two accuracies by less than either of them."""
    right = []
    for norm, std, rate in ((None, 0.1, 3), (BatchNorm, 0.03, 0.3)):
        network = training(norm, std, rate, seed).run(1500).network
        use_population(network, MNIST.x[:1000])
        answers = forward(network, MNIST.test_x[:], training=False).argmax(axis=1)
        right.append(answers == MNIST.test_labels)
    without, with_bn = right
    assert np.corrcoef(right)[0, 1] > 0.4
    assert np.std(with_bn.astype(int) - without) < 0.95 * np.sqrt(without.var() + with_bn.var())


@pytest.mark.parametrize("seed", range(2))
def test_starts_undone_begins_with_no_batch_norm_and_wakes_sooner(seed):
    """*Frozen undone* is no faster than *no batch norm*: the rule of notebook 05, on other data."""
    kinds = {
        "no batch norm": None,
        "batch norm": BatchNorm,
        "starts undone": BatchNorm,
        "frozen undone": lambda units: BatchNorm(units, frozen=("gamma", "beta")),
    }
    jobs = {name: training(norm, 0.1, 0.1, seed) for name, norm in kinds.items()}
    for name in ("starts undone", "frozen undone"):
        undo(jobs[name].network, MNIST.x[:1000])
        answers = [forward(jobs[each].network, MNIST.x[:1000]) for each in ("no batch norm", name)]
        np.testing.assert_allclose(*answers, atol=1e-4)
    shares = {name: reads(job.run(700).network) for name, job in jobs.items()}
    assert shares["batch norm"] > 0.85
    assert shares["starts undone"] > 0.75
    assert max(shares["no batch norm"], shares["frozen undone"]) < 0.5


# ---------------------------------------------------------------- stuck: saturated


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("std", [0.01, 0.03, 0.1, 0.3, 1])
def test_at_rate_10_the_last_sigmoids_are_saturated_without_batch_norm_only(std, seed):
    """And hardly a gradient comes through them, so that they stay so."""
    flat, arrives = [], []
    for norm in (None, BatchNorm):
        network = training(norm, std, 10, seed).run(50).network
        use_population(network, MNIST.x[:1000])
        z = forward(network[:-2], UNSEEN, training=False)
        flat.append(saturated(z, 0.001))
        _, found = gradients(network, MNIST.x[:600], MNIST.labels[:600])
        arrives.append(np.linalg.norm(found[0]))
    assert flat[0] > 0.8
    assert flat[1] < 0.1
    assert 50 * arrives[0] < arrives[1]


@pytest.mark.parametrize("seed", range(2))
def test_at_rate_3_some_are_saturated_too_and_the_network_recovers(seed):
    network = training(None, 0.3, 3, seed).run(50).network
    share = saturated(forward(network[:-2], UNSEEN, training=False), 0.001)
    assert 0.2 < share < 0.6
    assert at_the_end(PAPER.again[0, 0.3, 3][seed]) > 0.97


def test_while_gray_sleeps_its_median_slides_and_takes_all_images_along():
    low, median, high = PAPER.percentiles[0, *at(0.03)].T
    until = since(6000)
    assert median[0] - median[until] > 0.8
    assert np.max((high - low)[:until]) < 0.02
    assert PAPER.accuracy[0, *at(0.03), :until].max() < 0.2


def test_in_the_record_one_cell_of_rate_10_got_free():
    ends = cells(0)[:, PAPER.rates.index(10)]
    assert [std for std, end in zip(PAPER.stds, ends, strict=True) if end > 0.5] == [0.1]
    assert sorted(ends)[-2] < 0.11


# ---------------------------------------------------------------- the factor m / (m - 1)


@pytest.mark.parametrize("seed", range(2))
def test_the_factor_is_right_in_the_first_layer_and_too_much_above(seed):
    """Population variances over those of the inputs in inference, for batches of 60."""
    network = training(BatchNorm, 0.1, 0.1, seed).run(300).network
    x = MNIST.x[np.random.default_rng(seed).permutation(60_000)[:6000]]
    use_population(network, x, batch=60)
    ratios = []
    for place in (1, 4, 7):
        real = forward(network[:place], x, training=False).var(axis=0)
        ratios.append(np.mean(network[place].population[1] / real))
    assert abs(ratios[0] - 1) < 0.004
    assert abs(59 / 60 * ratios[0] - 1) > 0.012
    assert 1.01 < ratios[1] < ratios[2] < 1.05

"""The recorded experiment of the paper: its beginning computed again, and its rules."""

import numpy as np
import pytest

from bn_lib.data import paper_sweep
from tools.records import paper as script

PAPER = paper_sweep()
UNTIL = 500


def at(std, rate):
    return PAPER.stds.index(std), PAPER.rates.index(rate)


def test_it_has_the_axes_of_the_script():
    assert (PAPER.stds, PAPER.rates) == (list(script.STDS), list(script.RATES))
    assert PAPER.steps.tolist() == script.STEPS
    assert PAPER.accuracy.shape == (2, len(script.STDS), len(script.RATES), len(script.STEPS))
    assert PAPER.percentiles.shape == (*PAPER.accuracy.shape, 3)
    assert list(PAPER.again)[: len(script.AGAIN)] == list(script.AGAIN)
    for runs, seeds in ((PAPER.again, script.SEEDS), (PAPER.fresh, script.FRESH_SEEDS)):
        assert {each.shape for each in runs.values()} <= {(len(seeds), len(script.STEPS))}
    assert PAPER.fresh.keys() <= PAPER.again.keys()  # what was chosen was run from all seeds
    for (side, std, rate), three in PAPER.again.items():
        np.testing.assert_array_equal(three[0], PAPER.accuracy[side, *at(std, rate)])


def test_nothing_is_missing():
    assert PAPER.accuracy[:, :, :, 0].min() > 0.03  # what has not been trained guesses
    trained = PAPER.accuracy[:, :, :, -1] > 0.5
    assert trained[1].all()
    assert np.isfinite(PAPER.percentiles[trained]).all()
    assert (np.diff(PAPER.percentiles[trained].astype(float), axis=-1) >= 0).all()


def test_ranges_shrink_to_nothing_and_are_those_of_the_typical_unit():
    trained = PAPER.accuracy[:, :, :, -1] > 0.5
    ranges = PAPER.ranges[trained].astype(float)
    assert (np.diff(ranges, axis=-1) <= 0).all()
    assert (ranges[:, -1] == 0).all()
    from_1000 = PAPER.steps >= 1000
    of_the_unit = np.ptp(PAPER.percentiles[trained][:, from_1000, 1].astype(float), axis=-1)
    usual = ranges[:, np.argmax(from_1000)]  # of 100 units the mean of two, of which it is one
    np.testing.assert_allclose(of_the_unit, usual, rtol=0.05)


@pytest.mark.parametrize(("side", "std", "rate"), [(0, 0.3, 1), (1, 0.03, 0.1), (1, 0.1, 1)])
def test_the_beginning_computed_again(side, std, rate):
    right, percentiles = script.train(side, std, rate, seed=0, until=UNTIL)
    then = slice(len(right))
    kept = PAPER.accuracy[side, *at(std, rate), then]
    # Rounding differs between machines, and training enlarges it a little.
    np.testing.assert_allclose(right / 10_000, kept, atol=0.01)
    unit = PAPER.unit[side, *at(std, rate)]
    kept = PAPER.percentiles[side, *at(std, rate), then]
    np.testing.assert_allclose(percentiles[:, :, unit], kept, atol=0.03)
    widths = np.median(percentiles[:, 2] - percentiles[:, 0], axis=1)
    np.testing.assert_allclose(widths, PAPER.widths[side, *at(std, rate), then], atol=0.03)


def test_other_seeds_computed_again():
    right, _ = script.train(1, 0.1, 0.1, seed=2, until=UNTIL)
    kept = PAPER.again[1, 0.1, 0.1][2]
    np.testing.assert_allclose(right / 10_000, kept[: len(right)], atol=0.01)
    assert np.abs(kept - PAPER.again[1, 0.1, 0.1][0]).max() > 0  # seeds do make a difference


def test_the_typical_unit_is_that_of_the_middle_range():
    steps = len(script.STEPS)
    medians = np.outer(np.linspace(0, 1, steps), [5, 1, 3, 2, 4])  # unit 2 moves by 3 of 1 to 5
    percentiles = np.stack([medians - 1, medians, medians + 1], axis=1)
    assert script.typical_unit(percentiles) == 2
    np.testing.assert_allclose(script.ranges_from(percentiles), medians[-1] - medians)
    percentiles[: script.STEPS.index(950), :, 1] = 99  # what was before step 1,000 doesn't count
    assert script.typical_unit(percentiles) == 2


def test_a_network_that_diverges_is_right_on_none():
    right, percentiles = script.train(0, 1, 1e39, seed=0, until=100)
    assert right[0] > 300
    assert right[-1] == 0
    assert np.isnan(percentiles[-1]).all()


def test_the_best_cells_are_those_of_the_highest_end():
    ends = {(0, 0.1, 3): (5, 9), (0, 0.3, 3): (6, 6), (1, 0.1, 1): (7, 7)}  # of seeds 0 and 1
    found = {
        (*cell, seed): ([99, *[end] * 10], None)
        for cell, two in ends.items()
        for seed, end in enumerate(two)
    }
    assert script.best(ends, found, [0]) == [(0, 0.3, 3), (1, 0.1, 1)]
    assert script.best(ends, found, [0, 1]) == [(0, 0.1, 3), (1, 0.1, 1)]


def test_the_best_cells_are_run_from_fresh_seeds(tmp_path, monkeypatch):
    """Without batch norm seed 0 prefers one cell, all seeds another: both get fresh seeds."""
    by_seed_0, in_the_mean, with_bn = (0, 1, 0.03), (0, 0.1, 3), (1, 0.03, 0.3)
    ends = {(*by_seed_0, 0): 9000}
    ends |= {(*cell, seed): 6000 for cell in (in_the_mean, with_bn) for seed in script.SEEDS}

    def results(function, cells):
        percentiles = np.zeros((len(script.STEPS), 3, 100))
        return {c: (np.full(len(script.STEPS), ends.get(c, 1000)), percentiles) for c in cells}

    monkeypatch.setattr(script, "FILE", tmp_path / "paper.npz")
    monkeypatch.setattr(script, "results", results)
    script.make()
    paper = paper_sweep(script.FILE)
    assert list(paper.again) == [*script.AGAIN, by_seed_0]
    assert list(paper.fresh) == [by_seed_0, with_bn, in_the_mean]
    assert {runs.shape for runs in paper.fresh.values()} == {(6, len(script.STEPS))}
    assert paper.again[by_seed_0][:, -1].tolist() == [0.9, 0.1, 0.1]

"""The recorded sweep over learning rates, a part of it computed again."""

import numpy as np
import pytest

from bn_lib.data import digits, rate_map
from bn_lib.data import puzzle as puzzle_record
from bn_lib.network import ReLU, Sigmoid, forward
from tools.records import puzzle
from tools.records import rate_map as script

SWEEP = rate_map()


def test_it_has_the_axes_of_the_script():
    assert (SWEEP.steps, SWEEP.rates, SWEEP.scales, SWEEP.start_rates) == (
        list(script.STEPS),
        list(script.RATES),
        list(script.SCALES),
        list(script.PUZZLE_RATES),
    )
    assert SWEEP.accuracy.shape[:3] == (len(script.SEEDS), len(script.GAINS), len(script.SIDES))
    assert (SWEEP.accuracy.min(), SWEEP.accuracy.max()) >= (0, 0.9)
    assert SWEEP.accuracy.max() <= 1
    assert SWEEP.first_steps == [*script.STEPS, *script.LATE_STEPS]
    np.testing.assert_array_equal(SWEEP.first[:, :, : len(SWEEP.steps)], SWEEP.accuracy[0])
    assert list(SWEEP.good_start) == list(puzzle.SETTINGS)
    for by_network in SWEEP.good_start.values():
        assert tuple(by_network) == script.NETWORKS
        for shares in by_network.values():
            assert shares.shape == (len(script.PUZZLE_RATES), len(script.PUZZLE_SEEDS))
            assert 0 <= shares.min() <= shares.max() <= 1


@pytest.mark.parametrize(
    ("activation", "side", "rate", "scale", "seed"),
    [
        (ReLU, "no batch norm", 0.1, 1, 0),
        (ReLU, "batch norm", 0.1, 1, 0),
        (ReLU, "batch norm", 0.01, 0.22, 1),
        (ReLU, "batch norm", 0.003, 10, 2),
        (Sigmoid, "batch norm", 0.1, 1, 0),
        (Sigmoid, "no batch norm", 0.03, 0.46, 1),
    ],
)
def test_a_part_computed_again(activation, side, rate, scale, seed):
    at = (
        seed,
        list(script.GAINS).index(activation),
        list(script.SIDES).index(side),
        slice(3),
        SWEEP.rates.index(rate),
        SWEEP.scales.index(scale),
    )
    again = np.array(script.train(activation, side, rate, scale, seed, script.STEPS[:3])) / 397
    np.testing.assert_allclose(again, SWEEP.accuracy[at], atol=0.03)


@pytest.mark.parametrize(
    ("activation", "side", "rate", "scale"),
    [(ReLU, "batch norm", 0.1, 1), (Sigmoid, "no batch norm", 0.3, 2.2)],
)
def test_a_late_part_computed_again(activation, side, rate, scale):
    kinds, sides = list(script.GAINS), list(script.SIDES)
    place = SWEEP.rates.index(rate), SWEEP.scales.index(scale)
    recorded = SWEEP.first[
        kinds.index(activation), sides.index(side), SWEEP.first_steps.index(1000)
    ]
    (again,) = script.train(activation, side, rate, scale, steps=(1000,))
    assert abs(again / 397 - recorded[place]) < 0.03


@pytest.mark.parametrize(
    ("setting", "name", "rate", "seed"),
    [
        ("faint", "good start", 1, 0),
        ("faint", "batch norm", 3, 1),
        ("exploding", "good start", 0.3, 1),
        ("exploding", "BN, good start", 1, 9),
        ("exploding", "no batch norm", 0.01, 0),
    ],
)
def test_a_part_of_the_good_start_computed_again(setting, name, rate, seed):
    again = script.end(name, setting, rate, seed)
    recorded = SWEEP.good_start[setting][name][SWEEP.start_rates.index(rate), seed]
    assert abs(max(again, 0) / 397 - recorded) < 0.02  # DIVERGED is below 0


def test_a_good_start_computes_what_batch_norm_does_and_has_none():
    x = digits().x[:64]
    for activation, scale, _ in puzzle.SETTINGS.values():
        for seed in range(3):
            good = puzzle.good_start(activation, scale, seed)
            kept = puzzle.make_network("batch norm", activation, scale, seed)
            np.testing.assert_allclose(forward(good, x), forward(kept, x), atol=1e-9)
            assert not any(isinstance(layer, puzzle.BatchNorm) for layer in good)
            same = script.with_same_weights(activation, scale, seed)
            np.testing.assert_allclose(forward(same, x), forward(kept, x), atol=1e-3)  # its ε
            weights = [layer.W for layer in same if hasattr(layer, "W")]
            for W, layer in zip(weights, good[::2], strict=True):
                np.testing.assert_array_equal(W, layer.W)


def test_the_record_agrees_with_that_of_the_puzzle():
    """Both have the same networks at the same rates after 300 steps."""
    for setting in puzzle.SETTINGS:
        controls = puzzle_record(setting).controls
        for name, control in (
            ("good start", "good start without batch norm"),
            ("batch norm", "batch norm"),
        ):
            for rate, other in controls[control].items():
                recorded = SWEEP.good_start[setting][name][SWEEP.start_rates.index(rate)]
                np.testing.assert_allclose(recorded, np.nan_to_num(other), atol=0.02)

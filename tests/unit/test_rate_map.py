"""The recorded sweep over learning rates, a part of it computed again."""

import numpy as np
import pytest

from bn_lib.data import rate_map
from bn_lib.network import BatchNorm, ReLU, Sigmoid
from tools.records import rate_map as script

SWEEP = rate_map()


def test_it_has_the_axes_of_the_script():
    assert (SWEEP.steps, SWEEP.rates, SWEEP.scales) == (
        list(script.STEPS),
        list(script.RATES),
        list(script.SCALES),
    )
    assert SWEEP.accuracy.shape[:3] == (len(script.SEEDS), len(script.GAINS), len(script.NORMS))
    assert (SWEEP.accuracy.min(), SWEEP.accuracy.max()) >= (0, 0.9)
    assert SWEEP.accuracy.max() <= 1


@pytest.mark.parametrize(
    ("activation", "norm", "rate", "scale", "seed"),
    [
        (ReLU, None, 0.1, 1, 0),
        (ReLU, BatchNorm, 0.1, 1, 0),
        (ReLU, BatchNorm, 0.01, 0.22, 1),
        (ReLU, BatchNorm, 0.003, 10, 2),
        (Sigmoid, BatchNorm, 0.1, 1, 0),
        (Sigmoid, None, 0.03, 0.46, 1),
    ],
)
def test_a_part_computed_again(activation, norm, rate, scale, seed):
    at = (
        seed,
        list(script.GAINS).index(activation),
        list(script.NORMS.values()).index(norm),
        slice(None),
        SWEEP.rates.index(rate),
        SWEEP.scales.index(scale),
    )
    again = np.array(script.train(activation, norm, rate, scale, seed)) / 397
    np.testing.assert_allclose(again[:3], SWEEP.accuracy[at][:3], atol=0.03)

"""The record of batch noise: what it says, and a part of it computed again."""

import numpy as np
import pytest

from bn_lib.data import batch_noise
from tools.records import batch_noise as script

NOISE = batch_noise()


def test_it_has_the_axes_of_the_script():
    assert NOISE.sizes == list(script.BATCHES)
    for of in (NOISE.rates, NOISE.errors, NOISE.losses):
        assert tuple(of) == script.KINDS
    for kind in script.KINDS:
        assert NOISE.errors[kind].shape == (3, len(script.FRESH)) == NOISE.losses[kind].shape
        for size, rate in zip(NOISE.sizes, NOISE.rates[kind], strict=True):
            assert rate in script.RATES[size]


def test_smaller_batches_of_batch_norm_fit_the_training_images_less_in_every_start():
    small, middle, large = NOISE.losses["batch norm"]
    assert np.all(small > middle)
    assert np.all(middle > large)
    grouped = NOISE.losses["batch norm in groups"]  # with steps as large
    assert np.all(grouped[0] > grouped[1])
    assert np.all(grouped[1] > grouped[2])


def test_without_batch_norm_smaller_batches_fit_the_training_images_more_in_every_start():
    small, middle, large = NOISE.losses["no batch norm"]
    assert np.all(small < middle)
    assert np.all(middle < large)


def test_on_new_images_the_sizes_of_batch_norm_cannot_be_told_apart():
    errors = NOISE.errors["batch norm"]
    means, spreads = errors.mean(axis=1), errors.std(axis=1, ddof=1)
    assert np.ptp(means) < spreads[0] + spreads[2]


@pytest.mark.parametrize(
    ("kind", "size"), [("batch norm", 256), ("batch norm in groups", 32), ("no batch norm", 256)]
)
def test_a_part_computed_again(kind, size):
    at = NOISE.sizes.index(size)
    wrong, loss = script.errors(kind, size, float(NOISE.rates[kind][at]), script.FRESH[0])
    assert abs(wrong - round(NOISE.errors[kind][at, 0] * 397)) <= 2
    assert loss == pytest.approx(NOISE.losses[kind][at, 0], rel=0.2)

"""Cross-entropy and squared error: their formulas, in every type."""

import numpy as np
import pytest

from bn_lib.measure import accuracy
from bn_lib.network import (
    Tanh,
    cross_entropy,
    squared_error,
)

H = 1e-6


def generator(seed=0):
    return np.random.default_rng(seed)


def test_losses_are_their_formulas():
    logits = np.array([[1.0, 2, 3], [0, 0, 0]])
    p = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    loss, _ = cross_entropy(logits, np.array([2, 0]))
    assert loss == pytest.approx((-np.log(p[2]) + np.log(3)) / 2)
    assert squared_error(np.ones((2, 3)), np.zeros((2, 3)))[0] == 3  # summed over outputs


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.float16, np.float32, bool])
def test_losses_of_other_types_are_those_of_float64(dtype):
    y, target = (generator(seed).integers(0, 2, (9, 3)) for seed in (1, 2))
    y[0] = 1 if dtype is bool else 120
    labels, rtol = np.arange(9) % 3, 1e-6
    for loss, goal in ((squared_error, target.astype(dtype)), (cross_entropy, labels)):
        found = loss(y.astype(dtype), goal)
        expected = loss(y.astype(float), goal.astype(float) if loss is squared_error else goal)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)
    assert squared_error(y.tolist(), target.tolist())[0] == squared_error(y, target)[0]


def test_cross_entropy_of_many_float16_logits_has_digits():
    logits, labels = generator().normal(size=(70_000, 3)), np.zeros(70_000, int)
    loss, dy = cross_entropy(logits.astype(np.float16), labels)
    expected, expected_dy = cross_entropy(logits.astype(np.float16).astype(float), labels)
    assert loss == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(dy, expected_dy, rtol=1e-3, atol=1e-12)


def test_cross_entropy_does_not_overflow():
    loss, dy = cross_entropy(np.array([[1e4, -1e4]]), np.array([1]))
    assert loss == 2e4
    np.testing.assert_array_equal(dy, [[1, -1]])


def test_a_list_of_labels_will_do():
    logits = np.array([[1.0, 2], [3, 1]])
    assert accuracy([Tanh()], logits, [1, 0]) == 1
    assert cross_entropy(logits, [1, 0])[0] == cross_entropy(logits, np.array([1, 0]))[0]

"""The check of the effective learning rate: each mistake has a message of its own."""

import numpy as np
import pytest

from bn_lib.exercises import check_effective_rate
from bn_lib.exercises.scale import recipe

WRONG = {
    "the gradient shrinks": lambda W, lr: lr / np.linalg.norm(W, axis=0),
    "mean of the squares": lambda W, lr: lr / (W**2).mean(axis=0),
    "square of the sum": lambda W, lr: lr / W.sum(axis=0) ** 2,
    "Your result is the same number for every unit": lambda W, lr: np.full(
        W.shape[1], lr / np.linalg.norm(W, 2) ** 2
    ),
    "name an axis": lambda W, lr: lr / (W**2).sum(),
    "axis 1": lambda W, lr: lr / (W**2).sum(axis=1),
    "turn more slowly": lambda W, lr: lr * (W**2).sum(axis=0),
    "lr is missing": lambda W, lr: 1 / (W**2).sum(axis=0),
    "When W is twice as large": lambda W, lr: lr + W.sum(axis=0),
    "Not written yet": lambda W, lr: None,
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "right",
    [
        lambda W, lr: lr / (W**2).sum(axis=0),
        lambda W, lr: lr / np.linalg.norm(W, axis=0, keepdims=True) ** 2,
        lambda W, lr: [lr / np.dot(w, w) for w in W.T],
    ],
)
def test_right_answers_pass(right, seed):
    assert check_effective_rate(right, seed=seed).passed


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("words", WRONG)
def test_each_mistake_is_named(words, seed):
    verdict = check_effective_rate(WRONG[words], seed=seed)
    assert not verdict.passed
    assert words in verdict.message


def test_weights_that_are_changed_are_noticed():
    def change(W, lr):
        W *= W
        return lr / W.sum(axis=0)

    assert "changes the W" in check_effective_rate(change).message


def test_the_recipe_is_the_definition():
    W = np.array([[3.0, 1.0], [4.0, 0.0]])
    np.testing.assert_allclose(recipe(W, 0.5), [0.02, 0.5])


@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_a_rate_of_one_s_own_is_found_out(rate):
    assert not check_effective_rate(lambda W, lr: rate / np.sum(W**2, axis=0)).passed

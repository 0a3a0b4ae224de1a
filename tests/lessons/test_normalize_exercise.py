"""The checks of means and of normalizing: right answers pass, each mistake has its own message."""

import numpy as np
import pytest

from bn_lib.exercises import Verdict, check_mean, check_normalize
from bn_lib.exercises.moments import small_batch, small_eps
from bn_lib.normalization import moments, normalize
from tests.lessons.answers import answers_of

RIGHT_MEAN = {
    "numpy": lambda H: H.mean(axis=0),
    "library": lambda H: moments(H)[0],
    "a list": lambda H: [sum(column) / len(column) for column in H.T.tolist()],
}

WRONG_MEAN = {
    "nothing": (lambda H: None, "Not written yet"),
    "examples": (lambda H: H.mean(axis=1), "over the units of one example"),
    "whole array": (lambda H: H.mean(), "over the whole array"),
    "sum": (lambda H: H.sum(axis=0), "N times too large: is there a sum"),
    "in place": (lambda H: H.mean(axis=0, out=H[0]), "changes the H it was given"),
}


def in_place(H, eps):
    H -= H.mean(axis=0)
    H /= np.sqrt((H**2).mean(axis=0) + eps)
    return H


def one_pass(H, eps):
    mean = H.mean(axis=0)
    return (H - mean) / np.sqrt((H**2).mean(axis=0) - mean**2 + eps)


def by_hand(H, eps):
    columns = []
    for column in H.T:
        centered = column - sum(column) / len(column)
        columns.append(centered * (np.dot(centered, centered) / len(column) + eps) ** -0.5)
    return np.stack(columns, axis=1)


RIGHT_NORMALIZE = {
    "library": normalize,
    "numpy": lambda H, eps: (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps),
    "std": lambda H, eps: (H - H.mean(0)) / np.sqrt(H.std(0, keepdims=True) ** 2 + eps),
    "by hand": by_hand,
    "hypot": lambda H, eps: (H - H.mean(0)) / np.hypot(H.std(0), np.sqrt(eps)),
    "wide": lambda H, eps: np.asarray(normalize(H.astype(np.float64), eps)),
    "a list": lambda H, eps: normalize(H, eps).tolist(),
}

WRONG_NORMALIZE = {
    "nothing": (lambda H, eps: None, "Not written yet"),
    "N - 1": (lambda H, eps: (H - H.mean(0)) / np.sqrt(H.var(0, ddof=1) + eps), "ddof=1"),
    "examples": (
        lambda H, eps: (H - H.mean(1, keepdims=True)) / np.sqrt(H.var(1, keepdims=True) + eps),
        "axis 1",
    ),
    "whole array": (lambda H, eps: (H - H.mean()) / np.sqrt(H.var() + eps), "whole array"),
    "eps outside": (lambda H, eps: (H - H.mean(0)) / (H.std(0) + eps), "added to the root"),
    "no eps": (lambda H, eps: (H - H.mean(0)) / H.std(0), "ε is missing"),
    "fixed eps": (lambda H, eps: (H - H.mean(0)) / np.sqrt(H.var(0) + 1e-5), "1e-5 whatever"),
    "variance": (lambda H, eps: (H - H.mean(0)) / (H.var(0) + eps), "divide by a variance"),
    "not centered": (lambda H, eps: H / np.sqrt(H.var(0) + eps), "mean is still in it"),
    "one pass": (one_pass, "difference of two large numbers"),
    "in place": (in_place, "changes the H it was given"),
    "one unit": (
        lambda H, eps: normalize(H[:, 0], eps),
        "has the shape (7,), but should have (7, 4)",
    ),
    "transposed": (lambda H, eps: normalize(H, eps).T, "It is transposed"),
    "integers": (lambda H, eps: normalize(H, eps).astype(int), "gives whole numbers"),
    "half": (lambda H, eps: normalize(H, eps).astype("f4"), "type float32"),
    "text": (lambda H, eps: "H_hat", "an array of numbers, but it is of type str"),
    "a pair": (lambda H, eps: (normalize(H, eps), H), "but it is of type tuple"),
    "rows of two lengths": (lambda H, eps: [[1.0], [1.0, 2.0]], "but it is of type list"),
    "true or false": (lambda H, eps: H > 0, "but it is of type ndarray of bool"),
    "nan": (lambda H, eps: np.where(H > 5, np.nan, H), "NaN or infinite, the first at index"),
    "something": (lambda H, eps: np.tanh(H), "no straight line in H"),
}


TestMean = answers_of(check_mean, RIGHT_MEAN, WRONG_MEAN)
TestNormalize = answers_of(check_normalize, RIGHT_NORMALIZE, WRONG_NORMALIZE)


def test_two_mistakes_at_once_are_both_named():
    verdict = check_normalize(lambda H, eps: (H - H.mean(0)) / H.std(0, ddof=1))
    assert "ddof=1" in verdict.message
    assert "ε is missing" in verdict.message


def test_a_message_says_by_how_much():
    std = small_batch(np.random.default_rng(0), 0)[:, 3].std()
    spread = check_normalize(WRONG_NORMALIZE["no eps"][0]).message
    right = std / np.hypot(std, np.sqrt(small_eps(0)))
    assert f"mean 0 and standard deviation 1; they should be 0 and {right:.2g}" in spread


@pytest.mark.parametrize("eps", [1e-3, 1e-5, 1e-8])
def test_an_epsilon_of_one_s_own_is_found_out(eps):
    mine = lambda H: np.sqrt(H.var(axis=0) + eps)  # noqa: E731
    assert not check_normalize(lambda H, _: (H - H.mean(axis=0)) / mine(H)).passed


def test_verdicts_are_plain():
    verdict = check_normalize(normalize)
    assert isinstance(verdict, Verdict)
    assert verdict.passed
    assert check_normalize(one_pass) == check_normalize(one_pass)

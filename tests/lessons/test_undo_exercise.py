"""The check of undoing: right answers pass, each mistake has its own message."""

import numpy as np
import pytest

from bn_lib.exercises import check_undo
from bn_lib.exercises.moments import small_batch, small_eps
from bn_lib.normalization import moments, undo_parameters
from tests.lessons.answers import answers_of


def pair(gamma, beta):
    return lambda H, eps: (gamma(H, eps), beta(H, eps))


def std(H, eps):
    return np.sqrt(H.var(0) + eps)


def mean(H, eps):
    return H.mean(0)


RIGHT = {
    "library": undo_parameters,
    "numpy": pair(std, mean),
    "a list": lambda H, eps: [std(H, eps), mean(H, eps)],
    "an array": lambda H, eps: np.stack([std(H, eps), mean(H, eps)]),
    "moments": lambda H, eps: (np.sqrt(moments(H)[1] + eps), moments(H)[0]),
}

WRONG = {
    "nothing": (lambda H, eps: None, "Not written yet"),
    "no eps": (pair(lambda H, eps: H.std(0), mean), "ε is missing"),
    "fixed eps": (pair(lambda H, eps: np.sqrt(H.var(0) + 1e-5), mean), "1e-5 whatever"),
    "eps outside": (pair(lambda H, eps: H.std(0) + eps, mean), "added to the root"),
    "N - 1": (pair(lambda H, eps: np.sqrt(H.var(0, ddof=1) + eps), mean), "ddof=1"),
    "variance": (pair(lambda H, eps: H.var(0) + eps, mean), "γ is a variance"),
    "swapped": (pair(mean, std), "swap the two"),
    "inverse": (
        pair(lambda H, eps: 1 / std(H, eps), lambda H, eps: -mean(H, eps) / std(H, eps)),
        "which is what normalizing itself adds",
    ),
    "one over": (pair(lambda H, eps: 1 / std(H, eps), mean), "γ divides once more"),
    "minus": (pair(std, lambda H, eps: -H.mean(0)), "wrong sign"),
    "mean / std": (pair(std, lambda H, eps: H.mean(0) / std(H, eps)), "β is divided"),
    "examples": (
        pair(lambda H, eps: np.sqrt(H.var(1) + eps), lambda H, eps: H.mean(1)),
        "over the units of one example",
    ),
    "whole array": (
        pair(lambda H, eps: np.sqrt(H.var() + eps), lambda H, eps: H.mean()),
        "whole array",
    ),
    "batch norm": (
        pair(lambda H, eps: np.ones(4), lambda H, eps: np.zeros(4)),
        "which a layer starts with",
    ),
    "one thing": (
        lambda H, eps: std(H, eps),
        "Return two things: γ, β. What came is of type ndarray of float64 of length 4",
    ),
    "an array of no axis": (lambda H, eps: np.array(1.0), "two things: γ, β. What came is of type"),
    "three things": (lambda H, eps: (std(H, eps), mean(H, eps), H), "of type tuple of length 3"),
    "a table": (
        lambda H, eps: np.stack([std(H, eps), mean(H, eps)], axis=1),
        "two numbers in each row, a row for each unit: return an array of all γ and one of all β",
    ),
    "from the ends": (
        pair(lambda H, eps: np.sqrt(np.ptp(H, axis=0) ** 2 / 5 + eps), mean),
        "In γ only the smallest and the largest values of each unit count: every example has to.",
    ),
    "from the largest": (
        pair(lambda H, eps: np.sqrt(np.abs(H.max(axis=0)) ** 1.5 + eps), mean),
        "In γ only the largest value of each unit counts: every example has to.",
    ),
    "nan": (pair(lambda H, eps: np.log(np.sign(H.mean(0)) + 1), mean), "of γ are NaN"),
    "in place": (
        pair(std, lambda H, eps: [H.mean(0), H.sort()][0]),
        "changes the H it was given",
    ),
    "one pass": (
        pair(lambda H, eps: np.sqrt((H**2).mean(0) - H.mean(0) ** 2 + eps), mean),
        "difference of two large numbers",
    ),
}


TestUndo = answers_of(check_undo, RIGHT, WRONG)


def test_two_mistakes_at_once_are_both_named():
    verdict = check_undo(lambda H, eps: (H.mean(0), H.std(0)))
    assert "swap the two" in verdict.message
    assert "ε is missing" in verdict.message


def test_a_message_says_by_how_much():
    std = small_batch(np.random.default_rng(0), 0)[:, 3].std()
    no_eps = check_undo(WRONG["no eps"][0]).message
    percent = 100 * (1 - std / np.hypot(std, np.sqrt(small_eps(0))))
    assert f"unit 3 of the check's batch misses H by {percent:.3g} % of its spread" in no_eps


@pytest.mark.parametrize("eps", [1e-3, 1e-5, 1e-8])
def test_an_epsilon_of_one_s_own_is_found_out(eps):
    assert not check_undo(lambda H, _: (np.sqrt(H.var(axis=0) + eps), H.mean(axis=0))).passed

"""The check of drift: right code passes, each mistake has its message."""

import numpy as np
import pytest

from bn_lib.exercises import check_drift


def test_the_right_drift_passes():
    right = check_drift(lambda means, stds: np.mean(np.abs(np.diff(means, axis=0)) / stds[:-1]))
    assert right.passed


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (lambda m, s: np.mean(np.diff(m, axis=0) / s[:-1]), "cancel"),
        (lambda m, s: np.mean(np.abs(np.diff(m, axis=0)) / s[1:]), "after the step"),
        (lambda m, s: np.mean(np.abs(np.diff(m, axis=0))), "division by the spread is missing"),
        (lambda m, s: np.mean(np.abs(np.diff(m, axis=0)) / s[:-1] ** 2), "variance"),
        (lambda m, s: np.mean(np.abs(np.diff(m, axis=1)) / s[:, :-1]), "between units"),
        (lambda m, s: np.sum(np.abs(np.diff(m, axis=0)) / s[:-1]), "a sum"),
        (lambda m, s: np.mean(np.abs(m[-1] - m[0]) / s[0]), "start to the end"),
        (lambda m, s: np.abs(np.diff(m, axis=0)) / s[:-1], "One number is wanted for the whole"),
        (lambda m, s: 7.5, "Whatever means and stds are"),
        (lambda m, s: None, "Not written yet"),
    ],
)
def test_each_mistake_has_its_message(wrong, named):
    verdict = check_drift(wrong)
    assert not verdict.passed
    assert named in verdict.message

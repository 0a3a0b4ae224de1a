"""The check of running statistics: PyTorch's and Keras's ways are right, each mistake is named."""

import numpy as np
import pytest

from bn_lib.exercises import check_running
from bn_lib.exercises.modes import running_var


def step(old, new, momentum):
    return (1 - momentum) * old + momentum * new


RIGHT = {
    "PyTorch": (lambda m, v, H, a: (step(m, H.mean(0), a), step(v, H.var(0, ddof=1), a)), ()),
    "a difference": (
        lambda m, v, H, a: (m + a * (H.mean(0) - m), v + a * (H.var(0, ddof=1) - v)),
        (),
    ),
    "biased": (
        lambda m, v, H, a: (step(m, H.mean(0), a), step(v, H.var(0), a)),
        ("biased variance, as Keras does",),
    ),
    "the old average's weight": (
        lambda m, v, H, a: (step(m, H.mean(0), 1 - a), step(v, H.var(0, ddof=1), 1 - a)),
        ("weight of the old average, as in Keras",),
    ),
    "Keras": (
        lambda m, v, H, a: (step(m, H.mean(0), 1 - a), step(v, H.var(0), 1 - a)),
        ("weight of the old average, as in Keras", "biased variance"),
    ),
}

WRONG = {
    "Not written yet": lambda m, v, H, a: None,
    "unlike the other": lambda m, v, H, a: (
        step(m, H.mean(0), a),
        step(v, H.var(0, ddof=1), 1 - a),
    ),
    "comes back as it came": lambda m, v, H, a: (m, step(v, H.var(0, ddof=1), a)),
    "averages a standard deviation": lambda m, v, H, a: (
        step(m, H.mean(0), a),
        step(v, H.std(0, ddof=1), a),
    ),
    "averages the squares of H": lambda m, v, H, a: (
        step(m, H.mean(0), a),
        step(v, (H**2).mean(0), a),
    ),
    "around the running mean": lambda m, v, H, a: (
        step(m, H.mean(0), a),
        step(v, ((H - step(m, H.mean(0), a)) ** 2).mean(0), a),
    ),
    "the weight 0.1 whatever comes": lambda m, v, H, a: (
        step(m, H.mean(0), 0.1),
        step(v, H.var(0, ddof=1), 0.1),
    ),
    "the weights don't add up to 1": lambda m, v, H, a: (
        m + a * H.mean(0),
        v + a * H.var(0, ddof=1),
    ),
    "the old value the weight (1 − momentum)² and the batch's the weight 1 − (1 − momentum)²; they"
    " should be 1 − momentum and momentum. Two steps": lambda m, v, H, a: (
        step(m, H.mean(0), 1 - (1 - a) ** 2),
        step(v, H.var(0, ddof=1), 1 - (1 - a) ** 2),
    ),
    "averages standard deviations, and squares the result; average": lambda m, v, H, a: (
        step(m, H.mean(0), a),
        step(np.sqrt(v), H.std(0, ddof=1), a) ** 2,
    ),
    "the batch's the weight 0.7, whatever momentum is,": lambda m, v, H, a: (
        step(m, H.mean(0), 0.7),
        step(v, H.var(0, ddof=1), 0.7),
    ),
    "lets mean come into var, where it has no place": lambda m, v, H, a: (
        step(m, H.mean(0), a),
        step(v, H.var(0, ddof=1), a) + a * (H.mean(0) - m) ** 2,
    ),
    "changes the mean": lambda m, v, H, a: (
        np.copyto(m, step(m, H.mean(0), a)) or m,
        step(v, H.var(0, ddof=1), a),
    ),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", RIGHT)
def test_both_ways_are_right_and_the_way_is_named(name, seed):
    function, remarks = RIGHT[name]
    verdict = check_running(function, seed=seed)
    assert verdict.passed, verdict.message
    assert ("remark" in verdict.message) == bool(remarks)
    for words in remarks:
        assert words in verdict.message


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("words", WRONG)
def test_each_mistake_is_named(words, seed):
    verdict = check_running(WRONG[words], seed=seed)
    assert not verdict.passed
    assert words in verdict.message


def test_the_recipe_is_the_definition():
    H = np.array([[1.0], [3.0]])  # var 1, unbiased 2
    np.testing.assert_allclose(running_var(None, np.array([4.0]), H, 0.25), [3.5])

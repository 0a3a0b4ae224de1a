"""The check of saturation: right answers pass, each mistake has its own message."""

import numpy as np

from bn_lib.exercises import check_saturated
from tests.lessons.answers import answers_of


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


def slope(z):
    return sigmoid(z) * (1 - sigmoid(z))


RIGHT = {
    "mean": lambda z, threshold: np.mean(slope(z) < threshold),
    "count": lambda z, threshold: np.count_nonzero(slope(z) < threshold) / z.size,
    "python": lambda z, threshold: float((slope(z) < threshold).mean()),
    "tanh": lambda z, threshold: np.mean((1 - np.tanh(z / 2) ** 2) / 4 < threshold),
    "one side safe": lambda z, threshold: np.mean(
        np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2 < threshold
    ),
}

WRONG = {
    "nothing": (lambda z, t: None, "Not written yet"),
    "value": (lambda z, t: np.mean(sigmoid(z) < t), "sigmoid's value with the threshold"),
    "both ends": (
        lambda z, t: np.mean((sigmoid(z) < t) | (1 - sigmoid(z) < t)),
        "how near the sigmoid's value is to 0 or 1",
    ),
    "or equal": (lambda z, t: np.mean(slope(z) <= t), "below is <"),
    "not saturated": (lambda z, t: np.mean(slope(z) >= t), "that are not saturated"),
    "right": (lambda z, t: np.mean((slope(z) < t) & (z > 0)), "positive z only"),
    "left": (lambda z, t: np.mean((slope(z) < t) & (z < 0)), "negative z only"),
    "z itself": (lambda z, t: np.mean(np.abs(z) > t), "z itself"),
    "tanh": (lambda z, t: np.mean(1 - np.tanh(z) ** 2 < t), "slope of tanh"),
    "percent": (lambda z, t: 100 * np.mean(slope(z) < t), "percent"),
    "count": (lambda z, t: np.sum(slope(z) < t), "You give a count"),
    "mean first": (lambda z, t: float(np.mean(slope(z)) < t), "slope.mean() < threshold"),
    "per unit": (lambda z, t: np.mean(slope(z) < t, axis=0), "shape (8,)"),
    "mask": (lambda z, t: slope(z) < t, "one number, but it is of type ndarray of bool"),
    "rows of two lengths": (lambda z, t: [[0.1], [0.1, 0.2]], "but it is of type list"),
    "any": (lambda z, t: bool((slope(z) < t).any()), "but it is of type bool"),
    "nan": (
        lambda z, t: np.mean(np.exp(-z) / (1 + np.exp(-z)) ** 2 < t),
        "The exponential overflows",
    ),
    "in place": (lambda z, t: np.mean(slope(np.abs(z, out=z)) < t), "changes the z"),
    "something": (lambda z, t: 0.5, "Whatever z and threshold are, your result is the same"),
}


TestSaturated = answers_of(check_saturated, RIGHT, WRONG)


def test_an_overflow_that_does_no_harm_is_a_remark():
    verdict = check_saturated(lambda z, t: np.mean((s := 1 / (1 + np.exp(-z))) * (1 - s) < t))
    assert verdict.passed
    assert "One remark: at z = ±1000 your exponential overflows" in verdict.message

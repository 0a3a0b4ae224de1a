"""Students' share of saturated entries: f(z, threshold) -> share."""

import math

import numpy as np

from . import right, wrong

CHECK = "saturated"


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


@right(CHECK)
def textbook(z, threshold):
    s = sigmoid(z)
    return np.mean(s * (1 - s) < threshold)


@right(CHECK)
def counted(z, threshold):
    count = 0
    for value in np.ravel(z):
        s = float(sigmoid(value))
        if s * (1 - s) < threshold:
            count += 1
    return count / z.size


@right(CHECK)
def derivative_by_exp(z, threshold):
    e = np.exp(-np.abs(z))
    return float(np.sum(e / (1 + e) ** 2 < threshold)) / np.prod(z.shape)


@right(CHECK)
def overflows_harmlessly(z, threshold):
    s = 1 / (1 + np.exp(-z))
    return (s * (1 - s) < threshold).mean()


@wrong(CHECK, "the value in place of the slope", r"value")
def value(z, threshold):
    return np.mean(sigmoid(z) < threshold)


@wrong(CHECK, "near 0 or 1", r"value|near 0 or 1")
def near_the_ends(z, threshold):
    s = sigmoid(z)
    return np.mean((s < threshold) | (s > 1 - threshold))


@wrong(CHECK, "above in place of below", r"not saturated|above|larger|<")
def steep(z, threshold):
    s = sigmoid(z)
    return np.mean(s * (1 - s) > threshold)


@wrong(CHECK, "a count", r"count")
def count_only(z, threshold):
    s = sigmoid(z)
    return np.sum(s * (1 - s) < threshold)


@wrong(CHECK, "percent", r"percent")
def percent(z, threshold):
    s = sigmoid(z)
    return 100 * np.mean(s * (1 - s) < threshold)


@wrong(
    CHECK,
    "divided by the number of examples only",
    r"examples|rows|len|per example|of one unit|8 times",
)
def over_rows(z, threshold):
    s = sigmoid(z)
    return np.sum(s * (1 - s) < threshold) / len(z)


@wrong(
    CHECK,
    "the mean slope",
    r"mean (of the )?slope|average slope|slopes? (is|are) averaged|slope itself",
)
def mean_slope(z, threshold):
    s = sigmoid(z)
    return np.mean(s * (1 - s))


@wrong(
    CHECK,
    "own threshold",
    r"threshold.*(argument|yours|own|0\.05|does not|whatever)|argument threshold",
)
def own_threshold(z, threshold):
    s = sigmoid(z)
    return np.mean(s * (1 - s) < 0.05)


@wrong(CHECK, "slope of tanh", r"tanh")
def tanh_slope(z, threshold):
    return np.mean(1 - np.tanh(z) ** 2 < threshold)


@wrong(CHECK, "s(1 + s)", r"slope|h · \(1 − h\)|1 − h")
def plus(z, threshold):
    s = sigmoid(z)
    return np.mean(s * (1 + s) < threshold)


@wrong(CHECK, "s² as the slope", r"slope|1 − h")
def squared(z, threshold):
    return np.mean(sigmoid(z) ** 2 < threshold)


@wrong(CHECK, "one side only", r"positive|both sides")
def one_side(z, threshold):
    s = sigmoid(z)
    return np.mean((s * (1 - s) < threshold) & (z > 0))


@wrong(CHECK, "≤", r"equal|<")
def or_equal(z, threshold):
    s = sigmoid(z)
    return np.mean(s * (1 - s) <= threshold)


@wrong(
    CHECK,
    "the sigmoid of the sigmoid",
    r"twice|sigmoid of the sigmoid|slope at|z is|sigmoid's value",
)
def sigmoid_twice(z, threshold):
    s = sigmoid(sigmoid(z))
    return np.mean(s * (1 - s) < threshold)


@wrong(CHECK, "a boolean for each unit", r"shape")
def per_unit(z, threshold):
    s = sigmoid(z)
    return (s * (1 - s) < threshold).mean(axis=0)


@wrong(CHECK, "overflows to nan", r"overflow")
def overflows(z, threshold):
    e = np.exp(z)
    return np.mean(e / (1 + e) ** 2 < threshold)


@wrong(CHECK, "math.exp on an overflow", r"OverflowError.*1000|1000.*overflow|too large")
def math_exp(z, threshold):
    count = 0
    for value in z.ravel():
        s = 1 / (1 + math.exp(-value))
        count += s * (1 - s) < threshold
    return count / z.size


@wrong(CHECK, "an if on an array", r"ValueError|truth|array")
def if_on_an_array(z, threshold):
    s = sigmoid(z)
    return 1.0 if s * (1 - s) < threshold else 0.0


@wrong(CHECK, "|z| against the threshold", r"z itself")
def z_itself(z, threshold):
    return np.mean(np.abs(z) > threshold)


@wrong(CHECK, "400 entries are written into it", r"400|written|whole|size")
def four_hundred(z, threshold):
    s = sigmoid(z)
    return np.sum(s * (1 - s) < threshold) / 400


@wrong(CHECK, "slope times 4, relative to its maximum", r"4|four|maximum|tanh|slope")
def relative_slope(z, threshold):
    s = sigmoid(z)
    return np.mean(4 * s * (1 - s) < threshold)

"""Sums and means over any array axes, and the shapes that go with them.

Over axis 0 of up to 512 examples, a sum is a product with ones in the type of a: it rounds at each
addition, and of float32 it may be several units of its last digit off. All other sums are those of
float64, rounded to the type of a. `batch_norm.center` makes up for what a mean has lost.
"""

from functools import lru_cache
from math import prod

import numpy as np

LONGEST = 512  # values: longer sums of float32 would lose more
# By dtype.char; (1, n) @ (n, D) is (1, D), so that the axis keeps length 1.
ONES = {"f": np.ones((1, LONGEST), np.float32), "d": np.ones((1, LONGEST))}


def mean(a, axes):
    """The mean of a over array axes, which keep length 1, in the type of a."""
    return (_sum(a, axes) / values_per_mean(a.shape, axes)).astype(a.dtype, copy=False)


def total(a, axes):
    """The sum of a over array axes, which keep length 1, in the type of a."""
    return _sum(a, axes).astype(a.dtype, copy=False)


def _sum(a, axes):
    if axes == (0,) and a.ndim <= 2 and len(a) <= LONGEST:
        return ONES[a.dtype.char][:, : len(a)].dot(a)  # half the time of a.sum
    return a.sum(axes, dtype=np.float64, keepdims=True)


@lru_cache  # the same few shapes come again and again
def values_per_mean(shape, axes):
    """The number m of values in each mean."""
    return prod([shape[a] for a in axes])


@lru_cache
def all_but_units(shape):
    """The array axes of batch normalization: all but axis 1."""
    return (0, *range(2, len(shape)))


def one_per_unit(statistic, dtype):
    """A statistic per unit in shape (D,), or a number for one unit."""
    statistic = statistic.astype(dtype, copy=False)
    return statistic.reshape(-1) if statistic.ndim > 1 else statistic[0]

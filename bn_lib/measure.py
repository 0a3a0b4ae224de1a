"""What the text speaks of, as numbers: how much of a batch is saturated, how straight a curve is.

Every quantity has its definition and its source.
"""

from typing import NamedTuple

import numpy as np

from bn_lib.network import sigmoid_slope


class Line(NamedTuple):
    """The straight line nearest to a curve, slope * z + intercept, and what it explains."""

    slope: float
    intercept: float
    r2: float


def saturated(z, threshold=0.05, axis=None):
    """The share of units that are saturated: those at which the sigmoid's slope is below threshold.

    "Saturated regime" is the word of Ioffe & Szegedy 2015, section 1, for |z| so large that the
    slope tends to zero; they set no threshold. 0.05, a fifth of the largest slope, is passed at
    |z| = 2.89. z: any shape; the share is taken over `axis` (all axes if None).

    Raises ValueError for an empty z and for NaN, which is neither saturated nor not.
    """
    z = np.asarray(z)
    if z.size == 0:
        raise ValueError(f"z has shape {z.shape}, expected at least one value")
    if np.isnan(z).any():
        raise ValueError("z has NaN in it, expected numbers: find where it comes from first")
    return np.mean(sigmoid_slope(z) < threshold, axis=axis)[()]


def best_line(z, h, weights=None):
    """The line through (z, h) with the least mean squared error, and its R².

    R² = 1 - mean squared error / variance of h, the part of the variance that the line explains
    (coefficient of determination: Draper & Smith, *Applied Regression Analysis*, chapter 1). It
    is the squared correlation of z and h.

    z, h: shape (N,); weights: shape (N,), not negative, for points that stand for more or fewer
    examples, such as a density on a grid. Returns Line(slope, intercept, r2).

    Raises ValueError for other shapes, or where z or h does not vary: no line is then the best
    one, or there is nothing to explain.
    """
    z, h = np.asarray(z, dtype=float), np.asarray(h, dtype=float)
    weights = np.ones_like(z) if weights is None else np.asarray(weights, dtype=float)
    if z.ndim != 1 or not z.shape == h.shape == weights.shape:
        raise ValueError(
            f"z has shape {z.shape}, h {h.shape} and weights {weights.shape}, expected (N,) each"
        )
    weights = weights / weights.sum()
    z_mean, h_mean = weights @ z, weights @ h
    z, h = z - z_mean, h - h_mean
    z_var, h_var, both = weights @ z**2, weights @ h**2, weights @ (z * h)
    if not (z_var > 0 and h_var > 0):
        raise ValueError("z and h must vary (and be finite) for a line to explain anything")
    slope = both / z_var
    return Line(float(slope), float(h_mean - slope * z_mean), float(both**2 / (z_var * h_var)))


def best_linear_map(x, h):
    """R² of the best linear map, with a constant, from x to h: how nearly h is linear in x.

    x: (N, D); h: (N, K), with N well above D, since D + 1 free numbers a column explain about
    (D + 1) / N of anything. Returns 1 - mean squared error / variance, both summed over the
    columns of h (least squares, as `best_line`).

    Raises ValueError for other shapes, N <= D + 1, or where h does not vary.
    """
    x, h = np.asarray(x, dtype=float), np.asarray(h, dtype=float)
    if x.ndim != 2 or h.ndim != 2 or len(x) != len(h):
        raise ValueError(f"x has shape {x.shape} and h {h.shape}, expected (N, D) and (N, K)")
    if len(x) <= x.shape[1] + 1:
        raise ValueError(
            f"x has shape {x.shape}: {len(x)} examples fit a map of {x.shape[1] + 1} numbers "
            "exactly whatever h is; take many more"
        )
    x, h = x - x.mean(0), h - h.mean(0)
    total = np.sum(h**2)
    if not total > 0:
        raise ValueError("h must vary (and be finite) for a map to explain anything")
    rest = h - x @ np.linalg.lstsq(x, h, rcond=None)[0]
    return float(1 - np.sum(rest**2) / total)

"""Batch normalization of (N, D) with few examples: what training mode does, in half the time.

A small network spends its time in the calls, not in the numbers: this is the usual case with no
call too many. Types and formulas are those of `training_mode` and `statistics`, and tests hold the
two together.
"""

from math import inf, isfinite

import numpy as np

MOST = 256  # examples; longer sums need more care in float32
ONES = {"f": np.ones((1, MOST), np.float32), "d": np.ones((1, MOST))}
DOUBLE, SINGLE = np.dtype(np.float64), np.dtype(np.float32)


def usual(x, gamma, beta, eps, axis):
    """Whether this is such a case, with arguments that need no further check."""
    return (
        axis is None
        and type(x) is type(gamma) is type(beta) is np.ndarray
        and (x.dtype is SINGLE or x.dtype is DOUBLE)
        and x.ndim == 2
        and 1 < x.shape[0] <= MOST
        and gamma.shape == beta.shape == x.shape[1:] != (0,)
        and gamma.dtype.char in "fd"
        and beta.dtype.char in "fd"
        and type(eps) is float
        and 1e-20 < eps < inf
    )


def forward(x, gamma, beta, eps):
    """Return y, x_hat, gamma, mean, var, std; y is None where a variance leaves the range."""
    m, ones = x.shape[0], ONES[x.dtype.char][:, : x.shape[0]]
    mean = ones @ x
    mean /= m
    x_hat = x - mean
    rest = ones @ x_hat
    rest /= m
    x_hat -= rest
    var = (ones @ (x_hat * x_hat)).astype(DOUBLE)
    var /= m
    if not isfinite(np.vdot(var, var)):
        return None, None
    std = np.sqrt(var + eps)
    x_hat /= std.astype(x.dtype)
    y = x_hat * gamma.astype(x.dtype)
    y += beta.astype(x.dtype)
    return y, x_hat, gamma.astype(DOUBLE)[None], mean.astype(DOUBLE) + rest, var, std


def usual_backward(dy, x_hat, dtype):
    """Whether the gradient dy comes to such a case."""
    return (
        type(dy) is np.ndarray
        and dy.dtype is x_hat.dtype is dtype
        and dy.shape == x_hat.shape
        and x_hat.ndim == 2
        and x_hat.shape[0] <= MOST
    )


def backward(dy, x_hat, gamma, std):
    """Return dx, dgamma and dbeta."""
    m, ones = dy.shape[0], ONES[dy.dtype.char][:, : dy.shape[0]]
    dgamma, dbeta = ones @ (dy * x_hat), ones @ dy
    dx = x_hat * (dgamma / m)
    np.subtract(dy, dx, out=dx)
    dx -= dbeta / m
    dx *= (gamma / std).astype(dy.dtype)
    return dx, dgamma[0], dbeta[0]

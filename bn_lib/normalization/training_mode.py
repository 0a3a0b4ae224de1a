"""Training mode: the statistics are those of the mini-batch, and gradients flow through them."""

from typing import NamedTuple

import numpy as np

from .arguments import (
    all_but_units,
    as_floats,
    as_type,
    as_upstream,
    check_eps,
    count,
    per_unit,
    statistic_axes,
)
from .statistics import like, moments_in_range, quiet, side_by_side, standardize, sum_over, units


class BatchNormCache(NamedTuple):
    """What batch_norm leaves for batch_norm_backward and for RunningStatistics.

    x_hat has the shape of x, dtype is the type of y. The statistics mean, var and
    std = sqrt(var + eps) are float64; they keep the array axes `axes` with length 1, as gamma does,
    which has the type of x_hat.
    """

    x_hat: np.ndarray
    gamma: np.ndarray
    mean: np.ndarray
    var: np.ndarray
    std: np.ndarray
    axes: tuple
    dtype: np.dtype


class UndoParameters(NamedTuple):
    """The gamma and beta with which batch normalization returns its input."""

    gamma: np.ndarray
    beta: np.ndarray


@quiet
def moments(x, axis=None):
    """Return mean and biased variance (Ioffe & Szegedy 2015, algorithm 1, lines 1 and 2).

    x: (N,), (N, D), (N, C, H, W). Returns (mean, var) in the shape of x without the array axes
    `axis`, in the type of x. The variance divides by m ("biased"), as np.var does.

    Raises ValueError for an empty batch, a wrong axis, or a variance too large for the type;
    TypeError for what is no real number.
    """
    x, dtype = as_floats(x, "x")
    axes = statistic_axes(x.shape, axis, least=1)
    mean, var = moments_in_range(x, axes, dtype)
    return mean.astype(dtype)[()], var.astype(dtype)[()]


@quiet
def normalize(x, eps=1e-5, axis=None):
    """Return x_hat = (x - mean) / sqrt(var + eps) (Ioffe & Szegedy 2015, algorithm 1, line 3).

    x: (N,), (N, D), (N, C, H, W). Returns x_hat in the shape and type of x.

    Raises ValueError for an empty batch, one value per unit, a wrong axis, eps < 0, or eps = 0
    with a constant unit; TypeError for what is no real number.
    """
    x, dtype = as_floats(x, "x")
    x_hat, *_ = standardize(x, statistic_axes(x.shape, axis), check_eps(eps))
    return x_hat.astype(dtype, copy=False)


@quiet
def batch_norm(x, gamma=1.0, beta=0.0, eps=1e-5, axis=None):
    """Return y = gamma * x_hat + beta in training mode (Ioffe & Szegedy 2015, algorithm 1).

    x: (N,), (N, D), (N, C, H, W); gamma, beta: one number, or one per unit, shape (D,).
    Returns (y, cache): y in the shape and type of x, and what batch_norm_backward needs.

    Raises ValueError for an empty batch, one value per unit, a wrong axis, gamma or beta of a
    wrong shape, eps < 0, or eps = 0 with a constant unit; TypeError for what is no real number.
    """
    x, dtype = as_floats(x, "x")
    axes = statistic_axes(x.shape, axis)
    eps = check_eps(eps)
    gamma, beta = per_unit(gamma, "gamma", x, x.dtype), per_unit(beta, "beta", x, x.dtype)

    rows, over = side_by_side(x, axes) if eps > 0 else (x, axes)
    x_hat, mean, var, std = standardize(rows, over, eps)
    y = x_hat * like(rows, gamma)
    y += like(rows, beta)
    if rows is not x:
        y, x_hat = y.reshape(x.shape), x_hat.reshape(x.shape)
        mean, var, std = mean[0], var[0], std[0]
    return as_type(y, dtype), BatchNormCache(x_hat, gamma, mean, var, std, axes, dtype)


@quiet
def batch_norm_backward(dy, cache):
    """Return the gradients of the loss (Ioffe & Szegedy 2015, section 3, the six equations).

    With the paper's dvar and dmean put into its dx, and mean() over the array axes of the
    statistics:

        dx_hat = dy * gamma
        dx     = (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / sqrt(var + eps)
        dgamma = sum(dy * x_hat)
        dbeta  = sum(dy)

    dy: the shape of y. Returns (dx, dgamma, dbeta) in the type of x; dgamma and dbeta have shape
    (D,), one per unit even where gamma was one number for all, and are numbers for (N,).

    Raises ValueError for another shape than that of y; TypeError for what is no real number.
    """
    x_hat, gamma, _, _, std, axes, dtype = cache
    dy = as_upstream(dy, x_hat)
    m, over_units, shape = count(x_hat.shape, axes), all_but_units(x_hat.shape), x_hat.shape
    if axes == over_units:
        x_hat, axes = side_by_side(x_hat, axes)
        dy, over_units = dy.reshape(x_hat.shape), axes
    dgamma, dbeta = sum_over(over_units, dy, x_hat), sum_over(over_units, dy)
    if axes == over_units:  # gamma leaves the means, and both sums are known
        upstream, scale, mean, mean_x_hat = dy, gamma / std, dbeta / m, dgamma / m
    else:
        upstream, scale = dy * like(x_hat, gamma), 1 / std
        mean, mean_x_hat = sum_over(axes, upstream) / m, sum_over(axes, upstream, x_hat) / m
    dx = x_hat * like(x_hat, mean_x_hat)
    np.subtract(upstream, dx, out=dx)
    dx -= like(x_hat, mean)
    dx *= like(x_hat, scale)
    return as_type(dx, dtype).reshape(shape), units(dgamma, dtype), units(dbeta, dtype)


@quiet
def undo_parameters(x, eps=1e-5):
    """Return gamma = sqrt(var + eps) and beta = mean: with them batch_norm returns x.

    Ioffe & Szegedy 2015, section 3, gives gamma = sqrt(Var[x]), beta = E[x]. With eps > 0 that
    gamma is too small, by 1 - sigma / sqrt(sigma**2 + eps) of every deviation from the mean.

    x: (N,), (N, D), (N, C, H, W). Returns UndoParameters(gamma, beta) in the type of x, of shape
    (D,), or numbers for (N,). Raises what normalize raises.
    """
    x, dtype = as_floats(x, "x")
    _, mean, _, std = standardize(x, statistic_axes(x.shape, None), check_eps(eps))
    return UndoParameters(gamma=units(std, dtype), beta=units(mean, dtype))

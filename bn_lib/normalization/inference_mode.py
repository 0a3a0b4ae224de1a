"""Inference mode: the statistics are constants, averaged over the mini-batches of training."""

from math import isfinite

import numpy as np

from .arguments import (
    all_but_units,
    as_floats,
    as_upstream,
    check_fits,
    check_not_empty,
    count,
    given_std,
    number,
    per_unit,
    statistic_axes,
)
from .statistics import moments_in_range, quiet, sum_over, units
from .training_mode import BatchNormCache


class RunningStatistics:
    """Moving averages of mean and var over mini-batches, for inference.

        mean <- (1 - momentum) * mean + momentum * mean of the batch        (var likewise)

    momentum (0 to 1) is the weight of the NEW batch, as in PyTorch. Keras and CS231n give the
    weight of the OLD average: momentum = 1 - theirs, so their 0.99 is 0.01 here.
    unbiased=True averages var * m / (m - 1), as the paper (algorithm 2, line 10) and PyTorch do;
    unbiased=False averages the biased var that normalizes, as Keras does.
    The start, mean 0 and var 1, still weighs (1 - momentum)**T after T batches.

    mean and var are float64 of shape (D,), or numbers for (N,), and before the first batch.
    Raises ValueError for momentum outside [0, 1], TypeError where it is no number.
    """

    def __init__(self, momentum=0.1, unbiased=True):
        momentum = number(momentum, "momentum")
        if not 0 <= momentum <= 1:
            raise ValueError(
                f"momentum is {momentum}, expected a number from 0 to 1, the weight of the new "
                "batch: for a weight of the old average (Keras, CS231n) take 1 - that weight"
            )
        self.momentum, self.unbiased = momentum, unbiased
        self.mean, self.var = np.float64(0), np.float64(1)
        self._shape = None

    @quiet
    def update(self, batch):
        """Take in a mini-batch: x itself, or the cache that batch_norm made of it.

        Raises ValueError, and changes nothing, for an empty batch, one value per unit, another
        number of units than before, a variance too large for float64, or a cache of layer,
        instance or group normalization, whose statistics don't belong to units.
        """
        if isinstance(batch, BatchNormCache):
            x, axes = batch.x_hat, batch.axes
            if axes != all_but_units(x.shape):
                raise ValueError(
                    f"the cache holds statistics over array axes {axes}, expected "
                    f"{all_but_units(x.shape)}: only batch normalization has running statistics"
                )
            mean, var = batch.mean.squeeze(axes), batch.var.squeeze(axes)
        else:
            x, _ = as_floats(batch, "x")
            axes = statistic_axes(x.shape, None)
            mean, var = moments_in_range(x, axes, np.float64)
        if self._shape not in (None, mean.shape):
            raise ValueError(
                f"the batch has units of shape {mean.shape}, expected {self._shape} as in the "
                "batches before: use one RunningStatistics for each layer"
            )
        new, m = self.momentum, count(x.shape, axes)
        mean = (1 - new) * self.mean + new * mean
        if self.unbiased:
            new *= m / (m - 1)
        var = (1 - self.momentum) * self.var + new * var
        if not isfinite(np.vdot(var, var)):
            check_fits(var, np.float64)
        self.mean, self.var, self._shape = mean, var, mean.shape


@quiet
def batch_norm_inference(x, gamma, beta, mean, var, eps=1e-5):
    """Return y = gamma * (x - mean) / sqrt(var + eps) + beta with given, constant mean and var.

    Ioffe & Szegedy 2015, algorithm 2, line 11. A row of y depends on no other row of x, so one
    example is enough. Computed in float64.

    x: (N,), (N, D), (N, C, H, W); gamma, beta, mean, var: one number, or one per unit, shape
    (D,). Returns y in the shape and type of x.

    Raises ValueError for an empty batch, a wrong shape, var negative or infinite, eps < 0, or
    eps = 0 with var = 0; TypeError for what is no real number.
    """
    x, dtype = as_floats(x, "x")
    check_not_empty(x.shape)
    gamma, beta = per_unit(gamma, "gamma", x), per_unit(beta, "beta", x)
    y = x - per_unit(mean, "mean", x)
    y *= gamma / given_std(var, x, eps)  # first what is small: one pass over x less
    y += beta
    return y.astype(dtype, copy=False)


@quiet
def batch_norm_inference_backward(dy, x, gamma, mean, var, eps=1e-5):
    """Return the gradients (dx, dgamma, dbeta) through batch_norm_inference.

        dx = dy * gamma / sqrt(var + eps)    dgamma = sum(dy * x_hat)    dbeta = sum(dy)

    mean and var are constants here, so the two means that batch_norm_backward subtracts from dx
    are missing. Shapes, types and errors: see batch_norm_inference and batch_norm_backward.
    """
    x, dtype = as_floats(x, "x")
    check_not_empty(x.shape)
    dy = as_upstream(dy, x)
    gamma, std = per_unit(gamma, "gamma", x), given_std(var, x, eps)
    x_hat = (x - per_unit(mean, "mean", x)) / std
    axes = all_but_units(x.shape)
    dgamma, dbeta = sum_over(axes, dy * x_hat), sum_over(axes, dy)
    dx = dy * (gamma / std)
    return dx.astype(dtype, copy=False), units(dgamma, dtype), units(dbeta, dtype)


@quiet
def fold(W, b, gamma, beta, mean, var, eps=1e-5):
    """Return the one linear layer that does a linear layer and the inference mode after it.

        x @ W' + b' = batch_norm_inference(x @ W + b, gamma, beta, mean, var, eps)
        W' = W * gamma / sqrt(var + eps)        b' = (b - mean) * gamma / sqrt(var + eps) + beta

    Ioffe & Szegedy 2015, algorithm 2, line 11, read as a linear map.

    W: (inputs, units); b: (units,), one number, or None for none; gamma, beta, mean, var: one
    number or (units,). Returns (W', b') of shapes (inputs, units) and (units,), in the type of W.

    Raises ValueError for a wrong shape, var negative or infinite, eps < 0, or eps = 0 with
    var = 0; TypeError for what is no real number.
    """
    W, dtype = as_floats(W, "W")
    if W.ndim != 2 or W.size == 0:
        raise ValueError(f"W has shape {W.shape}, expected (inputs, units), as in y = x @ W + b")
    b, mean = per_unit(0.0 if b is None else b, "b", W), per_unit(mean, "mean", W)
    scale = per_unit(gamma, "gamma", W) / given_std(var, W, eps)
    shift = (b - mean) * scale + per_unit(beta, "beta", W)
    return (W * scale).astype(dtype), np.broadcast_to(shift, (1, W.shape[1]))[0].astype(dtype)

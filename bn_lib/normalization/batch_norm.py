"""Batch normalization as in Ioffe & Szegedy 2015: the code is the equations of the docstrings.

The package's own docstring has symbols, shapes and types. careful.mean(a, axes) is a.mean(axes,
keepdims=True), careful.total(a, axes) the sum; m counts the values in a mean, where the paper's
counts the examples of a batch. The functions check_… refuse what cannot be computed. as_…,
per_unit, in_type and given_statistics do so too, and return their arguments as arrays of one type,
shaped to go with x. `dtype` is the type of the results: of float16 it is not that of the computing.
"""

from typing import NamedTuple

import numpy as np

from bn_lib.arguments import as_bool, as_floats

from . import careful
from .careful import all_but_units, one_per_unit, values_per_mean
from .refusals import (
    as_batch,
    as_eps,
    as_momentum,
    as_upstream,
    check_cache,
    check_matrix,
    check_not_empty,
    check_range,
    check_same_units,
    check_units_axes,
    check_variance,
    given_statistics,
    in_type,
    per_unit,
)

# A decorator: NumPy doesn't warn, since check_range refuses what must not overflow.
quiet = np.errstate(all="ignore")


# ---------------------------------------------------------------- training mode: forward


def center(x, axes):
    """Return x - mean, and mean and var with the axes at length 1 (algorithm 1, lines 1 and 2).

    x is centered twice, after the corrected two-pass algorithm of Chan, Golub & LeVeque 1983. The
    first mean is rounded, in its sum and as a number of x's type: near 1,000,000 those of float32
    are 0.06 apart. Its error would be in all of x - mean, and its square in var. The difference
    itself loses nothing: of numbers near each other it is exact. What is left is small, so its mean
    is off by far less, and once that is subtracted too, the values are centered to their last
    digits. Of a constant a few last digits are left, everywhere the same, and then exactly 0.
    Sums in float64 would do the same for float32, in more time, and nothing for float64.
    """
    rough_mean = careful.mean(x, axes)
    centered = x - rough_mean
    rest = careful.mean(centered, axes)
    centered -= rest
    var = careful.mean(centered**2, axes)
    return centered, rough_mean + rest, var


@quiet
def moments(x, axis=None):
    """Return mean and biased variance (Ioffe & Szegedy 2015, algorithm 1, lines 1 and 2).

        mean = sum(x) / m        var = sum((x - mean)**2) / m

    x: (N,), (N, D), (N, C, H, W). Returns (mean, var) in the shape of x without the array axes
    `axis`, in the type of x. The variance divides by m ("biased"), as np.var does. `center` has the
    lines, with more care.
    """
    x, axes, dtype = as_batch(x, axis, least=1)  # one value has moments, and is refused elsewhere
    _, mean, var = center(x, axes)
    check_range(var, "a variance", axes, x)
    var = in_type(var, dtype, "a variance")  # may be too large for float16; a mean is not
    return mean.squeeze(axes).astype(dtype)[()], var.squeeze(axes)[()]  # [()]: a number for (N,)


@quiet
def normalize(x, eps=1e-5, axis=None):
    """Return x_hat = (x - mean) / sqrt(var + eps) (Ioffe & Szegedy 2015, algorithm 1, line 3).

    x: (N,), (N, D), (N, C, H, W). Returns x_hat in the shape and type of x.
    """
    x, axes, dtype = as_batch(x, axis)
    eps = as_eps(eps)
    centered, _, var = center(x, axes)
    check_variance(var, eps, x, axes)
    x_hat = centered / np.sqrt(var + eps)
    return x_hat.astype(dtype, copy=False)


class BatchNormCache(NamedTuple):
    """What batch_norm leaves for batch_norm_backward and for RunningStatistics.

    x_hat has the shape of x. In mean, var and std the array axes `axes` have length 1, in gamma all
    but axis 1. std is sqrt(var + eps), by which x - mean is divided: the notebooks' σ has no eps.
    All have the type in which x is computed; dtype is that of y.
    """

    x_hat: np.ndarray
    gamma: np.ndarray
    mean: np.ndarray
    var: np.ndarray
    std: np.ndarray
    axes: tuple
    dtype: np.dtype


@quiet
def batch_norm(x, gamma=1.0, beta=0.0, eps=1e-5, axis=None):
    """Return y = gamma * x_hat + beta in training mode (Ioffe & Szegedy 2015, algorithm 1).

    x: (N,), (N, D), (N, C, H, W); gamma, beta: one number, or one per unit, shape (D,).
    Returns (y, cache): y in the shape and type of x, and what batch_norm_backward needs.

    Where gamma or beta is too large for the type of x, y is infinite: unlike inference mode,
    training has a loss after it that says so, and to check each y would take time.
    """
    x, axes, dtype = as_batch(x, axis)
    gamma, beta = per_unit(gamma, "gamma", x, x.dtype), per_unit(beta, "beta", x, x.dtype)
    eps = as_eps(eps)

    centered, mean, var = center(x, axes)
    check_variance(var, eps, x, axes)
    std = np.sqrt(var + eps)
    x_hat = centered / std
    y = gamma * x_hat + beta
    cache = BatchNormCache(x_hat, gamma, mean, var, std, axes, dtype)
    return y.astype(dtype, copy=False), cache


class UndoParameters(NamedTuple):
    """The gamma and beta with which batch normalization returns its input."""

    gamma: np.ndarray
    beta: np.ndarray


@quiet
def undo_parameters(x, eps=1e-5):
    """Return gamma = sqrt(var + eps) and beta = mean: with them batch_norm returns x.

    Ioffe & Szegedy 2015, section 3, gives gamma = sqrt(Var[x]), beta = E[x]. With eps > 0 that
    gamma is too small: of every deviation from the mean 1 - sqrt(var) / sqrt(var + eps) is lost.

    x: (N,), (N, D), (N, C, H, W). Returns UndoParameters(gamma, beta) in the type of x, of shape
    (D,), or numbers for (N,). Over other axes no gamma and beta per unit would return x.
    """
    x, axes, dtype = as_batch(x)
    eps = as_eps(eps)
    _, mean, var = center(x, axes)
    check_variance(var, eps, x, axes)
    gamma = np.sqrt(var + eps)
    beta = mean
    return UndoParameters(one_per_unit(gamma, dtype), one_per_unit(beta, dtype))


# ---------------------------------------------------------------- training mode: backward


@quiet
def batch_norm_backward(dy, cache):
    """Return the gradients of the loss (Ioffe & Szegedy 2015, section 3).

    Of the six equations there, those for dvar and dmean are put into that for dx; the second term
    of dmean is 0, as sum(x - mean) is. With std = sqrt(var + eps) and mean() over the array axes of
    the statistics:

        dx_hat = dy * gamma
        dx     = (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / std
        dgamma = sum(dy * x_hat)
        dbeta  = sum(dy)

    In batch normalization each mean belongs to one unit, with one gamma, which may come last:

        dx     = gamma / std * (dy - dbeta / m - x_hat * (dgamma / m))

    dy: the shape of y. Returns (dx, dgamma, dbeta) in the type of x; dgamma and dbeta have shape
    (D,), one per unit even where gamma was one number for all, and are numbers for (N,).
    """
    check_cache(cache, BatchNormCache)
    x_hat, gamma, std, axes, dtype = cache.x_hat, cache.gamma, cache.std, cache.axes, cache.dtype
    dy = as_upstream(dy, x_hat)
    unit_axes, m = all_but_units(x_hat.shape), values_per_mean(x_hat.shape, axes)

    dgamma = careful.total(dy * x_hat, unit_axes)
    dbeta = careful.total(dy, unit_axes)
    if axes == unit_axes:  # in place, since new memory costs time
        dx = dy - dbeta / m
        dx -= x_hat * (dgamma / m)
        dx *= gamma / std
    else:
        dx_hat = dy * gamma
        dx = dx_hat - careful.mean(dx_hat, axes) - x_hat * careful.mean(dx_hat * x_hat, axes)
        dx /= std
        # In the other branch dx has these two in it, and its check sees them.
        check_range(dgamma, "dgamma", unit_axes, dy, x_hat)
        check_range(dbeta, "dbeta", unit_axes, dy)

    check_range(dx, "dx", axes, dy, x_hat, gamma, std)
    return dx.astype(dtype, copy=False), one_per_unit(dgamma, dtype), one_per_unit(dbeta, dtype)


# ---------------------------------------------------------------- inference mode


class RunningStatistics:
    """Moving averages of mean and var over mini-batches, for inference.

        mean <- (1 - momentum) * mean + momentum * mean of the batch        (var likewise)

    momentum (0 to 1) is the weight of the NEW batch, as in PyTorch. Keras and CS231n give the
    weight of the OLD average: momentum = 1 - theirs, so their 0.99 is 0.01 here.
    unbiased=True averages var * m / (m - 1), as the paper (algorithm 2, line 10) and PyTorch do;
    unbiased=False averages the biased var that normalizes, as Keras does.
    The start, mean 0 and var 1, still weighs (1 - momentum)**T after T batches.

    mean and var are float64: numbers before the first batch and for batches (N,), else (D,).
    """

    def __init__(self, momentum=0.1, unbiased=True):
        self.momentum, self.unbiased = as_momentum(momentum), as_bool(unbiased, "unbiased")
        self.mean, self.var = np.float64(0), np.float64(1)
        self.batches = 0

    @quiet
    def update(self, batch):
        """Take in a mini-batch: x itself, or the cache that batch_norm made of it.

        Of x, mean and var are taken in float64; a cache has those by which it was normalized.

        Where a batch is refused, nothing changes: one of another number of units than before, or a
        cache of layer, instance or group normalization, whose statistics don't belong to units.
        """
        if isinstance(batch, BatchNormCache):
            shape, axes, mean, var = batch.x_hat.shape, batch.axes, batch.mean, batch.var
            check_units_axes(axes, shape)
        else:
            x, axes, _ = as_batch(batch)
            x, shape = x.astype(np.float64), x.shape
            _, mean, var = center(x, axes)
            check_range(var, "a variance", axes, x)
        mean, var = one_per_unit(mean, np.float64), one_per_unit(var, np.float64)
        check_same_units(mean.shape, self)

        new, m = self.momentum, values_per_mean(shape, axes)
        bessel = m / (m - 1) if self.unbiased else 1.0
        running_mean = (1 - new) * self.mean + new * mean
        running_var = (1 - new) * self.var + new * bessel * var
        check_range(running_var, "a variance", (), var, self.var)
        self.mean, self.var, self.batches = running_mean, running_var, self.batches + 1


@quiet
def batch_norm_inference(x, gamma, beta, mean, var, eps=1e-5):
    """Return y = gamma * (x - mean) / sqrt(var + eps) + beta with given, constant mean and var.

    Ioffe & Szegedy 2015, algorithm 2, line 11. A row of y depends on no other row of x, so one
    example is enough. gamma, beta, mean and var are taken in float64, and so y is computed: a
    given mean is not corrected by a second one, as in `center`.

    x: (N,), (N, D), (N, C, H, W); gamma, beta, mean, var: one number, or one per unit, shape
    (D,). Returns y in the shape and type of x.
    """
    x, dtype = as_floats(x, "x")
    check_not_empty(x.shape)
    gamma, beta = per_unit(gamma, "gamma", x), per_unit(beta, "beta", x)
    mean, var, eps = given_statistics(mean, var, eps, x)

    y = gamma / np.sqrt(var + eps) * (x - mean) + beta

    check_range(y, "y", (), x, gamma, beta, mean, var)
    return in_type(y, dtype, "y")


@quiet
def batch_norm_inference_backward(dy, x, gamma, mean, var, eps=1e-5):
    """Return the gradients (dx, dgamma, dbeta) through batch_norm_inference.

        dx = dy * gamma / sqrt(var + eps)    dgamma = sum(dy * x_hat)    dbeta = sum(dy)

    mean and var are constants here, so the two means of batch_norm_backward don't arise. Shapes and
    types: see there and batch_norm_inference.
    """
    x, dtype = as_floats(x, "x")
    check_not_empty(x.shape)
    dy, gamma = as_upstream(dy, x), per_unit(gamma, "gamma", x)
    mean, var, eps = given_statistics(mean, var, eps, x)

    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    unit_axes = all_but_units(x.shape)
    dx = dy * (gamma / std)
    dgamma = careful.total(dy * x_hat, unit_axes)
    dbeta = careful.total(dy, unit_axes)

    check_range(dx, "dx", (), dy, gamma, var)
    check_range(dgamma, "dgamma", unit_axes, dy, x, mean, var)
    check_range(dbeta, "dbeta", unit_axes, dy)
    return in_type(dx, dtype, "dx"), one_per_unit(dgamma, dtype), one_per_unit(dbeta, dtype)


@quiet
def fold(W, b, gamma, beta, mean, var, eps=1e-5):
    """Return the one linear layer that does a linear layer and the inference mode after it.

        x @ W' + b' = batch_norm_inference(x @ W + b, gamma, beta, mean, var, eps)
        W' = W * gamma / sqrt(var + eps)        b' = (b - mean) * gamma / sqrt(var + eps) + beta

    Ioffe & Szegedy 2015, algorithm 2, line 11, read as a linear map.

    W: (inputs, units); b: (units,), one number, or None for none; gamma, beta, mean, var: one
    number or (units,). Returns (W', b') of shapes (inputs, units) and (units,), in the type of W.
    """
    W, dtype = as_floats(W, "W")
    check_matrix(W.shape)
    b = per_unit(0.0 if b is None else b, "b", W)
    gamma, beta = per_unit(gamma, "gamma", W), per_unit(beta, "beta", W)
    mean, var, eps = given_statistics(mean, var, eps, W)

    scale = gamma / np.sqrt(var + eps)
    W_folded = W * scale
    b_folded = (b - mean) * scale + beta

    check_range(W_folded, "W'", (), W, gamma, var)
    check_range(b_folded, "b'", (), b, gamma, beta, mean, var)
    b_folded = np.zeros(W.shape[1]) + b_folded[0]  # (1, units), or (1, 1) of numbers, to (units,)
    return in_type(W_folded, dtype, "W'"), in_type(b_folded, dtype, "b'")

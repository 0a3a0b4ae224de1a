"""Layer, instance, group and RMS normalization: the lines of batch_norm over other array axes.

    x_hat = (x - mean) / sqrt(var + eps)        y = gamma * x_hat + beta

Only the values that share a mean and a var differ. For x of shape (N, C, H, W) they are

    batch       (0, 2, 3)   one channel of all examples
    layer       (1, 2, 3)   one example
    instance    (2, 3)      one channel of one example
    group       (1, 2, 3)   C / G neighboring channels of one example
    RMS         (1, 2, 3)   one example; no mean is subtracted

All but batch never look beyond an example, so they are the same in training and in inference, and
need no running statistics. gamma and beta belong to the channels in all of them: shape (C,), or one
number. Types, range and refusals are those of batch_norm.
"""

from typing import NamedTuple

import numpy as np

from bn_lib.arguments import as_floats

from . import careful
from .batch_norm import BatchNormCache, batch_norm, batch_norm_backward, quiet
from .careful import all_but_units, one_per_unit
from .refusals import (
    as_batch,
    as_eps,
    as_upstream,
    axes_within_an_example,
    check_cache,
    check_groups,
    check_mean_square,
    check_range,
    per_unit,
)


def layer_norm(x, gamma=1.0, beta=0.0, eps=1e-5):
    """Return y = gamma * x_hat + beta, with mean and var of each example (Ba et al. 2016, eq. 3).

    x: (N, C) or (N, C, H, W); gamma, beta: one number, or one per channel, shape (C,).
    Returns (y, cache) as batch_norm does; batch_norm_backward(dy, cache) is the backward pass.

    Raises ValueError for x of shape (N,) too, and for one value per example.
    """
    return batch_norm(x, gamma, beta, eps, axis=axes_within_an_example(x, first=1))


def instance_norm(x, gamma=1.0, beta=0.0, eps=1e-5):
    """Return y = gamma * x_hat + beta, with mean and var of each channel of each example.

    Ulyanov, Vedaldi & Lempitsky 2016, eq. 2.

    x: (N, C, H, W); gamma, beta: one number, or one per channel, shape (C,).
    Returns (y, cache) as batch_norm does; batch_norm_backward(dy, cache) is the backward pass.

    Raises ValueError for x without positions, of shape (N, C), too, and with a single one.
    """
    return batch_norm(x, gamma, beta, eps, axis=axes_within_an_example(x, first=2))


# ---------------------------------------------------------------- group


class GroupNormCache(NamedTuple):
    """What group_norm leaves for group_norm_backward.

    grouped is the cache of batch_norm for x in the shape (N, G, C / G, H, W), gamma keeps every
    axis of x but axis 1 with length 1, x_hat has the shape of x, dtype is that of y.
    """

    grouped: BatchNormCache
    gamma: np.ndarray
    x_hat: np.ndarray
    dtype: np.dtype


@quiet
def group_norm(x, groups, gamma=1.0, beta=0.0, eps=1e-5):
    """Return y = gamma * x_hat + beta, with mean and var of each group of channels of each example.

    Wu & He 2018, eq. 7: x is read as (N, G, C / G, H, W) and normalized over its last axes. With
    1 group this is layer normalization, with C groups instance normalization.

    x: (N, C) or (N, C, H, W); groups: G, a divisor of C; gamma, beta: one number, or one per
    channel, shape (C,). Returns (y, cache): y in the shape and type of x, and what
    group_norm_backward needs.

    Raises ValueError for x of shape (N,) too, for groups that don't divide C, and for one value per
    group. A message may name a group by its place in (N, G, C / G, H, W).
    """
    x, dtype = as_floats(x, "x")
    axes_within_an_example(x, first=1)
    check_groups(groups, x.shape)
    gamma, beta = per_unit(gamma, "gamma", x, x.dtype), per_unit(beta, "beta", x, x.dtype)

    grouped = x.reshape(len(x), groups, -1, *x.shape[2:])
    _, cache = batch_norm(grouped, eps=eps, axis=tuple(range(2, grouped.ndim)))
    x_hat = cache.x_hat.reshape(x.shape)
    y = gamma * x_hat + beta
    return y.astype(dtype, copy=False), GroupNormCache(cache, gamma, x_hat, dtype)


@quiet
def group_norm_backward(dy, cache):
    """Return the gradients (dx, dgamma, dbeta) of the loss through group_norm.

        dx_hat = dy * gamma         dgamma = sum(dy * x_hat)        dbeta = sum(dy)
        dx     = (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / sqrt(var + eps)

    The means are those of a group, the sums go over all but the channels. Shapes, types and errors:
    see batch_norm_backward.
    """
    check_cache(cache, GroupNormCache, "group_norm(x, groups)")
    gamma, x_hat, dtype = cache.gamma, cache.x_hat, cache.dtype
    dy = as_upstream(dy, x_hat)
    unit_axes = all_but_units(x_hat.shape)

    dx_hat = dy * gamma
    check_range(dx_hat, "dx_hat", (), dy, gamma)
    dx, _, _ = batch_norm_backward(dx_hat.reshape(cache.grouped.x_hat.shape), cache.grouped)
    dgamma = careful.total(dy * x_hat, unit_axes)
    dbeta = careful.total(dy, unit_axes)

    check_range(dgamma, "dgamma", unit_axes, dy, x_hat)
    check_range(dbeta, "dbeta", unit_axes, dy)
    dx = dx.reshape(x_hat.shape).astype(dtype, copy=False)
    return dx, one_per_unit(dgamma, dtype), one_per_unit(dbeta, dtype)


# ---------------------------------------------------------------- RMS


class RMSNormCache(NamedTuple):
    """What rms_norm leaves for rms_norm_backward; shapes as in BatchNormCache."""

    x_hat: np.ndarray
    gamma: np.ndarray
    rms: np.ndarray
    axes: tuple
    dtype: np.dtype


@quiet
def rms_norm(x, gamma=1.0, eps=1e-5):
    """Return y = gamma * x_hat with x_hat = x / rms, rms = sqrt(mean(x**2) + eps) of each example.

    Zhang & Sennrich 2019, eq. 4, with eps in the root as the libraries have it. No mean is
    subtracted and no beta is added.

    x: (N, C) or (N, C, H, W); gamma: one number, or one per channel, shape (C,).
    Returns (y, cache): y in the shape and type of x, and what rms_norm_backward needs.

    Raises ValueError for x of shape (N,) too, and for eps = 0 with an example of zeros. A single
    value per example is no error: it is divided by its own size.
    """
    x, axes, dtype = as_batch(x, axes_within_an_example(x, first=1), least=1)
    gamma, eps = per_unit(gamma, "gamma", x, x.dtype), as_eps(eps)

    mean_square = careful.mean(x**2, axes)
    check_mean_square(mean_square, eps, x, axes)
    rms = np.sqrt(mean_square + eps)
    x_hat = x / rms
    y = gamma * x_hat
    return y.astype(dtype, copy=False), RMSNormCache(x_hat, gamma, rms, axes, dtype)


@quiet
def rms_norm_backward(dy, cache):
    """Return the gradients (dx, dgamma) of the loss through rms_norm.

        dx_hat = dy * gamma         dgamma = sum(dy * x_hat)
        dx     = (dx_hat - x_hat * mean(dx_hat * x_hat)) / rms

    No mean is subtracted forward, so none is subtracted here. Shapes, types and errors: see
    batch_norm_backward.
    """
    check_cache(cache, RMSNormCache, "rms_norm(x)")
    x_hat, gamma, rms, axes, dtype = cache
    dy = as_upstream(dy, x_hat)
    unit_axes = all_but_units(x_hat.shape)

    dx_hat = dy * gamma
    dgamma = careful.total(dy * x_hat, unit_axes)
    dx = (dx_hat - x_hat * careful.mean(dx_hat * x_hat, axes)) / rms

    check_range(dx, "dx", axes, dy, x_hat, gamma, rms)
    check_range(dgamma, "dgamma", unit_axes, dy, x_hat)
    return dx.astype(dtype, copy=False), one_per_unit(dgamma, dtype)

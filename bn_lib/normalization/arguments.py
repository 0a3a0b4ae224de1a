"""Checks of arguments: each refusal says what came, what was expected and what to do."""

from functools import lru_cache
from math import prod

import numpy as np

FLOATS = np.dtype(np.float32), np.dtype(np.float64)


def as_floats(value, name):
    """The array to compute with, and the type of the results."""
    array = np.asarray(value)
    if array.dtype in FLOATS:  # first, as it is the usual case
        return array, array.dtype
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.type not in (np.float16, np.float32, np.float64):
        raise TypeError(
            f"{name} has type {array.dtype}, expected real numbers up to float64: "
            f"convert them, for example with np.asarray({name}, dtype=float)"
        )
    dtype = np.dtype(array.dtype.type)  # in this machine's byte order
    return as_type(array, np.float32 if dtype == np.float16 else dtype), dtype


def as_type(array, dtype):
    """array.astype(dtype, copy=False), faster where there is nothing to do."""
    return array if array.dtype == dtype else array.astype(dtype)


def number(value, name):
    """A Python float."""
    if type(value) is float:
        return value
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "iuf":
        raise TypeError(f"{name} is {value!r}, expected a number")
    return float(array)


def check_eps(eps):
    """Eps as a Python float."""
    eps = number(eps, "eps")
    if not 0 <= eps < np.inf:
        raise ValueError(f"eps is {eps}, expected a number >= 0 (1e-5 is usual)")
    return eps


def check_not_empty(shape):
    """Refuse numbers and empty arrays."""
    if shape == () or 0 in shape:
        raise ValueError(
            f"x has shape {shape}, expected a batch with at least one value, of shape (N,), "
            "(N, D) or (N, C, H, W): leave empty batches out, and put single numbers in a list"
        )


def statistic_axes(shape, axis, least=2):
    """The array axes of the statistics, as a sorted tuple, with at least `least` values each."""
    check_not_empty(shape)
    if axis is None:
        axes = all_but_units(shape)
    else:
        axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
        n = len(shape)
        known = all(isinstance(a, (int, np.integer)) and -n <= a < n for a in axes)
        axes = tuple(sorted({int(a) % n for a in axes})) if known else ()
        if not axes:
            raise ValueError(f"axis is {axis!r}, expected array axes of x, of shape {shape}")
    if count(shape, axes) < least:
        raise ValueError(
            f"x of shape {shape} has 1 value per unit (array axes {axes}), expected more in "
            "training mode: the value is its own mean, so y = beta whatever x is. Take a larger "
            "batch, or batch_norm_inference for single examples"
        )
    return axes


def per_unit(value, name, x, dtype=np.float64):
    """gamma, beta, mean, var or b as floats, shaped to go with the units of x; a copy."""
    value, _ = as_floats(value, name)
    units = x.shape[1:2]
    if value.shape not in ((), units):
        wanted = f"one number or shape {units}" if units else "one number, as (N,) is one unit,"
        raise ValueError(
            f"{name} has shape {value.shape}, expected {wanted} for an array of shape {x.shape}"
        )
    value = np.array(value, dtype, ndmin=2 if units else 1)
    return value if x.ndim <= 2 else value.reshape(1, -1, *[1] * (x.ndim - 2))


def as_upstream(dy, y):
    """dy as an array in the shape and type of y."""
    dy, _ = as_floats(dy, "dy")
    if dy.shape != y.shape:
        raise ValueError(
            f"dy has shape {dy.shape}, expected {y.shape}, the shape of y: it holds the gradient "
            "of the loss for each value of y"
        )
    return as_type(dy, y.dtype)


def check_fits(var, dtype):
    """Refuse variances beyond the largest number of a type."""
    if (var.astype(dtype) == np.inf).any():
        raise ValueError(
            f"a variance is too large for {np.dtype(dtype)} (it ends at "
            f"{np.finfo(dtype).max:.1e}): convert x to a wider type, or divide it by a constant"
        )


def given_std(var, x, eps):
    """sqrt(var + eps) of a given var."""
    eps, var = check_eps(eps), per_unit(var, "var", x)
    if ((var < 0) | (var == np.inf)).any():
        raise ValueError(
            "var is negative or infinite, expected finite and >= 0: infinite may be a variance "
            "that was too large for its type, so compute it in float64"
        )
    if eps == 0 and (var == 0).any():
        raise ValueError("eps and var are 0, so that y would be 0 / 0: use eps > 0, such as 1e-5")
    return np.sqrt(var + eps)


@lru_cache  # the same few shapes come again and again
def count(shape, axes):
    """The number m of values behind each mean."""
    return prod([shape[a] for a in axes])


@lru_cache
def all_but_units(shape):
    """The array axes of batch normalization: all but axis 1."""
    return (0, *range(2, len(shape)))

"""What is refused. Each message says what came, what was expected and what to do."""

from math import isfinite

import numpy as np

from bn_lib.arguments import FLOATS, as_floats, as_number

from .careful import all_but_units, values_per_mean

# Squares below `tiny` lose digits; in a variance above tiny / eps these do not count.
SMALLEST = {dtype: float(np.finfo(dtype).tiny / np.finfo(dtype).eps) for dtype in FLOATS}


class OutOfRange(ValueError):
    """Finite values came in, but what they give is too large or too small for their type."""


# ---------------------------------------------------------------- types


def as_eps(eps):
    """Eps as a Python float."""
    eps = as_number(eps, "eps")
    if not 0 <= eps < np.inf:
        raise ValueError(f"eps is {eps}, expected a number >= 0 (1e-5 is usual)")
    return eps


def as_momentum(momentum):
    """A momentum as a Python float."""
    momentum = as_number(momentum, "momentum")
    if not 0 <= momentum <= 1:
        raise ValueError(
            f"momentum is {momentum}, expected a number from 0 to 1, the weight of the new "
            "batch: for a weight of the old average (Keras, CS231n) take 1 - that weight"
        )
    return momentum


def check_cache(cache, kind):
    """Refuse what batch_norm did not leave for the backward pass."""
    if not isinstance(cache, kind):
        raise TypeError(
            f"cache is a {type(cache).__name__}, expected the second of the two that batch_norm "
            "returns: y, cache = batch_norm(x)"
        )


# ---------------------------------------------------------------- shapes


def as_batch(x, axis=None, least=2):
    """x as floats, the array axes of the statistics, sorted, and the type of the results.

    Raises ValueError for fewer than `least` values for each statistic: a single one has moments,
    but cannot be normalized.
    """
    x, dtype = as_floats(x, "x")
    check_not_empty(x.shape)
    axes = all_but_units(x.shape) if axis is None else known_axes(axis, x.shape)
    if values_per_mean(x.shape, axes) < least:
        raise ValueError(
            f"x of shape {x.shape} has 1 value per unit (array axes {axes}), expected more in "
            "training mode: the value is its own mean, so y = beta whatever x is. Take a larger "
            "batch, or batch_norm_inference for single examples"
        )
    return x, axes, dtype


def check_not_empty(shape):
    """Refuse numbers and empty arrays."""
    if shape == () or 0 in shape:
        raise ValueError(
            f"x has shape {shape}, expected a batch with at least one value, of shape (N,), "
            "(N, D) or (N, C, H, W): leave empty batches out, and put single numbers in a list"
        )


def check_matrix(shape):
    """Refuse weights that are not those of a linear layer."""
    if len(shape) != 2 or 0 in shape:
        raise ValueError(f"W has shape {shape}, expected (inputs, units), as in y = x @ W + b")


def known_axes(axis, shape):
    """The array axes that a caller names, sorted and counted from 0."""
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    n = len(shape)
    known = all(
        isinstance(a, (int, np.integer)) and not isinstance(a, bool) and -n <= a < n for a in axes
    )
    found = sorted({int(a) % n for a in axes}) if known else []
    if not found or len(found) < len(axes):
        raise ValueError(
            f"axis is {axis!r}, expected array axes of x, of shape {shape}, each named once"
        )
    return tuple(found)


def per_unit(value, name, x, dtype=np.float64):
    """gamma, beta, mean, var or b in a type, shaped to go with the units of x; a copy."""
    value, _ = as_floats(value, name)
    units = x.shape[1:2]
    if value.shape not in ((), units):
        wanted = f"one number or shape {units}" if units else "one number, as (N,) is one unit,"
        raise ValueError(
            f"{name} has shape {value.shape}, expected {wanted} for an array of shape {x.shape}"
        )
    value = np.array(in_type(value, dtype, name), ndmin=2 if units else 1)
    return value if x.ndim <= 2 else value.reshape(1, -1, *[1] * (x.ndim - 2))


def check_units_axes(axes, shape):
    """Refuse statistics of layer, instance or group normalization."""
    if axes != all_but_units(shape):
        raise ValueError(
            f"the cache holds statistics over array axes {axes}, expected "
            f"{all_but_units(shape)}: only batch normalization has running statistics"
        )


def check_same_units(shape, running):
    """Refuse a batch of other units than the running statistics have."""
    for known in (np.shape(running.mean), np.shape(running.var)):
        if known != shape and (known or running.batches):  # the 0 and 1 of the start fit any units
            raise ValueError(
                f"the batch has units of shape {shape}, expected {known} as in the batches "
                "before: use one RunningStatistics for each layer"
            )


def as_upstream(dy, y):
    """dy as an array in the shape and type of y."""
    dy, _ = as_floats(dy, "dy")
    if dy.shape != y.shape:
        raise ValueError(
            f"dy has shape {dy.shape}, expected {y.shape}, the shape of y: it holds the gradient "
            "of the loss for each value of y"
        )
    return in_type(dy, y.dtype, "dy")


# ---------------------------------------------------------------- ranges


def in_type(array, dtype, name):
    """An array in another type; a finite number must not become infinite."""
    if array.dtype == dtype:
        return array
    cast = array.astype(dtype)
    check_range(cast, name, (), array)
    return cast


def check_range(result, name, axes, *sources):
    """Refuse infinity and NaN in a result where all sources are finite, over array axes.

    axes: those over which the result has summed its sources; () means element by element.
    """
    if isfinite(np.vdot(result, result)):  # quick: a finite sum of squares has finite terms
        return
    came_in_finite = True
    for source in sources:
        came_in_finite = came_in_finite & np.isfinite(source).all(axes, keepdims=True)
    if (came_in_finite & ~np.isfinite(result)).any():
        raise OutOfRange(
            f"{name} is too large for {result.dtype} (it ends at {np.finfo(result.dtype).max:.1e})"
            ": divide what comes in by a constant, or convert it to a wider type"
        )


def check_variance(var, eps, x, axes):
    """Refuse a variance of x over axes that is too large for the type of x, or, with eps, too
    small to keep its digits."""
    check_range(var, "a variance", axes, x)
    if eps >= SMALLEST[x.dtype] or not (small := var + eps < SMALLEST[x.dtype]).any():
        return
    index = np.argwhere(small)[0]
    unit = ", ".join(":" if a in axes else str(index[a]) for a in range(x.ndim))
    if eps == 0 and np.ptp(x, axes, keepdims=True)[tuple(index)] == 0:
        raise ValueError(
            f"eps is 0 and x[{unit}] is constant, so that x_hat would be 0 / 0: "
            "use eps > 0 (1e-5 is usual), or leave the constant out"
        )
    raise OutOfRange(
        f"var + eps of x[{unit}] is below {SMALLEST[x.dtype]:.0e}, where squares lose their digits "
        f"in {x.dtype}: use a larger eps (1e-5 is usual), or multiply x by a constant"
    )


def given_statistics(mean, var, eps, x):
    """A given mean and var in float64, shaped to go with x, and eps; var + eps is above 0."""
    mean, var, eps = per_unit(mean, "mean", x), per_unit(var, "var", x), as_eps(eps)
    if ((var < 0) | (var == np.inf)).any():
        raise ValueError(
            "var is negative or infinite, expected finite and >= 0: infinite may be a variance "
            "that was too large for its type, so compute it in float64"
        )
    if eps == 0 and (var == 0).any():
        raise ValueError("eps and var are 0, so that y would be 0 / 0: use eps > 0, such as 1e-5")
    return mean, var, eps

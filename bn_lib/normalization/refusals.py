"""What is refused. Each message says what came, what was expected and what to do."""

from math import isfinite, prod

import numpy as np

from bn_lib.arguments import FLOATS, as_floats, as_number

from .careful import all_but_units, values_per_mean

# Squares below `tiny` lose digits; in a variance above tiny / eps these do not count.
SMALLEST = {dtype: float(np.finfo(dtype).tiny / np.finfo(dtype).eps) for dtype in FLOATS}

# By the first of the array axes of the statistics, where x does not have it.
ADVICE = {
    1: ("(N, C) or (N, C, H, W)", "To normalize a single unit over its examples, take batch_norm"),
    2: ("(N, C, H, W)", "Where there are no positions, take layer_norm"),
}


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


def check_cache(cache, kind, call="batch_norm(x)"):
    """Refuse what the forward pass, called in this way, did not leave for the backward pass."""
    if not isinstance(cache, kind):
        raise TypeError(
            f"cache is a {type(cache).__name__}, expected the second of the two that "
            f"{call.partition('(')[0]} returns: y, cache = {call}"
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
        of_batch = axes == all_but_units(x.shape)
        unit, more = ("unit", "more in training mode") if of_batch else ("mean", "more")
        advice = (
            "Take a larger batch, or batch_norm_inference for single examples"
            if of_batch
            else "Take the mean over more array axes"
        )
        raise ValueError(
            f"x of shape {x.shape} has 1 value per {unit} (array axes {axes}), expected {more}: "
            f"the value is its own mean, so y = beta whatever x is. {advice}"
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


def axes_within_an_example(x, first):
    """The array axes of x from `first` on: 1 for all of an example, 2 for one of its channels."""
    shape = as_floats(x, "x")[0].shape
    check_not_empty(shape)
    if len(shape) <= first:
        expected, advice = ADVICE[first]
        raise ValueError(
            f"x has shape {shape}, expected {expected}: the means are taken over the array axes "
            f"from {first} on. {advice}"
        )
    return tuple(range(first, len(shape)))


def check_groups(groups, shape):
    """Refuse a number of groups that don't share the channels of this shape equally."""
    channels = shape[1]
    divisors = [g for g in range(1, channels + 1) if channels % g == 0]
    whole = isinstance(groups, (int, np.integer)) and not isinstance(groups, bool)
    if not whole or groups not in divisors:
        raise ValueError(
            f"groups is {groups!r}, but x of shape {shape} has {channels} channels, expected a "
            f"number that divides them: {', '.join(map(str, divisors))}"
            + (channels_last(shape) if whole and groups > 1 and shape[-1] % groups == 0 else "")
        )
    if groups == prod(shape[1:]):
        raise ValueError(
            f"groups is {groups} for x of shape {shape}, so that each group has 1 value, expected "
            "fewer groups: the value is its own mean, so y = beta whatever x is"
        )


def channels_last(shape):
    """What to do where an image seems to be (N, H, W, C); nothing for other shapes."""
    if len(shape) < 3:
        return ""
    return (
        f". Array axis 1 counts the channels here (channels first); if they are the last axis of "
        f"x, {shape[-1]} of them, bring them forward: np.moveaxis(x, -1, 1)"
    )


def per_unit(value, name, x, dtype=np.float64):
    """gamma, beta, mean, var or b in a type, shaped to go with the units of x; a copy."""
    value, _ = as_floats(value, name)
    units = x.shape[1:2]
    if value.shape not in ((), units):
        wanted = f"one number or shape {units}" if units else "one number, as (N,) is one unit,"
        raise ValueError(
            f"{name} has shape {value.shape}, expected {wanted} for an array of shape {x.shape}"
            + (channels_last(x.shape) if value.shape == x.shape[-1:] else "")
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
    check_not_tiny(var, eps, x, axes, "var", "constant", np.ptp)


def check_mean_square(mean_square, eps, x, axes):
    """As check_variance, for a mean of squares from which no mean was subtracted."""
    check_range(mean_square, "a mean of squares", axes, x)
    check_not_tiny(mean_square, eps, x, axes, "mean(x**2)", "zero", lambda a: np.abs(a).max())


def check_not_tiny(squares, eps, x, axes, name, nothing, size):
    """Refuse means of squares of x over axes that are too small to keep their digits.

    size: a function of the values of one mean, 0 where they are `nothing`: x_hat would be 0 / 0.
    """
    if eps >= SMALLEST[x.dtype] or not (small := squares + eps < SMALLEST[x.dtype]).any():
        return
    index = np.argwhere(small)[0]
    place = [slice(None) if a in axes else index[a] for a in range(x.ndim)]
    unit = ", ".join(":" if a in axes else str(index[a]) for a in range(x.ndim))
    if eps == 0 and size(x[tuple(place)]) == 0:
        raise ValueError(
            f"eps is 0 and x[{unit}] is {nothing}, so that x_hat would be 0 / 0: "
            "use eps > 0 (1e-5 is usual), or leave it out"
        )
    raise OutOfRange(
        f"{name} + eps of x[{unit}] is below {SMALLEST[x.dtype]:.0e}, where squares lose their "
        f"digits in {x.dtype}: use a larger eps (1e-5 is usual), or multiply x by a constant"
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

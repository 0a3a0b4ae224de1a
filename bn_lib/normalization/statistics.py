"""Mean, var and x_hat over any array axes, exact where plain formulas lose digits or overflow.

Statistics are float64 here and keep the reduced array axes with length 1.
"""

from math import ceil, gcd, isfinite, log2

import numpy as np

from .arguments import as_type, check_fits, count

quiet = np.errstate(all="ignore")
LONGEST = 512  # examples in one sum
ONES = {"f": np.ones((1, LONGEST), np.float32), "d": np.ones((1, LONGEST))}  # by dtype.char


def standardize(x, axes, eps):
    """x_hat, mean, var and std = sqrt(var + eps)."""
    centred, mean, var, exponent = centre_in_range(x, axes, eps)
    if exponent is None:
        std = np.sqrt(var + eps)
        return np.divide(centred, like(x, std), out=centred), mean, var, std
    # x_hat is the same for x * a and eps * a**2: here a is a power of two, which rounds nothing.
    if eps > 0:
        eps = np.maximum(np.ldexp(eps, -2 * exponent), np.finfo(float).tiny)
    elif (var == 0).any():
        index = np.argwhere(var == 0)[0]
        unit = ", ".join(":" if a in axes else str(index[a]) for a in range(x.ndim))
        raise ValueError(
            f"eps is 0 and x[{unit}] is constant, so that x_hat would be 0 / 0: "
            "use eps > 0 (1e-5 is usual), or leave the constant out"
        )
    std = np.sqrt(var + eps)
    x_hat = np.divide(centred, like(x, std), out=centred)
    return x_hat, np.ldexp(mean, exponent), np.ldexp(var, 2 * exponent), np.ldexp(std, exponent)


def moments_in_range(x, axes, dtype):
    """Mean and var without the reduced axes; var fits into dtype."""
    _, mean, var, exponent = centre_in_range(x, axes, eps=0)
    if exponent is not None:
        mean, var = np.ldexp(mean, exponent), np.ldexp(var, 2 * exponent)
    check_fits(var, dtype)
    return mean.squeeze(axes), var.squeeze(axes)


def centre_in_range(x, axes, eps):
    """centre(x / 2**exponent), exponent; with an exponent only where squares leave the range."""
    centred, mean, var = centre(x, axes)
    if eps > 1e-20 and isfinite(np.vdot(var, var)):
        return centred, mean, var, None
    type_ = np.finfo(x.dtype)
    in_range = (var + eps > type_.tiny / type_.eps) & (var < np.inf)
    if in_range.all():
        return centred, mean, var, None
    largest = np.abs(x).max(axes, keepdims=True)
    exponent = np.where(in_range | ~np.isfinite(largest), 0, np.frexp(largest)[1])
    return *centre(np.ldexp(x, -exponent), axes), exponent


def centre(x, axes):
    """x - mean, mean, var: centred twice, as the mean of large values is itself rounded."""
    m = count(x.shape, axes)
    mean = as_type(sum_over(axes, x) / m, x.dtype)
    centred = x - like(x, mean)
    rest = sum_over(axes, centred) / m
    centred -= like(x, rest)
    var = np.divide(sum_over(axes, centred, centred), m, dtype=np.float64)
    return centred, np.add(mean, rest, dtype=np.float64), var


def sum_over(axes, a, b=None):
    """Sum of a, or of a * b, over axes; few values at a time, as long float32 sums lose digits."""
    if axes == (0,) and a.ndim == 2 and len(a) <= LONGEST:  # a product with ones is fastest
        return ONES[a.dtype.char][:, : len(a)].dot(a if b is None else a * b)
    if axes == (0, 1) and a.ndim == 3:  # rows that stand side by side
        d = a.shape[2]
        return sum_over((0,), a.reshape(-1, d), None if b is None else b.reshape(-1, d))[None]
    if count(a.shape, axes) > (LONGEST if a.ndim == 2 else 1024):
        axis = next(i for i in axes if a.shape[i] > 1)
        middle, before = a.shape[axis] // 2, (slice(None),) * axis
        halves = (*before, slice(middle)), (*before, slice(middle, None))
        first, last = (sum_over(axes, a[h], None if b is None else b[h]) for h in halves)
        return first.astype(np.float64) + last.astype(np.float64)
    every = list(range(a.ndim))
    kept = [i for i in every if i not in axes]
    sums = np.einsum(a, every, kept) if b is None else np.einsum(a, every, b, every, kept)
    return np.expand_dims(sums, axes)


def side_by_side(x, axes):
    """x and axes; of a large (N, D) as (N / k, k, D), so that k rows at once meet a statistic.

    NumPy takes up to twice the time where these are fewer than 8192 values.
    """
    if axes != (0,) or x.ndim != 2 or x.size < 2**16:
        return x, axes
    n, d = x.shape
    k = gcd(n, 2 ** max(0, ceil(log2(8192 / d))))
    return x.reshape(n // k, k, d), (0, 1)


def like(x, statistic):
    """A statistic (or gamma, beta) in the type of x; spread over one example (see side_by_side)."""
    if x.ndim > 2 and len(statistic) == 1:
        statistic = np.broadcast_to(statistic, (1, *x.shape[1:])).astype(x.dtype, order="C")
    return as_type(statistic, x.dtype)


def units(statistic, dtype):
    """A statistic per unit in shape (D,), or a number for one unit."""
    statistic = as_type(statistic, dtype)
    return statistic.reshape(-1) if statistic.ndim > 1 else statistic[0]

"""Batch normalization: forward, backward, running statistics, inference, undoing, folding.

The symbols are those of Ioffe & Szegedy, "Batch Normalization" (2015). A unit takes the values
x_1 ... x_m in a mini-batch; mean and var are their mean and biased variance (divided by m);

    x_hat = (x - mean) / sqrt(var + eps)        y = gamma * x_hat + beta

Shapes: a batch is (N, D), or (N, C, H, W) for images, and array axis 1 counts the units, or
channels. An array of shape (N,) is one unit, and its gamma, beta, mean ... are numbers.
`axis` says over which array axes mean and var are taken: all but axis 1 if it is left out, which
is batch normalization. Other normalizations are the same function with other axes:

    layer       axis=1 for (N, D), axis=(1, 2, 3) for (N, C, H, W)
    instance    axis=(2, 3) for (N, C, H, W)
    group       x.reshape(N, G, C // G, H, W), axis=(2, 3, 4), x_hat reshaped back to (N, C, H, W)

gamma and beta belong to the units of array axis 1 in all of them: shape (D,), or one number.

Types: float32 and float64 stay; integers, booleans and lists become float64; float16 is computed
in float32 and returned as float16. Inputs are never changed, results never share their memory.
A NaN or an infinity makes its own unit NaN, as in PyTorch, without a warning, and touches no other.
"""

from math import isfinite, prod
from typing import NamedTuple

import numpy as np

_quiet = np.errstate(all="ignore")
_ONES = {"f": np.ones(256, np.float32), "d": np.ones(256)}


class BatchNormCache(NamedTuple):
    """What batch_norm leaves for batch_norm_backward and for RunningStatistics.

    x_hat has the shape of x, dtype is the type of y. The statistics mean, var and
    std = sqrt(var + eps) are float64; they keep the array axes `axes` with length 1, as gamma does.
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


@_quiet
def moments(x, axis=None):
    """Return mean and biased variance (Ioffe & Szegedy 2015, algorithm 1, lines 1 and 2).

    x: (N,), (N, D), (N, C, H, W). Returns (mean, var) in the shape of x without the array axes
    `axis`, in the type of x. The variance divides by m ("biased"), as np.var does.

    Raises ValueError for an empty batch, a wrong axis, or a variance too large for the type;
    TypeError for what is no real number.
    """
    x, dtype = _as_floats(x, "x")
    axes = _statistic_axes(x, axis, least=1)
    mean, var = _moments(x, axes, dtype)
    return mean.astype(dtype)[()], var.astype(dtype)[()]


@_quiet
def normalize(x, eps=1e-5, axis=None):
    """Return x_hat = (x - mean) / sqrt(var + eps) (Ioffe & Szegedy 2015, algorithm 1, line 3).

    x: (N,), (N, D), (N, C, H, W). Returns x_hat in the shape and type of x.

    Raises ValueError for an empty batch, one value per unit, a wrong axis, eps < 0, or eps = 0
    with a constant unit; TypeError for what is no real number.
    """
    x, dtype = _as_floats(x, "x")
    x_hat, *_ = _standardize(x, _statistic_axes(x, axis), _check_eps(eps))
    return x_hat.astype(dtype, copy=False)


@_quiet
def batch_norm(x, gamma=1.0, beta=0.0, eps=1e-5, axis=None):
    """Return y = gamma * x_hat + beta in training mode (Ioffe & Szegedy 2015, algorithm 1).

    x: (N,), (N, D), (N, C, H, W); gamma, beta: one number, or one per unit, shape (D,).
    Returns (y, cache): y in the shape and type of x, and what batch_norm_backward needs.

    Raises ValueError for an empty batch, one value per unit, a wrong axis, gamma or beta of a
    wrong shape, eps < 0, or eps = 0 with a constant unit; TypeError for what is no real number.
    """
    x, dtype = _as_floats(x, "x")
    axes = _statistic_axes(x, axis)
    eps = _check_eps(eps)
    gamma, beta = _per_unit(gamma, "gamma", x), _per_unit(beta, "beta", x)

    x_hat, mean, var, std = _standardize(x, axes, eps)
    y = x_hat * _like(x, gamma)
    y += _like(x, beta)
    return y.astype(dtype, copy=False), BatchNormCache(x_hat, gamma, mean, var, std, axes, dtype)


@_quiet
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
    dy = _upstream(dy, x_hat).astype(x_hat.dtype, copy=False)
    dgamma = _sum(_all_but_units(x_hat), dy, x_hat)
    dbeta = _sum(_all_but_units(x_hat), dy)

    m = _count(x_hat, axes)
    if axes == _all_but_units(x_hat):  # gamma leaves the means, and both sums are known
        upstream, scale, mean, mean_x_hat = dy, gamma / std, dbeta / m, dgamma / m
    else:
        upstream, scale = dy * _like(x_hat, gamma), 1 / std
        mean, mean_x_hat = _sum(axes, upstream) / m, _sum(axes, upstream, x_hat) / m
    dx = x_hat * _like(x_hat, mean_x_hat)
    np.subtract(upstream, dx, out=dx)
    dx -= _like(x_hat, mean)
    dx *= _like(x_hat, scale)
    return dx.astype(dtype, copy=False), _units(dgamma, dtype), _units(dbeta, dtype)


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
        momentum = _number(momentum, "momentum")
        if not 0 <= momentum <= 1:
            raise ValueError(
                f"momentum is {momentum}, expected a number from 0 to 1, the weight of the new "
                "batch: for a weight of the old average (Keras, CS231n) take 1 - that weight"
            )
        self.momentum, self.unbiased = momentum, unbiased
        self.mean, self.var = np.float64(0), np.float64(1)
        self._shape = None

    @_quiet
    def update(self, batch):
        """Take in a mini-batch: x itself, or the cache that batch_norm made of it.

        Raises ValueError, and changes nothing, for an empty batch, one value per unit, another
        number of units than before, a variance too large for float64, or a cache of layer,
        instance or group normalization, whose statistics don't belong to units.
        """
        if isinstance(batch, BatchNormCache):
            x, axes = batch.x_hat, batch.axes
            if axes != _all_but_units(x):
                raise ValueError(
                    f"the cache holds statistics over array axes {axes}, expected "
                    f"{_all_but_units(x)}: only batch normalization has running statistics"
                )
            mean, var = batch.mean.squeeze(axes), batch.var.squeeze(axes)
            _check_fits(var, np.float64)
        else:
            x, _ = _as_floats(batch, "x")
            axes = _statistic_axes(x, None)
            mean, var = _moments(x, axes, np.float64)
        if self._shape not in (None, mean.shape):
            raise ValueError(
                f"the batch has units of shape {mean.shape}, expected {self._shape} as in the "
                "batches before: use one RunningStatistics for each layer"
            )
        if self.unbiased:
            m = _count(x, axes)
            var = var * (m / (m - 1))
        self.mean = (1 - self.momentum) * self.mean + self.momentum * mean
        self.var = (1 - self.momentum) * self.var + self.momentum * var
        self._shape = mean.shape


@_quiet
def batch_norm_inference(x, gamma, beta, mean, var, eps=1e-5):
    """Return y = gamma * (x - mean) / sqrt(var + eps) + beta with given, constant mean and var.

    Ioffe & Szegedy 2015, algorithm 2, line 11. A row of y depends on no other row of x, so one
    example is enough. Computed in float64.

    x: (N,), (N, D), (N, C, H, W); gamma, beta, mean, var: one number, or one per unit, shape
    (D,). Returns y in the shape and type of x.

    Raises ValueError for an empty batch, a wrong shape, var negative or infinite, eps < 0, or
    eps = 0 with var = 0; TypeError for what is no real number.
    """
    x, dtype = _as_floats(x, "x")
    _check_not_empty(x)
    gamma, beta = _per_unit(gamma, "gamma", x), _per_unit(beta, "beta", x)
    x_hat = (x - _per_unit(mean, "mean", x)) / _given_std(var, x, eps)
    return (gamma * x_hat + beta).astype(dtype, copy=False)


@_quiet
def batch_norm_inference_backward(dy, x, gamma, mean, var, eps=1e-5):
    """Return the gradients (dx, dgamma, dbeta) through batch_norm_inference.

        dx = dy * gamma / sqrt(var + eps)    dgamma = sum(dy * x_hat)    dbeta = sum(dy)

    mean and var are constants here, so the two means that batch_norm_backward subtracts from dx
    are missing. Shapes, types and errors: see batch_norm_inference and batch_norm_backward.
    """
    x, dtype = _as_floats(x, "x")
    _check_not_empty(x)
    dy = _upstream(dy, x)
    gamma, std = _per_unit(gamma, "gamma", x), _given_std(var, x, eps)
    x_hat = (x - _per_unit(mean, "mean", x)) / std
    dgamma, dbeta = _sum(_all_but_units(x), dy * x_hat), _sum(_all_but_units(x), dy)
    dx = dy * (gamma / std)
    return dx.astype(dtype, copy=False), _units(dgamma, dtype), _units(dbeta, dtype)


@_quiet
def undo_parameters(x, eps=1e-5):
    """Return gamma = sqrt(var + eps) and beta = mean: with them batch_norm returns x.

    Ioffe & Szegedy 2015, section 3, gives gamma = sqrt(Var[x]), beta = E[x]. With eps > 0 that
    gamma is too small, by 1 - sigma / sqrt(sigma**2 + eps) of every deviation from the mean.

    x: (N,), (N, D), (N, C, H, W). Returns UndoParameters(gamma, beta) in the type of x, of shape
    (D,), or numbers for (N,). Raises what normalize raises.
    """
    x, dtype = _as_floats(x, "x")
    _, mean, _, std = _standardize(x, _statistic_axes(x, None), _check_eps(eps))
    return UndoParameters(gamma=_units(std, dtype), beta=_units(mean, dtype))


@_quiet
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
    W, dtype = _as_floats(W, "W")
    if W.ndim != 2 or W.size == 0:
        raise ValueError(f"W has shape {W.shape}, expected (inputs, units), as in y = x @ W + b")
    b, mean = _per_unit(0.0 if b is None else b, "b", W), _per_unit(mean, "mean", W)
    scale = _per_unit(gamma, "gamma", W) / _given_std(var, W, eps)
    shift = (b - mean) * scale + _per_unit(beta, "beta", W)
    return (W * scale).astype(dtype), np.broadcast_to(shift, (1, W.shape[1]))[0].astype(dtype)


# --- statistics: in float64, with the reduced array axes kept -------------------------------------


def _standardize(x, axes, eps):
    """x_hat, mean, var and std = sqrt(var + eps)."""
    centred, mean, var, exponent = _centre_in_range(x, axes, eps)
    if exponent is None:
        std = np.sqrt(var + eps)
        return np.divide(centred, _like(x, std), out=centred), mean, var, std
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
    x_hat = np.divide(centred, _like(x, std), out=centred)
    return x_hat, np.ldexp(mean, exponent), np.ldexp(var, 2 * exponent), np.ldexp(std, exponent)


def _moments(x, axes, dtype):
    """Mean and var without the reduced axes; var fits into dtype."""
    _, mean, var, exponent = _centre_in_range(x, axes, eps=0)
    if exponent is not None:
        mean, var = np.ldexp(mean, exponent), np.ldexp(var, 2 * exponent)
    _check_fits(var, dtype)
    return mean.squeeze(axes), var.squeeze(axes)


def _centre_in_range(x, axes, eps):
    """_centre(x / 2**exponent), exponent; with an exponent only where squares leave the range."""
    centred, mean, var = _centre(x, axes)
    if eps > 1e-20 and isfinite(var.sum()):
        return centred, mean, var, None
    type_ = np.finfo(x.dtype)
    in_range = (var + eps > type_.tiny / type_.eps) & (var < np.inf)
    largest = np.abs(x).max(axes, keepdims=True)
    exponent = np.where(in_range | ~np.isfinite(largest), 0, np.frexp(largest)[1])
    return *_centre(np.ldexp(x, -exponent), axes), exponent


def _centre(x, axes):
    """x - mean, mean, var: centred twice, as the mean of large values is itself rounded."""
    m = _count(x, axes)
    mean = (_sum(axes, x) / m).astype(x.dtype)
    centred = x - _like(x, mean)
    rest = _sum(axes, centred) / m
    centred -= _like(x, rest)
    var = _sum(axes, centred, centred) / m
    return centred, mean + rest, var


def _sum(axes, a, b=None):
    """Sum of a, or of a * b, over axes; few values at a time, as long float32 sums lose digits."""
    if _count(a, axes) > (256 if a.ndim <= 2 else 1024):
        axis = next(i for i in axes if a.shape[i] > 1)
        halves = ([None, None] if c is None else np.array_split(c, 2, axis) for c in (a, b))
        return sum(_sum(axes, *half) for half in zip(*halves, strict=True))
    if axes == (0,) and (b is None or a.size < 10_000):  # BLAS is the fastest way here
        total = _ONES[a.dtype.char][: len(a)] @ (a if b is None else a * b)
        return total.astype(np.float64)[None]
    every = list(range(a.ndim))
    kept = [i for i in every if i not in axes]
    total = np.einsum(a, every, kept) if b is None else np.einsum(a, every, b, every, kept)
    return np.expand_dims(total.astype(np.float64), axes)


def _like(x, statistic):
    """A statistic (or gamma, beta) in the type of x, spread over one example for long loops."""
    if x.ndim > 2 and len(statistic) == 1:
        statistic = np.broadcast_to(statistic, (1, *x.shape[1:]))
    return statistic.astype(x.dtype, order="C")


def _count(x, axes):
    return prod([x.shape[a] for a in axes])


def _all_but_units(x):
    return (0, *range(2, x.ndim))


def _units(statistic, dtype):
    """A statistic per unit in shape (D,), or a number for one unit."""
    return statistic.astype(dtype).reshape(-1 if statistic.ndim > 1 else ())[()]


# --- checks of the arguments ----------------------------------------------------------------------


def _as_floats(value, name):
    """The array to compute with, and the type of the results."""
    array = np.asarray(value)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.type not in (np.float16, np.float32, np.float64):
        raise TypeError(
            f"{name} has type {array.dtype}, expected real numbers up to float64: "
            f"convert them, for example with np.asarray({name}, dtype=float)"
        )
    dtype = np.dtype(array.dtype.type)  # in this machine's byte order
    return array.astype(np.float32 if dtype == np.float16 else dtype, copy=False), dtype


def _number(value, name):
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "iuf":
        raise TypeError(f"{name} is {value!r}, expected a number")
    return float(array)


def _check_eps(eps):
    eps = _number(eps, "eps")
    if not 0 <= eps < np.inf:
        raise ValueError(f"eps is {eps}, expected a number >= 0 (1e-5 is usual)")
    return eps


def _check_not_empty(x):
    if x.ndim == 0 or x.size == 0:
        raise ValueError(
            f"x has shape {x.shape}, expected a batch with at least one value, of shape (N,), "
            "(N, D) or (N, C, H, W): leave empty batches out, and put single numbers in a list"
        )


def _statistic_axes(x, axis, least=2):
    """The array axes of the statistics, as a sorted tuple, with at least `least` values each."""
    _check_not_empty(x)
    if axis is None:
        axes = _all_but_units(x)
    else:
        axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
        known = all(isinstance(a, (int, np.integer)) and -x.ndim <= a < x.ndim for a in axes)
        axes = tuple(sorted({int(a) % x.ndim for a in axes})) if known else ()
        if not axes:
            raise ValueError(f"axis is {axis!r}, expected array axes of x, of shape {x.shape}")
    if _count(x, axes) < least:
        raise ValueError(
            f"x of shape {x.shape} has 1 value per unit (array axes {axes}), expected more in "
            "training mode: the value is its own mean, so y = beta whatever x is. Take a larger "
            "batch, or batch_norm_inference for single examples"
        )
    return axes


def _per_unit(value, name, x):
    """gamma, beta, mean, var or b in float64, shaped to go with the units of x."""
    value, _ = _as_floats(value, name)
    units = x.shape[1:2]
    if value.ndim and (value.shape != units or not units):
        wanted = f"one number or shape {units}" if units else "one number, as (N,) is one unit,"
        raise ValueError(
            f"{name} has shape {value.shape}, expected {wanted} for an array of shape {x.shape}"
        )
    shape = (1, -1, *[1] * (x.ndim - 2)) if x.ndim > 1 else (1,)
    return value.astype(np.float64).reshape(shape)


def _upstream(dy, y):
    dy, _ = _as_floats(dy, "dy")
    if dy.shape != y.shape:
        raise ValueError(
            f"dy has shape {dy.shape}, expected {y.shape}, the shape of y: it holds the gradient "
            "of the loss for each value of y"
        )
    return dy


def _given_std(var, x, eps):
    """sqrt(var + eps) of a given var."""
    eps, var = _check_eps(eps), _per_unit(var, "var", x)
    if ((var < 0) | (var == np.inf)).any():
        raise ValueError(
            "var is negative or infinite, expected finite and >= 0: infinite may be a variance "
            "that was too large for its type, so compute it in float64"
        )
    if eps == 0 and (var == 0).any():
        raise ValueError("eps and var are 0, so that y would be 0 / 0: use eps > 0, such as 1e-5")
    return np.sqrt(var + eps)


def _check_fits(var, dtype):
    if (var.astype(dtype) == np.inf).any():
        raise ValueError(
            f"a variance is too large for {np.dtype(dtype)} (it ends at "
            f"{np.finfo(dtype).max:.1e}): convert x to a wider type, or divide it by a constant"
        )

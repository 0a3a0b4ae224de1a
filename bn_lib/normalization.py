"""Batch normalization in NumPy: forward, backward, running statistics, inference, undoing, folding.

The symbols are those of Ioffe & Szegedy, "Batch Normalization" (2015): a unit has the values
x_1 ... x_m in a mini-batch; mean and var are their mean and biased variance (divided by m);
x_hat = (x - mean) / sqrt(var + eps); y = gamma * x_hat + beta.

Shapes. A batch is an array of shape (N, D), or (N, C, H, W) for images, and array axis 1 counts
the units (channels). An array of shape (N,) is one unit; its gamma, beta, mean ... are numbers.
`axis` names the array axes over which mean and var are taken. Left out, it is every axis but
axis 1: batch normalization. The others are the same function with other axes:

    layer normalization       axis=1 for (N, D), axis=(1, 2, 3) for (N, C, H, W)
    instance normalization    axis=(2, 3) for (N, C, H, W)
    group normalization       x.reshape(N, G, C // G, H, W), axis=(2, 3, 4), and reshape back

gamma and beta always belong to the units of array axis 1: one number for all, or shape (D,).

Types. float32 and float64 stay what they are; integers, booleans and lists become float64;
float16 is computed in float32 and returned as float16. Inputs are never changed. A NaN or an
infinity makes its own unit NaN, as in PyTorch, and touches no other.
"""

from math import prod
from typing import NamedTuple

import numpy as np

# A NaN is an answer here, not an accident: it stays in its unit, without a warning.
_quiet = np.errstate(all="ignore")


class BatchNormCache(NamedTuple):
    """What the forward pass leaves for the backward pass.

    x_hat has the shape of x; mean, var and std = sqrt(var + eps) keep the reduced axes with
    length 1. dtype is the type of y, and axes the array axes of the statistics.
    """

    x_hat: np.ndarray
    gamma: np.ndarray
    mean: np.ndarray
    var: np.ndarray
    std: np.ndarray
    axes: tuple
    dtype: np.dtype


class UndoParameters(NamedTuple):
    """gamma and beta with which batch normalization gives its input back."""

    gamma: np.ndarray
    beta: np.ndarray


def moments(x, axis=None):
    """Mean and biased variance of a mini-batch (Ioffe & Szegedy 2015, algorithm 1, lines 1-2).

    x: (N,), (N, D), (N, C, H, W) ... Returns (mean, var), shaped like x without the axes `axis`,
    in the type of x; numbers for (N,). The variance divides by m ("biased"), as np.var does.

    Raises ValueError for an empty batch, a wrong axis, or a variance too large for the type.
    """
    x, dtype = _as_floats(x, "x")
    axes = _statistic_axes(x, axis, least=1)
    _, mean, var, _ = _standardize(x, axes, eps=None)
    _check_fits(var, dtype)
    return mean.squeeze(axes).astype(dtype)[()], var.squeeze(axes).astype(dtype)[()]


def normalize(x, eps=1e-5, axis=None):
    """x_hat = (x - mean) / sqrt(var + eps) (Ioffe & Szegedy 2015, algorithm 1, line 3).

    x: (N,), (N, D), (N, C, H, W) ... Returns x_hat in the shape and type of x.

    Raises ValueError for an empty batch, one value per unit, a wrong axis, eps < 0, or eps = 0
    with a constant unit; TypeError where x is not an array of real numbers.
    """
    x, dtype = _as_floats(x, "x")
    eps = _check_eps(eps)
    x_hat, _, _, _ = _standardize(x, _statistic_axes(x, axis), eps)
    return x_hat.astype(dtype, copy=False)


@_quiet
def batch_norm(x, gamma=1.0, beta=0.0, eps=1e-5, axis=None):
    """y = gamma * x_hat + beta (Ioffe & Szegedy 2015, algorithm 1), in training mode.

    x: (N,), (N, D), (N, C, H, W) ...; gamma, beta: one number or one per unit, shape (D,).
    Returns (y, cache): y in the shape and type of x, cache for `batch_norm_backward`.

    Raises ValueError for an empty batch, one value per unit, a wrong axis, gamma or beta of the
    wrong shape, eps < 0, or eps = 0 with a constant unit; TypeError for what is no real number.
    """
    x, dtype = _as_floats(x, "x")
    eps = _check_eps(eps)
    gamma, beta = _per_unit(gamma, "gamma", x), _per_unit(beta, "beta", x)
    axes = _statistic_axes(x, axis)

    x_hat, mean, var, std = _standardize(x, axes, eps)
    y = gamma * x_hat
    y += beta
    return y.astype(dtype, copy=False), BatchNormCache(x_hat, gamma, mean, var, std, axes, dtype)


@_quiet
def batch_norm_backward(dy, cache):
    """Gradients of the loss through batch_norm (Ioffe & Szegedy 2015, section 3, chain rule).

    The paper's six equations, with dvar and dmean put into dx (mean over the statistic axes):

        dx_hat = dy * gamma
        dx     = (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / sqrt(var + eps)
        dgamma = sum(dy * x_hat)
        dbeta  = sum(dy)

    dy: the shape of y. Returns (dx, dgamma, dbeta) in the type of x; dgamma and dbeta have shape
    (D,), one per unit even where gamma was one number for all; they are numbers for (N,).

    Raises ValueError if dy has another shape than y; TypeError if it holds no real numbers.
    """
    x_hat, gamma, _, _, std, axes, dtype = cache
    dy, _ = _as_floats(dy, "dy")
    _check_same_shape(dy, x_hat)
    dy = dy.astype(x_hat.dtype, copy=False)
    m = prod(x_hat.shape[a] for a in axes)
    unit_axes = _unit_axes(x_hat)

    dbeta = _sum(dy, unit_axes)
    dgamma = _sum_product(dy, x_hat, unit_axes)

    dx_hat = dy * gamma
    dx = dx_hat - (_sum(dx_hat, axes) / m).astype(dy.dtype)
    dx -= x_hat * (_sum_product(dx_hat, x_hat, axes) / m).astype(dy.dtype)
    dx /= std
    return dx.astype(dtype, copy=False), _units(dgamma, dtype), _units(dbeta, dtype)


class RunningStatistics:
    """Moving averages of mean and var over mini-batches, for inference.

        mean <- (1 - momentum) * mean + momentum * batch mean          (var likewise)

    momentum is the weight of the NEW batch, as in PyTorch. Keras and CS231n call momentum the
    weight of the OLD average: their 0.9 is 0.1 here (momentum = 1 - theirs).
    unbiased=True averages var * m / (m - 1), as PyTorch and the paper's algorithm 2 (line 10) do;
    unbiased=False averages var as it was used for normalizing, as Keras does.
    The start is mean 0 and var 1; after T batches it still weighs (1 - momentum)**T.
    """

    def __init__(self, momentum=0.1, unbiased=True):
        """Raises ValueError for a momentum outside [0, 1], TypeError if it is no number."""
        momentum = _number(momentum, "momentum")
        if not 0 <= momentum <= 1:
            raise ValueError(
                f"momentum is {momentum}, expected a number from 0 to 1: the weight of the new "
                "batch (Keras and CS231n give the weight of the old average; use 1 - theirs)"
            )
        self.momentum, self.unbiased = momentum, unbiased
        self.mean, self.var = np.float64(0.0), np.float64(1.0)
        self._updated = False

    def update(self, batch):
        """Take in one mini-batch: x itself, or the cache that batch_norm made of it.

        mean and var become new float64 arrays of shape (D,), or numbers for x of shape (N,).

        Raises ValueError, and changes nothing, for an empty batch, one value per unit, another
        number of units than before, or a cache of other axes than batch normalization's.
        """
        if isinstance(batch, BatchNormCache):
            x, axes, mean, var = batch.x_hat, batch.axes, batch.mean, batch.var
            if axes != _unit_axes(x):
                raise ValueError(
                    f"the cache has statistics over axes {axes}, expected {_unit_axes(x)}: "
                    "running statistics belong to units, that is to batch normalization"
                )
        else:
            x, _ = _as_floats(batch, "x")
            axes = _statistic_axes(x, None)
            _, mean, var, _ = _standardize(x, axes, eps=None)
        m = prod(x.shape[a] for a in axes)
        mean, var = mean.squeeze(axes)[()], var.squeeze(axes)[()]
        _check_fits(var, np.dtype(float))
        if self._updated and mean.shape != self.mean.shape:
            raise ValueError(
                f"the batch has units of shape {mean.shape}, the running statistics "
                f"{self.mean.shape}: use one RunningStatistics per layer"
            )
        if self.unbiased:
            var = var * (m / (m - 1))
        self.mean = (1 - self.momentum) * self.mean + self.momentum * mean
        self.var = (1 - self.momentum) * self.var + self.momentum * var
        self._updated = True


@_quiet
def batch_norm_inference(x, gamma, beta, mean, var, eps=1e-5):
    """y = gamma * (x - mean) / sqrt(var + eps) + beta with given mean and var.

    Ioffe & Szegedy 2015, algorithm 2, line 11: mean and var are constants (the running
    statistics), so a row of y depends on the same row of x alone, and one example is enough.

    x: (N,), (N, D), (N, C, H, W) ...; gamma, beta, mean, var: one number or one per unit, (D,).
    Returns y in the shape and type of x (computed in float64).

    Raises ValueError for an empty batch, wrong shapes, var < 0 or infinite, eps < 0, or eps = 0
    with var = 0; TypeError for what is no real number.
    """
    x, dtype = _as_floats(x, "x")
    gamma, beta = _per_unit(gamma, "gamma", x, float), _per_unit(beta, "beta", x, float)
    mean, std = _per_unit(mean, "mean", x, float), _constant_std(var, x, eps)
    x_hat = (x - mean) / std
    return (gamma * x_hat + beta).astype(dtype)


@_quiet
def batch_norm_inference_backward(dy, x, gamma, mean, var, eps=1e-5):
    """Gradients through batch_norm_inference, where mean and var are constants.

        dx = dy * gamma / sqrt(var + eps),  dgamma = sum(dy * x_hat),  dbeta = sum(dy)

    The two terms that batch_norm_backward subtracts are missing: nothing flows through mean, var.

    Shapes, types and errors as in `batch_norm_backward` and `batch_norm_inference`.
    """
    x, dtype = _as_floats(x, "x")
    dy, _ = _as_floats(dy, "dy")
    _check_same_shape(dy, x)
    gamma, mean = _per_unit(gamma, "gamma", x, float), _per_unit(mean, "mean", x, float)
    std = _constant_std(var, x, eps)
    x_hat = (x - mean) / std
    dgamma = _sum(dy * x_hat, _unit_axes(x))
    dbeta = _sum(dy, _unit_axes(x))
    return (dy * (gamma / std)).astype(dtype), _units(dgamma, dtype), _units(dbeta, dtype)


@_quiet
def undo_parameters(x, eps=1e-5):
    """gamma = sqrt(var + eps), beta = mean: with them batch_norm returns x itself.

    Ioffe & Szegedy 2015, section 3, name gamma = sqrt(Var[x]), beta = E[x]; with eps > 0 that
    gamma leaves a part 1 - sigma / sqrt(sigma**2 + eps) of every deviation undone.

    x: (N,), (N, D), (N, C, H, W) ... Returns UndoParameters(gamma, beta), shape (D,) or numbers,
    in the type of x. Raises what `normalize` raises.
    """
    x, dtype = _as_floats(x, "x")
    axes = _statistic_axes(x, None)
    _, mean, _, std = _standardize(x, axes, _check_eps(eps))
    return UndoParameters(gamma=_units(std, dtype), beta=_units(mean, dtype))


@_quiet
def fold(W, b, gamma, beta, mean, var, eps=1e-5):
    """Weights that do a linear layer and the batch_norm_inference after it in one step.

    batch_norm_inference(x @ W + b) = x @ W' + b' with W' = W * gamma / sqrt(var + eps) and
    b' = (b - mean) * gamma / sqrt(var + eps) + beta (Ioffe & Szegedy 2015, algorithm 2, line 11,
    as the linear map it is).

    W: (inputs, units); b: (units,), one number, or None for a layer without; gamma, beta, mean,
    var: one number or (units,). Returns (W', b') of shapes (inputs, units), (units,), type of W.

    Raises ValueError for wrong shapes, var < 0 or infinite, eps < 0, or eps = 0 with var = 0.
    """
    W, dtype = _as_floats(W, "W")
    if W.ndim != 2:
        raise ValueError(f"W has shape {W.shape}, expected (inputs, units), for y = x @ W + b")
    gamma, beta = _per_unit(gamma, "gamma", W, float), _per_unit(beta, "beta", W, float)
    mean, std = _per_unit(mean, "mean", W, float), _constant_std(var, W, eps)
    b = _per_unit(0.0 if b is None else b, "b", W, float)
    scale = gamma / std
    shift = (b - mean) * scale + beta
    return (W * scale).astype(dtype), np.broadcast_to(shift, W[:1].shape)[0].astype(dtype)


# --- statistics ----------------------------------------------------------------------------------


@_quiet
def _standardize(x, axes, eps):
    """x_hat, mean, var, std of a float array, the last three with the reduced axes kept.

    eps=None asks for mean and var only; x_hat and std are then None.
    """
    m = prod(x.shape[a] for a in axes)
    centred, mean, var = _centre(x, axes, m)
    std_squared = var if eps is None else var + eps
    tiny = np.finfo(x.dtype).tiny / np.finfo(x.dtype).eps
    lost = ~((std_squared > tiny) & (std_squared < np.inf))
    exponent = 0
    if lost.any():
        # Squares over- or underflow: measure x in another unit, a power of two, so nothing rounds.
        _, exponent = np.frexp(np.abs(x).max(axes, keepdims=True))
        exponent = np.where(lost, exponent, 0).astype(int)
        centred, mean, var = _centre(np.ldexp(x, -exponent), axes, m)
    if eps is None:
        return None, np.ldexp(mean, exponent), np.ldexp(var, 2 * exponent), None
    if eps == 0 and (var == 0).any():
        where = _name(np.argwhere((var == 0).squeeze(axes))[0])
        raise ValueError(
            f"eps is 0 and {where} is constant, so x_hat would be 0 / 0: use eps > 0 "
            "(1e-5 is usual) or leave the constant out"
        )
    scaled_eps = np.ldexp(np.asarray(eps, var.dtype), -2 * exponent)
    if eps > 0:
        scaled_eps = np.maximum(scaled_eps, np.finfo(var.dtype).tiny)
    std = np.sqrt(var + scaled_eps)
    x_hat = np.divide(centred, std.astype(x.dtype), out=centred)
    mean, var, std = np.ldexp(mean, exponent), np.ldexp(var, 2 * exponent), np.ldexp(std, exponent)
    return x_hat, mean, var, std.astype(x.dtype)


def _centre(x, axes, m):
    """x - mean, mean and var; centred twice, as the rounded mean of large values is itself off."""
    rough_mean = (_sum(x, axes) / m).astype(x.dtype)
    centred = x - rough_mean
    rest = _sum(centred, axes) / m
    centred -= rest.astype(x.dtype)
    var = _sum_product(centred, centred, axes) / m
    return centred, rough_mean + rest, var


def _sum(a, axes):
    """Sum over axes, kept with length 1, with float64 totals."""
    return a.sum(axes, keepdims=True, dtype=np.result_type(a, np.float64))


def _sum_product(a, b, axes):
    """Sum of a * b over axes, kept with length 1, with float64 totals."""
    return _sum(a * b, axes)


# --- arguments -----------------------------------------------------------------------------------


def _as_floats(value, name):
    """(array to compute with, type of the results)."""
    array = np.asarray(value)
    dtype = array.dtype
    if dtype.kind in "biu":
        dtype = np.dtype(np.float64)
    elif dtype.kind != "f":
        raise TypeError(
            f"{name} has type {dtype}, expected real numbers: convert it, for example with "
            f"np.asarray({name}, dtype=float)"
        )
    dtype = dtype.newbyteorder("=")
    return array.astype(np.float32 if dtype == np.float16 else dtype, copy=False), dtype


def _number(value, name):
    """A Python float from a real number."""
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "iuf":
        raise TypeError(f"{name} is {value!r}, expected a number")
    return float(array)


def _check_eps(eps):
    eps = _number(eps, "eps")
    if not 0 <= eps < np.inf:
        raise ValueError(f"eps is {eps}, expected a number >= 0 (1e-5 is usual)")
    return eps


def _statistic_axes(x, axis, least=2):
    """The array axes of the statistics as a sorted tuple; x must have values enough along them."""
    if x.ndim == 0 or x.size == 0:
        raise ValueError(
            f"x has shape {x.shape}, expected a batch with at least one value: (N,), (N, D) or "
            "(N, C, H, W)"
        )
    if axis is None:
        axes = _unit_axes(x)
    else:
        axes = (axis,) if np.ndim(axis) == 0 else tuple(axis)
        valid = [isinstance(a, (int, np.integer)) and -x.ndim <= a < x.ndim for a in axes]
        axes = tuple(sorted(a % x.ndim for a in axes)) if all(valid) else ()
        if not axes or len(set(axes)) < len(axes):
            raise ValueError(
                f"axis is {axis!r}, expected different array axes of x, which has shape {x.shape}"
            )
    m = prod(x.shape[a] for a in axes)
    if m < least:
        raise ValueError(
            f"x of shape {x.shape} has one value per unit over axes {axes}, expected at least 2 "
            "in training mode: its mean would be the value itself and y = beta whatever x is; "
            "take a larger batch, or batch_norm_inference for single examples"
        )
    return axes


def _unit_axes(x):
    """Every array axis but that of the units, which is axis 1."""
    return (0, *range(2, x.ndim))


def _per_unit(value, name, x, dtype=None):
    """gamma, beta, mean or var, in a shape that broadcasts against x along array axis 1."""
    value, _ = _as_floats(value, name)
    value = value.astype(dtype or x.dtype, copy=False)
    if value.ndim == 0:
        return value
    units = x.shape[1:2]
    if value.shape != units or not units:
        expected = f"one number or shape {units}" if units else "one number, as (N,) is one unit"
        raise ValueError(
            f"{name} has shape {value.shape}, expected {expected}, for x of shape {x.shape}"
        )
    return value.reshape(-1, *[1] * (x.ndim - 2))


def _constant_std(var, x, eps):
    """sqrt(var + eps) of a given variance, in float64."""
    eps = _check_eps(eps)
    if x.size == 0 or x.ndim == 0:
        raise ValueError(f"x has shape {x.shape}, expected a batch with at least one value")
    var = _per_unit(var, "var", x, float)
    if ((var < 0) | (var == np.inf)).any():
        raise ValueError(
            "var is negative or infinite, expected a finite variance >= 0; an infinite one may "
            "have overflowed its type: compute the statistics in float64"
        )
    if eps == 0 and (var == 0).any():
        raise ValueError("eps and a var are 0, so y would be x / 0: use eps > 0 (1e-5 is usual)")
    return np.sqrt(var + eps)


def _check_same_shape(dy, x):
    if dy.shape != x.shape:
        raise ValueError(f"dy has shape {dy.shape}, expected {x.shape}, the shape of x and y")


def _check_fits(var, dtype):
    if (var.astype(dtype) == np.inf).any():
        raise ValueError(
            f"a variance is too large for {dtype} (standard deviation "
            f"{np.sqrt(np.nanmax(var)):.1e}): convert x to a wider type or divide it first"
        )


def _units(statistic, dtype):
    """A statistic per unit as shape (D,), or as a number for x of shape (N,)."""
    return statistic.astype(dtype).reshape(-1 if statistic.ndim > 1 else ())[()]


def _name(index):
    return f"unit {int(index[-1])}" if len(index) else "the batch"

"""What the text speaks of, as numbers, each with its definition and its source.

How much of a batch is saturated and how straight a curve is; how right a network is; what the
backward pass lets through; how inputs move during training; how long a gradient stays true.
"""

import copy
from typing import NamedTuple

import numpy as np

from bn_lib.network import (
    backward,
    check_labels,
    cross_entropy,
    forward,
    learned,
    sigmoid_slope,
)
from bn_lib.normalization import normalize

AT_ONCE = 1000  # examples: what a layer makes of them stays in the processor's cache


def skewness(x):
    """Third moment of x, shape (N,), once mean 0 and standard deviation 1; 0 for a bell curve.

    A constant x has no shape: 0.
    """
    deviation = x - np.mean(x)
    std = np.std(deviation)
    return float(np.mean((deviation / std) ** 3)) if std > 0 else 0.0


class Line(NamedTuple):
    """The straight line nearest to a curve, slope * z + intercept, and what it explains."""

    slope: float
    intercept: float
    r2: float


def saturated(z, threshold=0.05, axis=None):
    """The share of units that are saturated: those at which the sigmoid's slope is below threshold.

    "Saturated regime" is the word of Ioffe & Szegedy 2015, section 1, for |z| so large that the
    slope tends to zero; they set no threshold. 0.05, a fifth of the largest slope, is passed at
    |z| = 2.89. z: any shape; the share is taken over `axis` (all axes if None).

    Raises ValueError for an empty z and for NaN, which is neither saturated nor not.
    """
    z = np.asarray(z)
    if z.size == 0:
        raise ValueError(f"z has shape {z.shape}, expected at least one value")
    if np.isnan(z).any():
        raise ValueError("z has NaN in it, expected numbers: find where it comes from first")
    return np.mean(sigmoid_slope(z) < threshold, axis=axis)[()]


def best_line(z, h, weights=None):
    """The line through (z, h) with the least mean squared error, and its R².

    R² = 1 - mean squared error / variance of h, the part of the variance that the line explains
    (coefficient of determination: Draper & Smith, *Applied Regression Analysis*, chapter 1). It
    is the squared correlation of z and h.

    z, h: shape (N,); weights: shape (N,), not negative, for points that stand for more or fewer
    examples, such as a density on a grid. Returns Line(slope, intercept, r2).

    Raises ValueError for other shapes or weights, or where z or h does not vary: no line is then
    the best one, or there is nothing to explain.
    """
    z, h = np.asarray(z, dtype=float), np.asarray(h, dtype=float)
    weights = np.ones_like(z) if weights is None else np.asarray(weights, dtype=float)
    if z.ndim != 1 or not z.shape == h.shape == weights.shape:
        raise ValueError(
            f"z has shape {z.shape}, h {h.shape} and weights {weights.shape}, expected (N,) each"
        )
    if not (weights.min(initial=0) >= 0 and weights.sum() > 0):
        raise ValueError("weights must not be negative, and not all 0: they say how much counts")
    vary = all(v.min() < v.max() for v in (z[weights > 0], h[weights > 0]))  # their means round
    weights = weights / weights.sum()
    z_mean, h_mean = weights @ z, weights @ h
    z, h = z - z_mean, h - h_mean
    z_var, h_var, both = weights @ z**2, weights @ h**2, weights @ (z * h)
    if not (vary and z_var > 0 and h_var > 0):
        raise ValueError("z and h must vary (and be finite) for a line to explain anything")
    slope = both / z_var
    return Line(float(slope), float(h_mean - slope * z_mean), float(both**2 / (z_var * h_var)))


def best_linear_map(x, h):
    """R² of the best linear map, with a constant, from x to h: how nearly h is linear in x.

    x: (N, D); h: (N, K), with N well above D, since D + 1 free numbers a column explain about
    (D + 1) / N of anything. Returns 1 - mean squared error / variance, both summed over the
    columns of h (least squares, as `best_line`).

    Raises ValueError for other shapes, N <= D + 1, or where h does not vary.
    """
    x, h = np.asarray(x, dtype=float), np.asarray(h, dtype=float)
    if x.ndim != 2 or h.ndim != 2 or len(x) != len(h):
        raise ValueError(f"x has shape {x.shape} and h {h.shape}, expected (N, D) and (N, K)")
    if len(x) <= x.shape[1] + 1:
        raise ValueError(
            f"x has shape {x.shape}: {len(x)} examples fit a map of {x.shape[1] + 1} numbers "
            "exactly whatever h is; take many more"
        )
    x, h = x - x.mean(0), h - h.mean(0)
    total = np.sum(h**2)
    if not total > 0:
        raise ValueError("h must vary (and be finite) for a map to explain anything")
    rest = h - x @ np.linalg.lstsq(x, h, rcond=None)[0]
    return float(1 - np.sum(rest**2) / total)


# ---------------------------------------------------------------- a network


def accuracy(network, x, labels):
    """The share of examples whose largest output is that of their label, in inference mode.

    Outputs with NaN have no largest one: not right. x: (N, inputs); labels: (N,) integers.
    Raises ValueError for no examples, and for labels of another shape; TypeError for labels that
    are no integers.
    """
    labels = check_labels(labels, len(x))
    right = 0
    for start in range(0, len(x), AT_ONCE):
        outputs = forward(network, x[start : start + AT_ONCE], training=False)
        found = outputs.argmax(axis=1) == labels[start : start + AT_ONCE]
        right += np.count_nonzero(found & ~np.isnan(outputs).any(axis=1))
    return right / len(x)


def gradients(network, x, target, loss=cross_entropy):
    """The loss on a batch in training mode, and its gradient for each parameter, in a list.

    The parameters come in the order of `network.learned`; frozen ones are left out.
    """
    value, dy = loss(forward(network, x), target)
    backward(network, dy)
    return value, [np.array(getattr(layer, "d" + name)) for layer, name in learned(network)]


# ---------------------------------------------------------------- what passes backward


def jacobian(function, x, step=1e-6):
    """The derivatives J[i, j] of the value i of function(x) for x[j], by central differences.

    x: (N,), of size about 1; function returns (M,). Returns (M, N), with an error of about
    1e-9 (step² from the formula, 1e-16 / step from rounding).
    """
    x = np.asarray(x, dtype=float)
    moves = step * np.eye(len(x))
    columns = [(function(x + move) - function(x - move)) / (2 * step) for move in moves]
    return np.stack(columns, axis=1)


def batch_norm_jacobian(x, gamma=1.0, eps=1e-5):
    """The derivatives of the outputs of batch norm for its inputs, for one unit.

        J = gamma / sqrt(var + eps) * (I - 1 1ᵀ / N - x_hat x_hatᵀ / N)

    The dx of Ioffe & Szegedy 2015, section 3, as a matrix: dx = J dy. With eps = 0 and gamma = σ,
    forward undone, it is a projection of rank N - 2: the mean of dy and its part along x_hat go.
    With eps > 0 the part along x_hat keeps eps / (var + eps) of its size.

    x: (N,). Returns (N, N).
    """
    x = np.asarray(x, dtype=float)
    x_hat, n = normalize(x, eps), len(x)
    std = np.sqrt(x.var() + eps)
    return gamma / std * (np.eye(n) - 1 / n - np.outer(x_hat, x_hat) / n)


def surviving(jacobian, dy=None):
    """The share of |dy|² that is left in the gradient Jᵀ dy.

    Without dy: its expectation for entries that are independent of each other and of one spread,
    which is the sum of the squares in J over their number of rows; (N - 2) / N where batch norm
    is undone and eps = 0. jacobian: (M, N); dy: (M,).
    """
    jacobian = np.asarray(jacobian)
    if dy is None:
        return float(np.sum(jacobian**2) / len(jacobian))
    return float(np.sum((jacobian.T @ dy) ** 2) / np.sum(np.square(dy)))


# ---------------------------------------------------------------- how inputs move during training


class Drift(NamedTuple):
    """How far the inputs of a layer move in a step: their means, in units of σ, and their log σ."""

    mean: float
    spread: float


def drift(means, stds):
    """How far the distribution of each unit's input moves in a step, averaged over units and steps.

    mean: |change of the mean| / standard deviation before the step; spread: |change of log std|.
    The "change in the distribution of network activations" that Ioffe & Szegedy 2015, section 2,
    call internal covariate shift, for its first two moments.

    means, stds: (steps, units), over the same examples at each step.
    Raises ValueError for other shapes, and where a unit has no spread.
    """
    means, stds = np.asarray(means, dtype=float), np.asarray(stds, dtype=float)
    if means.ndim != 2 or means.shape != stds.shape or len(means) < 2:
        raise ValueError(
            f"means have shape {means.shape} and stds {stds.shape}, expected (steps, units) "
            "for both, and two steps or more"
        )
    if not (stds > 0).all():
        raise ValueError("a unit has the same input for all examples: its drift has no unit")
    moved = np.abs(np.diff(means, axis=0)) / stds[:-1]
    return Drift(float(moved.mean()), float(np.abs(np.diff(np.log(stds), axis=0)).mean()))


def steadiness(path):
    """How straight a way is: the distance from its start to its end over its length, 0 to 1.

    path: (steps,) or (steps, units), of which the sums over the units are taken. 0 for what does
    not move at all.
    """
    path = np.asarray(path, dtype=float)
    length = np.abs(np.diff(path, axis=0)).sum()
    return float(np.abs(path[-1] - path[0]).sum() / length) if length else 0.0


class CovariateShift(NamedTuple):
    """How much a layer's gradient changes when the layers below it make their step."""

    distance: float
    relative: float
    cosine: float


def internal_covariate_shift(before, after, layer, x, target, loss=cross_entropy):
    """Internal covariate shift of a layer in a step: Santurkar et al. 2018, definition 2.1.

    G is the gradient for the layer's weights before the step, G' the one for the same weights
    after the layers below, and only they, have made the step; both on the same batch.

    before, after: a network and its copy one step of training later. layer: the index of a Linear.
    Returns |G - G'|, |G - G'| / |G|, and the cosine of the angle between G and G'.
    """
    found = []
    for network in (before, after[:layer] + before[layer:]):
        _, dy = loss(forward(network, x), target)
        backward(network, dy)
        found.append(np.array(network[layer].dW, dtype=float))
    g, moved = found
    distance, size = np.linalg.norm(g - moved), np.linalg.norm(g)
    cosine = np.vdot(g, moved) / (size * np.linalg.norm(moved))
    return CovariateShift(float(distance), float(distance / size), min(1.0, float(cosine)))


# ---------------------------------------------------------------- how long a gradient stays true


class AlongGradient(NamedTuple):
    """The loss and the gradient's change at each rate along one gradient, from a start."""

    start: float
    losses: np.ndarray
    changes: np.ndarray
    smoothness: float


def along_gradient(network, x, target, rates, loss=cross_entropy):
    """Go different ways along one gradient, and look how the loss and the gradient change there.

    Gradient predictiveness and the effective β-smoothness of Santurkar et al. 2018, section 3.1
    (figure 4): at w - rate * g, the loss and |g' - g|; smoothness is the largest
    |g' - g| / (rate * |g|), the change of the gradient over the distance. All on one batch, for all
    that learns; the network itself stays where it is.

    rates: (K,), above 0. Returns AlongGradient(start, losses, changes, smoothness): the loss at
    the network, (K,) losses, (K,) changes, a number. Raises ValueError for other rates.
    """
    rates = np.asarray(rates, float)
    if rates.ndim != 1 or not rates.size or not (rates > 0).all():
        raise ValueError(f"rates are {rates}, expected one or more numbers above 0, in a list")
    start, g = gradients(network, x, target, loss)
    size = _norm(g)
    losses, changes = [], []
    for rate in rates:
        moved = copy.deepcopy(network)
        for (layer, name), gradient in zip(learned(moved), g, strict=True):
            setattr(layer, name, getattr(layer, name) - rate * gradient)
        value, there = gradients(moved, x, target, loss)
        losses.append(value)
        changes.append(_norm([a - b for a, b in zip(there, g, strict=True)]))
    smoothness = np.max(np.array(changes) / (rates * size))
    return AlongGradient(start, np.array(losses), np.array(changes), float(smoothness))


def _norm(arrays):
    return float(np.sqrt(sum(np.sum(np.square(a)) for a in arrays)))

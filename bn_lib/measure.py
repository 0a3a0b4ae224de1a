"""What the text speaks of, as numbers, each with its definition and its source.

How lopsided a batch is, how much of it is saturated and how straight a curve is; how often a
network is right; what the backward pass lets through; how inputs move during training; how long a
gradient stays true. `steadiness` and `internal_covariate_shift` are what tools/records has measured
for notebook 07; `batch_norm_jacobian` is here for notebooks that learners have saved.
"""

import copy
from typing import NamedTuple

import numpy as np

from bn_lib.arguments import as_finite, as_floats, as_labels, check_any_examples
from bn_lib.network import backward, cross_entropy, forward, gradient, learned, sigmoid_slope
from bn_lib.normalization import normalize, undo_parameters

AT_ONCE = 1000  # examples: what a layer makes of them stays in the processor's cache


# ---------------------------------------------------------------- a batch and a curve


def skewness(x):
    """The mean of x_hat³, the third moment of a normalized batch: 0 where it is symmetric.

    x: (N,). A batch that does not vary has skewness 0. Raises what `normalize` raises.
    """
    x = as_finite(x, "x")
    return float(np.mean(normalize(x, eps=0) ** 3)) if np.ptp(x) > 0 else 0.0


def nearest(x):
    """The index of the nearest other example of each, by Euclidean distance over all units.

    x: (N, D) with N of 2 or more. Returns (N,) whole numbers. Raises ValueError for another shape,
    and for what is not finite.
    """
    x = as_finite(x, "x", ndim=2)
    if len(x) < 2:
        raise ValueError(f"x has shape {x.shape}, expected two examples or more")
    squares = np.sum((x[:, None] - x) ** 2, axis=-1)
    np.fill_diagonal(squares, np.inf)
    return np.argmin(squares, axis=1)


def saturated(z, threshold=0.05):
    """The share of the values z that are saturated: there the sigmoid's slope is below threshold.

    "Saturated regime" is the word of Ioffe & Szegedy 2015, section 1, for |z| so large that the
    slope tends to zero; they set no threshold. 0.05, a fifth of the largest slope, is passed at
    |z| = 2.89. z: any shape, such as (examples, units).

    Raises ValueError for an empty z and for NaN, which is neither saturated nor not.
    """
    z, _ = as_floats(z, "z")
    if z.size == 0:
        raise ValueError(f"z has shape {z.shape}, expected at least one value")
    if np.isnan(z).any():
        raise ValueError("z has NaN in it, expected numbers: find where it comes from first")
    return np.mean(sigmoid_slope(z) < threshold)


class Line(NamedTuple):
    """The straight line nearest to a curve, slope * z + intercept, and what it explains."""

    slope: float
    intercept: float
    r2: float


@np.errstate(over="ignore", under="ignore")  # refused below
def best_line(z, h):
    """The line through (z, h) with the least mean squared error, and its R².

    R² = 1 - mean squared error / variance of h, the part of the variance that the line explains
    (coefficient of determination: Draper & Smith, *Applied Regression Analysis*, chapter 1). It
    is the squared correlation of z and h.

    z, h: shape (N,). Returns Line(slope, intercept, r2). Raises ValueError for other shapes, what
    is not finite, and where z or h does not vary, or by too much or too little for its squares: no
    line is then the best one.
    """
    z, h = as_finite(z, "z"), as_finite(h, "h")
    if z.ndim != 1 or z.shape != h.shape:
        raise ValueError(f"z has shape {z.shape} and h {h.shape}, expected (N,) for both")
    vary = np.ptp(z) > 0 and np.ptp(h) > 0  # their means round
    z_mean, h_mean = z.mean(), h.mean()
    z, h = z - z_mean, h - h_mean
    z_var, h_var, both = np.mean(z**2), np.mean(h**2), np.mean(z * h)
    if not (vary and 0 < z_var * h_var < np.inf):
        raise ValueError(
            "z and h must vary for a line to explain anything, and their variances, here "
            f"{z_var:.1e} and {h_var:.1e}, must have a product that float64 can hold"
        )
    slope = both / z_var
    return Line(float(slope), float(h_mean - slope * z_mean), float(both**2 / (z_var * h_var)))


@np.errstate(over="ignore", under="ignore")  # refused below
def best_linear_map(x, h):
    """R² of the best linear map, with a constant, from x to h: how nearly h is linear in x.

    x: (N, D); h: (N, K), with N well above D, since D + 1 free numbers a column explain about
    (D + 1) / N of anything. Returns 1 - mean squared error / variance, both summed over the
    columns of h (least squares, as `best_line`).

    Raises ValueError for other shapes, N <= D + 1, what is not finite, or where h does not vary.
    """
    x, h = as_finite(x, "x"), as_finite(h, "h")
    if x.ndim != 2 or h.ndim != 2 or len(x) != len(h):
        raise ValueError(f"x has shape {x.shape} and h {h.shape}, expected (N, D) and (N, K)")
    if len(x) <= x.shape[1] + 1:
        raise ValueError(
            f"x has shape {x.shape}: {len(x)} examples fit a map of {x.shape[1] + 1} numbers "
            "exactly whatever h is; take many more"
        )
    vary = np.ptp(h, axis=0).any()
    x, h = x - x.mean(0), h - h.mean(0)
    total = np.sum(h**2)
    if not (vary and 0 < total < np.inf):
        raise ValueError("h must vary for a map to explain anything, by what float64 can square")
    rest = h - x @ np.linalg.lstsq(x, h, rcond=None)[0]
    return float(1 - np.sum(rest**2) / total)


def not_brought_back(x_hat, x):
    """The share of the variance of x that one gamma and one beta for each channel can't bring back.

    For each channel the line gamma * x_hat + beta with the least mean squared error from x
    (`best_line`); returned is what these lines leave, over the variance of x around the mean of
    each channel, both summed over the channels. 0 where a normalization can be undone.

    x_hat, x: (N, C) or (N, C, H, W). Raises ValueError for other shapes, and what best_line raises.
    """
    x_hat, x = as_finite(x_hat, "x_hat"), as_finite(x, "x")
    if x.ndim < 2 or x_hat.shape != x.shape:
        raise ValueError(
            f"x_hat has shape {x_hat.shape} and x {x.shape}, expected (N, C) or (N, C, H, W) twice"
        )
    channels = [(x_hat[:, c].ravel(), x[:, c].ravel()) for c in range(x.shape[1])]
    variances = np.array([original.var() for _, original in channels])
    left = [1 - best_line(*channel).r2 for channel in channels]
    return float(np.dot(left, variances) / variances.sum())


# ---------------------------------------------------------------- a network


def accuracy(network, x, labels):
    """The share of examples whose largest output is that of their label, in inference mode.

    Outputs with NaN have no largest one: not right. x: (N, inputs); labels: (N,) integers.
    Raises what `cross_entropy` raises.
    """
    check_any_examples(len(x))
    starts = range(0, len(x), AT_ONCE)
    parts = [forward(network, x[start : start + AT_ONCE], training=False) for start in starts]
    outputs = np.concatenate(parts)
    found = outputs.argmax(axis=1) == as_labels(labels, outputs)
    return np.count_nonzero(found & ~np.isnan(outputs).any(axis=1)) / len(x)


def gradients(network, x, target, loss=cross_entropy):
    """The loss on a batch in training mode, and its gradient for each parameter, in a list.

    The parameters come in the order of `network.learned`; frozen ones are left out. The arrays are
    copies, since a layer may use its own again in the next backward pass.
    """
    value, dy = loss(forward(network, x), target)
    backward(network, dy)
    return value, [np.array(gradient(layer, name)) for layer, name in learned(network)]


# ---------------------------------------------------------------- what passes backward


def jacobian(function, x):
    """The derivatives J[i, j] of the value i of function(x) for x[j], by central differences.

    x: (N,), of size about 1; function returns (M,). Returns (M, N), with an error of about
    1e-10 (step² from the formula, 1e-16 / step from rounding).
    """
    x, step = as_finite(x, "x", ndim=1), 1e-6
    moves = step * np.eye(len(x))
    columns = [(function(x + move) - function(x - move)) / (2 * step) for move in moves]
    return np.stack(columns, axis=1)


def batch_norm_jacobian(x, gamma=1.0, eps=1e-5):
    """The derivatives of the outputs of batch norm for its inputs, for one unit.

        J = gamma / sqrt(var + eps) * (I - 1 1ᵀ / N - x_hat x_hatᵀ / N)

    The dx of Ioffe & Szegedy 2015, section 3, as a matrix: dx = J dy. With eps = 0 and gamma = σ,
    forward undone, it is a projection of rank N - 2: the mean of dy and its part along x_hat go.
    With eps > 0 the part along x_hat keeps eps / (var + eps) of its size.

    x: (N,). Returns (N, N). Raises what `normalize` raises.
    """
    x = as_finite(x, "x", ndim=1)
    x_hat, n = normalize(x, eps), len(x)
    std = undo_parameters(x, eps).gamma  # the gamma that undoes is sqrt(var + eps)
    return gamma / std * (np.eye(n) - 1 / n - np.outer(x_hat, x_hat) / n)


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
    Raises ValueError for other shapes, what is not finite, and where a unit has no spread.
    """
    means, stds = as_finite(means, "means"), as_finite(stds, "stds")
    if means.ndim != 2 or means.shape != stds.shape or len(means) < 2:
        raise ValueError(
            f"means have shape {means.shape} and stds {stds.shape}, expected (steps, units) "
            "for both, and two steps or more"
        )
    if not (stds > 0).all():
        raise ValueError("a unit has the same input for all examples, so σ = 0: leave it out")
    moved = np.abs(np.diff(means, axis=0)) / stds[:-1]
    return Drift(float(moved.mean()), float(np.abs(np.diff(np.log(stds), axis=0)).mean()))


def steadiness(path):
    """How straight a path is: the distance from its start to its end over its length, 0 to 1.

    path: (steps,) or (steps, units), of which the sums over the units are taken. 0 where nothing
    moves. Raises ValueError for no steps, and for what is not finite.
    """
    path = as_finite(path, "path")
    length = np.abs(np.diff(path, axis=0)).sum()
    return float(np.abs(path[-1] - path[0]).sum() / length) if length else 0.0


class CovariateShift(NamedTuple):
    """How much a layer's gradient changes when the layers below it make their step."""

    distance: float
    cosine: float


def internal_covariate_shift(before, after, layer, x, target, loss=cross_entropy):
    """Internal covariate shift of a layer in a step: Santurkar et al. 2018, definition 2.1.

    G is the gradient for the layer's weights before the step, G' the one for the same weights
    after the layers below, and only they, have made the step; both on the same batch.

    before, after: a network and its copy one step of training later. layer: the index of a Linear.
    Returns |G - G'| and the cosine of the angle between G and G'.
    Raises ValueError where G or G' is 0 or not finite, so that there is no angle.
    """
    found = []
    for network in (before, after[:layer] + before[layer:]):
        gradients(network, x, target, loss)
        found.append(np.array(gradient(network[layer], "W"), dtype=float))
    g, moved = found
    distance, size, moved_size = (np.linalg.norm(a) for a in (g - moved, g, moved))
    if not 0 < size * moved_size < np.inf:
        raise ValueError(
            f"the gradients for layer {layer} have the sizes {size:.1e} and {moved_size:.1e}, "
            "expected neither 0 nor infinite: there is no angle between them"
        )
    cosine = min(1.0, np.vdot(g, moved) / (size * moved_size))
    return CovariateShift(float(distance), float(cosine))


# ---------------------------------------------------------------- how long a gradient stays true


class AlongGradient(NamedTuple):
    """The loss and the gradient's change at each rate along one gradient, from a start."""

    start: float
    losses: np.ndarray
    changes: np.ndarray


def along_gradient(network, x, target, rates, loss=cross_entropy):
    """The loss, and how much the gradient has changed, at several distances along one gradient.

    At w - rate * g, the loss and |g' - g|, as in Santurkar et al. 2018, section 3.1, figure 4:
    gradient predictiveness. All on one batch, for all that learns; the network itself stays where
    it is.

    rates: (K,), above 0. Returns AlongGradient(start, losses, changes): the loss at the network,
    (K,) losses, (K,) changes. Raises ValueError for other rates, and where the gradient is 0 or not
    finite.
    """
    rates = as_finite(rates, "rates", ndim=1)
    if not (rates > 0).all():
        raise ValueError(f"rates are {rates}, expected numbers above 0")
    start, g = gradients(network, x, target, loss)
    size = _length(g)
    if not 0 < size < np.inf:
        raise ValueError(f"the gradient has the size {size}, expected one to go along")
    losses, changes = [], []
    for rate in rates:
        moved = copy.deepcopy(network)
        for (layer, name), part in zip(learned(moved), g, strict=True):
            setattr(layer, name, getattr(layer, name) - rate * part)
        value, there = gradients(moved, x, target, loss)
        losses.append(value)
        changes.append(_length([a - b for a, b in zip(there, g, strict=True)]))
    return AlongGradient(start, np.array(losses), np.array(changes))


def effective_rate(W, rate):
    """rate / |w|² of each unit: before batch norm, w turns at `rate` as w / |w| would at this rate.

    Van Laarhoven 2017, section 2, for plain gradient descent. W: (inputs, units), one unit's
    weights w in a column; rate: the learning rate. Returns (units,). Raises ValueError for another
    shape, for what is not finite, and where all weights of a unit are 0.
    """
    squares = np.sum(np.square(as_finite(W, "W", ndim=2)), axis=0)
    if not squares.all():
        raise ValueError("W has a column of zeros, expected weights that have a direction")
    return rate / squares


def _length(arrays):
    return float(np.sqrt(sum(np.sum(np.square(a)) for a in arrays)))

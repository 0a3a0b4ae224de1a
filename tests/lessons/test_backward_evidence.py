"""Evidence for notebook 04: undone forward is not undone backward; what keeps gradients alive."""

import numpy as np
import pytest

from bn_lib.data import digits, two_humped
from bn_lib.measure import jacobian, saturated
from bn_lib.network import (
    BatchNorm,
    ReLU,
    Sigmoid,
    cross_entropy,
    dense,
    forward,
    sigmoid,
    sigmoid_slope,
    undo,
)
from bn_lib.normalization import (
    batch_norm,
    batch_norm_backward,
    batch_norm_inference_backward,
    normalize,
    undo_parameters,
)
from bn_lib.training import SGD, Training

SEEDS = range(5)


# ---------------------------------------------------------------- one layer


@pytest.mark.parametrize("eps", [0, 1e-5, 0.1])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_jacobian_of_an_undone_layer(eps, seed):
    """I - 11ᵀ/N - x̂x̂ᵀ/N; for ε = 0 a projection of rank N - 2; forward it is the identity."""
    H = two_humped(8, np.random.default_rng(seed))
    undo_H = undo_parameters(H, eps)
    np.testing.assert_allclose(batch_norm(H, *undo_H, eps)[0], H, atol=1e-14)
    x_hat = normalize(H, eps)
    formula = np.eye(8) - 1 / 8 - np.outer(x_hat, x_hat) / 8
    moved = jacobian(lambda h: batch_norm(h, *undo_H, eps)[0], H)
    np.testing.assert_allclose(moved, formula, atol=1e-7)
    eigenvalues = np.linalg.eigvalsh(formula)
    along = eps / (H.var() + eps)
    np.testing.assert_allclose(eigenvalues, np.sort([0, along, *[1] * 6]), atol=1e-12)
    assert np.linalg.matrix_rank(formula, tol=1e-12) == (7 if eps else 6)
    dy = np.random.default_rng(seed).standard_normal(8)
    fixed, _, _ = batch_norm_inference_backward(dy, H, undo_H.gamma, H.mean(), H.var(), eps)
    np.testing.assert_allclose(fixed, dy)  # the control: inference mode is undone backward, too


def passed(dy, x_hat):
    """What an undone layer with ε = 0 passes of a gradient."""
    return dy - dy.mean(axis=0) - x_hat * np.mean(dy * x_hat, axis=0)


@pytest.mark.parametrize("N", [2, 3, 4, 8, 32, 128])
def test_of_a_random_gradient_the_share_that_passes(N):
    x_hat = normalize(two_humped(N, np.random.default_rng(N)), eps=0)[:, None]
    dy = np.random.default_rng(0).standard_normal((N, 20_000))
    shares = np.sum(passed(dy, x_hat) ** 2, axis=0) / np.sum(dy**2, axis=0)
    assert abs(shares.mean() - (N - 2) / N) < 0.005
    if N == 8:  # of a single one almost anything may pass
        assert np.quantile(shares, 0.05) < 0.4 < 0.97 < np.quantile(shares, 0.95)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_stopped_is_the_line_of_least_squares(seed):
    rng = np.random.default_rng(seed)
    x_hat = normalize(two_humped(8, rng), eps=0)
    dy = rng.standard_normal(8) + 1 + 0.5 * x_hat
    line = np.polyval(np.polyfit(x_hat, dy, deg=1), x_hat)
    np.testing.assert_allclose(dy - passed(dy, x_hat), line, atol=1e-12)
    for common, along in ((1.5, -1), (-1, 1)):  # these pass nothing more
        more = passed(dy + common + along * x_hat, x_hat)
        np.testing.assert_allclose(more, passed(dy, x_hat), atol=1e-12)


def test_ones_hide_a_forgotten_variance_and_a_forgotten_pass():
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x_hat, random, ones = normalize(two_humped(8, rng)), rng.standard_normal(8), np.ones(8)
        wrong = {"no variance": lambda dy: dy - dy.mean(), "zeros": lambda dy: 0 * dy}
        for backward in wrong.values():
            assert np.abs(backward(ones) - passed(ones, x_hat)).max() < 1e-12
            assert np.abs(backward(random) - passed(random, x_hat)).max() > 0.01


# ---------------------------------------------------------------- a step of the layer below


def regression(seed, N=64):
    """h = X W with a bias, the targets some 4 above; as notebook 04 draws it."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((N, 4))
    X = np.column_stack([np.ones(N), 1 + Z])
    return X, rng.standard_normal(5), 4 + Z.sum(axis=1) / 2 + rng.standard_normal(N)


def gradients(X, target, W, *gamma_beta):
    """Of the mean squared error; without batch norm, or before one with ε = 0."""
    if not gamma_beta:
        return [X.T @ (2 * (X @ W - target) / len(X))]
    y, cache = batch_norm(X @ W, *gamma_beta, 0)
    dH, dgamma, dbeta = batch_norm_backward(2 * (y - target) / len(X), cache)
    return [X.T @ dH, dgamma, dbeta]


@pytest.mark.parametrize("seed", range(10))
def test_before_an_undone_layer_no_step_moves_mean_or_spread(seed):
    X, W, target = regression(seed)
    undo_H = undo_parameters(X @ W, 0)
    (raw,), (dW, dgamma, dbeta) = gradients(X, target, W), gradients(X, target, W, *undo_H)
    before = X @ W
    for lr in (0.01, 0.1, 1):
        after = batch_norm(X @ (W - lr * dW), *undo_H, 0)[0]
        assert abs(after.mean() - before.mean()) < 1e-12
        assert abs(after.std() - before.std()) < 1e-12
    assert abs((X @ (W - 0.1 * raw)).mean() - before.mean()) > 0.5  # the control
    free = batch_norm(X @ (W - 0.1 * dW), undo_H.gamma - 0.1 * dgamma, undo_H.beta - 0.1 * dbeta, 0)
    np.testing.assert_allclose(free[0].mean(), before.mean() - 0.1 * dbeta)  # it is β that moves it
    # What is stopped goes to β; a bias before the layer is idle; W gets nothing along itself.
    np.testing.assert_allclose(dbeta, raw[0])
    np.testing.assert_allclose([dW[0], W @ dW], 0, atol=1e-12)
    assert abs(W @ raw) > 1e-3
    moved = batch_norm(X @ (W + 100 * np.eye(5)[0]), *undo_H, 0)[0]
    np.testing.assert_allclose(moved, before, atol=1e-9)


def test_one_step_brings_the_mean_home_and_the_loss_only_part_of_the_way():
    """lr = 0.1, seed 0; of the gradient's length a tenth is left for W, or more, or less."""
    X, W, target = regression(0)
    (raw,) = gradients(X, target, W)
    y = X @ (W - 0.1 * raw)
    least = np.mean((X @ np.linalg.lstsq(X, target)[0] - target) ** 2)
    losses = [np.mean((out - target) ** 2) for out in (X @ W, y)]
    np.testing.assert_allclose([*losses, least], [23.07, 6.95, 0.95], atol=0.01)
    assert abs(y.mean() - target.mean()) < 0.3 < 4 < target.mean() - (X @ W).mean()
    assert np.all(raw * X.mean(axis=0) < 0), "all five weights push the mean up"
    lengths = []
    for seed in range(20):
        X, W, target = regression(seed)
        full = gradients(X, target, W)[0]
        left = gradients(X, target, W, *undo_parameters(X @ W, 0))[0]
        lengths.append(np.linalg.norm(left) / np.linalg.norm(full))
    assert 0.1 < np.median(lengths) < 0.16
    assert min(lengths) < 0.06 < 0.25 < max(lengths)


def steps_needed(X, target, rate, *parameters):
    """Steps until the loss is within 1 % of the least; 400 if it takes more, or diverges."""
    least = np.mean((X @ np.linalg.lstsq(X, target)[0] - target) ** 2)
    for count in range(1, 400):
        found = gradients(X, target, *parameters)
        parameters = [p - rate * d for p, d in zip(parameters, found, strict=True)]
        W, *gamma_beta = parameters
        y = batch_norm(X @ W, *gamma_beta, 0)[0] if gamma_beta else X @ W
        loss = np.mean((y - target) ** 2)
        if loss < 1.01 * least:
            return count
        if not loss < 1e6:
            break
    return 400


def test_who_is_faster_is_a_matter_of_the_inputs():
    """Each at its best of some rates: batch norm where the inputs are not centered, else not."""
    rates, first = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7), []
    for centered in (False, True):
        wins = 0
        for seed in SEEDS:
            X, W, target = regression(seed)
            X[:, 1:] -= centered * X[:, 1:].mean(axis=0)
            starts = [W], [W, *undo_parameters(X @ W, 0)]
            plain, norm = (
                min(steps_needed(X, target, rate, *start) for rate in rates) for start in starts
            )
            wins += norm < plain
        first.append(wins)
    assert first == [5, 0]


# ---------------------------------------------------------------- real gradients


@pytest.mark.parametrize(("activation", "rate", "gain"), [(Sigmoid, 0.5, 1), (ReLU, 0.1, 2**0.5)])
@pytest.mark.parametrize("undone", [False, True])
def test_most_of_a_real_gradient_passes_but_two_directions_never_do(activation, rate, gain, undone):
    d, shares = digits(), []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        network = dense([64, *[50] * 4, 10], activation, rng, BatchNorm, gain)
        if undone:
            undo(network, d.x[:64])
        training = Training(network, d.x, d.labels, SGD(rate), np.random.default_rng(seed), 64)
        for steps in (0, 50):
            training.run(steps)
            _, dy = cross_entropy(forward(network, d.x[64:128]), d.labels[64:128])
            for layer in reversed(network):
                if isinstance(layer, BatchNorm):
                    left = passed(dy, layer.cache.x_hat)
                    shares.append(np.sum(left**2) / np.sum(dy**2))
                    # ε lets a little through along x̂ where a unit is as quiet as √ε
                    live = layer.cache.var[0] > 1e3 * layer.eps
                    dx = layer.backward(dy)[:, live]
                    x_hat = layer.cache.x_hat[:, live]
                    size = np.abs(dx).mean(axis=0)
                    assert np.all(np.abs(dx.mean(axis=0)) <= 1e-9 * size)
                    assert np.all(np.abs(np.mean(dx * x_hat, axis=0)) <= 0.01 * size)
                dy = layer.backward(dy)
    assert np.median(shares) > 0.9
    assert min(shares) > 0.5


# ---------------------------------------------------------------- a stack of layers

CURVES = {
    "sigmoid": (sigmoid, lambda z, h: sigmoid_slope(z)),
    "tanh": (np.tanh, lambda z, h: 1 - h**2),
    "relu": (lambda z: np.maximum(z, 0), lambda z, h: z > 0),
    "linear": (lambda z: z, lambda z, h: np.ones_like(z)),
}


class Stack:
    """A random stack, and the rms of a random gradient at each of its z = h W, first to last."""

    def __init__(self, seed, scale, gamma=None, beta=0.0, depth=10, curve="sigmoid", units=100):
        rng = np.random.default_rng(seed)
        h = rng.standard_normal((128, units))
        weights = scale / np.sqrt(units) * rng.standard_normal((depth, units, units))
        dh = rng.standard_normal((128, units))
        bend, slope_of = CURVES[curve]
        layers, shares = [], []
        for W in weights:
            z, cache = (h @ W, None) if gamma is None else batch_norm(h @ W, gamma, beta)
            h = bend(z)
            shares.append(saturated(z))
            layers.append((W, slope_of(z, h), cache))
        self.gradient, self.slopes = [], []
        for W, slope, cache in reversed(layers):
            dz = dh * slope if cache is None else batch_norm_backward(dh * slope, cache)[0]
            self.gradient.insert(0, np.sqrt(np.mean(dz**2)))
            self.slopes.insert(0, np.sqrt(np.mean(np.square(slope))))
            dh = dz @ W.T
        self.saturated = np.mean(shares)
        self.ratio = self.gradient[0] / self.gradient[-1]


@pytest.mark.parametrize(
    ("scale", "share", "least", "most"),
    [
        (1, 0.000, 1.5e-6, 2.5e-6),
        (3, 0.13, 0.0015, 0.004),
        (4, 0.27, 0.006, 0.018),
        (10, 0.68, 0.4, 1.1),
        (30, 0.89, 50, 200),
    ],
)
def test_scale_times_slope_decides_and_not_saturation_alone(scale, share, least, most):
    for seed in SEEDS:
        stack = Stack(seed, scale)
        assert abs(stack.saturated - share) < 0.03
        assert least < stack.ratio < most
        product = np.prod(scale * np.array(stack.slopes[:-1]))
        assert 0.6 < stack.ratio / product < 1.6


def test_at_the_scale_that_suits_the_steepest_slope_saturation_alone_makes_it_vanish():
    """×4: with all slopes at ¼ it would stay; 40 layers: below 10⁻⁷."""
    for seed in SEEDS:
        assert Stack(seed, 4).ratio < 0.02
        assert Stack(seed, 4, depth=40).ratio < 1e-7
        assert 0.05 < Stack(seed, 10, depth=40).ratio < 2


def test_forty_layers():
    """Raw at the usual scale next to nothing is left; normalized it stays, or explodes at γ = 4."""
    for seed in range(3):
        assert Stack(seed, 1, depth=40).ratio < 1e-20
        assert 0.3 < Stack(seed, 1, 1.0, depth=40).ratio < 1.2
        assert 1e3 < Stack(seed, 1, 4.0, depth=40).ratio < 3e4


@pytest.mark.parametrize(
    ("curve", "scale", "least", "most"),
    [
        ("tanh", 1, 0.2, 0.4),
        ("tanh", 4, 35, 60),
        ("tanh", 10, 1e3, 4e3),
        ("relu", 1, 0.03, 0.07),
        ("relu", 2**0.5, 0.7, 1.5),
        ("relu", 4, 8e3, 2e4),
    ],
)
def test_other_activations_have_other_scales(curve, scale, least, most):
    for seed in SEEDS:
        stack = Stack(seed, scale, curve=curve)
        assert least < stack.ratio < most
        assert 0.6 < stack.ratio / np.prod(scale * np.array(stack.slopes[:-1])) < 1.6


def test_normalized_the_ratio_is_the_same_for_any_scale_and_the_gradient_is_not():
    for seed in SEEDS:
        stacks = {scale: Stack(seed, scale, 1.0) for scale in (0.3, 1, 10, 30)}
        ratios = [stack.ratio for stack in stacks.values()]
        assert max(ratios) / min(ratios) < 1.01
        assert 0.22 < ratios[0] < 0.3
        for scale, stack in stacks.items():
            np.testing.assert_allclose(stack.gradient[0] * scale, stacks[1].gradient[0], rtol=0.01)
        # As long as σ is far above √ε: at a hundredth of the weights it is not.
        assert Stack(seed, 0.01, 1.0).ratio < 0.1 * ratios[0]


def growth(*arguments, **position):
    gradient = Stack(*arguments, depth=40, **position).gradient
    return (gradient[1] / gradient[-1]) ** (1 / 38)  # the first layer's inputs are no sigmoid's


def predicted(curve, gamma, beta=0.0):
    """γ √(E slope² / Var f), over a bell curve: for very wide layers and large batches."""
    places = np.linspace(-8, 8, 4001)
    weights = np.exp(-(places**2) / 2)
    weights /= weights.sum()
    bend, slope_of = CURVES[curve]
    z = gamma * places + beta
    h = bend(z)
    spread2 = weights @ (h - weights @ h) ** 2
    return gamma * np.sqrt(weights @ np.square(slope_of(z, h)) / spread2)


@pytest.mark.parametrize(
    ("curve", "gamma", "rate"),
    [("sigmoid", 4, 1.269), ("sigmoid", 8, 1.617), ("tanh", 1, 1.085), ("relu", 1, 1.210)],
)
def test_normalized_gradients_grow_with_depth_as_predicted(curve, gamma, rate):
    assert abs(predicted(curve, gamma) - rate) < 6e-4
    for seed in range(2):
        assert abs(growth(seed, 1.0, gamma, curve=curve) / rate - 1) < 0.025


def test_the_growth_of_a_sigmoid_at_gamma_1_is_small_but_there():
    """Predicted 1.017; finite width adds to it. Of linear layers, 1, it tells apart."""
    assert abs(predicted("sigmoid", 1) - 1.017) < 6e-4
    assert abs(predicted("linear", 1) - 1) < 1e-9
    for seed in range(3):
        curved, linear = (growth(seed, 1.0, 1.0, curve=curve) for curve in ("sigmoid", "linear"))
        assert 1.02 < curved < 1.04
        assert linear < 1.012
        assert 1.08 < growth(seed, 1.0, 1.0, beta=2.0) < 1.15


def test_it_never_shrinks():
    """The Gaussian Poincaré inequality: γ² E f′² ≥ Var f, with equality for a line."""
    for curve in CURVES:
        for gamma in (0.25, 0.5, 1, 2, 4, 8):
            for beta in (0, 1, 2, 4):
                assert predicted(curve, gamma, beta) > 1 - 1e-9

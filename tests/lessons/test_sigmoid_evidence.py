"""Evidence for notebook 03: how straight a normalized sigmoid is, and what that costs."""

import numpy as np
import pytest

from bn_lib.data import digits, spirals
from bn_lib.measure import accuracy, best_line, best_linear_map, saturated
from bn_lib.network import BatchNorm, ReLU, Sigmoid, dense, forward, sigmoid, use_population
from bn_lib.normalization import normalize, undo_parameters
from bn_lib.training import SGD, Adam, Training

SEEDS = range(3)

# ---------------------------------------------------------------- one unit

PLACES = np.linspace(-8, 8, 2001)
BELL = np.exp(-(PLACES**2) / 2)


def straightness(gamma=1.0, beta=0.0, curve=sigmoid):
    """R² of the best line, for inputs of a bell curve of mean beta and spread gamma."""
    z = gamma * PLACES + beta
    (z_var, both), (_, h_var) = np.cov(z, curve(z), aweights=BELL)
    return both**2 / (z_var * h_var)


@pytest.mark.parametrize(
    ("gamma", "beta", "r2"),
    [
        (0.25, 0, 1.0),
        (0.5, 0, 0.998),
        (1, 0, 0.984),
        (2, 0, 0.930),
        (4, 0, 0.838),
        (8, 0, 0.752),
        (100, 0, 0.647),
        (1, 2, 0.863),
        (1, 4, 0.680),
        (1, 6, 0.602),
        (2, 6, 0.317),
    ],
)
def test_how_much_a_line_explains(gamma, beta, r2):
    assert round(straightness(gamma, beta), 3) == r2


def test_its_limit_is_that_of_a_step_and_a_bell_is_not_needed():
    assert 2 / np.pi < straightness(100) < 0.65
    assert abs(straightness(curve=np.sign) - 2 / np.pi) < 3e-3  # on a grid
    for seed in SEEDS:  # measured on batches
        z = normalize(np.random.default_rng(seed).standard_normal(20_000))
        assert abs(best_line(z, sigmoid(z)).r2 - 0.984) < 0.003


def test_tanh_is_as_a_sigmoid_of_twice_the_gamma_and_relu_stays_bent():
    assert abs(straightness(curve=np.tanh) - straightness(gamma=2)) < 1e-9
    assert round(straightness(curve=lambda z: np.maximum(z, 0)), 3) == 0.733


@pytest.mark.parametrize("seed", SEEDS)
def test_gamma_and_beta_can_free_it_and_normalizing_alone_binds_it(seed):
    noise = np.random.default_rng(seed).standard_normal(100)
    z = 2 + 6 * noise
    undo = undo_parameters(z)
    undone = undo.gamma * normalize(z) + undo.beta
    np.testing.assert_allclose(undone, z, atol=1e-12)
    assert saturated(undone) == saturated(z) > 0.5
    for spread, mean in ((0.1, -6), (6, 2), (10, 6)):  # whatever comes in
        normalized = normalize(mean + spread * noise)
        assert saturated(normalized) < 0.03
        assert best_line(normalized, sigmoid(normalized)).r2 > 0.975


def test_at_gamma_1_few_points_are_saturated_but_not_none():
    """0.4 % of a bell curve; a batch of 100 has one in three cases of ten."""
    batches = np.random.default_rng(0).standard_normal((100, 2000))
    shares = np.array([saturated(batch) for batch in normalize(batches).T])
    assert 0.25 < np.mean(shares > 0) < 0.37
    assert 0.002 < shares.mean() < 0.005
    assert saturated(4 * normalize(batches)) > 0.4


# ---------------------------------------------------------------- many layers, with the control


def stack_r2(seed, scale=1.0, normalized=True, depth=14, units=20, examples=2000):
    """By layer: R² of the best linear map from the input, and of a line in the typical unit."""
    rng = np.random.default_rng(seed)
    inputs = h = rng.standard_normal((examples, units))
    found = []
    for _ in range(depth):
        z = h @ (scale * rng.standard_normal((units, units)) / np.sqrt(units))
        z = normalize(z) if normalized else z
        h = sigmoid(z)
        unit = np.median([best_line(*pair).r2 for pair in zip(z.T, h.T, strict=True)])
        found.append((best_linear_map(inputs, h), unit))
    return np.transpose(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_normalized_layers_are_straighter_than_wide_ones_and_less_straight_than_the_usual(seed):
    normalized = stack_r2(seed)[0]
    usual, wide, wider = (stack_r2(seed, scale, normalized=False)[0] for scale in (1, 4, 10))
    for layer, expected in ((1, 0.984), (2, 0.967), (5, 0.905), (10, 0.80)):
        assert abs(normalized[layer - 1] - expected) < 0.03
    for depth in (5, 10, 14):
        assert usual[depth - 1] > 0.97
        assert usual[depth - 1] > normalized[depth - 1] + 0.05
    for depth in (2, 5, 10):
        assert normalized[depth - 1] > wide[depth - 1] + 0.07
        assert wide[depth - 1] > wider[depth - 1] + 0.1
    assert 0.64 < wide[4] < 0.72
    assert 0.2 < wider[4] < 0.35


@pytest.mark.parametrize("seed", SEEDS)
def test_without_normalization_the_signal_shrinks_to_where_the_curve_is_a_line(seed):
    raw, normalized = (stack_r2(seed, normalized=kind, depth=5)[1] for kind in (False, True))
    assert raw[1] > 0.999 > 0.99 > normalized[1]
    assert raw[4] > 0.9999 > 0.992 > normalized[4] > 0.98


def test_normalized_it_is_the_same_whatever_the_scale_of_the_weights():
    for seed in SEEDS:
        one, ten = (stack_r2(seed, scale, depth=5)[0] for scale in (1, 10))
        np.testing.assert_allclose(one, ten, atol=1e-4)


def test_after_20_normalized_layers_about_six_tenths_are_linear():
    for seed in SEEDS:
        assert 0.5 < stack_r2(seed, depth=20)[0][-1] < 0.7


# ---------------------------------------------------------------- two spirals

POINTS = spirals(1000, np.random.default_rng(0))
NEW = spirals(400, np.random.default_rng(1))


def frozen(units):
    return BatchNorm(units, frozen=("gamma", "beta"))


def trained(norm, seed, activation=Sigmoid, hidden=2, steps=1500, gain=4, rate=0.01, units=32):
    """A network, as notebook 03 trains it; it evaluates with population statistics."""
    rng = np.random.default_rng(seed)
    network = dense((2, *[units] * hidden, 2), activation, rng, norm, gain=gain)
    Training(network, *POINTS, Adam(rate), rng, batch=64).run(steps)
    use_population(network, POINTS[0])
    return network


def right(*kind, **more):
    """The share of new points that it gets right."""
    return accuracy(trained(*kind, **more), *NEW)


def test_two_frozen_layers_do_no_better_than_a_line_and_learned_ones_and_none_do():
    line = right(None, 0, activation=None, hidden=0)
    assert 0.55 < line < 0.7
    for seed in range(2):
        assert abs(right(frozen, seed) - line) < 0.05
        assert right(BatchNorm, seed) > 0.95
        assert right(None, seed) > 0.95


def test_from_the_usual_size_no_batch_norm_learns_more_slowly():
    for seed in range(2):
        assert right(None, seed, gain=1) < right(None, seed) - 0.05


@pytest.mark.parametrize("seed", range(2))
def test_relu_loses_nothing_and_more_frozen_layers_bend_more(seed):
    """The cost is a matter of the activation and of the depth."""
    assert right(frozen, seed, activation=ReLU) > 0.95
    deep = dict(hidden=6, rate=0.001, steps=2000)
    assert 0.75 < right(frozen, seed, **deep) < 0.92
    assert right(BatchNorm, seed, **deep) > 0.97
    assert right(frozen, seed, activation=ReLU, rate=0.001, steps=2000) > 0.93


@pytest.mark.parametrize(
    "otherwise",
    [
        dict(rate=0.001, steps=2000),
        dict(rate=0.003),
        dict(rate=0.1),
        dict(steps=3000),
        dict(units=100),
    ],
    ids=str,
)
def test_other_rates_more_steps_and_wider_layers_do_not_bend_two_frozen_ones(otherwise):
    for seed in range(2):
        assert 0.5 < right(frozen, seed, **otherwise) < 0.7


@pytest.mark.parametrize("seed", SEEDS)
def test_learned_gamma_and_beta_undo_hardly_a_unit_of_the_64(seed):
    """Undone: both within a tenth of σ. In the first layer γ is far below σ, in no layer alike."""
    network, undone, typical = trained(BatchNorm, seed), 0, []
    for at, norm in enumerate(network):
        if isinstance(norm, BatchNorm):
            z = forward(network[:at], POINTS[0], training=False)
            sigma, gamma = z.std(axis=0), np.abs(norm.gamma)
            off = np.maximum(np.abs(norm.gamma - sigma), np.abs(norm.beta - z.mean(axis=0)))
            undone += np.sum(off < sigma / 10)
            typical.append(np.median(gamma) / np.median(sigma))
            assert gamma.max() > 2, "some units are stretched far along the S"
    assert undone <= 2
    assert typical[0] < 0.5 < 1 < typical[1]


def with_lines(network, units):
    """The share right, with lines for some sigmoids of each layer; units: the most bent first."""
    z, labels = NEW
    for at, layer in enumerate(network):
        h = forward([layer], z, training=False)
        if isinstance(layer, Sigmoid):
            seen = forward(network[:at], POINTS[0], training=False)
            lines = [best_line(unit, sigmoid(unit)) for unit in seen.T]
            slopes, intercepts, r2s = np.transpose(lines)
            bent = np.argsort(r2s)[units]
            h[:, bent] = slopes[bent] * z[:, bent] + intercepts[bent]
        z = h
    return np.mean(z.argmax(axis=1) == labels)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quarter_of_the_units_bends_the_border(seed):
    """Without their bends no better than a line, or not much; with them alone nine in ten."""
    network = trained(BatchNorm, seed)
    assert with_lines(network, slice(0)) == accuracy(network, *NEW) > 0.95
    assert with_lines(network, slice(8)) < 0.75
    assert with_lines(network, slice(8, None)) > 0.9
    for at, layer in enumerate(network):
        if isinstance(layer, BatchNorm):  # most of them have a larger γ than the median
            z = forward(network[: at + 1], POINTS[0], training=False)
            r2s = [best_line(unit, sigmoid(unit)).r2 for unit in z.T]
            gammas = np.abs(layer.gamma)
            assert np.sum(gammas[np.argsort(r2s)[:8]] > np.median(gammas)) >= 6


def test_from_other_starts_they_bend_it_most_but_not_always_alone():
    """Of ten starts: with their bends alone 78 to 95 %, without them 60 to 83 %."""
    networks = [trained(BatchNorm, seed) for seed in range(10)]
    without, alone = (
        [with_lines(network, units) for network in networks] for units in (slice(8), slice(8, None))
    )
    assert np.median(without) < 0.7
    assert 0.7 < min(alone) < 0.85 < np.median(alone)


def test_digits_hardly_need_a_bend():
    """A network without a hidden layer reads more than nine in ten, after 300 steps as well."""
    d = digits()
    for seed in range(3):
        straight = dense([64, 10], Sigmoid, np.random.default_rng(seed))
        Training(straight, d.x, d.labels, SGD(0.5), np.random.default_rng(seed + 100), 64).run(300)
        assert accuracy(straight, d.test_x, d.test_labels) > 0.92

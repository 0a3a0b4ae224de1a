"""Evidence for notebook 01: what normalizing removes, what it leaves, and how a batch couples."""

import numpy as np
import pytest

from bn_lib.data import digits, two_humped
from bn_lib.normalization import batch_norm, moments, normalize

SEEDS = range(5)
DRAW = {
    "two humps": lambda rng: two_humped(500, rng),
    "one long tail": lambda rng: rng.exponential(size=500),
    "dice": lambda rng: rng.integers(1, 7, size=500),
    "bell curve": lambda rng: rng.standard_normal(500),
}


def skewness(x):
    return np.mean(((x - x.mean()) / x.std()) ** 3)


# ---------------------------------------------------------------- what is removed, what survives


@pytest.mark.parametrize("seed", SEEDS)
def test_scale_and_shift_are_gone_and_a_negative_scale_leaves_its_sign(seed):
    rng = np.random.default_rng(seed)
    H = rng.standard_normal((8, 4))
    scale, shift = rng.uniform(0.1, 10, 4), rng.normal(0, 10, 4)
    np.testing.assert_allclose(normalize(scale * H + shift, eps=0), normalize(H, eps=0), atol=1e-12)
    np.testing.assert_allclose(normalize(-scale * H, eps=0), -normalize(H, eps=0), atol=1e-12)


@pytest.mark.parametrize("unit", DRAW)
@pytest.mark.parametrize("seed", SEEDS)
def test_shape_order_and_ties_survive(unit, seed):
    H = DRAW[unit](np.random.default_rng(seed))
    H_hat = normalize(H, eps=0)
    np.testing.assert_allclose(skewness(H_hat), skewness(H))
    assert np.all(np.diff(H_hat[np.argsort(H, kind="stable")]) >= 0)
    assert len(np.unique(H_hat)) == len(np.unique(H))


def test_nothing_becomes_a_bell_that_was_none():
    """The control: a bell curve's skewness is near 0 before and after, that of the others isn't."""
    for seed in SEEDS:
        skew = {
            unit: skewness(normalize(draw(np.random.default_rng(seed))))
            for unit, draw in DRAW.items()
        }
        assert abs(skew["bell curve"]) < 0.35 < skew["two humps"] < 1 < skew["one long tail"]


def test_the_two_humps_of_the_text_have_a_skewness_of_057():
    H = two_humped(500, np.random.default_rng(0))
    assert round(skewness(H), 2) == round(skewness(normalize(H)), 2) == 0.57


def test_the_spread_of_1_is_the_one_divided_by_n():
    for N in (2, 6, 100):
        H_hat = normalize(np.random.default_rng(0).standard_normal(N), eps=0)
        np.testing.assert_allclose(H_hat.std(), 1)
        np.testing.assert_allclose(H_hat.std(ddof=1), np.sqrt(N / (N - 1)))


@pytest.mark.parametrize("seed", SEEDS)
def test_correlations_between_units_survive(seed):
    rng = np.random.default_rng(seed)
    H = rng.standard_normal((50, 3)) @ rng.standard_normal((3, 3)) * (1, 10, 0.1)
    between = np.corrcoef(H.T)
    np.testing.assert_allclose(np.corrcoef(normalize(H, eps=0).T), between, atol=1e-12)
    assert np.abs(between[np.triu_indices(3, 1)]).max() > 0.2  # there were some


def nearest(x):
    """The nearest other example of each, by its place."""
    squares = np.sum(x**2, axis=1)
    distances = squares[:, None] + squares - 2 * x @ x.T
    np.fill_diagonal(distances, np.inf)
    return distances.argmin(axis=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_relative_scale_of_units_is_lost_and_with_it_who_is_near(seed):
    """One loud unit beside nineteen faint ones; the control has units of one spread."""
    bells = np.random.default_rng(seed).standard_normal((200, 20))
    loud = bells * np.r_[10, np.full(19, 0.1)]
    assert np.mean(nearest(loud) == nearest(normalize(loud))) < 0.1
    assert np.mean(nearest(bells) == nearest(normalize(bells))) > 0.6


def test_on_the_digits_about_half_of_the_nearest_images_survive():
    """A real case: pixels at the rim hardly vary, and are blown up."""
    d = digits()
    x, labels = d.x[:400], d.labels[:400]
    before, after = nearest(x), nearest(normalize(x))
    assert 0.2 < np.mean(before == after) < 0.8
    right = [np.mean(labels[found] == labels) for found in (before, after)]
    assert right[0] > right[1] + 0.01


# ---------------------------------------------------------------- a batch couples its examples


def changed(before, after):
    """How many outputs of a unit change between two batches."""
    moved = np.abs(normalize(after, eps=0) - normalize(before, eps=0))
    return int(np.sum(moved > 1e-12))


@pytest.mark.parametrize("N", [3, 4, 8, 16])
@pytest.mark.parametrize("seed", SEEDS)
def test_one_example_changes_all_outputs(N, seed):
    H = two_humped(N, np.random.default_rng(seed))
    assert changed(H, np.r_[H[0] + 3, H[1:]]) == N


def test_it_does_not_where_one_stands_alone_against_equals_nor_with_two():
    assert changed(np.array([0, 0, 0, 0, 6.0, 0]), np.array([0, 0, 0, 0, 600.0, 0])) == 0
    assert changed(np.array([1.0, 3]), np.array([1.0, 8])) == 0


def test_a_sparse_relu_unit_often_stands_alone():
    """On for an example in eight or so: in a third of the batches of 8 exactly one is on."""
    for rate in (0.1, 0.15, 0.2):
        on = np.random.default_rng(0).random((5000, 8)) < rate
        assert 0.3 < np.mean(on.sum(axis=1) == 1) < 0.45


@pytest.mark.parametrize("seed", SEEDS)
def test_the_others_pass_unchanged_through_a_linear_layer(seed):
    """The control: a layer that takes each example by itself."""
    rng = np.random.default_rng(seed)
    x, W = rng.standard_normal((8, 4)), rng.standard_normal((4, 3))
    other = np.concatenate([x[:1] + 3, x[1:]])
    moved = np.abs(other @ W - x @ W).max(axis=1) > 1e-12
    assert moved.tolist() == [True] + [False] * 7


@pytest.mark.parametrize("N", [2, 3, 8, 16])
def test_no_output_passes_the_root_of_n_minus_1_and_the_lonely_one_reaches_it(N):
    wild = np.random.default_rng(1).standard_cauchy((N, 5000))
    largest = np.abs(normalize(wild, eps=0)).max()
    assert 0.98 * np.sqrt(N - 1) < largest <= np.sqrt(N - 1) + 1e-12
    lonely = np.r_[6.0, np.zeros(N - 1)]
    np.testing.assert_allclose(normalize(lonely, eps=0).max(), np.sqrt(N - 1))


def test_of_two_examples_only_who_is_larger_survives():
    pairs = np.random.default_rng(0).standard_normal((2, 1000))
    np.testing.assert_allclose(normalize(pairs, eps=0), np.sign(pairs - pairs[::-1]), atol=1e-9)


# ---------------------------------------------------------------- ε, and rounding


@pytest.mark.parametrize("eps", [1e-5, 1e-3])
@pytest.mark.parametrize("sigma", [1, 0.01, 1e-5**0.5, 1e-4])
def test_the_variance_after(sigma, eps):
    H = 5 + sigma * normalize(two_humped(64, np.random.default_rng(0)), eps=0)
    np.testing.assert_allclose(normalize(H, eps).var(), sigma**2 / (sigma**2 + eps), rtol=1e-6)


def test_a_constant_unit_gives_exactly_beta_and_plain_numpy_makes_1_of_rounding():
    for value in (1 / 3, 0.1, 1e4 + 1 / 3):
        H = np.full(6, value)
        assert np.all(normalize(H) == 0)
        assert np.all(batch_norm(H, gamma=2.0, beta=0.7)[0] == 0.7)
    tenths = np.full(6, 0.1)
    assert np.all((tenths - tenths.mean()) / tenths.std() == 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_pass_in_float32_loses_a_variance_of_1_and_centering_twice_keeps_it(seed):
    h = (1e4 + np.random.default_rng(seed).standard_normal(256)).astype(np.float32)
    truth = np.var(h.astype(float))
    one_pass = np.mean(h**2) - np.mean(h) ** 2
    centered = h - np.mean(h)
    assert one_pass % 8 == 0  # float32 numbers near 10⁸ lie 8 apart
    assert abs(np.mean(centered**2) / truth - 1) < 1e-3
    assert abs(np.mean(centered - np.mean(centered))) < 1e-6
    assert abs(moments(h)[1] / truth - 1) < 1e-6

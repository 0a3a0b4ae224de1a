"""The mathematics: forward, backward, inference, running statistics, undoing, folding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bn_lib.normalization import (
    batch_norm,
    batch_norm_backward,
    moments,
    normalize,
    undo_parameters,
)
from tests.unit.definition import batch, numerical_gradient, parameters, x_hat_by_definition

SHAPES_AND_AXES = [
    ((7,), None),
    ((7, 3), None),
    ((4, 3, 2, 5), None),
    ((4, 3, 5), None),
    ((7, 3), 1),
    ((4, 3, 2, 5), (1, 2, 3)),
    ((4, 3, 2, 5), (2, 3)),
    ((4, 3, 2, 5), (0, 1, 2, 3)),
    ((4, 3, 2, 5), (-1, 1)),
    ((2, 2, 3, 2, 2), (2, 3, 4)),
    ((4, 4, 3), 0),
    ((4, 2, 3), (0, 1)),
]


def by_definition(x, gamma, beta, eps, axis):
    """y, with gamma and beta along array axis 1."""
    axes = tuple(i for i in range(x.ndim) if i != 1) if axis is None else axis
    axes = tuple(a % x.ndim for a in np.atleast_1d(axes))
    if x.ndim > 1:
        gamma, beta = (np.reshape(p, (-1, *[1] * (x.ndim - 2))) for p in (gamma, beta))
    return gamma * x_hat_by_definition(x, eps, axes) + beta


# --- forward


@pytest.mark.parametrize(("shape", "axis"), SHAPES_AND_AXES)
@pytest.mark.parametrize("eps", [1e-12, 1e-5, 0.1])
def test_forward_is_the_papers_algorithm(shape, axis, eps):
    x = batch(shape)
    gamma, beta = parameters(shape)
    y, _ = batch_norm(x, gamma, beta, eps, axis)
    np.testing.assert_allclose(y, by_definition(x, gamma, beta, eps, axis), rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(normalize(x, eps, axis), batch_norm(x, 1, 0, eps, axis)[0])


@pytest.mark.parametrize(("shape", "axis"), SHAPES_AND_AXES)
def test_moments_are_numpys_mean_and_biased_var(shape, axis):
    x = batch(shape)
    axes = tuple(i for i in range(x.ndim) if i != 1) if axis is None else axis
    mean, var = moments(x, axis)
    np.testing.assert_allclose(mean, x.mean(axes), rtol=1e-14)
    np.testing.assert_allclose(var, x.var(axes), rtol=1e-14)
    assert np.shape(mean) == np.shape(x.mean(axes)) == np.shape(var)


def test_one_unit_has_numbers_and_equals_a_column():
    x = batch((9,))
    y, cache = batch_norm(x, 2.0, -1.0)
    dx, dgamma, dbeta = batch_norm_backward(x**2, cache)
    numbers = (*moments(x), *undo_parameters(x), dgamma, dbeta)
    assert all(isinstance(number, np.float64) for number in numbers)
    column, cache = batch_norm(x[:, None], 2.0, -1.0)
    np.testing.assert_allclose(y, column[:, 0], rtol=1e-15)
    np.testing.assert_allclose(dx, batch_norm_backward(x[:, None] ** 2, cache)[0][:, 0], rtol=1e-12)


def test_moments_allow_one_value_as_its_own_mean():
    mean, var = moments([[3.0, -1.0]])
    np.testing.assert_array_equal(mean, [3, -1])
    np.testing.assert_array_equal(var, [0, 0])


unhurried = settings(deadline=None)  # on a busy machine a first run takes long
values = st.floats(-100, 100).map(lambda v: round(v, 3))
columns = st.lists(values, min_size=2, max_size=30).filter(lambda v: np.std(v) > 0.01)


@unhurried
@given(columns, st.sampled_from([0.0, 1e-5, 1e-3, 1.0]))
def test_x_hat_has_mean_0_and_variance_v_over_v_plus_eps(column, eps):
    x_hat, v = normalize(column, eps), np.var(column)
    assert abs(x_hat.mean()) < 1e-14 * len(column)
    assert np.var(x_hat) == pytest.approx(v / (v + eps), rel=1e-12)
    assert np.abs(x_hat).max() <= np.sqrt(len(column) - 1) * (1 + 1e-14)


@unhurried
@given(columns, st.floats(0.01, 100), st.floats(-1000, 1000), st.sampled_from([1, -1]))
def test_shift_and_scale_of_x_are_forgotten(column, scale, shift, sign):
    x = np.array(column)
    changed = normalize(sign * scale * x + shift, eps=0)
    np.testing.assert_allclose(changed, sign * normalize(x, eps=0), atol=1e-8)


@unhurried
@given(columns, st.integers(-300, 300), st.sampled_from([1e-5, 1e-3, 1.0]))
def test_powers_of_two_with_eps_scaled_along_change_no_bit(column, exponent, eps):
    x = np.array(column)
    scaled = normalize(np.ldexp(x, exponent // 10), eps * 4.0 ** (exponent // 10))
    np.testing.assert_array_equal(scaled, normalize(x, eps))


def test_one_outlier_reaches_the_bound_sqrt_of_n_minus_1():
    x = np.zeros(10)
    x[4] = 1
    assert normalize(x, eps=0).max() == pytest.approx(3, rel=1e-14)
    np.testing.assert_allclose(normalize([3.0, 7.0], eps=0), [-1, 1], rtol=1e-15)


def test_a_column_does_not_depend_on_other_columns():
    x = batch((8, 3))
    other = x.copy()
    other[:, 1] *= 100
    np.testing.assert_array_equal(normalize(x)[:, [0, 2]], normalize(other)[:, [0, 2]])


def test_axes_say_which_examples_touch_each_other():
    x = batch((4, 6, 5, 5))
    other = x.copy()
    other[1] += 10
    for axis, touches in [(None, True), ((1, 2, 3), False), ((2, 3), False)]:
        change = np.abs(normalize(other, axis=axis) - normalize(x, axis=axis))[0].max()
        assert (change > 0.1) == touches
    counts = [np.size(moments(x, axis)[0]) for axis in (None, (1, 2, 3), (2, 3))]
    assert counts == [6, 4, 24]


def test_axis_order_sign_and_a_single_number_mean_the_same():
    x = batch((4, 3, 2, 5))
    np.testing.assert_array_equal(normalize(x, axis=(3, 2)), normalize(x, axis=(-2, -1)))
    np.testing.assert_array_equal(normalize(x, axis=1), normalize(x, axis=[1]))
    np.testing.assert_array_equal(normalize(x, axis=(0, 2, 3)), normalize(x))


# --- undoing: FACTS of the first lesson


@unhurried
@given(columns, st.sampled_from([0.0, 1e-8, 1e-5, 1e-3, 1.0]))
def test_undo_parameters_return_x_within_two_ulp(column, eps):
    x = np.array(column)
    y, _ = batch_norm(x, *undo_parameters(x, eps), eps)
    assert np.abs(y - x).max() <= 2 * np.spacing(np.abs(x).max())


@pytest.mark.parametrize(
    ("dtype", "bound"), [("float64", 1.8e-15), ("float32", 9.6e-7), ("float16", 7.9e-3)]
)
@pytest.mark.parametrize("eps", [0, 1e-5, 1e-3])
def test_undo_parameters_are_exact_to_rounding_in_every_type(dtype, bound, eps):
    x = np.random.default_rng(0).normal(5, 3, (64, 6)).astype(dtype)
    gamma, beta = undo_parameters(x, eps)
    y, _ = batch_norm(x, gamma, beta, eps)
    assert gamma.dtype == beta.dtype == y.dtype == dtype
    assert np.abs(y.astype(float) - x).max() <= bound


@pytest.mark.parametrize(
    ("sigma", "eps", "lost"),
    [
        (1, 1e-5, 5.0e-6),
        (0.1, 1e-5, 5.0e-4),
        (0.1, 1e-3, 0.0465),
        (0.0316227766, 1e-3, 1 - 0.5**0.5),
        (0.01, 1e-5, 0.0465),
        (0.00316227766, 1e-5, 0.293),
        (0.001, 1e-5, 0.698),
        (0.001, 1e-3, 0.968),
    ],
)
def test_gamma_sigma_without_eps_shrinks_the_deviations(sigma, eps, lost):
    x_hat = normalize(batch((64,)), eps=0)
    x = 3 + sigma * x_hat
    y, _ = batch_norm(x, gamma=np.std(x), beta=np.mean(x), eps=eps)
    error = np.sqrt(np.mean((y - x) ** 2)) / sigma
    assert error == pytest.approx(1 - sigma / np.hypot(sigma, eps**0.5), rel=1e-6)
    assert error == pytest.approx(lost, rel=5e-3)
    assert np.mean(y - x) == pytest.approx(0, abs=1e-12)


def test_the_error_over_gamma_and_beta_is_the_bowl_of_the_formula():
    x, eps = batch((64,)) * 0.05, 1e-3
    (mean, v), undo = moments(x), undo_parameters(x, eps)
    for gamma in np.linspace(-3, 7, 11):
        for beta in np.linspace(-2, 8, 11):
            error = np.mean((batch_norm(x, gamma, beta, eps)[0] - x) ** 2)
            bowl = (gamma - undo.gamma) ** 2 * v / (v + eps) + (beta - mean) ** 2
            assert error == pytest.approx(bowl, rel=1e-10, abs=1e-13)


def test_undoing_one_batch_makes_another_look_like_it():
    rng = np.random.default_rng(0)
    a, b = rng.normal(5, 3, 256), rng.normal(0, 1, 256)
    y, _ = batch_norm(b, *undo_parameters(a))
    assert y.mean() == pytest.approx(a.mean(), rel=1e-12)
    assert y.std() == pytest.approx(a.std(), rel=1e-4)


def test_undoing_another_gaussian_batch_leaves_sqrt_of_3_over_n():
    rng = np.random.default_rng(0)
    for n in (32, 256):
        residuals = []
        for _ in range(400):
            a, b = rng.normal(5, 3, n), rng.normal(5, 3, n)
            residuals.append(np.mean((batch_norm(b, *undo_parameters(a))[0] - b) ** 2) / 9)
        assert np.sqrt(np.mean(residuals)) == pytest.approx(np.sqrt(3 / n), rel=0.1)


# --- backward


@pytest.mark.parametrize(("shape", "axis"), SHAPES_AND_AXES)
@pytest.mark.parametrize("eps", [1e-12, 1e-3, 0.5])
def test_backward_agrees_with_central_differences(shape, axis, eps):
    x, dy = batch(shape), batch(shape, seed=5, mean=0.3)
    gamma, beta = parameters(shape)
    dx, dgamma, dbeta = batch_norm_backward(dy, batch_norm(x, gamma, beta, eps, axis)[1])
    for gradient, function, at in [
        (dx, lambda x: batch_norm(x, gamma, beta, eps, axis)[0], x),
        (dgamma, lambda gamma: batch_norm(x, gamma, beta, eps, axis)[0], gamma),
        (dbeta, lambda beta: batch_norm(x, gamma, beta, eps, axis)[0], beta),
    ]:
        expected = numerical_gradient(function, at, dy)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [(8,), (8, 4), (3, 4, 2, 3)])
def test_dx_is_dy_minus_its_mean_minus_its_part_along_x_hat(shape):
    """K = (1, -1, -1) tells every wrong or missing term from the right one."""
    eps = 1e-3
    spread = np.array([3, 0.5, 1.5, 0.01]).reshape(-1, *[1] * (len(shape) - 2))
    x = np.random.default_rng(3).normal(size=shape) * (spread if len(shape) > 1 else 3) + 1
    dy = np.random.default_rng(4).normal(size=shape)
    gamma = np.array([1.5, -2, 0.7, 3]) if len(shape) > 1 else 1.5
    dx, _, _ = batch_norm_backward(dy, batch_norm(x, gamma, 0.3, eps)[1])
    units = [0] if x.ndim == 1 else range(4)
    for u in units:
        unit = (slice(None), u) if x.ndim > 1 else slice(None)
        x_u, dy_u, dx_u = x[unit].ravel(), dy[unit].ravel(), dx[unit].ravel()
        s = np.sqrt(x_u.var() + eps)
        x_hat = (x_u - x_u.mean()) / s
        basis = [dy_u, np.full_like(dy_u, dy_u.mean()), (dy_u * x_hat).mean() * x_hat]
        basis = np.stack(basis, axis=1) * np.ravel(gamma)[u] / s
        K, *_ = np.linalg.lstsq(basis, dx_u, rcond=None)
        np.testing.assert_allclose(K, [1, -1, -1], rtol=1e-9)


@pytest.mark.parametrize("shape", [(9,), (9, 4), (3, 4, 2, 3)])
def test_no_gradient_along_the_mean_and_along_x_hat(shape):
    x, dy = batch(shape), batch(shape, seed=7)
    axes = tuple(i for i in range(x.ndim) if i != 1)
    _, cache = batch_norm(x, *parameters(shape), eps=1e-12)
    dx, dgamma, dbeta = batch_norm_backward(dy, cache)
    x_hat = normalize(x, 1e-12)
    np.testing.assert_allclose(dx.sum(axes), 0, atol=1e-12)
    np.testing.assert_allclose((dx * x_hat).sum(axes), 0, atol=1e-9)
    np.testing.assert_allclose(dgamma, (dy * x_hat).sum(axes), rtol=1e-12)
    np.testing.assert_allclose(dbeta, dy.sum(axes), rtol=1e-12)


def jacobian(x, eps):
    _, cache = batch_norm(x, *undo_parameters(x, eps), eps)
    return np.stack([batch_norm_backward(row, cache)[0] for row in np.eye(len(x))])


def test_undone_forward_is_a_projection_backward():
    x = batch((8,))
    J, x_hat = jacobian(x, 0), normalize(x, 0)
    expected = np.eye(8) - np.ones((8, 8)) / 8 - np.outer(x_hat, x_hat) / 8
    np.testing.assert_allclose(J, expected, atol=1e-15)
    np.testing.assert_allclose(J @ J, J, atol=1e-15)
    np.testing.assert_allclose(np.linalg.eigvalsh(J), [0, 0, 1, 1, 1, 1, 1, 1], atol=1e-14)
    np.testing.assert_allclose(jacobian(np.array([1.0, 5]), 0), 0, atol=1e-15)


@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_with_eps_a_little_gradient_passes_along_x_hat(eps):
    x = batch((8,))
    J, x_hat = jacobian(x, eps), normalize(x, eps)
    np.testing.assert_allclose(J @ x_hat, eps / (np.var(x) + eps) * x_hat, atol=1e-14)


def test_editing_y_gamma_or_dy_afterwards_leaves_the_cache_alone():
    x, dy = batch((8, 3)), batch((8, 3), seed=2)
    gamma, beta = parameters(x.shape)
    y, cache = batch_norm(x, gamma, beta)
    expected = batch_norm_backward(dy, cache)
    y *= 0
    gamma += 100
    for first, again in zip(expected, batch_norm_backward(dy, cache), strict=True):
        np.testing.assert_array_equal(first, again)
    expected[0][:] = 0
    assert batch_norm_backward(dy, cache)[0].any()


def test_dy_is_taken_in_the_type_of_x():
    x = batch((8, 3)).astype(np.float32)
    dy = batch((8, 3), seed=2) + 1e-9  # more digits than float32 has
    _, cache = batch_norm(x)
    found, expected = (batch_norm_backward(d, cache) for d in (dy, dy.astype(np.float32)))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_gamma_for_all_units_still_gives_a_gradient_per_unit():
    x, dy = batch((8, 3)), batch((8, 3), seed=2)
    one = batch_norm_backward(dy, batch_norm(x, 2.0, 1.0)[1])
    each = batch_norm_backward(dy, batch_norm(x, [2.0] * 3, [1.0] * 3)[1])
    for a, b in zip(one, each, strict=True):
        np.testing.assert_array_equal(a, b)
    assert one[1].shape == one[2].shape == (3,)


@pytest.mark.parametrize("shape", [(1024, 130), (300, 260), (257, 256), (2, 40_000)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_large_batch_gives_what_its_columns_give(shape, dtype):
    x, dy = batch(shape).astype(dtype), batch(shape, seed=2).astype(dtype)
    gamma, beta = parameters(shape)
    y, cache = batch_norm(x, gamma, beta)
    gradients = batch_norm_backward(dy, cache)
    close = dict(rtol=1000 * np.finfo(dtype).eps, atol=1000 * np.finfo(dtype).eps)
    for u in (0, 1, 128, shape[1] - 1):
        one = slice(u, u + 1)
        y_one, cache_one = batch_norm(x[:, one], gamma[one], beta[one])
        np.testing.assert_allclose(y[:, one], y_one, **close)
        for a, b in zip(cache[:5], cache_one[:5], strict=True):
            assert (a.dtype, a.ndim) == (b.dtype, b.ndim)
            np.testing.assert_allclose(a[:, one], b, **close)
        for a, b in zip(gradients, batch_norm_backward(dy[:, one], cache_one), strict=True):
            assert a.dtype == b.dtype == dtype
            np.testing.assert_allclose(a[..., one], b, **close)

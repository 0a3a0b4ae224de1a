"""Layer, instance, group and RMS normalization, by definition and by central differences."""

import re
from math import fsum

import numpy as np
import pytest

from bn_lib.normalization import (
    OutOfRange,
    RunningStatistics,
    batch_norm,
    batch_norm_backward,
    group_norm,
    group_norm_backward,
    instance_norm,
    layer_norm,
    rms_norm,
    rms_norm_backward,
)
from tests.unit.definition import batch, numerical_gradient, parameters, x_hat_by_definition

IMAGES, ROWS = (3, 6, 2, 4), (5, 6)


def columns(parameter, x):
    """A parameter for each channel, shaped to go with x."""
    return np.reshape(parameter, (-1, *[1] * (x.ndim - 2)))


def by_groups(x, groups, eps):
    """Channel by channel: which values share their statistics is written out."""
    x_hat = np.empty_like(x)
    size = x.shape[1] // groups
    for n in range(len(x)):
        for first in range(0, x.shape[1], size):
            one = x[n, first : first + size]
            x_hat[n, first : first + size] = x_hat_by_definition(one, eps, tuple(range(one.ndim)))
    return x_hat


def by_roots(x, eps):
    """x over the root of the mean square of its example, with math's exact sum."""
    x_hat = np.empty_like(x)
    for n, example in enumerate(x):
        squares = [float(v) ** 2 for v in example.ravel()]
        x_hat[n] = example / np.sqrt(fsum(squares) / len(squares) + eps)
    return x_hat


def groups_of(groups):
    def forward(x, gamma=1.0, beta=0.0, eps=1e-5):
        return group_norm(x, groups, gamma, beta, eps)

    return forward


def without_beta(x, gamma=1.0, beta=0.0, eps=1e-5):
    return rms_norm(x, gamma, eps)


def with_zero(dy, cache):
    return *rms_norm_backward(dy, cache), np.zeros(dy.shape[1], cache.dtype)


# name: forward, backward, x_hat by definition
NORMS = {
    "layer": (layer_norm, batch_norm_backward, lambda x, eps: by_groups(x, 1, eps)),
    "instance": (instance_norm, batch_norm_backward, lambda x, eps: by_groups(x, x.shape[1], eps)),
    "group 1": (groups_of(1), group_norm_backward, lambda x, eps: by_groups(x, 1, eps)),
    "group 2": (groups_of(2), group_norm_backward, lambda x, eps: by_groups(x, 2, eps)),
    "group 3": (groups_of(3), group_norm_backward, lambda x, eps: by_groups(x, 3, eps)),
    "group 6": (groups_of(6), group_norm_backward, lambda x, eps: by_groups(x, 6, eps)),
    "RMS": (without_beta, with_zero, by_roots),
}
ALONE = {"instance", "group 6"}  # a channel of (N, C) has one value in an example
CASES = [
    (name, shape)
    for name in NORMS
    for shape in (IMAGES, ROWS)
    if shape is IMAGES or name not in ALONE
]
cases = pytest.mark.parametrize(("name", "shape"), CASES)


# --- definitions


@cases
@pytest.mark.parametrize("eps", [1e-12, 1e-5, 0.1])
def test_forward_is_its_definition(name, shape, eps):
    forward, _, definition = NORMS[name]
    x, (gamma, beta) = batch(shape), parameters(shape)
    beta = beta * (name != "RMS")
    y, _ = forward(x, gamma, beta, eps)
    expected = columns(gamma, x) * definition(x, eps) + columns(beta, x)
    np.testing.assert_allclose(y, expected, rtol=1e-13, atol=1e-13)


@cases
@pytest.mark.parametrize("eps", [1e-12, 1e-3, 0.5])
def test_backward_agrees_with_central_differences(name, shape, eps):
    forward, backward, _ = NORMS[name]
    x, dy = batch(shape), batch(shape, seed=5, mean=0.3)
    gamma, beta = parameters(shape)
    gradients = backward(dy, forward(x, gamma, beta, eps)[1])
    functions = [
        (lambda x: forward(x, gamma, beta, eps)[0], x),
        (lambda gamma: forward(x, gamma, beta, eps)[0], gamma),
        (lambda beta: forward(x, gamma, beta, eps)[0], beta),
    ]
    for gradient, (function, at) in zip(gradients, functions, strict=True):
        expected = numerical_gradient(function, at, dy)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)
        assert gradient.shape == np.shape(at)


def test_one_gamma_for_all_channels_still_gives_a_gradient_per_channel():
    x, dy = batch(IMAGES), batch(IMAGES, seed=2)
    for forward, backward, _ in NORMS.values():
        one = backward(dy, forward(x, 2.0, 1.0)[1])
        each = backward(dy, forward(x, [2.0] * 6, [1.0] * 6)[1])
        for a, b in zip(one, each, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-15)


def test_group_norm_lies_between_layer_and_instance_norm():
    x, (gamma, beta) = batch(IMAGES), parameters(IMAGES)
    for groups, other in [(1, layer_norm), (6, instance_norm)]:
        y, expected = group_norm(x, groups, gamma, beta)[0], other(x, gamma, beta)[0]
        np.testing.assert_allclose(y, expected, atol=1e-14)


def test_rms_norm_is_layer_norm_where_each_example_has_mean_0():
    x = batch(IMAGES)
    x -= x.mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(rms_norm(x)[0], layer_norm(x)[0], atol=1e-14)


# --- who shares with whom


@cases
def test_no_example_touches_another(name, shape):
    forward, backward, _ = NORMS[name]
    x, dy = batch(shape), batch(shape, seed=2)
    other, other_dy = x.copy(), dy.copy()
    other[1] = 100
    other[1].flat[0] = other_dy[1].flat[0] = np.nan
    (y, cache), (other_y, other_cache) = forward(x), forward(other)
    dx, other_dx = backward(dy, cache)[0], backward(other_dy, other_cache)[0]
    np.testing.assert_array_equal(np.delete(y, 1, 0), np.delete(other_y, 1, 0))
    np.testing.assert_array_equal(np.delete(dx, 1, 0), np.delete(other_dx, 1, 0))
    np.testing.assert_allclose(forward(x[:1])[0], y[:1], rtol=1e-14)  # alone as in a batch


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ("name", "touched"), [("layer", range(6)), ("instance", [4]), ("group 3", [4, 5])]
)
def test_a_bad_value_spoils_what_shares_its_statistics(name, touched, bad):
    forward = NORMS[name][0]
    x = batch(IMAGES)
    x[1, 4, 0, 1] = bad
    spoilt = np.isnan(forward(x)[0])
    assert spoilt[1, list(touched)].all()
    assert spoilt.sum() == len(touched) * 8


def test_rms_norm_spoils_the_example_of_a_bad_value():
    x = batch(IMAGES)
    x[1, 4, 0, 1] = np.nan
    assert np.isnan(rms_norm(x)[0][1]).all()
    assert np.isfinite(np.delete(rms_norm(x)[0], 1, 0)).all()
    x[1, 4, 0, 1] = np.inf  # x / rms is 0 for the others
    assert np.isnan(rms_norm(x)[0]).sum() == 1


# --- digits, types, memory


@cases
def test_constants_give_exactly_beta(name, shape):
    forward = NORMS[name][0]
    for constant in (1e4 + 1 / 3, np.float32(1e6 + 1 / 3)):
        x = np.full(shape, constant, np.asarray(constant).dtype)
        y, _ = forward(x, 3.0, 0.5)
        if name == "RMS":
            np.testing.assert_allclose(y, 3, rtol=1e-6)
        else:
            np.testing.assert_array_equal(y, 0.5)
    assert (forward(np.zeros(shape), 3.0, 0.5)[0] == 0.5 * (name != "RMS")).all()


@pytest.mark.parametrize("name", ["layer", "instance", "group 2"])
@pytest.mark.parametrize("mean", [0, 1e4, 1e6])
def test_float32_keeps_its_digits_far_from_0(name, mean):
    forward, _, definition = NORMS[name]
    x = np.float32(mean + np.random.default_rng(0).normal(size=(2, 6, 20, 20)))
    y, _ = forward(x)
    np.testing.assert_allclose(y, definition(x.astype(float), 1e-5), atol=2e-6)


@cases
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f4", "<f8"])
def test_results_have_the_type_of_x_and_its_digits(name, shape, dtype):
    forward, backward, _ = NORMS[name]
    exact, dy = batch(shape), batch(shape, seed=2)
    gamma, beta = parameters(shape)
    y, cache = forward(exact.astype(dtype), gamma, beta)
    results = y, *backward(dy, cache)
    assert {r.dtype for r in results} == {np.dtype(dtype).newbyteorder("=")}
    x = exact.astype(dtype).astype(float)
    y_exact, cache = forward(x, gamma, beta)
    for result, expected in zip(results, (y_exact, *backward(dy, cache)), strict=True):
        eps = np.finfo(result.dtype).eps
        np.testing.assert_allclose(result, expected, rtol=100 * eps, atol=100 * eps)


def test_lists_and_whole_numbers_are_taken():
    x = batch(ROWS).round()
    for name in ("layer", "group 2", "RMS"):
        forward = NORMS[name][0]
        expected = forward(x)[0]
        np.testing.assert_array_equal(forward(x.astype(int))[0], expected)
        np.testing.assert_array_equal(forward(x.tolist())[0], expected)


@cases
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inputs_are_never_changed_and_never_shared(name, shape, dtype):
    forward, backward, _ = NORMS[name]
    x, dy = (batch(shape, seed).astype(dtype) for seed in (0, 2))
    gamma, beta = (p.astype(dtype) for p in parameters(shape))
    inputs = [x, dy, gamma, beta]
    before = [a.copy() for a in inputs]
    y, cache = forward(x, gamma, beta)
    gradients = backward(dy, cache)
    for a, same in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(a, same)
    for result in (y, *gradients, cache.gamma):
        assert not any(np.shares_memory(result, a) for a in inputs)
    x += 1
    gamma += 1
    y *= 0
    for a, b in zip(gradients, backward(dy, cache), strict=True):
        np.testing.assert_array_equal(a, b)


# --- refusals

X, ROW = batch(IMAGES), batch(ROWS)
LAST = np.moveaxis(np.ones((2, 3, 8, 8)), 1, -1)  # (N, H, W, C)
FORWARD = "np.moveaxis(x, -1, 1)"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layer_norm(X[:, 0, 0, 0]), "x has shape (3,), expected (N, C) or (N, C, H, W)"),
        (lambda: layer_norm(X[:, 0, 0, 0]), "take batch_norm"),
        (lambda: rms_norm(X[:, 0, 0, 0]), "x has shape (3,), expected (N, C) or (N, C, H, W)"),
        (lambda: group_norm(X[:, 0, 0, 0], 1), "x has shape (3,), expected (N, C)"),
        (lambda: instance_norm(ROW), "x has shape (5, 6), expected (N, C, H, W)"),
        (lambda: instance_norm(ROW), "take layer_norm"),
        (lambda: layer_norm(ROW[:, :1]), "1 value per mean (array axes (1,)), expected more"),
        (lambda: instance_norm(X[:, :, :1, :1]), "1 value per mean (array axes (2, 3))"),
        (lambda: group_norm(ROW, 6), "groups is 6 for x of shape (5, 6), so that each group has 1"),
        (lambda: group_norm(X[:, :, :1, :1], 6), "expected fewer groups"),
        (lambda: group_norm(X, 4), "groups is 4, but x of shape (3, 6, 2, 4) has 6 channels"),
        (lambda: group_norm(X, 4), "expected a number that divides them: 1, 2, 3, 6"),
        (lambda: group_norm(X, 0), "groups is 0"),
        (lambda: group_norm(X, -2), "groups is -2"),
        (lambda: group_norm(X, 2.0), "groups is 2.0"),
        (lambda: group_norm(X, True), "groups is True"),
        (lambda: group_norm(X, "2"), "groups is '2'"),
        (lambda: group_norm(LAST, 3), FORWARD),
        (lambda: batch_norm(LAST, [1, 2, 3]), FORWARD),
        (lambda: layer_norm(LAST, [1, 2, 3]), "if they are the last axis of x, 3 of them"),
        (lambda: instance_norm(LAST, 1, [1, 2, 3]), FORWARD),
        (lambda: group_norm(LAST, 2, [1, 2, 3]), FORWARD),
        (
            lambda: rms_norm(LAST, [1, 2, 3]),
            "gamma has shape (3,), expected one number or shape (8,",
        ),
        (
            lambda: layer_norm(X, X[0]),
            "gamma has shape (6, 2, 4), expected one number or shape (6,)",
        ),
        (lambda: layer_norm([]), "expected a batch with at least one value"),
        (lambda: group_norm(X[:0], 2), "expected a batch with at least one value"),
        (lambda: rms_norm(X[:, :0]), "expected a batch with at least one value"),
        (lambda: layer_norm(X, eps=-1), "eps is -1.0"),
        (lambda: rms_norm(X, eps=np.nan), "eps is nan"),
        (lambda: layer_norm(np.ones((2, 3)), eps=0), "eps is 0 and x[0, :] is constant"),
        (lambda: group_norm(np.ones((2, 4)), 2, eps=0), "eps is 0 and x[0, 0, :] is constant"),
        (lambda: rms_norm([[1, 2], [0, 0]], eps=0), "eps is 0 and x[1, :] is zero"),
        (lambda: batch_norm_backward(X[:2], layer_norm(X)[1]), "dy has shape (2, 6, 2, 4)"),
        (lambda: group_norm_backward(X[:2], group_norm(X, 2)[1]), "expected (3, 6, 2, 4)"),
        (lambda: rms_norm_backward(ROW, rms_norm(X)[1]), "dy has shape (5, 6)"),
        (lambda: RunningStatistics().update(layer_norm(X)[1]), "only batch normalization has"),
    ],
)
def test_values_and_shapes_that_are_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layer_norm(X * 1j), "x has type complex128"),
        (lambda: group_norm(None, 2), "x has type object"),
        (lambda: rms_norm(np.ma.masked_array(X)), "x is a masked array"),
        (lambda: rms_norm(X, "1"), "gamma has type <U1"),
        (lambda: layer_norm(X, eps="0"), "eps is '0', expected a number"),
        (lambda: group_norm_backward(X, layer_norm(X)[1]), "y, cache = group_norm(x, groups)"),
        (lambda: rms_norm_backward(X, layer_norm(X)[1]), "that rms_norm returns: y, cache = rms_"),
        (lambda: batch_norm_backward(X, group_norm(X, 2)[1]), "y, cache = batch_norm(x)"),
    ],
)
def test_types_that_are_refused(call, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layer_norm(X * 1e200), "a variance is too large for float64"),
        (lambda: rms_norm(X * 1e200), "a mean of squares is too large for float64"),
        (
            lambda: rms_norm(np.float32(X) * 1e-30, eps=0),
            "mean(x**2) + eps of x[0, :, :, :] is below",
        ),
        (lambda: rms_norm(np.full((2, 3), 1e-200), eps=0), "multiply x by a constant"),
        (lambda: rms_norm(np.float32(X), 1e39), "gamma is too large for float32"),
        (
            lambda: group_norm_backward(X * 1e200, group_norm(X, 2, 1e200)[1]),
            "dx_hat is too large",
        ),
        (lambda: rms_norm_backward(X * 1e200, rms_norm(X, 1e200)[1]), "dx is too large"),
        (lambda: rms_norm_backward(X * 0 + 1e308, rms_norm(X)[1]), "too large for float64"),
        (lambda: group_norm_backward(X * 0 + 1e308, group_norm(X, 6)[1]), "too large for float64"),
    ],
)
def test_what_leaves_the_range_of_its_type_is_said(call, message):
    with pytest.raises(OutOfRange, match=re.escape(message)):
        call()


def test_gradients_of_a_channel_are_refused_where_the_sums_of_its_group_cancel():
    """1.2e308 is in range, the sum of two is not."""
    dy = 1.2e308 * np.array([[1, -1, 0, 0], [1, -1, 0, 0]])
    _, cache = group_norm([[1, 1, -1, -1], [1, 1, -1, -1]], 1)
    with pytest.raises(OutOfRange, match="dgamma is too large"):
        group_norm_backward(dy, cache)
    _, cache = group_norm([[0] * 3 + [9], [0] * 3 + [9]], 1)
    with pytest.raises(OutOfRange, match="dbeta is too large"):
        group_norm_backward(dy, cache)
    with pytest.raises(OutOfRange, match="dgamma is too large"):
        rms_norm_backward(dy, rms_norm(np.ones((2, 4)))[1])


def test_only_images_have_channels_last():
    for x, gamma in [(np.ones((2, 3, 3, 3)), [1, 2]), (np.arange(4.0), np.ones(4)), (ROW, [1, 2])]:
        with pytest.raises(ValueError, match="gamma has shape") as refused:
            batch_norm(x, gamma)
        assert "moveaxis" not in str(refused.value)

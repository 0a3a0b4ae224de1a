"""Rounding, ranges, NaN, types and memory layouts."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bn_lib.normalization import (
    OutOfRange,
    RunningStatistics,
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
    batch_norm_inference_backward,
    fold,
    moments,
    normalize,
    undo_parameters,
)
from tests.unit.definition import x_hat_by_definition

# --- accuracy


@pytest.mark.parametrize("mean", [0, 100, 1e4, 1e6])
@pytest.mark.parametrize("n", [64, 4096, 100_003])
def test_float32_keeps_its_digits_beside_a_large_mean(mean, n):
    x = np.random.default_rng(0).normal(mean, 1, (n, 2)).astype(np.float32)
    exact = x.astype(np.float64) - mean
    exact = (exact - exact.mean(0)) / np.sqrt(exact.var(0) + 1e-5)
    for x_hat in (
        normalize(x),
        normalize(x[:, 0])[:, None],
        normalize(x.T, axis=1).T,
        normalize(x.T.reshape(1, 2, n, 1))[0, :, :, 0].T,
    ):
        assert x_hat.dtype == np.float32
        assert np.abs(x_hat - exact[:, : x_hat.shape[1]]).max() < 4e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_small_spreads_beside_a_mean_are_exact(dtype):
    """E[x**2] - E[x]**2 would give 0.0625 instead of 9.6e-5 here in float32."""
    x = np.random.default_rng(0).normal(1000, 0.01, (64, 2)).astype(dtype)
    for unit in range(2):
        np.testing.assert_allclose(
            normalize(x, 1e-5)[:, unit],
            x_hat_by_definition(x[:, unit], 1e-5),
            atol=20 * np.finfo(dtype).eps,
        )
    var = moments(x)[1]
    np.testing.assert_allclose(var, x.astype(np.longdouble).var(0), rtol=20 * np.finfo(dtype).eps)


@pytest.mark.parametrize("value", [0, 0.1, 1e4 + 1 / 3, -1e6 - 0.7, 1e30, 1e-30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7,), (60, 3), (5003, 2), (300, 260), (3, 2, 300, 301)])
def test_a_constant_unit_gives_exactly_beta(value, dtype, shape):
    x = np.full(shape, value, dtype)
    y, cache = batch_norm(x, 3.0, 0.3)
    np.testing.assert_array_equal(y, np.full(shape, 0.3, dtype))
    np.testing.assert_array_equal(cache.var, 0)
    mean, var = moments(x)
    np.testing.assert_array_equal(mean, x.max())
    np.testing.assert_array_equal(var, 0)
    np.testing.assert_array_equal(batch_norm(x, *undo_parameters(x))[0], x)


DISTINCT = st.lists(st.integers(-1000, 1000), min_size=2, max_size=12).filter(
    lambda v: len(set(v)) > 1
)


@settings(deadline=None)
@given(DISTINCT, st.sampled_from([-470, -300, -100, 0, 100, 300, 490]))
def test_float64_is_exact_in_its_range(whole, exponent):
    column = np.ldexp(np.array(whole, float), exponent)
    np.testing.assert_allclose(
        normalize(column, 0), x_hat_by_definition(column, 0), rtol=0, atol=1e-14
    )


@settings(deadline=None)
@given(DISTINCT, st.sampled_from([-49, -20, 0, 20, 48]))
def test_float32_is_exact_in_its_range(whole, exponent):
    column = np.ldexp(np.array(whole, np.float32), exponent)
    x_hat = normalize(column, 0)
    assert x_hat.dtype == np.float32
    np.testing.assert_allclose(x_hat, x_hat_by_definition(column, 0), rtol=0, atol=2e-6)


@settings(deadline=None)
@given(
    DISTINCT,
    st.sampled_from(["float32", "float64"]),
    st.integers(-1074, 1013),
    st.sampled_from([0, 1e-50, 1e-5]),
)
def test_in_every_range_x_hat_is_right_or_refused(whole, dtype, exponent, eps):
    with np.errstate(over="ignore"):
        column = np.ldexp(np.array(whole, float), exponent).astype(dtype)
    if not np.isfinite(column).all() or np.ptp(column) == 0:
        return
    try:
        x_hat = normalize(column, eps)
    except OutOfRange:
        return
    close = 20 * np.finfo(dtype).eps
    np.testing.assert_allclose(x_hat, x_hat_by_definition(column, eps), rtol=0, atol=close)


@pytest.mark.parametrize(("dtype", "std"), [("float32", 1e20), ("float64", 1e200)])
@pytest.mark.parametrize("eps", [0, 1e-5])
@pytest.mark.parametrize("shape", [(64,), (64, 3), (8, 3, 4, 2)])
@pytest.mark.parametrize("call", [normalize, batch_norm, undo_parameters])
def test_variances_beyond_the_type_are_refused(call, dtype, std, eps, shape):
    x = np.random.default_rng(0).normal(0, 1, shape) * std
    with pytest.raises(OutOfRange, match=f"a variance is too large for {dtype}"):
        call(x.astype(dtype), eps=eps)


@pytest.mark.parametrize("call", [normalize, batch_norm, undo_parameters])
def test_spreads_whose_squares_lose_their_digits_are_refused(call):
    x = np.array([[5, 1e-20], [5.5, 3e-20]], np.float32)
    with pytest.raises(OutOfRange, match=re.escape("var + eps of x[:, 1] is below 1e-31")):
        call(x, eps=0)
    with pytest.raises(OutOfRange, match=re.escape("var + eps of x[:] is below 1e-292")):
        call([5e-324, 0.0], eps=0)
    call(x, eps=1e-12)
    call(x.astype(float), eps=0)


def test_a_constant_with_an_eps_that_its_type_lacks_is_refused():
    """The root of eps would be 0 in float32, and y not beta but 0 / 0."""
    x = np.full((4, 2), 1e30, np.float32)
    for eps in (1e-32, 1e-100):
        with pytest.raises(OutOfRange, match="use a larger eps"):
            batch_norm(x, 3, 0.5, eps)
    np.testing.assert_array_equal(batch_norm(x, 3, 0.5, 1e-30)[0], 0.5)


def test_values_whose_sum_overflows_are_refused():
    top = np.finfo(np.float64).max
    for values in ([top, top, top], [top, -top]):
        for call in (normalize, moments):
            with pytest.raises(OutOfRange, match="a variance is too large for float64"):
                call(values)


@pytest.mark.parametrize("axis", [None, 1])
@pytest.mark.parametrize("size", [1e38, 3e38])
def test_gradients_beyond_the_type_are_refused(axis, size):
    x = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    dy = np.full((8, 3), size, np.float32)
    _, cache = batch_norm(x, axis=axis)
    with pytest.raises(OutOfRange, match="is too large for float32"):
        batch_norm_backward(dy, cache)
    dy[:, 0], dy[:, 1:] = np.nan, 0
    assert np.isnan(batch_norm_backward(dy, cache)[1][0])


# --- NaN and infinity


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("eps", [0, 1e-5])
@pytest.mark.parametrize("shape", [(8, 5), (300, 40), (300, 260), (4, 5, 3, 3)])
def test_nan_and_infinity_stay_in_their_unit(bad, eps, shape):
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, *shape)).astype(np.float32)
    gamma, beta = rng.normal(size=(2, shape[1]))
    spoilt = x.copy()
    spoilt[2, 3] = bad
    spoilt_dy = dy.copy()
    spoilt_dy[1, 1] = bad
    axes = tuple(i for i in range(x.ndim) if i != 1)
    with np.errstate(all="raise"):
        y, cache = batch_norm(x, gamma, beta, eps)
        bad_y, bad_cache = batch_norm(spoilt, gamma, beta, eps)
        pairs = [
            (y, bad_y, [3]),
            (normalize(x, eps), normalize(spoilt, eps), [3]),
            (undo_parameters(x, eps).gamma, undo_parameters(spoilt, eps).gamma, [3]),
            (moments(x, axes)[1], moments(spoilt, axes)[1], [3]),
        ]
        gradients = batch_norm_backward(dy, cache)
        bad_gradients = batch_norm_backward(spoilt_dy, bad_cache)
        pairs += [
            (gradients[0], bad_gradients[0], [1, 3]),
            (gradients[1], bad_gradients[1], [1, 3]),
        ]
        running, bad_running = RunningStatistics(), RunningStatistics()
        running.update(x)
        bad_running.update(spoilt)
        pairs += [(running.mean, bad_running.mean, [3]), (running.var, bad_running.var, [3])]
        for_rows = [gamma, beta, bad_running.mean, bad_running.var]
        pairs += [
            (
                batch_norm_inference(x, gamma, beta, running.mean, running.var),
                batch_norm_inference(x, *for_rows),
                [3],
            ),
        ]
    for good, with_bad, units in pairs:
        unit_axis = 1 if np.ndim(good) > 1 else 0
        others = [u for u in range(shape[1]) if u not in units]
        np.testing.assert_array_equal(
            np.take(good, others, unit_axis), np.take(with_bad, others, unit_axis)
        )
        assert not np.isfinite(np.take(with_bad, units, unit_axis)).any(axis=None) or len(units) > 1
    assert np.isnan(bad_y[:, 3]).all()


# --- types and layouts


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f4", ">f8", "<f4", "=f8"])
@pytest.mark.parametrize("shape", [(8,), (8, 3), (2, 3, 4, 2)])
@pytest.mark.parametrize("parameter", [2, 2.0, np.float32(2), np.float64(2), np.array(2)])
def test_results_have_the_type_of_x(dtype, shape, parameter):
    x = np.random.default_rng(0).normal(5, 3, shape).astype(dtype)
    expected = np.dtype(dtype).newbyteorder("=")
    y, cache = batch_norm(x, parameter, parameter)
    results = [
        y,
        normalize(x),
        *moments(x),
        *undo_parameters(x),
        *batch_norm_backward(np.ones(shape), cache),
        *batch_norm_backward(np.ones(shape, np.float16), cache),
        batch_norm_inference(x, parameter, parameter, parameter, parameter),
        *batch_norm_inference_backward(np.ones(shape), x, parameter, 0, 1),
    ]
    assert {result.dtype for result in results} == {expected}
    assert all(result.dtype.isnative for result in results)
    parameters = np.full(shape[1:2], 2.0)
    assert batch_norm(x, parameters, parameters)[0].dtype == expected


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint16, np.int64])
def test_whole_numbers_and_lists_become_float64(dtype):
    x = np.array([[0, 1], [1, 1], [1, 0]], dtype)
    expected = normalize(x.astype(np.float64))
    for given_x in (x, x.tolist(), tuple(map(tuple, x.tolist()))):
        y, cache = batch_norm(given_x, 1, 0)
        assert y.dtype == np.float64
        np.testing.assert_array_equal(y, expected)
        dx, _, dbeta = batch_norm_backward(x.tolist(), cache)
        assert dx.dtype == dbeta.dtype == np.float64
    large = np.array([2**30, 2**30 + 2], np.int32)
    np.testing.assert_allclose(normalize(large, 0), [-1, 1])


def test_float16_is_computed_in_float32():
    x = np.random.default_rng(0).normal(1000, 300, (64, 2)).astype(np.float16)
    y, cache = batch_norm(x, 2.0, 1.0)
    wide, wide_cache = batch_norm(x.astype(np.float32), 2.0, 1.0)
    assert y.dtype == np.float16
    np.testing.assert_array_equal(y, wide.astype(np.float16))
    dx = batch_norm_backward(x, cache)[0]
    expected = batch_norm_backward(x.astype(np.float32), wide_cache)[0].astype(np.float16)
    np.testing.assert_array_equal(dx, expected)


def layouts(x):
    """The same values, laid out differently in memory."""
    spaced = np.zeros([2 * n for n in x.shape], x.dtype)[
        tuple(slice(None, None, 2) for _ in x.shape)
    ]
    spaced[...] = x
    backwards = np.ascontiguousarray(x[::-1, ..., ::-1])[::-1, ..., ::-1]
    unaligned = np.zeros(x.nbytes + 1, np.uint8)[1:].view(x.dtype).reshape(x.shape)
    unaligned[...] = x
    frozen = x.copy()
    frozen.flags.writeable = False
    return [
        np.asfortranarray(x),
        spaced,
        backwards,
        unaligned,
        frozen,
        x.astype(x.dtype.newbyteorder()),
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((300, 40), None),
        ((300, 260), None),
        ((8, 3), None),
        ((8, 3), 1),
        ((4, 3, 5, 5), None),
        ((4, 3, 5, 5), (2, 3)),
    ],
)
def test_any_memory_layout_gives_the_same(dtype, shape, axis):
    rng = np.random.default_rng(0)
    x, dy = rng.normal(5, 3, (2, *shape)).astype(dtype)
    gamma = rng.normal(size=shape[1])
    close = {"rtol": 50 * np.finfo(dtype).eps, "atol": 1000 * np.finfo(dtype).eps}
    y, cache = batch_norm(x, gamma, 1.0, axis=axis)
    gradients = batch_norm_backward(dy, cache)
    row = np.repeat(gamma, 2)[::2]
    for x_, dy_ in zip(layouts(x), layouts(dy)[::-1], strict=True):
        y_, cache_ = batch_norm(x_, row, 1.0, axis=axis)
        np.testing.assert_allclose(y_, y, **close)
        for gradient, expected in zip(batch_norm_backward(dy_, cache_), gradients, strict=True):
            np.testing.assert_allclose(gradient, expected, **close, err_msg=str(x_.strides))
        np.testing.assert_allclose(moments(x_, axis)[1], moments(x, axis)[1], **close)


def test_inputs_are_never_changed_and_never_shared():
    rng = np.random.default_rng(0)
    for dtype in (np.float64, np.float32, np.float16):
        x, dy = rng.normal(2, 3, (2, 6, 4)).astype(dtype)
        gamma, beta, mean = rng.normal(size=(3, 4)).astype(dtype)
        var = np.abs(rng.normal(size=4)).astype(dtype)
        W, b = rng.normal(size=(3, 4)).astype(dtype), rng.normal(size=4).astype(dtype)
        inputs = [x, dy, gamma, beta, mean, var, W, b]
        before = [a.copy() for a in inputs]
        y, cache = batch_norm(x, gamma, beta)
        running = RunningStatistics(momentum=1)
        running.update(x)
        results = [
            y,
            *cache[:5],
            normalize(x),
            *moments(x),
            *undo_parameters(x),
            running.mean,
            running.var,
            *batch_norm_backward(dy, cache),
            batch_norm_inference(x, gamma, beta, mean, var),
            batch_norm_inference(x, 1, 0, 0, 1, eps=0),
            *batch_norm_inference_backward(dy, x, gamma, mean, var),
            *fold(W, b, gamma, beta, mean, var),
            *fold(W, b, 1, 0, 0, 1, eps=0),
        ]
        for a, same in zip(inputs, before, strict=True):
            np.testing.assert_array_equal(a, same)
        for result in results:
            assert not any(np.shares_memory(result, a) for a in inputs)
        assert not np.shares_memory(y, cache.x_hat)

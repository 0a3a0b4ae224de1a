"""Saturation, straightness, and the sigmoid they speak of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bn_lib.measure import (
    best_line,
    best_linear_map,
    nearest,
    not_brought_back,
    saturated,
    skewness,
)
from bn_lib.network import sigmoid, sigmoid_slope


@settings(deadline=None)  # machines differ
@given(st.floats(-30, 30))
def test_sigmoid_is_its_formula_and_its_slope_the_derivative(z):
    h = 1e-5
    assert sigmoid(z) == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-12)
    numeric = (sigmoid(z + h) - sigmoid(z - h)) / (2 * h)
    assert sigmoid_slope(z) == pytest.approx(numeric, abs=1e-9)


def test_sigmoid_is_safe_far_out_and_keeps_small_numbers():
    far = np.array([-1e308, -700, 700, 1e308, -np.inf, np.inf])
    np.testing.assert_allclose(sigmoid(far), [0, np.exp(-700), 1, 1, 0, 1])
    np.testing.assert_allclose(sigmoid_slope(far), [0, np.exp(-700), np.exp(-700), 0, 0, 0])
    assert np.isnan(sigmoid(np.nan))


@pytest.mark.parametrize("function", [sigmoid, sigmoid_slope])
def test_types_stay(function):
    for dtype in (np.float32, np.float64):
        assert function(np.zeros((2, 3), dtype)).dtype == dtype
    assert function([0, 1]).dtype == np.float64
    assert np.ndim(function(0.5)) == 0


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint64, bool])
def test_integers_are_computed_in_float64(dtype):
    z = np.array([0, 1, 1], dtype)
    for function in (sigmoid, sigmoid_slope):
        found = function(z)
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, function(z.astype(float)))
    assert saturated(5 * z.astype(np.uint8)) == 2 / 3


def test_saturated_counts_flat_places_on_both_sides():
    assert saturated([-3, -2, 0, 2, 3]) == 0.4
    assert saturated([-2.88, 2.89]) == 0.5  # the slope passes 0.05 in between
    assert saturated([0.0], threshold=0.25) == 0  # below, not equal
    assert saturated([[0, 9], [0, 0]]) == 0.25


@pytest.mark.parametrize(
    ("gamma", "share"), [(1, 0.0039), (2, 0.1489), (3, 0.3359), (4, 0.4705), (8, 0.7182)]
)
def test_saturated_share_of_a_normal_unit(gamma, share):
    z = gamma * np.random.default_rng(0).standard_normal(200_000)
    assert saturated(z) == pytest.approx(share, abs=0.004)


def test_best_line_of_a_line_is_that_line():
    z = np.array([0.0, 1, 5, 7])
    line = best_line(z, 3 - 2 * z)
    assert line == pytest.approx((-2, 3, 1))


def test_best_line_agrees_with_polyfit():
    rng = np.random.default_rng(0)
    z, h = rng.normal(50, 3, 40), rng.normal(size=40)
    line = best_line(z, h)
    assert line[:2] == pytest.approx(np.polyfit(z, h, 1))
    assert line.r2 == pytest.approx(np.corrcoef(z, h)[0, 1] ** 2)


@pytest.mark.parametrize("shape", [(9, 4), (3, 4, 2, 5)])
def test_what_is_not_brought_back_is_the_rest_of_a_fit_for_each_channel(shape):
    rng = np.random.default_rng(0)
    x_hat, x = rng.normal(size=(2, *shape))
    x *= np.arange(1.0, 5).reshape(-1, *[1] * (len(shape) - 2))
    rest = total = 0
    for c in range(4):
        a, b = x_hat[:, c].ravel(), x[:, c].ravel()
        rest += np.sum((b - np.polyval(np.polyfit(a, b, 1), a)) ** 2)
        total += np.sum((b - b.mean()) ** 2)
    assert not_brought_back(x_hat, x) == pytest.approx(rest / total, rel=1e-12)
    gamma, beta = rng.normal(size=(2, 4, *[1] * (len(shape) - 2)))
    assert abs(not_brought_back(x, gamma * x + beta)) < 1e-14


@pytest.mark.parametrize("shapes", [((4, 3), (4, 2)), ((4,), (4,))])
def test_what_is_not_brought_back_needs_two_batches_of_one_shape(shapes):
    with pytest.raises(ValueError, match=r"expected \(N, C\) or \(N, C, H, W\) twice"):
        not_brought_back(*map(np.ones, shapes))


def test_best_linear_map_finds_a_linear_map_and_nothing_in_noise():
    rng = np.random.default_rng(0)
    x = rng.normal(3, 1, (2000, 5))
    h = x @ rng.normal(size=(5, 4)) + 7
    assert best_linear_map(x, h) == pytest.approx(1)
    assert best_linear_map(x, rng.normal(size=(2000, 4))) < 0.01
    noisy = h + rng.normal(size=h.shape) * h.std(0)
    assert best_linear_map(x, noisy) == pytest.approx(0.5, abs=0.05)


def test_best_linear_map_of_one_column_is_the_best_line():
    z = np.random.default_rng(0).standard_normal(500)
    h = sigmoid(4 * z)
    assert best_linear_map(z[:, None], h[:, None]) == pytest.approx(best_line(z, h).r2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: saturated([]), "at least one value"),
        (lambda: saturated([np.nan]), "NaN"),
        (lambda: best_line([1, 2], [1, 2, 3]), r"expected \(N,\)"),
        (lambda: best_line([1, 1], [1, 2]), "must vary"),
        (lambda: best_line([1, 2], [1, 1]), "must vary"),
        (lambda: best_line([1, np.inf], [1, 2]), "z has NaN or infinity in it"),
        (lambda: best_line([0, 1e200], [0, 1e200]), "must vary .* float64 can hold"),
        (lambda: best_line([0, 1e-200], [0, 1]), "must vary .* float64 can hold"),
        (lambda: best_line([0, 1], [0, np.nan]), "h has NaN or infinity in it"),
        (lambda: best_linear_map(np.arange(4.0)[:, None], [[0], [1e200], [1], [2]]), "must vary"),
        (lambda: best_linear_map([[np.nan]] * 4, [[0], [1], [1], [2]]), "x has NaN or infinity"),
        (lambda: nearest([1.0, 2]), "an array of 2 axes"),
        (lambda: nearest([[1.0, 2]]), "two examples or more"),
        (lambda: skewness([]), r"x has shape \(0,\)"),
        (lambda: skewness([1, np.inf]), "x has NaN or infinity"),
        (lambda: best_linear_map(np.ones(3), np.ones(3)), r"\(N, D\)"),
        (lambda: best_linear_map(np.ones((3, 2)), np.ones((3, 1))), "many more"),
        (lambda: best_linear_map(np.ones((9, 2)), np.ones((9, 1))), "must vary"),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    "call",
    [saturated, skewness, nearest, lambda z: best_line(z, z), lambda z: best_linear_map(z, z)],
)
def test_masked_arrays_are_refused(call):
    with pytest.raises(TypeError, match="is a masked array"):
        call(np.ma.masked_array([1.0, 2, 3], mask=[0, 1, 0]))


def test_skewness_is_that_of_known_batches():
    assert skewness([0, 0, 0, 1]) == pytest.approx(2 / np.sqrt(3))
    assert skewness([-2.0, 0, 2]) == pytest.approx(0, abs=1e-15)
    assert skewness(np.full(7, 0.1)) == 0
    draws = np.random.default_rng(0).exponential(size=400_000)
    assert skewness(3 - 5 * draws) == pytest.approx(-2, abs=0.05)


@pytest.mark.parametrize("number", [0.1, 0.3, 0.7, 1e5 + 0.1])
def test_what_does_not_vary_has_no_line_whatever_its_mean_is_rounded_to(number):
    constant, z = np.full(10, number), np.arange(10.0)
    for pair in ((constant, z), (z, constant)):
        with pytest.raises(ValueError, match="must vary"):
            best_line(*pair)


def test_the_nearest_other_example_is_found_over_all_units():
    x = np.array([[0, 0], [3, 0], [0, 1], [3, 0.6], [9, 9.0]])
    assert nearest(x).tolist() == [2, 3, 0, 1, 3]
    assert nearest(x * (1, 0.01)).tolist() == [2, 3, 0, 1, 3]
    assert nearest(x[:, 1:]).tolist() == [1, 0, 3, 2, 2]
    assert nearest(np.array([[0], [200], [20]], np.uint8)).tolist() == [2, 2, 0]

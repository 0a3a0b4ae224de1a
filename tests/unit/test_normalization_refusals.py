"""What batch norm refuses: the message says what came, what was expected and what to do."""

import re

import numpy as np
import pytest

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

X = np.arange(12.0).reshape(4, 3) ** 2
CACHE = batch_norm(X)[1]
FOUR = np.ones(4)


def inference(x=X, gamma=1, beta=0, mean=0, var=1, eps=1e-5):
    return batch_norm_inference(x, gamma, beta, mean, var, eps)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: batch_norm(np.ones((1, 3))), "shape (1, 3) has 1 value per unit"),
        (lambda: batch_norm(np.ones((1, 3))), "batch_norm_inference"),
        (lambda: normalize([4.0]), "expected more in training mode"),
        (lambda: normalize(np.ones((1, 3, 1, 1))), "expected more in training mode"),
        (lambda: normalize(X[:, :1], axis=1), "1 value per mean (array axes (1,)), expected more:"),
        (lambda: normalize(np.ones((2, 3, 1, 1)), axis=(2, 3)), "the mean over more array axes"),
        (lambda: undo_parameters(X[:1]), "expected more in training mode"),
        (lambda: RunningStatistics().update(X[:1]), "expected more in training mode"),
        (lambda: batch_norm(np.ones((0, 3))), "shape (0, 3), expected a batch with at least one"),
        (lambda: normalize([]), "leave empty batches out"),
        (lambda: normalize(np.ones((4, 0))), "shape (4, 0), expected a batch"),
        (lambda: normalize(np.ones((4, 3, 0, 2))), "expected a batch"),
        (lambda: normalize(3.0), "shape (), expected a batch"),
        (lambda: moments([]), "expected a batch"),
        (lambda: RunningStatistics().update([]), "expected a batch"),
        (lambda: inference(X[:0]), "expected a batch"),
        (lambda: inference(2.0), "expected a batch"),
        (
            lambda: batch_norm_inference_backward(X[:0], X[:0], 1, 0, 1),
            "expected a batch",
        ),
        (
            lambda: batch_norm(X, gamma=FOUR),
            "gamma has shape (4,), expected one number or shape (3",
        ),
        (lambda: batch_norm(X, beta=X), "beta has shape (4, 3), expected one number or shape (3,)"),
        (lambda: batch_norm(X[:, 0], gamma=[1.0]), "gamma has shape (1,), expected one number, as"),
        (lambda: batch_norm(X, gamma=np.ones((1, 3))), "gamma has shape (1, 3)"),
        (lambda: batch_norm(X, gamma=[1.0]), "gamma has shape (1,), expected one number or"),
        (lambda: inference(mean=FOUR), "mean has shape (4,), expected one number or shape (3,)"),
        (lambda: inference(var=FOUR), "var has shape (4,), expected one number or shape (3,)"),
        (lambda: inference(gamma=FOUR), "gamma has shape (4,)"),
        (lambda: inference(beta=FOUR), "beta has shape (4,)"),
        (lambda: batch_norm_backward(X[:2], CACHE), "dy has shape (2, 3), expected (4, 3)"),
        (lambda: batch_norm_backward(1.0, CACHE), "dy has shape (), expected (4, 3)"),
        (lambda: batch_norm_inference_backward(X[0], X, 1, 0, 1), "dy has shape (3,), expected (4"),
        (lambda: normalize(X, eps=-1e-5), "eps is -1e-05, expected a number >= 0 (1e-5 is usual)"),
        (lambda: normalize(X, eps=np.nan), "eps is nan, expected"),
        (lambda: normalize(X, eps=np.inf), "eps is inf, expected"),
        (lambda: inference(eps=-1), "eps is -1.0, expected"),
        (lambda: normalize([[1, 2], [1, 3]], eps=0), "eps is 0 and x[:, 0] is constant"),
        (lambda: normalize([[1, 2], [1, 3]], eps=0), "use eps > 0"),
        (lambda: normalize([[1, 2], [3, 2]], eps=0), "eps is 0 and x[:, 1] is constant"),
        (lambda: normalize([0.1, 0.1, 0.1], eps=0), "x[:] is constant"),
        (lambda: normalize([[1, 2], [3, 3]], eps=0, axis=1), "x[1, :] is constant"),
        (lambda: batch_norm(np.ones((2, 3, 2, 2)), eps=0), "x[:, 0, :, :] is constant"),
        (lambda: undo_parameters([2.0, 2.0], eps=0), "x[:] is constant"),
        (lambda: inference(var=0, eps=0), "eps and var are 0"),
        (lambda: inference(var=[1, -1, 1]), "var is negative or infinite"),
        (lambda: inference(var=np.inf), "compute it in float64"),
        (lambda: normalize(X, axis=2), "axis is 2, expected array axes of x, of shape (4, 3)"),
        (lambda: normalize(X, axis=-3), "axis is -3, expected"),
        (lambda: normalize(X, axis=()), "axis is (), expected"),
        (lambda: normalize(X, axis=0.5), "axis is 0.5, expected"),
        (lambda: normalize(X, axis=True), "axis is True, expected"),
        (lambda: normalize(X, axis=(0, 0)), "axis is (0, 0), expected"),
        (lambda: normalize(X, axis=(0, -2)), "each named once"),
        (lambda: normalize(X, axis="0"), "axis is '0', expected"),
        (lambda: RunningStatistics(1.5), "momentum is 1.5, expected a number from 0 to 1"),
        (lambda: RunningStatistics(-0.1), "momentum is -0.1"),
        (lambda: RunningStatistics(np.nan), "momentum is nan"),
        (lambda: RunningStatistics(2), "(Keras, CS231n) take 1 - that weight"),
        (lambda: RunningStatistics().update(batch_norm(X, axis=1)[1]), "only batch normalization"),
        (lambda: moments(np.float32([0, 1e30])), "too large for float32 (it ends at 3.4e+38)"),
        (lambda: moments(np.float16([0, 6e4])), "too large for float16"),
        (lambda: moments([0, 1e200]), "too large for float64"),
        (lambda: RunningStatistics().update([0, 1e200]), "too large for float64"),
        (lambda: RunningStatistics().update(batch_norm([0, 1e200])[1]), "too large for float64"),
        (lambda: RunningStatistics(1).update([-1.3e154, 1.3e154]), "too large for float64"),
        (lambda: fold(X[0], 0, 1, 0, 0, 1), "W has shape (3,), expected (inputs, units)"),
        (lambda: fold(X, FOUR, 1, 0, 0, 1), "b has shape (4,), expected one number or shape (3,)"),
        (lambda: fold(X, 0, FOUR, 0, 0, 1), "gamma has shape (4,)"),
        (lambda: fold(X, 0, 1, 0, 0, -1), "var is negative"),
    ],
)
def test_values_and_shapes_that_are_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: normalize(X + 0j), "x has type complex128, expected real numbers"),
        (lambda: normalize(["a", "b"]), "x has type <U1, expected real numbers"),
        (lambda: normalize(np.array([1, None])), "x has type object, expected real numbers"),
        (lambda: moments(np.array(["2020"], "M8")), "x has type datetime64"),
        (lambda: batch_norm(X, gamma="1"), "gamma has type <U1"),
        (lambda: batch_norm(X, beta=None), "beta has type object"),
        (lambda: batch_norm_backward(X * 1j, CACHE), "dy has type complex128"),
        (lambda: inference(mean=1j), "mean has type complex128"),
        (lambda: inference(var=None), "give a number or an array of numbers; this is None"),
        (lambda: fold(X, "b", 1, 0, 0, 1), "b has type <U1"),
        (lambda: normalize(None), "x has type object"),
        (lambda: normalize({1: 2}), "give a number or an array of numbers; this is {1: 2}"),
        (lambda: normalize("abc"), "this is 'abc'"),
        (lambda: normalize(X + 0j), "take its real part, x.real"),
        (lambda: normalize(X.astype(np.longdouble)), "np.asarray(x, dtype=float)"),
        (lambda: batch_norm_backward(X, batch_norm(X)), "y, cache = batch_norm(x)"),
        (lambda: batch_norm_backward(X, None), "cache is a NoneType"),
        (lambda: RunningStatistics(unbiased="no"), "unbiased is 'no', expected True or False"),
        (lambda: normalize(X, eps=None), "eps is None, expected a number"),
        (lambda: normalize(X, eps="0"), "eps is '0', expected a number"),
        (lambda: normalize(X, eps=[1e-5]), "eps is [1e-05], expected a number"),
        (lambda: normalize(X, eps=True), "eps is True, expected a number"),
        (lambda: RunningStatistics("0.1"), "momentum is '0.1', expected a number"),
        (lambda: RunningStatistics(None), "momentum is None, expected a number"),
    ],
)
def test_types_that_are_refused(call, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        call()


def test_long_doubles_are_refused_rather_than_rounded():
    with pytest.raises(TypeError, match="expected real numbers up to float64"):
        normalize(X.astype(np.longdouble))


@pytest.mark.parametrize(
    "bad", [[], X[:1], X[:, :2], X[:, 0], X * 1j, X * 1e200, CACHE._replace(axes=(1,))]
)
def test_a_refused_batch_leaves_running_statistics_alone(bad):
    running = RunningStatistics()
    running.update(X)
    before = running.mean.copy(), running.var.copy()
    with pytest.raises((ValueError, TypeError)):
        running.update(bad)
    np.testing.assert_array_equal(running.mean, before[0])
    np.testing.assert_array_equal(running.var, before[1])
    running.update(X)


def test_another_number_of_units_is_refused_with_both_shapes():
    running = RunningStatistics()
    running.update(X[:, 0])
    with pytest.raises(ValueError, match=r"units of shape \(3,\), expected \(\)"):
        running.update(X)


RAGGED = [[1.0, 2.0], [3.0]]
MASKED = np.ma.masked_array(X, mask=X > 100)
ROW = np.ones(3)


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (RAGGED, ValueError, r"{} is \[\[1.0, 2.0\], \[3.0\]\], expected .* rows of one length"),
        (MASKED, TypeError, r"{} is a masked array, .* {}.filled\(0\)"),
    ],
)
@pytest.mark.parametrize(
    ("call", "name"),
    [
        (normalize, "x"),
        (moments, "x"),
        (batch_norm, "x"),
        (undo_parameters, "x"),
        (RunningStatistics().update, "x"),
        (lambda bad: batch_norm(X, gamma=bad), "gamma"),
        (lambda bad: batch_norm(X, beta=bad), "beta"),
        (lambda bad: batch_norm_backward(bad, CACHE), "dy"),
        (inference, "x"),
        (lambda bad: inference(mean=bad), "mean"),
        (lambda bad: inference(var=bad), "var"),
        (lambda bad: batch_norm_inference_backward(bad, X, 1, 0, 1), "dy"),
        (lambda bad: fold(bad, 0, 1, 0, 0, 1), "W"),
        (lambda bad: fold(X, bad, 1, 0, 0, 1), "b"),
    ],
)
def test_masked_and_ragged_arrays_are_refused_by_name(call, name, bad, error, words):
    with pytest.raises(error, match=words.replace("{}", name)):
        call(bad)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: batch_norm(np.float32(X), gamma=1e39), "gamma is too large for float32"),
        (lambda: batch_norm_backward(X * 1e300, batch_norm(np.float32(X))[1]), "dy is too large"),
        (lambda: inference(gamma=1e308, var=1e-20), "y is too large for float64"),
        (lambda: batch_norm_inference_backward(X * 1e300, X, 1e10, 0, 1), "dx is too large"),
        (
            lambda: batch_norm_inference_backward(X * 1e305, 1e4 * X, 1e-9, 0, 1),
            "dgamma is too large",
        ),
        (lambda: fold(np.float32(X), 0, 1e39, 0, 0, 1), "W' is too large for float32"),
        (lambda: fold(X, 1e308, 1e9, 0, 0, 1), "b' is too large for float64"),
    ],
)
def test_what_leaves_the_range_of_its_type_is_said(call, message):
    with pytest.raises(OutOfRange, match=message):
        call()


def test_running_statistics_keep_their_values_where_only_the_new_var_is_refused():
    """That of a cache; in a batch the sum of its squares is too large before."""
    running = RunningStatistics(1)
    running.update(X)
    before = running.mean.copy(), running.var.copy()
    with pytest.raises(OutOfRange, match="too large for float64"):
        running.update(CACHE._replace(var=np.full((1, 3), 1.5e308)))  # times 4 / 3
    np.testing.assert_array_equal((running.mean, running.var), before)


@pytest.mark.parametrize("name", ["mean", "var"])
def test_running_statistics_set_by_hand_belong_to_as_many_units(name):
    running = RunningStatistics()
    setattr(running, name, np.arange(4.0))
    for batch in (X, X[:, 0]):
        with pytest.raises(ValueError, match=r"expected \(4,\)"):
            running.update(batch)
    running.update(np.c_[X, X[:, 0]])
    assert running.mean.shape == running.var.shape == (4,)

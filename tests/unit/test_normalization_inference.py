"""Inference mode, running statistics and folding."""

import numpy as np
import pytest

from bn_lib.normalization import (
    OutOfRange,
    RunningStatistics,
    batch_norm,
    batch_norm_inference,
    batch_norm_inference_backward,
    fold,
    moments,
)
from tests.unit.definition import batch, numerical_gradient, parameters

# --- inference


@pytest.mark.parametrize("shape", [(7,), (7, 3), (4, 3, 2, 5)])
def test_inference_with_the_batchs_own_moments_is_training_mode(shape):
    x = batch(shape)
    gamma, beta = parameters(shape)
    y = batch_norm_inference(x, gamma, beta, *moments(x, None), eps=1e-3)
    np.testing.assert_allclose(y, batch_norm(x, gamma, beta, 1e-3)[0], atol=1e-13)


def test_inference_is_the_formula_row_by_row():
    x = batch((7, 3))
    gamma, beta, mean, var = np.array([[1.5, -2, 3], [1, 2, 3], [0, 5, -1], [4, 9, 0.25]])
    y = batch_norm_inference(x, gamma, beta, mean, var, eps=0)
    np.testing.assert_allclose(y, gamma * (x - mean) / [2, 3, 0.5] + beta, rtol=1e-14)
    one = batch_norm_inference(x[2:3], gamma, beta, mean, var, eps=0)
    np.testing.assert_array_equal(one[0], y[2])


def test_undone_inference_is_the_identity_for_every_input():
    x, other = batch((64, 3)), np.random.default_rng(9).normal(20, 50, (1000, 3))
    running = RunningStatistics()
    running.update(x)
    gamma = np.sqrt(running.var + 1e-5)
    y = batch_norm_inference(other, gamma, running.mean, running.mean, running.var)
    np.testing.assert_allclose(y, other, atol=3e-14 * 10)


@pytest.mark.parametrize("shape", [(7,), (7, 3), (1, 3), (4, 3, 2, 5)])
def test_inference_backward_agrees_with_central_differences(shape):
    x, dy = batch(shape), batch(shape, seed=5)
    (gamma, beta), (mean, spread) = parameters(shape), parameters(shape, seed=6)
    constants = mean, spread**2
    gradients = batch_norm_inference_backward(dy, x, gamma, *constants, eps=1e-3)
    for gradient, function, at in [
        (gradients[0], lambda x: batch_norm_inference(x, gamma, beta, *constants, 1e-3), x),
        (gradients[1], lambda g: batch_norm_inference(x, g, beta, *constants, 1e-3), gamma),
        (gradients[2], lambda b: batch_norm_inference(x, gamma, b, *constants, 1e-3), beta),
    ]:
        assert np.shape(gradient) == np.shape(at)
        np.testing.assert_allclose(gradient, numerical_gradient(function, at, dy), rtol=1e-6)


# --- running statistics


def test_momentum_is_the_weight_of_the_new_batch():
    x = batch((4, 3))
    running = RunningStatistics(momentum=0.1, unbiased=False)
    assert (running.mean, running.var) == (0, 1)
    running.update(x)
    np.testing.assert_allclose(running.mean, 0.1 * x.mean(0), rtol=1e-14)
    np.testing.assert_allclose(running.var, 0.9 + 0.1 * x.var(0), rtol=1e-14)


@pytest.mark.parametrize("shape", [(4,), (4, 3), (2, 3, 2, 2)])
@pytest.mark.parametrize("unbiased", [True, False])
@pytest.mark.parametrize("momentum", [0, 0.01, 0.3, 1])
def test_running_statistics_are_the_recursion(shape, unbiased, momentum):
    axes = tuple(i for i in range(len(shape)) if i != 1)
    running, from_cache = (RunningStatistics(momentum, unbiased) for _ in range(2))
    mean, var = 0.0, 1.0
    for seed in range(5):
        x = batch(shape, seed)
        running.update(x)
        from_cache.update(batch_norm(x)[1])
        mean = (1 - momentum) * mean + momentum * x.mean(axes)
        var = (1 - momentum) * var + momentum * x.var(axes, ddof=int(unbiased))
    for statistics in (running, from_cache):
        np.testing.assert_allclose(statistics.mean, mean, rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(statistics.var, var, rtol=1e-13)
        assert np.shape(statistics.mean) == np.shape(statistics.var) == np.shape(mean)


@pytest.mark.parametrize(("momentum", "batches", "left"), [(0.1, 10, 0.349), (0.01, 100, 0.366)])
def test_the_start_still_weighs_what_the_docstring_says(momentum, batches, left):
    running = RunningStatistics(momentum, unbiased=False)
    for _ in range(batches):
        running.update([0.0, 0.0])
    assert running.var == pytest.approx((1 - momentum) ** batches, rel=1e-12)
    assert running.var == pytest.approx(left, abs=5e-4)


def test_kerass_momentum_is_one_minus_ours():
    x, decay = batch((6, 2)), 0.99
    running = RunningStatistics(momentum=1 - decay, unbiased=False)
    running.update(x)
    np.testing.assert_allclose(running.mean, decay * 0 + (1 - decay) * x.mean(0), rtol=1e-13)


def test_statistics_handed_out_do_not_change_later():
    running = RunningStatistics()
    running.update(batch((4, 3)))
    mean, before = running.mean, running.mean.copy()
    running.update(batch((4, 3), seed=1))
    np.testing.assert_array_equal(mean, before)


def test_float32_batches_are_averaged_in_float64():
    running = RunningStatistics(momentum=1)
    running.update(np.array([[0, 1], [2, 2e20]], np.float32))
    assert running.mean.dtype == running.var.dtype == np.float64
    np.testing.assert_allclose(running.var, [2, 2e40], rtol=1e-6)


# --- folding


@pytest.mark.parametrize("bias", [True, False])
def test_folded_layer_is_linear_layer_and_inference_in_one(bias):
    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(10, 4)), rng.normal(size=(4, 3))
    b = rng.normal(size=3) if bias else None
    gamma, beta, mean = rng.normal(size=(3, 3))
    var = rng.uniform(0.001, 2, 3)
    folded, shift = fold(W, b, gamma, beta, mean, var, eps=1e-3)
    y = batch_norm_inference(x @ W + (b if bias else 0), gamma, beta, mean, var, eps=1e-3)
    np.testing.assert_allclose(x @ folded + shift, y, rtol=1e-12, atol=1e-13)


def test_fold_takes_numbers_for_all_units_and_keeps_the_type():
    W = np.ones((2, 3), np.float32)
    folded, shift = fold(W, 1.0, gamma=4, beta=0.5, mean=3, var=4, eps=0)
    assert folded.dtype == shift.dtype == np.float32
    np.testing.assert_array_equal(folded, np.full((2, 3), 2))
    np.testing.assert_array_equal(shift, np.full(3, -3.5))
    shift[0] = 7
    assert shift[1] == -3.5


def test_a_result_beyond_its_own_type_is_refused_though_float64_holds_it():
    x = np.full((2, 1), 1e30, np.float32)
    with pytest.raises(OutOfRange, match="y is too large for float32"):
        batch_norm_inference(x, 1e20, 0, 0, 1)
    with pytest.raises(OutOfRange, match="dx is too large for float32"):
        batch_norm_inference_backward(x, x, 1e20, 0, 1)

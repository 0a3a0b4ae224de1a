"""What is measured of the backward pass and of training: by definition, and as FACTS has it."""

import copy
from functools import partial

import numpy as np
import pytest

from bn_lib.data import digits
from bn_lib.measure import (
    accuracy,
    along_gradient,
    batch_norm_jacobian,
    drift,
    effective_rate,
    gradients,
    internal_covariate_shift,
    jacobian,
    steadiness,
)
from bn_lib.network import BatchNorm, Linear, ReLU, Sigmoid, Tanh, dense, forward, squared_error
from bn_lib.normalization import batch_norm, batch_norm_backward, moments
from bn_lib.training import SGD, Training


def generator(seed=0):
    return np.random.default_rng(seed)


def batch(n=12):
    return generator(1).normal(size=(n, 4)), generator(2).integers(0, 3, n)


def test_accuracy_counts_what_is_right_in_inference_mode():
    network = [BatchNorm(3), Linear(3, 3, generator())]
    network[1].W = np.eye(3)
    x = np.array([[5.0, 1, 1], [5, 1, 1], [1, 1, 5]])
    assert accuracy(network, x, np.array([0, 2, 2])) == pytest.approx(2 / 3)
    network[0].running.mean = np.array([5, 0, 0])  # training mode would not see that
    assert accuracy(network, x, np.array([1, 1, 2])) == 1


def test_accuracy_of_many_examples_is_that_of_all_at_once():
    rng = np.random.default_rng(0)
    network, x = dense([4, 8, 3], Tanh, rng, BatchNorm), rng.standard_normal((2345, 4))
    labels = rng.integers(0, 3, len(x))
    at_once = np.mean(forward(network, x, training=False).argmax(axis=1) == labels)
    assert accuracy(network, x, labels) == at_once
    with pytest.raises(ValueError, match="no examples"):
        accuracy(network, x[:0], labels[:0])


def test_gradients_are_those_of_all_that_learns():
    network = dense([4, 5, 3], Tanh, generator(), partial(BatchNorm, frozen=("gamma",)))
    x, labels = batch()
    loss, found = gradients(network, x, labels)
    assert [g.shape for g in found] == [(4, 5), (5,), (5,), (5, 3), (3,)]
    network[0].W[2, 3] += 1e-6
    assert (gradients(network, x, labels)[0] - loss) / 1e-6 == pytest.approx(
        found[0][2, 3], abs=1e-5
    )


def test_gradients_are_nobody_elses():
    network = dense([4, 5, 3], Tanh, generator(), BatchNorm)
    x, labels = batch()
    first = gradients(network, x, labels)[1]
    kept = [g.copy() for g in first]
    gradients(network, 3 * x, labels)
    for a, b in zip(first, kept, strict=True):
        np.testing.assert_array_equal(a, b)


# ---------------------------------------------------------------- the Jacobian


def test_jacobian_of_a_linear_map_is_its_matrix():
    matrix = generator().normal(size=(3, 5))
    found = jacobian(lambda x: matrix @ x, generator(1).normal(size=5))
    np.testing.assert_allclose(found, matrix, atol=1e-9)


@pytest.mark.parametrize(("gamma", "eps"), [(1, 0), (1.7, 1e-5), (-2, 0.1)])
def test_formula_of_the_jacobian_is_its_numeric_derivative(gamma, eps):
    x, dy = generator().normal(1, 2, 8), generator(1).normal(size=8)
    formula = batch_norm_jacobian(x, gamma, eps)
    numeric = jacobian(lambda x: batch_norm(x, gamma, 0.0, eps)[0], x)
    np.testing.assert_allclose(formula, numeric, atol=5e-9)
    dx, _, _ = batch_norm_backward(dy, batch_norm(x, gamma, 0.0, eps)[1])
    np.testing.assert_allclose(formula @ dy, dx, atol=1e-12)


@pytest.mark.parametrize("n", [2, 3, 8, 32])
def test_forward_undone_leaves_a_projection_of_rank_n_minus_2(n):
    x = generator().normal(5, 3, n)
    J = batch_norm_jacobian(x, gamma=x.std(), eps=0)
    np.testing.assert_allclose(J, J.T, atol=1e-12)
    np.testing.assert_allclose(J @ J, J, atol=1e-12)
    np.testing.assert_allclose(np.linalg.eigvalsh(J), [0, 0] + [1] * (n - 2), atol=1e-12)


@pytest.mark.parametrize(("eps", "left"), [(1e-5, 3.6e-6), (0.1, 3.5e-2)])
def test_eps_lets_a_little_of_the_second_direction_through(eps, left):
    x = generator().normal(0, 1, 8)
    x *= np.sqrt(eps * (1 / left - 1)) / x.std()
    J = batch_norm_jacobian(x, np.sqrt(x.var() + eps), eps)
    np.testing.assert_allclose(np.linalg.eigvalsh(J)[:2], [0, left], atol=1e-12)


def test_the_jacobian_has_the_exact_moments():
    """The mean of constants is rounded, so that NumPy's x.var() is not 0 here."""
    x, eps = np.full(3, 1e6 + 0.7), 1e-30
    assert x.var() > eps
    expected = (np.eye(3) - 1 / 3) / np.sqrt(eps)
    np.testing.assert_allclose(batch_norm_jacobian(x, 1.0, eps), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: jacobian(np.sin, np.ones((2, 2))), "an array of 1 axes"),
        (lambda: batch_norm_jacobian(np.ones((2, 2))), "an array of 1 axes"),
        (lambda: steadiness([]), r"path has shape \(0,\)"),
        (lambda: steadiness([1, np.nan]), "path has NaN or infinity"),
    ],
)
def test_what_has_no_answer_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---------------------------------------------------------------- drift and steadiness


def test_drift_of_a_known_way():
    means = np.array([[0.0, 0], [1, 0], [1, -3]])
    stds = np.array([[2.0, 1], [2, 1], [2, np.e]])
    assert drift(means, stds) == pytest.approx((np.mean([0.5, 0, 0, 3]), np.mean([0, 0, 0, 1])))


def test_drift_does_not_know_the_unit_of_measure():
    means, stds = generator().normal(size=(6, 3)), generator(1).uniform(1, 2, (6, 3))
    assert drift(7 * means, 7 * stds) == pytest.approx(drift(means, stds))


@pytest.mark.parametrize(
    ("means", "stds", "message"),
    [
        (np.ones(3), np.ones(3), "expected"),
        (np.ones((3, 2)), np.ones((2, 2)), "expected"),
        (np.ones((1, 2)), np.ones((1, 2)), "two steps"),
        (np.ones((3, 2)), np.zeros((3, 2)), "same input for all examples"),
        (np.ones((3, 2)), np.full((3, 2), np.inf), "stds has NaN or infinity"),
        (np.full((3, 2), np.nan), np.ones((3, 2)), "means has NaN or infinity"),
    ],
)
def test_drift_needs_two_steps_and_spread(means, stds, message):
    with pytest.raises(ValueError, match=message):
        drift(means, stds)


def test_steadiness_of_known_ways():
    assert steadiness([0, 1, 2, 5]) == 1
    assert steadiness([0, 1, 0, 1, 0]) == 0
    assert steadiness([[0, 0], [2, 0], [2, 2], [3, 0]]) == pytest.approx(3 / 7)
    assert steadiness([4, 4, 4]) == 0


def tracked(norm, steps=150):
    """Means and stds of the third activation's inputs, on 400 digits, step by step; FACTS f."""
    d = digits()
    network = dense([64, 50, 50, 50, 10], Tanh, generator(), norm)
    at = [i for i, layer in enumerate(network) if isinstance(layer, Tanh)][2]
    probes = {"moments": lambda network: moments(forward(network[:at], d.x[:400]))}
    one = Training(network, d.x, d.labels, SGD(0.1), generator(1), 64, probes=probes).run(steps)
    mean, var = np.moveaxis(one.record["moments"], 1, 0)
    return mean, np.sqrt(var), network


def test_with_batch_norm_the_inputs_drift_less_and_more_steadily_here():
    (raw, raw_std, _), (bn, bn_std, network) = tracked(None), tracked(BatchNorm)
    slow, fast = drift(bn, bn_std), drift(raw, raw_std)
    assert fast.mean > 50 * slow.mean  # 152 in FACTS, over 400 steps
    assert fast.spread > 10 * slow.spread  # 24
    assert steadiness(bn) > 5 * steadiness(raw)
    norm = network[7]  # what drifts behind batch norm are beta and gamma
    np.testing.assert_allclose(bn[-1], norm.beta, atol=1e-12)
    np.testing.assert_allclose(bn_std[-1], np.abs(norm.gamma), rtol=1e-3)


# ---------------------------------------------------------------- gradients from step to step


def test_covariate_shift_of_two_linear_layers_by_hand():
    """y = x a b: the gradient for b is x a dy, and changes with a alone."""
    before = [Linear(1, 1, generator()), Linear(1, 1, generator())]
    before[0].W[:], before[1].W[:] = 2, 3
    after = copy.deepcopy(before)
    after[0].W[:], after[1].W[:] = 2.5, 100  # b's own step has no part in it
    x, target = np.ones((1, 1)), np.zeros((1, 1))
    shift = internal_covariate_shift(before, after, 1, x, target, squared_error)
    g, moved = 2 * 2 * 6, 2 * 2.5 * 7.5
    assert shift == pytest.approx((moved - g, 1))
    assert internal_covariate_shift(before, after, 0, x, target, squared_error).distance == 0


def test_no_step_is_no_shift():
    network = dense([4, 5, 5, 3], Sigmoid, generator(), BatchNorm)
    x, labels = batch()
    assert internal_covariate_shift(network, network, 3, x, labels) == pytest.approx((0, 1))


@pytest.mark.parametrize("zero", ["before", "after"])
def test_there_is_no_angle_to_a_gradient_of_0(zero):
    before = [Linear(1, 1, generator()), Linear(1, 1, generator())]
    after = copy.deepcopy(before)
    (before if zero == "before" else after)[0].W[:] = 0  # nothing comes in, so dW is 0
    with pytest.raises(ValueError, match=r"layer 1 have the sizes .* no angle"):
        internal_covariate_shift(before, after, 1, np.ones((1, 1)), np.ones((1, 1)), squared_error)


def test_there_is_no_way_along_a_gradient_of_0():
    network = [Linear(1, 1, generator(), frozen=("b",))]
    network[0].W[:] = 0
    with pytest.raises(ValueError, match=r"the gradient has the size 0\.0"):
        along_gradient(network, np.ones((1, 1)), np.zeros((1, 1)), [0.1], squared_error)


def test_along_the_gradient_of_a_bowl():
    """Loss w² for one weight: at w - rate * 2 w, with a gradient that changes by 2 a unit."""
    network = [Linear(1, 1, generator(), frozen=("b",))]
    network[0].W[:] = 3
    found = along_gradient(network, np.ones((1, 1)), np.zeros((1, 1)), [0.1, 0.5], squared_error)
    assert found.start == pytest.approx(9)
    np.testing.assert_allclose(found.losses, [(3 - 0.6) ** 2, 0], atol=1e-12)
    np.testing.assert_allclose(found.changes, [1.2, 6])
    assert network[0].W == 3


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ([], "one or more numbers"),
        ([0.1, 0], "numbers above 0"),
        ([-0.1], "numbers above 0"),
        (0.1, "an array of 1 axes"),
        ([np.nan], "rates has NaN or infinity"),
        ([0.1, np.inf], "rates has NaN or infinity"),
    ],
)
def test_along_a_gradient_goes_forward_only(rates, message):
    network = [Linear(1, 1, generator())]
    with pytest.raises(ValueError, match=message):
        along_gradient(network, np.ones((1, 1)), np.zeros((1, 1)), rates, squared_error)


@pytest.mark.parametrize(("activation", "gain"), [(ReLU, np.sqrt(2)), (Sigmoid, 3)])
def test_gradients_stay_true_for_longer_with_batch_norm(activation, gain):
    """FACTS i: the gradient's change along a step, relu x1 and sigmoid x3, lr .1."""
    d, rates, changes = digits(), [0.05, 0.1, 0.2, 0.4], []
    for norm in (None, BatchNorm):
        network = dense([64, 50, 50, 50, 50, 10], activation, generator(), norm, gain=gain)
        one = Training(network, d.x, d.labels, SGD(0.1), generator(1), 64, every=10)
        seen = [along_gradient(network, d.x[:64], d.labels[:64], rates) for _ in one.up_to(60)]
        changes.append(np.mean([a.changes.max() for a in seen]))
    assert changes[0] > 2 * changes[1]


def test_the_effective_rate_is_that_of_each_column():
    W = np.array([[3.0, 1.0], [4.0, 0.0]])
    np.testing.assert_allclose(effective_rate(W, 0.5), [0.02, 0.5])
    np.testing.assert_allclose(effective_rate(10 * W, 50), effective_rate(W, 0.5))


@pytest.mark.parametrize(
    ("W", "message"),
    [
        (np.ones(3), "expected one or more numbers in an array of 2 axes"),
        (np.array([[1, 0], [1, 0]]), "W has a column of zeros"),
        (np.array([[1, np.nan]]), "NaN or infinity"),
    ],
)
def test_weights_without_an_effective_rate_are_refused(W, message):
    with pytest.raises(ValueError, match=message):
        effective_rate(W, 0.1)

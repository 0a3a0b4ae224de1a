"""Layers against numerical differentiation, networks against the textbook, BatchNorm's modes."""

import copy
from functools import partial

import numpy as np
import pytest

from bn_lib.measure import accuracy
from bn_lib.network import (
    BatchNorm,
    Linear,
    ReLU,
    Sigmoid,
    Tanh,
    backward,
    cross_entropy,
    dense,
    forward,
    learned,
    squared_error,
    undo,
    use_population,
)
from bn_lib.normalization import normalize

H = 1e-6


def generator(seed=0):
    return np.random.default_rng(seed)


def numeric(function, array):
    """The gradient of a number by central differences; `array` is changed and changed back."""
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + H
        above = function()
        array[index] = kept - H
        gradient[index] = (above - function()) / (2 * H)
        array[index] = kept
    return gradient


def kept_statistics(layer):
    """A BatchNorm with moving averages of its own, for inference mode."""
    rng = generator(7)
    layer.running.mean, layer.running.var = rng.normal(size=4), rng.uniform(0.5, 2, 4)
    return layer


class Half:
    """A learner's layer with a parameter that is a plain number."""

    parameters = ("a",)

    def __init__(self):
        self.a = 0.5

    def forward(self, x):
        self.x = x
        return self.a * x

    def backward(self, dy):
        self.da = np.sum(dy * self.x)
        return self.a * dy


LAYERS = {
    "Linear": (lambda: Linear(4, 3, generator(1)), True),
    "Linear without bias": (lambda: Linear(4, 3, generator(1), bias=False), True),
    "BatchNorm": (lambda: BatchNorm(4, gamma=1.7, beta=-0.4, eps=0.1), True),
    "BatchNorm in inference mode": (lambda: kept_statistics(BatchNorm(4, 1.7, -0.4)), False),
    "Sigmoid": (Sigmoid, True),
    "Tanh": (Tanh, True),
    "ReLU": (ReLU, True),
    "a learner's own": (Half, True),
}


@pytest.mark.parametrize(("make", "training"), LAYERS.values(), ids=LAYERS)
def test_backward_is_the_derivative_of_forward(make, training):
    layer, rng = make(), generator()
    x = rng.normal(0, 2, (6, 4))
    dy = rng.normal(size=forward([layer], x, training).shape)  # random: ones would hide terms

    def downstream():
        return np.sum(forward([layer], x, training) * dy)

    downstream()
    dx = backward([layer], dy)
    np.testing.assert_allclose(dx, numeric(downstream, x), rtol=1e-6, atol=1e-7)
    for _, name in learned([layer]):
        value = np.array(getattr(layer, name))
        setattr(layer, name, value)
        downstream()
        backward([layer], dy)
        gradient = getattr(layer, "d" + name)
        np.testing.assert_allclose(gradient, numeric(downstream, value), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("loss", [cross_entropy, squared_error])
def test_gradient_of_a_loss_is_its_derivative(loss):
    y = generator().normal(0, 3, (5, 4))
    target = (
        np.array([0, 3, 1, 1, 2]) if loss is cross_entropy else generator(1).normal(size=(5, 4))
    )
    _, dy = loss(y, target)
    np.testing.assert_allclose(dy, numeric(lambda: loss(y, target)[0], y), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), ReLU(), Linear(2, 3, generator())])
def test_bytes_go_through_a_layer_with_all_their_digits(layer):
    x = np.array([[0, 1], [2, 3]], np.uint8)
    np.testing.assert_array_equal(forward([layer], x), forward([layer], x.astype(float)))


def test_lists_go_through_a_network():
    network = dense([3, 4, 2], Tanh, generator(), BatchNorm)
    x = [[1, 2, 3], [0, 1, 5], [2, 2, 1]]
    y = forward(network, x)
    np.testing.assert_array_equal(y, forward(network, np.array(x, float)))
    dx = backward(network, [[1, 2], [0, 1], [3, 1]])
    forward(network, np.array(x, float))
    np.testing.assert_array_equal(dx, backward(network, np.array([[1.0, 2], [0, 1], [3, 1]])))


def reference(network, x, labels):
    """Outputs, loss and weight gradients of a sigmoid network with BN, in the textbook's way."""
    hidden, norms = network[:-1:3], network[1::3]
    h, kept = x, []
    for linear, norm in zip(hidden, norms, strict=True):
        z = h @ linear.W + linear.b
        mean, std = z.mean(0), np.sqrt(z.var(0) + norm.eps)
        z_hat = (z - mean) / std
        kept.append((h, z_hat, std))
        h = 1 / (1 + np.exp(-(norm.gamma * z_hat + norm.beta)))
        kept[-1] += (h,)
    logits = h @ network[-1].W + network[-1].b
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    loss = -np.log(p[np.arange(len(x)), labels]).mean()
    delta = (p - np.eye(logits.shape[1])[labels]) / len(x)
    gradients = [h.T @ delta]
    delta = delta @ network[-1].W.T
    for linear, norm, (h, z_hat, std, out) in zip(
        reversed(hidden), reversed(norms), reversed(kept), strict=True
    ):
        delta = delta * out * (1 - out) * norm.gamma
        delta = (delta - delta.mean(0) - z_hat * (delta * z_hat).mean(0)) / std
        gradients.insert(0, h.T @ delta)
        delta = delta @ linear.W.T
    return logits, loss, gradients, delta


def test_a_network_does_what_the_textbook_does():
    rng = generator()
    x, labels = rng.normal(size=(20, 7)), rng.integers(0, 3, 20)
    network = dense([7, 6, 5, 3], Sigmoid, rng, partial(BatchNorm, gamma=1.5, beta=0.3))
    expected, expected_loss, gradients, dx = reference(network, x, labels)
    logits = forward(network, x)
    loss, dy = cross_entropy(logits, labels)
    np.testing.assert_allclose(logits, expected, rtol=1e-12)
    assert loss == pytest.approx(expected_loss)
    np.testing.assert_allclose(backward(network, dy), dx, rtol=1e-9, atol=1e-15)
    for layer, gradient in zip(network[::3], gradients, strict=True):
        np.testing.assert_allclose(layer.dW, gradient, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("first", ["Linear", "a layer of one's own"])
def test_training_gets_the_gradients_that_backward_gives(first):
    rng = generator()
    network = dense([4, 5, 3], Tanh, rng, BatchNorm)
    network = network if first == "Linear" else [Half(), *network]
    x, dy = rng.normal(size=(8, 4)), rng.normal(size=(8, 3))
    forward(network, x)
    backward(network, dy)
    expected = [np.copy(getattr(layer, "d" + name)) for layer, name in learned(network)]
    forward(network, x)
    backward(network, dy, for_x=False)
    for (layer, name), gradient in zip(learned(network), expected, strict=True):
        np.testing.assert_array_equal(getattr(layer, "d" + name), gradient)


def test_training_calls_the_backward_pass_that_a_learner_has_written_of_a_first_layer_too():
    class Decay(Linear):
        def backward(self, dy):
            dx = super().backward(dy)
            self.dW += self.W
            return dx

    layer = Decay(4, 3, generator())
    forward([layer], np.zeros((2, 4)))
    backward([layer], np.zeros((2, 3)), for_x=False)
    np.testing.assert_array_equal(layer.dW, layer.W)
    assert backward([layer], np.zeros((2, 3))) is not None  # wanted again


def test_outputs_that_are_no_numbers_are_right_on_none():
    outputs = np.array([[1, 0], [np.nan, 0], [0, np.nan], [0, 1.0]])
    assert accuracy([Tanh()], outputs, np.array([0, 0, 1, 1])) == 0.5


def test_dense_puts_layers_in_their_order_and_draws_the_same_weights_with_norm():
    raw, bn = (dense([5, 4, 3, 2], ReLU, generator(), norm, gain=2) for norm in (None, BatchNorm))
    assert [type(layer).__name__ for layer in raw] == ["Linear", "ReLU"] * 2 + ["Linear"]
    assert [type(layer).__name__ for layer in bn] == ["Linear", "BatchNorm", "ReLU"] * 2 + [
        "Linear"
    ]
    for a, b in zip(raw[::2], bn[::3], strict=True):
        np.testing.assert_array_equal(a.W, b.W)
    assert [type(layer) for layer in dense([3, 3, 3], None, generator())] == [Linear, Linear]


def test_spread_of_the_weights():
    wide = dense([400, 300, 10], ReLU, generator(), gain=np.sqrt(2))
    assert wide[0].W.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert wide[2].W.std() == pytest.approx(np.sqrt(2 / 300), rel=0.05)
    small = dense([400, 300, 10], ReLU, generator(), std=0.1)
    assert small[2].W.std() == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize("activation", [Sigmoid, Tanh, ReLU])
def test_float32_stays_float32_and_agrees_with_float64(activation):
    outputs = []
    for dtype in (np.float32, np.float64):
        network = dense([6, 8, 8, 3], activation, generator(), BatchNorm, dtype=dtype)
        x = generator(1).normal(size=(30, 6)).astype(dtype)
        logits = forward(network, x)
        dx = backward(network, cross_entropy(logits, np.arange(30) % 3)[1])
        assert logits.dtype == dx.dtype == network[0].dW.dtype == dtype
        outputs.append((logits, network[0].dW.copy()))
    for single, double in zip(*outputs, strict=True):
        np.testing.assert_allclose(single, double, rtol=1e-3, atol=1e-5)


def test_float64_examples_go_through_a_float32_network():
    network = dense([4, 5, 3], Sigmoid, generator(), BatchNorm, dtype=np.float32)
    logits = forward(network, generator(1).normal(size=(6, 4)))
    backward(network, cross_entropy(logits, np.arange(6) % 3)[1])
    assert {layer.dW.dtype for layer in network[::3]} == {np.dtype(np.float32)}


def test_outputs_are_not_overwritten_by_the_next_pass():
    network = dense([4, 5, 3], Sigmoid, generator(), BatchNorm)
    x = generator(1).normal(size=(6, 4))
    y = forward(network, x)
    before = y.copy()
    forward(network, 2 * x)
    np.testing.assert_array_equal(y, before)


# ---------------------------------------------------------------- BatchNorm and its statistics


def test_to_evaluate_a_network_does_not_change_it():
    network = dense([4, 5, 3], Sigmoid, generator(), BatchNorm)
    x = generator(1).normal(size=(6, 4))
    before = forward(network, x, training=False)
    backward(network, np.ones_like(forward(network, 9 + x)))
    np.testing.assert_array_equal(forward(network, x, training=False), before)


def test_moving_averages_move_after_a_step():
    layer = BatchNorm(3, momentum=0.25)
    x = generator().normal(5, 2, (10, 3))
    forward([layer], x)
    layer.after_step()
    np.testing.assert_allclose(layer.running.mean, 0.25 * x.mean(0))
    np.testing.assert_allclose(layer.running.var, 0.75 + 0.25 * x.var(0, ddof=1))
    y = forward([layer], x[:1], training=False)
    expected = (x[:1] - layer.running.mean) / np.sqrt(layer.running.var + 1e-5)
    np.testing.assert_allclose(y, expected)


def test_population_statistics_are_those_of_algorithm_2():
    network = dense([4, 3, 2], Sigmoid, generator(), BatchNorm)
    x = generator(1).normal(2, 3, (47, 4))
    use_population(network, x, batch=20)
    z = forward(network[:1], x)
    batches = z[:20], z[20:40]  # what is left is no whole batch
    mean, var = network[1].population
    np.testing.assert_allclose(mean, np.mean([b.mean(0) for b in batches], axis=0))
    np.testing.assert_allclose(var, np.mean([b.var(0, ddof=1) for b in batches], axis=0))
    one = forward(network, x[:1], training=False)
    np.testing.assert_allclose(one, forward(network, x, training=False)[:1])


def test_a_population_takes_all_whole_batches():
    x, layer = generator().normal(2, 3, (40, 3)), BatchNorm(3)
    use_population([layer], x, batch=20)
    np.testing.assert_allclose(layer.population[0], x.mean(0))
    np.testing.assert_allclose(
        layer.population[1], (x[:20].var(0, ddof=1) + x[20:].var(0, ddof=1)) / 2
    )


def test_eps_counts_in_inference_mode_too():
    layer, x = kept_statistics(BatchNorm(4, eps=0.5)), generator().normal(size=(2, 4))
    expected = (x - layer.running.mean) / np.sqrt(layer.running.var + 0.5)
    np.testing.assert_allclose(forward([layer], x, training=False), expected)
    backward([layer], np.ones((2, 4)))
    np.testing.assert_allclose(layer.dgamma, expected.sum(0))


def test_the_slope_of_relu_at_0_is_0():
    layer = ReLU()
    np.testing.assert_array_equal(forward([layer], np.array([[-1.0, 0, 1]])), [[0, 0, 1]])
    np.testing.assert_array_equal(backward([layer], np.ones((1, 3))), [[0, 0, 1]])


def test_the_next_step_ends_the_population():
    layer = BatchNorm(3)
    x = generator().normal(5, 2, (40, 3))
    use_population([layer], x, batch=10)
    forward([layer], x)
    layer.after_step()
    assert layer.kept()[0] is layer.running.mean


def test_undo_ends_the_population_of_the_network_before():
    network, fresh = (dense([4, 5, 3], Sigmoid, generator(), BatchNorm) for _ in range(2))
    x = generator(1).normal(2, 3, (40, 4))
    use_population(network, x, batch=10)
    for each in (network, fresh):
        undo(each, x)
    y, expected = (forward(each, x, training=False) for each in (network, fresh))
    np.testing.assert_array_equal(y, expected)


def test_a_network_without_batch_norm_is_not_run_for_a_population():
    class Untouched:
        def forward(self, x):
            raise AssertionError("it was run")

    use_population([Untouched()], np.ones((200, 2)))


@pytest.mark.parametrize("activation", [Sigmoid, Tanh, ReLU])
def test_undone_networks_are_the_same_function(activation):
    sizes = [8, 20, 20, 20, 20, 4]
    raw, bn = (dense(sizes, activation, generator(), norm) for norm in (None, BatchNorm))
    x = generator(1).normal(size=(64, 8))
    assert np.abs(forward(bn, x) - forward(raw, x)).max() > 0.1
    undo(bn, x)
    np.testing.assert_allclose(forward(bn, x), forward(raw, x), rtol=0, atol=1e-13)


def test_undone_forward_is_not_undone_backward():
    """FACTS: a bias before BN gets no gradient, W none along itself; dbeta gets what was db's."""
    rng = generator()
    x, dy = rng.normal(size=(64, 5)), rng.normal(size=(64, 3))
    raw, bn = [Linear(5, 3, generator(2))], [Linear(5, 3, generator(2)), BatchNorm(3, eps=0)]
    undo(bn, x)
    np.testing.assert_allclose(forward(bn, x), forward(raw, x), atol=1e-13)
    backward(raw, dy)
    backward(bn, dy)
    scale = np.abs(raw[0].db).max()
    assert np.abs(bn[0].db).max() < 1e-13 * scale
    along = np.sum(bn[0].W * bn[0].dW, axis=0)
    assert np.abs(along).max() < 1e-13 < np.abs(np.sum(raw[0].W * raw[0].dW, axis=0)).max()
    np.testing.assert_allclose(bn[1].dbeta, raw[0].db, rtol=1e-12)
    np.testing.assert_allclose(bn[1].dgamma, np.sum(dy * normalize(forward(raw, x), 0), axis=0))


@pytest.mark.parametrize("shift", [0, 5])
def test_scale_of_the_weights_does_not_matter_before_batch_norm(shift):
    x, dy = generator().normal(size=(32, 6)), generator(1).normal(size=(32, 4))
    network = [Linear(6, 4, generator(2)), BatchNorm(4, eps=0)]
    y = forward(network, x)
    backward(network, dy)
    dW = network[0].dW.copy()
    network[0].W *= 10
    network[0].b += shift
    np.testing.assert_allclose(forward(network, x), y, atol=1e-12)
    backward(network, dy)
    np.testing.assert_allclose(network[0].dW, dW / 10, rtol=1e-9, atol=1e-13)


def test_a_bias_is_left_out_only_before_a_norm():
    raw, bn = (
        dense([4, 5, 5, 3], Tanh, generator(), norm, bias=False) for norm in (None, BatchNorm)
    )
    assert [layer.b is None for layer in raw if isinstance(layer, Linear)] == [False] * 3
    assert [layer.b is None for layer in bn if isinstance(layer, Linear)] == [True, True, False]


def test_a_copy_is_another_network():
    network = dense([4, 5, 3], Sigmoid, generator(), BatchNorm)
    x = generator(1).normal(size=(6, 4))
    y = forward(network, x)
    twin = copy.deepcopy(network)
    twin[0].W *= 2
    twin[0].b += 1
    np.testing.assert_array_equal(forward(network, x), y)

"""SGD and Adam: their recurrences, whose memory they use, and what is never half done."""

import copy
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from bn_lib.network import (
    BatchNorm,
    Linear,
    Tanh,
    dense,
    squared_error,
)
from bn_lib.training import SGD, Adam, Training
from tests.unit.small_training import Number, blobs, generator, state, training


def test_times_multiplies_the_rate_of_a_parameter():
    slow = dense([6, 8, 3], Tanh, generator(), BatchNorm)
    fast = copy.deepcopy(slow)
    training(SGD(0.1), slow).run(1)
    training(SGD(0.1, times={"gamma": 300}), fast).run(1)
    np.testing.assert_allclose(fast[1].gamma - 1, 300 * (slow[1].gamma - 1))
    np.testing.assert_array_equal(fast[0].W, slow[0].W)


def path(optimizer, steps=5, start=3.0):
    """The way of one number towards 0."""
    zero = np.zeros((1, 1))
    one = Training([Number(start)], zero, zero, optimizer, loss=squared_error,
                   probes={"a": lambda network: network[0].a})  # fmt: skip
    return one.run(steps).record["a"]


def test_sgd_with_momentum_is_its_recurrence():
    a, v, expected = 3.0, 0.0, [3.0]
    for _ in range(5):
        v = 0.8 * v + 2 * a
        a -= 0.1 * v
        expected.append(a)
    np.testing.assert_allclose(path(SGD(0.1, momentum=0.8)), expected)


@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_a_linear_moves_by_the_same_recurrence(momentum):
    x, target = generator().normal(size=(5, 3)), generator(1).normal(size=(5, 2))
    layer = Linear(3, 2, generator(2), bias=False)
    W, v = layer.W.copy(), 0.0
    Training([layer], x, target, SGD(0.1, momentum), loss=squared_error).run(4)
    for _ in range(4):
        v = momentum * v + 0.1 * x.T @ (x @ W - target) * 2 / 5
        W -= v
    np.testing.assert_allclose(layer.W, W)


@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_a_rate_may_multiply_the_loss_instead(momentum):
    def rated(y, target):
        loss, dy = squared_error(y, target)
        return loss, 0.1 * dy

    zero = np.zeros((1, 1))
    one = Training([Number(3.0)], zero, zero, SGD(1, momentum), loss=rated).run(5)
    np.testing.assert_allclose(one.network[0].a, path(SGD(0.1, momentum))[-1])
    assert one.losses[0] == 9  # of the loss itself


def test_adam_is_its_algorithm():
    a, m, v, expected = 3.0, 0.0, 0.0, [3.0]
    for t in range(1, 6):
        g = 2 * a
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        a -= 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        expected.append(a)
    np.testing.assert_allclose(path(Adam(0.1)), expected)


def test_numbers_of_numpy_as_rates_do_not_widen_float32():
    network = dense([6, 8, 3], Tanh, generator(), BatchNorm, dtype=np.float32)
    x, labels = blobs()
    Training(network, x.astype(np.float32), labels, SGD(np.float64(0.1)), generator(), 30).run(3)
    assert network[0].W.dtype == network[0].b.dtype == np.float32


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, 0.9), SGD(0.1, times={"a": 3})])
def test_two_parameters_may_share_one_gradient(optimizer):
    class Sum(Number):
        parameters = ("a", "b")

        def __init__(self):
            self.a, self.b = np.zeros(1), np.zeros(1)

        def forward(self, x):
            return (self.a + self.b) * np.ones_like(x)

        def backward(self, dy):
            self.da = self.db = dy.sum(axis=0)
            return 0 * dy

    one = Training([Sum()], np.zeros((1, 1)), np.ones((1, 1)), optimizer, loss=squared_error).run(1)
    layer = one.network[0]
    np.testing.assert_allclose(layer.a, 0.2 * optimizer.times.get("a", 1))
    np.testing.assert_allclose(layer.b, 0.2)
    np.testing.assert_array_equal(layer.db, [-2])  # a step leaves it as it was


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, 0.5), Adam(0.1)])
def test_a_gradient_that_a_layer_keeps_for_itself_stays(optimizer):
    class Constant(Linear):
        ones = np.ones((6, 3))

        def backward(self, dy):
            super().backward(dy)
            self.dW = self.ones

    training(optimizer, [Constant(6, 3, generator())]).run(3)
    assert (Constant.ones == 1).all()


@pytest.mark.parametrize("optimizer", [partial(SGD, 0.1, 0.9), partial(Adam, 0.1)])
def test_a_layer_that_defines_equality_learns_with_any_optimizer(optimizer):
    @dataclass
    class Equal(Number):
        a: float = 3.0

    zero = np.zeros((1, 1))
    one = Training([Equal()], zero, zero, optimizer(), loss=squared_error)
    probes = [one.run(step).network[0].a for step in range(1, 6)]
    np.testing.assert_allclose(probes, path(optimizer())[1:])


@pytest.mark.parametrize("optimizer", [partial(SGD, 0.3, 0.9), Adam])
def test_a_copy_of_a_training_goes_on_as_the_training_does(optimizer):
    one = training(optimizer()).run(10)
    twin = copy.deepcopy(one)
    assert state(twin.run(20)) == state(one.run(20))


def test_adam_counts_steps_and_its_eps_stands_outside_the_root():
    class Two(Number):
        parameters = ("a", "b")

        def __init__(self):
            self.a = self.b = 3.0

        def backward(self, dy):
            self.da, self.db = dy.sum(), 10.0
            return 0 * dy

    zero, adam = np.zeros((1, 1)), Adam(0.1)
    adam.beta1, adam.beta2, adam.eps = 0.5, 0.5, 4.0
    one = Training([Two()], zero, zero, adam, loss=squared_error).run(1)
    assert one.network[0].a == pytest.approx(3 - 0.1 * 6 / (6 + 4))
    assert one.network[0].b == pytest.approx(3 - 0.1 * 10 / (10 + 4))
    one.run(2)
    assert one.network[0].b == pytest.approx(3 - 0.2 * 10 / (10 + 4))


@pytest.mark.parametrize("optimizer", [SGD(0.1), Adam()])
def test_all_parameters_move_or_none(optimizer):
    class Forgets(Number):
        def backward(self, dy):
            return dy

    network = [Linear(1, 1, generator()), Forgets(1.0)]
    zero, before = np.zeros((1, 1)), network[0].b.copy()
    one = Training(network, zero, zero, optimizer, loss=squared_error)
    with pytest.raises(ValueError, match="da of Forgets is None"):
        one.run(1)
    np.testing.assert_array_equal(network[0].b, before)


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, 0.9), Adam()])
def test_a_step_leaves_gradients_as_they_are_and_moves_large_weights_whole(optimizer):
    layer = Linear(150, 100, generator(), bias=False)  # more numbers than one piece
    x, before = generator(1).normal(size=(5, 150)), layer.W.copy()
    dy = squared_error(x @ before, np.zeros((5, 100)))[1]
    Training([layer], x, np.zeros((5, 100)), optimizer, loss=squared_error).run(1)
    np.testing.assert_allclose(layer.dW, x.T @ dy)
    if isinstance(optimizer, SGD):
        np.testing.assert_allclose(layer.W, before - 0.1 * layer.dW)
    assert (before != layer.W).all()

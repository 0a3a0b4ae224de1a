"""What networks, losses and training refuse, and in which words."""

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
    sigmoid,
    sigmoid_slope,
    squared_error,
    undo,
    use_population,
)
from bn_lib.normalization import OutOfRange
from bn_lib.training import SGD, Adam, Diverged, Training

X, LABELS = np.arange(12.0).reshape(4, 3) ** 2, np.array([0, 1, 2, 0])
MASKED = np.ma.masked_array(X, mask=X > 100)


def generator(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("labels", [np.zeros((4, 1), int), np.zeros(1, int), 0])
def test_labels_of_another_shape_are_refused(labels):
    message = r"labels have shape \(.*\), expected \(4,\): one class for each example"
    with pytest.raises(ValueError, match=message):
        cross_entropy(np.zeros((4, 3)), labels)
    with pytest.raises(ValueError, match=message):
        accuracy([], np.zeros((4, 3)), labels)


@pytest.mark.parametrize(
    ("labels", "error", "words"),
    [
        ([0, -1], ValueError, "a label is -1"),
        ([0.0, 1.0], TypeError, "type float64"),
        ([False, True], TypeError, "type bool"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels, error, words):
    with pytest.raises(error, match=words):
        cross_entropy(np.zeros((2, 3)), np.array(labels))


def test_no_examples_are_refused():
    none = np.zeros(0, dtype=int)
    for refuses in (
        lambda: cross_entropy(np.zeros((0, 3)), none),
        lambda: accuracy([Tanh()], np.zeros((0, 3)), none),
    ):
        with pytest.raises(ValueError, match="no examples"):
            refuses()


def test_squared_error_refuses_to_broadcast():
    with pytest.raises(ValueError, match=r"\(4, 1\).*\(4,\)"):
        squared_error(np.ones((4, 1)), np.ones(4))


def test_a_population_needs_a_batch():
    with pytest.raises(ValueError, match="3 examples, expected at least one batch of 100"):
        use_population([BatchNorm(2)], np.ones((3, 2)))


@pytest.mark.parametrize("batch", [1, 0, -5])
def test_a_population_s_batches_have_a_variance(batch):
    with pytest.raises(ValueError, match=f"batch is {batch}, expected at least 2"):
        use_population([BatchNorm(3)], np.zeros((10, 3)), batch)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: forward([Tanh()], MASKED), "x"),
        (lambda: backward([Tanh()], MASKED), "dy"),
        (lambda: cross_entropy(MASKED, LABELS), "logits"),
        (lambda: cross_entropy(X, np.ma.masked_array(LABELS)), "labels"),
        (lambda: accuracy([Tanh()], X, np.ma.masked_array(LABELS)), "labels"),
        (lambda: squared_error(MASKED, X), "y"),
        (lambda: squared_error(X, MASKED), "target"),
        (lambda: sigmoid(MASKED), "z"),
        (lambda: sigmoid_slope(MASKED), "z"),
        (lambda: undo([BatchNorm(3)], MASKED), "x"),
        (lambda: Training([Linear(3, 3, generator())], MASKED, LABELS, SGD(0.1)), "x"),
        (lambda: Training([Linear(3, 3, generator())], X, MASKED, SGD(0.1)), "target"),
    ],
)
def test_masked_arrays_are_refused_by_name(call, name):
    with pytest.raises(TypeError, match=f"{name} is a masked array"):
        call()


class NoReturn(Tanh):
    def forward(self, x):
        super().forward(x)


class NoReturnBackward(Tanh):
    def backward(self, dy):
        self.dy = dy


class Named(Tanh):
    parameters = "alpha"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: forward(Tanh(), X), "expected a list of layers"),
        (lambda: forward([Tanh], X), "layer 0 of the network is .*, expected an object"),
        (lambda: forward([Tanh(), np.tanh], X), "layer 1 of the network is <ufunc 'tanh'>"),
        (lambda: forward([NoReturn(), Tanh()], X), "forward of NoReturn returned None"),
        (lambda: backward([Tanh(), NoReturnBackward()], X), "backward of NoReturnBackward ret"),
        (lambda: learned([Named()]), r"a single name needs its comma, \('alpha',\)"),
        (lambda: Linear(3, 2, 0), r"rng is 0, expected a generator: np.random.default_rng\(seed\)"),
        (lambda: Linear(3, 2, generator(), dtype=int), "expected np.float64 or np.float32"),
        (lambda: dense([3, 2], Sigmoid, 0), "rng is 0, expected a generator"),
        (lambda: dense([3, 4, 2], Sigmoid(), generator()), "Sigmoid without brackets"),
        (lambda: dense([3, 4, 2], Sigmoid, generator(), BatchNorm(4)), "BatchNorm without br"),
        (lambda: cross_entropy("abc", LABELS), "logits has type <U3"),
        (lambda: squared_error(X, None), "target has type object"),
    ],
)
def test_what_is_no_layer_or_no_number_is_refused_at_once(call, message):
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dense([5], Sigmoid, generator()), "expected two or more"),
        (lambda: dense([], Sigmoid, generator()), "expected two or more"),
        (lambda: cross_entropy(X, [0, 1, 3, 0]), "a label is 3, expected classes from 0 to 2"),
        (lambda: cross_entropy(X[:, :1], [0] * 4), "expected .* two classes or more"),
        (lambda: cross_entropy(X[:, 0], [0] * 4), r"shape \(4,\), expected \(N, classes\)"),
        (lambda: accuracy([Tanh()], X, [0, 1, -1, 0]), "a label is -1"),
        (lambda: accuracy([Tanh()], X, [0, 1, 3, 0]), "a label is 3"),
        (lambda: accuracy([Tanh()], X[:, :1], [0] * 4), "two classes or more"),
        (lambda: squared_error(X[:0], X[:0]), "no examples"),
        (lambda: use_population([BatchNorm(3)], X, batch=2.5), "batch is 2.5"),
        (lambda: use_population([BatchNorm(3)], X, batch=True), "batch is True"),
    ],
)
def test_what_would_be_wrong_without_a_word_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("make", [ReLU, lambda: BatchNorm(3), lambda: Linear(3, 3, generator())])
def test_a_layer_stands_in_a_network_once(make):
    layer = make()
    network = [layer, Tanh(), layer]
    for refuses in (
        lambda: forward(network, X),
        lambda: Training(network, X, LABELS, SGD(0.1)),
    ):
        with pytest.raises(ValueError, match=r"twice.*make one for each place"):
            refuses()
    forward([make(), Tanh(), make()], X)


# ---------------------------------------------------------------- training


def training(network=None, optimizer=None, **options):
    network = [Linear(3, 3, generator())] if network is None else network
    return Training(network, X, LABELS, optimizer or SGD(0.1), **options)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: training([]), ValueError, "the network is empty"),
        (lambda: training(Tanh()), TypeError, "expected a list of layers"),
        (lambda: training([Tanh]), TypeError, "layer 0 of the network"),
        (lambda: training(optimizer=SGD), TypeError, r"expected SGD\(rate\) or Adam\(rate\)"),
        (lambda: training(optimizer=0.1), TypeError, "optimizer is 0.1"),
        (lambda: training(rng=0, batch=2), TypeError, "rng is 0, expected a generator"),
        (lambda: training(rng=0), TypeError, "rng is 0, expected a generator"),
        (lambda: training(rng=generator(), batch=True), ValueError, "batch is True"),
        (lambda: training(every=True), ValueError, "every is True"),
        (lambda: training().run(10.5), ValueError, "until is 10.5, expected at least 0, a whole"),
        (lambda: training().run(np.nan), ValueError, "until is nan"),
        (lambda: training().run(True), ValueError, "until is True"),
        (lambda: training().run(-1), ValueError, "until is -1"),
        (lambda: SGD(-0.1), ValueError, "rate is -0.1, expected a number from 0"),
        (lambda: SGD(np.nan), ValueError, "rate is nan"),
        (lambda: SGD(np.inf), ValueError, "rate is inf"),
        (lambda: SGD("fast"), TypeError, "rate is 'fast', expected a number"),
        (lambda: SGD(0.1, momentum=1.0), ValueError, "momentum is 1.0"),
        (lambda: SGD(0.1, times={"W": -1}), ValueError, "times of W is -1.0"),
        (lambda: Adam(-1), ValueError, "rate is -1.0"),
        (
            lambda: training(optimizer=SGD(0.1, times={"gama": 100})).run(1),
            ValueError,
            r"times names \['gama'\], expected what is learned: \['W', 'b'\]",
        ),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_times_may_name_a_parameter_of_another_network():
    training(optimizer=SGD(0.1, times={"gamma": 100})).run(2)


class Learner:
    """A learner's layer y = (a + b) x with the gradients that are given."""

    parameters = ("a", "b")

    def __init__(self, gradient_of_b):
        self.a, self.b = np.zeros(3), np.zeros(3)
        self.gradient_of_b = gradient_of_b

    def forward(self, x):
        self.x = x
        return (self.a + self.b) * x

    def backward(self, dy):
        self.da = (dy * self.x).sum(axis=0)
        self.db = self.gradient_of_b(self.da)
        return (self.a + self.b) * dy


@pytest.mark.parametrize(
    "gradient", [lambda da: da.sum(), lambda da: da[:, None], lambda da: da.tolist()]
)
@pytest.mark.parametrize("optimizer", [SGD(0.1), Adam()])
def test_a_gradient_has_the_shape_of_its_parameter(gradient, optimizer):
    with pytest.raises(
        ValueError, match=r"(?s)db of Learner is .*, expected an array of shape \(3,\)"
    ):
        training([Learner(gradient)], optimizer).run(1)


@pytest.mark.parametrize("b", [np.zeros(3), 0.0])
def test_a_gradient_that_is_not_kept_is_named(b):
    layer = Learner(lambda da: None)
    layer.b = b
    with pytest.raises(ValueError, match="backward has to set it to the gradient for b"):
        training([layer]).run(1)


def test_batch_norm_out_of_its_range_is_divergence():
    network = [Linear(3, 3, generator(), dtype=np.float32), BatchNorm(3)]
    with pytest.raises(Diverged, match="step 0 meets numbers out of range: a variance is too"):
        Training(network, X.astype(np.float32) * 1e30, LABELS, SGD(0.1)).run(3)


@pytest.mark.parametrize("method", ["backward", "after_step"])
def test_what_is_out_of_range_after_the_forward_pass_is_divergence_too(method):
    def beyond(*arguments):
        raise OutOfRange("dx is too large")

    layer = BatchNorm(3)
    setattr(layer, method, beyond)
    with pytest.raises(Diverged, match="step 0 meets numbers out of range: dx is too large"):
        training([Linear(3, 3, generator()), layer]).run(1)

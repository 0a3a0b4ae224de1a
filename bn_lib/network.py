"""Networks: a plain list of layers, each with a forward and a backward pass.

    network = [Linear(64, 50, rng), BatchNorm(50), Sigmoid(), Linear(50, 10, rng)]
    loss, dy = cross_entropy(forward(network, x), labels)
    backward(network, dy)

A batch is (N, units). A layer is any object with two methods:

    forward(x)    returns y
    backward(dy)  takes the gradient of the loss for the y of the last forward pass, returns that
                  for its x, and keeps that for a parameter `a` of its own in the attribute `da`

If it learns, it says what: `parameters = ("a",)`; what it names in `frozen` stays as it is. Its
attribute `training` is set by `forward`: True in training mode, False in inference mode. While
`Training` takes a step, `for_x` of the first layer is False: its `backward` need not return the
gradient for x. A method `after_step()`, if there is one, is called after each step.

What comes in is an array, or a list of rows. A layer keeps what its backward pass needs, so no
layer may stand in a network twice, and `backward` belongs to the last forward pass, whatever that
was for. No forward pass changes what a later one returns.
"""

from functools import lru_cache
from itertools import pairwise
from math import sqrt

import numpy as np

from bn_lib.arguments import (
    as_array,
    as_floats,
    as_labels,
    check_any_examples,
    check_generator,
    check_layers,
    check_whole_number,
    raise_no_return,
    short,
)
from bn_lib.normalization import (
    RunningStatistics,
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
    batch_norm_inference_backward,
    undo_parameters,
)


def forward(network, x, training=True):
    """Return what a network makes of x.

    A part of a network is one too: forward(network[:3], x) is what goes into layer 3.

    training: whether BatchNorm takes the statistics of x itself, or those it has kept.
    Raises TypeError for what is no list of layers, and for a layer that returns nothing.
    """
    check_layers(network)
    x = as_array(x, "x")
    for layer in network:
        layer.training = training
        x = layer.forward(x)
        if x is None:
            raise_no_return(layer, "forward")
    return x


def backward(network, dy, for_x=True):
    """Return the gradient of the loss for x; the layers keep those for their parameters.

    dy: the gradient of the loss for what the last `forward` returned, in its shape.
    for_x: False where only the gradients for the parameters are wanted, as in a step of `Training`.
    A Linear that comes first then skips the product dy Wᵀ, and nothing is returned.
    """
    dy = as_array(dy, "dy")
    for layer in reversed(network if for_x else network[1:]):
        dy = layer.backward(dy)
        if dy is None:
            raise_no_return(layer, "backward")
    if for_x:
        return dy
    first = network[0]
    first.for_x = False
    try:
        first.backward(dy)
    finally:
        first.for_x = True
    return None


def learned(network):
    """List what a network learns, as (layer, name of the parameter), without what is frozen.

    Raises ValueError where a layer freezes what it does not have, TypeError where `parameters` is
    a string.
    """
    found = []
    for layer in network:
        names, frozen = getattr(layer, "parameters", ()), getattr(layer, "frozen", ())
        if isinstance(names, str):
            raise TypeError(
                f"parameters is {names!r} in a {type(layer).__name__}, expected a tuple: "
                f"a single name needs its comma, ({names!r},)"
            )
        if isinstance(frozen, str) or not set(frozen) <= set(names):
            raise ValueError(
                f"frozen is {frozen!r} in a {type(layer).__name__}, expected a tuple of some of "
                f"{names}"
            )
        found += [(layer, name) for name in names if name not in frozen]
    return found


def gradient(layer, name):
    """The gradient that a layer keeps for one of its parameters, in the parameter's shape."""
    found, value = getattr(layer, "d" + name, None), getattr(layer, name)
    if found is None or getattr(found, "shape", ()) != getattr(value, "shape", ()):
        raise ValueError(
            f"d{name} of {type(layer).__name__} is {short(found)}, expected an array of shape "
            f"{np.shape(value)}, as {name} has: backward has to set it to the gradient for {name}"
        )
    return found


def dense(sizes, activation, rng, norm=None, gain=1.0, std=None, bias=True, dtype=np.float64):
    """Return a fully connected network: Linear, norm, activation, again and again, then Linear.

    sizes: the numbers of units, inputs and outputs included, such as [64, 50, 50, 10].
    activation: Sigmoid, Tanh, ReLU, a layer of your own, or None for a linear network.
    norm: makes the layer before each activation, given its number of units; such as BatchNorm.
    gain: the weights are drawn from N(0, gain² / inputs); Xavier's are with 1, He's with √2.
    std: if given, they are drawn from N(0, std²) instead. Biases are 0.
    bias: False for none before a norm; batch norm takes it out again (Ioffe & Szegedy 2015, 3.2).

    Without and with a norm, the same seed of rng gives the same weights.
    Raises ValueError for fewer than two sizes; TypeError for a layer where its class is expected.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes are {sizes}, expected two or more: inputs, units …, outputs")
    for name, kind in (("activation", activation), ("norm", norm)):
        if kind is not None and not callable(kind):
            raise TypeError(
                f"{name} is {kind!r}, expected what makes a layer, such as "
                f"{type(kind).__name__} without brackets"
            )
    network, last = [], len(sizes) - 2
    for i, (inputs, units) in enumerate(pairwise(sizes)):
        network += [norm(inputs)] if i > 0 and norm else []
        network += [activation()] if i > 0 and activation else []
        b = bias or not norm or i == last
        own_std = gain / sqrt(inputs) if std is None else std
        network += [Linear(inputs, units, rng, std=own_std, dtype=dtype, bias=b)]
    return network


@lru_cache
def ones(n, dtype):
    """n ones: a product with them is a sum, and faster than one."""
    return np.ones(n, dtype)


# ---------------------------------------------------------------- layers


class Linear:
    """y = x W + b, with W of shape (inputs, units) from N(0, std²), by default N(0, 1 / inputs).

    dtype: the type of W and b; with x in float32 too, training takes half the time.
    bias: False for y = x W; b is None then.
    """

    for_x = True  # whether the gradient for x is wanted; see `backward` of a network

    def __init__(self, inputs, units, rng, std=None, dtype=np.float64, bias=True, frozen=()):
        check_generator(rng)
        if np.dtype(dtype).kind != "f":
            raise TypeError(f"dtype is {dtype}, expected np.float64 or np.float32: weights round")
        std = 1 / sqrt(inputs) if std is None else std
        self.W = (std * rng.standard_normal((inputs, units))).astype(dtype)
        self.b = np.zeros(units, dtype) if bias else None
        self.parameters, self.frozen = ("W", "b") if bias else ("W",), frozen
        self.buffer = np.empty_like(self.W)  # dW, at each step anew: new memory would cost time

    def forward(self, x):
        """Return x W + b."""
        self.x = x
        y = x.dot(self.W)  # faster than @ for small arrays
        if self.b is not None:
            y += self.b
        return y

    def backward(self, dy):
        """Keep dW = xᵀ dy and db, the sum of dy; return dx = dy Wᵀ if it is wanted.

        dW is the same array at each step: copy it to compare two of them.
        """
        self.dW = np.matmul(self.x.T, dy, out=self.buffer)
        if self.b is not None:
            self.db = ones(len(dy), dy.dtype).dot(dy)  # a third of the time of dy.sum(axis=0)
        return dy.dot(self.W.T) if self.for_x else None


class BatchNorm:
    """y = gamma * x_hat + beta (Ioffe & Szegedy 2015), by bn_lib.normalization.

    gamma, beta: where they start, numbers or shape (units,); `undo` sets them so that y = x.
    frozen: ("gamma", "beta") or one of them, to keep it there.

    In inference mode mean and var are the moving averages `running` (momentum is the weight of the
    new batch), or what `use_population` has computed since the last step or `undo`.
    """

    parameters = ("gamma", "beta")
    training = True

    def __init__(self, units, gamma=1.0, beta=0.0, eps=1e-5, momentum=0.1, frozen=()):
        self.gamma, self.beta = np.full(units, gamma, float), np.full(units, beta, float)
        self.eps, self.frozen = eps, frozen
        self.running = RunningStatistics(momentum)
        self.population = None

    def forward(self, x):
        """Return y with the statistics of x, or with the kept ones."""
        if self.training:
            y, self.cache = batch_norm(x, self.gamma, self.beta, self.eps)
            return y
        self.x = x
        return batch_norm_inference(x, self.gamma, self.beta, *self.kept(), self.eps)

    def backward(self, dy):
        """Keep dgamma and dbeta, return dx."""
        if self.training:
            dx, self.dgamma, self.dbeta = batch_norm_backward(dy, self.cache)
        else:
            dx, self.dgamma, self.dbeta = batch_norm_inference_backward(
                dy, self.x, self.gamma, *self.kept(), self.eps
            )
        return dx

    def kept(self):
        """Mean and var of inference mode."""
        if self.population is not None:
            return self.population
        return self.running.mean, self.running.var

    def after_step(self):
        """Take the batch into the moving averages; the population is another one now."""
        self.running.update(self.cache)
        self.population = None


class Sigmoid:
    """h = 1 / (1 + exp(-x)), as (1 + tanh(x / 2)) / 2, which is faster; in place for the same."""

    def forward(self, x):
        """Return h."""
        h = 0.5 * x
        np.tanh(h, out=h)
        h *= 0.5
        h += 0.5
        self.h = h
        return h

    def backward(self, dy):
        """Return dy * h * (1 - h)."""
        dx = 1 - self.h
        dx *= self.h
        dx *= dy
        return dx


class Tanh:
    """h = tanh(x)."""

    def forward(self, x):
        """Return h."""
        self.h = np.tanh(as_floats(x, "x")[0])  # NumPy's tanh of uint8 would be float16
        return self.h

    def backward(self, dy):
        """Return dy * (1 - h²)."""
        return dy * (1 - self.h**2)


class ReLU:
    """h = max(x, 0); its slope at 0 is taken as 0."""

    def forward(self, x):
        """Return h."""
        self.above_0 = x > 0
        return np.maximum(x, 0)

    def backward(self, dy):
        """Return dy where x > 0, and 0 elsewhere."""
        return dy * self.above_0


# ---------------------------------------------------------------- statistics of BatchNorm


def undo(network, x):
    """Set gamma and beta of each BatchNorm so that it returns its input on the batch x.

    The network then computes on x what it would compute without BatchNorm, to rounding. It is
    another network, so a population is gone.
    """
    for layer in network:
        if isinstance(layer, BatchNorm):
            layer.gamma, layer.beta = undo_parameters(x, layer.eps)
            layer.population = None
        x = forward([layer], x)


def use_population(network, x, batch=100):
    """Let each BatchNorm use population statistics in inference mode, until the next step.

    mean = E[mean of a batch], var = m / (m - 1) * E[var of a batch], over the batches of m =
    `batch` examples that x holds (Ioffe & Szegedy 2015, algorithm 2, lines 8 to 10).
    """
    norms = [layer for layer in network if isinstance(layer, BatchNorm)]
    if not norms:
        return
    check_whole_number(batch, "batch", 2, "batches of examples with a var")
    starts = range(0, len(x) - batch + 1, batch)
    if not starts:
        raise ValueError(f"x holds {len(x)} examples, expected at least one batch of {batch}")
    seen = []  # [batch, layer, mean or var, unit]
    for start in starts:
        forward(network, x[start : start + batch])
        seen.append([(layer.cache.mean[0], layer.cache.var[0]) for layer in norms])  # of (1, units)
    for i, layer in enumerate(norms):
        mean, var = np.mean([statistics[i] for statistics in seen], axis=0, dtype=float)
        layer.population = mean, batch / (batch - 1) * var


# ---------------------------------------------------------------- losses


def cross_entropy(logits, labels):
    """Return the softmax cross-entropy, its mean over the batch, and its gradient for the logits.

    -log p of the true class, where p = exp(logits) / sum(exp(logits)); the gradient is
    (p - [1 at the true class]) / N. logits: (N, classes); labels: (N,) integers from 0. The
    gradient has the type of the logits, or float32 for float16.

    Raises ValueError for no examples, fewer than two classes, and for labels of another shape or
    beyond the classes; TypeError for labels that are no integers.
    """
    logits, _ = as_floats(logits, "logits")
    labels = as_labels(labels, logits)
    n, classes = logits.shape
    rows = np.arange(n)
    largest = np.ascontiguousarray(logits.T).max(axis=0)  # half the time of logits.max(axis=1)
    shifted = logits - largest[:, None]  # no overflow, and the same p
    of_true = shifted[rows, labels]
    e = np.exp(shifted, out=shifted)  # in its memory, as dlogits after it
    total = e.dot(ones(classes, e.dtype))
    loss = (np.log(total) - of_true).sum() / n
    dlogits = np.divide(e, n * total[:, None], out=e)  # p / N
    dlogits[rows, labels] -= 1 / n
    return float(loss), dlogits


def squared_error(y, target):
    """Return the squared error, summed over outputs, mean over the batch; and its gradient for y.

    y, target: (N, outputs). Raises ValueError where the shapes differ, and for no examples.
    """
    (y, _), (target, _) = as_floats(y, "y"), as_floats(target, "target")
    if y.shape != target.shape:
        raise ValueError(f"y has shape {y.shape} and the target {target.shape}, expected the same")
    check_any_examples(y.size)
    error = y - target
    return float(np.vdot(error, error)) / len(y), error * (2 / len(y))


# ---------------------------------------------------------------- the sigmoid, far out


def sigmoid(z):
    """1 / (1 + exp(-z)), the nonlinearity of Ioffe & Szegedy 2015, section 3.2.

    z: any shape. Returns the same shape and type (float64 for integers). exp is taken of numbers
    below 0 only: nothing overflows, and far to the left the result is small, where that of the
    faster layer Sigmoid is rounded to 0.
    """
    z, dtype = as_floats(z, "z")
    return (np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))).astype(dtype, copy=False)


def sigmoid_slope(z):
    """The derivative of `sigmoid`, sigmoid(z) * (1 - sigmoid(z)): at most 1/4, at z = 0.

    Shapes and types as `sigmoid`. Small slopes keep their digits on both sides, where
    1 - sigmoid(z) would be rounded to 0 for z > 37.
    """
    z, dtype = as_floats(z, "z")
    e = np.exp(-np.abs(z))
    return (e / (1 + e) ** 2).astype(dtype, copy=False)

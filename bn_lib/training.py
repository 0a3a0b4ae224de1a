"""Training: a loop that can be watched, interrupted and continued, and two optimizers."""

import signal
import threading
from contextlib import contextmanager
from math import inf, isfinite
from time import monotonic

import numpy as np

from bn_lib.arguments import (
    as_array,
    as_number_between,
    check_generator,
    check_layers,
    check_whole_number,
)
from bn_lib.network import backward, cross_entropy, forward, gradient, learned
from bn_lib.normalization import OutOfRange

PIECE = 8192  # numbers: what a step makes of so many of them stays in the processor's cache


class Diverged(ArithmeticError):
    """The loss or a parameter is infinite or no number: the message says where that was seen."""


class Training:
    """The training of a network: `up_to` does the steps, `record` holds what probes have returned.

    `step` counts the steps that are done; `losses`, a list, has one for each.

    network: a list of layers, changed in place. x, target: the examples, which are taken as
        x[indices] and target[indices]; those that fill no whole batch rest until the next epoch.
    optimizer: SGD or Adam, of this network alone.
    rng: a generator that shuffles the examples for each epoch. Give each training its own: two
        of the same seed see the same batches.
    batch: the number of examples in a step; all, in their order, if it is left out.
    loss: takes outputs and target, returns the loss and its gradient for the outputs.
    probes: functions of the network, by name. What they return, a number or an array, is recorded
        at step 0 and after each `every` steps.

    Raises ValueError or TypeError for a setting that cannot be meant.
    """

    def __init__(
        self, network, x, target, optimizer, rng=None, batch=None, loss=cross_entropy,
        probes=None, every=1,
    ):  # fmt: skip
        check_layers(network)
        if not network:
            raise ValueError("the network is empty, expected one layer or more")
        x, target = _examples(x, "x"), _examples(target, "target")
        if len(x) != len(target):
            raise ValueError(f"x has {len(x)} examples, target {len(target)}: expected as many")
        if isinstance(optimizer, type) or not hasattr(optimizer, "step"):
            raise TypeError(f"optimizer is {optimizer!r}, expected SGD(rate) or Adam(rate)")
        if batch is not None:
            check_whole_number(batch, "batch", 1, f"x has {len(x)} examples", most=len(x))
        if rng is not None or batch is not None:
            check_generator(rng)
        check_whole_number(every, "every", 1, "steps from record to record")
        if "step" in (probes or {}):
            raise ValueError('a probe is named "step", as the steps are: give it another name')
        self.network, self.x, self.target = network, x, target
        self.optimizer, self.rng, self.batch, self.loss = optimizer, rng, batch, loss
        self.probes, self.every = dict(probes or {}), every
        self.step, self.losses = 0, []
        self._epoch, self._order = None, None
        self._seen = {"step": [], **{name: [] for name in self.probes}}

    @property
    def record(self):
        """What the probes have returned, as arrays by name, and the steps of it as "step".

        Where a probe has changed its shape, its array holds objects, one for each record.
        """
        return {name: _together(values) for name, values in self._seen.items()}

    def run(self, until):
        """Train until `until` steps are done in all, and return this training."""
        for _ in self.up_to(until):
            pass
        return self

    def up_to(self, until, seconds=inf):
        """Train until `until` steps are done in all; yield the step after each record.

        seconds: yield after that time too, if no record was made before. Leave the loop whenever
        you like, by `break` or by an interrupt, and call `up_to` again to go on: it ends where it
        would have ended without, to the last bit. An interrupt waits for the end of its step.

        Raises Diverged when the loss, or at `until` a parameter, is infinite or not a number, and
        when BatchNorm meets what is too large for its type, forward or backward; the record stays.
        """
        check_whole_number(until, "until", 0, "the steps to be done in all")
        if self.record_if_due():
            yield self.step
        while self.step < until:
            end = monotonic() + seconds
            with _interrupts_wait() as interrupts, np.errstate(over="ignore", invalid="ignore"):
                pause, parameters = False, learned(self.network)
                while not pause:
                    self._take_step(parameters)
                    recorded, late = self.record_if_due(), monotonic() > end
                    pause = recorded or interrupts or late or self.step >= until
            yield self.step
        self._check_parameters()

    def record_if_due(self):
        """Record what the probes return, if it is time for it and not done; return whether it was.

        `up_to` does it; call it to have the record of the start before training starts.
        """
        if self.step % self.every or self.step in self._seen["step"][-1:]:
            return False
        values = {name: np.array(probe(self.network)) for name, probe in self.probes.items()}
        for name, value in {"step": self.step, **values}.items():
            self._seen[name].append(value)
        return True

    def _take_step(self, parameters):
        x, target = self._next_batch()
        try:
            loss, dy = self.loss(forward(self.network, x), target)
            if not isfinite(loss):
                self._check_parameters()
                where = _origin(self.network, x)
                raise Diverged(f"the loss of step {self.step} is {loss}: {where}")
            backward(self.network, dy, for_x=False)
            self.optimizer.step(parameters)
            for layer in self.network:
                if hasattr(layer, "after_step"):
                    layer.after_step()
        except OutOfRange as error:
            raise Diverged(f"step {self.step} meets numbers out of range: {error}") from error
        self.losses.append(loss)
        self.step += 1

    def _next_batch(self):
        if self.batch is None:
            return self.x[:], self.target[:]  # [:] unpacks mnist.Bits
        epoch, place = divmod(self.step, len(self.x) // self.batch)
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self.rng.permutation(len(self.x))
        indices = self._order[place * self.batch : (place + 1) * self.batch]
        return self.x[indices], self.target[indices]

    def _check_parameters(self):
        for i, layer in enumerate(self.network):
            for _, name in learned([layer]):
                if not np.isfinite(getattr(layer, name)).all():
                    raise Diverged(
                        f"after {self.step} steps {name} of layer {i} ({type(layer).__name__}) "
                        "has values that are infinite or not a number: try a smaller learning rate"
                    )


def _examples(values, name):
    """An array, since a pandas Series takes indices for labels; mnist.Bits as they are, packed."""
    if hasattr(values, "__array__") or isinstance(values, list | tuple):
        return as_array(values, name)
    return values


def _together(values):
    """One array of equal ones; of others, an array of objects."""
    if len({np.shape(value) for value in values}) <= 1:
        return np.array(values)
    found = np.empty(len(values), object)
    found[:] = values
    return found


def _origin(network, x):
    """The first layer that makes something infinite or not a number of x."""
    for i, layer in enumerate(network):
        x = forward([layer], x)
        if not np.isfinite(x).all():
            name = type(layer).__name__
            return f"layer {i} ({name}) is the first to return a value that is no finite number"
    return "the outputs are still finite"


@contextmanager
def _interrupts_wait():
    """Hold interrupts back, and give a list that is empty until the first of them has come."""
    waiting = []
    if threading.current_thread() is not threading.main_thread():
        yield waiting  # Python interrupts the main thread only
        return
    handler = signal.signal(signal.SIGINT, lambda *arguments: waiting.append(arguments))
    try:
        yield waiting
    finally:
        signal.signal(signal.SIGINT, handler)
    if waiting and callable(handler):
        handler(*waiting[0])


# ---------------------------------------------------------------- optimizers


class SGD:
    """Gradient descent, with momentum if wanted (Polyak 1964).

        v <- momentum * v + rate * gradient        parameter <- parameter - v

    momentum weighs the OLD v; in RunningStatistics the word means the weight of what is NEW.
    times: factors of the rate by the names of parameters, such as {"gamma": 100, "beta": 100}.
    Raises ValueError for a rate below 0, momentum outside [0, 1), and, at the first step, for a
    name in `times` that no layer has.
    """

    def __init__(self, rate, momentum=0.0, times=None):
        self.rate = as_number_between(rate, "rate", 0, inf)
        self.momentum = as_number_between(momentum, "momentum", 0, 1)
        self.times = {
            name: as_number_between(value, f"times of {name}", 0, inf)
            for name, value in dict(times or {}).items()
        }
        self._velocity = {}

    def step(self, parameters):
        """Change parameters, given as `network.learned` lists them, by their gradients."""
        if self.times:
            self._check_times({name for _, name in parameters})
        for layer, name, g in _with_gradients(parameters):
            rate = self.rate * self.times.get(name, 1.0)
            if self.momentum:
                key = _Same(layer), name
                self._velocity[key] = rate * g + self.momentum * self._velocity.get(key, 0.0)
                rate, g = 1.0, self._velocity[key]
            _subtract(layer, name, rate, g)

    def _check_times(self, names):
        """Refuse a misspelled name; those of bn_lib's layers may be missing from a network."""
        unknown = sorted(set(self.times) - names - {"W", "b", "gamma", "beta"})
        if unknown:
            raise ValueError(f"times names {unknown}, expected what is learned: {sorted(names)}")


class Adam:
    """Adam (Kingma & Ba 2015, algorithm 1): each parameter moves by about `rate` in a step.

    Raises ValueError for a rate below 0.
    """

    beta1, beta2, eps = 0.9, 0.999, 1e-8  # those of the paper

    def __init__(self, rate=1e-3):
        self.rate = as_number_between(rate, "rate", 0, inf)
        self._moments, self._t = {}, 0

    def step(self, parameters):
        """Change parameters, given as `network.learned` lists them, by their gradients."""
        found = _with_gradients(parameters)
        self._t += 1
        for layer, name, g in found:
            key = _Same(layer), name
            m, v = self._moments.get(key, (0.0, 0.0))
            m = self.beta1 * m + (1 - self.beta1) * g
            v = self.beta2 * v + (1 - self.beta2) * g**2
            self._moments[key] = m, v
            m_hat, v_hat = m / (1 - self.beta1**self._t), v / (1 - self.beta2**self._t)
            _subtract(layer, name, 1.0, self.rate * m_hat / (np.sqrt(v_hat) + self.eps))


class _Same:
    """A layer as a key: itself and nothing else, also where a learner's layer defines ==."""

    def __init__(self, layer):
        self.layer = layer

    def __eq__(self, other):
        return self.layer is other.layer

    def __hash__(self):
        return id(self.layer)


def _with_gradients(parameters):
    """Layer, name and gradient of each; a list, so that where one is missing no other has moved."""
    return [(layer, name, gradient(layer, name)) for layer, name in parameters]


def _subtract(layer, name, rate, g):
    """Parameter <- parameter - rate * g: in place for an array; a number has to be stored again."""
    value = getattr(layer, name)
    if np.ndim(value) and value.size > PIECE:
        rows = 1 + PIECE // value[0].size
        for start in range(0, len(value), rows):
            piece = value[start : start + rows]
            piece -= rate * g[start : start + rows]
        return
    value -= rate * g
    setattr(layer, name, value)

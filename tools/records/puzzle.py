"""Make bn_lib/data/puzzle.npz, which is committed: `make sweeps`, some minutes.

Why networks that compute the same at step 0 end differently, in the two settings of notebook 00:
how large each layer's signal is while they train, what becomes of them if only some γ or β may
learn, and what becomes of controls that lack one part of batch norm.
"""

from itertools import product

import numpy as np

from bn_lib.data import digits
from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.network import BatchNorm, ReLU, Sigmoid, dense, forward, undo, use_population
from bn_lib.training import SGD, Training
from tools.records.sweeps import count_right, evaluations, results

FILE = HERE / "puzzle.npz"
NETWORKS = ("no batch norm", "batch norm", "only normalized", "starts undone", "frozen undone")
SETTINGS = {"faint": (Sigmoid, 1, 0.5), "exploding": (ReLU, 3, 0.1)}  # with scale, learning rate
HIDDEN = {Sigmoid: 4, ReLU: 6}  # layers of 50 units
GAINS = {Sigmoid: 1.0, ReLU: np.sqrt(2)}  # Xavier's weights and He's
SEEDS = range(10)
STEPS = (0, 1, 2, 3, 5, 7, 10, 20, 30, 50, 70, 100, 140, 200, 300, 1000)
LATE = (1000, 3000, 10_000)  # the first of them is the last of STEPS, in the same training
DIVERGED = -1  # in place of a number of images
END = 300  # steps, where it is only asked how a training ends
RATES = {"faint": (0.1, 0.5), "exploding": (0.03, 0.1, 0.3)}  # of the controls


# ---------------------------------------------------------------- the networks


def make_network(kind, activation, scale, seed=0):
    """One of NETWORKS; the weights depend on activation, scale and seed only."""
    frozen = ("gamma", "beta") if kind in ("only normalized", "frozen undone") else ()
    network = dense(
        [64, *[50] * HIDDEN[activation], 10],
        activation,
        np.random.default_rng(seed),
        None if kind == "no batch norm" else lambda units: BatchNorm(units, frozen=frozen),
        scale * GAINS[activation],
    )
    if kind.endswith("undone"):
        undo(network, digits().x[:64])
    return network


# ---------------------------------------------------------------- the size of the signals


def signal_spreads(network):
    """The spread of the signal that enters each activation, over the 64 images of the undoing.

    The mean of the standard deviations of a layer's units. Where there is batch norm the signal is
    its output, in training mode. Returns a list, a number for each layer.
    """
    spreads, signal = [], digits().x[:64]
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in network:
            if isinstance(layer, Sigmoid | ReLU):
                spreads.append(signal.std(axis=0).mean())
            signal = forward([layer], signal)
    return spreads


def watch(kind, setting, seed, steps):
    """What becomes of one of NETWORKS, in an array of shape (len(steps), 1 + layers).

    Its columns: test images that it classifies correctly, then the spreads of the signals. After
    training has diverged they are DIVERGED and infinite.
    """
    activation, scale, rate = SETTINGS[setting]
    network = make_network(kind, activation, scale, seed)
    seen = np.full((len(steps), 1 + HIDDEN[activation]), np.inf)
    seen[:, 0] = DIVERGED
    for i in evaluations(training(network, rate, seed), steps):
        seen[i] = [evaluate(network), *signal_spreads(network)]
    return seen


def training(network, rate, seed):
    """The training of a network; all of one seed see the same batches."""
    d, rng = digits(), np.random.default_rng(seed + 100)
    return Training(network, d.x, d.labels, SGD(rate), rng, batch=64)


def evaluate(network):
    """How many test images a network classifies correctly, with population statistics."""
    d = digits()
    use_population(network, d.x, batch=64)
    with np.errstate(over="ignore", invalid="ignore"):
        return count_right(network, d.test_x, d.test_labels)


def end_of(network, rate, seed):
    """How many test images it classifies correctly after END steps; or DIVERGED."""
    for _ in evaluations(training(network, rate, seed), [END]):
        return evaluate(network)
    return DIVERGED


# ---------------------------------------------------------------- which γ and β may learn


def choices(hidden):
    """Which γ and β learn, by name: two sets of layers, counted from 1."""
    every = range(1, hidden + 1)
    return {
        "nothing": ((), ()),
        "all γ and β": (every, every),
        "all γ": (every, ()),
        "all β": ((), every),
        **{f"γ of layer {i}": ((i,), ()) for i in every},
        **{f"β of layer {i}": ((), (i,)) for i in every},
        **{f"all γ except layer {i}": (set(every) - {i}, ()) for i in every},
    }


def end_if_learned(choice, setting, seed=0):
    """`end_of` *starts undone*, where only one of the `choices` may learn of all γ and β."""
    activation, scale, rate = SETTINGS[setting]
    network = make_network("starts undone", activation, scale, seed)
    gammas, betas = choices(HIDDEN[activation])[choice]
    norms = [layer for layer in network if isinstance(layer, BatchNorm)]
    for i, norm in enumerate(norms, 1):
        learns = {"gamma": i in gammas, "beta": i in betas}
        norm.frozen = tuple(name for name in norm.parameters if not learns[name])
    return end_of(network, rate, seed)


# ---------------------------------------------------------------- controls


class ConstantStatistics:
    """A batch norm whose mean and std are those of one batch, forever, forward and backward."""

    parameters = BatchNorm.parameters

    def __init__(self, norm, x):
        self.gamma, self.beta, self.frozen = norm.gamma, norm.beta, norm.frozen
        self.mean, self.std = x.mean(axis=0), np.sqrt(x.var(axis=0) + norm.eps)

    def forward(self, x):
        """Return gamma * x_hat + beta."""
        self.x_hat = (x - self.mean) / self.std
        return self.gamma * self.x_hat + self.beta

    def backward(self, dy):
        """Keep dgamma and dbeta, return dx."""
        self.dgamma, self.dbeta = np.sum(dy * self.x_hat, axis=0), np.sum(dy, axis=0)
        return dy * self.gamma / self.std


class WithoutTheTwoTerms(BatchNorm):
    """A batch norm whose backward pass takes mean and std for constants, which they are not."""

    def __init__(self, norm, x):
        super().__init__(x.shape[1], norm.gamma, norm.beta, norm.eps, frozen=norm.frozen)

    def backward(self, dy):
        """Keep dgamma and dbeta; return dx without the two means that are subtracted."""
        super().backward(dy)
        return dy * self.gamma / self.cache.std


def changed(kind, layer_type):
    """Makes a network of this kind in which a layer of another type is in batch norm's place."""

    def make_changed(activation, scale, seed=0):
        network, x = make_network(kind, activation, scale, seed), digits().x[:64]
        for i, layer in enumerate(network):
            if isinstance(layer, BatchNorm):
                network[i] = layer_type(layer, x)
            x = forward([layer], x)
        return network

    return make_changed


def good_start(activation, scale, seed=0):
    """A network without batch norm that computes at step 0 what *batch norm* does."""
    return absorb(make_network("batch norm", activation, scale, seed), digits().x[:64])


def absorb(network, x):
    """A network without batch norm that computes on the batch x what this one does at its start.

    The means and stds of x are taken into the weights and biases, which `network` then shares; its
    gamma and beta must be 1 and 0.
    """
    plain = []
    for layer in network:
        if isinstance(layer, BatchNorm):
            mean, std = x.mean(axis=0), np.sqrt(x.var(axis=0) + layer.eps)
            plain[-1].W /= std
            plain[-1].b = (plain[-1].b - mean) / std
        else:
            plain.append(layer)
        x = forward([layer], x)
    return plain


CONTROLS = {
    "good start without batch norm": good_start,
    "batch norm, constant statistics": changed("batch norm", ConstantStatistics),
    "starts undone, constant statistics": changed("starts undone", ConstantStatistics),
    "batch norm, without the two terms": changed("batch norm", WithoutTheTwoTerms),
    "starts undone, without the two terms": changed("starts undone", WithoutTheTwoTerms),
    "frozen undone, without the two terms": changed("frozen undone", WithoutTheTwoTerms),
}


def end_of_control(control, setting, rate, seed=0):
    """`end_of` one of CONTROLS, or of NETWORKS."""
    activation, scale, _ = SETTINGS[setting]
    if control in CONTROLS:
        network = CONTROLS[control](activation, scale, seed)
    else:
        network = make_network(control, activation, scale, seed)
    return end_of(network, rate, seed)


# ---------------------------------------------------------------- the record


def make():
    """Train all networks, and write the record that `bn_lib.data.puzzle` reads."""
    controls = ("batch norm", "starts undone", "frozen undone", *CONTROLS)
    axes = {"network": NETWORKS, "seed": SEEDS, "step": STEPS, "control": controls}
    axes["late"] = LATE
    arrays = {"tested": ("", len(digits().test_x))}
    for setting, (activation, _, _) in SETTINGS.items():
        layer, choice, rate = (f"{setting}_{axis}" for axis in ("layer", "choice", "rate"))
        axes[layer] = range(1, HIDDEN[activation] + 1)
        axes[choice] = tuple(choices(HIDDEN[activation]))
        axes[rate] = RATES[setting]
        chosen = table(end_if_learned, axes[choice], [setting], SEEDS)
        controlled = table(end_of_control, controls, [setting], axes[rate], SEEDS)
        seen = table(watch, NETWORKS, [setting], SEEDS, [STEPS + LATE[1:]])
        right, spread = split(seen[:, :, : len(STEPS)])
        late_right, late_spread = split(seen[:, :, -len(LATE) :])
        arrays |= {
            f"{choice}_right": (f"{choice} seed", np.int16(chosen)),
            f"{setting}_control_right": (f"control {rate} seed", np.int16(controlled)),
            f"{setting}_right": ("network seed step", right),
            f"{setting}_spread": (f"network seed step {layer}", spread),
            f"{setting}_late_right": ("network seed late", late_right),
            f"{setting}_late_spread": (f"network seed late {layer}", late_spread),
        }
    write(FILE, axes, **arrays)


def table(function, *axes):
    """What a function returns along axes of its arguments; those of one value leave no axis."""
    cells = list(product(*axes))
    found = results(function, cells)
    values = np.array([found[cell] for cell in cells])
    return values.reshape(*(len(axis) for axis in axes if len(axis) > 1), *values.shape[1:])


def split(seen):
    """Numbers of images, and spreads in float32 with 3 digits, which a file can compress.

    What has left the numbers has diverged.
    """
    right, spread = seen[..., 0], seen[..., 1:]
    diverged = ~np.isfinite(spread).all(axis=-1)
    with np.errstate(over="ignore"):  # what is too large for the type is infinite there
        bits = np.float32(np.where(diverged[..., None], np.inf, spread)).view(np.uint32)
    short = ((bits + (1 << 11)) & ~np.uint32((1 << 12) - 1)).view(np.float32)
    return np.int16(np.where(diverged, DIVERGED, right)), short

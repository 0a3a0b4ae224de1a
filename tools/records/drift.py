"""Make bn_lib/data/drift.npz, which is committed: `make sweeps`, about two minutes.

How much the inputs of the first and of the last activation drift while a network learns the small
digits: without batch norm, with it, and with a rate for β that is 300 times as large.
"""

from itertools import product

import numpy as np

from bn_lib.data import digits
from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.measure import accuracy, drift, steadiness
from bn_lib.network import BatchNorm, ReLU, Sigmoid, Tanh, dense, forward
from bn_lib.training import SGD, Diverged, Training
from tools.records.sweeps import results

FILE = HERE / "drift.npz"
ACTIVATIONS = {"sigmoid": (Sigmoid, 1.0), "tanh": (Tanh, 1.0), "relu": (ReLU, np.sqrt(2))}  # gains
SCALES, RATES = (0.3, 1, 3, 30), (0.02, 0.1, 0.5, 2)  # of the initial weights; learning rates
NETWORKS = ("no batch norm", "batch norm", "β × 300")
LAYERS = ("first", "last")  # of the hidden layers
QUANTITIES = (
    "mean, in σ",
    "mean, in σ, typical unit",
    "mean, plain",
    "spread",
    "shape",
    "wobble",
)
MOST = 1e30  # in place of what float32 cannot hold, where a network has exploded
STEPS, SEEN, SEED = 400, 400, 0  # steps of training; images on which the inputs are measured


def trained(activation, scale, rate, network, seed=SEED):
    """A network of three hidden layers of 50: the record of its inputs, and its accuracy.

    Recorded at each step, of what goes into the first and into the last activation: mean, standard
    deviation, and 15th, 50th and 85th percentile of each unit over the images, shape (2, 5, 50).
    The record ends early where training has diverged; the accuracy is 0 then.
    """
    d, (kind, gain) = digits(), ACTIVATIONS[activation]
    layers = dense(
        [64, 50, 50, 50, 10],
        kind,
        np.random.default_rng(seed),
        None if network == "no batch norm" else BatchNorm,
        scale * gain,
    )
    first, *_, last = (i for i, layer in enumerate(layers) if isinstance(layer, kind))

    def inputs(layers):
        below = forward(layers[:first], d.x[:SEEN])
        return [_summary(z) for z in (below, forward(layers[first:last], below))]

    optimizer = SGD(rate, times={"beta": 300} if network == "β × 300" else None)
    batches = np.random.default_rng(seed)
    training = Training(layers, d.x, d.labels, optimizer, batches, 64, probes={"inputs": inputs})
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            training.run(STEPS)
        except Diverged:
            return training.record["inputs"], 0.0
    return training.record["inputs"], accuracy(layers, d.test_x, d.test_labels)


def _summary(z):
    """Mean, standard deviation, and three percentiles of each unit, (5, units)."""
    low, middle, high = np.sort(z, axis=0)[[60, 200, 340]]  # of 400 images; faster than percentile
    return [z.mean(axis=0), z.std(axis=0), low, middle, high]


def quantities(inputs):
    """The QUANTITIES of one layer whose inputs were recorded, (steps, 5, units).

    How far the mean of a unit moves in a step, in units of σ, on the average and in the median
    unit, and as it is; how far log σ moves; how far the percentiles move once mean and σ are
    divided out; and the length of the mean's way over the distance that it leads. A relu network
    that has exploded gives every image the same: only the steps before count.
    """
    varies = np.isfinite(inputs).all(axis=(1, 2)) & (inputs[:, 1] > 0).all(axis=1)
    inputs = inputs[: len(inputs) if varies.all() else max(varies.argmin(), 2)]
    means, stds = inputs[:, 0], inputs[:, 1]
    moved = np.abs(np.diff(means, axis=0))
    shapes = (inputs[:, 2:] - means[:, None]) / stds[:, None]
    return [
        drift(means, stds).mean,
        np.median((moved / stds[:-1]).mean(axis=0)),
        moved.mean(),
        drift(means, stds).spread,
        np.abs(np.diff(shapes, axis=0)).mean(),
        1 / steadiness(means),
    ]


def measured(*setting):
    """The quantities of each layer, (2, 6), and the accuracy."""
    inputs, right = trained(*setting)
    return [quantities(inputs[:, layer]) for layer in range(len(LAYERS))], right


def make():
    """Train all networks, and write the record that `bn_lib.data.drift_sweep` reads."""
    axes = {
        "activation": list(ACTIVATIONS),
        "scale": np.array(SCALES, float),
        "rate": np.array(RATES, float),
        "network": NETWORKS,
    }
    settings = list(product(ACTIVATIONS, SCALES, RATES, NETWORKS))
    found = results(measured, settings)
    drifted, accuracies = zip(*(found[setting] for setting in settings), strict=True)
    shape = tuple(map(len, axes.values()))
    rounded = np.vectorize(lambda value: float(f"{value:.4g}"))(drifted)
    write(
        FILE,
        axes | {"layer": LAYERS, "quantity": QUANTITIES},
        drift=(
            "activation scale rate network layer quantity",
            np.minimum(rounded, MOST).reshape(*shape, len(LAYERS), len(QUANTITIES)).astype("f4"),
        ),
        accuracy=("activation scale rate network", np.reshape(accuracies, shape).round(4)),
        steps=("", STEPS),
        seed=("", SEED),
    )

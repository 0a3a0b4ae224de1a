"""Make bn_lib/data/drift.npz, which is committed: `make sweeps`, about a minute.

How much the inputs of the last activation drift while a network learns the small digits, without
and with batch norm, in 36 settings of training and some more.
"""

import math
from itertools import product

import numpy as np

from bn_lib.data import digits
from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.measure import accuracy, drift, steadiness
from bn_lib.network import BatchNorm, ReLU, Sigmoid, Tanh, dense, forward
from bn_lib.training import SGD, Training
from tools.records.sweeps import results

FILE = HERE / "drift.npz"
ACTIVATIONS = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}
STEPS, SEEN = 400, 400  # steps of training; images on which the inputs are measured
PLACES = ("without", "with", "before")  # `before` is the batch norm of the network with one
QUANTITIES = ("mean / σ", "mean", "log σ", "steadiness")

# activation, factor of the initial weights, rate, factors of the rate for gamma and for beta
GRID = list(product(ACTIVATIONS, (0.3, 1, 3), (0.02, 0.1, 0.5, 2), (1,), (1,)))
MORE = [
    ("tanh", 30, 0.1, 1, 1),
    ("sigmoid", 30, 0.1, 1, 1),
    ("tanh", 1, 0.1, 1, 300),
    ("relu", 1, 0.1, 1, 300),
    ("tanh", 1, 0.1, 300, 300),
]


def trained(activation, scale, rate, gamma_times, beta_times, norm):
    """A network of three hidden layers of 50 after its training, and what was recorded.

    Recorded at each step, of what goes into the last activation and of what the linear layer
    before it returns: mean and standard deviation of each unit, shape (4, 50).
    """
    d, kind = digits(), ACTIVATIONS[activation]
    before = -3 if norm else -2
    gain = scale * (math.sqrt(2) if kind is ReLU else 1)
    network = dense([64, 50, 50, 50, 10], kind, np.random.default_rng(0), norm, gain=gain)

    def moments(network):
        linear = forward(network[:before], d.x[:SEEN])
        inputs = forward(network[before:-2], linear)
        return [inputs.mean(0), inputs.std(0), linear.mean(0), linear.std(0)]

    optimizer = SGD(rate, times={"gamma": gamma_times, "beta": beta_times})
    batches = np.random.default_rng(0)
    training = Training(network, d.x, d.labels, optimizer, batches, 64, probes={"moments": moments})
    training.run(STEPS)
    return training.record["moments"], accuracy(network, d.test_x, d.test_labels)


def drifts(means, stds):
    """The QUANTITIES: drift of the mean in units of σ, as it is, of log σ; steadiness of the mean.

    A relu network that has exploded gives every image the same: only the steps before count.
    """
    varies = (stds > 0).all(axis=1)
    end = len(stds) if varies.all() else varies.argmin()
    means, stds = means[:end], stds[:end]
    relative, spread = drift(means, stds)
    return relative, np.abs(np.diff(means, axis=0)).mean(), spread, steadiness(means)


def measured(*setting):
    """The QUANTITIES at each of PLACES, (3, 4), and the accuracies without and with."""
    raw, raw_accuracy = trained(*setting, None)
    bn, bn_accuracy = trained(*setting, BatchNorm)
    places = [(raw[:, 0], raw[:, 1]), (bn[:, 0], bn[:, 1]), (bn[:, 2], bn[:, 3])]
    return [drifts(*place) for place in places], (raw_accuracy, bn_accuracy)


def make():
    """Train all networks, and write the record that `bn_lib.data.drift_sweep` reads."""
    settings = GRID + MORE
    found = results(measured, settings)
    drifted, accuracies = zip(*(found[setting] for setting in settings), strict=True)
    names, *numbers = zip(*settings, strict=True)
    scale, rate, gamma_times, beta_times = np.array(numbers, float)
    rounded = np.vectorize(lambda value: float(f"{value:.4g}"))(drifted)
    write(
        FILE,
        {"quantity": QUANTITIES, "place": PLACES, "side": PLACES[:2]},
        activation=("setting", names),
        scale=("setting", scale),
        rate=("setting", rate),
        gamma_times=("setting", gamma_times),
        beta_times=("setting", beta_times),
        drift=("quantity place setting", rounded.T),
        accuracy=("setting side", np.round(accuracies, 4)),
    )

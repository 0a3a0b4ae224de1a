"""Make bn_lib/data/noise.npz, which is committed: `make sweeps`, about a minute.

How good networks get whose inputs are shaken after each batch norm, at several doses of noise, and
how far their inputs move in a step.
"""

from itertools import product

import numpy as np

from bn_lib.data import digits
from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.network import BatchNorm, ReLU, Sigmoid, dense, forward, undo, use_population
from bn_lib.training import SGD, Training
from tools.records.sweeps import count_right, results

FILE = HERE / "noise.npz"
SETTINGS = {"sigmoid": (Sigmoid, 0.5, 1.0), "relu": (ReLU, 0.1, np.sqrt(2))}  # with rate and gain
DOSES = (0.5, 1, 2, 3, 4)
NETWORKS = (
    "no batch norm",
    "starts undone",
    "frozen undone",
    "batch norm",
    *(f"noise {dose}" for dose in DOSES),
    "noise 1 without batch norm",
)
SEEDS = range(4)
STEPS, EVERY = 400, 10  # steps of training; every so many, one step is measured
SEEN = 400  # images on which the inputs of the last activation are measured


class Noise:
    """A layer that multiplies and shifts each unit by random numbers, new ones at each step.

    The factor is between 1 - dose / 2 and 1 + dose / 2, the shift between -dose and dose. The
    first step has none, and there is none in inference mode.
    """

    def __init__(self, units, dose, rng):
        self.units, self.dose, self.rng = units, dose, rng
        self.factor, self.shift = 1.0, 0.0

    def forward(self, x):
        """Return factor * x + shift."""
        return self.factor * x + self.shift if self.training else x

    def backward(self, dy):
        """Return the gradient for x."""
        return self.factor * dy

    def after_step(self):
        """Draw the next noise."""
        stretch, self.shift = self.dose * self.rng.uniform(-1, 1, (2, self.units))
        self.factor = 1 + stretch / 2


def make_network(name, activation, seed):
    """One of NETWORKS, with four hidden layers of 50; the same seed gives the same weights."""
    kind, _, gain = SETTINGS[activation]
    frozen = ("gamma", "beta") if name == "frozen undone" else ()
    network = dense(
        [64, 50, 50, 50, 50, 10],
        kind,
        np.random.default_rng(seed),
        None if " batch norm" in name else lambda units: BatchNorm(units, frozen=frozen),
        gain,
    )
    if name.endswith("undone"):
        undo(network, digits().x[:64])
    if name.startswith("noise"):
        rng, dose = np.random.default_rng(200 + seed), float(name.split()[1])
        for place in [i for i, layer in enumerate(network) if isinstance(layer, kind)][::-1]:
            network.insert(place, Noise(50, dose, rng))
    return network


def trained(activation, name, seed):
    """How far the inputs of the last activation move in a step, and what the network gets right.

    Of each unit the mean over the images, |its change in a step|, as it is and divided by the
    unit's standard deviation before; both averaged over units and measured steps. Returns
    (plain, in_sigma, number of test images). The last is with population statistics, except where
    there is noise, which would be in them: there it is with running averages.
    """
    d, network = digits(), make_network(name, activation, seed)
    rng, moved = np.random.default_rng(100 + seed), []
    training = Training(network, d.x, d.labels, SGD(SETTINGS[activation][1]), rng, 64)

    def inputs():
        z = forward(network[:-2], d.x[:SEEN])
        return z.mean(axis=0), z.std(axis=0)

    for step in range(0, STEPS, EVERY):
        training.run(step)
        mean, std = inputs()
        training.run(step + 1)
        change = np.abs(inputs()[0] - mean)
        moved.append((change.mean(), (change / std).mean()))
    training.run(STEPS)
    if not name.startswith("noise"):
        use_population(network, d.x, batch=64)
    return *np.mean(moved, axis=0), count_right(network, d.test_x, d.test_labels)


def make():
    """Train all networks, and write the record that `bn_lib.data.noise_dial` reads."""
    cells = list(product(SETTINGS, NETWORKS, SEEDS))
    found = results(trained, cells)
    plain, in_sigma, right = np.array([found[cell] for cell in cells]).T.reshape(
        3, len(SETTINGS), len(NETWORKS), len(SEEDS)
    )
    write(
        FILE,
        {"activation": list(SETTINGS), "network": NETWORKS, "seed": SEEDS},
        rate=("activation", [rate for _, rate, _ in SETTINGS.values()]),
        steps=("", STEPS),
        tested=("", len(digits().test_labels)),
        plain=("activation network seed", plain.astype(np.float32)),
        in_sigma=("activation network seed", in_sigma.astype(np.float32)),
        right=("activation network seed", right.astype(np.int16)),
    )

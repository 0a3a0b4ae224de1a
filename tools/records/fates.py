"""Make bn_lib/data/fates.npz, which is committed: `make sweeps`, about a minute.

Networks that compute the same at step 0, with and without batch norm, and their test accuracy while
they train.
"""

from itertools import product

import numpy as np

from bn_lib.data import digits
from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.network import BatchNorm, ReLU, Sigmoid, Tanh, dense, undo, use_population
from bn_lib.training import SGD, Training
from tools.records.sweeps import count_right, evaluations, results

FILE = HERE / "fates.npz"
ACTIVATIONS = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}
HIDDEN = {Sigmoid: 4, Tanh: 4, ReLU: 6}  # layers of 50 units
GAINS = {Sigmoid: 1.0, Tanh: 1.0, ReLU: np.sqrt(2)}  # Xavier's weights and He's
NETWORKS = ("no BN", "undone", "frozen", "BN")
SCALES = (1, 3)
RATES = (0.1, 0.5)
STEPS = range(0, 301, 20)
SEEDS = (0, 1, 2)


def make_network(kind, activation, scale, seed=0):
    """One of NETWORKS; the weights depend on activation, scale and seed only."""
    frozen = ("gamma", "beta") if kind == "frozen" else ()
    network = dense(
        [64, *[50] * HIDDEN[activation], 10],
        activation,
        np.random.default_rng(seed),
        None if kind == "no BN" else lambda units: BatchNorm(units, frozen=frozen),
        scale * GAINS[activation],
    )
    if kind in ("undone", "frozen"):
        undo(network, digits().x[:64])
    return network


def fate(kind, activation, scale, rate, seed=0, steps=STEPS):
    """How many test images are classified correctly after each of `steps`, a list.

    0 once training has diverged.
    """
    d = digits()
    network = make_network(kind, activation, scale, seed)
    rng = np.random.default_rng(seed + 100)
    training = Training(network, d.x, d.labels, SGD(rate), rng, batch=64)
    right = [0] * len(steps)
    for i in evaluations(training, steps):
        use_population(network, d.x, batch=64)
        right[i] = count_right(network, d.test_x, d.test_labels)
    return right


def make():
    """Train all networks, and write the record that `bn_lib.data.fates` reads."""
    axes = SEEDS, ACTIVATIONS.values(), SCALES, RATES, NETWORKS
    cells = [(kind, a, scale, rate, seed) for seed, a, scale, rate, kind in product(*axes)]
    found = results(fate, cells)
    right = np.array([found[cell] for cell in cells], dtype=np.uint16)
    right = right.reshape(*map(len, axes), len(STEPS))
    write(
        FILE,
        {"seed": SEEDS, "activation": list(ACTIVATIONS), "scale": SCALES, "rate": RATES,
         "network": NETWORKS, "step": STEPS},
        tested=("", len(digits().test_x)),
        right=("seed activation scale rate network step", right),
    )  # fmt: skip

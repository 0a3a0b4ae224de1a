"""Make bn_lib/data/rate_map.npz, which is committed: `make sweeps`, about a minute.

How many test images a network classifies correctly, for each learning rate and scale of the initial
weights.
"""

from itertools import product

import numpy as np

from bn_lib.data import digits
from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.network import BatchNorm, ReLU, Sigmoid, dense
from bn_lib.training import SGD, Training
from tools.records.sweeps import count_right, evaluations, results

FILE = HERE / "rate_map.npz"
ACTIVATIONS = {"relu": ReLU, "sigmoid": Sigmoid}
GAINS = {ReLU: np.sqrt(2), Sigmoid: 1.0}  # He's weights and Xavier's
NORMS = {"without": None, "with": BatchNorm}
STEPS = (50, 100, 200, 400)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
SCALES = (0.1, 0.22, 0.46, 1, 2.2, 4.6, 10)
SEEDS = (0, 1, 2)


def train(activation, norm, rate, scale, seed=0):
    """How many test images are classified correctly after each of STEPS, a list.

    0 once training has diverged.
    """
    d = digits()
    sizes = [64, 50, 50, 50, 50, 10]
    gain = scale * GAINS[activation]
    network = dense(sizes, activation, np.random.default_rng(seed), norm, gain)
    rng = np.random.default_rng(seed + 100)
    training = Training(network, d.x, d.labels, SGD(rate), rng, batch=64)
    right = [0] * len(STEPS)
    for i in evaluations(training, STEPS):
        right[i] = count_right(network, d.test_x, d.test_labels)
    return right


def make():
    """Train all networks, and write the record that `bn_lib.data.rate_map` reads."""
    axes = SEEDS, ACTIVATIONS.values(), NORMS.values(), RATES, SCALES
    cells = [(a, norm, rate, scale, seed) for seed, a, norm, rate, scale in product(*axes)]
    found = results(train, cells)
    right = np.array([found[cell] for cell in cells], dtype=np.uint16)
    right = np.moveaxis(right.reshape(*map(len, axes), len(STEPS)), -1, 3)
    write(
        FILE,
        {"seed": SEEDS, "activation": list(ACTIVATIONS), "side": list(NORMS), "step": STEPS,
         "rate": RATES, "scale": SCALES},
        tested=("", len(digits().test_x)),
        right=("seed activation side step rate scale", right),
    )  # fmt: skip

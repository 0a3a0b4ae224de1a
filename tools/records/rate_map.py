"""Make bn_lib/data/rate_map.npz, which is committed: `make sweeps`, about a minute.

How many test images a network gets right, for each learning rate and scale of the first weights.
"""

from itertools import product
from pathlib import Path

import numpy as np

from bn_lib.data import digits
from bn_lib.network import BatchNorm, ReLU, Sigmoid, dense
from bn_lib.training import SGD, Training
from tools.records.all_cores import count_right, looks, results

FILE = Path(__file__).parents[2] / "bn_lib" / "data" / "rate_map.npz"
GAINS = {ReLU: np.sqrt(2), Sigmoid: 1.0}  # He's weights and Xavier's
NORMS = (None, BatchNorm)
STEPS = (50, 100, 200, 400)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
SCALES = (0.1, 0.22, 0.46, 1, 2.2, 4.6, 10)
SEEDS = (0, 1, 2)


def train(activation, norm, rate, scale, seed=0):
    """How many test images are right after each of STEPS, a list; 0 once training has diverged."""
    d = digits()
    sizes = [64, 50, 50, 50, 50, 10]
    gain = scale * GAINS[activation]
    network = dense(sizes, activation, np.random.default_rng(seed), norm, gain)
    rng = np.random.default_rng(seed + 100)
    training = Training(network, d.x, d.labels, SGD(rate), rng, batch=64)
    right = [0] * len(STEPS)
    for i in looks(training, STEPS):
        right[i] = count_right(network, d.test_x, d.test_labels)
    return right


def make():
    """Train all networks, and write the arrays that bn_lib.data.rate_map reads."""
    axes = SEEDS, GAINS, NORMS, RATES, SCALES
    cells = [(a, norm, rate, scale, seed) for seed, a, norm, rate, scale in product(*axes)]
    found = results(train, cells)
    right = np.array([found[cell] for cell in cells], dtype=np.uint16)
    # (seeds, activations, norms, steps, rates, scales)
    right = np.moveaxis(right.reshape(*map(len, axes), len(STEPS)), -1, 3)
    np.savez_compressed(FILE, right=right, steps=STEPS, rates=RATES, scales=SCALES)

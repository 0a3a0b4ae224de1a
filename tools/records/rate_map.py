"""Make bn_lib/data/rate_map.npz, which is committed: `make sweeps`, some eight minutes.

How many test images a network classifies correctly: for each learning rate and scale of the initial
weights, without and with batch norm; and for more learning rates than the puzzle's own in its two
settings, where two networks stand beside these: a good start without batch norm, and batch norm
whose initial weights are those of the good start.
"""

from itertools import product

import numpy as np

from bn_lib.data import digits
from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.network import BatchNorm, ReLU, Sigmoid, dense
from bn_lib.training import SGD, Training
from tools.records import puzzle
from tools.records.sweeps import count_right, evaluations, results

FILE = HERE / "rate_map.npz"
ACTIVATIONS = {"relu": ReLU, "sigmoid": Sigmoid}
GAINS = {ReLU: np.sqrt(2), Sigmoid: 1.0}  # He's weights and Xavier's
SIDES = {"no batch norm": None, "batch norm": BatchNorm}
STEPS = (50, 100, 200, 400)
LATE_STEPS = (1000, 3000)  # of the first seed alone, since they take six times as long
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
SCALES = (0.1, 0.22, 0.46, 1, 2.2, 4.6, 10)
SEEDS = (0, 1, 2)
SIZES = (64, 50, 50, 50, 50, 10)
BATCH = 64

# The good start and the networks beside it, and the learning rates they are tried with.
NETWORKS = ("no batch norm", "good start", "batch norm", "BN, good start")
PUZZLE_RATES = (0.01, 0.03, 0.1, 0.15, 0.3, 0.5, 1, 3, 10)
PUZZLE_SEEDS = tuple(puzzle.SEEDS)


def train(activation, side, rate, scale, seed=0, steps=STEPS):
    """How many test images are classified correctly after each of the steps, a list.

    0 once training has diverged.
    """
    d, rng = digits(), np.random.default_rng(seed)
    network = dense(SIZES, activation, rng, SIDES[side], scale * GAINS[activation])
    rng = np.random.default_rng(seed + 100)
    training = Training(network, d.x, d.labels, SGD(rate), rng, BATCH)
    right = [0] * len(steps)
    for i in evaluations(training, steps):
        right[i] = count_right(network, d.test_x, d.test_labels)
    return right


def with_same_weights(activation, scale, seed=0):
    """*Batch norm* whose initial weights are those of the good start, which computes the same."""
    kept = puzzle.make_network("batch norm", activation, scale, seed)
    puzzle.absorb(kept, digits().x[:64])  # the two share their layers of weights
    return kept


def end(name, setting, rate, seed=0):
    """How many test images one of NETWORKS classifies correctly after puzzle.END steps.

    puzzle.DIVERGED once training has.
    """
    if name == "BN, good start":
        activation, scale, _ = puzzle.SETTINGS[setting]
        return puzzle.end_of(with_same_weights(activation, scale, seed), rate, seed)
    control = "good start without batch norm" if name == "good start" else name
    return puzzle.end_of_control(control, setting, rate, seed)


def make():
    """Train all networks, and write the record that `bn_lib.data.rate_map` reads."""
    settings = tuple(puzzle.SETTINGS)
    axes = {
        "seed": SEEDS, "activation": tuple(ACTIVATIONS), "side": tuple(SIDES), "rate": RATES,
        "scale": SCALES, "setting": settings, "network": NETWORKS,
        "puzzle_rate": PUZZLE_RATES, "puzzle_seed": PUZZLE_SEEDS, "step": STEPS,
        "late_step": LATE_STEPS,
    }  # fmt: skip
    cells = product(SEEDS, ACTIVATIONS.values(), SIDES, RATES, SCALES)
    right = table(train, [(a, side, rate, scale, seed) for seed, a, side, rate, scale in cells])
    right = right.reshape(*(len(axes[name]) for name in list(axes)[:5]), len(STEPS))
    cells = product(ACTIVATIONS.values(), SIDES, RATES, SCALES)
    late = table(train, [(*cell, SEEDS[0], LATE_STEPS) for cell in cells])
    late = late.reshape(*right.shape[1:-1], len(LATE_STEPS))
    cells = product(settings, NETWORKS, PUZZLE_RATES, PUZZLE_SEEDS)
    ends = table(end, [(name, setting, rate, seed) for setting, name, rate, seed in cells])
    write(
        FILE,
        axes,
        tested=("", len(digits().test_x)),
        units=("layer", SIZES),
        batch=("", BATCH),
        puzzle_steps=("", puzzle.END),
        right=("seed activation side step rate scale", np.moveaxis(right, -1, 3)),
        late_right=("activation side late_step rate scale", np.moveaxis(late, -1, 2)),
        puzzle_right=(
            "setting network puzzle_rate puzzle_seed",
            ends.reshape([len(axes[name]) for name in list(axes)[5:9]]),
        ),
    )


def table(function, cells):
    """What a function returns for each cell, in their order."""
    found = results(function, cells)
    return np.array([found[cell] for cell in cells], dtype=np.int16)

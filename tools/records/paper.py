"""Make bn_lib/data/paper.npz, which is committed: `make paper`, 40 minutes on two cores.

The experiment of Ioffe & Szegedy 2015, section 4.1: 784-100-100-100-10, sigmoids, batches of 60,
50,000 steps of plain SGD, without and with batch norm, over learning rates and spreads of the
initial weights. See README.md beside this file.
"""

from itertools import product

import numpy as np

from bn_lib.data import mnist
from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.network import BatchNorm, Sigmoid, dense, forward, use_population
from bn_lib.training import SGD, Training
from tools.records.sweeps import count_right, evaluations, results

FILE = HERE / "paper.npz"

SIZES = [784, 100, 100, 100, 10]
BATCH = 60
# When to evaluate: often while most is learned, then less so, as an evaluation takes as long as
# 100 steps; and often at the end, where the mean of ten evaluations counts.
STEPS = [
    *range(0, 1000, 50),
    *range(1000, 3000, 250),
    *range(3000, 6000, 500),
    *range(6000, 30_000, 1000),
    *range(30_000, 45_000, 2500),
    *range(45_500, 50_001, 500),
]
PERCENTILES = (15, 50, 85)
SIDES = ("without", "with")
STDS = (0.01, 0.03, 0.1, 0.3, 1)
RATES = (0.03, 0.1, 0.3, 1, 3, 10)
SEEDS = (0, 1, 2)
FRESH_SEEDS = (3, 4, 5, 6, 7, 8)
# Where all SEEDS are run, as (side, std, rate): the paper's comparison at two spreads, and the
# neighborhood of each side's best cell.
AGAIN = (
    *product((0, 1), (0.03, 0.1), (0.1,)),
    *((0, 0.1, 3), (0, 0.3, 3), (0, 0.03, 1)),
    *((1, 0.03, 0.3), (1, 0.03, 1)),
)


def train(side, std, rate, seed, until=STEPS[-1]):
    """Train one network; return at each of STEPS up to `until` what was seen.

    side: 0 without, 1 with batch norm. Returns the number of test images that are classified
    correctly, shape (T,), 0 once training has diverged; and PERCENTILES, over 1,000 test images, of
    the input of each sigmoid of the last hidden layer, shape (T, 3, 100). Inference is with
    population statistics of 10,000 training images, in batches of 250.
    """
    d, rng = mnist(), np.random.default_rng(seed)
    norm = BatchNorm if side else None
    network = dense(SIZES, Sigmoid, rng, norm, std=std, bias=False, dtype=np.float32)
    rng = np.random.default_rng(seed + 100)
    training = Training(network, d.x, d.labels, SGD(rate), rng, BATCH)
    test_x, sample = d.test_x[:], d.x[:10_000]
    steps = [step for step in STEPS if step <= until]
    right = np.zeros(len(steps), np.uint16)
    percentiles = np.full((len(steps), 3, SIZES[-2]), np.nan, np.float32)
    for i in evaluations(training, steps):
        use_population(network, sample, batch=250)
        right[i] = count_right(network, test_x, d.test_labels)
        inputs = forward(network[:-2], test_x[:1000], training=False)
        inputs.sort(axis=0)  # percentiles of sorted values take a third of the time
        percentiles[i] = np.percentile(inputs, PERCENTILES, axis=0)
    return right, percentiles


def ranges_from(percentiles):
    """The range over which each unit's median moves from each step on, shape (T, units).

    percentiles: (T, 3, units), as `train` returns them.
    """
    medians = percentiles[::-1, 1]  # from the end
    return (np.maximum.accumulate(medians) - np.minimum.accumulate(medians))[::-1]


def typical_unit(percentiles):
    """The unit that notebook 06 shows: of all ranges from step 1,000 on, its own is the middle one.

    Of an even number it is the upper middle one; units with NaN, where training has diverged, come
    last. percentiles: (T, 3, units), as `train` returns them.
    """
    ranges = ranges_from(percentiles)[STEPS.index(1000)]
    return int(np.argsort(ranges, kind="stable")[len(ranges) // 2])


def best(cells, found, seeds):
    """Of each side the cell (side, std, rate) whose accuracy in the end is highest.

    That is the mean of the last ten evaluations and of `seeds`.
    """

    def end(cell):
        return np.mean([found[*cell, seed][0][-10:] for seed in seeds])

    return [max((cell for cell in cells if cell[0] == side), key=end) for side in (0, 1)]


def make():
    """Train all networks, and write the record that `bn_lib.data.paper_sweep` reads.

    The best cells are chosen by SEEDS, and then run from FRESH_SEEDS, which had no say in it.
    """
    grid = list(product((0, 1), STDS, RATES))
    found = results(train, [(*cell, SEEDS[0]) for cell in grid])
    of_first_seed = best(grid, found, SEEDS[:1])
    again = list(dict.fromkeys([*AGAIN, *of_first_seed]))
    found |= results(train, [(*cell, seed) for cell in again for seed in SEEDS])
    chosen = list(dict.fromkeys(of_first_seed + best(again, found, SEEDS)))
    found |= results(train, [(*cell, seed) for cell in chosen for seed in FRESH_SEEDS])

    right, percentiles = zip(*(found[*cell, SEEDS[0]] for cell in grid), strict=True)
    units = [typical_unit(each) for each in percentiles]
    of_unit = [each[:, :, unit] for each, unit in zip(percentiles, units, strict=True)]
    widths = [np.median(each[:, 2] - each[:, 0], axis=1) for each in percentiles]
    ranges = [np.median(ranges_from(each), axis=1) for each in percentiles]
    write(
        FILE,
        {"side": SIDES, "std": STDS, "rate": RATES, "percentile": PERCENTILES,
         "step": np.array(STEPS, np.uint16), "again_seed": SEEDS, "fresh_seed": FRESH_SEEDS},
        tested=("", len(mnist().test_x)),
        right=("side std rate step", on_grid(right, np.uint16)),
        unit=("side std rate", on_grid(units, np.uint8)),
        percentiles=("side std rate step percentile", on_grid(of_unit, np.float16)),
        widths=("side std rate step", on_grid(widths, np.float16)),
        ranges=("side std rate step", on_grid(ranges, np.float16)),
        **some_cells("again", again, SEEDS, found),
        **some_cells("fresh", chosen, FRESH_SEEDS, found),
    )  # fmt: skip


def on_grid(values, dtype):
    """One value or array for each cell of the grid, as an array (side, std, rate, ...)."""
    values = np.array(values, dtype)
    return values.reshape(len(SIDES), len(STDS), len(RATES), *values.shape[1:])


def some_cells(kind, cells, seeds, found):
    """Arrays of cells that were run from several seeds: which they are, and their accuracies."""
    sides, stds, rates = zip(*cells, strict=True)
    right = [[found[*cell, seed][0] for seed in seeds] for cell in cells]
    return {
        f"{kind}_side": (kind, sides),
        f"{kind}_std": (kind, np.array(stds, float)),
        f"{kind}_rate": (kind, np.array(rates, float)),
        f"{kind}_right": (f"{kind} {kind}_seed step", np.array(right, np.uint16)),
    }

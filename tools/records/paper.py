"""Make bn_lib/data/paper.npz, which is committed: `make paper`, a quarter of an hour on two cores.

The experiment of Ioffe & Szegedy 2015, section 4.1: 784-100-100-100-10, sigmoids, batches of 60,
50,000 steps of plain SGD, without and with batch norm, over learning rates and spreads of the first
weights. See README.md beside this file.
"""

from copy import copy
from itertools import product
from pathlib import Path

import numpy as np

from bn_lib.network import BatchNorm, Sigmoid, dense, forward, use_population
from bn_lib.normalization import fold
from tools.records.all_cores import count_right, looks, results
from tools.records.by_hand import ByHand
from tools.records.pixels import ordered_mnist

FILE = Path(__file__).parents[2] / "bn_lib" / "data" / "paper.npz"

SIZES = [784, 100, 100, 100, 10]
BATCH = 60
# When to look: often while most is learned, then less so, as a look takes as long as 100 steps; and
# often at the end, where the mean of ten looks counts.
STEPS = [
    *range(0, 1000, 50),
    *range(1000, 3000, 250),
    *range(3000, 6000, 500),
    *range(6000, 30_000, 1000),
    *range(30_000, 45_000, 2500),
    *range(45_500, 50_001, 500),
]
STDS = (0.01, 0.03, 0.1, 0.3, 1)
RATES = (0.03, 0.1, 0.3, 1, 3, 10)
SEEDS = (0, 1, 2)
# Where all seeds are run, as (side, std, rate): the paper's comparison at two spreads, and the
# neighbourhood of each side's best cell.
AGAIN = (
    *product((0, 1), (0.03, 0.1), (0.1,)),
    *((0, 0.1, 3), (0, 0.3, 3), (0, 0.03, 1)),
    *((1, 0.03, 0.3), (1, 0.03, 1)),
)


def train(with_bn, std, rate, seed, until=STEPS[-1]):
    """Train one network; return at each of STEPS up to `until` what was seen.

    The number of right test images, shape (T,), 0 once training has diverged; and the 15th, 50th
    and 85th percentile, over 1,000 test images, of the input of each sigmoid of the last hidden
    layer, shape (T, 3, 100). Inference is with population statistics of 10,000 training images, in
    batches of 250.
    """
    order, d = ordered_mnist()
    rng = np.random.default_rng(seed)
    norm = BatchNorm if with_bn else None
    network = dense(SIZES, Sigmoid, rng, norm, std=std, bias=False, dtype=np.float32)
    network[0].W = network[0].W[order]
    rng = np.random.default_rng(seed + 100)
    training = ByHand(network, d.x, d.labels, rate, rng, BATCH)
    test_x, sample = d.test_x[:], d.x[:10_000]
    steps = [step for step in STEPS if step <= until]
    right = np.zeros(len(steps), np.uint16)
    percentiles = np.full((len(steps), 3, SIZES[-2]), np.nan, np.float32)
    for i in looks(training, steps):
        if with_bn:
            use_population(network[:-2], sample, batch=250)
        tested = folded(network)
        right[i] = count_right(tested, test_x, d.test_labels)
        inputs = forward(tested[:-2], test_x[:1000])
        inputs.sort(axis=0)  # percentiles of what is sorted take a third of the time
        percentiles[i] = np.percentile(inputs, [15, 50, 85], axis=0)
    return right, percentiles


def folded(network):
    """What a network does in inference mode, each BatchNorm folded into the Linear before it."""
    layers = []
    for layer in network:
        if isinstance(layer, BatchNorm):
            linear = copy(layers.pop())
            linear.W, linear.b = fold(
                linear.W, linear.b, layer.gamma, layer.beta, *layer.kept(), layer.eps
            )
            layers.append(linear)
        else:
            layers.append(layer)
    return layers


def ranges_from(percentiles):
    """The range over which each unit's median moves from each look on, shape (T, units).

    percentiles: (T, 3, units), as `train` returns them.
    """
    medians = percentiles[::-1, 1]  # from the end
    return (np.maximum.accumulate(medians) - np.minimum.accumulate(medians))[::-1]


def of_median_drift(percentiles):
    """The unit whose median moves most usually after step 1,000: as many move less as move more."""
    drift = ranges_from(percentiles)[STEPS.index(1000)]
    return int(np.argsort(drift, kind="stable")[len(drift) // 2])


def make():
    """Train all networks, and write the arrays that bn_lib.data.paper reads."""
    cells = list(product((0, 1), STDS, RATES, SEEDS[:1]))
    more = [(*cell, seed) for cell in AGAIN for seed in SEEDS]
    found = results(train, cells + more)
    right, percentiles = zip(*(found[cell] for cell in cells), strict=True)
    units = [of_median_drift(each) for each in percentiles]
    chosen = [each[:, :, unit] for each, unit in zip(percentiles, units, strict=True)]
    widths = [np.median(each[:, 2] - each[:, 0], axis=1) for each in percentiles]
    ranges = [np.median(ranges_from(each), axis=1) for each in percentiles]
    shape = 2, len(STDS), len(RATES)
    np.savez_compressed(
        FILE,
        stds=STDS,
        rates=RATES,
        steps=np.array(STEPS, np.uint16),
        right=np.reshape(right, (*shape, -1)),
        unit=np.reshape(np.array(units, np.uint8), shape),
        percentiles=np.reshape(np.array(chosen, np.float16), (*shape, len(STEPS), 3)),
        widths=np.reshape(np.array(widths, np.float16), (*shape, -1)),
        ranges=np.reshape(np.array(ranges, np.float16), (*shape, -1)),
        cells=np.array([(side, STDS.index(std), RATES.index(rate)) for side, std, rate in AGAIN]),
        right_again=np.reshape([found[cell][0] for cell in more], (len(AGAIN), len(SEEDS), -1)),
    )

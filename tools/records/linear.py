"""Make bn_lib/data/linear.npz, which is committed: `make sweeps`, about a minute.

Internal covariate shift as Santurkar et al. 2018 define it, in each layer of a stack of linear
layers, without and with batch norm, at three learning rates.
"""

from copy import deepcopy
from itertools import product

import numpy as np

from bn_lib.data.archive import HERE
from bn_lib.data.records import write
from bn_lib.measure import internal_covariate_shift
from bn_lib.network import BatchNorm, Linear, dense, forward, squared_error
from bn_lib.training import SGD, Diverged, Training
from tools.records.sweeps import results

FILE = HERE / "linear.npz"
NETWORKS = {"no batch norm": None, "batch norm": BatchNorm}
DEPTH, UNITS, EXAMPLES = 25, 20, 100
SEEDS, RATES = range(6), (3e-4, 1e-3, 5e-3)
STEPS, EVERY = 100, 10  # steps of training; every so many, one step is measured


def measured(network, rate, seed):
    """The shift in each layer above the first, and the loss after training.

    Full batches. Returns (cosines, lengths, loss): for layers 2 to DEPTH the mean over the measured
    steps of the cosine between G and G', and of |G - G'|, shape (DEPTH - 1,). All is NaN where
    training diverges.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((EXAMPLES, UNITS))
    target = x @ rng.standard_normal((UNITS, UNITS)) / np.sqrt(UNITS)
    layers = dense([UNITS] * (DEPTH + 1), None, rng, NETWORKS[network])
    places = [i for i, layer in enumerate(layers) if isinstance(layer, Linear)][1:]
    training, found = Training(layers, x, target, SGD(rate), loss=squared_error), []
    try:
        for step in range(0, STEPS, EVERY):
            before = deepcopy(training.run(step).network)
            after = training.run(step + 1).network
            shifts = [
                internal_covariate_shift(before, after, place, x, target, squared_error)
                for place in places
            ]
            found.append([(shift.cosine, shift.distance) for shift in shifts])
        training.run(STEPS)
    except Diverged:
        return np.full(len(places), np.nan), np.full(len(places), np.nan), np.nan
    cosines, lengths = np.mean(found, axis=0).T
    return cosines, lengths, squared_error(forward(layers, x), target)[0]


def make():
    """Train all networks, and write the record that `bn_lib.data.second_measure` reads."""
    cells = list(product(NETWORKS, RATES, SEEDS))
    found = results(measured, cells)
    shape = len(NETWORKS), len(RATES), len(SEEDS)
    cosines, lengths, losses = (
        np.array(part, np.float32).reshape(*shape, *np.shape(part[0]))
        for part in zip(*(found[cell] for cell in cells), strict=True)
    )
    write(
        FILE,
        {
            "network": list(NETWORKS),
            "rate": RATES,
            "seed": SEEDS,
            "layer": range(2, DEPTH + 1),
        },
        cosine=("network rate seed layer", cosines),
        length=("network rate seed layer", lengths),
        loss=("network rate seed", losses),
        steps=("", STEPS),
    )

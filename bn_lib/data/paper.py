"""The experiment of Ioffe & Szegedy 2015, section 4.1, in full length, as it was recorded."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from bn_lib.data.archive import HERE, read

SHAPE = (2, 5, 6)  # sides, stds, rates
TEST = 10_000  # images
SEED_0 = ["right", "unit", "percentiles", "widths", "ranges"]
NAMES = ["stds", "rates", "steps", *SEED_0, "cells", "right_again"]


class PaperSweep(NamedTuple):
    """What 784-100-100-100-10 sigmoid networks did on MNIST while they trained.

    Side 0 is without, side 1 with batch norm; stds are of the first weights, rates the learning
    rates, steps (T,) when it was looked. Seed 0:

    accuracy: on the test images, (2, stds, rates, T), 0 once training has diverged.
    unit: the unit of the last hidden layer whose median moves most usually, (2, stds, rates).
    percentiles: the 15th, 50th and 85th of that unit's input, (2, stds, rates, T, 3).
    widths: the 85th percentile less the 15th, the median over that layer's units, like accuracy.
    ranges: over which a unit's 50th moves from a look on, again the median over the units.

    again: accuracies of three seeds, (3, T), by (side, std, rate), where something is claimed.
    """

    stds: list
    rates: list
    steps: np.ndarray
    accuracy: np.ndarray
    unit: np.ndarray
    percentiles: np.ndarray
    widths: np.ndarray
    ranges: np.ndarray
    again: dict


def paper_sweep(path: Path = HERE / "paper.npz") -> PaperSweep:
    """Return the recorded experiment.

    `make paper` computes it again. Raises ValueError if the file is missing or another one.
    """
    found = read(path, NAMES, "Run `make paper`.")
    stds, rates, steps, right, *rest, cells, again = found.values()
    if right.shape != (*SHAPE, len(steps)):
        raise ValueError(
            f"{path} has shape {right.shape}, expected {(*SHAPE, len(steps))}: run `make paper`"
        )
    stds, rates = stds.tolist(), rates.tolist()
    cells = [(int(side), stds[i], rates[j]) for side, i, j in cells]
    again = dict(zip(cells, again / TEST, strict=True))
    return PaperSweep(stds, rates, steps, right / TEST, *rest, again)

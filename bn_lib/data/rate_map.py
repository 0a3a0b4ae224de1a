"""What a sweep over learning rates and scales of the first weights has found."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from bn_lib.data.archive import HERE, read

SHAPE = (3, 2, 2, 4, 8, 7)


class RateSweep(NamedTuple):
    """accuracy has the shape (seeds, activations, norms, steps, rates, scales), 0 to 1.

    activations: ReLU, sigmoid; norms: without, with batch norm. steps, rates and scales are lists.
    """

    accuracy: np.ndarray
    steps: list
    rates: list
    scales: list


def rate_map(path: Path = HERE / "rate_map.npz") -> RateSweep:
    """Return how often networks of four hidden layers are right on the test digits.

    `make sweeps` computes it again. Raises ValueError if the file is missing or another one.
    """
    found = read(path, ("right", "steps", "rates", "scales"), "Run `make sweeps`.")
    right, *lists = found.values()
    if right.shape != SHAPE:
        raise ValueError(f"{path} has shape {right.shape}, expected {SHAPE}: run `make sweeps`")
    return RateSweep(right / 397, *(each.tolist() for each in lists))

"""What a sweep over learning rates and scales of the first weights has found."""

import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bn_lib.data.archive import HERE

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
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            right = file["right"]
            lists = [file[name].tolist() for name in ("steps", "rates", "scales")]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read ({error}): run `make sweeps`") from None
    if right.shape != SHAPE:
        raise ValueError(f"{path} has shape {right.shape}, expected {SHAPE}: run `make sweeps`")
    return RateSweep(right / 397, *lists)

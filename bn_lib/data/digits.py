"""Real handwritten digits, 8 × 8 pixels: small enough to train on in a second."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from bn_lib.data.archive import HERE, load

TRAINING = 1400  # of the 1797


class Digits(NamedTuple):
    """Examples to train on and others to test on: pixels (N, 64) from 0 to 1, labels (N,)."""

    x: np.ndarray
    labels: np.ndarray
    test_x: np.ndarray
    test_labels: np.ndarray


def digits(path: Path | str = HERE / "digits.npz") -> Digits:
    """Return the 1,797 digits of Alpaydin & Kaynak 1998, 1,400 to train on and 397 to test on.

    Always in the same order, shuffled once. Show one by d.x[0].reshape(8, 8). digits.md beside the
    file says where they come from. Raises ValueError for a file that is damaged.
    """
    arrays = {"images": ((1797, 64), 16), "labels": ((1797,), 9)}
    counts = {"labels": [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]}
    file = load(Path(path), arrays, counts)
    order = np.random.default_rng(0).permutation(len(file["labels"]))
    x, labels = file["images"][order] / 16, file["labels"][order].astype(int)
    return Digits(x[:TRAINING], labels[:TRAINING], x[TRAINING:], labels[TRAINING:])

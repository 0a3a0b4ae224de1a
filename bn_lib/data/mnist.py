"""MNIST's 70,000 handwritten digits, 28 × 28 pixels of one bit: those of the paper's experiment."""

from pathlib import Path

import numpy as np

from bn_lib.data.archive import HERE, load
from bn_lib.data.digits import Digits

PIXELS = 784
TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


class Bits:
    """Images kept as bits, eight pixels a byte; what is taken comes as float32, 0 or 1.

    images[index] is (..., 784) for any index along the examples: a number, a slice, an array of
    numbers or of (N,) booleans. images[:] unpacks all of them, 3 kB an image. Pixels are taken from
    what comes out: images[:50][:, 3]. Raises IndexError for an index that goes further.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, packed):
        self.packed = packed
        self.shape = len(packed), PIXELS

    def __len__(self):
        return len(self.packed)

    def __getitem__(self, index):
        chosen = np.ndim(index) == 1 or np.asarray(index).dtype != bool
        if isinstance(index, tuple) or index is None or not chosen:
            raise IndexError(
                f"the index is {index!r}, expected one along the {len(self)} images, whose pixels "
                "are packed as bits: take images first and their pixels then, as in x[:50][:, 3]"
            )
        return np.unpackbits(self.packed[index], axis=-1).astype(np.float32)


def mnist(path: Path | str = HERE / "mnist_binary.npz") -> Digits:
    """Return MNIST's digits: 60,000 to train on and 10,000 to test on, in their original order.

    x and test_x are `Bits`: take from them what you need, as in x[:100]. Each pixel is 1 where the
    original is above 127. mnist_binary.md beside the file says where they come from.
    Raises ValueError for a file that is damaged.
    """
    arrays = {
        "train_images": ((60_000, PIXELS // 8), 255),
        "train_labels": ((60_000,), 9),
        "test_images": ((10_000, PIXELS // 8), 255),
        "test_labels": ((10_000,), 9),
    }
    file = load(Path(path), arrays, {"train_labels": TRAIN_COUNTS, "test_labels": TEST_COUNTS})
    return Digits(
        Bits(file["train_images"]),
        file["train_labels"].astype(int),
        Bits(file["test_images"]),
        file["test_labels"].astype(int),
    )

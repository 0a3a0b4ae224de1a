"""What the layers of other libraries made of the same numbers, recorded once."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from bn_lib.data.archive import HERE
from bn_lib.data.records import Record

IMAGE = ("example", "channel", "row", "column")


class Libraries(NamedTuple):
    """What the layers of other libraries made of the same numbers, in float32.

    versions: by the name of the library. x, later: two batches (4, 6, 3, 3), channels first; gamma,
    beta: (6,). found: by library, and then by name. "batch", "instance" and "group" (2 groups) are
    y for x in training mode, "layer" and "RMS" y for x[:, :, 0, 0]. "running_mean" and
    "running_var" are what batch norm keeps after x and later, each with the weight 0.1, and
    "inference" is its y for x then; "undone" is y for x where gamma and beta undo x, and "far" is
    x_hat of x + 10,000; "far_exact" too, in Flax with use_fast_variance=False. eps is 1e-5.
    """

    versions: dict
    x: np.ndarray
    later: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    found: dict


def libraries(path: Path = HERE / "libraries.npz") -> Libraries:
    """Return what PyTorch, Keras and Flax compute, with settings that match those of bn_lib.

    `python -m tools.records.libraries` computes it again. Raises ValueError if the file is missing
    or another one.
    """
    record = Record(path, "python -m tools.records.libraries")
    names = record.values("library")
    inputs = [record.over(name, *IMAGE) for name in ("x", "later")]
    inputs += [record.over(name, "channel") for name in ("gamma", "beta")]
    axes = dict.fromkeys(
        ("batch", "instance", "group", "inference", "undone", "far", "far_exact"), IMAGE
    )
    axes |= dict.fromkeys(("layer", "RMS"), IMAGE[:2])
    axes |= dict.fromkeys(("running_mean", "running_var"), ("channel",))
    arrays = {name: record.over(name, "library", *over) for name, over in axes.items()}
    found = {
        library: {name: array[i] for name, array in arrays.items()}
        for i, library in enumerate(names)
    }
    versions = dict(zip(names, record.over("version", "library").tolist(), strict=True))
    return Libraries(versions, *inputs, found)

"""What a sweep over settings of training has found about drift."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from bn_lib.data.archive import HERE, read

COUNT = 41
PLACES = ("without", "with", "before")  # `before` is the batch norm of the network with one


class DriftSweep(NamedTuple):
    """36 settings of training, and five more in which batch norm drifts a lot.

    settings: of each (activation, factor of the first weights, rate, factor of the rate for
        gamma, and for beta).
    numbers: by quantity and place a value for each setting, shape (41,). Places are "without" and
        "with" batch norm, and "before" the batch norm of the same network. Quantities are the
        drift in a step of the mean in units of σ ("mean / σ"), as it is ("mean") and of log σ
        ("log σ"), and the "steadiness" of the mean.
    accuracy: without and with, shape (41, 2).
    """

    settings: list
    numbers: dict
    accuracy: np.ndarray


QUANTITIES = ("mean / σ", "mean", "log σ", "steadiness")


def drift_sweep(path: Path = HERE / "drift.npz") -> DriftSweep:
    """Return how far the inputs of the last activation drift, in many settings of training.

    `make sweeps` computes it again. Raises ValueError if the file is missing or another one.
    """
    found = read(path, ("activation", "setting", "drift", "accuracy"), "Run `make sweeps`.")
    names, settings, drift, accuracy = found.values()
    if drift.shape != (COUNT, len(PLACES), len(QUANTITIES)):
        raise ValueError(f"{path} has drifts of shape {drift.shape}: run `make sweeps`")
    numbers = {
        quantity: dict(zip(PLACES, drift[:, :, q].T, strict=True))
        for q, quantity in enumerate(QUANTITIES)
    }
    settings = [(name, *rest) for name, rest in zip(names.tolist(), settings.tolist(), strict=True)]
    return DriftSweep(settings, numbers, accuracy)

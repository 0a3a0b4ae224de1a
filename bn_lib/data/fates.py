"""How networks end that compute the same at their first step, recorded once."""

from itertools import product
from pathlib import Path

from bn_lib.data.archive import HERE, read

ACTIVATIONS = ("sigmoid", "tanh", "relu")
NETWORKS = ("no BN", "undone", "frozen", "BN")
SHAPE = (3, 3, 2, 2, 4, 16)  # seeds, activations, scales, rates, networks, steps


def fates(path: Path = HERE / "fates.npz") -> dict:
    """Return how right four networks are on the test digits while they train.

    By (activation, scale of the first weights, learning rate), and then by the name of the
    network: a dict with "step", and "accuracy" as the mean over three seeds, of shape (16,) each;
    a network that has diverged is right on none.
    "no BN" has no batch norm; "undone" starts with γ and β that undo it; "frozen" keeps these;
    "BN" starts with γ = 1, β = 0. Sigmoid and tanh networks have four hidden layers of 50, relu
    networks six.

    `make sweeps` computes it again. Raises ValueError if the file is missing or another one.
    """
    found = read(path, ("right", "steps", "scales", "rates"), "Run `make sweeps`.")
    right, steps, scales, rates = found.values()
    if right.shape != SHAPE:
        raise ValueError(f"{path} has shape {right.shape}, expected {SHAPE}: run `make sweeps`")
    settings = product(ACTIVATIONS, scales.tolist(), rates.tolist())
    curves = (right.mean(axis=0) / 397).reshape(-1, *SHAPE[-2:])
    return {
        setting: {
            name: {"step": steps, "accuracy": accuracy}
            for name, accuracy in zip(NETWORKS, four, strict=True)
        }
        for setting, four in zip(settings, curves, strict=True)
    }

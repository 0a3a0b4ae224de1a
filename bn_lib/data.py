"""Data of the course: activations made from a seeded generator, the same on every machine."""

import numpy as np


def two_humped(n: int, rng: np.random.Generator, mean: float = 3.0, std: float = 1.7) -> np.ndarray:
    """Draw the activations of one unit on n examples, shape (n,), from a lopsided two-humped law.

    Two humps (70 % of the examples in the lower one) make it visible that normalizing keeps the
    shape: a bell curve would look the same before and after. `mean` and `std` are those of the
    law; those of a batch differ from them, the more so the smaller the batch.
    """
    if n < 1:
        raise ValueError(f"a batch needs at least one example, but n = {n}; use n >= 1")
    weight, low, high, width = 0.7, -0.6, 1.4, np.sqrt(1 - 0.7 * 0.6**2 - 0.3 * 1.4**2)
    centre = np.where(rng.random(n) < weight, low, high)
    return mean + std * (centre + width * rng.standard_normal(n))

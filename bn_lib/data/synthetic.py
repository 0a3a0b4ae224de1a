"""What seeded generators draw: the same on every machine."""

import numpy as np

from bn_lib.arguments import check_generator, check_whole_number


def two_humped(n: int, rng: np.random.Generator, mean: float = 3.0, std: float = 1.7) -> np.ndarray:
    """Draw the activations of one unit on n examples, shape (n,), from a two-humped distribution.

    Two humps (70 % of the examples in the lower one) make it visible that normalizing keeps the
    shape: a bell curve would look the same before and after. `mean` and `std` are those of the
    distribution; those of a batch differ from them, the more so the smaller the batch is.
    Raises ValueError if n is no whole number above 0, TypeError if rng is no generator.
    """
    check_whole_number(n, "n", 1, "the examples of the batch")
    check_generator(rng)
    weight, low, high, width = 0.7, -0.6, 1.4, np.sqrt(1 - 0.7 * 0.6**2 - 0.3 * 1.4**2)
    center = np.where(rng.random(n) < weight, low, high)
    return mean + std * (center + width * rng.standard_normal(n))


def spirals(
    n: int, rng: np.random.Generator, turns: float = 1.5, noise: float = 0.04
) -> tuple[np.ndarray, np.ndarray]:
    """Draw points on two spirals, one in the other: two classes that no straight line separates.

    n: the number of points in all. turns: how often a spiral goes around, up to its outer radius
    of 2. noise: the standard deviation of what is added to each coordinate.
    Returns (x, labels) of shapes (n, 2) and (n,); the classes take turns.
    """
    check_whole_number(n, "n", 2, "a point for each of two classes")
    check_generator(rng)
    labels = np.arange(n) % 2
    radius = np.sqrt(rng.uniform(0.01, 1, n))  # as many points along each piece of the spiral
    angle = 2 * np.pi * turns * radius + np.pi * labels
    x = 2 * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return x + noise * rng.standard_normal((n, 2)), labels

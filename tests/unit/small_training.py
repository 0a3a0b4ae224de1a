"""A small training, the state it has come to, and a network that is one number."""

import numpy as np

from bn_lib.network import BatchNorm, Sigmoid, dense, learned
from bn_lib.training import SGD, Training


def generator(seed=0):
    return np.random.default_rng(seed)


def blobs(n=240, inputs=6, classes=3):
    """Examples of a few classes, each around a place of its own."""
    rng = generator(5)
    labels = np.arange(n) % classes
    return rng.normal(size=(n, inputs)) + 1.5 * rng.normal(size=(classes, inputs))[labels], labels


def training(optimizer=None, network=None, **options):
    x, labels = blobs()
    network = network or dense([6, 8, 8, 3], Sigmoid, generator(), BatchNorm)
    return Training(
        network, x, labels, optimizer or SGD(0.3, momentum=0.9), generator(1), 32, **options
    )


def state(one):
    """All that a training has come to, as bytes."""
    values = [np.asarray(getattr(layer, name)).tobytes() for layer, name in learned(one.network)]
    norms = [layer for layer in one.network if isinstance(layer, BatchNorm)]
    values += [part.tobytes() for n in norms for part in (n.running.mean, n.running.var)]
    values += [np.array(one.losses).tobytes(), str(one.step)]
    return values + [(name, seen.tobytes()) for name, seen in one.record.items()]


class Number:
    """One number that is its own output; with squared error, the gradient is 2 (a - target)."""

    parameters = ("a",)

    def __init__(self, a):
        self.a = a

    def forward(self, x):
        return self.a * np.ones_like(x)

    def backward(self, dy):
        self.da = dy.sum()
        return 0 * dy

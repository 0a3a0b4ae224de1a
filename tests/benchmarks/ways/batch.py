"""What the figure shows in all ways: three histograms, 512 points on a sigmoid, a line of text."""

import numpy as np

from bn_lib.data import two_humped
from bn_lib.normalization import normalize

SIZE = (900, 350)  # CSS pixels
GAMMA = (0, 5, 0.05)

H = two_humped(512, np.random.default_rng(0))
H_hat = normalize(H)
EDGES = np.linspace(-8, 10, 41)
Z = np.linspace(-8, 10, 200)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def transform(gamma=1.0):
    """The learner's function."""
    return gamma * H_hat + 2


def counts(values):
    return np.histogram(values, EDGES)[0]


def words(gamma, after):
    return f"γ = {gamma:.2f}: mean {after.mean():.3f}, standard deviation {after.std():.3f}"


def still(left, right):
    """What no slider moves."""
    left.stairs(counts(H), EDGES, fill=True, color="#8a8a8a", alpha=0.45, label="original H")
    left.stairs(counts(H_hat), EDGES, color="#0072b2", linestyle="--", label="normalized Ĥ")
    left.set(xlim=(-8, 10), ylim=(0, 150), xlabel="activation", ylabel="examples")
    right.plot(Z, sigmoid(Z), color="#222222", linewidth=1)
    right.set(xlim=(-8, 10), ylim=(-0.05, 1.05), xlabel="γĤ + β", ylabel="after the sigmoid")


def moving(left, right, gamma):
    """What the slider moves: the third histogram, the points, the text."""
    after = transform(gamma)
    looks = dict(color="#d55e00")
    steps = left.stairs(counts(after), EDGES, linewidth=2.5, label="γĤ + β", **looks)
    dots = right.plot(after, sigmoid(after), "o", markersize=4, alpha=0.5, mew=0, **looks)[0]
    text = left.text(-7.5, 138, words(gamma, after))
    left.legend(loc="center right")
    return steps, dots, text

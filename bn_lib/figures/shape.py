"""What survives: the histogram of one unit before and after normalizing."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded, unpack
from bn_lib.normalization import moments


class Shape(Picture):
    """Histograms of H and Ĥ side by side, with the bell curve for comparison.

    n: the number of examples. low, high: the range of the left axis. `update` takes H and Ĥ, both
    of shape (n,). The bins of the left histogram lie where those of the right one come from, so
    that equal shapes look equal.
    """

    def __init__(self, n, low=-13.0, high=21.0):
        super().__init__(860, 330, n=n, low=low, high=high)

    def build(self, n, low, high):
        self.n, self.low, self.high = n, low, high
        self.bins = np.linspace(-3.5, 5.5, 37)
        width = self.bins[1] - self.bins[0]
        left, right = self.figure.subplots(1, 2, sharey=True)
        top = 0.26 * n
        left.set(title="Before: H", xlim=(low, high), ylim=(0, top), ylabel="examples")
        left.set_xlabel("activation")
        right.set(title="After: Ĥ", xlim=(-3.5, 5.5), xlabel="normalized activation")

        bell = n * width * np.exp(-(self.bins**2) / 2) / np.sqrt(2 * np.pi)
        right.plot(self.bins, bell, "--", color=style.INK, linewidth=1.5)
        right.text(5.4, 0.8 * top, "dashed: a bell curve", ha="right", fontsize=10.5)

        none = np.zeros(len(self.bins) - 1)
        looks = dict(fill=True, linewidth=1.5, alpha=0.6)
        self.before = self.moves(left.stairs(none, self.bins, color=style.ORIGINAL, **looks))
        self.after = self.moves(right.stairs(none, self.bins, color=style.NORMALIZED, **looks))
        middle = (low + high) / 2
        bold = dict(ha="center", va="center", weight="bold")
        self.words_before = self.moving_text(left, middle, 0.94 * top, **bold)
        self.words_after = self.moving_text(right, 1, 0.94 * top, **bold)

    def update(self, result, **position):
        H, H_hat = unpack(result, "H", "H_hat")
        H, H_hat = expect(H, (self.n,), "H"), expect(H_hat, (self.n,), "H_hat")
        mean, variance = moments(H)
        spread = np.sqrt(variance)
        # A hair's breadth, so that rounding puts no example into the neighbouring bin.
        edges = mean + spread * (self.bins - 1e-6)
        self.before.set_data(np.histogram(H, edges)[0], edges)
        self.after.set_data(np.histogram(H_hat, self.bins - 1e-6)[0], self.bins)
        before = f"mean {rounded(mean)}, spread {rounded(spread)}"
        after = f"mean {rounded(np.mean(H_hat))}, spread {rounded(np.std(H_hat))}"
        self.words_before.set_text(before + _beyond(H, self.low, self.high))
        self.words_after.set_text(after + _beyond(H_hat, self.bins[0], self.bins[-1]))
        self.sentence = (
            f"Before: {before}, skewness {rounded(skewness(H))}. "
            f"After: {after}, skewness {rounded(skewness(H_hat))}."
        )


def _beyond(values, low, high) -> str:
    """Say how many examples lie outside the axes, if any."""
    count = np.sum((values < low) | (values > high))
    return f" ({count} outside)" if count else ""


def skewness(values) -> float:
    """Third moment of what is left after mean and spread are taken out; 0 for a bell curve."""
    deviation = values - np.mean(values)
    spread = np.std(deviation)
    return float(np.mean((deviation / spread) ** 3)) if spread > 0 else 0.0

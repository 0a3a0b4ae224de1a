"""A gradient before and after the backward pass of a normalization, and what was taken out."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, percent, rounded, unpack

REACH = 2.7  # of the axis of x̂
HIGH = 4.6  # of the axis of gradients
NAMES = ("mean", "x̂", "left")
COLOURS = (style.OUTPUT, style.NORMALIZED, style.TARGET)
DARK = (style.OUTPUT_WORDS, style.NORMALIZED, style.TARGET_WORDS)  # the same for words


class PassedGradient(Picture):
    """Left: dy with the line that is taken out. Middle: what is left. Right: shares of |dy|².

    `update` takes (x_hat, dy, line, left), each of shape (N,): where the examples stand in their
    batch, the gradient for the outputs, its part that is taken out, and what is left of it.
    """

    def __init__(self):
        super().__init__(860, 380)

    def build(self):
        before, after, shares = self.figure.subplots(1, 3, width_ratios=[1.1, 1.1, 1])
        after.sharey(before)
        for axes, title in ((before, "What comes in: dy"), (after, "What is left")):
            axes.set(title=title, xlim=(-REACH, REACH), ylim=(-HIGH, HIGH))
            axes.set_xlabel("x̂ of the example")
            axes.axhline(0, color="#cccccc", linewidth=1)
        before.set_ylabel("gradient")
        before.text(-REACH + 0.2, -HIGH + 0.1, "dashed: taken out", va="bottom",
                    fontsize=10.5, color=style.NOTE)  # fmt: skip
        self.line = self.moves(before.plot([], [], "--", color=style.INK)[0])
        self.sides = [self._build_side(axes) for axes in (before, after)]
        self._build_shares(shares)

    def _build_side(self, axes):
        rods = self.moves(axes.vlines([0], 0, 1, color=style.TARGET, linewidth=2, alpha=0.7))
        dots = axes.plot([], [], "o", color=style.INK, markersize=6, mew=0)
        words = self.moving_text(axes, 0, HIGH - 0.15, ha="center", va="top", fontsize=10.5)
        return rods, self.moves(dots[0]), words

    def _build_shares(self, axes):
        axes.set(title="Its shares", xlim=(-0.6, 2.6), ylim=(0, 1.28))
        axes.set_xlabel("parts of |dy|²")
        axes.set_xticks(range(3), NAMES)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="x", length=0)
        self.bars = [
            self.moves(axes.fill([0, 0], [0, 0], color=colour, alpha=0.75, linewidth=0)[0])
            for colour in COLOURS
        ]
        self.expected = self.moves(axes.plot([], [], ":", color=style.INK)[0])
        axes.text(2.6, 1.27, "dotted: (N−2)/N", ha="right", va="top", fontsize=10.5)
        self.words = [
            self.moving_text(axes, i, 1.04, ha="center", va="bottom", weight="bold", color=colour)
            for i, colour in enumerate(DARK)
        ]

    def update(self, result, **position):
        x_hat, dy, line, left = unpack(result, "x_hat", "dy", "line", "left")
        n = np.size(x_hat)
        x_hat, dy = expect(x_hat, (n,), "x_hat"), expect(dy, (n,), "dy")
        line, left = expect(line, (n,), "line"), expect(left, (n,), "left")

        order = np.argsort(x_hat)[[0, -1]]
        self.line.set_data(x_hat[order], line[order])
        for side, low, high in zip(self.sides, (line, 0 * left), (dy, left), strict=True):
            self._show(side, x_hat, low, high)

        total = np.sum(dy**2)
        mean = n * np.mean(line) ** 2
        parts = np.array([mean, np.sum(line**2) - mean, np.sum(left**2)]) / total
        for i, (bar, text, part) in enumerate(zip(self.bars, self.words, parts, strict=True)):
            bar.set_xy([(i - 0.35, 0), (i - 0.35, part), (i + 0.35, part), (i + 0.35, 0)])
            text.set_text(percent(part, 0))
        expected = (n - 2) / n
        self.expected.set_data([1.55, 2.5], [expected, expected])
        said = [percent(part, 0) for part in parts]
        self.sentence = (
            f"N = {n}: of |dy|², {said[0]} is its mean, {said[1]} lies along x̂, and {said[2]} is"
            f" left; for a random dy {percent(expected, 0)} is expected."
        )

    def _show(self, side, x_hat, low, high):
        rods, dots, words = side
        ends = np.stack([low, np.clip(high, -HIGH, HIGH)], axis=1)
        rods.set_segments([[(x, a), (x, b)] for x, (a, b) in zip(x_hat, ends, strict=True)])
        inside = (np.abs(high) <= HIGH) & (np.abs(x_hat) <= REACH)
        dots.set_data(x_hat[inside], high[inside])
        outside = np.count_nonzero(~inside)
        mean = f"mean {rounded(np.mean(high))}"
        words.set_text(mean + (f", {outside} outside" if outside else ""))

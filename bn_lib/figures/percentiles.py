"""The percentiles of one unit's input during training, without and with batch norm."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded, unpack

TOP = 5.5  # the axes show inputs from -TOP to TOP
SIDES = (("Without batch norm", style.WITHOUT), ("With batch norm", style.OUTPUT))
SHARES = (15, 50, 85)


class Percentiles(Picture):
    """The 15th, 50th and 85th percentile of a unit's input, as in Ioffe & Szegedy 2015, figure 1.

    steps: at which they were taken, shape (T,). `update` takes two sides, without and with: the
    percentiles, shape (T, 3). What leaves the axes is named at their edge.
    """

    def __init__(self, steps):
        super().__init__(860, 350, steps=np.asarray(steps))

    def build(self, steps):
        self.steps = steps
        axes = self.figure.subplots(1, 2, sharey=True)
        axes[0].set_ylabel("input of the unit")
        self.sides = [
            self._build_side(*each) for each in zip(axes, *zip(*SIDES, strict=True), strict=True)
        ]

    def _build_side(self, axes, title, colour):
        end = self.steps[-1]
        axes.set(title=title, xlabel="steps of training", ylim=(-TOP, TOP))
        axes.set(xlim=(0, 1.17 * end), xticks=[0, end // 2, end])
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.axhline(0, color="#dddddd", linewidth=1)
        corners = np.zeros((2 * len(self.steps), 2))
        band = self.moves(axes.fill(*corners.T, color=colour, alpha=0.18, linewidth=0)[0])
        lines = [
            self.moves(axes.plot([], [], dash, color=colour, linewidth=width)[0])
            for dash, width in (("--", 1.6), ("-", 2.6), ("--", 1.6))
        ]
        looks = dict(va="center", color=colour, fontsize=11)
        names = [self.moving_text(axes, 1.02 * end, 0, **looks) for _ in SHARES]
        edges = dict(ha="center", color=colour, weight="bold", fontsize=11)
        return {
            "band": band,
            "lines": lines,
            "names": names,
            "below": self.moving_text(axes, end / 2, 0.15 - TOP, va="bottom", **edges),
            "above": self.moving_text(axes, end / 2, TOP - 0.15, va="top", **edges),
        }

    def update(self, sides, **position):
        found = [
            expect(values, (len(self.steps), 3), f"the percentiles {name}")
            for values, name in zip(
                unpack(sides, "without", "with"), ("without", "with"), strict=True
            )
        ]
        said = [self._show(side, p) for side, p in zip(self.sides, found, strict=True)]
        self.sentence = f"Without batch norm {said[0]}. With it {said[1]}."

    def _show(self, side, p):
        low, middle, high = p.T
        there = np.concatenate([self.steps, self.steps[::-1]])
        inside = np.clip(np.concatenate([low, high[::-1]]), -TOP, TOP)
        side["band"].set_xy(np.column_stack([there, inside]))
        for line, values in zip(side["lines"], p.T, strict=True):
            line.set_data(self.steps, values)
        for name, share, height in zip(side["names"], SHARES, _apart(p[-1]), strict=True):
            name.set_text(f"{share} %")
            name.set_y(height)
        side["below"].set_text(f"▼ down to {rounded(low.min(), 1)}" if low.min() < -TOP else "")
        side["above"].set_text(f"▲ up to {rounded(high.max(), 1)}" if high.max() > TOP else "")
        return (
            f"the median goes from {rounded(middle[0], 1)} to {rounded(middle[-1], 1)}, between"
            f" {rounded(middle.min(), 1)} and {rounded(middle.max(), 1)}"
        )


def _apart(ends, least=0.8):
    """Heights for the three names: at the ends of the curves, but not one on the other."""
    middle = np.clip(ends[1], 0.3 + least - TOP, TOP - 0.3 - least)
    low = np.clip(min(ends[0], middle - least), 0.3 - TOP, None)
    return low, middle, np.clip(max(ends[2], middle + least), None, TOP - 0.3)

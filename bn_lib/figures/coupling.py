"""A batch couples its examples: two number lines, before and after, joined example by example."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded, span, unpack
from bn_lib.normalization import moments

BEFORE, AFTER = 1.0, 0.0  # heights of the two number lines


class Coupling(Picture):
    """H above, Ĥ below, a line for each example; the first example is the one that is dragged.

    most: the largest batch. centre: the activation in the middle of the upper number line.
    `update` takes H, Ĥ and the Ĥ of the batch as it was drawn (rings), all of shape (N,), N ≥ 2.
    """

    def __init__(self, most=16, centre=3.0):
        super().__init__(860, 340, most=most, centre=centre)

    def build(self, most, centre):
        self.most, self.centre = most, centre
        reach = np.sqrt(most - 1) + 0.4
        self.zoom = 2.0  # a unit of Ĥ is as wide as two of H
        axes = self.figure.subplots()
        axes.set(xlim=(-reach, reach), ylim=(-0.52, 1.3), yticks=[])
        axes.set_xlabel("after: Ĥ   (rings: as the batch was drawn, before dragging)")
        axes.spines["left"].set_visible(False)
        upper = axes.secondary_xaxis(
            "top", functions=(lambda x: x * self.zoom + centre, lambda h: (h - centre) / self.zoom)
        )
        upper.set_xlabel("before: H")
        for height in (BEFORE, AFTER):
            axes.axhline(height, color="#cccccc", linewidth=1)

        gray = dict(linestyle="none", marker="o", color=style.ORIGINAL, mew=0)
        self.joins = self.moves(axes.vlines([0], 0, 1, color="#bbbbbb", linewidth=1.2))
        self.mean = self.moves(axes.plot([0, 0], [BEFORE, AFTER], "--", color=style.INK, lw=1.5)[0])
        self.picked_join = self.moves(
            axes.plot([0, 0], [BEFORE, AFTER], color=style.ACCENT, linewidth=3)[0]
        )
        self.limits = self.moves(
            axes.plot([0], [AFTER], "|", color=style.INK, markersize=26, mew=2)[0]
        )
        self.rings = self.moves(
            axes.plot([0], [AFTER], "o", mfc="none", mec=style.GUIDE, markersize=13, mew=1.5)[0]
        )
        self.above = self.moves(axes.plot([0], [BEFORE], markersize=10, **gray)[0])
        self.below = self.moves(
            axes.plot([0], [AFTER], "o", color=style.NORMALIZED, markersize=10, mew=0)[0]
        )
        self.picked = self.moves(
            axes.plot([0, 0], [BEFORE, AFTER], "D", color=style.ACCENT, mec=style.INK,
                      markersize=12, mew=1.5)[0]
        )  # fmt: skip
        bold = dict(ha="center", va="center", weight="bold")
        self.dragged = self.moving_text(axes, 0, 1.17, "", color="#a0457a", **bold)
        self.mean_label = self.moving_text(axes, 0, 0.82, "μ", color=style.INK, **bold)
        small = dict(va="center", fontsize=10.5, color=style.INK)
        self.lowest = self.moving_text(axes, 0, -0.36, ha="center", **small)
        self.highest = self.moving_text(axes, 0, -0.36, ha="center", **small)

    def update(self, result, **position):
        H, H_hat, drawn = unpack(result, "H", "H_hat", "drawn")
        n = np.size(H)
        if not 2 <= n <= self.most:
            raise ValueError(f"H has {n} examples, but the figure shows from 2 to {self.most}")
        H, H_hat = expect(H, (n,), "H"), expect(H_hat, (n,), "H_hat")
        drawn = expect(drawn, (n,), "drawn")

        x = (H - self.centre) / self.zoom
        self.joins.set_segments([[(a, BEFORE), (b, AFTER)] for a, b in zip(x, H_hat, strict=True)])
        self.picked_join.set_xdata([x[0], H_hat[0]])
        self.picked.set_xdata([x[0], H_hat[0]])
        self.above.set_data(x[1:], np.full(n - 1, BEFORE))
        self.below.set_data(H_hat[1:], np.full(n - 1, AFTER))
        self.rings.set_data(drawn, np.full(n, AFTER))

        mean = (moments(H)[0] - self.centre) / self.zoom
        self.mean.set_xdata([mean, 0])
        self.mean_label.set_x(mean + np.copysign(0.13, mean))
        self.dragged.set_text("the dragged one")
        edge = np.sqrt(self.most - 1) - 0.6
        self.dragged.set_x(np.clip(x[0], -edge, edge))
        self._update_limits(n)
        self.sentence = self._sentence(H, H_hat, drawn)

    def _update_limits(self, n):
        limit = np.sqrt(n - 1)
        self.limits.set_data([-limit, limit], [AFTER, AFTER])
        edge = np.sqrt(self.most - 1) - 0.55
        self.lowest.set_x(-min(limit, edge))
        self.highest.set_x(min(limit, edge))
        self.lowest.set_text(f"−√(N−1) = {rounded(-limit)}")
        self.highest.set_text(f"√(N−1) = {rounded(limit)}")

    def _sentence(self, H, H_hat, drawn):
        moved = np.abs(H_hat - drawn)[1:]
        others = "the other output" if len(moved) == 1 else f"the other {len(moved)} outputs"
        return (
            f"N = {len(H)}: the dragged example at {rounded(H[0], 1)} becomes {rounded(H_hat[0])}; "
            f"{others} moved by {span(moved)}."
        )

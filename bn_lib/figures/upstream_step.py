"""One step of the layer below, without and with a normalization that has been undone."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded, unpack

LEFT, RIGHT = -1.5, 9.5  # targets
LOW, HIGH = -9.5, 17.0  # outputs


class UpstreamStep(Picture):
    """Outputs against targets, before and after one step: left without, right with normalization.

    `update` takes (target, before, without, with_bn), each of shape (N,): what the outputs should
    be, what they are before the step, and after it on either side.
    """

    def __init__(self):
        super().__init__(860, 420)

    def build(self):
        titles = ("Without normalization", "With batch norm, undone")
        axes = self.figure.subplots(1, 2, sharex=True, sharey=True)
        self.sides = [self._build_side(*pair) for pair in zip(axes, titles, strict=True)]
        axes[0].set_ylabel("output")
        self.figure.supxlabel(
            "target   (rings: before the step, dots: after it, lines: their means)", fontsize=11
        )

    def _build_side(self, axes, title):
        axes.set_title(title, pad=66)
        axes.set(xlim=(LEFT, RIGHT), ylim=(LOW, HIGH))
        axes.plot([LOW, HIGH], [LOW, HIGH], ":", color=style.TARGET, linewidth=1.5)
        axes.text(
            RIGHT - 0.1, RIGHT - 1.5, "solved", ha="right", va="top", color=style.TARGET_WORDS
        )
        ring = dict(mfc="none", mec=style.GUIDE, markersize=7, mew=1.2)
        dot = dict(color=style.OUTPUT, markersize=6, mew=0, alpha=0.8)
        above = dict(transform=axes.transAxes, va="bottom")
        return {
            "before": self.moves(axes.plot([], [], "o", **ring)[0]),
            "after": self.moves(axes.plot([], [], "o", **dot)[0]),
            "old mean": self.moves(axes.plot([], [], "--", color=style.GUIDE, linewidth=1.5)[0]),
            "new mean": self.moves(axes.plot([], [], color=style.OUTPUT, linewidth=2)[0]),
            "loss": self.moving_text(axes, 0, 1.2, weight="bold", **above),
            "mean": self.moving_text(axes, 0, 1.11, **above),
            "spread": self.moving_text(axes, 0, 1.02, **above),
            "outside": self.moving_text(axes, LEFT + 0.2, HIGH - 0.2, va="top", fontsize=10.5),
        }

    def update(self, result, *, N, lr, eps=0, **others):
        names = ("target", "before", "without", "with_bn")
        parts = unpack(result, *names)
        target, before, *after = (
            expect(values, (N,), name) for values, name in zip(parts, names, strict=True)
        )
        said = [
            self._show(side, target, before, y) for side, y in zip(self.sides, after, strict=True)
        ]
        loss, mean = np.mean((before - target) ** 2), np.mean(before)
        self.sentence = (
            f"N = {N}, lr = {lr:g}, ε = {eps:g}: loss {rounded(loss)} and mean {rounded(mean)}."
            f" After the step: {said[0]} without batch norm, {said[1]} behind it."
        )

    def _show(self, side, target, before, after):
        side["before"].set_data(target, before)
        side["after"].set_data(target, after)
        ends = [LEFT, RIGHT]
        side["old mean"].set_data(ends, [np.mean(before)] * 2)
        side["new mean"].set_data(ends, [np.mean(after)] * 2)
        said = []
        for name, measure in (
            ("loss", lambda y: np.mean((y - target) ** 2)),
            ("mean", np.mean),
            ("spread", np.std),
        ):
            old, new = (rounded(measure(y)) for y in (before, after))
            side[name].set_text(f"{name} {old} → {new}")
            said.append(new)
        inside = (after > LOW) & (after < HIGH) & (target > LEFT) & (target < RIGHT)
        outside = np.count_nonzero(~inside)
        side["outside"].set_text(f"{outside} outside" if outside else "")
        return " and ".join(said[:2])

"""One unit whose weights are scaled: what it sends into batch norm, and what comes out."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded, unpack

REACH = 20  # what the axis of the unit's own outputs shows


class ScaledWeights(Picture):
    """Left: aWx + c against Wx, example by example. Right: the same behind batch norm.

    before: Wx of one unit, shape (N,); reach: the largest |BN(Wx)| of the axes. `update` takes
    (scaled, plain, out): aWx + c, BN(Wx) and BN(aWx + c), shape (N,) each, at a position with
    `log10_a`, `shift` and `eps`; and `mirror`, if a may be negative.
    """

    SAME = 1e-9  # "the same" is said below this difference

    def __init__(self, before, reach=5):
        super().__init__(860, 370, before=np.asarray(before), high=reach)

    def build(self, before, high):
        self.before = before
        left, right = self.figure.subplots(1, 2)
        wide = 1.1 * np.abs(before).max()
        left.set(title="Into batch norm: aWx + c", xlim=(-wide, wide), ylim=(-REACH, REACH))
        left.set(xlabel="Wx", ylabel="aWx + c")
        left.axhline(0, color="#cccccc", linewidth=1)
        left.plot(before, before, "o", mfc="none", mec="#999999", markersize=6, mew=1)
        left.text(0.98, 0.03, "rings: a = 1, c = 0", transform=left.transAxes, ha="right",
                  color=style.NOTE, fontsize=10.5)  # fmt: skip

        right.set(title="Out of it: BN(aWx + c)", xlim=(-high, high), ylim=(-high, high))
        right.set(xlabel="BN(Wx)", ylabel="BN(aWx + c)")
        right.plot([-high, high], [-high, high], ":", color=style.TARGET, linewidth=1.8)
        right.text(0.98, 0.03, "dotted: the same output", transform=right.transAxes, ha="right",
                   color=style.TARGET_WORDS, fontsize=10.5)  # fmt: skip
        dots = dict(color=style.OUTPUT, markersize=5, mew=0, alpha=0.7)
        self.scaled = self.moves(left.plot([], [], "o", **dots)[0])
        self.out = self.moves(right.plot([], [], "o", **dots)[0])
        looks = dict(weight="bold", va="top")
        self.moments = self.moving_text(left, -0.96 * wide, 0.97 * REACH, **looks)
        self.outside = self.moving_text(left, -0.96 * wide, 0.82 * REACH, va="top", fontsize=10.5)
        self.verdict = self.moving_text(right, -0.96 * high, 0.97 * high, **looks)

    def update(self, result, *, log10_a, shift, eps, **others):
        names = ("scaled", "plain", "out")
        scaled, plain, out = (
            expect(part, self.before.shape, name)
            for part, name in zip(unpack(result, *names), names, strict=True)
        )
        self.scaled.set_data(self.before, scaled)
        self.out.set_data(plain, out)
        off = np.abs(out - plain).max()
        size = f"mean {_short(scaled.mean())}, spread {_short(scaled.std())}"
        beyond = np.count_nonzero(np.abs(scaled) > REACH)
        verdict = "✓ the same output" if off < self.SAME else f"differs by up to {_short(off)}"
        self.moments.set_text(size)
        self.outside.set_text(f"{beyond} outside" if beyond else "")
        self.verdict.set_text(verdict)
        a = 10**log10_a * (-1 if others.get("mirror") else 1)
        self.sentence = (
            f"a = {_short(a)}, c = {_short(shift)}, ε = {eps:g}: into batch norm comes {size}."
            f" Behind it: {verdict}."
        )


def _short(value) -> str:
    """Three digits, a real minus sign."""
    return rounded(value) if abs(value) >= 100 else f"{value:.3g}".replace("-", "−")

"""A unit's pre-activations on a curve such as the sigmoid, and how straight the curve is there."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, percent, unpack

REACH = 12  # the pre-activations that the axes show
CURVE = np.linspace(-REACH, REACH, 481)
STILL = "#b5b5b5"
WORDS = ("without", "with")


class OnTheCurve(Picture):
    """A batch on a nonlinearity and on its slope, without and with normalization side by side.

    curve, slope: the nonlinearity and its derivative, functions of an array. examples: N.
    `update` takes two sides, without and with, each (z, share, line): the pre-activations, shape
    (N,), the share that is saturated, and the best straight line (slope, intercept, r2). The
    position must have `threshold`; a point is drawn hollow where the slope is below it.
    """

    UNDONE = 1e-9  # "undone" is said below this rms difference, in units of σ

    def __init__(self, curve, slope, examples=100):
        super().__init__(860, 430, curve=curve, slope=slope, examples=examples)

    def build(self, curve, slope, examples):
        self.curve, self.slope, self.examples = curve, slope, examples
        axes = self.figure.subplots(2, 2, sharex="col", sharey="row", height_ratios=[1.7, 1])
        titles = ("Without normalization: z", "With: γẑ + β")
        self.sides = [
            self._build_side(above, below, title, colour)
            for above, below, title, colour in zip(
                *axes, titles, (style.WITHOUT, style.OUTPUT), strict=True
            )
        ]
        axes[0, 0].set_ylabel("activation σ(z)")
        axes[1, 0].set_ylabel("slope σ′(z)")

    def _build_side(self, above, below, title, colour):
        above.set(title=title, xlim=(-REACH, REACH), ylim=(-0.08, 1.12), yticks=(0, 0.5, 1))
        below.set(xlabel="input of the sigmoid", ylim=(-0.02, 0.29), yticks=(0, 0.25))
        above.plot(CURVE, self.curve(CURVE), color=STILL, linewidth=1.5)
        below.plot(CURVE, self.slope(CURVE), color=STILL, linewidth=1.5)
        line = self.moves(above.plot([], [], "--", color=style.INK, linewidth=1.8)[0])
        limit = self.moves(below.plot([], [], ":", color=style.INK, linewidth=1.5)[0])
        dots = dict(markersize=6, mec=colour, mew=1)
        awake = [self.moves(a.plot([], [], "o", mfc=colour, alpha=0.6, **dots)[0])
                 for a in (above, below)]  # fmt: skip
        asleep = [self.moves(a.plot([], [], "o", mfc="none", **dots)[0]) for a in (above, below)]
        looks = dict(ha="left", va="center", fontsize=11)
        return {
            "line": line,
            "limit": limit,
            "awake": awake,
            "asleep": asleep,
            "share": self.moving_text(above, -REACH + 0.4, 1.03, color=colour, weight="bold",
                                      **looks),
            "r2": self.moving_text(above, -REACH + 0.4, 0.88, **looks),
            "left": self.moving_text(above, -REACH + 0.4, 0.68, color=colour, **looks),
            "right": self.moving_text(above, REACH - 0.4, 0.32, color=colour,
                                      **looks | dict(ha="right")),
            "threshold": self.moving_text(below, -REACH + 0.4, 0, fontsize=10.5, va="bottom"),
        }  # fmt: skip

    def update(self, sides, *, threshold, **others):
        sides = unpack(sides, *WORDS)
        checked = [self._checked(side, name) for side, name in zip(sides, WORDS, strict=True)]
        said = [
            self._show(side, *values, threshold)
            for side, values in zip(self.sides, checked, strict=True)
        ]
        raw, normalized = (z for z, _, _ in checked)
        self.sentence = f"Without: {said[0]}. {self._where(raw, normalized, others)}: {said[1]}."

    def _checked(self, side, name):
        z, share, line = unpack(side, "z", "share", "line")
        return (
            expect(z, (self.examples,), f"z {name} normalization"),
            float(expect(share, (), f"the share {name} normalization")),
            expect(line, (3,), f"the line {name} normalization"),
        )

    def _show(self, side, z, share, line, threshold):
        slope, intercept, r2 = line
        ends = np.array([z.min(), z.max()])
        side["line"].set_data(ends, slope * ends + intercept)
        side["limit"].set_data([-REACH, REACH], [threshold, threshold])
        side["threshold"].set_y(threshold + 0.004)
        side["threshold"].set_text(f"hollow < {threshold:g}")
        heights = (self.curve(z), self.slope(z))
        flat = heights[1] < threshold
        for awake, asleep, height in zip(side["awake"], side["asleep"], heights, strict=True):
            awake.set_data(z[~flat], height[~flat])
            asleep.set_data(z[flat], height[flat])
        side["share"].set_text(f"{percent(share, 0)} saturated")
        side["r2"].set_text(f"line explains {percent(r2)}")
        low, high = np.sum(z < -REACH), np.sum(z > REACH)
        side["left"].set_text(f"◀ {low} more" if low else "")
        side["right"].set_text(f"{high} more ▶" if high else "")
        return f"{percent(share, 0)} saturated, a line explains {percent(r2)}"

    def _where(self, raw, normalized, position):
        letters = {"gamma": "γ", "beta": "β"}
        there = ", ".join(
            f"{letter} = {position[name]:.3g}".replace("-", "−")
            for name, letter in letters.items()
            if name in position
        )
        undone = np.sqrt(np.mean((normalized - raw) ** 2)) < self.UNDONE * raw.std()
        return f"With {there}" + (" (✓ undone)" if undone else "")


class Straightness(Picture):
    """How straight a curve is for inputs with mean β and spread γ: the line, and its R².

    curve: the nonlinearity, a function of an array. gammas: the spreads of the right view's
    curve. limit: R² for very large γ at β = 0. `update` takes the best line (slope, intercept,
    r2) and R² for each of gammas, shape (len(gammas),), at a position with `gamma` and `beta`.
    """

    def __init__(self, curve, gammas, limit):
        super().__init__(860, 350, curve=curve, gammas=np.asarray(gammas), limit=limit)

    def build(self, curve, gammas, limit):
        self.gammas = gammas
        left, right = self.figure.subplots(1, 2, width_ratios=[1.15, 1])
        left.set(title="Sigmoid and best line", xlabel="input of the sigmoid")
        left.set(xlim=(-REACH, REACH), ylim=(-0.08, 1.12), yticks=(0, 0.5, 1), ylabel="activation")
        left.plot(CURVE, curve(CURVE), color=STILL, linewidth=2)
        bell = left.fill([0, 0], [0, 0], color=style.OUTPUT, alpha=0.22, linewidth=0)[0]
        self.bell = self.moves(bell)
        self.line = self.moves(left.plot([], [], "--", color=style.OUTPUT, linewidth=2.5)[0])
        looks = dict(color=style.OUTPUT, weight="bold")
        self.label = self.moving_text(left, -REACH + 0.4, 1.03, va="center", **looks)
        left.text(-REACH + 0.4, 0.84, "shaded: the inputs", color=style.NOTE, fontsize=10.5)

        right.set(title="What the line explains", xlabel="γ, the spread of the inputs")
        ends = gammas[0] / 1.15, gammas[-1] * 1.15  # room for the ring
        right.set(xscale="log", xlim=ends, ylim=(0.25, 1.03), ylabel="R²")
        ticks = [0.1, 0.25, 0.5, 1, 2, 4, 8]
        right.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        right.set_xticks([], minor=True)
        right.axhline(limit, color=STILL, linestyle=":", linewidth=1.5)
        right.text(gammas[0] * 1.05, limit - 0.012, "γ → ∞: 2/π", va="top",
                   color=style.NOTE, fontsize=10.5)  # fmt: skip
        self.r2s = self.moves(right.plot([], [], color=style.OUTPUT)[0])
        ring = right.plot([], [], "o", mfc="none", mec=style.OUTPUT, markersize=12, mew=3)[0]
        self.here = self.moves(ring)
        self.beta = self.moving_text(right, gammas[0] * 1.05, 0.3, **looks)

    def update(self, result, *, gamma, beta, **others):
        line, r2s = unpack(result, "line", "r2s")
        slope, intercept, r2 = expect(line, (3,), "the line")
        r2s = expect(r2s, self.gammas.shape, "R² for each γ")
        spread = np.linspace(-3.5, 3.5, 71)
        z = gamma * spread + beta
        self.bell.set_xy(np.column_stack([z, 0.35 * np.exp(-(spread**2) / 2) - 0.08]))
        ends = gamma * np.array([-2.5, 2.5]) + beta
        self.line.set_data(ends, slope * ends + intercept)
        self.label.set_text(f"explains {percent(r2)}")
        self.r2s.set_data(self.gammas, r2s)
        self.here.set_data([gamma], [r2])
        self.beta.set_text(f"β = {beta:g}")
        self.sentence = (
            f"Inputs with spread γ = {gamma:g} and mean β = {beta:g}: the best straight line"
            f" explains {percent(r2)} of the sigmoid's variance; its slope is {slope:.3f}."
        )

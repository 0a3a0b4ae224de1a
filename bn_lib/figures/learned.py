"""What γ and β have learned, beside the spread and the mean of what their layer is given."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded, unpack


class TwoSpreads(Picture):
    """γ, and the spread σ of the student's own input, while a student learns from a teacher.

    sigma: the teacher's spread. until: the last step. `update` takes (steps, gamma, own), of shape
    (T,) each: γ and the student's own σ, after these steps.
    """

    LOW, HIGH = 0.05, 100

    def __init__(self, sigma, until):
        super().__init__(860, 340, sigma=float(sigma), until=until)

    def build(self, sigma, until):
        self.sigma = sigma
        axes = self.figure.subplots()
        axes.set(xlim=(0, 1.25 * until), yscale="log", ylim=(self.LOW, self.HIGH))
        axes.set(xlabel="steps of training", title="Which σ does γ go to?")
        axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= until])
        axes.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
        axes.axhline(sigma, color=style.TARGET, linestyle=":", linewidth=2)
        axes.text(1.24 * until, 1.12 * sigma, "the teacher's σ",
                  color=style.TARGET_WORDS, ha="right", va="bottom", weight="bold")  # fmt: skip
        self.own = self.moves(axes.plot([], [], color=style.WITHOUT, linestyle="--")[0])
        self.gamma = self.moves(axes.plot([], [], color=style.OUTPUT, linewidth=3)[0])
        looks = dict(weight="bold", va="center")
        self.own_name = self.moving_text(axes, 0, 1, color=style.WITHOUT, **looks)
        self.gamma_name = self.moving_text(axes, 0, 1, color=style.OUTPUT_WORDS, **looks)
        self.gap = until / 90

    def update(self, result, **position):
        steps, gamma, own = unpack(result, "steps", "gamma", "own")
        count = np.shape(steps)
        steps, gamma, own = (
            expect(values, count, name)
            for values, name in ((steps, "steps"), (gamma, "gamma"), (own, "own"))
        )
        self.gamma.set_data(steps, np.maximum(gamma, self.LOW))
        self.own.set_data(steps, own)
        end = steps[-1] + self.gap
        below = np.clip(gamma[-1], self.LOW, self.HIGH) / 1.3
        near = abs(np.log(own[-1] / below)) < 0.35
        above = own[-1] if not 1 < own[-1] / self.sigma < 2.4 else 2.4 * self.sigma  # its name
        self.gamma_name.set_position((end, below))
        self.own_name.set_position((end, below / 1.6 if near else above))
        self.gamma_name.set_text(f"γ = {rounded(gamma[-1])}")
        self.own_name.set_text(f"own σ = {rounded(own[-1])}")
        self.sentence = (
            f"The student's own σ is {rounded(own[0])} at first and {rounded(own[-1])} after "
            f"{steps[-1]:,.0f} steps; γ ends at {rounded(gamma[-1])}, the teacher's σ is "
            f"{rounded(self.sigma)}."
        )


class UnitByUnit(Picture):
    """Every unit of a layer as a dot: γ above its own σ, β above its own μ.

    units: how many. sigma, gamma, mu, beta: the ranges of the axes. `update` takes (gamma, beta,
    sigma, mu, share): four arrays of shape (units,), and which share of the way to undone is done.
    The sentence begins with the position, if there is one.
    """

    def __init__(self, units, sigma=(0, 2), gamma=(0, 2.6), mu=(-4, 4), beta=(-1, 1)):
        super().__init__(860, 360, units=units, ranges=(sigma, gamma, mu, beta))

    def build(self, units, ranges):
        self.units = units
        sigma, gamma, mu, beta = ranges
        left, right = self.figure.subplots(1, 2)
        self.sides = [
            self._build_side(left, sigma, gamma, "σ of the unit's own input", "γ", 1),
            self._build_side(right, mu, beta, "μ of the unit's own input", "β", 0),
        ]

    def _build_side(self, axes, x, y, xlabel, ylabel, start):
        axes.set(xlim=x, ylim=y, xlabel=xlabel, ylabel=ylabel)
        axes.set_title(f"{ylabel}: undone on the dotted line")
        axes.axhline(start, color="#999999", linewidth=1.5)
        axes.text(x[1], start, "start", color=style.NOTE, ha="right", va="bottom", fontsize=10.5)
        ends = [min(x[0], y[0]), max(x[1], y[1])]
        axes.plot(ends, ends, ":", color=style.TARGET, linewidth=2)
        dots = self.moves(axes.plot([], [], "o", color=style.OUTPUT, mew=0, alpha=0.7)[0])
        outside = self.moving_text(
            axes, x[0] + 0.02 * (x[1] - x[0]), y[1], va="top", fontsize=10.5, weight="bold"
        )
        return dots, outside, (*x, *y)

    def update(self, result, **position):
        *parts, share = unpack(result, "gamma", "beta", "sigma", "mu", "share")
        names = ("gamma", "beta", "sigma", "mu")
        gamma, beta, sigma, mu = (
            expect(values, (self.units,), name) for values, name in zip(parts, names, strict=True)
        )
        share = float(expect(share, (), "the share"))
        for (dots, outside, (left, right, low, high)), x, y in zip(
            self.sides, (sigma, mu), (gamma, beta), strict=True
        ):
            dots.set_data(x, y)
            inside = (x >= left) & (x <= right) & (y >= low) & (y <= high)
            count = np.count_nonzero(~inside)
            outside.set_text(f"{count} units outside" if count else "")
        where = ", ".join(f"{name} {value}" for name, value in position.items())
        self.sentence = (
            f"{where}{': ' if where else ''}γ and β have gone {rounded(100 * share, 0)} % of the "
            f"way to undone; medians: γ {rounded(np.median(gamma))}, own σ "
            f"{rounded(np.median(sigma))}."
        )

"""Figures of the topic *descent*: where training takes γ and β."""

import numpy as np

from bn_lib.figures.undo import rings, star
from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, take, unpack
from bn_lib.pictures.marks import Dots, Line, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import level, note
from bn_lib.pictures.words import outside, percent, rounded, short

LEAST = 1e-9  # what is smaller than the axis shows may be 0, which has no logarithm


class _Path(Picture):
    """A path through a plane of two parameters on the left, how far it still is on the right.

    A subclass draws what stands still in the plane.
    """

    def _build(self, steps, plane, curve):
        """Make both axes and their marks: two dicts of the axes' properties."""
        self.steps = steps
        left, right = self.figure.subplots(1, 2, width_ratios=[1, 1.25])
        left.set(aspect="equal", **plane)
        self._build_plane(left)
        self.path = Line(self, left, color=style.OUTPUT, linewidth=style.THIN)
        size = style.SPECK if steps <= 200 else style.DUST
        self.dots = Dots(self, left, color=style.OUTPUT, markersize=size, alpha=0.7)
        self.first = Dots(
            self, left, mfc="none", mec=style.INK, markersize=style.HERE, mew=style.LINE
        )
        end = dict(marker="s", mec="white", markersize=style.BEAD, mew=style.FINE)
        self.last = Dots(self, left, mfc=style.OUTPUT, **end)
        corner = left.get_xlim()[0] + 0.2, left.get_ylim()[1] - 0.2
        looks = dict(va="top", weight="bold", fontsize=style.SMALL)
        self.outside = Words(self, left, *corner, **looks)
        right.set(yscale="log", xlim=(0, steps), xlabel="steps", ylim=curve["ylim"])
        right.set_title(curve["title"], pad=24)
        right.grid(axis="y", color=style.GRID, linewidth=style.THIN)
        self.left = Line(self, right, color=style.OUTPUT, linewidth=style.BOLD)
        above = dict(transform=right.transAxes, va="bottom", weight="bold")
        self.words = Words(self, right, 0, 1.02, color=style.OUTPUT_WORDS, **above)

    def _show(self, path, left):
        self.path.show(*path.T)
        self.dots.show(*path.T)
        self.first.show(*path[0])
        self.last.show(*path[-1])
        self.outside.say(outside(self.path.beyond, "steps"))
        self.left.show(np.arange(len(left)), np.maximum(left, LEAST))


class Bowl(_Path):
    """Steps of γ and β on a round bowl, and their distance from where it is undone.

    undone: γ and β there. steps: how many. `update` takes the path, shape (steps + 1, 2): γ and β
    at the start and after each step, at a position with `lr`. With `N` in the position it is one
    of mini-batches, and the average of its second half is marked. gamma, beta, distance: the
    ranges of the axes.
    """

    def __init__(self, undone, steps=100, gamma=(-4, 7), beta=(-4, 10), distance=(1e-6, 1e4)):
        self.undone = np.array(undone, dtype=float)
        plane = dict(title="The γ, β plane", xlabel="γ", ylabel="β", xlim=gamma, ylim=beta)
        with self.drawing(860, 420):
            self._build(steps, plane, dict(title="Distance from undone", ylim=distance))
            diamond = dict(marker="D", markersize=style.BALL, mec="white", mew=style.FINE)
            self.rest = Dots(self, self.path.axes, color=style.NORMALIZED, **diamond)

    def _build_plane(self, axes):
        rings(axes, self.undone, range(1, 13), color=style.ZERO, linewidth=style.THIN)
        star(axes, self.undone, style.STAR, (16, -4), color=style.TARGET_WORDS, weight="bold")

    def update(self, path, *, lr, N=None, **others):
        path = expect(path, (self.steps + 1, 2), "the path")
        distance = np.linalg.norm(path - self.undone, axis=1)
        self._show(path, distance)
        gamma, beta = map(rounded, path[0])
        start = f"From γ = {gamma}, β = {beta} with lr = {short(lr)}"
        self.rest.set_visible(N is not None)
        if N is None:
            factor = rounded(distance[1] / max(distance[0], LEAST), 3)
            # Rounding noise is no distance.
            size = "0 to 6 decimals" if distance[-1] < 5e-7 else short(distance[-1], 3)
            self.words.say(f"× {factor} at each step")
            self.sentence = (
                f"{start}: the distance from undone is {short(distance[0], 3)} at first, "
                f"× {factor} in a step, and {size} after {self.steps} steps."
            )
        else:
            rest = path[self.steps // 2 :].mean(axis=0)
            self.rest.show(*rest)
            found, undone = (
                f"γ = {rounded(gamma)}, β = {rounded(beta)}" for gamma, beta in (rest, self.undone)
            )
            self.words.say(f"second half: {found}")
            self.sentence = (
                f"{start}, N = {N}: the second half of {self.steps} steps has mean {found}; "
                f"undone is {undone}."
            )


class Valley(_Path):
    """Steps of γ and of the weight v behind it, whose product has to be right; and the loss.

    undone: γ and v where the layer is undone. `update` takes (path, losses), of the shapes
    (steps + 1, 2) and (steps + 1,): γ and v, and the loss there, at a position with `lr`.
    """

    def __init__(self, undone, steps=200, gamma=(-4, 4), v=(-4, 4)):
        self.undone = np.array(undone, dtype=float)
        plane = dict(title="γ, and the weight behind it", xlabel="γ", ylabel="v")
        with self.drawing(860, 420):
            self._build(
                steps, plane | dict(xlim=gamma, ylim=v), dict(title="Loss", ylim=(1e-9, 1e3))
            )

    def _build_plane(self, axes):
        for sign in (-1, 1):
            gamma = sign * np.geomspace(0.1, 4.5, 200)
            axes.plot(gamma, self.undone.prod() / gamma, color=style.NORMALIZED)
        note(axes, 1.2, -3.7, "loss 0 on\nboth curves", color=style.NORMALIZED)
        star(axes, self.undone, style.STAR - 4, (8, 6), color=style.TARGET_WORDS, weight="bold")

    def update(self, result, *, lr, **others):
        path, losses = take(result, path=(self.steps + 1, 2), losses=(self.steps + 1,))
        self._show(path, losses)
        (start, v_start), (gamma, v) = path[0], path[-1]
        self.words.say(f"γ = {rounded(gamma)}, γ·v = {rounded(gamma * v)}")
        self.sentence = (
            f"From γ = {rounded(start)}, v = {rounded(v_start)}, {self.steps} steps of lr = "
            f"{short(lr)}: γ = {rounded(gamma)} (undone {rounded(self.undone[0])}), γ·v = "
            f"{rounded(gamma * v)} (needed {rounded(self.undone.prod())})."
        )


class TwoSpreads(Picture):
    """γ, and the spread σ of the student's own input, while a student learns from a teacher.

    sigma: the teacher's spread. until: the last step. `update` takes (steps, gamma, own), of shape
    (T,) each: γ and the student's own σ, after these steps.
    """

    LOW, HIGH = 0.05, 100

    def __init__(self, sigma, until):
        self.sigma, self.gap = float(sigma), until / 90
        with self.drawing(860, 340):
            axes = self.figure.subplots()
            axes.set(xlim=(0, 1.25 * until), yscale="log", ylim=(self.LOW, self.HIGH))
            axes.set(xlabel="steps of training", title="Which σ does γ go to?")
            axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= until])
            axes.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
            level(axes, sigma, color=style.TARGET, linestyle=":", linewidth=style.LINE)
            bold = dict(weight="bold", va="center")
            looks = bold | dict(color=style.TARGET_WORDS, ha="right", va="bottom")
            axes.text(1.24 * until, 1.12 * sigma, "the teacher's σ", **looks)
            self.own = Line(self, axes, color=style.WITHOUT, linestyle="--")
            self.gamma = Line(self, axes, color=style.OUTPUT, linewidth=style.HEAVY)
            self.own_name = Words(self, axes, 0, 1, color=style.WITHOUT, **bold)
            self.gamma_name = Words(self, axes, 0, 1, color=style.OUTPUT_WORDS, **bold)

    def update(self, result, **position):
        shape = np.shape(unpack(result, "steps", "gamma", "own")[0])
        steps, gamma, own = take(result, steps=shape, gamma=shape, own=shape)
        self.gamma.show(steps, np.maximum(gamma, self.LOW))
        self.own.show(steps, own)
        end = steps[-1] + self.gap
        below = np.clip(gamma[-1], self.LOW, self.HIGH) / 1.3
        near = abs(np.log(own[-1] / below)) < 0.35
        above = own[-1] if not 1 < own[-1] / self.sigma < 2.4 else 2.4 * self.sigma  # its name
        self.gamma_name.say(f"γ = {rounded(gamma[-1])}", end, below)
        self.own_name.say(f"own σ = {rounded(own[-1])}", end, below / 1.6 if near else above)
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
        self.units = units
        with self.drawing(860, 360):
            left, right = self.figure.subplots(1, 2)
            self.sides = [
                self._build_side(left, sigma, gamma, "σ of the unit's own input", "γ", 1),
                self._build_side(right, mu, beta, "μ of the unit's own input", "β", 0),
            ]

    def _build_side(self, axes, x, y, xlabel, ylabel, start):
        axes.set(xlim=x, ylim=y, xlabel=xlabel, ylabel=ylabel)
        axes.set_title(f"{ylabel}: undone on the dotted line")
        level(axes, start, color=style.LEVEL, linewidth=style.FINE)
        note(axes, x[1], start, "start", ha="right", va="bottom")
        ends = [min(x[0], y[0]), max(x[1], y[1])]
        axes.plot(ends, ends, ":", color=style.TARGET)
        dots = Dots(self, axes, color=style.OUTPUT, alpha=0.7)
        looks = dict(va="top", fontsize=style.SMALL, weight="bold")
        return dots, Words(self, axes, x[0] + 0.02 * (x[1] - x[0]), y[1], **looks)

    def update(self, result, **position):
        shape = (self.units,)
        *points, share = take(result, gamma=shape, beta=shape, sigma=shape, mu=shape, share=())
        gamma, beta, sigma, mu = points
        for (dots, beyond), x, y in zip(self.sides, (sigma, mu), (gamma, beta), strict=True):
            dots.show(x, y)
            beyond.say(outside(dots.beyond, "units"))
        where = ", ".join(f"{name} {value}" for name, value in position.items())
        self.sentence = (
            f"{where}{': ' if where else ''}γ and β have gone {percent(share, 0)} of the "
            f"way to undone; medians: γ {rounded(np.median(gamma))}, own σ "
            f"{rounded(np.median(sigma))}."
        )

"""Figures of the topic *descent*: where training takes γ and β."""

import numpy as np
from matplotlib.ticker import MultipleLocator

from bn_lib.figures.networks import LOOKS, WORDS
from bn_lib.figures.undo import rings, star
from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, take, unpack
from bn_lib.pictures.marks import Dots, Line, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, level, note
from bn_lib.pictures.words import outside, percent, power, rounded, short

TINY = 1e-9  # stands in for 0, by which nothing can be divided


class _Path(Picture):
    """A path through a plane of two parameters on the left, how far it still is on the right.

    A subclass draws what stands still in the plane.
    """

    def _build(self, steps, plane, curve):
        """Make both axes and their marks: two dicts of the axes' properties."""
        self.steps = steps
        left, right = self.figure.subplots(1, 2, width_ratios=[1, 1.25])
        left.set(aspect="equal", **plane)
        left.xaxis.set_major_locator(MultipleLocator(2))
        self._build_plane(left)
        self.path = Line(self, left, color=style.OUTPUT, linewidth=style.THIN)
        size = style.SPECK if steps <= 200 else style.DUST
        self.dots = Dots(self, left, color=style.OUTPUT, markersize=size, alpha=0.7)
        self.first = Dots(
            self, left, mfc="none", mec=style.INK, markersize=style.HERE, mew=style.LINE
        )
        end = dict(marker="s", mec="white", markersize=style.BEAD, mew=style.FINE)
        self.last = Dots(self, left, mfc=style.OUTPUT, **end)
        left.set_title(plane["title"], y=1.1)  # above the words
        above = dict(va="bottom", weight="bold")
        self.outside = Words(self, left, 0, 1.02, transform=left.transAxes, **above)
        right.set(yscale="log", xlim=(0, steps), xlabel="steps", ylim=curve["ylim"])
        self.least = curve["ylim"][0]  # 0 has no logarithm: what is smaller lies on the axis
        ticks = right.get_yticks()
        ticks = ticks[(ticks >= self.least) & (ticks <= curve["ylim"][1])]
        right.set_yticks(ticks, [("≤ " if t == self.least else "") + power(t) for t in ticks])
        right.set_title(curve["title"], y=1.08)
        right.grid(axis="y", color=style.GRID, linewidth=style.THIN)
        self.left = Line(self, right, color=style.OUTPUT, linewidth=style.BOLD)
        looks = above | dict(color=style.OUTPUT_WORDS)
        self.words = Words(self, right, 0, 1.02, transform=right.transAxes, **looks)

    def _show(self, path, left):
        self.path.show(*path.T)
        self.dots.show(*path.T)
        self.first.show(*path[0])
        self.last.show(*path[-1])
        self.outside.say(outside(self.path.beyond, "steps"))
        self.left.show(np.arange(len(left)), np.maximum(left, self.least))


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
            factor = power(distance[1] / max(distance[0], TINY))
            # Rounding noise is no distance.
            size = "0 to 6 decimals" if distance[-1] < 5e-7 else power(distance[-1])
            self.words.say(f"× {factor} at each step")
            self.sentence = (
                f"{start}: the distance from undone is {power(distance[0])} at first, × {factor} in"
                f" a step, and {size} after {self.steps} steps."
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
    """Steps of γ and of the weight v after it, whose product has to be right; and the loss.

    undone: γ and v where the layer is undone. `update` takes (path, losses), of the shapes
    (steps + 1, 2) and (steps + 1,): γ and v, and the loss there, at a position with `lr`.
    """

    def __init__(self, undone, steps=200, gamma=(-4, 4), v=(-4, 4)):
        self.undone = np.array(undone, dtype=float)
        plane = dict(title="γ, and the weight after it", xlabel="γ", ylabel="v")
        with self.drawing(860, 420):
            self._build(
                steps, plane | dict(xlim=gamma, ylim=v), dict(title="Loss", ylim=(1e-9, 1e3))
            )

    def _build_plane(self, axes):
        for sign in (-1, 1):
            gamma = sign * np.geomspace(0.1, 4.5, 200)
            axes.plot(gamma, self.undone.prod() / gamma, color=style.NORMALIZED)
        words = "loss 0, γ·v = σ,\non both curves"
        note(axes, 3.9, -3.7, words, ha="right", color=style.NORMALIZED)
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

    narrow, longer = 480, 1.2
    LOW, HIGH = 0.05, 100

    def __init__(self, sigma, until):
        self.sigma, self.gap = float(sigma), until / 90
        with self.drawing(860, 340):
            axes = self.figure.subplots()
            axes.set(xlim=(0, 1.34 * until), yscale="log", ylim=(self.LOW, self.HIGH))
            axes.set(xlabel="steps of training", title="Which σ does γ go to?")
            axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= until])
            axes.spines["bottom"].set_bounds(0, until)  # beyond, there are names only
            axes.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
            level(axes, sigma, color=style.TARGET, linestyle=":", linewidth=style.LINE)
            bold = dict(weight="bold", va="center")
            looks = bold | dict(color=style.TARGET_WORDS, ha="right", va="bottom")
            axes.text(1.33 * until, 1.12 * sigma, "the teacher's σ", **looks)
            self.own = Line(self, axes, color=style.BASIS, linestyle="--")
            self.gamma = Line(self, axes, color=style.OUTPUT, linewidth=style.HEAVY)
            self.own_name = Words(self, axes, 0, 1, color=style.BASIS, **bold)
            self.gamma_name = Words(self, axes, 0, 1, color=style.OUTPUT_WORDS, **bold)

    def update(self, result, **position):
        shape = np.shape(unpack(result, "steps", "gamma", "own")[0])
        steps, gamma, own = take(result, steps=shape, gamma=shape, own=shape)
        self.gamma.show(steps, np.maximum(gamma, self.LOW))
        self.own.show(steps, own)
        end = steps[-1] + self.gap
        below = np.clip(gamma[-1], 1.9 * self.LOW, self.HIGH) / 1.5
        near = abs(np.log(own[-1] / below)) < 0.5
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


class Leaving(Picture):
    """γ of each unit of a layer above its σ, as they leave the line where they undo it.

    units: how many. `update` takes (sigma, gamma), of shape (units,) each.
    """

    def __init__(self, units, sigma=(0, 0.15), gamma=(-2.3, 2.3)):
        self.units = units
        with self.drawing(860, 340):
            axes = self.figure.subplots()
            axes.set(xlim=sigma, ylim=gamma, ylabel="γ")
            axes.set_xlabel("σ before batch norm")
            level(axes, color=style.LEVEL)
            axes.plot(sigma, sigma, ":", color=style.TARGET)
            words = dict(color=style.TARGET_WORDS, weight="bold", ha="right", va="bottom")
            axes.text(sigma[1], sigma[1] + 0.08, "undone: γ = σ", **words)
            looks = {name: LOOKS["starts undone"][name] for name in ("color", "marker")}
            self.dots = Dots(self, axes, alpha=0.7, markersize=style.BEAD, **looks)
            corner = dict(va="top", fontsize=style.SMALL, weight="bold")
            self.outside = Words(self, axes, 0.01 * sigma[1], gamma[1], **corner)

    def update(self, result, **position):
        sigma, gamma = take(result, sigma=(self.units,), gamma=(self.units,))
        self.dots.show(sigma, gamma)
        self.outside.say(outside(self.dots.beyond, "units"))
        times = np.median(np.abs(gamma) / np.maximum(sigma, TINY))
        self.sentence = (
            f"γ between {rounded(gamma.min(), 1)} and {rounded(gamma.max(), 1)}, σ about "
            f"{rounded(np.median(sigma), 3)}; in the typical unit |γ| is {short(times, 2)} times σ."
        )


class SameGamma(Picture):
    """γ of each unit above its σ, on a logarithmic axis, and β above its μ.

    units: how many. `update` takes (sigma, mu, gamma, beta), of shape (units,) each, at a position
    with `scale`, by which the initial weights were multiplied.
    """

    def __init__(self, units, sigma=(0.08, 6), gamma=(0, 3), mu=(-100, 100), beta=(-1, 1)):
        self.units = units
        with self.drawing(860, 360):
            left, right = self.figure.subplots(1, 2, width_ratios=[1.5, 1])
            left.set(xscale="log", xlim=sigma, ylim=gamma, ylabel="γ")
            left.set_xlabel("σ before batch norm")
            left.set_xticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
            left.minorticks_off()
            right.set(ylim=beta, xlabel="its mean μ", ylabel="β", xlim=mu)
            right.set_xscale("symlog", linthresh=1)  # else small μ look like β = μ
            right.set_xticks([-10, -1, 0, 1, 10], ["−10", "−1", "0", "1", "10"])
            x = np.geomspace(sigma[0], gamma[1], 100)
            note(left, sigma[1], 1, "start", ha="right", va="bottom")
            note(right, mu[0], 0, " start", va="bottom")  # at the end with fewer dots
            for axes, line, start in ((left, x, 1), (right, np.array(beta), 0)):
                level(axes, start, color=style.LEVEL)
                axes.plot(line, line, ":", color=style.TARGET)
            looks = dict(color=style.TARGET_WORDS, weight="bold", ha="right")
            left.text(2, 2.6, "undone: γ = σ", **looks)
            right.text(0.5, 0.95, "undone:\nβ = μ", va="top", **looks)
            self.dots = [
                Dots(self, axes, color=style.OUTPUT, marker="s", alpha=0.6)
                for axes in (left, right)
            ]

    def update(self, result, *, scale, **others):
        shape = (self.units,)
        sigma, mu, gamma, beta = take(result, sigma=shape, mu=shape, gamma=shape, beta=shape)
        for dots, x, y in zip(self.dots, (sigma, mu), (gamma, beta), strict=True):
            dots.show(x, y)
        middle = f"γ = {rounded(np.median(gamma), 1)}, σ = {rounded(np.median(sigma), 1)}"
        beyond = sum(dots.beyond for dots in self.dots)
        more = f" ({outside(beyond, 'dots')})" if beyond else ""
        self.sentence = f"initial weights ×{short(scale)}: the typical unit has {middle}{more}."


class LayerSizes(Picture):
    """How large the signal is in each layer of four networks, and how it was at step 0.

    `update` takes (first, now, accuracy), three dicts by the names of the networks: the size of
    the signal in each layer at step 0 and now, (seeds, layers), and the share of the test images
    classified correctly, (seeds,); NaN and infinity where training has overflowed. The position
    has `start` and `step`.
    """

    NAMES = ("no batch norm", "frozen undone", "starts undone", "batch norm")
    LOW, HIGH = 2e-4, 1e3

    def __init__(self):
        with self.drawing(860, 360):
            every = self.figure.subplots(1, 4, sharey=True)
            every[0].set(yscale="log", ylim=(self.LOW, self.HIGH), ylabel="size of the signal")
            every[0].set_yticks([1e-3, 0.1, 10, 1e3], ["0.001", "0.1", "10", "1,000"])
            every[0].minorticks_off()
            self.panels = {
                name: self._build_panel(axes, name)
                for name, axes in zip(self.NAMES, every, strict=True)
            }

    def _build_panel(self, axes, name):
        color, marker = LOOKS[name]["color"], LOOKS[name]["marker"]
        axes.set(xlim=(0.6, 6.4), xticks=range(1, 7), xlabel="hidden layer")
        axes.set_title(name, color=WORDS[name])
        grid(axes)
        level(axes, 1, color=style.GUIDE)
        bold = dict(color=WORDS[name], weight="bold", ha="center")
        return (
            Line(self, axes, color=style.STILL, linewidth=style.HEAVY),
            Line(self, axes, color=color, linewidth=style.BOLD),
            Dots(self, axes, color=color, marker=marker, markersize=style.BEAD),
            Words(self, axes, 3.5, 500, va="top", fontsize=style.SMALL, **bold),
            Words(self, axes, 3.5, 0.0003, va="bottom", **bold),
        )

    def update(self, result, *, start, step, **others):
        first, now, accuracy = unpack(result, "first", "now", "accuracy")
        for part in (first, now, accuracy):
            if not isinstance(part, dict) or not set(self.NAMES) <= set(part):
                raise TypeError(f"the figure needs dicts with {list(self.NAMES)}")
        shown = {}
        for name in self.NAMES:
            shape = np.shape(first[name])
            expect(first[name], shape, f"first of {name}")
            if len(shape) != 2 or np.shape(now[name]) != shape:
                raise ValueError(f"{name} has sizes {shape} and then {np.shape(now[name])}")
            sizes = np.median(np.asarray(now[name], dtype=float), axis=0)
            shares = np.asarray(accuracy[name], dtype=float)
            if shares.shape != shape[:1]:
                raise ValueError(f"{name} has {shape[0]} seeds, its accuracy {shares.shape}")
            shown[name] = np.median(first[name], axis=0), sizes, shares
        said = [self._show(name, *parts) for name, parts in shown.items()]
        ends = ", ".join(f"{name} {end}" for name, end in zip(self.NAMES, said, strict=True))
        self.sentence = f"{start}, step {step}, last hidden layer: {ends}."

    def _show(self, name, first, sizes, shares):
        pale, line, dots, above, below = self.panels[name]
        layers = np.arange(1, len(first) + 1)
        pale.show(layers, first)
        lost = not np.all(np.isfinite(sizes))
        if lost:
            layers, sizes = [], []
        line.show(layers, np.minimum(sizes, self.HIGH))
        dots.show(layers, np.minimum(sizes, self.HIGH))
        highest = np.max(sizes, initial=0)
        over = f"↑ {power(highest)}" if highest > self.HIGH else ""
        above.say("overflowed" if lost else over)
        mean = np.mean(shares)
        below.say("" if np.isnan(mean) else f"reads {percent(mean, 0)}")
        share = "" if np.isnan(mean) else f" ({percent(mean, 0)})"
        return "overflowed" if lost else power(sizes[-1], least=1e-3) + share

"""Figures of the topic *sigmoid*: what a curve does to a batch, in one layer and in many."""

import numpy as np
from contourpy import contour_generator

from bn_lib.measure import best_line
from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, records, take
from bn_lib.pictures.marks import Band, Beyond, Dots, Line, Map, Rods, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, legend, level, note, share_ticks
from bn_lib.pictures.words import percent, power, rounded, short

REACH = 12  # the pre-activations that the axes show
HALF_DOT = 0.3  # of a dot in these units
CURVE = np.linspace(-REACH, REACH, 481)
WORDS = dict(fontsize=style.MEDIUM, va="center")
SIDES = ("without normalization", "with normalization")


class OnTheCurve(Picture):
    """A batch on a nonlinearity, without and with normalization, each with its best line.

    curve: the nonlinearity, a function of an array. examples: N. slope: its derivative, if dots are
    to be hollow where that is small. `update` takes (z, y): the inputs of the curve without and
    with normalization, shape (N,). With a slope it takes (z, y, share of z, share of y), the shares
    that are saturated, and the position has `threshold`. If it has `gamma` and `beta`, the title of
    the right side says them.
    """

    UNDONE = 1e-9  # "dot for dot" is said below this rms difference, in units of σ

    def __init__(self, curve, slope=None, examples=256):
        self.curve, self.slope, self.examples = curve, slope, examples
        with self.drawing(860, 340):
            axes = self.figure.subplots(1, 2, sharey=True)
            colors = zip(axes, SIDES, style.PAIR, style.PAIR_WORDS, strict=True)
            self.sides = [self._build_side(*each) for each in colors]
            axes[0].set_ylabel("output of the sigmoid")

    def _build_side(self, axes, name, look, dark):
        axes.set_title(name.capitalize(), color=dark, y=1.1)
        above = 0.14 if self.slope else 0  # for one more line of words
        axes.set(xlim=(-REACH, REACH), ylim=(-0.08, 1.22 + above), yticks=(0, 0.5, 1))
        axes.set_xlabel("input   (shaded: mean ± σ)")
        axes.plot(CURVE, self.curve(CURVE), color=style.STILL, linewidth=style.FINE)
        rim = dict(mec=look["color"], mew=style.THIN)
        left = -REACH + 0.4
        return {
            "spread": Band(self, axes, color=style.SHADE),
            "awake": Dots(self, axes, mfc=look["color"], alpha=0.6, **rim),
            "asleep": Dots(self, axes, mfc="white", **rim),
            "line": Line(self, axes, linestyle="--", color=style.INK, linewidth=style.LINE),
            "formula": Words(
                self, axes, 0, 1.02, transform=axes.transAxes, va="bottom", fontsize=style.MEDIUM
            ),
            "r2": Words(self, axes, left, 1.12 + above, weight="bold", color=dark, **WORDS),
            "share": Words(self, axes, left, 1.12, color=dark, **WORDS),
            "beyond": Beyond(self, axes, (0.68, 0.32), 0.4, color=dark, **WORDS),
        }

    def update(self, result, *, gamma=None, beta=None, threshold=0.0, **others):
        shapes = dict(z=(self.examples,), y=(self.examples,))
        if self.slope:
            shapes |= dict(share_z=(), share_y=())
        z, y, *shares = take(result, **shapes)
        lines = [best_line(values, self.curve(values)) for values in (z, y)]  # may refuse
        z_hat = "ẑ" if gamma is None else f"{short(gamma, 3)} · ẑ + {short(beta, 3)}"
        self.sides[0]["formula"].say("sigmoid(z)")
        self.sides[1]["formula"].say(f"sigmoid({z_hat})".replace("+ −", "− "))
        said = [
            self._show(side, values, line, threshold)
            for side, values, line in zip(self.sides, (z, y), lines, strict=True)
        ]
        for side, share in zip(self.sides, shares, strict=False):
            side["share"].say(f"{percent(share, 0)} saturated")
        if shares:
            said = [f"{percent(s, 0)} saturated, {w}" for s, w in zip(shares, said, strict=True)]
        self.sentence = f"Without: {said[0]}. With normalization: {said[1]}."
        if np.sqrt(np.mean((y - z) ** 2)) < self.UNDONE * z.std():
            self.sentence += " Undone: the two sides are the same, dot for dot."

    def _show(self, side, z, line, threshold):
        ends = np.array([z.min(), z.max()])
        side["spread"].show(z.mean() + z.std() * np.array([-1, 1]), -0.08, 1.04)
        side["line"].show(ends, line.slope * ends + line.intercept)
        height = self.curve(z)
        flat = self.slope(z) < threshold if self.slope else np.zeros(len(z), bool)
        whole = np.abs(z) < REACH - HALF_DOT  # the edge cuts no dot in two: it is counted as beyond
        side["awake"].show(z[~flat & whole], height[~flat & whole])
        side["asleep"].show(z[flat & whole], height[flat & whole])
        explained = f"a line explains {percent(line.r2, 0)}"
        side["r2"].say(explained)
        side["beyond"].show(np.where(whole, z, np.copysign(np.inf, z)))
        return f"σ {power(z.std())}, {explained}"


class LineByDepth(Picture):
    """How much of each layer one straight map of the inputs explains, without and with batch norm.

    depth: how many layers there are; at: the layer whose values are written. `update` takes
    (without, with): a share for each layer, shape (depth,). The position has `scale`, the size of
    the weights.
    """

    def __init__(self, depth=14, at=10):
        self.depth, self.at = depth, at
        self.layers = np.arange(1, depth + 1)
        with self.drawing(860, 340):
            axes = self.figure.subplots()
            axes.set(xlim=(0.5, depth + 0.5), ylim=(-0.13, 1.1), xticks=self.layers)
            axes.set(xlabel="layer", ylabel="explained by one map")
            share_ticks(axes)
            grid(axes)
            axes.axvline(at, color=style.ZERO, linewidth=style.THIN, zorder=0)
            pair = zip(style.PAIR, style.PAIR_MARKERS, style.PAIR_WORDS, strict=True)
            self.curves = [
                (
                    Line(self, axes, **look),
                    Dots(self, axes, color=look["color"], marker=marker),
                    Words(self, axes, at, va="center", ha="center", weight="bold", color=dark),
                )
                for look, marker, dark in pair
            ]
            markers = zip(SIDES, style.PAIR, style.PAIR_MARKERS, strict=True)
            legend(
                self.figure, {name: look | dict(marker=marker) for name, look, marker in markers}
            )

    def update(self, result, *, scale, **others):
        sides = take(result, without=(self.depth,), with_bn=(self.depth,))
        heights = [side[self.at - 1] for side in sides]
        above = heights[0] > heights[1], heights[1] >= heights[0]
        for (line, dots, words), side, height, up in zip(
            self.curves, sides, heights, above, strict=True
        ):
            line.show(self.layers, side)
            dots.show(self.layers, side)
            words.say(percent(height, 0), y=height + (0.07 if up else -0.07))
        without, with_bn = (percent(height, 0) for height in heights)
        self.sentence = (
            f"Weights ×{short(scale)}: one straight map of the inputs explains {without} of layer"
            f" {self.at} without normalization and {with_bn} with it."
        )


class Straightness(Picture):
    """How straight a curve is for inputs with mean β and spread γ: the line, and its R².

    curve: the nonlinearity, a function of an array. gammas: the spreads of the right view's
    curve. limit: R² for very large γ at β = 0. `update` takes the best line (slope, intercept,
    r2) and R² for each of gammas, shape (len(gammas),), at a position with `gamma` and `beta`.
    """

    def __init__(self, curve, gammas, limit):
        self.gammas = np.asarray(gammas)
        with self.drawing(860, 350):
            left, right = self.figure.subplots(1, 2, width_ratios=[1.15, 1])
            self._build_line(left, curve)
            self._build_r2s(right, self.gammas, limit)

    def _build_line(self, axes, curve):
        axes.set(title="Sigmoid and best line", xlabel="input of the sigmoid")
        axes.set(xlim=(-REACH, REACH), ylim=(-0.08, 1.12), yticks=(0, 0.5, 1), ylabel="activation")
        axes.plot(CURVE, curve(CURVE), color=style.STILL)
        self.bell = Band(self, axes, color=style.OUTPUT, alpha=0.22)
        self.line = Line(self, axes, linestyle="--", color=style.OUTPUT, linewidth=style.BOLD)
        bold = dict(color=style.OUTPUT_WORDS, weight="bold", va="center")
        self.label = Words(self, axes, -REACH + 0.4, 1.03, **bold)
        note(axes, -REACH + 0.4, 0.84, "shaded: the inputs")

    def _build_r2s(self, axes, gammas, limit):
        axes.set(title="What the line explains", xlabel="γ, the spread of the inputs")
        ends = gammas[0] / 1.15, gammas[-1] * 1.15  # room for the ring
        axes.set(xscale="log", xlim=ends, ylim=(0.25, 1.03), ylabel="R²")
        ticks = [0.1, 0.25, 0.5, 1, 2, 4, 8]
        axes.set_xticks(ticks, map(short, ticks))
        axes.set_xticks([], minor=True)
        level(axes, limit, color=style.STILL, linestyle=":", linewidth=style.FINE)
        note(axes, gammas[0] * 1.05, limit - 0.012, "γ → ∞: 2/π", va="top")
        self.r2s = Line(self, axes, color=style.OUTPUT)
        ring = dict(mfc="none", markersize=style.HERE, mew=style.HEAVY)
        self.here = Dots(self, axes, mec=style.OUTPUT, **ring)
        looks = dict(color=style.OUTPUT_WORDS, weight="bold")
        self.beta = Words(self, axes, gammas[0] * 1.05, 0.3, **looks)

    def update(self, result, *, gamma, beta, **others):
        line, r2s = take(result, line=(3,), r2s=self.gammas.shape)
        slope, intercept, r2 = line
        spread = np.linspace(-3.5, 3.5, 71)
        z = gamma * spread + beta
        self.bell.set_xy(np.column_stack([z, 0.35 * np.exp(-(spread**2) / 2) - 0.08]))
        ends = gamma * np.array([-2.5, 2.5]) + beta
        self.line.show(ends, slope * ends + intercept)
        self.label.say(f"explains {percent(r2)}")
        self.r2s.show(self.gammas, r2s)
        self.here.show(gamma, r2)
        self.beta.say(f"β = {short(beta)}")
        self.sentence = (
            f"Inputs with spread γ = {short(gamma)} and mean β = {short(beta)}: the best straight"
            f" line explains {percent(r2)} of the sigmoid's variance; its slope is"
            f" {rounded(slope, 3)}."
        )


class Decisions(Picture):
    """What networks say at each place of a plane, and of the test points of two classes in it.

    names: of up to four networks, with a panel each; x, labels: the test points, shapes (N, 2)
    and (N,), of the classes 0 and 1. A point is drawn hollow where the network is wrong, and a line
    where it changes its mind. `update` takes a dict by these names of the records of trainings with
    the figure's own `probes`; the last of each is shown.
    """

    CLASSES = (
        dict(marker="o", color=style.NORMALIZED, markersize=style.GRAIN),
        dict(marker="s", color=style.OUTPUT, markersize=style.GRAIN * 0.9),
    )
    PLACES = 60  # along each side of the plane

    def __init__(self, names, x, labels):
        self.labels = np.asarray(labels)
        if not np.isin(self.labels, (0, 1)).all():
            raise ValueError(f"labels are {np.unique(labels)}, but the figure needs 0 and 1 only")
        self.x = expect(x, (len(self.labels), 2), "x")
        reach = 1.05 * np.abs(self.x).max()
        places = reach * (np.arange(self.PLACES) + 0.5 - self.PLACES / 2) / (self.PLACES / 2)
        self.places = places
        across, up = np.meshgrid(places, places[::-1])  # an image begins at its top
        self.plane = np.column_stack([across.ravel(), up.ravel()])
        with self.drawing(860, 384 if len(names) < 4 else 312):
            panels = self.figure.subplots(1, len(names), squeeze=False)[0]
            self.panels = {
                name: self._build_panel(axes, name, reach)
                for name, axes in zip(names, panels, strict=True)
            }
            words = (
                "● ■ the classes;  hollow: wrong;  tint: what the network says;  line: its border"
            )
            self.figure.supxlabel(words, fontsize=style.MEDIUM)

    def _build_panel(self, axes, name, reach):
        axes.set(title=name, xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axes.set(xticks=[], yticks=[], xlabel=" ")  # room for the words below
        axes.spines[:].set_visible(False)
        shape = self.PLACES, self.PLACES
        image = Map(self, axes, shape, style.TINT, (-reach, reach, -reach, reach))
        border = Rods(self, axes, color=style.INK, linewidth=style.FINE)
        points = []
        for looks in self.CLASSES:
            full = Dots(self, axes, **looks | dict(mec="white", mew=style.THIN * 0.4))
            hollow = Dots(
                self, axes, **looks | dict(mfc="white", mec=looks["color"], mew=style.FINE)
            )
            points.append((full, hollow))
        below = dict(ha="center", va="top", weight="bold", transform=axes.transAxes)
        return image, border, points, Words(self, axes, 0.5, -0.03, **below)

    def _border(self, plane):
        """Rods along the places where the chance is one half: starts and ends, (2, n) each."""
        pieces = contour_generator(self.places, self.places, plane).lines(0.5)
        if not pieces:  # nowhere: a rod out of sight
            pieces = [np.full((2, 2), 2 * self.places[-1])]
        return tuple(
            np.concatenate([piece[side] for piece in pieces]).T
            for side in (slice(None, -1), slice(1, None))
        )

    def probes(self, chance):
        """What `Training` has to record for this figure: a function of the network, by name.

        chance: a function of a network and of places, shape (n, 2), that returns the chance of
        class 1 there, from 0 to 1, shape (n,).
        """
        return {
            "plane": lambda network: chance(network, self.plane),
            "points": lambda network: chance(network, self.x),
        }

    def update(self, result, **position):
        given = records(result, self.panels)
        shown = {
            name: (
                expect(record["plane"][-1], (len(self.plane),), f'"plane" of {name}'),
                expect(record["points"][-1], self.labels.shape, f'"points" of {name}'),
            )
            for name, record in given.items()
        }
        said = []
        for name, (image, border, classes, words) in self.panels.items():
            plane, points = shown[name]
            plane = plane.reshape(self.PLACES, self.PLACES)
            image.show(plane)
            border.show(*self._border(plane[::-1]))
            right = (points > 0.5) == self.labels
            for label, (full, hollow) in enumerate(classes):
                mine = self.labels == label
                full.show(*self.x[mine & right].T)
                hollow.show(*self.x[mine & ~right].T)
            words.say(f"{percent(right.mean(), 0)} right")
            said.append(f"{name} {percent(right.mean(), 0)}")
        step = max(record["step"][-1] for record in given.values())
        self.sentence = f"After {step:,} steps, classified correctly: {'; '.join(said)}."

"""Figures of the topic *sigmoid*: what a curve does to a batch, in one layer and in many."""

import numpy as np

from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, records, take, unpack
from bn_lib.pictures.marks import Band, Beyond, Dots, Line, Map, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import legend, level, note, share_ticks
from bn_lib.pictures.words import percent, power, short

REACH = 12  # the pre-activations that the axes show
CURVE = np.linspace(-REACH, REACH, 481)
WORDS = dict(fontsize=style.MEDIUM, va="center")
SIDES = ("without normalization", "with normalization")


class OnTheCurve(Picture):
    """A batch on a nonlinearity and on its slope, without and with normalization side by side.

    curve, slope: the nonlinearity and its derivative, functions of an array. examples: N.
    `update` takes two sides, without and with, each (z, share, line): the pre-activations, shape
    (N,), the share that is saturated, and the best straight line (slope, intercept, r2). The
    position has `threshold`; a point is drawn hollow where the slope is below it. If it has
    `gamma` or `beta`, the sentence names them.
    """

    UNDONE = 1e-9  # "undone" is said below this rms difference, in units of σ

    def __init__(self, curve, slope, examples=100):
        self.curve, self.slope, self.examples = curve, slope, examples
        with self.drawing(860, 430):
            axes = self.figure.subplots(2, 2, sharex="col", sharey="row", height_ratios=[1.7, 1])
            titles = ("Without normalization: z", "With: γẑ + β")
            self.sides = [
                self._build_side(*axes[:, i], titles[i], style.PAIR[i]["color"]) for i in (0, 1)
            ]
            axes[0, 0].set_ylabel("activation σ(z)")
            axes[1, 0].set_ylabel("slope σ′(z)")

    def _build_side(self, above, below, title, color):
        above.set(title=title, xlim=(-REACH, REACH), ylim=(-0.08, 1.12), yticks=(0, 0.5, 1))
        below.set(xlabel="input of the sigmoid", ylim=(-0.02, 0.29), yticks=(0, 0.25))
        above.plot(CURVE, self.curve(CURVE), color=style.STILL, linewidth=style.FINE)
        below.plot(CURVE, self.slope(CURVE), color=style.STILL, linewidth=style.FINE)
        line = Line(self, above, linestyle="--", color=style.INK, linewidth=style.LINE)
        limit = Line(self, below, linestyle=":", color=style.INK, linewidth=style.FINE)
        rim = dict(mec=color, mew=style.THIN)
        awake = [Dots(self, axes, mfc=color, alpha=0.6, **rim) for axes in (above, below)]
        asleep = [Dots(self, axes, mfc="none", **rim) for axes in (above, below)]
        left = -REACH + 0.4
        return {
            "line": line,
            "limit": limit,
            "dots": list(zip(awake, asleep, strict=True)),
            "share": Words(self, above, left, 1.03, color=color, weight="bold", **WORDS),
            "r2": Words(self, above, left, 0.88, **WORDS),
            "beyond": Beyond(self, above, (0.68, 0.32), 0.4, color=color, **WORDS),
            "threshold": Words(self, below, left, 0, fontsize=style.SMALL, va="bottom"),
        }

    def update(self, sides, *, threshold, gamma=None, beta=None, **others):
        checked = [
            take(side, where, z=(self.examples,), share=(), line=(3,))
            for side, where in zip(unpack(sides, "without", "with_bn"), SIDES, strict=True)
        ]
        said = [
            self._show(side, *values, threshold)
            for side, values in zip(self.sides, checked, strict=True)
        ]
        (raw, *_), (normalized, *_) = checked
        undone = np.sqrt(np.mean((normalized - raw) ** 2)) < self.UNDONE * raw.std()
        where = ", ".join(
            f"{letter} = {short(value, 3)}"
            for letter, value in (("γ", gamma), ("β", beta))
            if value is not None
        )
        mark = " (✓ undone)" if undone else ""
        self.sentence = f"Without: {said[0]}. With {where}{mark}: {said[1]}."

    def _show(self, side, z, share, line, threshold):
        slope, intercept, r2 = line
        ends = np.array([z.min(), z.max()])
        side["line"].show(ends, slope * ends + intercept)
        side["limit"].show([-REACH, REACH], threshold)
        side["threshold"].say(f"hollow < {threshold:g}", y=threshold + 0.004)
        heights = (self.curve(z), self.slope(z))
        flat = heights[1] < threshold
        for (awake, asleep), height in zip(side["dots"], heights, strict=True):
            awake.show(z[~flat], height[~flat])
            asleep.show(z[flat], height[flat])
        side["share"].say(f"{percent(share, 0)} saturated")
        side["r2"].say(f"line explains {percent(r2)}")
        side["beyond"].show(z)
        return f"{percent(share, 0)} saturated, a line explains {percent(r2)}"


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
        bold = dict(color=style.OUTPUT, weight="bold", va="center")
        self.label = Words(self, axes, -REACH + 0.4, 1.03, **bold)
        note(axes, -REACH + 0.4, 0.84, "shaded: the inputs")

    def _build_r2s(self, axes, gammas, limit):
        axes.set(title="What the line explains", xlabel="γ, the spread of the inputs")
        ends = gammas[0] / 1.15, gammas[-1] * 1.15  # room for the ring
        axes.set(xscale="log", xlim=ends, ylim=(0.25, 1.03), ylabel="R²")
        ticks = [0.1, 0.25, 0.5, 1, 2, 4, 8]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xticks([], minor=True)
        level(axes, limit, color=style.STILL, linestyle=":", linewidth=style.FINE)
        note(axes, gammas[0] * 1.05, limit - 0.012, "γ → ∞: 2/π", va="top")
        self.r2s = Line(self, axes, color=style.OUTPUT)
        ring = dict(mfc="none", markersize=style.HERE, mew=style.HEAVY)
        self.here = Dots(self, axes, mec=style.OUTPUT, **ring)
        self.beta = Words(self, axes, gammas[0] * 1.05, 0.3, color=style.OUTPUT, weight="bold")

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
        self.beta.say(f"β = {beta:g}")
        self.sentence = (
            f"Inputs with spread γ = {gamma:g} and mean β = {beta:g}: the best straight line"
            f" explains {percent(r2)} of the sigmoid's variance; its slope is {slope:.3f}."
        )


class Decisions(Picture):
    """What networks say at each place of a plane, and of the test points of two classes in it.

    names: of up to three networks, with a panel each; x, labels: the test points, shapes (N, 2)
    and (N,), of the classes 0 and 1. A point is drawn hollow where the network is wrong. `update`
    takes a dict by these names of the records of trainings with the figure's own `probes`; the
    last of each is shown.
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
        across, up = np.meshgrid(places, places[::-1])  # an image begins at its top
        self.plane = np.column_stack([across.ravel(), up.ravel()])
        with self.drawing(860, 360):
            panels = self.figure.subplots(1, len(names), squeeze=False)[0]
            self.panels = {
                name: self._build_panel(axes, name, reach)
                for name, axes in zip(names, panels, strict=True)
            }
            words = "● ■ the two classes;  hollow: the network is wrong;  tint: what it says there"
            self.figure.supxlabel(words, fontsize=style.MEDIUM)

    def _build_panel(self, axes, name, reach):
        axes.set(title=name, xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axes.set(xticks=[], yticks=[], xlabel=" ")  # room for the words below
        axes.spines[:].set_visible(False)
        shape = self.PLACES, self.PLACES
        image = Map(self, axes, shape, style.TINT, (-reach, reach, -reach, reach))
        points = []
        for looks in self.CLASSES:
            full = Dots(self, axes, **looks | dict(mec="white", mew=style.THIN * 0.4))
            hollow = Dots(
                self, axes, **looks | dict(mfc="white", mec=looks["color"], mew=style.FINE)
            )
            points.append((full, hollow))
        below = dict(ha="center", va="top", weight="bold", transform=axes.transAxes)
        return image, points, Words(self, axes, 0.5, -0.03, **below)

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
        for name, (image, classes, words) in self.panels.items():
            plane, points = shown[name]
            image.show(plane.reshape(self.PLACES, self.PLACES))
            right = (points > 0.5) == self.labels
            for label, (full, hollow) in enumerate(classes):
                mine = self.labels == label
                full.show(*self.x[mine & right].T)
                hollow.show(*self.x[mine & ~right].T)
            words.say(f"{percent(right.mean())} right")
            said.append(f"{name} {percent(right.mean())}")
        step = max(record["step"][-1] for record in given.values())
        self.sentence = f"After {step:,} steps, right on new points: {'; '.join(said)}."


class Stack(Picture):
    """Random stacks of layers, without and with normalization, from first to last layer.

    Three views: the share saturated, the spread of activations, the gradient. `update` takes two
    sides, without and with, each (share, spread, gradient): one number for each layer, shape
    (depth,). The gradient is drawn relative to that of the last layer. The position has `depth`,
    `scale` and `gamma`.
    """

    LEAST = 1e-60  # in place of 0, which a logarithmic axis does not have
    LOWEST = 1e-28  # the smallest gradient ratio that its axis shows

    def __init__(self):
        with self.drawing(860, 380):
            shares, spreads, gradients = self.figure.subplots(1, 3)
            shares.set(title="Saturated units", ylim=(-0.04, 1.04))
            share_ticks(shares)
            spreads.set(title="Spread of outputs", yscale="log", ylim=(1e-17, 10))
            spreads.set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
            spreads.axhspan(1e-17, 2e-15, color=style.SHADE, linewidth=0)
            note(spreads, 0.04, 1.6e-17, "rounding")
            gradients.set(title="Gradient ÷ last", yscale="log", ylim=(self.LOWEST, 1e10))
            gradients.set_yticks([1e-24, 1e-16, 1e-8, 1, 1e8])
            level(gradients, 1)
            self.views = [self._build_view(axes) for axes in (shares, spreads, gradients)]
            self.below = Words(self, gradients, 0.02, 4 * self.LOWEST, fontsize=style.SMALL)
            markers = zip(SIDES, style.PAIR, style.PAIR_MARKERS, strict=True)
            legend(
                self.figure, {name: look | dict(marker=marker) for name, look, marker in markers}
            )

    def _build_view(self, axes):
        axes.set(xlim=(0, 1))
        axes.set_xticks([0.02, 0.98], ["first", "last"])
        axes.tick_params(axis="x", length=0)
        axes.minorticks_off()
        curves = []
        for looks, marker in zip(style.PAIR, style.PAIR_MARKERS, strict=True):
            dots = dict(color=looks["color"], marker=marker, markersize=style.GRAIN)
            curves.append((Line(self, axes, **looks), Dots(self, axes, **dots)))
        below = dict(transform=axes.transAxes, ha="center", va="top", fontsize=style.MEDIUM)
        return curves, Words(self, axes, 0.5, -0.022, **below)

    def update(self, sides, *, depth, scale, gamma, **others):
        shape = (depth,)
        checked = [
            take(side, where, share=shape, spread=shape, gradient=shape)
            for side, where in zip(unpack(sides, "without", "with_bn"), SIDES, strict=True)
        ]
        layers = (np.arange(depth) + 0.5) / depth
        words = f"{depth} layer{'s' * (depth > 1)}"
        first = []
        for side, (share, spread, gradient) in enumerate(checked):
            ratio = gradient / max(gradient[-1], self.LEAST)
            first.append(ratio[0])
            for (curves, label), values in zip(self.views, (share, spread, ratio), strict=True):
                label.say(words)
                for mark in curves[side]:
                    mark.show(layers, np.maximum(values, self.LEAST))
        self.below.say(f"▼ {power(first[0])}" if first[0] < self.LOWEST else "")
        shares = [percent(share.mean()) for share, _, _ in checked]
        ratios = [power(ratio) for ratio in first]
        self.sentence = (
            f"{words}, weights ×{scale:g}, γ = {gamma:g}."
            f" Saturated: {shares[0]} without, {shares[1]} with normalization."
            f" Gradient first ÷ last: {ratios[0]} without, {ratios[1]} with."
        )

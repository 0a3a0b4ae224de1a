"""Figures of the topic *normalize*: what happens to a batch, and what survives."""

import numpy as np
from matplotlib.patches import Rectangle

from bn_lib.measure import nearest, skewness
from bn_lib.normalization import moments
from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, take, unpack
from bn_lib.pictures.marks import Dots, Line, Map, Rods, Steps, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import legend, level, note
from bn_lib.pictures.words import outside, percent, rounded, short, span

BEFORE, AFTER = 1.0, 0.0  # heights of the two number lines of `Coupling`
ZERO = -5.0  # where σ = 0 stands on the logarithmic axis of `NearConstant`


class BatchTable(Picture):
    """The same batch before and after normalizing, as two heat maps with their numbers.

    batch: any batch of the shape to be shown, (examples, units), at most 26 units. picked: row and
    column of a cell that gets a frame, if one is to. limit: the activations of the deepest colors
    of the left table. `update` takes H and Ĥ, both of the batch's shape; μ and σ are measured on
    what it gets.
    """

    def __init__(self, batch, picked=None, limit=10.0):
        self.shape = examples, _ = np.shape(batch)
        with self.drawing(860, 150 + 34 * examples):
            left, right = self.figure.subplots(1, 2)
            farthest = np.sqrt(examples - 1)
            self.before = _Table(self, left, "Before: H", self.shape, picked, limit)
            self.after = _Table(self, right, "After: Ĥ", self.shape, picked, farthest)
            self.figure.supxlabel(
                f"blue: below 0, white: 0, orange: above 0; deepest at ±{short(limit)} before and "
                f"±{short(farthest, 3)} after",
                fontsize=style.SMALL,
            )

    def update(self, result, **position):
        H, H_hat = take(result, H=self.shape, H_hat=self.shape)
        self.sentence = f"Before: {self.before.show(H)}. After: {self.after.show(H_hat)}."


class _Table:
    """One heat map of a `BatchTable`, with the rows μ and σ under it."""

    def __init__(self, picture, axes, title, shape, picked, limit):
        examples, units = shape
        axes.set(title=title, xlim=(-0.5, units - 0.5), ylim=(examples + 1.75, -0.5))
        axes.set_xticks(range(units), [chr(ord("A") + i) for i in range(units)], weight="bold")
        axes.xaxis.tick_top()
        axes.text(-0.02, 1.015, "unit", transform=axes.transAxes, ha="right", fontsize=style.SMALL)
        names = [f"example {i + 1}" for i in range(examples)] + ["mean μ", "σ"]
        heights = [*range(examples), examples + 0.25, examples + 1.25]
        axes.set_yticks(heights, names)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)

        extent = (-0.5, units - 0.5, examples - 0.5, -0.5)
        self.image = Map(picture, axes, shape, style.SIGNED, extent, -limit, limit)
        gaps = Rods(picture, axes, color="white", linewidth=style.HEAVY * 2)
        edges = np.arange(units + 1) - 0.5
        gaps.show((edges, -0.5), (edges, examples - 0.5))
        if picked is not None:
            row, column = picked
            looks = dict(fill=False, edgecolor=style.ACCENT, linewidth=style.HEAVY)
            picture.moves(Rectangle((column - 0.45, row - 0.45), 0.9, 0.9, **looks), axes)
        looks = dict(ha="center", va="center_baseline", rim=False)
        self.cells = [
            [Words(picture, axes, column, height, **looks) for column in range(units)]
            for height in heights
        ]
        for text in (*self.cells[-2], *self.cells[-1]):
            text.set_weight("bold")

    def show(self, values) -> str:
        """Show values, shape (examples, units); return their means and σ in words."""
        mean, variance = moments(values)
        spread = np.sqrt(variance)
        self.image.show(values)
        for texts, row in zip(self.cells, [*values, mean, spread], strict=True):
            for text, value in zip(texts, row, strict=True):
                text.say(rounded(value))
        return f"means {span(mean)}, σ {span(spread)}"


class Coupling(Picture):
    """A batch couples its examples: H above, Ĥ below, a line for each example.

    The first example is the one that is dragged. most: the largest batch. center: the activation
    in the middle of the upper number line. `update` takes H, Ĥ and the Ĥ of the batch as it was
    drawn (rings, and a hollow diamond for the first), all of shape (N,), for N from 2 to `most`.
    """

    narrow = 589
    zoom = 2.0  # a unit of Ĥ is as wide as two of H

    def __init__(self, most=16, center=3.0):
        self.most, self.center = most, center
        with self.drawing(860, 340):
            axes = self.figure.subplots()
            self._build_lines(axes, reach=np.sqrt(most - 1) + 0.4)
            self._build_marks(axes)

    def _build_lines(self, axes, reach):
        axes.set(xlim=(-reach, reach), ylim=(-0.52, 1.3), yticks=[])
        axes.set_xlabel("after: Ĥ   (hollow: as the batch was drawn)")
        axes.spines["left"].set_visible(False)
        upper = axes.secondary_xaxis(
            "top", functions=(lambda x: x * self.zoom + self.center, self._place)
        )
        upper.set_xlabel("before: H")
        for height in (BEFORE, AFTER):
            level(axes, height)

    def _place(self, h):
        """Where an activation before stands on the axis below."""
        return (h - self.center) / self.zoom

    def _build_marks(self, axes):
        self.joins = Rods(self, axes, color=style.FAINT, linewidth=style.THIN)
        self.mean = Line(self, axes, linestyle="--", color=style.INK, linewidth=style.FINE)
        self.picked_join = Line(self, axes, color=style.ACCENT, linewidth=style.HEAVY)
        self.limits = Dots(
            self, axes, marker="|", color=style.INK, markersize=style.RING * 2, mew=style.LINE
        )
        ring = dict(mfc="none", mec=style.GUIDE, markersize=style.RING, mew=style.FINE)
        self.rings = Dots(self, axes, **ring)
        ring |= dict(marker="D", mec=style.ACCENT, markersize=style.HALO)
        self.start = Dots(self, axes, **ring)
        self.above = Dots(self, axes, color=style.ORIGINAL, markersize=style.BALL)
        self.below = Dots(self, axes, color=style.NORMALIZED, markersize=style.BALL)
        diamond = dict(marker="D", mec=style.INK, markersize=style.HERE, mew=style.FINE)
        self.picked = Dots(self, axes, color=style.ACCENT, **diamond)
        bold = dict(ha="center", va="center", weight="bold")
        self.dragged = Words(
            self, axes, 0, 1.17, "the purple one", color=style.ACCENT_WORDS, **bold
        )
        self.mean_label = Words(self, axes, 0, 0.82, "μ", **bold)
        small = dict(ha="center", va="center", fontsize=style.SMALL)
        self.lowest = Words(self, axes, 0, -0.36, **small)
        self.highest = Words(self, axes, 0, -0.36, **small)

    def update(self, result, **position):
        n = np.size(unpack(result, "H", "H_hat", "drawn")[0])
        if not 2 <= n <= self.most:
            raise ValueError(f"H has {n} examples, but the figure shows from 2 to {self.most}")
        H, H_hat, drawn = take(result, H=(n,), H_hat=(n,), drawn=(n,))

        x = self._place(H)
        self.joins.show((x, BEFORE), (H_hat, AFTER))
        self.picked_join.show([x[0], H_hat[0]], [BEFORE, AFTER])
        self.picked.show([x[0], H_hat[0]], [BEFORE, AFTER])
        self.above.show(x[1:], BEFORE)
        self.below.show(H_hat[1:], AFTER)
        self.start.show(drawn[0], AFTER)
        self.rings.show(drawn[1:], AFTER)
        mean = self._place(moments(H)[0])
        self.mean.show([mean, 0], [BEFORE, AFTER])
        self.mean_label.set_x(mean + np.copysign(0.13, mean))
        edge = np.sqrt(self.most - 1) - 0.6
        self.dragged.set_x(np.clip(x[0], -edge, edge))
        self._show_limits(np.sqrt(n - 1))
        moved = np.abs(H_hat - drawn)[1:]
        others = "the other output" if n == 2 else f"the other {n - 1} outputs"
        self.sentence = (
            f"N = {n}: the purple example at {rounded(H[0], 1)} becomes {rounded(H_hat[0])}; "
            f"{others} moved by {span(moved)}."
        )

    def _show_limits(self, limit):
        self.limits.show([-limit, limit], AFTER)
        place = min(limit, np.sqrt(self.most - 1) - 0.55)
        self.lowest.say(f"−√(N−1) = {rounded(-limit)}", -place)
        self.highest.say(f"√(N−1) = {rounded(limit)}", place)


class NearConstant(Picture):
    """A column with hardly any spread: its outputs, and their spread against that of the inputs.

    shape: the inputs with mean 0 and spread 1, shape (N,); what the outputs would be without ε.
    spread_after: a function of (σ, ε), the formula to be compared with what is measured; it gets
    an array of σ. `update` takes Ĥ, shape (N,), at a position with `sigma` and `eps`, both 0 or
    more.
    """

    def __init__(self, shape, spread_after):
        self.shape, self.spread_after = np.asarray(shape, dtype=float), spread_after
        self.numbers = np.arange(1, len(self.shape) + 1)
        self.log_sigma = np.linspace(-4.4, 1.2, 141)
        with self.drawing(860, 340):
            outputs, spreads = self.figure.subplots(1, 2, width_ratios=[1, 1.4])
            self._build_outputs(outputs)
            self._build_spreads(spreads)

    def _build_outputs(self, axes):
        reach = 1.55 * np.abs(self.shape).max()
        axes.set(title="The outputs Ĥ", xlabel="example", ylabel="Ĥ", ylim=(-reach, reach))
        axes.set_xticks(self.numbers)
        level(axes)
        ring = dict(mfc="none", mec=style.GUIDE, markersize=style.RING, mew=style.FINE)
        axes.plot(self.numbers, self.shape, "o", **ring)
        note(axes, 0.5, 0.98, "rings: with σ far above √ε", transform=axes.transAxes, va="top",
             ha="center")  # fmt: skip
        self.dots = Dots(self, axes, color=style.NORMALIZED, markersize=style.BALL)

    def _build_spreads(self, axes):
        axes.set(title="Their spread", xlim=(ZERO - 0.4, 1.3), ylim=(-0.06, 1.25))
        axes.set(xlabel="spread σ of the inputs", ylabel="spread of Ĥ")
        names = ["0", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1", "10"]
        axes.set_xticks([ZERO, *range(-4, 2)], names)
        level(axes, 1, color=style.LEVEL, linestyle=":", linewidth=style.FINE)
        note(axes, ZERO - 0.3, 1.11, "1: what is promised")
        # The axis is cut between 0 and its first power of ten.
        cut = dict(marker="$//$", color=style.INK, markersize=style.HERE, clip_on=False)
        axes.plot([ZERO + 0.5], [0], transform=axes.get_xaxis_transform(), **cut)
        self.curve = Line(self, axes, color=style.OUTPUT, linewidth=style.BOLD)
        self.knee = Line(self, axes, linestyle="--", color=style.INK, linewidth=style.FINE)
        here = dict(mec=style.INK, markersize=style.HERE, mew=style.FINE)
        self.here = Dots(self, axes, color=style.NORMALIZED, **here)
        small = dict(fontsize=style.SMALL, va="center")
        self.knee_label = Words(self, axes, 0, 0.06, **small)
        self.formula = Words(
            self, axes, 0, 0.5, "your formula", color=style.OUTPUT_WORDS, ha="right", **small
        )

    def update(self, result, *, sigma, eps, **others):
        H_hat = expect(result, self.shape.shape, "H_hat")
        curve = expect(
            self.spread_after(10**self.log_sigma, eps), self.log_sigma.shape, "the formula"
        )
        spread = float(np.std(H_hat))
        self.dots.show(self.numbers, H_hat)
        self.here.show(np.log10(sigma) if sigma > 0 else ZERO, spread)
        self.curve.show(self.log_sigma, curve)
        self._show_labels(curve, eps)
        self.sentence = self._sentence(H_hat, spread, sigma, eps)

    def _show_labels(self, curve, eps):
        low = np.flatnonzero(curve < 0.5)
        place = (self.log_sigma[low[-1]] - 0.15, 0.5) if len(low) else (-2.5, 0.88)
        self.formula.set_position((max(place[0], -3.3), place[1]))
        self.knee.set_visible(eps > 0)
        self.knee_label.set_visible(eps > 0)
        if eps > 0:
            knee = np.log10(eps) / 2
            self.knee.show([knee, knee], [-0.06, 1])
            self.knee_label.say(f"√ε = {short(np.sqrt(eps), 3)}", knee + 0.08)

    def _sentence(self, H_hat, spread, sigma, eps):
        if sigma == 0:
            outputs = "not all 0" if H_hat.any() else "exactly 0"
            return f"A constant column and ε = {short(eps)}: the outputs are {outputs}."
        return (
            f"σ = {short(sigma, 3)}, ε = {short(eps)} (√ε = {short(np.sqrt(eps), 3)}): the outputs "
            f"have spread {rounded(spread, 3)} and variance {rounded(spread**2, 3)}."
        )


class Shape(Picture):
    """What survives: histograms of H and Ĥ side by side, with the bell curve for comparison.

    n: the number of examples. low, high: the range of the left axis. `update` takes H and Ĥ, both
    of shape (n,). The bins of the left histogram lie where those of the right one come from, so
    that equal shapes look equal.
    """

    def __init__(self, n, low=-13.0, high=21.0):
        self.n, self.limits = n, (low, high)
        self.bins = np.linspace(-3.5, 5.5, 37)
        top = 0.26 * n
        with self.drawing(860, 330):
            left, right = self.figure.subplots(1, 2, sharey=True)
            left.set(title="Before: H", xlim=(low, high), ylim=(0, top), ylabel="examples")
            left.set_xlabel("activation")
            right.set(title="After: Ĥ", xlim=(-3.5, 5.5), xlabel="normalized activation")
            right.set_xticks(range(-3, 6))
            width = self.bins[1] - self.bins[0]
            bell = n * width * np.exp(-(self.bins**2) / 2) / np.sqrt(2 * np.pi)
            right.plot(self.bins, bell, "--", color=style.INK, linewidth=style.FINE)
            right.text(1.9, 0.22 * top, "dashed: a bell", fontsize=style.SMALL)
            looks = dict(fill=True, linewidth=style.FINE, alpha=0.6)
            self.before = Steps(self, left, self.bins, facecolor=style.ORIGINAL, **looks)
            self.after = Steps(self, right, self.bins, facecolor=style.NORMALIZED, **looks)
            middle = dict(ha="center", va="center")
            self.words = [
                [
                    Words(self, axes, x, 0.94 * top, weight="bold", **middle),
                    Words(self, axes, x, 0.84 * top, fontsize=style.SMALL, **middle),
                ]
                for axes, x in ((left, (low + high) / 2), (right, 1))
            ]

    def update(self, result, **position):
        H, H_hat = take(result, H=(self.n,), H_hat=(self.n,))
        mean, variance = moments(H)
        # A hair's breadth, so that rounding puts no example into the neighboring bin.
        bins = self.bins - 1e-6
        edges = mean + np.sqrt(variance) * bins
        self.before.show(np.histogram(H, edges)[0], edges)
        self.after.show(np.histogram(H_hat, bins)[0], self.bins)
        said = []
        sides = (H, self.limits), (H_hat, self.bins[[0, -1]])
        for (words, beyond), (values, (low, high)) in zip(self.words, sides, strict=True):
            moments_said = f"mean {rounded(np.mean(values))}, σ {rounded(np.std(values))}"
            words.say(moments_said)
            beyond.say(outside(np.sum((values < low) | (values > high))))
            said.append(f"{moments_said}, skewness {rounded(skewness(values))}")
        self.sentence = f"Before: {said[0]}. After: {said[1]}."


class Neighbors(Picture):
    """Two units before and after normalizing: who is nearest to whom, measured over both.

    n: the number of examples. picked: the example whose nearest neighbors are shown. `update` takes
    H and Ĥ, both of shape (n, 2): a loud unit and one that hums. Both panels have the same scale.
    """

    def __init__(self, n, picked=0):
        self.n, self.picked = n, picked
        with self.drawing(720, 400):
            panels = self.figure.subplots(1, 2)
            picked = dict(marker="D", color=style.ACCENT, mec=style.INK, markersize=style.HERE)
            looks = {
                "one example": picked,
                "its nearest before": dict(color=style.INK, linestyle="-"),
                "its nearest after": dict(color=style.OUTPUT, linestyle="--"),
            }
            legend(self.figure, {name: dict(linestyle="") | look for name, look in looks.items()})
            titles = "Before: H", "After: Ĥ"
            colors = style.ORIGINAL, style.NORMALIZED
            self.panels = [
                self._build(axes, title, color, picked, list(looks.values())[1:])
                for axes, title, color in zip(panels, titles, colors, strict=True)
            ]

    def _build(self, axes, title, color, picked, links):
        axes.set(title=title, xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), aspect="equal")
        axes.set(xlabel="unit A", ylabel="unit B, the hum")
        dots = Dots(self, axes, color=color, markersize=style.GRAIN, alpha=0.6)
        ends = [
            Dots(self, axes, mfc="none", mec=look["color"], mew=style.LINE, markersize=size)
            for look, size in zip(links, (style.RING, style.BALL), strict=True)
        ]
        lines = [Line(self, axes, linewidth=style.LINE, **look) for look in links]
        diamond = picked | dict(mew=style.FINE, markersize=style.BALL)
        return dots, lines, ends, Dots(self, axes, **diamond)

    def update(self, result, **position):
        batches = take(result, H=(self.n, 2), H_hat=(self.n, 2))
        neighbors = [nearest(batch) for batch in batches]
        for (dots, lines, ends, diamond), batch in zip(self.panels, batches, strict=True):
            dots.show(*batch.T)
            here = batch[self.picked]
            diamond.show(*here)
            for line, end, found in zip(lines, ends, neighbors, strict=True):
                there = batch[found[self.picked]]
                line.show(*np.stack([here, there]).T)
                end.show(*there)
        kept = np.mean(neighbors[0] == neighbors[1])
        before, after = (np.std(batch[:, 1]) for batch in batches)
        self.sentence = (
            f"Unit B has σ = {short(before, 2)} before and {short(after, 2)} after; "
            f"{percent(kept, 0)} of the {self.n} examples keep their nearest neighbor."
        )

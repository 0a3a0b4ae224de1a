"""Figures of the topic *backward*: which part of a gradient passes, and what a step does."""

import numpy as np

from bn_lib.pictures import style
from bn_lib.pictures.checks import take, unpack
from bn_lib.pictures.marks import Bars, Dots, Line, Map, Rods, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, legend, level, note
from bn_lib.pictures.words import in_hundred, outside, percent, power, rounded, short, span


class Jacobian(Picture):
    """Left: the matrix ∂output/∂input of one unit on a batch. Right: what passes, by direction.

    `update` takes (J, x_hat, eigenvalues), of shapes (N, N), (N,) and (N,), for N of `SIZES`, with
    the examples sorted by their activation, at a position with `gamma_over_s` and `eps`.
    The two smallest eigenvalues are drawn apart, as those of (1, …, 1) and of x_hat.
    """

    SIZES = (2, 3, 4, 6, 8, 12, 16)
    PIXELS = 48  # along each side of the map: a multiple of all sizes
    NUMBERS = 8  # up to this size the cells have numbers in them
    NOTHING = 1e-9  # below this share of the largest eigenvalue, one is 0 apart from rounding

    def __init__(self):
        with self.drawing(860, 400):
            axes = self.figure.subplot_mosaic(
                [["map", "passes"], ["x_hat", "passes"]],
                width_ratios=[1.2, 1],
                height_ratios=[3.8, 1],
            )
            self._build_map(axes["map"])
            self._build_x_hat(axes["x_hat"])
            self._build_passes(axes["passes"])

    def _build_map(self, axes):
        axes.set(title="∂ output / ∂ input", xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))
        axes.set_ylabel("output of example …")
        axes.spines[:].set_visible(False)
        shape = self.PIXELS, self.PIXELS
        self.image = Map(self, axes, shape, style.SIGNED, (0, 1, 1, 0), low=-1)
        looks = dict(ha="center", va="center_baseline", fontsize=style.SMALL, rim=False)
        self.cells = [Words(self, axes, **looks) for _ in range(self.NUMBERS**2)]

    def _build_x_hat(self, axes):
        axes.set(xlim=(0, 1), ylim=(-3.1, 3.1), xticks=[], yticks=[])
        axes.set_ylabel("x̂", rotation=0, ha="right", va="center")
        axes.set_xlabel("input of example … (smallest first)")
        axes.spines["bottom"].set_visible(False)
        level(axes)
        self.stems = Rods(self, axes, color=style.NORMALIZED, linewidth=style.LINE)
        self.tips = Dots(self, axes, color=style.NORMALIZED, markersize=style.BEAD)

    def _build_passes(self, axes):
        axes.set(title="What passes", xlim=(0, 1), ylim=(-1.3, 3.7), xticks=[])
        axes.set_yticks([-1, 0, 1, 2])
        level(axes, color=style.INK)
        level(axes, 1, color=style.LEVEL, linestyle=":", linewidth=style.FINE)
        axes.set_xlabel("a dot for each direction")
        self.bars = Rods(self, axes, color=style.FAINT, linewidth=style.LINE)
        self.passing, self.alike, self.along = (
            Dots(self, axes, marker=marker, color=color, markersize=style.BEAD)
            for marker, color in zip(
                "osD", (style.TARGET, style.OUTPUT, style.NORMALIZED), strict=True
            )
        )
        colors = (style.OUTPUT_WORDS, style.NORMALIZED, style.TARGET_WORDS)
        self.words = [
            Words(self, axes, 0.02, height, color=color, va="center", weight="bold")
            for height, color in zip((3.45, 3.0, 2.55), colors, strict=True)
        ]

    def update(self, result, *, gamma_over_s, eps, **others):
        n = np.size(unpack(result, "J", "x_hat", "eigenvalues")[1])
        if n not in self.SIZES:
            raise ValueError(f"x_hat has {n} examples, but the figure shows {self.SIZES}")
        J, x_hat, eigenvalues = take(result, J=(n, n), x_hat=(n,), eigenvalues=(n,))

        # The root lets small entries be seen beside the diagonal.
        depth = np.sign(J) * np.sqrt(np.abs(J))
        self.image.show(np.kron(depth, np.ones((self.PIXELS // n, self.PIXELS // n))))
        places = (np.arange(n) + 0.5) / n
        self._write(J, places)
        self.stems.show((places, 0), (places, x_hat))
        self.tips.show(places, x_hat)

        values = eigenvalues[np.argsort(np.abs(eigenvalues))]
        values = np.where(np.abs(values) < self.NOTHING * max(1, np.abs(values[-1])), 0, values)
        self.bars.show((places, 0), (places, values))
        self.alike.show(places[:1], values[:1])
        self.along.show(places[1:2], values[1:2])
        self.passing.show(places[2:], values[2:])
        self._say(J, values, gamma_over_s, eps)

    def _write(self, J, places):
        entries = []
        if len(J) <= self.NUMBERS:
            entries = [(x, y, J[i, j]) for i, y in enumerate(places) for j, x in enumerate(places)]
        for text, (x, y, value) in zip(self.cells, entries, strict=False):
            text.say(_short(value), x, y)
        for text in self.cells[len(entries) :]:
            text.say("")

    def _say(self, J, values, gamma_over_s, eps):
        n = len(J)
        alike, along, *others = (f"×{_factor(value)}" for value in values)
        rest = f"{n - 2} other direction{'s' * (n > 3)}: {others[-1]}" if others else "no other"
        short_rest = rest.replace(" direction", "")  # "14 others"
        words = (f"all alike, (1, …, 1): {alike}", f"along x̂: {along}", short_rest)
        for text, mark, word in zip(self.words, "■◆●", words, strict=True):
            text.say(f"{mark} {word}")
        gamma = "γ = s" if gamma_over_s == 1 else f"γ = {short(gamma_over_s)} s"
        self.sentence = (
            f"N = {n}, {gamma}, ε = {short(eps)}: rank {np.count_nonzero(values)}. On the diagonal"
            f" {span(np.diag(J))}. What passes, all alike: {alike}; along x̂: {along}; {rest}."
        )


def _short(value) -> str:
    """Two decimals without the zero in front of the point, as cells are narrow."""
    text = rounded(value)
    return text.replace("0.", ".", 1) if abs(value) < 0.995 else text


def _factor(value) -> str:
    if value == 0:
        return "0"
    return rounded(value) if abs(value) >= 0.01 else power(value)


class PassedGradient(Picture):
    """A gradient before and after the backward pass of a normalization, and what was taken out.

    Left: dy with the line that is taken out. Middle: what is left. Right: the shares of Σ dy².
    `update` takes (x_hat, dy, line, left), each of shape (N,): where the examples stand in their
    batch, the gradient for the outputs, its part that is taken out, and what is left of it.
    """

    REACH = 2.7  # of the axis of x̂
    HIGH = 4.6  # of the axis of gradients

    def __init__(self):
        with self.drawing(860, 380):
            before, after, shares = self.figure.subplots(1, 3, width_ratios=[1.1, 1.1, 1])
            after.sharey(before)
            for axes, title in ((before, "What comes in: dy"), (after, "What is left")):
                limits = dict(xlim=(-self.REACH, self.REACH), ylim=(-self.HIGH, self.HIGH))
                axes.set(title=title, xlabel="normalized value ĥ", **limits)
                level(axes)
            before.set_ylabel("gradient")
            note(before, -self.REACH + 0.2, -self.HIGH + 0.1, "dashed: taken out", va="bottom")
            self.line = Line(self, before, linestyle="--", color=style.INK)
            self.sides = [self._build_side(axes) for axes in (before, after)]
            self._build_shares(shares)

    def _build_side(self, axes):
        rods = Rods(self, axes, color=style.TARGET, linewidth=style.LINE, alpha=0.7)
        dots = Dots(self, axes, color=style.INK)
        top = dict(ha="center", va="top", fontsize=style.SMALL)
        return rods, dots, Words(self, axes, 0, self.HIGH - 0.15, **top)

    def _build_shares(self, axes):
        axes.set(title="Its shares", xlim=(-0.6, 2.6), ylim=(0, 1.28))
        axes.set_xlabel("shares of Σ dy²")
        axes.set_xticks(range(3), ["mean", "along ĥ", "left"])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="x", length=0)
        colors = (style.OUTPUT, style.NORMALIZED, style.TARGET)
        self.bars = Bars(self, axes, range(3), colors, 0.7, alpha=0.75)
        self.expected = Line(self, axes, linestyle=":", color=style.INK)
        axes.text(2.6, 1.27, "dotted: a random dy", ha="right", va="top", fontsize=style.SMALL)
        dark = (style.OUTPUT_WORDS, style.NORMALIZED, style.TARGET_WORDS)
        looks = dict(ha="center", va="bottom", weight="bold")
        self.words = [Words(self, axes, i, 1.04, color=dark[i], **looks) for i in range(3)]

    def update(self, result, **position):
        n = np.size(unpack(result, "x_hat", "dy", "line", "left")[0])
        x_hat, dy, line, left = take(result, x_hat=(n,), dy=(n,), line=(n,), left=(n,))

        order = np.argsort(x_hat)[[0, -1]]
        self.line.show(x_hat[order], line[order])
        for side, low, high in zip(self.sides, (line, 0 * left), (dy, left), strict=True):
            self._show(side, x_hat, low, high)

        total = np.sum(dy**2)
        mean = n * np.mean(line) ** 2
        parts = np.array([mean, np.sum(line**2) - mean, np.sum(left**2)]) / total
        said = [f"{part} %" for part in in_hundred(parts)]
        self.bars.show(parts)
        for text, words in zip(self.words, said, strict=True):
            text.say(words)
        expected = (n - 2) / n
        self.expected.show([1.55, 2.5], expected)
        self.sentence = (
            f"N = {n}: of the squares of dy {said[0]} belong to the mean, {said[1]} lie along ĥ,"
            f" and {said[2]} are left; of a random dy {percent(expected, 0)} on average."
        )

    def _show(self, side, x_hat, low, high):
        rods, dots, words = side
        rods.show((x_hat, low), (x_hat, np.clip(high, -self.HIGH, self.HIGH)))
        dots.show(x_hat, high)
        mean, beyond = f"mean {rounded(np.mean(high))}", outside(dots.beyond)
        words.say(f"{mean}, {beyond}" if beyond else mean)


class UpstreamStep(Picture):
    """One step of the layer below, without and with a normalization that has been undone.

    Outputs against targets, before and after the step: left without, right with normalization.
    `update` takes (target, before, without, with_bn), each of shape (N,): what the outputs should
    be, what they are before the step, and after it on either side. The position has `N` and `lr`.
    """

    LEFT, RIGHT = -1.5, 9.5  # targets
    LOW, HIGH = -9.5, 17.0  # outputs

    def __init__(self):
        with self.drawing(860, 420):
            titles = ("Without normalization", "With batch norm that starts undone")
            axes = self.figure.subplots(1, 2, sharex=True, sharey=True)
            self.sides = [self._build_side(*pair) for pair in zip(axes, titles, strict=True)]
            axes[0].set_ylabel("output")
            self.figure.supxlabel(
                "target   (rings: before the step, dots: after it, lines: their means)",
                fontsize=style.MEDIUM,
            )

    def _build_side(self, axes, title):
        axes.set_title(title, y=1.28)
        axes.set(xlim=(self.LEFT, self.RIGHT), ylim=(self.LOW, self.HIGH))
        ends = [self.LOW, self.HIGH]
        axes.plot(ends, ends, ":", color=style.TARGET, linewidth=style.FINE)
        looks = dict(ha="right", va="top", color=style.TARGET_WORDS)
        axes.text(self.RIGHT - 0.1, self.RIGHT - 1.5, "solved", **looks)
        ring = dict(mfc="none", mec=style.GUIDE, markersize=style.BEAD, mew=style.FINE)
        dashed = dict(linestyle="--", linewidth=style.FINE)
        above = dict(transform=axes.transAxes, va="bottom")
        return {
            "before": Dots(self, axes, **ring),
            "after": Dots(self, axes, color=style.OUTPUT, alpha=0.8),
            "old mean": Line(self, axes, color=style.GUIDE, **dashed),
            "new mean": Line(self, axes, color=style.OUTPUT),
            "loss": Words(self, axes, 0, 1.2, weight="bold", **above),
            "mean": Words(self, axes, 0, 1.11, **above),
            "σ": Words(self, axes, 0, 1.02, **above),
            "outside": Words(
                self, axes, self.LEFT + 0.2, self.HIGH - 0.2, va="top", fontsize=style.SMALL
            ),
        }

    def update(self, result, *, N, lr, **others):
        shapes = dict.fromkeys(("target", "before", "without", "with_bn"), (N,))
        target, before, *after = take(result, **shapes)
        said = [
            self._show(side, target, before, y) for side, y in zip(self.sides, after, strict=True)
        ]
        loss, mean = np.mean((before - target) ** 2), np.mean(before)
        self.sentence = (
            f"N = {N}, lr = {short(lr)}: loss {rounded(loss)} and mean {rounded(mean)}."
            f" After the step: {said[0]} without batch norm, {said[1]} with it."
        )

    def _show(self, side, target, before, after):
        side["before"].show(target, before)
        side["after"].show(target, after)
        ends = [self.LEFT, self.RIGHT]
        side["old mean"].show(ends, np.mean(before))
        side["new mean"].show(ends, np.mean(after))
        said = []
        for name, measure in (
            ("loss", lambda y: np.mean((y - target) ** 2)),
            ("mean", np.mean),
            ("σ", np.std),
        ):
            old, new = (rounded(measure(y)) for y in (before, after))
            side[name].say(f"{name} {old} → {new}")
            said.append(new)
        side["outside"].say(outside(side["after"].beyond))
        return " and ".join(said[:2])


class Stack(Picture):
    """The gradient's way down a random stack of layers, without and with batch norm.

    depth: how many layers there are. `update` takes two sides, without and with, each (share,
    gradient): the share of the units that is saturated, and the size of the gradient at the input
    of each layer's nonlinearity, shape (depth,). It is drawn relative to that of the last layer.
    The position has `scale`, the size of the weights, and may have `gamma`.
    """

    LOW, HIGH = 1e-8, 1e4  # of the axis
    SIDES = ("without normalization", "with normalization")

    def __init__(self, depth=10):
        self.depth = depth
        self.layers = np.arange(1, depth + 1)
        with self.drawing(860, 360):
            axes = self.figure.subplots()
            axes.set(xlim=(0.2, depth + 0.4), yscale="log", ylim=(self.LOW, self.HIGH))
            axes.set(xticks=self.layers, xlabel="layer   (the gradient comes from the right)")
            axes.set_ylabel("gradient ÷ last")
            ticks = [1e-8, 1e-6, 1e-4, 1e-2, 1, 1e2, 1e4]
            axes.set_yticks(ticks, [power(tick).removeprefix("1.0·") for tick in ticks])
            axes.minorticks_off()
            grid(axes)
            level(axes, 1, color=style.LEVEL)
            looks = zip(style.PAIR, style.PAIR_MARKERS, style.PAIR_WORDS, strict=True)
            self.curves = [
                (
                    Line(self, axes, **look),
                    Dots(self, axes, color=look["color"], marker=marker),
                    Words(self, axes, 0.95, ha="left", va="center", weight="bold", color=dark),
                )
                for look, marker, dark in looks
            ]
            names = zip(self.SIDES, style.PAIR, style.PAIR_MARKERS, strict=True)
            legend(self.figure, {name: look | dict(marker=marker) for name, look, marker in names})

    def update(self, sides, *, scale, gamma=None, **others):
        checked = [
            take(side, where, share=(), gradient=(self.depth,))
            for side, where in zip(unpack(sides, "without", "with_bn"), self.SIDES, strict=True)
        ]
        tiny = np.finfo(float).tiny  # in place of 0, which a logarithmic axis does not have
        ratios = [np.maximum(gradient / max(gradient[-1], tiny), tiny) for _, gradient in checked]
        higher = ratios[0][0] > ratios[1][0]
        for (line, dots, words), ratio, up in zip(
            self.curves, ratios, (higher, not higher), strict=True
        ):
            line.show(self.layers, ratio)
            dots.show(self.layers, ratio)
            height = np.clip(ratio[0], self.LOW * 10, self.HIGH / 10)
            words.say(power(ratio[0]), y=height * (5 if up else 0.2))
        raw, normalized = (power(ratio[0]) for ratio in ratios)
        with_gamma = "" if gamma is None else f", γ = {short(gamma)}"
        self.sentence = (
            f"Weights ×{short(scale)}{with_gamma}: {percent(checked[0][0], 0)} of the units are"
            f" saturated without normalization. Gradient at the first layer ÷ last: {raw} without,"
            f" {normalized} with it."
        )


class Nudge(Picture):
    """A batch that is pushed in some direction, and what comes out of a layer before and after.

    examples: N. `update` takes (before, pushed, out): what went into the layer and came out of it,
    as it was undone, what goes in after the push, and what comes out then, shape (N,) each. The
    position has `direction`, in words.
    """

    LOW, HIGH = -2.0, 8.0

    def __init__(self, examples=8):
        self.examples = examples
        self.places = np.arange(1, examples + 1)
        with self.drawing(860, 340):
            axes = self.figure.subplots(1, 2, sharey=True)
            titles = "What goes in", "What comes out"
            colors = style.ORIGINAL, style.OUTPUT
            self.sides = [
                self._build_side(*each) for each in zip(axes, titles, colors, strict=True)
            ]
            axes[0].set_ylabel("value")
            words = "rings: before the push;  dots: after it"
            self.figure.supxlabel(words, fontsize=style.MEDIUM)

    def _build_side(self, axes, title, color):
        axes.set(title=title, xlabel="example", ylim=(self.LOW, self.HIGH))
        axes.set(xlim=(0.4, self.examples + 0.6), xticks=self.places)
        ring = dict(mfc="none", mec=style.GUIDE, mew=style.FINE, markersize=style.HERE)
        return (
            Rods(self, axes, color=color, linewidth=style.LINE),
            Dots(self, axes, **ring),
            Dots(self, axes, color=color, markersize=style.BEAD),
            Words(self, axes, 0.6, self.HIGH - 0.1, va="top", weight="bold"),
        )

    def update(self, result, *, direction, **others):
        n = (self.examples,)
        before, *after = take(result, before=n, pushed=n, out=n)
        said = []
        for (rods, rings, dots, words), values in zip(self.sides, after, strict=True):
            rods.show((self.places, before), (self.places, values))
            rings.show(self.places, before)
            dots.show(self.places, values)
            said.append(rounded(np.sqrt(np.mean((values - before) ** 2))))
            words.say(f"moves by {said[-1]}")
        self.sentence = (
            f"Pushed {direction}: what goes in moves by {said[0]}, what comes out by {said[1]}"
            " (rms over the examples)."
        )

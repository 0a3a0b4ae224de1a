"""Figures of the topic *undo*: γ and β against normalization, and what they leave."""

import numpy as np
from matplotlib.ticker import MultipleLocator

from bn_lib.normalization import moments, normalize, undo_parameters
from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, take, unpack
from bn_lib.pictures.marks import Band, Beyond, Dots, Line, Steps, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import level, note
from bn_lib.pictures.words import percent, power, rounded, short

UNDONE = 1e-9  # "undone" is said below this rms difference, in units of σ
ROWS = {"batch A": 2.0, "batch B": 1.0, "B after": 0.0}  # and their heights


def rings(axes, center, radii, **looks):
    """Circles around a place in the plane of γ and β, that stand still."""
    angle = np.linspace(0, 2 * np.pi, 181)
    for radius in radii:
        x, y = center[0] + radius * np.cos(angle), center[1] + radius * np.sin(angle)
        axes.plot(x, y, **looks)


def star(axes, place, size, offset, **looks):
    """The star of a place where normalization is undone, with its name beside it."""
    axes.plot(*place, "*", color=style.TARGET, markersize=size, mew=0)
    axes.annotate("undone", place, offset, textcoords="offset points", **looks)


class Overlay(Picture):
    """Original, normalized and γĤ + β activations of one unit, overlaid.

    One state in three views: the distribution, example by example, the distance from undone.
    before: the original activations of one unit, shape (N,). gamma, beta: the ranges that the
    third view covers, those of the sliders. `update` takes the activations after γĤ + β, shape
    (N,), at a position with `gamma` and `beta`.
    """

    def __init__(self, before, gamma=(-1, 4), beta=(-1, 6), eps=1e-5):
        self.before = np.asarray(before, dtype=float)
        self.std = float(np.sqrt(moments(self.before)[1]))
        self.edges = np.linspace(beta[0] - 3, beta[1] + 3, 53)
        with self.drawing(860, 360):
            counts, pairs, bowl = self.figure.subplots(1, 3, width_ratios=[1.8, 1.15, 0.95])
            self._build_counts(counts, normalize(self.before, eps))
            self._build_pairs(pairs)
            self._build_bowl(bowl, gamma, beta, undo_parameters(self.before, eps))

    def _build_counts(self, axes, x_hat):
        original = np.histogram(self.before, self.edges)[0]
        normalized = np.histogram(x_hat, self.edges)[0]
        self.top = top = 1.5 * max(original.max(), normalized.max())
        axes.set(title=f"The same {len(x_hat)} examples", xlim=self.edges[[0, -1]], ylim=(0, top))
        axes.set(xlabel="activation of one unit", ylabel="examples in the batch")
        axes.xaxis.set_major_locator(MultipleLocator(2))
        axes.stairs(original, self.edges, fill=True, color=style.ORIGINAL, alpha=0.45)
        axes.stairs(
            normalized, self.edges, color=style.NORMALIZED, linestyle="--", linewidth=style.LINE
        )
        axes.text(-0.2, normalized.max(), "normalized Ĥ", color=style.NORMALIZED)
        right_hump = np.quantile(self.before, 0.9)
        axes.text(right_hump, 1.05 * original.max(), "original H", color=style.BASIS, ha="center")
        outline = dict(fill=False, linewidth=style.BOLD, baseline=None)
        self.steps = Steps(self, axes, self.edges, color=style.OUTPUT, **outline)
        looks = dict(color=style.OUTPUT_WORDS, weight="bold", va="center")
        self.label = Words(self, axes, 0, 0.93 * top, ha="center", **looks)
        self.beyond = Beyond(self, axes, (0.8 * top, 0.8 * top), **looks)

    def _build_pairs(self, axes):
        low, high = self.edges[[0, -1]]
        margin = 0.3 * self.std
        left, right = self.before.min() - margin, self.before.max() + margin
        axes.set(title="Example by example", xlim=(left, right), ylim=(low, high))
        axes.set(xlabel="original H", ylabel="after: γĤ + β")
        axes.plot([low, high], [low, high], color=style.INK, linestyle=":", linewidth=style.FINE)
        note(axes, right, low + 0.4, "undone: all on\nthe dotted line", ha="right", va="bottom")
        self.dots = Dots(self, axes, color=style.OUTPUT, markersize=style.SPECK, alpha=0.5)
        looks = dict(color=style.OUTPUT_WORDS, weight="bold", fontsize=style.SMALL)
        self.more = Words(self, axes, left + margin / 4, high, va="top", **looks)

    def _show_pairs(self, after):
        self.dots.show(self.before, after)
        beyond = {"▲": np.sum(after > self.edges[-1]), "▼": np.sum(after < self.edges[0])}
        self.more.say(", ".join(f"{n} more {way}" for way, n in beyond.items() if n))

    def _build_bowl(self, axes, gamma, beta, undo):
        axes.set(title="The γ, β plane", aspect="equal", xlabel="γ", ylabel="β")
        axes.set(xlim=(gamma[0] - 0.4, gamma[1] + 0.4), ylim=(beta[0] - 0.4, beta[1] + 0.4))
        rings(axes, undo, range(1, 8), color=style.FAINT, linewidth=style.THIN)
        star(axes, undo, style.RING, (-9, 0), ha="right", va="center", color=style.TARGET_WORDS)
        ring = dict(mfc="none", mec=style.OUTPUT, markersize=style.RING, mew=style.HEAVY)
        self.here = Dots(self, axes, **ring)

    def update(self, after, *, gamma, beta, **others):
        after = expect(after, self.before.shape, "the result")
        counts = np.histogram(after, self.edges)[0]
        mean, highest = np.mean(after), counts.max()
        self.steps.show(counts)
        cut = highest > self.top
        beside = 3.6 if mean < np.mean(self.edges) else -3.6  # a bar that is cut goes up there
        low, high = self.edges[[0, -1]]
        self.label.say(
            f"γĤ + β ▲ {highest}" if cut else "γĤ + β",
            np.clip(mean + cut * beside, low + 2, high - 2),
        )
        self.beyond.show(after)
        self._show_pairs(after)
        self.here.show(gamma, beta)
        self.sentence = self._sentence(after, gamma, beta)

    def _sentence(self, after, gamma, beta):
        difference = np.sqrt(np.mean((after - self.before) ** 2)) / self.std
        where = f"γ = {rounded(gamma, 3)}, β = {rounded(beta, 3)}: "
        if difference < UNDONE:
            return where + "✓ undone, every example has its original activation back"
        away = f"{short(difference, 3)} σ (rms)"
        return where + f"the activations are {away} away from the original ones"


class FromUndone(Overlay):
    """How wrong a pair of γ and β is: example by example, and as a place on the plane of the two.

    before: the original activations of one unit, shape (N,). gamma, beta: the ranges of the plane,
    those of the sliders. `update` takes the activations after γĤ + β, shape (N,), at a position
    with `gamma` and `beta`.
    """

    def __init__(self, before, gamma=(-1, 4), beta=(-1, 6), eps=1e-5):
        self.before = np.asarray(before, dtype=float)
        self.std = float(np.sqrt(moments(self.before)[1]))
        self.undo = np.array(undo_parameters(self.before, eps))
        self.edges = np.array([beta[0] - 3, beta[1] + 3])
        with self.drawing(860, 400):
            pairs, bowl = self.figure.subplots(1, 2, width_ratios=[2.2, 1])
            self._build_pairs(pairs)
            self._build_bowl(bowl, gamma, beta, self.undo)
            for distance in (1, 2, 3):  # to the upper right, away from the numbers of the axes
                note(bowl, *(self.undo + distance * np.sqrt(0.5)), f"{distance}")
            self.way = Line(self, bowl, color=style.OUTPUT, linewidth=style.FINE)

    def update(self, after, *, gamma, beta, **others):
        after = expect(after, self.before.shape, "the result")
        here = np.array([gamma, beta])
        self._show_pairs(after)
        self.here.show(gamma, beta)
        self.way.show(*np.stack([self.undo, here]).T)
        rms = np.sqrt(np.mean((after - self.before) ** 2))
        where = f"γ = {rounded(gamma)}, β = {rounded(beta)}: "
        if rms < UNDONE * self.std:
            self.sentence = where + "undone, every example has its number back."
        else:
            distance = np.sqrt(np.sum((here - self.undo) ** 2))
            self.sentence = (
                f"{where}{rounded(distance)} from the star, and the numbers are {rounded(rms)} "
                "(rms) from their originals."
            )


class LeftOver(Picture):
    """What γ = σ leaves undone when it forgets ε: a share of each deviation, against σ.

    sigmas: the spreads along the curve, shape (K,), increasing. `update` takes (measured, curve):
    the share measured on a batch at the position's σ, and the formula's share at all `sigmas`;
    the position has `sigma` and `eps`.
    """

    def __init__(self, sigmas):
        self.sigmas = np.asarray(sigmas, dtype=float)
        with self.drawing(860, 340):
            axes = self.figure.subplots()
            axes.set(xscale="log", ylim=(-4, 106))
            axes.set_xlim(self.sigmas[0] / 1.2, self.sigmas[-1] * 1.2)  # the dot fits at both ends
            axes.set(title="How much of each distance from the mean is missing?")
            axes.set(xlabel="σ of the unit", ylabel="missing, in %")
            level(axes, color=style.FAINT)
            self.half = 100 * (1 - np.sqrt(0.5))  # missing at σ = √ε, in %
            level(axes, self.half, color=style.TARGET, linestyle=":", linewidth=style.FINE)
            looks = dict(color=style.TARGET_WORDS, ha="right")
            axes.text(self.sigmas[-1], self.half + 2, percent(self.half / 100, 0), **looks)
            self._build_marks(axes)

    def _build_marks(self, axes):
        bold = dict(weight="bold", va="center")
        self.curve = Line(self, axes, color=style.NORMALIZED, linewidth=style.BOLD)
        self.name = Words(self, axes, 1, 62, "if γ = σ", color=style.NORMALIZED, **bold)
        dashed = dict(linestyle="--", linewidth=style.FINE)
        self.knee = Line(self, axes, color=style.TARGET, **dashed)
        here = dict(markersize=style.HERE, mec="white", mew=style.FINE)
        self.here = Dots(self, axes, color=style.OUTPUT, **here)
        looks = bold | dict(color=style.TARGET_WORDS, ha="right", va="bottom")
        self.knee_label = Words(self, axes, 1, 3, "σ = √ε", **looks)

    def update(self, result, *, sigma, eps, **others):
        measured, curve = take(result, measured=(), curve=self.sigmas.shape)
        knee, low = np.sqrt(eps), self.sigmas[0]
        self.curve.show(self.sigmas, 100 * curve)
        self.knee.show(knee, [0, self.half])
        self.name.set_x(max(0.55 * knee, 1.2 * low))  # to the right of the curve
        self.knee_label.set_x(max(0.9 * knee, 2.6 * low))  # to the left of the dashed line
        self.here.show(sigma, 100 * measured)
        digits = 2 if measured < 0.99 else 3  # 99.7 % are not all
        share = f"{short(100 * measured, digits)} % of each distance from the mean"
        missing = "nothing" if measured < 1e-9 else share
        at_knee = " This is where σ = √ε." if abs(sigma / knee - 1) < 0.01 else ""
        place = f"σ = {short(sigma, 3)}, ε = {power(eps)}"
        self.sentence = f"{place}: {missing} is missing.{at_knee}"


class SecondBatch(Picture):
    """Left: batch A, batch B, and B after A's γ and β. Right: the rest against the batch size.

    spread: the standard deviation of the distribution that A is drawn from; span: the range of
    values to show; sizes: the batch sizes along the right axis. `update` takes (A, B, after), each
    of shape (N,), at a position with `N` and, unless it is 1, `scale` (B's spread is scale ·
    spread).
    """

    narrow = 520

    def __init__(self, spread, span, sizes):
        self.spread, self.span = spread, span
        with self.drawing(860, 360):
            rows, rest = self.figure.subplots(1, 2, width_ratios=[1.9, 1])
            self._build_rows(rows)
            self._build_rest(rest, np.asarray(sizes))

    def _build_rows(self, axes):
        axes.set(title="B goes through the γ and β that undo A", xlim=self.span, ylim=(-0.6, 2.75))
        axes.set(xlabel="activation", yticks=list(ROWS.values()), yticklabels=list(ROWS))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        dots = dict(markersize=style.GRAIN, alpha=0.45)
        self.dots = [
            Dots(self, axes, color=color, **dots)
            for color in (style.ORIGINAL, style.NORMALIZED, style.OUTPUT)
        ]
        # Mean and one spread to each side, under the dots.
        self.bars = [
            (
                Line(self, axes, color=style.INK, linewidth=style.BOLD),
                Words(self, axes, 0, height + 0.28, fontsize=style.SMALL, ha="center", va="bottom"),
            )
            for height in ROWS.values()
        ]

    def _build_rest(self, axes, sizes):
        self.floor = 0.03
        axes.set(title="What is not undone", xscale="log", yscale="log", ylim=(self.floor, 20))
        axes.set(xlabel="N, examples in a batch", ylabel="rms(B after − B) ÷ B's true σ")
        axes.set_xlim(sizes[0] / 1.3, sizes[-1] * 1.3)
        axes.set_xticks(sizes[::2], [str(n) for n in sizes[::2]])
        axes.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
        axes.minorticks_off()
        axes.plot(sizes, np.sqrt(3 / sizes), color=style.TARGET, linestyle="--")
        middle = sizes[len(sizes) // 2]
        axes.annotate("√(3/N)", (middle, np.sqrt(3 / middle)), (8, 6), color=style.TARGET_WORDS,
                      textcoords="offset points", weight="bold")  # fmt: skip
        here = dict(markersize=style.HERE, mec="white", mew=style.FINE)
        self.here = Dots(self, axes, color=style.OUTPUT, **here)
        bold = dict(color=style.OUTPUT_WORDS, weight="bold", va="bottom")
        self.value = [Words(self, axes, ha=side, **bold) for side in ("left", "right")]

    def update(self, result, *, N, scale=1.0, **others):
        batches = take(result, A=(N,), B=(N,), after=(N,))
        said = [
            self._show(*each) for each in zip(self.dots, self.bars, ROWS.values(), batches,
                                              strict=True)
        ]  # fmt: skip
        rest = np.sqrt(np.mean((batches[2] - batches[1]) ** 2)) / (self.spread * scale)
        undone = rest < UNDONE
        self.here.show(N, max(rest, self.floor * 1.15))
        value, height = "0 ✓" if undone else short(rest, 2), max(rest, self.floor) * 1.3
        for words, room in zip(self.value, (N <= 8, N > 8), strict=True):
            words.say(value if room else "", N, height)
        verdict = "✓ B is back" if undone else f"{short(rest, 2)} of B's true σ (rms) from undone"
        self.sentence = (
            f"A has {said[0]}. B comes in with {said[1]} and leaves with {said[2]}: {verdict}"
        )

    def _show(self, dots, bar, height, values) -> str:
        jitter = 0.16 * np.sin(1.9 * np.arange(len(values)))  # spreads the dots, the same each time
        dots.show(values, height + jitter)
        mean, std = np.mean(values), np.std(values)
        line, label = bar
        line.show([mean - std, mean + std], height - 0.27)
        said = f"μ = {rounded(mean)}, σ = {rounded(std)}"
        label.say(said, np.clip(mean, self.span[0] + 12, self.span[1] - 12))
        return said


class NextBatch(Picture):
    """Batch A, batch B, and B after a layer with the γ and β that undo A, a row of dots each.

    span: the range of values to show. `update` takes (A, B, after), each of shape (N,).
    """

    def __init__(self, span):
        self.span = span
        with self.drawing(860, 350):
            axes = self.figure.subplots()
            axes.set(xlim=span, ylim=(-0.55, 2.85), xlabel="value of one unit")
            axes.set(yticks=list(ROWS.values()), yticklabels=list(ROWS))
            axes.spines["left"].set_visible(False)
            axes.tick_params(axis="y", length=0)
            self.band = Band(self, axes, color=style.SHADE)
            self.of_a = Words(self, axes, 0, 2.72, "mean of A, and one σ to each side",
                              ha="center", fontsize=style.SMALL, color=style.NOTE)  # fmt: skip
            colors = style.ORIGINAL, style.TARGET, style.OUTPUT
            self.rows = [
                self._build_row(axes, height, color)
                for height, color in zip(ROWS.values(), colors, strict=True)
            ]

    def _build_row(self, axes, height, color):
        dots = Dots(self, axes, color=color, markersize=style.DOT, alpha=0.6)
        spread = Line(self, axes, color=style.INK, linewidth=style.BOLD)
        mean = Dots(self, axes, color=style.INK, markersize=style.DOT)
        name = Words(self, axes, self.span[0], height + 0.25, fontsize=style.SMALL, va="bottom")
        beyond = Beyond(self, axes, (height, height), fontsize=style.SMALL, weight="bold")
        return dots, spread, mean, name, beyond

    def update(self, result, **position):
        n = np.size(unpack(result, "A", "B", "after")[0])
        A, B, after = take(result, A=(n,), B=(n,), after=(n,))
        mean, std = np.mean(A), np.std(A)
        self.band.show(np.array([mean - std, mean + std]), -0.55, 2.68)
        self.of_a.set_x(mean)
        said = [
            self._show(row, height, values)
            for row, height, values in zip(self.rows, ROWS.values(), (A, B, after), strict=True)
        ]
        self.sentence = (
            f"A has {said[0]}. B comes in with {said[1]}, and leaves with {said[2]}"
            f"{self._verdict(A, B, after)}."
        )

    def _show(self, row, height, values) -> str:
        dots, spread, mark, name, beyond = row
        jitter = 0.12 * np.sin(1.9 * np.arange(len(values)))  # spreads the dots, the same each time
        mean, std = np.mean(values), np.std(values)
        dots.show(values, height + jitter)
        spread.show([mean - std, mean + std], height - 0.27)
        mark.show(mean, height - 0.27)
        beyond.show(values)
        said = f"μ = {rounded(mean)}, σ = {rounded(std)}"
        name.say(said)
        return said

    @staticmethod
    def _verdict(A, B, after) -> str:
        if np.sqrt(np.mean((after - B) ** 2)) < UNDONE * np.std(B):
            return ": undone, every example has its number back"
        alike = np.allclose([np.mean(after), np.std(after)], [np.mean(A), np.std(A)], rtol=1e-3)
        return ", like A" if alike else ""


class ManyPairs(Picture):
    """How far pairs of batches from one source are from undone, against their size.

    sizes: the batch sizes along the axis. pairs: how many pairs. `update` takes one rms for each
    pair, in units of the source's σ, of shape (pairs,), at a position with `N`.
    """

    def __init__(self, sizes, pairs):
        self.pairs, sizes = pairs, np.asarray(sizes)
        with self.drawing(860, 360):
            axes = self.figure.subplots()
            axes.set(xscale="log", yscale="log", ylim=(0.004, 5))
            axes.set_xlim(sizes[0] / 2, sizes[-1] * 2)
            axes.set_xticks(sizes, [str(n) for n in sizes])
            axes.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
            axes.minorticks_off()
            axes.set(xlabel="N, examples in each batch", ylabel="error of B (rms), in σ")
            axes.plot(sizes, np.sqrt(3 / sizes), color=style.TARGET, linestyle="--")
            axes.annotate("√(3/N)", (sizes[-1], np.sqrt(3 / sizes[-1])), (13, 0), va="center",
                          color=style.TARGET_WORDS, weight="bold",
                          textcoords="offset points")  # fmt: skip
            self.dots = Dots(self, axes, color=style.ORIGINAL, markersize=style.DUST, alpha=0.6)
            here = dict(marker="D", mec=style.INK, mew=style.FINE, markersize=style.BALL)
            self.here = Dots(self, axes, color=style.OUTPUT, **here)
            bold = dict(weight="bold", ha="center")
            middle = np.sqrt(sizes[0] * sizes[-1])
            self.name = Words(self, axes, middle, 3, color=style.OUTPUT_WORDS, **bold)

    def update(self, result, *, N, **others):
        pairs = expect(result, (self.pairs,), "the result")
        rms = np.sqrt(np.mean(pairs**2))
        jitter = 1 + 0.1 * np.sin(1.9 * np.arange(self.pairs))
        self.dots.show(N * jitter, pairs)
        self.here.show(N, rms)
        self.name.say(f"all {self.pairs} pairs: {rounded(rms)} σ")
        self.sentence = (
            f"N = {N}: B misses by {rounded(rms)} σ, the rms of {self.pairs} pairs of batches. "
            f"√(3/N) is {rounded(np.sqrt(3 / N))}."
        )

"""Figures of the topic *paper*: the course of a training, a long one, and a grid of them."""

from types import MappingProxyType

import numpy as np

from bn_lib.figures.networks import LOOKS, WORDS
from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, place, records, take
from bn_lib.pictures.marks import Band, Bars, Line, Map, Words, apart
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, legend, level, share_ticks
from bn_lib.pictures.words import percent, rounded, short

NAMES = ("no batch norm", "batch norm")
LAST = 10  # the accuracy "at the end" is the mean of so many last evaluations


def at_the_end(accuracy):
    """The mean of the last evaluations, over the last axis."""
    return np.mean(accuracy[..., -LAST:], axis=-1)


def first_step(steps, accuracy, share):
    """The first of `steps` at which `accuracy`, (T,), is `share` or more; None if it never is."""
    reached = accuracy >= share
    return int(steps[np.argmax(reached)]) if reached.any() else None


class Curves(Picture):
    """A share that each of up to four networks reaches, such as its accuracy, as they train.

    names: of the networks; until: the last step. `update` takes a dict of records by these names:
    each with "step" and, by the name `probe`, the share at these steps, both of shape (T,).
    """

    APART, LOWEST = 0.07, 0.04  # of the axis: between names; of a name, which would lie on it
    narrow, longer = 520, 1.3

    def __init__(self, names, until, probe="accuracy", label="accuracy on the test images"):
        self.probe, self.gap = probe, until / 90
        with self.drawing(860, 340):
            axes = self.figure.subplots()
            beside = 14 * (8 + max(map(len, names)))  # pixels for names, also in large text
            axes.set(xlim=(0, until / (1 - beside / 790)), ylim=(-0.02, 1.04), title=label)
            axes.set_xlabel("steps of training")
            axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= until])
            axes.xaxis.set_major_formatter("{x:,.0f}")
            share_ticks(axes)
            grid(axes)
            self.curves, self.labels = {}, {}
            for name, (color, line, _, dark) in zip(
                names, style.COMPARED[: len(names)], strict=True
            ):
                own = LOOKS.get(name, dict(color=color, linestyle=line))
                self.curves[name] = Line(self, axes, color=own["color"], linestyle=own["linestyle"])
                bold = dict(va="center", weight="bold", color=WORDS.get(name, dark))
                self.labels[name] = Words(self, axes, **bold)

    def update(self, result, **position):
        shown = {}
        for name, record in records(result, self.curves).items():
            steps = np.asarray(record["step"])
            shown[name] = steps, expect(record[self.probe], steps.shape, self.probe)
        ends = {name: shown[name][1][-1] for name in self.curves}
        heights = apart(np.maximum(list(ends.values()), self.LOWEST), self.APART, 1.01)
        said = [f"{name} {percent(share)}" for name, share in ends.items()]
        for name, words, height in zip(ends, said, heights, strict=True):
            steps, share = shown[name]
            self.curves[name].show(steps, share)
            self.labels[name].say(words, steps[-1] + self.gap, height)
        last = max(steps[-1] for steps, _ in shown.values())
        self.sentence = f"after {last:,} steps: {', '.join(said)}"


class ChangingMind(Picture):
    """A digit, what a network takes it for, and how that changes while the network learns.

    Left: the image. Middle: the probability of each digit now. Right: over all steps. steps: when
    the network was evaluated, (T,), at equal distances. `update` takes (image, probabilities,
    label): (784,) with 1 for ink, (T, 10), and what the image is; at a position with `step`, one
    of `steps`.
    """

    SIDE, CLASSES = 28, 10  # pixels, digits

    def __init__(self, steps):
        self.steps = np.asarray(steps)
        with self.drawing(860, 380):
            image, bars, course = self.figure.subplots(1, 3, width_ratios=[1, 0.9, 1.9])
            self._build_image(image)
            self._build_bars(bars)
            self._build_course(course)

    def _build_image(self, axes):
        side = self.SIDE
        axes.set(xlim=(0, side), ylim=(side, 0), xticks=[], yticks=[], aspect="equal", anchor="N")
        axes.spines[:].set_visible(True)
        axes.set_title(" ")
        self.image = Map(self, axes, (side, side), "gray_r", (0, side, side, 0))
        title = dict(weight="bold", fontsize=style.TITLE, transform=axes.transAxes)
        self.label = Words(self, axes, 0, 1.03, **title)

    def _build_rows(self, axes):
        """A row for each digit."""
        axes.set_ylim(self.CLASSES, 0)
        axes.set_yticks(np.arange(self.CLASSES) + 0.5, range(self.CLASSES))
        axes.tick_params(axis="y", length=0)

    def _build_bars(self, axes):
        axes.set(title="Taken for", xlim=(0, 2), xlabel="probability")
        axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
        self._build_rows(axes)
        places, colors = np.arange(self.CLASSES) + 0.5, [style.NORMALIZED] * self.CLASSES
        self.bars = Bars(self, axes, places, colors, 0.8, across=True, alpha=0.85)
        self.answer = Words(self, axes, va="center_baseline", weight="bold")

    def _build_course(self, axes):
        last, gap = self.steps[-1], (self.steps[1] - self.steps[0]) / 2
        self.ends = -gap, last + gap
        axes.set(title="Over the steps (dark: sure)", xlabel="steps of training", xlim=self.ends)
        axes.set_xticks([0, last // 2, last])
        axes.xaxis.set_major_formatter("{x:,.0f}")
        self._build_rows(axes)
        shape, extent = (self.CLASSES, len(self.steps)), (*self.ends, self.CLASSES, 0)
        self.course = Map(self, axes, shape, style.DEEP, extent)
        self.row = Line(self, axes, color=style.TARGET)
        self.now = Line(self, axes, color=style.OUTPUT, linewidth=style.BOLD)

    def update(self, result, *, step, **others):
        at = place(step, self.steps, "step")
        shapes = dict(image=(self.SIDE**2,), probabilities=(len(self.steps), self.CLASSES))
        image, shares, label = take(result, **shapes, label=())
        self.image.show(image.reshape(self.SIDE, self.SIDE))
        self.label.say(f"The digit: {label:.0f}")
        self.bars.show(shares[at])
        answers = shares.argmax(axis=1)
        taken, sure = answers[at], shares[at].max()
        verdict = "✓" if taken == label else "✗"
        self.answer.say(f"{percent(sure, 0)} {verdict}", sure + 0.03, taken + 0.5)
        self.course.show(shares.T)
        left, right = self.ends
        self.row.frame(left, label, right, label + 1)
        self.now.show(step, [0, self.CLASSES])
        self.sentence = (
            f"Step {step:,}: taken for {taken}, with {percent(sure, 0)}; the digit is {label:.0f}. "
            f"The answer changes {np.count_nonzero(np.diff(answers))} times in all."
        )


class _LongAxes(Picture):
    """What a long training without and one with batch norm have in common."""

    LOW, HIGH = 0.7, 1.0  # of the axis of accuracies
    narrow = 589

    def _build_curves(self, axes, above):
        """Steps of very different number, a curve for each network, and its words above.

        The first hundred steps have as much room as the last 45,000. above: where the words are.
        """
        first, last = self.steps[self.steps > 0][[0, -1]]
        self.corner = (first <= self.steps) & (self.steps < 6 * first)  # a name may cover it
        axes.set(xscale="log", xlim=(first, last), ylim=(self.LOW, self.HIGH))
        axes.set_xlabel("steps of training")
        axes.set_title(" \n ", pad=10)  # room for the words
        ticks = [tick for tick in (10, 100, 1000, 10_000) if first <= tick < last / 2]
        axes.set_xticks([*ticks, last], [f"{tick:,}" for tick in (*ticks, last)])
        axes.minorticks_off()
        heights = np.arange(self.LOW, self.HIGH + 0.01, 0.1)
        axes.set_yticks(heights, [percent(height, 0) for height in heights])
        grid(axes, "both")
        self.level = Line(self, axes, linestyle=":", color=style.INK, linewidth=style.FINE)
        self.curves = [Line(self, axes, **looks) for looks in style.PAIR]
        looks = dict(transform=axes.transAxes, va="bottom", weight="bold", size=style.MEDIUM)
        self.words, self.below = (
            [Words(self, axes, x, heights[i], color=style.PAIR_WORDS[i], **looks) for i in (0, 1)]
            for x, heights in ((0, above), (0.04, (0.02, 0.15)))
        )
        thin = dict(linewidth=style.THIN, snap=False)  # the browser does not snap to pixels either
        self.drops = [Line(self, axes, **looks, **thin) for looks in style.PAIR]

    def _show_runs(self, sides, share):
        """Draw both curves; say when each reaches the share, and which stays or ends below."""
        self.level.show(self.steps[[1, -1]], share)
        said = []
        for i, accuracy in enumerate(sides):
            self.curves[i].show(self.steps[1:], accuracy[1:])
            step, level = first_step(self.steps, accuracy, share), f"{short(100 * share)} %"
            self.drops[i].show(*(([], []) if step is None else (step, [self.LOW, share])))
            when = f"never {level}" if step is None else f"{level} after {step:,} steps"
            said.append(f"{when}, ends at {percent(at_the_end(accuracy))}")
            self.words[i].say(f"{style.PAIR_DASHES[i]} {NAMES[i]}: {said[i]}")
            hidden = min(accuracy[self.corner].max(), accuracy[-1]) < self.LOW
            self.below[i].say(f"▼ {NAMES[i]}" if hidden else "")
        return said


class LongRun(_LongAxes):
    """Two accuracies over the steps of a long training, and when they first reach a share.

    steps: when the networks were evaluated, (T,). `update` takes (without, with_bn), of shape (T,)
    each, at a position with `reach`, the share in percent.
    """

    def __init__(self, steps):
        self.steps = np.asarray(steps)
        with self.drawing(860, 380):
            axes = self.figure.subplots()
            axes.set(ylabel="accuracy on the test images", title=" \n ")  # room for the words
            self._build_curves(axes, (1.09, 1.02))

    def update(self, result, *, reach, **others):
        shape = self.steps.shape
        sides = take(result, "of the accuracy", without=shape, with_bn=shape)
        without, with_bn = self._show_runs(sides, reach / 100)
        self.sentence = f"No batch norm: {without}. Batch norm: {with_bn}."


class AccuracyMaps(Picture):
    """The base of maps of accuracy in % over learning rate (to the right) and another setting.

    The two maps are without and with batch norm; cells from the share `good` on are green.
    """

    good, decimals = 0.9, 0  # digits of the numbers
    PIXELS = 8  # of the image along each side of a cell

    def _build_side(self, axes, color=style.OUTPUT, linestyle="-"):
        """Make a map, with a ring of these looks."""
        columns, rows = len(self.rates), len(self.scales)
        room = 0.05  # of a cell, for a ring at the edge
        axes.set(xlim=(-room, columns + room), ylim=(-room, rows + room))
        axes.set_title(" ")
        axes.set_xticks(np.arange(columns) + 0.5, list(map(short, self.rates)))
        axes.set_yticks(np.arange(rows) + 0.5, list(map(short, self.scales)))
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        shape = rows * self.PIXELS, columns * self.PIXELS
        image = Map(self, axes, shape, style.green_from(self.good), (0, columns, 0, rows))
        looks = dict(ha="center", va="center_baseline", fontsize=style.SMALL, rim=False)
        cells = [
            [Words(self, axes, i + 0.5, j + 0.5, **looks) for j in range(rows)]
            for i in range(columns)
        ]
        ring = Line(self, axes, color=color, linestyle=linestyle, linewidth=style.HEAVY)
        title = dict(weight="bold", fontsize=style.TITLE, transform=axes.transAxes)
        return image, cells, ring, Words(self, axes, 0, 1.03, **title)

    def _name_colors(self):
        """What green, gray and white mean, above the maps."""
        colors, looks = style.green_from(self.good), dict(marker="s", linestyle="", mec=style.LEVEL)
        words = {f"green: {percent(self.good, 0)} or more": 1.0, "gray: less": self.good - 0.01}
        words["white: guesses, about 10 %"] = 0.1
        legend(
            self.figure,
            {name: looks | dict(mfc=colors(share), ms=style.HERE) for name, share in words.items()},
        )

    def _show(self, side, shares, name, i, j):
        """Fill one map, with a ring around cell (i, j); return how many cells are green."""
        _, _, ring, title = side
        count = self._fill(side, shares)
        ring.frame(i, j, i + 1, j + 1)
        title.say(f"{name}: {count} of {shares.size} green")
        return count

    def _fill(self, side, shares):
        """Fill one map; return how many cells are green."""
        image, cells, _, _ = side
        image.show(np.kron(shares.T[::-1], np.ones((self.PIXELS, self.PIXELS))))
        ten = 10**self.decimals
        for column, values in zip(cells, shares, strict=True):
            for text, share in zip(column, values, strict=True):
                floor = np.floor(100 * ten * share + 1e-9) / ten  # 94.99 is not 95
                text.say(f"{floor:.{self.decimals}f}")
        return np.count_nonzero(shares >= self.good)


class LongRunMap(_LongAxes, AccuracyMaps):
    """Two maps of the accuracy at the end, a frame in each, and the two curves of those cells.

    steps: when the networks were evaluated, (T,); rates: (R,), to the right; stds of the initial
    weights: (S,), upwards; accuracy: of the networks without and with batch norm, (2, S, R, T).
    `update` takes (without, with_bn), the accuracies of the two cells, (T,) each, at a position
    with `rate_without`, `spread_without`, `rate_with` and `spread_with`, where these cells are.
    """

    good, decimals = 0.95, 1
    labels = MappingProxyType({
        "rate_without": "learning rate, no batch norm",
        "spread_without": "spread, no batch norm",
        "rate_with": "learning rate, batch norm",
        "spread_with": "spread, batch norm",
    })  # fmt: skip

    def __init__(self, steps, rates, stds, accuracy):
        self.steps, self.rates, self.scales = np.asarray(steps), list(rates), list(stds)
        shape = 2, len(self.scales), len(self.rates), len(self.steps)
        ends = at_the_end(expect(accuracy, shape, "accuracy")).round(3)
        with self.drawing(860, 620):
            panels = self.figure.subplot_mosaic("01;22", height_ratios=[1.15, 1])
            *maps, curves = panels.values()
            sides = zip(maps, style.PAIR, strict=True)
            self.sides = [self._build_side(axes, **looks) for axes, looks in sides]
            maps[0].set(ylabel="spread of the weights", xlabel="learning rate")
            maps[1].set(xlabel="learning rate")
            maps[1].sharey(maps[0])
            maps[1].tick_params(labelleft=False)
            curves.set_ylabel("accuracy")
            self._build_curves(curves, (1.16, 1.02))
            self._name_colors()
        for side, shares, name in zip(self.sides, ends, NAMES, strict=True):
            side[-1].say(f"{name}: {self._fill(side, shares.T)} green")

    def update(self, result, *, rate_without, spread_without, rate_with, spread_with, **others):
        cells = [
            (place(rate, self.rates, f"rate_{side}"), place(std, self.scales, f"spread_{side}"))
            for side, rate, std in (
                ("without", rate_without, spread_without),
                ("with", rate_with, spread_with),
            )
        ]
        shapes = dict.fromkeys(("without", "with_bn"), self.steps.shape)
        said = self._show_runs(take(result, "of the accuracy", **shapes), self.good)
        for (_, _, ring, _), (i, j) in zip(self.sides, cells, strict=True):
            ring.frame(i, j, i + 1, j + 1)
        where = [f"rate {short(self.rates[i])}, spread {short(self.scales[j])}" for i, j in cells]
        self.sentence = f"No batch norm, {where[0]}: {said[0]}. Batch norm, {where[1]}: {said[1]}."


class Percentiles(Picture):
    """The 15th, 50th and 85th percentile of a unit's input, as in Ioffe & Szegedy 2015, figure 1.

    steps: at which they were taken, shape (T,). `update` takes two sides, without and with batch
    norm: the percentiles, shape (T, 3). What leaves the axes is named at their edge. Notebook 06
    shows those of a unit that `typical_unit` in tools/records/paper.py has chosen.
    """

    TOP = 5.5  # the axes show inputs from -TOP to TOP
    SHARES = (15, 50, 85)

    def __init__(self, steps):
        self.steps = np.asarray(steps)
        with self.drawing(860, 350):
            axes = self.figure.subplots(1, 2, sharey=True)
            axes[0].set_ylabel("input of the unit")
            self.sides = [self._build_side(axes[i], name) for i, name in enumerate(NAMES)]

    def _build_side(self, axes, title):
        color = LOOKS[title]["color"]
        end, top, room = self.steps[-1], self.TOP, 1.17  # to the right, for names
        axes.set(title=title, xlabel="steps of training", ylim=(-top, top))
        axes.set(xlim=(0, room * end), xticks=[0, end // 2, end])
        axes.xaxis.set_major_formatter("{x:,.0f}")
        level(axes, xmax=1 / room)
        band = Band(self, axes, color=color, alpha=0.18)
        lines = [
            Line(self, axes, linestyle=dash, color=color, linewidth=width)
            for dash, width in (("--", style.FINE), ("-", style.BOLD + 0.1), ("--", style.FINE))
        ]
        looks = dict(color=WORDS[title], fontsize=style.MEDIUM)
        names = [
            Words(self, axes, 1.02 * end, text=f"{share} %", va="center", **looks)
            for share in self.SHARES
        ]
        looks |= dict(ha="center", weight="bold")
        below = Words(self, axes, end / 2, 0.15 - top, va="bottom", **looks)
        above = Words(self, axes, end / 2, top - 0.15, va="top", **looks)
        return dict(band=band, lines=lines, names=names, below=below, above=above)

    def update(self, sides, **position):
        shape = len(self.steps), 3
        found = take(sides, "of the percentiles", without=shape, with_bn=shape)
        said = [self._show(side, p) for side, p in zip(self.sides, found, strict=True)]
        self.sentence = f"No batch norm: {said[0]}. Batch norm: {said[1]}."

    def _show(self, side, p):
        low, middle, high = p.T
        side["band"].show(self.steps, *np.clip([low, high], -self.TOP, self.TOP))
        for line, values in zip(side["lines"], p.T, strict=True):
            line.show(self.steps, values)
        for name, height in zip(side["names"], self._apart(*p[-1]), strict=True):
            name.set_y(height)
        least, most = low.min(), high.max()
        side["below"].say(f"▼ down to {rounded(least, 1)}" if least < -self.TOP else "")
        side["above"].say(f"▲ up to {rounded(most, 1)}" if most > self.TOP else "")
        return (
            f"the median goes from {rounded(middle[0], 1)} to {rounded(middle[-1], 1)}, between"
            f" {rounded(middle.min(), 1)} and {rounded(middle.max(), 1)}"
        )

    def _apart(self, low, middle, high, least=0.8):
        """Heights for the three names: at the ends of the curves, but not one on the other."""
        edge = self.TOP - 0.3
        middle = np.clip(middle, least - edge, edge - least)
        low, high = min(low, middle - least), max(high, middle + least)
        return max(low, -edge), middle, min(high, edge)

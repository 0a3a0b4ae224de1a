"""Long training without and with batch norm: accuracy over steps of very different number."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, percent, unpack
from bn_lib.figures.rate_map import RateMap

LAST = 10  # the accuracy "at the end" is the mean of so many last looks
LOW, HIGH = 0.7, 1.0  # of the axis of accuracies
NAMES = ("without", "with")
LOOKS = (dict(color=style.WITHOUT, linestyle="--"), dict(color=style.OUTPUT, linestyle="-"))
DASHES = ("- -", "—")
DARK = (style.NOTE, style.OUTPUT_WORDS)  # the same for words


def at_the_end(accuracy):
    """The mean of the last looks, over the last axis."""
    return np.mean(accuracy[..., -LAST:], axis=-1)


def first_step(steps, accuracy, share):
    """The first of `steps` at which `accuracy`, (T,), is `share` or more; None if it never is."""
    reached = accuracy >= share
    return int(steps[np.argmax(reached)]) if reached.any() else None


def _log_axes(axes, steps):
    """Axes for accuracies, where the first hundred steps have as much room as the last 45,000."""
    first, last = steps[steps > 0][[0, -1]]
    axes.set(xscale="log", xlim=(first, last), ylim=(LOW, HIGH), xlabel="steps of training")
    ticks = [tick for tick in (10, 100, 1000, 10_000) if first <= tick < last / 2]
    axes.set_xticks([*ticks, last], [f"{tick:,}" for tick in (*ticks, last)])
    axes.minorticks_off()
    heights = np.arange(LOW, HIGH + 0.01, 0.1)
    axes.set_yticks(heights, [percent(height, 0) for height in heights])
    axes.grid(color="#e5e5e5", linewidth=1)
    axes.set_axisbelow(True)


def _build_words(picture, axes, *places):
    """A line of words for each network, from these places of the axes to the right."""
    looks = dict(transform=axes.transAxes, va="bottom", weight="bold")
    return [
        picture.moving_text(axes, *place, color=colour, **looks)
        for place, colour in zip(places, DARK, strict=True)
    ]


class LongRun(Picture):
    """Two accuracies over the steps of a long training, and when they first reach a share.

    steps: when it was looked, (T,). `update` takes (without, with), of shape (T,) each, at a
    position with `reach`, the share in percent. The start lies left of the axes.
    """

    def __init__(self, steps):
        super().__init__(860, 380, steps=np.asarray(steps))

    def build(self, steps):
        self.steps = steps
        axes = self.figure.subplots()
        _log_axes(axes, steps)
        axes.set_ylabel("right on the test images")
        axes.set_title(" \n ")  # room for the words
        self.level = self.moves(axes.plot([], [], ":", color=style.INK, linewidth=1.5)[0])
        self.curves = [self.moves(axes.plot([], [], **looks)[0]) for looks in LOOKS]
        self.drops = [self.moves(axes.plot([], [], **looks, linewidth=1)[0]) for looks in LOOKS]
        self.words = _build_words(self, axes, (0, 1.11), (0, 1.02))

    def update(self, result, *, reach, **others):
        shape = (len(self.steps),)
        sides = [
            expect(side, shape, f"the accuracy {name}")
            for side, name in zip(unpack(result, *NAMES), NAMES, strict=True)
        ]
        share = reach / 100
        self.level.set_data(self.steps[[1, -1]], [share, share])
        said = []
        for curve, drop, words, dash, name, side in zip(
            self.curves, self.drops, self.words, DASHES, NAMES, sides, strict=True
        ):
            step, end = first_step(self.steps, side, share), percent(at_the_end(side))
            curve.set_data(self.steps[1:], side[1:])
            drop.set_data([], []) if step is None else drop.set_data([step, step], [LOW, share])
            when = f"{reach:g} % {'never' if step is None else f'after {step:,} steps'}"
            words.set_text(f"{dash} {name} BN: {when}, {end} at the end")
            said.append(f"{name} batch norm {when}, {end} at the end")
        self.sentence = "; ".join(said).capitalize() + "."


class LongRunMap(RateMap):
    """Two maps of the accuracy at the end, and under them the two curves of the chosen cell.

    steps: when it was looked, (T,); rates: (R,), to the right; stds of the first weights: (S,),
    upwards. `update` takes (without, with_bn), each (S, R, T) from 0 to 1, at a position with
    `rate` and `std`, which must be among them.
    """

    good, decimals = 0.95, 1

    def __init__(self, steps, rates, stds):
        Picture.__init__(
            self, 860, 500, steps=np.asarray(steps), rates=list(rates), scales=list(stds)
        )

    def build(self, steps, rates, scales):
        self.steps, self.rates, self.scales = steps, rates, scales
        axes = self.figure.subplot_mosaic(
            [["without", "with"], ["curves", "curves"]], height_ratios=[1.2, 1]
        )
        self.sides = [self._build_side(axes[name]) for name in NAMES]
        axes["without"].set_ylabel("first weights' spread")
        axes["with"].set_yticks([])
        for name in NAMES:
            axes[name].set_xlabel("learning rate")
        _log_axes(axes["curves"], steps)
        axes["curves"].set(ylabel="right", title=" ")
        self.curves = [self.moves(axes["curves"].plot([], [], **looks)[0]) for looks in LOOKS]
        self.words = _build_words(self, axes["curves"], (0, 1.04), (0.5, 1.04))

    def update(self, result, *, rate, std, **others):
        shape = len(self.scales), len(self.rates), len(self.steps)
        names = ("without", "with_bn")
        found = [
            expect(part, shape, name)
            for part, name in zip(unpack(result, *names), names, strict=True)
        ]
        i, j = self.rates.index(rate), self.scales.index(std)
        right, counts = [], []
        for n, accuracy in enumerate(found):
            ends = at_the_end(accuracy).T.round(3)
            counts.append(self._show(self.sides[n], ends, ("Without", "With BN")[n], i, j))
            right.append(percent(ends[i, j]))
            self.curves[n].set_data(self.steps[1:], accuracy[j, i, 1:])
            self.words[n].set_text(f"{DASHES[n]} {NAMES[n]} BN: {right[n]}")
        cells = len(self.rates) * len(self.scales)
        self.sentence = (
            f"Rate {rate:g}, spread {std:g}: {right[0]} at the end without, {right[1]} with BN."
            f" 95 % or more in {counts[0]} of {cells} cells without, {counts[1]} with."
        )

"""Figures of the topic *modes*: a trained network in training and in inference mode."""

from textwrap import wrap

import numpy as np

from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, take, unpack
from bn_lib.pictures.marks import Dots, Line, Map, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, legend, level, note
from bn_lib.pictures.words import percent, rounded, short

MODES = {
    "training": dict(color=style.OUTPUT, dark=style.OUTPUT_WORDS),
    "inference": dict(color=style.NORMALIZED, dark=style.NORMALIZED),
}
SIDE = 8  # pixels along a digit
TILE, ROW = 10, 14  # a digit with its gap to the right, and with its answer below


class Reader(Picture):
    """Digits as they come in, what a network takes each for, and the share that it reads.

    images: (n, 64), dark where there is ink. labels: (n,). `update` takes (at, answers): the
    places of the images in the order in which they come, shape (m,), and for each what the network
    says, (m,); or, in place of the answers, the ValueError of a refusal. The first 32 are drawn.
    The position has `mode`, "training" or "inference", and `batches`, which the sentence repeats.
    """

    narrow = 589
    COLUMNS, ROWS = 16, 2

    def __init__(self, images, labels):
        self.digits = np.asarray(labels)
        self.images = expect(images, (len(self.digits), SIDE * SIDE), "images")
        shape = height, width = self.ROWS * ROW, self.COLUMNS * TILE
        with self.drawing(860, 270):
            axes = self.figure.subplots()
            axes.set(xlim=(0, width), ylim=(height + 3, -9), xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
            self.map = Map(self, axes, shape, style.PEN, (0, width, height, 0))
            bold = dict(va="center", weight="bold", fontsize=style.TITLE)
            self.modes = {
                mode: Words(self, axes, 0, -5, color=looks["dark"], **bold)
                for mode, looks in MODES.items()
            }
            self.share = Words(self, axes, width, -5, ha="right", **bold)
            places = [(i % self.COLUMNS, i // self.COLUMNS) for i in range(self.shown)]
            looks = dict(ha="center", va="center")
            self.answers = [
                [
                    Words(self, axes, TILE * x + 4, ROW * y + 10.5, **looks, **each)
                    for each in (
                        dict(color=style.NOTE),
                        dict(color=style.ACCENT_WORDS, weight="bold"),
                    )
                ]
                for x, y in places
            ]
            middle = dict(ha="center", va="center", color=style.ACCENT_WORDS, weight="bold")
            self.refusal = [Words(self, axes, width / 2, 4 + 4 * i, **middle) for i in range(5)]
            note(axes, 0, height + 2, "the first 32 that come in;  ✗ and bold: not this digit")

    @property
    def shown(self):
        """How many digits are drawn."""
        return self.COLUMNS * self.ROWS

    def update(self, result, *, mode, batches, **others):
        at, answers = unpack(result, "at", "answers")
        at = expect(at, np.shape(at), "at").astype(int)
        if at.ndim != 1 or len(at) < self.shown or at.max() >= len(self.digits) or at.min() < 0:
            raise ValueError(f"at has to hold {self.shown} or more places of images")
        refused = isinstance(answers, ValueError)
        if not refused:
            answers = expect(answers, at.shape, "answers").astype(int)
        if mode not in MODES:
            raise ValueError(f"mode is {mode!r}, expected one of {list(MODES)}")

        shown = self.images[at[: self.shown]]
        self.map.show(self._tiles(0 * shown if refused else shown))
        for name, words in self.modes.items():
            words.say(f"{name} mode, {batches}" if name == mode else "")
        lines = wrap(str(answers), 62) if refused else []
        for i, words in enumerate(self.refusal):
            words.say(lines[i] if i < len(lines) else "")
        right = np.zeros(len(at), bool) if refused else answers == self.digits[at]
        for i, (good, bad) in enumerate(self.answers):
            good.say(str(answers[i]) if right[i] else "")
            bad.say("" if refused or right[i] else f"✗ {answers[i]}")
        if refused:
            self.share.say("refused")
            self.sentence = f"{mode} mode, {batches}: refused, 0 of {len(at)} digits are read."
        else:
            share = percent(right.mean(), 0)
            self.share.say(f"reads {share} of {len(at)} digits")
            self.sentence = f"{mode} mode, {batches}: it reads {share} of {len(at)} digits."

    def _tiles(self, images):
        sheet = np.zeros((self.ROWS, ROW, self.COLUMNS, TILE))
        tiles = images.reshape(self.ROWS, self.COLUMNS, SIDE, SIDE).swapaxes(1, 2)
        sheet[:, :SIDE, :, :SIDE] = tiles
        return sheet.reshape(self.ROWS * ROW, self.COLUMNS * TILE)


class SharedMean(Picture):
    """One unit's normalized inputs in both modes, for a batch in which one digit grows frequent.

    size: of the batch. name: of the digit, in the plural. `update` takes (training, inference,
    shares): the normalized inputs in these modes, (size,) each, those of the digit first, and the
    share of that digit which is read in each mode, (2,). `count` in the position says how many
    of the batch are this digit.
    """

    HEIGHTS = (1.0, 0.0)

    def __init__(self, size, name, reach=3.0):
        self.size, self.name = size, name
        # The same scatter upwards each time, only so that dots can be told apart.
        self.scatter = 0.18 * np.sin(2.4 * np.arange(size))
        with self.drawing(860, 320):
            axes = self.figure.subplots()
            axes.set(xlim=(-reach, reach), ylim=(-0.5, 1.6), yticks=[])
            axes.set_xlabel("the unit's normalized value, before γ and β")
            axes.spines["left"].set_visible(False)
            axes.axvline(0, color=style.ZERO, linewidth=style.THIN, zorder=0)
            looks = {
                name: dict(color=style.ACCENT, marker="^", linestyle=""),
                "all others": dict(color=style.ORIGINAL, marker="o", linestyle=""),
                f"mean of the {name}": dict(color=style.ACCENT_WORDS, linewidth=style.HEAVY),
            }
            legend(self.figure, looks)
            self.rows = [
                self._build_row(axes, *each, reach)
                for each in zip(MODES, self.HEIGHTS, strict=True)
            ]

    def _build_row(self, axes, mode, height, reach):
        level(axes, height)
        dark = MODES[mode]["dark"]
        above = height + 0.4
        bold = dict(color=dark, weight="bold", va="center")
        axes.text(-reach, above, f"{mode} mode", **bold)
        return (
            Dots(self, axes, color=style.ORIGINAL, alpha=0.7),
            Dots(self, axes, color=style.ACCENT, marker="^", markersize=style.BEAD, alpha=0.8),
            Line(self, axes, color=style.ACCENT_WORDS, linewidth=style.HEAVY),
            Words(self, axes, reach, above, ha="right", **bold),
        )

    def update(self, result, *, count, **others):
        shape = (self.size,)
        *modes, shares = take(result, training=shape, inference=shape, shares=(2,))
        if not 1 <= count <= self.size:
            raise ValueError(f"count is {count}, expected 1 to {self.size}")
        said = []
        rows = zip(self.rows, self.HEIGHTS, modes, shares, strict=True)
        for (rest, picked, mean, words), height, values, share in rows:
            places = height + self.scatter
            picked.show(values[:count], places[:count])
            rest.show(values[count:], places[count:])
            middle = values[:count].mean()
            mean.show([middle, middle], height + np.array([-0.27, 0.27]))
            words.say(f"reads {percent(share, 0)} of the {self.name}")
            said.append(f"mean {rounded(middle, 1)}, {percent(share, 0)} of them read correctly")
        training, inference = said
        self.sentence = (
            f"{count} of {self.size} are {self.name}. Training mode: {training};"
            f" inference mode: {inference}."
        )


class RunningMean(Picture):
    """How a running mean follows the means of batch after batch, and how well inference reads then.

    batches: how many. `update` takes (means, running, share): the means of the batches, (batches,),
    the running mean at the start and after each batch, (batches + 1,), both as distances from the
    mean of all examples in units of σ, and the share that is read in inference mode with what is
    kept at the end. The position has `momentum`, `N` and `order`, which the sentence repeats.
    """

    narrow = 560

    def __init__(self, batches, reach=2.5):
        self.batches = batches
        with self.drawing(860, 340):
            axes = self.figure.subplots()
            axes.set(xlim=(0, batches + 0.5), ylim=(-reach, reach), xlabel="batches")
            axes.set_ylabel("distance from the\nmean of all, in σ")
            grid(axes)
            level(axes, color=style.TARGET, linestyle=":", linewidth=style.BOLD)
            looks = {
                "mean of a batch": dict(color=style.ORIGINAL, marker="o", linestyle=""),
                "running mean": dict(color=style.NORMALIZED, linewidth=style.HEAVY),
                "mean of all": dict(color=style.TARGET, linestyle=":", linewidth=style.BOLD),
            }
            legend(self.figure, looks)
            self.means = Dots(self, axes, color=style.ORIGINAL, markersize=style.GRAIN, alpha=0.7)
            self.running = Line(self, axes, color=style.NORMALIZED, linewidth=style.HEAVY)
            bold = dict(color=style.NORMALIZED, weight="bold")
            high = 0.97 * reach
            self.words = Words(self, axes, 0.99 * batches, high, ha="right", va="top", **bold)
            small = dict(va="top", weight="bold", fontsize=style.SMALL)
            self.outside = Words(self, axes, 0.01 * batches, high, **small)

    def update(self, result, *, momentum, N, order, **others):
        shapes = dict(means=(self.batches,), running=(self.batches + 1,), share=())
        means, running, share = take(result, **shapes)
        self.means.show(np.arange(1, self.batches + 1), means)
        self.running.show(np.arange(self.batches + 1), running)
        self.outside.say(f"{self.means.beyond} means outside" if self.means.beyond else "")
        self.words.say(f"inference mode then reads {percent(share, 0)}")
        side = "below" if running[-1] < 0 else "above"
        self.sentence = (
            f"momentum {short(momentum)}, batches of {N}, {order}: after {self.batches} batches the"
            f" running mean is {rounded(abs(running[-1]))} σ {side} the mean of all; inference mode"
            f" reads {percent(share, 0)}."
        )

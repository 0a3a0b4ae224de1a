"""Figures of the topic *axes*: who shares a mean and a σ with whom, and what follows from it."""

import numpy as np

from bn_lib.measure import best_line
from bn_lib.pictures import style
from bn_lib.pictures.checks import take
from bn_lib.pictures.marks import Bars, Dots, Line, Map, Rods, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, level
from bn_lib.pictures.words import percent, rounded

NORMS = ("batch", "layer", "instance", "group", "RMS")
STILL = 1e-9  # an output that has moved by less has not moved: the rest is rounding


class Block(Picture):
    """A batch of images in one picture: which values share a mean, and which outputs move.

    shape: (N, C, H, W), an example in each row and a channel in each column. picked: the index of
    the value that is dragged. `update` takes x, the outputs, and the outputs before anything was
    dragged, all of this shape, at a position with `norm`: "batch", "layer", "instance", "RMS" or,
    for group norm, the number of groups, a divisor of C. Where this number is another knob,
    `groups`, `norm` is "group".
    """

    LIMIT = 3.0  # the values of the deepest colors on the left
    MOST = 0.5  # the movement of the deepest color on the right

    def __init__(self, shape, picked):
        self.shape, self.picked = tuple(shape), tuple(picked)
        with self.drawing(860, 370):
            left, right = self.figure.subplots(1, 2)
            self.before = self._build(left, "What goes in", style.SIGNED, -self.LIMIT, self.LIMIT)
            high = self.MOST * style.MOVED.N / (style.MOVED.N - 1)  # the last color begins at MOST
            self.after = self._build(right, "How far each output moved", style.MOVED, 0, high)
            looks = dict(color=style.INK, markersize=style.SPECK)
            self.moved = Dots(self, right, **looks)
            self.figure.supxlabel(
                "left, blue: below 0, white: near 0, orange: above 0\n"
                f"right, a dot: has moved; deepest green: by {self.MOST:g} or more",
                fontsize=style.SMALL,
            )

    def _build(self, axes, title, colors, low, high):
        n, c, h, w = self.shape
        axes.set(title=title, xlim=(-0.1, c * w + 0.1), ylim=(n * h + 0.1, -0.1))
        axes.set_xticks(w * (np.arange(c) + 0.5), [chr(ord("A") + i) for i in range(c)])
        axes.set_yticks(h * (np.arange(n) + 0.5), [str(i + 1) for i in range(n)])
        axes.set(xlabel="channel", ylabel="example")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        image = Map(self, axes, (n * h, c * w), colors, (0, c * w, n * h, 0), low, high)
        gaps = Rods(self, axes, color=style.GRID, linewidth=style.HEAVY * 2)
        across, down = w * np.arange(c + 1), h * np.arange(n + 1)
        gaps.set_segments([[(x, 0), (x, n * h)] for x in across])
        rows = Rods(self, axes, color=style.GRID, linewidth=style.HEAVY * 2)
        rows.set_segments([[(0, y), (c * w, y)] for y in down])
        walls = Rods(self, axes, color=style.GUIDE, linewidth=style.FINE)
        frame = Line(self, axes, color=style.ACCENT, linewidth=style.HEAVY)
        diamond = dict(marker="D", mec=style.INK, markersize=style.BALL, mew=style.FINE)
        value = Dots(self, axes, color=style.ACCENT, **diamond)
        return dict(image=image, walls=walls, frame=frame, value=value)

    def update(self, result, *, norm, groups=1, **others):
        x, y, drawn = take(result, x=self.shape, y=self.shape, drawn=self.shape)
        if not isinstance(norm, str):
            norm, groups = "group", norm
        h, w = self.shape[2:]
        rows, columns = self._set_sizes(norm, groups)
        example, channel, row, column = self.picked
        top, left = example // rows * rows, channel // columns * columns
        movement = np.abs(y - drawn)
        moved = movement > STILL
        self.before["image"].show(self._flat(x))
        self.after["image"].show(self._flat(movement))
        for side in (self.before, self.after):
            side["frame"].frame(left * w, top * h, (left + columns) * w, (top + rows) * h)
            side["walls"].set_segments(self._walls(rows, columns))
            side["value"].show(channel * w + column + 0.5, example * h + row + 0.5)
        self.moved.show(*(np.argwhere(self._flat(moved)).T[::-1] + 0.5))
        self.sentence = self._sentence(norm, groups, rows * columns * h * w, x, moved)

    def _set_sizes(self, norm, groups):
        """How many examples and channels share their statistics."""
        n, c, _, _ = self.shape
        if groups not in range(1, c + 1) or c % groups:
            raise ValueError(f"groups is {groups}, but the figure has {c} channels to share")
        sizes = ((n, 1), (1, c), (1, 1), (1, c // groups), (1, c))
        return sizes[place_of(norm)]

    def _walls(self, rows, columns):
        """Lines between the sets of values that share their statistics."""
        n, c, h, w = self.shape
        across, down = w * np.arange(0, c + 1, columns), h * np.arange(0, n + 1, rows)
        return [[(x, 0), (x, n * h)] for x in across] + [[(0, y), (c * w, y)] for y in down]

    def _flat(self, values):
        """The block as one picture, an example below the other."""
        n, c, h, w = self.shape
        return values.transpose(0, 2, 1, 3).reshape(n * h, c * w)

    def _sentence(self, norm, groups, size, x, moved):
        name = f"{norm[0].upper()}{norm[1:]} norm"
        if norm == "group":
            name += f" with {groups} group{'s' if groups > 1 else ''}"
            same = {1: "layer", self.shape[1]: "instance"}
            name += f", like {same[groups]} norm" if groups in same else ""
        shared = "a root mean square" if norm == "RMS" else "μ and σ"
        start = f"{name}: {size} values share {shared}. "
        start += f"The dragged one is {rounded(x[self.picked], 1)}; "
        if not moved.any():
            return start + "no output has moved."
        examples = np.flatnonzero(moved.any(axis=(1, 2, 3))) + 1
        channels = np.flatnonzero(moved.any(axis=(0, 2, 3)))
        where = span_of("example", examples)
        where += ", " + span_of("channel", [chr(ord("A") + i) for i in channels])
        return start + f"{moved.sum()} outputs have moved, in {where}."


def place_of(norm):
    """Where a normalization stands among those of the figures, or ValueError."""
    if norm not in NORMS:
        raise ValueError(f"norm is {norm!r}, but the figure has {', '.join(NORMS)}")
    return NORMS.index(norm)


def span_of(name, values):
    """As in "example 2" and "examples 1 to 4"."""
    return f"{name} {values[0]}" if len(values) == 1 else f"{name}s {values[0]} to {values[-1]}"


class WhatMoves(Picture):
    """Changes of a batch against normalizations: by how much each moves an output at most.

    changes: the names of the changes, a row each; labels: what the knobs that make them are
    called, by their names. `update` takes the largest changes of an output, one for each change
    and for each of batch, layer, instance, group and RMS, shape (changes, 5), and whether each
    change has been made at all, shape (changes,): the row of one that has not is empty.
    """

    narrow = 540

    def __init__(self, changes, labels=None):
        self.changes, self.labels = list(changes), labels or {}
        rows, columns = len(self.changes), len(NORMS)
        with self.drawing(860, 90 + 46 * rows):
            axes = self.figure.subplots()
            axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
            axes.set_xticks(range(columns), NORMS, weight="bold")
            axes.xaxis.tick_top()
            axes.set_yticks(range(rows), self.changes)
            axes.tick_params(length=0)
            axes.spines[:].set_visible(False)
            self.figure.supxlabel(
                "the largest change of an output; blue: none, orange: some", fontsize=style.SMALL
            )
            extent = (-0.5, columns - 0.5, rows - 0.5, -0.5)
            self.map = Map(self, axes, (rows, columns), style.SIGNED, extent, -1.6, 1.6)
            gaps = Rods(self, axes, color=style.GRID, linewidth=style.LINE)
            across, down = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
            gaps.set_segments(
                [[(x, -0.5), (x, rows - 0.5)] for x in across]
                + [[(-0.5, y), (columns - 0.5, y)] for y in down]
            )
            looks = dict(ha="center", va="center_baseline", rim=False)
            self.cells = [
                [Words(self, axes, column, row, **looks) for column in range(columns)]
                for row in range(rows)
            ]

    def update(self, result, **position):
        shape = (len(self.changes), len(NORMS))
        moved, made = take(result, moved=shape, made=shape[:1])
        made = made.astype(bool)
        moved = np.where(made[:, None], moved, 0)
        still = moved < STILL
        self.map.show(np.where(made[:, None], np.where(still, -1, 1), 0))
        for texts, row, row_made, row_still in zip(self.cells, moved, made, still, strict=True):
            for text, value, keeps in zip(texts, row, row_still, strict=True):
                text.say(("0" if keeps else rounded(value)) if row_made else "")
        self.sentence = self._sentence(moved, made, still)

    def _sentence(self, moved, made, still):
        count = f"{made.sum()} of {len(made)} changes made"
        if not made.any():
            return f"{count}: the table is empty."
        kept = [norm for norm, column in zip(NORMS, still.T, strict=True) if column.all()]
        row, column = np.unravel_index(np.argmax(moved), moved.shape)
        if still.all():
            return f"{count}. No output moves with any norm."
        most = rounded(moved[row, column])
        return (
            f"{count}. Norms with which no output moves: {', '.join(kept) or 'none'}. "
            f"The largest change is {most}: {NORMS[column]} norm, {self.changes[row]}."
        )


class ShiftedImage(Picture):
    """An image moved sideways: what a filter makes of it, normalized per channel and per position.

    shape: (H, W). `update` takes the image, what the filter answers, and this normalized with one
    mean and σ for the whole channel, and with a mean and σ for each position, all of this shape;
    and by how much the last two differ from what they were before the shift, moved along, at most:
    (2,). The position has `shift`.
    """

    TITLES = ("The image", "Filtered", "Shared μ, σ", "Separate μ, σ")
    COLORS = (style.INK, style.INK, style.TARGET_WORDS, style.OUTPUT_WORDS)

    def __init__(self, shape, limit=3.0):
        self.shape = tuple(shape)
        with self.drawing(860, 300):
            panels = self.figure.subplots(1, 4)
            looks = [(style.PEN, 0, 2), *3 * [(style.SIGNED, -limit, limit)]]
            self.maps = [
                self._build(*each)
                for each in zip(panels, self.TITLES, self.COLORS, looks, strict=True)
            ]
            self.words = [
                Words(self, axes, 0.5, 1.05, transform=axes.transAxes, color=color, rim=False,
                      ha="center", va="center", fontsize=style.MEDIUM)
                for axes, color in zip(panels[2:], self.COLORS[2:], strict=True)
            ]  # fmt: skip
            self.figure.supxlabel(
                f"gray: ink; blue: below 0, orange: above 0, deepest at ±{limit:g} and beyond",
                fontsize=style.SMALL,
            )

    def _build(self, axes, title, color, looks):
        h, w = self.shape
        axes.set(xlim=(-0.05, w + 0.05), ylim=(h + 0.05, -0.05), xticks=[], yticks=[])
        axes.set_title(title, color=color, pad=26, loc="center")
        axes.spines[:].set(visible=True, color=style.ZERO)
        colors, low, high = looks
        return Map(self, axes, self.shape, colors, (0, w, h, 0), low, high)

    def update(self, result, *, shift, **others):
        names = ("image", "answer", "shared", "separate")
        *maps, off = take(result, **dict.fromkeys(names, self.shape), off=(2,))
        for image, values in zip(self.maps, maps, strict=True):
            image.show(values)
        most = [rounded(each, 1) if each >= STILL else "0" for each in off]
        for words, text in zip(self.words, most, strict=True):
            words.say(f"change: {text}")
        places = "1 place" if shift == 1 else f"{rounded(shift, 0)} places"
        self.sentence = (
            f"Moved by {places}. Apart from this move, a normalized value changes by at most "
            f"{most[0]} with shared μ and σ, {most[1]} with separate ones."
        )


class OneLine(Picture):
    """Whether one γ and one β bring a channel back: the line they make, and what it leaves.

    examples, positions: how many of them there are in the channel that is shown. `update` takes
    x_hat and x of this channel, both of shape (examples, positions), and the share of the variance
    that the best γ and β of all channels leave, for batch, layer, instance, group and RMS, (5,).
    The position has `norm`, one of these.
    """

    REACH = 4.0
    LOOKS = (("o", style.NORMALIZED), ("s", style.OUTPUT), ("^", style.TARGET), ("v", style.ACCENT))

    def __init__(self, examples, positions, limit=9.0):
        self.shape = examples, positions
        with self.drawing(860, 370):
            left, right = self.figure.subplots(1, 2)
            self._build_channel(left, examples, limit)
            self._build_shares(right)
            self.figure.supxlabel(
                "left, a color and a shape for each example, dashed: the best line\n"
                "right, framed: the norm on the left",
                fontsize=style.SMALL,
            )

    def _build_channel(self, axes, examples, limit):
        axes.set(title="Channel A", xlim=(-self.REACH, self.REACH), ylim=(-limit, limit))
        axes.set(xlabel="normalized", ylabel="original", yticks=(-8, -4, 0, 4, 8))
        level(axes)
        self.line = Line(self, axes, color=style.INK, linewidth=style.BOLD, linestyle="--")
        self.dots = [
            Dots(self, axes, color=color, marker=marker, markersize=style.GRAIN, alpha=0.7)
            for marker, color in self.LOOKS[:examples]
        ]
        self.label = Words(self, axes, -self.REACH + 0.2, 0.88 * limit, weight="bold", va="center")

    def _build_shares(self, axes):
        places = np.arange(len(NORMS))
        axes.set(title="Not brought back", xlim=(0, 1.2), ylim=(len(NORMS) - 0.4, -0.6))
        axes.set(xlabel="share of the variance")
        axes.set_yticks(places, NORMS)
        axes.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
        grid(axes, "x")
        colors = [style.LEVEL] * len(NORMS)
        self.bars = Bars(self, axes, places, colors, 0.6, across=True)
        self.frame = Line(self, axes, color=style.INK, linewidth=style.BOLD)
        bold = dict(va="center", weight="bold")
        self.shares = [Words(self, axes, 0, i, **bold) for i in places]

    def update(self, result, *, norm, **others):
        here = place_of(norm)
        x_hat, x, left = take(result, x_hat=self.shape, x=self.shape, left=(len(NORMS),))
        line = best_line(x_hat.ravel(), x.ravel())  # may refuse
        for dots, a, b in zip(self.dots, x_hat, x, strict=True):
            dots.show(a, b)
        ends = np.array([-self.REACH, self.REACH])
        self.line.show(ends, line.slope * ends + line.intercept)
        formula = f"{rounded(line.slope, 1)} · normalized + {rounded(line.intercept, 1)}"
        self.label.say(formula.replace("+ −", "− "))
        self.bars.show(left)
        said = ["0" if each < STILL else percent(each, 0 if each > 0.02 else 1) for each in left]
        for words, share, text in zip(self.shares, left, said, strict=True):
            words.say(text, x=share + 0.02)
        self.frame.frame(0, here - 0.38, max(left[here], 0.004), here + 0.38)
        listed = ", ".join(f"{name} {text}" for name, text in zip(NORMS, said, strict=True))
        self.sentence = (
            f"Share of the variance not brought back: {listed}. The best line of {norm} norm has "
            f"γ = {rounded(line.slope)}, β = {rounded(line.intercept)}."
        )

"""Figures of the topic *scale*: weights that are scaled, and the rates at which they can learn."""

import numpy as np

from bn_lib.figures.networks import GOOD_START, LOOKS, WORDS
from bn_lib.figures.paper import AccuracyMaps
from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, place, records, take, unpack
from bn_lib.pictures.marks import Band, Dots, Line, Words, apart
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, legend, level, note, share_ticks
from bn_lib.pictures.words import percent, rounded, short

FOUR = {
    "no batch norm": LOOKS["no batch norm"],
    "good start": GOOD_START,
    "batch norm": LOOKS["batch norm"],
    # The same network as *batch norm*, with the initial weights of the good start.
    "BN, good start": dict(color=style.OUTPUT, linestyle=":", marker="D"),
}
DARK = WORDS | {"BN, good start": style.OUTPUT_WORDS}  # in words


class ThreeRules(Picture):
    """Three trainings of scaled weights, each with its own rule for the rate, on the original's.

    steps: (T,); loss: that of the original, (T,), a wide pale line; rules: three names. `update`
    takes a dict by these names: each the loss, (T,), at a position with `a`, the factor of the
    weights.
    """

    narrow, longer = 520, 1.25
    LOW, HIGH = 0.06, 4  # of the axis
    SAME = 1e-9  # "the same curve" is said below this difference
    APART = 0.075  # of the axis: how far words at the ends are from each other

    def __init__(self, steps, loss, rules):
        self.steps, self.loss = np.asarray(steps), np.asarray(loss)
        until = self.steps[-1]
        with self.drawing(860, 360):
            axes = self.figure.subplots()
            axes.set(yscale="log", xlim=(0, 1.55 * until), ylim=(self.LOW, self.HIGH))
            axes.set(title="Loss", xlabel="steps of training")
            axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= until])
            axes.set_yticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
            axes.minorticks_off()
            grid(axes)
            looks = dict(color=style.FAINT, linewidth=style.HEAVY * 4, solid_capstyle="butt")
            axes.plot(self.steps, self.loss, alpha=0.6, **looks)
            note(axes, 0.02, 0.04, "wide and pale: the original", transform=axes.transAxes)
            looks = style.LINES[0], style.LINES[2], style.LINES[1]
            self.curves = {
                rule: Line(self, axes, linewidth=style.BOLD, **look)
                for rule, look in zip(rules, looks, strict=True)
            }
            colors = style.NOTE, style.NORMALIZED, style.OUTPUT_WORDS
            bold = dict(x=1.02 * until, va="center", weight="bold")
            self.names = {
                rule: Words(self, axes, color=color, **bold)
                for rule, color in zip(rules, colors, strict=True)
            }

    def update(self, result, *, a, **others):
        losses = {
            rule: expect(loss, self.steps.shape, f"the loss with {rule}")
            for rule, loss in records(result, self.curves).items()
        }
        tall = np.log(self.HIGH / self.LOW)
        ends = np.log([max(losses[rule][-1], self.LOW) for rule in self.curves]) - np.log(self.LOW)
        places = self.LOW * np.exp(apart(ends, self.APART * tall, 0.97 * tall))
        said, same = [], []
        for (rule, curve), y in zip(self.curves.items(), places, strict=True):
            loss = losses[rule]
            curve.show(self.steps, np.maximum(loss, self.LOW))
            is_same = np.abs(loss - self.loss).max() < self.SAME
            end = short(loss[-1], 2)
            self.names[rule].say(f"{rule}: {'✓ the same' if is_same else end}", y=y)
            said.append(f"{end} with {rule}")
            same += [rule] if is_same else []
        of = f"; of the original {short(self.loss[-1], 2)}"
        of += f" (the same curve: {', '.join(same)})" if same else ""
        self.sentence = (
            f"a = {short(a)}: after {self.steps[-1]} steps the loss is {', '.join(said)}{of}."
        )


class _Arrow:
    """An arrow from one point to another."""

    HEAD = 0.1  # the length of its head, but at most half of the arrow

    def __init__(self, picture, axes, color):
        self.shaft = Line(picture, axes, color=color, linewidth=style.HEAVY)
        self.head = Band(picture, axes, color=color)

    def show(self, start, end):
        start, end = np.array(start), np.array(end)
        long = np.linalg.norm(end - start)
        back = (start - end) * min(self.HEAD, long / 2) / (long or 1)
        aside = 0.35 * back[::-1] * [1, -1]
        self.shaft.show(*np.transpose([start, end + back / 2]))
        self.head.set_xy([end, end + back + aside, end + back - aside])


class Turn(Picture):
    """The weights of one unit as an arrow, one step of training, and how far it turns them.

    Drawn in the plane of the weights and the step. longest: of the axes, in units of `one`, the
    length of the weights for a = 1. `update` takes (w, new), (D,) each: the weights before and
    after the step, at a position with `a`.
    """

    narrow = 520

    def __init__(self, one, longest=3.9):
        self.one = float(one)
        with self.drawing(860, 330):
            axes = self.figure.subplots()
            axes.set(xlim=(-0.1, longest), ylim=(-0.22, 1.12), xticks=[], yticks=[])
            axes.set_aspect("equal")
            axes.spines[:].set_visible(False)
            axes.plot(0, 0, "o", color=style.INK)
            self.arc = Line(self, axes, color=style.GUIDE, linestyle=":", linewidth=style.LINE)
            self.before = _Arrow(self, axes, style.BASIS)
            self.step = _Arrow(self, axes, style.OUTPUT)
            self.after = _Arrow(self, axes, style.NORMALIZED)
            self.corner = Line(self, axes, color=style.INK, linewidth=style.THIN)
            bold = dict(weight="bold")
            below = dict(y=-0.06, va="top", ha="center", color=style.NOTE)
            self.length = Words(self, axes, **below, **bold)
            self.moved = Words(self, axes, color=style.OUTPUT_WORDS, va="center", **bold)
            title = dict(weight="bold", fontsize=style.TITLE, transform=axes.transAxes)
            self.turned = Words(self, axes, 0, 0.95, color=style.NORMALIZED, **title)

    def update(self, result, *, a, **others):
        shape = np.shape(unpack(result, "w", "new")[0])
        w, new = take(result, w=shape[:1], new=shape[:1])
        long = np.linalg.norm(w)
        if not long > 0:
            raise ValueError("w is 0 everywhere, expected weights with a direction")
        along = new @ w / long
        across = np.linalg.norm(new - along * w / long)
        turn = np.degrees(np.arctan2(across, along))
        x, y, tip = along / self.one, across / self.one, long / self.one
        bend = np.radians(np.linspace(0, turn, 30))
        self.arc.show(tip * np.cos(bend), tip * np.sin(bend))
        self.before.show((0, 0), (tip, 0))
        self.step.show((tip, 0), (x, y))
        self.after.show((0, 0), (x, y))
        side = min(0.13, 0.5 * y)
        self.corner.show([tip - side, tip - side, tip], [0, side, side])
        self.length.say(f"weights: length {short(long, 3)}", max(tip / 2, 0.6))
        self.moved.say(f"step: {short(across, 3)}", tip + 0.07, max(y / 2, 0.04))
        grown = np.linalg.norm(new)
        self.turned.say(f"turned by {short(turn, 2)}°, length {short(long, 3)} → {short(grown, 3)}")
        self.sentence = (
            f"a = {short(a)}: weights of length {short(long, 3)}, a step of {short(across, 3)}:"
            f" turned by {short(turn, 2)}°, now of length {short(grown, 3)}."
        )


class DecayOrRate(Picture):
    """Two trainings that are one: with weight decay, and without it, but with a rate that rises.

    Left the loss, right the effective rate. steps: (T,); loss, rate: those with neither, (T,)
    each, dashed; rates: the range of the right axis. `update` takes (loss, rate, rising_loss,
    rising_rate), (T,) each: two with decay, a line, and two with the rising rate, rings. The
    position has `decay`.
    """

    SAME = 1e-9

    def __init__(self, steps, loss, rate, rates):
        self.steps, self.rate = np.asarray(steps), np.asarray(rate)
        with self.drawing(860, 360):
            left, right = self.figure.subplots(1, 2)
            left.set(title="Loss", ylim=(1e-3, 9))
            right.set(title="Effective rate", ylim=rates)
            self.curves, self.rings = [], []
            for axes, values in ((left, loss), (right, rate)):
                axes.set(yscale="log", xlim=(0, self.steps[-1]), xlabel="steps of training")
                axes.yaxis.set_major_formatter("{x:g}")
                grid(axes)
                axes.plot(self.steps, values, "--", color=style.BASIS)
                self.curves.append(Line(self, axes, color=style.OUTPUT, linewidth=style.BOLD))
                ring = dict(mfc="none", mec=style.NORMALIZED, mew=style.FINE)
                self.rings.append(Dots(self, axes, markersize=style.BEAD, **ring))
            corner = dict(transform=left.transAxes, ha="right", va="top", weight="bold")
            words = (
                ("dashed: neither", style.NOTE),
                ("line: weight decay", style.OUTPUT_WORDS),
                ("rings: rising rate", style.NORMALIZED),
            )
            for i, (text, color) in enumerate(words):
                left.text(0.98, 0.98 - 0.085 * i, text, color=color, **corner)
            corner = dict(transform=right.transAxes, va="top", weight="bold")
            self.verdict = Words(self, right, 0.03, 0.98, color=style.OUTPUT_WORDS, **corner)

    def update(self, result, *, decay, **others):
        shape = self.steps.shape
        names = ("loss", "rate", "rising_loss", "rising_rate")
        loss, rate, rising, rising_rate = take(result, **dict.fromkeys(names, shape))
        for curve, values in zip(self.curves, (loss, rate), strict=True):
            curve.show(self.steps, values)
        for rings, values in zip(self.rings, (rising, rising_rate), strict=True):
            rings.show(self.steps, values)
        higher = rounded(rate[-1] / self.rate[-1], 1)
        self.verdict.say(f"ends × {higher}")
        off = np.abs(loss - rising).max()
        same = "the same curve" if off < self.SAME else f"off by {short(off, 2)}"
        self.sentence = (
            f"decay = {short(decay)}: the effective rate ends {higher} times as high as with"
            f" neither, the loss at {short(loss[-1], 2)}; the rising rate gives {same}."
        )


def turn_ticks(axes, factor):
    """The words along the horizontal axis stand upright where texts are enlarged."""
    axes.tick_params(axis="x", rotation=90 if factor > 1 else 0)


class RateMap(AccuracyMaps):
    """Accuracy in % for each learning rate (to the right) and scale (upwards), and a chosen cell.

    rates: (R,), scales of the initial weights: (S,). `update` takes (without, with_bn), each (R, S)
    from 0 to 1, at a position with `rate` and `scale`, which must be among them, and `steps`.
    """

    NAMES = ("no batch norm", "batch norm")

    def __init__(self, rates, scales):
        self.rates, self.scales = list(rates), list(scales)
        with self.drawing(860, 380):
            axes = self.figure.subplots(1, 2, sharey=True)
            self.sides = [self._build_side(each) for each in axes]
            axes[0].set_ylabel("initial weights ×")
            words = "numbers: test images read correctly in %, rounded down; 0: overflowed"
            self.figure.supxlabel(f"learning rate   ({words})", fontsize=style.MEDIUM)
            self._name_colors()

    def enlarge(self, factor):
        """In large text rates, wider than their columns, stand upright, and the headings apart."""
        for axes in self.figure.axes:
            turn_ticks(axes, factor)
        self.sides[0][-1].set_x(-0.14 if factor > 1 else 0)  # above the scales, where there is room
        super().enlarge(factor)

    def update(self, result, *, rate, scale, steps, **others):
        i, j = place(rate, self.rates, "rate"), place(scale, self.scales, "scale")
        shape = len(self.rates), len(self.scales)
        maps = take(result, without=shape, with_bn=shape)
        sides = list(zip(self.sides, maps, self.NAMES, strict=True))
        counts = [self._show(side, shares, name, i, j) for side, shares, name in sides]
        reads = [side[1][i][j].get_text() for side in self.sides]  # as the cell says it
        both = ", ".join(f"{name} {each} %" for name, each in zip(self.NAMES, reads, strict=True))
        green = " and ".join(map(str, counts))
        self.sentence = (
            f"{steps:,} steps: {green} of {maps[0].size} cells reach 90 %. At rate {short(rate)},"
            f" weights ×{short(scale)}: {both}."
        )


class ByRate(Picture):
    """How well four networks read after training, for each learning rate; a dot for each start.

    rates: (R,). `update` takes a dict by their names: shares of the test images, (R, starts), 0
    where training has overflowed. The position has `start`.
    """

    def __init__(self, rates):
        self.rates = np.asarray(rates, dtype=float)
        with self.drawing(860, 360):
            axes = self.figure.subplots()
            low, high = self.rates[[0, -1]]
            axes.set(xscale="log", xlim=(low / 1.3, 1.3 * high))
            axes.set(ylim=(-0.05, 1.08), xlabel="learning rate")
            axes.set_title("test images read correctly (0: overflowed)")
            axes.set_xticks(self.rates, list(map(short, self.rates)))
            axes.minorticks_off()
            share_ticks(axes)
            grid(axes)
            self.networks = {name: self._build(axes, look) for name, look in FOUR.items()}
            legend(self.figure, FOUR)

    def enlarge(self, factor):
        """Rates, which lie close together, stand upright in large text."""
        turn_ticks(*self.figure.axes, factor)
        super().enlarge(factor)

    def _build(self, axes, look):
        line = Line(self, axes, color=look["color"], linestyle=look["linestyle"])
        dots = dict(color=look["color"], marker=look["marker"], markersize=style.GRAIN)
        return line, Dots(self, axes, alpha=0.5, **dots)

    def update(self, result, *, start, **others):
        starts = np.shape(records(result, FOUR)["batch norm"])[1:]
        shape = (len(self.rates), *(starts or (1,)))
        shares = {name: expect(result[name], shape, name) for name in FOUR}
        means = {name: values.mean(axis=1) for name, values in shares.items()}
        said = []
        for name, mean in means.items():
            line, dots = self.networks[name]
            line.show(self.rates, mean)
            dots.show(np.repeat(self.rates, shape[1]), shares[name].ravel())
            best = np.argmax(mean)
            said.append(f"{name} {percent(mean[best], 0)} (rate {short(self.rates[best])})")
        self.sentence = f"{start}, each at its best rate: {', '.join(said)}."


class Walks(Picture):
    """The loss along the gradient, from several places of a training, in networks side by side.

    names: each with its color; lengths: of the walks that were tried, (K,); along: what they are
    measured in; heights: the range of the axis; places: how many. `update` takes a dict by these
    names: changes of the loss, (places, K), all NaN where training has overflowed. The sentence
    begins with the values of the position that are words.
    """

    UPHILL = 1e-3  # more than rounding

    def __init__(self, names, lengths, along, heights=(-1.5, 3), places=11):
        self.lengths, self.shape = np.asarray(lengths, dtype=float), (places, len(lengths))
        with self.drawing(860, 360):
            every = np.atleast_1d(self.figure.subplots(1, len(names), sharey=True))
            every[0].set(ylim=heights, ylabel="change of the loss")
            self.panels = {
                name: self._build(axes, name, color, f"walk, in {along}")
                for (name, color), axes in zip(names.items(), every, strict=True)
            }

    def _build(self, axes, name, color, label):
        dark = DARK.get(name, style.INK)
        axes.set(xlim=(0, 1.03 * self.lengths[-1]), xlabel=label)
        axes.set_xticks(self.lengths, list(map(short, self.lengths)))
        axes.set_title(name, color=dark, pad=40)
        axes.axhspan(axes.get_ylim()[0], 0, color=style.SHADE)
        note(axes, 0.98, 0.02, "downhill", transform=axes.transAxes, ha="right")
        level(axes)
        lines = [Line(self, axes, color=color, linewidth=style.FINE) for _ in range(self.shape[0])]
        looks = dict(transform=axes.transAxes, va="bottom")  # above the lines
        uphill = Words(self, axes, 0, 1.09, weight="bold", color=dark, **looks)
        small = dict(fontsize=style.SMALL, color=style.NOTE)
        return lines, uphill, Words(self, axes, 0, 1.01, **small, **looks)

    def enlarge(self, factor):
        """The words below the title come nearer to those below them: the title keeps its place."""
        for _, uphill, _ in self.panels.values():
            uphill.set_y(1.08 if factor > 1 else 1.09)
        super().enlarge(factor)

    def update(self, result, **position):
        shown = {}
        for name, changes in records(result, self.panels).items():
            lost = np.shape(changes) == self.shape and np.isnan(changes).all()
            shown[name] = None if lost else expect(changes, self.shape, name)
        said = [f"{name} {self._show(name, changes)}" for name, changes in shown.items()]
        where = "".join(f"{value}, " for value in position.values() if isinstance(value, str))
        self.sentence = f"{where}uphill after the longest walk (change): {', '.join(said)}."

    def _show(self, name, changes):
        lines, uphill, span = self.panels[name]
        for i, line in enumerate(lines):
            if changes is None:
                line.show([], [])
            else:
                line.show([0, *self.lengths], [0, *changes[i]])
        if changes is None:
            uphill.say("overflowed")
            span.say("")
            return "overflowed"
        longest = changes[:, -1]
        count = np.count_nonzero(longest > self.UPHILL)
        ends = f"{short(longest.min(), 2)} to {short(longest.max(), 2)}"
        uphill.say(f"uphill: {count} of {len(changes)}")
        span.say(ends)
        return f"from {count} of {len(changes)} ({ends})"

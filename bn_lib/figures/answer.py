"""Figures of the topic *answer*: the question of the course, and its puzzle."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.ticker import FixedLocator, MultipleLocator, NullLocator

from bn_lib.figures.networks import LOOKS, WORDS
from bn_lib.figures.undo import UNDONE
from bn_lib.normalization import normalize
from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, records
from bn_lib.pictures.marks import Beyond, Dots, Line, Rods, Steps, Words, apart
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, level
from bn_lib.pictures.words import percent, rounded, short


class Humps(Picture):
    """The numbers of one unit: as they were, normalized, and what γ and β make of these.

    before: the original numbers, shape (N,). `update` takes γ · normalized + β, shape (N,), at a
    position with `gamma` and `beta`.
    """

    narrow = 540

    def __init__(self, before, span=(-4, 9), eps=1e-5):
        self.before = np.asarray(before, dtype=float)
        self.std = float(self.before.std())
        self.edges = np.linspace(*span, 53)
        normalized = np.histogram(normalize(self.before, eps), self.edges)[0]
        original = np.histogram(self.before, self.edges)[0]
        with self.drawing(860, 320):
            axes = self.figure.subplots()
            self.top = top = 1.6 * max(original.max(), normalized.max())
            axes.set(xlim=span, ylim=(0, top), xlabel="value")
            axes.set_ylabel(f"how many of the {len(self.before)}")
            axes.xaxis.set_major_locator(MultipleLocator(1))
            looks = dict(fill=True, color=style.ORIGINAL, alpha=0.45)
            axes.stairs(original, self.edges, **looks)
            looks = dict(color=style.NORMALIZED, linestyle="--", linewidth=style.LINE)
            axes.stairs(normalized, self.edges, **looks)
            self.normalized = Words(
                self, axes, -0.2, 1.04 * normalized.max(), color=style.NORMALIZED
            )
            right_hump = np.quantile(self.before, 0.9)
            looks = dict(color=style.BASIS, ha="center")
            axes.text(right_hump, 1.06 * original.max(), "original H", **looks)
            outline = dict(fill=False, linewidth=style.BOLD, baseline=None)
            self.steps = Steps(self, axes, self.edges, color=style.OUTPUT, **outline)
            looks = dict(color=style.OUTPUT_WORDS, weight="bold", va="center")
            self.formula = Words(self, axes, 0, 0.95 * top, ha="center", **looks)
            self.beyond = Beyond(self, axes, (0.8 * top, 0.8 * top), **looks)

    def update(self, after, *, gamma, beta, **others):
        after = expect(after, self.before.shape, "the result")
        self.steps.show(np.histogram(after, self.edges)[0])
        self.beyond.show(after)
        covered = gamma == 1 and beta == 0
        self.normalized.say("normalized, under the orange" if covered else "normalized")
        low, high = self.edges[[0, -1]]
        sign = "−" if beta < 0 else "+"
        self.formula.say(
            f"{rounded(gamma)} · normalized {sign} {rounded(abs(beta))}",
            np.clip(np.mean(after), low + 2.5, high - 2.5),
        )
        away = np.sqrt(np.mean((after - self.before) ** 2))
        undone = away < UNDONE * self.std
        back = f"undone. All {len(after)} numbers are back."
        apart = f"a number is typically {rounded(away, 1)} away from its original."
        turned = " γ is negative: the humps have changed places." if gamma < 0 else ""
        where = f"γ = {rounded(gamma)}, β = {rounded(beta)}: "
        self.sentence = where + (back if undone else apart) + turned


PARTS = {
    "an example": "one image, 64 numbers from 0 to 1. A batch is a group of examples that go "
    "through the network together.",
    "a weight": "the number that one pixel is multiplied by on its way to a unit.",
    "a unit": "adds up all that arrives, each pixel multiplied by its weight. "
    "For each example it has one number.",
    "a layer": "50 units (4 are drawn), all with the same inputs.",
    "batch norm": "normalizes one unit's numbers over the batch, multiplies them by that unit's γ "
    "and adds its β.",
    "a sigmoid": "an S-shaped curve that turns any number into one between 0 and 1.",
    "the answer": "10 numbers, one for each digit. The largest is the network's guess. "
    "The gray disk is the right digit.",
}


NAMES = {  # where each part's name stands
    "an example": (70, 110),
    "a weight": (190, 352),
    "a unit": (262, 362),
    "a layer": (262, 30),
    "batch norm": (385, 362),
    "a sigmoid": (510, 362),
    "the answer": (795, 8),
}


def rectangle(left, bottom, width, height):
    """The corners of a rectangle, around and back: shape (5, 2)."""
    x, y = np.array([0, 1, 1, 0, 0]), np.array([0, 0, 1, 1, 0])
    return np.column_stack([left + width * x, bottom + height * y])


def circle(x, y, radius):
    """Points around a circle, shape (25, 2)."""
    angle = np.linspace(0, 2 * np.pi, 25)
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])


class NetworkDrawing(Picture):
    """A small network that reads a digit; the part that is asked for is picked out.

    image: 64 pixels, 0 to 1; digit: what it is. `update` takes the name of a part, one of `PARTS`.
    """

    ROWS = np.array([320, 240, 160, 80])  # of the units, in pixels from below
    narrow = 589
    PIXELS = np.linspace(100, 300, 5)
    DIGITS = np.linspace(370, 30, 10)

    def __init__(self, image, digit):
        image = expect(image, (64,), "the image").reshape(8, 8)
        self.strokes = self._strokes()
        with self.drawing(860, 380):
            axes = self.figure.subplots()
            axes.set(xlim=(0, 860), ylim=(0, 390))
            axes.set_axis_off()
            axes.imshow(image, cmap="gray_r", extent=(20, 120, 150, 250), aspect="auto", zorder=1)
            still = dict(colors=style.STILL, linewidths=style.THIN)
            axes.add_collection(LineCollection(self.rest, zorder=0, **still))
            for strokes in self.strokes.values():
                axes.add_collection(LineCollection(strokes, **still))
            axes.plot(np.full(5, 150), self.PIXELS, "o", color=style.STILL, markersize=style.DOT)
            small = dict(fontsize=style.SMALL, ha="center", va="center", color=style.NOTE)
            axes.text(150, 78, "⋮", **small)
            axes.text(76, 276, "a batch", **small)
            for y in self.ROWS:
                axes.text(341, y, "normalize", **small)
                axes.text(440, y, "· γ + β", **small)
            axes.text(600, 40, "normalize, · γ + β, S, as before", **small)
            for name, y in enumerate(self.DIGITS):
                axes.text(830, y, name, **small)
            axes.plot(795, self.DIGITS[digit], "o", color=style.STILL, markersize=style.HERE)
            self.chosen = Rods(self, axes, colors=style.OUTPUT, linewidths=style.BOLD)
            looks = dict(color=style.OUTPUT_WORDS, weight="bold", ha="center", va="center")
            self.name = Words(self, axes, **looks)

    def _strokes(self):
        """The lines of each part, by its name; what is no part goes to `rest`."""
        top = self.ROWS[0]
        boxes = [rectangle(286, y - 15, 110, 30) for y in self.ROWS]
        boxes += [rectangle(400, y - 15, 80, 30) for y in self.ROWS]
        x = np.linspace(-1, 1, 21)
        curves = [
            np.column_stack([510 + 22 * x, y + 14 * np.tanh(3 * x)]) for y in self.ROWS
        ]  # each stands for a sigmoid
        units = [circle(262, y, 16) for y in self.ROWS]
        weights = [np.array([(150, pixel), (246, y)]) for pixel in self.PIXELS for y in self.ROWS]
        first = np.array([(150, self.PIXELS[-1]), (246, top)])
        self.rest = weights + [rectangle(20 + d, 150 + d, 100, 100) for d in (6, 12)]
        self.rest += [np.array([(532, y), (624, z)]) for y in self.ROWS for z in self.ROWS]
        self.rest += [circle(640, y, 16) for y in self.ROWS]
        self.rest += [np.array([(656, y), (787, z)]) for y in self.ROWS for z in self.DIGITS]
        return {
            "an example": [rectangle(20, 150, 100, 100)],
            "a weight": [first],
            "a unit": units[:1],
            "a layer": units,
            "batch norm": boxes,
            "a sigmoid": curves,
            "the answer": [circle(795, y, 8) for y in self.DIGITS],
        }

    def update(self, result, **position):
        if not isinstance(result, str):
            raise TypeError(f"the figure needs the name of a part, but got {result!r}")
        if result not in PARTS:
            raise ValueError(f"{result!r} is no part of the drawing; these are: {', '.join(PARTS)}")
        lines = self.strokes[result]
        starts = np.concatenate([stroke[:-1] for stroke in lines])
        ends = np.concatenate([stroke[1:] for stroke in lines])
        self.chosen.show(starts.T, ends.T)
        self.name.say(result, *NAMES[result])
        self.sentence = f"{result[0].upper()}{result[1:]}: {PARTS[result]}"


class TenSeeds(Picture):
    """How well networks do from ten initial weights: a row for each network, a dot for each start.

    rows: names, each with the looks of its dots. `update` takes a dict by these names: for each
    the share of the test images classified correctly, (seeds,), NaN where training has
    overflowed. The sentence begins with `start` and `step`, if the position has them.
    """

    narrow, longer = 520, 1.2
    OVER = -0.09  # where a training that has overflowed is marked

    def __init__(self, rows=None):
        rows = rows or LOOKS
        with self.drawing(860, 110 + 46 * len(rows)):
            axes = self.figure.subplots()
            heights = np.arange(len(rows))[::-1]
            axes.set(xlim=(-0.16, 1.2), ylim=(-0.6, len(rows) - 0.4))
            axes.set_xlabel("test images classified correctly: ten starts, and their mean")
            axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
            axes.set_yticks(heights, rows)
            for label, name in zip(axes.get_yticklabels(), rows, strict=True):
                label.set(color=WORDS.get(name, style.INK), weight="bold")
            axes.tick_params(axis="y", length=0)
            grid(axes, "x")
            between = np.append(-1, heights)  # and not through the words of a row
            looks = dict(color=style.GUIDE, linestyle=":", linewidth=style.FINE)
            axes.vlines(np.full(len(between), 0.1), between + 0.25, between + 0.75, **looks)
            looks = dict(color=style.NOTE, fontsize=style.SMALL, textcoords="offset points")
            axes.annotate("guessing", (0.1, len(rows) - 0.62), xytext=(6, 0), **looks)
            self.rows = {
                name: self._build_row(axes, height, dict(rows[name]))
                for name, height in zip(rows, heights, strict=True)
            }

    def _build_row(self, axes, height, looks):
        looks = dict(color=looks["color"], marker=looks["marker"], markersize=style.BEAD)
        dots = Dots(self, axes, alpha=0.6, **looks)
        lost = Dots(self, axes, mfc="none", mew=style.THIN, **looks)
        mean = Line(self, axes, color=style.INK, linewidth=style.BOLD)
        words = Words(self, axes, y=height, va="center", weight="bold")
        return height, dots, lost, mean, words

    def enlarge(self, factor):
        """Beside 100 % there is as much more room for the means."""
        (axes,) = self.figure.axes
        axes.set_xlim(right=1 + factor * (axes.get_xlim()[1] - 1))
        super().enlarge(factor)

    def update(self, result, *, start="", step=None, **others):
        if not isinstance(result, dict) or set(result) != set(self.rows):
            raise TypeError(f"the figure needs a dict with {list(self.rows)}")
        shares = {name: self._shares(result[name], name) for name in self.rows}
        said = [self._show(name, *shares[name]) for name in self.rows]
        steps = "" if step is None else f"{step:,} steps"
        where = ", ".join(filter(None, [start, steps]))
        means = ", ".join(f"{name} {each}" for name, each in zip(self.rows, said, strict=True))
        self.sentence = f"{where}: {means}." if where else f"{means}."

    @staticmethod
    def _shares(values, name):
        values = np.asarray(values, dtype=float)
        if values.ndim != 1 or len(values) == 0:
            raise ValueError(f"{name} has shape {values.shape}, expected a share for each start")
        lost = np.isnan(values)
        expect(values[~lost], (np.sum(~lost),), name)
        return values, lost

    def _show(self, name, values, lost):
        height, dots, over, mean, words = self.rows[name]
        places = height + 0.2 * np.sin(2.4 * np.arange(len(values)))  # the same each time
        dots.show(values[~lost], places[~lost])
        over.show(np.full(lost.sum(), self.OVER), places[lost])
        if lost.any():
            mean.show([], [])
            words.say(f"{lost.sum()} of {len(lost)} overflowed", self.OVER + 0.04)
            return "overflowed" if lost.all() else f"overflowed {lost.sum()} of {len(lost)} times"
        average = np.mean(values)
        mean.show(average, height + np.array([-0.33, 0.33]))
        words.say(percent(average, 0), 1.05)
        return percent(average, 0)


CASES = {
    "the loss asks for H": dict(color=style.INK, marker="o"),
    "a factor v follows": dict(color=style.NORMALIZED, linestyle="-.", marker="D"),
    "starts undone": LOOKS["starts undone"],
}


class Multiples(Picture):
    """How large γ is, as a multiple of the γ that would undo its unit, in three trainings.

    until: the last step. `update` takes a dict by the names of `CASES`: the multiples after each
    step so far, (steps,), all positive.
    """

    narrow, longer = 520, 1.3
    LOW, HIGH = 0.2, 50.0

    def __init__(self, until):
        with self.drawing(860, 300):
            axes = self.figure.subplots()
            axes.set(xlim=(-0.02 * until, 1.95 * until), yscale="log", ylim=(self.LOW, self.HIGH))
            axes.set(xlabel="step", ylabel="|γ| ÷ undone γ (log axis)")
            axes.set_xticks(np.linspace(0, until, 4))
            axes.yaxis.set_major_locator(FixedLocator([0.5, 1, 2, 5, 10, 20]))
            axes.yaxis.set_major_formatter(lambda at, _: "undone 1" if at == 1 else short(at))
            axes.yaxis.set_minor_locator(NullLocator())
            level(axes, 1, color=style.LEVEL, linestyle=":", linewidth=style.LINE)
            self.curves = {name: self._build(axes, name, **looks) for name, looks in CASES.items()}

    def _build(self, axes, name, marker, **looks):
        marker = dict(marker=marker, markersize=style.BEAD)
        color = WORDS.get(name, looks["color"])
        words = Words(self, axes, va="bottom", weight="bold", color=color)
        return Line(self, axes, **looks), Dots(self, axes, color=looks["color"], **marker), words

    def update(self, result, **position):
        shown = {
            name: expect(values, np.shape(values), name)
            for name, values in records(result, self.curves).items()
        }
        for name, values in shown.items():
            if values.ndim != 1 or not len(values) or np.any(values <= 0):
                raise ValueError(f"{name} needs a positive multiple of σ for each step so far")
        ends = [float(values[-1]) for values in shown.values()]
        least = np.log(self.HIGH / self.LOW) / 9  # between two lines of words
        heights = np.exp(apart(np.log(ends), least, np.log(0.6 * self.HIGH)))
        for (name, values), height in zip(shown.items(), heights, strict=True):
            line, dot, words = self.curves[name]
            last = len(values) - 1
            line.show(np.arange(len(values)), values)
            dot.show(last, values[-1])
            words.say(f"{name}: {rounded(values[-1], 1)}", last + 8, height)
        said = ", ".join(
            f"{rounded(end, 1)} ({name})" for name, end in zip(shown, ends, strict=True)
        )
        self.sentence = f"Step {last}: |γ| ÷ undone γ is {said}."

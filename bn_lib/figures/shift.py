"""Figures of the topic *shift*: how inputs drift, and two measures of a training at once."""

from typing import NamedTuple

import numpy as np

from bn_lib.pictures import style
from bn_lib.pictures.checks import expect, place, records, take
from bn_lib.pictures.marks import Dots, Line, Words, apart
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import legend, note
from bn_lib.pictures.words import percent, rounded, short


class ManySettings(Picture):
    """A point for each setting of training; above the diagonal batch norm has the larger number.

    activations: of each setting, a name; up to three different ones. exceptions: how many
    settings, at the end of the list, are not counted but drawn hollow. `update` takes (without,
    with_bn, chosen): two numbers for each setting, shape (S,), and the index of the setting that
    is ringed. The position has `of`, the name of the numbers; `exceptions=False` in it hides those
    settings.
    """

    LOW, HIGH, TOP = 3e-5, 3e2, 3  # the ends of the axes: low, right, top
    LOOKS = (
        dict(marker="o", color=style.NORMALIZED),
        dict(marker="s", color=style.OUTPUT),
        dict(marker="^", color=style.TARGET),
    )

    def __init__(self, activations, exceptions=0):
        self.activations = np.asarray(activations)
        self.counted = np.arange(len(activations)) < len(activations) - exceptions
        with self.drawing(860, 430):
            axes = self.figure.subplots()
            self._build_axes(axes)
            names = dict.fromkeys(self.activations)
            looks = dict(zip(names, self.LOOKS, strict=False))
            self.groups = [self._build_group(axes, *each) for each in looks.items()]
            if exceptions:
                looks["exceptions"] = dict(
                    marker="o", color=style.NOTE, mfc="white", mew=style.LINE, markersize=style.DOT
                )
            dots = dict(linestyle="", markersize=style.BEAD)
            legend(self.figure, {name: dots | look for name, look in looks.items()})
            beyond = dict(ha="right", va="center", fontsize=style.MEDIUM)
            self.beyond = Words(self, axes, 0.9 * self.HIGH, 0.7, **beyond)
            ring = dict(mfc="none", mec=style.INK, markersize=style.HALO, mew=style.LINE)
            self.ring = Dots(self, axes, **ring)

    def _build_axes(self, axes):
        low, high, top = self.LOW, self.HIGH, self.TOP
        axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, top))
        axes.set(xlabel="drift in a step without batch norm", ylabel="with batch norm")
        axes.set_title("How far inputs drift in a step")
        axes.minorticks_off()
        axes.fill([low, top, low], [low, top, top], color=style.SHADE, linewidth=0, zorder=0)
        axes.plot([low, top], [low, top], "--", color=style.GUIDE, linewidth=style.FINE)
        size = dict(fontsize=style.MEDIUM)
        note(axes, 1.4 * low, 1.6, "batch norm drifts MORE", va="center", **size)
        note(axes, 0.7 * high, 1.4 * low, "batch norm drifts LESS", ha="right", **size)

    def _build_group(self, axes, name, look):
        look = dict(marker=look["marker"], mec=look["color"], markersize=style.BEAD)
        full = Dots(self, axes, mfc=look["mec"], mew=style.THIN, alpha=0.75, **look)
        hollow = Dots(self, axes, mfc="white", mew=style.LINE, **look)
        return self.activations == name, full, hollow

    def update(self, result, *, of, exceptions=True, **others):
        shape = self.activations.shape
        without, with_bn, chosen = take(result, without=shape, with_bn=shape, chosen=())
        chosen = place(chosen, range(len(without)), "chosen")
        x, y = np.clip(without, self.LOW, 0.8 * self.HIGH), np.clip(with_bn, self.LOW, self.TOP)
        for group, full, hollow in self.groups:
            shown = group & self.counted
            full.show(x[shown], y[shown])
            shown = group & ~self.counted & bool(exceptions)
            hollow.show(x[shown], y[shown])
        self.ring.show(x[chosen], y[chosen])
        beyond = np.sum(without[self.counted] > self.HIGH)
        self.beyond.say(f"{beyond} lie farther right ▶" if beyond else "")
        less = with_bn < without
        more = f" and {np.sum(less[~self.counted])} of the exceptions" if exceptions else ""
        self.sentence = (
            f"{of}: less with batch norm in {np.sum(less[self.counted])} of {self.counted.sum()}"
            f" settings{more}."
            f" In the ring {short(without[chosen], 2)} without, {short(with_bn[chosen], 2)} with."
        )


class View(NamedTuple):
    """One of the two: what is recorded by the name `probe`, and the axis to draw it on.

    form: how the last value is written: ".2g" with at most two digits, ".2f" with two decimals,
    ".2%" as percent with two.
    """

    probe: str
    title: str
    low: float
    high: float
    scale: str = "linear"
    form: str = ".2g"

    def written(self, value) -> str:
        """A value in the view's form."""
        digits, kind = int(self.form[1:-1]), self.form[-1]
        return {"g": short, "f": rounded, "%": percent}[kind](value, digits)

    def heights(self, values):
        """Where to write values: at the ends of their curves, but apart."""
        there = np.log if self.scale == "log" else np.asarray
        low, high = there([self.low, self.high])
        shares = (there(np.clip(values, self.low, self.high)) - low) / (high - low)
        heights = low + apart(np.clip(shares, 0.03, 0.97), 0.07, 0.97) * (high - low)
        return np.exp(heights) if self.scale == "log" else heights


class TwoViews(Picture):
    """Two numbers of a few networks over the steps of training, side by side.

    names: up to three networks; left, right: a View each. `update` takes a dict from these names
    to records: what `Training.record` returns, with "step" and the two probes, all of shape (T,).
    Values beyond the axis are drawn at its edge.
    """

    def __init__(self, names, until, left, right):
        self.names, self.views = names, (left, right)
        looks = dict(zip(names, style.NETWORKS[: len(names)], strict=True))
        with self.drawing(860, 350):
            self.lines, self.ends = {}, {}
            for axes, view in zip(self.figure.subplots(1, 2), self.views, strict=True):
                axes.set(title=view.title, xlabel="steps of training", yscale=view.scale)
                axes.set(xlim=(0, 1.22 * until), ylim=(view.low, view.high))
                axes.set_xticks([0, until // 2, until])
                axes.minorticks_off()
                axes.grid(axis="y", color=style.GRID, linewidth=style.THIN)
                axes.set_axisbelow(True)
                for name, look in looks.items():
                    self.lines[name, view] = Line(self, axes, **look)
                    end = dict(va="center", color=look["color"], fontsize=style.MEDIUM)
                    self.ends[name, view] = Words(self, axes, 1.015 * until, **end)
            legend(self.figure, looks)

    def update(self, result, **position):
        given = records(result, self.names)
        shown = {}
        for name, view in self.lines:
            steps = np.asarray(given[name]["step"])
            shown[name, view] = steps, expect(given[name][view.probe], steps.shape, view.probe)
        for (name, view), (steps, values) in shown.items():
            self.lines[name, view].show(steps, np.clip(values, view.low, view.high))
        said = []
        for view in self.views:
            last = [shown[name, view][1][-1] for name in self.names]
            written = [view.written(value) for value in last]
            for name, text, height in zip(self.names, written, view.heights(last), strict=True):
                self.ends[name, view].say(text, y=height)
            parts = [f"{text} {name}" for name, text in zip(self.names, written, strict=True)]
            said.append(f"{view.title}: {', '.join(parts)}")
        self.sentence = ". ".join(said) + "."

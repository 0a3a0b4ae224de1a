"""Two numbers of a few networks over the steps of training, side by side."""

from typing import NamedTuple

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, apart, expect

LOOKS = (
    dict(color=style.WITHOUT, linestyle="--"),
    dict(color=style.OUTPUT, linestyle="-"),
    dict(color=style.NORMALIZED, linestyle="-."),
)


class View(NamedTuple):
    """One of the two: what is recorded by the name `probe`, and the axis to draw it on.

    form: how the last value is written, such as ".2f".
    """

    probe: str
    title: str
    low: float
    high: float
    scale: str = "linear"
    form: str = ".2g"


class TwoViews(Picture):
    """Curves over the steps of training: one line a network in each of two views.

    names: up to three networks; left, right: a View each. `update` takes a dict from these names
    to records: what `Training.record` returns, with "step" and the two probes, all of shape (T,).
    Values beyond the axis are drawn at its edge.
    """

    def __init__(self, names, until, left, right):
        super().__init__(860, 350, names=names, until=until, views=(left, right))

    def build(self, names, until, views):
        self.views, self.until = views, until
        self.lines, self.ends = {}, {}
        for axes, view in zip(self.figure.subplots(1, 2), views, strict=True):
            axes.set(title=view.title, xlabel="steps of training", yscale=view.scale)
            axes.set(xlim=(0, 1.22 * until), ylim=(view.low, view.high))
            axes.set_xticks([0, until // 2, until])
            axes.minorticks_off()
            axes.grid(axis="y", color="#e8e8e8", linewidth=1)
            axes.set_axisbelow(True)
            for name, looks in zip(names, LOOKS[: len(names)], strict=True):
                self.lines[name, view] = self.moves(axes.plot([], [], **looks)[0])
                end = self.moving_text(axes, 1.015 * until, 0, va="center", color=looks["color"])
                end.set_fontsize(11)
                self.ends[name, view] = end
        handles = [self.lines[name, views[0]] for name in names]
        self.figure.legend(
            handles, names, loc="outside upper left", ncols=len(names), frameon=False, borderpad=0
        )
        self.names = names

    def update(self, records, **position):
        if not isinstance(records, dict) or set(records) != set(self.names):
            raise TypeError(f"the figure needs a dict with the records of {list(self.names)}")
        shown = {}
        for name, view in self.lines:
            steps = np.asarray(records[name]["step"])
            shown[name, view] = expect(records[name][view.probe], steps.shape, view.probe)
        for (name, view), values in shown.items():
            inside = np.clip(values, view.low, view.high)
            self.lines[name, view].set_data(records[name]["step"], inside)
        said = []
        for view in self.views:
            last = [shown[name, view][-1] for name in self.names]
            for name, value, height in zip(self.names, last, _heights(last, view), strict=True):
                self.ends[name, view].set_text(_written(value, view))
                self.ends[name, view].set_y(height)
            parts = [
                f"{_written(value, view)} {name}"
                for name, value in zip(self.names, last, strict=True)
            ]
            said.append(f"{view.title}: {', '.join(parts)}")
        self.sentence = ". ".join(said) + "."


def _written(value, view):
    return f"{value:{view.form}}".replace("-", "−").replace("%", " %")


def _heights(values, view):
    """Heights for the numbers at the ends of the curves."""
    there = np.log if view.scale == "log" else np.asarray
    low, high = there([view.low, view.high])
    places = (there(np.clip(values, view.low, view.high)) - low) / (high - low)
    heights = low + apart(np.clip(places, 0.03, 0.97), 0.07, 0.97) * (high - low)
    return np.exp(heights) if view.scale == "log" else heights

"""Curves over the steps of training, one for each network, that grow while it trains."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, apart, expect, percent

LOOKS = (
    dict(color=style.WITHOUT, linestyle="--"),
    dict(color=style.OUTPUT, linestyle="-"),
    dict(color=style.NORMALIZED, linestyle="-."),
    dict(color=style.TARGET, linestyle=":"),
)
APART = 0.07  # of the axis: how far names must be from each other
LOWEST = 0.04  # of a name, which would lie on the axis


class Curves(Picture):
    """A share that each of up to four networks reaches, such as its accuracy.

    names: of the networks; until: the last step. `update` takes a dict of records by these names:
    each with "step" and, by the name `probe`, the share at these steps, both of shape (T,).
    """

    def __init__(self, names, until, probe="accuracy", label="right on the test images"):
        super().__init__(860, 340, names=names, until=until, probe=probe, label=label)

    def build(self, names, until, probe, label):
        self.probe = probe
        axes = self.figure.subplots()
        beside = 14 * (8 + max(map(len, names)))  # pixels for names at the ends, also in large text
        axes.set(
            xlim=(0, until / (1 - beside / 790)), ylim=(-0.02, 1.04), xlabel="steps of training"
        )
        axes.set_title(label)
        axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= until])
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        axes.grid(axis="y", color="#e5e5e5", linewidth=1)
        axes.set_axisbelow(True)
        self.curves, self.labels = {}, {}
        for name, looks in zip(names, LOOKS[: len(names)], strict=True):
            self.curves[name] = self.moves(axes.plot([], [], **looks)[0])
            self.labels[name] = self.moving_text(
                axes, 0, 0, va="center", weight="bold", color=looks["color"]
            )
        self.gap = until / 90

    def update(self, records, **position):
        if not isinstance(records, dict) or set(records) != set(self.curves):
            raise TypeError(f"the figure needs a dict with the records of {list(self.curves)}")
        shown = {}
        for name in self.curves:
            steps = np.asarray(records[name]["step"])
            shown[name] = steps, expect(records[name][self.probe], steps.shape, self.probe)
        ends = {name: share[-1] for name, (_, share) in shown.items()}
        places = np.maximum(list(ends.values()), LOWEST)
        heights = dict(zip(ends, apart(places, APART, 1.01), strict=True))
        for name, (steps, share) in shown.items():
            self.curves[name].set_data(steps, share)
            self.labels[name].set_position((steps[-1] + self.gap, heights[name]))
            self.labels[name].set_text(f"{name} {percent(ends[name])}")
        last = max(steps[-1] for steps, _ in shown.values())
        said = ", ".join(f"{name} {percent(share)}" for name, share in ends.items())
        self.sentence = f"after {last:,} steps: {said}"

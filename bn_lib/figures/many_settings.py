"""One number of many settings of training, with batch norm against without."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, unpack

MARKERS = ("o", "s", "^")
LOW, HIGH = 3e-5, 3e2  # the ends of both axes


class ManySettings(Picture):
    """A point for each setting; above the dashed diagonal batch norm has the larger number.

    activations: of each setting, a name; up to three different ones. exceptions: how many
    settings, at the end of the list, are not counted but drawn hollow.
    `update` takes (without, with, chosen): two numbers for each setting, shape (S,), and the index
    of the setting that is ringed. The position must have `of`, the name of the numbers; settings
    at the end are hidden by `exceptions=False`.
    """

    def __init__(self, activations, exceptions=0):
        super().__init__(860, 430, activations=np.asarray(activations), exceptions=exceptions)

    def build(self, activations, exceptions):
        self.activations, self.counted = activations, len(activations) - exceptions
        axes = self.figure.subplots()
        axes.set(xscale="log", yscale="log", xlim=(LOW, HIGH), ylim=(LOW, 3))
        axes.set(xlabel="drift in a step without batch norm", ylabel="with batch norm")
        axes.set_title("How far inputs drift in a step")
        axes.minorticks_off()
        axes.fill([LOW, 3, LOW], [LOW, 3, 3], color="#f1f1f1", linewidth=0, zorder=0)
        axes.plot([LOW, 3], [LOW, 3], "--", color=style.GUIDE, linewidth=1.5)
        note = dict(color=style.NOTE, fontsize=11)
        axes.text(1.4 * LOW, 1.6, "batch norm drifts MORE", va="center", **note)
        axes.text(0.7 * HIGH, 1.4 * LOW, "batch norm drifts LESS", ha="right", **note)
        colours = (style.NORMALIZED, style.OUTPUT, style.TARGET)
        self.groups = []
        for name, marker, colour in zip(dict.fromkeys(activations), MARKERS, colours, strict=False):
            looks = dict(linestyle="", marker=marker, markersize=8, mec=colour)
            full = self.moves(axes.plot([], [], mfc=colour, alpha=0.75, **looks)[0])
            hollow = self.moves(axes.plot([], [], mfc="white", mew=2, **looks)[0])
            self.groups.append((activations == name, full, hollow))
            axes.plot([], [], mfc=colour, label=name, **looks)
        if exceptions:
            axes.plot([], [], "o", mfc="white", mec=style.NOTE, mew=2, label="exceptions")
        self.figure.legend(loc="outside upper left", ncols=4, frameon=False, borderpad=0)
        looks = dict(ha="right", va="center", fontsize=11, color=style.INK)
        self.beyond = self.moving_text(axes, 0.9 * HIGH, 0.7, **looks)
        ring = axes.plot([], [], "o", mfc="none", mec=style.INK, markersize=16, mew=2)[0]
        self.ring = self.moves(ring)

    def update(self, result, *, of, exceptions=True, **position):
        without, with_, chosen = unpack(result, "without", "with", "chosen")
        shape = self.activations.shape
        without, with_ = expect(without, shape, "without"), expect(with_, shape, "with")
        x, y = np.clip(without, LOW, 0.8 * HIGH), np.clip(with_, LOW, 3)
        counted = np.arange(len(x)) < self.counted
        for group, full, hollow in self.groups:
            full.set_data(x[group & counted], y[group & counted])
            more = group & ~counted & bool(exceptions)
            hollow.set_data(x[more], y[more])
        self.ring.set_data([x[chosen]], [y[chosen]])
        beyond = np.sum(without[counted] > HIGH)
        self.beyond.set_text(f"{beyond} lie farther right ▶" if beyond else "")
        less = np.sum((with_ < without)[counted])
        self.sentence = (
            f"{of}: less with batch norm in {less} of {self.counted} settings"
            + (f" and {np.sum((with_ < without)[~counted])} of the exceptions" * bool(exceptions))
            + f". In the ring {without[chosen]:.2g} without, {with_[chosen]:.2g} with."
        )

"""The loss and the gradient along steps of different length, while a network trains."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded, unpack

LOOKS = (
    ("without", dict(color=style.WITHOUT, linestyle="--")),
    ("with BN", dict(color=style.OUTPUT, linestyle="-")),
)
LEAST = 1e-4  # in place of what is smaller: the axes are logarithmic


class AlongStep(Picture):
    """How loss and gradient change along the gradient, without and with batch norm.

    steps: (T,) of training at which was looked; rates: (K,) of the steps that were tried there.
    `update` takes (without, with_bn), each (losses, changes) of shape (T, K): the loss minus that
    at the start, and the length of the gradient's change. The position must have `step`.
    """

    def __init__(self, steps, rates):
        super().__init__(860, 370, steps=np.asarray(steps), rates=np.asarray(rates))

    def build(self, steps, rates):
        self.steps, self.rates = steps, rates
        one, ranges, changes = self.figure.subplots(1, 3)
        one.set(title="At one step", xlabel="rate along the gradient", ylabel="change of the loss")
        one.set(xlim=(0, 1.03 * rates[-1]), ylim=(-1.5, 3))
        one.axhline(0, color="#cccccc", linewidth=1)
        one.text(0.03, 0.02, "below 0: downhill", transform=one.transAxes, color=style.NOTE,
                 fontsize=10.5)  # fmt: skip
        ranges.set(title="Loss: range", xlabel="steps of training", ylim=(1e-3, 60))
        changes.set(title="Gradient: change", xlabel="steps of training", ylim=(0.03, 100))
        for axes in (ranges, changes):
            axes.set(yscale="log", xlim=(steps[0], steps[-1]))
            axes.grid(axis="y", color="#e8e8e8", linewidth=1)
        self.curves = []
        for _, looks in LOOKS:
            self.curves.append(
                [
                    self.moves(one.plot([], [], **looks)[0]),
                    self.moves(one.plot([], [], "o", markersize=5, color=looks["color"])[0]),
                    self.moves(ranges.plot([], [], **looks)[0]),
                    self.moves(changes.plot([], [], **looks)[0]),
                ]
            )
        self.here = [
            self.moves(axes.plot([], [], ":", color=style.INK, linewidth=1.5)[0])
            for axes in (ranges, changes)
        ]
        self.outside = self.moving_text(one, 0.97, 0.97, transform=one.transAxes, ha="right",
                                        va="top", fontsize=10.5, color=style.NOTE)  # fmt: skip
        self.figure.legend(
            handles=[one.plot([], [], label=name, **looks)[0] for name, looks in LOOKS],
            loc="outside upper left", ncols=2, frameon=False, borderpad=0,
        )  # fmt: skip

    def update(self, result, *, step, **others):
        names = ("losses", "changes")
        shape = len(self.steps), len(self.rates)
        checked = [
            [
                expect(values, shape, f"{name} {side}")
                for values, name in zip(unpack(part, *names), names, strict=True)
            ]
            for part, (side, _) in zip(unpack(result, "without", "with_bn"), LOOKS, strict=True)
        ]
        at = self.steps.tolist().index(step)
        said = []
        for curves, (losses, changes) in zip(self.curves, checked, strict=True):
            ranges, largest = np.ptp(losses, axis=1), changes.max(axis=1)
            for curve in curves[:2]:
                curve.set_data([0, *self.rates], [0, *losses[at]])
            curves[2].set_data(self.steps, np.maximum(ranges, LEAST))
            curves[3].set_data(self.steps, np.maximum(largest, LEAST))
            said.append((rounded(ranges.mean()), rounded(largest.mean())))
        for line in self.here:
            line.set_data([step, step], [LEAST, 1e3])
        worst = max(losses[at].max() for losses, _ in checked)
        self.outside.set_text(f"▲ up to {worst:.0f}" if worst > 3 else "")
        (range_1, change_1), (range_2, change_2) = said
        setting = "".join(f"{value}, " for value in others.values())
        self.sentence = (
            f"{setting}step {step}. Mean over all steps: range of the loss {range_1} without,"
            f" {range_2} with BN; change of the gradient {change_1} without, {change_2} with."
        )

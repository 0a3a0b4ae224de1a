"""A training beside a reference: its loss, and the rate at which its weights can turn."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, power, unpack

REFERENCE = dict(color=style.GUIDE, linestyle="--", linewidth=2)


class EffectiveRate(Picture):
    """Left: the loss over the steps. Right: the effective learning rate, rate / |W|².

    steps: (T,); loss, rate: those of the reference, (T,) each, dashed. rates: the range of the
    right axis. `update` takes (loss, rate), (T,) each; the sentence names the position.
    """

    SAME = 1e-9

    def __init__(self, steps, loss, rate, rates, reference="a = 1"):
        super().__init__(
            860, 340, steps=np.asarray(steps), loss=np.asarray(loss), rate=np.asarray(rate),
            rates=rates, reference=reference,
        )  # fmt: skip

    def build(self, steps, loss, rate, rates, reference):
        self.steps, self.loss, self.name = steps, loss, reference
        left, right = self.figure.subplots(1, 2)
        left.set(title="Loss", xlabel="steps", yscale="log", ylim=(5e-4, 9))
        right.set(title="Effective rate: rate / |W|²", xlabel="steps", yscale="log", ylim=rates)
        self.curves = []
        for axes, values in ((left, loss), (right, rate)):
            axes.grid(axis="y", color="#e8e8e8", linewidth=1)
            axes.set_xlim(0, steps[-1])
            axes.plot(steps, values, **REFERENCE)
            self.curves.append(self.moves(axes.plot([], [], color=style.OUTPUT)[0]))
        left.text(0.03, 0.04, f"dashed: {reference}", transform=left.transAxes, color=style.NOTE,
                  fontsize=10.5)  # fmt: skip
        self.verdict = self.moving_text(
            left, 0.97, 0.96, ha="right", va="top", weight="bold", color=style.OUTPUT,
            transform=left.transAxes,
        )  # fmt: skip

    def update(self, result, **position):
        loss, rate = unpack(result, "loss", "rate")
        loss = expect(loss, self.steps.shape, "the loss")
        rate = expect(rate, self.steps.shape, "the rate")
        for curve, values in zip(self.curves, (loss, rate), strict=True):
            curve.set_data(self.steps, values)
        same = np.abs(loss - self.loss).max() < self.SAME
        self.verdict.set_text("✓ the same curve" if same else f"ends at {loss[-1]:.2g}")
        said = ", ".join(_named(name, value) for name, value in position.items())
        beside = "the same curve as" if same else f"{self.loss[-1]:.2g} for"
        self.sentence = (
            f"{said}: after {self.steps[-1]} steps the loss is {loss[-1]:.2g} ({beside}"
            f" {self.name})."
            f" Effective rate {power(rate[0], 1e-3)} at first, {power(rate[-1], 1e-3)} at the end."
        )


def _named(name, value) -> str:
    return value if isinstance(value, str) else f"{name.replace('_', ' ')} = {value:g}"

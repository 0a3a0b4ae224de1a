"""What γ = σ leaves undone when it forgets ε."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, unpack


class LeftOver(Picture):
    """The share of each deviation that is left undone, against the unit's spread σ.

    sigmas: the spreads along the curve, shape (K,), increasing. `update` takes (measured, curve):
    the share measured on a batch at the position's σ, and the formula's share at all `sigmas`;
    the position has `log10_sigma` and `log10_eps`.
    """

    def __init__(self, sigmas):
        super().__init__(860, 340, sigmas=np.asarray(sigmas, dtype=float))

    def build(self, sigmas):
        self.sigmas = sigmas
        axes = self.figure.subplots()
        axes.set(xscale="log", xlim=sigmas[[0, -1]], ylim=(-4, 106))
        axes.set(title="How much of each deviation from the mean is still missing?")
        axes.set(xlabel="σ, the spread of the unit", ylabel="missing, in %")
        axes.axhline(0, color="#bbbbbb", linewidth=1)
        knee = 100 * (1 - np.sqrt(0.5))
        axes.axhline(knee, color=style.TARGET, linestyle=":", linewidth=1.5)
        axes.text(sigmas[-1], knee + 2, f"{knee:.1f} %", color=style.TARGET, ha="right")
        self.curve = self.moves(axes.plot(sigmas, sigmas, color=style.NORMALIZED, linewidth=2.5)[0])
        self.name = self.moving_text(
            axes, 1, 62, "if γ = σ", color=style.NORMALIZED, weight="bold", va="center"
        )
        knee_line = axes.plot([1, 1], [0, knee], color=style.TARGET, linestyle="--", linewidth=1.5)
        self.knee_line = self.moves(knee_line[0])
        here = axes.plot([1], [0], "o", color=style.OUTPUT, markersize=12, mec="white", mew=1.5)
        self.here = self.moves(here[0])
        self.knee_label = self.moving_text(
            axes, 1, 3, "σ = √ε", color=style.TARGET, weight="bold", ha="center", va="bottom"
        )

    def update(self, result, *, log10_sigma, log10_eps, **others):
        measured, curve = unpack(result, "measured", "curve")
        measured = float(expect(measured, (), "the measured share"))
        curve = expect(curve, self.sigmas.shape, "the curve")
        knee = 10 ** (log10_eps / 2)
        low, high = self.sigmas[[0, -1]]
        self.curve.set_ydata(100 * curve)
        self.knee_line.set_xdata([knee, knee])
        self.name.set_x(max(0.55 * knee, 1.2 * low))  # to the right of the curve
        self.knee_label.set_x(np.clip(knee, 1.6 * low, high / 1.6))
        self.here.set_data([10**log10_sigma], [100 * measured])
        missing = "✓ nothing" if measured < 1e-9 else f"{100 * measured:.3g} %"
        self.sentence = (
            f"σ = {10**log10_sigma:.3g}, ε = {10**log10_eps:.2g}: "
            f"{missing} of each deviation from the mean is missing"
        )

"""A column with hardly any spread: what ε does to it."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded

ZERO = -5.0  # where σ = 0 stands on the logarithmic axis


class NearConstant(Picture):
    """The outputs of one unit, and their spread against the spread σ of its inputs.

    shape: the inputs with mean 0 and spread 1, shape (N,); what the outputs would be without ε.
    spread_after: a function of (σ, ε), the formula to be compared with what is measured; it gets
    an array of σ. `update` takes Ĥ, shape (N,), and the position, with `sigma` and `eps`.
    """

    def __init__(self, shape, spread_after):
        shape = np.asarray(shape, dtype=float)
        super().__init__(860, 340, shape=shape, spread_after=spread_after)

    def build(self, shape, spread_after):
        self.shape, self.spread_after = shape, spread_after
        self.log_sigma = np.linspace(-4.4, 1.2, 141)
        layout = dict(width_ratios=[1, 1.4])
        outputs, spreads = self.figure.subplots(1, 2, gridspec_kw=layout)
        self._build_outputs(outputs)
        self._build_spreads(spreads)

    def _build_outputs(self, axes):
        n = len(self.shape)
        reach = 1.55 * np.abs(self.shape).max()
        self.numbers = np.arange(1, n + 1)
        axes.set(title="The outputs Ĥ", xlabel="example", ylabel="Ĥ", ylim=(-reach, reach))
        axes.set_xticks(self.numbers)
        axes.axhline(0, color="#cccccc", linewidth=1)
        axes.plot(
            self.numbers, self.shape, "o", mfc="none", mec=style.GUIDE, markersize=13, mew=1.5
        )
        axes.text(0.5, 0.98, "rings: with σ far above √ε", transform=axes.transAxes, va="top",
                  ha="center", fontsize=10.5, color=style.NOTE)  # fmt: skip
        dots = axes.plot(
            self.numbers, self.shape, "o", color=style.NORMALIZED, markersize=10, mew=0
        )
        self.dots = self.moves(dots[0])

    def _build_spreads(self, axes):
        axes.set(title="Their spread", xlim=(ZERO - 0.4, 1.3), ylim=(-0.06, 1.25))
        axes.set(xlabel="spread σ of the inputs", ylabel="spread of Ĥ")
        names = ["0", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1", "10"]
        axes.set_xticks([ZERO, *range(-4, 2)], names)
        axes.axhline(1, color="#999999", linestyle=":", linewidth=1.5)
        axes.text(ZERO - 0.3, 1.11, "1: what is promised", fontsize=10.5, color=style.NOTE)
        # The axis is cut between 0 and its first power of ten.
        axes.plot([ZERO + 0.5], [0], marker="$//$", color=style.INK, markersize=11, clip_on=False,
                  transform=axes.get_xaxis_transform())  # fmt: skip
        self.curve = self.moves(
            axes.plot(self.log_sigma, 0 * self.log_sigma, color=style.OUTPUT, linewidth=2.5)[0]
        )
        self.knee = self.moves(axes.plot([0, 0], [-0.06, 1], "--", color=style.INK, lw=1.2)[0])
        self.here = self.moves(
            axes.plot([0], [0], "o", color=style.NORMALIZED, mec=style.INK, markersize=12, mew=1.5)[
                0
            ]
        )
        small = dict(fontsize=10.5, va="center")
        self.knee_label = self.moving_text(axes, 0, 0.06, "", **small)
        self.formula = self.moving_text(
            axes, 0, 0.5, "your formula", color=style.OUTPUT_WORDS, ha="right", **small
        )

    def update(self, result, *, sigma, eps, **others):
        H_hat = expect(result, self.shape.shape, "H_hat")
        curve = expect(
            self.spread_after(10**self.log_sigma, eps), self.log_sigma.shape, "the formula"
        )
        self.dots.set_ydata(H_hat)
        spread = float(np.std(H_hat))
        self.here.set_data([np.log10(sigma) if sigma > 0 else ZERO], [spread])
        self.curve.set_ydata(curve)
        self._update_labels(curve, eps)
        self.sentence = self._sentence(H_hat, spread, sigma, eps)

    def _update_labels(self, curve, eps):
        low = np.flatnonzero(curve < 0.5)
        place = (self.log_sigma[low[-1]] - 0.15, 0.5) if len(low) else (-2.5, 0.88)
        self.formula.set_position((max(place[0], -3.3), place[1]))
        self.knee.set_visible(eps > 0)
        self.knee_label.set_visible(eps > 0)
        if eps > 0:
            knee = np.log10(eps) / 2
            self.knee.set_xdata([knee, knee])
            self.knee_label.set_x(knee + 0.08)
            self.knee_label.set_text(f"√ε = {np.sqrt(eps):.3g}")

    def _sentence(self, H_hat, spread, sigma, eps):
        if sigma == 0:
            outputs = "not all 0" if H_hat.any() else "exactly 0"
            return f"A constant column and ε = {eps:g}: the outputs are {outputs}."
        return (
            f"σ = {sigma:.3g}, ε = {eps:g} (√ε = {np.sqrt(eps):.3g}): the outputs have spread "
            f"{rounded(spread, 3)} and variance {rounded(spread**2, 3)}."
        )

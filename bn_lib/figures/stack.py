"""Random stacks of layers, without and with normalization, layer by layer."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, percent, power, unpack

LEAST = 1e-60  # in place of 0, which a logarithmic axis does not have
LOWEST = 1e-28  # the smallest gradient ratio that its axis shows
NOTE = dict(color=style.NOTE, fontsize=10.5)
LOOKS = {
    "without normalization": dict(color=style.WITHOUT, linestyle="--", marker="o"),
    "with normalization": dict(color=style.OUTPUT, linestyle="-", marker="s"),
}


class Stack(Picture):
    """Three views from first to last layer: share saturated, spread of activations, gradient.

    `update` takes two sides, without and with normalization, each (share, spread, gradient): one
    number a layer, shape (depth,). The gradient is drawn relative to that of the last layer. The
    position must have `depth`, `scale` and `gamma`.
    """

    def __init__(self):
        super().__init__(860, 380)

    def build(self):
        shares, spreads, gradients = self.figure.subplots(1, 3)
        shares.set(title="Saturated units", ylim=(-0.04, 1.04))
        shares.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        spreads.set(title="Spread of outputs", yscale="log", ylim=(1e-17, 10))
        spreads.set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1])
        spreads.axhspan(1e-17, 2e-15, color="#eeeeee", linewidth=0)
        spreads.text(0.04, 1.6e-17, "rounding", **NOTE)
        gradients.set(title="Gradient ÷ last", yscale="log", ylim=(LOWEST, 1e10))
        gradients.set_yticks([1e-24, 1e-16, 1e-8, 1, 1e8])
        gradients.axhline(1, color="#cccccc", linewidth=1)

        self.views = [self._build_view(axes) for axes in (shares, spreads, gradients)]
        self.below = self.moving_text(gradients, 0.02, 4 * LOWEST, color=style.INK, fontsize=10.5)
        self.figure.legend(
            handles=[shares.plot([], [], label=name, **looks)[0] for name, looks in LOOKS.items()],
            loc="outside upper left", ncols=2, frameon=False, borderpad=0,
        )  # fmt: skip

    def _build_view(self, axes):
        axes.set(xlim=(0, 1))
        axes.set_xticks([0.02, 0.98], ["first", "last"])
        axes.tick_params(axis="x", length=0)
        axes.minorticks_off()
        curves = []
        for looks in LOOKS.values():
            marks = dict(color=looks["color"], marker=looks["marker"], markersize=5, mew=0)
            curves.append(
                (
                    self.moves(axes.plot([], [], looks["linestyle"], color=looks["color"])[0]),
                    self.moves(axes.plot([], [], linestyle="", **marks)[0]),
                )
            )
        place = dict(transform=axes.transAxes, ha="center", va="top", fontsize=11)
        return curves, self.moving_text(axes, 0.5, -0.022, **place)

    def update(self, sides, *, depth, scale, gamma, **others):
        sides = unpack(sides, "without", "with")
        names = ("share", "spread", "gradient")
        checked = [
            [
                expect(values, (depth,), f"{name} {where}")
                for values, name in zip(unpack(side, *names), names, strict=True)
            ]
            for side, where in zip(sides, LOOKS, strict=True)
        ]
        layers = (np.arange(depth) + 0.5) / depth
        words = f"{depth} layer{'s' * (depth > 1)}"
        ratios = []
        for side, (share, spread, gradient) in enumerate(checked):
            ratio = gradient / max(gradient[-1], LEAST)
            ratios.append(ratio[0])
            for (curves, label), values in zip(self.views, (share, spread, ratio), strict=True):
                label.set_text(words)
                for artist in curves[side]:
                    artist.set_data(layers, np.maximum(values, LEAST))
        self.below.set_text(f"▼ {power(ratios[0])}" if ratios[0] < LOWEST else "")
        shares = [percent(share.mean()) for share, _, _ in checked]
        ratios = [power(ratio) for ratio in ratios]
        self.sentence = (
            f"{words}, weights ×{scale:g}, γ = {gamma:g}."
            f" Saturated: {shares[0]} without, {shares[1]} with normalization."
            f" Gradient first ÷ last: {ratios[0]} without, {ratios[1]} with."
        )

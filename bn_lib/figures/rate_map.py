"""Heat maps of accuracy over learning rate and scale of the first weights, without and with BN."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, percent, unpack

PIXELS = 8  # of the image along each side of a cell


def green_from(share):
    """Colours for shares: gray below, green from `share`; black numbers can be read on all."""
    return LinearSegmentedColormap.from_list(
        "good",
        [(0, "#ffffff"), (share - 5e-4, "#cfcfcf"), (share, "#8ed6bc"), (1, "#5fc3a0")],
        N=4001,  # fine enough that no cell below it is green
    )


class RateMap(Picture):
    """Accuracy in % for each learning rate (to the right) and scale (upwards), and a chosen cell.

    rates: (R,), scales: (S,). `update` takes (without, with_bn), each (R, S) from 0 to 1, at a
    position with `rate` and `scale`, which must be among them, and `steps`.
    """

    good, decimals = 0.9, 0  # of the share that is green; digits of the numbers

    def __init__(self, rates, scales):
        super().__init__(860, 380, rates=list(rates), scales=list(scales))

    def build(self, rates, scales):
        self.rates, self.scales = rates, scales
        axes = self.figure.subplots(1, 2, sharey=True)
        self.sides = [self._build_side(each) for each in axes]
        axes[0].set_ylabel("first weights ×")
        self.figure.supxlabel(
            "learning rate   (numbers: % right on test images, rounded down; green: 90 or more)",
            fontsize=11,
        )

    def _build_side(self, axes):
        columns, rows = len(self.rates), len(self.scales)
        axes.set(xlim=(0, columns), ylim=(0, rows))
        axes.set_title(" ")
        axes.set_xticks(np.arange(columns) + 0.5, [f"{rate:g}" for rate in self.rates])
        axes.set_yticks(np.arange(rows) + 0.5, [f"{scale:g}" for scale in self.scales])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        empty = np.zeros((rows * PIXELS, columns * PIXELS))
        image = axes.imshow(empty, green_from(self.good), vmin=0, vmax=1, aspect="auto",
                            extent=(0, columns, 0, rows))  # fmt: skip
        self.moves(image)
        looks = dict(ha="center", va="center_baseline", fontsize=10.5)
        cells = [
            [self.moves(axes.text(i + 0.5, j + 0.5, "", **looks)) for j in range(rows)]
            for i in range(columns)
        ]
        ring = self.moves(axes.plot([], [], color=style.OUTPUT, linewidth=3.5)[0])
        title = self.moving_text(axes, 0, 1.03, weight="bold", fontsize=12.5,
                                 transform=axes.transAxes)  # fmt: skip
        return image, cells, ring, title

    def update(self, result, *, rate, scale, steps, **others):
        shape = len(self.rates), len(self.scales)
        names = ("without", "with_bn")
        maps = [
            expect(part, shape, name)
            for part, name in zip(unpack(result, *names), names, strict=True)
        ]
        i, j = self.rates.index(rate), self.scales.index(scale)
        counts = [
            self._show(side, shares, name, i, j)
            for side, shares, name in zip(self.sides, maps, ("Without", "With BN"), strict=True)
        ]
        right = [percent(shares[i, j]) for shares in maps]
        self.sentence = (
            f"Rate {rate:g}, weights ×{scale:g}, {steps} steps: {right[0]} right without,"
            f" {right[1]} with BN."
            f" 90 % or more in {counts[0]} of {maps[0].size} cells without, {counts[1]} with."
        )

    def _show(self, side, shares, name, i, j):
        """Fill one map, with a ring around cell (i, j); return how many cells are green."""
        image, cells, ring, title = side
        count = np.count_nonzero(shares >= self.good)
        image.set_data(np.kron(shares.T[::-1], np.ones((PIXELS, PIXELS))))
        ten = 10**self.decimals
        for column, values in zip(cells, shares, strict=True):
            for text, share in zip(column, values, strict=True):
                floor = np.floor(100 * ten * share + 1e-9) / ten  # 94.99 is not 95
                text.set_text(f"{floor:.{self.decimals}f}")
        ring.set_data([i, i + 1, i + 1, i, i], [j, j, j + 1, j + 1, j])
        title.set_text(f"{name}: {count} of {shares.size} green")
        return count

"""A mini-batch as a table: rows are examples, columns are units, μ and σ under each column."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded, span, unpack
from bn_lib.normalization import moments

# Pale, so that dark numbers can be read on every cell; few, so that a palette PNG keeps them all.
COLOURS = LinearSegmentedColormap.from_list("batch", ["#56b4e9", "#ffffff", "#f0b030"], N=17)


class BatchTable(Picture):
    """The same batch before and after normalizing, as two heat maps with their numbers.

    batch: any batch of the shape to be shown, (examples, units), at most 26 units. picked: row and
    column of the cell that gets a frame. limit: the activations of the deepest colours of the left
    table. `update` takes H and Ĥ, both of the batch's shape; μ and σ are measured on what it gets.
    """

    def __init__(self, batch, picked=(0, 0), limit=10.0):
        examples, units = np.shape(batch)
        height = 150 + 34 * examples
        super().__init__(860, height, shape=(examples, units), picked=picked, limit=limit)

    def build(self, shape, picked, limit):
        self.shape = shape
        left, right = self.figure.subplots(1, 2)
        farthest = np.sqrt(shape[0] - 1)
        self.before = Table(self, left, "Before: H", shape, picked, limit)
        self.after = Table(self, right, "After: Ĥ", shape, picked, farthest)
        self.figure.supxlabel(
            f"blue: below 0, white: 0, orange: above 0; deepest at ±{limit:g} before and "
            f"±{farthest:.3g} after",
            fontsize=10.5,
        )

    def update(self, result, **position):
        H, H_hat = unpack(result, "H", "H_hat")
        H, H_hat = expect(H, self.shape, "H"), expect(H_hat, self.shape, "H_hat")
        before = self.before.update(H)
        after = self.after.update(H_hat)
        self.sentence = f"Before: {before}. After: {after}."


class Table:
    """One heat map of a `BatchTable`, with the rows μ and σ under it."""

    def __init__(self, picture, axes, title, shape, picked, limit):
        examples, units = shape
        axes.set(title=title, xlim=(-0.5, units - 0.5), ylim=(examples + 1.75, -0.5))
        axes.set_xticks(range(units), [chr(ord("A") + i) for i in range(units)], weight="bold")
        axes.xaxis.tick_top()
        axes.text(-0.02, 1.015, "unit", transform=axes.transAxes, ha="right", fontsize=10.5)
        names = [f"example {i + 1}" for i in range(examples)] + ["mean μ", "spread σ"]
        self.heights = [*range(examples), examples + 0.25, examples + 1.25]
        axes.set_yticks(self.heights, names)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)

        self.image = picture.moves(
            axes.imshow(np.zeros(shape), COLOURS, aspect="auto", vmin=-limit, vmax=limit,
                        extent=(-0.5, units - 0.5, examples - 0.5, -0.5))
        )  # fmt: skip
        axes.set_ylim(examples + 1.75, -0.5)
        edges = np.arange(units + 1) - 0.5
        picture.moves(axes.vlines(edges, -0.5, examples - 0.5, color="white", linewidth=6))
        row, column = picked
        picture.moves(
            axes.add_patch(Rectangle((column - 0.45, row - 0.45), 0.9, 0.9, fill=False,
                                     edgecolor=style.ACCENT, linewidth=3))
        )  # fmt: skip
        self.cells = [
            [
                picture.moves(axes.text(column, height, "", ha="center", va="center_baseline"))
                for column in range(units)
            ]
            for height in self.heights
        ]
        for text in (*self.cells[-2], *self.cells[-1]):
            text.set_weight("bold")

    def update(self, values) -> str:
        """Show values, shape (examples, units); return their means and spreads in words."""
        mean, variance = moments(values)
        spread = np.sqrt(variance)
        self.image.set_data(values)
        for texts, row in zip(self.cells, [*values, mean, spread], strict=True):
            for text, value in zip(texts, row, strict=True):
                text.set_text(rounded(value))
        return f"means {span(mean)}, spreads {span(spread)}"

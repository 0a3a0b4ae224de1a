"""Marks: what moves in a picture. Each makes itself, and has a method that shows new numbers.

A mark is an artist of matplotlib and may do all that one can; it is cut off at its axes. It takes
the picture, the axes, and its looks by matplotlib's names.
"""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, StepPatch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text


class Line(Line2D):
    """A line through points."""

    def __init__(self, picture, axes, **looks):
        super().__init__([], [], **looks)
        picture.moves(self, axes)

    def show(self, x, y):
        """Go through the points (x, y); a single number stands for as many as there are others."""
        self.set_data(*map(np.atleast_1d, np.broadcast_arrays(x, y)))

    def frame(self, left, bottom, right, top):
        """Go around a rectangle."""
        self.set_data([left, right, right, left, left], [bottom, bottom, top, top, bottom])

    @property
    def beyond(self) -> int:
        """How many of the points lie outside the axes."""
        x, y = np.asarray(self.get_data(), dtype=float)
        (left, right), (low, high) = sorted(self.axes.get_xlim()), sorted(self.axes.get_ylim())
        return np.count_nonzero((x < left) | (x > right) | (y < low) | (y > high))


class Dots(Line):
    """Points without a line: round, with no rim, unless the looks say otherwise."""

    def __init__(self, picture, axes, **looks):
        super().__init__(picture, axes, **dict(linestyle="", marker="o", mew=0) | looks)


class Rods(LineCollection):
    """A rod for each value, as at the stems of a stem plot."""

    def __init__(self, picture, axes, **looks):
        super().__init__([], **looks)
        picture.moves(self, axes)

    def show(self, start, end):
        """Rods from start to end, both (x, y) of arrays or single numbers."""
        x0, y0, x1, y1 = np.broadcast_arrays(*start, *end)
        self.set_segments(np.stack([[x0, x1], [y0, y1]]).T)


class Steps(StepPatch):
    """A histogram between edges, filled or as an outline."""

    def __init__(self, picture, axes, edges, **looks):
        super().__init__(np.zeros(len(edges) - 1), edges, **looks)
        picture.moves(self, axes)

    def show(self, counts, edges=None):
        """Show these counts, between other edges if there are any."""
        self.set_data(counts, edges)


class Bars:
    """A filled bar for each of a few places, upwards or (`across`) to the right."""

    def __init__(self, picture, axes, places, colors, width, across=False, **looks):
        self.sides = np.add.outer(places, [-width / 2, width / 2])
        self.across = across
        self.bars = [Band(picture, axes, color=color, **looks) for color in colors]

    def show(self, lengths):
        """Show bars of these lengths."""
        for bar, (low, high), length in zip(self.bars, self.sides, lengths, strict=True):
            corners = np.array([(0, low), (length, low), (length, high), (0, high)])
            bar.set_xy(corners if self.across else corners[:, ::-1])


class Band(Polygon):
    """A filled region without a rim."""

    def __init__(self, picture, axes, **looks):
        super().__init__([(0, 0)], linewidth=0, **looks)
        picture.moves(self, axes)

    def show(self, x, low, high):
        """Fill what lies between two heights at x, of shape (n,); they may be numbers."""
        x, low, high = np.broadcast_arrays(x, low, high)
        outline = np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])
        self.set_xy(np.column_stack(outline))


class Map(AxesImage):
    """A heat map: one color for each cell of a table, from `low` to `high`.

    shape: (rows, columns), the first row at the top; extent: (left, right, bottom, top).
    """

    def __init__(self, picture, axes, shape, colors, extent, low=0.0, high=1.0):
        super().__init__(
            axes, cmap=colors, norm=Normalize(low, high), interpolation="nearest",
            origin="upper", extent=extent,
        )  # fmt: skip
        self.set_data(np.zeros(shape))
        picture.moves(self, axes)

    def show(self, values):
        """Show values, of the map's shape."""
        self.set_data(values)


class Words(Text):
    """Words that move, with a thin white rim, so that they can be read on curves."""

    def __init__(self, picture, axes, x=0, y=0, text="", rim=True, **looks):
        if rim:
            looks["path_effects"] = [withStroke(linewidth=3, foreground="white")]
        super().__init__(x, y, text, clip_on=False, **looks)
        picture.moves(self, axes)

    def say(self, text, x=None, y=None):
        """Show a text, and at another place if one is given."""
        self.set_text(text)
        if x is not None:
            self.set_x(x)
        if y is not None:
            self.set_y(y)


class Beyond:
    """Words at the left and the right edge that say how many values lie farther out.

    inset: how far from the edges they stand; heights: where, on the left and on the right.
    """

    def __init__(self, picture, axes, heights, inset=0.0, **looks):
        self.low, self.high = axes.get_xlim()
        looks = dict(va="center") | looks
        self.left = Words(picture, axes, self.low + inset, heights[0], ha="left", **looks)
        self.right = Words(picture, axes, self.high - inset, heights[1], ha="right", **looks)

    def show(self, values):
        """Count the values that lie outside."""
        low, high = np.sum(values < self.low), np.sum(values > self.high)
        self.left.say(f"◀ {low} more" if low else "")
        self.right.say(f"{high} more ▶" if high else "")


def apart(heights, least: float, highest: float) -> np.ndarray:
    """Heights for words at the ends of curves: near these, but `least` from each other."""
    order = np.argsort(heights, kind="stable")
    placed = np.array(heights, float)[order]
    for i in range(1, len(placed)):
        placed[i] = max(placed[i], placed[i - 1] + least)
    placed = np.minimum(placed, highest - least * np.arange(len(placed))[::-1])
    result = np.empty_like(placed)
    result[order] = placed
    return result

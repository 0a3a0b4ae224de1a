"""How a figure is laid out for a narrow page: its panels one below the other, its type readable.

A frame is a full page's. To each mark belongs how the same mark lies in a narrow page: there its
axes have another place and another width, and so it is moved and stretched, and words are moved.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from matplotlib import rcParamsDefault
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.text import Text

from bn_lib.live import vertices
from bn_lib.pictures import style
from bn_lib.pictures.layout import GAP
from bn_lib.pictures.picture import Picture

WIDTH = 440  # CSS pixels: a panel is as wide as one of two that stand side by side
CHANGES = ("clip", "where", "size", "map", "before")  # of the looks, in a narrow page


def narrow(picture: Picture, size: float = 1) -> dict:
    """What a narrow page shows otherwise: size, what stands still, and of the looks what changes.

    size: of the texts in a full page, as many times as usual. In a narrow one there is no room for
    larger texts than usual, but all of the figure may be shown as many times larger, its `zoom`.
    A picture may have attributes of its own: `narrow`, how wide it is, and `longer`, how many times
    as long its horizontal axis is, for words at the end of curves.
    """
    artists = picture.moving
    there = [artist.get_transform().frozen() for artist in artists]
    boxes = [_box(artist) for artist in artists]
    high = picture.figure.bbox.height
    with stacked(picture, size):
        still = picture.still()
        width, height = picture.figure.bbox.size
        found = []
        for artist, transform, box in zip(artists, there, boxes, strict=True):
            looks = vertices.looks(artist, height)
            if not isinstance(artist, AxesImage):
                here = artist.get_transform().transform(transform.inverted().transform(box))
                looks |= _moves(artist, box, here, high, height, size)
            found.append({name: looks[name] for name in CHANGES if name in looks})
        size_in_pixels = [round(width), round(height)]
        return {"size": size_in_pixels, "zoom": size, "looks": found, "still": still}


@contextmanager
def stacked(picture: Picture, size: float = 1) -> Iterator[None]:
    """Within, a picture is laid out for a narrow page."""
    figure, panels = picture.figure, picture.figure.axes
    before, legends = figure.get_size_inches(), list(figure.legends)
    if size != 1:  # texts alone: what a figure has set for large texts is in the frames
        Picture.enlarge(picture, 1 / size)
    inches = figure.get_size_inches()
    specs = [axes.get_subplotspec() for axes in panels]
    heights = [axes.get_position(original=True).height * figure.bbox.height for axes in panels]
    columns = 2 if len(panels) == 4 else 1  # four are narrow already
    rows = [max(heights[i : i + columns]) for i in range(0, len(panels), columns)]
    grid = GridSpec(len(rows), columns, figure, height_ratios=rows)
    below = panels[columns::columns]
    said = [
        (axes.yaxis.get_tick_params().get("labelleft", True), axes.get_ylabel()) for axes in below
    ]
    usual = rcParamsDefault["ytick.major.pad"]
    pads = [
        (axes.yaxis.labelpad, axes.yaxis.get_tick_params().get("pad", usual)) for axes in panels
    ]
    longer = getattr(picture, "longer", None)
    try:
        if longer:
            _lengthen(panels[0], longer)
        for i, axes in enumerate(panels):
            axes.set_subplotspec(grid[divmod(i, columns)])
        for axes in below:
            _say_heights(axes)
        for axes in panels:
            _set_pads(axes, 2, 2)  # room is dear
        width = getattr(picture, "narrow", WIDTH)
        figure.set_size_inches(width / style.DPI, sum(rows) / style.DPI + len(rows))
        figure.legends[:] = [_in_columns(legend, width - 2 * GAP) for legend in legends]
        picture.settle()
        now = sum(axes.get_position(original=True).height for axes in panels[::columns])
        height = round((1 - now) * figure.bbox.height + sum(rows)) + 1e-6
        figure.set_figheight(height / style.DPI)
        picture.settle()
        yield
    finally:
        if longer:
            _lengthen(panels[0], 1 / longer)
        for axes, spec, pad in zip(panels, specs, pads, strict=True):
            axes.set_subplotspec(spec)
            _set_pads(axes, *pad)
        for axes, (numbers, name) in zip(below, said, strict=True):
            axes.tick_params(axis="y", labelleft=numbers)
            axes.set_ylabel(name)
        figure.legends[:] = legends
        figure.set_size_inches(inches)
        if size != 1:
            Picture.enlarge(picture, size)
        figure.set_size_inches(before)  # a pixel may have been lost in rounding
        picture.settle()


def _lengthen(axes: Axes, factor: float) -> None:
    left, right = axes.get_xlim()
    axes.set_xlim(right=left + factor * (right - left))


def _set_pads(axes: Axes, label: float, numbers: float) -> None:
    """How far the name and the numbers of the heights are from the axis, in points."""
    axes.yaxis.labelpad = label
    axes.tick_params(axis="y", which="major", pad=numbers)


def _say_heights(axes: Axes) -> None:
    """Give axes the numbers and the name of their heights, where those beside had them for all."""
    others = axes.get_shared_y_axes().get_siblings(axes)
    if len(others) > 1:
        axes.tick_params(axis="y", labelleft=True)
        axes.set_ylabel(next(filter(None, (one.get_ylabel() for one in others)), ""))


def _in_columns(legend: Legend, room: float) -> Legend:
    """The same legend in as many columns as there is room for."""
    names = [text.get_text() for text in legend.get_texts()]
    looks = dict(frameon=False, borderpad=0, prop=legend.get_texts()[0].get_fontproperties())
    for columns in range(len(names), 0, -1):
        with style.ours():
            found = Legend(
                legend.get_figure(), legend.legend_handles, names,
                loc="outside upper left", ncols=columns, **looks,
            )  # fmt: skip
        if found.get_window_extent().width <= room:
            break
    return found


def _box(artist) -> np.ndarray:
    """Two corners of the axes, or of the figure, that an artist is in."""
    return (artist.axes or artist.get_figure()).bbox.get_points()


def _moves(artist, there, here, high: float, height: float, size: float) -> dict:
    """How pixels move: x becomes a x + b, y becomes c y + d, both from the top left.

    there, here: two points; high, height: of the figures. Words are not stretched: they are moved
    as is the point that they are aligned at. `before` has which share of their width lies to the
    left of it, and how many times larger they are in a full page.
    """
    a, c = (here[1] - here[0]) / (there[1] - there[0])
    b, d = here[0] - [a, c] * there[0]
    d = height - d - c * high
    before = {}
    if isinstance(artist, Text):
        _, above = vertices.alignment(artist, "")
        d += (c * size - 1) * above
        share = {"left": 0, "center": 0.5, "right": 1}[artist.get_ha()]
        before = {"before": [share, size]}
    return {"map": [round(float(number), 6) for number in (a, b, c, d)]} | before

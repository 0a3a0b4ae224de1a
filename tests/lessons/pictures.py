"""What the tests of figures ask of a picture."""

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple
from unittest import mock

from matplotlib.text import Text
from matplotlib.transforms import Bbox

from bn_lib.live.vertices import pack
from bn_lib.pictures import style


class Figure(NamedTuple):
    """A figure in its contract's test: how it is made, and states (result, position) it shows."""

    make: Callable
    states: list[tuple[Any, dict]]


def shown(picture):
    """All that moves, as the browser gets it, and the sentence."""
    return pack(picture.moving, picture.figure.bbox.height), picture.describe()


def artists(picture) -> int:
    """How many artists there are."""
    return len(picture.figure.findobj())


def misplaced(picture, texts: list[Text]) -> list[str]:
    """Of the texts that are drawn, those that are cut at the figure's edge, lie on another, or
    reach into another panel."""
    inks = {text: ink(text) for text in texts}
    wrong = [f"{text.get_text()!r} is cut" for text in texts if _is_cut(inks[text], picture)]
    wrong += [
        f"{one.get_text()!r} lies on {other.get_text()!r}"
        for one, other in itertools.combinations(texts, 2)
        if inks[one].overlaps(inks[other])
    ]
    panels = {axes: axes.get_window_extent() for axes in picture.figure.axes}
    return wrong + [
        f"{text.get_text()!r} reaches into another panel"
        for text in texts
        for axes, panel in panels.items()
        if text.axes not in (None, axes) and inks[text].overlaps(panel)
    ]


def drawn(picture) -> list[Text]:
    """The texts that are to be seen, as matplotlib draws them, ticks and legends included."""
    found = {}

    def draw(text, renderer):
        if text.get_visible() and text.get_text().strip():
            found[text] = None
        return original(text, renderer)

    original = Text.draw
    with mock.patch.object(Text, "draw", draw), style.ours():
        picture.figure.canvas.draw()
    return list(found)


def ink(text) -> Bbox:
    """The box of a text's letters; matplotlib's own leaves room above and below short ones."""
    box, renderer = text.get_window_extent(), text.get_figure().canvas.get_renderer()
    if text.get_rotation():
        return box

    def measured(line):
        _, height, depth = renderer.get_text_width_height_descent(line, font, False)
        return height - depth, depth

    font, lines = text.get_fontproperties(), text.get_text().split("\n")
    (most, deepest), (above, _), (_, below) = map(measured, ("lp", lines[0], lines[-1]))
    low, high = deepest - min(below, deepest), most - min(above, most)
    return Bbox.from_extents(box.x0, box.y0 + low, box.x1, box.y1 - high)


def _is_cut(box: Bbox, picture) -> bool:
    whole = picture.figure.bbox
    return box.x0 < 0 or box.y0 < 0 or box.x1 > whole.x1 or box.y1 > whole.y1


def overlapping(texts, picture) -> list[tuple]:
    """The pairs of texts that lie on each other, by their numbers."""
    boxes = [text.get_window_extent() for text in texts if text.get_text()]
    return [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)]

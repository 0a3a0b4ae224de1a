"""What the tests of figures ask of a picture."""

from collections.abc import Callable
from typing import Any, NamedTuple

from matplotlib.text import Text

from bn_lib.live.vertices import pack


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


def clipped(picture) -> list[str]:
    """The moving texts, and the labels of axes, that leave the figure where it stands now."""
    labels = [axis.label for axes in picture.figure.axes for axis in (axes.xaxis, axes.yaxis)]
    texts = [artist for artist in picture.moving if isinstance(artist, Text)] + labels
    whole, renderer = picture.figure.bbox, picture.figure.canvas.get_renderer()
    boxes = {text: text.get_window_extent(renderer) for text in texts if text.get_text()}
    return [
        text.get_text()
        for text, box in boxes.items()
        if box.x0 < 0 or box.y0 < 0 or box.x1 > whole.x1 or box.y1 > whole.y1
    ]


def overlapping(texts, picture) -> list[tuple]:
    """The pairs of texts that lie on each other, by their numbers."""
    renderer = picture.figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in texts if text.get_text()]
    return [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)]

"""The picture of a live figure for readers without a kernel: its states one below the other."""

import textwrap

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bn_lib.pictures import style
from bn_lib.pictures.png import png


def storyboard(panels: list[tuple[str, str, np.ndarray]]) -> bytes:
    """Join states into one palette PNG.

    panels: for each state its name, its sentence and its pixels, shape (height, width, 3). The
    states stand one below the other, since side by side their text would be too small to read.
    """
    stripes = []
    for name, sentence, pixels in panels:
        stripes += [_caption(name, sentence, pixels.shape[1]), pixels]
    return png(np.vstack(stripes))


def _caption(name: str, sentence: str, width: int) -> np.ndarray:
    lines = textwrap.wrap(sentence, width // 9)
    height = 14 + 20 * (1 + len(lines))
    with style.ours():
        figure = Figure((width / style.DPI, height / style.DPI), style.DPI)
        canvas = FigureCanvasAgg(figure)
        looks = dict(va="top", linespacing=1.25)
        figure.text(10 / width, 1 - 8 / height, name, weight="bold", color=style.INK, **looks)
        figure.text(10 / width, 1 - 28 / height, "\n".join(lines), **looks)
        canvas.draw()
        return np.array(canvas.buffer_rgba())[..., :3]

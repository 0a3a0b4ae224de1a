"""The base of every figure: built once, updated in place, drawn by matplotlib."""

import io
from contextlib import contextmanager

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from PIL import Image

from bn_lib.figures import style

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Picture:
    """A figure that is built once and then only changes the data of its moving artists.

    A subclass draws in `build`, marks what moves with `moves`, changes it in `update` and says
    what is to be seen in `describe`. It uses no pyplot, so no figure is open behind its back.

    width, height: size in CSS pixels (100 to the inch).
    """

    def __init__(self, width: int, height: int, **ingredients):
        self.moving = []
        self.sentence = ""
        self.figure = Figure((width / style.DPI, height / style.DPI), style.DPI)
        FigureCanvasAgg(self.figure)
        with mpl.style.context(["default", style.RC]):
            self.build(**ingredients)
        self.settle()

    def build(self, **ingredients) -> None:
        """Make axes and artists; called once."""
        raise NotImplementedError

    def update(self, result, **position) -> None:
        """Show what the learner's function returned at a position of the sliders."""
        raise NotImplementedError

    def describe(self) -> str:
        """Say in one sentence, with rounded numbers, what the figure shows now."""
        return self.sentence

    def moves(self, artist):
        """Mark an artist as moving; moving artists lie above all that stands still."""
        artist.set_zorder(10 + len(self.moving))
        self.moving.append(artist)
        return artist

    def moving_text(self, axes, x, y, text="", **looks):
        """A text that moves, with a thin white rim so that it can be read on curves."""
        rim = [withStroke(linewidth=3, foreground="white")]
        return self.moves(axes.text(x, y, text, path_effects=rim, clip_on=False, **looks))

    def settle(self) -> None:
        """Lay the figure out and keep it so: what stands still must not shift under what moves."""
        self.figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.06, wspace=0.06)
        with self._only_still():
            self.figure.get_layout_engine().execute(self.figure)
        self.figure.set_layout_engine("none")
        self._background = None

    def enlarge(self, factor: float) -> None:
        """Multiply the size of all texts, for a projector."""
        texts = set(self.figure.findobj(Text))
        # Larger texts leave room for fewer ticks; those not in use must be found on the way back.
        for axis in self.figure.findobj(Axis):
            texts.update(label for tick in axis.majorTicks for label in tick.findobj(Text))
        for text in texts:
            text.set_fontsize(round(text.get_fontsize() * factor, 6))  # back to what it was, too
        self.settle()

    @contextmanager
    def _only_still(self):
        shown = [artist.get_visible() for artist in self.moving]
        for artist in self.moving:
            artist.set_visible(False)
        try:
            yield
        finally:
            for artist, visible in zip(self.moving, shown, strict=True):
                artist.set_visible(visible)

    def still(self, zoom: int = 2) -> bytes:
        """What stands still, as a PNG of `zoom` image pixels for each CSS pixel."""
        self.figure.set_dpi(style.DPI * zoom)
        try:
            self._draw_still()
            return png(self._drawn())
        finally:
            self.figure.set_dpi(style.DPI)

    def pixels(self) -> np.ndarray:
        """The whole figure as it is now: RGB, shape (height, width, 3), dtype uint8."""
        canvas = self.figure.canvas
        if self._background is None:  # drawing it takes forty times as long as what moves
            self._draw_still()
            self._background = canvas.copy_from_bbox(self.figure.bbox)
        canvas.restore_region(self._background)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        return self._drawn()

    def _draw_still(self) -> None:
        with self._only_still():
            self.figure.canvas.draw()

    def _drawn(self) -> np.ndarray:
        return np.array(self.figure.canvas.buffer_rgba())[..., :3]


def expect(values, shape: tuple, name: str) -> np.ndarray:
    """Return values as a float array of the shape, or say what is wrong with them and where.

    Raises TypeError if there is nothing or no numbers, ValueError for another shape, NaN or
    infinity. Figures call it before they touch an artist: a bad result leaves the last picture.
    """
    if values is None:
        raise TypeError(f"{name} is None: does the function end with `return ...`?")
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} should be numbers, but is {type(values).__name__}") from None
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, but the figure needs {shape}")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = tuple(int(i) for i in bad[0])
        value = "NaN" if np.isnan(array[place]) else "infinity"
        where = f" at index {', '.join(map(str, place))}" if place else ""
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise ValueError(f"{name} is {value}{where}{more}")
    return array


def unpack(result, *names: str):
    """Take apart what the learner's function returned, or say which parts the figure needs."""
    wanted = ", ".join(names)
    if not isinstance(result, tuple | list) or len(result) != len(names):
        several = isinstance(result, tuple | list)
        got = f"{len(result)} of them" if several else type(result).__name__
        raise TypeError(f"the figure needs `return {wanted}`, but the result is {got}")
    return result


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


def rounded(value: float, decimals: int = 2) -> str:
    """A number with a fixed count of decimals, a real minus sign, and no minus before a zero."""
    text = f"{round(float(value), decimals) + 0.0:.{decimals}f}"
    return text.replace("-", "−")


def span(values) -> str:
    """The least and the largest value, as in "0.57 to 0.86"; one number if both read alike."""
    low, high = rounded(np.min(values)), rounded(np.max(values))
    return low if low == high else f"{low} to {high}"


def percent(share: float, decimals: int = 1) -> str:
    """A share between 0 and 1 as percent, as in "98.4 %"."""
    return f"{rounded(100 * share, decimals)} %"


def power(value: float, least: float = 0.01) -> str:
    """Two digits, as in 0.0054 and 9.9·10⁻⁴: a power of ten below `least` and from 1,000 on."""
    if value == 0 or least <= value < 999.5:
        return f"{value:.2g}" if value < 99.5 else f"{value:.0f}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}·10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def png(pixels: np.ndarray, colours: int = 64) -> bytes:
    """RGB pixels as a palette PNG: a third of the bytes of one in full colour."""
    # Colours other than white, from a quarter of the pixels; k-means moves the palette onto them.
    sample = pixels[::2, ::2].reshape(1, -1, 3)
    coloured = (sample < 255).any(axis=(0, 2))
    coloured[0] = True  # there is no palette of nothing
    sample = sample[:, coloured]
    palette = Image.fromarray(sample).quantize(colours - 1, Image.Quantize.MAXCOVERAGE, kmeans=1)
    table = np.array(palette.getpalette()).reshape(-1, 3)
    table[table.min(axis=1) > 247] = 255  # the mean of the background and its neighbours
    palette.putpalette([*table.ravel().tolist(), 255, 255, 255])
    image = Image.fromarray(pixels).quantize(palette=palette, dither=Image.Dither.NONE)
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=8)  # 9 takes three times as long for 1.5 % less
    return stream.getvalue()

"""The base of every figure: built once, updated in place, drawn by matplotlib."""

from contextlib import contextmanager

import numpy as np
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from bn_lib.pictures import style
from bn_lib.pictures.layout import lay_out
from bn_lib.pictures.png import png


class Picture:
    """A figure that is built once and then only changes the data of its moving artists.

    A subclass draws within `drawing` when it is made, moves its marks in `update`, and leaves in
    `sentence` what is to be seen. It uses no pyplot, so no figure is open behind its back.
    """

    @contextmanager
    def drawing(self, width: int, height: int):
        """Make `figure`, of a size in CSS pixels (100 to the inch); lay it out at the end."""
        self.moving = []
        self._unbroken = {}
        self.sentence = ""
        with style.ours():
            self.figure = Figure((width / style.DPI, height / style.DPI), style.DPI)
            FigureCanvasAgg(self.figure)
            yield
        self.settle()

    def update(self, result, **position) -> None:
        """Show what the learner's function returned at a position of the knobs.

        The contract of a position: a figure names the knobs that it needs as keyword arguments
        without a default and those that it can use as ones with a default; its docstring says
        what they are. Others are let through. What is wrong with a result or a position is said
        before anything moves: TypeError or ValueError leave the last picture as it was.
        """
        raise NotImplementedError

    def describe(self) -> str:
        """Say in one sentence, with rounded numbers, what the figure shows now."""
        return self.sentence

    def moves(self, artist, axes=None):
        """Mark an artist as moving; moving artists lie above all that stands still.

        axes: what the artist is to be added to, if it is in none yet.
        """
        if axes is not None:
            axes.add_artist(artist)
        artist.set_zorder(10 + len(self.moving))
        artist.set_snap(False)  # in the browser it moves by less than a pixel, too
        self.moving.append(artist)
        return artist

    def settle(self) -> None:
        """Lay the figure out and keep it so: what stands still must not shift under what moves."""
        with self._only_still():
            lay_out(self.figure, self._unbroken)
        self._background = None

    def enlarge(self, factor: float) -> None:
        """Multiply the size of all texts, for a projector; the figure gets as much higher."""
        texts = set(self.figure.findobj(Text))
        # Larger texts leave room for fewer ticks; those not in use must be found on the way back.
        for axis in self.figure.findobj(Axis):
            texts.update(label for tick in axis.majorTicks for label in tick.findobj(Text))
        for text in texts:
            text.set_fontsize(round(text.get_fontsize() * factor, 6))  # back to what it was, too
        height = round(self.figure.bbox.height * factor) + 1e-6  # a pixel may be lost in rounding
        self.figure.set_figheight(height / style.DPI)
        self.settle()

    @contextmanager
    def _only_still(self):
        """Hide what moves, in the course's style: ticks are chosen and made at a draw."""
        shown = [artist.get_visible() for artist in self.moving]
        for artist in self.moving:
            artist.set_visible(False)
        try:
            with style.ours():
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

"""Large text: one press for all figures of a notebook. And the layout for narrow pages."""

import asyncio
import weakref

from bn_lib.live.canvas import Canvas
from bn_lib.live.narrow import narrow
from bn_lib.live.threads import OneThread
from bn_lib.live.words import WORDS
from bn_lib.pictures.picture import Picture

LARGE = 1.35  # how much larger the texts are for a projector
_showing = weakref.WeakSet()
_state = {"large": False}


class Sized(OneThread):
    """Something live with a picture and a canvas, whose texts are as large as all others'."""

    picture: Picture
    canvas: Canvas
    _large = False  # its texts, as they are now

    def redraw(self) -> None:
        """Show the picture where it is now, after it has been laid out anew."""
        raise NotImplementedError

    def join(self) -> None:
        """Take the size of text that the notebook has, now and from now on."""
        _showing.add(self)
        self._fit()

    def leave(self) -> None:
        """Keep the present size from now on."""
        _showing.discard(self)

    @property
    def large_button(self) -> dict:
        """The button that is pressed for it."""
        return {"name": WORDS["large"], "on": _state["large"]}

    def resize(self) -> None:
        """Change the size of all figures' texts, this one's first."""
        _state["large"] = not _state["large"]
        self._follow()
        for other in list(_showing - {self}):
            try:
                # One by one, so that the hand is not kept waiting.
                asyncio.get_running_loop().call_soon(other._follow)
            except RuntimeError:  # a plain Python program
                other._follow()

    def stack(self) -> None:
        """Send how the figure is laid out in a narrow page; one has asked for it."""
        self.canvas.narrow = narrow(self.picture, LARGE if self._large else 1)

    def _fit(self) -> bool:
        """Make the texts as large as the notebook's; returns whether they had another size."""
        if self._large == _state["large"]:  # as after a second press, before the first was followed
            return False
        self._large = _state["large"]
        self.picture.enlarge(LARGE if self._large else 1 / LARGE)
        return True

    def _follow(self) -> None:
        """Show the texts as large as the notebook's."""
        if not self._fit():
            return
        with self.canvas.hold_sync():
            self.canvas.show_still(self.picture)
            if self.canvas.narrow:
                self.stack()
        self.canvas.buttons = [
            self.large_button if button["name"] == WORDS["large"] else button
            for button in self.canvas.buttons
        ]
        self.redraw()

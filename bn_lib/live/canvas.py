"""The widget that shows a picture in the browser: the still part once, then vertices."""

from pathlib import Path

import anywidget
import traitlets

from bn_lib.figures.picture import Picture
from bn_lib.live import vertices

HERE = Path(__file__).parent


class Canvas(anywidget.AnyWidget):
    """Shows a picture. `frame` is what a move changes; all else is sent once."""

    _esm = HERE / "canvas.js"
    _css = HERE / "canvas.css"

    size = traitlets.List().tag(sync=True)
    still = traitlets.Bytes().tag(sync=True)
    looks = traitlets.List().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, picture: Picture):
        super().__init__(**_still_part(picture), frame=frame_of(picture))

    def redraw_still(self, picture: Picture) -> None:
        """Send everything again, after the still part has changed."""
        with self.hold_sync():
            self.set_trait("frame", frame_of(picture))
            for name, value in _still_part(picture).items():
                self.set_trait(name, value)


def _still_part(picture: Picture) -> dict:
    width, height = picture.figure.bbox.size
    looks = [vertices.looks(artist, height) for artist in picture.moving]
    return {"size": [width, height], "still": picture.still(), "looks": looks}


def frame_of(picture: Picture) -> dict:
    """The picture as it is now: packed vertices and the sentence."""
    packed = vertices.pack(picture.moving, picture.figure.bbox.height)
    return packed | {"sentence": picture.describe()}

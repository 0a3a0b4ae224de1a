"""The widget that shows a picture in the browser: the still part once, then frames."""

from pathlib import Path

import anywidget
import traitlets

from bn_lib.live import vertices
from bn_lib.pictures.picture import Picture

HERE = Path(__file__).parent


class Canvas(anywidget.AnyWidget):
    """Shows a picture at the position `at` of its knobs, given by their indices.

    `frame` is the last good one, `error` what is wrong at `at`, if anything; `sliders` says which
    of the knobs are sliders. All else is sent once.
    """

    _esm = HERE / "canvas.js"
    _css = HERE / "canvas.css"

    size = traitlets.List().tag(sync=True)
    still = traitlets.Bytes().tag(sync=True)
    looks = traitlets.List().tag(sync=True)
    sliders = traitlets.List().tag(sync=True)
    at = traitlets.List().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def show(self, at, frame) -> None:
        """Show a frame; one with an error leaves the last good picture."""
        head, data = frame
        with self.hold_sync():
            self.at = list(at)
            self.error = head.get("error", "")
            if not self.error:
                self.frame = {"head": head, "data": data}

    def show_still(self, picture: Picture) -> None:
        """Send what stands still, and how what moves looks."""
        width, height = picture.figure.bbox.size
        with self.hold_sync():
            self.size = [width, height]
            self.looks = [vertices.looks(artist, height) for artist in picture.moving]
            self.still = picture.still()

    def send_frames(self, frames) -> None:
        """Send frames ahead, or as answers."""
        heads = [head for head, _ in frames]
        self.send({"heads": heads}, [b"".join(data for _, data in frames)])

    def forget_frames(self) -> None:
        """Let the browser throw away the frames it has."""
        self.send({"forget": True})


def frame_of(picture: Picture, key: str) -> tuple[dict, bytes]:
    """The picture as it is now: a head with its key and sentence, and its packed vertices."""
    head, data = vertices.pack(picture.moving, picture.figure.bbox.height)
    return {"key": key, "sentence": picture.describe(), **head}, data

"""The widget that shows a figure in the browser: knobs, sentence, the still part once, frames."""

import re
from pathlib import Path

import anywidget
import traitlets

from bn_lib.live import vertices
from bn_lib.live.words import WORDS
from bn_lib.pictures.picture import Picture

HERE = Path(__file__).parent
SCRIPT = HERE / "script"
FONT = {face: (HERE / "fonts" / f"{face}.woff").read_bytes() for face in ("regular", "bold")}
SMALL = {"still": b"", "narrow": {}, "frame": {}, "font": {}}  # in a figure that has been replaced


def script(*names: str) -> str:
    """Files of the script as one module, which imports nothing."""
    texts = [(SCRIPT / f"{name}.js").read_text(encoding="utf-8") for name in names]
    return re.sub(r'^import .* from "\./\w+\.js";\n', "", "\n".join(texts), flags=re.MULTILINE)


class Canvas(anywidget.AnyWidget):
    """Shows a picture at the position `at` of its knobs, given by their indices.

    `frame` is the last good one, `error` what is wrong at `at`, if anything, `printed` what the
    learner's function printed there. `progress` is that of a training: `share` (0 to 1), `words`
    and `state`. `buttons`: each has a `name`; one that has `at` (indices by knob's number) or
    `count` (a knob's number) moves knobs in the browser, any other is a press for the kernel.
    All else is sent once.
    """

    # Given as text: a path would be watched, and keep every instance alive.
    _esm = script("drawing", "figure", "notebook")
    _css = (SCRIPT / "figure.css").read_text(encoding="utf-8")

    size = traitlets.List().tag(sync=True)
    still = traitlets.Bytes().tag(sync=True)
    looks = traitlets.List().tag(sync=True)
    narrow = traitlets.Dict().tag(sync=True)  # the same in a narrow page, once one has asked
    knobs = traitlets.List().tag(sync=True)
    buttons = traitlets.List().tag(sync=True)
    at = traitlets.List().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    shown = traitlets.Unicode().tag(sync=True)  # the position that frame or error belong to
    error = traitlets.Unicode().tag(sync=True)
    printed = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)  # what else the reader has to know, true at all times
    progress = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict(WORDS).tag(sync=True)
    font = traitlets.Dict(FONT).tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)  # its own, by which the browser finds its liveness

    def __init__(self, **state):
        super().__init__(**state)
        self.name = self.model_id

    def show(self, frame) -> None:
        """Show a frame; one with an error leaves the last good picture."""
        head, data = frame
        with self.hold_sync():
            self.shown = head["key"]
            self.error = head.get("error", "")
            self.printed = head.get("printed", "")
            if not self.error:
                self.frame = {"head": head, "data": data}

    def show_still(self, picture: Picture) -> None:
        """Send what stands still, and how what moves looks."""
        width, height = picture.figure.bbox.size
        still = picture.still()  # before the looks, since drawing is what applies an aspect
        with self.hold_sync():
            self.size = [round(width), round(height)]
            self.looks = [vertices.looks(artist, height) for artist in picture.moving]
            self.still = still

    def send_frames(self, frames) -> None:
        """Send frames ahead, or as answers."""
        heads = [head for head, _ in frames]
        self.send({"heads": heads}, [b"".join(data for _, data in frames)])

    def forget_frames(self) -> None:
        """Let the browser throw away the frames it has."""
        self.send({"forget": True})

    def close(self) -> None:
        """Give back what it holds; a view that is still open somewhere keeps its last picture.

        ipywidgets' own way would empty that view without a word.
        """
        if self.comm is None:
            return
        self.send({"replaced": True})
        with self.hold_sync():
            for trait, value in SMALL.items():
                setattr(self, trait, value)
        self.layout.close()
        self.comm.publish_msg = lambda *message, **more: None  # its end is not told
        super().close()
        self.looks, self.knobs, self.buttons = [], [], []  # the browser keeps them


def frame_of(picture: Picture, key: str) -> tuple[dict, bytes]:
    """The picture as it is now: a head with its key and sentence, and its packed vertices."""
    head, data = vertices.pack(picture.moving, picture.figure.bbox.height)
    return {"key": key, "sentence": picture.describe(), **head}, data

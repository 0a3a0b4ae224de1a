"""What matplotlib draws of a notebook's figures, to be compared with what the browser draws.

This runs inside a notebook's kernel, after its cells.
"""

from base64 import b64encode
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from matplotlib.text import Text
from PIL import Image

from bn_lib.live.canvas import frame_of
from bn_lib.live.narrow import stacked
from bn_lib.pictures import style
from tests.notebooks import driver

ZOOM = 2  # image pixels for each CSS pixel
BLOCK = 4  # image pixels, of which the mean is taken


def write(folder: str, all_states: bool) -> list[str]:
    """Save all live figures and trainings of the kernel in their states; return their names."""
    names = []
    for number, live in enumerate([*driver.explorers(), *driver.watches()]):
        name = f"{number} {type(live.picture).__name__}"
        np.save(Path(folder) / f"{name}.npy", np.array(shots(live, all_states), dtype=object))
        names.append(name)
    return names


def shots(live, all_states: bool) -> list[dict]:
    """A figure in its states, in the usual size of text and in large text."""
    picture = live.picture
    taken = []
    for large in (False, True):
        live.press("large text") if large else None
        alone = all_states or not large
        with _still_at(picture, ZOOM) as background:
            for state, go in _states(live, large, all_states):
                go()
                taken.append(
                    {"state": f"{state}, large text" if large else state}
                    | {name: getattr(live.canvas, name) for name in ("size", "looks")}
                    | {"still": b64encode(live.canvas.still).decode()}
                    | _seen(picture, background)
                    | {"alone": _alone(picture) if alone and _is_first(state) else []}
                )
    live.press("large text")
    return [*taken, _narrow(live)] if all_states else taken


def _is_first(state: str) -> bool:
    return state in ("start", "at the end")


def _narrow(live) -> dict:
    """The start (of a training, the end) in a narrow page: the full page's frame, moved there.

    No artist alone: where a dashed line begins beyond its axes, its dashes begin elsewhere.
    test_every_figure.py has where each mark lies.
    """
    _, go = next(_states(live, True, False))
    go()
    live.stack()
    head, data = frame_of(live.picture, "")
    full, narrow = live.canvas.looks, live.canvas.narrow
    looks = [look | other for look, other in zip(full, narrow["looks"], strict=True)]
    with stacked(live.picture), _still_at(live.picture, ZOOM) as background:
        return (
            _seen(live.picture, background)
            | {"state": "narrow", "size": narrow["size"], "looks": looks}
            | {"head": head, "data": b64encode(data).decode()}
            | {"still": b64encode(narrow["still"]).decode(), "alone": []}
        )


def _states(live, large, all_states):
    """The start, and an end of the first knob; or else the start, the ends of each knob and the
    presets. In large text the ends are left out."""
    if not hasattr(live, "knobs"):
        yield "at the end", live.draw
        return
    yield "start", lambda: live.press("reset")
    knobs = {name: knob.values for name, knob in live.knobs.items() if knob.kind != "button"}
    ends = [(name, value) for name, values in knobs.items() for value in (values[-1], values[0])]
    for name, value in [] if large else ends if all_states else ends[:1]:
        yield f"{name} = {value}", lambda at={name: value}: live.go(**live.start | at)
    for name in live.preset_positions if all_states else ():
        yield name, lambda name=name: live.press("reset") or live.press(name)
    live.press("reset")


@contextmanager
def _still_at(picture, zoom):
    """Draws what stands still at a zoom; gives what draws what moves, without texts, upon it."""
    canvas = picture.figure.canvas

    def drawn() -> np.ndarray:
        picture.figure.set_dpi(style.DPI * zoom)
        try:
            picture._draw_still()
            for artist in picture.moving:
                if not isinstance(artist, Text):
                    picture.figure.draw_artist(artist)
            return np.array(canvas.buffer_rgba())[..., :3]
        finally:
            picture.figure.set_dpi(style.DPI)
            picture._background = None

    yield drawn


def _seen(picture, drawn) -> dict:
    head, data = frame_of(picture, "")
    texts = [artist for artist in picture.moving if isinstance(artist, Text)]
    return {
        "head": head,
        "data": b64encode(data).decode(),
        "blocks": blocks(drawn()),
        "boxes": [_ink(picture, text) for text in texts],
    }


def _alone(picture) -> list[np.ndarray]:
    """The blocks of each artist that moves and is no text, drawn by itself on white."""
    found = []
    picture.figure.set_dpi(style.DPI * ZOOM)
    try:
        renderer = picture.figure.canvas.get_renderer()
        for artist in picture.moving:
            if not isinstance(artist, Text):
                renderer.clear()
                artist.draw(renderer)
                drawn = Image.fromarray(np.asarray(renderer.buffer_rgba()))
                on_white = Image.new("RGBA", drawn.size, "white")
                on_white.alpha_composite(drawn)
                found.append(blocks(np.asarray(on_white)[..., :3]))
    finally:
        picture.figure.set_dpi(style.DPI)
    return found


def blocks(pixels: np.ndarray) -> np.ndarray:
    """The mean color of each block, shape (rows, columns, 3)."""
    height, width = (length // BLOCK * BLOCK for length in pixels.shape[:2])
    return np.array(Image.fromarray(pixels[:height, :width]).reduce(BLOCK))


def _ink(picture, text) -> list[float] | None:
    """The box of a text's ink in CSS pixels: left, top, right, bottom; None if there is none."""
    if not text.get_visible() or not text.get_text().strip():
        return None
    picture.figure.set_dpi(style.DPI * ZOOM)
    try:
        renderer = picture.figure.canvas.get_renderer()
        renderer.clear()
        text.draw(renderer)
        all_pixels = np.asarray(renderer.buffer_rgba())
        around = text.get_window_extent(renderer).padded(20)
    finally:
        picture.figure.set_dpi(style.DPI)
    left, top = (max(round(side), 0) for side in (around.x0, len(all_pixels) - around.y1))
    pixels = all_pixels[top : round(len(all_pixels) - around.y0), left : round(around.x1)]
    opaque = pixels[..., 3] > 100
    dark = pixels[..., :3].min(axis=2) < 200
    box = Image.fromarray(opaque & dark).getbbox()
    return box and [(side + at) / ZOOM for side, at in zip(box, 2 * (left, top), strict=True)]

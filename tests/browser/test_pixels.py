"""The live picture is matplotlib's: every figure, in its states, in a page with the script alone.

Moving words are left out of the comparison of pixels; where they stand is compared by itself.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from bn_lib.data import two_humped
from bn_lib.figures import Overlay
from bn_lib.live import explore
from bn_lib.live.canvas import FONT, Canvas, script
from bn_lib.live.vertices import UNITS
from bn_lib.normalization import normalize
from tests.browser import shots as camera
from tests.browser.shots import BLOCK, ZOOM
from tests.notebooks.test_runs import ROOT
from tools import notebooks

DIFFERS = 0.1 * 255  # a block of another color
MOST = 0.01  # of all blocks may differ
# Of the change that a shift by a block (2 pixels) makes, an artist may be off. A dot stands on a
# whole pixel of the screen; where it is halfway between two, rounding decides.
SHIFTED = 0.45
APART = 2.0  # CSS pixels, for the sides of a text's box
# In a narrow page, where a text is moved once more; test_every_figure.py asks for 1 pixel of that.
MOVED_APART = APART + 0.5

LOAD = """async ([source, style, fonts]) => {
    document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    window.bytes = bytes;
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.script = await import(address);
    for (const face of Object.keys(fonts)) fonts[face] = bytes(fonts[face]).buffer;
    script.bringFont(fonts);
    await Promise.all([...document.fonts].map((font) => font.load()));
}"""
# Draws a shot; returns the mean colors of blocks, of all and of each artist alone, and the boxes.
DRAW = """async ([shot, block]) => {
    document.body.replaceChildren();
    const about = { knobs: [], buttons: [], at: [], words: {} };
    const figure = new script.Figure(document.body, about, { moved() {}, near() {}, narrow() {} });
    const still = `data:image/png;base64,${shot.still}`;
    figure.setStage({ size: shot.size, looks: shot.looks, still });
    await figure.still.decode();
    const frames = new script.Frames();
    frames.add([shot.head], bytes(shot.data).buffer);
    const frame = frames.get("");
    const texts = frame.texts;
    figure.show({ ...frame, texts: texts.map(([x, y]) => [x, y, ""]) });
    const { width, height } = figure.canvas;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const blocks = (context) => {
        const { data } = context.getImageData(0, 0, width, height);
        const [rows, columns] = [Math.floor(height / block), Math.floor(width / block)];
        const sums = new Float32Array(rows * columns * 3);
        for (let y = 0; y < rows * block; y++) {
            const row = Math.floor(y / block) * columns;
            for (let x = 0, at = 4 * y * width; x < columns * block; x++, at += 4) {
                const to = 3 * (row + Math.floor(x / block));
                sums[to] += data[at];
                sums[to + 1] += data[at + 1];
                sums[to + 2] += data[at + 2];
            }
        }
        const means = Uint8Array.from(sums, (sum) => Math.round(sum / block ** 2));
        let text = "";
        for (let i = 0; i < means.length; i += 8192) {
            text += String.fromCharCode(...means.subarray(i, i + 8192));
        }
        return btoa(text);
    };
    context.drawImage(figure.still, 0, 0, width, height);
    context.drawImage(figure.canvas, 0, 0);
    const all = blocks(context);
    const alone = [];
    const left = { shapes: [...frame.shapes], images: [...frame.images], texts: [] };
    for (const look of shot.alone ? shot.looks.filter(({ kind }) => kind !== "text") : []) {
        const parts = left[look.kind === "image" ? "images" : "shapes"];
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.fillStyle = "white";
        context.fillRect(0, 0, width, height);
        context.scale(width / shot.size[0], height / shot.size[1]);
        const one = [parts.shift()];
        script.drawFrame(context, [look], { shapes: one, images: one, texts: [] });
        alone.push(blocks(context));
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    const looks = shot.looks.filter(({ kind }) => kind === "text");
    const boxes = texts.map((text, i) => {
        script.setFont(context, looks[i]);
        const [x, y, words] = looks[i].map ? script.moved(context, looks[i], text) : text;
        const box = context.measureText(words);
        return [
            x - box.actualBoundingBoxLeft, y - box.actualBoundingBoxAscent,
            x + box.actualBoundingBoxRight, y + box.actualBoundingBoxDescent,
        ];
    });
    figure.close();
    return { width, height, all, alone, boxes };
}"""


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    """A page with nothing but the script and its font."""
    with browser.new_context(device_scale_factor=ZOOM) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1200, "height": 900})
        fonts = {face: b64encode(data).decode() for face, data in FONT.items()}
        page.evaluate(LOAD, [script("drawing", "figure"), Canvas._css, fonts])
        yield page


def drawn(page: Page, shot: dict) -> dict:
    """What the browser draws of a shot."""
    sent = {name: value for name, value in shot.items() if name not in ("blocks", "boxes")}
    sent["alone"] = bool(shot["alone"])
    seen = page.evaluate(DRAW, [sent, BLOCK])
    assert [seen["width"], seen["height"]] == [ZOOM * length for length in shot["size"]]
    unpack = partial(_blocks, shape=shot["blocks"].shape)
    return seen | {"all": unpack(seen["all"]), "alone": [unpack(one) for one in seen["alone"]]}


def _blocks(text: str, shape: tuple) -> np.ndarray:
    return np.frombuffer(b64decode(text), np.uint8).reshape(shape)


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How far the colors of blocks are from each other, of 255."""
    return np.abs(one.astype(int) - other.astype(int)).max(axis=2)


def problems(shot: dict, seen: dict) -> list[str]:
    """Where the browser's picture is not matplotlib's."""
    found = []
    wrong = (apart(shot["blocks"], seen["all"]) > DIFFERS).mean()
    if wrong > MOST:
        found.append(f"{wrong:.1%} of all blocks differ")
    for number, (mine, other) in enumerate(zip(shot["alone"], seen["alone"], strict=True)):
        shifted = np.mean([apart(mine, np.roll(mine, 1, axis)).mean() for axis in (0, 1)])
        if apart(mine, other).mean() > SHIFTED * shifted:
            found.append(f"artist {number} is elsewhere, or looks otherwise")
    for (_, _, words), mine, other in zip(
        shot["head"]["t"], shot["boxes"], seen["boxes"], strict=True
    ):
        if mine is not None:
            sides = np.abs(np.subtract(mine, other)).max()
            if sides > (MOVED_APART if shot["state"] == "narrow" else APART):
                found.append(f"the box of {words!r} is {sides:.1f} pixels elsewhere")
    return found


def differences(path: Path, runs, page: Page, folder: Path, all_states: bool) -> dict[str, list]:
    """Where the browser's pictures of a notebook's figures are not matplotlib's, by state."""
    lines = [
        "import json, sys",
        f"sys.path.insert(0, {str(ROOT)!r})",
        "from tests.browser import shots",
        f"print(json.dumps(shots.write({str(folder)!r}, {all_states})))",
    ]
    names = json.loads(runs.ask(path, "\n".join(lines)))
    assert names
    return {
        f"{name}, {shot['state']}": wrong
        for name in names
        for shot in np.load(folder / f"{name}.npy", allow_pickle=True)
        if (wrong := problems(shot, drawn(page, shot)))
    }


of_all = pytest.mark.parametrize("path", notebooks.paths(), ids=lambda path: path.stem)


@of_all
def test_the_browser_draws_what_matplotlib_draws(path, runs, blank, tmp_path):
    """At the start, at an end of a knob, in large text; of the start each artist alone, too."""
    assert differences(path, runs, blank, tmp_path, all_states=False) == {}


@pytest.mark.long
@of_all
def test_the_browser_draws_what_matplotlib_draws_in_every_state(path, runs, blank, tmp_path):
    """At the start, at the ends of each knob, at the presets, in large text, in a narrow page."""
    assert differences(path, runs, blank, tmp_path, all_states=True) == {}


@pytest.mark.parametrize("shift", [(3, 0), (0, 3)])
def test_an_artist_that_is_shifted_is_seen(blank, shift):
    """Each artist of a figure by itself, by 3 pixels; a text too."""
    H = two_humped(256, np.random.default_rng(0))

    def transform(gamma=1.0, beta=0.0):
        return gamma * normalize(H) + beta

    figure = explore(transform, Overlay(before=H), gamma=(-1, 4, 0.05), beta=[0.0])
    start = camera.shots(figure, all_states=False)[0]
    assert problems(start, drawn(blank, start)) == []
    data = np.frombuffer(b64decode(start["data"]), "<i2").reshape(-1, 2)
    ends = np.cumsum(start["head"]["n"])
    for first, last in zip([0, *ends], ends, strict=False):
        moved = data.copy()
        moved[first:last] += np.multiply(shift, UNITS).astype("<i2")
        shot = start | {"data": b64encode(moved.tobytes()).decode()}
        assert problems(shot, drawn(blank, shot)) != []
    for i, (x, y, words) in enumerate(start["head"]["t"]):
        if words:
            texts = list(start["head"]["t"])
            texts[i] = [x + shift[0], y + shift[1], words]
            shot = start | {"head": start["head"] | {"t": texts}}
            assert problems(shot, drawn(blank, shot)) != []

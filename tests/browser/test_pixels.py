"""The live picture is matplotlib's: every figure, in its states, in a page with the script alone.

Moving words are left out of the comparison of pixels; where they stand is compared by itself.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from bn_lib.live.canvas import FONT, Canvas, script
from tests.browser.shots import BLOCK, ZOOM
from tests.notebooks.test_runs import ROOT
from tools import notebooks

DIFFERS = 0.1 * 255  # a block of another color
MOST = 0.01  # of all blocks may differ,
MOST_TOUCHED = 0.1  # and of those on which something moves
APART = 2.0  # CSS pixels, for the sides of a text's box

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
# Draws a shot, and returns the mean colors of blocks, of all and of the still part, and the boxes.
DRAW = """async ([shot, block]) => {
    document.body.replaceChildren();
    const about = { knobs: [], buttons: [], at: [], words: {} };
    const figure = new script.Figure(document.body, about, { moved() {}, near() {} });
    figure.setStage(shot.size, shot.looks, `data:image/png;base64,${shot.still}`);
    await figure.still.decode();
    const frames = new script.Frames();
    frames.add([shot.head], bytes(shot.data).buffer);
    const frame = frames.get("");
    const texts = frame.texts;
    figure.show({ ...frame, texts: texts.map(([x, y]) => [x, y, ""]) });
    const { width, height } = figure.canvas;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const blocks = () => {
        const { data } = context.getImageData(0, 0, width, height);
        const [rows, columns] = [Math.floor(height / block), Math.floor(width / block)];
        const sums = new Float32Array(rows * columns * 3);
        for (let y = 0; y < rows * block; y++) {
            for (let x = 0; x < columns * block; x++) {
                const to = 3 * (Math.floor(y / block) * columns + Math.floor(x / block));
                for (let c = 0; c < 3; c++) sums[to + c] += data[4 * (y * width + x) + c];
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
    const still = blocks();
    context.drawImage(figure.canvas, 0, 0);
    const all = blocks();
    const looks = shot.looks.filter(({ kind }) => kind === "text");
    const boxes = texts.map(([x, y, words], i) => {
        script.setFont(context, looks[i]);
        const box = context.measureText(words);
        return [
            x - box.actualBoundingBoxLeft, y - box.actualBoundingBoxAscent,
            x + box.actualBoundingBoxRight, y + box.actualBoundingBoxDescent,
        ];
    });
    figure.close();
    return { width, height, still, all, boxes };
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
    seen = page.evaluate(DRAW, [sent, BLOCK])
    assert [seen["width"], seen["height"]] == [ZOOM * length for length in shot["size"]]
    shape = shot["blocks"].shape
    for name in ("still", "all"):
        seen[name] = np.frombuffer(b64decode(seen[name]), np.uint8).reshape(shape)
    return seen


def differing(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which blocks are of another color."""
    return np.abs(one.astype(int) - other.astype(int)).max(axis=2) > DIFFERS


def problems(shot: dict, seen: dict) -> list[str]:
    """Where the browser's picture is not matplotlib's."""
    found = []
    wrong = differing(shot["blocks"], seen["all"])
    touched = differing(seen["still"], seen["all"]) | differing(seen["still"], shot["blocks"])
    if wrong.mean() > MOST:
        found.append(f"{wrong.mean():.1%} of all blocks differ")
    if wrong[touched].mean() > MOST_TOUCHED if touched.any() else False:
        found.append(f"{wrong[touched].mean():.1%} of the blocks on which something moves differ")
    for (_, _, words), mine, other in zip(
        shot["head"]["t"], shot["boxes"], seen["boxes"], strict=True
    ):
        if mine is not None:
            apart = np.abs(np.subtract(mine, other)).max()
            if apart > APART:
                found.append(f"the box of {words!r} is {apart:.1f} pixels elsewhere")
    return found


@pytest.fixture(scope="module", params=notebooks.paths(), ids=lambda path: path.stem)
def shots(request, runs, tmp_path_factory) -> dict[str, list[dict]]:
    """The shots of a notebook's figures, by the figures' names."""
    folder = tmp_path_factory.mktemp("shots")
    lines = [
        "import json, sys",
        f"sys.path.insert(0, {str(ROOT)!r})",
        "from tests.browser import shots",
        f"print(json.dumps(shots.write({str(folder)!r})))",
    ]
    names = json.loads(runs.ask(request.param, "\n".join(lines)))
    return {name: list(np.load(Path(folder) / f"{name}.npy", allow_pickle=True)) for name in names}


def test_the_browser_draws_what_matplotlib_draws(shots, blank):
    found = {
        f"{name}, {shot['state']}": wrong
        for name, states in shots.items()
        for shot in states
        if (wrong := problems(shot, drawn(blank, shot)))
    }
    assert found == {}

"""The course in JupyterLab and Notebook 7, moved by mouse and keyboard as a learner would."""

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import front_end
from tests.browser.conftest import NOTEBOOKS, Servers

PATHS = sorted(NOTEBOOKS.glob("[0-9][0-9]*.ipynb"))

# What is to be seen in a live figure. Pixels as a checksum, since a picture is long.
LOOK = """explorer => {
    const canvas = explorer.querySelector("canvas.bn-moving");
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let hash = 0;
    for (const word of new Uint32Array(pixels.data.buffer)) hash = (31 * hash + word) | 0;
    return [hash, explorer.querySelector(".bn-sentence").textContent];
}"""
PIXELS, SENTENCE = 0, 1
BACK = {"ArrowLeft": "ArrowRight", "ArrowRight": "ArrowLeft"}
DRAWN = "explorer => explorer.querySelector('canvas.bn-moving').width > 0"
DIFFERS = f"""([explorer, parts, before]) => {{
    const now = ({LOOK})(explorer);
    return parts.every((part) => now[part] !== before[part]);
}}"""
EQUALS = f"([explorer, wanted]) => String(({LOOK})(explorer)) === String(wanted)"
# Notes the height of the whole output at each animation frame.
WATCH_HEIGHT = """explorer => {
    const output = explorer.closest(".jp-OutputArea");
    const heights = (window.heights = new Set());
    const note = () => {
        heights.add(output.offsetHeight);
        if (window.heights === heights) requestAnimationFrame(note);
    };
    note();
}"""
# What is seen, what the picture's label says, what is spoken.
SAYS_THE_SAME = """explorer => {
    const seen = explorer.querySelector(".bn-sentence").textContent;
    const label = explorer.querySelector("canvas.bn-moving").getAttribute("aria-label");
    return seen === label && seen === explorer.querySelector("[role=status]").textContent;
}"""
WITHOUT_PICTURE = """() => [...document.querySelectorAll(".jp-RenderedImage img")]
    .filter((image) => !image.complete || image.naturalWidth === 0).length"""


class Figure:
    """A live figure in a page."""

    def __init__(self, page: Page, explorer: Locator):
        self.page, self.explorer = page, explorer
        self.sliders = explorer.locator(".noUi-handle").all()

    def look(self) -> list:
        return self.explorer.evaluate(LOOK)

    def wait_until_drawn(self) -> None:
        """Bring it into view; Jupyter draws nothing that is out of sight."""
        self.explorer.scroll_into_view_if_needed()
        self.page.wait_for_function(DRAWN, arg=self.explorer.element_handle())

    def wait_for_change(self, before: list, *parts: int) -> None:
        """Wait until each of the parts, PIXELS and SENTENCE, is another one than before."""
        arguments = [self.explorer.element_handle(), parts, before]
        self.page.wait_for_function(DIFFERS, arg=arguments)

    def wait_for(self, look: list) -> None:
        self.page.wait_for_function(EQUALS, arg=[self.explorer.element_handle(), look])

    def button(self, name: str) -> Locator:
        # An icon stands before some of the words.
        return self.explorer.get_by_role("button", name=re.compile(rf"{re.escape(name)}$"))

    def press(self, slider: Locator, key: str) -> None:
        """Press a key at a slider, and wait until it has moved."""
        before = slider.get_attribute("aria-valuenow")
        slider.focus()
        self.page.keyboard.press(key)
        expect(slider).not_to_have_attribute("aria-valuenow", before)

    def drag(self, slider: Locator, to: float) -> None:
        """Drag a slider by mouse to a fraction of its length."""
        slider.scroll_into_view_if_needed()
        track = slider.locator("xpath=ancestor::*[contains(@class, 'noUi-base')]").bounding_box()
        slider.hover()
        self.page.mouse.down()
        y = track["y"] + track["height"] / 2
        self.page.mouse.move(track["x"] + to * track["width"], y, steps=10)
        self.page.mouse.up()


def figures(page: Page) -> list[Figure]:
    return [Figure(page, explorer) for explorer in page.locator(".bn-explorer").all()]


def saved(path: Path) -> tuple[int, int]:
    """How many live figures a committed notebook has, and how many pictures."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    drawn = [cell for cell in code if any("image/png" in o.get("data", ()) for o in cell.outputs)]
    return sum("explore(" in cell.source for cell in drawn), len(drawn)


def write(server: Servers, name: str, *sources: str) -> str:
    """Write a notebook beside the course's; return its name."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), server.root / name)
    return name


@pytest.fixture(params=list(front_end.PAGES))
def kind(request: pytest.FixtureRequest) -> str:
    """The front end."""
    return request.param


@pytest.fixture(scope="module")
def usual(new_page, server) -> dict[str, set[str]]:
    """What each front end's console says of a notebook without widgets."""
    name = write(server, "plain.ipynb", "1 + 1")
    complaints = {}
    for kind in front_end.PAGES:
        with new_page() as page:
            front_end.open_notebook(page, server.address(kind, name))
            front_end.run_all(page)
            complaints[kind] = set(page.complaints)
    return complaints


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_lives(kind, path, page, server, usual):
    live, pictures = saved(server.root / path.name)
    front_end.open_notebook(page, server.address(kind, path.name))

    # As it was committed, before it is run.
    expect(page.locator(".jp-RenderedImage img")).to_have_count(pictures)
    page.wait_for_function(f"({WITHOUT_PICTURE})() === 0")
    expect(page.locator(".jp-OutputArea", has_text="Error displaying widget")).to_have_count(0)

    front_end.run_all(page)
    expect(page.locator(".bn-explorer canvas.bn-moving")).to_have_count(live)
    expect(page.locator(".jp-OutputArea", has_text="Error displaying widget")).to_have_count(0)
    for number, figure in enumerate(figures(page)):
        # Every slider of every figure is driven in tests/notebooks; here one is, thoroughly.
        check_figure(figure, thoroughly=kind == "lab" and number == 0)

    assert set(page.complaints) - usual[kind] == set()


def check_figure(figure: Figure, thoroughly: bool) -> None:
    figure.wait_until_drawn()
    figure.explorer.evaluate(WATCH_HEIGHT)
    start = figure.look()
    for slider in figure.sliders if thoroughly else figure.sliders[:1]:
        check_slider(figure, slider, start)
    if figure.sliders:
        check_focus(figure)
    if thoroughly and figure.sliders:
        check_buttons(figure, start)
        check_large_text(figure)
    assert figure.page.evaluate("heights.size") == 1, "the height of the output changes"


def check_slider(figure: Figure, slider: Locator, start: list) -> None:
    end, near_end, step = far_end(slider)
    figure.press(slider, end)
    figure.wait_for_change(start, PIXELS, SENTENCE)
    figure.button("reset").click()
    figure.wait_for(start)

    figure.press(slider, step)
    figure.button("reset").click()
    figure.wait_for(start)

    figure.drag(slider, near_end)
    figure.wait_for_change(start, PIXELS, SENTENCE)
    figure.page.wait_for_function(SAYS_THE_SAME, arg=figure.explorer.element_handle())
    figure.button("reset").click()
    figure.wait_for(start)


def far_end(slider: Locator) -> tuple[str, float, str]:
    """The end that is farther away: its key, a place before it, the key of one step to it."""
    low, now, high = (float(slider.get_attribute(f"aria-value{v}")) for v in ("min", "now", "max"))
    return ("End", 0.85, "ArrowRight") if now - low <= high - now else ("Home", 0.15, "ArrowLeft")


def check_focus(figure: Figure) -> None:
    """The tabulator key goes through the sliders in their order, each with its readout."""
    figure.sliders[0].focus()
    for slider in figure.sliders[1:]:
        for _ in range(6):  # a menu or a checkbox may stand between them
            figure.page.keyboard.press("Tab")
            if slider.evaluate("slider => slider === document.activeElement"):
                break
        expect(slider).to_be_focused()


def check_buttons(figure: Figure, start: list) -> None:
    """Presets and new data lead away from where all sliders are near an end."""
    for button in figure.explorer.locator("button.jupyter-button").all():
        if button.inner_text().strip() in ("reset", "large text"):
            continue
        for slider in figure.sliders:
            end, _, step = far_end(slider)
            figure.press(slider, end)
            if slider.get_attribute("aria-valuemax") != "1.0":  # more than two positions
                figure.press(slider, BACK[step])
        figure.wait_for_change(start, SENTENCE)
        before = figure.look()
        button.click()
        figure.wait_for_change(before, PIXELS)
        figure.button("reset").click()
        figure.wait_for(start)


def check_large_text(figure: Figure) -> None:
    still = figure.explorer.locator("img.bn-still")
    for _ in ("larger", "as it was"):
        before, picture = figure.look(), still.get_attribute("src")
        figure.button("large text").click()
        expect(still).not_to_have_attribute("src", picture)
        figure.wait_for_change(before, PIXELS)
        assert figure.look()[SENTENCE] == before[SENTENCE]


MISBEHAVING = """
import numpy as np
from bn_lib.data import two_humped
from bn_lib.figures import Overlay
from bn_lib.live import explore, steps
from bn_lib.normalization import normalize

H = two_humped(256, np.random.default_rng(0))

def misbehaving(gamma=0.0, beta=0.0):
    if gamma == 1:
        raise KeyError("forgotten")
    if gamma == 2:
        return normalize(H)[:3]
    if gamma == 3:
        return normalize(H) * np.nan
    return gamma * normalize(H) + beta

explore(misbehaving, Overlay(before=H), gamma=steps(0, 1, 2, 3, 4), beta=(0, 4))
"""


def test_learners_mistake_is_shown_and_the_last_good_picture_stays(kind, page, server):
    front_end.open_notebook(page, server.address(kind, write(server, "wrong.ipynb", MISBEHAVING)))
    front_end.run_all(page)
    expect(page.locator("canvas.bn-moving")).to_have_count(1)
    [figure] = figures(page)
    figure.wait_until_drawn()
    gamma = figure.sliders[0]
    sentence = figure.explorer.locator(".bn-sentence")
    spoken = figure.explorer.get_by_role("status")

    good = figure.look()
    for message in ("forgotten", "shape (3,)", "NaN"):
        figure.press(gamma, "ArrowRight")
        expect(sentence).to_contain_text(message)
        expect(spoken).to_contain_text(message)
        assert figure.look()[PIXELS] == good[PIXELS]
    figure.press(gamma, "ArrowRight")
    figure.wait_for_change(good, PIXELS, SENTENCE)
    expect(sentence).to_contain_text("γ = 4")

    other = figure.look()
    figure.press(gamma, "ArrowLeft")
    expect(sentence).to_contain_text("NaN")
    assert figure.look()[PIXELS] == other[PIXELS]
    figure.drag(gamma, 0)
    figure.wait_for(good)

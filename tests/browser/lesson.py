"""What holds in JupyterLab and in Notebook 7 alike, as checks of a page in which a notebook is."""

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from bn_lib.live.sizes import LARGE
from tests.browser import front_end
from tests.browser.figure import (
    HEIGHT,
    PIXELS,
    SENTENCE,
    WATCH_HEIGHT,
    Figure,
    check_buttons,
    check_focus,
    check_keys,
    check_large_text,
    check_menus,
    check_mouse,
    check_spoken,
    figures,
)

WITHOUT_PICTURE = """() => [...document.querySelectorAll(".jp-RenderedImage img")]
    .filter((image) => !image.complete || image.naturalWidth === 0).length"""
CLIPPED = """() => [...document.querySelectorAll(".bn-lesson, .bn-lesson *, .bn-sentence")]
    .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
    .filter((e) => e.clientWidth)
    .map((e) => `${e.className}: ${e.textContent}`)"""
MARK = "button => getComputedStyle(button, '::before').content"
# Counts the frames that come from the kernel.
COUNT = """() => {
    window.count = 0;
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    kernel.anyMessage.connect((_, { msg, direction }) => {
        if (direction === "recv" && msg.buffers?.some((b) => b.byteLength > 500)) window.count++;
    });
}"""
CALLS = """async () => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const user_expressions = { n: "len(visits)" };
    const asked = kernel.requestExecute({ code: "", silent: true, user_expressions });
    window.calls = Number((await asked.done).content.user_expressions.n.data["text/plain"]);
}"""
# The number of the last run of a cell.
RUNS = """() => Math.max(...[...document.querySelectorAll(".jp-InputArea-prompt")]
    .map((prompt) => parseInt(prompt.textContent.replace(/\\D/g, "")) || 0))"""
# Keeps the kernel's main thread for a second; nothing that runs as a cell.
BUSY = """() => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    kernel.requestExecute({ code: "import time; time.sleep(1)", silent: true });
}"""

QUESTION = """
from bn_lib.live import predict

guess = predict(
    "Which γ and β make γĤ + β equal to H again, if nothing is known of the batch but its size?",
    ["γ = 1, β = 0", "γ = σ, β = μ", "none: what is lost is lost, and nobody can bring it back"],
)
guess
"""
COMPARISON = "guess.compare('γ = σ, β = μ')"
# How often the function of a cell has been called, as its own list says.
COUNTED = """
visits = []

def counted(gamma=1.0, beta=0.0):
    visits.append(gamma)
    return gamma * normalize(H) + beta

explore(counted, Overlay(before=H), gamma=(0, 4, 0.05), beta=(0, 4))
"""
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
RESTLESS = """
class Wordy(Overlay):
    def describe(self):
        return (super().describe() + " and so on" * 17)[:170]

calls = iter(range(10**9))

def restless(gamma=0.0, beta=0.0):
    return gamma * normalize(H) + beta + next(calls) / 1000

explore(restless, Wordy(before=H), gamma=(0, 20), beta=(0, 20))
"""
CELLS = (QUESTION, COMPARISON, MISBEHAVING, RESTLESS, COUNTED)


def calls(page: Page) -> int:
    """How often the function of COUNTED has been called."""
    front_end.finish(page, CALLS)
    return page.evaluate("calls")


def write(root: Path, name: str, *sources: str) -> str:
    """Write a notebook beside the course's; return its name."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), root / name)
    return name


def check_notebook(page: Page, path: Path, thoroughly: bool) -> None:
    """A notebook of the course is readable as it was committed, and lives when it is run.

    It then says what it said when it was committed, exercises that nobody has solved included.

    thoroughly: move each knob of each figure, and look at focus and large text; else see that
    each figure is drawn, and move one slider by keyboard and mouse.
    """
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    drawn = [cell for cell in code if any("image/png" in o.get("data", ()) for o in cell.outputs)]
    expect(page.locator(".jp-RenderedImage img")).to_have_count(len(drawn))
    page.wait_for_function(f"({WITHOUT_PICTURE})() === 0")
    _no_widget_is_missing(page)

    front_end.run_all(page)
    committed, said = [list(map(words, cell.outputs)) for cell in code], front_end.said(page)
    pairs = list(zip(said, committed, strict=True))
    assert said == committed, [(now, before) for now, before in pairs if now != before]
    live = sum("explore(" in cell.source for cell in drawn)
    expect(page.locator(".bn-figure:not(.bn-training) canvas.bn-moving")).to_have_count(live)
    trained = sum("await watch(" in cell.source for cell in drawn)
    expect(page.locator(".bn-training canvas.bn-moving")).to_have_count(trained)
    _no_widget_is_missing(page)
    found = figures(page)
    for figure in found:
        figure.wait_until_drawn()
        if thoroughly:
            check_figure(figure)
    first = next(figure for figure in found if figure.sliders)
    if thoroughly:  # that every figure has large text, tests/notebooks/driver.py shows
        check_spoken(first)
        check_large_text(first)
        for training in page.locator(".bn-training").all():
            training.scroll_into_view_if_needed()
            check_large_text(Figure(page, training))
    else:
        start = first.look()
        check_keys(first, first.sliders[0], start)
        check_mouse(first, first.sliders[0], start)


def words(output: nbformat.NotebookNode) -> str:
    """The words of an output, as `front_end.said` has them."""
    return output.text if output.output_type == "stream" else output.data.get("text/plain", "")


def _no_widget_is_missing(page: Page) -> None:
    expect(page.locator(".jp-OutputArea", has_text="Error displaying widget")).to_have_count(0)


def check_figure(figure: Figure) -> None:
    """Each slider, menu, checkbox and button moves the figure; its height stays."""
    figure.element.evaluate(WATCH_HEIGHT)
    start = figure.look()
    for slider in figure.sliders:
        check_keys(figure, slider, start)
    for slider in figure.sliders[:1]:
        check_mouse(figure, slider, start)
    check_focus(figure)
    check_menus(figure, start)
    check_buttons(figure, start)
    assert figure.page.evaluate("heights.size") == 1, "the height of the output changes"


class OwnFigures:
    """A notebook of CELLS, a question and figures of a learner's own, run in the fixture `page`."""

    narrow = 800  # pixels of a window; beside a side bar some 370 are left

    def test_a_question_is_answered_by_keyboard_alone(self, page: Page):
        """A question is answered by keyboard alone, and the comparison below follows."""
        verdict = page.locator(".bn-lesson [role=status]")
        expect(verdict).to_contain_text("Make a guess first")
        computed = page.locator(".bn-lesson details p")
        expect(computed).to_be_hidden()
        page.locator(".bn-lesson summary").click()
        expect(computed).to_contain_text("none yet")
        buttons = page.locator(".bn-lesson button")
        wrong, right, last = buttons.all()
        wrong.focus()
        for key, button, said in (
            ("Enter", wrong, "γ = 1, β = 0, not this time ✗"),
            ("Space", right, "γ = σ, β = μ, right ✓"),
            ("Enter", last, "not this time ✗"),
        ):
            expect(button).to_be_focused()
            page.keyboard.press(key)
            expect(verdict).to_contain_text(said)
            marks = [each.evaluate(MARK) for each in buttons.all()]
            assert marks == ['"● "' if each == button else '"○ "' for each in (wrong, right, last)]
            page.keyboard.press("Tab")

    def test_nothing_is_clipped_where_the_page_is_narrow(self, page: Page):
        """In a narrow window nothing is clipped, and figures do not change their height."""
        expect(page.locator(".bn-figure:not(.bn-training) canvas.bn-moving")).to_have_count(3)
        figure = figures(page)[1]
        figure.wait_until_drawn()
        wide = page.viewport_size
        try:
            for width in (wide["width"], self.narrow):
                page.set_viewport_size(wide | {"width": width})
                figure.wait_until_narrow(width == self.narrow)
                figure.element.scroll_into_view_if_needed()
                assert len(figure.look()[SENTENCE]) == 170, "the longest sentence of a figure"
                page.wait_for_function(f"({CLIPPED})().length === 0")
                figure.element.evaluate(WATCH_HEIGHT)
                before = figure.look()
                figure.drag(figure.sliders[0], 0.6)
                figure.wait_for_change(before, PIXELS, SENTENCE)
                figure.do(figure.button("reset").click)  # else the next look may come too early
                assert page.evaluate("heights.size") == 1
        finally:
            page.set_viewport_size(wide)

    def test_panels_stand_below_each_other_where_the_page_is_narrow(self, page: Page):
        """Knobs stay where the hand has left them; large text goes with both."""
        figure = figures(page)[2]
        figure.wait_until_drawn()
        for _ in range(3):
            figure.do(lambda: figure.press(figure.sliders[0], "ArrowRight"))
        place, said = figure.place(), figure.look()[SENTENCE]
        wide = page.viewport_size
        full = figure.element.evaluate(HEIGHT)
        assert full < 0.5
        try:
            page.set_viewport_size(wide | {"width": self.narrow})
            figure.wait_until_narrow(True)
            assert figure.element.evaluate(HEIGHT) > 2  # three panels
            assert (figure.place(), figure.look()[SENTENCE]) == (place, said)
            before = figure.look()
            figure.press(figure.sliders[0], "ArrowRight")
            figure.wait_for_change(before, PIXELS, SENTENCE)
            figure.do(figure.button("large text").click)
            page.set_viewport_size(wide)
            figure.wait_until_narrow(False)
            assert figure.element.evaluate(HEIGHT) == pytest.approx(LARGE * full, rel=0.01)
            figure.do(figure.button("large text").click)
            assert figure.element.evaluate(HEIGHT) == pytest.approx(full, rel=0.01)
        finally:
            page.set_viewport_size(wide)
        figure.do(figure.button("reset").click)

    def test_a_key_press_brings_one_frame(self, page: Page):
        """A key press brings one frame, where none can be sent ahead."""
        expect(page.locator(".bn-figure:not(.bn-training) canvas.bn-moving")).to_have_count(3)
        figure = figures(page)[1]
        figure.wait_until_drawn()
        page.evaluate(COUNT)
        came = []
        for _ in range(6):
            before = figure.look()
            page.evaluate("count = 0")
            figure.press(figure.sliders[0], "ArrowRight")
            figure.wait_for_change(before, PIXELS, SENTENCE)
            figure.do(figure.button("reset").click)
            came.append(page.evaluate("count"))
        # One for the key, one for reset. A slow kernel is asked again after a while.
        assert min(came) == 2, came

    def test_work_ahead_waits_for_a_hand(self, page: Page):
        """Positions that nobody visits are computed only while a hand is near the figure."""
        expect(page.locator(".bn-figure canvas.bn-moving")).to_have_count(3)
        figure = figures(page)[2]
        figure.wait_until_drawn()
        page.mouse.move(0, 0)
        page.wait_for_timeout(1000)
        before = calls(page)
        page.wait_for_timeout(1500)
        assert calls(page) == before, "the page is only read"
        figure.explorer.locator(".bn-stage").hover()
        for _ in range(20):  # until the kernel has come to it
            page.wait_for_timeout(500)
            if (now := calls(page)) > before:
                break
        assert now > before

    def test_keys_in_a_figure_stay_there(self, page: Page):
        """x, a, b, d do nothing to cells while a knob has the focus; Shift+Enter runs the cell."""
        cells = page.locator(".jp-CodeCell")
        count = cells.count()
        figure = figures(page)[2]
        figure.wait_until_drawn()
        figure.sliders[0].focus()
        for key in ("x", "a", "b", "d", "d", "m", "Shift+M", "z"):
            page.keyboard.press(key)
        assert cells.count() == count
        page.keyboard.press("ArrowDown")
        expect(figure.explorer.locator(".bn-readout").first).to_have_value("0.95")
        runs = page.evaluate(RUNS)
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(f"before => ({RUNS})() > before", arg=runs)

    def test_a_knob_says_its_name_and_its_value(self, page: Page):
        """Screen readers hear a name and a value, which can be typed too."""
        figure = figures(page)[0]
        figure.wait_until_drawn()
        slider = figure.explorer.get_by_role("slider", name="β")
        expect(slider).to_have_attribute("aria-valuetext", "0.00")
        readout = figure.explorer.get_by_role("textbox", name="β: type a value")
        for typed, shown in (("1.9", "1.88"), ("many", "1.88"), ("−7", "0.00")):
            readout.fill(typed)
            page.keyboard.press("Enter")
            expect(readout).to_have_value(shown)
            expect(slider).to_have_attribute("aria-valuetext", shown)

    def test_a_button_pressed_after_moves_counts(self, page: Page):
        """A button that is pressed after a slider has moved counts, even with a busy kernel."""
        expect(page.locator(".bn-figure:not(.bn-training) canvas.bn-moving")).to_have_count(3)
        figure = figures(page)[0]
        figure.wait_until_drawn()
        start = figure.look()
        beta = figure.sliders[1]
        page.evaluate(BUSY)
        figure.press(beta, "End")
        figure.press(beta, "ArrowLeft")
        figure.do(figure.button("reset").click)
        figure.wait_for(start)  # the press itself may have had to wait for the kernel
        figure.do()  # what comes after it would be seen now
        assert figure.look() == start
        assert beta.get_attribute("aria-valuetext") == "0.00"

    def test_a_mistake_is_shown_and_the_last_good_picture_stays(self, page: Page):
        """What is wrong with the learner's function is shown, and the last good picture stays."""
        expect(page.locator(".bn-figure:not(.bn-training) canvas.bn-moving")).to_have_count(3)
        figure = figures(page)[0]
        figure.wait_until_drawn()
        gamma = figure.sliders[0]
        sentence = figure.explorer.locator(".bn-sentence")
        spoken = figure.explorer.locator(".bn-spoken")

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

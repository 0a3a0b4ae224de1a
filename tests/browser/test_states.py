"""What a figure says of itself when the kernel is busy, silent or gone, or its cell runs anew.

In JupyterLab; a figure of one slider, along which frames are made ahead, and one menu, along which
they are not.
"""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.browser import front_end, lesson

FIGURE = """
import os
import time
import numpy as np
from bn_lib.data import two_humped
from bn_lib.figures import Overlay
from bn_lib.live import explore
from bn_lib.normalization import normalize

H = two_humped(256, np.random.default_rng(0))

def transform(gamma=1.0, beta=0.0):
    return gamma * normalize(H) + beta

figure = explore(transform, Overlay(before=H), gamma=(-1, 4, 0.05), beta=[0.0, 1.0, 2.0])
figure
"""
BUSY = "time.sleep(float(os.environ.get('BUSY', 0)))"
PROCESS = "print('process', os.getpid())"
SOON = 2000  # ms in which words must be there

RUN = "name => { jupyterapp.commands.execute(name) }"
KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
# Until a frame has been made for each position of the slider. On a loaded machine the function may
# seem slow, and the figure leaves off, as it should; it is told to go on.
MADE = f"""async () => {{
    const goOn = "figure.ahead.way == 'slow' and figure.ahead.around(figure.ahead.at, rest=0)";
    const expressions = {{ goOn, n: "len(figure.ahead.sent)" }};
    const asks = {{ code: "", silent: true, user_expressions: expressions }};
    for (;;) {{
        const {{ content }} = await {KERNEL}.requestExecute(asks).done;
        if (Number(content.user_expressions.n.data["text/plain"]) >= 101) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }}
}}"""
EXECUTE = f"code => {{ {KERNEL}.requestExecute({{ code }}) }}"


class Line:
    """The page's connection to its kernels, which can be cut and mended."""

    def __init__(self):
        self.is_cut, self.sockets = False, []

    def join(self, page: Page) -> None:
        page.route_web_socket(re.compile("/channels"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close()
        else:
            socket.connect_to_server()  # and pass on what either says
            self.sockets.append(socket)

    def cut(self) -> None:
        self.is_cut = True
        while self.sockets:
            self.sockets.pop().close()

    def mend(self) -> None:
        self.is_cut = False


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def page(request, new_page, server, tmp_path: Path) -> Iterator[Page]:
    name = lesson.write(server.root, "states.ipynb", FIGURE, BUSY, PROCESS)
    with new_page() as page:
        page.picture = tmp_path / "page.png"
        if "line" in request.fixturenames:  # it slows down what the page says
            request.getfixturevalue("line").join(page)
        page.address = server.address("lab", name)
        front_end.open_notebook(page, page.address)
        front_end.run_all(page)
        expect(page.locator("canvas.bn-moving")).to_have_count(1)
        page.locator(".bn-stage").hover()
        front_end.finish(page, MADE)
        yield page


def says(page: Page, words: str, dimmed: bool, within: float = SOON) -> None:
    """The figure says something over its picture, which is dimmed or not."""
    expect(page.locator(".bn-status")).to_contain_text(words, timeout=within)
    stale = re.compile("bn-stale")
    figure = expect(page.locator(".bn-figure"))
    figure.to_have_class(stale) if dimmed else figure.not_to_have_class(stale)


def is_quiet(page: Page) -> None:
    """There is nothing to say: the picture is that of the knobs."""
    expect(page.locator(".bn-status")).to_be_hidden()
    expect(page.locator(".bn-figure")).not_to_have_class(re.compile("bn-stale|bn-wrong"))


def shown(page: Page) -> Locator:
    return page.locator(".bn-sentence")


@pytest.mark.long
def test_while_a_cell_runs_frames_stay_in_use_and_words_say_so(page):
    page.evaluate(EXECUTE, "time.sleep(8)")
    slider = page.get_by_role("slider")
    slider.press("End")
    expect(shown(page)).to_contain_text("γ = 4.000, β = 0.000", timeout=SOON)
    says(page, "as before the running cell", dimmed=False)
    page.locator(".bn-figure select").select_option("2.0")
    says(page, "busy with a cell", dimmed=True)
    expect(shown(page)).to_contain_text("γ = 4.000, β = 0.000")
    expect(shown(page)).to_contain_text("γ = 4.000, β = 2.000")  # when the cell has ended
    is_quiet(page)


def test_what_a_cell_changes_is_seen_after_it(page):
    page.evaluate(EXECUTE, "H = H + 100")
    page.wait_for_timeout(500)
    before = shown(page).text_content()
    page.get_by_role("slider").press("ArrowRight")
    expect(shown(page)).to_contain_text("γ = 1.050")
    assert shown(page).text_content() != before
    is_quiet(page)


def test_a_slow_call_says_so_and_what_it_prints_is_shown(page):
    slow = "def normalize(H):\n    time.sleep(3)\n    print('slowly')\n    return H"
    page.evaluate(EXECUTE, slow)
    page.wait_for_timeout(500)
    page.locator(".bn-figure select").select_option("1.0")
    says(page, "computing", dimmed=True)
    expect(shown(page)).to_contain_text("β = 1.000")
    expect(page.locator(".bn-printed")).to_contain_text("slowly")
    is_quiet(page)


@pytest.mark.long
def test_a_kernel_that_does_not_answer(page):
    process = int(re.search(r"process (\d+)", page.locator(".jp-Notebook").inner_text())[1])
    os.kill(process, signal.SIGSTOP)
    try:
        page.locator(".bn-figure select").select_option("1.0")
        says(page, "does not answer", dimmed=True)
    finally:
        os.kill(process, signal.SIGCONT)
    expect(shown(page)).to_contain_text("β = 1.000")
    is_quiet(page)


@pytest.mark.long
def test_a_connection_that_is_lost_and_comes_back(page, line):
    """What is here already is shown, words say what is not, and nothing that was asked is lost."""
    line.cut()
    slider = page.get_by_role("slider")
    slider.press("End")
    expect(shown(page)).to_contain_text("γ = 4.000, β = 0.000", timeout=SOON)
    page.locator(".bn-figure select").select_option("2.0")
    says(page, "does not answer", dimmed=True)
    expect(shown(page)).to_contain_text("γ = 4.000, β = 0.000")
    line.mend()
    expect(shown(page)).to_contain_text("γ = 4.000, β = 2.000")
    is_quiet(page)


def test_a_kernel_that_is_gone(page):
    page.evaluate(f"() => {{ {KERNEL}.restart() }}")
    says(page, "The kernel has ended", dimmed=True)
    expect(page.get_by_role("slider")).to_be_disabled()
    expect(page.get_by_role("button", name="reset")).to_be_disabled()
    page.wait_for_function(f"() => {KERNEL}.status === 'idle'")


def test_run_all_keeps_the_position_of_the_knobs(page):
    slider = page.get_by_role("slider")
    slider.press("End")
    expect(shown(page)).to_contain_text("γ = 4.000")
    front_end.run_all(page)
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "4.00")
    expect(shown(page)).to_contain_text("γ = 4.000")
    page.get_by_role("button", name="reset").click()
    expect(shown(page)).to_contain_text("γ = 1.000")


def test_a_second_tab_lives_and_says_when_it_is_left_behind(page, new_page):
    page.evaluate(RUN, "docmanager:save")
    page.wait_for_timeout(500)
    other = page.context.new_page()
    front_end.open_notebook(other, page.address)
    expect(other.locator("canvas.bn-moving")).to_have_count(1)
    other.get_by_role("slider").press("End")
    expect(shown(other)).to_contain_text("γ = 4.000")
    is_quiet(other)
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "4.00")  # both follow
    front_end.run_all(page)
    says(other, "run again elsewhere", dimmed=True)
    expect(shown(other)).to_contain_text("γ = 4.000")
    expect(other.get_by_role("slider")).to_be_disabled()
    is_quiet(page)

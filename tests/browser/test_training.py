"""Training in JupyterLab and Notebook 7: seen while it runs, stopped by button or interrupt."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser import front_end, lesson
from tests.browser.conftest import Servers
from tests.browser.figure import PIXELS, SENTENCE, Figure

SETUP = """
import numpy as np
from bn_lib.data import digits
from bn_lib.figures.curves import Curves
from bn_lib.live import watch
from bn_lib.measure import accuracy
from bn_lib.network import BatchNorm, Sigmoid, dense
from bn_lib.training import SGD, Training

d = digits()

def train(norm):
    network = dense([64, 20, 20, 10], Sigmoid, np.random.default_rng(0), norm)
    probes = {"accuracy": lambda network: accuracy(network, d.test_x, d.test_labels)}
    rng = np.random.default_rng(1)
    return Training(network, d.x, d.labels, SGD(0.5), rng, 64, probes=probes, every=50)

both = {"no BN": train(None), "BN": train(BatchNorm)}
"""
WATCH = "print('before')\nawait watch(both, Curves(both, 10**5), until=10**5)"
STOP = re.compile("stop$")  # an icon stands before the word
STOPPED = re.compile(r"after [\d,]+ steps: no BN [\d.]+ %, BN [\d.]+ % · Stopped after [\d,]+ of")
GO_ON = """
at = both["BN"].step
await watch(both, Curves(both, at + 100), until=at + 100)
"""
INTERRUPT = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()"


@pytest.fixture(scope="module", params=list(front_end.PAGES))
def front(request: pytest.FixtureRequest, new_page, server: Servers) -> Iterator[Page]:
    """A page with a notebook in which two networks train, for hours if nobody stops them."""
    name = lesson.write(server.root, "training.ipynb", SETUP, WATCH, GO_ON, "'the rest'")
    with new_page() as page:
        front_end.open_notebook(page, server.address(request.param, name))
        yield page


@pytest.fixture
def page(front: Page, tmp_path: Path) -> Page:
    """The page, in which all cells have just been started."""
    front.picture = tmp_path / "page.png"
    front.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    front_end.start_all(front)
    return front


def watched(page: Page) -> None:
    """See that the picture grows while the cell runs, in large text too."""
    button = page.get_by_role("button", name=STOP)
    expect(button).to_be_enabled()
    expect(page.locator(".bn-training")).to_have_count(1)
    training = Figure(page, page.locator(".bn-training"))
    training.wait_until_drawn()
    expect(page.locator(".bn-training div.widget-label")).to_have_text(
        re.compile(r"[\d,]+ of 100,000 steps, about \d+ (s|min) left")
    )
    training.wait_for_change(training.look(), PIXELS, SENTENCE)
    still = training.explorer.locator("img.bn-still")
    picture = still.get_attribute("src")
    training.button("large text").click()
    expect(still).not_to_have_attribute("src", picture)
    training.wait_for_change(training.look(), PIXELS, SENTENCE)
    assert not page.evaluate("window.haveRun")


def test_the_stop_button_stops_while_the_cell_runs_and_training_goes_on(page):
    watched(page)
    page.get_by_role("button", name=STOP).click()
    page.wait_for_function("window.haveRun")
    expect(page.get_by_text("'the rest'").last).to_be_visible()

    # Each picture is there once, at its end, in the cell of its own.
    expect(page.locator("canvas.bn-moving")).to_have_count(2)
    expect(page.locator(".jp-RenderedImage img")).to_have_count(0)
    first, second = page.locator(".bn-sentence").all()
    expect(first).to_have_text(STOPPED)
    expect(second).to_have_text(re.compile(r"after [\d,]+ steps: no BN [\d.]+ %, BN [\d.]+ %$"))
    steps = [
        int(re.search(r"[\d,]+", s.text_content())[0].replace(",", "")) for s in (first, second)
    ]
    assert steps[1] > steps[0] > 0
    for button in page.get_by_role("button", name=STOP).all():
        expect(button).to_be_disabled()
    expect(page.locator(".jp-OutputArea", has_text="Error displaying widget")).to_have_count(0)


def test_jupyters_interrupt_stops_it_in_words_and_what_comes_after(page):
    watched(page)
    page.evaluate(INTERRUPT)
    page.wait_for_function("window.haveRun")
    expect(page.locator("canvas.bn-moving")).to_have_count(1)
    expect(page.locator(".bn-sentence")).to_have_text(STOPPED)
    error = page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']")
    expect(
        error.or_(page.locator(".jp-RenderedText[data-mime-type*='stderr']")).first
    ).to_have_text(
        re.compile(r"^Stopped after [\d,]+ of 100,000 steps; .* goes on from here\.\s*$")
    )
    expect(page.locator(".jp-OutputArea-output", has_text="'the rest'")).to_have_count(0)


def test_notebook_05_trains_until_it_is_stopped_and_goes_on(new_page, server):
    """Its own cells, but for the number of steps: a click must not come too late."""
    [path] = server.root.glob("05*.ipynb")
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    [at] = [i for i, source in enumerate(cells) if "await watch(" in source]
    before, watching = cells[at].split("await watch(")
    longer = re.sub(r"until=\d+", "until=100_000", f"await watch({watching}")
    assert "until=100_000" in longer
    again = "more = min(job.step for job in jobs.values()) + 60\n"
    again += longer.replace("until=100_000", "until=more")
    name = lesson.write(server.root, "05_long.ipynb", *cells[:at], before, longer, again)
    with new_page() as page:
        front_end.open_notebook(page, server.address("lab", name))
        front_end.start_all(page)
        watched(page)
        page.get_by_role("button", name=STOP).click()
        page.wait_for_function("window.haveRun")
        stopped, at_end = page.locator(".bn-training").all()
        expect(stopped.locator(".bn-sentence")).to_have_text(
            re.compile(r"Stopped after [\d,]+ of 100,000 steps; .* goes on from here\.$")
        )
        expect(at_end.locator("div.widget-label")).to_have_text(re.compile(r"^(\S+) of \1 steps$"))

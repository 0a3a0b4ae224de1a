"""Training in JupyterLab and Notebook 7: seen while it runs, stopped by button or interrupt."""

import re

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser import front_end

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
STOPPED = re.compile(r"after [\d,]+ steps: no BN [\d.]+ %, BN [\d.]+ % · Stopped after [\d,]+ of")
GO_ON = """
at = both["BN"].step
await watch(both, Curves(both, at + 100), until=at + 100)
"""
START = """() => {
    window.haveRun = false;
    const run = jupyterapp.commands.execute("notebook:run-all-cells");
    run.finally(() => (window.haveRun = true));
}"""
INTERRUPT = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()"
PIXELS = """canvas => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Uint32Array(pixels.data.buffer).reduce((hash, word) => (31 * hash + word) | 0, 0);
}"""


@pytest.fixture(params=list(front_end.PAGES))
def training(request: pytest.FixtureRequest, page: Page, server: front_end.Server) -> Page:
    """A page in which two networks train, for hours if nobody stops them."""
    cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, WATCH, GO_ON, "'the rest'")]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.write(notebook, server.root / "training.ipynb")
    front_end.open_notebook(page, server.address(request.param, "training.ipynb"))
    page.evaluate(START)
    return page


def watched(page: Page) -> None:
    """See that the picture grows while the cell runs."""
    canvas = page.locator("canvas.bn-moving")
    expect(canvas).to_have_count(1)
    canvas.scroll_into_view_if_needed()
    page.wait_for_function("canvas => canvas.width > 0", arg=canvas.element_handle())
    expect(page.locator(".bn-training div.widget-label")).to_have_text(
        re.compile(r"[\d,]+ of 100,000 steps, about \d+ (s|min) left")
    )
    before, said = canvas.evaluate(PIXELS), page.locator(".bn-sentence").text_content()
    page.wait_for_function(
        f"([canvas, before]) => ({PIXELS})(canvas) !== before",
        arg=[canvas.element_handle(), before],
    )
    expect(page.locator(".bn-sentence")).not_to_have_text(said)
    assert not page.evaluate("window.haveRun")


def test_the_stop_button_stops_while_the_cell_runs_and_training_goes_on(training):
    page = training
    watched(page)
    page.get_by_role("button", name=re.compile("stop$")).click()
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
    for button in page.get_by_role("button", name=re.compile("stop$")).all():
        expect(button).to_be_disabled()
    expect(page.locator(".jp-OutputArea", has_text="Error displaying widget")).to_have_count(0)


def test_jupyters_interrupt_stops_it_in_words_and_what_comes_after(training):
    page = training
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

"""Training in a page of Jupyter: seen while it runs, stopped by button or interrupt."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import front_end
from tests.browser.figure import PIXELS, SENTENCE, Figure

SETUP = """
import numpy as np
from bn_lib.data import digits
from bn_lib.figures import Curves
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
STOP = "stop"
SHARES = r"after [\d,]+ steps: no BN [\d.]+\s%, BN [\d.]+\s%"  # a space that does not break
STOPPED = re.compile(SHARES + r" · Stopped after [\d,]+ of")
GO_ON = """
at = both["BN"].step
await watch(both, Curves(both, at + 100), until=at + 100)
"""
INTERRUPT = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()"
ERROR = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']"
STDERR = ".jp-RenderedText[data-mime-type*='stderr']"
CELLS = (SETUP, WATCH, GO_ON, "'the rest'")


def watched(page: Page) -> None:
    """See that the picture grows while the cell runs, in large text too."""
    button = page.get_by_role("button", name=STOP)
    expect(button).to_be_enabled()
    expect(page.locator(".bn-training")).to_have_count(1)
    training = Figure(page, page.locator(".bn-training"))
    training.wait_until_drawn()
    expect(page.locator(".bn-count")).to_have_text(
        re.compile(r"[\d,]+ of 100,000 steps, about \d+ (s|min) left")
    )
    training.wait_for_change(training.look(), PIXELS, SENTENCE)
    still = training.explorer.locator("img.bn-still")
    picture = still.get_attribute("src")
    training.button("large text").click()
    expect(still).not_to_have_attribute("src", picture)
    training.wait_for_change(training.look(), PIXELS, SENTENCE)
    assert not page.evaluate("window.haveRun")


class LongTraining:
    """A notebook of CELLS, in which two networks train, for hours if nobody stops them.

    It is open in the fixture `page`.
    """

    @pytest.fixture(autouse=True)
    @staticmethod
    def started(page: Page) -> None:
        """All cells have just been started."""
        front_end.finish(
            page, "() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"
        )
        front_end.start_all(page)

    def test_the_stop_button_stops_while_the_cell_runs_and_training_goes_on(self, page: Page):
        """The stop button stops while the cell runs, and training goes on from there."""
        watched(page)
        page.get_by_role("button", name=STOP).click()
        page.wait_for_function("window.haveRun")
        expect(page.get_by_text("'the rest'").last).to_be_visible()

        # Each picture is there once, at its end, in the cell of its own.
        expect(page.locator("canvas.bn-moving")).to_have_count(2)
        expect(page.locator(".jp-RenderedImage img")).to_have_count(0)
        first, second = page.locator(".bn-sentence").all()
        expect(first).to_have_text(STOPPED)
        expect(second).to_have_text(re.compile(SHARES + "$"))
        steps = [
            int(re.search(r"[\d,]+", s.text_content())[0].replace(",", "")) for s in (first, second)
        ]
        assert steps[1] > steps[0] > 0
        for button in page.get_by_role("button", name=STOP).all():
            expect(button).to_be_disabled()
        expect(page.locator(".jp-OutputArea", has_text="Error displaying widget")).to_have_count(0)

    def test_jupyters_interrupt_stops_it_in_words_and_what_comes_after(self, page: Page):
        """Jupyter's own interrupt stops it in words, and what comes after it."""
        watched(page)
        page.evaluate(INTERRUPT)
        page.wait_for_function("window.haveRun")
        expect(page.locator("canvas.bn-moving")).to_have_count(1)
        expect(page.locator(".bn-sentence")).to_have_text(STOPPED)
        error, stderr = map(page.locator, (ERROR, STDERR))
        expect(error.or_(stderr).first).to_have_text(
            re.compile(r"^Stopped after [\d,]+ of 100,000 steps; .* goes on from here\.\s*$")
        )
        expect(page.locator(".jp-OutputArea-output", has_text="'the rest'")).to_have_count(0)

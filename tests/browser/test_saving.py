"""A learner's own notebook, saved: it stays live while its kernel lives, and is readable after."""

import re

from playwright.sync_api import expect

from tests.browser import front_end, lesson

FIGURE = """
import numpy as np
from bn_lib.data import two_humped
from bn_lib.figures import Overlay
from bn_lib.live import explore
from bn_lib.normalization import normalize

H = two_humped(256, np.random.default_rng(0))

def transform(gamma=1.0, beta=0.0):
    return gamma * normalize(H) + beta

explore(transform, Overlay(before=H), gamma=(-1, 4, 0.05), beta=(-1, 6, 0.05))
"""
LIVE = "canvas.bn-moving"
ERROR = re.compile("Error displaying widget|model not found")


def test_a_saved_notebook_shows_its_pictures_the_next_day(new_page, server, tmp_path):
    name = lesson.write(server.root, "own.ipynb", lesson.QUESTION, lesson.COMPARISON, FIGURE)
    with new_page() as page:
        front_end.open_notebook(page, server.address("lab", name))
        front_end.run_all(page)
        expect(page.locator(LIVE)).to_have_count(1)
        page.evaluate("jupyterapp.commands.execute('docmanager:save')")
        page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")

        front_end.open_notebook(page, server.address("lab", name))  # a page that is loaded again
        expect(page.locator(LIVE)).to_have_count(1)
        expect(page.locator(".bn-lesson button")).to_have_count(3)
    # the kernel has ended with the page
    with new_page() as page:
        front_end.open_notebook(page, server.address("lab", name))
        expect(page.locator(".jp-RenderedImage img")).to_have_count(1)
        expect(page.locator(".jp-OutputArea", has_text=ERROR)).to_have_count(0)
        expect(page.locator(LIVE)).to_have_count(0)
        answer = page.locator(".jp-OutputArea details")
        expect(answer).to_contain_text("Make a guess first")
        expect(answer.locator("p")).to_be_hidden()
        page.screenshot(path=tmp_path / "reopened.png")
        front_end.run_all(page)
        expect(page.locator(LIVE)).to_have_count(1)

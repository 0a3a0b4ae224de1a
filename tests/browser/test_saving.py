"""A learner's own notebook, saved: it stays live while its kernel lives, and is readable after."""

import re

import nbformat
import numpy as np
from ipywidgets import Widget
from playwright.sync_api import expect

from bn_lib.data import two_humped
from bn_lib.figures import Overlay
from bn_lib.live import explore
from bn_lib.saving import MARK, WIDGET_VIEW
from tests.browser import front_end, lesson

FIGURE = """
import numpy as np
from bn_lib.data import two_humped
from bn_lib.figures import Overlay
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
# JupyterLab shows no widget of a notebook that came from elsewhere before its reader trusts it.
TRUST = """() => {
    for (const cell of jupyterapp.shell.currentWidget.content.widgets) cell.model.trusted = true;
}"""
ERROR = re.compile("Error displaying widget|model not found")


def test_a_saved_notebook_shows_its_pictures_the_next_day(new_page, server, tmp_path):
    name = lesson.write(server.root, "own.ipynb", lesson.QUESTION, lesson.COMPARISON, FIGURE)
    with new_page() as page:
        address = server.address("lab", name)
        front_end.open_notebook(page, address)
        front_end.run_all(page)
        expect(page.locator(LIVE)).to_have_count(1)
        slider = page.get_by_role("slider", name="γ")
        slider.press("End")
        front_end.finish(page, "() => jupyterapp.commands.execute('docmanager:save')")
        page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")

        front_end.open_notebook(page, address)  # the tab is loaded again
        expect(page.locator(LIVE)).to_have_count(1)
        expect(page.locator(".bn-lesson button")).to_have_count(3)
        expect(slider).to_have_attribute("aria-valuetext", "4.00")
        slider.press("Home")
        expect(page.locator(".bn-sentence")).to_contain_text("γ = −1.000")
        expect(page.locator(".bn-status")).to_be_hidden()
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


def test_a_figure_whose_state_comes_from_a_file_says_so(new_page, server):
    """Saved by a front end that keeps widgets in notebooks, and by a server without `saving`."""
    H = two_humped(256, np.random.default_rng(0))
    picture = Overlay(before=H)
    figure = explore(lambda gamma, beta: gamma * H, picture, gamma=(-1, 4, 0.05), beta=[0.0])
    view = figure._repr_mimebundle_()[0][WIDGET_VIEW]
    name = lesson.write(server.root, "with_state.ipynb", FIGURE)
    notebook = nbformat.read(server.root / name, as_version=4)
    del view[MARK]
    notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", {WIDGET_VIEW: view})]
    state = Widget.get_manager_state(widgets=[figure.canvas, figure.canvas.layout])
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": state}
    nbformat.write(notebook, server.root / name)
    figure.close()
    with new_page() as page:
        front_end.open_notebook(page, server.address("lab", name))
        page.evaluate(TRUST)
        expect(page.locator(".bn-status")).to_contain_text("was saved with the notebook")
        expect(page.locator(".bn-figure")).to_have_class(re.compile("bn-stale"))
        expect(page.locator(".bn-sentence")).to_contain_text("γ = 1.500")
        assert page.locator(LIVE).evaluate("canvas => canvas.width > 0")
        expect(page.get_by_role("slider", name="γ")).to_be_disabled()
        for button in page.locator(".bn-figure button").all():
            expect(button).to_be_disabled()
        front_end.run_all(page)
        expect(page.locator(".bn-status")).to_be_hidden()
        page.get_by_role("slider", name="γ").press("End")
        expect(page.locator(".bn-sentence")).to_contain_text("γ = 4.000")

"""The course in JupyterLab: every live figure, moved by mouse and keyboard as a learner would.

Each notebook is run, each figure drawn, and one slider moved by keyboard and mouse. Every knob of
every figure is driven in some notebooks, in which each kind of knob is, and by `make browsers` in
all the others; without a browser `make test` drives every knob of all (tests/notebooks/driver.py).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser import front_end, lesson, training
from tests.browser.conftest import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("[0-9][0-9]*.ipynb"))
DRIVEN = ("00", "02", "03", "05", "09")

DEBUGGER = (
    "Could not restore the debugger state: "
    "Canceled future for debug_request message before replies were done"
)


@pytest.fixture(scope="module")
def lab(new_page, server) -> Iterator[Page]:
    """JupyterLab, in which one notebook after the other is opened."""
    name = lesson.write(server.root, "plain.ipynb", "1 + 1")
    with new_page() as page:
        front_end.open_notebook(page, server.address("lab", name))
        front_end.run_all(page)
        # What the console says of a notebook without widgets, and when one is closed.
        page.usual = {*page.complaints, DEBUGGER}
        yield page


@pytest.fixture
def page(lab: Page, tmp_path: Path) -> Page:
    lab.picture = tmp_path / "page.png"
    lab.complaints.clear()
    return lab


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_lives(path, page, server):
    _check(page, server, path, thoroughly=path.name[:2] in DRIVEN)


@pytest.mark.long
@pytest.mark.parametrize(
    "path", [p for p in PATHS if p.name[:2] not in DRIVEN], ids=lambda path: path.stem
)
def test_every_knob_of_a_notebook(path, page, server):
    _check(page, server, path, thoroughly=True)


def _check(page: Page, server, path: Path, thoroughly: bool) -> None:
    front_end.open_in_lab(page, path.name)
    lesson.check_notebook(page, server.root / path.name, thoroughly)
    assert set(page.complaints) - page.usual == set()


class TestOwnFigures(lesson.OwnFigures):
    @pytest.fixture(autouse=True, scope="class")
    @staticmethod
    def cells(lab, server):
        name = lesson.write(server.root, "cells.ipynb", *lesson.CELLS)
        front_end.open_in_lab(lab, name)
        front_end.run_all(lab)


class TestLongTraining(training.LongTraining):
    @pytest.fixture(autouse=True, scope="class")
    @staticmethod
    def cells(lab, server):
        name = lesson.write(server.root, "training.ipynb", *training.CELLS)
        front_end.open_in_lab(lab, name)


def test_notebook_05_trains_until_it_is_stopped_and_goes_on(page, server):
    """Its own cells, except for the number of steps: a click must not come too late."""
    [path] = server.root.glob("05*.ipynb")
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    [at] = [i for i, source in enumerate(cells) if "await watch(" in source]
    before, watching = cells[at].split("await watch(")
    longer = re.sub(r"until=\d+", "until=100_000", f"await watch({watching}")
    assert "until=100_000" in longer
    again = "more = leaving.step + 60\n"
    again += longer.replace("until=100_000", "until=more")
    name = lesson.write(server.root, "05_long.ipynb", *cells[:at], before, longer, again)
    front_end.open_in_lab(page, name)
    front_end.start_all(page)
    training.watched(page)
    page.get_by_role("button", name=training.STOP).click()
    page.wait_for_function("window.haveRun")
    stopped, at_end = page.locator(".bn-training").all()
    expect(stopped.locator(".bn-sentence")).to_have_text(
        re.compile(r"Stopped after [\d,]+ of 100,000 steps; .* goes on from here\.$")
    )
    expect(at_end.locator(".bn-count")).to_have_text(re.compile(r"^(\S+) of \1 steps$"))

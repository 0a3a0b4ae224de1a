"""The course in JupyterLab: every live figure, moved by mouse and keyboard as a learner would."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import front_end, lesson
from tests.browser.conftest import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("[0-9][0-9]*.ipynb"))

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
    front_end.open_in_lab(page, path.name)
    lesson.check_notebook(page, server.root / path.name, thoroughly=True)
    assert set(page.complaints) - page.usual == set()


class TestOwnFigures(lesson.OwnFigures):
    @pytest.fixture(autouse=True, scope="class")
    @staticmethod
    def cells(lab, server):
        name = lesson.write(server.root, "cells.ipynb", *lesson.CELLS)
        front_end.open_in_lab(lab, name)
        front_end.run_all(lab)

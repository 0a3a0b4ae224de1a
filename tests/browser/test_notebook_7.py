"""The course in Notebook 7.

What moves is the same as in JupyterLab, where every knob of every notebook is driven; what is
around it is not: Notebook 7 has its own page, key bindings and styles. So three notebooks are
opened and run here too, in which each kind of knob is, and one slider is moved by keyboard and
mouse. That each kind is in them, tests/notebooks/test_committed.py shows.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import front_end, lesson, training
from tests.browser.conftest import NOTEBOOKS

OPENED = ("00", "02", "03")
PATHS = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name[:2] in OPENED]


@pytest.fixture(scope="module")
def tab(new_page) -> Iterator[Page]:
    """A tab of the browser, in which one notebook is opened after the other."""
    with new_page() as page:
        yield page


@pytest.fixture
def page(tab: Page, tmp_path: Path) -> Page:
    tab.picture = tmp_path / "page.png"
    return tab


@pytest.fixture(scope="module")
def cells(tab: Page, server) -> None:
    """Opens and runs a notebook of a question and of figures of a learner's own."""
    open_in(tab, server, lesson.write(server.root, "cells.ipynb", *lesson.CELLS))
    tab.usual = set(tab.complaints)  # what the console says before there are widgets
    front_end.run_all(tab)


def open_in(tab: Page, server, name: str) -> None:
    front_end.shut_down(tab)
    tab.complaints.clear()
    front_end.open_notebook(tab, server.address("notebook", name))


@pytest.mark.usefixtures("cells")
class TestOwnFigures(lesson.OwnFigures):
    narrow = 500


class TestLongTraining(training.LongTraining):
    @pytest.fixture(autouse=True, scope="class")
    @staticmethod
    def cells(tab, server):
        open_in(tab, server, lesson.write(server.root, "training.ipynb", *training.CELLS))


@pytest.mark.usefixtures("cells")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_lives(path, page, server):
    open_in(page, server, path.name)
    lesson.check_notebook(page, server.root / path.name, thoroughly=False)
    assert set(page.complaints) - page.usual == set()

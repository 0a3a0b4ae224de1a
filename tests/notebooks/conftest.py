"""The course's notebooks, one after the other."""

from pathlib import Path

import pytest
from nbformat import NotebookNode

from tools import notebooks


@pytest.fixture(params=notebooks.paths(), ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """Each notebook of the course."""
    return request.param


@pytest.fixture
def committed(path: Path) -> NotebookNode:
    """The notebook as it is in the repository."""
    return notebooks.read(path)

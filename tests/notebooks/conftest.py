"""The course's notebooks, each run once for all the tests that look at it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import build
import pytest
from nbformat import NotebookNode


@pytest.fixture(params=build.notebooks(), ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """Each notebook of the course."""
    return request.param


@pytest.fixture
def committed(path: Path) -> NotebookNode:
    """The notebook as it is in the repository."""
    return build.read(path)


class Runs:
    """Teacher's editions of notebooks that have been run, with their kernels still up."""

    def __init__(self, stack: ExitStack):
        self._stack = stack
        self._clients: dict[Path, build.NotebookClient] = {}
        self._errors: dict[Path, build.NotebookError] = {}

    def __getitem__(self, path: Path) -> build.NotebookClient:
        if path in self._errors:
            raise self._errors[path]
        if path not in self._clients:
            run = build.running(build.teachers_editions()[path.name])
            try:
                self._clients[path] = self._stack.enter_context(run)
            except build.NotebookError as error:
                self._errors[path] = error
                raise
        return self._clients[path]


@pytest.fixture(scope="session")
def runs() -> Iterator[Runs]:
    """Clients of notebooks after a run, by path: `client.nb` has the outputs, `client.kc` talks
    to the kernel. A kernel takes 1.5 s to start, so the tests of one process share it."""
    with ExitStack() as stack:
        yield Runs(stack)

"""The course's notebooks, each run once for all the tests of it and of its page."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from nbformat import NotebookNode

from bn_lib.live.export import Budget
from tools import notebooks
from tools.site.run import NotebookError, running

# Of a figure, so that tests of the site need not wait for 15,000.
BUDGET = Budget(frames=40)
# Files whose tests share the same runs; the first one has each notebook run in a test of its own.
OF_RUNS = ("test_pixels.py", "test_runs.py", "test_site.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are cores, since a browser and a kernel wait for each other."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a file's tests to one process, as `--dist loadfile` does, and those of OF_RUNS too."""
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return "runs" if file.endswith(OF_RUNS) else file

    return Files(config, log) if config.getoption("dist") == "loadfile" else None


class Runs:
    """Teacher's editions of notebooks that have been run, with their kernels still up.

    All is done in one thread, since Playwright, which may be in use, has the main one's event loop.
    """

    def __init__(self, folder: Path):
        self.folder = folder  # for the files of live figures
        self._stack = ExitStack()
        self._thread = ThreadPoolExecutor(1)
        self._clients: dict[Path, NotebookClient] = {}
        self._errors: dict[Path, Exception] = {}

    def __getitem__(self, path: Path) -> NotebookNode:
        """The notebook after its run."""
        if path not in self._clients:
            self._thread.submit(self._run, path).result()
        return self._clients[path].nb

    def _run(self, path: Path) -> None:
        if path in self._errors:
            raise self._errors[path]
        edition = notebooks.teachers_editions().get(path.name) or notebooks.read(path)
        try:
            run = running(edition, path.parent, BUDGET, self.folder)
            self._clients[path] = self._stack.enter_context(run)
        except NotebookError as error:
            self._errors[path] = error
            raise

    def ask(self, path: Path, source: str) -> str:
        """What a cell prints in the notebook's kernel."""
        assert self[path], "has run"
        return self._thread.submit(notebooks.run_beside, self._clients[path], source).result()

    def close(self) -> None:
        """End the kernels."""
        self._thread.submit(self._stack.close).result()
        self._thread.submit(lambda: ensure_event_loop().close()).result()  # that of the kernels
        self._thread.shutdown()


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Each notebook after a run, by path. A kernel takes 1.5 s to start, so all share it."""
    runs = Runs(tmp_path_factory.mktemp("figures"))
    yield runs
    runs.close()

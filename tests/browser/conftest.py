"""A Chromium and Jupyter's servers for the tests of this folder, a fresh page for each."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser import chromium, front_end

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
SIZE = {"width": 1280, "height": 1000}
# It asks the server for another icon of the tab whenever the kernel starts or ends something.
WITHOUT = ("@jupyterlab/application-extension:faviconbusy",)


# This folder's, not a session's: until Playwright has stopped, its event loop would be in the way
# of the tests that run notebooks.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not chromium.find():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(chromium.ADVICE)
    with sync_playwright() as playwright, front_end.browser(playwright) as browser:
        yield browser


class Servers:
    """A Jupyter server for each front end, started when it is first asked for.

    One for both would do, but it finds fonts by their name alone, and refuses the one of
    Notebook 7 after it has found that of JupyterLab.
    """

    def __init__(self, root: Path, home: Path, stack: ExitStack):
        self.root = root
        self._home = home
        self._stack = stack
        self._running: dict[str, front_end.Server] = {}

    def address(self, kind: str, notebook: str) -> str:
        """The page of a notebook in a front end."""
        if kind not in self._running:
            server = front_end.server(self.root, self._home / kind, WITHOUT)
            self._running[kind] = self._stack.enter_context(server)
        return self._running[kind].address(kind, notebook)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Serves a copy of the notebooks, so that the committed ones stay as they are."""
    home = tmp_path_factory.mktemp("jupyter")
    leave = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    shutil.copytree(NOTEBOOKS, home / "notebooks", ignore=leave)
    with ExitStack() as stack:
        yield Servers(home / "notebooks", home, stack)


@pytest.fixture(scope="module")
def new_page(browser: Browser) -> Callable[[], AbstractContextManager[Page]]:
    """Makes pages that know nothing of each other; `page.complaints` are the console's errors."""

    @contextmanager
    def new() -> Iterator[Page]:
        with browser.new_context(viewport=SIZE) as context:
            page = context.new_page()
            page.complaints = []
            page.on("console", lambda m: m.type == "error" and page.complaints.append(_said(m)))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            yield page
            front_end.shut_down(page)

    return new


def _said(message: ConsoleMessage) -> str:
    """A message of the console, with the address that it is about, if it is about one."""
    about = urlsplit(message.location["url"]).path if "load resource" in message.text else ""
    return f"{message.text} {about}".strip()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep a picture of the page when a test has failed, and say where it is."""
    report = yield
    if report.when == "call" and report.failed and "page" in item.funcargs:
        page = item.funcargs["page"]
        page.screenshot(path=page.picture)
        report.sections.append(("Screenshot", str(page.picture)))
    return report

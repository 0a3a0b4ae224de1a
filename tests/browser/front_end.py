"""Jupyter in a real browser: a server that knows no user's settings, and notebooks opened in it."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser import chromium

SECONDS = 90  # a loaded machine may be slow; what waits, waits for a condition
# The front ends, by their addresses. In a workspace of its own JupyterLab restores no other tab.
PAGES = {"lab": "lab/workspaces/{own}/tree/{notebook}", "notebook": "notebooks/{notebook}"}

# Without these, Chromium asks its maker for updates while we measure.
ARGUMENTS = (
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}


@dataclass
class Server:
    """A running Jupyter server: what it serves, and where it keeps its kernels' addresses."""

    root: Path
    port: int
    token: str
    runtime: Path

    def address(self, front_end: str, notebook: str, port: int | None = None) -> str:
        """The page of a notebook; another port is that of a proxy in between."""
        page = PAGES[front_end].format(own=secrets.token_hex(4), notebook=quote(notebook))
        return f"http://127.0.0.1:{port or self.port}/{page}?token={self.token}"


@contextmanager
def server(
    root: Path, home: Path, without: tuple[str, ...] = (), **environment: str
) -> Iterator[Server]:
    """Serve the folder `root` to JupyterLab and Notebook 7; settings and log are kept in `home`.

    without: plugins of JupyterLab that are left out.
    """
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(NO_NEWS))
    config = home / "config" / "labconfig"
    config.mkdir(parents=True, exist_ok=True)
    disabled = {"disabledExtensions": dict.fromkeys(without, True)}
    (config / "page_config.json").write_text(json.dumps(disabled))
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    own = {name: str(home / place) for name, place in places.items()}
    own |= {"JUPYTER_PREFER_ENV_PATH": "1"}  # the kernel of this environment, not of the user
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.root_dir={root}", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    command += ["--LabApp.expose_app_in_browser=True"]
    command += ["--JupyterNotebookApp.expose_app_in_browser=True"]
    log = home / "server.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            command, env=os.environ | own | environment, stdout=stream, stderr=stream
        )
        try:
            _wait_for(process, f"http://127.0.0.1:{port}/api/status?token={token}", log)
            yield Server(root, port, token, home / "runtime")
        finally:
            process.terminate()  # it ends its kernels before itself
            try:
                process.wait(SECONDS)
            finally:
                process.kill()


def _wait_for(process: subprocess.Popen, address: str, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urlopen(address, timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    ended = process.poll()
    process.kill()
    what = "does not answer" if ended is None else f"has ended by itself, with {ended}"
    raise RuntimeError(f"Jupyter's server {what}:\n{log.read_text()[-3000:]}")


def browser(playwright: Playwright) -> Browser:
    """Start the Chromium that `chromium.find` finds."""
    return playwright.chromium.launch(
        executable_path=chromium.find(), args=ARGUMENTS, chromium_sandbox=os.geteuid() != 0
    )


def open_notebook(page: Page, address: str) -> None:
    """Go to a notebook's page and wait until its kernel can be asked."""
    page.set_default_timeout(1000 * SECONDS)
    expect.set_options(timeout=1000 * SECONDS)
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    _wait_for_kernel(page)


def open_in_lab(page: Page, path: str) -> None:
    """Open a notebook in a page of JupyterLab that shows another one, which is closed.

    That takes a tenth of the time that JupyterLab's own page takes.
    """
    finish(
        page,
        """async path => {
            window.before = jupyterapp.shell.currentWidget;
            const open = { path, factory: "Notebook" };
            const panel = await jupyterapp.commands.execute("docmanager:open", open);
            jupyterapp.shell.activateById(panel.id);
        }""",
        path,
    )
    shown = "path => jupyterapp.shell.currentWidget?.context?.path === path"
    page.wait_for_function(shown, arg=path)
    _wait_for_kernel(page)
    finish(
        page,
        """async () => {
            const { id } = before.sessionContext.session;
            before.dispose(); // what is not saved needs no question
            await jupyterapp.serviceManager.sessions.shutdown(id);
        }""",
    )


def finish(page: Page, script: str, arg: object = None) -> None:
    """Run a function of the page that awaits something; `evaluate` would wait for ever."""
    page.wait_for_function(f"async (arg) => {{ await ({script})(arg); return true; }}", arg=arg)


def _wait_for_kernel(page: Page) -> None:
    """Wait for the kernel; from then on `unhandled` has the messages that it has not handled."""
    page.wait_for_function(
        """() => {
            const kernel = window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
            return kernel?.status === "idle";
        }"""
    )
    page.evaluate(
        """() => {
            const unhandled = (window.unhandled = new Set());
            const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
            kernel.anyMessage.connect((_, { msg, direction }) => {
                if (direction === "send" && msg.channel === "shell") {
                    unhandled.add(msg.header.msg_id);
                } else if (msg.content?.execution_state === "idle") {
                    unhandled.delete(msg.parent_header.msg_id);
                }
            });
        }"""
    )


def start_all(page: Page) -> None:
    """Let all cells run; `haveRun` tells when they have."""
    page.evaluate(
        """() => {
            window.haveRun = false;
            const run = jupyterapp.commands.execute("notebook:run-all-cells");
            run.finally(() => (window.haveRun = true));
        }"""
    )


def run_all(page: Page) -> None:
    """Run all cells, and wait until they have run.

    The longest train for a minute, and for several beside other tests on a slow machine.
    """
    start_all(page)
    page.wait_for_function("window.haveRun", timeout=4 * 1000 * SECONDS)


def said(page: Page) -> list[list[str]]:
    """The words in the outputs of each code cell, as the page's notebook would be saved."""
    return page.evaluate(
        """() => {
            const { cells } = jupyterapp.shell.currentWidget.content.model.toJSON();
            const text = (lines) => [lines].flat().join("");
            const words = (o) => text(o.text ?? o.data?.["text/plain"] ?? o.traceback);
            return cells.filter((c) => c.cell_type === "code").map((c) => c.outputs.map(words));
        }"""
    )


def shut_down(page: Page) -> None:
    """End the kernel of a page's notebook, so that it takes no time from the next one."""
    ending = "window.jupyterapp?.shell.currentWidget?.sessionContext?.shutdown()"
    page.evaluate(f"Promise.race([{ending}, new Promise((end) => setTimeout(end, 30000))])")

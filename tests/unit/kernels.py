"""A kernel as a front end sees it: cells are run, widgets are told what the browser would tell."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

SECONDS = 60  # a loaded machine may be slow


class Kernel:
    """A running kernel; `run` runs a cell, `tell` sends a message of the browser to a figure."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient):
        self.manager, self.client = manager, client
        self.messages: list[dict] = []  # all that has come since the last cell

    def run(self, code: str, cell: str | None = None, seconds: float = SECONDS) -> Ran:
        """Run a cell, with an id if the front end gives one; raises TimeoutError."""
        metadata = {} if cell is None else {"cellId": cell}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.messages = []
        self.client.shell_channel.send(message)
        self.until(lambda m: _is_idle(m, message["header"]["msg_id"]), seconds)
        own = message["header"]["msg_id"]
        return Ran([m for m in self.messages if m["parent_header"].get("msg_id") == own])

    def tell(self, figure: str, **content) -> None:
        """Send what a browser would send to the canvas of the figure in a variable."""
        comm = self.run(f"print({figure}.canvas.comm.comm_id)").text.strip()
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", {"comm_id": comm, "data": data})
        self.client.shell_channel.send(message)

    def heads(self, seconds: float = SECONDS) -> list[dict]:
        """The heads of the next frames that come from the kernel."""
        return self.until(lambda m: "heads" in custom(m), seconds)

    def until(self, wanted, seconds: float = SECONDS) -> dict:
        """Take messages until one is wanted, and return it; raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=max(end - time.monotonic(), 0.01))
            except Empty:
                break
            self.messages.append(message)
            if wanted(message):
                return message
        raise TimeoutError(f"nothing in {seconds} s; is the kernel alive: {self.is_alive()}")

    def is_alive(self) -> bool:
        """Whether its process is there."""
        return self.manager.is_alive()


class Ran:
    """What a cell has put under itself."""

    def __init__(self, messages: list[dict]):
        contents = [(m["msg_type"], m["content"]) for m in messages]
        self.text = "".join(c["text"] for kind, c in contents if kind == "stream")
        self.errors = ["\n".join(c["traceback"]) for kind, c in contents if kind == "error"]
        self.data = [c["data"] for _, c in contents if "data" in c and "metadata" in c]


def custom(message: dict) -> dict:
    """What a widget's custom message says; nothing for other messages."""
    data = message["content"].get("data", {}) if message["msg_type"] == "comm_msg" else {}
    return data.get("content", {}) if data.get("method") == "custom" else {}


def state(message: dict) -> dict:
    """The traits that a widget's message sets in the browser; nothing for other messages."""
    data = message["content"].get("data", {}) if message["msg_type"] == "comm_msg" else {}
    return data.get("state", {})


def _is_idle(message: dict, parent: str) -> bool:
    return (
        message["parent_header"].get("msg_id") == parent
        and message["content"].get("execution_state") == "idle"
    )


@contextmanager
def running(*cells: str) -> Iterator[Kernel]:
    """A fresh kernel in which cells have been run."""
    manager = KernelManager(transport="ipc")  # ports may be taken by another test's kernel
    manager.start_kernel()
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=SECONDS)
        kernel = Kernel(manager, client)
        for code in cells:
            ran = kernel.run(code)
            assert not ran.errors, ran.errors
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

"""What a cell has made is given back when the cell runs again.

Without this, every figure that a cell has ever shown would live until the kernel ends.
"""

import functools
import os
from typing import Protocol

import ipywidgets as widgets
from IPython import get_ipython

from bn_lib.saving import MARK, WIDGET_VIEW


class Closes(Protocol):
    """Something live that a cell shows."""

    def close(self) -> None:
        """Give back what it holds in the kernel and in the browser."""


# What each cell has made, by its id or else its text: the number of a run and what that run made.
_made_by: dict[str, dict[int, list[Closes]]] = {}
# Without ids, two cells with the same text cannot be told from two runs of one: both stay alive.
RUNS_BY_TEXT = 2


def replace(live: Closes, shell) -> None:
    """Close what an earlier run of the cell that runs now has made, and keep `live` in its place.

    Where the front end does not say which cell it runs, the cell's text stands for it, and the
    last two runs of it are kept. shell: IPython's, or None in a plain Python program, where there
    are no cells.
    """
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell, keep = parent.get("metadata", {}).get("cellId"), 1
    if cell is None:
        cell, keep = parent.get("content", {}).get("code"), RUNS_BY_TEXT
    if cell is None:
        return
    runs = _made_by.setdefault(cell, {})
    runs.setdefault(shell.execution_count, []).append(live)
    for run in list(runs)[:-keep]:
        for old in runs.pop(run):
            old.close()


def view_of(widget: widgets.Widget) -> dict:
    """The output that is a widget, with the mark by which `bn_lib.saving` knows it.

    ipywidgets 7 has no `_repr_mimebundle_`, which makes it in ipywidgets 8.
    """
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {WIDGET_VIEW: view | {MARK: _kernel()}}


@functools.cache
def _kernel() -> list:
    """The kernel's connection file and the number of its process; the server knows both."""
    application = getattr(getattr(get_ipython(), "kernel", None), "parent", None)
    return [os.path.basename(getattr(application, "connection_file", "")), os.getpid()]


def close(widget: widgets.Widget) -> None:
    """Close a widget, all that is in it, and their layouts and styles."""
    for child in getattr(widget, "children", ()):
        close(child)
    for part in ("layout", "style"):
        if hasattr(widget, part):
            getattr(widget, part).close()
    widget.close()

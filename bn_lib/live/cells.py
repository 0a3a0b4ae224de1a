"""What a cell has made is given back when the cell runs again.

Without this, every figure that a cell has ever shown would live until the kernel ends.
"""

from typing import Protocol

import ipywidgets as widgets

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # the kind of output that is a widget


class Closes(Protocol):
    """Something live that a cell shows."""

    def close(self) -> None:
        """Give back what it holds in the kernel and in the browser."""


# What each cell has made, with the number of the run that made it.
_made_by: dict[str, tuple[int, list[Closes]]] = {}


def replace(live: Closes, shell) -> None:
    """Close what an earlier run of the cell that runs now has made, and keep `live` in its place.

    shell: IPython's, or None in a plain Python program, where there are no cells.
    """
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId")
    if cell is None:  # not every front end says which cell it runs
        return
    run, made = _made_by.get(cell, (None, []))
    if run != shell.execution_count:
        for old in made:
            old.close()
        made = []
    _made_by[cell] = (shell.execution_count, [*made, live])


def close(widget: widgets.Widget) -> None:
    """Close a widget, all that is in it, and their layouts and styles."""
    for child in getattr(widget, "children", ()):
        close(child)
    for part in ("layout", "style"):
        if hasattr(widget, part):
            getattr(widget, part).close()
    widget.close()

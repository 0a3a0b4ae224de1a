"""Tells figures in the browser when a cell runs: until it ends, the kernel has no time for them."""

import weakref

from IPython import get_ipython

_watching = weakref.WeakSet()  # the canvases that are told
_told = weakref.WeakSet()  # the shells whose cells are watched


def watch(canvas) -> None:
    """Tell a canvas of each cell from now on."""
    _watching.add(canvas)
    shell = get_ipython()
    if shell is not None and shell not in _told:
        _told.add(shell)
        shell.events.register("pre_run_cell", _begins)
        shell.events.register("post_run_cell", _ends)


def unwatch(canvas) -> None:
    """Tell it no more."""
    _watching.discard(canvas)


def _begins(info) -> None:
    for canvas in list(_watching):
        canvas.send({"running": True})


def _ends(result) -> None:
    for canvas in list(_watching):
        canvas.send({"running": False})

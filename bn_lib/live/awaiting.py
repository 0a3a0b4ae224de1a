"""Cells that wait: a forgotten `await` is said in words, and so is a kernel that cannot listen."""

import functools
from collections.abc import Callable, Coroutine
from importlib.metadata import version

from IPython import get_ipython


def must_be_awaited(function: Callable) -> Callable:
    """Let an `async def` function say what to do if a cell ends with it without `await`.

    Python's own answer, `<coroutine object ...>`, does not tell that nothing has been done.
    """

    @functools.wraps(function)
    def called(*arguments, **keywords) -> Waiting:
        return Waiting(function(*arguments, **keywords))

    return called


class Waiting(Coroutine):
    """A coroutine that says, where it is shown, that it has not begun."""

    def __init__(self, coroutine: Coroutine):
        self._coroutine = coroutine

    def send(self, value):
        """Go on, as the coroutine does."""
        return self._coroutine.send(value)

    def throw(self, *error):
        """Raise an error in it."""
        return self._coroutine.throw(*error)

    def close(self):
        """End it."""
        self._coroutine.close()

    def __await__(self):
        return self._coroutine.__await__()

    def __repr__(self):
        name = self._coroutine.__name__
        return f"Nothing has been done yet: write `await {name}(...)`, with `await` before it."


def hears_while_a_cell_runs() -> bool:
    """Whether a button reaches the kernel while a cell awaits; since ipykernel 7 it does."""
    if getattr(get_ipython(), "kernel", None) is None:
        return True
    return int(version("ipykernel").partition(".")[0]) >= 7

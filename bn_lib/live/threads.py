"""One thread for a figure, whichever thread the browser's messages come to.

Some kernels read them on a second thread; the learner's function and matplotlib are not made for
two at a time.
"""

import asyncio
import functools
import threading


class OneThread:
    """Remembers the thread on which it was made, for its methods marked `on_one_thread`."""

    def __init__(self):
        self._thread = threading.current_thread()
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:  # a plain Python program
            self._loop = None


def on_one_thread(method):
    """Let a method of a `OneThread` run on the thread that made the object."""

    @functools.wraps(method)
    def moved(self, *arguments):
        if threading.current_thread() is self._thread or self._loop is None:
            method(self, *arguments)
        else:
            self._loop.call_soon_threadsafe(method, self, *arguments)

    return moved

"""The deadline by which a learner's function is stopped in a check.

`bn_lib.live.calling` ends calls of a live figure by a signal from a thread that watches the clocks:
there, dozens are made while a hand drags, and what counts is the processor's time.
"""

import contextlib
import signal
import sys
import threading
import time


class TooLong(BaseException):
    """A call has taken too long; no `except Exception` of the learner's catches it."""


@contextlib.contextmanager
def deadline(seconds):
    """Raise TooLong in what runs inside after so many seconds.

    By a signal where there is one, that is in the main thread and not on Windows or in a browser;
    else by tracing, which makes loops in Python some times slower and cannot stop one in C.
    """
    main = threading.current_thread() is threading.main_thread()
    by = _by_signal if main and hasattr(signal, "setitimer") else _by_tracing
    with by(seconds):
        yield


@contextlib.contextmanager
def _by_signal(seconds):
    armed = True

    def late(number, frame):
        if armed:
            raise TooLong

    handler = signal.signal(signal.SIGALRM, late)
    others = signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)  # again: `except:` may catch it
    try:
        try:
            yield
        finally:
            armed = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, *others)
        signal.signal(signal.SIGALRM, handler)


@contextlib.contextmanager
def _by_tracing(seconds):
    end = time.monotonic() + seconds

    def watch(frame, event, argument):
        frame.f_trace_opcodes = True  # a loop in one line may be one line event
        if time.monotonic() > end:
            raise TooLong
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(before)

"""The learner's function, called: a call ends, prints nowhere by itself, and can't end the kernel.

A call that a hand has asked for may take its time; the user's *Interrupt* ends it. A call ahead,
which nobody asked for, is ended after `PROCESSOR` seconds of processor time or `CLOCK` seconds:
one thread watches the clocks, and sends the signal that an interrupt sends. In a check of
`bn_lib.exercises` a function has seconds: there `deadline` stops it, and `learner` calls it.
"""

import _thread
import inspect
import io
import signal
import threading
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

from IPython import get_ipython
from IPython.utils.capture import capture_output

PROCESSOR = 0.1  # seconds of processor time for a call ahead
CLOCK = 1.0  # seconds for it in all, as when it sleeps
TICK = 0.02  # seconds between two looks at the clocks
AGAIN = 0.1  # seconds until an interrupt that the function has swallowed is repeated
LINES = 10  # the last ones of what a call has printed are kept,
LETTERS = 500  # and of each line its beginning


class TooLong(BaseException):
    """A call ahead was ended. No Exception: a function's own `except Exception` lets it pass."""


class Called(NamedTuple):
    """What became of a call: an answer or what was raised, and the last lines of what it said."""

    answer: Any
    error: BaseException | None
    printed: str

    def result(self) -> Any:
        """The answer; raises what the function has raised."""
        if self.error is not None:
            raise self.error
        return self.answer


def call(function: Callable, position: Mapping[str, Any], ahead: bool = False) -> Called:
    """Call a function with the arguments of a position, and keep what it says and raises.

    Kept are prints, warnings and what it displays, as text; SystemExit, `exit()` and
    KeyboardInterrupt are errors like others.

    ahead: nobody has asked for the call. It is ended after PROCESSOR seconds of processor time or
        CLOCK seconds; then TooLong is raised. What cannot be ended is a function that stays in
        compiled code without coming back to Python (one large matrix product), and on Windows a
        long sleep; one that catches everything (`except:`) is told again and again.
    """
    said = _LastLines()
    with _kept(said, _file_of(function)):
        if ahead:
            answer, error = _watch().call(function, position)
        else:
            answer, error = _interruptible(function, position)
    return Called(answer, error, said.text())


def can_end_calls() -> bool:
    """Whether a call ahead can be ended here: it takes signals, the main thread and a second one.

    There are none in Pyodide, and no signals in a thread that is not the main one.
    """
    if not _hears_signals():
        return False
    try:
        _watch()
    except RuntimeError:  # threads cannot be started
        return False
    return True


def explain(error: BaseException, function: Callable, code: bool = False) -> str:
    """Say in one line what went wrong in a function, and in which of its lines.

    code: whether to quote that line.
    """
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    file = _file_of(function)
    lines = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    if not lines:
        return message
    quoted = f": {lines[-1].line}" if code and lines[-1].line else ""
    return f"{message} ({lines[-1].name}, line {lines[-1].lineno}{quoted})"


def in_one_line(error: BaseException, function: Callable) -> BaseException:
    """The same error, which IPython shows in one line: what is wrong, and in which line of whose.

    The library's own lines, through which it came, would only hide that.
    """
    said = explain(error, function, code=True)
    error._render_traceback_ = lambda: [said]
    return error


def name_of(function: Callable) -> str:
    """What a function is called in a message; not all have a name, as `functools.partial`."""
    return getattr(function, "__name__", "the function")


def _file_of(function: Callable) -> str | None:
    """The file in which a function's code stands; IPython names one for each cell."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code.co_filename if code else None


# ---------------------------------------------------------------- what it says


class _LastLines(io.TextIOBase):
    """A stream that keeps its last lines, however much is written."""

    def __init__(self):
        self._lines: deque[str] = deque(maxlen=LINES)
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, rest = (self._rest + text).split("\n")
        self._lines.extend(line[:LETTERS] for line in lines)
        self._rest = rest[:LETTERS]
        return len(text)

    def text(self) -> str:
        lines = [*self._lines, self._rest] if self._rest else [*self._lines]
        return "\n".join(lines[-LINES:])


@contextmanager
def _kept(said: _LastLines, file: str | None) -> Iterator[None]:
    """Let what is printed, warned and displayed in the block go to `said`, and nothing end IPython.

    file: of the learner's function; a warning that comes from it names the line.
    """

    def warned(message, category, filename, lineno, *_):
        where = f" (line {lineno})" if filename == file else ""
        said.write(f"{category.__name__}: {message}{where}\n")

    shell = get_ipython()
    # A warning is due again in each call, since `catch_warnings` forgets which were given.
    with (
        _displayed(said, shell),
        redirect_stdout(said),
        redirect_stderr(said),
        warnings.catch_warnings(),
    ):
        warnings.showwarning = warned
        inside = shell is None or "ask_exit" in vars(shell)  # of a call that calls this one
        if not inside:
            shell.ask_exit = _exit  # what `exit()` calls in a notebook
        try:
            yield
        finally:
            if not inside:
                del shell.ask_exit


@contextmanager
def _displayed(said: _LastLines, shell) -> Iterator[None]:
    """Let what this thread displays in the block go to `said`, as text."""
    publisher = getattr(shell, "display_pub", None)
    if not hasattr(publisher, "register_hook"):  # IPython without a kernel
        with capture_output(stdout=False, stderr=False) as shown:
            yield
        for output in getattr(shown, "outputs", ()):
            said.write(output.data.get("text/plain", "") + "\n")
        return

    def keep(message):
        said.write(message["content"].get("data", {}).get("text/plain", "") + "\n")

    # The kernel's publisher remains: another thread may handle a message meanwhile, and tells it.
    publisher.register_hook(keep)
    try:
        yield
    finally:
        publisher.unregister_hook(keep)


def _exit() -> None:
    raise SystemExit


# ---------------------------------------------------------------- how it ends


def _hears_signals() -> bool:
    """Whether this thread gets them, and their handler is one that can be put back."""
    if threading.current_thread() is not threading.main_thread():
        return False
    return signal.getsignal(signal.SIGINT) is not None


def _interruptible(function: Callable, position: Mapping) -> tuple[Any, BaseException | None]:
    """Call a function so that the user's interrupt ends it, between the kernel's cells too."""
    hears = _hears_signals()
    before = hears and signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return function(**position), None
    except BaseException as error:
        return None, error
    finally:
        if hears:
            signal.signal(signal.SIGINT, before)


class _Watch:
    """One thread for all calls ahead: it ends the one that is made now when its time is up."""

    def __init__(self):
        self._main = threading.main_thread().ident
        self._made = False  # whether a call is made now; only the main thread writes it
        self._ends = (0.0, 0.0)  # when its time is up, on both clocks
        self._struck = False
        self._lock = threading.Lock()
        self._begun = threading.Event()
        threading.Thread(target=self._look, name="calls ahead", daemon=True).start()

    def call(self, function: Callable, position: Mapping) -> tuple[Any, BaseException | None]:
        """Call a function on the main thread; raises TooLong if it had to be ended."""
        before = signal.signal(signal.SIGINT, self._end)
        try:
            try:
                with self._lock:
                    self._struck = False
                    self._ends = self._processor() + PROCESSOR, time.monotonic() + CLOCK
                    self._made = True
                    self._begun.set()
                return function(**position), None
            except TooLong:
                raise
            except BaseException as error:
                return None, error
            finally:
                self._made = False
        finally:
            # Twice, since a signal may come between any two instructions; from here on it does
            # nothing. One that is under way arrives before the handler is put back.
            self._made = False
            with self._lock:
                struck = self._struck
            if struck:
                time.sleep(0.001)
            signal.signal(signal.SIGINT, before)

    def _end(self, number, frame) -> None:
        if self._made:
            raise TooLong

    def _look(self) -> None:
        while True:
            self._begun.wait()
            time.sleep(TICK)
            with self._lock:
                if not self._made:
                    self._begun.clear()
                elif self._processor() > self._ends[0] or time.monotonic() > self._ends[1]:
                    self._strike()

    def _strike(self) -> None:
        self._struck = True
        self._ends = self._processor() + AGAIN, time.monotonic() + AGAIN
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(self._main, signal.SIGINT)  # wakes a sleep too
        else:
            _thread.interrupt_main()

    def _processor(self) -> float:
        """Seconds of processor time: the main thread's where the system tells, or else of all."""
        if hasattr(time, "pthread_getcpuclockid"):
            return time.clock_gettime(time.pthread_getcpuclockid(self._main))
        return time.process_time()


_watches: list[_Watch] = []


def _watch() -> _Watch:
    """The one watch, made at the first call ahead."""
    if not _watches:
        _watches.append(_Watch())
    return _watches[0]

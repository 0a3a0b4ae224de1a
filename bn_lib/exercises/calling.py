"""Calling a learner's function: with a deadline, on copies, and with its exceptions in one line."""

import contextlib
import dis
import inspect
import io
import linecache
import signal
import sys
import threading
import time
import traceback
import warnings
from typing import NamedTuple

import numpy as np

from .verdict import ERROR, NOT_WRITTEN, NOTHING, Mistake

SECONDS = 5.0  # for one call; a right function takes milliseconds


class Called(NamedTuple):
    """What a function returned, whether each argument kept its values, and how many warnings."""

    found: object
    kept: tuple[bool, ...]
    warned: int


def call(function, arguments, seconds=None, echo=False):
    """Call a learner's function on copies of the arguments; prints are shown with `echo` only.

    Raises Mistake for a stub, an exception, a call that takes too long, and a missing result.
    """
    if unwritten(function):
        raise Mistake(NOT_WRITTEN, rest="Not written yet: put your lines in place of the dots.")
    _refuse_signature(function, arguments)
    copies = [np.copy(each) if isinstance(each, np.ndarray) else each for each in arguments]
    printed = io.StringIO()
    seconds = SECONDS if seconds is None else seconds
    try:
        with (
            warnings.catch_warnings(record=True) as warned,
            np.errstate(all="warn", under="ignore"),
            contextlib.redirect_stdout(printed),
            deadline(seconds),
        ):
            warnings.simplefilter("always")
            found = function(*copies)
    except NotImplementedError:
        raise Mistake(NOT_WRITTEN, rest="Not written yet: put your lines in place of it.") from None
    except TooLong:
        raise Mistake(
            ERROR,
            f"Your function did not end within {seconds:g} seconds and was stopped: is there an"
            " endless loop?",
        ) from None
    except SystemExit:
        raise Mistake(
            ERROR, "Your function calls exit, which would end the notebook's kernel: use return."
        ) from None
    except RecursionError:
        raise Mistake(
            ERROR, "Your function calls itself without an end (RecursionError)."
        ) from None
    except Exception as error:
        raise Mistake(ERROR, _in_one_line(error, function)) from None
    finally:
        if echo and printed.getvalue():
            print(printed.getvalue(), end="")
    if found is None or found is ...:
        raise Mistake(NOTHING, _why_nothing(printed.getvalue()))
    kept = tuple(
        not isinstance(one, np.ndarray) or np.array_equal(one, other)
        for one, other in zip(arguments, copies, strict=True)
    )
    return Called(found, kept, len(warned))


def unwritten(function):
    """Whether a function is a stub: nothing but dots, pass or a docstring."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    quiet = {"RESUME", "NOP", "POP_TOP", "RETURN_VALUE"}
    return all(
        step.opname in quiet
        or (step.opname in ("LOAD_CONST", "RETURN_CONST") and step.argval in (None, ...))
        for step in dis.get_instructions(code)
    )


def read_from_outside(function):
    """Names of arrays and lists that a function reads, though they are none of its arguments."""
    outside = _outside(function)
    return [name for name, value in outside.items() if isinstance(value, np.ndarray | list | dict)]


def numbers_written(function):
    """The whole numbers that stand in a function's code."""
    code = getattr(function, "__code__", None)
    kinds = int, float
    return {n for n in code.co_consts if type(n) in kinds and n % 1 == 0} if code else set()


def may_remember(function):
    """Whether a function has a place where something can stay from one call to the next."""
    if not inspect.isfunction(function):
        return False
    kept = [*(function.__defaults__ or ()), *_outside(function).values()]
    return (
        any(isinstance(value, list | dict | set | np.ndarray) for value in kept)
        or any(step.opname == "STORE_GLOBAL" for step in dis.get_instructions(function))
        or bool(vars(function))
    )


def _outside(function):
    if not inspect.isfunction(function):
        return {}
    try:
        variables = inspect.getclosurevars(function)
    except ValueError:  # it names something that does not exist yet
        return {}
    return {**variables.globals, **variables.nonlocals}


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


def _refuse_signature(function, arguments):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some that are written in C have none
        return
    try:
        signature.bind(*arguments)
    except TypeError:
        takes = ", ".join(signature.parameters) or "none"
        raise Mistake(
            ERROR,
            f"Your function takes the arguments {takes}, but the check gives {len(arguments)}: keep"
            " the line with def as it was.",
        ) from None


def _in_one_line(error, function):
    said = traceback.TracebackException(type(error), error, error.__traceback__, limit=50)
    text = " ".join("".join(said.format_exception_only()).split())
    code = getattr(function, "__code__", None)
    own = [
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if code and frame.f_code.co_filename == code.co_filename
    ]
    where = ""
    if own:
        frame, line = own[-1]
        source = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
        where = f", in the line `{source}`" if source else f", in line {line}"
    return f"Your function stopped with {text.rstrip('.')}{where}." + _help(error)


def _help(error):
    if "broadcast" in str(error):
        return (
            " These shapes don't fit each other: over which axis do your means and sums run? Over"
            " the examples it is axis 0."
        )
    if "truth value" in str(error):
        return " An if takes one value, not an array: np.where, or a mean of the comparison."
    return ""


def _why_nothing(printed):
    if printed:
        return "Your function prints its result, but returns nothing: print only shows; use return."
    return "Your function has lines, but returns nothing: end it with return and the result."

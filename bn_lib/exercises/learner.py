"""A learner's function, called once by a check: on copies, its exceptions in a line of words.

`deadline` stops it where it does not end, `inspection` reads its code. A live figure calls the
learner's function too, in its own way: see `bn_lib.live.calling`.
"""

import contextlib
import inspect
import io
import linecache
import traceback
import warnings
from typing import NamedTuple

import numpy as np

from .deadline import TooLong, deadline
from .inspection import unwritten
from .verdict import ERROR, NOT_WRITTEN, NOTHING, STUB, Mistake

NO_FIT = "These shapes don't fit each other."
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
        raise Mistake(NOT_WRITTEN, rest=STUB.format("the dots"))
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
        raise Mistake(NOT_WRITTEN, rest=STUB.format("it")) from None
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
        return f" {NO_FIT}"
    if "truth value" in str(error):
        return " An if takes one value, not an array: np.where, or a mean of the comparison."
    return ""


def _why_nothing(printed):
    if printed:
        return "Your function prints its result, but returns nothing: print only shows; use return."
    return "Your function has lines, but returns nothing: end it with return and the result."

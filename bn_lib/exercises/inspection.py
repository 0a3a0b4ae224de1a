"""What the code of a learner's function says, before it is called."""

import dis
import inspect

import numpy as np


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


def stubs_used(function):
    """Names of functions that a function uses, and that are stubs."""
    functions = {
        name: each for name, each in _outside(function).items() if inspect.isfunction(each)
    }
    return [name for name, each in functions.items() if unwritten(each)]


def read_from_outside(function):
    """Names of arrays and lists that a function reads, though they are none of its arguments."""
    outside = _outside(function)
    return [name for name, value in outside.items() if isinstance(value, np.ndarray | list | dict)]


def literals(function):
    """The numbers that stand in a function's code."""
    code = getattr(function, "__code__", None)
    return {n for n in code.co_consts if type(n) in (int, float)} if code else set()


def numbers_written(function):
    """The whole numbers that stand in a function's code."""
    return {n for n in literals(function) if n % 1 == 0}


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

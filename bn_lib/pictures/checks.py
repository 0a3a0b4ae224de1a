"""What comes from the learner's function is checked before it touches a mark."""

import numpy as np

from bn_lib.pictures.words import short


def expect(values, shape: tuple, name: str) -> np.ndarray:
    """Return values as a float array of the shape, or say what is wrong with them and where.

    Raises TypeError if there is nothing or no numbers, ValueError for another shape, NaN or
    infinity. Figures call it before they touch an artist: a bad result leaves the last picture.
    """
    if values is None:
        raise TypeError(f"{name} is None: does the function end with `return ...`?")
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} should be numbers, but is {type(values).__name__}") from None
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, but the figure needs {shape}")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = tuple(int(i) for i in bad[0])
        value = "NaN" if np.isnan(array[place]) else "infinity"
        where = f" at index {', '.join(map(str, place))}" if place else ""
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise ValueError(f"{name} is {value}{where}{more}")
    return array[()]  # of shape (), the number itself


def unpack(result, *names: str):
    """Take apart what the learner's function returned, or say which parts the figure needs."""
    wanted = ", ".join(names)
    if not isinstance(result, tuple | list) or len(result) != len(names):
        several = isinstance(result, tuple | list)
        got = f"{len(result)} of them" if several else type(result).__name__
        raise TypeError(f"the figure needs `return {wanted}`, but the result is {got}")
    return result


def take(result, of: str = "", /, **shapes: tuple) -> list:
    """The parts of a result by their names, each as `expect` returns it.

    of: what they are parts of, for the message. Raises what `unpack` and `expect` raise.
    """
    parts = zip(unpack(result, *shapes), shapes.items(), strict=True)
    return [expect(part, shape, f"{name} {of}".rstrip()) for part, (name, shape) in parts]


def records(result, names) -> dict:
    """The records of several trainings by these names, or TypeError."""
    if not isinstance(result, dict) or set(result) != set(names):
        raise TypeError(f"the figure needs a dict with the records of {list(names)}")
    return result


def place(value, values, name: str) -> int:
    """Where a knob's value stands among those that a figure has, or ValueError."""
    found = np.flatnonzero(np.asarray(values) == value)
    if len(found) == 0:
        having = ", ".join(short(each) for each in values)
        raise ValueError(f"{name} is {value}, but the figure has {having}")
    return int(found[0])

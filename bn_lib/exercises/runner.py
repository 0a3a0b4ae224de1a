"""The runner: it calls a learner's function and says what can be said of any result.

It also finds the wrong switches of a recipe with which the same result comes out. It knows no
exercise.
"""

import functools
import itertools
from typing import NamedTuple

import numpy as np

# Far from zero, E[x²] − E[x]² in float32 loses every digit; the mean of squared differences
# loses some three of seven.
FAR, FAR_TOLERANCE = 1e4, 0.1


class Verdict(NamedTuple):
    """What a check found: whether the function `passed`, and in words what is right or off."""

    passed: bool
    message: str


class Mistake(Exception):
    """A mistake has been found; the text is for the learner."""


def verdict(check):
    """Let a check that raises Mistake, or else returns praise, return a Verdict."""

    @functools.wraps(check)
    def checked(function, seed=0):
        if not callable(function):
            raise TypeError(
                f"{check.__name__} calls your function itself: give it the function's name without"
                f" brackets behind it. It got something of type {type(function).__name__}."
            )
        try:
            return Verdict(True, check(function, np.random.default_rng(seed)))
        except Mistake as mistake:
            return Verdict(False, str(mistake))

    return checked


def call(function, *arguments):
    """What the learner's function gives, and for each array whether its copy was kept."""
    copies = [np.copy(each) if isinstance(each, np.ndarray) else each for each in arguments]
    try:
        found = function(*copies)
    except Exception as error:
        error.add_note(
            "This came from your function, called with "
            + " and ".join(
                f"an array of shape {each.shape}" if isinstance(each, np.ndarray) else f"{each:g}"
                for each in arguments
            )
        )
        raise
    if found is None or found is ...:
        raise Mistake(
            "Not yet: your function returns nothing. Write your lines in place of the dots, and"
            " return the result."
        )
    arrays = [
        pair for pair in zip(arguments, copies, strict=True) if isinstance(pair[0], np.ndarray)
    ]
    return found, [np.array_equal(*pair) for pair in arrays]


def as_array(found):
    """`found` as an array of real numbers, or None if it is none."""
    try:
        array = None if isinstance(found, tuple | dict | set) else np.asarray(found)
    except ValueError:  # rows of different lengths
        return None
    return array if array is not None and array.dtype.kind in "fiu" else None


def kind_of(found):
    """What a mistake calls it."""
    kind = type(found).__name__
    return f"{kind} of {found.dtype}" if isinstance(found, np.ndarray) else kind


def numbers(found, name):
    """`found` as an array of floating-point numbers, all finite."""
    array = as_array(found)
    if array is None:
        raise Mistake(f"{name} should be an array of numbers, but it is of type {kind_of(found)}.")
    if array.dtype.kind != "f":
        raise Mistake(f"{name} holds whole numbers ({array.dtype}): the fractions are lost.")
    refuse_narrow(array, name)
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = ", ".join(map(str, bad[0])) or "0"
        raise Mistake(
            f"{len(bad)} of {array.size} values of {name} are NaN or infinite, the first at index"
            f" {where}. Do you divide by 0, or take the root of something negative?"
        )
    return array


def pair(found, first="γ", second="β"):
    """Two arrays that a learner's function returned; (1, units) will do for (units,)."""
    sized = isinstance(found, tuple | list) or np.ndim(as_array(found)) > 0
    if not sized or len(found) != 2:
        length = f", length {len(found)}" if sized else ""
        raise Mistake(
            f"Return two things: {first}, {second}. What came is of type"
            f" {type(found).__name__}{length}."
        )
    return np.squeeze(numbers(found[0], first)), np.squeeze(numbers(found[1], second))


def share(found):
    """A learner's result as one number."""
    array = as_array(found)
    if array is None or array.shape:
        shape = f", shape {found.shape}" if isinstance(found, np.ndarray) else ""
        raise Mistake(
            "The share should be one number for all entries, but it is of type"
            f" {kind_of(found)}{shape}."
        )
    refuse_narrow(array, "The share")
    return float(array)


def refuse_narrow(array, name):
    """Complain about floats of fewer digits than the float64 that the function was given."""
    if array.dtype in (np.float16, np.float32):
        raise Mistake(
            f"{name} has the type {array.dtype}, but what came in has the type float64: digits are"
            " lost."
        )


def refuse_change(kept, *names):
    """Complain if a right function has changed an array it was given."""
    for same, name in zip(kept, names, strict=True):
        if not same:
            raise Mistake(
                f"The result is right, but your function changes the {name} it was given; whoever"
                f" calls it goes on with other numbers. Lines like {name} -= … work in place."
            )


def refuse_lost_digits(errors):
    """Complain if results in float32 and far from zero are wrong (NaN is)."""
    if not np.max(errors) < FAR_TOLERANCE:
        raise Mistake(
            f"Right for these numbers, but not in float32 with a mean of {FAR:,.0f} and a spread of"
            " 1: there your variance loses all its digits. Do you take the difference of two large"
            " numbers, the mean of squares and the square of the mean?"
        )


def explain(found, recipe, switches, *data):
    """The sentences of the fewest wrong switches with which `recipe` gives `found`, or None."""
    settings = itertools.product(*(switch.items() for switch in switches.values()))
    for setting in sorted(settings, key=lambda pairs: sum(bool(said) for _, said in pairs)):
        values, sentences = zip(*setting, strict=True)
        if same(found, recipe(*data, **dict(zip(switches, values, strict=True)))):
            return joined(sentences)
    return None


def joined(sentences):
    """Sentences as a text, each once."""
    return " ".join(dict.fromkeys(filter(None, sentences)))


def same(found, expected):
    """Whether two results are equal but for rounding."""
    return np.shape(found) == np.shape(expected) and np.allclose(
        found, expected, rtol=1e-8, atol=1e-10
    )

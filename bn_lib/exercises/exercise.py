"""What a check needs to know of an exercise, and a trial of a learner's function on some data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from . import learner
from .causes import Part, joined
from .results import capital, differing, fitted, outputs, same
from .verdict import SHAPE, Mistake


class Trial(NamedTuple):
    """A call of a learner's function: the data, the outputs, the right ones, and the raw result."""

    data: tuple
    found: tuple
    expected: tuple
    called: learner.Called

    @property
    def right(self):
        """Whether each output is right."""
        return [same(*each) for each in zip(self.found, self.expected, strict=True)]


class Exercise:
    """What a check needs to know of an exercise; each topic's module has a subclass."""

    name = ""  # of the check
    arguments: tuple[str, ...] = ()
    axes: Mapping[str, tuple[str, ...]] = MappingProxyType({})  # of the arguments that are arrays
    returns: tuple[str, ...] = ()
    praise = ""
    advice = ""  # where no cause is found
    hints: tuple[str, ...] = ()
    bases = 2  # trials of one shape; one of another shape comes after them

    def data(self, rng, variant):
        """The arguments of a call. The last variant has another shape; all have other numbers."""
        raise NotImplementedError

    def right(self, *data):
        """The right outputs, a tuple."""
        raise NotImplementedError

    def rights(self):
        """Pairs of what is right, as `right`, and a remark: conventions are named, not faulted."""
        return [(self.right, "")]

    def parts(self, trials) -> list[Part]:
        """What is right and what is wrong in results of which one is wrong at least."""
        raise NotImplementedError

    def glance(self, found, data):
        """Raise Mistake for outputs whose shape may be wrong, but whose cause is plain."""

    def otherwise(self, function, trials) -> list[str]:
        """Sentences on a wrong result that no part explains, from more calls of the function."""
        return []

    def measure(self, trial) -> str:
        """How far a wrong result is from the right one, a sentence, or ""."""
        return ""

    def beyond(self, function, rng) -> str:
        """Try a right function on harder data: raise Mistake, or return a remark, or ""."""
        return ""


def attempt(exercise, function, data, echo=False):
    """Call a learner's function; return a Trial whose outputs have the right shapes.

    Raises Mistake where there is no such result.
    """
    called = learner.call(function, data, echo=echo)
    expected = exercise.right(*data)
    found = outputs(called.found, exercise.returns)
    exercise.glance(found, data)
    found = tuple(map(fitted, found, expected))
    trial = Trial(data, found, expected, called)
    for name, one, right in zip(exercise.returns, found, expected, strict=True):
        if one.shape not in (np.shape(right), np.squeeze(right).shape):
            parts = parts_of(exercise, [trial])
            said = [sentence for part in parts for sentence in part.sentences or ()]
            shape = f"{capital(name)} has the shape {one.shape}, but should have {np.shape(right)}."
            raise Mistake(SHAPE, joined(said or [_why_shape(one.shape, right, data)]), shape)
    return Trial(data, tuple(map(np.reshape, found, map(np.shape, expected))), expected, called)


def parts_of(exercise, trials):
    """The parts, or none of them where a result is so odd that they cannot be solved for."""
    try:
        with np.errstate(all="ignore"):
            return exercise.parts(trials)
    except (ValueError, IndexError, np.linalg.LinAlgError):
        return []


def _why_shape(found, right, data):
    """What a wrong shape says of its cause."""
    expected = np.shape(right)
    batch = next((np.shape(each) for each in data if np.ndim(each) == 2), None)
    if not expected:
        return "One number is wanted for the whole: is a mean over everything missing?"
    if found == expected[::-1] and len(expected) > 1:
        return "It is transposed: rows and columns are swapped."
    if len(expected) > 1:
        return "Does your function use its own arguments, and give one value for each of theirs?"
    if found == ():
        return "It is one number for all, but each unit has its own: name an axis."
    if found == (1,):
        return "It has one unit only: does a return stand inside of the loop?"
    if batch and found == batch[:1]:
        return "It has a number for each example, but each unit has one: axis=0, not axis 1."
    if batch and found == batch:
        return "A mean or a sum over the examples (axis 0) is missing."
    return "Each unit has one number: over which axes do your means and sums run?"


def comparison(trials, index, name):
    """What came and what was expected in the first trial in which an output was wrong."""
    trial = next((each for each in trials if not each.right[index]), trials[0])
    mine, right = differing(trial.found[index], trial.expected[index])
    return f"{name} is {mine}; it should be {right}."

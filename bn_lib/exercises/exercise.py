"""What a check needs to know of an exercise, and a trial of a learner's function on some data."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from . import learner, slips
from .causes import Part, joined
from .results import capital, differing, fitted, numbers_of, refuse_infinite, same
from .verdict import ERROR, SHAPE, Mistake


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
    # The right answer as lines of NumPy, in one way or more; the last lines are what is returned.
    formulas: tuple[str, ...] = ()
    pairs = True  # whether two slips in them are looked for: not where a result is a few digits

    def data(self, rng, variant):
        """The arguments of a call. The last variant has another shape; all have other numbers."""
        raise NotImplementedError

    def right(self, *data):
        """The right outputs, a tuple."""
        raise NotImplementedError

    def known(self, *data):
        """What stands in the formulas besides the arguments: the lengths of their axes."""
        return {
            slips.LETTERS[role]: length
            for name, roles in self.axes.items()
            for role, length in zip(roles, np.shape(data[self.arguments.index(name)]), strict=True)
            if role in slips.LETTERS
        }

    def rights(self):
        """Pairs of what is right, as `right`, and a remark: conventions are named, not faulted."""
        return [(self.right, "")]

    def parts(self, trials) -> list[Part]:
        """What is right and what is wrong in results of which one is wrong at least."""
        raise NotImplementedError

    def glance(self, found, data):
        """Raise Mistake for outputs whose shape may be wrong, but whose cause is plain."""

    def otherwise(self, function, trials, left) -> list[str]:
        """Sentences on the outputs `left`, which no part explains, from more calls."""
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
    try:
        called = learner.call(function, data, echo=echo)
    except Mistake as mistake:
        if mistake.stage != ERROR:
            raise
        raise Mistake(ERROR, _with_roles(mistake.cause, exercise, data)) from None
    expected = exercise.right(*data)
    found = numbers_of(called.found, exercise.returns)
    exercise.glance(found, data)
    found = tuple(map(fitted, found, expected))
    trial = Trial(data, found, expected, called)
    for name, one, right in zip(exercise.returns, found, expected, strict=True):
        if one.shape not in (np.shape(right), np.squeeze(right).shape):
            parts = parts_of(exercise, [trial])
            said = [sentence for part in parts for sentence in part.sentences or ()]
            shape = f"{capital(name)} has the shape {one.shape}, but should have {np.shape(right)}."
            raise Mistake(SHAPE, joined(said or [_why_shape(one.shape, right, data)]), shape)
    found = tuple(map(np.reshape, found, map(np.shape, expected)))
    trial = Trial(data, found, expected, called)
    for at, name in enumerate(exercise.returns):
        if not np.all(np.isfinite(found[at])):
            said = slips.explain(exercise, function, [trial], [at])
            refuse_infinite(found[at], name, joined(said or []))
    return trial


def parts_of(exercise, trials):
    """The parts, or none of them where a result is so odd that they cannot be solved for."""
    try:
        with np.errstate(all="ignore"):
            return exercise.parts(trials)
    except (ValueError, IndexError, np.linalg.LinAlgError):
        return []


def _with_roles(said, exercise, data):
    """What is said of shapes that don't fit each other, with what stands along their axes."""
    lengths = {}
    for name, roles in exercise.axes.items():
        for role, n in zip(roles, np.shape(data[exercise.arguments.index(name)]), strict=True):
            lengths.setdefault(n, role)
    inner = re.search(r"size (\d+) is different from (\d+)", said)
    if inner:
        meet = " and ".join(f"{n} {lengths.get(int(n), 'number')}s" for n in inner.groups())
        return f"{said} A product @ runs along one axis of both, but here meet {meet}."
    if learner.NO_FIT not in said:
        return said
    error, _, _ = said.partition(", in the line")  # which has numbers in brackets too
    shapes = [tuple(map(int, re.findall(r"\d+", s))) for s in re.findall(r"\([\d,]+\)", error)]
    named = [[lengths.get(n, str(n)) for n in shape] for shape in shapes]
    told = " and ".join(
        f"{shape} is {' × '.join(names)}" for shape, names in zip(shapes, named, strict=True)
    )
    if any("unit" in names[:-1] for names in named):
        hint = "Units lie along the last axis: one number for each unit has one axis, (units,)."
    else:
        hint = "Over which axis do your means and sums run? Over the examples it is axis 0."
    return f"{said} Here {told}. {hint}"


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

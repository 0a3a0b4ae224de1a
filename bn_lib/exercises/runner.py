"""The runner: it tries a learner's function in many ways, and says how far it got and why.

It knows no exercise. An `Exercise` has the data, the right answer, and `parts`, which solves a wrong
result for its parts and names what is wrong with each.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from . import calling
from .causes import Part, joined
from .probes import differences
from .results import CLOSE, capital, decimals, differing, fitted, off, outputs, same
from .verdict import ALMOST, ELSEWHERE, ERROR, RIGHT, SHAPE, VALUES, Mistake, Verdict


class Trial(NamedTuple):
    """A call of a learner's function: the data, the outputs, the right ones, and the raw result."""

    data: tuple
    found: tuple
    expected: tuple
    called: calling.Called

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
        """Sentences on a wrong result that no part explains, found by calling the function again."""
        return []

    def measure(self, trial) -> str:
        """How far a wrong result is from the right one, a sentence, or ""."""
        return ""

    def beyond(self, function, rng) -> str:
        """Try a right function on harder data: raise Mistake, or return a remark, or ""."""
        return ""


def run(exercise, function, seed):
    """Try a learner's function; return a Verdict. Raises TypeError if it is no function."""
    if not callable(function):
        raise TypeError(
            f"{exercise.name} calls your function itself: give it the function's name without"
            f" brackets after it. It got something of type {type(function).__name__}."
        )
    rng = np.random.default_rng(seed)
    variants = [exercise.data(rng, variant) for variant in range(exercise.bases + 1)]
    try:
        remarks = [_try(exercise, function, variants), exercise.beyond(function, rng)]
    except Mistake as found:
        return Verdict(
            passed=False,
            message=str(found),
            stage=found.stage,
            cause=found.cause,
            already=found.already,
            hints=exercise.hints,
            arguments=variants[0],
        )
    message = joined([exercise.praise, *remarks])
    return Verdict(True, message, RIGHT, already=exercise.returns, arguments=variants[0])


def _try(exercise, function, variants):
    """Raise Mistake for a wrong function; return a remark on a right one, or ""."""
    *bases, other = variants
    first = _attempt(exercise, function, bases[0], echo=True)
    again = _attempt(exercise, function, bases[0])
    if not all(map(same, first.found, again.found)):
        raise Mistake(
            ELSEWHERE,
            "The same batch, given twice, gives two results: does your function draw random"
            " numbers, or keep something from one call to the next?",
        )
    trials = [first]
    try:
        trials += [_attempt(exercise, function, data) for data in bases[1:]]
    except Mistake as mistake:
        if all(first.right):
            raise Mistake(ELSEWHERE, joined([REMEMBERS, mistake.cause])) from None
    fitting = [
        (right, remark)
        for right, remark in exercise.rights()
        if all(all(map(same, trial.found, right(*trial.data))) for trial in trials)
    ]
    if not fitting:
        raise _diagnose(exercise, function, trials, variants)
    right, remark = fitting[0]
    _refuse_fixed_size(exercise, function, first, other, right)
    _refuse_overwriting(exercise, first)
    for kept, name in zip(first.called.kept, exercise.arguments, strict=True):
        if not kept:
            raise Mistake(
                ELSEWHERE,
                f"Your function changes the {name} it was given; whoever calls it goes on with"
                f" other numbers. Lines like {name} -= … work in place.",
                rest="The result is right, but one thing is not.",
                already=exercise.returns,
            )
    return remark


def _attempt(exercise, function, data, echo=False):
    called = calling.call(function, data, echo=echo)
    expected = exercise.right(*data)
    found = outputs(called.found, exercise.returns)
    exercise.glance(found, data)
    found = tuple(map(fitted, found, expected))
    trial = Trial(data, found, expected, called)
    for name, one, right in zip(exercise.returns, found, expected, strict=True):
        if one.shape not in (np.shape(right), np.squeeze(right).shape):
            parts = _parts(exercise, [trial])
            said = [sentence for part in parts for sentence in part.sentences or ()]
            shape = f"{capital(name)} has the shape {one.shape}, but should have {np.shape(right)}."
            raise Mistake(SHAPE, joined(said or [_why_shape(one.shape, right, data)]), shape)
    return Trial(data, tuple(map(np.reshape, found, map(np.shape, expected))), expected, called)


def _parts(exercise, trials):
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


REMEMBERS = (
    "Your function is right for the first batch, but not for the next: does it keep something of the"
    " first, outside of itself?"
)


def _diagnose(exercise, function, trials, variants):
    """A Mistake that says all that can be found out about wrong results."""
    trial = next(each for each in trials if not all(each.right))
    parts, fixed = _parts_for_all_shapes(exercise, function, trials, variants[-1])
    already = [part.name for part in parts if part.right]
    wrong = [part for part in parts if not part.right]
    named = [*_each_once(wrong), *fixed]
    unnamed = [part.compare for part in wrong if not part.sentences]
    if unnamed or not wrong:
        almost = _almost(exercise, trials)
        if almost:
            return almost
        named += _found_otherwise(exercise, function, trials, variants)
        unnamed += [] if named else [exercise.advice]
    right = f"Right already: {' and '.join(already)}." if already else ""
    return Mistake(
        VALUES, joined(named), joined([exercise.measure(trial), right, *unnamed]), already
    )


def _parts_for_all_shapes(exercise, function, trials, other):
    """The parts, and a sentence if they explain one shape only."""
    try:
        more = [*trials, _attempt(exercise, function, other)]
    except Mistake:
        return _parts(exercise, trials), []
    parts = _parts(exercise, more)
    if parts and all(part.sentences is not None for part in parts):
        return parts, []
    same_shape = _parts(exercise, trials)
    named = same_shape and all(part.sentences is not None for part in same_shape)
    return same_shape, [_of_fixed_size(function, trials[0])] if named else []


def _each_once(parts):
    """The sentences of all parts; what is said of one is not said again of another."""
    said = {}
    for part in parts:
        for sentence in part.sentences or ():
            said.setdefault(sentence.replace(f"Your {part.name}", "{it}"), []).append(part.name)
    return [
        sentence.replace("{it}", f"Your {names[0]}")
        + f" The same holds for your {' and '.join(names[1:])}."
        * (len(names) > 1 and "{it}" in sentence)
        for sentence, names in said.items()
    ]


def _almost(exercise, trials):
    """A Mistake for results that are off by little or lost their digits, or None."""
    pairs = [pair for trial in trials for pair in zip(trial.found, trial.expected, strict=True)]
    whole = all(
        np.all(found % 1 == 0) and np.all(np.abs(found - expected) < 1) for found, expected in pairs
    )
    rounded = all(decimals(found, expected) is not None for found, expected in pairs)
    if not (whole or rounded or all(off(*pair) < CLOSE for pair in pairs)):
        return None
    trial = next(each for each in trials if not all(each.right))
    index = trial.right.index(False)
    found, expected = trial.found[index], trial.expected[index]
    at = np.unravel_index(np.argmax(np.abs(found - expected)), np.shape(found))
    mine, right = differing(found[at], expected[at])
    if whole:
        cause = "Your function gives whole numbers: the fractions are lost."
    elif rounded:
        cause = f"Your function rounds to {decimals(found, expected)} decimals."
    else:
        cause = "Do you round, approximate, or use a number with few digits?"
    rest = f"Almost: one value of {exercise.returns[index]} is {mine} where {right} is right."
    return Mistake(ALMOST, cause, rest)


def _found_otherwise(exercise, function, trials, variants):
    """Sentences about what comes from elsewhere, where it is right, and how the result answers."""
    trial = next(each for each in trials if not all(each.right))
    if all(trials[0].right) and calling.may_remember(function):
        return [REMEMBERS]
    unused = [
        name
        for at, name in enumerate(exercise.arguments)
        if _changes_nothing(exercise, function, trials[0], at, variants[1])
    ]
    outside = calling.read_from_outside(function)
    said = []
    if unused:
        said.append(
            f"Whatever {' and '.join(unused)} {'is' if len(unused) == 1 else 'are'}, your result is"
            f" the same: use the argument{'s' * (len(unused) > 1)}."
        )
    if outside:
        said.append(
            f"Your function reads {' and '.join(outside)} from outside: use the arguments only."
        )
    elif calling.may_remember(function):
        said.append("Your function can keep something from earlier calls: does it?")
    counts = sorted(n for n in calling.numbers_written(function) if n > 4)
    if counts:
        said.append(
            f"The number {counts[0]:g} is written into your function: if it is a count, use len or"
            " shape."
        )
    if len(unused) == len(exercise.arguments):
        return said
    which = [at for at, right in enumerate(trial.right) if not right]
    others = variants[1] if trial is trials[0] else variants[0]
    said += exercise.otherwise(function, trials) or [
        *_where_right(exercise, trials),
        *differences(exercise, function, trial, others, which),
    ]
    return said[:3]


def _changes_nothing(exercise, function, first, at, others):
    data = list(first.data)
    data[at] = others[at]
    try:
        trial = _attempt(exercise, function, tuple(data))
    except Mistake:
        return False
    return all(map(same, trial.found, first.found))


def _where_right(exercise, trials):
    """A sentence if whole units are right and others are not, or examples, or their order is wrong."""
    for index, name in enumerate(exercise.returns):
        pairs = [(trial.found[index], trial.expected[index]) for trial in trials]
        if all(trial.right[index] for trial in trials) or not pairs[0][0].ndim:
            continue
        if all(same(np.sort(a, axis=-1), np.sort(b, axis=-1)) for a, b in pairs):
            return [f"The numbers of {name} are right, but stand in another order."]
        good = [np.isclose(a, b, rtol=1e-8, atol=1e-10) for a, b in pairs]
        for role, axis in ("unit", -1), ("example", 0):
            if role == "example" and good[0].ndim < 2:
                continue
            others = tuple(at for at in range(good[0].ndim) if at != axis % good[0].ndim)
            flags = np.all([each.all(axis=others) for each in good], axis=0)
            wrong, right = np.flatnonzero(~flags), np.flatnonzero(flags)
            if len(wrong) and len(right):
                last = list(wrong) == [len(flags) - 1]
                end = f" It is the last {role}: does a loop end too early?" if last else ""
                listed = [", ".join(map(str, each)) for each in (right, wrong)]
                return [
                    f"{capital(name)} is right for {role} {listed[0]}, not for {listed[1]}.{end}"
                ]
    return []


def _of_fixed_size(function, first):
    """The sentence for a function that works for one shape only."""
    sizes = {n for each in first.data for n in (*np.shape(each), np.size(each))} - {1}
    written = calling.numbers_written(function)
    likely = written & sizes or {n for n in written if n > 4}
    if likely:
        return (
            f"The number {min(likely):g} is written into your function, but sizes change: use len or"
            " shape."
        )
    return "Is a size of the first batch written into your function, or kept by it?"


def _refuse_fixed_size(exercise, function, first, other, right):
    """Refuse a function that is right for one shape only."""
    shape, new = (
        " and ".join(dict.fromkeys(str(each.shape) for each in data if np.ndim(each) > 1))
        for data in (first.data, other)
    )
    cause = _of_fixed_size(function, first)
    rest = f"Right for an array of shape {shape}, but not for {new}."
    try:
        trial = _attempt(exercise, function, other)
    except Mistake as mistake:
        why = str(mistake) if mistake.stage in (ERROR, SHAPE) else ""
        raise Mistake(ELSEWHERE, cause, joined([rest, why])) from None
    if not all(map(same, trial.found, right(*other))):
        raise Mistake(ELSEWHERE, cause, rest)


def _refuse_overwriting(exercise, first):
    """Refuse a function whose later calls changed its first result."""
    now = outputs(first.called.found, exercise.returns)
    now = [np.reshape(one, np.shape(right)) for one, right in zip(now, first.expected, strict=True)]
    if not all(map(same, now, first.found)):
        raise Mistake(
            ELSEWHERE,
            "An earlier result changed when your function was called again: it writes into an array"
            " that it has returned before. Make a new one at each call.",
        )


def comparison(trials, index, name):
    """What came and what was expected in the first trial in which an output was wrong."""
    trial = next((each for each in trials if not each.right[index]), trials[0])
    mine, right = differing(trial.found[index], trial.expected[index])
    return f"{name} is {mine}; it should be {right}."

"""What can be found out about wrong results, whatever the exercise."""

import numpy as np

from . import inspection, slips
from .causes import Part, joined
from .exercise import attempt, parts_of
from .probes import differences
from .results import CLOSE, capital, decimals, differing, off, same
from .verdict import ALMOST, VALUES, Mistake

REMEMBERS = (
    "Your function is right for the first batch, but not for the next: does it keep something of"
    " the"
    " first, outside of itself?"
)


def diagnose(exercise, function, trials, variants):
    """A Mistake that says all that can be found out about wrong results."""
    trial = next(each for each in trials if not all(each.right))
    digits = _digits_lost(exercise, trials)
    if digits:
        return digits
    more = _with_another_shape(exercise, function, trials, variants[-1])
    parts, fixed = _parts_for_all_shapes(exercise, function, trials, more)
    already = [part.name for part in parts if part.right]
    wrong = [part for part in parts if not part.right]
    by_slips, left = _by_slips(exercise, function, more, _unexplained(exercise, trials, wrong))
    explained = [exercise.returns[at] for at in by_slips]
    if len(exercise.returns) == 1 and explained:
        wrong = []  # all is said
    wrong = [part for part in wrong if part.name not in explained]
    wrong += [Part(exercise.returns[at], False, said) for at, said in by_slips.items()]
    named = [*_each_once(wrong), *fixed]
    unnamed = [part.compare for part in wrong if not part.sentences]
    if unnamed or not wrong:
        if max(off(*pair) for pair in _pairs(trials)) < CLOSE:
            return _almost(
                exercise, trials, "Do you round, approximate, or use a number with few digits?"
            )
        named += _found_otherwise(exercise, function, trials, variants, left)
        unnamed += [] if named else [exercise.advice]
    right = f"Right already: {' and '.join(already)}." if already else ""
    return Mistake(
        VALUES, joined(named), joined([exercise.measure(trial), right, *unnamed]), already
    )


def _never_changes(trials):
    """Whether the result is the same for all numbers."""
    return len(trials) > 1 and all(all(map(same, trials[0].found, t.found)) for t in trials[1:])


def _with_another_shape(exercise, function, trials, other):
    """The trials and one of another shape, if there the function gives a result at all."""
    try:
        return [*trials, attempt(exercise, function, other)]
    except Mistake:
        return trials


def _parts_for_all_shapes(exercise, function, trials, more):
    """The parts (none if the result never changes), and a sentence if they fit one shape only."""
    if _never_changes(trials):
        return [], []
    parts = parts_of(exercise, more)
    if len(more) == len(trials) or (parts and all(p.sentences is not None for p in parts)):
        return parts, []
    same_shape = parts_of(exercise, trials)
    named = same_shape and all(part.sentences is not None for part in same_shape)
    return same_shape, [of_fixed_size(function, trials[0])] if named else []


def _by_slips(exercise, function, trials, left):
    """What slips explain of the outputs `left`, {index: sentences}, and what is left then.

    One slip that explains all that is wrong comes before other explanations of a part of it.
    """
    if _never_changes(trials[: exercise.bases]):
        return {}, left
    wrong = [at for at in range(len(exercise.returns)) if not all(t.right[at] for t in trials)]
    if left and len(wrong) > 1:
        said = slips.explain(exercise, function, trials, wrong, most=1)
        if said:
            return dict.fromkeys(wrong, said), []
    found = {at: slips.explain(exercise, function, trials, [at]) for at in left}
    return {at: said for at, said in found.items() if said}, [at for at in left if not found[at]]


def _unexplained(exercise, trials, wrong):
    """The indices of wrong outputs of which no part says what is wrong."""
    if len(exercise.returns) == 1:
        return [0] if not wrong or any(not part.sentences for part in wrong) else []
    said = {part.name for part in wrong if part.sentences}
    everything = any(not part.name for part in wrong if part.sentences)
    return [
        at
        for at, name in enumerate(exercise.returns)
        if not everything and name not in said and not all(trial.right[at] for trial in trials)
    ]


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


def _pairs(trials):
    return [pair for trial in trials for pair in zip(trial.found, trial.expected, strict=True)]


def _digits_lost(exercise, trials):
    """A Mistake where all that is wrong was rounded, to whole numbers it may be; or None."""
    wrong = [at for at in range(len(exercise.returns)) if not all(t.right[at] for t in trials)]
    pairs = [(trial.found[at], trial.expected[at]) for trial in trials for at in wrong]
    whole = all(
        np.all(found % 1 == 0)
        and np.all(np.abs(found - expected) < 1)
        and np.max(np.abs(expected)) > 1
        for found, expected in pairs
    )
    if whole and not all(np.all(found == found.flat[0]) for found, _ in pairs):
        return _almost(
            exercise, trials, "Your function gives whole numbers: the fractions are lost."
        )
    digits = [decimals(*pair) for pair in pairs]
    if digits == [0] * len(pairs) and all(found.size == 1 for found, _ in pairs):
        return None  # a 0 or a 1 can come from anywhere
    if None in digits or not all(np.array_equal(np.round(b, max(digits)), a) for a, b in pairs):
        return None
    return _almost(exercise, trials, f"Your function rounds to {max(digits)} decimals.")


def _almost(exercise, trials, cause):
    """A Mistake that shows a number of too few digits beside the right one."""
    trial = next(each for each in trials if not all(each.right))
    index = trial.right.index(False)
    found, expected = trial.found[index], trial.expected[index]
    at = np.unravel_index(np.argmax(np.abs(found - expected)), np.shape(found))
    mine, right = differing(found[at], expected[at])
    rest = f"Almost: one value of {exercise.returns[index]} is {mine} where {right} is right."
    return Mistake(ALMOST, cause, rest)


def _found_otherwise(exercise, function, trials, variants, left):
    """Sentences about what comes from elsewhere, where it is right, and how the result answers.

    left: the indices of the outputs that are not explained.
    """
    trial = next(each for each in trials if not all(each.right))
    if all(trials[0].right) and inspection.may_remember(function):
        return [REMEMBERS]
    unused = [
        name
        for at, name in enumerate(exercise.arguments)
        if _changes_nothing(exercise, function, trials[0], at, variants[1])
    ]
    outside = inspection.read_from_outside(function)
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
    elif inspection.may_remember(function):
        said.append("Your function can keep something from earlier calls: does it?")
    counts = sorted(n for n in inspection.numbers_written(function) if n > 4)
    if counts:
        said.append(
            f"The number {counts[0]:g} is written into your function: if it is a count, use len or"
            " shape."
        )
    if len(unused) == len(exercise.arguments):
        return said
    others = variants[1] if trial is trials[0] else variants[0]
    said += exercise.otherwise(function, trials, left) or [
        *_one_for_all(exercise, trials, left),
        *_where_right(exercise, trials),
        *differences(exercise, function, trial, others, left, unused),
    ]
    return said[:3]


def _one_for_all(exercise, trials, left):
    """A sentence if each unit has the same number, though each should have its own."""
    for at in left:
        found = [trial.found[at] for trial in trials]
        if found[0].ndim == 1 and all(same(one, np.full_like(one, one[0])) for one in found):
            name = capital(exercise.returns[at])
            return [
                f"{name} is the same number for every unit, but each unit has its own: does"
                " something run over the whole array? Name an axis, or take column by column."
            ]
    return []


def _changes_nothing(exercise, function, first, at, others):
    if np.array_equal(first.data[at], others[at]):
        return False  # nothing else to give
    data = list(first.data)
    data[at] = others[at]
    try:
        trial = attempt(exercise, function, tuple(data))
    except Mistake:
        return False
    return all(map(same, trial.found, first.found))


def _where_right(exercise, trials):
    """A sentence if the order is wrong, or if only some units or examples are right."""
    for index, name in enumerate(exercise.returns):
        pairs = [(trial.found[index], trial.expected[index]) for trial in trials]
        if all(trial.right[index] for trial in trials) or not pairs[0][0].ndim:
            continue
        for axis in range(pairs[0][0].ndim):
            if all(same(np.sort(a, axis=axis), np.sort(b, axis=axis)) for a, b in pairs):
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


def of_fixed_size(function, first):
    """The sentence for a function that works for one shape only."""
    sizes = {n for each in first.data for n in (*np.shape(each), np.size(each))} - {1}
    written = inspection.numbers_written(function)
    likely = written & sizes or {n for n in written if n > 4}
    if likely:
        return (
            f"The number {min(likely):g} is written into your function, but sizes change: use len"
            f" or"
            " shape."
        )
    return "Is a size of the first batch written into your function, or kept by it?"

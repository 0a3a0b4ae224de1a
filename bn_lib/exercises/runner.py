"""The runner: it tries a learner's function in many ways, and says how far it got and why.

It knows no exercise. An `Exercise` has the data, the right answer, and `parts`, which solves a
wrong result for its parts and names what is wrong with each.
"""

import numpy as np

from .causes import joined
from .diagnosis import REMEMBERS, diagnose, of_fixed_size
from .exercise import attempt
from .results import outputs, same
from .verdict import ELSEWHERE, ERROR, RIGHT, SHAPE, Mistake, Verdict


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
            check=exercise.name,
        )
    message = joined([exercise.praise, *remarks])
    return Verdict(
        passed=True,
        message=message,
        stage=RIGHT,
        already=exercise.returns,
        arguments=variants[0],
        check=exercise.name,
    )


def _try(exercise, function, variants):
    """Raise Mistake for a wrong function; return a remark on a right one, or ""."""
    *bases, other = variants
    first = attempt(exercise, function, bases[0], echo=True)
    again = attempt(exercise, function, bases[0])
    if not all(map(same, first.found, again.found)):
        raise Mistake(
            ELSEWHERE,
            "The same batch, given twice, gives two results: does your function draw random"
            " numbers, or keep something from one call to the next?",
        )
    trials = [first]
    try:
        trials += [attempt(exercise, function, data) for data in bases[1:]]
    except Mistake as mistake:
        if all(first.right):
            raise Mistake(ELSEWHERE, joined([REMEMBERS, mistake.cause])) from None
    fitting = [
        (right, remark)
        for right, remark in exercise.rights()
        if all(all(map(same, trial.found, right(*trial.data))) for trial in trials)
    ]
    if not fitting:
        raise diagnose(exercise, function, trials, variants)
    right, remark = fitting[0]
    _refuse_fixed_size(exercise, function, first, other, right)
    _refuse_overwriting(exercise, first)
    names = zip(first.called.kept, exercise.arguments, strict=True)
    changed = [name for kept, name in names if not kept]
    if changed:
        raise Mistake(
            ELSEWHERE,
            f"Your function changes the {' and '.join(changed)} it was given; whoever calls it goes"
            f" on with other numbers. Lines like {changed[0]} -= … work in place;"
            f" {changed[0]} = {changed[0]} - … makes a new array.",
            rest="The result is right, but one thing is not.",
            already=exercise.returns,
        )
    return joined([remark, _of_shapes(exercise, first)])


def _of_shapes(exercise, first):
    """A remark on right numbers with an axis of length 1 that nobody asked for, or ""."""
    found = first.called.found if len(exercise.returns) > 1 else [first.called.found]
    for name, one, right in zip(exercise.returns, found, first.expected, strict=True):
        if np.ndim(one) > np.ndim(right) > 0:
            return (
                f"One remark: {name} has the shape {np.shape(one)}, with an axis of length 1, as"
                f" keepdims leaves it; one number for each unit has the shape {np.shape(right)}."
            )
    return ""


def _refuse_fixed_size(exercise, function, first, other, right):
    """Refuse a function that is right for one shape only."""
    shape, new = (
        " and ".join(dict.fromkeys(str(each.shape) for each in data if np.ndim(each) > 1))
        for data in (first.data, other)
    )
    cause = of_fixed_size(function, first)
    rest = f"Right for an array of shape {shape}, but not for {new}."
    try:
        trial = attempt(exercise, function, other)
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

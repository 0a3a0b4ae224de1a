"""The exercise about drift (07): how far means move in a step."""

from types import MappingProxyType

import numpy as np

from .causes import Part, explain
from .exercise import Exercise
from .learner import call
from .results import as_array, in_words, same
from .runner import run
from .verdict import Mistake

SWITCHES = {
    "change": {
        "size": "",
        "signed": "You let steps up and steps down cancel each other: take the size of each.",
        "size at the end": "You take the absolute value at the end, when steps up and down have"
        " canceled each other: take the size of each step.",
        "net": "You measure from the start to the end only; the way between has many steps.",
        "from start": "You measure each row from the start, row 0; a step leads from the row"
        " before.",
        "squared": "You square the steps; here their plain size is wanted.",
        "rms": "You take a root of mean squares; here the mean of the plain sizes is wanted.",
        "row": "You take differences between units; a step leads from one row to the next.",
        "two": "You take differences over two rows; a step leads from one row to the next.",
        "of stds": "You take the change of the spreads; the change of the means is wanted.",
        "of ratios": "You divide before you take differences: change of the mean first, then /std.",
        "no change": "You take no differences: a drift is the change from row to row.",
    },
    "unit": {
        "before": "",
        "after": "You divide by the spread after the step; it is measured in that before.",
        "between": "You divide by the mean of both spreads; the step is measured in that before.",
        "none": "The division by the spread is missing.",
        "times": "You multiply by the spread; divide by it.",
        "variance": "You divide by the variance, whose unit is that of the mean squared.",
        "root": "You divide by the root of the spread; std is a root already.",
        "overall": "You divide by one average spread, but each unit and step has its own.",
        "before overall": "You divide by the average spread, a ratio of averages; each step has its"
        " own unit: divide first.",
        "per unit": "You divide by each unit's average spread; each step has its own.",
        "first": "You divide by the spread at the start; each step has its own.",
        "mean": "You divide by the mean; the spread, stds, is the unit.",
    },
    "average": {
        "mean": "",
        "sum": "You return a sum, but the average over steps and units is wanted.",
        "sum over steps": "You add the steps up; take their average.",
        "sum over units": "You add the units up; take their average.",
        "rows": "You divide by the number of rows; there is one step fewer than rows.",
        "median": "You take the median; here it is the mean.",
        "most": "You take the largest step; here it is the mean.",
        "one unit": "You take the first unit only; average over all units.",
        "last unit": "You take the last unit only; average over all units.",
        "first step": "You take the first step only; average over all steps.",
        "last step": "You take the last step only; average over all steps.",
    },
}


def recipe(means, stds, /, change="size", unit="before", average="mean"):
    """The drift of the mean, and what it becomes with wrong switches."""
    before, after, from_mean = stds[:-1], stds[1:], means[:-1]
    step = np.diff(means, axis=0)
    if change == "row":
        step, before, after = np.diff(means, axis=1), stds[:, :-1], stds[:, 1:]
        from_mean = means[:, :-1]
    elif change == "net":
        step, before, after, from_mean = means[-1:] - means[:1], stds[:1], stds[-1:], means[:1]
    elif change == "from start":
        step = means[1:] - means[:1]
    elif change == "two":
        step, before, after, from_mean = means[2:] - means[:-2], stds[:-2], stds[2:], means[:-2]
    elif change == "of stds":
        step = np.diff(stds, axis=0)
    elif change == "of ratios":
        step, before, after, from_mean = np.diff(means / stds, axis=0), 1.0, 1.0, 1.0
    elif change == "no change":
        step, before, after, from_mean = means, stds, stds, means
    units = {
        "before": before,
        "after": after,
        "between": (before + after) / 2,
        "none": 1,
        "times": 1 / before,
        "variance": before**2,
        "root": np.sqrt(before),
        "overall": stds.mean(),
        "before overall": np.mean(before),
        "per unit": stds.mean(axis=0) if np.shape(step)[1] == stds.shape[1] else 1,
        "first": stds[:1] if np.shape(step)[1] == stds.shape[1] else 1,
        "mean": np.abs(from_mean),
    }
    moved = step / units[unit]
    if change in ("squared", "rms"):
        moved = moved**2
    elif change not in ("signed", "size at the end"):
        moved = np.abs(moved)
    found = {
        "mean": moved.mean(),
        "sum": moved.sum(),
        "sum over steps": moved.sum(axis=0).mean(),
        "sum over units": moved.sum(axis=1).mean(),
        "rows": moved.sum() / means.size,
        "median": np.median(moved),
        "most": moved.max(),
        "one unit": moved[:, 0].mean(),
        "last unit": moved[:, -1].mean(),
        "first step": moved[0].mean(),
        "last step": moved[-1].mean(),
    }[average]
    if change == "size at the end":
        return np.abs(found)
    return np.sqrt(found) if change == "rms" else found


class Drift(Exercise):
    """f(means, stds) -> drift."""

    name = "check_drift"
    arguments = ("means", "stds")
    axes = MappingProxyType({"means": ("row", "unit"), "stds": ("row", "unit")})
    returns = ("the drift",)
    formulas = (
        "steps = np.abs(means[1:] - means[:-1])\ndrift = (steps / stds[:-1]).mean()",
        "steps = (means[1:] - means[:-1]) / stds[:-1]\n"
        "drift = np.abs(steps).sum() / ((rows - 1) * D)",
    )
    praise = "Right: that is how far the means move in a step, in units of σ."
    advice = (
        "Go step by step: the change from row to row, its size, divided by the spread before, and"
        " the"
        " mean of all that."
    )
    hints = (
        "A step leads from a row to the next: means[1:] − means[:-1], or np.diff with axis=0.",
        "Its size is np.abs of it; its unit is the spread before the step, stds[:-1].",
        "At the end stands one mean, over all steps and units.",
    )
    bases = 3

    def data(self, rng, variant):
        """Means and stds, (steps, units)."""
        shape = (7, 4) if variant < 3 else (5, 3)
        return rng.normal(2, 1, shape), rng.uniform(0.5, 3, shape)

    def right(self, means, stds):
        """The drift."""
        return (recipe(means, stds),)

    def known(self, means, stds):
        """The lengths, and the rows before and after each step."""
        rows = {"means[1:]": means[1:], "means[:-1]": means[:-1]}
        rows |= {"stds[1:]": stds[1:], "stds[:-1]": stds[:-1]}
        return super().known(means, stds) | rows

    def parts(self, trials):
        """The drift."""

        def sizes(means, stds):
            return {"the number of rows": len(means), "the number of units": means.shape[1]}

        found = [(trial.found[0], trial.data) for trial in trials]
        return [Part("", False, explain(found, recipe, SWITCHES, "The drift", sizes))]

    def otherwise(self, function, trials, left):
        """The first of some small examples that comes out wrong."""
        for said, means, stds in _small_examples():
            right = recipe(means, stds)
            try:
                found = as_array(call(function, (means, stds)).found)
            except Mistake:
                return []
            if found is not None and found.shape == () and not same(found, right):
                return [
                    f"A small example, with 4 rows and 3 units: {said}. The drift is"
                    f" {in_words(right)}; you return {in_words(found)}."
                ]
        return []

    def measure(self, trial):
        """What came, and what was expected."""
        if np.ndim(trial.found[0]):
            return ""
        found, expected = (in_words(each[0], 4) for each in (trial.found, trial.expected))
        return f"You get {found} where {expected} is right."


def _small_examples():
    """Descriptions, means and stds: at first one step of one mean, then more."""
    for row, unit in (1, 0), (0, 0), (2, 2), (1, 2):
        means, stds = np.zeros((4, 3)), np.ones((4, 3))
        means[row + 1 :, unit] = 1
        where = f"the mean of unit {unit} steps from 0 to 1 between rows {row} and {row + 1}"
        yield f"{where}, all else stays, and all stds are 1", means, stds
        yield f"{where.replace('to 1', 'to −1')}, and all stds are 1", -means, stds
        yield f"{where.replace('to 1', 'to 2')}, and all stds are 1", 2 * means, stds
        for at, name in (row, "before"), (row + 1, "after"):
            wide = stds.copy()
            wide[at, unit] = 4
            yield f"{where}, and the std of that unit is 4 {name} the step, else 1", means, wide
    means[1:, 0] = 1
    yield f"{where}, another mean steps between rows 0 and 1, and all stds are 1", means, stds
    means[3:, 0] = 0
    yield "two means step by 1, one of them back again, and all stds are 1", means, stds


def check_drift(function, seed=0):
    """Check a learner's `f(means, stds) -> drift`, the average size of a step of the means.

    means, stds: (steps, units). drift: the mean over steps and units of |change of the mean| / std
    before the step. Called as `check_drift(f)`; `seed` chooses the numbers. Returns a Verdict;
    raises TypeError if f is no function.
    """
    return run(Drift(), function, seed)

"""The exercise about drift: how far means move in a step."""

import numpy as np

from .runner import Mistake, call, explain, numbers, refuse_change, same, verdict

_SWITCHES = {
    "change": {
        "size": "",
        "signed": "You let steps up and steps down cancel each other: take the size of each.",
        "net": "You measure from the start to the end only; the way between has many steps.",
        "squared": "You square the steps; here their plain size is wanted.",
        "row": "You take differences between units; a step leads from one row to the next.",
    },
    "unit": {
        "before": "",
        "after": "You divide by the spread after the step; it is measured in that before.",
        "none": "The division by the spread is missing.",
        "variance": "You divide by the variance, whose unit is that of the mean squared.",
        "overall": "You divide by one average spread, but each unit and step has its own.",
    },
    "average": {
        "mean": "",
        "sum": "You return a sum, but the average over steps and units is wanted.",
        "sum over steps": "You add the steps up; take their average.",
        "sum over units": "You add the units up; take their average.",
        "median": "You take the median; here it is the mean.",
    },
}


def _recipe(means, stds, change="size", unit="before", average="mean"):
    """The drift of the mean, and what it becomes with wrong switches."""
    if change == "row":
        moved, before, after = np.abs(np.diff(means, axis=1)), stds[:, :-1], stds[:, 1:]
    elif change == "net":
        moved, before, after = np.abs(means[-1:] - means[:1]), stds[:1], stds[-1:]
    else:
        step = np.diff(means, axis=0)
        moved = {"size": np.abs(step), "signed": step, "squared": step**2}[change]
        before, after = stds[:-1], stds[1:]
    units = {"before": before, "after": after, "none": 1, "variance": before**2}
    moved = moved / units.get(unit, stds.mean())
    return {
        "mean": moved.mean(),
        "sum": moved.sum(),
        "sum over steps": moved.sum(axis=0).mean(),
        "sum over units": moved.sum(axis=1).mean(),
        "median": np.median(moved),
    }[average]


@verdict
def check_drift(function, rng):
    """Check a learner's `f(means, stds) -> drift`, the average size of a step of the means.

    means, stds: (steps, units). drift: the mean over steps and units of |change of the mean| / std
    before the step. Called as `check_drift(f)`; `seed=` chooses the numbers. Returns a Verdict;
    raises TypeError if f is no function, and what f raises.
    """
    means, stds = rng.normal(2, 1, (7, 4)), rng.uniform(0.5, 3, (7, 4))
    found, kept = call(function, means, stds)
    drift = numbers(found, "The drift")
    if drift.shape:
        raise Mistake(
            f"You return an array of shape {drift.shape}; average over steps and units, so that"
            " one number is left."
        )
    expected = _recipe(means, stds)
    if not same(drift, expected):
        raise Mistake(
            f"You get {drift:.4g} where {expected:.4g} is right. ".replace("-", "−")
            + (
                explain(drift, _recipe, _SWITCHES, means, stds)
                or "Go step by step: the change from row to row, its size, divided by the spread"
                " before, and the mean of all that."
            )
        )
    refuse_change(kept, "means", "stds")
    return "Right: that is how far the means move in a step, in units of σ."

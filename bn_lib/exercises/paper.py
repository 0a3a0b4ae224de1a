"""The exercise about population statistics: what inference uses in place of a batch's own."""

import numpy as np

from .runner import Mistake, call, explain, pair, refuse_change, same, verdict

MEAN_SWITCHES = {
    "means": {
        "all": "",
        "first": "Your mean is that of the first batch only; average over all of them.",
        "last": "Your mean is that of the last batch only; average over all of them.",
        "batches": "Your mean runs over the batches but not over their examples: take both away.",
        "units": "Your mean runs over the units too, but each unit has its own.",
        "variances": "In place of the mean stands a variance: return the mean first, then var.",
    },
}
VAR_SWITCHES = {
    "of": {
        "batches": "",
        "first": "Your var is that of the first batch only; average over all of them.",
        "last": "Your var is that of the last batch only; average over all of them.",
        "everything": "You take one variance of all examples together; algorithm 2 averages the"
        " variances of the batches.",
        "means": "You take the variance of the batches' means; the mean of their variances is"
        " wanted.",
        "units": "Your var runs over the units too, but each unit has its own.",
        "stds": "You average standard deviations and square at the end; average the variances.",
    },
    "factor": {
        "m": "",
        "none": "The factor m/(m − 1) is missing: a batch's own variance is too small on average.",
        "B": "Your factor counts the batches; m is the number of examples in a batch.",
        "upside down": "Your factor is upside down: var grows by m/(m − 1).",
        "twice": "The factor is in it twice: ddof=1 has it already.",
    },
    "root": {
        False: "",
        True: "You return a standard deviation; var is its square.",
    },
}


def mean_recipe(batches, means="all"):
    """The population mean of each unit, and what it becomes with wrong switches."""
    return {
        "all": batches.mean(axis=(0, 1)),
        "first": batches[0].mean(axis=0),
        "last": batches[-1].mean(axis=0),
        "batches": batches.mean(axis=0),
        "units": batches.mean(),
        "variances": var_recipe(batches),
    }[means]


def var_recipe(batches, of="batches", factor="m", root=False):
    """m / (m - 1) * E[var of a batch], and what it becomes with wrong switches."""
    count, m, _ = batches.shape
    var = {
        "batches": batches.var(axis=1).mean(axis=0),
        "first": batches[0].var(axis=0),
        "last": batches[-1].var(axis=0),
        "everything": batches.var(axis=(0, 1)),
        "means": batches.mean(axis=1).var(axis=0),
        "units": batches.var(axis=(1, 2)).mean(),
        "stds": batches.std(axis=1).mean(axis=0) ** 2,
    }[of]
    bessel = m / (m - 1)
    times = {"m": bessel, "none": 1, "B": count / (count - 1), "upside down": 1 / bessel}
    var = times.get(factor, bessel**2) * var
    return np.sqrt(var) if root else var


@verdict
def check_population(function, rng):
    """Check a learner's `f(batches) -> mean, var`: algorithm 2 of Ioffe & Szegedy 2015, line 10.

    batches: (number of batches, m, units), the inputs of one layer. mean: E[mean of a batch], var:
    m / (m - 1) * E[var of a batch], of shape (units,) each. Called as `check_population(f)`;
    `seed=` chooses the batches. Returns a Verdict; raises TypeError if f is no function, and what
    f raises.
    """
    centres = rng.normal(3, 1, (5, 1, 3))  # batches differ, so that it matters how one averages
    batches = rng.normal(centres, rng.uniform(0.5, 3, (5, 1, 3)), (5, 4, 3))
    found, kept = call(function, batches)
    mean, var = pair(found, "mean", "var")
    said = []
    for value, name, recipe, switches in (
        (mean, "mean", mean_recipe, MEAN_SWITCHES),
        (var, "var", var_recipe, VAR_SWITCHES),
    ):
        expected = recipe(batches)
        if not same(value, expected):
            said.append(
                explain(value, recipe, switches, batches)
                or f"The {name} of the 3 units should be {np.round(expected, 2)}; you return"
                f" {np.round(value, 2)}. For 5 batches of m = 4 examples: a number for each batch"
                " and unit first, and then the mean over the batches."
            )
    if said:
        raise Mistake(" ".join(said))
    refuse_change(kept, "batches")
    return "Right: E[mean] and m/(m − 1) · E[var], as in the paper's algorithm 2."

"""The exercise about population statistics (06): what inference uses in place of a batch's own."""

from types import MappingProxyType

import numpy as np

from .causes import Part, explain
from .exercise import Exercise, comparison
from .results import same
from .runner import run

OF = {
    "batches": "",
    "first": "{it} is that of the first batch only; average over all of them.",
    "last": "{it} is that of the last batch only; average over all of them.",
    "not first": "{it} leaves out the first batch.",
    "not last": "{it} leaves out the last batch.",
    "over batches": "{it} runs over the batches but not over their examples: take both away.",
    "units": "{it} runs over the units too, but each unit has its own.",
    "median": "{it} is a median over the batches; the average is wanted.",
    "moving": "{it} is a moving average, in which the last batches weigh most; all weigh the same.",
    "most": "{it} is the largest over the batches; the average is wanted.",
}
MEAN_SWITCHES = {
    "of": OF,
    "statistic": {
        "mean": "",
        "var": "In place of the mean stands a variance: return the mean first, then var.",
        "median": "{it} takes the median of a batch.",
    },
}
VAR_SWITCHES = {
    "of": OF
    | {
        "everything": "You take one variance of all examples together; algorithm 2 averages the"
        " variances of the batches.",
        "means": "You take the variance of the batches' means; the mean of their variances is"
        " wanted.",
        "squares": "You take a mean of squares without subtracting a mean first.",
    },
    "statistic": {
        "var": "",
        "std": "You average standard deviations; var is a variance: average the variances.",
        "std squared": "You average standard deviations and square at the end; average the"
        " variances.",
        "root": "You return a standard deviation; var is its square.",
        "mean": "In place of var stands a mean: return the mean first, then var.",
    },
    "factor": {
        "m": "",
        "none": "The factor m/(m − 1) is missing: a batch's own variance is too small on average.",
        "B": "Your factor counts the batches; m is the number of examples in a batch.",
        "all": "Your factor counts all examples; m is the number of examples in one batch.",
        "D": "Your factor counts the units; m is the number of examples in a batch.",
        "upside down": "Your factor is upside down, (m − 1)/m: var grows by m/(m − 1).",
        "twice": "The factor is in it twice: ddof=1 has it already.",
        "m + 1": "Your factor is (m + 1)/m; it is m/(m − 1).",
        "m − 1": "You multiply by m − 1, where m/(m − 1) belongs.",
    },
}


def sizes(batches):
    """The counts that may have come in as a factor."""
    names = "the number of batches", "m", "the number of units"
    return dict(zip(names, batches.shape, strict=True))


def _over_batches(each, of):
    """The average over the batches of a statistic (batches, units), in right and wrong ways."""
    moving = each[0]
    for one in each[1:]:
        moving = 0.9 * moving + 0.1 * one
    ways = {
        "batches": each.mean(axis=0),
        "first": each[0],
        "last": each[-1],
        "not first": each[1:].mean(axis=0),
        "not last": each[:-1].mean(axis=0),
        "units": np.full(each.shape[1], each.mean()),
        "median": np.median(each, axis=0),
        "moving": moving,
        "most": each.max(axis=0),
    }
    return ways[of]


def mean_recipe(batches, /, of="batches", statistic="mean"):
    """The population mean of each unit, and what it becomes with wrong switches."""
    if of == "over batches":
        return batches.mean(axis=0)
    kinds = {"mean": np.mean, "median": np.median}
    each = var_each(batches) if statistic == "var" else kinds[statistic](batches, axis=1)
    return _over_batches(each, of)


def var_each(batches):
    """The unbiased variance of each batch."""
    return batches.var(axis=1, ddof=1)


def var_recipe(batches, /, of="batches", statistic="var", factor="m"):
    """m / (m - 1) * E[var of a batch], and what it becomes with wrong switches."""
    B, m, D = batches.shape
    bessel = m / (m - 1)
    factor = {
        **{"m": bessel, "none": 1, "B": B / (B - 1), "all": B * m / (B * m - 1), "D": D / (D - 1)},
        **{"upside down": 1 / bessel, "twice": bessel**2, "m + 1": (m + 1) / m, "m − 1": m - 1},
    }[factor]
    if statistic == "mean":
        return mean_recipe(batches)
    wholes = {
        "everything": lambda: batches.var(axis=(0, 1)),
        "means": lambda: batches.mean(axis=1).var(axis=0),
        "squares": lambda: (batches**2).mean(axis=(0, 1)),
        "over batches": lambda: batches.var(axis=0),
        "units": lambda: np.full(D, batches.var(axis=(1, 2)).mean()),
    }
    each = factor * batches.var(axis=1)
    if of in wholes:
        var = factor * wholes[of]()
        return np.sqrt(var) if statistic in ("std", "root") else var
    if statistic in ("std", "std squared"):
        std = _over_batches(np.sqrt(each), of)
        return std**2 if statistic == "std squared" else std
    return np.sqrt(_over_batches(each, of)) if statistic == "root" else _over_batches(each, of)


class Population(Exercise):
    """f(batches) -> mean, var."""

    name = "check_population"
    arguments = ("batches",)
    axes = MappingProxyType({"batches": ("batch", "example", "unit")})
    returns = ("mean", "var")
    formulas = (
        "mean = batches.mean(axis=1).mean(axis=0)\n"
        "var = m / (m - 1) * batches.var(axis=1).mean(axis=0)",
    )
    praise = "Right: E[mean] and m/(m − 1) · E[var], as in the paper's algorithm 2."
    advice = (
        "For each batch of m examples: a number for each unit first, and then the mean over the"
        " batches."
    )
    hints = (
        "First a mean and a variance for each batch and unit, over the batch's examples: axis 1.",
        "Then the average of those over the batches.",
        "var is m/(m − 1) times that average, with m = batches.shape[1].",
    )

    def data(self, rng, variant):
        """Batches that differ, so that it matters how one averages."""
        B, m, D = (5, 4, 3) if variant < 2 else (3, 6, 2)
        centers = rng.normal(3, 1, (B, 1, D))
        return (rng.normal(centers, rng.uniform(0.5, 3, (B, 1, D)), (B, m, D)),)

    def right(self, batches):
        """Mean and var."""
        return mean_recipe(batches), var_recipe(batches)

    def known(self, batches):
        """The three lengths, m as the paper calls the examples."""
        return dict(zip("BmD", batches.shape, strict=True))

    def parts(self, trials):
        """Mean and var, each for itself."""
        if all(
            same(trial.found[0], trial.expected[1]) and same(trial.found[1], trial.expected[0])
            for trial in trials
        ):
            return [Part("", False, ("You return var, mean: the mean first, then var.",))]
        parts = []
        for at, made, switches in (0, mean_recipe, MEAN_SWITCHES), (1, var_recipe, VAR_SWITCHES):
            name, found = self.returns[at], [(each.found[at], each.data) for each in trials]
            said = explain(found, made, switches, f"Your {name}", sizes)
            if said is None and np.ndim(found[0][0]) == 0:
                found = [(np.full(data[0].shape[2], one), data) for one, data in found]
                said = explain(found, made, switches, f"Your {name}", sizes)
            compare = comparison(trials, at, f"Your {name}")
            parts.append(Part(name, said == (), said, compare if said != () else ""))
        return parts


def check_population(function, seed=0):
    """Check a learner's `f(batches) -> mean, var`: algorithm 2 of Ioffe & Szegedy 2015, line 10.

    batches: (number of batches, m, units), the inputs of one layer. mean: E[mean of a batch], var:
    m / (m - 1) * E[var of a batch], of shape (units,) each. Called as `check_population(f)`;
    `seed` chooses the batches. Returns a Verdict; raises TypeError if f is no function.
    """
    return run(Population(), function, seed)

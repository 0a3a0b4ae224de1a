"""The exercises about means (00) and about normalizing (01)."""

from types import MappingProxyType

import numpy as np

from bn_lib.normalization import normalize

from .causes import Part, explain
from .exercise import Exercise, Trial, comparison
from .learner import call
from .moments import (
    DIGITS_LOST,
    FAR_TOLERANCE,
    MEAN_SWITCHES,
    POWERS,
    SPREAD_SWITCHES,
    far_batch,
    mean_recipe,
    name_mean,
    name_spread,
    sizes,
    small_batch,
    small_eps,
    spread_recipe,
)
from .probes import differences
from .results import as_array, differing, same
from .runner import run
from .verdict import ELSEWHERE, Mistake


class Mean(Exercise):
    """f(H) -> mean."""

    name = "check_mean"
    arguments = ("H",)
    axes = MappingProxyType({"H": ("example", "unit")})
    returns = ("your result",)
    formulas = ("mean = H.sum(axis=0) / N",)
    praise = "Right: one mean for each unit, taken over the examples."
    advice = "Add up the values of one unit, and divide by the number of examples."
    hints = (
        "A unit is a column of H; its values for all examples stand below each other.",
        "H.mean takes an axis: the one that goes away.",
        "Over the examples it is axis 0: H.mean(axis=0).",
    )

    def data(self, rng, variant):
        """H."""
        return (small_batch(rng, variant),)

    def right(self, H):
        """One mean for each unit."""
        return (mean_recipe(H),)

    def parts(self, trials):
        """The mean."""
        found = [(trial.found[0], trial.data) for trial in trials]
        said = name_mean(found, "Your result") if not all(all(t.right) for t in trials) else ()
        return [Part("", False, said, comparison(trials, 0, "Your result"))]


SUBTRACTED = {
    "of": MEAN_SWITCHES["of"] | {"none": "The mean is still in it: subtract it from H."},
    "axis": MEAN_SWITCHES["axis"],
}
# Formulas that are no mean and spread of their own: (H − mean) / std in wrong ways.
FORMULAS = {
    "form": {
        "normal": "",
        "brackets": "Brackets are missing: only the mean is divided by the spread, H is not.",
        "eps at the end": "ε is added to the result; it belongs under the root, to the variance.",
        "eps above": "ε is added above the fraction line; it belongs under the root.",
        "twice": "The batch is normalized twice; once is enough.",
        "clipped": "The result is cut off at −1 and 1, with clip or the like.",
        "sizes": "The result has lost its signs: is there an absolute value?",
        "scaled first": "You divide first, and then subtract the mean that H had before: subtract"
        " first.",
        "squared": "The result is squared.",
        "backwards": "Rows come out in another order.",
    },
}


def formula_recipe(H, eps, /, form="normal"):
    """(H − mean) / √(variance + ε), and what it becomes as a wrong formula."""
    mean, std = H.mean(axis=0), np.sqrt(H.var(axis=0) + eps)
    H_hat = (H - mean) / std
    forms = {
        "normal": H_hat,
        "brackets": H - mean / std,
        "eps at the end": (H - mean) / H.std(axis=0) + eps,
        "eps above": (H - mean + eps) / H.std(axis=0),
        "twice": normalize(H_hat, eps),
        "clipped": np.clip(H_hat, -1, 1),
        "sizes": np.abs(H_hat),
        "scaled first": H / std - mean,
        "squared": H_hat**2,
        "backwards": H_hat[::-1],
    }
    return forms[form]


def general_recipe(H, eps, /, **switches):
    """(H − mean) / spread, each with the switches of its own, such as spread_axis=1."""

    def own(prefix):
        return {k.removeprefix(prefix): v for k, v in switches.items() if k.startswith(prefix)}

    mean, spread = mean_recipe(H, **own("mean_")), spread_recipe(H, eps, **own("spread_"))
    return (H - _as_rows(mean, H, switches.get("mean_axis", 0))) / _as_rows(
        spread, H, switches.get("spread_axis", 0)
    )


def _as_rows(statistic, H, axis):
    return statistic[:, None] if axis == 1 and np.shape(statistic) == H.shape[:1] else statistic


def _general_switches():
    spread = {**SPREAD_SWITCHES, "power": POWERS}
    named = {}
    for prefix, it, group in ("mean_", MEAN, SUBTRACTED), ("spread_", SPREAD, spread):
        for name, values in group.items():
            named[prefix + name] = {v: said.replace("{it}", it) for v, said in values.items()}
    return named


MEAN, SPREAD = "The mean that you subtract", "The spread, the variance that you divide by,"


class Normalize(Exercise):
    """f(H, eps) -> H_hat."""

    name = "check_normalize"
    arguments = ("H", "eps")
    axes = MappingProxyType({"H": ("example", "unit")})
    returns = ("H_hat",)
    formulas = (
        "mean = H.sum(axis=0) / N\n"
        "var = ((H - mean) ** 2).sum(axis=0) / N\n"
        "H_hat = (H - mean) / np.sqrt(var + eps)",
        "H_hat = (H - H.sum(axis=0) / N) / np.sqrt(H.var(axis=0) + eps)",
    )
    praise = "Right: every unit is centered, then divided by √(variance + ε) over its examples."
    advice = "Go through the mean, the variance and (H − mean) / √(variance + ε), one by one."
    hints = (
        "Each unit, a column of H, has a mean and a variance of its own, over the examples.",
        "First subtract the mean, then divide by √(variance + eps).",
        "mean = H.mean(axis=0), var = H.var(axis=0), and np.sqrt takes the root.",
    )

    def data(self, rng, variant):
        """H and eps."""
        return small_batch(rng, variant), small_eps(variant)

    def right(self, H, eps):
        """H_hat."""
        return (normalize(H, eps),)

    def parts(self, trials):
        """What is subtracted, and what it is divided by."""
        found = [(trial.found[0], trial.data) for trial in trials]
        named = explain(found, formula_recipe, FORMULAS, "H_hat", sizes, most=1)
        if named:
            return [Part("", False, named)]
        solved = [solve_lines(trial.data[0], trial.found[0]) for trial in trials]
        if None not in solved:
            return self._of_lines(trials, solved)
        named = explain(found, general_recipe, _general_switches(), "H_hat", sizes)
        said = (
            "Within a unit your H_hat is no straight line in H; normalizing only subtracts and"
            " divides."
        )
        return [Part("", False, named, said)]

    @staticmethod
    def _of_lines(trials, solved):
        means = [(mean, trial.data) for (mean, _), trial in zip(solved, trials, strict=True)]
        spreads = [(spread, trial.data) for (_, spread), trial in zip(solved, trials, strict=True)]
        H, eps = trials[0].data
        right = mean_recipe(H), spread_recipe(H, eps)
        of_mean = _said_of_mean(name_mean(means, MEAN, SUBTRACTED))
        of_spread = _said_of_spread(name_spread(spreads, SPREAD))
        parts = []
        for said, name, verb, mine, should in (
            (of_mean, "the mean that you subtract", "subtract", solved[0][0], right[0]),
            (of_spread, "the spread that you divide by", "divide by", solved[0][1], right[1]),
        ):
            mine, should = differing(mine, should)
            compare = f"What you {verb} is {mine}; it should be {should}."
            parts.append(Part(name, said == (), said, compare))
        return parts

    def otherwise(self, function, trials, left):
        """How the mean that is subtracted and the spread answer, where they can be solved for."""
        solved = [solve_lines(trial.data[0], trial.found[0]) for trial in trials]
        if None in solved:
            return []

        def parts(H, eps):
            found = as_array(function(H, eps))
            return None if found is None else solve_lines(H, found)

        parted = [
            Trial(trial.data, found, _Solved().right(*trial.data), None)
            for trial, found in zip(trials, solved, strict=True)
        ]
        which = [at for at, part in enumerate(self._of_lines(trials, solved)) if not part.sentences]
        which = [at for at in which if not parted[0].right[at]]
        return differences(_Solved(), parts, parted[0], trials[1].data, which) if which else []

    def measure(self, trial):
        """Mean and spread of the unit that is furthest off."""
        H_hat, expected = trial.found[0], trial.expected[0]
        unit = np.argmax(np.abs(H_hat - expected).max(axis=0))
        column, right = H_hat[:, unit], expected[:, unit]
        if same([column.mean(), column.std()], [right.mean(), right.std()]):
            return ""
        mean = round(column.mean(), 9) + 0
        return (
            f"Unit {unit} of the check's batch comes out with mean {mean:.3g} and standard"
            f" deviation"
            f" {column.std():.3g}; they should be 0 and {right.std():.3g}."
        ).replace("-", "−")

    def beyond(self, function, rng):
        """Float32, far from zero."""
        far = far_batch(rng)
        found = as_array(call(function, (far, 0.0013)).found)
        with np.errstate(all="ignore"):
            errors = np.abs(found - normalize(far, 0.0013))
        if not np.max(errors) < FAR_TOLERANCE:
            raise Mistake(ELSEWHERE, DIGITS_LOST, "Right for the first batches.")
        return ""


class _Solved(Exercise):
    """The mean and the spread that a learner's H_hat is made with, as if they were returned."""

    arguments = ("H", "eps")
    axes = Normalize.axes
    returns = ("what you subtract", "what you divide by")

    def right(self, H, eps):
        """The mean and √(variance + ε)."""
        return mean_recipe(H), spread_recipe(H, eps)


def _said_of_mean(said):
    if said == (f"{MEAN} has the wrong sign.",):
        return ("The mean is added; it has to be subtracted.",)
    return said


def _said_of_spread(said):
    if said == (f"{SPREAD} has the wrong sign.",):
        return ("The sign is wrong: you take mean − H, the other way around.",)
    return said


def solve_lines(H, found):
    """(mean, spread) with which found = (H − mean) / spread in every unit, or None."""
    means, spreads = [], []
    if found.shape != H.shape:
        return None
    for h, y in zip(H.T, found.T, strict=True):
        centered = h - h.mean()
        slope = np.dot(centered, y) / np.dot(centered, centered)
        if not slope or not np.allclose(y - y.mean(), slope * centered, rtol=1e-7, atol=1e-9):
            return None
        spreads.append(1 / slope)
        means.append(h.mean() - y.mean() / slope)
    return np.array(means), np.array(spreads)


def check_mean(function, seed=0):
    """Check a learner's `f(H) -> mean`, one mean for each unit.

    H: (examples, units); mean: (units,). Called as `check_mean(f)`; `seed` chooses the batch.
    Returns a Verdict; raises TypeError if f is no function.
    """
    return run(Mean(), function, seed)


def check_normalize(function, seed=0):
    """Check a learner's `f(H, eps) -> H_hat`, which normalizes each unit of a batch.

    H and H_hat: (examples, units). Called as `check_normalize(f)`; `seed` chooses the batch.
    Returns a Verdict; raises TypeError if f is no function.
    """
    return run(Normalize(), function, seed)

"""The exercise about undoing (02)."""

from types import MappingProxyType

import numpy as np

from bn_lib.normalization import normalize, undo_parameters

from .causes import Part
from .exercise import Exercise, comparison
from .learner import call
from .moments import (
    DIGITS_LOST,
    FAR_TOLERANCE,
    MEAN_SWITCHES,
    far_batch,
    name_mean,
    name_spread,
    small_batch,
    small_eps,
    spread_recipe,
)
from .results import as_array, same
from .runner import run
from .verdict import ELSEWHERE, VALUES, Mistake

GAMMA_POWERS = {
    1: "",
    2: "{it} is a variance, whose unit is that of H squared: the square root is missing.",
    -1: "{it} divides once more; undoing a division is multiplying.",
    0: "{it} is γ = 1, which leaves H_hat as it is: undoing has to multiply by what was divided"
    " by.",
    0.5: "One square root too many is taken of the variance.",
}
BETA_FORMS = {
    "of": MEAN_SWITCHES["of"]
    | {"none": "{it} is β = 0, which leaves H_hat as it is: the mean has to come back."},
    "axis": MEAN_SWITCHES["axis"],
}
# Of the forms that β takes with a spread, each with what is said of it.
WITH_SPREAD = {
    "over": "Your β is divided by the spread, but β comes after γ, in the unit of H.",
    "minus over": "Your β is −mean/spread, which is what normalizing itself adds.",
    "times": "Your β is multiplied by the spread, γ; but γ·H_hat has that already, and β is added"
    " after it.",
    "plus": "ε is added to your β; it belongs to the variance only.",
}


class Undo(Exercise):
    """f(H, eps) -> gamma, beta."""

    name = "check_undo"
    arguments = ("H", "eps")
    axes = MappingProxyType({"H": ("example", "unit")})
    returns = ("γ", "β")
    formulas = (
        "mean = H.sum(axis=0) / N\n"
        "var = ((H - mean) ** 2).sum(axis=0) / N\n"
        "gamma = np.sqrt(var + eps)\n"
        "beta = mean",
    )
    praise = "Right: with your γ and β, γ·H_hat + β is H again."
    advice = "γ undoes the division, β the subtraction: take them one at a time."
    hints = (
        "Normalizing first subtracts something, then divides by something. Undo the last first.",
        "γ multiplies by what was divided by; β adds what was subtracted.",
        "γ = √(variance + eps) and β = mean, each over the examples.",
    )

    def data(self, rng, variant):
        """H and eps."""
        return small_batch(rng, variant), small_eps(variant)

    def right(self, H, eps):
        """γ and β."""
        return tuple(undo_parameters(H, eps))

    def glance(self, found, data):
        """γ = 1, β = 0 may come as two numbers."""
        gamma, beta = found
        if np.all(gamma == 1) and np.all(beta == 0):
            raise Mistake(
                VALUES,
                "With γ = 1 and β = 0, which a layer starts with, γ·H_hat + β is H_hat as it is:"
                " normalized, not undone.",
            )

    def parts(self, trials):
        """γ and β, in this order or the other."""
        straight = self._both(trials, (0, 1))
        if any(part.sentences is None for part in straight) or not any(p.right for p in straight):
            swapped = self._both(trials, (1, 0))
            if all(part.sentences is not None for part in swapped) and len(
                swapped[0].sentences + swapped[1].sentences
            ) < 3 - all(part.sentences is not None for part in straight):
                said = [s for part in swapped for s in part.sentences]
                return [Part("", False, ("You return β, γ: swap the two.", *said))]
        return straight

    @staticmethod
    def _both(trials, order):
        gammas, betas = ([(trial.found[at], trial.data) for trial in trials] for at in order)
        of_gamma = name_spread(gammas, "Your γ", GAMMA_POWERS)
        of_beta = name_mean(betas, "Your β", BETA_FORMS)
        if of_beta is None or len(of_beta) > 1:
            of_beta = _with_spread(betas) or of_beta
        compare = [
            "" if said == () else comparison(trials, at, f"Your {name}")
            for said, name, at in ((of_gamma, "γ", 0), (of_beta, "β", 1))
        ]
        return [
            Part("γ", of_gamma == (), of_gamma, compare[0]),
            Part("β", of_beta == (), of_beta, compare[1]),
        ]

    def measure(self, trial):
        """How far from H the learner's parameters bring the worst unit."""
        (gamma, beta), (H, eps) = trial.found, trial.data
        missed = gamma * normalize(H, eps) + beta - H
        shares = np.sqrt(np.mean(missed**2, axis=0)) / H.std(axis=0)
        unit = np.argmax(shares)
        return (
            f"With your γ and β, unit {unit} of the check's batch misses H by"
            f" {share_or_times(shares[unit])} its spread (rms)."
        )

    def beyond(self, function, rng):
        """Float32, far from zero."""
        far = far_batch(rng)
        found = call(function, (far, 0.0013)).found
        with np.errstate(all="ignore"):
            gamma = np.squeeze(as_array(found[0]))
            errors = np.abs(gamma / undo_parameters(far, 0.0013).gamma - 1)
        if not np.max(errors) < FAR_TOLERANCE:
            raise Mistake(ELSEWHERE, DIGITS_LOST, "Right for the first batches.")
        return ""


def _with_spread(betas):
    for form, said in WITH_SPREAD.items():
        for at, also in ("inside", ()), ("missing", ("In it, ε is missing.",)):

            def made(H, eps, form=form, at=at):
                mean, spread = H.mean(axis=0), spread_recipe(H, eps, eps_at=at)
                forms = {"over": mean / spread, "minus over": -mean / spread}
                return {**forms, "times": mean * spread, "plus": mean + eps}[form]

            if all(same(found, made(*data)) for found, data in betas):
                return (said, *also)
    return None


def share_or_times(share):
    """The beginning of a comparison: "12 % of", or "300 times" from ten times on."""
    return f"{100 * share:.3g} % of" if share < 10 else f"{share:,.0f} times"


def check_undo(function, seed=0):
    """Check a learner's `f(H, eps) -> (gamma, beta)`, the parameters that undo normalizing.

    H: (examples, units); gamma, beta: (units,). Called as `check_undo(f)`; `seed` chooses the
    batch. Returns a Verdict; raises TypeError if f is no function.
    """
    return run(Undo(), function, seed)

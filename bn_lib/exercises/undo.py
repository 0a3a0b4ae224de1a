"""The exercise about undoing (02): the recipes for γ and β, and the check."""

import numpy as np

from bn_lib.normalization import normalize, undo_parameters

from .normalize import AXIS, EPS, SPREAD, far_batch, small_batch, spread
from .runner import (
    Mistake,
    call,
    explain,
    joined,
    pair,
    refuse_change,
    refuse_lost_digits,
    same,
    verdict,
)

GAMMA_SWITCHES = {
    **SPREAD,
    "power": {
        1: "",
        2: "Your γ is a variance, whose unit is that of H squared.",
        -1: "Your γ divides once more; undoing a division is multiplying.",
    },
}
BETA_SWITCHES = {
    "axis": AXIS,
    "form": {
        "mean": "",
        "minus": "Your β has the wrong sign: what was subtracted has to be added.",
        "over": "Your β is divided by the spread, but β comes after γ, in the unit of H.",
        "minus over": "Your β is −mean/spread, which is what normalizing itself adds.",
    },
}


def gamma_recipe(H, eps, axis=0, ddof=0, place="inside", power=1):
    """The γ that undoes, and what it becomes with wrong switches."""
    return spread(H, eps, axis, ddof, place).squeeze() ** power


def beta_recipe(H, eps, axis=0, form="mean"):
    """The β that undoes, a unit's mean, and what it becomes with wrong switches."""
    mean, gamma = H.mean(axis=axis), gamma_recipe(H, eps, axis)
    forms = {"mean": mean, "minus": -mean, "over": mean / gamma, "minus over": -mean / gamma}
    return forms[form]


def explain_pair(gamma, beta, H):
    """What is wrong with γ and what with β: for each sentences, or None."""
    return (
        explain(gamma, gamma_recipe, GAMMA_SWITCHES, H, EPS),
        explain(beta, beta_recipe, BETA_SWITCHES, H, EPS),
    )


@verdict
def check_undo(function, rng):
    """Check a learner's `f(H, eps) -> (gamma, beta)`, the parameters that undo normalizing.

    H: (examples, units); gamma, beta: (units,). Called as `check_undo(f)`; `seed=` chooses the
    batch. Returns a Verdict; raises TypeError if f is no function, and what f raises.
    """
    H = small_batch(rng)
    found, kept = call(function, H, EPS)
    gamma, beta = pair(found)
    expected = undo_parameters(H, EPS)
    if not (same(gamma, expected.gamma) and same(beta, expected.beta)):
        swapped = explain_pair(beta, gamma, H)
        if None not in swapped:
            raise Mistake(joined(["You return β, γ: turn the two round.", *swapped]))
        hints = [
            "γ undoes the division, β the subtraction: take them one at a time."
            if hint is None
            else hint
            for hint in explain_pair(gamma, beta, H)
        ]
        raise Mistake(joined([_miss(gamma, beta, H), *hints]))
    refuse_change(kept, "H")
    far = far_batch(rng)
    with np.errstate(all="ignore"):
        found, _ = call(function, far, EPS)
    refuse_lost_digits(np.abs(np.squeeze(found[0]) / undo_parameters(far, EPS).gamma - 1))
    return "Right: with your γ and β, γ·Ĥ + β is H again."


def _miss(gamma, beta, H):
    """How far from H the learner's parameters bring the worst unit."""
    units = H.shape[1:]
    for name, values in ("γ", gamma), ("β", beta):
        if values.shape != units:
            return f"Your {name} has the shape {values.shape}, but H has {units[0]} units."
    off = gamma * normalize(H, EPS) + beta - H
    shares = np.sqrt(np.mean(off**2, axis=0)) / H.std(axis=0)
    unit = np.argmax(shares)
    size = share_or_times(shares[unit])
    return (
        f"With your γ and β, unit {unit} of the check's batch misses H by {size} its spread (rms)."
    )


def share_or_times(share):
    """The beginning of a comparison: "12 % of", or "300 times" from ten times on."""
    return f"{100 * share:.3g} % of" if share < 10 else f"{share:,.0f} times"

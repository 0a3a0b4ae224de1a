"""One step of gradient descent on γ and β: the recipe with its switches, and the check."""

import numpy as np

from bn_lib.normalization import normalize

from .normalize import EPS, small_batch
from .runner import Mistake, call, explain, pair, refuse_change, same, verdict

RATE = 0.07
STEP_SWITCHES = {
    "way": {
        "down": "",
        "up": "You go uphill: the gradient is subtracted.",
        "gradient": "You return the gradient; the step takes lr times it away from γ and β.",
        "whole": "lr is missing: the step takes lr times the gradient.",
    },
    "slope": {2: "", 1: "The 2 is missing: the slope of a square e² is 2e."},
    "along": {
        "H_hat": "",
        "ones": "In y = γ·H_hat + β the slope of y for γ is H_hat, which is missing.",
        "H": "In y = γ·H_hat + β the slope of y for γ is H_hat, not H.",
    },
    "target": {"H": "", "H_hat": "The target is H, not H_hat."},
    "average": {
        "mean": "",
        "sum": "You sum over the examples, but the loss is their mean.",
        "all": "Your means run over the whole array, but each unit has its own γ and β: name an"
        " axis.",
    },
    "eps": {"used": "", "missing": "ε is missing in H_hat."},
    "order": {"gamma first": "", "beta first": "You return β, γ: turn the two round."},
}


def step_recipe(
    H, gamma, beta, way="down", slope=2, along="H_hat", target="H", average="mean", eps="used",
    order="gamma first",
):  # fmt: skip
    """γ and β after a step towards undone, and what they become with wrong switches."""
    H_hat = normalize(H, EPS if eps == "used" else 0)
    error = gamma * H_hat + beta - {"H": H, "H_hat": H_hat}[target]
    over = {
        "mean": lambda values: values.mean(axis=0),
        "sum": lambda values: values.sum(axis=0),
        "all": lambda values: values.mean() * np.ones_like(gamma),
    }[average]
    times = {"H_hat": H_hat, "ones": 1, "H": H}[along]
    gradient = slope * np.array([over(error * times), over(error)])
    now = np.array([gamma, beta])
    found = {
        "down": now - RATE * gradient,
        "up": now + RATE * gradient,
        "gradient": gradient,
        "whole": now - gradient,
    }[way]
    return found if order == "gamma first" else found[::-1]


@verdict
def check_step(function, rng):
    """Check a learner's `f(H, gamma, beta, lr, eps) -> (gamma, beta)`, a step towards undone.

    A step of gradient descent on the mean over the examples of (gamma * H_hat + beta - H)², each
    unit for itself. H: (examples, units); gamma, beta: (units,). Called as `check_step(f)`;
    `seed=` chooses the numbers. Returns a Verdict; raises TypeError if f is no function, and what
    f raises.
    """
    H = small_batch(rng)
    gamma, beta = np.array([1.5, -2, 0.7, 3]), np.array([0.5, 1, -1, 2])
    found, kept = call(function, H, gamma, beta, RATE, EPS)
    found = pair(found)
    for name, values in zip("γβ", found, strict=True):
        if values.shape != gamma.shape:
            raise Mistake(
                f"Your {name} has the shape {values.shape}, but there are {len(gamma)} units, each"
                " with its own: take the mean over the examples, axis 0."
            )
    expected = step_recipe(H, gamma, beta)
    if not same(found, expected):
        gap = np.abs(found - expected).max()
        raise Mistake(
            f"One of your new values is off by {gap:.3g}. "
            + (
                explain(np.array(found), step_recipe, STEP_SWITCHES, H, gamma, beta)
                or "Take it in parts: H_hat, the error γ·H_hat + β − H, its mean for β, and its"
                " mean times H_hat for γ."
            )
        )
    refuse_change(kept, "H", "gamma", "beta")
    return "Right: that is the straight step towards undone, for each unit."

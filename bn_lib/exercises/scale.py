"""The effective learning rate of weights before batch norm: the recipe and the check."""

import numpy as np

from .runner import Mistake, call, explain, numbers, refuse_change, same, verdict

RATE_SWITCHES = {
    "square": {
        "sum": "",
        "root": "You divide by the length |w|; the gradient shrinks like 1/|w| too, so its square"
        " belongs there.",
        "mean": "You divide by the mean of the squares; |w|² is their sum.",
        "signed": "You divide by a square of the sum; |w|² is the sum of the squares.",
    },
    "axis": {
        0: "",
        1: "Your sums run over the units of one input (axis 1), but a unit's weights are a column.",
        None: "Your sum runs over the whole array, but each unit has its own length: name an axis.",
    },
    "way": {
        "over": "",
        "times": "You multiply by the length; longer weights turn more slowly.",
        "without": "lr is missing.",
    },
}


def rate_recipe(W, lr, square="sum", axis=0, way="over"):
    """lr / |w|² of each unit, and what it becomes with wrong switches."""
    length = {
        "sum": np.sum(W**2, axis=axis),
        "root": np.sqrt(np.sum(W**2, axis=axis)),
        "mean": np.mean(W**2, axis=axis),
        "signed": np.sum(W, axis=axis) ** 2,
    }[square]
    return {"over": lr / length, "times": lr * length, "without": 1 / length}[way]


@verdict
def check_effective_rate(function, rng):
    """Check a learner's `f(W, lr) -> rates`, the effective rate lr / |w|² of each unit.

    W: (inputs, units), lr: a number; rates: (units,). Called as `check_effective_rate(f)`; `seed=`
    chooses the weights. Returns a Verdict; raises TypeError if f is no function, and what f raises.
    """
    W = rng.normal(0.2, (1, 0.3, 2, 0.05), size=(6, 4))
    lr = 0.23
    found, kept = call(function, W, lr)
    rates = np.squeeze(numbers(found, "The result"))
    expected = rate_recipe(W, lr)
    if not same(rates, expected):
        raise Mistake(
            explain(rates, rate_recipe, RATE_SWITCHES, W, lr)
            or f"For {W.shape[1]} units the rates are {np.round(expected, 3)}; you return"
            f" {np.round(rates, 3)}. Which sum is |w|², and does it divide or multiply?"
        )
    refuse_change(kept, "W")
    return "Right: lr / |w|² for each unit. Twice the weights turn at a quarter of the rate."

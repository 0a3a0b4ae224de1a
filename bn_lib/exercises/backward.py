"""The exercise about the backward pass (04): the recipe for dH, and the check."""

import numpy as np

from bn_lib.normalization import normalize

from .normalize import EPS, small_batch
from .runner import Mistake, call, explain, numbers, refuse_change, same, verdict
from .undo import share_or_times

BACKWARD_SWITCHES = {
    "constant": {
        False: "",
        True: "You treat mean and variance as constants. They are computed from the same batch, so"
        " each example acts through them too: two terms have to be subtracted.",
    },
    "mean": {
        1: "",
        0: "The way through the mean is missing: mean(dy) has to be subtracted.",
        -1: "The way through the mean has the wrong sign: mean(dy) is subtracted.",
    },
    "var": {
        1: "",
        0: "The way through the variance is missing, the term with H_hat.",
        0.5: "The way through the variance counts half: has the 2 of a square's slope got lost?",
        -1: "The way through the variance has the wrong sign: the term with H_hat is subtracted.",
        "N - 1": "The way through the variance is divided by N − 1, but this variance has 1/N.",
        "flat": "The second mean is subtracted as it is, but it belongs times H_hat.",
    },
    "average": {
        "mean": "",
        "sum": "You subtract sums over the examples where means belong.",
        "row": "Your means run over the units of one example (axis 1), but a unit's means run over"
        " the examples.",
        "all": "Your means run over the whole array, but each unit has its own: name an axis.",
    },
    "scale": {
        "times": "",
        "missing": "γ is missing: the next layer's gradient reaches H_hat through it.",
        "only dy": "γ multiplies dy, but not what is subtracted from it.",
        "over": "You divide by γ; on the way forward it multiplies, so on the way back too.",
    },
    "power": {
        1: "",
        2: "You divide by std twice, that is by a variance.",
        0: "The division by std is missing.",
        -1: "You multiply by std; on the way forward it divides, so on the way back too.",
    },
}


def backward_recipe(
    dy, H_hat, gamma, std, constant=False, mean=1, var=1, average="mean", scale="times", power=1
):
    """The gradient for a layer's input, and what it becomes with wrong switches."""
    over = {
        "mean": lambda values: values.mean(axis=0),
        "sum": lambda values: values.sum(axis=0),
        "row": lambda values: values.mean(axis=1, keepdims=True),
        "all": lambda values: values.mean(),
    }[average]
    share = {"N - 1": len(dy) / (len(dy) - 1), "flat": 1}.get(var, var)
    along = 1 if var == "flat" else H_hat
    removed = 0 if constant else mean * over(dy) + share * along * over(dy * H_hat)
    dH_hat = {
        "times": gamma * (dy - removed),
        "missing": dy - removed,
        "only dy": gamma * dy - removed,
        "over": (dy - removed) / gamma,
    }[scale]
    return dH_hat / std**power


@verdict
def check_backward(function, rng):
    """Check a learner's `f(dy, H_hat, gamma, std) -> dH`, the backward pass of batch norm.

    dy, H_hat, dH: (examples, units); gamma and std, √(variance + ε): (units,). Called as
    `check_backward(f)`; `seed=` chooses the numbers. Returns a Verdict; raises TypeError if f is
    no function, and what f raises.
    """
    H = small_batch(rng)
    gamma, std = np.array([1.5, -2, 0.7, 3]), np.sqrt(H.var(axis=0) + EPS)
    # Never ones: of them nothing is left, and a function that forgets half gives 0 too.
    dy = rng.normal(0.3, 1, size=H.shape)
    data = dy, normalize(H, EPS), gamma, std
    found, kept = call(function, *data)
    dH = numbers(found, "dH")
    if dH.shape != dy.shape:
        raise Mistake(
            f"dH has the shape {dH.shape}, but dy has the shape {dy.shape}: give one value for each"
            " of H."
        )
    expected = backward_recipe(*data)
    if not same(dH, expected):
        raise Mistake(
            f"{_worst_gradient(dH, expected)} "
            + (
                explain(dH, backward_recipe, BACKWARD_SWITCHES, *data)
                or _parts(dH, *data)
                or "Go back one step at a time: through γ, the division, the subtraction."
            )
        )
    refuse_change(kept, "dy", "H_hat", "gamma", "std")
    return "Right: γ/std times what is left of dy without its mean and its part along H_hat."


def _worst_gradient(dH, expected):
    """How far the gradient of the unit that is furthest off is from the right one."""
    shares = np.sqrt(np.mean((dH - expected) ** 2, axis=0) / np.mean(expected**2, axis=0))
    unit = np.argmax(shares)
    size = share_or_times(shares[unit])
    return f"In unit {unit} of the check's batch dH is off by {size} its size (rms)."


def _parts(dH, dy, H_hat, gamma, std):
    """What dH is made of, if it is made of the right parts in a wrong proportion; or None."""
    ones = np.ones_like(dy)
    parts = dy, dy.mean(axis=0) * ones, (dy * H_hat).mean(axis=0) * H_hat
    columns = np.stack(parts, axis=-1).swapaxes(0, 1) * (gamma / std)[:, None, None]
    found = [
        np.linalg.lstsq(basis, column, rcond=None)[0]
        for basis, column in zip(columns, dH.T, strict=True)
    ]
    shares = np.median(found, axis=0)
    if not same(np.einsum("uep,p->eu", columns, shares), dH):
        return None
    wrong = ", ".join(f"{share:.4g}" for share in shares).replace("-", "−")
    return (
        "Your dH is γ/std times a sum of dy, mean(dy) and H_hat · mean(dy · H_hat), with the"
        f" factors {wrong}; they should be 1, −1, −1."
    )

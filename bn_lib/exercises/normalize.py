"""The exercises about means (00) and about normalizing (01): their recipes and checks."""

import numpy as np

from bn_lib.normalization import normalize

from .runner import (
    FAR,
    Mistake,
    call,
    explain,
    numbers,
    refuse_change,
    refuse_lost_digits,
    same,
    verdict,
)

EPS = 0.0013  # not a usual one, so that a number of one's own is found out

# The first setting of a switch is the right one, and says nothing; the others have a sentence.

AXIS = {
    0: "",
    1: "Your statistics run over the units of one example (axis 1), but a unit's statistics run"
    " over the examples.",
    None: "Your statistics run over the whole array, but each unit has its own: name an axis.",
}
SPREAD = {
    "axis": AXIS,
    "ddof": {0: "", 1: "It looks like ddof=1: the sum of squares divided by N − 1 instead of N."},
    "place": {
        "inside": "",
        "missing": "ε is missing, which shows where the variance is smaller than ε.",
        "outside": "ε is added to the root; it belongs under it.",
        "fixed": f"Your ε is 1e-5 whatever comes; use the argument eps, which was {EPS:g} here.",
    },
}
NORMALIZE_SWITCHES = {
    **SPREAD,
    "centred": {True: "", False: "The mean is still in it."},
    "power": {1: "", 2: "You divide by a variance, whose unit is that of H squared."},
}


def spread(H, eps, axis, ddof, place):
    """√(variance + ε), with its axes kept, and what it becomes with wrong switches."""
    var = H.var(axis=axis, ddof=ddof, keepdims=True)
    if place == "outside":
        return np.sqrt(var) + eps
    return np.sqrt(var + {"inside": eps, "missing": 0, "fixed": 1e-5}[place])


def normalize_recipe(H, eps, axis=0, ddof=0, place="inside", centred=True, power=1):
    """A normalized batch, and what it becomes with wrong switches."""
    mean = H.mean(axis=axis, keepdims=True)
    return (H - centred * mean) / spread(H, eps, axis, ddof, place) ** power


def mean_recipe(H, axis=0):
    """The mean of each unit, and what it becomes over a wrong axis."""
    return H.mean(axis=axis)


def small_batch(rng):
    """(8, 4): few examples show N − 1, the last unit's variance is below ε, no mean is 0."""
    return rng.normal((5, -2, 1, 0.4), (3, 0.5, 1.5, 0.01), size=(8, 4))


def far_batch(rng):
    """(8, 4), in float32 and far from zero."""
    return rng.normal(FAR, 1, size=(8, 4)).astype(np.float32)


@verdict
def check_mean(function, rng):
    """Check a learner's `f(H) -> mean`, one mean for each unit.

    H: (examples, units); mean: (units,). Called as `check_mean(f)`; `seed=` chooses the batch.
    Returns a Verdict; raises TypeError if f is no function, and what f raises.
    """
    H = small_batch(rng)
    found, kept = call(function, H)
    mean = np.squeeze(numbers(found, "The result"))
    expected = mean_recipe(H)
    if not same(mean, expected):
        raise Mistake(
            explain(mean, mean_recipe, {"axis": AXIS}, H)
            or f"H has {H.shape[1]} units, and their means are {np.round(expected, 2)}; you return"
            f" {np.round(mean, 2)}."
        )
    refuse_change(kept, "H")
    return "Right: one mean for each unit, taken over the examples."


@verdict
def check_normalize(function, rng):
    """Check a learner's `f(H, eps) -> H_hat`, which normalizes each unit of a batch.

    H and H_hat: (examples, units). Called as `check_normalize(f)`; `seed=` chooses the batch.
    Returns a Verdict; raises TypeError if f is no function, and what f raises.
    """
    H = small_batch(rng)
    found, kept = call(function, H, EPS)
    H_hat = numbers(found, "H_hat")
    if H_hat.shape != H.shape:
        raise Mistake(
            f"H_hat has the shape {H_hat.shape}, but H has the shape {H.shape}. Does your function"
            " use its own argument H, and give one value for each of H?"
        )
    expected = normalize(H, EPS)
    if not same(H_hat, expected):
        raise Mistake(
            f"{_worst_unit(H_hat, expected)} "
            + (
                explain(H_hat, normalize_recipe, NORMALIZE_SWITCHES, H, EPS)
                or "Go through the mean, the variance and (H − mean) / √(variance + ε), one by one."
            )
        )
    refuse_change(kept, "H")
    far = far_batch(rng)
    with np.errstate(all="ignore"):
        found, _ = call(function, far, EPS)
    refuse_lost_digits(np.abs(found - normalize(far, EPS)))
    return "Right: every unit is centred, then divided by √(variance + ε) over its examples."


def _worst_unit(H_hat, expected):
    """Mean and spread of the unit that is furthest off."""
    unit = np.argmax(np.abs(H_hat - expected).max(axis=0))
    mean, std = round(H_hat[:, unit].mean(), 9) + 0, H_hat[:, unit].std()
    return (
        f"Unit {unit} of the check's batch comes out with mean {mean:.3g} and standard deviation"
        f" {std:.3g}; they should be 0 and {expected[:, unit].std():.3g}."
    )

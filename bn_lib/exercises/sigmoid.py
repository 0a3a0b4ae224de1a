"""The exercise about saturation (03): the recipe for the share of flat slopes, and the check."""

import warnings

import numpy as np

from .runner import Mistake, call, explain, refuse_change, same, share, verdict

THRESHOLDS = (0.05, 0.1, 0.25)
SATURATION_SWITCHES = {
    "counted": {
        "flat": "",
        "equal too": "You count slopes equal to the threshold too; below is <.",
        "steep": "You count the entries that are not saturated.",
        "low": "You compare the sigmoid's value with the threshold; saturated speaks of its slope.",
        "low or high": "You ask how near the sigmoid's value is to 0 or 1; saturated speaks of its"
        " slope.",
        "right": "You count positive z only, but a sigmoid is flat on both sides.",
        "left": "You count negative z only, but a sigmoid is flat on both sides.",
        "large": "You compare z itself with the threshold; saturated speaks of the slope at z.",
        "tanh": "That is the slope of tanh; the sigmoid's is four times smaller at 0.",
    },
    "scale": {
        "share": "",
        "percent": "You give percent; a share lies between 0 and 1.",
        "count": "You give a count; a share is that count out of all.",
    },
}


def saturation_recipe(z, counted="flat", scale="share"):
    """The share of flat slopes for each of THRESHOLDS, and what it becomes with wrong switches."""
    sigmoid = 1 / (1 + np.exp(-z))
    slope = sigmoid * (1 - sigmoid)

    def count(threshold):
        return np.sum(
            {
                "flat": slope < threshold,
                "equal too": slope <= threshold,
                "steep": slope >= threshold,
                "low": sigmoid < threshold,
                "low or high": np.minimum(sigmoid, 1 - sigmoid) < threshold,
                "right": (slope < threshold) & (z > 0),
                "left": (slope < threshold) & (z < 0),
                "large": np.abs(z) > threshold,
                "tanh": 1 - np.tanh(z) ** 2 < threshold,
            }[counted]
        )

    whole = {"share": z.size, "percent": z.size / 100, "count": 1}[scale]
    return np.array([count(threshold) for threshold in THRESHOLDS]) / whole


@verdict
def check_saturated(function, rng):
    """Check a learner's `f(z, threshold) -> share` of the entries that are saturated.

    z: an array of any shape. An entry is saturated if the *slope* of the sigmoid there is below
    the threshold. Called as `check_saturated(f)`; `seed=` chooses z. Returns a Verdict; raises
    TypeError if f is no function, and what f raises.
    """
    z = rng.normal(0, 4, size=(50, 8))
    # The slope at 0 is ¼ to the last digit: with the threshold ¼ these tell < from ≤.
    z[::10, 0] = 0
    shares = []
    for threshold in THRESHOLDS:
        found, kept = call(function, z, threshold)
        shares.append(share(found))
    expected = saturation_recipe(z)
    if not same(shares, expected):
        worst = np.argmax(np.abs(shares - expected))
        raise Mistake(
            f"With the threshold {THRESHOLDS[worst]} you get {shares[worst]:.4g} where"
            f" {expected[worst]:.4g} is right. "
            + (
                explain(shares, saturation_recipe, SATURATION_SWITCHES, z)
                or "Go step by step: the sigmoid, its slope, which slopes are below the threshold,"
                " their share."
            )
        )
    refuse_change(kept, "z")
    return "Right: that is the share of entries where the sigmoid is nearly flat." + _at_the_ends(
        function
    )


def _at_the_ends(function):
    """A remark if the learner's exponential overflows; a mistake if the result is wrong then."""
    z = np.array([[-1000.0, 0.0, 1000.0]])
    with warnings.catch_warnings(record=True) as caught, np.errstate(over="warn", invalid="warn"):
        warnings.simplefilter("always")
        found, _ = call(function, z, THRESHOLDS[0])
    if not same(share(found), 2 / 3):
        raise Mistake(
            f"For z = −1000, 0, 1000 you get {share(found):.4g} where 0.6667 is right: the"
            " exponential overflows, and what comes of it is not a number. Which sign of z is safe"
            " in your exponential?"
        )
    if caught:
        return (
            " One remark: at z = ±1000 your exponential overflows and NumPy warns; |z| helps, since"
            " the slope is the same on both sides."
        )
    return ""

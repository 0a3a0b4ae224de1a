"""Checks of a learner's own code that name the mistake.

A check calls the learner's function on a small batch on which every usual mistake shows (few
examples, means away from zero, one unit whose variance is below ε) and then looks for the mistake
that gives *exactly* what the function gave. For that, each exercise has a recipe with switches:
all its settings are tried, those with the fewest wrong switches first, and every wrong switch has
its sentence. A new exercise is a recipe, its switches, and a check of a few lines.

The checks return plain verdicts; `bn_lib.live.show` displays them. An exception in the learner's
function is never caught: its traceback is the best message there is.
"""

import functools
import itertools
import warnings
from typing import NamedTuple

import numpy as np

from bn_lib.normalization import normalize, undo_parameters

EPS = 1e-3
# Far from zero, E[x²] − E[x]² in float32 loses every digit; the mean of squared differences
# loses some three of seven.
FAR, FAR_TOLERANCE = 1e4, 0.1
THRESHOLDS = (0.05, 0.1, 0.25)


class Verdict(NamedTuple):
    """What a check found: whether the function `passed`, and in words what is right or off."""

    passed: bool
    message: str


class _Mistake(Exception):
    """A mistake has been found; the text is for the learner."""


def _verdict(check):
    """Let a check that raises _Mistake, or else returns praise, return a Verdict."""

    @functools.wraps(check)
    def checked(function, seed=0):
        if not callable(function):
            raise TypeError(
                f"{check.__name__} calls your function itself: give it the function's name without"
                f" brackets behind it. It got something of type {type(function).__name__}."
            )
        try:
            return Verdict(True, check(function, np.random.default_rng(seed)))
        except _Mistake as mistake:
            return Verdict(False, str(mistake))

    return checked


# ---------------------------------------------------------------- the exercises


@_verdict
def check_mean(function, rng):
    """Check a learner's `f(H) -> mean`, one mean for each unit.

    H: (examples, units); mean: (units,). Called as `check_mean(f)`; `seed=` chooses the batch.
    Returns a Verdict; raises TypeError if f is no function, and what f raises.
    """
    H = _batch(rng)
    found, kept = _call(function, H)
    mean = np.squeeze(_numbers(found, "The result"))
    expected = _beta_recipe(H, EPS)
    if not _same(mean, expected):
        raise _Mistake(
            _explain(mean, _beta_recipe, {"axis": _AXIS}, H, EPS)
            or f"H has {H.shape[1]} units, and their means are {np.round(expected, 2)}; you return"
            f" {np.round(mean, 2)}."
        )
    _refuse_change(kept, "H")
    return "Right: one mean for each unit, taken over the examples."


@_verdict
def check_normalize(function, rng):
    """Check a learner's `f(H, eps) -> H_hat`, which normalizes each unit of a batch.

    H and H_hat: (examples, units). Called as `check_normalize(f)`; `seed=` chooses the batch.
    Returns a Verdict; raises TypeError if f is no function, and what f raises.
    """
    H = _batch(rng)
    found, kept = _call(function, H, EPS)
    H_hat = _numbers(found, "H_hat")
    if H_hat.shape != H.shape:
        raise _Mistake(
            f"H_hat has the shape {H_hat.shape}, but H has the shape {H.shape}. Does your function"
            " use its own argument H, and give one value for each of H?"
        )
    if H_hat.dtype != H.dtype:
        raise _Mistake(
            f"H_hat has the type {H_hat.dtype}, but H has the type {H.dtype}: digits are lost."
        )
    expected = normalize(H, EPS)
    if not _same(H_hat, expected):
        raise _Mistake(
            f"{_worst_unit(H_hat, expected)} "
            + (
                _explain(H_hat, _normalize_recipe, _NORMALIZE_SWITCHES, H, EPS)
                or "Go through the mean, the variance and (H − mean) / √(variance + ε), one by one."
            )
        )
    _refuse_change(kept, "H")
    far = _far_batch(rng)
    with np.errstate(all="ignore"):
        found, _ = _call(function, far, EPS)
    _refuse_lost_digits(np.abs(found - normalize(far, EPS)))
    return "Right: every unit is centred, then divided by √(variance + ε) over its examples."


@_verdict
def check_undo(function, rng):
    """Check a learner's `f(H, eps) -> (gamma, beta)`, the parameters that undo normalizing.

    H: (examples, units); gamma, beta: (units,). Called as `check_undo(f)`; `seed=` chooses the
    batch. Returns a Verdict; raises TypeError if f is no function, and what f raises.
    """
    H = _batch(rng)
    found, kept = _call(function, H, EPS)
    gamma, beta = _pair(found)
    expected = undo_parameters(H, EPS)
    if not (_same(gamma, expected.gamma) and _same(beta, expected.beta)):
        swapped = _explain_pair(beta, gamma, H)
        if None not in swapped:
            raise _Mistake(_joined(["You return β, γ: turn the two round.", *swapped]))
        hints = [
            "γ undoes the division, β the subtraction: take them one at a time."
            if hint is None
            else hint
            for hint in _explain_pair(gamma, beta, H)
        ]
        raise _Mistake(_joined([_miss(gamma, beta, H), *hints]))
    _refuse_change(kept, "H")
    far = _far_batch(rng)
    with np.errstate(all="ignore"):
        found, _ = _call(function, far, EPS)
    _refuse_lost_digits(np.abs(np.squeeze(found[0]) / undo_parameters(far, EPS).gamma - 1))
    return "Right: with your γ and β, γ·Ĥ + β is H again."


@_verdict
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
        found, kept = _call(function, z, threshold)
        shares.append(_share(found))
    expected = _saturation_recipe(z)
    if not _same(shares, expected):
        worst = np.argmax(np.abs(shares - expected))
        raise _Mistake(
            f"With the threshold {THRESHOLDS[worst]} you get {shares[worst]:.4g} where"
            f" {expected[worst]:.4g} is right. "
            + (
                _explain(shares, _saturation_recipe, _SATURATION_SWITCHES, z)
                or "Go step by step: the sigmoid, its slope, which slopes are below the threshold,"
                " their share."
            )
        )
    _refuse_change(kept, "z")
    return "Right: that is the share of entries where the sigmoid is nearly flat." + _at_the_ends(
        function
    )


def _at_the_ends(function):
    """A remark if the learner's exponential overflows; a mistake if the result is wrong then."""
    z = np.array([-1000.0, 0.0, 1000.0])
    with warnings.catch_warnings(record=True) as caught, np.errstate(over="warn", invalid="warn"):
        warnings.simplefilter("always")
        found, _ = _call(function, z, THRESHOLDS[0])
    if not _same(_share(found), 2 / 3):
        raise _Mistake(
            f"For z = −1000, 0, 1000 you get {_share(found):.4g} where 0.6667 is right: the"
            " exponential overflows, and what comes of it is not a number. Which sign of z is safe"
            " in your exponential?"
        )
    if caught:
        return (
            " One remark: at z = ±1000 your exponential overflows and NumPy warns; |z| helps, since"
            " the slope is the same on both sides."
        )
    return ""


# ---------------------------------------------------------------- recipes with switches
# The first setting of a switch is the right one, and says nothing; the others have a sentence.

_AXIS = {
    0: "",
    1: "Your statistics run over the units of one example (axis 1), but a unit's statistics run"
    " over the examples.",
    None: "Your statistics run over the whole array, but each unit has its own: give the mean and"
    " the variance an axis.",
}
_SPREAD = {
    "axis": _AXIS,
    "ddof": {0: "", 1: "It looks like ddof=1: the sum of squares divided by N − 1 instead of N."},
    "place": {
        "inside": "",
        "missing": "ε is missing, which shows where the variance is smaller than ε.",
        "outside": "ε is added to the root; it belongs under it.",
        "fixed": f"Your ε is 1e-5 whatever comes; use the argument eps, which was {EPS:g} here.",
    },
}
_NORMALIZE_SWITCHES = {
    **_SPREAD,
    "centred": {True: "", False: "The mean is still in it."},
    "power": {1: "", 2: "You divide by a variance, whose unit is that of H squared."},
}
_GAMMA_SWITCHES = {
    **_SPREAD,
    "power": {
        1: "",
        2: "Your γ is a variance, whose unit is that of H squared.",
        -1: "Your γ divides once more; undoing a division is multiplying.",
    },
}
_BETA_SWITCHES = {
    "axis": _AXIS,
    "form": {
        "mean": "",
        "minus": "Your β has the wrong sign: what was subtracted has to be added.",
        "over": "Your β is divided by the spread, but β comes after γ, in the unit of H.",
        "minus over": "Your β is −mean/spread, which is what normalizing itself adds.",
    },
}
_SATURATION_SWITCHES = {
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


def _spread(H, eps, axis, ddof, place):
    var = H.var(axis=axis, ddof=ddof, keepdims=True)
    if place == "outside":
        return np.sqrt(var) + eps
    return np.sqrt(var + {"inside": eps, "missing": 0, "fixed": 1e-5}[place])


def _normalize_recipe(H, eps, axis=0, ddof=0, place="inside", centred=True, power=1):
    mean = H.mean(axis=axis, keepdims=True)
    return (H - centred * mean) / _spread(H, eps, axis, ddof, place) ** power


def _gamma_recipe(H, eps, axis=0, ddof=0, place="inside", power=1):
    return _spread(H, eps, axis, ddof, place).squeeze() ** power


def _beta_recipe(H, eps, axis=0, form="mean"):
    mean, spread = H.mean(axis=axis), _gamma_recipe(H, eps, axis)
    forms = {"mean": mean, "minus": -mean, "over": mean / spread, "minus over": -mean / spread}
    return forms[form]


def _saturation_recipe(z, counted="flat", scale="share"):
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


def _explain(found, recipe, switches, *data):
    """The sentences of the fewest wrong switches with which `recipe` gives `found`, or None."""
    settings = itertools.product(*(switch.items() for switch in switches.values()))
    for setting in sorted(settings, key=lambda pairs: sum(bool(said) for _, said in pairs)):
        values, sentences = zip(*setting, strict=True)
        if _same(found, recipe(*data, **dict(zip(switches, values, strict=True)))):
            return _joined(sentences)
    return None


def _explain_pair(gamma, beta, H):
    return (
        _explain(gamma, _gamma_recipe, _GAMMA_SWITCHES, H, EPS),
        _explain(beta, _beta_recipe, _BETA_SWITCHES, H, EPS),
    )


def _joined(sentences):
    return " ".join(dict.fromkeys(filter(None, sentences)))


def _same(found, expected):
    return np.shape(found) == np.shape(expected) and np.allclose(
        found, expected, rtol=1e-8, atol=1e-10
    )


# ---------------------------------------------------------------- calling and measuring


def _batch(rng):
    """(8, 4): few examples show N − 1, the last unit's variance is below ε, no mean is 0."""
    return rng.normal((5, -2, 1, 0.4), (3, 0.5, 1.5, 0.01), size=(8, 4))


def _far_batch(rng):
    return rng.normal(FAR, 1, size=(8, 4)).astype(np.float32)


def _call(function, data, *settings):
    """What the learner's function gives for a copy of `data`, and whether the copy was kept."""
    copy = data.copy()
    try:
        found = function(copy, *settings)
    except Exception as error:
        error.add_note(
            f"This came from your function, called with an array of shape {data.shape}"
            + "".join(f" and {setting:g}." for setting in settings)
        )
        raise
    if found is None or found is ...:
        raise _Mistake(
            "Not yet: your function returns nothing. Write your lines in place of the dots, and"
            " return the result."
        )
    return found, np.array_equal(copy, data)


def _numbers(found, name):
    """`found` as an array of floating-point numbers, all finite."""
    array = None if isinstance(found, tuple | dict | set) else np.asarray(found)
    if array is None or array.dtype.kind not in "fiu":
        kind = type(found).__name__
        raise _Mistake(f"{name} should be an array of numbers, but it is of type {kind}.")
    if array.dtype.kind != "f":
        raise _Mistake(f"{name} holds whole numbers ({array.dtype}): the fractions are lost.")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = ", ".join(map(str, bad[0])) or "0"
        raise _Mistake(
            f"{len(bad)} of {array.size} values of {name} are NaN or infinite, the first at index"
            f" {where}. Do you divide by 0, or take the root of something negative?"
        )
    return array


def _pair(found):
    """gamma and beta from what a learner's function returned; (1, units) will do for (units,)."""
    if not isinstance(found, tuple | list | np.ndarray) or len(found) != 2:
        length = f", length {len(found)}" if hasattr(found, "__len__") else ""
        raise _Mistake(
            f"Return two things: γ, β. What came is of type {type(found).__name__}{length}."
        )
    gamma, beta = (_numbers(part, name) for part, name in zip(found, "γβ", strict=True))
    return np.squeeze(gamma), np.squeeze(beta)


def _share(found):
    if np.shape(found) or np.asarray(found).dtype.kind not in "fiu":
        raise _Mistake(
            "The share should be one number for all entries, but it is of type"
            f" {type(found).__name__}, shape {np.shape(found)}."
        )
    return float(found)


def _refuse_change(kept, name):
    if not kept:
        raise _Mistake(
            f"The result is right, but your function changes the {name} it was given; whoever calls"
            f" it goes on with other numbers. Lines like {name} -= … work in place."
        )


def _refuse_lost_digits(errors):
    """Complain if results in float32 and far from zero are wrong (NaN is)."""
    if not np.max(errors) < FAR_TOLERANCE:
        raise _Mistake(
            f"Right for these numbers, but not in float32 with a mean of {FAR:,.0f} and a spread of"
            " 1: there your variance loses all its digits. Do you take the difference of two large"
            " numbers, the mean of squares and the square of the mean?"
        )


def _worst_unit(H_hat, expected):
    """Mean and spread of the unit that is furthest off."""
    unit = np.argmax(np.abs(H_hat - expected).max(axis=0))
    mean, std = round(H_hat[:, unit].mean(), 9) + 0, H_hat[:, unit].std()
    return (
        f"Unit {unit} of the check's batch comes out with mean {mean:.3g} and standard deviation"
        f" {std:.3g}; they should be 0 and {expected[:, unit].std():.3g}."
    )


def _miss(gamma, beta, H):
    """How far from H the learner's parameters bring the worst unit."""
    units = H.shape[1:]
    for name, values in ("γ", gamma), ("β", beta):
        if values.shape != units:
            return f"Your {name} has the shape {values.shape}, but H has {units[0]} units."
    off = gamma * normalize(H, EPS) + beta - H
    shares = np.sqrt(np.mean(off**2, axis=0)) / H.std(axis=0)
    unit = np.argmax(shares)
    share = shares[unit]
    size = f"{100 * share:.3g} % of" if share < 10 else f"{share:,.0f} times"
    return (
        f"With your γ and β, unit {unit} of the check's batch misses H by {size} its spread (rms)."
    )

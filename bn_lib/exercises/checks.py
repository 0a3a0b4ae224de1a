"""The exercises of notebooks 00 to 04; those of the later ones have modules of their own."""

import warnings

import numpy as np

from bn_lib.normalization import normalize, undo_parameters

from .calling import (
    FAR,
    Mistake,
    call,
    numbers,
    pair,
    refuse_change,
    refuse_lost_digits,
    share,
    small_batch,
    verdict,
)
from .mistakes import (
    AXIS,
    BACKWARD_SWITCHES,
    EPS,
    NORMALIZE_SWITCHES,
    SATURATION_SWITCHES,
    THRESHOLDS,
    backward_recipe,
    beta_recipe,
    explain,
    explain_pair,
    joined,
    normalize_recipe,
    same,
    saturation_recipe,
)


@verdict
def check_mean(function, rng):
    """Check a learner's `f(H) -> mean`, one mean for each unit.

    H: (examples, units); mean: (units,). Called as `check_mean(f)`; `seed=` chooses the batch.
    Returns a Verdict; raises TypeError if f is no function, and what f raises.
    """
    H = small_batch(rng)
    found, kept = call(function, H)
    mean = np.squeeze(numbers(found, "The result"))
    expected = beta_recipe(H, EPS)
    if not same(mean, expected):
        raise Mistake(
            explain(mean, beta_recipe, {"axis": AXIS}, H, EPS)
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
    far = _far_batch(rng)
    with np.errstate(all="ignore"):
        found, _ = call(function, far, EPS)
    refuse_lost_digits(np.abs(found - normalize(far, EPS)))
    return "Right: every unit is centred, then divided by √(variance + ε) over its examples."


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
    far = _far_batch(rng)
    with np.errstate(all="ignore"):
        found, _ = call(function, far, EPS)
    refuse_lost_digits(np.abs(np.squeeze(found[0]) / undo_parameters(far, EPS).gamma - 1))
    return "Right: with your γ and β, γ·Ĥ + β is H again."


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


def _far_batch(rng):
    return rng.normal(FAR, 1, size=(8, 4)).astype(np.float32)


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
    size = _share_or_times(shares[unit])
    return (
        f"With your γ and β, unit {unit} of the check's batch misses H by {size} its spread (rms)."
    )


def _share_or_times(share):
    return f"{100 * share:.3g} % of" if share < 10 else f"{share:,.0f} times"


def _worst_gradient(dH, expected):
    """How far the gradient of the unit that is furthest off is from the right one."""
    shares = np.sqrt(np.mean((dH - expected) ** 2, axis=0) / np.mean(expected**2, axis=0))
    unit = np.argmax(shares)
    size = _share_or_times(shares[unit])
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

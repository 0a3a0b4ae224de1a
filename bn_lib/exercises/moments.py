"""Means and spreads of a batch, right and wrong: what the exercises on normalizing share."""

import numpy as np

from .causes import explain, relation
from .results import in_words

FAR, FAR_TOLERANCE = 1e4, 0.1
DIGITS_LOST = (
    f"In float32 with a mean of {FAR:,.0f} and a spread of 1 your variance loses all its digits. Do"
    " you take the difference of two large numbers, the mean of squares and the square of the mean?"
)
AXIS = {
    0: "",
    1: "{it} runs over the units of one example (axis 1), but has to run over the examples of one"
    " unit (axis 0).",
    None: "{it} runs over the whole array, but each unit has its own: name an axis.",
}
MEAN_SWITCHES = {
    "of": {
        "mean": "",
        "median": "{it} is the median; it should be the mean.",
        "sizes": "{it} is the mean of the absolute values |H|, so signs are lost.",
        "squares": "{it} is the mean of the squares of H.",
        "least": "{it} is the smallest value, min, in place of the mean.",
        "most": "{it} is the largest value, max, in place of the mean.",
        "middle": "{it} is half of min + max, in place of the mean.",
        "not first": "{it} leaves out the first example, row 0.",
        "not last": "{it} leaves out the last example.",
        "not first, N": "{it} leaves out the first example, row 0, though it divides by N.",
        "not last, N": "{it} leaves out the last example, though it divides by N.",
        "first": "{it} is the first example, not a mean.",
        "last": "{it} is the last example, not a mean.",
        "spread": "{it} is a standard deviation, in place of the mean.",
        "variance": "{it} is a variance, in place of the mean.",
        "one unit": "{it} is that of the first unit, for all units.",
    },
    "axis": AXIS,
}
SPREAD_SWITCHES = {
    "of": {
        "mean": "",
        "zero": "{it} comes from the mean of the squares of H; the mean has to be subtracted before"
        " squaring.",
        "median": "{it} takes squares around the median; the variance is around the mean.",
        "all": "{it} takes squares around the mean of the whole array, not of each unit.",
        "sizes": "{it} is a mean absolute deviation; the variance is the mean of squares.",
        "range": "{it} is max − min, the range, in place of the standard deviation.",
        "largest": "{it} is the largest size |H|, in place of the standard deviation.",
        "normalized": "{it} is that of the batch that is already normalized, H_hat.",
    },
    "axis": AXIS,
    "count": {
        "N": "",
        "N - 1": "{it} looks like ddof=1: the sum of squares divided by N − 1 instead of N.",
        "1": "{it} holds the sum of the squares: it is not divided by N.",
        "D": "{it} divides the sum of squares by the number of units, not of examples.",
    },
    "eps_at": {
        "inside": "",
        "missing": "ε is missing, which shows where the variance is smaller than ε: it is added to"
        " every variance, not only to one that is 0.",
        "outside": "ε is added to the root; it belongs under it.",
        "squared": "Under the root stands ε²; ε is added to the variance as it is.",
        "root": "√ε is added to the root; ε belongs under it.",
        "twice": "ε is added twice.",
        "to the std": "The root is taken twice: std is a root already, and ε is added to var.",
        "to the sum": "ε is added before the division by N.",
    },
}
POWERS = {
    1: "",
    2: "You divide by a variance, whose unit is that of H squared: the square root is missing.",
    -1: "You multiply by the standard deviation; normalizing divides by it.",
    0: "The division by the spread is missing.",
    0.5: "One square root too many is taken of the variance.",
}


def sizes(H, *others):
    """The counts that may have come in as a factor."""
    return {"N": H.shape[0], "the number of units": H.shape[1]}


def mean_recipe(H, *others, of="mean", axis=0):
    """The mean of each unit, and what it becomes with wrong switches."""
    N = len(H)
    ways = {
        "mean": lambda: H.mean(axis=axis),
        "median": lambda: np.median(H, axis=axis),
        "sizes": lambda: np.abs(H).mean(axis=axis),
        "squares": lambda: (H**2).mean(axis=axis),
        "least": lambda: H.min(axis=axis),
        "most": lambda: H.max(axis=axis),
        "middle": lambda: (H.min(axis=axis) + H.max(axis=axis)) / 2,
        "not first": lambda: H[1:].mean(axis=axis),
        "not last": lambda: H[:-1].mean(axis=axis),
        "not first, N": lambda: H[1:].sum(axis=axis) / N,
        "not last, N": lambda: H[:-1].sum(axis=axis) / N,
        "first": lambda: H[0],
        "last": lambda: H[-1],
        "spread": lambda: H.std(axis=axis),
        "variance": lambda: H.var(axis=axis),
        "none": lambda: np.zeros(H.shape[1]),
        "one unit": lambda: np.full(H.shape[1], H[:, 0].mean()),
    }
    return ways[of]()


def spread_recipe(H, eps, *others, of="mean", axis=0, count="N", eps_at="inside", power=1):
    """√(variance + ε) of each unit, and what it becomes with wrong switches."""
    N = H.size if axis is None else H.shape[axis]
    ways = {
        "mean": lambda: H.var(axis=axis),
        "zero": lambda: (H**2).mean(axis=axis),
        "median": lambda: ((H - np.median(H, axis=axis, keepdims=True)) ** 2).mean(axis=axis),
        "all": lambda: ((H - H.mean()) ** 2).mean(axis=axis),
        "sizes": lambda: np.abs(H - H.mean(axis=axis, keepdims=True)).mean(axis=axis) ** 2,
        "range": lambda: np.ptp(H, axis=axis) ** 2,
        "largest": lambda: np.abs(H).max(axis=axis) ** 2,
        "normalized": lambda: H.var(axis=0) / (H.var(axis=0) + eps),
    }
    var = ways[of]() * {"N": 1, "N - 1": N / (N - 1), "1": N, "D": N / H.shape[1]}[count]
    std = np.sqrt(var)
    places = {
        "inside": np.sqrt(var + eps),
        "missing": std,
        "outside": std + eps,
        "squared": np.sqrt(var + eps**2),
        "root": std + np.sqrt(eps),
        "twice": np.sqrt(var + 2 * eps),
        "to the std": np.sqrt(std + eps),
        "to the sum": np.sqrt(var + eps / N),
    }
    return places[eps_at] ** power


def name_mean(trials, it, switches=MEAN_SWITCHES):
    """What is wrong with the means that were found: sentences, or None.

    trials: pairs of the means (units,) and the data, the batch first.
    """
    trials = [(_repeated(found, data), data) for found, data in trials]
    named = explain(trials, _over_units(mean_recipe), switches, it, sizes)
    return _eps_added(trials, it) if named is None else named


def _eps_added(trials, it):
    """The sentence for a multiple of ε that is added to the mean, or None."""
    shares = [
        (found - data[0].mean(axis=0)) / data[1]
        for found, data in trials
        if len(data) > 1 and np.shape(found) == data[0].shape[1:]
    ]
    if len(shares) == len(trials) and np.allclose(
        np.concatenate(shares), shares[0][0], rtol=1e-5, atol=1e-5
    ):
        how = "added to" if shares[0][0] > 0 else "subtracted from"
        return (f"ε is {how} the mean. {it} has no ε in it, which belongs to the variance only.",)
    return None


def name_spread(trials, it, powers=POWERS):
    """What is wrong with the spreads √(variance + ε) that were found: sentences, or None."""
    trials = [(_repeated(found, data), data) for found, data in trials]
    switches = {**SPREAD_SWITCHES, "power": powers}
    named = explain(trials, _over_units(spread_recipe), switches, it, sizes)
    if named is None:
        named = _fitted(trials, it)
    if named is None:
        named = relation([(found, spread_recipe(*data)) for found, data in trials], it)
    return named


def _fitted(trials, it):
    """Sentences for spreads whose square is a multiple of the variance and a constant; or None."""
    fits = []
    for found, (H, *_) in trials:
        var = H.var(axis=0)
        if np.shape(found) != var.shape or not np.all(np.isfinite(1 / found)):
            return None
        # Each row is divided by the square, so that the smallest variance weighs as much.
        terms = np.stack([var, np.ones_like(var)], axis=1) / np.square(found)[:, None]
        fit = np.linalg.lstsq(terms, np.ones_like(var), rcond=None)[0]
        if not np.allclose(terms @ fit, 1, rtol=1e-8):
            return None
        fits.append(fit)
    times = np.array([fit[0] for fit in fits])
    added = np.array([fit[1] for fit in fits])
    N, eps = len(trials[0][1][0]), np.array([data[1] for _, data in trials])
    said = []
    if np.all(np.abs(times) < 1e-9):
        return (f"{it} is the same for all units; each has its own variance.",)
    if np.allclose(times, N / (N - 1)):
        said += [SPREAD_SWITCHES["count"]["N - 1"].format(it=it)]
    elif not np.allclose(times, 1, rtol=1e-6):
        said += [f"{it} has {in_words(times[0])} times the variance under the root."]
    if np.allclose(added, added[0], rtol=1e-5, atol=1e-12) and not np.allclose(
        added, 0, atol=1e-12
    ):
        said += [
            f"Your ε is {in_words(added[0], 3)} whatever comes; use the argument eps, which was"
            f" {eps[0]:g} here."
        ]
    elif not np.allclose(added, eps, rtol=1e-5):
        share = added / eps
        said += [
            f"Under the root stands the variance and {in_words(share[0], 3)} · ε; it should be + ε."
            if np.allclose(share, share[0], rtol=1e-4)
            else "What you add to the variance is not ε."
        ]
    return tuple(said) or None


def _repeated(found, data):
    """One number for all units as one for each, as NumPy would take it."""
    units = data[0].shape[1]
    return np.full(units, found) if np.ndim(found) == 0 else found


def _over_units(recipe):
    def repeated(*data, **setting):
        made = recipe(*data, **setting)
        return _repeated(made, data)

    return repeated


def small_batch(rng, variant):
    """(7, 4): few examples show N − 1, the last unit's variance is below ε, no mean is 0.

    The last variant is (5, 3).
    """
    if variant < 2:
        return rng.normal((5, -2, 1, 0.4), (3, 0.5, 1.5, 0.01), size=(7, 4))
    return rng.normal((4, -3, 0.4), (2, 0.7, 0.01), size=(5, 3))


def small_eps(variant):
    """No usual ε, so that a number of one's own is found out; another one for each variant."""
    return (0.0013, 0.0017, 0.0011)[variant]


def far_batch(rng):
    """(8, 4), in float32 and far from zero.

    There E[x²] − E[x]² loses every digit; the mean of squared differences some three of seven.
    """
    return rng.normal(FAR, 1, size=(8, 4)).astype(np.float32)

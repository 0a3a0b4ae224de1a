"""The exercise about saturation (03): the share of entries where the sigmoid is nearly flat."""

import numpy as np

from .causes import Part, explain
from .exercise import Exercise
from .learner import call
from .results import as_array, in_words, same
from .runner import run
from .verdict import ELSEWHERE, ERROR, Mistake

THRESHOLDS = (0.05, 0.1, 0.25, 0.15)
SWITCHES = {
    "counted": {
        "flat": "",
        "equal too": "You count slopes equal to the threshold too; below is <.",
        "steep": "You count the entries that are not saturated: slopes above the threshold.",
        "low": "You compare the sigmoid's value with the threshold; saturated speaks of its slope.",
        "low or high": "You ask how near the sigmoid's value is to 0 or 1; saturated speaks of its"
        " slope.",
        "right": "You count positive z only, but a sigmoid is flat on both sides.",
        "left": "You count negative z only, but a sigmoid is flat on both sides.",
        "large": "You compare z itself with the threshold; saturated speaks of the slope at z.",
        "mean slope": "You take the mean of the slopes; count the slopes below the threshold.",
    },
    "slope": {
        "h(1 - h)": "",
        "tanh": "That is the slope of tanh; the sigmoid's is four times smaller at 0.",
        "relative": "Your slope is four times too large, as if relative to its maximum ¼.",
        "h(1 + h)": "Your slope is h · (1 + h); the sigmoid's is h · (1 − h).",
        "h²": "Your slope is h²; the sigmoid's is h · (1 − h).",
        "1 - h": "Your slope is 1 − h; the sigmoid's is h · (1 − h).",
        "1 - h²": "Your slope is 1 − h², as for tanh; the sigmoid's is h · (1 − h).",
        "z(1 - z)": "Your slope is z · (1 − z); z has to go through the sigmoid first.",
        "twice": "Your z goes through the sigmoid twice.",
        "exp": "Your sigmoid has the wrong sign in it or lacks the 1: it is 1/(1 + exp(−z)).",
    },
    "out of": {
        "all": "",
        "hundred": "You give percent; a share lies between 0 and 1.",
        "one": "You give a count; a share is that count out of all entries.",
        "rows": "You divide by the number of rows, len(z); a share is out of all entries, z.size.",
        "columns": "You divide by the number of columns; a share is out of all entries, z.size.",
        "not": "You return 1 minus the share: that of the entries that are not saturated.",
    },
    "threshold": {
        "given": "",
        **{
            t: f"Your threshold is {t} whatever comes: use the argument threshold."
            for t in (0.05, 0.01, 0.1, 0.001, 0.2)
        },
        "square": "You compare with the threshold squared.",
        "half": "You compare with half of the threshold.",
    },
}


def recipe(z, threshold, /, **switches):
    """The share of flat slopes, and what it becomes with wrong switches."""
    of = {"counted": "flat", "slope": "h(1 - h)", "out of": "all", "threshold": "given"} | switches
    threshold = {"given": threshold, "square": threshold**2, "half": threshold / 2}.get(
        of["threshold"], of["threshold"]
    )
    h = (1 + np.tanh(z / 2)) / 2
    slope = {
        "h(1 - h)": lambda: h * (1 - h),
        "tanh": lambda: 1 - np.tanh(z) ** 2,
        "relative": lambda: 4 * h * (1 - h),
        "h(1 + h)": lambda: h * (1 + h),
        "h²": lambda: h**2,
        "1 - h": lambda: 1 - h,
        "1 - h²": lambda: 1 - h**2,
        "z(1 - z)": lambda: z * (1 - z),
        "twice": lambda: (t := 1 / (1 + np.exp(-h))) * (1 - t),
        "exp": lambda: (e := np.exp(-z)) * (1 - e),
    }[of["slope"]]()
    if of["counted"] == "mean slope":
        return slope.mean()
    marked = {
        "flat": slope < threshold,
        "equal too": slope <= threshold,
        "steep": slope > threshold,
        "low": h < threshold,
        "low or high": np.minimum(h, 1 - h) < threshold,
        "right": (slope < threshold) & (z > 0),
        "left": (slope < threshold) & (z < 0),
        "large": np.abs(z) > threshold,
    }[of["counted"]]
    return {
        "all": marked.mean(),
        "hundred": 100 * marked.mean(),
        "one": marked.sum(),
        "rows": marked.sum() / len(z),
        "columns": marked.sum() / z.shape[1],
        "not": 1 - marked.mean(),
    }[of["out of"]]


class Saturated(Exercise):
    """f(z, threshold) -> share."""

    name = "check_saturated"
    arguments = ("z", "threshold")
    returns = ("the share",)
    formulas = (
        "h = 1 / (1 + np.exp(-z))\nslope = h * (1 - h)\nshare = (slope < threshold).mean()",
    )
    pairs = False
    praise = "Right: that is the share of entries where the sigmoid is nearly flat."
    advice = (
        "Go step by step: the sigmoid, its slope, which slopes are below the threshold, their"
        " share."
    )
    hints = (
        "The slope of the sigmoid at z can be had from its value h there.",
        "slope = h * (1 - h); then compare each slope with the threshold.",
        "The mean of True and False is the share of True: np.mean(slope < threshold).",
    )
    bases = 3

    def data(self, rng, variant):
        """Entries and a threshold; the slope at 0 is ¼ to the last digit and tells < from ≤."""
        z = rng.normal(0, 4, size=(50, 8) if variant < 3 else (30, 6))
        z[::10, 0] = 0
        return z, THRESHOLDS[variant]

    def right(self, z, threshold):
        """The share."""
        return (recipe(z, threshold),)

    def parts(self, trials):
        """The share."""
        found = [(trial.found[0], trial.data) for trial in trials]
        return [Part("", False, explain(found, recipe, SWITCHES, "The share"), "")]

    def otherwise(self, function, trials, left):
        """Whether single entries are counted rightly, and if not, one that is not."""
        for threshold in THRESHOLDS[:2]:
            for z in np.linspace(-9, 9, 73):
                try:
                    share = as_array(call(function, (np.array([[z]]), threshold)).found)
                except Mistake:
                    return []
                slope = 1 / (2 + 2 * np.cosh(z))
                if (
                    share is not None
                    and (share == 0 or share == 1)
                    and share != (slope < threshold)
                ):
                    return [
                        f"An array of one entry, z = {in_words(z)}, where the slope is {slope:.3g},"
                        f" you {'' if share else 'do not '}count with the threshold {threshold}: is"
                        " your slope h · (1 − h), and compared with the threshold by <?"
                    ]
        for row, column in (0, 0), (0, -1), (-1, 0), (-1, -1), (1, 1):
            z = np.zeros((4, 5))
            z[row, column] = 9
            try:
                share = as_array(call(function, (z, THRESHOLDS[0])).found)
            except Mistake:
                return []
            if share is not None and not same(share, 0.05):
                return [
                    f"A small example: of 4 · 5 entries one is saturated, in row {row % 4}, column"
                    f" {column % 5}. The share is 0.05; you return {in_words(share)}."
                ]
        return [
            "Of arrays of one entry each is counted rightly; so it is the share that is wrong: how"
            " many entries do you count, out of how many?"
        ]

    def measure(self, trial):
        """What came, and what was expected."""
        threshold, found, expected = trial.data[1], float(trial.found[0]), float(trial.expected[0])
        if np.shape(trial.found[0]) != ():
            return ""
        return f"With the threshold {threshold} you get {found:.4g} where {expected:.4g} is right."

    def beyond(self, function, rng):
        """Whole numbers, as in the lesson, and entries so large that an exponential overflows."""
        share = as_array(call(function, (np.array([[-4, 0, 4, 4]]), THRESHOLDS[0])).found)
        if not same(share, 0.75):
            raise Mistake(
                ELSEWHERE,
                "Right for other numbers, but whole ones make it wrong. Are your values put into an"
                " array made like z? It is of whole numbers too, and cuts off all after the point.",
                f"For z = −4, 0, 4, 4 you get {share:.4g} where 0.75 is right.",
            )
        ends = np.array([[-1000.0, 0.0, 1000.0]])
        try:
            called = call(function, (ends, THRESHOLDS[0]))
        except Mistake as mistake:
            rest = "Right for the first entries, but not for z = −1000, 0, 1000."
            cause = str(mistake)
            if mistake.stage == ERROR and "Overflow" in cause:
                cause += " Which sign of z is safe in your exponential?"
            raise Mistake(ELSEWHERE, cause, rest) from None
        share = as_array(called.found)
        if not same(share, 2 / 3):
            raise Mistake(
                ELSEWHERE,
                "The exponential overflows, and what comes of it is not a number. Which sign of z"
                " is safe in your exponential?",
                f"For z = −1000, 0, 1000 you get {share:.4g} where 0.6667 is right.",
            )
        if called.warned:
            return (
                "One remark: at z = ±1000 your exponential overflows and NumPy warns; |z| helps,"
                " since the slope is the same on both sides."
            )
        return ""


def check_saturated(function, seed=0):
    """Check a learner's `f(z, threshold) -> share` of the entries that are saturated.

    z: an array of any shape. An entry is saturated if the *slope* of the sigmoid there is below
    the threshold. Called as `check_saturated(f)`; `seed` chooses z. Returns a Verdict; raises
    TypeError if f is no function.
    """
    return run(Saturated(), function, seed)

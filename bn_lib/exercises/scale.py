"""The exercise about the effective learning rate of weights before batch norm (08)."""

from types import MappingProxyType

import numpy as np

from .causes import Part, explain
from .exercise import Exercise, comparison
from .moments import sizes
from .runner import run

SWITCHES = {
    "square": {
        "sum": "",
        "root": "You divide by the length |w|; the gradient shrinks like 1/|w| too, so its square"
        " belongs there.",
        "twice": "You square twice, |w|⁴; lr is divided by |w|², the sum of squares.",
        "mean": "You divide by the mean of the squares; |w|² is their sum.",
        "root mean": "You divide by a root of mean squares; |w|² is the sum of the squares.",
        "signed": "You divide by a square of the sum; |w|² is the sum of the squares.",
        "plain": "You divide by a sum without squares; |w|² is the sum of the squares.",
        "sizes": "You divide by a sum of absolute values; |w|² is the sum of the squares.",
        "sizes²": "You divide by the square of a sum of absolute values; |w|² sums the squares.",
        "largest": "You divide by the largest weight; |w|² is the sum of all squares.",
        "largest²": "You divide by the square of the largest weight; |w|² is the sum of all"
        " squares.",
        "var": "You divide by a variance, the mean of the squares around the mean weight; |w|² is"
        " the"
        " sum of the squares.",
        "var sum": "You subtract the mean weight first; |w|² is the sum of the plain squares.",
        "std": "You divide by a standard deviation; |w|² is the sum of the squares.",
        "root sum of roots": "You divide by the square root of a sum of absolute values.",
        "first": "You take the first weight only; |w|² is the sum of all squares.",
    },
    "axis": {
        0: "",
        1: "Your sums run over the units of one input (axis 1), but a unit's weights are a column.",
        None: "Your sum runs over the whole array, but each unit has its own length: name an axis.",
    },
    "way": {
        "over": "",
        "times": "You multiply by the length; longer weights turn more slowly: divide.",
        "upside down": "Your fraction is upside down: lr is divided by |w|².",
        "minus": "You subtract |w|² from lr; divide by it.",
        "root of all": "A root is taken of everything, lr too: lr / |w|² has none.",
    },
    "lr": {
        1: "",
        0: "lr is missing.",
        2: "lr is in it twice, as lr².",
        0.5: "A root is taken of lr.",
        **{
            str(rate): f"Your lr is {rate:g} whatever comes: use the argument lr."
            for rate in (0.1, 0.01, 0.001, 0.5)
        },
    },
}


def recipe(W, lr, /, square="sum", axis=0, way="over", **on):
    """lr / |w|² of each unit, and what it becomes with wrong switches."""
    squares = np.sum(W**2, axis=axis)
    length = {
        "sum": lambda: squares,
        "root": lambda: np.sqrt(squares),
        "twice": lambda: squares**2,
        "mean": lambda: np.mean(W**2, axis=axis),
        "root mean": lambda: np.sqrt(np.mean(W**2, axis=axis)),
        "signed": lambda: np.sum(W, axis=axis) ** 2,
        "plain": lambda: np.sum(W, axis=axis),
        "sizes": lambda: np.sum(np.abs(W), axis=axis),
        "sizes²": lambda: np.sum(np.abs(W), axis=axis) ** 2,
        "largest": lambda: np.max(np.abs(W), axis=axis),
        "largest²": lambda: np.max(np.abs(W), axis=axis) ** 2,
        "var": lambda: np.var(W, axis=axis),
        "var sum": lambda: np.var(W, axis=axis) * len(W),
        "std": lambda: np.std(W, axis=axis),
        "root sum of roots": lambda: np.sqrt(np.sum(np.abs(W), axis=axis)),
        "first": lambda: W[0] ** 2,
    }[square]()
    length = np.full(W.shape[1], length) if axis is None and np.ndim(length) == 0 else length
    power = on.get("lr", 1)
    lr = float(power) if isinstance(power, str) else lr**power
    ways = {"over": lr / length, "times": lr * length, "upside down": length / lr}
    ways["root of all"] = np.sqrt(lr / length)
    return ways.get(way, lr - length)


class EffectiveRate(Exercise):
    """f(W, lr) -> rates."""

    name = "check_effective_rate"
    arguments = ("W", "lr")
    axes = MappingProxyType({"W": ("input", "unit")})
    returns = ("your result",)
    formulas = (
        "rate = lr / (W ** 2).sum(axis=0)",
        "rate = lr / (W * W).sum(axis=0)",
        "length = np.sqrt((W ** 2).sum(axis=0))\nrate = lr / length ** 2",
    )
    praise = "Right: lr / |w|² for each unit. Twice the weights turn at a quarter of the rate."
    advice = "Which sum is |w|², and does it divide or multiply?"
    hints = (
        "The weights of a unit are a column of W; |w| is that column's length.",
        "|w|² is the sum of the squares of the column: np.sum(W**2, axis=0).",
        "The effective rate is lr divided by |w|².",
    )

    def data(self, rng, variant):
        """Weights of different lengths, and lr."""
        if variant < 2:
            return rng.normal(0.2, (1, 0.3, 2, 0.05), size=(6, 4)), (0.23, 0.37)[variant]
        return rng.normal(0.2, (0.7, 1.5, 0.1), size=(5, 3)), 0.17

    def right(self, W, lr):
        """One rate for each unit."""
        return (recipe(W, lr),)

    def parts(self, trials):
        """The rates."""
        found = [
            (
                np.full(t.data[0].shape[1], t.found[0]) if t.found[0].ndim == 0 else t.found[0],
                t.data,
            )
            for t in trials
        ]
        said = explain(found, recipe, SWITCHES, "Your result", sizes)
        return [Part("", False, said, comparison(trials, 0, "Your result"))]


def check_effective_rate(function, seed=0):
    """Check a learner's `f(W, lr) -> rates`, the effective rate lr / |w|² of each unit.

    W: (inputs, units), lr: a number; rates: (units,). Called as `check_effective_rate(f)`; `seed`
    chooses the weights. Returns a Verdict; raises TypeError if f is no function.
    """
    return run(EffectiveRate(), function, seed)

"""The exercise about a step of gradient descent on γ and β (05)."""

from types import MappingProxyType

import numpy as np

from bn_lib.normalization import normalize, undo_parameters

from .causes import Part, explain
from .exercise import Exercise, comparison
from .moments import sizes, small_batch, small_eps
from .results import in_words, same
from .runner import run

SWITCHES = {
    "way": {
        "down": "",
        "up": "{it} goes uphill: the gradient is subtracted.",
        "gradient": "You return the gradient; the step takes lr times it away from γ and β.",
        "change": "You return the change only, lr times the gradient; subtract it from γ and β.",
        "minus change": "You return the change only; add it to γ and β.",
        "still": "{it} comes back as it came: no step is taken.",
        "sign": "{it} steps by the sign of the gradient; its size belongs into the step too.",
        "arrived": "{it} is the destination, the value that undoes; take one step towards it only.",
        "decays": "{it} is multiplied by 1 − lr before the step: the old value stays as it is.",
    },
    "lr": {
        "lr": "",
        "none": "lr is missing: the step takes lr times the gradient.",
        "squared": "lr is in it twice.",
        "over": "You divide by lr; the step takes lr times the gradient.",
        **{
            rate: f"Your rate is {rate:g} whatever comes: use the argument lr."
            for rate in (0.1, 0.01, 0.001, 0.05, 0.5)
        },
    },
    "slope": {
        2: "",
        1: "{it}: the 2 is missing; the slope of a square e² is 2e.",
        0.5: "{it}: the slope of a square e² is 2e, four times yours.",
        4: "{it}: the 2 is in it twice; the slope of a square e² is 2e.",
    },
    "along": {
        "right": "",
        "ones": "In y = γ·H_hat + β the slope of y for γ is H_hat, which is missing.",
        "H": "In y = γ·H_hat + β the slope of y for γ is H_hat, not H.",
        "H_hat": "In y = γ·H_hat + β the slope of y for β is 1, not H_hat.",
        "gamma": "{it}: the error is multiplied by γ, which is not in the slope.",
    },
    "error": {
        "right": "",
        "H_hat": "The target is H, not H_hat.",
        "without β": "In the error β is missing: it is γ·H_hat + β − H.",
        "without γ": "In the error γ is missing: it is γ·H_hat + β − H.",
        "of H": "In the error stands γ·H + β; the layer normalizes first: γ·H_hat + β.",
        "size": "In the error there is an absolute value; its sign says where to go.",
        "0": "The target is H, not 0: H is to be subtracted in the error.",
    },
    "average": {
        "mean": "",
        "sum": "You sum over the examples, but the loss is their mean.",
        "all": "{it} takes a mean over the whole array, but each unit has its own: name an axis.",
        "size": "You divide by all entries, N · units; the loss is a mean over the examples.",
    },
    "eps": {
        "used": "",
        "missing": "ε is missing in H_hat.",
        "fixed": "Your ε is 1e-5 whatever comes: use the argument eps.",
        "no root": "H_hat is divided by a variance: the square root is missing.",
        "N - 1": "H_hat is computed with N − 1 (ddof=1) in the place of N.",
    },
}


def recipe(H, gamma, beta, lr, eps, /, which="gamma", **switches):
    """The new γ (or β) after a step towards undone, and what it becomes with wrong switches."""
    on = {name: next(iter(values)) for name, values in SWITCHES.items()} | switches
    H_hat = {
        "used": lambda: normalize(H, eps),
        "missing": lambda: (H - H.mean(axis=0)) / H.std(axis=0),
        "fixed": lambda: normalize(H, 1e-5),
        "no root": lambda: (H - H.mean(axis=0)) / (H.var(axis=0) + eps),
        "N - 1": lambda: (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0, ddof=1) + eps),
    }[on["eps"]]()
    error = {
        "right": lambda: gamma * H_hat + beta - H,
        "H_hat": lambda: gamma * H_hat + beta - H_hat,
        "without β": lambda: gamma * H_hat - H,
        "without γ": lambda: H_hat + beta - H,
        "of H": lambda: gamma * H + beta - H,
        "size": lambda: np.abs(gamma * H_hat + beta - H),
        "0": lambda: gamma * H_hat + beta,
    }[on["error"]]()
    own = H_hat if which == "gamma" else np.ones_like(H)
    along = {"right": own, "ones": np.ones_like(H), "H": H, "H_hat": H_hat, "gamma": gamma * own}
    along = along[on["along"]]
    terms = error * along
    slope = (
        on["slope"]
        * {
            "mean": lambda: terms.mean(axis=0),
            "sum": lambda: terms.sum(axis=0),
            "all": lambda: np.full(gamma.shape, terms.mean()),
            "size": lambda: terms.sum(axis=0) / terms.size,
        }[on["average"]]()
    )
    old = gamma if which == "gamma" else beta
    rates = {"lr": lr, "none": 1, "squared": lr**2, "over": 1 / lr}
    rate = rates.get(on["lr"], on["lr"])
    return {
        "down": lambda: old - rate * slope,
        "up": lambda: old + rate * slope,
        "gradient": lambda: slope,
        "change": lambda: rate * slope,
        "minus change": lambda: -rate * slope,
        "still": lambda: old,
        "sign": lambda: old - rate * np.sign(slope),
        "arrived": lambda: undo_parameters(H, eps)[which == "beta"],
        "decays": lambda: (1 - rate) * old - rate * slope,
    }[on["way"]]()


class Step(Exercise):
    """f(H, gamma, beta, lr, eps) -> gamma, beta."""

    name = "check_step"
    arguments = ("H", "gamma", "beta", "lr", "eps")
    axes = MappingProxyType({"H": ("example", "unit"), "gamma": ("unit",), "beta": ("unit",)})
    returns = ("γ", "β")
    formulas = (
        "H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)\n"
        "error = gamma * H_hat + beta - H\n"
        "new_gamma = gamma - lr * 2 * (error * H_hat).mean(axis=0)\n"
        "new_beta = beta - lr * 2 * error.mean(axis=0)",
    )
    praise = "Right: that is the straight step towards undone, for each unit."
    advice = (
        "Take it in parts: H_hat, the error γ·H_hat + β − H, its mean for β, and its mean times"
        " H_hat"
        " for γ."
    )
    hints = (
        "Begin with the error: what γ·H_hat + β gives, minus H.",
        "The loss is the mean of the squared error; the slope of a square e² is 2e.",
        "For β the gradient is 2 · mean(error), for γ it is 2 · mean(error · H_hat), over the"
        " examples; subtract lr times each.",
    )

    def data(self, rng, variant):
        """H, gamma, beta, lr and eps."""
        H = small_batch(rng, variant)
        gamma = np.array([(1.5, -2, 0.7, 3), (0.4, 1.2, -1.6, 2.1), (0.9, -0.8, 1.9)][variant])
        beta = np.array([(0.5, 1, -1, 2), (-0.6, 0.8, 1.4, 0.3), (1.1, -0.7, 0.2)][variant])
        return H, gamma, beta, (0.07, 0.11, 0.03)[variant], small_eps(variant)

    def right(self, H, gamma, beta, lr, eps):
        """The new γ and β."""
        data = H, gamma, beta, lr, eps
        return recipe(*data), recipe(*data, which="beta")

    def parts(self, trials):
        """γ and β, in this order or the other."""
        if all(
            same(trial.found[0], trial.expected[1]) and same(trial.found[1], trial.expected[0])
            for trial in trials
        ):
            return [Part("", False, ("You return β, γ: swap the two.",))]
        parts = []
        for at, which in enumerate(("gamma", "beta")):
            name, found = self.returns[at], [(each.found[at], each.data) for each in trials]

            def made(*data, which=which, **switches):
                return recipe(*data, which=which, **switches)

            said = explain(found, made, SWITCHES, f"Your {name}", sizes)
            said = _length(trials, at, which) if said is None else said
            compare = comparison(trials, at, f"Your {name}")
            parts.append(Part(name, said == (), said, compare if said != () else ""))
        return parts

    def measure(self, trial):
        """The largest gap."""
        gaps = [np.abs(f - e).max() for f, e in zip(trial.found, trial.expected, strict=True)]
        return f"One of your new values is off by {max(gaps):.3g}."


def _length(trials, at, which):
    """The sentence for a step in the right direction, but of a wrong length; or None."""
    where = 1 if which == "gamma" else 2
    steps = [(each.found[at] - each.data[where]) for each in trials]
    right = [(each.expected[at] - each.data[where]) for each in trials]
    times = [np.dot(a, b) / np.dot(b, b) for a, b in zip(steps, right, strict=True)]
    if all(same(a, k * b) for a, b, k in zip(steps, right, times, strict=True)):
        often = "" if np.allclose(times, times[0]) else " here, and another number for another lr"
        said = f"Your {'γ' if which == 'gamma' else 'β'} steps in the right direction, but"
        return (f"{said} {in_words(times[0])} times as far as it should{often}.",)
    return None


def check_step(function, seed=0):
    """Check a learner's `f(H, gamma, beta, lr, eps) -> (gamma, beta)`, a step towards undone.

    A step of gradient descent on the mean over the examples of (gamma * H_hat + beta - H)², each
    unit for itself. H: (examples, units); gamma, beta: (units,). Called as `check_step(f)`;
    `seed` chooses the numbers. Returns a Verdict; raises TypeError if f is no function.
    """
    return run(Step(), function, seed)

"""The exercises about a layer of one's own (11): the forward pass with γ and β, and folding."""

from types import MappingProxyType

import numpy as np

from bn_lib.normalization import batch_norm, fold

from .causes import Part, explain
from .exercise import Exercise, comparison
from .modes import INFERENCE_SWITCHES, inference_recipe, parameters
from .moments import (
    AXIS,
    MEAN_SWITCHES,
    SPREAD_SWITCHES,
    mean_recipe,
    small_batch,
    small_eps,
    spread_recipe,
)
from .moments import sizes as batch_sizes
from .normalize import Normalize
from .results import same
from .runner import run
from .verdict import VALUES

MEAN, SPREAD = "The mean that you subtract", "The spread, the variance that you divide by,"


def _named(group, it):
    return {value: said.replace("{it}", it) for value, said in group.items()}


FORWARD_SWITCHES = {
    "gamma": INFERENCE_SWITCHES["gamma"],
    "beta": INFERENCE_SWITCHES["beta"],
    "swapped": INFERENCE_SWITCHES["swapped"],
    "normalizing": {
        True: "",
        False: "H is not normalized: subtract its mean and divide by its spread before γ and β.",
        "by β and γ": "You normalize with β and γ in the place of mean and spread; those come from"
        " the batch, and γ and β come after them.",
    },
    "mean_of": _named(MEAN_SWITCHES["of"], MEAN),
    "mean_axis": _named(AXIS, MEAN),
    "spread_of": _named(SPREAD_SWITCHES["of"], SPREAD),
    "spread_axis": _named(AXIS, SPREAD),
    "spread_count": _named(SPREAD_SWITCHES["count"], SPREAD),
    "spread_eps_at": _named(SPREAD_SWITCHES["eps_at"], SPREAD),
    "spread_power": {
        1: "",
        2: "You divide by a variance: the square root is missing.",
        0: "The division by the spread is missing.",
        -1: "You multiply by the spread; normalizing divides by it.",
    },
}


def forward_recipe(H, gamma, beta, eps, /, gamma_is="times", **switches):
    """γ · H_hat + β, and what it becomes with wrong switches."""
    on = {name: next(iter(values)) for name, values in FORWARD_SWITCHES.items()} | switches
    if on["normalizing"] == "by β and γ":
        return (H - beta) / np.sqrt(gamma**2 + eps)

    def own(prefix):
        return {k.removeprefix(prefix): v for k, v in on.items() if k.startswith(prefix)}

    mean, std = mean_recipe(H, **own("mean_")), spread_recipe(H, eps, **own("spread_"))
    mean = mean[:, None] if on["mean_axis"] == 1 and np.shape(mean) == H.shape[:1] else mean
    std = std[:, None] if on["spread_axis"] == 1 and np.shape(std) == H.shape[:1] else std
    if on["normalizing"] is False:
        mean, std = 0, 1
    constants = {name: on[name] for name in ("gamma", "beta", "swapped")}
    if on["beta"] == "scaled":
        beta, constants["beta"] = beta / std, "plus"
    return inference_recipe((H - mean) / std, gamma, beta, 0.0, 1.0, 0.0, **constants)


class Forward(Exercise):
    """f(H, gamma, beta, eps) -> Y."""

    name = "check_forward"
    arguments = ("H", "gamma", "beta", "eps")
    axes = MappingProxyType({"H": ("example", "unit"), "gamma": ("unit",), "beta": ("unit",)})
    returns = ("Y",)
    formulas = (
        "mean = H.sum(axis=0) / N\n"
        "var = ((H - mean) ** 2).sum(axis=0) / N\n"
        "H_hat = (H - mean) / np.sqrt(var + eps)\n"
        "Y = gamma * H_hat + beta",
        "Y = gamma * (H - H.sum(axis=0) / N) / np.sqrt(H.var(axis=0) + eps) + beta",
    )
    praise = "Right: normalized over the examples, then scaled by γ and shifted by β."
    advice = "Go through the mean, the variance, H_hat, and γ · H_hat + β, one by one."
    hints = (
        "Normalize first, as in notebook 01; then γ multiplies, and β is added.",
        "Y = gamma * H_hat + beta.",
    )

    def data(self, rng, variant):
        """A batch, γ, β and ε."""
        return small_batch(rng, variant), *parameters(variant), small_eps(variant)

    def right(self, H, gamma, beta, eps):
        """Y."""
        return (batch_norm(H, gamma, beta, eps)[0],)

    def parts(self, trials):
        """Y."""
        found = [(trial.found[0], trial.data) for trial in trials]
        return [Part("", False, explain(found, forward_recipe, FORWARD_SWITCHES, "Y", batch_sizes))]

    def otherwise(self, function, trials, left):
        """What is wrong with H_hat, which is left where γ = 1 and β = 0."""

        def normalizes(H, eps):
            return function(H, np.ones(H.shape[1]), np.zeros(H.shape[1]), eps)

        verdict = run(Normalize(), normalizes, seed=0)
        if verdict:
            return ["With γ = 1 and β = 0 it is right; with others it should be γ · H_hat + β."]
        known = verdict.stage == VALUES and verdict.cause
        return [f"With γ = 1 and β = 0, which leaves H_hat: {verdict.cause}"] if known else []


SCALES = {
    "gamma": {
        "times": "",
        "missing": "{it}: γ is missing; it multiplies.",
        "over": "{it} is divided by γ; γ multiplies.",
        "squared": "{it} has γ twice.",
        "beta": "{it} has β in the place of γ.",
    },
    "std": {
        "over": "",
        "missing": "{it}: the division by √(var + ε) is missing.",
        "no root": "{it} is divided by var + ε: the square root is missing.",
        "times": "{it} is multiplied by √(var + ε); divide by it.",
        "no eps": "{it}: ε is missing, which shows where var is smaller than ε.",
        "outside": "{it}: ε is added to the root; it belongs under it.",
    },
}
BIAS_SWITCHES = {
    **SCALES,
    "b": {
        1: "",
        0: "{it}: the old b is missing; it goes through the layer too.",
        -1: "{it}: the old b has the wrong sign.",
        "unscaled": "{it}: the old b is not scaled; γ/√(var + ε) multiplies it too.",
    },
    "mean": {
        1: "",
        0: "{it}: the mean is missing; it is subtracted from b.",
        -1: "{it}: the mean is added; it has to be subtracted.",
        "unscaled": "{it}: the mean is not scaled; γ/√(var + ε) multiplies it too.",
    },
    "beta": {
        1: "",
        0: "{it}: β is missing.",
        -1: "{it}: β is subtracted; it is added.",
        "scaled": "{it}: β is scaled too; it is added after the scaling.",
    },
}
WEIGHT_SWITCHES = {
    **SCALES,
    "way": {
        "columns": "",
        "rows": "{it}: its rows are scaled, but a unit's weights are a column.",
        "same": "{it} comes back as it came: γ/√(var + ε) scales each unit's column.",
    },
}


def _scale(gamma, beta, var, eps, on):
    std = np.sqrt(var + eps)
    divisor = {
        **{"missing": 1, "no root": var + eps, "times": 1 / std, "no eps": np.sqrt(var)},
        "outside": np.sqrt(var) + eps,
    }.get(on.get("std"), std)
    times = {"missing": 1, "over": 1 / gamma, "squared": gamma**2, "beta": beta}
    return times.get(on.get("gamma"), gamma) / divisor


def weight_recipe(W, b, gamma, beta, mean, var, eps, /, way="columns", **on):
    """The folded weights, and what they become with wrong switches."""
    scale = _scale(gamma, beta, var, eps, on)
    if way == "rows":
        return W * np.resize(scale, len(W))[:, None]
    return W if way == "same" else W * scale


def bias_recipe(W, b, gamma, beta, mean, var, eps, /, **on):
    """The folded bias, and what it becomes with wrong switches."""
    scale = _scale(gamma, beta, var, eps, on)
    of = {"b": 1, "mean": 1, "beta": 1} | on

    def term(name, value):
        return value / scale if of[name] == "unscaled" else value * of[name]

    shift = beta * scale if of["beta"] == "scaled" else beta * of["beta"]
    return scale * (term("b", b) - term("mean", mean)) + shift


class Fold(Exercise):
    """f(W, b, gamma, beta, mean, var, eps) -> W, b."""

    name = "check_fold"
    arguments = ("W", "b", "gamma", "beta", "mean", "var", "eps")
    axes = MappingProxyType(
        {
            "W": ("input", "unit"),
            **dict.fromkeys(("b", "gamma", "beta", "mean", "var"), ("unit",)),
        }
    )
    returns = ("W", "b")
    formulas = (
        "slope = gamma / np.sqrt(var + eps)\nnew_W = slope * W\nnew_b = slope * (b - mean) + beta",
    )
    praise = "Right: one linear layer does what the two did, in inference mode."
    advice = "Put x W + b in the place of H in γ · (H − mean)/√(var + ε) + β, and sort by x."
    hints = (
        "In inference mode the layer is a straight line in its input: a slope and a constant.",
        "The slope is gamma / np.sqrt(var + eps); it multiplies each unit's column of W.",
        "The new b is slope · (b − mean) + beta.",
    )

    def data(self, rng, variant):
        """W, not square; b, γ, β, mean, var and ε."""
        D = 4 if variant < 2 else 3
        W, b = rng.normal(0, 1, (6 if variant < 2 else 5, D)), rng.normal(1, 1, D)
        mean, var = rng.normal(2, 1, D), np.array((4.0, 0.3, 2.0, 0.0004)[-D:])
        return W, b, *parameters(variant), mean, var * rng.uniform(0.8, 1.2), small_eps(variant)

    def right(self, W, b, gamma, beta, mean, var, eps):
        """The folded W and b."""
        return tuple(fold(W, b, gamma, beta, mean, var, eps))

    def parts(self, trials):
        """W and b, each for itself."""
        parts = []
        for at, made, switches in (
            (0, weight_recipe, WEIGHT_SWITCHES),
            (1, bias_recipe, BIAS_SWITCHES),
        ):
            found, name = [(each.found[at], each.data) for each in trials], self.returns[at]
            said = explain(found, made, switches, f"Your {name}")
            compare = comparison(trials, at, f"Your {name}")
            right = all(same(each.found[at], each.expected[at]) for each in trials)
            parts.append(Part(name, right, () if right else said, "" if right else compare))
        return parts


def check_forward(function, seed=0):
    """Check a learner's `f(H, gamma, beta, eps) -> Y`, batch norm in training mode.

    H, Y: (examples, units); gamma, beta: (units,). Called as `check_forward(f)`; `seed` chooses the
    numbers. Returns a Verdict; raises TypeError if f is no function.
    """
    return run(Forward(), function, seed)


def check_fold(function, seed=0):
    """Check a learner's `f(W, b, gamma, beta, mean, var, eps) -> (W, b)`: one linear layer for two.

    W: (inputs, units); the others (units,), eps a number. `x @ W + b` with the new ones is batch
    norm in inference mode of `x @ W + b` with the old ones. Called as `check_fold(f)`; `seed`
    chooses the numbers. Returns a Verdict; raises TypeError if f is no function.
    """
    return run(Fold(), function, seed)

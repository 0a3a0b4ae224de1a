"""The exercise about the backward pass (04), and the one with all three gradients (11)."""

from types import MappingProxyType

import numpy as np

from bn_lib.normalization import normalize

from .causes import Part, explain
from .exercise import Exercise, comparison
from .moments import AXIS, sizes, small_batch, small_eps
from .results import same
from .runner import run
from .terms import terms_of
from .undo import share_or_times


def _average(term):
    """A switch for the average of a term."""
    return {axis: said.replace("{it}", f"In {term}, the mean") for axis, said in AXIS.items()}


SWITCHES = {
    "constant": {
        False: "",
        True: "You treat mean and variance as constants. They are computed from the same batch, so"
        " each example acts through them too: two terms have to be subtracted.",
    },
    "mean": {
        1: "",
        0: "The way through the mean is missing: mean(dy) has to be subtracted.",
        -1: "The way through the mean has the wrong sign: mean(dy) is subtracted.",
        2: "The way through the mean counts twice.",
        0.5: "The way through the mean counts half.",
        "sum": "The way through the mean has a sum over the examples where a mean belongs.",
        "N - 1": "The way through the mean is divided by N − 1 in the place of N.",
        "H_hat": "The way through the mean is multiplied by H_hat; mean(dy) is subtracted as it"
        " is.",
    },
    "var": {
        1: "",
        0: "The term with H_hat, the way through the variance, is missing, or has become 0: the"
        " mean of H_hat is 0, so multiply dy by H_hat before you take the mean.",
        0.5: "The term with H_hat, the way through the variance, counts half: has the 2 of a"
        " square's slope got lost?",
        -1: "The term with H_hat, the way through the variance, has the wrong sign: it is"
        " subtracted.",
        2: "The term with H_hat, the way through the variance, counts twice.",
        "sum": "The term with H_hat, the way through the variance, has a sum over the examples"
        " where a mean belongs.",
        "N - 1": "The term with H_hat, the way through the variance, is divided by N − 1, but"
        " this variance has 1/N.",
    },
    "partner": {
        "dy H_hat": "",
        "dy": "The term with H_hat, the way through the variance, takes the mean of dy alone;"
        " H_hat belongs into that mean too.",
        "H_hat": "The term with H_hat, the way through the variance, takes the mean of H_hat²,"
        " without dy.",
        "dy²": "The term with H_hat, the way through the variance, takes the mean of dy².",
        "|dy H_hat|": "The term with H_hat, the way through the variance, takes absolute values.",
    },
    "front": {
        "H_hat": "",
        "1": "The second mean, of dy · H_hat, is subtracted as it is, but it belongs times H_hat.",
        "H_hat²": "The term with H_hat, the way through the variance, has H_hat² in front of the"
        " mean; it is H_hat.",
        "dy": "The term with H_hat, the way through the variance, has dy in front of the mean; it"
        " is H_hat.",
        "H": "The term with H_hat, the way through the variance, has H_hat · std in front of the"
        " mean; it is H_hat.",
        "H_hat/std": "The term with H_hat, the way through the variance, is divided by std once"
        " more.",
    },
    "both": {
        "mean": "",
        "sum": "You subtract sums over the examples where means belong.",
        "minus": "Both terms have the wrong sign: they are subtracted from dy.",
        1: "Your means run over the units of one example (axis 1), but have to run over the"
        " examples.",
        None: "Your means run over the whole array, but each unit has its own: name an axis.",
    },
    "mean_axis": _average("the way through the mean"),
    "var_axis": _average("the term with H_hat, the way through the variance"),
    "dy": {1: "", 0: "dy itself, from which the two terms are subtracted, is missing."},
    "scale": {
        "times": "",
        "missing": "γ is missing: the next layer's gradient reaches H_hat through it.",
        "only dy": "γ multiplies dy, but not what is subtracted from it.",
        "not dy": "γ multiplies what is subtracted, but not dy itself.",
        "over": "You divide by γ; on the way forward it multiplies, so on the way back too.",
        "squared": "γ multiplies twice, as γ².",
        "size": "γ has lost its sign.",
    },
    "power": {
        1: "",
        2: "You divide by std twice, that is by a variance.",
        3: "You divide by std three times.",
        0: "The division by std is missing.",
        -1: "You multiply by std; on the way forward it divides, so on the way back too.",
        0.5: "You divide by √std; std is a root already.",
        "only dy": "std divides dy, but not what is subtracted from it.",
        "not dy": "std divides what is subtracted, but not dy itself.",
        "of dy": "You divide by the spread of dy too: the backward pass normalizes nothing.",
    },
}


def recipe(dy, H_hat, gamma, std, /, **switches):
    """The gradient for a layer's input, and what it becomes with wrong switches."""
    on = {name: next(iter(values)) for name, values in SWITCHES.items()} | switches
    N = len(dy)
    fronts = {"H_hat": H_hat, "1": 1, "H_hat²": H_hat**2, "dy": dy, "H": H_hat * std}
    fronts["H_hat/std"] = H_hat / std
    inner = {"dy H_hat": dy * H_hat, "dy": dy, "H_hat": H_hat**2, "dy²": dy**2}
    inner |= {"|dy H_hat|": np.abs(dy * H_hat)}
    both = on["both"]
    axes = [both if both in (1, None) else on[axis] for axis in ("mean_axis", "var_axis")]
    times = {"sum": N, "minus": -1}.get(both, 1)
    factors = {"sum": N, "N - 1": N / (N - 1), "H_hat": H_hat}
    inside = inner[on["partner"]] * np.ones_like(dy)
    removed = times * (
        factors.get(on["mean"], on["mean"]) * dy.mean(axis=axes[0], keepdims=True)
        + factors.get(on["var"], on["var"])
        * fronts[on["front"]]
        * inside.mean(axis=axes[1], keepdims=True)
    )
    if on["constant"]:
        removed = 0
    first = on["dy"] * dy
    scales = {"times": gamma, "missing": 1, "over": 1 / gamma, "squared": gamma**2}
    scale = scales.get(on["scale"], np.abs(gamma) if on["scale"] == "size" else gamma)
    powers = {"of dy": std * dy.std(axis=0)}
    power = on["power"]
    divisor = powers[power] if power in powers else std ** (1 if isinstance(power, str) else power)
    ours = 1 if on["scale"] == "not dy" else scale
    theirs = 1 if on["scale"] == "only dy" else scale
    return ours * first / (1 if power == "not dy" else divisor) - theirs * removed / (
        1 if power == "only dy" else divisor
    )


# The gradients as lines of NumPy, dH in one and on the way back step by step.
DH = "dH = gamma / std * (dy - dy.mean(axis=0) - H_hat * (dy * H_hat).mean(axis=0))"
DH_EACH = (
    "dH = gamma / std * dy - gamma / std * dy.mean(axis=0)"
    " - gamma / std * H_hat * (dy * H_hat).mean(axis=0)"
)
BACK = (
    "d_hat = gamma * dy\n"
    "dc = (d_hat - H_hat * (d_hat * H_hat).mean(axis=0)) / std\n"
    "dH = dc - dc.mean(axis=0)"
)
SUMS = "dgamma = (dy * H_hat).sum(axis=0)\ndbeta = dy.sum(axis=0)"


class Backward(Exercise):
    """f(dy, H_hat, gamma, std) -> dH."""

    name = "check_backward"
    arguments = ("dy", "H_hat", "gamma", "std")
    axes = MappingProxyType(
        {
            "dy": ("example", "unit"),
            "H_hat": ("example", "unit"),
            "gamma": ("unit",),
            "std": ("unit",),
        }
    )
    returns = ("dH",)
    formulas = (DH, BACK, DH_EACH)
    praise = "Right: γ/std times what is left of dy without its mean and its part along H_hat."
    advice = "Go back one step at a time: through γ, the division, the subtraction."
    hints = (
        "On the way forward γ multiplies and std divides; on the way back they do the same to dy.",
        "But std and the mean depend on every example. Each of the two subtracts a term from dy.",
        "Those terms are mean(dy) and H_hat · mean(dy · H_hat), both over the examples.",
    )

    def data(self, rng, variant):
        """dy, H_hat, gamma and std."""
        H, eps = small_batch(rng, variant), small_eps(variant)
        gamma = np.array([(1.5, -2, 0.7, 3), (-1.2, 0.6, 2.5, 1.7), (0.8, -1.4, 2.2)][variant][:])
        # Never ones: nothing is left of them, and a function that forgets half gives 0 too.
        dy = rng.normal(0.3, 1, size=H.shape)
        return dy, normalize(H, eps), gamma, np.sqrt(H.var(axis=0) + eps)

    def right(self, dy, H_hat, gamma, std):
        """dH."""
        return (recipe(dy, H_hat, gamma, std),)

    def parts(self, trials):
        """dH in one, with the terms it is made of."""
        return [part_of_dH(trials)]

    def otherwise(self, function, trials, left):
        """The terms of dH."""
        return terms_of(function, trials) if 0 in left else []

    def measure(self, trial):
        """How far the gradient of the unit that is furthest off is from the right one."""
        found, expected = trial.found[0], trial.expected[0]
        if same(found, expected):
            return ""
        shares = np.sqrt(np.mean((found - expected) ** 2, axis=0) / np.mean(expected**2, axis=0))
        unit = np.argmax(shares)
        size = share_or_times(shares[unit])
        return f"In unit {unit} of the check's batch dH is off by {size} its size (rms)."


def part_of_dH(trials):
    """What is right or wrong with dH, the first output."""
    found = [(trial.found[0], trial.data) for trial in trials]
    said = explain(found, recipe, SWITCHES, "dH", sizes)
    return Part("dH", said == (), said)


GAMMA_SWITCHES = {
    "over": {
        "sum": "",
        "mean": "{it} is a mean over the examples; it is a sum, since the loss adds them up.",
        "row": "{it} runs over the units of one example (axis 1), but has to run over the"
        " examples.",
        "all": "{it} runs over the whole array, but each unit has its own: name an axis.",
    },
    "along": {
        "H_hat": "",
        "1": "{it} lacks H_hat: in γ · H_hat + β the slope for γ is H_hat.",
        "H": "{it} has H_hat · std, the centered H, in the place of H_hat.",
        "H_hat/std": "{it} is divided by std; H_hat has that already.",
        "H_hat²": "{it} has H_hat² in the place of H_hat.",
    },
    "gamma": {
        "without": "",
        "with": "{it} is multiplied by γ; the slope of γ · H_hat for γ has no γ in it.",
    },
}
BETA_SWITCHES = {
    "over": GAMMA_SWITCHES["over"],
    "gamma": {"without": "", "with": "{it} is multiplied by γ; β is added after that."},
    "std": {"without": "", "with": "{it} is divided by std; β is added after that."},
}


def gamma_recipe(dy, H_hat, gamma, std, /, over="sum", along="H_hat", **on):
    """dγ, and what it becomes with wrong switches."""
    along = {
        "H_hat": H_hat,
        "1": 1,
        "H": H_hat * std,
        "H_hat/std": H_hat / std,
        "H_hat²": H_hat**2,
    }[along]
    terms = dy * along * (1 if on.get("gamma", "without") == "without" else gamma)
    return _over(terms, over)


def beta_recipe(dy, H_hat, gamma, std, /, over="sum", **on):
    """dβ, and what it becomes with wrong switches."""
    terms = dy * (gamma if on.get("gamma") == "with" else 1)
    return _over(terms / (std if on.get("std") == "with" else 1), over)


def _over(terms, over):
    return {
        "sum": terms.sum(axis=0),
        "mean": terms.mean(axis=0),
        "row": terms.sum(axis=1),
        "all": np.full(terms.shape[1], terms.sum()),
    }[over]


class Gradients(Backward):
    """f(dy, H_hat, gamma, std) -> dH, dgamma, dbeta."""

    name = "check_gradients"
    returns = ("dH", "dγ", "dβ")
    formulas = tuple(f"{lines}\n{SUMS}" for lines in Backward.formulas)
    praise = "Right: dH, and for γ and β the sums over the examples of dy · H_hat and of dy."
    hints = (
        *Backward.hints,
        "γ · H_hat + β has the slope H_hat for γ and 1 for β; the examples' gradients are added"
        " up.",
    )

    def right(self, dy, H_hat, gamma, std):
        """dH, dγ, dβ."""
        data = dy, H_hat, gamma, std
        return recipe(*data), gamma_recipe(*data), beta_recipe(*data)

    def parts(self, trials):
        """Each gradient for itself."""
        if all(
            same(trial.found[1], trial.expected[2]) and same(trial.found[2], trial.expected[1])
            for trial in trials
        ):
            return [part_of_dH(trials), Part("", False, ("You return dβ, dγ: swap the two.",))]
        parts = [part_of_dH(trials)]
        for at, made, switches in (
            (1, gamma_recipe, GAMMA_SWITCHES),
            (2, beta_recipe, BETA_SWITCHES),
        ):
            found, name = [(each.found[at], each.data) for each in trials], self.returns[at]
            said = explain(found, made, switches, f"Your {name}", sizes)
            compare = comparison(trials, at, f"Your {name}")
            parts.append(Part(name, said == (), said, compare if said != () else ""))
        return parts


def check_backward(function, seed=0):
    """Check a learner's `f(dy, H_hat, gamma, std) -> dH`, the backward pass of batch norm.

    dy, H_hat, dH: (examples, units); gamma and std, √(variance + ε): (units,). Called as
    `check_backward(f)`; `seed` chooses the numbers. Returns a Verdict; raises TypeError if f is
    no function.
    """
    return run(Backward(), function, seed)


def check_gradients(function, seed=0):
    """Check a learner's `f(dy, H_hat, gamma, std) -> (dH, dgamma, dbeta)`, all of a backward pass.

    As `check_backward`; dgamma and dbeta: (units,), sums over the examples.
    """
    return run(Gradients(), function, seed)

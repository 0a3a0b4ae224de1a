"""The usual mistakes as recipes with switches, and the search for the one that was made."""

import itertools

import numpy as np

EPS = 0.0013  # not a usual one, so that a number of one's own is found out
THRESHOLDS = (0.05, 0.1, 0.25)

# The first setting of a switch is the right one, and says nothing; the others have a sentence.

AXIS = {
    0: "",
    1: "Your statistics run over the units of one example (axis 1), but a unit's statistics run"
    " over the examples.",
    None: "Your statistics run over the whole array, but each unit has its own: name an axis.",
}
_SPREAD = {
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
    "axis": AXIS,
    "form": {
        "mean": "",
        "minus": "Your β has the wrong sign: what was subtracted has to be added.",
        "over": "Your β is divided by the spread, but β comes after γ, in the unit of H.",
        "minus over": "Your β is −mean/spread, which is what normalizing itself adds.",
    },
}
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

BACKWARD_SWITCHES = {
    "constant": {
        False: "",
        True: "You treat mean and variance as constants. They are computed from the same batch, so"
        " each example acts through them too: two terms have to be subtracted.",
    },
    "mean": {
        1: "",
        0: "The way through the mean is missing: mean(dy) has to be subtracted.",
        -1: "The way through the mean has the wrong sign: mean(dy) is subtracted.",
    },
    "var": {
        1: "",
        0: "The way through the variance is missing, the term with H_hat.",
        0.5: "The way through the variance counts half: has the 2 of a square's slope got lost?",
        -1: "The way through the variance has the wrong sign: the term with H_hat is subtracted.",
        "N - 1": "The way through the variance is divided by N − 1, but this variance has 1/N.",
        "flat": "The second mean is subtracted as it is, but it belongs times H_hat.",
    },
    "average": {
        "mean": "",
        "sum": "You subtract sums over the examples where means belong.",
        "row": "Your means run over the units of one example (axis 1), but a unit's means run over"
        " the examples.",
        "all": "Your means run over the whole array, but each unit has its own: name an axis.",
    },
    "scale": {
        "times": "",
        "missing": "γ is missing: the next layer's gradient reaches H_hat through it.",
        "only dy": "γ multiplies dy, but not what is subtracted from it.",
        "over": "You divide by γ; on the way forward it multiplies, so on the way back too.",
    },
    "power": {
        1: "",
        2: "You divide by std twice, that is by a variance.",
        0: "The division by std is missing.",
        -1: "You multiply by std; on the way forward it divides, so on the way back too.",
    },
}


def _spread(H, eps, axis, ddof, place):
    var = H.var(axis=axis, ddof=ddof, keepdims=True)
    if place == "outside":
        return np.sqrt(var) + eps
    return np.sqrt(var + {"inside": eps, "missing": 0, "fixed": 1e-5}[place])


def normalize_recipe(H, eps, axis=0, ddof=0, place="inside", centred=True, power=1):
    """A normalized batch, and what it becomes with wrong switches."""
    mean = H.mean(axis=axis, keepdims=True)
    return (H - centred * mean) / _spread(H, eps, axis, ddof, place) ** power


def _gamma_recipe(H, eps, axis=0, ddof=0, place="inside", power=1):
    return _spread(H, eps, axis, ddof, place).squeeze() ** power


def beta_recipe(H, eps, axis=0, form="mean"):
    """The mean of each unit, the β that undoes, and what it becomes with wrong switches."""
    mean, spread = H.mean(axis=axis), _gamma_recipe(H, eps, axis)
    forms = {"mean": mean, "minus": -mean, "over": mean / spread, "minus over": -mean / spread}
    return forms[form]


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


def backward_recipe(
    dy, H_hat, gamma, std, constant=False, mean=1, var=1, average="mean", scale="times", power=1
):
    """The gradient for a layer's input, and what it becomes with wrong switches."""
    over = {
        "mean": lambda values: values.mean(axis=0),
        "sum": lambda values: values.sum(axis=0),
        "row": lambda values: values.mean(axis=1, keepdims=True),
        "all": lambda values: values.mean(),
    }[average]
    share = {"N - 1": len(dy) / (len(dy) - 1), "flat": 1}.get(var, var)
    along = 1 if var == "flat" else H_hat
    removed = 0 if constant else mean * over(dy) + share * along * over(dy * H_hat)
    dH_hat = {
        "times": gamma * (dy - removed),
        "missing": dy - removed,
        "only dy": gamma * dy - removed,
        "over": (dy - removed) / gamma,
    }[scale]
    return dH_hat / std**power


def explain(found, recipe, switches, *data):
    """The sentences of the fewest wrong switches with which `recipe` gives `found`, or None."""
    settings = itertools.product(*(switch.items() for switch in switches.values()))
    for setting in sorted(settings, key=lambda pairs: sum(bool(said) for _, said in pairs)):
        values, sentences = zip(*setting, strict=True)
        if same(found, recipe(*data, **dict(zip(switches, values, strict=True)))):
            return joined(sentences)
    return None


def explain_pair(gamma, beta, H):
    """What is wrong with γ and what with β: for each sentences, or None."""
    return (
        explain(gamma, _gamma_recipe, _GAMMA_SWITCHES, H, EPS),
        explain(beta, beta_recipe, _BETA_SWITCHES, H, EPS),
    )


def joined(sentences):
    """Sentences as a text, each once."""
    return " ".join(dict.fromkeys(filter(None, sentences)))


def same(found, expected):
    """Whether two results are equal but for rounding."""
    return np.shape(found) == np.shape(expected) and np.allclose(
        found, expected, rtol=1e-8, atol=1e-10
    )

"""The exercises about training and inference mode: running statistics, and inference with them."""

from types import MappingProxyType

import numpy as np

from bn_lib.normalization import batch_norm_inference

from .causes import Part, explain
from .exercise import Exercise, comparison
from .moments import AXIS, sizes, small_batch, small_eps
from .results import in_words
from .runner import run

BESSEL = (
    "One remark: your var averages the batch's biased variance, as Keras does; the paper and"
    " PyTorch"
    " multiply it by N/(N − 1)."
)
KERAS = (
    "One remark: your momentum is the weight of the old average, as in Keras; here, as in PyTorch,"
    " it is the weight of the new batch."
)
RUNNING_SWITCHES = {
    "weights": {
        "new": "",
        "old": "{it} takes momentum as the weight of the old value, unlike the other: use one for"
        " both.",
        "batch": "{it} is the batch's own: the old value has to be kept with the weight"
        " 1 − momentum.",
        "never": "{it} comes back as it came: the new batch has no weight.",
        "more": "{it}: the weights don't add up to 1; the old value has the weight 1 − momentum.",
        "less": "{it}: the weights don't add up to 1; the new batch has the weight momentum.",
        "half": "{it} is the mean of old and new: use the argument momentum.",
        "sum": "{it} is the sum of old and new; they have the weights 1 − momentum and momentum.",
        **{
            weight: f"{{it}} gives the new batch the weight {weight:g} whatever comes: use the"
            " argument momentum."
            for weight in (0.1, 0.9, 0.01, 0.99)
        },
    },
    "axis": {0: "", None: AXIS[None]},
}
VAR_STATISTICS = {
    "unbiased": "",
    "biased": "{it} averages the biased variance.",
    "std": "{it} averages a standard deviation; var is its square.",
    "biased std": "{it} averages a standard deviation; var is its square.",
    "squares": "{it} averages the squares of H; the mean has to be subtracted first.",
    "around running": "{it} takes squares around the running mean; the variance of a batch is"
    " around"
    " the batch's own mean.",
    "mean": "{it} averages the batch's mean; var averages its variance.",
}


def _weighed(old, new, momentum, weights):
    own = weights if isinstance(weights, float) else momentum
    a, b = {
        "old": (momentum, 1 - momentum),
        "batch": (0, 1),
        "never": (1, 0),
        "more": (1, momentum),
        "less": (1 - momentum, 1),
        "half": (0.5, 0.5),
        "sum": (1, 1),
    }.get(weights, (1 - own, own))
    return a * old + b * new


def running_mean(mean, var, H, momentum, /, weights="new", axis=0):
    """The new running mean, and what it becomes with wrong switches."""
    return _weighed(mean, H.mean(axis=axis), momentum, weights)


def running_var(mean, var, H, momentum, /, weights="new", axis=0, statistic="unbiased"):
    """The new running var, and what it becomes with wrong switches."""
    N = H.size if axis is None else H.shape[axis]
    new = {
        "unbiased": lambda: H.var(axis=axis) * N / (N - 1),
        "biased": lambda: H.var(axis=axis),
        "std": lambda: H.std(axis=axis, ddof=1),
        "biased std": lambda: H.std(axis=axis),
        "squares": lambda: (H**2).mean(axis=axis),
        "around running": lambda: (
            (H - _weighed(mean, H.mean(axis=0), momentum, weights)) ** 2
        ).mean(axis=axis),
        "mean": lambda: H.mean(axis=axis),
    }[statistic]()
    return _weighed(var, new, momentum, weights)


WEIGHTS = {  # what the weights of the old value and of the batch can be made of
    "momentum": lambda m: m,
    "1 − momentum": lambda m: 1 - m,
    "0": lambda m: 0,
    "1": lambda m: 1,
    "momentum²": lambda m: m**2,
    "(1 − momentum)²": lambda m: (1 - m) ** 2,
    "1 − (1 − momentum)²": lambda m: 1 - (1 - m) ** 2,
    "1 − momentum²": lambda m: 1 - m**2,
    "√momentum": np.sqrt,
    "2 · momentum": lambda m: 2 * m,
    "momentum/2": lambda m: m / 2,
    "1 + momentum": lambda m: 1 + m,
    "1/momentum": lambda m: 1 / m,
}
RIGHT_WEIGHTS = ["1 − momentum", "momentum"]
TWO_STEPS = ["(1 − momentum)²", "1 − (1 − momentum)²"]
ROOTS = (
    "{it} averages standard deviations, and squares the result; average the variances themselves."
)


def solve_weights(trials, at, it):
    """Sentences for an average of the old value and the batch's with other weights, or None."""
    ways = [(running_mean, {}, "")] if at == 0 else []
    ways += [(running_var, {"statistic": s}, said) for s, said in VAR_STATISTICS.items() if at]
    for root in (False, True)[: 1 + at]:
        for made, setting, said in ways:
            weights = [_weights_in(trial, at, made, setting, root) for trial in trials]
            words = None not in weights and _made_of(weights, [t.data[3] for t in trials])
            if words:
                said = "" if setting.get("statistic") == "biased" else said.format(it=it)
                roots = ROOTS.format(it=it) if root else ""
                return tuple(filter(None, [roots, said, _of_weights(words, it)]))
    return None


def _weights_in(trial, at, made, setting, root):
    """(weight of the old value, weight of the batch's) with which a result is an average."""
    mean, var, H, momentum = trial.data
    new = made(mean, var, H, momentum, weights="batch", **setting)
    parts = np.array([trial.data[at], new, trial.found[at]])
    old, new, found = np.sqrt(np.abs(parts)) if root else parts
    terms = np.stack([old, new], axis=1)
    weights = np.linalg.lstsq(terms, found, rcond=None)[0]
    return tuple(weights) if np.allclose(terms @ weights, found, rtol=1e-8) else None


def _made_of(weights, momenta):
    """What both weights are made of, in words, or None."""
    words = []
    for each in zip(*weights, strict=True):
        fitting = [n for n, f in WEIGHTS.items() if np.allclose(each, [f(m) for m in momenta])]
        if np.ptp(momenta) and np.allclose(each, each[0]):
            fitting.append(f"{in_words(each[0])}, whatever momentum is,")
        words += fitting[:1]
    return words if len(words) == 2 else None


def _of_weights(words, it):
    if words == RIGHT_WEIGHTS:
        return ""
    twice = " Two steps with the same batch give that: is the step taken twice?"
    return (
        f"{it} gives the old value the weight {words[0]} and the batch's the weight {words[1]};"
        f" they should be {' and '.join(RIGHT_WEIGHTS)}.{twice * (words == TWO_STEPS)}"
    )


class Running(Exercise):
    """f(mean, var, H, momentum) -> mean, var."""

    name = "check_running"
    arguments = ("mean", "var", "H", "momentum")
    axes = MappingProxyType({"mean": ("unit",), "var": ("unit",), "H": ("example", "unit")})
    returns = ("mean", "var")
    formulas = (
        "batch_mean = H.mean(axis=0)\n"
        "new_mean = (1 - momentum) * mean + momentum * batch_mean\n"
        "batch_var = ((H - batch_mean) ** 2).sum(axis=0) / (N - 1)\n"
        "new_var = (1 - momentum) * var + momentum * batch_var",
        "new_mean = (1 - momentum) * mean + momentum * H.mean(axis=0)\n"
        "batch_var = N / (N - 1) * H.var(axis=0)\n"
        "new_var = (1 - momentum) * var + momentum * batch_var",
    )
    praise = "Right: (1 − momentum) of the old and momentum of the new batch, for mean and var."
    advice = "Take the batch's mean and variance first, then weigh old and new."
    hints = (
        "First the batch's own mean and variance over its examples.",
        "new = (1 − momentum) · old + momentum · batch, for mean and var.",
        "The variance is the unbiased one, with N − 1: H.var(axis=0, ddof=1).",
    )

    def data(self, rng, variant):
        """The running mean and var, a batch, and momentum."""
        D = 4 if variant < 2 else 3
        mean, var = rng.normal(1, 2, D), rng.uniform(0.5, 4, D)
        return mean, var, rng.normal(3, 2, (8 if variant < 2 else 5, D)), (0.2, 0.3, 0.15)[variant]

    def right(self, mean, var, H, momentum):
        """The new mean and var."""
        data = mean, var, H, momentum
        return running_mean(*data), running_var(*data)

    def rights(self):
        """PyTorch's way first; the weight may be the old value's, the variance the biased one."""

        def by(weights, statistic):
            return lambda *data: (
                running_mean(*data, weights),
                running_var(*data, weights, statistic=statistic),
            )

        return [
            (by("new", "unbiased"), ""),
            (by("new", "biased"), BESSEL),
            (by("old", "unbiased"), KERAS),
            (by("old", "biased"), f"{KERAS} {BESSEL}"),
        ]

    def parts(self, trials):
        """Mean and var, each for itself."""
        parts = []
        of_var = {**RUNNING_SWITCHES, "statistic": VAR_STATISTICS}

        def counts(mean, var, H, momentum):
            return sizes(H)

        for at, made, switches in (0, running_mean, RUNNING_SWITCHES), (1, running_var, of_var):
            found, name = [(each.found[at], each.data) for each in trials], self.returns[at]
            said = explain(found, made, switches, f"Your {name}", counts)
            if said is None:
                said = solve_weights(trials, at, f"Your {name}")
            if said == (VAR_STATISTICS["biased"].format(it=f"Your {name}"),):
                said = ()  # a convention
            compare = comparison(trials, at, f"Your {name}")
            parts.append(Part(name, said == (), said, compare if said != () else ""))
        return parts


INFERENCE_SWITCHES = {
    "mean": {
        "given": "",
        "batch": "You subtract the batch's own mean; inference takes the argument mean, so that a"
        " row"
        " does not depend on the others.",
        "none": "The mean is not subtracted.",
        "plus": "The mean is added; it has to be subtracted.",
    },
    "var": {
        "given": "",
        "batch": "You divide by the batch's own spread; inference takes the argument var, so that a"
        " row does not depend on the others.",
        "no root": "You divide by var + ε: the square root is missing.",
        "squared": "You square var before the root; it is a variance already.",
        "none": "The division by √(var + ε) is missing.",
        "times": "You multiply by √(var + ε); divide by it.",
    },
    "eps": {
        "inside": "",
        "missing": "ε is missing, which shows where var is smaller than ε.",
        "outside": "ε is added to the root; it belongs under it.",
        "fixed": "Your ε is 1e-5 whatever comes: use the argument eps.",
    },
    "gamma": {
        "times": "",
        "missing": "γ is missing.",
        "over": "You divide by γ; it multiplies.",
        "beta": "β stands where γ belongs.",
    },
    "beta": {
        "plus": "",
        "missing": "β is missing.",
        "minus": "β is subtracted; it is added.",
        "brackets": "γ multiplies β too: brackets, γ · H_hat + β.",
        "gamma": "γ stands where β belongs.",
        "scaled": "β is divided by the spread too: it is added at the end.",
    },
    "swapped": {False: "", True: "γ and β are swapped: γ multiplies, β is added."},
}


def inference_recipe(H, gamma, beta, mean, var, eps, /, **switches):
    """The output in inference mode, and what it becomes with wrong switches."""
    on = {name: next(iter(values)) for name, values in INFERENCE_SWITCHES.items()} | switches
    if on["swapped"]:
        gamma, beta = beta, gamma
    own = on["var"] == "batch"
    var = H.var(axis=0) if own else var
    eps = {"missing": 0, "fixed": 1e-5}.get(on["eps"], eps)
    std = np.sqrt(var) + eps if on["eps"] == "outside" else np.sqrt(var + eps)
    std = {"no root": std**2, "squared": np.sqrt(var**2 + eps), "none": 1, "times": 1 / std}.get(
        on["var"], std
    )
    mean = {"batch": H.mean(axis=0), "none": 0, "plus": -mean}.get(on["mean"], mean)
    scale = {"missing": 1, "over": 1 / gamma, "beta": beta}.get(on["gamma"], gamma)
    shift = {
        **{"missing": 0, "minus": -beta, "brackets": scale * beta, "gamma": gamma},
        "scaled": beta / std,
    }.get(on["beta"], beta)
    return scale * (H - mean) / std + shift


class Inference(Exercise):
    """f(H, gamma, beta, mean, var, eps) -> Y."""

    name = "check_inference"
    arguments = ("H", "gamma", "beta", "mean", "var", "eps")
    axes = MappingProxyType(
        {"H": ("example", "unit"), **dict.fromkeys(("gamma", "beta", "mean", "var"), ("unit",))}
    )
    returns = ("Y",)
    formulas = ("H_hat = (H - mean) / np.sqrt(var + eps)\nY = gamma * H_hat + beta",)
    praise = "Right: the statistics are constants now, so each row stands for itself."
    advice = "Go through H − mean, √(var + ε), γ and β, one by one."
    hints = (
        "The formula is that of training; only where mean and var come from is new.",
        "Y = gamma * (H - mean) / np.sqrt(var + eps) + beta.",
    )

    def data(self, rng, variant):
        """A batch, γ, β, the statistics of another batch, and ε."""
        H, other = small_batch(rng, variant), small_batch(rng, variant)
        return (
            H,
            *parameters(variant),
            other.mean(axis=0) + 0.1,
            other.var(axis=0),
            small_eps(variant),
        )

    def right(self, H, gamma, beta, mean, var, eps):
        """Y."""
        return (batch_norm_inference(H, gamma, beta, mean, var, eps),)

    def parts(self, trials):
        """Y."""
        found = [(trial.found[0], trial.data) for trial in trials]
        return [Part("", False, explain(found, inference_recipe, INFERENCE_SWITCHES, "Y", sizes))]


def parameters(variant):
    """γ and β, neither of them 1 or 0."""
    gamma = np.array([(1.5, -2, 0.7, 3), (0.4, 1.2, -1.6, 2.1), (0.9, -0.8, 1.9)][variant])
    beta = np.array([(0.5, 1, -1, 2), (-0.6, 0.8, 1.4, 0.3), (1.1, -0.7, 0.2)][variant])
    return gamma, beta


def check_running(function, seed=0):
    """Check a learner's `f(mean, var, H, momentum) -> (mean, var)`, a step of running statistics.

    mean, var: (units,), the running ones; H: (examples, units); momentum: the weight of the new
    batch. Keras's momentum and a biased variance are named, not faulted. Called as
    `check_running(f)`; `seed` chooses the numbers. Returns a Verdict; raises TypeError if f is no
    function.
    """
    return run(Running(), function, seed)


def check_inference(function, seed=0):
    """Check a learner's `f(H, gamma, beta, mean, var, eps) -> Y`, batch norm in inference mode.

    H, Y: (examples, units); the others (units,), eps a number. Called as `check_inference(f)`;
    `seed` chooses the numbers. Returns a Verdict; raises TypeError if f is no function.
    """
    return run(Inference(), function, seed)

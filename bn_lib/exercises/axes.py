"""The exercise about group normalization (10)."""

from types import MappingProxyType

import numpy as np

from bn_lib.normalization import group_norm

from .causes import Part, explain
from .exercise import Exercise, comparison
from .learner import call
from .moments import DIGITS_LOST, FAR, FAR_TOLERANCE, POWERS, SPREAD_SWITCHES, small_eps
from .results import as_array, same
from .runner import run
from .verdict import ELSEWHERE, SHAPE, Mistake

GROUPED = "reshape x to (N, G, C // G, H, W)"
SWITCHES = {
    "sets": {
        "group": "",
        "layer": "All channels of an example share one mean, as in layer normalization: use the"
        f" argument groups, and {GROUPED}.",
        "instance": "Each channel has a mean of its own, as in instance normalization; all channels"
        " of a group share theirs.",
        "batch": "Your means run over the examples, as in batch normalization; here each example"
        " has its own.",
        "over examples": "The groups are right, but axis 0 is among your axes: each example has"
        " means of its own.",
        "whole array": "One mean is taken of the whole array, but each group of each example has"
        " its own: name the axes.",
        "position": "Each position has a mean of its own: rows and columns, the last two axes,"
        " belong to a group too.",
        "row": "Each column has a mean of its own: the last axis belongs to a group too.",
        "every other": "Your groups take channels that lie apart; a group is made of neighbors:"
        f" {GROUPED}, in this order.",
        "of this size": "You take groups as the number of channels in a group, but it is the number"
        " of groups.",
    },
    "center": {
        "mean": "",
        "none": "No mean is subtracted.",
        "RMS": "You subtract no mean, and divide by a root mean square, as in RMS normalization.",
        "channel": "You subtract the mean of each channel by itself; the channels of a group share"
        " one mean.",
    },
    "count": {
        "m": "",
        "m - 1": "Your variance looks like ddof=1: divide by the number of values in a group.",
    },
    "eps_at": {
        at: said.replace("{it}", "Your variance")
        for at, said in SPREAD_SWITCHES["eps_at"].items()
        if at in ("inside", "missing", "outside", "squared", "root", "to the std")
    },
    "power": {power: said.replace("of H ", "of x ") for power, said in POWERS.items()},
}
SETS = {  # the array to take means of, and over which of its axes
    "group": lambda x, G: (grouped(x, G), (2, 3, 4)),
    "layer": lambda x, G: (x, (1, 2, 3)),
    "instance": lambda x, G: (x, (2, 3)),
    "batch": lambda x, G: (x, (0, 2, 3)),
    "over examples": lambda x, G: (grouped(x, G), (0, 2, 3, 4)),
    "whole array": lambda x, G: (x, (0, 1, 2, 3)),
    "position": lambda x, G: (grouped(x, G), (2,)),
    "row": lambda x, G: (grouped(x, G), (2, 3)),
    "every other": lambda x, G: (grouped(x, x.shape[1] // G), (1, 3, 4)),
    "of this size": lambda x, G: (grouped(x, x.shape[1] // G), (2, 3, 4)),
}


def grouped(x, groups):
    """x with the channels of each group along an axis of their own."""
    return x.reshape(len(x), groups, -1, *x.shape[2:])


def recipe(x, groups, eps, /, sets="group", center="mean", count="m", eps_at="inside", power=1):
    """x normalized in groups, and what it becomes with wrong switches."""
    values, axes = SETS[sets](x, groups)
    mean, var = (of(values, axis=axes, keepdims=True) for of in (np.mean, np.var))
    m = values.size // mean.size
    of_channels = x.mean(axis=(2, 3), keepdims=True)
    subtracted = {
        "mean": mean,
        "channel": np.broadcast_to(of_channels, x.shape).reshape(values.shape),
    }.get(center, 0)
    var = (var + mean**2 if center == "RMS" else var) * {"m": 1, "m - 1": m / (m - 1)}[count]
    std = np.sqrt(var)
    spread = {
        "inside": np.sqrt(var + eps),
        "missing": std,
        "outside": std + eps,
        "squared": np.sqrt(var + eps**2),
        "root": std + np.sqrt(eps),
        "to the std": np.sqrt(std + eps),
    }[eps_at]
    return ((values - subtracted) / spread**power).reshape(x.shape)


def sizes(x, groups, eps):
    """The counts that may have come in as a factor."""
    return {"m": x[0].size // groups, "the number of groups": groups}


class GroupNorm(Exercise):
    """f(x, groups, eps) -> x_hat."""

    name = "check_group_norm"
    arguments = ("x", "groups", "eps")
    axes = MappingProxyType({"x": ("example", "channel", "row", "column")})
    returns = ("x_hat",)
    formulas = (
        "mean = g.mean(axis=(2, 3, 4))\n"
        "var = ((g - mean) ** 2).mean(axis=(2, 3, 4))\n"
        "x_hat = (g - mean) / np.sqrt(var + eps)",
    )
    praise = "Right: each group of channels of each example has its own mean and variance."
    advice = (
        "Which values share a mean? Print the shape of your means: it should have N · G values."
    )
    hints = (
        "A reshape gives each group an axis: (N, C, H, W) becomes (N, groups, C // groups, H, W).",
        "Mean and variance run over the last three axes of that, with keepdims=True.",
        "At the end, reshape the result to x.shape.",
    )

    def data(self, rng, variant):
        """Images whose examples and channels differ, the first example with a small variance."""
        N, C, H, W, groups = ((3, 6, 2, 4, 2), (3, 6, 2, 4, 3), (2, 8, 3, 2, 2))[variant]
        channels = rng.normal(2, 1, (C, 1, 1)) + rng.uniform(0.5, 2, (C, 1, 1)) * rng.normal(
            size=(N, C, H, W)
        )
        return np.linspace(0.05, 1.5, N)[:, None, None, None] * channels, groups, small_eps(variant)

    def right(self, x, groups, eps):
        """x_hat."""
        return (group_norm(x, groups, eps=eps)[0],)

    def known(self, x, groups, eps):
        """The array with an axis for its groups, and the lengths."""
        return {"g": grouped(x, groups), "N": len(x), "m": x[0].size // groups}

    def glance(self, found, data):
        """Name the reshape that is missing at the end."""
        x, groups, _ = data
        if found[0].shape == grouped(x, groups).shape:
            raise Mistake(
                SHAPE,
                "The result still has its groups apart: reshape it to x.shape at the end.",
                f"x_hat has the shape {found[0].shape}, but should have {x.shape}.",
            )

    def parts(self, trials):
        """What shares its mean, and what is made of it."""
        found = [(trial.found[0], trial.data) for trial in trials]
        said = explain(found, recipe, SWITCHES, "x_hat", sizes)
        return [Part("", False, said, comparison(trials, 0, "x_hat"))]

    def measure(self, trial):
        """Mean and spread of the group that is furthest off."""
        _, groups, _ = trial.data
        mine, right = (grouped(each[0], groups) for each in (trial.found, trial.expected))
        n, g = np.unravel_index(np.argmax(np.abs(mine - right).max((2, 3, 4))), mine.shape[:2])
        mine, right = mine[n, g], right[n, g]
        if same([mine.mean(), mine.std()], [right.mean(), right.std()]):
            return ""
        return (
            f"Group {g} of example {n} comes out with mean {round(mine.mean(), 9) + 0:.3g} and"
            f" standard deviation {mine.std():.3g}; they should be 0 and {right.std():.3g}."
        ).replace("-", "−")

    def beyond(self, function, rng):
        """Float32, far from zero."""
        far = rng.normal(FAR, 1, size=(2, 4, 2, 4)).astype(np.float32)
        found = as_array(call(function, (far, 2, 0.0013)).found)
        with np.errstate(all="ignore"):
            errors = np.abs(found - group_norm(far, 2, eps=0.0013)[0])
        if not np.max(errors) < FAR_TOLERANCE:
            raise Mistake(ELSEWHERE, DIGITS_LOST, "Right for the first batches.")
        return ""


def check_group_norm(function, seed=0):
    """Check a learner's `f(x, groups, eps) -> x_hat`, which normalizes groups of channels.

    x and x_hat: (N, C, H, W); groups: a divisor of C. Called as `check_group_norm(f)`; `seed`
    chooses the batch. Returns a Verdict; raises TypeError if f is no function.
    """
    return run(GroupNorm(), function, seed)

"""Recipes with switches: which wrong settings give exactly what a learner's function gave.

A recipe computes an output from the data. Its switches say how it can be computed wrongly:
{name: {value: sentence}}, where the first value is the right one and has no sentence, and `{it}` in
a sentence stands for the part that it speaks of. A factor that the recipe lacks is found by
division.
"""

import itertools
from typing import NamedTuple

import numpy as np

from .results import CLOSE, in_words, same


class Part(NamedTuple):
    """A part of a learner's result: what it is called, whether it is right, and what is wrong.

    sentences: those that name the mistake, or None where it was not found. compare: what came and
    what was expected, in words.
    """

    name: str
    right: bool
    sentences: tuple[str, ...] | None = ()
    compare: str = ""


def explain(trials, recipe, switches, it="The result", sizes=None, most=2):
    """The sentences of the fewest wrong switches, or None if `most` of them don't explain it.

    trials: pairs of what was found and the recipe's data, which all have to agree. sizes: a
    function from the data to a dict of the counts that may have come in as a factor, such as
    {"N": 8}; a factor counts as a switch. Returns () where the right setting gives all.
    """
    made = _Made(trials, recipe)
    for wrong in range(most + 1):
        for setting, said in _settings(switches, wrong):
            if all(same(found, made(setting, at)) for at, (found, _) in enumerate(trials)):
                return tuple(sentence.format(it=it) for sentence in said)
        for setting, said in _settings(switches, wrong - 1):
            factor = _factor(trials, made, setting, sizes or _no_sizes)
            if factor:
                return tuple(sentence.format(it=it) for sentence in (*said, factor))
    return None


class _Made:
    """What a recipe makes of the data of a trial; computed when it is asked for, and once."""

    def __init__(self, trials, recipe):
        self.trials, self.recipe, self.known = trials, recipe, {}

    def __call__(self, setting, at):
        if (setting, at) not in self.known:
            try:
                with np.errstate(all="ignore"):
                    self.known[setting, at] = self.recipe(*self.trials[at][1], **dict(setting))
            except ValueError:  # settings whose shapes don't fit each other
                self.known[setting, at] = None
        return self.known[setting, at]


def _settings(switches, wrong):
    """All settings with so many wrong switches, each with its sentences."""
    if wrong < 0:
        return
    for names in itertools.combinations(switches, wrong):
        choices = [[(value, said) for value, said in switches[n].items() if said] for n in names]
        for chosen in itertools.product(*choices):
            values, said = zip(*chosen, strict=True) if chosen else ((), ())
            yield tuple(zip(names, values, strict=True)), said


def _factor(trials, made, setting, sizes):
    """The sentence for the factor between what was found and what a recipe made, or None."""
    factors = []
    for at, (found, _) in enumerate(trials):
        right = made(setting, at)
        if right is None or np.shape(found) != np.shape(right) or not np.any(right):
            return None
        factor = np.vdot(right, found) / np.vdot(right, right)
        if not (np.isfinite(factor) and factor and same(found, factor * right)):
            return None
        if abs(factor - 1) < CLOSE:  # it comes from elsewhere
            return None
        factors.append(factor)
    tables = [_factors(sizes(*data)) for _, data in trials]
    for kind, sentence in FACTORS.items():
        for key in tables[0]:
            if key[0] == kind and np.allclose(
                factors, [table.get(key, np.inf) for table in tables], rtol=1e-7
            ):
                return sentence.replace("{n}", key[1]).replace("{m}", key[2])
    if np.allclose(factors, factors[0], rtol=1e-7):
        return f"{{it}} is {in_words(factors[0])} times what it should be."
    return None


def _factors(sizes):
    """All factors that have a name: {(kind, count, other count): value}."""
    factors = {"sign": -1, "double": 2, "half": 1 / 2, "four": 4, "quarter": 1 / 4, "hundred": 100}
    found = {(kind, "", ""): value for kind, value in factors.items()}
    for n, count in sizes.items():
        bessel = count / (count - 1)
        factors = {
            **{"sum": count, "mean": 1 / count, "minus sum": -count, "minus mean": -1 / count},
            **{"less": bessel, "more": 1 / bessel},
            **{"one more": count / (count + 1), "one more over": (count + 1) / count},
            **{"root": count**0.5, "over root": count**-0.5},
            **{"root less": bessel**0.5, "root more": bessel**-0.5},
        }
        found |= {(kind, n, ""): value for kind, value in factors.items()}
        found |= {("count", n, m): count / other for m, other in sizes.items() if m != n}
    return found


FACTORS = {
    "sign": "{it} has the wrong sign.",
    "double": "{it} is twice what it should be.",
    "half": "{it} is half of what it should be: has a factor 2 been lost?",
    "less": "{it} has {n} − 1 in the place of {n}.",
    "more": "{it} is ({n} − 1)/{n} times what it should be.",
    "one more": "{it} has {n} + 1 in the place of {n}.",
    "one more over": "{it} is ({n} + 1)/{n} times what it should be.",
    "sum": "{it} is {n} times too large: is there a sum in the place of a mean?",
    "mean": "{it} is {n} times too small: is there a mean in the place of a sum, or a division by"
    " {n} too many?",
    "root": "{it} is √{n} times too large.",
    "over root": "{it} is √{n} times too small.",
    "root less": "{it} has {n} − 1 in the place of {n}.",
    "root more": "{it} is √(({n} − 1)/{n}) times what it should be.",
    "minus sum": "{it} is {n} times too large and has the wrong sign.",
    "minus mean": "{it} is {n} times too small and has the wrong sign.",
    "count": "{it} is divided by the wrong count: by {m} in the place of {n}.",
    "hundred": "{it} is 100 times too large: is it a percentage?",
    "four": "{it} is 4 times too large.",
    "quarter": "{it} is 4 times too small.",
}


def _no_sizes(*data):
    return {}


def relation(pairs, it):
    """The sentence for a part that is a simple function of the right one, or None.

    pairs: what was found and what is right, arrays of one shape each.
    """
    if any(np.shape(found) != np.shape(right) for found, right in pairs):
        return None
    found, right = (np.concatenate(list(map(np.ravel, each))) for each in zip(*pairs, strict=True))
    if not (np.all(np.isfinite(found)) and found.size > 3):
        return None
    gaps = found - right
    if np.allclose(gaps, gaps[0], rtol=1e-7, atol=1e-10):
        how = "too large" if gaps[0] > 0 else "too small"
        return (f"{it} is {in_words(abs(gaps[0]))} {how}, everywhere: what is added there?",)
    if np.all(found > 0) and np.all(right > 0) and np.ptp(np.log(right)) > 1:
        power, log_times = np.polyfit(np.log(right), np.log(found), 1)
        if np.allclose(power * np.log(right) + log_times, np.log(found), atol=1e-8):
            times = np.exp(log_times)
            by = "" if np.isclose(times, 1) else f", times {in_words(times)}"
            return (f"{it} is the right one to the power {in_words(power)}{by}.",)
    return None


def joined(sentences):
    """Sentences as a text, each once."""
    return " ".join(dict.fromkeys(filter(None, sentences)))

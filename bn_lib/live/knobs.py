"""Knobs: from the arguments of `explore` to positions, in the way of `ipywidgets.interact`.

A knob is a list of values; only the index of one of them travels between browser and kernel. The
positions of a slider are a grid to which the values that matter (presets, the starting value)
belong even if they lie between its steps.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

COUNTS = range(1_000_000)  # presses of a button
LETTERS = {
    "beta": "β", "eps": "ε", "gamma": "γ", "log10": "log₁₀", "mu": "μ", "sigma": "σ",
}  # fmt: skip


class steps:
    """A slider that stops at the given values only, as in `N=steps(2, 4, 8, 16)`."""

    def __init__(self, *values):
        self.values = values


class play:
    """A slider with a play button, for time or a dose: `step=play(0, 600, 30)`.

    It takes what a slider takes, (low, high) or (low, high, step), or `steps(...)`.
    """

    def __init__(self, *spec):
        self.spec = spec[0] if len(spec) == 1 and isinstance(spec[0], steps) else spec


class again(str):
    """A button that counts its presses from 0, as in `seed=again("new batch")`."""


@dataclass(frozen=True)
class Knob:
    """What one argument of the learner's function can be.

    kind: "slider", "menu", "checkbox" or "button". values: all it can be, and `words` beside each
    (a button has none). start: the index of its first value. plays: whether it moves by itself.
    """

    kind: str
    label: str
    values: Sequence
    words: Sequence[str]
    start: int
    plays: bool = False

    def index(self, value) -> int:
        """Where a value stands; raises ValueError if it is none of the knob's."""
        if isinstance(self.values, range):
            return self.values.index(value)
        for i, own in enumerate(self.values):
            if _same(own, value):
                return i
        raise ValueError(f"{self.label} cannot be {value!r}; it is one of {_listed(self.words)}")

    def describe(self) -> dict:
        """What the browser needs to draw it."""
        return {
            "kind": self.kind,
            "label": self.label,
            "words": list(self.words),
            "plays": self.plays,
        }


def is_constant(spec) -> bool:
    """Whether a value given for an argument is meant as it is, not as a knob."""
    return not isinstance(spec, again | bool | list | Mapping | steps | play | tuple)


def knob(name: str, spec, start=None, snaps=(), label: str | None = None) -> Knob:
    """Make the knob for one argument of the learner's function.

    spec: (low, high) or (low, high, step) or `steps(...)` for a slider, `play(...)` for one with a
    play button, a list or dict for a menu, a bool for a checkbox, `again(label)` for a button.
    Whole numbers stay whole, unless `start` or one of the snaps is a float. start: its first value.
    snaps: values that must be among the positions of a slider. label: the words beside it, if the
    name does not say what it acts on.
    Raises TypeError for anything else, ValueError for a range that is empty or not finite, for no
    values, for a start or a snap outside of it or of a menu.
    """
    label = label or " ".join(LETTERS.get(word, word) for word in name.split("_"))
    if isinstance(spec, again):
        return Knob("button", str(spec), COUNTS, (), 0)
    if isinstance(spec, bool):
        return Knob(
            "checkbox", label, (False, True), ("no", "yes"), int(spec if start is None else start)
        )
    if isinstance(spec, list | Mapping):
        return _menu(name, label, spec, start, snaps)
    plays = isinstance(spec, play)
    if plays:
        spec = spec.spec
    matter = list(snaps if start is None else (*snaps, start))
    if isinstance(spec, steps):
        if not spec.values:
            raise ValueError(f"{name}=steps() is an empty slider; give it at least one value")
        names, step = {value: f"{value:g}" for value in spec.values}, 0
    elif isinstance(spec, tuple) and len(spec) in (2, 3):
        names, step = _grid(name, matter, *spec)
    else:
        raise TypeError(
            f"{name}={spec!r} is no knob; use (low, high) or (low, high, step) for a slider, a "
            f'list for a menu, True or False for a checkbox, steps(...) or again("new batch")'
        )
    return _slider(name, label, names, start, matter, step, plays)


def _grid(name, matter, low, high, step=None):
    """The positions of a slider with the words beside them, and its step."""
    if not all(math.isfinite(v) for v in (low, high, step or 0)):
        raise ValueError(f"{name}: a slider needs finite numbers, but got {low}, {high}, {step}")
    if not low < high:
        raise ValueError(f"{name}=({low}, {high}) is empty; the first number must be the smaller")
    if step is not None and step <= 0:
        raise ValueError(f"{name}: the step must be above 0, but is {step}")
    ends_whole = isinstance(low, int) and isinstance(high, int)
    if step is None and ends_whole and not any(isinstance(value, float) for value in matter):
        step = 1
    # Decimals keep 0.1 * 3 from being 0.30000000000000004.
    low, high = _exact(low), _exact(high)
    width = (high - low) / 100 if step is None else _exact(step)
    count = int((high - low) / width)
    values = [low + width * i for i in range(count + 1)]
    if values[-1] < high:
        values.append(high)
    whole = all(v == v.to_integral_value() for v in (low, high, width))
    return _names([int(v) if whole else float(v) for v in values], width), float(width)


def _exact(value) -> Decimal:
    """A number as it is written."""
    return Decimal(repr(float(value))).normalize()


def _names(values, step: Decimal) -> dict:
    """The positions of a slider and the words beside them, each of its own."""
    ends = _exact(values[0]), _exact(values[-1])
    decimals = max(0, *(-v.normalize().as_tuple().exponent for v in (*ends, step)))
    if decimals <= 6:
        return {value: f"{value:.{decimals}f}" for value in values}
    steps_away = max(map(abs, ends)) / step  # from 0; so many must be told from each other
    return {value: f"{value:.{max(4, steps_away.adjusted() + 2)}g}" for value in values}


def _slider(name, label, names, start, matter, step, plays):
    low, high = min(names), max(names)
    for value in matter:
        if not low <= value <= high:
            raise ValueError(f"{name}: {value:g} lies outside of the slider, {low:g} to {high:g}")
    # A value that matters takes the place of the nearest position of the round grid.
    matter = set(matter)
    keep = matter | {low, high}
    kept = {v: words for v, words in names.items() if v in keep or not _near(v, matter, step)}
    kept |= {value: f"{value:.4g}" for value in matter - set(names)}
    positions = sorted(kept)
    return Knob(
        "slider",
        label,
        positions,
        [kept[value] for value in positions],
        len(positions) // 2 if start is None else positions.index(start),
        plays,
    )


def _near(value, others, step) -> bool:
    return any(abs(value - other) < 0.5 * step for other in others)


def _menu(name, label, spec, start, snaps):
    options = list(spec.items()) if isinstance(spec, Mapping) else [(str(v), v) for v in spec]
    if not options:
        raise ValueError(f"{name}=[] is an empty menu; give it at least one value")
    words, values = map(list, zip(*options, strict=True))
    menu = Knob("menu", label, values, words, 0)
    for value in snaps if start is None else (*snaps, start):
        try:
            menu.index(value)
        except ValueError:
            raise ValueError(f"{name}: {value!r} is not in the menu {_listed(words)}") from None
    return menu if start is None else Knob("menu", label, values, words, menu.index(start))


def _same(one, other) -> bool:
    """Whether two values are the same object or equal; those that cannot be compared are not."""
    if one is other:
        return True
    try:
        return bool(np.all(one == other)) and np.shape(one) == np.shape(other)
    except Exception:  # whatever a learner's own class does
        return False


def _listed(words) -> str:
    """The first of some words, and the last if they are many."""
    if len(words) > 8:
        words = [*words[:3], "…", words[-1]]
    return "[" + ", ".join(words) + "]"

"""Knobs: from the arguments of `explore` to widgets, in the way of `ipywidgets.interact`.

Every knob is an ipywidgets widget with a `value`; a slider has a grid of positions, to which the
values that matter (presets, the starting value) belong even if they lie between its steps.
"""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal

import ipywidgets as widgets
import traitlets

LARGE = 1.35  # how much larger the texts are for a projector
LETTERS = {
    "beta": "β", "eps": "ε", "gamma": "γ", "log10": "log₁₀", "mu": "μ", "sigma": "σ",
}  # fmt: skip


class steps:
    """A slider that stops at the given values only, as in `N=steps(2, 4, 8, 16)`."""

    def __init__(self, *values):
        self.values = values


class again(str):
    """A button that counts its presses from 0, as in `seed=again("new batch")`."""


class Counter(widgets.Button):
    """A button whose value is the number of its presses: a seed for data drawn anew."""

    value = traitlets.Int(0)

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.on_click(self._count)

    def _count(self, button):
        self.value += 1


def knob(name: str, spec, start=None, snaps=()) -> widgets.Widget:
    """Make the widget for one argument of the learner's function.

    spec: (low, high) or (low, high, step) or `steps(...)` for a slider, a list or dict for a menu,
    a bool for a checkbox, `again(label)` for a button. start: its first value. snaps: values that
    must be among the positions of a slider. Raises TypeError for anything else, ValueError for a
    range that is empty or not finite, for no values, for a start or a snap outside of it or of a
    menu.
    """
    label = " ".join(LETTERS.get(word, word) for word in name.split("_"))
    if isinstance(spec, again):
        return Counter(description=str(spec), icon="refresh", layout={"width": "auto"})
    if isinstance(spec, bool):
        return widgets.Checkbox(spec if start is None else start, description=label, indent=False)
    if isinstance(spec, list | Mapping):
        return _menu(name, label, spec, start, snaps)
    if isinstance(spec, steps):
        if not spec.values:
            raise ValueError(f"{name}=steps() is an empty slider; give it at least one value")
        names = {value: f"{value:g}" for value in spec.values}
        return _slider(name, label, names, start, snaps)
    if isinstance(spec, tuple) and len(spec) in (2, 3):
        grid, step = _grid(name, *spec)
        return _slider(name, label, _names(grid, step), start, snaps, float(step))
    raise TypeError(
        f"{name}={spec!r} is no knob; use (low, high) or (low, high, step) for a slider, a list "
        f'for a menu, True or False for a checkbox, steps(...) or again("new batch")'
    )


def values(knob: widgets.Widget) -> list:
    """The positions that a knob can take; for a counter, those up to the present one."""
    if isinstance(knob, Counter):
        return list(range(knob.value + 1))
    if isinstance(knob, widgets.Checkbox):
        return [False, True]
    return [value for _, value in knob.options]


def index(knob: widgets.Widget) -> int:
    """Which of its positions a knob is at."""
    return int(knob.value) if isinstance(knob, Counter | widgets.Checkbox) else knob.index


def large_text(resize: Callable[[float], None]) -> widgets.ToggleButton:
    """A button that calls `resize` with the factor by which texts grow, or shrink again."""
    button = widgets.ToggleButton(description="large text", layout={"width": "auto"})
    button.observe(lambda change: resize(LARGE if change.new else 1 / LARGE), "value")
    return button


def _grid(name, low, high, step=None):
    if not all(math.isfinite(v) for v in (low, high, step or 0)):
        raise ValueError(f"{name}: a slider needs finite numbers, but got {low}, {high}, {step}")
    if not low < high:
        raise ValueError(f"{name}=({low}, {high}) is empty; the first number must be the smaller")
    if step is not None and step <= 0:
        raise ValueError(f"{name}: the step must be above 0, but is {step}")
    if step is None and isinstance(low, int) and isinstance(high, int) and high - low > 12:
        step = 1
    # Decimals keep 0.1 * 3 from being 0.30000000000000004.
    low, high = _exact(low), _exact(high)
    width = (high - low) / 100 if step is None else _exact(step)
    count = int((high - low) / width)
    values = [low + width * i for i in range(count + 1)]
    if values[-1] < high:
        values.append(high)
    whole = all(v == v.to_integral_value() for v in (low, high, width))
    return [int(v) if whole else float(v) for v in values], width


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


def _slider(name, label, names, start, snaps, step=0):
    low, high = min(names), max(names)
    matter = set(snaps if start is None else (*snaps, start))
    for value in matter:
        if not low <= value <= high:
            raise ValueError(f"{name}: {value:g} lies outside of the slider, {low:g} to {high:g}")
    # A value that matters takes the place of the nearest position of the round grid.
    keep = matter | {low, high}
    kept = {v: words for v, words in names.items() if v in keep or not _near(v, matter, step)}
    kept |= {value: f"{value:.4g}" for value in matter - set(names)}
    positions = sorted(kept)
    return widgets.SelectionSlider(
        options=[(kept[value], value) for value in positions],
        value=positions[len(positions) // 2] if start is None else start,
        continuous_update=False,  # the browser follows it by itself; the kernel is told in the end
        description=label,
        layout=widgets.Layout(width="100%"),
        style={"description_width": "max-content"},
    )


def _near(value, others, step) -> bool:
    return any(abs(value - other) < 0.5 * step for other in others)


def _menu(name, label, spec, start, snaps):
    options = list(spec.items()) if isinstance(spec, Mapping) else [(str(v), v) for v in spec]
    values = [value for _, value in options]
    if not values:
        raise ValueError(f"{name}=[] is an empty menu; give it at least one value")
    for value in snaps if start is None else (*snaps, start):
        if value not in values:
            raise ValueError(f"{name}: {value!r} is not in the menu {values}")
    return widgets.Dropdown(
        options=options,
        value=values[0] if start is None else start,
        description=label,
        style={"description_width": "max-content"},
    )

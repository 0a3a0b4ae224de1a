"""Moves every knob of a notebook's live figures and writes down what goes wrong.

This runs inside a notebook's kernel, after its cells.
"""

import gc
import random
import re

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

WALK = 25
# The function with which notebook 00 shows what an error looks like: it wants no γ below 0.
ON_PURPOSE = "strict"


def explorers() -> list:
    """The live figures of this kernel, each once even if its cell has been run again."""
    gc.collect()
    found = [thing for thing in gc.get_objects() if type(thing).__name__ == "Explorer"]
    return list({_cell(explorer): explorer for explorer in found}.values())


def _cell(explorer) -> tuple:
    """What is the same for the figures of one cell; IPython names code after its text."""
    code = explorer.function.__code__
    picture = type(explorer.picture).__name__
    return code.co_filename, code.co_name, picture, (*explorer.knobs, *explorer.presets)


def problems_of_all() -> dict[str, list[str]]:
    """What is wrong with each live figure of this kernel, by the name of its function."""
    return {
        f"{number} {explorer.function.__name__}": problems(explorer)
        for number, explorer in enumerate(explorers())
    }


def error_on_purpose() -> list[list[str]]:
    """Error and sentence of the figure of ON_PURPOSE: before γ is negative, then, and after it."""
    (explorer,) = (each for each in explorers() if each.function.__name__ == ON_PURPOSE)
    shown = []
    for gamma in (0.5, -0.5, 2.0):
        explorer.knobs["gamma"].value = gamma
        canvas = explorer.canvas
        shown.append([canvas.error, canvas.frame["head"]["sentence"]])
    return shown


def problems(explorer) -> list[str]:
    """Drive one live figure: knobs from end to end, a random walk, presets, reset."""
    return Sweep(explorer).problems


class Sweep:
    """One live figure, being driven; each problem is written down once."""

    def __init__(self, explorer):
        self.explorer = explorer
        self.problems: list[str] = []
        self._note("before any move")
        artists, figures = self._artists(), _figures()
        for name, knob in explorer.knobs.items():
            self._end_to_end(name, knob)
        self._walk()
        for name, button in explorer.presets.items():
            button.click()
            self._note(f"after the preset {name!r}")
        explorer.reset.click()
        self._note("after reset")
        if explorer.position != explorer.start:
            self._say(f"reset leads to {explorer.position}, not to {explorer.start}")
        if self._artists() != artists:
            self._say(f"{artists} artists have become {self._artists()}")
        if _figures() != figures:
            self._say(f"{figures} figures have become {_figures()}")

    def _end_to_end(self, name, knob):
        self.explorer.reset.click()
        seen = []
        for value in _ends(knob):
            knob.value = value
            self._note(f"at {self._place()}")
            frame = self.explorer.canvas.frame
            looks = [frame["head"][part] for part in ("n", "i", "t")]
            seen.append((frame["head"]["sentence"], (looks, frame["data"])))
        (first_sentence, first), (last_sentence, last) = seen
        if first == last:
            self._say(f"{name} from end to end moves nothing in the picture")
        if first_sentence == last_sentence:
            self._say(f"{name} from end to end leaves the sentence as it is: {first_sentence}")

    def _walk(self):
        dice = random.Random(0)
        for _ in range(WALK):
            knob = dice.choice(list(self.explorer.knobs.values()))
            knob.value = dice.choice(_positions(knob))
            self._note(f"at {self._place()}")

    def _note(self, when):
        canvas, picture = self.explorer.canvas, self.explorer.picture
        if canvas.error:
            if self.explorer.function.__name__ != ON_PURPOSE:
                self._say(f"{when}: {canvas.error}")
            return
        sentence = canvas.frame["head"]["sentence"]
        if sentence != picture.describe():
            self._say(f"{when} the widget still says {sentence!r}")
        if re.search(r"\b(nan|inf|none)\b|∞", sentence.lower()):
            self._say(f"{when}: {sentence}")
        for artist in picture.moving:
            if isinstance(artist, Line2D) and not np.all(np.isfinite(artist.get_xydata())):
                self._say(f"{when}: a line has vertices that are not finite")

    def _place(self):
        return ", ".join(f"{name}={value}" for name, value in self.explorer.position.items())

    def _artists(self):
        return len(self.explorer.picture.figure.findobj())

    def _say(self, problem):
        if problem not in self.problems:
            self.problems.append(problem)


def _positions(knob) -> list:
    """All values of a slider, a menu or a checkbox; for a button, its next count."""
    if hasattr(knob, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in knob.options]
    if isinstance(knob.value, bool):
        return [False, True]
    return [knob.value + 1]


def _ends(knob) -> tuple:
    positions = _positions(knob)
    return (positions[0], positions[-1]) if len(positions) > 1 else (knob.value, positions[0])


def _figures() -> int:
    gc.collect()
    return sum(isinstance(thing, Figure) for thing in gc.get_objects())

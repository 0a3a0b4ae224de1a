"""Moves every knob of a notebook's live figures, checks its trainings, and notes what goes wrong.

This runs inside a notebook's kernel, after its cells.
"""

import gc
import random
import re

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from bn_lib.figures import Humps
from bn_lib.live import explore
from tests.lessons.pictures import drawn, misplaced

WALK = 25


def explorers() -> list:
    """The live figures of this kernel, each once even if its cell has been run again."""
    return list({_cell(explorer): explorer for explorer in _all("Explorer")}.values())


def watches() -> list:
    """What `watch` has shown in this kernel, each once even if its cell has been run again."""
    return list({(*w.trainings, type(w.picture).__name__): w for w in _all("Watch")}.values())


def _all(name) -> list:
    """Objects by the name of their class."""
    gc.collect()
    return [thing for thing in gc.get_objects() if type(thing).__name__ == name]


def _cell(explorer) -> tuple:
    """What is the same for the figures of one cell; IPython names code after its text."""
    code = explorer.function.__code__
    picture = type(explorer.picture).__name__
    return code.co_filename, code.co_name, picture, (*explorer.knobs, *explorer.preset_positions)


def problems_of_all() -> dict[str, list[str]]:
    """What is wrong with each live figure of this kernel, by the name of its function, and with
    each training, by the names of what is trained; with "all", what is wrong afterwards."""
    figures = _figures()
    driven = {f"{i} {e.function.__name__}": Sweep(e) for i, e in enumerate(explorers())}
    driven |= {f"{i} watch {' '.join(w.trainings)}": Watched(w) for i, w in enumerate(watches())}
    problems = {name: one.problems for name, one in driven.items()}
    more = _figures() - figures
    return problems | {"all": [f"{figures} figures, and {more} more after moves"] if more else []}


def said_at_presets() -> list[str]:
    """What the live figures of this kernel say at their presets."""
    said = []
    for explorer in explorers():
        for name in explorer.preset_positions:
            explorer.press(name)
            said.append(explorer.canvas.frame["head"]["sentence"])
        explorer.press("reset")
    return said


def strict(gamma=1.0, beta=2.0):
    """A function that wants no γ below 0."""
    if gamma < 0:
        raise ValueError("my γ must not be negative")
    return gamma * np.arange(9) + beta


def error_on_purpose() -> list[list[str]]:
    """Error and sentence of a figure of `strict`: before γ is negative, then, and after it."""
    explorer = explore(strict, Humps(np.arange(9)), gamma=(-1, 4, 0.5), beta=(-1, 6, 0.5))
    shown = []
    for gamma in (0.5, -0.5, 2.0):
        explorer.go(gamma=gamma)
        canvas = explorer.canvas
        shown.append([canvas.error, canvas.frame["head"]["sentence"]])
    return shown


class Driven:
    """Something live with a canvas and a picture, being driven; each problem is noted once."""

    def __init__(self, live):
        self.canvas, self.picture = live.canvas, live.picture
        self.problems: list[str] = []
        self.note("before any move")
        artists = self._artists()
        self.drive()
        self.enlarge(live)
        if self._artists() != artists:
            self.say(f"{artists} artists have become {self._artists()}")

    def drive(self) -> None:
        """Move all that moves."""
        raise NotImplementedError

    def note(self, when) -> None:
        """Look at what is shown now."""
        sentence = self.canvas.frame["head"]["sentence"]
        if sentence != self.described():
            self.say(f"{when} the widget still says {sentence!r}")
        if re.search(r"\b(nan|inf|none)\b|∞", sentence.lower()):
            self.say(f"{when}: {sentence}")
        for artist in self.picture.moving:
            if isinstance(artist, Line2D) and not np.all(np.isfinite(artist.get_xydata())):
                self.say(f"{when}: a line has vertices that are not finite")

    def described(self) -> str:
        """The sentence that should be shown with the picture."""
        return self.picture.describe()

    def looks(self) -> tuple:
        """What the browser draws: counts, texts and the bytes of vertices."""
        frame = self.canvas.frame
        return [frame["head"][part] for part in ("n", "i", "t")], frame["data"]

    def enlarge(self, live) -> None:
        """Press the button for large text, look at the notebook's own words, press it again."""
        said, seen, still, sizes = self.described(), self.looks(), self.canvas.still, self._sizes()
        live.press("large text")
        self.note("in large text")
        for problem in misplaced(self.picture, drawn(self.picture)):
            self.say(f"in large text {problem}")
        if (self.looks(), self.canvas.still) == (seen, still) or self.described() != said:
            self.say("large text changes the sentence, or nothing at all")
        live.press("large text")
        if self._sizes() != sizes:
            self.say("after large text the texts are not as large as before")

    def say(self, problem) -> None:
        """Write a problem down."""
        if problem not in self.problems:
            self.problems.append(problem)

    def _artists(self):
        return len(self.picture.figure.findobj())

    def _sizes(self):
        return sorted(text.get_fontsize() for text in self.picture.figure.findobj(Text))


class Watched(Driven):
    """A training that has come to its end: what `watch` left, and what can be done with it."""

    def __init__(self, watch):
        self.watch = watch
        super().__init__(watch)

    def described(self):
        return self.watch.describe()

    def drive(self):
        watch = self.watch
        end = f"{watch.until:,} of {watch.until:,} steps"
        said = watch.canvas.progress["words"]
        if said != end:
            self.say(f"at the end it says {said!r}, not {end!r}")
        if watch.canvas.buttons[0]["enabled"]:
            self.say("there is nothing to stop any more, but the button is not disabled")
        seen = self.looks()
        watch.draw()
        if self.looks() != seen:
            self.say("the picture of the end is another one when it is drawn again")


class Sweep(Driven):
    """A live figure: its knobs from end to end, a random walk, its presets, reset."""

    def __init__(self, explorer):
        self.explorer = explorer
        super().__init__(explorer)

    def drive(self):
        explorer = self.explorer
        for name, knob in explorer.knobs.items():
            self._end_to_end(name, knob)
        self._walk()
        for name in explorer.preset_positions:
            explorer.press(name)
            self.note(f"after the preset {name!r}")
        explorer.press("reset")
        self.note("after reset")
        if explorer.position != explorer.start:
            self.say(f"reset leads to {explorer.position}, not to {explorer.start}")

    def _end_to_end(self, name, knob):
        self.explorer.press("reset")
        seen = []
        for value in self._ends(name, knob):
            self.explorer.go(**{name: value})
            self.note(f"at {self._place()}")
            seen.append((self.canvas.frame["head"]["sentence"], self.looks()))
        (first_sentence, first), (last_sentence, last) = seen
        if first == last:
            self.say(f"{name} from end to end moves nothing in the picture")
        if first_sentence == last_sentence:
            self.say(f"{name} from end to end leaves the sentence as it is: {first_sentence}")

    def _walk(self):
        dice = random.Random(0)
        for _ in range(WALK):
            name, knob = dice.choice(list(self.explorer.knobs.items()))
            self.explorer.go(**{name: dice.choice(self._positions(name, knob))})
            self.note(f"at {self._place()}")

    def note(self, when):
        if not self.canvas.error:
            super().note(when)
        elif self.explorer.function is not strict:
            self.say(f"{when}: {self.canvas.error}")

    def _positions(self, name, knob) -> list:
        """All values of a knob; for a button, its next count."""
        if knob.kind == "button":
            return [self.explorer.position[name] + 1]
        return list(knob.values)

    def _ends(self, name, knob) -> tuple:
        positions = self._positions(name, knob)
        if knob.kind == "button":
            return self.explorer.position[name], positions[0]
        return positions[0], positions[-1]

    def _place(self):
        return ", ".join(f"{name}={value}" for name, value in self.explorer.position.items())


def _figures() -> int:
    gc.collect()
    return sum(isinstance(thing, Figure) for thing in gc.get_objects())

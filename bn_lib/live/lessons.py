"""Questions to answer before the figure does, and verdicts on a learner's own code.

Both work without a kernel too: what a widget shows stands beside it as HTML and as plain text.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape
from numbers import Real

import ipywidgets as widgets
import traitlets
from IPython import get_ipython

from bn_lib.exercises.verdict import NOT_WRITTEN, Verdict
from bn_lib.live import cells, passed
from bn_lib.pictures import style
from bn_lib.pictures.words import SUPERSCRIPTS

# ipywidgets' own 13 pixels are less than 10 points. Choices are as long as their words and wrap
# where the page is narrow; a mark tells the chosen one, not color alone.
_STYLE = """<style>
.bn-lesson { --jp-widgets-font-size: 15px; font-size: 15px; }
.bn-lesson .widget-html-content p { margin: 0.2em 0; }
.bn-lesson summary { cursor: pointer; }
.bn-lesson .widget-html-content { line-height: 1.4; white-space: normal; }
.bn-lesson .widget-toggle-buttons { flex-wrap: wrap; width: auto; height: auto; overflow: visible; }
.bn-lesson .widget-toggle-buttons > div {
  display: flex; flex-wrap: wrap; gap: 6px 2px; min-width: 0;
}
.bn-lesson .widget-toggle-button {
  width: auto; max-width: 100%; height: auto; min-height: 32px; padding: 4px 12px;
  overflow: visible; line-height: 1.4; text-align: left; white-space: normal;
}
.bn-lesson .widget-toggle-button::before { content: "○ "; }
.bn-lesson .widget-toggle-button.mod-active::before { content: "● "; }
.bn-lesson .widget-toggle-button:focus-visible { outline: 3px solid #0072b2; outline-offset: 1px; }
</style>"""
ASK = "Make a guess first, where the question was asked."
UNFOLD = "Show what was computed"
_MARKS = {True: ("✓", style.TARGET), False: ("✗", style.OUTPUT)}


def predict(question, choices, guess=None, unit=""):
    """Ask the learner for a guess, before the truth is computed.

    question: a sentence. choices: strings, or numbers, each with `unit` after it; a list, or a
    dict from each choice to the reply that it gets. guess: one of the choices; a learner without
    widgets writes it into the cell.

    Returns a Prediction, which shows itself at the end of a cell and is compared with the truth
    in a later one: `question.compare(truth)`. Asked again, it keeps the guess. Raises ValueError
    for fewer than two choices, for two that read alike, and for a guess that is none of them.
    """
    return Prediction(question, choices, guess, unit)


class Guess(traitlets.HasTraits):
    """What a learner has chosen; it outlives the runs of the cell that asks."""

    label = traitlets.Unicode(None, allow_none=True)


# By the question and its choices. A kernel that is started anew knows none.
_guesses: dict[tuple, Guess] = {}


class Prediction:
    """A question with choices; `guess` is the learner's choice, or None."""

    def __init__(self, question, choices, guess, unit):
        self.question = question
        self._unit = unit
        self.choices = {self._label(choice): choice for choice in map(_plain, choices)}
        if not 2 <= len(self.choices) == len(choices):
            raise ValueError(f"a question needs two or more different choices, not {choices}")
        replies = choices.values() if isinstance(choices, Mapping) else [""] * len(choices)
        self.replies = dict(zip(self.choices, replies, strict=True))
        self.kept = _guesses.setdefault((question, *self.choices), Guess())
        if guess is not None:
            self.kept.label = self._label(self._find(guess))
        # Buttons, since Jupyter takes the arrow keys that would move radio buttons for its own.
        self._buttons = widgets.ToggleButtons(
            options=list(self.choices.items()),
            value=self.guess,
            description="Your guess:",
            style={"description_width": "max-content"},
        )
        self._buttons.observe(self._chosen, "label")
        asked = widgets.HTML(f"{_STYLE}<b>{_marked(question)}</b>")
        self.box = widgets.VBox([asked, self._buttons])
        self.box.add_class("bn-lesson")
        cells.replace(self, get_ipython())

    @property
    def guess(self):
        """The choice that the learner has made, or None."""
        return self.choices.get(self.kept.label)

    def compare(self, truth):
        """Set the guess beside the truth; until there is a guess, the truth is folded.

        truth: a number or a string as the choices are, or a list with a condition for each choice,
        in their order, as in `guess.compare([after < before, after == before, after > before])`;
        one of them is true. Returns an object that shows itself, and follows when the guess
        changes later. Raises ValueError if the truth is none of the choices (a number is one if it
        rounds to it), or if not exactly one condition is true.
        """
        return Comparison(self, self._right(truth))

    def close(self):
        """Give back what it holds in the kernel and in the browser."""
        cells.close(self.box)

    def verdict(self, truth) -> str:
        """Say in words how the guess compares with `truth`, one of the choices."""
        text = f"Computed: {self._label(truth)}. Your guess: "
        if self.guess is None:
            return text + "none yet."
        mark, _ = _MARKS[self.guess == truth]
        word = "right" if self.guess == truth else "not this time"
        return f"{text}{self.kept.label}, {word} {mark}"

    def _chosen(self, change):
        self.kept.label = self._buttons.label

    def _right(self, truth):
        """The choice that a truth is."""
        choices = list(self.choices.values())
        if isinstance(truth, Sequence) and not isinstance(truth, str):
            if len(truth) != len(choices) or sum(map(bool, truth)) != 1:
                raise ValueError(
                    f"{self.question!r} has {len(choices)} choices and needs as many conditions,"
                    f" of which one is true; these are {[bool(each) for each in truth]}"
                )
            return next(c for c, is_so in zip(choices, truth, strict=True) if is_so)
        truth = _plain(truth)
        fitting = [choice for choice in choices if _means(choice, truth, choices)]
        if not fitting:
            raise ValueError(
                f"the truth, {truth!r}, is none of the choices of {self.question!r}:"
                f" {', '.join(self.choices)}"
            )
        return min(fitting, key=lambda choice: abs(choice - truth) if _is_number(truth) else 0)

    def _find(self, guess):
        for label, choice in self.choices.items():
            if guess == choice or str(guess).strip() in (label, str(choice)):
                return choice
        raise ValueError(f"guess={guess!r} is none of the choices: {', '.join(self.choices)}")

    def _label(self, choice) -> str:
        return f"{_words(choice)} {self._unit}".strip()

    def _repr_mimebundle_(self, include=None, exclude=None):
        marks = {label: "●" if label == self.kept.label else "○" for label in self.choices}
        lines = [self.question, *(f"  {mark} {label}" for label, mark in marks.items())]
        listed = "".join(f"<li>{escape(label)}</li>" for label in self.choices)
        return cells.view_of(self.box) | {
            "text/html": f"<p><b>{_marked(self.question)}</b></p><ul>{listed}</ul>",
            "text/plain": "\n".join(lines),
        }


def _marked(text: str) -> str:
    """HTML of plain words with `code` and *names* in them, marked as in a notebook's prose."""
    names = re.sub(r"\*(\w[^*]*)\*(?![\w*])", r"<i>\1</i>", escape(text))
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", names)


class Comparison:
    """A guess beside the truth, which is folded as long as there is no guess."""

    def __init__(self, prediction: Prediction, truth):
        self._prediction, self._truth = prediction, truth
        self._html = widgets.HTML()
        self._html.add_class("bn-lesson")
        self._refresh()
        prediction.kept.observe(self._refresh, "label")
        cells.replace(self, get_ipython())

    def close(self):
        """Give back what it holds in the kernel and in the browser."""
        self._prediction.kept.unobserve(self._refresh, "label")
        cells.close(self._html)

    def __str__(self):
        return f"{self._prediction.verdict(self._truth)}\n{self._reply()}".strip()

    def _reply(self) -> str:
        """What the choice that was made is told."""
        return self._prediction.replies.get(self._prediction.kept.label, "")

    def _refresh(self, change=None):
        self._html.value = f'{_STYLE}<div role="status">{self._live()}</div>'

    def _live(self) -> str:
        said = f"<p>{escape(self._prediction.verdict(self._truth))}</p>"
        if self._prediction.guess is None:
            return f"<p>{ASK}</p><details><summary>{UNFOLD}</summary>{said}</details>"
        return f"{said}<p>{_marked(self._reply())}</p>" if self._reply() else said

    def _saved(self) -> str:
        """For a page without a kernel; without a guess it is folded, with what each is told."""
        if self._prediction.guess is not None:
            return self._live()
        right = self._prediction._label(self._truth)
        replies = "".join(
            f"<dt>{escape(label)}</dt><dd>{_marked(reply)}</dd>"
            for label, reply in self._prediction.replies.items()
            if reply
        )
        listed = f"<dl>{replies}</dl>" if replies else ""
        return (
            f"<details><summary>{ASK} {UNFOLD}</summary>"
            f"<p>Computed: <b>{escape(right)}</b></p>{listed}</details>"
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        return cells.view_of(self._html) | {"text/html": self._saved(), "text/plain": str(self)}


def show(verdict: Verdict):
    """Show what a check of `bn_lib.exercises` found: a mark, words, and hints to unfold.

    `bn_lib.live.report` counts it.
    """
    passed.note(verdict)
    return Shown(verdict)


class Shown:
    """A verdict as text and as HTML."""

    def __init__(self, verdict: Verdict):
        unwritten = verdict.stage == NOT_WRITTEN
        self._mark, self._color = ("○", style.NOTE) if unwritten else _MARKS[verdict.passed]
        self._message = verdict.message
        self._hints = () if verdict.passed else verdict.hints

    def __repr__(self):
        return f"{self._mark} {self._message}"

    def _repr_html_(self):
        hints = ""
        for hint in reversed(self._hints):
            word = "A hint" if hint == self._hints[0] else "Another hint"
            hints = (
                f'<details style="padding: 0.2em 0.8em"><summary>{word}</summary>'
                f"<p>{escape(hint)}</p>{hints}</details>"
            )
        return (
            f'<p style="border-left: 4px solid {self._color}; padding: 0.3em 0.8em">'
            f'<b style="color: {self._color}; font-size: 130%">{self._mark}</b>'
            f" {escape(self._message)}</p>{hints}"
        )


def _plain(value):
    """A number of NumPy's as one of Python's."""
    return value.item() if hasattr(value, "item") else value


def _words(value) -> str:
    """29.3, −2, 50,000 and 1.9·10⁻⁶, as one writes them."""
    if not _is_number(value):
        return str(value)
    text = f"{value:,}" if isinstance(value, int) else f"{value:g}"
    mantissa, times, exponent = text.replace("-", "−").partition("e")
    if not times:
        return mantissa
    power = str(int(exponent.replace("−", "-"))).translate(SUPERSCRIPTS)
    return f"10{power}" if mantissa == "1" else f"{mantissa}·10{power}"


def _is_number(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _means(choice, truth, choices) -> bool:
    """Whether a truth is what a choice says: equal, or the same after rounding to its digits."""
    if not (_is_number(choice) and _is_number(truth)):
        return choice == truth
    # A zero is as exact as the finest of its neighbors: 0.3 is not 0 beside 2.9.
    half = _half_digit(choice) if choice else min(map(_half_digit, filter(_is_number, choices)))
    return abs(truth - choice) <= half * (1 + 1e-9)


def _half_digit(number) -> float:
    """Half a unit of the last digit after the point with which a number is written."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** min(exponent, 0)

"""`explore`: knobs that call the learner's function and show its result, under the hand."""

import inspect
from collections.abc import Callable, Mapping

import numpy as np
import traitlets
from IPython import get_ipython

from bn_lib.live import cells, places, running
from bn_lib.live.ahead import Ahead, indices, watch_cells
from bn_lib.live.calling import Called, call, explain, in_one_line, name_of
from bn_lib.live.canvas import Canvas, frame_of
from bn_lib.live.knobs import Knob, is_constant, knob
from bn_lib.live.sizes import Sized
from bn_lib.live.storyboard import storyboard
from bn_lib.live.threads import on_one_thread
from bn_lib.live.words import WORDS
from bn_lib.pictures.picture import Picture


def explore(function: Callable, picture: Picture, presets: Mapping | None = None, **knobs):
    """Show a picture with a knob for each argument of a function, as `ipywidgets.interact` does.

    At each move of a knob, `picture.update(function(**position), **position)` is shown.

    function: takes the knobs by name and returns what the picture needs. It may raise; then its
        message appears over the figure and the last good picture stays, dimmed. What it prints or
        warns at a visited position is shown there too, the last ten lines.
    picture: from `bn_lib.figures`.
    presets: for each button its name and the position it sets: a mapping (or a named tuple) from
        knobs to values; knobs that it leaves out stay as they are.
    knobs: a tuple (low, high) or (low, high, step) is a slider, a list or a dict of choices a menu
        (of any objects), a bool a checkbox; `steps(2, 4, 8)` is a slider through these values,
        `play(0, 600, 30)` one with a play button, `again("new batch")` a button that counts its
        presses. Anything else, such as `scale=4`, is passed on as it is and has no knob.

    It starts at the function's default arguments, or else in the middle of each slider; a cell
    that is run again keeps the positions that the hand has left. Raises TypeError or ValueError
    if knobs, presets and the function's arguments do not fit together, and whatever the function
    raises at the start; IPython shows it in one line.

    While a hand is near the figure, the function is also called at positions that nobody has
    visited, so that the picture follows the hand at once. Such a call prints and warns nowhere,
    and is ended after about 0.1 seconds of work or 1 second in all (`bn_lib.live.calling` says
    what cannot be ended). But what else it does is done: a list that it appends to grows, a
    random generator that it shares with other cells moves on. `figure.ahead.stop()` turns these
    calls off for a figure.

    Returns the figure. For programs it has `position`, which can be observed (traitlets),
    `go(gamma=2)`, `press("undo")` and `knobs["gamma"].values`.
    """
    try:
        return Explorer(function, picture, presets or {}, knobs)
    except BaseException as error:
        raise in_one_line(error, function) from None


class Explorer(Sized, traitlets.HasTraits):
    """A live figure: one output that is a widget, a picture (storyboard) and a sentence."""

    position = traitlets.Dict(help="the values of all knobs, by their names", read_only=True)

    def __init__(self, function, picture, presets, knobs):
        Sized.__init__(self)
        traitlets.HasTraits.__init__(self)
        self.function = function
        self.picture = picture
        start = _start(function, knobs)
        self.constants = {name: spec for name, spec in knobs.items() if is_constant(spec)}
        knobs = {name: spec for name, spec in knobs.items() if name not in self.constants}
        positions = {name: _mapping(name, preset, knobs) for name, preset in presets.items()}
        labels = getattr(picture, "labels", {})  # what a knob acts on, where its name does not say
        self.knobs: dict[str, Knob] = {}
        for name, spec in knobs.items():
            snaps = [position[name] for position in positions.values() if name in position]
            self.knobs[name] = knob(name, spec, start.get(name), snaps, labels.get(name))
        self._at = tuple(knob.start for knob in self.knobs.values())
        self.start = self._values(self._at)
        self._first_frame()
        self.said = picture.describe()
        self.preset_positions = positions
        self._storyboard = self._draw_storyboard()

        self.join()
        self.canvas = Canvas(
            knobs=[knob.describe() for knob in self.knobs.values()], buttons=self._buttons()
        )
        self.canvas.show_still(picture)
        self.ahead = Ahead(
            self.compute,
            self.canvas.send_frames,
            self.canvas.forget_frames,
            self._say,
            [len(knob.values) for knob in self.knobs.values()],
            [i for i, knob in enumerate(self.knobs.values()) if knob.kind == "slider"],
        )
        self._cell = places.key(get_ipython(), self)
        left = places.recall(self._cell)
        self._show(self._at)
        if left is not None:
            self._show(left)
        self.canvas.at = list(self._at)
        self.canvas.on_msg(self._receive)
        self.canvas.observe(self._moved, "at")
        running.watch(self.canvas)
        watch_cells(get_ipython())
        cells.replace(self, get_ipython())

    @property
    def way(self) -> str:
        """How moves reach the screen: "grid", "lines", "random" or "slow", as `Ahead` says."""
        return self.ahead.way

    def go(self, **position) -> None:
        """Set some knobs, and show the result once; if one of them cannot be set, none is.

        Raises ValueError for a name that is no knob's, and for a value that is none of a knob's.
        """
        self._go(self._indices(position))

    def press(self, name: str) -> None:
        """Press a button: a preset, "reset", that of a knob that counts, "large text".

        Raises ValueError if there is none of this name.
        """
        if name == WORDS["large"]:
            self.resize()
            return
        button = next((b for b in self._buttons() if b["name"] == name), None)
        if button is None:
            names = ", ".join(b["name"] for b in self._buttons())
            raise ValueError(f"there is no button {name!r}; there are {names}")
        if "count" in button:
            i = button["count"]
            self._go((*self._at[:i], self._at[i] + 1, *self._at[i + 1 :]))
        else:
            moved = dict(enumerate(self._at)) | {int(i): j for i, j in button["at"].items()}
            self._go(tuple(moved.values()))

    def close(self) -> None:
        """Give back what the figure holds in the kernel and in the browser.

        Picture and function too: IPython's `Out` may hold the figure as long as the kernel lives.
        """
        self.leave()
        self.ahead.close()
        running.unwatch(self.canvas)
        self.canvas.close()
        self.function = self.picture = self._storyboard = None
        self.knobs = {}

    def _values(self, at: tuple[int, ...]) -> dict:
        """The position that indices stand for."""
        pairs = zip(self.knobs.items(), at, strict=True)
        return {name: knob.values[i] for (name, knob), i in pairs}

    def _indices(self, position: Mapping) -> tuple[int, ...]:
        """The indices of a position; knobs that it leaves out stay as they are."""
        unknown = sorted(set(position) - set(self.knobs))
        if unknown:
            raise ValueError(f"no knob named {', '.join(unknown)}; there are {list(self.knobs)}")
        return tuple(
            knob.index(position[name]) if name in position else i
            for (name, knob), i in zip(self.knobs.items(), self._at, strict=True)
        )

    def _buttons(self) -> list[dict]:
        """The buttons over the knobs: presets, reset, those that count, large text."""
        names = list(self.knobs)
        positions = self.preset_positions | {WORDS["reset"]: self.start}
        buttons = [
            {
                "name": name,
                "at": {str(names.index(k)): self.knobs[k].index(v) for k, v in position.items()},
            }
            for name, position in positions.items()
        ]
        buttons += [
            {"name": knob.label, "count": i}
            for i, knob in enumerate(self.knobs.values())
            if knob.kind == "button"
        ]
        return [*buttons, self.large_button]

    def compute(self, at: tuple[int, ...], ahead: bool = False) -> tuple[dict, bytes]:
        """The frame at a position, given by indices; it has a message if the function raises.

        It has the last lines of what the function has printed there, too. ahead: nobody has asked
        for it; raises TooLong if the call had to be ended.
        """
        position = self.constants | self._values(at)
        called = call(self.function, position, ahead)
        key = ",".join(map(str, at))
        try:
            head, data = self._frame(key, called, position)
        except BaseException as error:  # the learner's own: shown, never swallowed
            head, data = {"key": key, "error": explain(error, self.function)}, b""
        if called.printed:
            head["printed"] = called.printed
        return head, data

    def _frame(self, key: str, called: Called, position: dict) -> tuple[dict, bytes]:
        self.picture.update(called.result(), **position)
        return frame_of(self.picture, key)

    def _first_frame(self) -> None:
        """Raise what goes wrong at the start: it is the cell's error."""
        position = self.constants | self.start
        called = call(self.function, position)
        try:
            self._frame("", called, position)
        except BaseException:
            if called.printed:  # there will be no figure that could show it
                print(called.printed)
            raise

    def _go(self, at: tuple[int, ...]) -> None:
        """Go to a position that no hand has set: the browser's knobs follow."""
        self._show(at)
        self.canvas.at = list(at)

    def _show(self, at: tuple[int, ...]) -> None:
        """Show what is at a position; where the browser's knobs are, it says itself.

        The hand may have gone on since, and the kernel have heard of it on another thread.
        """
        if self.picture is None:
            raise RuntimeError("the cell of this figure has been run again; use the newer figure")
        self._at = at
        places.remember(self._cell, at)
        self.canvas.show(self._asked(at))
        self.ahead.around(at)
        self.set_trait("position", self._values(at))

    def _asked(self, at: tuple[int, ...]) -> tuple[dict, bytes]:
        """The frame at a position that the hand has gone to; the browser hears of the call."""
        self.canvas.send({"begun": ",".join(map(str, at))})
        return self.ahead.asked(at)

    def _say(self, words: str) -> None:
        """Tell the reader in the figure what is to be known of it, or with "" nothing."""
        self.canvas.note = words

    @on_one_thread
    def _moved(self, change) -> None:
        """The browser has let a knob go."""
        at = tuple(self.canvas.at)
        if at == self._at:
            return
        if self._is_position(at):
            self._show(at)
        else:  # nothing that the script sends
            self.canvas.at = list(self._at)

    def _is_position(self, at) -> bool:
        return len(at) == len(self.knobs) and all(
            isinstance(i, int) and 0 <= i < len(knob.values)
            for i, knob in zip(at, self.knobs.values(), strict=True)
        )

    @on_one_thread
    def _receive(self, canvas, message, buffers) -> None:
        """Answer the browser: what is at a position; a hand is near or has gone; a press; a page
        that is narrow."""
        if "ask" in message:
            at = indices(message["ask"])
            if self._is_position(at):
                self.canvas.send_frames([self._asked(at)])
                self.ahead.around(at)  # a hand that moves comes first
        if "near" in message:
            self.ahead.near(bool(message["near"]))
        if "press" in message:
            self.press(message["press"])
        if "narrow" in message:
            self.stack()

    def redraw(self) -> None:
        """Show the picture where it is now, after it has been laid out anew."""
        self.ahead.drop()
        self._show(self._at)

    def _draw_storyboard(self) -> bytes:
        """Draw the start and the presets, each with its sentence."""
        states = {name: self.start | preset for name, preset in self.preset_positions.items()}
        at_start = [name for name, position in states.items() if position == self.start]
        states = {(at_start or ["start"])[0]: self.start} | {
            name: position for name, position in states.items() if name not in at_start
        }
        panels = []
        for name, position in states.items():
            head, _ = self.compute(self._indices(position))
            said = "⚠ " + head["error"] if "error" in head else head["sentence"]
            panels.append((name, said, self.picture.pixels()))
        return storyboard(panels)

    def _repr_mimebundle_(self, include=None, exclude=None):
        if self.picture is None:
            return {"text/plain": self.said}, {}
        _, metadata = self.canvas._repr_mimebundle_()
        picture = {"image/png": self._storyboard, "text/plain": self.said}
        return cells.view_of(self.canvas) | picture, metadata


def _start(function: Callable, knobs: Mapping) -> dict:
    """The function's default arguments, after a check that knobs and arguments fit together."""
    if not callable(function):
        raise TypeError(
            f"explore needs a function, but the first argument is {type(function).__name__}; "
            "give it the function's name without brackets, as in explore(transform, ...)"
        )
    parameters = inspect.signature(function).parameters
    named = {
        name: p
        for name, p in parameters.items()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    }
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for name in knobs:
        if name not in named and not takes_all:
            raise TypeError(f"there is a knob {name}, but {name_of(function)} takes no {name}")
    for name, parameter in named.items():
        if name not in knobs and parameter.default is parameter.empty:
            raise TypeError(
                f"{name_of(function)} needs {name}, but there is no knob for it; "
                f"add for instance {name}=(0, 1)"
            )
    return {
        name: named[name].default
        for name in knobs
        if name in named and named[name].default is not inspect.Parameter.empty
    }


def _mapping(name: str, preset, knobs: Mapping) -> dict:
    """A preset as a dict from knobs to plain numbers."""
    position = dict(preset._asdict() if hasattr(preset, "_asdict") else preset)
    unknown = sorted(set(position) - set(knobs))
    if unknown:
        raise ValueError(f"preset {name!r} sets {', '.join(unknown)}, but there is no such knob")
    return {k: v.item() if isinstance(v, np.generic) else v for k, v in position.items()}

"""`explore`: sliders that call the learner's function and show its result, under the mouse."""

import inspect
import traceback
from collections.abc import Callable, Mapping

import ipywidgets as widgets
from IPython import get_ipython

from bn_lib.live import cells
from bn_lib.live.ahead import Ahead, indices, watch_cells
from bn_lib.live.canvas import Canvas, frame_of
from bn_lib.live.knobs import Counter, index, knob, large_text, values
from bn_lib.live.threads import OneThread, on_one_thread
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.storyboard import storyboard


def explore(function: Callable, picture: Picture, presets: Mapping | None = None, **knobs):
    """Show a picture with a knob for each argument of a function, as `ipywidgets.interact` does.

    At each move of a knob, `picture.update(function(**position), **position)` is shown.

    function: takes the knobs by name and returns what the picture needs. It may raise; then its
        message appears under the sliders and the last good picture stays.
    picture: from `bn_lib.figures`.
    presets: for each button its name and the position it sets: a mapping (or a named tuple) from
        knobs to values; knobs that it leaves out stay as they are.
    knobs: a tuple (low, high) or (low, high, step) is a slider, a list a menu, a bool a checkbox;
        `steps(2, 4, 8)` is a slider through these values, `again("new batch")` a button that
        counts its presses.

    It starts at the function's default arguments, or else in the middle of each slider. Raises
    TypeError or ValueError if knobs, presets and the function's arguments do not fit together,
    and whatever the function raises at the start.
    """
    return Explorer(function, picture, presets or {}, knobs)


class Explorer(OneThread):
    """A live figure: one output that is a widget, a picture (storyboard) and a sentence."""

    def __init__(self, function, picture, presets, knobs):
        super().__init__()
        self.function = function
        self.picture = picture
        positions = {name: _mapping(name, preset, knobs) for name, preset in presets.items()}
        start = _start(function, knobs)
        self.knobs = {}
        for name, spec in knobs.items():
            snaps = [position[name] for position in positions.values() if name in position]
            self.knobs[name] = knob(name, spec, start.get(name), snaps)
        self.start = self.position
        self._frame(self._indices())  # what goes wrong at the start is the cell's error
        self.preset_positions = positions
        self._storyboard = self._draw_storyboard()

        sliders = [
            i for i, w in enumerate(self.knobs.values()) if isinstance(w, widgets.SelectionSlider)
        ]
        self.canvas = Canvas(sliders=sliders)
        self.canvas.show_still(picture)
        self.ahead = Ahead(
            self.compute, self.canvas.send_frames, self.canvas.forget_frames,
            [len(values(w)) for w in self.knobs.values()], sliders,
        )  # fmt: skip
        self.canvas.show(self._indices(), self.ahead.asked(self._indices()))
        self.canvas.on_msg(self._receive)
        self.ahead.around(self._indices())

        self._moving_together = False
        for widget in self.knobs.values():
            widget.observe(self._moved, "value")
        self.presets = {name: self._button(name, at) for name, at in positions.items()}
        self.reset = self._button("reset", self.start, icon="undo")
        self.large = large_text(self._resize)
        self.box = self._layout()
        watch_cells(get_ipython())
        cells.replace(self, get_ipython())

    @property
    def position(self) -> dict:
        """The values of all knobs."""
        return {name: widget.value for name, widget in self.knobs.items()}

    @property
    def way(self) -> str:
        """How moves reach the screen: "grid", "lines", "random" or "slow", as `Ahead` says."""
        return self.ahead.way

    def go(self, **position) -> None:
        """Set several knobs, and show the result once; if one of them cannot be set, none is."""
        unknown = sorted(set(position) - set(self.knobs))
        if unknown:
            raise ValueError(f"no knob named {', '.join(unknown)}; there are {list(self.knobs)}")
        before = self.position
        self._moving_together = True
        try:
            self._set(position)
        except Exception:
            self._set(before)
            raise
        finally:
            self._moving_together = False
        self._moved()

    def close(self) -> None:
        """Give back what the figure holds in the kernel and in the browser."""
        self.ahead.close()
        cells.close(self.box)

    def _set(self, position) -> None:
        for name, value in position.items():
            self.knobs[name].value = value

    def _indices(self) -> tuple[int, ...]:
        return tuple(index(widget) for widget in self.knobs.values())

    def compute(self, at: tuple[int, ...]) -> tuple[dict, bytes]:
        """The frame at a position, given by indices; it has a message if the function raises."""
        try:
            return self._frame(at)
        except Exception as error:  # the learner's own: shown, never swallowed
            return {"key": ",".join(map(str, at)), "error": explain(error, self.function)}, b""

    def _frame(self, at: tuple[int, ...]) -> tuple[dict, bytes]:
        position = {
            name: values(widget)[i]
            for (name, widget), i in zip(self.knobs.items(), at, strict=True)
        }
        self.picture.update(self.function(**position), **position)
        return frame_of(self.picture, ",".join(map(str, at)))

    @on_one_thread
    def _moved(self, change=None) -> None:
        if self._moving_together:
            return
        at = self._indices()
        self.canvas.show(at, self.ahead.asked(at))
        self.ahead.around(at)

    @on_one_thread
    def _receive(self, canvas, message, buffers) -> None:
        """Answer the browser: what is at a position, that the kernel is here; count its views."""
        if "ask" in message:
            at = indices(message["ask"])
            self.canvas.send_frames([self.ahead.asked(at)])
            self.ahead.around(at)  # a hand that moves comes first
        if "here" in message:
            self.canvas.send({"here": True})
        if "views" in message:
            self.ahead.look(message["views"])

    @on_one_thread
    def _resize(self, factor: float) -> None:
        self.picture.enlarge(factor)
        self.ahead.drop()
        self.canvas.show_still(self.picture)
        self._moved()

    def _button(self, name, position, **looks):
        button = widgets.Button(description=name, layout={"width": "auto"}, **looks)
        button.on_click(lambda _: self.go(**position))
        return button

    def _layout(self):
        buttons = [*self.presets.values(), self.reset]
        buttons += [w for w in self.knobs.values() if isinstance(w, Counter)]
        others = [w for w in self.knobs.values() if not isinstance(w, Counter)]
        row = widgets.Layout(flex_flow="row wrap")
        grid = widgets.Layout(grid_template_columns="repeat(auto-fit, minmax(300px, 1fr))")
        knobs = widgets.GridBox(others, layout=grid)
        knobs.add_class("bn-knobs")
        box = widgets.VBox(
            [
                widgets.HBox([*buttons, self.large], layout=row),
                knobs,
                self.canvas,
            ],
            layout={"max_width": f"{self.canvas.size[0]:.0f}px"},
        )
        box.add_class("bn-explorer")
        return box

    def _draw_storyboard(self) -> bytes:
        """Draw the start and the presets, each with its sentence."""
        states = {name: self.start | preset for name, preset in self.preset_positions.items()}
        at_start = [name for name, position in states.items() if position == self.start]
        states = {(at_start or ["start"])[0]: self.start} | {
            name: position for name, position in states.items() if name not in at_start
        }
        panels = []
        for name, position in states.items():
            try:
                self.picture.update(self.function(**position), **position)
                said = self.picture.describe()
            except Exception as error:
                said = "⚠ " + explain(error, self.function)
            panels.append((name, said, self.picture.pixels()))
        return storyboard(panels)

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = self.box._repr_mimebundle_()
        sentence = self.canvas.frame["head"]["sentence"]
        return bundle | {"image/png": self._storyboard, "text/plain": sentence}


def name_of(function: Callable) -> str:
    """What a function is called in a message; not all have a name, as `functools.partial`."""
    return getattr(function, "__name__", "the function")


def explain(error: Exception, function: Callable) -> str:
    """Say in one line what went wrong in a function, and in which of its lines."""
    message = f"{type(error).__name__}: {error}"
    code = getattr(inspect.unwrap(function), "__code__", None)
    file = code.co_filename if code else None
    lines = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    if not lines:
        return message
    return f"{message} ({lines[-1].name}, line {lines[-1].lineno})"


def _start(function: Callable, knobs: Mapping) -> dict:
    """The function's default arguments, after a check that knobs and arguments fit together."""
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
    return {knob: v.item() if hasattr(v, "item") else v for knob, v in position.items()}

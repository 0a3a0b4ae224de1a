"""`watch`: training before the learner's eyes, with a growing picture and a stop button."""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import clear_output, display

from bn_lib.live import cells
from bn_lib.live.canvas import Canvas, frame_of
from bn_lib.live.knobs import large_text
from bn_lib.live.threads import OneThread, on_one_thread
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.storyboard import storyboard
from bn_lib.training import Diverged, Training

SLICE = 0.02  # seconds of training between two looks at what else the kernel has to do
REDRAW = 0.1  # seconds from one picture to the next


class Interrupted(KeyboardInterrupt):
    """Training was interrupted from the menu; shown in one line, since nothing is wrong."""

    def _render_traceback_(self):
        return [str(self)]


async def watch(
    training: Training | Mapping[str, Training],
    picture: Picture,
    until: int,
    see: Callable | None = None,
) -> None:
    """Train until `until` steps are done in all, while a picture of it grows.

    A cell that calls it must wait for it: `await watch(...)`.

    training: one, or several by name, which take turns.
    picture: from `bn_lib.figures`; it is updated with the record, or a dict of records by name.
    see: if given, a function of the record (or records) that returns what the picture needs.

    The stop button, or an interrupt, ends it after the current step. What was recorded is kept,
    and another `await watch(...)` of the same trainings goes on from there. One that diverges ends
    by itself, the others go on; the sentence says so. What the cell has shown before is cleared.
    """
    live = Watch(training, picture, until, see)
    cells.replace(live, get_ipython())
    live.draw()
    display({cells.WIDGET_VIEW: live.box._repr_mimebundle_()[cells.WIDGET_VIEW]}, raw=True)
    try:
        await live.train()
    except (asyncio.CancelledError, KeyboardInterrupt):
        live.interrupted = live.stopped = True
    finally:
        live.stop.disabled = True
    live.end()
    # The end replaces the start, so that the saved output holds the picture of the end, once.
    clear_output(wait=True)
    display(live)
    if live.interrupted:
        raise Interrupted(live.where())


class Watch(OneThread):
    """One output that is a widget, the picture of the end, and a sentence."""

    def __init__(self, training, picture, until, see):
        super().__init__()
        if until < 1:
            raise ValueError(f"until is {until}, expected the number of steps in all, at least 1")
        several = isinstance(training, Mapping)
        self.trainings = dict(training) if several else {"": training}
        self.picture, self.until, self.see = picture, until, see
        self._records = lambda: (
            {name: one.record for name, one in self.trainings.items()}
            if several
            else training.record
        )
        self.stopped = self.interrupted = False
        self.diverged = {}

        self.bar = widgets.FloatProgress(min=0, max=1, layout={"flex": "1 1 120px"})
        self.words = widgets.Label()
        self.stop = widgets.Button(description="stop", icon="stop", layout={"width": "auto"})
        self.stop.on_click(self._stop)
        self.large = large_text(self._resize)
        self.canvas = Canvas(sliders=[])
        self.canvas.show_still(picture)
        row = widgets.HBox(
            [self.bar, self.words, self.stop, self.large],
            layout={"flex_flow": "row wrap", "align_items": "center"},
        )
        self.box = widgets.VBox(
            [row, self.canvas], layout={"max_width": f"{self.canvas.size[0]:.0f}px"}
        )
        self.box.add_class("bn-training")
        for one in self.trainings.values():
            one.record_if_due()
        self._first = self._steps()
        self._start = monotonic()

    async def train(self) -> None:
        """Train all in turns; give the kernel back in between, for the stop button's sake."""
        turns = {name: one.up_to(self.until, SLICE) for name, one in self.trainings.items()}
        drawn = rested = monotonic()
        while turns and not self.stopped:
            name = min(turns, key=lambda name: self.trainings[name].step)  # side by side
            try:
                next(turns[name])
            except StopIteration:
                del turns[name]
            except Diverged as error:
                self.diverged[name] = f"{name}: {error}" if name else str(error)
                del turns[name]
            if monotonic() > drawn + REDRAW:
                self.draw()
                drawn = monotonic()
            if monotonic() > rested + SLICE:
                await asyncio.sleep(0)
                rested = monotonic()

    def draw(self) -> None:
        """Show what has been recorded by now."""
        records = self._records()
        self.picture.update(self.see(records) if self.see else records)
        head, data = frame_of(self.picture, "")
        self.canvas.show([], (head | {"sentence": self.describe()}, data))
        self.bar.value = 1 - self._left() / (self.until * len(self.trainings))
        self.words.value = self._progress()

    def end(self) -> None:
        """Show the end, and how it came."""
        self.draw()
        self.bar.bar_style = "warning" if self.stopped or self.diverged else "success"

    def where(self) -> str:
        """How far a training came that was stopped, and how it goes on."""
        return (
            f"Stopped after {self._at():,} of {self.until:,} steps; what was recorded is kept, "
            "and `await watch(...)` in a new cell goes on from here."
        )

    def describe(self) -> str:
        """The picture's sentence, and what else must not be overlooked."""
        said = [self.picture.describe(), *self.diverged.values()]
        return " · ".join(said + [self.where()] * self.stopped)

    def close(self) -> None:
        """Give back what it holds in the kernel and in the browser."""
        self.stopped = True
        cells.close(self.box)

    def _stop(self, button) -> None:
        self.stopped = True

    @on_one_thread
    def _resize(self, factor: float) -> None:
        self.picture.enlarge(factor)
        self.canvas.show_still(self.picture)
        self.draw()

    def _going(self) -> list[Training]:
        """Those that have not diverged; what is left, and the count, are theirs."""
        return [one for name, one in self.trainings.items() if name not in self.diverged]

    def _steps(self) -> int:
        return sum(one.step for one in self.trainings.values())

    def _left(self) -> int:
        return sum(max(self.until - one.step, 0) for one in self._going())

    def _at(self) -> int:
        return min(one.step for one in self._going() or self.trainings.values())

    def _progress(self) -> str:
        done, left = self._steps() - self._first, self._left()
        words = f"{self._at():,} of {self.until:,} steps"
        if self.stopped or not (done and left):
            return words + (", stopped" if self.stopped and left else "")
        seconds = (monotonic() - self._start) / done * left
        left = f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
        return f"{words}, about {left} left"

    def _repr_mimebundle_(self, include=None, exclude=None):
        said = self.describe()
        panel = ("at the end", said, self.picture.pixels())
        return self.box._repr_mimebundle_() | {
            "image/png": storyboard([panel]),
            "text/plain": said,
        }

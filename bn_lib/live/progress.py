"""`watch`: training before the learner's eyes, with a growing picture and a stop button."""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic

from IPython import get_ipython
from IPython.display import clear_output, display

from bn_lib.live import cells
from bn_lib.live.awaiting import hears_while_a_cell_runs, must_be_awaited
from bn_lib.live.canvas import Canvas, frame_of
from bn_lib.live.sizes import Sized
from bn_lib.live.storyboard import storyboard
from bn_lib.live.threads import on_one_thread
from bn_lib.live.words import WORDS
from bn_lib.pictures.picture import Picture
from bn_lib.training import Diverged, Training

SLICE = 0.02  # seconds of training between two looks at what else the kernel has to do
REDRAW = 0.1  # seconds from one picture to the next


class Interrupted(KeyboardInterrupt):
    """Training was interrupted from the menu; shown in one line, since nothing is wrong."""

    def _render_traceback_(self):
        return [str(self)]


@must_be_awaited
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
    try:
        await _shown(live)
    except Exception:  # a figure that cannot be drawn; the error is the cell's
        live.close()
        raise


async def _shown(live) -> None:
    live.draw()
    _, metadata = live.canvas._repr_mimebundle_()
    display(cells.view_of(live.canvas), raw=True, metadata=metadata)
    try:
        await live.train()
    except (asyncio.CancelledError, KeyboardInterrupt):
        live.interrupted = live.stopped = True
    finally:
        live.ended = True  # whatever comes, there is nothing to stop any more
    live.end()
    # The end replaces the start, so that the saved output holds the picture of the end, once.
    clear_output(wait=True)
    display(live)
    if live.interrupted:
        raise Interrupted(live.where())


class Watch(Sized):
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
        self.stopped = self.interrupted = self.ended = False
        self.diverged = {}
        self.join()
        self.canvas = Canvas(buttons=self._buttons())
        self.canvas.show_still(picture)
        if not hears_while_a_cell_runs():
            self.canvas.note = WORDS["deaf"]
        self.canvas.on_msg(self._receive)
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
        self.canvas.show((head | {"sentence": self.describe()}, data))
        early = self.stopped or self.diverged
        self.canvas.progress = {
            "share": 1 - self._left() / (self.until * len(self.trainings)),
            "words": self._progress(),
            "state": ("early" if early else "done") if self.ended else "going",
        }

    def end(self) -> None:
        """Show the end, and how it came; there is nothing to stop any more."""
        self.ended = True
        self.canvas.buttons = self._buttons()
        self.canvas.note = ""
        self.draw()

    def press(self, name: str) -> None:
        """Press a button: "stop", "large text"; raises ValueError if there is none of this name."""
        if name == WORDS["large"]:
            self.resize()
        elif name == WORDS["stop"]:
            self.stopped = True
        else:
            raise ValueError(f"there is no button {name!r}; there are stop and large text")

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
        self.leave()
        self.canvas.close()

    def redraw(self) -> None:
        """Show the picture where it is now, after it has been laid out anew."""
        self.draw()

    def _buttons(self) -> list[dict]:
        can_stop = not self.ended and hears_while_a_cell_runs()
        return [{"name": WORDS["stop"], "enabled": can_stop}, self.large_button]

    @on_one_thread
    def _receive(self, canvas, message, buffers) -> None:
        if "press" in message:
            self.press(message["press"])
        if "narrow" in message:
            self.stack()

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
        _, metadata = self.canvas._repr_mimebundle_()
        picture = {"image/png": storyboard([panel]), "text/plain": said}
        return cells.view_of(self.canvas) | picture, metadata

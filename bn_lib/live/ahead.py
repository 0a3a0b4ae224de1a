"""Frames ahead of the hand: states are computed before the learner moves a slider there.

The browser draws them without asking the kernel, which may be far away. The work is done only
while a hand is near the figure, in short slices between the kernel's other tasks, nearest
positions first, and thrown away whenever a cell has been run, since the learner's function could
see other values then.
"""

import asyncio
import itertools
import math
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from bn_lib.live.calling import TooLong, can_end_calls
from bn_lib.live.words import WORDS

FIGURE_BYTES = 8e6
KERNEL_BYTES = 64e6
SLICE = 0.010  # seconds of work, and seconds of pause after it, for all else the kernel has to do
SLOW = 0.020  # seconds for one call; above it positions are computed when they are asked for
PATIENCE = 0.050  # seconds that a cell may wait for work that nobody asked for
REST = 0.3  # seconds without a move before the work goes on: the learner reads
GRID_SECONDS = 10  # no more work than that for a whole grid
LEASE = 6.0  # seconds that a hand counts as near after the browser has said so
HITS = 2  # so many calls that had to be ended turn the work off

_everyone = weakref.WeakSet()
_watched = weakref.WeakSet()  # the shells whose cells are watched


class Ahead:
    """Computes frames around the current position and sends them.

    compute: from a tuple of indices, one for each knob, to a frame (head, bytes); with
    `ahead=True` the call is bounded and may raise TooLong. send: takes a list of frames. forget:
    tells the browser to throw its frames away. say: tells the reader in words why no work is done
    ahead, or with "" that it is. lengths: the number of positions of each knob. sliders: which of
    them are sliders; frames are made along these.

    `way` says which frames are made: "grid" (every position of the sliders), "lines" (through the
    current position) or none: "random" (two calls at one position differ), "slow", "ended" (calls
    had to be ended), "unbounded" (no call can be ended here), "stopped" (by `stop`).
    """

    next_turn = 0.0  # when the kernel has had its pause, for all figures
    cell_runs = False  # what a cell is about to change is not to be computed

    def __init__(
        self, compute: Callable, send: Callable, forget: Callable, say: Callable, lengths, sliders
    ):
        self.compute, self.send, self.forget, self.say = compute, send, forget, say
        self.lengths, self.sliders = lengths, sliders
        self.way = "lines"
        self.sent: dict[str, int] = {}  # key → fingerprint of the frame that the browser has
        self.bytes = 0
        self.at: tuple = ()
        self._lease = -math.inf  # until then a hand is near
        self._task = None
        self._done = False  # all frames around the current position have been made
        self._steady = False  # whether two calls at one position have been the same
        self._seconds = deque(maxlen=9)
        self._least = math.inf  # seconds of the fastest call that was asked for
        self._ended: set[str] = set()  # keys of the calls that had to be ended
        _everyone.add(self)

    def around(self, at: Sequence[int], rest: float | None = None) -> None:
        """Compute frames around `at` from now on, in the kernel's idle moments.

        rest: seconds until the work begins; if it is not given, REST.
        """
        self.pause()
        self.at = tuple(at)
        self._done = False
        if not self._is_near() or Ahead.cell_runs or self.way in ("ended", "stopped"):
            return
        if not can_end_calls():
            self.way = "unbounded"
            return
        work = self._work(REST if rest is None else rest)
        self._task = asyncio.get_running_loop().create_task(work)

    def near(self, yes: bool) -> None:
        """Take note that a hand is near, for the next LEASE seconds, or that it has gone.

        It is a lease, since a tab that is closed does not say goodbye.
        """
        self._lease = time.monotonic() + LEASE if yes else -math.inf
        working = self._task is not None and not self._task.done()
        if yes and not working and not self._done:
            self.around(self.at, rest=0)

    def pause(self) -> None:
        """Stop working until `around` is called again."""
        if self._task is not None:
            self._task.cancel()
        self._task = None

    def stop(self) -> None:
        """From now on the function is called only where the hand goes."""
        self.pause()
        self.way = "stopped"

    def close(self) -> None:
        """Stop for good, and hold nothing any more."""
        self.stop()
        _everyone.discard(self)
        self.sent.clear()
        self.bytes = 0
        self.compute = self.send = self.forget = self.say = _nothing

    def drop(self) -> None:
        """Throw all frames away, here and in the browser."""
        if self.sent:
            self.forget()
        self.sent.clear()
        self.bytes = 0
        self._steady = self._done = False

    def begin_anew(self) -> None:
        """Forget what was found out about the function, since a cell may have changed it."""
        self.drop()
        if self.way == "ended":
            self.say("")
        if self.way != "stopped":
            self.way = "lines"
        self._ended.clear()
        self.around(self.at)

    def asked(self, at: Sequence[int]) -> tuple[dict, bytes]:
        """The frame at a position that is wanted now."""
        start = time.perf_counter()
        frame = self.compute(at)
        self._least = min(self._least, time.perf_counter() - start)
        return self.seen(frame)

    def seen(self, frame: tuple[dict, bytes]) -> tuple[dict, bytes]:
        """Take note of a frame that was computed in any way and will be shown, and return it.

        If an earlier one at the same position differs, either something that the function sees
        has changed, or the function is random; a second call tells.
        """
        head, data = frame
        known = self.sent.get(head["key"])
        if known is not None and known != _fingerprint(frame):
            self.drop()
            again = self.compute(indices(head["key"]))
            if _fingerprint(again) != _fingerprint(frame):
                self.way = "random"
        if self.way == "random":
            return {**head, "once": True}, data
        if head["key"] not in self.sent:
            self._keep(frame)
        return frame

    def slice(self, positions: Iterator) -> list | None:
        """Frames for the next positions, as many as fit into one slice of time; None at the end."""
        frames = []
        end = time.perf_counter() + SLICE
        for at in positions:
            key = ",".join(map(str, at))
            if key in self.sent or key in self._ended:
                continue
            start = time.perf_counter()
            frame = self._ahead(at)
            if frame is None:
                return frames
            self._seconds.append(time.perf_counter() - start)
            if not self._has_room(_size(frame)):
                break
            self._keep(frame)
            frames.append(frame)
            if time.perf_counter() > end or self._is_slow():
                return frames
        return frames or None

    def _ahead(self, at: Sequence[int]) -> tuple[dict, bytes] | None:
        """The frame at a position that nobody asked for; None if the call had to be ended."""
        try:
            return self.compute(at, ahead=True)
        except TooLong:
            self._ended.add(",".join(map(str, at)))
            if len(self._ended) >= HITS:
                self.way = "ended"
                self.say(WORDS["ahead"])
            return None

    def _keep(self, frame) -> None:
        self.sent[frame[0]["key"]] = _fingerprint(frame)
        self.bytes += _size(frame)

    async def _work(self, rest: float) -> None:
        await asyncio.sleep(rest)
        self._done = await self._make()

    async def _make(self) -> bool:
        """Make frames and send them; tells whether all that can be made is made."""
        if PATIENCE < self._least < math.inf:
            self.way = "slow"
            return True
        if not self._steady and not await self._is_steady():
            return True
        self.way = "lines"
        if self.bytes + self._frame_bytes() * sum(self.lengths) > FIGURE_BYTES:
            self.drop()
            self._steady = True
        positions = self._positions()
        while (frames := await self._next_slice(positions)) is not None:
            if frames:
                self.send(frames)
            if self._is_slow():
                self.way = "slow"
            if self.way in ("slow", "ended") or not self._is_near():
                break
        self._ahead(self.at)  # leave the picture where the knobs are
        return frames is None or self.way in ("slow", "ended")

    async def _is_steady(self) -> bool:
        """Whether the function says the same twice; a frame that the browser has counts as once."""
        known = self.sent.get(",".join(map(str, self.at)))
        if known is None:
            first = self._ahead(self.at)
            known = first and _fingerprint(first)
            await asyncio.sleep(0)
        second = self._ahead(self.at) if known is not None else None
        if second is None:  # a call had to be ended
            return False
        self._steady = known == _fingerprint(second)
        if not self._steady:
            self.drop()
            self.way = "random"
        return self._steady

    async def _next_slice(self, positions: Iterator) -> list | None:
        """A slice when it is this figure's turn: one at a time, with a pause after each."""
        await asyncio.sleep(0)
        while (wait := Ahead.next_turn - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        frames = self.slice(positions)
        Ahead.next_turn = time.perf_counter() + SLICE
        return frames

    def _positions(self) -> Iterator[tuple]:
        """The lines through the current position, nearest first; then the grid, if it fits."""
        yield self.at
        longest = max((self.lengths[i] for i in self.sliders), default=0)
        for distance in range(1, longest):
            for i, step in itertools.product(self.sliders, (distance, -distance)):
                if 0 <= self.at[i] + step < self.lengths[i]:
                    yield (*self.at[:i], self.at[i] + step, *self.at[i + 1 :])
        if not self._grid_fits():
            return
        self.way = "grid"
        ranges = [
            range(self.lengths[i]) if i in self.sliders else [self.at[i]]
            for i in range(len(self.lengths))
        ]
        yield from sorted(
            itertools.product(*ranges),
            key=lambda at: max(abs(i - j) for i, j in zip(at, self.at, strict=True)),
        )

    def _grid_fits(self) -> bool:
        count = 1
        for i in self.sliders:
            count *= self.lengths[i]
        seconds = sum(self._seconds) / max(len(self._seconds), 1)
        return count * self._frame_bytes() <= FIGURE_BYTES and count * seconds <= GRID_SECONDS

    def _frame_bytes(self) -> float:
        return self.bytes / max(len(self.sent), 1)

    def _has_room(self, size: int) -> bool:
        if sum(other.bytes for other in _everyone) + size > KERNEL_BYTES:
            return False
        return self.bytes + size <= FIGURE_BYTES

    def _is_near(self) -> bool:
        return time.monotonic() < self._lease

    def _is_slow(self) -> bool:
        calls = sorted(self._seconds)
        return len(calls) > 2 and calls[len(calls) // 2] > SLOW


def watch_cells(shell) -> None:
    """Throw frames away when a cell has been run in an IPython shell, and compute none meanwhile.

    While it runs, the browser still has those of before.
    """
    if shell is None or shell in _watched:
        return
    _watched.add(shell)
    shell.events.register("pre_run_cell", _halt)
    shell.events.register("post_run_cell", _go_on)


def _halt(info) -> None:
    Ahead.cell_runs = True
    for ahead in list(_everyone):
        ahead.pause()


def _go_on(result) -> None:
    Ahead.cell_runs = False
    for ahead in list(_everyone):
        ahead.begin_anew()


def _nothing(*_, **__) -> None:
    """What a closed figure computes and sends."""


def indices(key: str) -> tuple[int, ...]:
    """The indices that a frame's key stands for: (20, 30) for "20,30"."""
    return tuple(map(int, key.split(",")))


def _fingerprint(frame: tuple[dict, bytes]) -> int:
    """What is to be seen of a frame; not what the function has printed, as how long it took."""
    head, data = frame
    return hash((repr(sorted(item for item in head.items() if item[0] != "printed")), data))


def _size(frame: tuple[dict, bytes]) -> int:
    return len(frame[1]) + len(str(frame[0]))

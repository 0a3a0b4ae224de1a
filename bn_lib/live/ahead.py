"""Frames ahead of the hand: states are computed before the learner moves a slider there.

The browser draws them without asking the kernel, which may be far away. The work is done in short
slices between the kernel's other tasks, nearest positions first, and thrown away whenever a cell
has been run, since the learner's function could see other values then.
"""

import asyncio
import itertools
import math
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence

FIGURE_BYTES = 8e6
KERNEL_BYTES = 64e6
SLICE = 0.010  # seconds of work, and seconds of pause after it, for all else the kernel has to do
SLOW = 0.020  # seconds for one call; above it positions are computed when they are asked for
PATIENCE = 0.050  # seconds that a cell may wait for work that nobody asked for
REST = 0.3  # seconds without a move before the work begins: the learner reads
GRID_SECONDS = 10  # no more work than that for a whole grid

_everyone = weakref.WeakSet()
_watched = weakref.WeakSet()  # the shells whose cells are watched


class Ahead:
    """Computes frames around the current position and sends them.

    compute: from a tuple of indices, one for each knob, to a frame (head, bytes). send: takes a
    list of frames. forget: tells the browser to throw its frames away. lengths: the number of
    positions of each knob. sliders: which of them are sliders; frames are made along these.

    `way` says which frames are made: "grid" (every position of the sliders), "lines" (through the
    current position) or none: "random" (two calls at one position differ), "slow".
    """

    next_turn = 0.0  # when the kernel has had its pause, for all figures

    def __init__(self, compute: Callable, send: Callable, forget: Callable, lengths, sliders):
        self.compute, self.send, self.forget = compute, send, forget
        self.lengths, self.sliders = lengths, sliders
        self.way = "lines"
        self.sent: dict[str, int] = {}  # key → fingerprint of the frame
        self.bytes = 0
        self.at: tuple = ()
        self.views = 0  # how many browsers' views wait for frames
        self._steady = False  # whether two calls at one position have been the same
        self._seconds = deque(maxlen=9)
        self._least = math.inf  # seconds of the fastest call that was asked for
        self._task = None
        _everyone.add(self)

    def around(self, at: Sequence[int]) -> None:
        """Compute frames around `at` from now on, in the kernel's idle moments."""
        self.pause()
        self.at = tuple(at)
        if self.views > 0:
            self._task = asyncio.get_running_loop().create_task(self._work())

    def near(self, lease: bool) -> None:
        """Take note that a hand is near, or has gone."""
        if lease != (self.views > 0):
            self.views = int(lease)
            self.around(self.at)

    def pause(self) -> None:
        """Stop working until `around` is called again."""
        if self._task is not None:
            self._task.cancel()
        self._task = None

    def close(self) -> None:
        """Stop for good."""
        self.pause()
        _everyone.discard(self)

    def drop(self) -> None:
        """Throw all frames away, here and in the browser."""
        if self.sent:
            self.forget()
        self.sent.clear()
        self.bytes = 0
        self._steady = False

    def asked(self, at: Sequence[int]) -> tuple[dict, bytes]:
        """The frame at a position that is wanted now."""
        start = time.perf_counter()
        frame = self.compute(at)
        self._least = min(self._least, time.perf_counter() - start)
        return self.seen(frame)

    def seen(self, frame: tuple[dict, bytes]) -> tuple[dict, bytes]:
        """Take note of a frame that was computed in any way, and return it.

        If an earlier one at the same position differs, either something that the function sees
        has changed, or the function is random; a second call tells.
        """
        head, _ = frame
        known = self.sent.get(head["key"])
        if known is not None and known != _fingerprint(frame):
            self.drop()
            again = self.compute(indices(head["key"]))
            if _fingerprint(again) != _fingerprint(frame):
                self.way = "random"
        if self.way == "random":
            return {**head, "once": True}, frame[1]
        return frame

    def slice(self, positions: Iterator) -> list:
        """Frames for the next positions, as many as fit into one slice of time."""
        frames = []
        end = time.perf_counter() + SLICE
        for at in positions:
            key = ",".join(map(str, at))
            if key in self.sent:
                continue
            start = time.perf_counter()
            frame = self.compute(at)
            self._seconds.append(time.perf_counter() - start)
            size = len(frame[1]) + len(str(frame[0]))
            if not self._has_room(size):
                break
            self.sent[key] = _fingerprint(frame)
            self.bytes += size
            frames.append(frame)
            if time.perf_counter() > end or self._is_slow():
                break
        return frames

    async def _work(self) -> None:
        await asyncio.sleep(REST)
        if PATIENCE < self._least < math.inf:
            self.way = "slow"
            return
        if not self._steady:
            first = self.compute(self.at)
            await asyncio.sleep(0)
            second = self.compute(self.at)
            self._steady = _fingerprint(first) == _fingerprint(second)
        self.way = "lines" if self._steady else "random"
        if not self._steady:
            return
        if self.bytes + self._frame_bytes() * sum(self.lengths) > FIGURE_BYTES:
            self.drop()
        positions = self._positions()
        while frames := await self._next_slice(positions):
            self.send(frames)
            if self._is_slow():
                self.way = "slow"
                break
        self.compute(self.at)  # leave the picture where the knobs are

    async def _next_slice(self, positions: Iterator) -> list:
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

    def _is_slow(self) -> bool:
        calls = sorted(self._seconds)
        return len(calls) > 2 and calls[len(calls) // 2] > SLOW


def watch_cells(shell) -> None:
    """Throw frames away when a cell is run in an IPython shell, and go on when it has been run."""
    if shell is None or shell in _watched:
        return
    _watched.add(shell)
    shell.events.register("pre_run_cell", _halt)
    shell.events.register("post_run_cell", _go_on)


def _halt(info) -> None:
    for ahead in list(_everyone):
        ahead.pause()
        ahead.drop()


def _go_on(result) -> None:
    for ahead in list(_everyone):
        ahead.drop()  # a cell that awaits may have let frames be made before its end
        ahead.around(ahead.at)


def indices(key: str) -> tuple[int, ...]:
    """The indices that a frame's key stands for: (20, 30) for "20,30"."""
    return tuple(map(int, key.split(",")))


def _fingerprint(frame: tuple[dict, bytes]) -> int:
    head, data = frame
    return hash((repr(sorted(head.items())), data))

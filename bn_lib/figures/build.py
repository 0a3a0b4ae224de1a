"""Figures of the topic *build*: the learner's own layer beside the library's."""

import numpy as np

from bn_lib.figures.networks import LOOKS
from bn_lib.pictures import style
from bn_lib.pictures.checks import expect
from bn_lib.pictures.marks import Dots, Line, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, level, note
from bn_lib.pictures.words import power, rounded

LIBRARY, YOURS = "the library's", "yours"


class OnTop(Picture):
    """The loss of a network with the library's layer, and of one with the learner's on top of it.

    Left: the losses. Right: how far they are apart. until: the last step. `update` takes a dict
    with the losses of each step, (T,), under "the library's" and, once it is written, "yours".
    """

    LEAST, AGREED = 1e-17, 1e-9  # the lowest gap that is drawn, and the one that is promised
    HIGHEST = 3.0  # of the axis of losses: above ln 10, where guesses among ten begin

    def __init__(self, until):
        self.until = until
        with self.drawing(860, 340):
            losses, gap = self.figure.subplots(1, 2, width_ratios=[1.5, 1])
            losses.set(title="Loss of each step", xlim=(0, until), ylim=(0, self.HIGHEST))
            gap.set(title="How far apart they are", xlim=(0, until))
            gap.set(yscale="log", ylim=(self.LEAST, 10), ylabel="difference")
            gap.set_yticks([1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1])
            for axes in (losses, gap):
                axes.set_xlabel("step")
                grid(axes)
            level(gap, self.AGREED, color=style.LEVEL, linestyle=":", linewidth=style.LINE)
            note(gap, 0.98 * until, 2 * self.AGREED, "a billionth", ha="right", va="bottom")
            looks = LOOKS["batch norm"]
            gray = dict(color=style.STILL, linewidth=style.LINE * 3, solid_capstyle="round")
            self.reference = Line(self, losses, **gray)
            self.yours = Line(self, losses, color=looks["color"], linewidth=style.FINE)
            self.gap = Dots(self, gap, color=looks["color"], marker=".", markersize=style.SPECK)
            middle = dict(ha="right", va="top", weight="bold")
            ends = 0.98 * until
            self.names = [
                Words(self, losses, ends, at * self.HIGHEST, color=color, **middle)
                for at, color in ((0.97, style.NOTE), (0.87, style.OUTPUT_WORDS))
            ]
            self.missing = Words(self, gap, until / 2, 1e-5, ha="center", color=style.NOTE)

    def update(self, result, **position):
        if not isinstance(result, dict) or not {LIBRARY} <= set(result) <= {LIBRARY, YOURS}:
            raise TypeError(f"the figure needs a dict with {LIBRARY!r}, and {YOURS!r} or not")
        losses = {name: expect(of, np.shape(of), name) for name, of in result.items()}
        for name, of in losses.items():
            if of.ndim != 1:
                raise ValueError(f"{name} has shape {of.shape}, expected a loss for each step")
        library, yours = losses[LIBRARY], losses.get(YOURS)
        self._show(self.reference, self.names[0], LIBRARY, library)
        self._show(self.yours, self.names[1], YOURS, np.array([]) if yours is None else yours)
        self.missing.say("" if YOURS in losses else "your layer is still to come")
        at = f"After {len(library)} steps the library's loss is {self._last(library)}"
        if yours is None:
            self.gap.show([], [])
            self.sentence = f"{at}; yours is still to come."
            return
        common = min(len(library), len(yours))
        apart = np.abs(library[:common] - yours[:common])
        self.gap.show(np.arange(1, common + 1), np.maximum(apart, 3 * self.LEAST))
        most = power(apart.max()) if common else "0"
        self.sentence = f"{at}, yours {self._last(yours)}; they are at most {most} apart."

    def _show(self, line, words, name, losses):
        line.show(np.arange(1, len(losses) + 1), losses)
        words.say(f"{name}: {self._last(losses)}" if len(losses) else "")

    @staticmethod
    def _last(losses) -> str:
        return rounded(losses[-1], 3) if len(losses) else "not known"

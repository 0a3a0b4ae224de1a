"""`counted`: how far a sweep is, while its cells are finished one by one."""

from collections.abc import Iterable, Iterator
from time import monotonic

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from bn_lib.live import cells


def counted(results: Iterable, total: int) -> Iterator:
    """Yield each of `results` as it comes, and show how many of `total` have come.

    Made for `bn_lib.sweeps.sweep`: in a cell of a notebook,

        for setting, result in counted(sweep(function, settings, folder), len(settings)):
            ...

    An interrupt ends it, as any loop; the bar then stays where it was.
    Raises ValueError if total is below 1.
    """
    if total < 1:
        raise ValueError(f"total is {total}, expected the number of results, at least 1")
    bar = Bar(total)
    cells.replace(bar, get_ipython())
    display(bar)
    try:
        for result in results:
            bar.advance()
            yield result
    finally:
        bar.end()


class Bar:
    """A bar with a count and the time left; where it is saved or printed, a sentence.

    The sentence is the same at each time: what has been displayed once is not replaced.
    """

    def __init__(self, total):
        self.total, self.done, self.start = total, 0, monotonic()
        self.bar = widgets.IntProgress(min=0, max=total, layout={"flex": "1 1 120px"})
        self.words = widgets.Label(self.describe())
        self.box = widgets.HBox([self.bar, self.words], layout={"max_width": "860px"})

    def __repr__(self):
        return f"a sweep of {self.total}"

    def describe(self) -> str:
        """How far it is."""
        return f"{self.done} of {self.total} finished"

    def advance(self) -> None:
        """One more is finished."""
        self.done += 1
        self.bar.value = self.done
        left = (monotonic() - self.start) / self.done * (self.total - self.done)
        time = f"{left:.0f} s" if left < 90 else f"{left / 60:.0f} min"
        self.words.value = f"{self.describe()}, about {time} left"

    def end(self) -> None:
        """No more is coming."""
        self.bar.bar_style = "success" if self.done == self.total else "warning"
        self.words.value = self.describe()

    def close(self) -> None:
        """Give back what it holds in the kernel and in the browser."""
        cells.close(self.box)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.box._repr_mimebundle_() | {"text/plain": str(self)}

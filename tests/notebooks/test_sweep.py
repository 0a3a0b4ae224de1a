"""Every live figure of every notebook, driven through all its knobs in a real kernel."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from bn_lib.figures.picture import Picture
from bn_lib.live import again, explore
from tests.notebooks import driver

HERE = Path(__file__).resolve().parent

SWEEP = f"""
import json, sys
import matplotlib.pyplot
sys.path.insert(0, {str(HERE)!r})
import driver
print(json.dumps([driver.problems_of_all(), matplotlib.pyplot.get_fignums()]))
"""


def test_knobs_move_figures_and_nothing_breaks(path, runs):
    client = runs[path]
    cell = new_code_cell(SWEEP)
    client.execute_cell(cell, 0, store_history=False)
    found, open_figures = json.loads(cell.outputs[0].text)
    shown = sum(bool(re.search(r"^explore\(", c.source, re.MULTILINE)) for c in client.nb.cells)
    assert len(found) >= shown
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert open_figures == []


# ---------------------------------------------------------------- the driver itself


class Bar(Picture):
    """A line as long as its number."""

    def __init__(self):
        super().__init__(300, 200)

    def build(self):
        self.axes = self.figure.subplots()
        self.axes.set_xlim(0, 10)
        self.line = self.moves(self.axes.plot([0, 0], [0, 1])[0])

    def update(self, result, **position):
        self.line.set_xdata([0, result])
        self.sentence = f"it is {result:.2f}"


class Dumb(Bar):
    def update(self, result, **position):
        super().update(result)
        self.sentence = "it is what it is"


class Growing(Bar):
    def update(self, result, **position):
        super().update(result)
        self.axes.plot([0, result], [0, 0])


def works(length=2.0, twice=False, seed=0):
    return length * (1 + twice) + seed / 100


@pytest.mark.parametrize(
    ("function", "picture", "named"),
    [
        (works, Bar, None),
        (lambda length=2.0, twice=False, seed=0: 1 / (length - 10), Bar, "length=10.0.*division"),
        (lambda length=2.0, twice=False, seed=0: np.log(length), Bar, "it is -inf"),
        (lambda length=2.0, twice=False, seed=0: length + seed, Bar, "twice from end .* moves no"),
        (works, Dumb, "leaves the sentence as it is: it is what it is"),
        (works, Growing, r"\d+ artists have become"),
    ],
)
@np.errstate(all="ignore")
def test_the_driver_sees(function, picture, named):
    explorer = explore(
        function,
        picture(),
        presets={"long": {"length": 9}},
        length=(0, 10, 1),
        twice=False,
        seed=again("new"),
    )
    found = driver.problems(explorer)
    if named is None:
        assert found == []
    else:
        assert re.search(named, "\n".join(found))

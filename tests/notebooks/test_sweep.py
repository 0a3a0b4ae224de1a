"""Every live figure of every notebook, driven through all its knobs in a real kernel."""

import json
import re
from pathlib import Path

import build
import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from bn_lib.figures.picture import Picture
from bn_lib.live import again, explore
from tests.notebooks import driver

HERE = Path(__file__).resolve().parent


def ask(client, question: str):
    """The value of an expression in a notebook's kernel."""
    lines = [
        "import json, sys, matplotlib.pyplot",
        f"sys.path.insert(0, {str(HERE)!r})",
        "import driver",
        f"print(json.dumps({question}))",
    ]
    cell = new_code_cell("\n".join(lines))
    client.execute_cell(cell, 0, store_history=False)
    return json.loads(cell.outputs[0].text)


def test_knobs_move_figures_and_nothing_breaks(path, runs):
    found = ask(runs[path], "driver.problems_of_all()")
    shown = [c for c in runs[path].nb.cells if re.search(r"^explore\(", c.source, re.MULTILINE)]
    assert len(found) >= len(shown)
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert ask(runs[path], "matplotlib.pyplot.get_fignums()") == []


def test_an_error_appears_and_the_next_good_value_recovers(runs):
    client = runs[build.FOLDER / "00_start_here.ipynb"]
    before, there, after = ask(client, "driver.error_on_purpose()")
    assert before[0] == after[0] == ""
    assert there[0] == "ValueError: my γ must not be negative (strict, line 3)"
    assert there[1] == before[1], "the last good picture stays"
    assert after[1] != before[1]


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
        (
            lambda length=2.0, twice=False, seed=0: 1 / (length - 10),
            Bar,
            "at length=10, .*division",
        ),
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

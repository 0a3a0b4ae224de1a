"""The driver that moves every knob of the notebooks' figures sees what is wrong with one."""

import asyncio
import re
from functools import partial
from typing import ClassVar

import numpy as np
import pytest
from matplotlib.figure import Figure

from bn_lib.live import again, explore
from bn_lib.live.progress import Watch
from bn_lib.network import Linear, squared_error
from bn_lib.pictures.picture import Picture
from bn_lib.training import SGD, Training
from tests.notebooks import driver


class Bar(Picture):
    """A line as long as its number."""

    def __init__(self):
        with self.drawing(300, 200):
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


class Named(Bar):
    """A line with a name that the notebook hands over, which moves."""

    def __init__(self, name):
        super().__init__()
        self.moves(self.axes.text(4, 0.5, name))


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
        (works, partial(Named, "a name"), None),
        (
            works,
            partial(Named, "a name that is long"),
            "in large text 'a name that is long' is cut",
        ),
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
    found = driver.Sweep(explorer).problems
    if named is None:
        assert found == []
    else:
        assert re.search(named, "\n".join(found))


class Leaving(Bar):
    left: ClassVar = []

    def update(self, result, **position):
        super().update(result)
        self.left.append(Figure())


def test_the_driver_sees_figures_that_are_left(monkeypatch):
    seen = []
    for picture in (Bar, Leaving):
        explorer = explore(lambda length=2.0: length, picture(), length=(0, 10, 1))
        monkeypatch.setattr(driver, "explorers", lambda one=explorer: [one])
        monkeypatch.setattr(driver, "watches", list)
        seen.append(driver.problems_of_all()["all"])
    assert seen[0] == []
    assert re.search(r"figures, and \d+ more after moves", seen[1][0])


class Loss(Bar):
    def update(self, record):
        super().update(record["step"][-1])


class Restless(Bar):
    """Another picture each time."""

    def update(self, record):
        self.times = getattr(self, "times", 0) + 1
        super().update(self.times % 7)


class Forgetful(Bar):
    def update(self, record):
        super().update(record["step"][-1])
        self.axes.plot([0, 1], [0, 0])


def watched(picture):
    """A training of eight steps, as `watch` leaves it."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(16, 2))
    job = Training([Linear(2, 2, rng)], x, x, SGD(0.1), rng, 8, loss=squared_error)
    live = Watch(job, picture, 8, None)
    asyncio.run(live.train())
    live.end()
    return live


def stops_early(live):
    live.stopped = True
    live.trainings[""].step = 5
    live.draw()


def can_be_stopped(live):
    live.canvas.buttons = [{"name": "stop", "enabled": True}]


@pytest.mark.parametrize(
    ("picture", "spoil", "named"),
    [
        (Loss, lambda live: None, None),
        (Loss, stops_early, "at the end it says '5 of 8 steps, stopped'"),
        (
            Loss,
            lambda live: setattr(live.canvas, "buttons", [{"name": "stop", "enabled": True}]),
            "is not disabled",
        ),
        (Loss, lambda live: setattr(live.picture, "sentence", "it is nan"), "still says 'it is 8"),
        (
            Loss,
            lambda live: setattr(live.picture, "enlarge", lambda factor: None),
            "nothing at all",
        ),
        (Restless, lambda live: None, "another one when it is drawn again"),
        (Forgetful, lambda live: None, r"\d+ artists have become"),
    ],
)
def test_the_driver_sees_what_a_training_leaves(picture, spoil, named):
    live = watched(picture())
    spoil(live)
    found = driver.Watched(live).problems
    if named is None:
        assert found == []
    else:
        assert re.search(named, "\n".join(found))

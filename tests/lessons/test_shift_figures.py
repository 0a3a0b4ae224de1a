"""What the figures of the topic *shift* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import ManySettings, TwoViews, View
from tests.lessons.pictures import Figure, overlapping

STEPS = np.arange(0, 101, 20)


# ---------------------------------------------------------------- many settings


def test_settings_are_counted_on_the_right_side_of_the_diagonal():
    picture = ManySettings(["tanh", "relu", "tanh", "relu"], exceptions=1)
    without, with_ = np.array([0.1, 1e9, 0.1, 0.1]), np.array([0.01, 0.1, 0.2, 0.3])
    picture.update((without, with_, 2), of="mean", exceptions=True)
    assert picture.describe() == (
        "mean: less with batch norm in 2 of 3 settings and 0 of the exceptions."
        " In the ring 0.1 without, 0.2 with."
    )
    assert picture.beyond.get_text() == "1 lie farther right ▶"
    (_, tanh, none), (_, relu, hollow) = picture.groups
    assert [len(line.get_xdata()) for line in (tanh, none, relu, hollow)] == [2, 0, 1, 1]
    picture.update((without, with_, 0), of="mean", exceptions=False)
    assert len(hollow.get_xdata()) == 0
    assert "exceptions" not in picture.describe()


# ---------------------------------------------------------------- two views


def record(last, shift):
    rise = np.linspace(0, 1, len(STEPS))
    return {"step": STEPS, "right": last * rise, "drift": shift * (1 + rise)}


RIGHT, DRIFT = View("right", "right", 0, 1.04, form=".0%"), View("drift", "drift", 1e-4, 10, "log")


def three(lasts):
    return {n: record(v, s) for n, v, s in zip("abc", lasts, (1e-9, 2, 99), strict=True)}


LASTS = [(1, 1, 1), (0, 0, 0), (0.98, 0.97, 0.99), (0.1, 0.9, 0.5)]


@pytest.mark.parametrize("lasts", LASTS)
def test_two_views_write_the_last_values_apart(lasts):
    picture = TwoViews(["a", "b", "c"], 100, RIGHT, DRIFT)
    picture.update(three(lasts))
    for view in (RIGHT, DRIFT):
        assert overlapping([picture.ends[name, view] for name in "abc"], picture) == []
    assert f"right: {lasts[0]:.0%} a".replace("%", " %") in picture.describe()


def test_two_views_need_a_record_for_each_name():
    picture = TwoViews(["a", "b"], 100, RIGHT, DRIFT)
    with pytest.raises(TypeError, match=r"records of \['a', 'b'\]"):
        picture.update({"a": record(1, 1)})


def settings(size):
    without = size * np.geomspace(1e-3, 1e3, 6)
    return without, without[::-1] / 50, 2


KINDS = ["tanh", "relu", "sigmoid", "tanh", "relu", "sigmoid"]
FIGURES = [
    Figure(
        lambda: ManySettings(KINDS, exceptions=2),
        [
            (settings(size), dict(of="mean and spread together", exceptions=more))
            for size in (1e-4, 1, 1e9)
            for more in (True, False)
        ],
    ),
    Figure(
        lambda: TwoViews(["a", "b", "c"], 100, RIGHT, DRIFT), [(three(last), {}) for last in LASTS]
    ),
]

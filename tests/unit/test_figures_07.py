"""Notebook 07: its figures at every position, the recorded sweep, and the check of drift."""

import numpy as np
import pytest

from bn_lib.data import drift_sweep
from bn_lib.figures import ManySettings, Percentiles, TwoViews, View
from tests.unit.pictures import clipped, overlapping
from tools.records import drift as script

STEPS = np.arange(0, 101, 20)


# ---------------------------------------------------------------- percentiles


def band(low, middle, high):
    return np.outer(np.ones(len(STEPS)), [low, middle, high])


@pytest.mark.parametrize(
    "ends", [(-1, 0, 1), (0, 0, 0), (-30, -29.9, -29.8), (20, 20, 20), (-40, 0, 40)]
)
def test_percentiles_show_names_that_can_be_read_wherever_the_curves_end(ends):
    picture = Percentiles(STEPS)
    picture.update([band(*ends), band(-1, 0, 1)])
    side = picture.sides[0]
    assert [line.get_ydata()[-1] for line in side["lines"]] == list(ends)
    assert clipped(picture) == []
    assert overlapping(side["names"], picture) == []
    assert side["below"].get_text() == (f"▼ down to {ends[0]:.1f}".replace("-", "−")) * (
        ends[0] < -5.5
    )
    assert side["above"].get_text() == f"▲ up to {ends[2]:.1f}" * (ends[2] > 5.5)


def test_percentiles_say_where_the_median_goes():
    moving = band(-1, 0, 1)
    moving[:, 1] = [0, 1, -2, 0, 0, 0.5]
    picture = Percentiles(STEPS)
    picture.update([moving, band(-1, 0, 1)])
    assert "goes from 0.0 to 0.5, between −2.0 and 1.0. With it" in picture.describe()


def test_a_bad_result_leaves_the_picture():
    picture = Percentiles(STEPS)
    picture.update([band(-1, 0, 1), band(-1, 0, 1)])
    said = picture.describe()
    for bad, message in (([band(0, 1, 2)[:, :2]] * 2, "shape"), (None, "return without, with")):
        with pytest.raises((TypeError, ValueError), match=message):
            picture.update(bad)
    assert picture.describe() == said


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
    assert clipped(picture) == []
    picture.update((without, with_, 0), of="mean", exceptions=False)
    assert len(hollow.get_xdata()) == 0
    assert "exceptions" not in picture.describe()


# ---------------------------------------------------------------- two views


def record(last, shift):
    rise = np.linspace(0, 1, len(STEPS))
    return {"step": STEPS, "right": last * rise, "drift": shift * (1 + rise)}


RIGHT, DRIFT = View("right", "right", 0, 1.04, form=".0%"), View("drift", "drift", 1e-4, 10, "log")


@pytest.mark.parametrize("lasts", [(1, 1, 1), (0, 0, 0), (0.98, 0.97, 0.99), (0.1, 0.9, 0.5)])
def test_two_views_write_the_last_values_apart(lasts):
    picture = TwoViews(["a", "b", "c"], 100, RIGHT, DRIFT)
    picture.update({n: record(v, s) for n, v, s in zip("abc", lasts, (1e-9, 2, 99), strict=True)})
    for view in (RIGHT, DRIFT):
        assert overlapping([picture.ends[name, view] for name in "abc"], picture) == []
    assert clipped(picture) == []
    assert f"right: {lasts[0]:.0%} a".replace("%", " %") in picture.describe()


def test_two_views_need_a_record_for_each_name():
    picture = TwoViews(["a", "b"], 100, RIGHT, DRIFT)
    with pytest.raises(TypeError, match=r"records of \['a', 'b'\]"):
        picture.update({"a": record(1, 1)})


# ---------------------------------------------------------------- the recorded sweep


SETTINGS = [("tanh", 1, 0.1, 1, 1), ("sigmoid", 0.3, 0.02, 1, 1), ("tanh", 1, 0.1, 1, 300)]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_of_the_sweep_comes_out_again(setting, monkeypatch):
    monkeypatch.setattr(script, "STEPS", 100)
    sweep = drift_sweep()
    assert sweep.settings == [(n, *map(float, rest)) for n, *rest in script.GRID + script.MORE]
    found, right = script.measured(*setting)
    at = sweep.settings.index(setting)
    recorded = np.array([[sweep.numbers[q][p][at] for q in ("mean / σ", "mean")]
                         for p in ("without", "with", "before")])  # fmt: skip
    # A quarter of the steps: drifts of the same size, not the same.
    ratio = np.array(found)[:, :2] / recorded
    assert np.all((ratio > 0.4) & (ratio < 3)), ratio
    assert len(right) == 2

"""Knobs: from the arguments of `explore` to widgets."""

import numpy as np
import pytest

from bn_lib.live import again, play, steps
from bn_lib.live.knobs import is_constant, knob


def positions(slider):
    return list(slider.values)


def start(knob):
    return knob.values[knob.start]


def test_a_tuple_is_a_slider_from_end_to_end():
    slider = knob("gamma", (0, 5))
    assert slider.kind == "slider"
    assert (positions(slider)[0], positions(slider)[-1]) == (0, 5)
    assert slider.label == "γ"


def test_a_step_is_kept_exactly():
    assert positions(knob("x", (0, 1, 0.1)))[3] == 0.3
    assert knob("x", (0, 1, 0.25)).words == ["0.00", "0.25", "0.50", "0.75", "1.00"]


@pytest.mark.parametrize(
    ("spec", "first", "last"),
    [
        ((0, np.pi), ["0", "0.03142"], ["3.11", "3.142"]),
        ((0, 1.1), ["0.000", "0.011"], ["1.089", "1.100"]),
        ((0, 1.25, 0.5), ["0.00", "0.50"], ["1.00", "1.25"]),
        ((0, 1.04, 0.1), ["0.00", "0.10"], ["1.00", "1.04"]),
        ((0.05, 1.05, 0.1), ["0.05", "0.15"], ["0.95", "1.05"]),
        ((1000, 1000 + np.pi), ["1000", "1000.03"], ["1003.11", "1003.14"]),
        ((0, 1e-7), ["0", "1e-09"], ["9.9e-08", "1e-07"]),
        ((10**6, 10**6 + 20), ["1000000", "1000001"], ["1000019", "1000020"]),
        ((1, 10), ["1", "2"], ["9", "10"]),
    ],
)
def test_each_position_has_words_of_its_own(spec, first, last):
    words = knob("x", spec).words
    assert (words[:2], words[-2:]) == (first, last)
    assert len(set(words)) == len(words)


def test_whole_numbers_stay_whole():
    for high in (10, 40):
        values = positions(knob("depth", (1, high), start=3))
        assert values == list(range(1, high + 1))
        assert all(isinstance(value, int) for value in values)


def test_whole_ends_are_no_whole_knob_where_it_starts_or_snaps_at_a_float():
    assert 0.05 in positions(knob("gamma", (0, 5), start=1.0))
    assert 0.05 in positions(knob("gamma", (0, 5), start=1, snaps=[1.5]))


def test_the_end_is_reached_even_if_the_step_does_not_divide_the_range():
    assert positions(knob("x", (0, 1, 0.3))) == [0, 0.3, 0.6, 0.9, 1]


def test_a_snap_takes_the_place_of_the_nearest_position():
    values = positions(knob("gamma", (0, 5, 0.05), snaps=[1.7563]))
    assert 1.7563 in values
    assert 1.75 not in values
    assert {1.70, 1.80} < set(values)
    assert len(values) == 101


def test_values_that_matter_do_not_push_each_other_or_the_ends_away():
    values = positions(knob("gamma", (0, 5, 0.05), start=1, snaps=[1.0123, 4.99]))
    assert {1, 1.0123, 4.99, 5} < set(values)


def test_it_starts_where_told_or_else_in_the_middle():
    assert start(knob("gamma", (0, 5), start=1)) == 1
    assert start(knob("gamma", (0, 4, 1))) == 2


def test_steps_make_a_slider_through_the_values():
    slider = knob("N", steps(2, 8, 32), start=8)
    assert positions(slider) == [2, 8, 32]
    assert start(slider) == 8
    assert slider.index(32) == 2


def test_a_list_is_a_menu_and_a_bool_a_checkbox():
    menu = knob("mode", ["training", "inference"], start="inference")
    assert menu.kind == "menu"
    assert start(menu) == "inference"
    assert start(knob("eps", {"none": 0.0, "small": 1e-5})) == 0.0
    box = knob("with_eps", False)
    assert box.kind == "checkbox"
    assert box.label == "with ε"
    assert (positions(box), start(box)) == ([False, True], False)


def test_a_menu_holds_any_objects_and_only_words_travel():
    one, other, array = object(), [1, 2], np.arange(3)
    menu = knob("what", {"one": one, "other": other, "array": array}, start=array)
    assert [menu.index(value) for value in (one, [1, 2], np.arange(3))] == [0, 1, 2]
    assert menu.describe() == {
        "kind": "menu", "label": "what", "words": ["one", "other", "array"], "plays": False,
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"what cannot be 7; it is one of \[one, other, array"):
        menu.index(7)


def test_a_knob_that_plays_is_a_slider():
    assert knob("step", play(0, 60, 30)).describe() == {
        "kind": "slider", "label": "step", "words": ["0", "30", "60"], "plays": True,
    }  # fmt: skip
    assert positions(knob("N", play(steps(2, 4, 8)))) == [2, 4, 8]


def test_a_label_says_what_it_acts_on():
    assert knob("value", (0, 1), label="value of the picked cell").label.endswith("picked cell")


@pytest.mark.parametrize("constant", [4, 2.5, "sigmoid", None, np.arange(3)])
def test_what_is_no_knob_is_a_constant(constant):
    assert is_constant(constant)


@pytest.mark.parametrize("spec", [(0, 1), [1], {"a": 1}, True, steps(1), play(0, 1), again("x")])
def test_what_is_a_knob_is_no_constant(spec):
    assert not is_constant(spec)


def test_again_counts_its_presses():
    button = knob("seed", again("new batch"))
    assert (button.kind, button.label) == ("button", "new batch")
    assert (start(button), button.index(2)) == (0, 2)


@pytest.mark.parametrize(
    ("spec", "keywords", "error", "message"),
    [
        ((5, 0), {}, ValueError, r"gamma=\(5, 0\) is empty; the first number must be the smaller"),
        ((0, float("inf")), {}, ValueError, "needs finite numbers, but got 0, inf, None"),
        ((0, 5, float("nan")), {}, ValueError, "needs finite numbers, but got 0, 5, nan"),
        (steps(), {}, ValueError, r"gamma=steps\(\) is an empty slider; give it at least one"),
        ((0, 5, 0), {}, ValueError, "the step must be above 0, but is 0"),
        ((0, 5), {"start": 7}, ValueError, "gamma: 7 lies outside of the slider, 0 to 5"),
        ((0, 5), {"snaps": [-1]}, ValueError, "-1 lies outside of the slider"),
        (["a"], {"start": "b"}, ValueError, "'b' is not in the menu"),
        ([], {}, ValueError, "empty menu; give it at least one value"),
        ((3.0,), {}, TypeError, r"gamma=\(3.0,\) is no knob; use .low, high. or"),
    ],
)
def test_what_is_wrong_is_said(spec, keywords, error, message):
    with pytest.raises(error, match=message):
        knob("gamma", spec, **keywords)

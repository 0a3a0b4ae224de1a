"""What the figures of the topic *build* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import OnTop
from tests.lessons.pictures import Figure

LOSSES = 2.5 * np.exp(-np.linspace(0, 4, 300))


def both(library=LOSSES, yours=LOSSES):
    return {"the library's": library, "yours": yours}


def shown(result):
    picture = OnTop(300)
    picture.update(result)
    return picture


def test_without_the_learners_layer_its_place_is_kept():
    picture = shown({"the library's": LOSSES})
    assert (
        picture.describe() == "After 300 steps the library's loss is 0.046; yours is still to come."
    )
    assert picture.missing.get_text() == "your layer is still to come"
    assert len(picture.yours.get_xdata()) == len(picture.gap.get_xdata()) == 0
    picture.update(both())
    assert picture.missing.get_text() == ""


def test_how_far_apart_they_are():
    picture = shown(both(yours=LOSSES + 3e-6))
    assert picture.describe() == (
        "After 300 steps the library's loss is 0.046, yours 0.046; they are at most 3·10⁻⁶ apart."
    )
    assert np.allclose(picture.gap.get_ydata(), 3e-6, rtol=1e-6)


def test_what_is_equal_is_drawn_at_the_lower_end():
    gaps = shown(both()).gap.get_ydata()
    assert np.all(gaps > OnTop.LEAST)
    assert np.all(gaps < 1e-16)


def test_they_are_compared_as_far_as_both_have_come():
    picture = shown(both(yours=LOSSES[:10]))
    assert len(picture.gap.get_xdata()) == 10
    assert len(picture.reference.get_xdata()) == 300


def test_before_the_first_step_there_is_no_loss():
    nothing = np.array([])
    assert "not known" in shown(both(nothing, nothing)).describe()


@pytest.mark.parametrize("bad", [{}, {"yours": LOSSES}, both() | {"another": LOSSES}, None])
def test_other_names_are_refused(bad):
    with pytest.raises(TypeError, match="the figure needs a dict with"):
        OnTop(300).update(bad)


FIGURES = [
    Figure(
        lambda: OnTop(300),
        [
            (both(yours=LOSSES + 1e-13), {}),
            (both(), {}),
            (both(LOSSES[:1], LOSSES[:1]), {}),
            (both(yours=LOSSES[::-1].copy()), {}),
            ({"the library's": LOSSES}, {}),
        ],
    )
]

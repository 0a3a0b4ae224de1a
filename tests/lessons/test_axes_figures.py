"""What the figures of the topic *axes* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import Block, OneLine, ShiftedImage, WhatMoves
from bn_lib.figures.axes import NORMS
from bn_lib.normalization import group_norm, normalize, rms_norm
from tests.lessons.pictures import Figure, overlapping

X = np.random.default_rng(0).normal(size=(4, 6, 3, 3))
PICKED = (1, 2, 1, 1)
AXES = {"batch": (0, 2, 3), "layer": (1, 2, 3), "instance": (2, 3)}


def normalized(x, norm, groups=2):
    if norm == "group":
        return group_norm(x, groups, eps=0)[0]
    return rms_norm(x, eps=0)[0] if norm == "RMS" else normalize(x, 0, AXES[norm])


def drag(value, norm, groups=2):
    x = X.copy()
    x[PICKED] = value
    return x, normalized(x, norm, groups), normalized(X, norm, groups)


def block(value, norm, groups=2):
    picture = Block(X.shape, PICKED)
    picture.update(drag(value, norm, groups), norm=norm, groups=groups)
    return picture


SIZES = {"batch": 36, "layer": 54, "instance": 9, "RMS": 54}


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_the_frame_of_the_block_holds_just_the_outputs_that_move(norm, groups):
    picture = block(4.0, norm, groups)
    (left, right), (bottom, top) = (
        (each.min(), each.max()) for each in np.asarray(picture.after["frame"].get_data())
    )
    across, down = np.asarray(picture.moved.get_data())
    inside = (left < across) & (across < right) & (bottom < down) & (down < top)
    size = 54 // groups if norm == "group" else SIZES[norm]
    assert inside.all()
    assert len(across) == size == (right - left) * (top - bottom)
    assert f"{size} values share" in picture.describe()
    assert f"{size} outputs have moved" in picture.describe()


def test_the_block_says_where_outputs_have_moved():
    assert block(4.0, "batch").describe() == (
        "Batch norm: 36 values share μ and σ. The dragged one is 4.0; 36 outputs have moved, in "
        "examples 1 to 4, channel C."
    )
    assert block(4.0, "group", 2).describe().endswith("in example 2, channels A to C.")
    assert "share a root mean square" in block(4.0, "RMS").describe()
    assert block(4.0, "RMS", 1).describe().startswith("RMS norm: 54 values")
    assert block(X[PICKED], "layer").describe().endswith("no output has moved.")


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (1, "Group norm with 1 group, like layer norm: 54 values"),
        (2, "Group norm with 2 groups: 27 values"),
        (6, "Group norm with 6 groups, like instance norm: 9 values"),
    ],
)
def test_a_number_is_group_norm_and_at_both_ends_it_is_said_which_other_norm_that_is(groups, words):
    picture = Block(X.shape, PICKED)
    picture.update(drag(4.0, "group", groups), norm=groups)
    assert picture.describe().startswith(words)
    assert picture.describe() == block(4.0, "group", groups).describe()


def test_what_the_block_calls_deepest_green_begins_where_it_says():
    image = block(4.0, "batch").after["image"]
    below, at, above = (tuple(image.cmap(image.norm(Block.MOST + d))) for d in (-0.01, 0.001, 9))
    assert below != at == above


def test_the_block_shows_example_2_in_its_second_row_and_channel_c_in_its_third_column():
    picture = block(2.5, "batch")
    shown = picture.before["image"].get_array()
    assert shown.shape == (12, 18)
    assert shown[4, 7] == 2.5
    np.testing.assert_array_equal(shown[3:6, 6:9], drag(2.5, "batch")[0][1, 2])
    np.testing.assert_array_equal(picture.before["value"].get_data(), [[7.5], [4.5]])


def test_walls_stand_between_all_sets_of_a_block():
    counts = [len(block(1.0, norm, 3).before["walls"].get_segments()) for norm in NORMS]
    # the outer four, and between channels, examples, both, groups and examples, examples
    assert counts == [7 + 2, 2 + 5, 7 + 5, 4 + 5, 2 + 5]


@pytest.mark.parametrize(("norm", "groups"), [("weight", 2), ("group", 4), ("group", 0), (4, 2)])
def test_a_block_refuses_other_norms_and_groups_that_do_not_divide(norm, groups):
    picture = block(4.0, "batch")
    before = picture.describe()
    with pytest.raises(ValueError, match="but the figure has"):
        picture.update(drag(1.0, "batch"), norm=norm, groups=groups)
    assert picture.describe() == before


CHANGES = ("everything ×", "example 2 ×", "example 2 +", "channel C ×", "channel C of example 2 ×")


def moves(everything=1.0, example=1.0, plus=0, channel=1.0, one=1.0):
    changed = [X.copy() for _ in CHANGES]
    changed[0] *= everything
    changed[1][1] *= example
    changed[2][1] += plus
    changed[3][:, 2] *= channel
    changed[4][1, 2] *= one
    moved = [
        [np.abs(normalized(x, norm) - normalized(X, norm)).max() for norm in NORMS] for x in changed
    ]
    return moved, [bool((x != X).any()) for x in changed]


def test_a_row_is_empty_until_its_change_is_made():
    picture = WhatMoves(CHANGES)
    picture.update(moves())
    assert {text.get_text() for row in picture.cells for text in row} == {""}
    assert picture.describe() == "0 of 5 changes made: the table is empty."
    picture.update(moves(example=3))
    texts = [[text.get_text() for text in row] for row in picture.cells]
    assert texts[1][1:] == ["0"] * 4
    assert float(texts[1][0]) > 1
    assert {text for i in (0, 2, 3, 4) for text in texts[i]} == {""}
    assert picture.describe().startswith(
        "1 of 5 changes made. Norms with which no output moves: layer, instance, group, RMS. The"
    )
    picture.update(moves(everything=3))
    assert picture.describe().endswith(" made. No output moves with any norm.")
    picture.update(moves(plus=3, channel=3))
    assert "no output moves: instance. The largest change is" in picture.describe()


DIGIT = np.arange(64.0).reshape(8, 8) / 20 - 1


def shifted(shift=0):
    moved = np.roll(DIGIT, shift, 1)
    return abs(moved), moved, moved, moved * (1 + shift), (0.0, 5.1 * shift)


def test_the_shifted_image_says_what_has_changed():
    picture = ShiftedImage((8, 8))
    picture.update(shifted(2), shift=2)
    assert [words.get_text() for words in picture.words] == ["change: 0", "change: 10.2"]
    np.testing.assert_array_equal(picture.maps[1].get_array(), np.roll(DIGIT, 2, 1))
    assert picture.describe() == (
        "Moved by 2 places. Apart from this move, a normalized value changes by at most 0 with "
        "shared μ and σ, 10.2 with separate ones."
    )
    picture.update(shifted(1), shift=1)
    assert "Moved by 1 place. " in picture.describe()


def lines(norm="layer", spread=1.0):
    rng = np.random.default_rng(1)
    x_hat = rng.normal(size=(4, 16))
    x = (1 + spread * np.arange(4.0)[:, None]) * x_hat + spread * np.array([[2.0], [-3], [0], [1]])
    return x_hat, x, (0.0, 0.5, 0.44, 0.7, 0.004)


def test_one_line_shows_an_example_in_each_color_and_the_best_line():
    picture = OneLine(4, 16)
    x_hat, x, left = lines()
    picture.update((x_hat, x, left), norm="layer")
    for dots, a, b in zip(picture.dots, x_hat, x, strict=True):
        np.testing.assert_array_equal(dots.get_data(), [a, b])
    slope, intercept = np.polyfit(x_hat.ravel(), x.ravel(), 1)
    np.testing.assert_allclose(
        picture.line.get_ydata(), intercept + slope * np.array([-4, 4]), rtol=1e-12
    )
    assert [w.get_text() for w in picture.shares] == ["0", "50 %", "44 %", "70 %", "0.4 %"]
    assert picture.describe() == (
        "Share of the variance not brought back: batch 0, layer 50 %, instance 44 %, group 70 %, "
        f"RMS 0.4 %. The best line of layer norm has γ = {slope:.2f}, β = {intercept:.2f}.".replace(
            "-", "−"
        )
    )
    assert overlapping(picture.shares, picture) == []


FIGURES = [
    Figure(
        lambda: Block(X.shape, PICKED),
        [
            (drag(value, norm, groups), dict(norm=norm, groups=groups))
            for value, norm, groups in [
                (-6, "batch", 2), (6.0, "layer", 1), (0, "instance", 6), (2, "RMS", 3),
                (6.0, "group", 2),
            ]
        ],
    ),
    Figure(
        lambda: WhatMoves(CHANGES),
        [(moves(), {}), (moves(3, 3, 3, 3, 3), {}), (moves(channel=0.01, plus=-100), {})],
    ),
    Figure(lambda: ShiftedImage((8, 8)), [(shifted(i), dict(shift=i)) for i in (0, 7, 1)]),
    Figure(
        lambda: OneLine(4, 16),
        [
            (lines(norm, spread), dict(norm=norm))
            for norm, spread in [("batch", 0), ("RMS", 3.0), ("layer", 1.0)]
        ],
    ),
]  # fmt: skip

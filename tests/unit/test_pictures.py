"""The kit of pictures: its words, its checks, its marks; and that only it knows looks."""

import re
from pathlib import Path

import numpy as np
import pytest

import bn_lib
from bn_lib.pictures.checks import place, take, unpack
from bn_lib.pictures.marks import Beyond, Dots, Line, Rods
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.words import outside, power, rounded, short, span

LIBRARY = Path(bn_lib.__file__).parent
LOOK = re.compile(r"#[0-9a-fA-F]{6}|(fontsize|linewidth|lw|markersize|ms|mew)=(?!0\b)[\d.]")


@pytest.mark.parametrize("file", sorted((LIBRARY / "figures").glob("*.py")), ids=lambda f: f.stem)
def test_colors_and_sizes_have_their_names_in_style(file):
    assert [line for line in file.read_text("utf-8").splitlines() if LOOK.search(line)] == []


def test_the_kit_is_small_and_so_is_each_file_of_figures():
    def lines(file):
        return len(file.read_text("utf-8").splitlines())

    assert sum(map(lines, (LIBRARY / "pictures").glob("*.py"))) <= 600
    assert max(map(lines, (LIBRARY / "figures").glob("*.py"))) < 400


def test_unpack_says_which_parts_are_needed():
    assert unpack((1, 2), "H", "H_hat") == (1, 2)
    with pytest.raises(TypeError, match="needs `return H, H_hat`, but the result is ndarray"):
        unpack(np.ones(2), "H", "H_hat")
    with pytest.raises(TypeError, match="needs `return H, H_hat`, but the result is 3 of them"):
        unpack((1, 2, 3), "H", "H_hat")


def test_take_names_the_part_that_is_wrong_and_what_it_is_a_part_of():
    values, number = take(([1, 2], 3), z=(2,), share=())
    np.testing.assert_array_equal(values, [1, 2])
    assert number == 3
    with pytest.raises(
        ValueError, match=r"z without has shape \(2,\), but the figure needs \(3,\)"
    ):
        take(([1, 2], 3), "without", z=(3,), share=())
    with pytest.raises(ValueError, match=r"share without is NaN$"):
        take(([1, 2], np.nan), "without", z=(2,), share=())


def test_place_says_what_there_is():
    assert place(0.3, [0.1, 0.3], "rate") == 1
    with pytest.raises(ValueError, match=r"rate is 2, but the figure has 0\.1, 0\.3"):
        place(2, [0.1, 0.3], "rate")


def test_power_has_two_digits_and_no_needless_exponent():
    values = [0, 0.0054, 0.02, 1.25, 99.4, 99.7, 999.4, 999.7, 1e4]
    assert [power(value) for value in values] == [
        "0", "5.4·10⁻³", "0.02", "1.2", "99", "100", "999", "10³", "10⁴",
    ]  # fmt: skip
    assert power(0.0054, least=1e-3) == "0.0054"


def test_rounded_has_a_real_minus_sign_and_no_minus_zero():
    assert rounded(-1.234) == "−1.23"
    assert rounded(-1e-9) == "0.00"
    assert rounded(2, 0) == "2"


def test_a_short_number_is_a_power_of_ten_where_its_digits_do_not_reach():
    values = [0, -0.5, 100, 9.9999e-5, 1e-5, -1e-5, 2.96e-5, 123456, 999999.6, 2e9]
    assert [short(value) for value in values] == [
        "0", "−0.5", "100", "9.9999·10⁻⁵", "10⁻⁵", "−10⁻⁵", "2.96·10⁻⁵", "123456", "10⁶", "2·10⁹",
    ]  # fmt: skip
    assert [short(value, 2) for value in values] == [
        "0", "−0.5", "100", "0.0001", "10⁻⁵", "−10⁻⁵", "3·10⁻⁵", "1.2·10⁵", "10⁶", "2·10⁹",
    ]  # fmt: skip


def test_spans_and_counts_are_said_only_where_there_is_something():
    assert (span([0.571, 0.86]), span([1, 1.001])) == ("0.57 to 0.86", "1.00")
    assert (outside(0), outside(3), outside(3, "steps")) == ("", "3 outside", "3 steps outside")


class Marks(Picture):
    """One of each mark that counts, on axes from 0 to 10."""

    def __init__(self):
        with self.drawing(300, 200):
            axes = self.figure.subplots()
            axes.set(xlim=(0, 10), ylim=(10, 0))
            self.line, self.dots, self.rods = Line(self, axes), Dots(self, axes), Rods(self, axes)
            self.edges = Beyond(self, axes, (5, 5))


def test_marks_move_in_the_order_of_their_making_and_are_cut_off_at_their_axes():
    picture = Marks()
    assert picture.moving[:3] == [picture.line, picture.dots, picture.rods]
    assert [mark.get_zorder() for mark in picture.moving] == [10, 11, 12, 13, 14]
    assert all(mark.get_clip_on() for mark in picture.moving[:3])


def test_marks_count_what_lies_beyond_their_axes():
    picture = Marks()
    picture.dots.show([-1, 0, 5, 11, 5], [5, 5, 5, 5, 12])
    assert picture.dots.beyond == 3
    picture.edges.show(np.array([-1, 0, 10, 11, 12]))
    assert picture.edges.left.get_text() == "◀ 1 more"
    assert picture.edges.right.get_text() == "2 more ▶"
    picture.edges.show(np.array([5]))
    assert picture.edges.left.get_text() == picture.edges.right.get_text() == ""


def test_a_number_stands_for_as_many_as_there_are_others():
    picture = Marks()
    picture.line.show(3, [0, 1])
    assert picture.line.get_xydata().tolist() == [[3, 0], [3, 1]]
    picture.line.frame(1, 2, 3, 4)
    assert picture.line.get_xydata().tolist() == [[1, 2], [3, 2], [3, 4], [1, 4], [1, 2]]
    picture.rods.show(([1, 2], 0), ([1, 3], [4, 5]))
    ends = [path.vertices.tolist() for path in picture.rods.get_paths()]
    assert ends == [[[1, 0], [1, 4]], [[2, 0], [3, 5]]]

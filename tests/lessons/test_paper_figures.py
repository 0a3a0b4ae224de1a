"""What the figures of the topic *paper* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import ChangingMind, Curves, LongRun, LongRunMap, Percentiles
from bn_lib.figures.paper import at_the_end, first_step
from bn_lib.live.sizes import LARGE
from tests.lessons.pictures import Figure, overlapping

STEPS = np.array([0, 50, 100, 1000, 3000, *range(10_000, 60_000, 10_000)])
LOOKS = np.arange(0, 301, 100)
RATES, STDS = [0.1, 1], [0.03, 0.1, 0.3]


def rising(end, after=1000):
    return np.where(after <= STEPS, end, 0.1)


@pytest.fixture
def mind():
    return ChangingMind(LOOKS)


@pytest.fixture
def run():
    return LongRun(STEPS)


@pytest.fixture
def map_():
    return LongRunMap(STEPS, RATES, STDS, accuracies())


def accuracies():
    """Of two by six networks, which keep theirs from the first step on."""
    accuracy = np.full((2, len(STDS), len(RATES), len(STEPS)), 0.94)
    accuracy[0, 1, 0] = 0.9504  # spread 0.1, rate 0.1
    accuracy[1, 1:] = 0.97
    accuracy[1, 0, 1] = 0.94996  # reads 95.0, and is green
    return accuracy


def at(rate_without, spread_without, rate_with, spread_with):
    return dict(
        rate_without=rate_without,
        spread_without=spread_without,
        rate_with=rate_with,
        spread_with=spread_with,
    )


# ---------------------------------------------------------------- a stubborn digit


def answers(*taken, sure=0.6):
    """Probabilities in which these digits are taken for the answer, one after the other."""
    p = np.full((len(taken), 10), (1 - sure) / 9)
    p[range(len(taken)), taken] = sure
    return p


def test_what_a_digit_is_taken_for_is_marked_and_said(mind):
    image = np.arange(784) % 2
    mind.update((image, answers(3, 8, 3, 9), 9), step=100)
    assert mind.describe() == (
        "Step 100: taken for 8, with 60 %; the digit is 9. The answer changes 3 times in all."
    )
    assert mind.label.get_text() == "The digit: 9"
    assert mind.answer.get_text() == "60 % ✗"
    assert mind.answer.get_position()[1] == 8.5  # beside the bar of 8
    assert [bar.get_xy()[1, 0] for bar in mind.bars.bars] == answers(8)[0].tolist()
    assert mind.image.get_array().ravel().tolist() == image.tolist()
    mind.update((image, answers(3, 8, 3, 9), 9), step=300)
    assert mind.answer.get_text() == "60 % ✓"
    assert set(mind.now.get_xdata()) == {300}


def test_the_course_has_a_row_for_each_digit_and_frames_the_true_one(mind):
    mind.update((np.zeros(784), answers(3, 8, 3, 9), 8), step=0)
    assert mind.course.get_array().argmax(axis=0).tolist() == [3, 8, 3, 9]
    assert mind.course.origin == "upper"  # the browser draws the first row on top
    assert mind.row.axes.get_ylim() == (10, 0)
    assert sorted(set(mind.row.get_ydata())) == [8, 9]


# ---------------------------------------------------------------- the long run


def test_the_first_step_with_a_share_is_found_or_there_is_none():
    assert first_step(STEPS, rising(0.95), 0.95) == 1000
    assert first_step(STEPS, rising(0.95, after=0), 0.95) == 0
    assert first_step(STEPS, rising(0.9), 0.95) is None


def test_the_end_is_the_mean_of_the_last_looks():
    looks = np.arange(30.0)
    assert at_the_end(looks) == looks[-10:].mean()
    assert at_the_end(np.stack([looks, 2 * looks])).tolist() == [24.5, 49]


def test_both_sides_say_when_they_reach_the_share(run):
    run.update((rising(0.9, 0), rising(0.97, 100)), reach=95.0)
    assert run.describe() == (
        "No batch norm: never 95 %, ends at 90.0 %. "
        "Batch norm: 95 % after 100 steps, ends at 79.6 %."
    )
    assert len(run.drops[0].get_xdata()) == 0
    assert list(run.drops[1].get_xdata()) == [100, 100]
    assert set(run.level.get_ydata()) == {0.95}
    run.update((rising(0.9, 0), rising(0.97, 100)), reach=90.0, seed=1)
    assert run.words[0].get_text() == "- - no batch norm: 90 % after 0 steps, ends at 90.0 %"


def test_a_curve_is_named_that_ends_below_the_axes_or_does_not_rise_out_of_their_corner(run, map_):
    low = rising(0.1, 0)
    for sides, first, second in (
        ((rising(0.97, 10_000), rising(0.97, 50)), "▼ no batch norm", ""),
        ((rising(0.97, 10_000), rising(0.97, 100)), "▼ no batch norm", ""),
        ((low, low), "▼ no batch norm", "▼ batch norm"),
        ((rising(0.9, 0), rising(0.9, 0)[::-1]), "", ""),
        ((rising(0.9, 0), rising(0.9, 100)[::-1]), "", "▼ batch norm"),
    ):
        run.update(sides, reach=95.0)
        map_.update(sides, **at(1, 0.03, 0.1, 0.1))
        for picture in (run, map_):
            assert [words.get_text() for words in picture.below] == [first, second]


def test_cells_are_in_their_place_and_counted(map_):
    image, texts, _, title = map_.sides[0]
    assert title.get_text() == "no batch norm: 1 green"
    assert map_.sides[1][3].get_text() == "batch norm: 5 green"
    assert [[text.get_text() for text in column] for column in texts] == [
        ["94.0", "95.0", "94.0"],
        ["94.0", "94.0", "94.0"],
    ]
    assert map_.sides[1][1][1][0].get_text() == "95.0"
    gray, green = image.to_rgba(np.array([[0.949, 0.95]]))[0, :, :3]
    assert np.ptp(gray) < 0.01 < 0.2 < np.ptp(green)


def test_the_picture_says_what_its_colors_mean(map_):
    (legend,) = map_.figure.legends
    image = map_.sides[0][0]
    shown = {
        text.get_text().split(":")[0]: handle.get_markerfacecolor()
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
    }
    assert list(shown) == ["green", "gray", "white"]
    for color, share in zip(shown.values(), (1, 0.94, 0.1), strict=True):
        np.testing.assert_allclose(color, image.to_rgba(np.array([[share]]))[0, 0], atol=0.01)


def test_the_frames_move_freely_each_to_its_own_cell(map_):
    """And each has the look of its curve."""
    runs = rising(0.94, 0), rising(0.97, 1000)
    for position, corners in (
        (at(0.1, 0.3, 1, 0.03), ([0, 2], [1, 0])),
        (at(0.1, 0.3, 0.1, 0.1), ([0, 2], [0, 1])),
        (at(1, 0.03, 0.1, 0.1), ([1, 0], [0, 1])),
    ):
        map_.update(runs, **position)
        rings = [side[2] for side in map_.sides]
        assert [ring.get_xydata().min(axis=0).tolist() for ring in rings] == list(corners)
    assert map_.describe() == (
        "No batch norm, rate 1, spread 0.03: never 95 %, ends at 94.0 %. "
        "Batch norm, rate 0.1, spread 0.1: 95 % after 1,000 steps, ends at 70.9 %."
    )
    for ring, curve, run in zip(rings, map_.curves, runs, strict=True):
        assert (ring.get_color(), ring.get_linestyle()) == (
            curve.get_color(),
            curve.get_linestyle(),
        )
        assert curve.get_ydata().tolist() == run[1:].tolist()
    assert list(map_.labels) == list(at(*range(4)))


@pytest.mark.parametrize("bad", [np.ones((2, 3, 2, 9)), np.full((2, 3, 2, len(STEPS)), np.nan)])
def test_maps_of_another_shape_or_with_holes_are_refused(bad):
    with pytest.raises(ValueError, match="accuracy"):
        LongRunMap(STEPS, RATES, STDS, bad)


# ---------------------------------------------------------------- percentiles

TAKEN = np.arange(0, 101, 20)
ENDS = [(-1, 0, 1), (0, 0, 0), (-30, -29.9, -29.8), (20, 20, 20), (-40, 0, 40)]


def band(low, middle, high):
    return np.outer(np.ones(len(TAKEN)), [low, middle, high])


@pytest.mark.parametrize("ends", ENDS)
def test_percentiles_show_names_that_can_be_read_wherever_the_curves_end(ends):
    picture = Percentiles(TAKEN)
    picture.update([band(*ends), band(-1, 0, 1)])
    side = picture.sides[0]
    assert [line.get_ydata()[-1] for line in side["lines"]] == list(ends)
    assert overlapping(side["names"], picture) == []
    assert side["below"].get_text() == (f"▼ down to {ends[0]:.1f}".replace("-", "−")) * (
        ends[0] < -5.5
    )
    assert side["above"].get_text() == f"▲ up to {ends[2]:.1f}" * (ends[2] > 5.5)


def test_percentiles_say_where_the_median_goes():
    moving = band(-1, 0, 1)
    moving[:, 1] = [0, 1, -2, 0, 0, 0.5]
    picture = Percentiles(TAKEN)
    picture.update([moving, band(-1, 0, 1)])
    assert "goes from 0.0 to 0.5, between −2.0 and 1.0. Batch norm: " in picture.describe()


# ---------------------------------------------------------------- what each figure has to bear


def grown(*shares):
    """Records that end at these shares."""
    steps = np.array([0, 1000, 2000])
    return {
        name: {"step": steps, "accuracy": share * np.array([0.1, 0.5, 1])}
        for name, share in zip(("without BN", "batch norm", "starts undone"), shares, strict=True)
    }


@pytest.mark.parametrize("size", [1, LARGE])
def test_the_words_of_both_networks_lie_apart(run, map_, size):
    for picture in (run, map_):
        picture.enlarge(size)
    for after in (0, 50_000):
        run.update((rising(0.8888, after), rising(1, after)), reach=97.5)
        map_.update((rising(0.8888, after), rising(1, after)), **at(1, 0.03, 0.1, 0.3))
        assert overlapping([*run.words, *run.below], run) == []
        titles = [side[3] for side in map_.sides]
        words = [*map_.words, *map_.below, *titles, map_.figure.axes[0].xaxis.label]
        assert overlapping(words, map_) == []


FIGURES = [
    Figure(
        lambda: Curves(grown(0, 0, 0), until=2000),
        [(grown(*shares), {}) for shares in ((0, 0, 0), (1, 1, 1), (0.1, 0.5, 0.98))],
    ),
    Figure(
        lambda: ChangingMind(LOOKS),
        [
            ((np.ones(784), answers(digit, 0, 9, 5, sure=sure), digit), dict(step=step))
            for digit in (0, 4, 9)
            for sure in (0.2, 1)
            for step in LOOKS[[0, -1]]
        ],
    ),
    Figure(
        lambda: LongRun(STEPS),
        [
            ((rising(end, after), rising(end, after)), dict(reach=97.5, std=0.03, seed=0))
            for after in (0, 50_000)
            for end in (0, 0.8888, 1)
        ],
    ),
    Figure(
        lambda: LongRunMap(STEPS, RATES, STDS, accuracies()),
        [
            ((rising(end, after), rising(1, 50_000)), at(1, 0.03, 0.1, 0.3))
            for after in (0, 50_000)
            for end in (0, 0.888, 1)
        ],
    ),
    Figure(lambda: Percentiles(TAKEN), [([band(*ends), band(-1, 0, 1)], {}) for ends in ENDS]),
]

"""What the figures of the topic *scale* show, and say."""

from itertools import pairwise

import numpy as np
import pytest

from bn_lib.data import rate_map
from bn_lib.figures import ByRate, DecayOrRate, RateMap, ThreeRules, Turn, Walks
from bn_lib.figures.scale import FOUR
from bn_lib.live.sizes import LARGE
from tests.lessons.pictures import Figure, overlapping

STEPS = np.arange(0, 101, 20)
LOSS = np.geomspace(2, 0.1, len(STEPS))
RATE = np.geomspace(0.1, 0.01, len(STEPS))
RULES = ["rate × 1", "rate × a", "rate × a²"]
RATES, SCALES = [0.01, 0.1, 1], [0.5, 1]
SHARES = np.array([[0.1, 0.899], [0.9, 0.95], [0.0, 1.0]])
LENGTHS = [1, 4]
NAMES = {"with": "#222222", "without": "#444444"}


def losses(*factors):
    return {rule: factor * LOSS for rule, factor in zip(RULES, factors, strict=True)}


def a_step(length, across, units=5):
    """Weights along the first axis, and a step at a right angle to them."""
    w, step = np.zeros(units), np.zeros(units)
    w[0], step[1] = length, across
    return w, w + step


def reads(*best):
    """Each network reads so much at the middle rate, on three starts, and guesses elsewhere."""
    shares = np.full((len(best), len(RATES), 3), 0.1)
    shares[:, 1] = np.array(best)[:, None]
    return dict(zip(FOUR, shares, strict=True))


def changes(size):
    return size * np.linspace(-1, 1, 3 * 2).reshape(3, 2)


@pytest.fixture
def rules():
    return ThreeRules(STEPS, LOSS, RULES)


@pytest.fixture
def cells():
    return RateMap(RATES, SCALES)


def test_the_same_curve_is_said_of_that_which_is_the_same(rules):
    rules.update(losses(7, 3, 1), a=10)
    assert [name.get_text() for name in rules.names.values()] == [
        "rate × 1: 0.7",
        "rate × a: 0.3",
        "rate × a²: ✓ the same",
    ]
    assert rules.describe() == (
        "a = 10: after 100 steps the loss is 0.7 with rate × 1, 0.3 with rate × a, 0.1 with"
        " rate × a²; of the original 0.1 (the same curve: rate × a²)."
    )
    rules.update(losses(7, 3, 1 + 1e-6), a=10)
    assert "same" not in rules.describe()
    assert rules.curves["rate × a"].get_ydata().tolist() == (3 * LOSS).tolist()


def test_the_turn_of_a_step():
    turn = Turn(one=2)
    turn.update(a_step(2, 2), a=1)
    assert turn.describe() == (
        "a = 1: weights of length 2, a step of 2: turned by 45°, now of length 2.83."
    )
    ends = [arrow.head.get_xy()[0].tolist() for arrow in (turn.before, turn.step, turn.after)]
    assert ends == [[1, 0], [1, 1], [1, 1]]
    assert turn.step.shaft.get_xydata()[0].tolist() == [1, 0]
    turn.update(a_step(4, 1), a=2)
    assert "turned by 14°" in turn.turned.get_text()
    w, new = a_step(4, 1)
    turn.update((w, new - w / 2), a=2)  # not at a right angle
    assert turn.after.head.get_xy()[0].tolist() == [1, 0.5]
    with pytest.raises(ValueError, match="expected weights with a direction"):
        turn.update((0 * w, new), a=2)


def test_decay_and_rising_rate_are_compared():
    picture = DecayOrRate(STEPS, LOSS, RATE, rates=(1e-3, 1))
    picture.update((2 * LOSS, 3 * RATE, 2 * LOSS, 3 * RATE), decay=0.1)
    assert picture.describe() == (
        "decay = 0.1: the effective rate ends 3.0 times as high as with neither, the loss at 0.2;"
        " the rising rate gives the same curve."
    )
    assert picture.curves[0].get_ydata().tolist() == (2 * LOSS).tolist()
    assert picture.rings[1].get_ydata().tolist() == (3 * RATE).tolist()
    picture.update((2 * LOSS, 3 * RATE, 3 * LOSS, 3 * RATE), decay=0.1)
    assert "gives off by 2" in picture.describe()


def test_cells_are_counted_named_and_in_their_place(cells):
    cells.update((0 * SHARES, SHARES), rate=0.01, scale=1, steps=3000)
    assert cells.describe() == (
        "3,000 steps: 0 and 3 of 6 cells reach 90 %. At rate 0.01, weights ×1:"
        " no batch norm 0 %, batch norm 89 %."  # as the cell has it
    )
    image, texts, ring, title = cells.sides[1]
    assert "3 of 6" in title.get_text()
    assert [[text.get_text() for text in column] for column in texts] == [
        ["10", "89"],  # 89.9 % is not 90
        ["90", "95"],
        ["0", "100"],
    ]
    assert image.origin == "upper"  # the browser draws the first row on top
    assert image.get_array()[0, 0] == 0.899  # there stands the larger scale
    assert ring.get_xydata().min(axis=0).tolist() == [0, 1]


def test_green_begins_at_90_percent(cells):
    image = cells.sides[0][0]
    gray, green = image.to_rgba(np.array([[0.899, 0.9]]))[0, :, :3]
    assert np.ptp(gray) < 0.01
    assert np.ptp(green) > 0.2


@pytest.mark.parametrize("size", [1, LARGE])
def test_headings_lie_well_apart_and_rates_do_not_touch(size):
    """As they are in the notebook: two digits in each heading, and rates that lie close."""
    sweep = rate_map()
    cells, reading = RateMap(sweep.rates, sweep.scales), ByRate(sweep.start_rates)
    for picture in (cells, reading):
        picture.enlarge(size)
        picture.pixels()
    cells.update(tuple(sweep.first[0, :, -1]), rate=0.1, scale=1, steps=3000)
    left, right = (side[-1].get_window_extent() for side in cells.sides)
    assert left.x0 > 0
    assert right.x0 - left.x1 > 30
    labels = reading.figure.axes[0].get_xticklabels()
    boxes = [label.get_window_extent() for label in labels]
    assert overlapping(labels, reading) == []
    assert min(b.x0 - a.x1 for a, b in pairwise(boxes)) > 8


def test_the_best_rate_of_each_network_is_named():
    picture = ByRate(RATES)
    picture.update(reads(0.2, 0.9, 0.95, 0.96), start="faint")
    assert picture.describe() == (
        "faint, each at its best rate: no batch norm 20 % (rate 0.1), good start 90 % (rate 0.1),"
        " batch norm 95 % (rate 0.1), BN, good start 96 % (rate 0.1)."
    )
    line, dots = picture.networks["good start"]
    assert line.get_ydata().tolist() == pytest.approx([0.1, 0.9, 0.1])
    assert len(dots.get_xdata()) == 9


def test_walks_that_end_uphill_are_counted():
    picture = Walks(NAMES, LENGTHS, "steps", places=3)
    picture.update({"with": changes(1), "without": changes(-2) - 3}, start="faint", step=3)
    assert picture.describe() == (
        "faint, uphill after the longest walk (change): with from 2 of 3 (−0.6 to 1),"
        " without from 0 of 3 (−5 to −1.8)."
    )
    lines, uphill, span = picture.panels["with"]
    np.testing.assert_allclose(lines[2].get_xydata(), [[0, 0], [1, 0.6], [4, 1]])
    assert uphill.get_text() == "uphill: 2 of 3"
    assert span.get_text() == "−0.6 to 1"
    picture.update({"with": changes(1), "without": np.nan * changes(1)}, start="faint")
    assert "without overflowed" in picture.describe()
    assert picture.panels["without"][0][0].get_xydata().size == 0


def test_a_walk_that_has_lost_a_single_place_is_refused():
    picture, broken = Walks(NAMES, LENGTHS, "steps", places=3), changes(1)
    broken[1, 1] = np.nan
    with pytest.raises(ValueError, match="with is NaN at index 1, 1"):
        picture.update({"with": broken, "without": changes(1)})


FIGURES = [
    Figure(
        lambda: ThreeRules(STEPS, LOSS, RULES),
        [(losses(*factors), dict(a=0.1)) for factors in ((100, 30, 1), (1, 1, 1), (0.1, 0.1, 1))],
    ),
    Figure(
        lambda: Turn(one=2),
        [(a_step(6, 2), dict(a=3)), (a_step(1.2, 2), dict(a=0.6)), (a_step(6, 0.01), dict(a=3))],
    ),
    Figure(
        lambda: DecayOrRate(STEPS, LOSS, RATE, rates=(1e-3, 1)),
        [((f * LOSS, RATE / f, LOSS, 17 * RATE), dict(decay=0.003)) for f in (1, 1.7)],
    ),
    Figure(
        lambda: RateMap(RATES, SCALES),
        [((s + 0 * SHARES, s + 0 * SHARES), dict(rate=1, scale=0.5, steps=3000)) for s in (0, 1)],
    ),
    Figure(
        lambda: ByRate(RATES),
        [(reads(*best), dict(start="exploding")) for best in ((0, 0, 0, 0), (1, 1, 1, 1))],
    ),
    Figure(
        lambda: Walks(NAMES, LENGTHS, "steps at rate 0.1", places=3),
        [({"with": changes(60), "without": changes(1e-3)}, dict(start="relu, usual weights"))],
    ),
]

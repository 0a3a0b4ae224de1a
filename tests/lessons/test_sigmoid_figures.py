"""What the figures of the topic *sigmoid* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import Decisions, LineByDepth, OnTheCurve, Straightness
from bn_lib.live.sizes import LARGE
from bn_lib.measure import best_line, saturated
from bn_lib.network import sigmoid, sigmoid_slope
from bn_lib.normalization import normalize
from tests.lessons.pictures import Figure

NOISE = np.random.default_rng(0).standard_normal(50)
GAMMAS = np.geomspace(0.1, 8, 20)


CURVE_CORNERS = [
    dict(mean=m, spread=s, gamma=g, beta=b, threshold=t)
    for m in (-6, 6) for s in (0.1, 10) for g in (0.1, 8) for b in (-6, 6) for t in (0.01, 0.1)
]  # fmt: skip


@pytest.fixture
def curve():
    return OnTheCurve(sigmoid, examples=50)


@pytest.fixture
def hollow():
    return OnTheCurve(sigmoid, sigmoid_slope, examples=50)


@pytest.fixture
def straightness():
    return Straightness(sigmoid, GAMMAS, limit=2 / np.pi)


@pytest.fixture
def depths():
    return LineByDepth(depth=5, at=4)


def sides(mean, spread, gamma=1.0, beta=0.0):
    z = mean + spread * NOISE
    return z, gamma * normalize(z) + beta


def show(picture, mean, spread, gamma=1.0, beta=0.0, threshold=0.05):
    z, y = sides(mean, spread, gamma, beta)
    shares = (saturated(z, threshold), saturated(y, threshold)) if picture.slope else ()
    picture.update((z, y, *shares), gamma=gamma, beta=beta, threshold=threshold)


def test_every_example_is_drawn_once_full_or_hollow(hollow):
    show(hollow, mean=0, spread=4)
    awake, asleep = (hollow.sides[0][name].get_xdata() for name in ("awake", "asleep"))
    assert len(awake) + len(asleep) == 50
    assert len(asleep) / 50 == saturated(4 * NOISE, 0.05) > 0
    assert np.all(sigmoid_slope(asleep) < 0.05)
    assert np.all(sigmoid_slope(awake) >= 0.05)


def test_the_sentence_carries_both_sides(curve, hollow):
    z, y = sides(mean=0, spread=4)
    explained = [f"{100 * best_line(v, sigmoid(v)).r2:.0f} %" for v in (z, y)]
    show(curve, mean=0, spread=4)
    assert curve.describe() == (
        f"Without: σ {z.std():.2g}, a line explains {explained[0]}."
        f" With normalization: σ 1, a line explains {explained[1]}."
    )
    show(hollow, mean=0, spread=4)
    assert f"Without: {100 * saturated(z):.0f} % saturated, σ" in hollow.describe()


def test_the_share_that_is_written_is_the_one_that_came(hollow):
    z, y = sides(mean=0, spread=4)
    hollow.update((z, y, 0.12, 0.34), threshold=0.05)
    assert [side["share"].get_text() for side in hollow.sides] == [
        "12 % saturated",
        "34 % saturated",
    ]


def test_the_range_of_one_sigma_is_shaded(curve):
    show(curve, mean=3, spread=2)
    z, y = sides(mean=3, spread=2)
    for side, values in zip(curve.sides, (z, y), strict=True):
        across = side["spread"].get_xy()[:, 0]
        np.testing.assert_allclose(
            [across.min(), across.max()], values.mean() + values.std() * np.array([-1, 1])
        )


def test_the_formula_has_the_current_gamma_and_beta(curve):
    show(curve, mean=0, spread=1, gamma=2, beta=-0.5)
    assert curve.sides[1]["formula"].get_text() == "sigmoid(2 · ẑ − 0.5)"


def test_undone_is_said_only_when_it_is_true(curve):
    z = 2 + 6 * NOISE
    exact = dict(gamma=np.sqrt(z.var() + 1e-5), beta=z.mean())
    show(curve, mean=2, spread=6, **exact)
    assert curve.describe().endswith("Undone: the two sides are the same, dot for dot.")
    show(curve, mean=2, spread=6, gamma=exact["gamma"] * (1 + 1e-6), beta=exact["beta"])
    assert "Undone" not in curve.describe()


def test_examples_beyond_the_axes_are_counted(curve):
    show(curve, mean=6, spread=10)
    z = 6 + 10 * NOISE
    drawn = curve.sides[0]["awake"].get_xdata()
    assert curve.sides[0]["beyond"].right.get_text() == f"{np.sum(z > drawn.max())} more ▶"
    assert curve.sides[0]["beyond"].left.get_text() == f"◀ {np.sum(z < drawn.min())} more"
    assert len(drawn) == np.sum((z >= drawn.min()) & (z <= drawn.max()))
    assert curve.sides[1]["beyond"].right.get_text() == ""


def test_no_dot_is_cut_in_two_by_the_edge(curve):
    at_the_edge = np.linspace(-11.9, 11.9, len(NOISE))
    curve.update((at_the_edge, normalize(at_the_edge)))
    assert np.abs(curve.sides[0]["awake"].get_xdata()).max() < 11.75
    assert curve.sides[0]["beyond"].right.get_text() == "1 more ▶"


def test_both_stacks_are_drawn_and_read_at_one_layer(depths):
    without, with_bn = np.array([0.9, 0.7, 0.5, 0.3, 0.2]), np.array([0.98, 0.9, 0.9, 0.8, 0.7])
    depths.update((without, with_bn), scale=10)
    for (line, dots, words), values in zip(depths.curves, (without, with_bn), strict=True):
        for mark in (line, dots):
            np.testing.assert_array_equal(mark.get_ydata(), values)
        assert words.get_text() == f"{100 * values[3]:.0f} %"
    below, above = (words.get_position()[1] for *_, words in depths.curves)
    assert below < 0.3 < 0.8 < above, "words stand off the curves"
    assert depths.describe() == (
        "Weights ×10: one straight map of the inputs explains 30 % of layer 4"
        " without normalization and 80 % with it."
    )


def test_the_line_and_the_ring_are_where_the_numbers_are(straightness):
    z = 4 * NOISE
    line = best_line(z, sigmoid(z))
    straightness.update((line, GAMMAS / 10), gamma=4, beta=0)
    assert straightness.here.get_xydata().tolist() == [[4, line.r2]]
    ends = straightness.line.get_xydata()
    np.testing.assert_allclose(np.diff(ends[:, 1]) / np.diff(ends[:, 0]), line.slope)
    assert f"explains {100 * line.r2:.1f} %" in straightness.describe()


# ---------------------------------------------------------------- two classes in a plane

POINTS = np.random.default_rng(1).uniform(-1, 1, (40, 2))
ABOVE = (POINTS[:, 1] > 0).astype(int)  # the classes: above and below a line
NAMES = ("one", "other")


@pytest.fixture
def decisions():
    return Decisions(NAMES, POINTS, ABOVE)


def seen(picture, chance, step=50):
    """A record that ends with the function `chance`; at step 0 all was class 1."""
    ways = [lambda where: np.ones(len(where)), chance]
    probes = picture.probes(lambda way, where: way(where))
    return {name: np.array([probe(way) for way in ways]) for name, probe in probes.items()} | {
        "step": np.array([0, step])
    }


def upper(where):
    return np.where(where[:, 1] > 0, 0.9, 0.1)


def right_side(where):
    return np.where(where[:, 0] > 0, 0.9, 0.1)


def test_what_is_said_wrongly_is_hollow_and_counted(decisions):
    decisions.update(dict(one=seen(decisions, upper), other=seen(decisions, right_side)))
    wrong = (POINTS[:, 0] > 0) != ABOVE
    for name, expected in zip(NAMES, (np.zeros(40, bool), wrong), strict=True):
        *_, classes, words = decisions.panels[name]
        for label, (full, hollow) in enumerate(classes):
            mine = label == ABOVE
            np.testing.assert_array_equal(full.get_xydata(), POINTS[mine & ~expected])
            np.testing.assert_array_equal(hollow.get_xydata(), POINTS[mine & expected])
        assert words.get_text() == f"{100 - 2.5 * expected.sum():.0f} % right"
    share = f"{100 - 2.5 * wrong.sum():.0f} %"
    assert (
        decisions.describe() == f"After 50 steps, classified correctly: one 100 %; other {share}."
    )


def test_the_border_is_drawn_where_the_chance_is_one_half(decisions):
    halves = dict(one=lambda at: 0.5 + at[:, 1] / 9, other=lambda at: 0.5 + at @ [0.1, 0.05])
    decisions.update({name: seen(decisions, half) for name, half in halves.items()})
    for name, half in halves.items():
        border = np.concatenate(decisions.panels[name][1].get_segments())
        np.testing.assert_allclose(half(border), 0.5, atol=1e-9)
        assert np.ptp(border, axis=0).max() > 1.8, "from edge to edge"
    decisions.update({name: seen(decisions, lambda at: np.ones(len(at))) for name in NAMES})
    (hidden,) = decisions.panels["one"][1].get_segments()
    assert hidden.min() > decisions.figure.axes[0].get_xlim()[1]


def test_the_tint_lies_where_the_network_was_asked(decisions):
    decisions.update(dict(one=seen(decisions, upper), other=seen(decisions, right_side)))
    pixels = decisions.pixels().astype(int)
    edge = decisions.figure.axes[0].get_xlim()[1]
    corners = 0.97 * edge * np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])  # beyond the points
    for axes, chance in zip(decisions.figure.axes, (upper, right_side), strict=True):
        across, up = axes.transData.transform(corners).astype(int).T
        red, _, blue = pixels[-up, across].T
        np.testing.assert_array_equal(red > blue, chance(corners) > 0.5)


def test_decisions_are_between_two_classes():
    with pytest.raises(ValueError, match="needs 0 and 1 only"):
        Decisions(NAMES, POINTS, ABOVE + 1)
    with pytest.raises(ValueError, match="x has shape"):
        Decisions(NAMES, POINTS[1:], ABOVE)


def test_the_words_of_decisions_stand_apart_in_large_text_too(decisions):
    for factor in (1, LARGE):
        decisions.enlarge(factor)
        decisions.update({name: seen(decisions, upper, 123_456) for name in NAMES})
        words, below = decisions.panels["one"][-1], decisions.figure.texts[0]
        assert words.get_window_extent().y0 > below.get_window_extent().y1


def on_curve(mean, spread, gamma, beta, threshold):
    z, y = sides(mean, spread, gamma, beta)
    position = dict(gamma=gamma, beta=beta, threshold=threshold)
    return (z, y, saturated(z, threshold), saturated(y, threshold)), position


def straight(gamma, beta):
    z = gamma * NOISE + beta
    return (best_line(z, sigmoid(z)), GAMMAS / 10), dict(gamma=gamma, beta=beta)


FIGURES = [
    Figure(
        lambda: OnTheCurve(sigmoid, sigmoid_slope, examples=50),
        [on_curve(**corner) for corner in CURVE_CORNERS],
    ),
    Figure(
        lambda: Straightness(sigmoid, GAMMAS, limit=2 / np.pi),
        [straight(gamma, beta) for gamma in (0.1, 1, 8) for beta in (0, 6)],
    ),
    Figure(
        lambda: LineByDepth(depth=5, at=4),
        [
            ((np.full(5, low), np.full(5, high)), dict(scale=s))
            for low, high, s in ((0, 1, 1), (1, 0, 10), (0.5, 0.5, 3))
        ],
    ),
    Figure(
        lambda: Decisions(NAMES, POINTS, ABOVE),
        [
            ({name: seen(Decisions(NAMES, POINTS, ABOVE), way, step) for name in NAMES}, {})
            for way, step in ((upper, 0), (right_side, 123_456))
        ],
    ),
]

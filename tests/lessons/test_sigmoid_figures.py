"""What the figures of the topic *sigmoid* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import Decisions, OnTheCurve, Stack, Straightness
from bn_lib.measure import best_line, saturated
from bn_lib.network import sigmoid, sigmoid_slope
from bn_lib.normalization import normalize
from bn_lib.pictures.checks import expect
from tests.lessons.pictures import Figure

NOISE = np.random.default_rng(0).standard_normal(50)
GAMMAS = np.geomspace(0.1, 8, 20)


def sides(mean, spread, gamma, beta, threshold):
    z = mean + spread * NOISE
    return [
        (v, saturated(v, threshold), best_line(v, sigmoid(v)))
        for v in (z, gamma * normalize(z) + beta)
    ]


@pytest.fixture
def curve():
    return OnTheCurve(sigmoid, sigmoid_slope, examples=50)


@pytest.fixture
def straightness():
    return Straightness(sigmoid, GAMMAS, limit=2 / np.pi)


@pytest.fixture
def stack():
    return Stack()


def show(picture, **position):
    picture.update(sides(**position), **position)


CURVE_CORNERS = [
    dict(mean=m, spread=s, gamma=g, beta=b, threshold=t)
    for m in (-6, 6) for s in (0.1, 10) for g in (0.1, 8) for b in (-6, 6) for t in (0.01, 0.1)
]  # fmt: skip


def test_every_example_is_drawn_once_full_or_hollow(curve):
    show(curve, mean=0, spread=4, gamma=1, beta=0, threshold=0.05)
    left = curve.sides[0]
    for i in (0, 1):
        awake, asleep = left["dots"][i]
        assert len(awake.get_xdata()) + len(asleep.get_xdata()) == 50
    flat = asleep.get_ydata()
    assert len(flat) / 50 == saturated(4 * NOISE, 0.05)
    assert np.all(flat < 0.05)
    assert np.all(awake.get_ydata() >= 0.05)


def test_the_sentence_carries_both_sides(curve):
    show(curve, mean=0, spread=4, gamma=1, beta=0, threshold=0.05)
    share, line = saturated(4 * NOISE), best_line(4 * NOISE, sigmoid(4 * NOISE))
    said = curve.describe()
    assert f"Without: {100 * share:.0f} % saturated, a line explains {100 * line.r2:.1f} %" in said
    assert "With γ = 1, β = 0: 0 % saturated" in said
    assert "undone" not in said


def test_undone_is_said_only_when_it_is_true(curve):
    position = dict(mean=2, spread=6, threshold=0.05)
    z = 2 + 6 * NOISE
    exact = dict(gamma=np.sqrt(z.var() + 1e-5), beta=z.mean())
    show(curve, **position, **exact)
    assert "✓ undone" in curve.describe()
    show(curve, **position, gamma=exact["gamma"] * (1 + 1e-6), beta=exact["beta"])
    assert "undone" not in curve.describe()


def test_examples_beyond_the_axes_are_counted(curve):
    show(curve, mean=6, spread=10, gamma=1, beta=0, threshold=0.05)
    z = 6 + 10 * NOISE
    assert curve.sides[0]["beyond"].right.get_text() == f"{np.sum(z > 12)} more ▶"
    assert curve.sides[0]["beyond"].left.get_text() == f"◀ {np.sum(z < -12)} more"
    assert curve.sides[1]["beyond"].right.get_text() == ""


def test_the_line_and_the_ring_are_where_the_numbers_are(straightness):
    z = 4 * NOISE
    line = best_line(z, sigmoid(z))
    straightness.update((line, GAMMAS / 10), gamma=4, beta=0)
    assert straightness.here.get_xydata().tolist() == [[4, line.r2]]
    ends = straightness.line.get_xydata()
    np.testing.assert_allclose(np.diff(ends[:, 1]) / np.diff(ends[:, 0]), line.slope)
    assert f"explains {100 * line.r2:.1f} %" in straightness.describe()


def stack_sides(depth, lowest=1e-6):
    falling = np.geomspace(lowest, 1, depth) if depth > 1 else np.ones(1)
    return (0 * falling, falling[::-1], falling), (0 * falling + 0.5, falling, 3 * falling[::-1])


def test_the_gradient_is_drawn_relative_to_the_last_layer(stack):
    raw, normalized = stack_sides(5, lowest=1e-4)
    stack.update((raw, normalized), depth=5, scale=1, gamma=1)
    curves, label = stack.views[2]
    np.testing.assert_allclose(curves[0][0].get_ydata(), raw[2])
    np.testing.assert_allclose(curves[1][0].get_ydata()[[0, -1]], [1e4, 1])
    assert label.get_text() == "5 layers"
    assert stack.describe() == (
        "5 layers, weights ×1, γ = 1. Saturated: 0.0 % without, 50.0 % with normalization."
        " Gradient first ÷ last: 10⁻⁴ without, 10⁴ with."
    )


def test_a_gradient_below_the_axis_is_said(stack):
    stack.update(stack_sides(40, lowest=1e-44), depth=40, scale=0.3, gamma=1)
    assert stack.below.get_text() == "▼ 10⁻⁴⁴"
    stack.update(stack_sides(40), depth=40, scale=1, gamma=1)
    assert stack.below.get_text() == ""


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
        _, classes, words = decisions.panels[name]
        for label, (full, hollow) in enumerate(classes):
            mine = label == ABOVE
            np.testing.assert_array_equal(full.get_xydata(), POINTS[mine & ~expected])
            np.testing.assert_array_equal(hollow.get_xydata(), POINTS[mine & expected])
        assert words.get_text() == f"{100 - 2.5 * expected.sum():.1f} % right"
    share = f"{100 - 2.5 * wrong.sum():.1f} %"
    assert (
        decisions.describe() == f"After 50 steps, right on new points: one 100.0 %; other {share}."
    )


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
    for factor in (1, 1.35):
        decisions.enlarge(factor)
        decisions.update({name: seen(decisions, upper, 123_456) for name in NAMES})
        words, below = decisions.panels["one"][-1], decisions.figure.texts[0]
        assert words.get_window_extent().y0 > below.get_window_extent().y1


def test_a_stack_of_zeros_is_drawn_on_its_logarithmic_axes(stack):
    zeros = (np.zeros(3),) * 3
    stack.update((zeros, zeros), depth=3, scale=1, gamma=1)
    for curves, _ in stack.views:
        for marks in curves:
            for mark in marks:
                expect(mark.get_ydata(), (3,), "the mark")


def straight(gamma, beta):
    z = gamma * NOISE + beta
    return (best_line(z, sigmoid(z)), GAMMAS / 10), dict(gamma=gamma, beta=beta)


FIGURES = [
    Figure(
        lambda: OnTheCurve(sigmoid, sigmoid_slope, examples=50),
        [(sides(**corner), corner) for corner in CURVE_CORNERS],
    ),
    Figure(
        lambda: Straightness(sigmoid, GAMMAS, limit=2 / np.pi),
        [straight(gamma, beta) for gamma in (0.1, 1, 8) for beta in (0, 6)],
    ),
    Figure(
        Stack,
        [(stack_sides(depth), dict(depth=depth, scale=30, gamma=0.25)) for depth in (1, 2, 40)],
    ),
    Figure(
        lambda: Decisions(NAMES, POINTS, ABOVE),
        [
            ({name: seen(Decisions(NAMES, POINTS, ABOVE), way, step) for name in NAMES}, {})
            for way, step in ((upper, 0), (right_side, 123_456))
        ],
    ),
]

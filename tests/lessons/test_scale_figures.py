"""What the figures of the topic *scale* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import AlongStep, EffectiveRate, RateMap, ScaledWeights
from bn_lib.normalization import batch_norm
from tests.lessons.pictures import Figure

Z = np.random.default_rng(0).standard_normal(40)
STEPS = np.arange(0, 101, 20)
LOSS = np.geomspace(2, 0.1, len(STEPS))
RATE = np.geomspace(0.1, 0.01, len(STEPS))
RATES, SCALES = [0.01, 0.1, 1], [0.5, 1]
SHARES = np.array([[0.1, 0.899], [0.9, 0.95], [0.0, 1.0]])
AHEAD = [0.1, 0.4]


def scaled(a, shift, eps):
    plain, out = (batch_norm(z, 1.5, 0.3, eps)[0] for z in (Z, a * Z + shift))
    return a * Z + shift, plain, out


def show_scaled(picture, log10_a=0.0, shift=0.0, eps=0.0, mirror=False):
    a = 10**log10_a * (-1 if mirror else 1)
    position = dict(log10_a=log10_a, shift=shift, eps=eps, mirror=mirror)
    picture.update(scaled(a, shift, eps), **position)


def ways(size):
    losses = size * np.linspace(-1, 1, 6 * 2).reshape(6, 2)
    return losses, size * np.linspace(1, 2, 6 * 2).reshape(6, 2)


@pytest.fixture
def weights():
    return ScaledWeights(before=Z)


@pytest.fixture
def rate():
    return EffectiveRate(STEPS, LOSS, RATE, rates=(1e-3, 1))


@pytest.fixture
def cells():
    return RateMap(RATES, SCALES)


@pytest.fixture
def along():
    return AlongStep(STEPS, AHEAD)


def test_the_same_output_is_said_only_when_it_is_true(weights):
    show_scaled(weights, log10_a=2, shift=-10)
    assert "✓ the same output" in weights.describe()
    show_scaled(weights, log10_a=-2, eps=1e-5)
    off = np.abs(np.subtract(*scaled(0.01, 0, 1e-5)[1:])).max()
    assert f"differs by up to {off:.3g}" in weights.describe()
    show_scaled(weights, mirror=True)
    assert "a = −1" in weights.describe()
    assert "✓" not in weights.describe()


def test_dots_are_where_the_numbers_are_and_those_outside_are_counted(weights):
    show_scaled(weights, log10_a=2)
    assert weights.scaled.get_ydata().tolist() == (100 * Z).tolist()
    assert weights.outside.get_text() == f"{np.sum(np.abs(100 * Z) > 20)} outside"
    show_scaled(weights)
    assert weights.outside.get_text() == ""


def test_a_curve_is_compared_with_the_reference(rate):
    rate.update((LOSS, RATE), a=3, rule="rate × a²")
    assert "✓" in rate.verdict.get_text()
    assert "a = 3, rate × a²: after 100 steps the loss is 0.1 (the same" in rate.describe()
    rate.update((2 * LOSS, RATE), a=3, rule="rate × 1")
    assert rate.verdict.get_text() == "ends at 0.2"
    assert "0.2 (0.1 for a = 1)" in rate.describe()
    assert rate.curves[0].get_ydata().tolist() == (2 * LOSS).tolist()
    rate.update((LOSS, RATE / 1e5), a=3)
    assert "Effective rate 10⁻⁶" in rate.describe()


def test_cells_are_counted_named_and_in_their_place(cells):
    cells.update((0 * SHARES, SHARES), rate=0.1, scale=1, steps=200)
    assert cells.describe() == (
        "Rate 0.1, weights ×1, 200 steps: 0.0 % right without, 95.0 % with BN."
        " 90 % or more in 0 of 6 cells without, 3 with."
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
    assert ring.get_xydata().min(axis=0).tolist() == [1, 1]


def test_green_begins_at_90_percent(cells):
    image = cells.sides[0][0]
    gray, green = image.to_rgba(np.array([[0.899, 0.9]]))[0, :, :3]
    assert np.ptp(gray) < 0.01
    assert np.ptp(green) > 0.2


def test_the_landscape_says_its_means(along):
    along.update((ways(1), ways(4)), setting="relu", step=40)
    (losses, changes), (wide, far) = ways(1), ways(4)
    said = along.describe()
    assert said.startswith("relu, step 40.")
    assert f"loss {np.ptp(losses, axis=1).mean():.2f} without" in said
    assert f"{np.ptp(wide, axis=1).mean():.2f} with BN" in said
    assert f"gradient {changes.max(axis=1).mean():.2f} without" in said
    assert f"{far.max(axis=1).mean():.2f} with." in said
    assert list(along.curves[1][0].get_ydata()) == [0, *wide[2]]
    assert list(along.curves[1][1].get_ydata()) == [0, *wide[2]]  # the dots
    assert along.outside.get_text() == ""
    along.update((ways(1), ways(40)), setting="relu", step=100)
    assert along.outside.get_text() == "▲ up to 40"


FIGURES = [
    Figure(
        lambda: ScaledWeights(before=Z),
        [
            (scaled(10**a, c, eps), dict(log10_a=a, shift=c, eps=eps, mirror=True))
            for a in (-2.0, 2.0)
            for c in (-10, 10)
            for eps in (0, 1e-5, 0.1)
        ],
    ),
    Figure(
        lambda: EffectiveRate(STEPS, LOSS, RATE, rates=(1e-3, 1)),
        [((factor * LOSS, RATE), dict(a=0.1, rule="rate × a²")) for factor in (1, 1.7)],
    ),
    Figure(
        lambda: RateMap(RATES, SCALES),
        [((s + 0 * SHARES, s + 0 * SHARES), dict(rate=1, scale=0.5, steps=400)) for s in (0, 1)],
    ),
    Figure(
        lambda: AlongStep(STEPS, AHEAD),
        [((ways(60), ways(1e-3)), dict(setting="sigmoid ×3, rate 0.5", step=s)) for s in (0, 100)],
    ),
]

"""What the figures of the topic *shift* show, and say."""

import re

import numpy as np
import pytest

from bn_lib.data import noise_dial
from bn_lib.figures import DriftByLayer, GradientShift, ManySettings, NoiseDial
from bn_lib.figures.shift import PAIR
from tests.lessons.pictures import Figure, overlapping

# ---------------------------------------------------------------- the dial of noise


def dial(noisy=(0.7, 0.5, 0.96)):
    spread = np.array([0.9, 1, 1.05])
    return tuple(np.outer(row, spread) for row in ((0.02, 7, 0.1), (2e-3, 1e-3, 0.95), noisy))


DOSES = [(2e-3, 1e-3, 0.95), (0.7, 0.5, 0.9), (2.7, 1e4, 0.2), (0, 0, 0)]


def test_the_dial_shows_how_far_and_how_good():
    picture = NoiseDial()
    picture.update(dial(), activation="sigmoid", noise=1)
    assert picture.describe() == (
        "sigmoid, noise 1: no batch norm 10 %, 0.02 per step or 6.9 σ; batch norm 93 %, 0.002 per "
        "step or 9.8·10⁻⁴ σ; noisy batch norm 94 %, 0.69 per step or 0.49 σ."
    )
    assert picture.dose.get_text() == "noise 1: × 0.5 to 1.5, ± 1"
    plain, in_sigma = (panel["noisy batch norm"].get_data() for panel in picture.panels)
    np.testing.assert_allclose(plain[0], 0.7 * np.array([0.9, 1, 1.05]))
    np.testing.assert_allclose(in_sigma[0], 0.5 * np.array([0.9, 1, 1.05]))
    np.testing.assert_allclose(plain[1], in_sigma[1])


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_no_network_of_the_record_lies_beyond_the_dial(activation):
    record = noise_dial(activation)
    names = [name for name in record if name in PAIR or re.fullmatch(r"noise [\d.]+", name)]
    moved = np.stack([record[name][:2] for name in names])
    assert len(names) == 7
    assert NoiseDial.LOW < moved.min() < moved.max() < NoiseDial.HIGH


# ---------------------------------------------------------------- by layer


def test_the_factor_stands_between_the_two_networks():
    picture = DriftByLayer(3)
    picture.update(([0.05, 0.06, 0.07], [1e-3, 1e-3, 2e-3]), pixels="as they are")
    assert [words.get_text() for words in picture.times] == ["÷ 50", "÷ 60", "÷ 35"]
    said = (
        "50 times less in layer 1, and 35 times less in layer 3: 0.002 σ per step instead of 0.07."
    )
    assert picture.describe().endswith(said)


@pytest.mark.parametrize("bad", [0, -1])
def test_a_drift_that_no_logarithm_has_leaves_the_last_picture(bad):
    picture = DriftByLayer(2)
    picture.update(([0.1, 0.1], [0.01, 0.01]), pixels="centered")
    with pytest.raises(ValueError, match="0 or less"):
        picture.update(([0.1, bad], [0.01, 0.01]), pixels="centered")
    assert picture.times[1].get_text() == "÷ 10"


# ---------------------------------------------------------------- many settings


def test_settings_are_counted_on_the_right_side_of_the_line():
    picture = ManySettings(["tanh", "relu", "tanh", "relu"])
    without, with_bn = np.array([0.1, 1e9, 0.1, 0.1]), np.array([0.01, 0.1, 0.2, 0.3])
    accuracy = np.array([[0.98, 0.1, 0.9, 0.3], [0.98, 0.9, 0.65, 0.9]])
    picture.update((without, with_bn, accuracy, 2), of="mean")
    assert picture.describe() == (
        "mean: calmer with batch norm in 1 of 2 settings where both learn, 2 of 4 in all."
        " In the ring 0.5 times as calm, 90 % without, 65 % with."
    )
    (_, tanh, failing_tanh), (_, relu, failing_relu) = picture.groups
    counts = [len(dots.get_xdata()) for dots in (tanh, failing_tanh, relu, failing_relu)]
    assert counts == [2, 0, 0, 2]
    assert picture.ring.get_data()[0].tolist() == [0.9]
    with pytest.raises(ValueError, match="0 or less"):
        picture.update((without, 0 * with_bn, accuracy, 2), of="mean")


def test_settings_that_lie_beyond_the_axes_are_counted():
    picture = ManySettings(["tanh"] * 3)
    right = np.full((2, 3), 0.9)
    for times, higher, lower in (
        ([1e31, 1e5, 10], "2 lie beyond the top edge", ""),
        ([1e-3, 1, 5e3], "", "1 lies beyond the bottom edge"),
    ):
        picture.update((np.array(times), np.ones(3), right, 0), of="mean")
        assert (picture.higher.get_text(), picture.lower.get_text()) == (higher, lower)


def settings(size):
    without = size * np.geomspace(1e-3, 1e3, 6)
    shares = np.linspace(0, 1, 6)
    return without, np.full(6, 0.01), np.array([shares, shares[::-1]]), 2


# ---------------------------------------------------------------- gradients


def stacks(angle, length, losses):
    return np.full(6, angle), np.arange(6) * length, np.outer(losses, np.linspace(1, 2, 6))


def test_the_layers_are_counted_start_by_start():
    picture = GradientShift(24, 6)
    picture.update(stacks(24, 4, (15, 9)), rate=1e-3)
    assert picture.describe() == (
        "Learning rate 0.001: more shift with batch norm in 24, 24, 24, 24, 24, 24 of 24 layers by"
        " angle, 0, 4, 8, 12, 16, 20 by length; loss lower in 6 of 6."
    )
    angle, length = (dots.get_xdata() for dots in picture.counts)
    assert np.all(angle < length), "two equal counts stand beside each other"


def test_a_stack_that_has_overflowed_is_not_counted():
    picture = GradientShift(24, 6)
    angle, length, losses = stacks(24, 4, (15, 9))
    losses[0, 2] = np.nan
    picture.update((angle, length, losses), rate=0.005)
    assert picture.over.get_text() == "1 overflowed without"
    assert "0, 4, 12, 16, 20 by length" in picture.describe()
    assert picture.describe().endswith("loss lower in 5 of 5.")
    assert [len(dots.get_xdata()) for dots in picture.counts] == [5, 5]
    assert [len(dots.get_xdata()) for dots in picture.losses] == [5, 6]


def test_words_between_the_networks_do_not_lie_on_each_other():
    picture = DriftByLayer(3)
    for ends in ((0.05, 1e-4), (1, 1e-4), (0.01, 0.009)):
        picture.update([np.full(3, end) for end in ends], pixels="centered")
        assert overlapping(picture.times, picture) == []


KINDS = ["tanh", "relu", "sigmoid", "tanh", "relu", "sigmoid"]
FIGURES = [
    Figure(
        NoiseDial,
        [(dial(dose), dict(activation="sigmoid", noise=noise)) for noise, dose in enumerate(DOSES)],
    ),
    Figure(
        lambda: DriftByLayer(3),
        [
            ([np.full(3, without), np.full(3, with_bn)], dict(pixels="as they are"))
            for without, with_bn in ((1, 1e-4), (9, 1e-6), (0.01, 0.012))
        ],
    ),
    Figure(
        lambda: ManySettings(KINDS),
        [(settings(size), dict(of="mean / σ, typical unit")) for size in (1e-4, 1, 1e9)],
    ),
    Figure(
        lambda: GradientShift(24, 6),
        [
            (stacks(angle, length, losses), dict(rate=rate))
            for angle, length, losses, rate in (
                (24, 4, (15, 9), 1e-3),
                (0, 0, (1e9, 1e-9), 3e-4),
                (12.0, 4.8, (9, 9), 1),
            )
        ],
    ),
]

"""What the figures of the topic *undo* show: what lies outside a view is said."""

import numpy as np
import pytest

from bn_lib.data import two_humped
from bn_lib.figures import LeftOver, Overlay, SecondBatch
from bn_lib.normalization import normalize
from tests.lessons.pictures import Figure

H = two_humped(256, np.random.default_rng(0))


def overlay(gamma, beta):
    picture = Overlay(before=H)
    picture.update(gamma * normalize(H) + beta, gamma=gamma, beta=beta)
    return picture


def test_a_bar_that_is_cut_says_how_high_it_is():
    assert overlay(1, 0).label.get_text() == "γĤ + β"
    picture = overlay(0, 2)
    assert picture.label.get_text() == "γĤ + β ▲ 256"
    assert picture.top < 256
    for beta in (-1, 2, 6):
        x = overlay(0, beta).label.get_position()[0]
        assert abs(x - beta) > 3, "the words stand beside the bar"
        assert picture.edges[0] < x < picture.edges[-1]


def test_what_is_left_and_right_of_the_view_is_counted():
    picture = overlay(4, 6)
    after = 4 * normalize(H) + 6
    assert picture.beyond.left.get_text() == ""
    assert picture.beyond.right.get_text() == f"{np.sum(after > picture.edges[-1])} more ▶"


@pytest.mark.parametrize("gamma", [-1, 4])
@pytest.mark.parametrize("beta", [-1, 6])
def test_the_ring_is_whole_at_all_ends_of_the_sliders(gamma, beta):
    picture = overlay(gamma, beta)
    axes = picture.here.axes
    for value, (low, high) in ((gamma, axes.get_xlim()), (beta, axes.get_ylim())):
        assert low < value - 0.3 < value + 0.3 < high


def test_the_second_batch_says_whose_sigma():
    A, B = np.random.default_rng(0).normal(5, (3, 1), (32, 2)).T
    picture = SecondBatch(spread=3, span=(-25, 35), sizes=np.array([2, 32]))
    picture.update((A, B, A), N=32, scale=0.4, mode="training")
    assert "of the σ of B's law (rms) from undone" in picture.sentence


SIGMAS = np.geomspace(1e-4, 10, 60)


def left(log10_sigma, log10_eps):
    share = 1 - SIGMAS / np.sqrt(SIGMAS**2 + 10**log10_eps)
    at = np.searchsorted(SIGMAS, 10**log10_sigma, side="right") - 1
    return (share[at], share), dict(log10_sigma=log10_sigma, log10_eps=log10_eps)


def through(N, scale, shift=5.0):
    A, B = np.random.default_rng(0).normal(5, 3, (2, N))
    B = scale * B + shift
    return (A, B, A.std() * normalize(B) + A.mean()), dict(N=N, scale=scale, mode="training")


FIGURES = [
    Figure(
        lambda: Overlay(before=H),
        [
            (gamma * normalize(H) + beta, dict(gamma=gamma, beta=beta))
            for gamma in (-1, 0, 1, 4)
            for beta in (-1, 2, 6)
        ],
    ),
    Figure(lambda: LeftOver(SIGMAS), [left(s, e) for s in (-4, -2, 1) for e in (-8, -5, 0)]),
    Figure(
        lambda: SecondBatch(spread=3, span=(-25, 35), sizes=np.array([2, 8, 32, 128])),
        [through(N, scale) for N in (2, 32, 128) for scale in (0.1, 1, 4)],
    ),
]

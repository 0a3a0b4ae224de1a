"""What the figures of the topic *undo* show: what lies outside a view is said."""

import numpy as np
import pytest

from bn_lib.data import two_humped
from bn_lib.figures import FromUndone, LeftOver, ManyPairs, NextBatch, Overlay, SecondBatch
from bn_lib.normalization import normalize, undo_parameters
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


def test_what_is_above_and_below_the_pairs_is_counted():
    for show in (overlay, from_undone):
        for gamma, beta, said in (
            (1, 0, ""),
            (4, 6, "{over} more ▲"),
            (4, -1, "{under} more ▼"),
            (7, 2.5, "{over} more ▲, {under} more ▼"),
        ):
            after = gamma * normalize(H) + beta
            over, under = np.sum(after > 9), np.sum(after < -4)
            assert show(gamma, beta).more.get_text() == said.format(over=over, under=under)


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
    said = "".join(words.get_text() for words in picture.value)
    assert f"{said} of B's true σ (rms) from undone" in picture.sentence


SIGMAS = np.geomspace(1e-4, 10, 60)


def left(sigma, eps):
    def missing(sigma):
        return 1 - sigma / np.sqrt(sigma**2 + eps)

    return (missing(sigma), missing(SIGMAS)), dict(sigma=sigma, eps=eps)


def test_the_place_where_sigma_is_the_root_of_epsilon_has_a_sentence_of_its_own():
    picture = LeftOver(SIGMAS)
    for sigma, eps, said in (
        (0.00316, 1e-5, "σ = 0.00316, ε = 10⁻⁵: 29 % of each distance"),
        (0.0316, 1e-3, "σ = 0.0316, ε = 10⁻³: 29 % of each distance"),
        (1e-4, 1e-3, "σ = 0.0001, ε = 10⁻³: 99.7 % of each distance"),
        (1, 1e-5, "σ = 1, ε = 10⁻⁵: 0.0005 % of each distance"),
    ):
        result, position = left(sigma, eps)
        picture.update(result, **position)
        assert picture.describe().startswith(said)
        assert picture.describe().endswith("This is where σ = √ε.") == ("29 %" in said)
    picture.update((0.0, result[1]), **position)
    assert ": nothing is missing." in picture.describe()


def from_undone(gamma, beta):
    picture = FromUndone(H)
    picture.update(gamma * normalize(H) + beta, gamma=gamma, beta=beta)
    return picture


def test_as_far_from_the_star_as_the_numbers_from_their_originals_and_undone_only_at_it():
    gamma, beta = undo_parameters(H)
    for turn in np.linspace(0, 6, 7):
        said = from_undone(gamma + 2 * np.cos(turn), beta + 2 * np.sin(turn)).describe()
        assert said.endswith("2.00 from the star, and the numbers are 2.00 (rms) from their"
                             " originals.")  # fmt: skip
    picture = from_undone(gamma, beta)
    assert picture.describe().endswith("undone, every example has its number back.")
    np.testing.assert_allclose(*picture.dots.get_data())
    assert "undone" not in from_undone(gamma + 1e-6, beta).describe()


def clothes(shift=0.0, scale=1.0, n=32):
    A, B = np.random.default_rng(0).normal(5, 3, (2, n))
    B = scale * B + shift
    return A, B, A.std() * normalize(B, eps=0) + A.mean()


def test_whose_mean_and_sigma_b_leaves_with_is_said():
    picture = NextBatch((-15, 25))
    A, B, after = clothes(shift=-8, scale=0.4)
    for out, end in (
        (after, ", like A."),
        (B, ": undone, every example has its number back."),
        (after + 1, "."),
    ):
        picture.update((A, B, out))
        said = picture.describe()
        assert said.endswith(f"σ = {out.std():.2f}{end}".replace("-", "−"))
    np.testing.assert_allclose(
        [picture.band.get_xy()[:, 0].min(), picture.band.get_xy()[:, 0].max()],
        [A.mean() - A.std(), A.mean() + A.std()],
    )
    picture.update(clothes(shift=15))
    assert "more ▶" in picture.rows[1][-1].right.get_text()


def test_the_diamond_is_the_rms_of_all_pairs():
    picture = ManyPairs((8, 32), pairs=3)
    picture.update([0.1, 0.2, 0.4], N=8)
    np.testing.assert_allclose(picture.here.get_ydata(), np.sqrt(0.21 / 3))
    assert picture.describe() == (
        "N = 8: B misses by 0.26 σ, the rms of 3 pairs of batches. √(3/N) is 0.61."
    )


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
    Figure(
        lambda: LeftOver(SIGMAS), [left(s, e) for s in (1e-4, 0.01, 10) for e in (1e-8, 1e-3, 1)]
    ),
    Figure(
        lambda: FromUndone(H),
        [
            (gamma * normalize(H) + beta, dict(gamma=gamma, beta=beta))
            for gamma in (-1, 1, 4)
            for beta in (-1, 2, 6)
        ],
    ),
    Figure(
        lambda: NextBatch((-15, 25)),
        [(clothes(shift, scale), {}) for shift in (-10, 0, 10) for scale in (0.1, 1, 2)],
    ),
    Figure(
        lambda: ManyPairs((8, 32, 512), pairs=50),
        [(np.geomspace(0.1, 3, 50) / np.sqrt(N), dict(N=N)) for N in (8, 32, 512)],
    ),
    Figure(
        lambda: SecondBatch(spread=3, span=(-25, 35), sizes=np.array([2, 8, 32, 128])),
        [through(N, scale) for N in (2, 32, 128) for scale in (0.1, 1, 4)],
    ),
]

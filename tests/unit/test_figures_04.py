"""The figures of notebook 04: what they show at every position, and what they refuse."""

import numpy as np
import pytest

from bn_lib.figures import Jacobian, PassedGradient, UpstreamStep
from bn_lib.measure import batch_norm_jacobian
from bn_lib.normalization import normalize
from tests.unit.pictures import artists, clipped

DRAWN = np.random.default_rng(0).standard_normal(64)


def shown_jacobian(picture, N=8, gamma_over_s=1.0, eps=0.0):
    h = np.sort(DRAWN[:N])
    J = batch_norm_jacobian(h, gamma_over_s * np.sqrt(h.var() + eps), eps)
    result = J, normalize(h, eps), np.linalg.eigvalsh(J)
    picture.update(result, N=N, gamma_over_s=gamma_over_s, eps=eps)
    return J


def passed(N, common=0.0, along=0.0, noise=1.0):
    x_hat = normalize(DRAWN[:N], eps=0)
    dy = noise * np.random.default_rng(1).standard_normal(N) + common + along * x_hat
    line = dy.mean() + x_hat * np.mean(dy * x_hat)
    return x_hat, dy, line, dy - line


def stepped(N, lift=0.0):
    target = 4 + DRAWN[:N]
    return target, target - 4, target - 4 + lift, target - 4


@pytest.fixture
def jacobian():
    return Jacobian()


@pytest.fixture
def gradient():
    return PassedGradient()


@pytest.fixture
def upstream():
    return UpstreamStep()


@pytest.mark.parametrize("N", [2, 3, 4, 6, 8, 12, 16])
def test_every_entry_is_a_square_of_the_map(jacobian, N):
    J = shown_jacobian(jacobian, N)
    side = 48 // N
    centres = jacobian.image.get_array()[side // 2 :: side, side // 2 :: side]
    np.testing.assert_allclose(centres * np.abs(centres), J, atol=1e-12)
    written = [text.get_text() for text in jacobian.cells if text.get_text()]
    assert len(written) == (N**2 if N <= 8 else 0)


def test_cells_stand_where_their_squares_are(jacobian):
    J = shown_jacobian(jacobian, 3)
    for text in jacobian.cells[:9]:
        column, row = (int(3 * place) for place in text.get_position())
        assert float(text.get_text().replace("−", "-")) == pytest.approx(J[row, column], abs=0.0051)


def test_the_rank_and_what_passes_are_said(jacobian):
    shown_jacobian(jacobian)
    said = jacobian.describe()
    assert said.startswith("N = 8, γ = s, ε = 0: rank 6. On the diagonal ")
    assert said.endswith("all alike: ×0; along x̂: ×0; 6 other directions: ×1.00.")
    shown_jacobian(jacobian, gamma_over_s=-0.5, eps=1e-5)
    said = jacobian.describe()
    tiny = 0.5 * 1e-5 / (DRAWN[:8].var() + 1e-5)
    assert "γ = −0.5 s, ε = 1e−05: rank 7" in said
    assert f"along x̂: ×−{tiny:.1e}".replace("e-", "e−") in said
    assert "6 other directions: ×−0.50." in said
    shown_jacobian(jacobian, 3)
    assert "1 other direction: ×1.00" in jacobian.describe()
    shown_jacobian(jacobian, 2)
    assert "rank 0" in jacobian.describe()
    assert "no other" in jacobian.describe()


def test_the_jacobian_keeps_its_artists_and_its_texts_inside(jacobian):
    before = artists(jacobian)
    for N in (2, 8, 16):
        for gamma_over_s in (-1, 0, 2):
            for eps in (0, 1e-5, 1):
                shown_jacobian(jacobian, N, gamma_over_s, eps)
                assert clipped(jacobian) == []
                assert len(jacobian.describe()) <= 170
    assert artists(jacobian) == before


def test_the_shares_add_up_and_are_those_of_the_parts(gradient):
    result = x_hat, dy, _, left = passed(8, common=1, along=-0.5)
    gradient.update(result)
    heights = [bar.get_xy()[1, 1] for bar in gradient.bars]
    assert sum(heights) == pytest.approx(1)
    total = np.sum(dy**2)
    assert heights[0] == pytest.approx(8 * dy.mean() ** 2 / total)
    assert heights[1] == pytest.approx(np.sum(dy * x_hat) ** 2 / 8 / total)
    assert heights[2] == pytest.approx(np.sum(left**2) / total)
    assert f"{100 * heights[2]:.0f} % is left" in gradient.describe()
    assert gradient.expected.get_ydata()[0] == 6 / 8


def test_what_is_common_does_not_move_what_is_left(gradient):
    gradient.update(passed(8))
    rods, dots, _ = gradient.sides[1]
    before = dots.get_xydata().copy()
    gradient.update(passed(8, common=1.5, along=-1))
    np.testing.assert_allclose(dots.get_xydata(), before, atol=1e-12)
    lengths = [np.diff(path.vertices[:, 1])[0] for path in rods.get_paths()]
    np.testing.assert_allclose(lengths, before[:, 1], atol=1e-12)


def test_gradients_beyond_the_axes_are_counted(gradient):
    gradient.update(passed(8, common=20))
    words = gradient.sides[0][2].get_text()
    assert words.endswith(", 8 outside")
    assert len(gradient.sides[0][1].get_xdata()) == 0


def test_two_examples_leave_nothing(gradient):
    gradient.update(passed(2))
    assert "0 % is left; for a random dy 0 % is expected" in gradient.describe()


def test_the_gradient_keeps_its_artists_and_its_texts_inside(gradient):
    before = artists(gradient)
    for N in (2, 8, 32):
        for common in (-1.5, 1.5):
            gradient.update(passed(N, common, along=common / 1.5))
            assert clipped(gradient) == []
            assert len(gradient.describe()) <= 170
    assert artists(gradient) == before


def test_the_step_says_losses_and_means(upstream):
    upstream.update(stepped(8, lift=3), N=8, lr=0.1)
    mean = DRAWN[:8].mean()
    said = f"loss 16.00 and mean {mean:.2f}. After the step: 1.00 and {mean + 3:.2f} without"
    assert said in upstream.describe()
    assert f"16.00 and {mean:.2f} behind it" in upstream.describe()
    left, right = upstream.sides
    assert left["loss"].get_text() == "loss 16.00 → 1.00"
    assert right["loss"].get_text() == "loss 16.00 → 16.00"
    np.testing.assert_allclose(left["new mean"].get_ydata(), mean + 3)
    np.testing.assert_allclose(right["new mean"].get_ydata(), mean)


def test_outputs_beyond_the_axes_are_counted(upstream):
    upstream.update(stepped(8, lift=1000), N=8, lr=0.3)
    assert [side["outside"].get_text() for side in upstream.sides] == ["8 outside", ""]


def test_the_step_keeps_its_artists_and_its_texts_inside(upstream):
    before = artists(upstream)
    for N in (2, 64):
        for lift in (0, -30, 3000):
            upstream.update(stepped(N, lift), N=N, lr=0.3)
            assert clipped(upstream) == []
            assert len(upstream.describe()) <= 170
    assert artists(upstream) == before


def test_a_bad_result_leaves_the_last_picture(jacobian, gradient, upstream):
    J = shown_jacobian(jacobian)
    gradient.update(passed(8))
    upstream.update(stepped(8), N=8, lr=0.1)
    pictures = (jacobian, gradient, upstream)
    before = [picture.pixels() for picture in pictures]
    where = dict(gamma_over_s=1, eps=0)
    for result, error in [
        (J, TypeError),
        ((J, np.ones(5), np.ones(5)), ValueError),
        ((J[:6], np.ones(8), np.ones(8)), ValueError),
        ((J, np.ones(8), np.full(8, np.nan)), ValueError),
    ]:
        with pytest.raises(error):
            jacobian.update(result, **where)
    x_hat, dy, line, left = passed(8)
    with pytest.raises(ValueError, match="left is NaN at index 0"):
        gradient.update((x_hat, dy, line, left * np.nan))
    with pytest.raises(TypeError, match="return x_hat, dy, line, left"):
        gradient.update((dy, line, left))
    with pytest.raises(ValueError, match="target has shape"):
        upstream.update(stepped(8), N=16, lr=0.1)
    for picture, pixels in zip(pictures, before, strict=True):
        np.testing.assert_array_equal(picture.pixels(), pixels)

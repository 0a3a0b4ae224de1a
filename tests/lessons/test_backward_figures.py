"""What the figures of the topic *backward* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import Jacobian, PassedGradient, UpstreamStep
from bn_lib.measure import batch_norm_jacobian
from bn_lib.normalization import normalize
from tests.lessons.pictures import Figure

DRAWN = np.random.default_rng(0).standard_normal(64)


def jacobian_of(N=8, gamma_over_s=1.0, eps=0.0):
    h = np.sort(DRAWN[:N])
    J = batch_norm_jacobian(h, gamma_over_s * np.sqrt(h.var() + eps), eps)
    result = J, normalize(h, eps), np.linalg.eigvalsh(J)
    return result, dict(N=N, gamma_over_s=gamma_over_s, eps=eps)


def shown_jacobian(picture, N=8, gamma_over_s=1.0, eps=0.0):
    result, position = jacobian_of(N, gamma_over_s, eps)
    picture.update(result, **position)
    return result[0]


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
    assert "γ = −0.5 s, ε = 10⁻⁵: rank 7" in said
    assert f"along x̂: ×−{tiny * 1e5:.2g}·10⁻⁵" in said
    assert "6 other directions: ×−0.50." in said
    shown_jacobian(jacobian, 3)
    assert "1 other direction: ×1.00" in jacobian.describe()
    shown_jacobian(jacobian, 2)
    assert "rank 0" in jacobian.describe()
    assert "no other" in jacobian.describe()


def test_the_shares_add_up_and_are_those_of_the_parts(gradient):
    result = x_hat, dy, _, left = passed(8, common=1, along=-0.5)
    gradient.update(result)
    heights = [bar.get_xy()[1, 1] for bar in gradient.bars.bars]
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
    assert gradient.sides[0][1].get_clip_on()


def test_two_examples_leave_nothing(gradient):
    gradient.update(passed(2))
    assert "0 % is left; for a random dy 0 % is expected" in gradient.describe()


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


FIGURES = [
    Figure(
        Jacobian,
        [jacobian_of(N, g, eps) for N in (2, 8, 16) for g in (-1, 0, 2) for eps in (0, 1e-5, 1)],
    ),
    Figure(
        PassedGradient,
        [(passed(N, c, along=c / 1.5), {}) for N in (2, 8, 32) for c in (-1.5, 1.5, 20)],
    ),
    Figure(
        UpstreamStep,
        [(stepped(N, lift), dict(N=N, lr=0.3)) for N in (2, 64) for lift in (0, -30, 3000)],
    ),
]

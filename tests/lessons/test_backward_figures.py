"""What the figures of the topic *backward* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import Jacobian, Nudge, PassedGradient, Stack, UpstreamStep
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
def nudge():
    return Nudge()


@pytest.fixture
def stack():
    return Stack(depth=5)


@pytest.fixture
def upstream():
    return UpstreamStep()


@pytest.mark.parametrize("N", [2, 3, 4, 6, 8, 12, 16])
def test_every_entry_is_a_square_of_the_map(jacobian, N):
    J = shown_jacobian(jacobian, N)
    side = 48 // N
    centers = jacobian.image.get_array()[side // 2 :: side, side // 2 :: side]
    np.testing.assert_allclose(centers * np.abs(centers), J, atol=1e-12)
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
    percents = [int(word.get_text().removesuffix(" %")) for word in gradient.words]
    assert sum(percents) == 100
    np.testing.assert_allclose(percents, 100 * np.array(heights), atol=1)
    assert f"{percents[2]} % are left" in gradient.describe()
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
    assert "0 % are left; of a random dy 0 % on average" in gradient.describe()


def test_the_step_says_losses_and_means(upstream):
    upstream.update(stepped(8, lift=3), N=8, lr=0.1)
    mean = DRAWN[:8].mean()
    said = f"loss 16.00 and mean {mean:.2f}. After the step: 1.00 and {mean + 3:.2f} without"
    assert said in upstream.describe()
    assert f"16.00 and {mean:.2f} with it" in upstream.describe()
    left, right = upstream.sides
    assert left["loss"].get_text() == "loss 16.00 → 1.00"
    assert right["loss"].get_text() == "loss 16.00 → 16.00"
    np.testing.assert_allclose(left["new mean"].get_ydata(), mean + 3)
    np.testing.assert_allclose(right["new mean"].get_ydata(), mean)


def test_outputs_beyond_the_axes_are_counted(upstream):
    upstream.update(stepped(8, lift=1000), N=8, lr=0.3)
    assert [side["outside"].get_text() for side in upstream.sides] == ["8 outside", ""]


def test_what_comes_out_is_drawn_beside_what_went_in(nudge):
    before, pushed = DRAWN[:8], DRAWN[:8] + 0.5
    nudge.update((before, pushed, before), direction="all up alike")
    (_, rings, into, _), (rods, _, out, words) = nudge.sides
    np.testing.assert_array_equal(rings.get_ydata(), before)
    np.testing.assert_array_equal(into.get_ydata(), pushed)
    np.testing.assert_array_equal(out.get_ydata(), before)
    assert [len(path.vertices) for path in rods.get_paths()] == [2] * 8
    assert words.get_text() == "moves by 0.00"
    assert nudge.describe() == (
        "Pushed all up alike: what goes in moves by 0.50, what comes out by 0.00"
        " (rms over the examples)."
    )


def sides_of(lowest, highest=0.2):
    return (0.27, np.geomspace(lowest, 1, 5)), (0.002, 3 * np.geomspace(highest, 1, 5))


def test_the_gradient_is_drawn_relative_to_the_last_layer(stack):
    stack.update(sides_of(1e-3), scale=4, gamma=1)
    (raw, dots, words), (normalized, *_) = stack.curves
    for mark in (raw, dots):
        np.testing.assert_allclose(mark.get_ydata(), np.geomspace(1e-3, 1, 5))
    np.testing.assert_allclose(normalized.get_ydata()[[0, -1]], [0.2, 1])
    assert words.get_text() == "10⁻³"
    assert stack.describe() == (
        "Weights ×4, γ = 1: 27 % of the units are saturated without normalization."
        " Gradient at the first layer ÷ last: 10⁻³ without, 0.2 with it."
    )


def test_a_gradient_of_zero_is_drawn_on_the_logarithmic_axis(stack):
    stack.update(((0, np.zeros(5)), (0, np.zeros(5))), scale=1)
    for line, dots, _ in stack.curves:
        for mark in (line, dots):
            assert np.isfinite(np.asarray(mark.get_ydata())).all()


FIGURES = [
    Figure(
        Nudge,
        [
            ((DRAWN[:8], DRAWN[:8] + p, DRAWN[:8]), dict(direction="all up alike"))
            for p in (0, 1, -30)
        ],
    ),
    Figure(
        lambda: Stack(depth=5),
        [
            (sides_of(low, high), dict(scale=30, gamma=0.25))
            for low, high in ((1e-30, 1e30), (1, 1), (1e9, 1e-9))
        ],
    ),
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

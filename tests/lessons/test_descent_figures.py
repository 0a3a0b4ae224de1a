"""What the figures of the topic *descent* show, and say."""

from itertools import combinations

import numpy as np
import pytest

from bn_lib.data import puzzle
from bn_lib.figures import Bowl, LayerSizes, Leaving, SameGamma, TwoSpreads, UnitByUnit, Valley
from tests.lessons.pictures import Figure

UNDONE = np.array([1.7, 3.0])


def towards(lr, steps=100, start=(5, -2)):
    """Steps straight towards UNDONE, with the factor 1 - 2 lr."""
    factors = (1 - 2 * lr) ** np.arange(steps + 1)
    return UNDONE + factors[:, None] * (np.array(start) - UNDONE)


@pytest.fixture
def bowl():
    return Bowl(UNDONE)


@pytest.mark.parametrize(
    ("lr", "factor"), [(0.05, "0.9"), (0.499999, "2·10⁻⁶"), (0.95, "0.9"), (1.1, "1.2")]
)
def test_the_bowl_says_the_factor_of_a_step(bowl, lr, factor):
    bowl.update(towards(lr), lr=lr, gamma=5, beta=-2)
    assert f"× {factor} in a step" in bowl.describe()
    assert f"lr = {lr}:" in bowl.describe()


def test_the_bowl_draws_path_start_and_end(bowl):
    path = towards(0.05)
    bowl.update(path, lr=0.05)
    assert bowl.path.get_xydata().tolist() == path.tolist()
    assert bowl.first.get_xydata().tolist() == path[:1].tolist()
    assert bowl.last.get_xydata().tolist() == path[-1:].tolist()
    assert not bowl.rest.get_visible()
    np.testing.assert_allclose(bowl.left.get_ydata(), np.linalg.norm(path - UNDONE, axis=1))


def test_steps_outside_of_the_plane_are_counted(bowl):
    path = towards(1.1)
    bowl.update(path, lr=1.1)
    outside = np.sum((path < (-4, -4)) | (path > (7, 10)), axis=1).astype(bool).sum()
    assert bowl.outside.get_text() == f"{outside} steps outside"
    bowl.update(towards(0.05), lr=0.05)
    assert bowl.outside.get_text() == ""


def test_of_mini_batches_the_mean_of_the_second_half_is_marked(bowl):
    path = towards(0.05)
    path[:50] = 0
    bowl.update(path, lr=0.05, N=4)
    assert bowl.rest.get_visible()
    np.testing.assert_allclose(bowl.rest.get_xydata()[0], path[50:].mean(axis=0))
    assert "N = 4" in bowl.describe()
    assert "undone is γ = 1.70, β = 3.00" in bowl.describe()


def test_a_path_that_starts_undone_stays_there(bowl):
    bowl.update(towards(0.05, start=UNDONE), lr=0.05)
    assert "0 to 6 decimals" in bowl.describe()


def test_the_valley_says_product_and_what_it_should_be():
    valley = Valley(undone=(1.5, 1), steps=2)
    path = np.array([[1.0, 3.0], [0.8, 2.5], [0.5, 3.0]])
    valley.update((path, np.array([2, 0.1, 0])), lr=0.03)
    assert "γ = 0.50 (undone 1.50), γ·v = 1.50 (needed 1.50)" in valley.describe()
    axes = valley.left.axes
    assert valley.left.get_ydata()[-1] == axes.get_yticks()[0] == axes.get_ylim()[0]
    assert axes.get_yticklabels()[0].get_text() == "≤ 10⁻⁹"
    with pytest.raises(ValueError, match="losses has shape"):
        valley.update((path, np.zeros(2)), lr=0.03)


ENDS = [(1.87, 0.8), (1.87, 1.3), (1.87, 1.87), (1.87, 2.1), (1.87, 3.1), (1.87, 4.6), (1.9, 24),
        (-1, 90), (0, 0.2)]  # fmt: skip


@pytest.mark.parametrize(("gamma", "own"), ENDS)
def test_the_names_of_both_spreads_are_apart_and_in_the_figure(gamma, own):
    picture = TwoSpreads(sigma=1.87, until=2000)
    picture.update((np.array([0, 2000]), np.array([1, gamma]), np.array([own, own])))
    (teacher,) = (t for t in picture.figure.axes[0].texts if t.get_text() == "the teacher's σ")
    boxes = [
        text.get_window_extent(picture.figure.canvas.get_renderer())
        for text in (picture.gamma_name, picture.own_name, teacher)
    ]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert "the teacher's σ is 1.87" in picture.describe()


def test_each_unit_is_a_dot_or_counted_outside():
    picture = UnitByUnit(3)
    gamma, beta = np.array([1, 2, 9]), np.array([0, 0.5, -0.5])
    sigma, mu = np.array([0.1, 0.2, 0.3]), np.array([-9, 9, 0])
    picture.update((gamma, beta, sigma, mu, -0.5), step=30, layer=1, activation="relu")
    (dots, gammas_outside), (_, betas_outside) = picture.sides
    assert dots.get_xydata().tolist() == np.stack([sigma, gamma], axis=1).tolist()
    assert gammas_outside.get_text() == "1 units outside"
    assert betas_outside.get_text() == "2 units outside"
    said = "γ and β have gone −50 % of the way"
    assert picture.describe().startswith(f"step 30, layer 1, activation relu: {said}")
    picture.update((gamma, beta, sigma, mu, -0.5))
    assert picture.describe().startswith(said)


def test_how_far_the_typical_gamma_is_from_its_sigma():
    picture = Leaving(3)
    picture.update((np.array([0.1, 0.1, 0.05]), np.array([-1, 0.5, 2.5])))
    assert picture.describe() == (
        "γ between −1.0 and 2.5, σ about 0.100; in the typical unit |γ| is 10 times σ."
    )
    assert picture.outside.get_text() == "1 units outside"


def test_gamma_is_above_its_sigma_and_beta_above_its_mu():
    picture = SameGamma(3)
    sigma, gamma = np.array([0.2, 0.5, 9.0]), np.array([1.5, 1.8, 1.9])
    mu, beta = np.array([1, -2, 3]), np.array([0.1, 0.2, -0.3])
    picture.update((sigma, mu, gamma, beta), scale=3)
    left, right = (dots.get_xydata() for dots in picture.dots)
    assert left.tolist() == np.stack([sigma, gamma], axis=1).tolist()
    assert right.tolist() == np.stack([mu, beta], axis=1).tolist()
    assert picture.describe() == (
        "initial weights ×3: the typical unit has γ = 1.8, σ = 0.5 (1 dots outside)."
    )


def layer_sizes(start, step):
    record = puzzle(start)
    every = record.sizes(0), record.sizes(step), record.after(step)
    result = tuple({name: part[name] for name in LayerSizes.NAMES} for part in every)
    return result, dict(start=start, step=step)


def test_each_panel_shows_the_sizes_now_on_those_at_first():
    picture = LayerSizes()
    (first, now, accuracy), position = layer_sizes("faint", 300)
    picture.update((first, now, accuracy), **position)
    for name, (pale, line, dots, _, below) in picture.panels.items():
        np.testing.assert_allclose(pale.get_ydata(), np.median(first[name], axis=0))
        np.testing.assert_allclose(line.get_ydata(), np.median(now[name], axis=0))
        np.testing.assert_allclose(dots.get_ydata(), line.get_ydata())
        assert below.get_text() == f"reads {100 * accuracy[name].mean():.0f} %"
    said = "faint, step 300, last hidden layer: no batch norm 0.0038 (10 %), frozen undone 0.0034"
    assert picture.describe().startswith(said)


def test_what_is_too_large_is_said_and_what_has_overflowed_too():
    picture = LayerSizes()
    for step, words in ((1, "↑ 9.7·10⁶"), (300, "overflowed")):
        result, position = layer_sizes("exploding", step)
        picture.update(result, **position)
        _, line, _, above, _ = picture.panels["no batch norm"]
        assert above.get_text() == words
        assert np.all(line.get_ydata() <= picture.HIGH)
    assert "no batch norm overflowed, frozen undone 180 (93 %)" in picture.describe()
    assert picture.panels["frozen undone"][3].get_text() == ""


def test_sizes_of_other_layers_are_refused():
    (first, now, accuracy), position = layer_sizes("faint", 1)
    fewer = now | {"no batch norm": now["no batch norm"][:, 1:]}
    with pytest.raises(ValueError, match="no batch norm has sizes"):
        LayerSizes().update((first, fewer, accuracy), **position)


def units(spread):
    gamma, sigma, mu = 1 + spread * np.random.default_rng(0).standard_normal((3, 50))
    return gamma, gamma / 4, np.abs(sigma), mu, -0.555


FIGURES = [
    Figure(
        lambda: Bowl(UNDONE),
        [
            (towards(lr, start=start), dict(lr=lr) | more)
            for lr in (0.05, 0.5, 0.95, 1.1)
            for start in ((5, -2), UNDONE, (-3.25, -2.75))
            for more in ([{}, dict(N=256)] if lr < 1 else [{}])
        ],
    ),
    Figure(
        lambda: Valley(undone=(1.5, 1), steps=200),
        [
            ((towards(lr, 200, start), np.geomspace(1, 1e-12, 201)), dict(lr=lr))
            for lr in (0.005, 1.001)
            for start in ((3, 3), (-3.25, -3.75))
        ],
    ),
    Figure(
        lambda: TwoSpreads(sigma=1.87, until=2000),
        [((np.array([0, 2000]), np.array([1, g]), np.array([own, own])), {}) for g, own in ENDS],
    ),
    Figure(
        lambda: UnitByUnit(50),
        [(units(s), dict(step=600, layer=2, activation="sigmoid")) for s in (0, 0.5, 9)],
    ),
    Figure(
        lambda: Leaving(50),
        [
            ((abs(sigma), gamma), {})
            for sigma, gamma in np.random.default_rng(0).normal(0, 1, (2, 2, 50))
        ],
    ),
    Figure(
        lambda: SameGamma(50),
        [
            ((sigma, mu, gamma, beta), dict(scale=scale))
            for scale in (0.3, 10)
            for gamma, beta, sigma, mu, _ in [units(scale / 10)]
        ],
    ),
    Figure(
        LayerSizes,
        [layer_sizes(start, step) for start in ("exploding", "faint") for step in (0, 1, 300)],
    ),
]

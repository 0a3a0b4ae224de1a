"""What the figures of the topic *normalize* show, and say."""

import numpy as np
import pytest

from bn_lib.data import two_humped
from bn_lib.figures import BatchTable, Coupling, NearConstant, Neighbors, Shape
from bn_lib.normalization import normalize
from tests.lessons.pictures import Figure

BATCH = np.array([[3.0, 20], [1, 10], [4, 30], [1, 20]])


def table():
    picture = BatchTable(BATCH, picked=(1, 1))
    picture.update((BATCH, normalize(BATCH)))
    return picture


def drag(value, n, seed=0):
    H = two_humped(16, np.random.default_rng(seed))[:n]
    drawn = normalize(H)
    H[0] = value
    return H, normalize(H), drawn


def coupling():
    picture = Coupling()
    picture.update(drag(6.0, 8))
    return picture


def spread_after(sigma, eps):
    return sigma / np.sqrt(sigma**2 + eps)


PATTERN = normalize(np.array([3.0, 1, 4, 1, 5, 9]), eps=0)


def near_constant(sigma=1.0, eps=1e-5):
    picture = NearConstant(PATTERN, spread_after)
    picture.update(normalize(5 + sigma * PATTERN, eps), sigma=sigma, eps=eps)
    return picture


def shape(n=100):
    H = two_humped(n, np.random.default_rng(0))
    picture = Shape(n)
    picture.update((H, normalize(H)))
    return picture


def words(texts):
    return [text.get_text() for text in texts]


def test_the_table_shows_every_number_and_mean_and_spread():
    picture = table()
    before, after = picture.before.cells, picture.after.cells
    assert words(before[0]) == ["3.00", "20.00"]
    assert words(before[-2]) == ["2.25", "20.00"]
    assert words(before[-1]) == ["1.30", "7.07"]
    assert words(after[1]) == ["−0.96", "−1.41"]
    assert words(after[-2]) == ["0.00", "0.00"]
    assert words(after[-1]) == ["1.00", "1.00"]
    np.testing.assert_array_equal(picture.before.image.get_array(), BATCH)
    assert picture.describe() == (
        "Before: means 2.25 to 20.00, σ 1.30 to 7.07. After: means 0.00, σ 1.00."
    )


def test_the_dragged_example_has_its_own_marker_on_both_lines():
    picture = coupling()
    H, H_hat, drawn = drag(6.0, 8)
    np.testing.assert_allclose(picture.picked.get_xdata(), [(6 - 3) / 2, H_hat[0]])
    np.testing.assert_array_equal(picture.below.get_xdata(), H_hat[1:])
    np.testing.assert_array_equal(picture.rings.get_xdata(), drawn[1:])
    assert len(picture.joins.get_segments()) == len(H)
    low, high = np.min(abs(H_hat - drawn)[1:]), np.max(abs(H_hat - drawn)[1:])
    assert picture.describe() == (
        f"N = 8: the purple example at 6.0 becomes {H_hat[0]:.2f}; "
        f"the other 7 outputs moved by {low:.2f} to {high:.2f}."
    )


@pytest.mark.parametrize("n", [2, 3, 16])
def test_no_output_passes_the_marked_limits(n):
    picture = coupling()
    picture.update(drag(1000.0, n))
    low, high = picture.limits.get_xdata()
    assert (low, high) == (-np.sqrt(n - 1), np.sqrt(n - 1))
    assert low <= picture.below.get_xdata().min() <= picture.picked.get_xdata()[1] <= high


def test_with_two_examples_it_speaks_of_one_other_output():
    picture = coupling()
    picture.update(drag(6.0, 2))
    assert "becomes 1.00; the other output moved by" in picture.describe()


def test_where_two_examples_change_places_the_other_is_not_in_its_own_ring():
    """It is where the dragged one was, which has a mark of its own."""
    picture = coupling()
    picture.update((np.array([10.0, 3]), np.array([1.0, -1]), np.array([-1.0, 1])))
    assert picture.describe().endswith("the other output moved by 2.00.")
    assert (picture.below.get_xdata(), picture.rings.get_xdata()) == ([-1], [1])
    assert picture.start.get_xdata() == [-1]
    assert picture.start.get_marker() == picture.picked.get_marker() != picture.rings.get_marker()


def test_a_spread_of_root_eps_leaves_half_the_variance():
    picture = near_constant(sigma=np.sqrt(1e-5))
    assert "spread 0.707 and variance 0.500" in picture.describe()
    np.testing.assert_allclose(picture.here.get_xdata(), [-2.5])
    np.testing.assert_allclose(picture.here.get_ydata(), [np.sqrt(0.5)], rtol=1e-6)


def test_a_constant_column_stands_at_the_axis_own_zero():
    picture = near_constant(sigma=0)
    assert picture.describe() == "A constant column and ε = 10⁻⁵: the outputs are exactly 0."
    assert picture.here.get_xdata() == [-5]
    picture.update(PATTERN, sigma=0, eps=1e-5)
    assert "not all 0" in picture.describe()


def test_without_eps_there_is_no_knee():
    picture = near_constant(sigma=0.001, eps=0)
    assert not picture.knee.get_visible()
    np.testing.assert_array_equal(picture.curve.get_ydata(), 1)


def test_shift_and_scale_leave_the_counts_of_both_histograms():
    picture = shape()
    H = two_humped(100, np.random.default_rng(0))
    counts = picture.before.get_data().values
    np.testing.assert_array_equal(counts, picture.after.get_data().values)
    assert counts.sum() == 100
    picture.update((0.5 * H - 4, normalize(0.5 * H - 4)))
    np.testing.assert_array_equal(counts, picture.before.get_data().values)
    np.testing.assert_array_equal(counts, picture.after.get_data().values)


def test_the_histograms_say_what_lies_outside_and_survive_a_constant_unit():
    picture = shape()
    H = two_humped(100, np.random.default_rng(0))
    picture.update((H + 100, normalize(H)))
    assert picture.words[0][1].get_text() == "100 outside"
    picture.update((np.full(100, 2.0), np.zeros(100)))
    assert picture.describe().endswith("After: mean 0.00, σ 0.00, skewness 0.00.")


def test_a_bad_formula_leaves_the_last_picture():
    picture = near_constant()
    before = picture.pixels()
    picture.spread_after = lambda sigma, eps: 1 / 2
    with pytest.raises(ValueError, match="the formula has shape"):
        picture.update(PATTERN, sigma=0.1, eps=1e-5)
    np.testing.assert_array_equal(picture.pixels(), before)


@pytest.mark.parametrize("n", [1, 17])
def test_the_number_lines_refuse_batches_they_cannot_show(n):
    with pytest.raises(ValueError, match=f"H has {n} examples, but the figure shows from 2 to 16"):
        coupling().update((np.arange(float(n)),) * 3)


H = two_humped(100, np.random.default_rng(0))


def hum(sigma, n=40):
    H = np.random.default_rng(0).standard_normal((n, 2)) * (1, sigma)
    return H, normalize(H)


def test_the_neighbors_are_those_before_and_after_and_how_many_keep_theirs_is_said():
    picture = Neighbors(40, picked=7)
    H, H_hat = hum(0.01)
    picture.update((H, H_hat))
    nearest = []
    for batch in (H, H_hat):
        distances = np.linalg.norm(batch[:, None] - batch, axis=2) + 100 * np.eye(40)
        nearest.append(np.argmin(distances, axis=1))
    for panel, batch in zip(picture.panels, (H, H_hat), strict=True):
        for line, found in zip(panel[1], nearest, strict=True):
            np.testing.assert_array_equal(line.get_xydata(), batch[[7, found[7]]])
    kept = np.mean(nearest[0] == nearest[1])
    assert kept < 0.5
    assert f"{100 * kept:.0f} % of the 40 examples keep" in picture.describe()
    picture.update((H, H))
    assert "100 % of the 40 examples keep" in picture.describe()


def test_a_table_without_a_picked_cell_has_no_frame():
    framed, plain = BatchTable(BATCH, picked=(1, 1)), BatchTable(BATCH)
    assert len(framed.moving) == len(plain.moving) + 2


FIGURES = [
    Figure(
        lambda: BatchTable(BATCH, picked=(1, 1)),
        [((a * BATCH + 1, normalize(BATCH)), {}) for a in (-100, 0, 1)],
    ),
    Figure(Coupling, [(drag(value, n), {}) for value in (-10, 6, 16) for n in (2, 8, 16)]),
    Figure(
        lambda: NearConstant(PATTERN, spread_after),
        [
            (normalize(5 + sigma * PATTERN, eps), dict(sigma=sigma, eps=eps))
            for sigma in (1e-4, 1, 10)
            for eps in (1e-8, 1e-5, 1)
        ],
    ),
    Figure(lambda: Shape(100), [((a * H + 2, normalize(H)), {}) for a in (1, -10, 0, 10)]),
    Figure(lambda: Neighbors(40), [(hum(sigma), {}) for sigma in (1, 0.01, 1e-4)]),
]

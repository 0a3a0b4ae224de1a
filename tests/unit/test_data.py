"""The digits that ship with the library, and the drawn data."""

from pathlib import Path

import numpy as np
import pytest

from bn_lib.data import digits, spirals, two_humped

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "bn_lib" / "data" / "digits.npz"


def generator(seed=0):
    return np.random.default_rng(seed)


def test_digits_are_parted_into_training_and_test():
    d = digits()
    assert d.x.shape == (1400, 64)
    assert d.test_x.shape == (397, 64)
    assert d.labels.shape == (1400,)
    assert d.test_labels.shape == (397,)
    assert d.x.dtype == float
    assert d.labels.dtype.kind == "i"
    everyone = np.concatenate([d.x, d.test_x])
    assert (everyone.min(), everyone.max()) == (0, 1)
    assert (np.bincount(d.test_labels) > 25).all()
    assert len(np.unique(everyone, axis=0)) == 1797  # nobody is in both parts


def test_digits_look_like_digits():
    """The mean of the training images of each class tells nine of ten test images."""
    d = digits()
    means = np.array([d.x[d.labels == k].mean(axis=0) for k in range(10)])
    distance = ((d.test_x[:, None] - means) ** 2).sum(axis=2)
    assert np.mean(distance.argmin(axis=1) == d.test_labels) > 0.88


def test_digits_are_the_same_each_time_and_nobody_elses():
    first, second = digits(), digits()
    np.testing.assert_array_equal(first.x, second.x)
    first.x[:] = 0
    assert digits().x.any()


def saved(tmp_path, **changed):
    with np.load(FILE) as file:
        arrays = dict(file)
    np.savez(
        tmp_path / "digits.npz", **arrays | {n: change(arrays) for n, change in changed.items()}
    )
    return tmp_path / "digits.npz"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"images": lambda a: a["images"] * 15}, "up to 240, expected"),
        ({"images": lambda a: a["images"] / 16}, "type float64"),
        ({"labels": lambda a: np.roll(a["labels"], 1) // 2}, "of the classes"),
    ],
    ids=["too dark", "another type", "a label changed"],
)
def test_images_and_labels_of_other_values_are_refused(changed, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        digits(saved(tmp_path, **changed))


def test_the_file_goes_with_a_page_that_says_where_it_comes_from():
    assert FILE.with_suffix(".md").exists()


def test_spirals_are_two_classes_that_no_line_parts():
    x, labels = spirals(2000, generator(), noise=0)
    assert x.shape == (2000, 2)
    assert np.bincount(labels).tolist() == [1000, 1000]
    radius = np.hypot(*x.T)
    assert 0.2 <= radius.min() < radius.max() <= 2
    line = np.linalg.lstsq(np.c_[x, np.ones(len(x))], labels - 0.5, rcond=None)[0]
    assert np.mean((np.c_[x, np.ones(len(x))] @ line > 0) == labels) < 0.7
    # Each point lies on the spiral of its class, and the classes are half a turn apart.
    angle = np.arctan2(x[:, 1], x[:, 0]) - 2 * np.pi * 1.5 * radius / 2 - np.pi * labels
    np.testing.assert_allclose(np.cos(angle), 1)


def test_noise_and_turns_of_spirals():
    clear, noisy = (spirals(5000, generator(), turns=1, noise=s)[0] for s in (0, 0.1))
    assert (noisy - clear).std() == pytest.approx(0.1, rel=0.05)


def test_two_humped_has_the_mean_and_spread_it_says():
    h = two_humped(200_000, generator(), mean=3, std=2)
    assert h.mean() == pytest.approx(3, abs=0.02)
    assert h.std() == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: two_humped(0, generator()), ValueError, "n is 0, expected at least 1"),
        (lambda: two_humped(2.0, generator()), ValueError, "n is 2.0, .* a whole number"),
        (lambda: two_humped(9, 0), TypeError, "rng is 0, expected a generator"),
        (lambda: spirals(0, generator()), ValueError, "n is 0, expected at least 2"),
        (lambda: spirals(True, generator()), ValueError, "n is True"),
        (lambda: spirals(9, None), TypeError, "rng is None, expected a generator"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_path_may_be_a_string():
    np.testing.assert_array_equal(digits(str(FILE)).x, digits().x)

"""MNIST as it ships with the library: counts, bits, and the license."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from bn_lib.data import mnist
from bn_lib.data.mnist import TEST_COUNTS, TRAIN_COUNTS

FILE = Path(__file__).resolve().parents[2] / "bn_lib" / "data" / "mnist_binary.npz"
D = mnist()


def test_there_are_all_of_each_digit():
    assert D.x.shape == (60_000, 784)
    assert D.test_x.shape == (10_000, 784)
    assert np.bincount(D.labels).tolist() == TRAIN_COUNTS
    assert np.bincount(D.test_labels).tolist() == TEST_COUNTS
    assert D.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]  # as MNIST is known to begin


def test_pixels_are_zero_or_one_in_float32():
    some = D.x[100:160]
    assert some.shape == (60, 784)
    assert some.dtype == D.x.dtype == np.float32
    assert set(np.unique(some)) == {0, 1}
    assert 0.05 < some.mean() < 0.25


@pytest.mark.parametrize(
    "index",
    [
        3,
        slice(0, 50, 7),
        np.array([5, 5, 2]),
        [5, 5, 2],
        np.array([[5, 5], [2, 1]]),
        np.arange(10_000) % 3000 == 1,
        np.s_[:],
        ...,
    ],
    ids=["one", "slice", "array", "list", "table", "booleans", "all", "dots"],
)
def test_any_index_takes_the_same_images(index):
    everyone = np.unpackbits(D.test_x.packed, axis=1)
    np.testing.assert_array_equal(D.test_x[index], everyone[index])


@pytest.mark.parametrize(
    "index",
    [np.s_[:50, 3], np.s_[..., :10], np.s_[0, 0], None, True, np.zeros((10_000, 98), bool)],
    ids=str,
)
def test_pixels_are_not_taken_from_packed_bytes(index):
    with pytest.raises(IndexError, match=r"take images first and their pixels then, as in x\[:50"):
        D.test_x[index]


def test_no_more_is_unpacked_than_is_asked_for():
    tracemalloc.start()
    D.x[np.arange(60)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * 784 * 6  # float32 and the bytes before it, not the 188 MB of all


def test_digits_look_like_digits():
    """The mean of some training images of each class tells four of five test images."""
    x, labels = D.x[:5000], D.labels[:5000]
    means = np.array([x[labels == k].mean(axis=0) for k in range(10)])
    test = D.test_x[:1000]
    nearest = ((means**2).sum(axis=1) - 2 * test @ means.T).argmin(axis=1)
    assert np.mean(nearest == D.test_labels[:1000]) > 0.75


def test_the_file_goes_with_its_attribution_and_license():
    said = FILE.with_suffix(".md").read_text(encoding="utf-8")
    assert "LeCun" in said
    assert "by-sa/3.0" in said
    license = (FILE.parent / "LICENSE-mnist").read_text(encoding="utf-8")
    assert "Attribution-ShareAlike 3.0 Unported" in license
    assert "8. Miscellaneous" in license


def test_labels_of_other_counts_are_refused(tmp_path):
    path = tmp_path / "mnist_binary.npz"
    with np.load(FILE) as file:
        arrays = dict(file)
    np.savez(path, **arrays | {"train_labels": np.roll(arrays["train_labels"], 1) // 2})
    for each in (path, str(path)):
        with pytest.raises(ValueError, match=r"train_labels has .* of the classes"):
            mnist(each)

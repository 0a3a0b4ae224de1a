"""The digits that ship with the library, damaged copies of them, and the drawn data."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bn_lib.data import (
    digits,
    drift_sweep,
    fates,
    paper_sweep,
    rate_map,
    spirals,
    two_humped,
)

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


def test_the_file_is_small_plain_and_goes_into_the_package():
    assert FILE.stat().st_size < 50_000
    assert (FILE.with_suffix(".md")).exists()
    with zipfile.ZipFile(FILE) as file:
        assert sorted(file.namelist()) == ["images.npy", "labels.npy"]
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():  # what git ignores, the package leaves out
        assert subprocess.run([git, "check-ignore", FILE], cwd=ROOT).returncode == 1


def arrays():
    with np.load(FILE) as file:
        return dict(file)


def saved(tmp_path, **changed):
    path = tmp_path / "digits.npz"
    np.savez(path, **{name: a for name, a in (arrays() | changed).items() if a is not None})
    return path


def cut(tmp_path, length):
    path = tmp_path / "digits.npz"
    path.write_bytes(FILE.read_bytes()[:length])
    return path


def flipped(tmp_path):
    path = tmp_path / "digits.npz"
    content = bytearray(FILE.read_bytes())
    content[20_000] ^= 255
    path.write_bytes(content)
    return path


def pickled(tmp_path):
    class Evil:
        def __reduce__(self):
            return print, ("run",)

    path = tmp_path / "digits.npz"
    stream = io.BytesIO()
    np.save(stream, np.array([Evil()]), allow_pickle=True)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("images.npy", stream.getvalue())
        file.writestr("labels.npy", stream.getvalue())
    return path


def single(tmp_path):
    path = tmp_path / "digits.npz"
    with path.open("wb") as stream:
        np.save(stream, np.zeros(3))
    return path


DAMAGE = {
    "one array": (single, "cannot be read"),
    "missing": (lambda p: p / "digits.npz", "is missing"),
    "empty": (lambda p: cut(p, 0), "cannot be read"),
    "cut off": (lambda p: cut(p, 30_000), "cannot be read"),
    "a flipped byte": (flipped, "cannot be read"),
    "pickled": (pickled, "cannot be read"),
    "an array less": (lambda p: saved(p, labels=None), "cannot be read .*labels"),
    "examples less": (lambda p: saved(p, images=arrays()["images"][:99]), r"images has shape \(99"),
    "too dark": (lambda p: saved(p, images=arrays()["images"] * 15), "up to 240, expected"),
    "another type": (lambda p: saved(p, images=arrays()["images"] / 16), "type float64"),
    "a label changed": (
        lambda p: saved(p, labels=np.roll(arrays()["labels"], 1) // 2),
        "of the classes",
    ),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_copy_is_refused_in_words(damage, message, tmp_path, capsys):
    with pytest.raises(ValueError, match=message) as caught:
        digits(damage(tmp_path))
    assert "digits.npz" in str(caught.value)
    assert str(caught.value).endswith("install bn_lib anew.")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("load", [drift_sweep, fates, paper_sweep, rate_map])
def test_any_damage_to_a_recorded_sweep_is_said(load, tmp_path):
    (whole,) = (value for value in load.__defaults__ if isinstance(value, Path))
    content, path = whole.read_bytes(), tmp_path / whole.name
    rng = np.random.default_rng(0)
    damaged = [b"", content[:10], content[: len(content) // 2], content[:-9]]
    for place in rng.integers(0, len(content), 60):
        damaged.append(content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :])
    refused = 0
    for each in damaged:
        path.write_bytes(each)
        try:
            load(path)  # a byte that nobody reads may be flipped
        except ValueError as error:
            refused += "Run `make" in str(error)
    assert refused > len(damaged) / 2
    with pytest.raises(ValueError, match=r"is missing\. Run `make"):
        load(tmp_path / "none.npz")


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
    with pytest.raises(ValueError, match="n = 0"):
        two_humped(0, generator())

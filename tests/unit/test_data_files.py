"""The data files that ship with bn_lib: small, in the package, and refused when damaged."""

import io
import shutil
import subprocess
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from bn_lib.data import (
    batch_noise,
    digits,
    drift_sweep,
    libraries,
    mnist,
    noise_dial,
    paper_sweep,
    puzzle,
    rate_map,
    second_measure,
)
from bn_lib.data.records import Record, write

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "bn_lib" / "data"
# Each file's reader, an array in it, what a reader is told to do, and how large the file may be.
FILES = {
    "digits.npz": (digits, "images", "install bn_lib anew", 50_000),
    "mnist_binary.npz": (mnist, "test_images", "install bn_lib anew", 2_100_000),
    "puzzle.npz": (partial(puzzle, "faint"), "faint_right", "make sweeps", 80_000),
    "drift.npz": (drift_sweep, "drift", "make sweeps", 10_000),
    "linear.npz": (second_measure, "cosine", "make sweeps", 10_000),
    "noise.npz": (partial(noise_dial, "relu"), "right", "make sweeps", 10_000),
    "batch_noise.npz": (batch_noise, "fresh_wrong", "make sweeps", 10_000),
    "rate_map.npz": (rate_map, "right", "make sweeps", 10_000),
    "libraries.npz": (libraries, "batch", "python -m tools.records.libraries", 30_000),
    "paper.npz": (paper_sweep, "percentiles", "make paper", 150_000),
}


def test_every_file_is_tried():
    assert {file.name for file in DATA.glob("*.npz")} == set(FILES)


def arrays(name):
    with np.load(DATA / name) as file:
        return dict(file)


def content(name):
    return (DATA / name).read_bytes()


def in_zip(*names):
    """An npz file of arrays that are code when they are unpacked."""

    class Evil:
        def __reduce__(self):
            return print, ("run",)

    pickled, stream = io.BytesIO(), io.BytesIO()
    np.save(pickled, np.array([Evil()]), allow_pickle=True)
    with zipfile.ZipFile(stream, "w") as file:
        for name in names:
            file.writestr(f"{name}.npy", pickled.getvalue())
    return stream.getvalue()


def without(arrays, name):
    return {other: array for other, array in arrays.items() if other != name}


def saved(save, *unnamed, **named):
    stream = io.BytesIO()
    save(stream, *unnamed, **named)
    return stream.getvalue()


# What is done to a file, given its name and that of an array; and what is said then.
DAMAGE = {
    "empty": (lambda name, array: b"", "cannot be read"),
    "cut off": (lambda name, array: content(name)[: len(content(name)) // 2], "cannot be read"),
    "cut at its end": (lambda name, array: content(name)[:-9], "cannot be read"),
    "pickled": (lambda name, array: in_zip(*arrays(name)), "cannot be read"),
    "one array": (lambda name, array: saved(np.save, np.zeros(3)), "cannot be read"),
    "another file": (lambda name, array: saved(np.savez, other=np.zeros(3)), "no array"),
    "an array missing": (
        lambda name, array: saved(
            np.savez, **{k: v for k, v in arrays(name).items() if k != array}
        ),
        "{array}",
    ),
    "another shape": (
        lambda name, array: saved(np.savez, **arrays(name) | {array: arrays(name)[array][:1]}),
        r"{array} has shape \(1.*expected \(",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_refused_in_words(name, damage, tmp_path, capsys):
    load, array, advice, _ = FILES[name]
    damaged, message = DAMAGE[damage]
    path = tmp_path / name
    path.write_bytes(damaged(name, array))
    with pytest.raises(ValueError, match=message.format(array=array)) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert advice in str(caught.value)
    assert capsys.readouterr().out == ""  # nothing in the file was run


@pytest.mark.parametrize("kind", [Path, str])
@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_said(name, kind, tmp_path):
    load, _, advice, _ = FILES[name]
    with pytest.raises(ValueError, match=rf"{name} is missing\. .*{advice}"):
        load(kind(tmp_path / name))


@pytest.mark.parametrize("name", [name for name in FILES if "mnist" not in name])
def test_a_flipped_byte_does_no_harm_or_is_said(name, tmp_path):
    load, _, advice, _ = FILES[name]
    whole, path, refused = content(name), tmp_path / name, 0
    for place in np.random.default_rng(0).integers(0, len(whole), 60):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        try:
            load(path)  # a byte that nobody reads may be flipped
        except ValueError as error:
            refused += advice in str(error)
    assert refused > 30


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_small_and_goes_into_the_package(name):
    assert (DATA / name).stat().st_size < FILES[name][3]
    if shutil.which("git") and (ROOT / ".git").exists():  # what git ignores, the package leaves out
        assert subprocess.run(["git", "check-ignore", DATA / name], cwd=ROOT).returncode == 1


# ---------------------------------------------------------------- records


def test_a_record_says_itself_what_is_in_it(tmp_path):
    path, right = tmp_path / "some.npz", np.arange(6).reshape(2, 3)
    axes = {"side": ["without", "with"], "rate": [0.1, 1, 10]}
    write(path, axes, right=("side rate", right), of_unit=("unit", [4, 5]), tested=("", 397))
    record = Record(path, "make it")
    np.testing.assert_array_equal(record.over("right", "side", "rate"), right)
    assert record.values("side") == ["without", "with"]
    assert record.values("rate") == [0.1, 1, 10]
    assert record.over("of_unit", "unit").tolist() == [4, 5]
    assert record.over("tested") == 397


@pytest.mark.parametrize("asked", [("right", "side"), ("right", "rate", "side"), ("left", "side")])
def test_a_record_of_other_axes_is_refused(asked, tmp_path):
    path = tmp_path / "some.npz"
    write(path, {"side": ["without", "with"]}, right=("side rate", np.zeros((2, 3))))
    with pytest.raises(ValueError, match=r"another file than expected.*axes \(.*make it"):
        Record(path, "make it").over(*asked)


@pytest.mark.parametrize(
    ("axes", "right"),
    [("side", np.zeros(3)), ("side rate", np.zeros(2)), ("side", np.zeros((2, 2)))],
    ids=["length", "too few", "too many"],
)
def test_a_record_that_contradicts_itself_is_refused(axes, right, tmp_path):
    path = tmp_path / "some.npz"
    write(path, {"side": ["without", "with"]}, right=(axes, right))
    with pytest.raises(ValueError, match=r"right has shape .* expected .*side.*make it"):
        Record(path, "make it")

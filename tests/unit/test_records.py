"""The scripts of recorded runs write what bn_lib reads."""

import re
from pathlib import Path

import numpy as np
import pytest

from bn_lib.data import puzzle as read_puzzle
from bn_lib.data.records import Record
from tools.records import batch_noise, drift, linear, noise, paper, puzzle, rate_map


def of_puzzle(function, cell):
    """Its trainings return numbers, or a table that has a column for each layer."""
    activation, _, _ = puzzle.SETTINGS[cell[1]]
    if function is not puzzle.watch:
        return 0
    return np.zeros((len(cell[-1]), 1 + puzzle.HIDDEN[activation]))


def of_rate_map(function, cell):
    """Those of the map return a number for each step at which they are evaluated."""
    if function is not rate_map.train:
        return 0
    return [0] * len(cell[-1] if isinstance(cell[-1], tuple) else rate_map.STEPS)


ROOT = Path(__file__).resolve().parents[2]

# What a training of each script returns, without the training, or a function that says it.
RETURNED = {
    batch_noise: (12, 0.01),
    drift: (np.zeros((len(drift.LAYERS), len(drift.QUANTITIES))), 0.5),
    linear: (np.zeros(linear.DEPTH - 1), np.zeros(linear.DEPTH - 1), 0.0),
    noise: (0.0, 0.0, 0),
    puzzle: of_puzzle,
    rate_map: of_rate_map,
    paper: (np.zeros(len(paper.STEPS), int), np.zeros((len(paper.STEPS), 3, 100))),
}


def test_every_script_is_listed_wherever_it_is_looked_for():
    folder = ROOT / "tools" / "records"
    scripts = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.py")}
    choices = re.search(r"choices=\[(.+?)\]", scripts.pop("sweeps"))[1]
    rows = (folder / "README.md").read_text(encoding="utf-8")
    assert {*re.findall(r"^\| \[(\w+)\.py\]", rows, re.MULTILINE)} == {*scripts}
    swept = {name for name, text in scripts.items() if "results(" in text}
    assert {script.FILE.stem for script in RETURNED} == swept
    assert {*re.findall(r"\w+", choices)} == swept
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    sweeps = re.search(r"for name in (.+); do \$\(SWEEP\)", makefile)[1]
    assert {*sweeps.split()} == swept - {"paper"}  # which is long, and has its own command
    data = {file.stem for file in (ROOT / "bn_lib" / "data").glob("*.npz")}
    assert data == {*scripts, "mnist_binary"}


@pytest.mark.parametrize("script", RETURNED, ids=lambda script: script.FILE.stem)
def test_a_script_writes_a_record_with_the_names_types_and_axes_of_ours(
    script, tmp_path, monkeypatch
):
    ours = Record(script.FILE, "make it")
    monkeypatch.setattr(script, "FILE", tmp_path / script.FILE.name)
    one = RETURNED[script]

    def results(function, cells):
        return {cell: one(function, cell) if callable(one) else one for cell in cells}

    monkeypatch.setattr(script, "results", results)
    script.make()
    new = Record(script.FILE, "make it")
    assert new.axes == ours.axes
    for name, array in new.arrays.items():
        assert array.dtype == ours.arrays[name].dtype, name
        if new.axes[name] == (name,):
            assert array.tolist() == ours.values(name)
        elif not name.startswith(("again", "fresh")):  # the best cells, which runs decide
            assert array.shape == ours.arrays[name].shape, name


def test_the_puzzle_is_asked_for_a_setting_and_a_step_that_there_are():
    with pytest.raises(ValueError, match='\'loud\', expected "faint" or "exploding"'):
        read_puzzle("loud")
    record = read_puzzle("faint")
    assert set(record.after(300)) == set(record.sizes(300)) == set(puzzle.NETWORKS)
    assert record.sizes(0)["batch norm"].shape == (10, 4)
    with pytest.raises(ValueError, match="step is 301, expected one of those recorded"):
        record.after(301)

"""Sweeps over many cells: all are run, none twice, and what is finished outlives an interrupt."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from joblib import parallel_config

from tests.unit import sweep_cells
from tools.records.sweeps import sweep

ROOT = Path(__file__).resolve().parents[2]
SWEEP = """
import signal, sys
from joblib import parallel_config
from tools.records.sweeps import sweep
from tests.unit import sweep_cells
signal.signal(signal.SIGINT, signal.default_int_handler)
log, gate, folder = sys.argv[1:]
cells = [(log, gate, wait) for wait in (False, True)]
with parallel_config(n_jobs=2):
    for cell, _ in sweep(sweep_cells.noted_gate, cells, folder):
        print(cell[-1], flush=True)
"""
CELLS = [(a, b) for a in range(3) for b in range(2)]


@pytest.fixture(params=[1, 2])
def processes(request):
    with parallel_config(n_jobs=request.param):
        yield request.param


@pytest.mark.usefixtures("processes")
def test_each_cell_is_run_once_and_kept(tmp_path):
    log = tmp_path / "log"
    cells = [(str(log), *cell) for cell in CELLS]
    found = dict(sweep(sweep_cells.noted_product, cells, tmp_path / "kept"))
    assert found == {cell: cell[1] * cell[2] for cell in cells}
    assert sorted(log.read_text().split()) == sorted(f"{a}*{b}" for a, b in CELLS)
    again = dict(sweep(sweep_cells.noted_product, cells, tmp_path / "kept"))
    assert again == found
    assert len(log.read_text().split()) == len(CELLS)  # nothing was run again


@pytest.mark.usefixtures("processes")
def test_what_is_finished_outlives_a_failure(tmp_path):
    log, wall = tmp_path / "log", tmp_path / "wall"
    cells = [(str(log), str(wall), a) for a in range(6)]
    wall.touch()
    with pytest.raises(RuntimeError, match="the wall is there"):
        list(sweep(sweep_cells.stops_at_a_wall, cells, tmp_path / "kept"))
    before = log.read_text().split()
    assert before
    wall.unlink()
    found = dict(sweep(sweep_cells.stops_at_a_wall, cells, tmp_path / "kept"))
    assert found == {cell: cell[2] for cell in cells}
    after = log.read_text().split()
    assert sorted(after) == sorted(map(str, range(6)))  # the finished ones were not run again


def test_a_result_comes_before_the_others_are_finished(tmp_path):
    gate = tmp_path / "gate"
    cells = [(str(gate), True), (str(gate), False)]
    with parallel_config(n_jobs=2):
        results = sweep(sweep_cells.waits_at_a_gate, cells, tmp_path / "kept")
        assert next(results)[0] == cells[1]
        gate.touch()
        assert [cell for cell, _ in results] == cells[:1]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent in the way of Unix")
def test_what_is_finished_outlives_ctrl_c(tmp_path):
    log, gate, folder = tmp_path / "log", tmp_path / "gate", tmp_path / "kept"
    command = [sys.executable, "-c", SWEEP, log, gate, folder]
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, **pipes) as process:
        assert process.stdout.readline() == "False\n"
        os.killpg(process.pid, signal.SIGINT)
        assert "KeyboardInterrupt" in process.stderr.read()
    gate.touch()
    subprocess.run(command, cwd=ROOT, check=True, **pipes)
    assert log.read_text().split() == ["False", "True"]  # each was run to its end once

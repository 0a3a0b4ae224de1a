"""What a cell has made goes when it runs again, whichever way the front end names its cells."""

import pytest

from bn_lib.live import cells
from tests.unit import kernels

START = """
import ctypes, gc
import numpy as np
from bn_lib.data import two_humped
from bn_lib.figures import Overlay
from bn_lib.live import explore
from bn_lib.normalization import normalize

H = two_humped(256, np.random.default_rng(0))

def transform(gamma=1.0, beta=0.0):
    return gamma * normalize(H) + beta

def megabytes():
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6
"""
FIGURE = "explore(transform, Overlay(before=H), gamma=(-1, 4, 0.05), beta=(-1, 6, 0.05))"
WARM = 15  # runs after which the caches are full
RUNS = 15
ALL_RUNS = 60
MOST = 10  # MB after ALL_RUNS


@pytest.mark.parametrize("cell", ["a-cell", None])
def test_runs_of_a_cell_leave_little_behind(cell):
    """IPython's `Out` holds all of the figures."""
    with kernels.running(START) as kernel:

        def run(times):
            for _ in range(times):
                assert not kernel.run(FIGURE, cell).errors
            return float(kernel.run("print(megabytes())").text)

        before = run(WARM)
        assert (run(RUNS) - before) * ALL_RUNS / RUNS < MOST


class Live:
    def __init__(self):
        self.closed = False

    def close(self):
        self.closed = True


class Shell:
    """Stands in for a kernel's shell that runs a cell."""

    def __init__(self, with_ids):
        self.execution_count, self.with_ids, self.parent = 0, with_ids, {}

    def run(self, cell, text):
        self.execution_count += 1
        metadata = {"cellId": cell} if self.with_ids else {}
        self.parent = {"metadata": metadata, "content": {"code": text}}
        live = Live()
        cells.replace(live, self)
        return live

    def get_parent(self):
        return self.parent


@pytest.mark.parametrize("with_ids", [True, False])
def test_two_cells_with_the_same_text_both_live(with_ids, monkeypatch):
    monkeypatch.setattr(cells, "_made_by", {})
    shell = Shell(with_ids)
    for _ in range(3):
        first, second = shell.run("a", "explore(f)"), shell.run("b", "explore(f)")
        assert not first.closed
        assert not second.closed


@pytest.mark.parametrize(("with_ids", "alive"), [(True, 1), (False, 2)])
def test_of_many_runs_the_last_live(with_ids, alive, monkeypatch):
    monkeypatch.setattr(cells, "_made_by", {})
    shell = Shell(with_ids)
    made = [shell.run("a", "explore(f)") for _ in range(5)]
    assert [live.closed for live in made] == [True] * (5 - alive) + [False] * alive


def test_a_cell_may_make_several():
    shell = Shell(with_ids=True)
    made = [shell.run("several", "")]
    made.append(Live())
    cells.replace(made[-1], shell)
    assert not any(live.closed for live in made)
    shell.run("several", "")
    assert all(live.closed for live in made)

"""What the scripts beside this one share; runs one: `python -m tools.records.all_cores drift`.

It uses all cores. Finished cells are kept in the folder .sweeps: stopped by Ctrl-C, it goes on with
what is missing.
"""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np

from bn_lib.measure import accuracy
from bn_lib.sweeps import sweep
from bn_lib.training import Diverged

FOLDER = Path(__file__).parents[2] / ".sweeps"


def results(function, cells):
    """What a function returns, by its arguments; the terminal says how far it is."""
    cells, found = list(dict.fromkeys(cells)), {}
    for cell, result in sweep(function, cells, FOLDER):
        found[cell] = result
        print(f"{len(found):4} of {len(cells)}: {cell}", flush=True)
    return found


def looks(training, steps):
    """Train until each of `steps` in turn, and yield its place; the end comes if it diverges."""
    with np.errstate(over="ignore", invalid="ignore"):
        for place, step in enumerate(steps):
            try:
                training.run(step)
            except Diverged:
                return
            yield place


def count_right(network, x, labels):
    """How many images a network gets right."""
    return round(accuracy(network, x, labels) * len(labels))


if __name__ == "__main__":
    script = import_module(f"tools.records.{sys.argv[1]}")
    script.make()
    print(f"{script.FILE}: {script.FILE.stat().st_size} bytes")

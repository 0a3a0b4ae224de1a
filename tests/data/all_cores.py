"""Runs one of the scripts beside this one on all cores: `python -m tests.data.all_cores drift`.

Finished cells are kept in the folder .sweeps: stopped by Ctrl-C, it goes on with what is missing.
"""

import sys
from importlib import import_module
from pathlib import Path

from bn_lib.sweeps import sweep

FOLDER = Path(__file__).parents[2] / ".sweeps"


def results(function, cells):
    """What a function returns, by its arguments; the terminal says how far it is."""
    cells, found = list(dict.fromkeys(cells)), {}
    for cell, result in sweep(function, cells, FOLDER):
        found[cell] = result
        print(f"{len(found):4} of {len(cells)}: {cell}", flush=True)
    return found


if __name__ == "__main__":
    script = import_module(f"tests.data.make_{sys.argv[1]}")
    script.make()
    print(f"{script.FILE}: {script.FILE.stat().st_size} bytes")

"""What the scripts beside this one share; runs one of them.

    python -m tools.records.sweeps drift [--processes N]

Without --processes it uses all cores. Finished trainings are kept in the folder .sweeps: stopped by
Ctrl-C, it goes on with those that are missing.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
from joblib import Memory, Parallel, delayed, parallel_config

from bn_lib.measure import accuracy
from bn_lib.training import Diverged, Training

FOLDER = Path(__file__).parents[2] / ".sweeps"


def sweep(function: Callable, cells: Iterable[tuple], folder: Path) -> Iterator[tuple]:
    """Yield (cell, function(*cell)) for each cell, in the order in which they are finished.

    Runs in as many processes as `joblib.parallel_config(n_jobs=...)` says around it, else in one.
    function: from a module; its results depend on its arguments alone.
    folder: where finished cells are kept. After an interrupt, another sweep takes them from there
        and computes the rest only. It does not notice changes in what `function` calls: remove the
        folder after these.
    """
    kept = Memory(folder, verbose=0).cache(function)
    parallel = Parallel(return_as="generator_unordered")
    yield from parallel(delayed(_run)(kept, cell) for cell in cells)


def _run(function, cell):
    return cell, function(*cell)


def results(function: Callable, cells: Iterable[tuple]) -> dict:
    """What a function returns, by its arguments; the terminal says how many are finished."""
    cells, found = list(dict.fromkeys(cells)), {}
    for cell, result in sweep(function, cells, FOLDER):
        found[cell] = result
        print(f"{len(found):4} of {len(cells)}: {cell}", flush=True)
    return found


def evaluations(training: Training, steps: Sequence[int]) -> Iterator[int]:
    """Train up to each of `steps` in turn, and yield its place; ends early if training diverges."""
    with np.errstate(over="ignore", invalid="ignore"):
        for place, step in enumerate(steps):
            try:
                training.run(step)
            except Diverged:
                return
            yield place


def count_right(network: list, x: np.ndarray, labels: np.ndarray) -> int:
    """How many images a network classifies correctly."""
    return round(accuracy(network, x, labels) * len(labels))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Compute one of the course's records again.")
    parser.add_argument(
        "record", choices=["batch_noise", "drift", "linear", "noise", "paper", "puzzle", "rate_map"]
    )
    parser.add_argument("--processes", type=int, default=-1, metavar="N")
    options = parser.parse_args()
    script = import_module(f"tools.records.{options.record}")
    with parallel_config(n_jobs=options.processes):
        script.make()
    print(f"{script.FILE}: {script.FILE.stat().st_size} bytes")

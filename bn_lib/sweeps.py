"""Sweeps: many runs that do not depend on each other, on all cores, kept as they are finished."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from joblib import Memory, Parallel, delayed


def sweep(function: Callable, cells: Iterable[tuple], folder: Path) -> Iterator[tuple]:
    """Yield (cell, function(*cell)) for each cell, in the order in which they are finished.

    Runs on all cores by joblib; within `joblib.parallel_config(backend=...)`, wherever that says.
    A backend that can give its results only when all are there, as Ray's, gives them then.
    function: from a module or a notebook's cell; its results depend on its arguments alone.
    folder: where finished cells are kept. After an interrupt, another sweep takes them from there
        and computes the rest only. It does not notice changes in what `function` calls: remove the
        folder after these.
    """
    kept = Memory(folder, verbose=0).cache(function)
    try:
        parallel = Parallel(n_jobs=-1, return_as="generator_unordered")
    except ValueError:  # the backend has no generators
        parallel = Parallel(n_jobs=-1)
    yield from parallel(delayed(_run)(kept, cell) for cell in cells)


def _run(function, cell):
    return cell, function(*cell)

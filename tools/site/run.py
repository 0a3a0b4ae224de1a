"""Run the notebooks, and have their live figures exported for the web site.

Each is run in a fresh kernel and compared with what is committed; `bn_lib.live.export` writes the
files of its figures on the way.
"""

import json
import os
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from PIL import Image

from bn_lib.live.export import Budget
from tools import notebooks
from tools.notebooks import NotebookError

FRAMES_BYTES = 2_000_000  # of a page, for the frames of all its figures
CELL_SECONDS = 900  # a figure is computed in its cell, and the machine may be busy


def running(
    notebook: NotebookNode, place: Path, budget: Budget, folder: Path
) -> AbstractContextManager[notebooks.NotebookClient]:
    """Run a notebook as `notebooks.running` does; its live figures' files go into `folder`."""
    pictures = sum("image/png" in output.get("data", {}) for output in _outputs(notebook))
    budget = budget._replace(bytes=min(budget.bytes, FRAMES_BYTES // max(pictures, 1)))
    first = f"""\
from bn_lib.live.export import Budget, export_after_each_cell
export_after_each_cell({str(folder)!r}, Budget{tuple(budget)!r})"""
    return notebooks.running(notebook, place, CELL_SECONDS, first)


def with_figures(path: Path, notebook: NotebookNode, folder: Path) -> NotebookNode:
    """The committed notebook; a picture has in `metadata.figure` where its files are in `folder`.

    If it has sliders, it has the description of the live figure too. `notebook` is that of `path`
    after a run. Raises NotebookError if it says something else than the committed one; that an
    export failed is one such thing, since the cell then shows an error.
    """
    committed = notebooks.read(path)
    names = [
        output.get("data", {}).get(notebooks.WIDGET_VIEW, {}).get("model_id")
        for output in _outputs(notebook)
    ]
    outputs = list(_outputs(committed))
    if _said(committed) != _said(notebooks.normalized(notebook)):
        raise NotebookError(f"{path.name} says something else when it is run: `make notebooks`?")
    number = 0
    for output, name in zip(outputs, names, strict=True):
        if "image/png" not in output.get("data", {}):
            continue
        number += 1
        target = folder / f"{path.name[:2]}-{number}"
        storyboard = b64decode(output.data["image/png"])
        Path(f"{target}.png").write_bytes(storyboard)
        figure = {
            "number": number,
            "files": f"{folder.name}/{target.name}",
            "storyboard": Image.open(BytesIO(storyboard)).size,
        }
        description = folder / f"{name}.json"
        if description.exists():
            figure |= json.loads(description.read_text(encoding="utf-8"))
            description.unlink()
            (folder / f"{name}.bin").rename(f"{target}.bin")
            (folder / f"{name}.png").rename(f"{target}-still.png")
            (folder / f"{name}-narrow.png").rename(f"{target}-narrow.png")
        output.metadata["figure"] = nbformat.from_dict(figure)
    return committed


def run_all(paths: list[Path], budget: Budget, folder: Path) -> list[NotebookNode]:
    """Run notebooks, some at the same time; return them as `with_figures` does."""

    def one(path: Path) -> NotebookNode:
        notebook = notebooks.read(path)
        try:
            with notebooks.named(path.name):
                with running(notebook, path.parent, budget, folder):
                    pass
                notebook = with_figures(path, notebook, folder)
        finally:
            ensure_event_loop().close()  # this thread's, which the notebook's client has opened
        print(f"{path.name}: run", flush=True)
        return notebook

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(one, paths))


def _outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in notebook.cells:
        yield from cell.get("outputs", ())


def _said(notebook: NotebookNode) -> list[str]:
    """What a notebook says, except in exercises and where (tag `yours`) their solutions show."""
    return [
        output.text if output.output_type == "stream" else output.data.get("text/plain", "")
        for cell in notebook.cells
        if not {"exercise", "yours"} & {*cell.metadata.get("tags", ())}
        for output in cell.get("outputs", ())
    ]

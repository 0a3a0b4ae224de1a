"""Run the course's notebooks and write them back in one normal form.

    python -m tools.notebooks execute [NOTEBOOK ...]    run, normalize, write in place
    python -m tools.notebooks solutions [--out DIR]     write the teacher's edition

A notebook is committed *with* its outputs, so that GitHub shows the pictures and nbval has
something to compare. The normal form leaves out what differs from run to run or from machine to
machine, so that a notebook that still says the same leaves no diff.

An exercise is a code cell with the tag `exercise` and a name, in the cell's metadata:
`{"tags": ["exercise"], "exercise": "normalize"}`. Its solution is the piece of that name in
`solutions/NN.py`, where NN are the first two characters of the notebook's file name; a piece
begins with the line `# %% normalize`. What comes before the first piece belongs to no cell.
"""

from __future__ import annotations

import argparse
import base64
import copy
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from bn_lib.saving import MARK, WIDGET_VIEW

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
SOLUTIONS = FOLDER / "solutions"
# The README opens with the first picture of this notebook.
PICTURED = "02_undo.ipynb"
PICTURE = FOLDER / "gamma_beta.png"

# No Python version: it would differ from one machine to the next.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
CELL_METADATA = ("exercise", "jupyter", "tags")  # jupyter: whether the source is folded
CELL_SECONDS = 120


class NotebookError(Exception):
    """A notebook, or a solution of it, is not as the course needs it."""


def paths(folder: Path = FOLDER) -> list[Path]:
    """The course's notebooks in reading order."""
    return sorted(folder.glob("[0-9][0-9]*.ipynb"))


def read(path: Path) -> NotebookNode:
    """The notebook at `path`."""
    return nbformat.read(path, as_version=4)


def dumps(notebook: NotebookNode) -> str:
    """The text of a notebook's file."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


# ---------------------------------------------------------------- running


@contextmanager
def running(
    notebook: NotebookNode, folder: Path = FOLDER, seconds: int = CELL_SECONDS, first: str = ""
) -> Iterator[NotebookClient]:
    """Run all cells of `notebook` in a fresh kernel and keep the kernel for the `with` block.

    Outputs and execution counts are stored in `notebook` itself; `seconds` are for each cell, and
    `first` is run before them. Raises NotebookError where a cell raises or writes to stderr
    (warnings do).
    """
    client = NotebookClient(
        notebook,
        timeout=seconds,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
        shutdown_kernel="immediate",  # what has been run is in the notebook; to ask takes a second
        extra_arguments=["--log-level=ERROR"],
    )
    with client.setup_kernel():
        run_beside(client, first)
        _run_cells(client)
        yield client


def run_beside(client: NotebookClient, source: str) -> str:
    """Run code that is no cell of `client`'s notebook; returns what it prints."""
    cell, cells = nbformat.v4.new_code_cell(source), client.nb.cells
    client.nb.cells = [cell]  # nbclient puts what it has run into the notebook
    try:
        client.execute_cell(cell, 0, store_history=False)
    finally:
        client.nb.cells = cells
    return "".join(output.text for output in cell.outputs)


def _run_cells(client: NotebookClient) -> None:
    for index, cell in enumerate(client.nb.cells):
        try:
            client.execute_cell(cell, index)
        except CellExecutionError as error:
            report = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # colors of the terminal
            raise NotebookError(f"{_where(cell, index)} raises\n{report}") from None
        for output in cell.get("outputs", ()):
            if output.output_type == "stream" and output.name == "stderr":
                raise NotebookError(f"{_where(cell, index)} writes to stderr:\n{output.text}")


def executed(notebook: NotebookNode, folder: Path = FOLDER) -> NotebookNode:
    """A copy of `notebook` after a run in a fresh kernel, in normal form."""
    result = copy.deepcopy(notebook)
    with running(result, folder):
        pass
    return normalized(result)


# ---------------------------------------------------------------- the normal form


def normalized(notebook: NotebookNode) -> NotebookNode:
    """A copy of `notebook` in the form in which the course commits it.

    Cell ids are made from the cells' first words; metadata is the course's own; empty cells,
    timing and the views of widgets go. A saved view would show an error when the notebook is
    opened before it is run, so picture and text must stand on their own: NotebookError if a
    widget has neither.
    """
    result = copy.deepcopy(notebook)
    result.nbformat, result.nbformat_minor = 4, 5
    result.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    result.cells = [cell for cell in result.cells if cell.source.strip()]
    taken: set[str] = set()
    for index, cell in enumerate(result.cells):
        cell.source = cell.source.strip("\n")
        cell.id = _cell_id(cell, taken)
        cell.metadata = NotebookNode(
            {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
        )
        for output in cell.get("outputs", ()):
            if "data" in output:
                _drop_widget_view(output, _where(cell, index))
    nbformat.validate(result)
    return result


def _drop_widget_view(output: NotebookNode, where: str) -> None:
    output.metadata.pop(MARK, None)  # where Jupyter has put the view when it saved the notebook
    if output.data.pop(WIDGET_VIEW, None) is None:
        return
    output.metadata.pop(WIDGET_VIEW, None)
    text = output.data.get("text/plain", "")
    # ipywidgets' own text is the constructor, e.g. "IntSlider(value=3)": nothing to read.
    if re.match(r"[A-Z]\w*\(", text):
        text = ""
    if not text:
        raise NotebookError(
            f"{where} shows a widget and nothing else. A live cell must carry a sentence"
            " (text/plain), and a figure its picture (image/png) too: most readers see only these."
        )


def _cell_id(cell: NotebookNode, taken: set[str]) -> str:
    """A readable id that changes only when the cell's first line does."""
    name = cell.metadata.get("exercise") or cell.source.strip().splitlines()[0]
    words = re.findall(r"[a-z0-9]+", "".join(map(_ascii, name)).lower()) or [cell.cell_type]
    short = words[0][:40]
    for word in words[1:]:
        if len(short) + 1 + len(word) > 40:
            break
        short += "-" + word
    unique, count = short, 1
    while unique in taken:
        count += 1
        unique = f"{short}-{count}"
    taken.add(unique)
    return unique


def _ascii(character: str) -> str:
    """γ becomes gamma, Ĥ becomes H."""
    if character.isascii():
        return character
    name = unicodedata.name(character, "")
    greek = re.fullmatch(r"GREEK (?:SMALL|CAPITAL) LETTER (\w+).*", name)
    if greek:
        return greek[1]
    return unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()


def _where(cell: NotebookNode, index: int) -> str:
    return f"cell {index + 1}, {cell.source.strip().splitlines()[0]!r},"


def first_picture(notebook: NotebookNode) -> bytes:
    """The first picture among the outputs of `notebook`, a PNG."""
    pictures = (
        output.data["image/png"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", ())
    )
    return base64.b64decode(next(pictures))


# ---------------------------------------------------------------- solutions


def pieces(path: Path) -> dict[str, str]:
    """The solutions in the file at `path`, by name; none if there is no such file."""
    if not path.exists():
        return {}
    parts = re.split(r"^# %% *(.*)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: dict[str, str] = {}
    for name, source in zip(parts[1::2], parts[2::2], strict=True):
        name = name.strip()
        if name in found:
            raise NotebookError(f"{path.name} has two pieces named {name!r}.")
        found[name] = source.strip("\n")
    return found


def solved(notebook: NotebookNode, solutions: dict[str, str], name: str) -> NotebookNode:
    """A copy of `notebook` with the pieces of `solutions` in place of the stubs.

    `name` is what messages call the notebook. Raises NotebookError if stubs and pieces do not
    pair up one to one.
    """
    result = copy.deepcopy(notebook)
    missing = dict(solutions)
    for index, cell in enumerate(result.cells):
        stub, tagged = cell.metadata.get("exercise"), "exercise" in cell.metadata.get("tags", ())
        if bool(stub) != tagged:
            raise NotebookError(
                f"{name}, {_where(cell, index)} needs both the tag 'exercise' and a name in its"
                f" metadata; it has tags {cell.metadata.get('tags', [])} and the name {stub!r}."
            )
        if not stub:
            continue
        if stub not in missing:
            problem = "is a second stub of that name" if stub in solutions else "has no piece"
            raise NotebookError(
                f"{name}: the exercise {stub!r} {problem}; solutions/{name[:2]}.py has"
                f" {sorted(solutions) or 'no pieces'}."
            )
        cell.source = missing.pop(stub)
    if missing:
        raise NotebookError(
            f"solutions/{name[:2]}.py: {sorted(missing)} belong to no exercise of {name}."
        )
    return result


def teachers_editions(folder: Path = FOLDER) -> dict[str, NotebookNode]:
    """Every notebook of `folder` that has exercises, solved but not run, by file name."""
    files = {path.stem: path for path in (folder / "solutions").glob("[0-9][0-9].py")}
    editions = {}
    for path in paths(folder):
        solutions = files.pop(path.name[:2], None)
        edition = solved(read(path), pieces(solutions) if solutions else {}, path.name)
        if solutions:
            editions[path.name] = edition
    if files:
        raise NotebookError(f"solutions/{min(files)}.py belongs to no notebook.")
    return editions


# ---------------------------------------------------------------- the command line


def execute_command(chosen: list[Path]) -> None:
    """Run the `chosen` notebooks, or all, and write back those that changed."""
    for path in chosen or paths():
        with named(path.name):
            notebook = executed(read(path), path.resolve().parent)
        text = dumps(notebook)
        if path.name == PICTURED:
            PICTURE.write_bytes(first_picture(notebook))
        changed = text != path.read_text(encoding="utf-8")
        if changed:
            path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {'written' if changed else 'unchanged'}", flush=True)


def solutions_command(out: Path) -> None:
    """Write the teacher's edition of every notebook with exercises into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    for name, edition in teachers_editions().items():
        with named(name):
            text = dumps(executed(edition))
        (out / name).write_text(text, encoding="utf-8")
        print(f"{out / name}: written", flush=True)


@contextmanager
def named(name: str) -> Iterator[None]:
    """Say in an error which notebook it is about."""
    try:
        yield
    except NotebookError as error:
        raise NotebookError(f"{name}: {error}") from None


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    execute = commands.add_parser("execute", help="run notebooks and write them in normal form")
    execute.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    solutions = commands.add_parser("solutions", help="write the teacher's edition")
    solutions.add_argument("--out", type=Path, default=SOLUTIONS, metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        if options.command == "execute":
            execute_command(options.notebooks)
        else:
            solutions_command(options.out)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

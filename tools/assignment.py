"""Write a notebook's exercises as an assignment for nbgrader.

    python -m tools.assignment NOTEBOOK [--out DIR]

DIR (`_assignment` if it is left out) becomes a course of nbgrader's: its `source` folder holds the
teacher's version. `nbgrader generate_assignment NAME` makes the students' version of it, in which
the solutions are stubs, and `nbgrader autograde NAME` grades what they hand in.

Each exercise becomes three cells: the function, whose body is a solution region; the check, locked,
which students run; and a hidden test, locked, worth a point. The test imports the check afresh, so
one that a student has redefined is not asked, and tries the function on numbers of secret seeds.

What no check can prevent: a function that calls the library's own (`bn_lib.normalization`), one
that was copied from a neighbor, and code that changes NumPy itself. Read what was handed in.
"""

import argparse
import ast
import secrets
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tools import notebooks
from tools.notebooks import FOLDER, NotebookError

OUT = FOLDER.parent / "_assignment"
SEEDS = 3  # on which a function is tried
POINTS = 1
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
TEST = """\
### BEGIN HIDDEN TESTS
import sys

for name in [name for name in sys.modules if name.split(".")[0] == "bn_lib"]:
    del sys.modules[name]  # what a cell above may have changed
from bn_lib import exercises

for seed in {seeds}:
    exercises.{check}({answer}, seed=seed).require()
### END HIDDEN TESTS"""


def assignment(path: Path, solutions: Path | None = None) -> NotebookNode:
    """The notebook at `path` as nbgrader's teacher's version.

    solutions: the file with the solutions, by default the notebook's own. Raises NotebookError for
    a notebook without exercises, or whose solutions don't fit its stubs.
    """
    source = notebooks.read(path)
    pieces = notebooks.pieces(solutions or path.parent / "solutions" / f"{path.name[:2]}.py")
    solved = notebooks.solved(source, pieces, path.name)
    cells = []
    for stub, cell in zip(source.cells, solved.cells, strict=True):
        name = stub.metadata.get("exercise")
        cells += [without_outputs(cell)] if not name else exercise(name, stub.source, cell.source)
    if len(cells) == len(source.cells):
        raise NotebookError(f"{path.name} has no exercise, so there is nothing to hand in.")
    return nbformat.v4.new_notebook(cells=cells, metadata=notebooks.NOTEBOOK_METADATA)


def without_outputs(cell: NotebookNode) -> NotebookNode:
    """A copy without outputs, which belong to the stub."""
    copied = nbformat.from_dict(cell)
    if cell.cell_type == "code":
        copied.outputs, copied.execution_count = [], None
    return copied


def exercise(name: str, stub: str, solution: str) -> list[NotebookNode]:
    """The three cells of an exercise: what students write, the check they run, the hidden test."""
    tree = ast.parse(solution)
    defines = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    calls = [
        call
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "").startswith("check_")
    ]
    if len(calls) != 1 or not defines:
        raise NotebookError(f"the exercise {name!r} needs a function or a class, and one check.")
    lines = solution.split("\n")
    shown = "\n".join(lines[defines[-1].end_lineno :]).strip("\n")
    check, answer = calls[0].func.id, calls[0].args[0].id
    seeds = [secrets.randbelow(10**6) for _ in range(SEEDS)]
    return [
        _cell(name, with_regions(stub, solution, defines[-1].end_lineno), solution=True),
        _cell(f"{name}-check", shown, locked=True),
        _cell(
            f"{name}-test",
            TEST.format(seeds=seeds, check=check, answer=answer),
            grade=True,
            locked=True,
            points=POINTS,
        ),
    ]


def with_regions(stub: str, solution: str, until: int) -> str:
    """The solution's first lines, until a number of them, with a region for each body.

    What the stub says above its dots stays in sight.
    """
    advice = _advice(stub)
    lines = solution.split("\n")[:until]
    for node in reversed(_functions(ast.parse(solution))):
        if node.name in advice:
            start, end, indent = (
                node.body[0].lineno - 1,
                node.end_lineno,
                " " * (node.col_offset + 4),
            )
            body = [indent + BEGIN, *lines[start:end], indent + END]
            lines[start:end] = [*advice[node.name], *body]
    return "\n".join(lines)


def _functions(tree) -> list[ast.FunctionDef]:
    """Functions and methods, in the order of their lines."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return sorted(found, key=lambda node: node.lineno)


def _advice(stub: str) -> dict[str, list[str]]:
    """For each function of a stub that has dots only: the lines of comment above them."""
    lines = stub.split("\n")
    return {
        node.name: lines[node.lineno : node.end_lineno - 1]
        for node in _functions(ast.parse(stub))
        if isinstance(node.body[-1], ast.Expr) and getattr(node.body[-1].value, "value", 0) is ...
    }


def _cell(grade_id: str, source: str, **how) -> NotebookNode:
    """A code cell as nbgrader marks it."""
    marks = {"grade": False, "locked": False, "solution": False, "task": False, **how}
    marks |= {"grade_id": grade_id, "schema_version": 3, "cell_type": "code"}
    return new_code_cell(source, metadata={"nbgrader": marks})


def write(path: Path, out: Path = OUT) -> Path:
    """Write the teacher's version into nbgrader's folders; return the file."""
    notebook = assignment(path)
    target = out / "source" / path.stem / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    return target


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        print(f"{write(options.notebook, options.out)}: written")
    except (NotebookError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

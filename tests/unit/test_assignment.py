"""Exercises as an assignment for nbgrader: three cells each, tried as nbgrader would run them.

The package itself is not needed here: what it does to a solution region is a line of `released`.
"""

import re
import sys

import pytest

from bn_lib import exercises
from tools import assignment, notebooks

STEMS = [path.stem for path in notebooks.paths() if notebooks.pieces(
    path.parent / "solutions" / f"{path.name[:2]}.py")]  # fmt: skip
REGION = re.compile(r"( *)### BEGIN SOLUTION\n(?:.*\n)*? *### END SOLUTION")
STUB = r"\1# YOUR CODE HERE\n\1raise NotImplementedError()"


def cells(stem):
    """The cells that nbgrader knows, by their ids."""
    made = assignment.assignment(notebooks.FOLDER / f"{stem}.ipynb").cells
    return {cell.metadata.nbgrader.grade_id: cell for cell in made if "nbgrader" in cell.metadata}


def released(source):
    """What students get in place of a solution."""
    return REGION.sub(STUB, source)


@pytest.fixture
def library():
    """The hidden test throws out the library's modules; they come back afterwards."""
    kept = {name: module for name, module in sys.modules.items() if name.startswith("bn_lib")}
    yield
    for name in [name for name in sys.modules if name.startswith("bn_lib")]:
        del sys.modules[name]
    sys.modules.update(kept)


def graded(answers, test):
    """Run answers and a hidden test in one namespace, as a kernel would."""
    space = {}
    exec(
        "import numpy as np\nfrom bn_lib.live import show\n"
        "from bn_lib.exercises import *\nfrom bn_lib.network import *",
        space,
    )
    for answer in answers:
        exec(answer, space)
    exec(test, space)


@pytest.mark.parametrize("stem", STEMS)
def test_right_earns_the_points_and_a_stub_does_not(stem, library):
    known, answers = cells(stem), []
    for name in [name for name in known if f"{name}-test" in known]:
        answer, check, test = known[name], known[f"{name}-check"], known[f"{name}-test"]
        assert (answer.metadata.nbgrader.solution, answer.metadata.nbgrader.locked) == (True, False)
        assert (check.metadata.nbgrader.grade, check.metadata.nbgrader.locked) == (False, True)
        assert (test.metadata.nbgrader.grade, test.metadata.nbgrader.locked) == (True, True)
        assert test.metadata.nbgrader.points == 1
        assert test.source.startswith("### BEGIN HIDDEN TESTS")
        assert test.source.endswith("### END HIDDEN TESTS")
        stub = released(answer.source)
        assert stub.count("raise NotImplementedError()") == answer.source.count("BEGIN SOLUTION")
        assert "# " in stub.split("# YOUR CODE")[0], "what the stub says stays in sight"
        with pytest.raises(AssertionError, match="Not written yet"):
            graded([*answers, stub], test.source)
        answers.append(answer.source)
        graded(answers, test.source)


REDEFINED = """
def check_undo(function, seed=0):
    return Verdict(True, "Right.")

import bn_lib.exercises
bn_lib.exercises.check_undo = check_undo
bn_lib.exercises.Verdict.require = lambda verdict: verdict
"""
REMEMBERED = """
right, seen = my_undo, set()

def watched(H, eps):
    seen.add(H.tobytes())
    return right(H, eps)

def my_undo(H, eps):
    return right(H, eps) if H.tobytes() in seen else (1, 0)

if not (check_undo(watched) and check_undo(my_undo)):
    raise ValueError("the check in sight has to pass")
"""


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("return H.std(axis=0), H.mean(axis=0)", ""),
        ("H = H.reshape(7, 4); return np.sqrt(H.var(axis=0) + eps), H.mean(axis=0)", ""),
        ("return np.sqrt(H.var(axis=0) + eps), H.mean(axis=0)", REMEMBERED),
        ("return 1, 0", REDEFINED),
    ],
)
def test_wrong_fixed_in_shape_or_numbers_or_with_a_check_of_its_own_earns_nothing(
    body, more, library, monkeypatch
):
    # What is redefined is put back, for the tests that follow.
    monkeypatch.setattr(exercises, "check_undo", exercises.check_undo)
    monkeypatch.setattr(exercises.Verdict, "require", exercises.Verdict.require)
    answer = f"def my_undo(H, eps):\n    {body}\n{more}"
    with pytest.raises(AssertionError):
        graded([answer], cells("02_undo")["undo-test"].source)


def test_seeds_are_secret():
    seeds = {cells("02_undo")["undo-test"].source for _ in range(3)}
    assert len(seeds) == 3


def test_a_notebook_without_exercises_is_refused(tmp_path, capsys):
    assert assignment.main([str(notebooks.FOLDER / "12_answer.ipynb"), "--out", str(tmp_path)]) == 1
    assert "12_answer.ipynb has no exercise" in capsys.readouterr().err


def test_it_is_written_where_nbgrader_looks_for_it(tmp_path, capsys):
    assert assignment.main([str(notebooks.FOLDER / "02_undo.ipynb"), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "source" / "02_undo" / "02_undo.ipynb").exists()
    assert "written" in capsys.readouterr().out

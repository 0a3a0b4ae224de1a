"""Notebooks that have been run with the solutions put in: every check is content, all else is as in
the repository, and every knob works.

Each notebook is run once for all of it, in one kernel.
"""

import base64
import copy
import io
import json
import platform
import re
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from packaging.version import Version
from PIL import Image

from tests.notebooks.claims import numbers_in, prose, spoken, texts_of
from tools import notebooks

ROOT = Path(__file__).resolve().parents[2]
PINS = ROOT / "requirements.txt"
# What computes, draws and writes; their other versions may differ in a pixel or a last digit.
DECISIVE = ["numpy", "matplotlib", "pillow", "ipython", "ipywidgets", "nbformat"]

# Older versions set words a pixel or two away from where the saved pictures have them.
SAME_PLACES = Version(version("matplotlib")) >= Version("3.11")


def pinned() -> bool:
    """Whether this is the environment in which the notebooks in the repository were run."""
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", PINS.read_text(encoding="utf-8"), re.MULTILINE))
    same_machine = sys.platform == "linux" and platform.machine() == "x86_64"
    return same_machine and all(version(name) == pins[name] for name in DECISIVE)


def test_a_run_leaves_no_diff(path, committed, runs):
    """Except in exercises, where the solution is in place of the stub: so no solution changes what
    another cell shows. Stubs are run by tests/browser, which compares what is said of them."""
    again = without_exercises(notebooks.normalized(runs[path]))
    committed = without_exercises(committed)
    if pinned():
        assert changes(again, committed) == []
    else:
        assert_same_for_readers(again, committed)


def test_solutions_pass_their_checks(path, runs):
    notebook = runs[path]
    said = verdicts(notebook)
    assert len(said) >= len(exercises(notebook)) >= least(path)
    assert [verdict for verdict in said if not verdict.startswith("✓ Right")] == []


def test_untouched_stubs_are_told_kindly(path, committed):
    said = verdicts(committed)
    assert len(said) >= len(exercises(committed)) >= least(path)
    assert [verdict for verdict in said if not verdict.startswith("○ Not written yet")] == []


def least(path) -> int:
    """How many exercises a notebook has at least; 12 has questions instead."""
    return 0 if path.name.startswith("12") else 1


def without_exercises(notebook):
    """A copy without the cells in which learners write, or (tag `yours`) see what they wrote."""
    copied = copy.deepcopy(notebook)
    copied.cells = [
        cell
        for cell in copied.cells
        if not {"exercise", "yours"} & {*cell.metadata.get("tags", ())}
    ]
    return copied


def verdicts(notebook) -> list[str]:
    """What the checks of a notebook said."""
    texts = [
        output.data.get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "data" in output
    ]
    return [text for text in texts if text.startswith(("✓ ", "✗ ", "○ "))]


def exercises(notebook) -> list[str]:
    return [cell.metadata.exercise for cell in notebook.cells if "exercise" in cell.metadata]


def changes(notebook, old) -> list[str]:
    """Which cells differ, and in what; two pictures in full would fill the screen."""
    return [
        f"{cell.id}: {key}"
        for cell, before in zip(notebook.cells, old.cells, strict=True)
        for key in cell.keys() | before.keys()
        if cell.get(key) != before.get(key)
    ]


def assert_same_for_readers(notebook, committed):
    """Assert that the words are the same, and that the pictures look the same."""
    for cell, old in zip(notebook.cells, committed.cells, strict=True):
        assert cell.source == old.source
        for output, before in zip(cell.get("outputs", ()), old.get("outputs", ()), strict=True):
            assert words(output) == words(before), cell.source
            if "image/png" in before.get("data", ()) and SAME_PLACES:
                assert_looks_like(output.data["image/png"], before.data["image/png"])


def words(output) -> dict:
    if output.output_type == "stream":
        return {output.name: output.text}
    return {kind: text for kind, text in output.data.items() if kind.startswith("text/")}


def assert_looks_like(png: str, old: str):
    """Assert that two pictures differ by no more than the smoothing of their edges."""
    new, old = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"), dtype=float)
        for data in (png, old)
    )
    assert new.shape == old.shape
    difference = np.abs(new - old).max(axis=2)
    assert difference.mean() < 3
    assert np.mean(difference > 100) < 0.02


# ---------------------------------------------------------------- the numbers


def test_numbers_in_the_prose_are_printed_or_said_by_a_figure(path, committed, runs):
    """At a figure's start or at a preset, so that no number of the text can drift."""
    cells = [cell for cell in committed.cells if cell.cell_type == "code"]
    texts = [text for cell in cells for text in (cell.source, *texts_of(cell))]
    texts += ask(runs, path, "driver.said_at_presets()")
    shown = [number for text in texts for number in numbers_in(text)]
    lost = [
        claim.word
        for claim in numbers_in(spoken(prose(committed)))
        if not any(claim.stands_for(number) for number in shown)
    ]
    assert lost == []


# ---------------------------------------------------------------- the knobs


def ask(runs, path, question: str):
    """The value of an expression in a notebook's kernel."""
    lines = [
        "import json, sys, matplotlib.pyplot",
        f"sys.path.insert(0, {str(ROOT)!r})",
        "from tests.notebooks import driver",
        f"print(json.dumps({question}))",
    ]
    return json.loads(runs.ask(path, "\n".join(lines)))


def test_knobs_move_figures_and_nothing_breaks(path, runs):
    found = ask(runs, path, "driver.problems_of_all()")
    live = re.compile(r"^(explore|await watch)\(", re.MULTILINE)
    shown = [cell for cell in runs[path].cells if live.search(cell.source)]
    assert len(found) > len(shown), "and 'all'"
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert ask(runs, path, "matplotlib.pyplot.get_fignums()") == []


def test_an_error_appears_and_the_next_good_value_recovers(runs):
    first = notebooks.FOLDER / "00_start_here.ipynb"
    before, there, after = ask(runs, first, "driver.error_on_purpose()")
    assert before[0] == after[0] == ""
    assert re.fullmatch(r"ValueError: my γ must not be negative \(strict, line \d+\)", there[0])
    assert there[1] == before[1], "the last good picture stays"
    assert after[1] != before[1]


# ---------------------------------------------------------------- the comparison itself


def picture(x: int, width: int = 200) -> str:
    pixels = np.full((100, width, 3), 255, dtype=np.uint8)
    pixels[20:80, x : x + 30] = (213, 94, 0)
    stream = io.BytesIO()
    Image.fromarray(pixels).quantize(64).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def test_pictures_are_told_apart():
    assert_looks_like(picture(50), picture(50))
    for other in (picture(60), picture(50, width=201)):
        with pytest.raises(AssertionError):
            assert_looks_like(other, picture(50))


def test_changed_words_are_seen():
    cell = notebooks.nbformat.v4.new_code_cell("print(3)")
    cell.outputs = [notebooks.nbformat.v4.new_output("stream", text="3\n")]
    notebook = notebooks.nbformat.v4.new_notebook(cells=[cell])
    assert_same_for_readers(notebook, notebook)
    other = copy.deepcopy(notebook)
    other.cells[0].outputs[0].text = "4\n"
    with pytest.raises(AssertionError):
        assert_same_for_readers(other, notebook)

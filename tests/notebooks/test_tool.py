"""The tool that runs the notebooks and writes them back."""

import copy
import re

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks
from tools.site import pages, run


def exercise(source: str, name: str = "double", tags=("exercise",)) -> NotebookNode:
    return new_code_cell(source, metadata={"tags": list(tags), "exercise": name})


WIDGET = """
class Live:
    def _repr_mimebundle_(self, **_):
        view = {"version_major": 2, "version_minor": 0, "model_id": "random"}
        return {
            "application/vnd.jupyter.widget-view+json": view,
            "image/png": "iVBORw0KGgo=",
            "text/plain": "γ = 1.68, undone",
        }

Live()
"""


def test_a_run_leaves_a_normal_form_that_another_run_does_not_change():
    notebook = new_notebook(
        cells=[
            new_markdown_cell("## Which γ, β give Ĥ back?"),
            new_code_cell(WIDGET),
            new_code_cell("print('a', flush=True)\nprint('b')"),
            exercise("def double(x):\n    ..."),
            new_code_cell("2 + 2"),
        ]
    )
    once = notebooks.executed(notebook)
    view, printed, _, four = (cell for cell in once.cells if cell.cell_type == "code")
    assert view.outputs[0].data == {"image/png": "iVBORw0KGgo=", "text/plain": "γ = 1.68, undone"}
    assert [output.text for output in printed.outputs] == ["a\nb\n"]
    assert four.outputs[0].data["text/plain"] == "4"
    assert [cell.execution_count for cell in once.cells[1:]] == [1, 2, 3, 4]

    # What JupyterLab does to a notebook that is opened, run and saved.
    edited = copy.deepcopy(once)
    edited.metadata.language_info.version = "3.14.1"
    edited.metadata.widgets = {"state": {}}
    for cell in edited.cells:
        cell.id = f"{id(cell):x}"
        cell.metadata.trusted = True
        cell.metadata.execution = {"iopub.status.busy": "2025-01-01T00:00:00Z"}
    edited.cells.append(new_code_cell(""))
    text = notebooks.dumps(notebooks.executed(edited))
    assert text == notebooks.dumps(once)
    assert text.endswith("}\n")
    assert "γ" in text


def test_ids_are_readable_and_unique():
    sources = ["# Which γ, β give Ĥ back?", "x = 1", "x = 1", "…", "word " * 30]
    cells = [new_markdown_cell(source) for source in sources] + [
        exercise("def double(x):\n    ...")
    ]
    ids = [cell.id for cell in notebooks.normalized(new_notebook(cells=cells)).cells]
    assert ids[:4] == ["which-gamma-beta-give-h-back", "x-1", "x-1-2", "markdown"]
    assert len(ids[4]) <= 40
    assert ids[5] == "double"


def test_exercise_names_and_tags_survive():
    notebook = notebooks.normalized(new_notebook(cells=[exercise("...")]))
    assert notebook.cells[0].metadata == {"tags": ["exercise"], "exercise": "double"}


@pytest.mark.parametrize("text", [{}, {"text/plain": "IntSlider(value=3)"}])
def test_a_widget_without_picture_and_sentence_is_refused(text):
    data = {notebooks.WIDGET_VIEW: {"model_id": "random"}, **text}
    cell = new_code_cell("slider", outputs=[new_output("display_data", data=data)])
    with pytest.raises(notebooks.NotebookError, match=r"cell 1, 'slider',.* must carry a sentence"):
        notebooks.normalized(new_notebook(cells=[cell]))


@pytest.mark.parametrize(
    ("source", "message"),
    [("1 / 0", "ZeroDivisionError"), ("import warnings\nwarnings.warn('old')", "old")],
)
def test_a_run_stops_at_an_exception_and_at_a_warning(source, message):
    with pytest.raises(notebooks.NotebookError, match=f"(?s)cell 1, '{source[:5]}.*{message}"):
        notebooks.executed(new_notebook(cells=[new_code_cell(source)]))


def test_execute_writes_only_what_changed(tmp_path, capsys):
    path = tmp_path / "07-seven.ipynb"
    path.write_text(notebooks.dumps(new_notebook(cells=[new_code_cell("3 + 4")])), encoding="utf-8")
    assert notebooks.main(["execute", str(path)]) == 0
    assert notebooks.read(path).cells[0].outputs[0].data["text/plain"] == "7"
    first = path.stat().st_mtime_ns
    assert notebooks.main(["execute", str(path)]) == 0
    assert path.stat().st_mtime_ns == first
    assert capsys.readouterr().out == "07-seven.ipynb: written\n07-seven.ipynb: unchanged\n"


def test_execute_names_the_notebook_that_fails(tmp_path, capsys):
    path = tmp_path / "07-seven.ipynb"
    path.write_text(notebooks.dumps(new_notebook(cells=[new_code_cell("1 / 0")])), encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    assert notebooks.main(["execute", str(path)]) == 1
    assert capsys.readouterr().err.startswith("07-seven.ipynb: cell 1, '1 / 0', raises")
    assert path.read_text(encoding="utf-8") == before


def test_pieces_are_what_stands_between_their_markers(tmp_path):
    path = tmp_path / "07.py"
    path.write_text(
        '"""Solutions."""\n\nimport numpy as np\n\n# %% one\nx = 1\n\n\n# %%  two \n# why\ny = 2\n',
        encoding="utf-8",
    )
    assert notebooks.pieces(path) == {"one": "x = 1", "two": "# why\ny = 2"}
    path.write_text("# %% one\nx = 1\n# %% one\nx = 2\n", encoding="utf-8")
    with pytest.raises(notebooks.NotebookError, match="two pieces named 'one'"):
        notebooks.pieces(path)


def test_a_piece_takes_the_place_of_its_stub():
    notebook = new_notebook(cells=[exercise("def double(x):\n    ..."), new_code_cell("double(2)")])
    edition = notebooks.solved(
        notebook, {"double": "def double(x):\n    return 2 * x"}, "07-seven.ipynb"
    )
    assert edition.cells[0].source == "def double(x):\n    return 2 * x"
    assert notebook.cells[0].source.endswith("...")


@pytest.mark.parametrize(
    ("cells", "solutions", "message"),
    [
        ([exercise("...")], {}, "'double' has no piece; solutions/07.py has no pieces"),
        ([exercise("..."), exercise("...")], {"double": "1"}, "'double' is a second stub"),
        ([], {"double": "1"}, r"\['double'\] belong to no exercise of 07-seven.ipynb"),
        ([exercise("...", tags=())], {"double": "1"}, "needs both the tag"),
        ([exercise("...", name="")], {"double": "1"}, "needs both the tag"),
    ],
)
def test_stubs_and_pieces_pair_up_one_to_one(cells, solutions, message):
    with pytest.raises(notebooks.NotebookError, match=message):
        notebooks.solved(new_notebook(cells=cells), solutions, "07-seven.ipynb")


def test_every_solutions_file_belongs_to_a_notebook(tmp_path):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "07.py").write_text("# %% one\nx = 1\n", encoding="utf-8")
    with pytest.raises(notebooks.NotebookError, match=r"solutions/07\.py belongs to no notebook"):
        notebooks.teachers_editions(tmp_path)


def test_the_site_s_command_runs_notebooks_and_weighs_their_pages(tmp_path, monkeypatch, capsys):
    [path] = notebooks.FOLDER.glob("02*.ipynb")
    monkeypatch.setattr(pages.notebooks, "paths", lambda: [path])
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as the command does for good
    assert pages.main(["--out", str(tmp_path), "--frames", "5"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    weight = r"^02_undo.html: \d\.\d\d MB with all it loads$"
    assert re.search(weight, printed.out, re.M)
    assert len(list((tmp_path / "figures").glob("02-*.bin"))) == 6
    assert (tmp_path / "02_undo.html").stat().st_size > 10_000


def test_the_site_refuses_a_notebook_that_says_something_else(tmp_path):
    [path] = notebooks.FOLDER.glob("02*.ipynb")
    other = notebooks.read(path)
    cell = next(cell for cell in other.cells if cell.get("outputs"))
    cell.outputs = [new_output("stream", text="something else\n")]
    with pytest.raises(pages.NotebookError, match=r"02_undo\.ipynb says something else"):
        run.with_figures(path, other, tmp_path)

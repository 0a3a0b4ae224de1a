"""The notebooks as they are in the repository: complete, readable without a kernel, short."""

import ast
import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from tests.browser.test_lab import DRIVEN
from tests.browser.test_notebook_7 import OPENED
from tests.notebooks.claims import numbers_in, prose, texts_of
from tools import notebooks

LIVE = re.compile(r"\bexplore\(")
ASKS = re.compile(r"\bpredict\(")
SHOWS = re.compile(r"^\s*(print|show|explore)\(|\.compare\(", re.MULTILINE)
# What the course says in other words, and numbers that begin with their point.
UNSAID = re.compile(
    r"\b(?:but for|hangs? on|first weights|right on|undone networks?)\b|(?<![\w.])\.\d+",
    re.IGNORECASE,
)
CODE = re.compile(r"(?s)```.*?```|`[^`]*`|\]\([^)]*\)")  # and where links lead

# What can be operated in a notebook, as its code asks for it.
KINDS = {
    "slider": r"=\(-?[\d.]+,",
    "slider of chosen values": r"=steps\(",
    "menu": r"=(\[|list\()",
    "checkbox": r"=(True|False)\b",
    "button": r"=again\(",
    "preset": r"presets=\{",
    "question": r"\bpredict\(",
    "training": r"\bawait watch\(",
    "map of the course": r"\bCourseMap\(",
}


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def folded(cell) -> bool:
    return cell.metadata.get("jupyter", {}).get("source_hidden", False)


def in_predictions(source) -> list[str]:
    """The strings in calls of `predict`: the question, its choices and their replies."""
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "predict"
    ]
    forms = {  # how an f-string prints a number, such as .2f
        form
        for call in calls
        for node in ast.walk(call)
        if isinstance(node, ast.FormattedValue) and node.format_spec
        for form in ast.walk(node.format_spec)
    }
    return [
        node.value
        for call in calls
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in forms
    ]


def unsaid(text) -> list[str]:
    """What of it the course says in other words, but not in code."""
    return UNSAID.findall(CODE.sub(" ", text))


def headings(notebook, level) -> list[str]:
    return re.findall(rf"^{'#' * level} +(.+?) *$", prose(notebook), re.MULTILINE)


def data_of(cell) -> list[dict]:
    return [output.data for output in cell.outputs if "data" in output]


# ---------------------------------------------------------------- complete


def test_it_is_in_normal_form(path, committed):
    """Ids, metadata, no widget views, the layout of the file: `make notebooks` restores all."""
    assert notebooks.dumps(notebooks.normalized(committed)) == path.read_text(encoding="utf-8")


def test_it_has_been_run_once_from_top_to_bottom(committed):
    counts = [cell.execution_count for cell in code_cells(committed)]
    assert counts == list(range(1, len(counts) + 1))


def test_what_shows_something_has_outputs(committed):
    for cell in code_cells(committed):
        if SHOWS.search(cell.source):
            assert cell.outputs, f"no outputs: {cell.source}"


def test_no_errors_and_no_warnings(committed):
    for cell in code_cells(committed):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", output.text


def test_no_widget_is_saved(path, committed):
    assert "widgets" not in committed.metadata
    assert notebooks.WIDGET_VIEW not in path.read_text(encoding="utf-8")


def test_live_cells_carry_picture_and_sentence(committed):
    for cell in code_cells(committed):
        if LIVE.search(cell.source):
            (bundle,) = data_of(cell)
            assert re.search(r"\d", bundle["text/plain"]), bundle["text/plain"]
            assert len(bundle["text/plain"].split()) > 5
            check_picture(bundle["image/png"])


def check_picture(png: str):
    image = Image.open(io.BytesIO(base64.b64decode(png)))
    assert image.format == "PNG"
    assert image.mode == "P", "a picture takes a third of the space with a palette"
    counts = np.bincount(np.asarray(image).ravel())
    assert np.count_nonzero(counts) >= 8
    assert counts.max() < 0.99 * counts.sum(), "the picture is blank"


def test_questions_can_be_read(committed):
    for cell in code_cells(committed):
        if ASKS.search(cell.source):
            assert any(text.count("○") >= 2 for text in texts_of(cell)), cell.source


def test_each_question_is_answered(committed):
    source = "\n".join(cell.source for cell in code_cells(committed))
    answers = "\n".join(text for cell in code_cells(committed) for text in texts_of(cell))
    assert source.count("predict(") == source.count(".compare(") == answers.count("Computed: ")


# ---------------------------------------------------------------- readable


def test_size(path):
    assert path.stat().st_size < 400_000


def test_length(committed):
    assert 15 <= len(committed.cells) <= 40


def test_code_cells_are_short(committed):
    """Twelve lines apart from what is folded, imports, calls of figures, and a layer to write."""
    for cell in code_cells(committed):
        if not folded(cell):
            lines = re.sub(
                r"(?ms)^(await watch|explore)\(.*?^\)$|^explore\([^\n]*\)$", "", cell.source
            ).splitlines()
            own = [line for line in lines if line and not re.match("(import|from) ", line)]
            most = 17 if cell.source.startswith("class ") else 12
            assert len(own) <= most, cell.source


def test_prose_is_short(committed):
    visible = re.sub(r"(?s)<details>.*?</details>", " ", prose(committed))
    without_formulas = re.sub(r"\$\$?[^$]+\$\$?", " ", visible)
    words = [word for word in without_formulas.split() if re.search(r"[^\W\d_]", word)]
    assert 500 <= len(words) <= 1300


def test_what_stands_in_html_has_no_marks_of_markdown(committed):
    """Jupyter shows them as they are, up to the next empty line."""
    for block in re.findall(r"(?m)^<.*(?:\n.+)*", prose(committed)):
        assert re.findall(r"[*`$]|\]\(", re.sub("<[^>]*>", "", block)) == [], block


def test_the_answer_is_short(path, committed):
    """Up to its questions notebook 12 is the page one sends to somebody who asks."""
    if path.name.startswith("12"):
        answer = prose(committed).split("## Ten questions")[0]
        visible = re.sub(r"(?s)<details>.*?</details>|\]\([^)]*\)", "", answer)
        visible = re.sub(r"(?m)^#.*$", "", visible)
        assert 400 <= len(visible.split()) <= 700


def test_headings(path, committed):
    (title,) = headings(committed, 1)
    assert committed.cells[0].source.startswith(f"# {title}\n")
    answers = path.name.startswith("12")  # all others ask, and say at the end what to remember
    assert title.endswith("?") != answers
    (minutes,) = re.findall(r"\b[Aa]bout (\d+) minutes\b", committed.cells[0].source)
    assert int(minutes) <= 35
    assert ("What to remember" in headings(committed, 2)) != answers


def test_laws_to_try_are_few(committed):
    """What pins a number that was observed has its place in tests/lessons."""
    laws = [cell for cell in code_cells(committed) if re.search(r"(?m)^\s*assert ", cell.source)]
    assert len(laws) <= 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It hangs on σ. But for ε, the first weights are\nright on .5 and −.25.",
         ["hangs on", "But for", "first weights", "right on", ".5", ".25"]),
        ("The undone network, undone networks, and $y = .1$ too.",
         ["undone network", "undone networks", ".1"]),
        ("The right one on 0.5, from 1.5 on, `.5`, [here](a.2.md), the end.3 dots ... 8.7.1", []),
        ("```python\nprint(.5)\n```", []),
    ],
)  # fmt: skip
def test_how_words_are_found(text, words):
    assert unsaid(text) == words


def test_predictions_are_found_without_the_form_of_numbers():
    source = 'x = "no"\ng = predict(f"{x:.2f} is .5?", {"hangs on": "a" "b", 1: f"{x}"}); await g'
    assert sorted(in_predictions(source)) == [" is .5?", "ab", "hangs on"]


def test_words(committed):
    """Those that have plainer ones, in the prose and in what a prediction says."""
    said = [cell.source for cell in committed.cells if cell.cell_type == "markdown"]
    for cell in code_cells(committed):
        said += in_predictions(cell.source)
    assert [word for text in said for word in unsaid(text)] == []


def test_where_no_figure_appears_the_first_notebook_and_the_readme_say_what_is_missing():
    """In which Python, the kernel's or the server's, and that the page is to be loaded again."""
    first = prose(notebooks.read(notebooks.paths()[0]))
    (fold,) = re.findall(r"(?s)<summary>No figure appears\?</summary>(.*?)</details>", first)
    for words in (
        "kernel's Python",
        "Jupyter's server",
        "print(sys.executable)",
        "reload the page",
    ):
        assert words in fold
    readme = (notebooks.FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert re.search(r"the server needs its `anywidget` and `ipywidgets`", readme)


def test_links(path, committed):
    """Links lead to files that are there; nothing is loaded from elsewhere while one reads."""
    text = prose(committed)
    assert not re.search(r"!\[[^\]]*\]\(http|<(img|script|iframe)\b", text)
    for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", text):
        if not target.startswith(("https://", "#")):
            file = path.parent / target.partition("#")[0]
            assert file.exists(), f"{target} does not exist"


# ---------------------------------------------------------------- true


def test_what_is_no_number_is_none():
    assert numbers_in("x1, 8.7.1, float64, H_2") == []


@pytest.mark.parametrize(
    ("prose", "code", "same"),
    [
        ("29.3 %", "29.2893", True),
        ("29.3 %", "0.292893", True),
        ("29.3", "0.292893", False),
        ("29.4 %", "29.2893", False),
        ("10⁻⁵", "1e-05", True),
        ("1.9·10⁻⁶", "1.93e-06", True),
        ("50,000", "50000", True),
        ("−0.5", "-0.5", True),
        ("16", "16", True),
        ("17", "16", False),
        ("16", "16.4", False),
        ("98 %", "98.4", True),
        ("2", "3", True),
    ],
)
def test_how_numbers_are_compared(prose, code, same):
    (claim,), (number,) = numbers_in(prose), numbers_in(code)
    assert claim.stands_for(number) == same


def test_the_readme_opens_with_the_picture_of_the_notebook():
    notebook = notebooks.read(notebooks.FOLDER / notebooks.PICTURED)
    assert notebooks.PICTURE.read_bytes() == notebooks.first_picture(notebook)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_knob_is_driven_in_jupyterlab_and_in_a_notebook_that_notebook_7_opens(kind):
    found = {
        path.name[:2]: any(
            re.search(KINDS[kind], cell.source) for cell in code_cells(notebooks.read(path))
        )
        for path in notebooks.paths()
    }
    assert any(found.values()), "no notebook has it"
    for numbers in (DRIVEN, OPENED):
        assert any(found[number] for number in numbers)

"""Build the course as a static web site, whose figures move without a kernel.

    python -m tools.site.pages [--out DIR] [--frames N]

Each notebook is run in a fresh kernel, and compared with what is committed. Its live figures are
exported on the way (`bn_lib.live.export`), and nbconvert makes a page of it with the template in
`course/`. A page needs no other host: mathematics becomes MathML, its font comes along.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import shutil
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import files
from io import BytesIO
from pathlib import Path

import nbformat
from fontTools import subset
from jinja2 import pass_context
from jupyter_core.utils import ensure_event_loop
from math_core import LatexError, LatexToMathML
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from PIL import Image
from pygments.formatters import HtmlFormatter

from bn_lib.live.canvas import SCRIPT, script
from bn_lib.live.export import Budget
from bn_lib.live.welcome import CourseMap
from tools import notebooks
from tools.notebooks import NotebookError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LIVE = ROOT / "bn_lib" / "live"
MOST_BYTES = 3_000_000  # of a page with all it loads, as it is on the disk
FRAMES_BYTES = 2_000_000  # of these, for the frames of all figures
CELL_SECONDS = 900  # a figure is computed in its cell, and the machine may be busy
FONTS = {"normal": "regular.woff", "bold": "bold.woff"}  # of words in figures, by their weight
SHARED = ("site.css", "site.js", "figure.js", "math.woff", *FONTS.values())
SYNTAX = {"light": "default", "dark": "github-dark"}


# ---------------------------------------------------------------- where things are


@dataclass
class Places:
    """Where the course is on the web, read from the badges of the README."""

    owner: str
    repository: str
    branch: str

    @classmethod
    def of(cls, readme: str) -> Places:
        """Raises NotebookError if the README has no Binder badge."""
        badge = re.search(r"mybinder\.org/v2/gh/([^/]+)/([^/]+)/([^?]+)\?", readme)
        if not badge:
            raise NotebookError("README.md has no Binder badge, which says where the course is.")
        return cls(*badge.groups())

    def home(self) -> str:
        """The repository."""
        return f"https://github.com/{self.owner}/{self.repository}"

    def blob(self) -> str:
        """Where the repository's files can be read."""
        return f"{self.home()}/blob/{self.branch}/"

    def binder(self, file: str) -> str:
        """Where a notebook runs."""
        course = f"{self.owner}/{self.repository}/{self.branch}"
        return f"https://mybinder.org/v2/gh/{course}?urlpath=lab/tree/notebooks/{file}"

    def page(self, file: str) -> str:
        """A page of this site, once it is published."""
        return f"https://{self.owner}.github.io/{self.repository}/{file}"


# ---------------------------------------------------------------- running


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
    """What a notebook says, except in exercises, whose verdicts no page shows."""
    return [
        output.text if output.output_type == "stream" else output.data.get("text/plain", "")
        for cell in notebook.cells
        if "exercise" not in cell.metadata
        for output in cell.get("outputs", ())
    ]


# ---------------------------------------------------------------- what a page shows


def with_questions(notebook: NotebookNode) -> NotebookNode:
    """Mark questions and their answers, so that a page lets its reader choose and compare.

    What a check says about an exercise that nobody has solved is left out, and so are cells with
    the tag `notebook-only`, such as the help with Jupyter's menus.
    """
    notebook.cells = [
        cell for cell in notebook.cells if "notebook-only" not in cell.metadata.get("tags", ())
    ]
    for cell in notebook.cells:
        if "exercise" in cell.metadata.get("tags", ()):
            cell.outputs = []
        for output in cell.get("outputs", ()):
            text = output.get("data", {}).get("text/html", "")
            asked = re.match(r"<p><b>(.*?)</b></p><ul>(.*)</ul>$", text)
            computed = re.search(r"<p>Computed: <b>(.*?)</b></p>(.*)</details>$", text)
            if asked:
                choices = re.findall(r"<li>(.*?)</li>", asked[2])
                name = re.search(r"(\w+) = predict\(", cell.source)[1]
                output.metadata["question"] = dict(name=name, text=asked[1], choices=choices)
            if computed:
                name = re.search(r"(\w+)\.compare\(", cell.source)[1]
                replies = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", computed[2])
                output.metadata["answer"] = dict(name=name, text=computed[1], replies=replies)
    return notebook


class Renderer(IPythonRenderer):
    """Markdown as nbconvert has it, with MathML, and links that lead to this site's pages."""

    def __init__(self, exporter: CourseExporter):
        super().__init__(escape=False)
        self._exporter = exporter

    def link(self, text, url, title=None):
        """A link to another notebook leads to its page; there is none to what is not there."""
        exporter = self._exporter
        if not re.match(r"[a-z]+:|#", url):
            name = Path(url).name
            if name in exporter.files:
                url = Path(name).with_suffix(".html").as_posix()
            elif name.endswith(".ipynb"):
                return text
            else:
                url = exporter.places.blob() + url
        return super().link(text, url, title)

    def image(self, text, url, title=None):
        """A picture of the repository comes along."""
        source = ROOT / url
        shutil.copy(source, self._exporter.pictures)
        with Image.open(source) as picture:
            width, height = picture.size
        return (
            f'<img src="{self._exporter.pictures.name}/{source.name}" width="{width}"'
            f' height="{height}" alt="{html.escape(text)}">'
        )

    def inline_math(self, body):
        """A formula in a line."""
        return self._exporter.mathml(body, False)

    def block_math(self, body):
        """A formula by itself."""
        return f'<span class="formula">{self._exporter.mathml(body, True)}</span>'

    def latex_environment(self, name, body):
        """An environment such as `aligned`, which is a formula by itself."""
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")


class CourseExporter(HTMLExporter):
    """nbconvert with the course's template."""

    def __init__(self, places: Places, files: list[str], pictures: Path):
        super().__init__(template_name="course", extra_template_basedirs=[str(HERE)])
        self.places, self.files, self.pictures = places, files, pictures
        self.signs: set[str] = set()  # in all formulas
        self._formulas = LatexToMathML(fancy_error=False)

    @pass_context
    def markdown2html(self, context, source):
        """The filter of that name."""
        text = MarkdownWithMath(renderer=Renderer(self)).render(source)
        text = text.replace(
            'class="anchor-link"', 'class="anchor-link" tabindex="-1" aria-hidden="true"'
        )
        # The comma after a formula must not begin a line.
        return re.sub(
            r"(<math>(?:(?!</math>).)*</math>[,.;:!?)]+)", r'<span class="whole">\1</span>', text
        )

    def mathml(self, formula: str, alone: bool) -> str:
        """A LaTeX formula as MathML; raises NotebookError if it is not understood."""
        try:
            mathml = self._formulas.convert_with_local_state(formula, displaystyle=alone)
        except LatexError as error:
            raise NotebookError(f"the formula {formula!r}: {error}") from None
        # The bar of \overline: browsers stretch this sign to the width of what is below it.
        mathml = mathml.replace("\N{COMBINING LOW LINE}", "\N{OVERLINE}")
        self.signs.update(html.unescape(re.sub("<[^>]*>", "", mathml)))
        return mathml


# ---------------------------------------------------------------- style and font


def stylesheet() -> str:
    """The pages' style: their own, that of figures in notebooks, and the colors of code."""
    light, dark = (
        HtmlFormatter(style=style).get_style_defs(".highlight") for style in SYNTAX.values()
    )
    own = (HERE / "site.css").read_text(encoding="utf-8")
    figures = (SCRIPT / "figure.css").read_text(encoding="utf-8")
    figures += "".join(
        f'@font-face {{ font-family: "Figure DejaVu Sans"; font-weight: {weight};'
        f' src: url("{file}") format("woff"); }}\n'
        for weight, file in FONTS.items()
    )
    return (
        f"{figures}\n@media not (prefers-color-scheme: dark) {{\n{light}\n}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}"
    )


def write_font(signs: set[str], target: Path) -> None:
    """Write STIX Two Math with no more than the given signs (and their slanted forms) in it."""
    source = next(file for file in files("ziamath") if file.name == "STIXTwoMath-Regular.ttf")
    options = subset.Options(flavor="woff", name_IDs=["*"], layout_features=["ssty"])
    # MathML shows a single letter in the slanted form that Unicode has for it.
    slanted = {chr(c) for c in (0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))}
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(signs | slanted | {"√"}))
    with subset.load_font(source.locate(), options) as font:
        subsetter.subset(font)
        subset.save_font(font, target, options)


# ---------------------------------------------------------------- the site


def start_page(stops: list, places: Places, readme: str) -> NotebookNode:
    """What the README says before it comes to installing, and the map of the course."""
    intro = readme.split("\n## ")[0]
    rows = "\n".join(
        f"| {number} | [{question}](notebooks/{file}) | {minutes} |"
        for number, question, minutes, file in stops
    )
    text = f"""\
{intro}

## The course

| | the question | time |
|---|:---|:---|
{rows}

The sliders of these pages move at once; nothing has to be installed. To change the code and to \
solve the exercises, [open the notebooks live]({places.binder(stops[0][3])}), or \
[get the course]({places.home()}).

The address of a page keeps the positions of its sliders: copy it to show someone exactly what \
you see.
"""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])


def build_site(
    out: Path, budget: Budget, paths: list[Path], run_all: Callable = run_all
) -> dict[str, int]:
    """Write the site into the folder `out`; returns the bytes of each page with all it loads.

    run_all: takes paths, budget and the folder for the figures' files, and runs the notebooks.
    Raises NotebookError if a page is too heavy, or if a notebook is not as it should be.
    """
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    places = Places.of(readme)
    names = [path.name for path in paths]
    stops = [stop for stop in CourseMap(paths[0].parent).stops if stop[3] in names]
    figures = out / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    exporter = CourseExporter(places, names, figures)
    course = re.match("# (.+)", readme)[1]
    pages = [dict(file="index.html", name="The course", title=course)]
    pages += [
        dict(
            file=Path(file).with_suffix(".html").name,
            name=f"{number} {question}",
            title=f"{question} ({course})" if question != course else f"{number} {question}",
        )
        for number, question, _, file in stops
    ]
    for page, path in zip(pages[1:], paths, strict=True):
        page |= dict(
            binder=places.binder(path.name), source=f"{places.blob()}notebooks/{path.name}"
        )
    contents = [start_page(stops, places, readme)]
    contents += map(with_questions, run_all(paths, budget, figures))
    for i, (page, notebook) in enumerate(zip(pages, contents, strict=True)):
        page |= dict(
            course=course,
            previous=pages[i - 1] if i > 0 else None,
            next=pages[i + 1] if i + 1 < len(pages) else None,
            address=places.page(page["file"]),
            repository=places.home(),
            blob=places.blob(),
        )
        text, _ = exporter.from_notebook_node(notebook, resources=dict(page=page))
        (out / page["file"]).write_text(text, encoding="utf-8")
    (out / "site.css").write_text(stylesheet(), encoding="utf-8")
    shutil.copy(HERE / "site.js", out)
    (out / "figure.js").write_text(script("drawing", "figure"), encoding="utf-8")
    for file in FONTS.values():
        shutil.copy(LIVE / "fonts" / file, out)
    write_font(exporter.signs, out / "math.woff")
    return _weigh(out, [page["file"] for page in pages])


def _weigh(out: Path, pages: list[str]) -> dict[str, int]:
    shared = sum((out / name).stat().st_size for name in SHARED)
    weights = {}
    for page in pages:
        text = (out / page).read_text(encoding="utf-8")
        loaded = {out / f for f in re.findall(r'<img [^>]*src="([^"]+)"', text)}
        for stem in re.findall(r'data-files="([^"]+)"', text):
            loaded |= {out / f"{stem}.bin", out / f"{stem}-still.png"}
        weights[page] = shared + sum(f.stat().st_size for f in {out / page, *loaded})
        if weights[page] > MOST_BYTES:
            raise NotebookError(f"{page} loads {weights[page]:,} bytes, more than {MOST_BYTES:,}.")
    return weights


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    # For the kernels: small matrices are multiplied faster by one thread, above all if the
    # processor is busy with several notebooks.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "_site", metavar="DIR")
    parser.add_argument(
        "--frames", type=int, default=Budget().frames, metavar="N", help="at most, for a figure"
    )
    options = parser.parse_args(arguments)
    try:
        weights = build_site(options.out, Budget(frames=options.frames), notebooks.paths())
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    for page, weight in weights.items():
        print(f"{page}: {weight / 1e6:.2f} MB with all it loads")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Build the course as a static web site, whose figures move without a kernel.

    python -m tools.site.pages [--out DIR] [--frames N]

`run.py` runs the notebooks and has their figures exported, `markup.py` makes pages of them; here
they become a site, with its style and its fonts. A page needs no other host.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import files
from pathlib import Path

import nbformat
from fontTools import subset
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from bn_lib.live.canvas import SCRIPT, script
from bn_lib.live.export import Budget
from bn_lib.live.welcome import CourseMap
from tools import notebooks
from tools.notebooks import NotebookError
from tools.site.markup import CourseExporter, Places, with_questions
from tools.site.run import run_all

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LIVE = ROOT / "bn_lib" / "live"
MOST_BYTES = 3_000_000  # of a page with all it loads, as it is on the disk
FONTS = {"normal": "regular.woff", "bold": "bold.woff"}  # of words in figures, by their weight
SHARED = ("site.css", "site.js", "figure.js", "math.woff", *FONTS.values())
SYNTAX = {"light": "default", "dark": "github-dark"}


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

WITHOUT_CODE = "without code"  # a cell of which a page shows the output alone
TRY = """\
Try it: the gray humps are the numbers of one unit, and the orange outline is what γ and β make of \
them once they are normalized. Drag γ and β until orange lies on gray."""


def first_row(notebooks_run: list[NotebookNode], paths: list[Path]) -> list[NotebookNode]:
    """The first live figure of notebook 12, the answer, without its code; nothing without it."""
    for path, notebook in zip(paths, notebooks_run, strict=True):
        if path.name.startswith("12"):
            cell = next(cell for cell in notebook.cells if _has_figure(cell))
            return [nbformat.from_dict(cell | {"metadata": {"tags": [WITHOUT_CODE]}})]
    return []


def _has_figure(cell: NotebookNode) -> bool:
    return any(
        "figure" in output.metadata for output in cell.get("outputs", ()) if "data" in output
    )


def start_page(
    stops: list, places: Places, readme: str, figure: list[NotebookNode]
) -> NotebookNode:
    """What the README says before it comes to installing, a figure to try, and the map."""
    intro = readme.split("\n## ")[0]
    rows = "\n".join(
        f"| {number} | [{question}](notebooks/{file}) | {minutes} |"
        for number, question, minutes, file in stops
    )
    text = f"""\
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
    cells = [nbformat.v4.new_markdown_cell(part) for part in (intro, text)]
    if figure:
        cells[1:1] = [nbformat.v4.new_markdown_cell(TRY), *figure]
    return nbformat.v4.new_notebook(cells=cells)


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
    ran = run_all(paths, budget, figures)
    contents = [start_page(stops, places, readme, first_row(ran, paths))]
    contents += map(with_questions, ran)
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
            loaded |= {out / f"{stem}{end}" for end in (".bin", "-still.png", "-narrow.png")}
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

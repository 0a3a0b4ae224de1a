"""What a page of the web site shows of a notebook, by nbconvert and the template in `course/`.

Mathematics becomes MathML, links lead to pages of the site, and questions can be answered.
"""

from __future__ import annotations

import html
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from jinja2 import pass_context
from math_core import LatexError, LatexToMathML
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from PIL import Image

from tools.notebooks import NotebookError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


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
        # Neither a % after a number nor the comma after a formula must begin a line.
        text = re.sub(r"(?<=\d) %(?![^<]*</code>)", "\N{NO-BREAK SPACE}%", text)
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

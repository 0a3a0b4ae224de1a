"""The map of the course, made from the notebooks that are there."""

import json
import re
from pathlib import Path


class CourseMap:
    """The notebooks of a folder in reading order, each with its question and its minutes.

    Shows itself as a table with links, and as plain text. A notebook that is added to the folder
    is on the map the next time the cell runs.
    """

    def __init__(self, folder="."):
        self.stops = [_stop(path) for path in sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))]

    def __repr__(self):
        if not self.stops:
            return "No notebooks here: start Jupyter in the course's folder `notebooks`."
        lines = [f"{number}  {question} ({minutes})" for number, question, minutes, _ in self.stops]
        return "\n".join(lines)

    def _repr_markdown_(self):
        if not self.stops:
            return repr(self)
        rows = [
            f"| {number} | [{question}]({file}) | {minutes} |"
            for number, question, minutes, file in self.stops
        ]
        return "\n".join(["| | the question | time |", "|---|:---|:---|", *rows])


def _stop(path: Path) -> tuple[str, str, str, str]:
    """Number, question, minutes and file name of a notebook, read from its first cell.

    A notebook for two sittings has two times its minutes.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    first = "".join(notebook["cells"][0]["source"])
    question = re.search(r"^# (.+)", first, re.MULTILINE)
    minutes = re.search(r"(\d+ minutes)( each)?", first)
    return (
        path.name[:2],
        question[1] if question else path.stem,
        f"{'2 × ' * bool(minutes[2])}{minutes[1]}" if minutes else "?",
        path.name,
    )

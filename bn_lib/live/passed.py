"""Which checks a learner's functions have passed since the kernel started, and a report of it.

It stays in the kernel: nothing is sent anywhere, and nothing is written before `save` is called.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bn_lib.exercises.verdict import NOT_WRITTEN, Verdict

MARKS = {True: "✓", False: "✗", None: "○"}  # passed, not yet, not written
NONE_YET = "No check has been run since the kernel started."


@dataclass
class Tried:
    """What a check has found so far: how often something was written, and whether it passed."""

    tries: int = 0
    passed: bool = False

    def line(self, check: str) -> str:
        """In words, such as "✓ check_mean: passed, after 2 tries"."""
        count = f"{self.tries} tr{'y' if self.tries == 1 else 'ies'}"
        said = f"passed, after {count}" if self.passed else f"not yet, after {count}"
        mark = MARKS[self.passed if self.tries else None]
        return f"{mark} {check}: {said if self.tries else 'not written yet'}"


_tried: dict[str, Tried] = {}  # by the check's name, in the order of their first runs


def note(verdict: Verdict) -> None:
    """Count a verdict that is shown. What has passed once stays passed."""
    if not verdict.check:
        return
    tried = _tried.setdefault(verdict.check, Tried())
    tried.tries += verdict.stage != NOT_WRITTEN
    tried.passed = tried.passed or verdict.passed


def report() -> "Report":
    """Return which checks have passed since the kernel started; it shows itself.

    `report().save("report.txt", name="Ada")` writes it into a file, with the date; `name` may be
    left out. Nothing is sent anywhere.
    """
    return Report({check: Tried(**vars(tried)) for check, tried in _tried.items()})


class Report:
    """Which checks have passed, as lines of text."""

    def __init__(self, tried: dict[str, Tried]):
        self.tried = tried

    def __repr__(self):
        if not self.tried:
            return NONE_YET
        passed = sum(tried.passed for tried in self.tried.values())
        lines = [tried.line(check) for check, tried in self.tried.items()]
        return "\n".join([f"{passed} of {len(lines)} checks passed", *lines])

    def save(self, path: str | Path, name: str = "") -> None:
        """Write the report into a new text file.

        Raises FileExistsError if there is a file of that name, which is left as it is.
        """
        when = datetime.now().strftime("%Y-%m-%d %H:%M")
        head = [f"Report of {when}", *([f"by {name}"] if name else []), ""]
        try:
            with Path(path).open("x", encoding="utf-8") as file:
                file.write("\n".join([*head, repr(self), ""]))
        except FileExistsError:
            raise FileExistsError(
                f"there is a file {path} already, and it is left as it is: choose another name"
            ) from None

"""The table of right ways accepted and mistakes told apart.

Print it by python -m tests.lessons.students.table
"""

import contextlib
import functools
import importlib
import io
import re
from pathlib import Path
from unittest import mock

from bn_lib import exercises
from bn_lib.exercises import learner
from tests.lessons.students import STUDENTS

MODULES = sorted(
    file.stem
    for file in Path(__file__).parent.glob("*.py")
    if file.stem not in ("__init__", "table")
)
SETS = (1, 2, 3, 4, 5, 6, 7)


@functools.cache
def students():
    """All of them, each module's functions in its order."""
    for module in MODULES:
        importlib.import_module(f"tests.lessons.students.{module}")
    return tuple(STUDENTS)


@functools.cache
def verdict_on(student):
    """What the check says, without what the function prints, and without waiting long."""
    check = getattr(exercises, f"check_{student.check}")
    with contextlib.redirect_stdout(io.StringIO()), mock.patch.object(learner, "SECONDS", 1.0):
        return check(student.function)


def named(student):
    """Whether the verdict on a wrong function names what is wrong with it."""
    verdict = verdict_on(student)
    return bool(not verdict and verdict.cause and re.search(student.words, verdict.message))


def table():
    """A row for each exercise, and one for all."""
    lines = [
        "| exercise | right ways accepted | wrong ones caught | cause named |",
        "|---|---|---|---|",
    ]
    checks = [name.removeprefix("check_") for name in exercises.__all__ if "check_" in name]
    for check in [*checks, "all"]:
        some = [student for student in students() if check in (student.check, "all")]
        right = [bool(verdict_on(student)) for student in some if not student.why]
        wrong = [student for student in some if student.why]
        caught = [not verdict_on(student) for student in wrong]
        by_cause = [named(student) for student in wrong]
        counts = [f"{sum(each)} of {len(each)}" for each in (right, caught, by_cause)]
        lines.append(f"| {check} | {' | '.join(counts)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
    for part in SETS:
        wrong = [student for student in students() if student.why and student.half == part]
        print(f"set {part}: cause named {sum(map(named, wrong))} of {len(wrong)}")

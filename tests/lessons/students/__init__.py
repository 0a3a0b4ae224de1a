"""Functions as students would write them, right ones and wrong ones, for every exercise.

Those of `afterwards` were written when the checks stood, the others before that, from imagination
of what students do. Each wrong one says what a teacher would say is wrong, and
the words by which a message names it (a regular expression). A function belongs to the first or the
second half by its name's checksum: the checks were built with the first half only in sight.
Those of `fresh` were written by somebody who had seen the notebooks' texts, but no check and no
test: when they came, 43 of the 68 wrong ones were named. Those of `latest` came in the same way
when the checks had learned from these: 50 of 51 were seen to be wrong, and 48 were named.
"""

import zlib
from typing import NamedTuple


class Student(NamedTuple):
    """A function of a student's: the check's name, why it is wrong ("" if right), the words."""

    check: str
    function: object
    why: str = ""
    words: str = ""

    @property
    def half(self):
        """1 or 2, by the checksum of the name; 3 to 7 for those that were written later."""
        later = {"afterwards": 3, "afterwards_more": 3, "unlisted": 4, "unlisted_more": 5}
        later |= {"fresh": 6, "fresh_more": 6, "fresh_last": 6, "latest": 7}
        module = self.function.__module__.rpartition(".")[2]
        if module in later:
            return later[module]
        return 1 + zlib.crc32(f"{self.check} {self.function.__name__}".encode()) % 2


STUDENTS: list[Student] = []


def right(check):
    """Keep a right function."""

    def keep(function):
        STUDENTS.append(Student(check, function))
        return function

    return keep


def wrong(check, why, words):
    """Keep a wrong function, why it is wrong, and the words that name it."""

    def keep(function):
        STUDENTS.append(Student(check, function, why, words))
        return function

    return keep

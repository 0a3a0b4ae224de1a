"""What a check returns, and how it ends early."""

from dataclasses import dataclass, field

# How far a learner's function got; a verdict's `stage` is one of them.
NOT_WRITTEN = "not written"
ERROR = "error"  # it stopped with an exception, or was stopped
NOTHING = "nothing returned"
SHAPE = "shape"  # or kind: text, a tuple, whole numbers, NaN
VALUES = "values"
ALMOST = "almost"
ELSEWHERE = "elsewhere"  # right for one batch, but not always
RIGHT = "right"

STUB = "Not written yet: put your lines in place of {}."  # said of a function NOT_WRITTEN


@dataclass(frozen=True)
class Verdict:
    """What a check found. It is false when the function failed: `assert check_mean(my_mean)`.

    passed: whether the function is right. message: all of it in words. stage: how far the function
    got, one of the words above, from NOT_WRITTEN to RIGHT. cause: the sentences of `message` that
    name the mistake, or "" where none was found. already: what is right already, in words. hints:
    sentences that help on, the mildest first. arguments: what the check called the function with,
    to look for the mistake by hand: `my_mean(*verdict.arguments)`. check: its name, "check_mean".
    """

    passed: bool
    message: str
    stage: str = VALUES
    cause: str = ""
    already: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    arguments: tuple = field(default=(), repr=False, compare=False)
    check: str = ""

    def __bool__(self):
        return self.passed

    def require(self):
        """Raise AssertionError with the message if the function failed; else return the verdict."""
        if not self.passed:
            raise AssertionError(self.message)
        return self


class Mistake(Exception):
    """A mistake has been found: how far the function got, and sentences for the learner.

    cause: those that name the mistake. rest: others, which stand before them in the message.
    """

    def __init__(self, stage, cause="", rest="", already=()):
        self.stage, self.cause, self.already = stage, cause, tuple(already)
        super().__init__(" ".join(filter(None, [rest, cause])))

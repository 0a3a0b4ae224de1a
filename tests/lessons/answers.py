"""Tests of an exercise by its right and its wrong answers."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest


def answers_of(
    check: Callable, right: Mapping[str, Callable], wrong: Mapping[str, tuple[Callable, str]]
) -> type:
    """The tests of a check, in a class for pytest to collect.

    right: answers by name; wrong: by name, answers and the words that tell their mistake.
    """

    class Answers:
        @pytest.mark.parametrize("seed", range(5))
        @pytest.mark.parametrize("function", right.values(), ids=right)
        def test_right_answers_pass(self, function, seed):
            verdict = check(function, seed=seed)
            assert verdict.passed, verdict.message
            assert verdict.message.startswith("Right: ")
            assert "remark" not in verdict.message

        @pytest.mark.parametrize("seed", range(5))
        @pytest.mark.parametrize(("function", "named"), wrong.values(), ids=wrong)
        def test_each_mistake_gets_its_own_message(self, function, named, seed):
            with np.errstate(all="ignore"):
                verdict = check(function, seed=seed)
            assert not verdict.passed
            assert named in verdict.message

        def test_no_two_mistakes_share_a_message(self):
            with np.errstate(all="ignore"):
                messages = {check(mistaken).message for mistaken, _ in wrong.values()}
            assert len(messages) == len(wrong)

    return Answers

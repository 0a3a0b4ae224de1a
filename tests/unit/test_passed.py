"""Which checks have passed: what is counted, shown and saved."""

import numpy as np
import pytest

from bn_lib.exercises import Verdict, check_mean, check_normalize
from bn_lib.live import passed, report, show


@pytest.fixture(autouse=True)
def nothing_tried(monkeypatch):
    monkeypatch.setattr(passed, "_tried", {})


def mean(H):
    return H.mean(axis=0)


def stub(H): ...


def test_it_says_that_nothing_was_run():
    assert repr(report()) == "No check has been run since the kernel started."


def test_tries_are_counted_and_a_stub_is_none():
    for function in (stub, np.mean, mean):
        show(check_mean(function))
    show(check_normalize(lambda H, eps: ...))
    assert repr(report()) == (
        "1 of 2 checks passed\n"
        "✓ check_mean: passed, after 2 tries\n"
        "○ check_normalize: not written yet"
    )


def test_what_has_failed_so_far_is_not_yet():
    show(check_mean(np.mean))
    assert repr(report()).endswith("✗ check_mean: not yet, after 1 try")


def test_what_has_passed_once_stays_passed():
    show(check_mean(mean))
    show(check_mean(np.mean))
    assert "✓ check_mean: passed, after 2 tries" in repr(report())


def test_a_report_keeps_what_it_said():
    show(check_mean(np.mean))
    before = report()
    show(check_mean(mean))
    assert "✗ check_mean" in repr(before)


def test_a_verdict_of_no_check_is_not_counted():
    show(Verdict(True, "Right."))
    assert repr(report()) == passed.NONE_YET


def test_it_is_saved_with_a_name_or_without_and_overwrites_nothing(tmp_path):
    show(check_mean(mean))
    report().save(tmp_path / "a.txt")
    report().save(tmp_path / "b.txt", name="Ada")
    a, b = ((tmp_path / name).read_text(encoding="utf-8") for name in ("a.txt", "b.txt"))
    assert a.startswith("Report of 2")
    assert "by Ada" in b
    assert "by" not in a
    assert a.endswith("\n1 of 1 checks passed\n✓ check_mean: passed, after 1 try\n")
    with pytest.raises(FileExistsError, match="choose another name"):
        report().save(tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == a

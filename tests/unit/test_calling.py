"""Calls of the learner's function: what is kept of them, and how those ahead are ended."""

import signal
import sys
import threading
import time
import warnings
from contextlib import suppress

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from bn_lib.live import calling
from bn_lib.live.calling import TooLong, call, can_end_calls, explain, in_one_line


def endless(**_):
    while True:
        pass


def asleep(**_):
    time.sleep(30)


def nap(seconds):
    time.sleep(seconds)


def stubborn(**_):
    while True:
        with suppress(Exception):
            time.sleep(30)


def deaf_once(heard=[]):  # noqa: B006
    while True:
        try:
            time.sleep(30)
        except BaseException:
            heard.append(1)
            if len(heard) == 3:
                raise


def shallow(depth=0):
    return shallow(depth + 1)


@pytest.mark.parametrize(
    ("function", "least", "most"),
    [(endless, 0.1, 0.5), (asleep, 1, 1.5), (stubborn, 1, 1.5), (deaf_once, 1.2, 1.9)],
)
def test_a_call_ahead_is_ended(function, least, most):
    handler = signal.getsignal(signal.SIGINT)
    start, processor = time.perf_counter(), time.thread_time()
    with pytest.raises(TooLong):
        call(function, {}, ahead=True)
    seconds, processor = time.perf_counter() - start, time.thread_time() - processor
    assert processor < 0.25
    assert least <= seconds or processor >= 0.1
    if function is not endless:  # whose clock time depends on what else the machine does
        assert least <= seconds < most
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_thousand_calls_ahead_need_one_thread():
    call(dict, {}, ahead=True)
    threads = threading.active_count()
    for _ in range(1000):
        assert call(dict, {"gamma": 1}, ahead=True).answer == {"gamma": 1}
    assert threading.active_count() == threads


def test_calls_that_last_as_long_as_they_may_leave_the_signals_alone(monkeypatch):
    """The end of the call and the signal that should end it meet in all orders."""
    monkeypatch.setattr(calling, "CLOCK", 0.02)
    monkeypatch.setattr(calling, "TICK", 0.0005)
    handler, ended = signal.getsignal(signal.SIGINT), 0
    for i in range(300):
        try:
            call(nap, {"seconds": 0.0185 + i % 30 / 1e4}, ahead=True)
        except TooLong:
            ended += 1
        assert signal.getsignal(signal.SIGINT) is handler
    time.sleep(0.05)  # nothing comes late
    assert 0 < ended < 300


def test_a_call_that_was_asked_for_has_no_bound(monkeypatch):
    monkeypatch.setattr(calling, "CLOCK", 0.05)
    assert call(lambda: time.sleep(0.2), {}).error is None


def test_the_users_interrupt_ends_a_call_that_was_asked_for():
    """In a kernel between two cells, where interrupts are ignored."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        main = threading.main_thread().ident
        threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()
        called = call(asleep, {})
        assert isinstance(called.error, KeyboardInterrupt)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("error", [SystemExit("enough"), KeyboardInterrupt(), GeneratorExit()])
def test_what_would_end_a_program_is_an_error_like_others(error, ahead):
    def leaves():
        raise error

    called = call(leaves, {}, ahead)
    assert called.error is error
    with pytest.raises(type(error)):
        called.result()


def test_recursion_without_end_is_said():
    called = call(shallow, {}, ahead=True)
    assert explain(called.error, shallow).startswith("RecursionError: maximum recursion depth")


def test_exit_in_a_notebook_is_an_error_too(monkeypatch):
    shell, left = InteractiveShell(), []
    monkeypatch.setattr(calling, "get_ipython", lambda: shell)
    shell.ask_exit = lambda: left.append(1)
    del shell.ask_exit
    called = call(lambda: shell.ask_exit(), {})
    assert isinstance(called.error, SystemExit)
    assert not hasattr(shell, "ask_exit")


def test_what_it_says_is_kept_and_goes_nowhere(capsys):
    def talks(gamma):
        print("γ =", gamma)
        print("to the other stream", file=sys.stderr)
        return np.ones(1) / gamma

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for _ in range(2):  # the second time it is due again
            called = call(talks, {"gamma": 0})
            said = called.printed.split("\n")
            assert said[:2] == ["γ = 0", "to the other stream"]
            assert said[2].startswith("RuntimeWarning: divide by zero encountered in divide (line ")
    assert capsys.readouterr() == ("", "")


def test_a_warning_that_the_learner_has_made_an_error_is_one():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(call(lambda: np.ones(1) / 0, {}).error, RuntimeWarning)


def test_the_last_ten_lines_are_kept_of_a_million():
    def talks():
        for i in range(200_000):
            print(i)
        print("x" * 10_000, end="")

    lines = call(talks, {}).printed.split("\n")
    assert lines[:-1] == [str(i) for i in range(199_991, 200_000)]
    assert lines[-1] == "x" * calling.LETTERS


def test_an_error_is_one_line_that_quotes_the_learners_own():
    def broken():
        return 1 / 0

    error = in_one_line(call(broken, {}).error, broken)
    (line,) = error._render_traceback_()
    assert line.startswith("ZeroDivisionError: division by zero (broken, line ")
    assert line.endswith(": return 1 / 0)")


def test_where_signals_cannot_come_no_call_can_be_ended():
    found = []
    thread = threading.Thread(target=lambda: found.append(can_end_calls()))
    thread.start()
    thread.join()
    assert found == [False]
    assert can_end_calls()

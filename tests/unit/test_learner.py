"""Learners' mistakes in a real kernel: it lives, the next cell runs, and the figure says so."""

import time
from collections.abc import Iterator

import pytest

from tests.unit import kernels
from tests.unit.kernels import Kernel, custom, state

START = """
import time, warnings
import numpy as np
from bn_lib.data import two_humped
from bn_lib.figures import Overlay
from bn_lib.live import explore
from bn_lib.normalization import normalize

H = two_humped(256, np.random.default_rng(0))
calls = []
figures = []

def figure_of(at_end):
    def function(gamma=1.0, beta=0.0):
        calls.append(gamma)
        if gamma > 3.9:
            at_end()
        return gamma * normalize(H) + beta
    for old in figures:  # the hand has gone from it
        old.ahead.near(False)
    figures[:] = [explore(function, Overlay(before=H), gamma=(-1, 4, 0.05), beta=(-1, 6, 0.05))]
    return figures[0]
"""
SECONDS = 20
END = "100,20"  # the last position of γ


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with kernels.running(START) as kernel:
        yield kernel


def hand_near(kernel: Kernel, body: str) -> None:
    """Show a figure whose function does something at its end, and let a hand come near."""
    code = f"def at_end():\n    {body}\nfigure = figure_of(at_end)\ncalls.clear()"
    code += "\nbegun = time.process_time()"
    assert not kernel.run(code).errors
    kernel.tell("figure", near=True)


def next_cells(kernel: Kernel, seconds: float = 2.5) -> list[float]:
    """Seconds that each of the next cells takes; they are run while work is done ahead."""
    took = []
    for _ in range(8):
        start = time.monotonic()
        ran = kernel.run("1 + 1", seconds=SECONDS)
        took.append(time.monotonic() - start)
        assert ran.text == ""
        assert not ran.errors
        time.sleep(0.05)
    assert max(took) < seconds, took
    return took


@pytest.mark.parametrize("body", ["while True: pass", "time.sleep(10)"])
def test_a_call_without_end_at_a_position_that_nobody_visits_keeps_no_cell_waiting(kernel, body):
    hand_near(kernel, body)
    kernel.until(lambda m: "only where you go" in state(m).get("note", ""), SECONDS)
    assert kernel.run("print(figure.way)").text == "ended\n"
    assert kernel.run("print(figure.way)").text != "ended\n", "a cell has run: it begins anew"
    next_cells(kernel)


def test_a_visited_position_without_end_is_said_to_begin_and_can_be_interrupted(kernel):
    hand_near(kernel, "time.sleep(60)")
    kernel.tell("figure", ask=END)
    begun = kernel.until(lambda m: "begun" in custom(m), SECONDS)
    assert custom(begun)["begun"] == END
    time.sleep(0.5)
    kernel.manager.interrupt_kernel()
    head = answer(kernel)
    assert head["error"].startswith("KeyboardInterrupt (")
    next_cells(kernel)


def answer(kernel: Kernel, key: str = END) -> dict:
    """The head of the frame at a position."""

    def at_key(message):
        return [head for head in custom(message).get("heads", ()) if head["key"] == key]

    return at_key(kernel.until(at_key, SECONDS))[0]


@pytest.mark.parametrize("body", ["raise SystemExit('enough')", "exit()"])
@pytest.mark.parametrize("visited", [False, True])
def test_a_function_that_exits_does_not_end_the_kernel(kernel, body, visited):
    hand_near(kernel, body)
    if visited:
        kernel.tell("figure", ask=END)
    assert answer(kernel)["error"].startswith("SystemExit")
    next_cells(kernel)
    assert kernel.is_alive()
    assert kernel.run("print(len(H))").text == "256\n"


def test_what_is_printed_is_in_the_frame_and_under_no_cell(kernel):
    hand_near(kernel, "print('here we are'); warnings.warn('oh')")
    head = answer(kernel)
    assert head["printed"] == "here we are\nUserWarning: oh"
    next_cells(kernel)
    kernel.tell("figure", ask=END)
    assert answer(kernel)["printed"].startswith("here we are")


def test_what_is_displayed_is_in_the_frame_and_other_threads_messages_are_handled_meanwhile(kernel):
    """Each message tells the publisher its parent, also one that another thread handles."""
    display = "publisher = get_ipython().display_pub; display(np.arange(2))"
    hand_near(kernel, f"{display}; publisher.set_parent(publisher.parent_header)")
    kernel.tell("figure", ask=END)
    head = answer(kernel)
    assert "error" not in head
    assert head["printed"] == "array([0, 1])"
    assert kernel.run("display(np.arange(3))").data[0]["text/plain"] == "array([0, 1, 2])"


def test_nothing_is_called_while_the_page_is_read(kernel):
    assert not kernel.run("figure = figure_of(lambda: None)\ncalls.clear()").errors
    time.sleep(1)
    assert kernel.run("print(calls)").text == "[]\n"


def test_a_hand_soon_has_the_frames_that_it_will_drag_along(kernel):
    """A drag may begin 0.7 s after the hand came near; half of that time is the kernel's own."""
    hand_near(kernel, "pass")
    came = []
    while len(came) < 50:
        came += [head["key"] for head in custom(kernel.heads())["heads"]]
    took = float(kernel.run("print(time.process_time() - begun)").text)
    assert took < 0.35
    distances = [
        max(abs(int(i) - j) for i, j in zip(key.split(","), (40, 20), strict=True)) for key in came
    ]
    assert distances == sorted(distances), "the nearest come first"


def test_an_error_at_the_start_is_one_line_without_the_librarys(kernel):
    ran = kernel.run(
        "def broken(gamma=1.0, beta=0.0):\n    print('before it')\n    return H[gamma]\n\n"
        "explore(broken, Overlay(before=H), gamma=(-1, 4), beta=(0, 1))"
    )
    (error,) = ran.errors
    assert error.startswith("IndexError: only integers")
    assert error.endswith("(broken, line 3: return H[gamma])")
    assert "\n" not in error
    assert ran.text == "before it\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("explore(H, Overlay(before=H), gamma=(-1, 4))", "name without brackets"),
        ("explore(np.sign, Overlay(before=H), tilt=(0, 1))", "there is a knob tilt"),
        (
            "explore(lambda gamma, beta: None, Overlay(before=H), gamma=(0, 1), beta=(0, 1))",
            "the result is None",
        ),
    ],
)
def test_a_call_of_explore_that_cannot_be_is_one_line(kernel, code, said):
    (error,) = kernel.run(code).errors
    assert said in error
    assert "\n" not in error
    assert len(error) < 300


def test_a_training_that_nobody_awaits_says_so(kernel):
    ran = kernel.run("from bn_lib.live import watch\nwatch(None, None, until=3)")
    (data,) = ran.data
    assert "await watch(...)" in data["text/plain"]
    assert ran.text == ""

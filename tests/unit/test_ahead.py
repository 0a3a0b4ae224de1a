"""Frames ahead of the hand: which are made, when they are thrown away, when there are none."""

import asyncio
import itertools
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell

from bn_lib.live import ahead as module
from bn_lib.live.ahead import Ahead, indices, watch_cells
from bn_lib.live.calling import TooLong


class Browser:
    """Stands in for the widget and the learner's function, and keeps what is sent."""

    def __init__(self, answer=lambda at: sum(at), size=100):
        self.answer, self.size = answer, size
        self.frames, self.calls, self.forgotten, self.said = {}, [], 0, []

    def compute(self, at, ahead=False):
        self.calls.append(at)
        head = {"key": ",".join(map(str, at)), "sentence": f"{self.answer(at)}"}
        return head, bytes(self.size)

    def send(self, frames):
        self.frames |= {head["key"]: head["sentence"] for head, _ in frames}

    def forget(self):
        self.forgotten += 1
        self.frames.clear()


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    monkeypatch.setattr(module, "REST", 0)
    monkeypatch.setattr(module, "_everyone", set())
    monkeypatch.setattr(Ahead, "next_turn", 0.0)
    monkeypatch.setattr(Ahead, "cell_runs", False)


def at_work(browser, lengths=(5, 4), sliders=(0, 1)):
    return Ahead(
        browser.compute, browser.send, browser.forget, browser.said.append, lengths, list(sliders)
    )


async def done(ahead):
    if ahead._task is not None:
        await ahead._task


def run(ahead, at):
    async def both():
        ahead.around(at)
        ahead.near(True)
        await done(ahead)

    asyncio.run(both())


def test_a_small_grid_is_computed_whole_and_right():
    browser = Browser()
    ahead = at_work(browser)
    run(ahead, (2, 1))
    assert ahead.way == "grid"
    expected = {f"{i},{j}": f"{i + j}" for i, j in itertools.product(range(5), range(4))}
    assert browser.frames == expected


def test_the_nearest_come_first():
    browser = Browser()
    run(at_work(browser), (2, 1))
    computed = list(dict.fromkeys(browser.calls))
    assert computed[0] == (2, 1)
    assert set(computed[1:5]) == {(3, 1), (1, 1), (2, 2), (2, 0)}


def test_nothing_is_computed_twice():
    browser = Browser()
    ahead = at_work(browser)
    run(ahead, (2, 1))
    browser.calls.clear()
    run(ahead, (3, 1))
    assert set(browser.calls) == {(3, 1)}  # to leave the picture there


def test_a_large_grid_keeps_to_the_lines(monkeypatch):
    monkeypatch.setattr(module, "FIGURE_BYTES", 2000)
    browser = Browser()
    ahead = at_work(browser)
    run(ahead, (2, 1))
    assert ahead.way == "lines"
    lines = {f"{i},1" for i in range(5)} | {f"2,{j}" for j in range(4)}
    assert set(browser.frames) == lines


def test_new_lines_take_the_place_of_old_ones_within_the_budget(monkeypatch):
    monkeypatch.setattr(module, "FIGURE_BYTES", 2000)
    browser = Browser()
    ahead = at_work(browser)
    for at in [(0, 0), (2, 1), (4, 3)]:
        run(ahead, at)
        assert ahead.bytes <= 2000
    assert browser.forgotten >= 1
    assert {f"{i},3" for i in range(5)} <= set(browser.frames)


def test_all_figures_of_a_kernel_share_a_budget(monkeypatch):
    monkeypatch.setattr(module, "KERNEL_BYTES", 1000)
    ahead = [at_work(Browser()) for _ in range(3)]
    for one in ahead:
        run(one, (0, 0))
    assert 0 < sum(one.bytes for one in ahead) <= 1000


def test_menus_and_counters_stay_where_they_are():
    browser = Browser()
    run(at_work(browser, lengths=(3, 7, 2), sliders=(0, 2)), (1, 5, 0))
    assert {indices(key)[1] for key in browser.frames} == {5}
    assert len(browser.frames) == 6


def test_a_random_function_is_asked_each_time():
    counter = itertools.count()
    browser = Browser(answer=lambda at: next(counter))
    ahead = at_work(browser)
    run(ahead, (2, 1))
    assert ahead.way == "random"
    assert browser.frames == {}
    head, _ = ahead.seen(browser.compute((2, 1)))
    assert head["once"]


def test_a_slow_function_is_asked_each_time(monkeypatch):
    monkeypatch.setattr(module, "SLOW", -1)
    browser = Browser()
    ahead = at_work(browser)
    run(ahead, (2, 1))
    assert ahead.way == "slow"
    assert len(browser.frames) <= 3


def test_no_cell_waits_for_a_function_whose_calls_are_long(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", -1)
    browser = Browser()
    ahead = at_work(browser)
    ahead.asked((2, 1))  # in the cell that shows the figure
    made = []
    ahead.compute = lambda at, ahead: made.append(at) or browser.compute(at)
    run(ahead, (2, 1))
    assert made == []
    assert ahead.way == "slow"


def test_a_stale_frame_is_noticed():
    values = {"factor": 1}
    browser = Browser(answer=lambda at: values["factor"] * sum(at))
    ahead = at_work(browser)
    run(ahead, (2, 1))
    values["factor"] = 10  # by a timer, say: no cell has been run
    head, _ = ahead.seen(browser.compute((2, 1)))
    assert head["sentence"] == "30"
    assert "once" not in head
    assert browser.frames == {}
    run(ahead, (2, 1))
    assert browser.frames["4,3"] == "70"


def test_a_frame_that_was_asked_for_is_not_computed_again():
    browser = Browser()
    ahead = at_work(browser)
    ahead.asked((2, 1))
    run(ahead, (2, 1))
    # once more to see that it stays the same, and to leave the picture there
    assert browser.calls.count((2, 1)) == 3
    assert "2,1" not in browser.frames, "the browser has it as an answer"


def test_without_a_hand_near_nothing_is_computed():
    browser = Browser()

    async def read():
        ahead = at_work(browser)
        ahead.around((0, 0))
        await asyncio.sleep(0.05)
        ahead.near(False)
        await asyncio.sleep(0.05)

    asyncio.run(read())
    assert browser.calls == []


@pytest.mark.parametrize("how", ["it goes away", "the tab was closed"])
def test_work_stops_when_the_hand_is_gone(how, monkeypatch):
    browser = Browser()

    async def come_and_go():
        ahead = at_work(browser, lengths=(10**6, 1))
        ahead.around((0, 0))
        if how == "the tab was closed":
            monkeypatch.setattr(module, "LEASE", 0.1)
        ahead.near(True)
        while not browser.frames:
            await asyncio.sleep(0)
        if how == "it goes away":
            ahead.near(False)
        await asyncio.sleep(0.2)
        assert browser.calls[-1] == (0, 0), "the picture is left where the knobs are"
        count = len(browser.calls)
        await asyncio.sleep(0.05)
        assert len(browser.calls) == count

    asyncio.run(come_and_go())


def test_a_hand_that_stays_renews_the_lease_and_begins_nothing_anew(monkeypatch):
    monkeypatch.setattr(module, "LEASE", 0.1)
    browser = Browser()

    async def stay():
        ahead = at_work(browser)
        ahead.around((0, 0))
        ahead.near(True)
        await done(ahead)
        count = len(browser.calls)
        for _ in range(3):
            await asyncio.sleep(0.05)
            ahead.near(True)
        assert len(browser.calls) == count
        ahead.around((1, 1))  # a move, after longer than one lease
        await done(ahead)
        assert len(browser.calls) > count

    asyncio.run(stay())


class Endless(Browser):
    """Calls from a first index on have to be ended."""

    def __init__(self, first):
        super().__init__()
        self.first = first

    def compute(self, at, ahead=False):
        frame = super().compute(at)
        if ahead and at[0] >= self.first:
            raise TooLong
        return frame


def test_a_call_that_had_to_be_ended_skips_that_position():
    browser = Endless(first=4)
    ahead = at_work(browser, lengths=(5, 1), sliders=(0,))
    for _ in range(2):
        run(ahead, (2, 0))
    assert set(browser.frames) == {f"{i},0" for i in range(4)}
    assert browser.calls.count((4, 0)) == 1
    assert browser.said == []


def test_two_that_had_to_be_ended_turn_the_work_off_until_a_cell_runs():
    browser = Endless(first=3)
    ahead = at_work(browser, lengths=(9, 1), sliders=(0,))
    shell = InteractiveShell()
    watch_cells(shell)
    run(ahead, (2, 0))
    assert ahead.way == "ended"
    (words,) = browser.said
    assert "only where you go" in words
    count = len(browser.calls)
    run(ahead, (1, 0))
    assert len(browser.calls) == count

    async def cell():
        shell.events.trigger("pre_run_cell", None)
        browser.first = 100
        shell.events.trigger("post_run_cell", None)
        await done(ahead)

    asyncio.run(cell())
    assert browser.said == [words, ""]
    assert len(browser.frames) == 9


def test_where_no_call_can_be_ended_none_is_made(monkeypatch):
    monkeypatch.setattr(module, "can_end_calls", lambda: False)
    browser = Browser()
    ahead = at_work(browser)
    run(ahead, (0, 0))
    assert browser.calls == []
    assert ahead.way == "unbounded"


def test_it_can_be_turned_off_for_good():
    browser = Browser()
    ahead = at_work(browser)
    ahead.stop()
    run(ahead, (0, 0))
    ahead.begin_anew()
    run(ahead, (0, 0))
    assert browser.calls == []
    assert ahead.way == "stopped"


def test_the_kernel_gets_its_turn_between_slices(monkeypatch):
    monkeypatch.setattr(module, "SLICE", 0)
    browser = Browser()

    async def count_turns():
        ahead = at_work(browser)
        ahead.around((0, 0))
        ahead.near(True)
        turns = 0
        while not ahead._task.done():
            await asyncio.sleep(0)
            turns += 1
        return turns

    assert asyncio.run(count_turns()) >= 20  # one for each frame


def test_a_figure_waits_for_its_turn():
    async def work():
        browser = Browser()
        ahead = at_work(browser)
        turn = Ahead.next_turn = time.perf_counter() + 0.05  # another figure has just had its slice
        ahead.around((0, 0))
        ahead.near(True)
        while time.perf_counter() < turn:
            assert browser.frames == {}
            await asyncio.sleep(0)
        await done(ahead)
        assert len(browser.frames) == 20
        assert Ahead.next_turn > turn  # it leaves a pause behind

    asyncio.run(work())


def test_running_a_cell_throws_the_frames_away_and_starts_anew():
    shell = InteractiveShell()
    watch_cells(shell)
    watch_cells(shell)  # a second time changes nothing
    values = {"factor": 1}
    browser = Browser(answer=lambda at: values["factor"] * sum(at))

    async def work():
        ahead = at_work(browser)
        ahead.around((2, 1))
        ahead.near(True)
        await done(ahead)
        shell.events.trigger("pre_run_cell", None)
        assert browser.frames["4,3"] == "7", "as before the running cell"
        calls = len(browser.calls)
        ahead.around((2, 2))
        await asyncio.sleep(0.05)
        assert len(browser.calls) == calls, "a cell may be half done"
        values["factor"] = 10
        shell.events.trigger("post_run_cell", None)
        assert browser.frames == {}
        assert browser.forgotten == 1
        await done(ahead)

    asyncio.run(work())
    assert browser.frames["4,3"] == "70"


def test_an_answer_alone_is_thrown_away_too_when_a_cell_has_run():
    shell = InteractiveShell()
    watch_cells(shell)
    browser = Browser()
    at_work(browser).asked((2, 1))
    shell.events.trigger("pre_run_cell", None)
    shell.events.trigger("post_run_cell", None)
    assert browser.forgotten == 1

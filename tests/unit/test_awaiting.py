"""A forgotten `await`, and a kernel that hears no button while a cell runs, are said in words."""

import asyncio
from types import SimpleNamespace

import pytest

from bn_lib.figures import Curves
from bn_lib.live import awaiting, progress
from bn_lib.live.awaiting import hears_while_a_cell_runs, must_be_awaited
from bn_lib.live.words import WORDS


@must_be_awaited
async def answer(value):
    await asyncio.sleep(0)
    if value is None:
        raise LookupError
    return value


def test_it_is_a_coroutine_like_others():
    async def tasks():
        return await answer(1), await asyncio.create_task(answer(2))

    assert asyncio.run(tasks()) == (1, 2)
    assert asyncio.run(answer(3)) == 3
    with pytest.raises(LookupError):
        asyncio.run(answer(None))


def test_shown_before_it_has_begun_it_says_what_to_do():
    forgotten = answer(1)
    assert repr(forgotten) == (
        "Nothing has been done yet: write `await answer(...)`, with `await` before it."
    )
    forgotten.close()


@pytest.mark.parametrize(("version", "hears"), [("6.31.0", False), ("7.4.0", True), ("10", True)])
def test_since_ipykernel_7_a_kernel_hears_while_a_cell_runs(version, hears, monkeypatch):
    assert hears_while_a_cell_runs(), "where there is no kernel there is no cell"
    monkeypatch.setattr(awaiting, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(awaiting, "version", lambda package: version)
    assert hears_while_a_cell_runs() == hears


def test_where_the_stop_button_would_be_dead_the_figure_says_what_stops_a_training(monkeypatch):
    monkeypatch.setattr(progress, "hears_while_a_cell_runs", lambda: False)
    training = SimpleNamespace(record_if_due=lambda: None, step=0, record={})
    live = progress.Watch(training, Curves(["BN"], 20), until=20, see=None)
    (stop,) = [button for button in live.canvas.buttons if button["name"] == WORDS["stop"]]
    assert not stop["enabled"]
    assert "Interrupt Kernel" in live.canvas.note
    live.close()

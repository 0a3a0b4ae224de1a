"""`counted`: a bar that follows a sweep, and what it leaves in a saved notebook."""

import re

import pytest

from bn_lib.live import counted, sweeping
from bn_lib.sweeps import sweep

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(monkeypatch):
    """What a cell has shown, in order."""
    bars = []
    monkeypatch.setattr(sweeping, "display", bars.append)
    return bars


def test_all_results_pass_and_the_bar_counts_them(shown):
    seen = []
    for result in counted(iter("abc"), 3):
        seen.append((result, shown[0].bar.value, shown[0].words.value))
    assert [result for result, *_ in seen] == ["a", "b", "c"]
    assert [value for _, value, _ in seen] == [1, 2, 3]
    assert re.fullmatch(r"2 of 3 finished, about \d+ s left", seen[1][2])
    assert shown[0].words.value == "3 of 3 finished"
    assert shown[0].bar.bar_style == "success"


def test_one_output_is_shown_whose_sentence_is_the_same_each_time(shown):
    saved = []
    for _ in counted("abc", 3):
        saved.append(shown[0]._repr_mimebundle_())
    assert len(shown) == 1
    assert all(set(bundle) == {WIDGET_VIEW, "text/plain"} for bundle in saved)
    assert {bundle["text/plain"] for bundle in saved} == {"a sweep of 3"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_ends_a_sweep_early_is_seen(shown, error):
    def results():
        yield 1
        raise error

    with pytest.raises(error):
        list(counted(results(), 3))
    assert shown[0].words.value == "1 of 3 finished"
    assert shown[0].bar.bar_style == "warning"


def test_a_loop_that_is_left_leaves_the_count(shown):
    for _ in counted(range(5), 5):
        break
    assert shown[0].words.value == "1 of 5 finished"
    assert shown[0].bar.bar_style == "warning"


def test_it_follows_a_real_sweep_which_goes_on_where_it_was_left(shown, tmp_path):
    settings = [(7, 2), (9, 4), (8, 3)]
    for _ in range(2):
        found = dict(counted(sweep(divmod, settings, tmp_path), len(settings)))
        assert found == {setting: divmod(*setting) for setting in settings}
        assert shown[-1].words.value == "3 of 3 finished"


def test_a_time_of_minutes_is_said_in_minutes(shown, monkeypatch):
    clock = iter([0, 100])
    monkeypatch.setattr(sweeping, "monotonic", lambda: next(clock))
    results = counted(range(3), 3)
    next(results)
    assert shown[0].words.value == "1 of 3 finished, about 3 min left"


def test_without_a_notebook_its_sentence_is_printed(capsys):
    assert list(counted("ab", 2)) == ["a", "b"]
    assert capsys.readouterr().out == "a sweep of 2\n"


def test_its_widgets_can_be_given_back(shown):
    list(counted("a", 1))
    shown[0].close()
    assert shown[0].bar.comm is None


def test_a_total_of_nothing_is_refused():
    with pytest.raises(ValueError, match="total is 0"):
        next(counted([], 0))

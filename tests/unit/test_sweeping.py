"""`counted`: a bar that follows a sweep, and what it leaves in a saved notebook."""

import re

import pytest
from IPython.display import display

from bn_lib.live import counted, sweeping
from bn_lib.sweeps import sweep

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Screen:
    """What a cell shows; an update takes the place of what was shown."""

    def __init__(self, monkeypatch):
        self.shown = []
        monkeypatch.setattr(sweeping, "display", self.display)

    def display(self, bar, display_id):
        assert display_id
        self.bar = bar
        self.shown.append(bar._repr_mimebundle_())
        return self

    def update(self, bar):
        self.shown = [bar._repr_mimebundle_()]


@pytest.fixture
def screen(monkeypatch):
    return Screen(monkeypatch)


def test_all_results_pass_and_the_bar_counts_them(screen):
    seen = []
    for result in counted(iter("abc"), 3):
        seen.append((result, screen.bar.bar.value, screen.bar.words.value))
    assert [result for result, *_ in seen] == ["a", "b", "c"]
    assert [value for _, value, _ in seen] == [1, 2, 3]
    assert re.fullmatch(r"2 of 3 finished, about \d+ s left", seen[1][2])
    assert screen.bar.words.value == "3 of 3 finished"
    assert screen.bar.bar.bar_style == "success"


def test_one_output_is_left_whose_sentence_is_the_same_each_time(screen):
    list(counted("abc", 3))
    (bundle,) = screen.shown
    assert set(bundle) == {WIDGET_VIEW, "text/plain"}
    assert bundle["text/plain"] == "3 of 3 finished"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_ends_a_sweep_early_is_seen(screen, error):
    def results():
        yield 1
        raise error

    with pytest.raises(error):
        list(counted(results(), 3))
    assert screen.shown[0]["text/plain"] == "1 of 3 finished"
    assert screen.bar.bar.bar_style == "warning"


def test_a_loop_that_is_left_leaves_the_count(screen):
    for _ in counted(range(5), 5):
        break
    assert screen.shown[0]["text/plain"] == "1 of 5 finished"


def test_it_follows_a_real_sweep_which_goes_on_where_it_was_left(screen, tmp_path):
    settings = [(7, 2), (9, 4), (8, 3)]
    for _ in range(2):
        found = dict(counted(sweep(divmod, settings, tmp_path), len(settings)))
        assert found == {cell: divmod(*cell) for cell in settings}
        assert screen.shown[-1]["text/plain"] == "3 of 3 finished"


def test_a_time_of_minutes_is_said_in_minutes(screen, monkeypatch):
    clock = iter([0, 100, 200, 300])
    monkeypatch.setattr(sweeping, "monotonic", lambda: next(clock))
    results = counted(range(3), 3)
    next(results)
    assert screen.bar.words.value == "1 of 3 finished, about 3 min left"


def test_without_a_notebook_it_prints_the_start(monkeypatch, capsys):
    monkeypatch.setattr(sweeping, "display", display)
    assert list(counted("ab", 2)) == ["a", "b"]
    assert capsys.readouterr().out == "0 of 2 finished\n"


def test_its_widgets_can_be_given_back(screen):
    list(counted("a", 1))
    screen.bar.close()
    assert screen.bar.bar.comm is None


def test_a_total_of_nothing_is_refused():
    with pytest.raises(ValueError, match="total is 0"):
        next(counted([], 0))

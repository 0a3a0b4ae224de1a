"""`explore`: the learner's function under sliders."""

import asyncio
import functools
import io
import re
import threading
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from bn_lib.live import again, explore, places, running
from bn_lib.live import explorer as explorer_module
from bn_lib.live.cells import WIDGET_VIEW, replace
from bn_lib.live.sizes import LARGE
from bn_lib.pictures.checks import expect
from bn_lib.pictures.marks import Words
from bn_lib.pictures.picture import Picture


class Line(Picture):
    """The smallest picture: a line of three points and a text."""

    def __init__(self):
        with self.drawing(400, 200):
            axes = self.figure.subplots()
            axes.set(xlim=(0, 2), ylim=(-10, 10))
            self.line = self.moves(axes.plot([0, 1, 2], [0, 0, 0])[0])
            self.label = Words(self, axes, 1, 5)

    def update(self, result, **position):
        values = expect(result, (3,), "the result")
        self.line.set_ydata(values)
        self.label.set_text(f"{values[1]:.1f}")
        self.sentence = f"the middle is {values[1]:.2f}"


def ramp(slope=1, lift=0):
    return slope * np.array([-1.0, 0.0, 1.0]) + lift


class Place(NamedTuple):
    slope: np.float64
    lift: np.float64


def ramp_explorer(function=ramp):
    presets = {"flat": {"slope": 0}, "there": Place(np.float64(1.234), np.float64(2.5))}
    return explore(function, Line(), presets, slope=(-3, 3, 0.5), lift=(-5, 5, 0.5))


def vertices(explorer):
    return np.frombuffer(explorer.canvas.frame["data"], "<i2")


def test_it_starts_at_the_functions_defaults():
    explorer = ramp_explorer()
    assert explorer.position == {"slope": 1, "lift": 0}
    assert explorer.canvas.frame["head"]["sentence"] == "the middle is 0.00"


def test_a_move_changes_vertices_texts_and_sentence():
    explorer = ramp_explorer()
    before = vertices(explorer)
    explorer.go(lift=2)
    assert explorer.canvas.frame["head"]["sentence"] == "the middle is 2.00"
    assert explorer.canvas.frame["head"]["t"][0][2] == "2.0"
    assert not np.array_equal(vertices(explorer), before)


def test_vertices_are_matplotlibs_own_pixels():
    explorer = ramp_explorer()
    explorer.go(slope=2, lift=1)
    axes = explorer.picture.figure.axes[0]
    pixels = axes.transData.transform([(0, -1), (1, 1), (2, 3)])
    pixels[:, 1] = 200 - pixels[:, 1]
    assert vertices(explorer).reshape(-1, 2) / 16 == pytest.approx(pixels, abs=1 / 32)


def test_presets_reach_values_between_the_steps_with_one_move():
    explorer = ramp_explorer()
    frames = []
    explorer.canvas.observe(lambda change: frames.append(change.new), "frame")
    explorer.press("there")
    assert explorer.position == {"slope": 1.234, "lift": 2.5}
    assert len(frames) == 1
    explorer.press("flat")
    assert explorer.position == {"slope": 0, "lift": 2.5}
    explorer.press("reset")
    assert explorer.position == explorer.start


def test_a_counter_draws_anew_and_reset_comes_back():
    def noise(slope=1, seed=0):
        return slope * np.random.default_rng(seed).standard_normal(3)

    explorer = explore(noise, Line(), slope=(0, 2), seed=again("new batch"))
    first = explorer.canvas.frame["head"]["sentence"]
    explorer.press("new batch")
    assert explorer.canvas.frame["head"]["sentence"] != first
    explorer.press("reset")
    assert explorer.canvas.frame["head"]["sentence"] == first


def test_a_move_makes_no_artists():
    explorer = ramp_explorer()
    figure = explorer.picture.figure
    artists = len(figure.findobj())
    for lift in (-5, 5, 0.5):
        explorer.go(lift=lift)
    assert len(figure.findobj()) == artists


@pytest.mark.parametrize(
    ("at_five", "message"),
    [
        (lambda: 1 / 0, r"ZeroDivisionError: division by zero \(.+, line \d+\)"),
        (lambda: np.zeros(4), r"the result has shape \(4,\), but the figure needs \(3,\)"),
        (lambda: np.array([0, np.nan, np.nan]), r"the result is NaN at index 1 \(and 1 more\)"),
        (lambda: np.array([0, 1, -np.inf]), "the result is infinity at index 2"),
        (lambda: None, "the result is None: does the function end with `return ...`"),
        (lambda: "five", "the result should be numbers, but is str"),
    ],
)
def test_what_goes_wrong_is_said_and_the_last_good_picture_stays(at_five, message):
    def fails_at_five(slope=1, lift=0):
        return at_five() if lift == 5 else ramp(slope, lift)

    explorer = ramp_explorer(fails_at_five)
    explorer.go(lift=4)
    good = explorer.canvas.frame
    explorer.go(lift=5)
    assert explorer.canvas.frame is good
    assert re.search(message, explorer.canvas.error)
    explorer.go(lift=3)
    assert explorer.canvas.error == ""
    assert explorer.canvas.frame["head"]["sentence"] == "the middle is 3.00"


def test_an_error_at_the_start_is_the_learners_own():
    def broken(slope=1, lift=0):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        ramp_explorer(broken)


def test_the_bundle_has_three_readers():
    bundle, _ = ramp_explorer()._repr_mimebundle_()
    assert bundle["text/plain"] == "the middle is 0.00"
    assert WIDGET_VIEW in bundle
    picture = Image.open(io.BytesIO(bundle["image/png"]))
    assert picture.mode == "P"  # a palette: a third of the bytes
    assert picture.height > 3 * 200  # start and two presets


def test_a_sentence_that_goes_wrong_is_said_as_an_error_of_the_function_is():
    class Speechless(Line):
        def describe(self):
            return str(1 / (float(self.label.get_text()) - 3))

    explorer = explore(ramp, Speechless(), lift=(-5, 5, 0.5))
    answers = []
    explorer.canvas.send_frames = answers.extend
    at_three = explorer.knobs["lift"].index(3)
    explorer.canvas._handle_custom_msg({"ask": str(at_three)}, [])
    ((head, _),) = answers
    assert head["key"] == str(at_three)
    assert head["error"].startswith("ZeroDivisionError")
    explorer.go(lift=3)
    assert explorer.canvas.error.startswith("ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        explore(functools.partial(ramp, lift=3), Speechless(), slope=(0, 1))


def test_the_storyboard_shows_an_error_where_a_preset_leads_to_one(monkeypatch):
    drawn = []
    monkeypatch.setattr(explorer_module, "storyboard", lambda panels: drawn.extend(panels) or b"")

    def fails_when_flat(slope=1, lift=0):
        return ramp(1 / slope, lift)

    explorer = ramp_explorer(fails_when_flat)
    assert explorer.canvas.error == ""
    assert explorer.canvas.frame["head"]["sentence"] == "the middle is 0.00"
    explorer.press("flat")
    assert explorer.canvas.error.startswith("ZeroDivisionError")
    said = {name: sentence for name, sentence, _ in drawn}
    assert said["flat"].startswith("⚠ ZeroDivisionError")
    assert said["start"] == "the middle is 0.00"


def test_large_text_and_back():
    explorer = ramp_explorer()
    small, at_first = explorer.canvas.still, vertices(explorer)
    explorer.press("large text")
    assert explorer.canvas.still != small
    assert not np.array_equal(vertices(explorer), at_first)  # the axes made room
    explorer.press("large text")
    assert np.abs(vertices(explorer) - at_first).max() <= 16


def test_the_layout_for_a_narrow_page_comes_when_one_asks_and_follows_large_text():
    explorer = ramp_explorer()
    full, before = explorer.canvas.still, vertices(explorer)
    assert explorer.canvas.narrow == {}
    explorer.canvas._handle_custom_msg({"narrow": True}, [])
    usual = explorer.canvas.narrow
    assert (usual["size"][0], usual["zoom"]) == (440, 1)
    assert len(usual["looks"]) == len(explorer.canvas.looks)
    assert usual["still"] != full == explorer.canvas.still
    np.testing.assert_array_equal(vertices(explorer), before)
    explorer.press("large text")
    large = explorer.canvas.narrow
    explorer.press("large text")
    assert (large["size"], large["zoom"]) == (usual["size"], LARGE)
    assert explorer.canvas.narrow["looks"] == usual["looks"]
    explorer.close()
    assert explorer.canvas.narrow == {}


@pytest.mark.parametrize(
    ("knobs", "presets", "error", "message"),
    [
        ({"tilt": (0, 1)}, {}, TypeError, "there is a knob tilt, but ramp takes no tilt"),
        ({"slope": (0, 1)}, {"up": {"lift": 1}}, ValueError, "preset 'up' sets lift, but there"),
    ],
)
def test_knobs_presets_and_arguments_must_fit(knobs, presets, error, message):
    with pytest.raises(error, match=message):
        explore(ramp, Line(), presets, **knobs)


def test_an_argument_without_default_needs_a_knob():
    with pytest.raises(TypeError, match="needs lift, but there is no knob for it"):
        explore(lambda slope, lift: ramp(slope, lift), Line(), slope=(0, 1))


def test_go_refuses_an_unknown_knob():
    with pytest.raises(ValueError, match="no knob named tilt"):
        ramp_explorer().go(tilt=1)


def test_go_sets_all_knobs_or_none():
    explorer = ramp_explorer()
    with pytest.raises(ValueError, match=r"lift cannot be 99; it is one of \[-5.0, -4.5"):
        explorer.go(slope=0, lift=99)
    assert explorer.position == explorer.start
    explorer.go(lift=2)  # and single moves are shown again
    assert explorer.canvas.frame["head"]["sentence"] == "the middle is 2.00"


def test_a_function_without_a_name_is_told_so():
    with pytest.raises(TypeError, match="the function takes no tilt"):
        explore(functools.partial(ramp, lift=1), Line(), tilt=(0, 1))
    nameless = functools.partial(lambda slope, lift: ramp(slope, lift))
    with pytest.raises(TypeError, match="the function needs lift"):
        explore(nameless, Line(), slope=(0, 1))


class Shell:
    """Stands in for a kernel's shell, as far as cells and runs are concerned."""

    def __init__(self):
        self.execution_count = 1

    def get_parent(self):
        return {"metadata": {"cellId": "a-cell"}}


def test_running_a_cell_again_frees_what_its_last_run_made():
    shell = Shell()
    first = [ramp_explorer(), ramp_explorer()]
    for explorer in first:
        replace(explorer, shell)
    assert all(explorer.canvas.comm is not None for explorer in first)
    shell.execution_count = 2
    second = ramp_explorer()
    replace(second, shell)
    assert all(explorer.canvas.comm is None for explorer in first)
    assert second.canvas.comm is not None


def test_a_message_on_another_thread_is_answered_on_the_figures_own():
    threads = []

    def watched(slope=1, lift=0):
        threads.append(threading.current_thread())
        return ramp(slope, lift)

    async def work():
        explorer = ramp_explorer(watched)
        await asyncio.to_thread(explorer.canvas._handle_custom_msg, {"ask": "0,0"}, [])
        at = [0, explorer.knobs["lift"].index(3)]
        await asyncio.to_thread(explorer.canvas.set_state, {"at": at})
        await asyncio.sleep(0)
        assert explorer.canvas.frame["head"]["sentence"] == "the middle is 3.00"

    asyncio.run(work())
    assert set(threads) == {threading.current_thread()}


def test_a_hand_that_goes_on_during_a_call_is_not_called_back():
    """The browser's next place comes on another thread, while the function is at the last one."""
    first, second = [0, 0], [1, 0]
    called, told = [], []

    def goes_on(slope=1, lift=0):
        called.append(slope)
        if slope == -3:
            hand = threading.Thread(target=explorer.canvas.set_state, args=({"at": second},))
            hand.start()
            hand.join()
        return ramp(slope, lift)

    explorer = ramp_explorer(goes_on)

    async def work():
        explorer._loop = asyncio.get_running_loop()
        explorer.canvas.send_state = lambda key=None: told.append((key, explorer.canvas.at))
        await asyncio.to_thread(explorer.canvas.set_state, {"at": first})
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(work())
    assert called[-2:] == [-3, -2.5]
    assert explorer.position == {"slope": -2.5, "lift": -5}
    assert explorer.canvas.at == second
    assert first not in [at for _, at in told]


def test_a_value_that_is_no_knob_is_passed_on():
    explorer = explore(ramp, Line(), lift=2.5, slope=(-3, 3, 0.5))
    assert list(explorer.knobs) == ["slope"]
    assert explorer.canvas.frame["head"]["sentence"] == "the middle is 2.50"


def test_the_position_can_be_observed():
    explorer = ramp_explorer()
    seen = []
    explorer.observe(lambda change: seen.append(change.new), "position")
    explorer.go(lift=2)
    explorer.press("flat")
    explorer.press("flat")
    assert seen == [{"slope": 1, "lift": 2}, {"slope": 0, "lift": 2}]


def test_a_press_of_no_button_is_refused():
    with pytest.raises(ValueError, match="no button 'up'; there are flat, there, reset"):
        ramp_explorer().press("up")


def test_only_indices_come_from_the_browser_and_others_are_let_be():
    explorer = ramp_explorer()
    lift = explorer.knobs["lift"].index(3)
    explorer.canvas.set_state({"at": [4, lift]})
    assert explorer.position == {"slope": -1, "lift": 3}
    for nonsense in ([4], [4, 99], [4, -1], [4, 1.5], ["4", "5"]):
        explorer.canvas.set_state({"at": nonsense})
        assert explorer.position == {"slope": -1, "lift": 3}
        assert explorer.canvas.at == [4, lift]


def test_large_text_is_one_press_for_all_figures_and_for_those_to_come():
    figures = [ramp_explorer(), ramp_explorer()]
    sizes = [explorer.picture.label.get_fontsize() for explorer in figures]
    figures[0].press("large text")
    figures.append(ramp_explorer())
    enlarged = [explorer.picture.label.get_fontsize() for explorer in figures]
    assert enlarged == pytest.approx([LARGE * sizes[0]] * 3)
    assert all(explorer.canvas.buttons[-1]["on"] for explorer in figures)
    figures[1].press("large text")
    assert [explorer.picture.label.get_fontsize() for explorer in figures[:2]] == sizes


def test_a_figure_is_not_drawn_for_a_press_that_a_second_one_has_taken_back():
    """The others follow one by one; until then nothing is queued for each press."""
    one, other = ramp_explorer(), ramp_explorer()
    drawn = []
    other.canvas.observe(lambda change: drawn.append(change["name"]), ["still", "frame"])

    async def press(times):
        for _ in range(times):
            one.press("large text")
        assert drawn == []
        await asyncio.sleep(0)

    asyncio.run(press(2))
    assert drawn == []
    asyncio.run(press(3))
    assert set(drawn) == {"still", "frame"}
    assert len(drawn) == 2
    assert other.canvas.buttons == one.canvas.buttons
    one.press("large text")


def test_looks_are_those_of_the_drawn_picture():
    """An aspect is applied when a picture is drawn: an image lies elsewhere before."""

    class Tinted(Line):
        def __init__(self):
            with self.drawing(400, 200):
                axes = self.figure.subplots()
                self.line = self.moves(axes.plot([0, 1, 2], [0, 0, 0])[0])
                self.label = Words(self, axes, 1, 5)
                image = axes.imshow(np.zeros((2, 2)), extent=(0, 2, 2, 0), aspect="equal")
                self.moves(image)

    explorer = explore(ramp, Tinted(), slope=(-3, 3, 0.5))
    (where,) = (look["where"] for look in explorer.canvas.looks if look["kind"] == "image")
    assert where[2] == pytest.approx(where[3], abs=0.5)


def test_a_cell_that_is_run_again_keeps_the_position(monkeypatch):
    shell = Shell()
    monkeypatch.setattr(explorer_module, "get_ipython", lambda: shell)
    monkeypatch.setattr(explorer_module, "watch_cells", lambda shell: None)
    monkeypatch.setattr(places, "_left", {})
    first = ramp_explorer()
    first.go(lift=2.5)
    assert ramp_explorer().position == {"slope": 1, "lift": 2.5}
    assert ramp_explorer().said == "the middle is 0.00", "saved is the start"
    other = explore(ramp, Line(), slope=(-3, 3, 0.5), lift=(-5, 4, 0.5))
    assert other.position == {"slope": 1, "lift": 0}, "the knobs have changed"


def test_the_browser_hears_that_a_call_begins_and_that_a_cell_runs():
    sent = []
    explorer = ramp_explorer()
    explorer.canvas.send = lambda content, buffers=None: sent.append(content)
    explorer.go(lift=2)
    running._begins(None)
    running._ends(None)
    assert sent[0] == {"begun": "8,14"}
    assert {"running": True} in sent
    assert sent[-1] == {"running": False}

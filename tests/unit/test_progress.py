"""`watch`: what it shows while a training runs, at its end, and when it ends early."""

import asyncio
import io
import re
import threading
import weakref

import numpy as np
import pytest
from PIL import Image

from bn_lib.figures import Curves
from bn_lib.live import progress, sizes
from bn_lib.live.cells import WIDGET_VIEW
from bn_lib.live.progress import Interrupted, watch
from bn_lib.measure import accuracy
from bn_lib.network import BatchNorm, Sigmoid, dense
from bn_lib.training import SGD, Training


def training(norm=BatchNorm, rate=0.5, every=5, activation=Sigmoid):
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 3
    x = rng.normal(size=(300, 5)) + 2 * rng.normal(size=(3, 5))[labels]
    network = dense([5, 8, 8, 3], activation, rng, norm)
    probes = {"accuracy": lambda network: accuracy(network, x, labels)}
    return Training(network, x, labels, SGD(rate), rng, 30, probes=probes, every=every)


class Screen:
    """What a cell has shown, in order; at each look of the kernel, `between` is called."""

    def __init__(self, monkeypatch):
        self.shown, self.between = [], None
        monkeypatch.setattr(progress, "display", self.display)
        monkeypatch.setattr(progress, "clear_output", self.clear)
        monkeypatch.setattr(progress, "SLICE", 0)
        monkeypatch.setattr(progress, "REDRAW", 0)
        watched = progress.Watch.draw

        def draw(live):
            watched(live)
            self.live = live
            self.frames.append(
                (live.canvas.progress["words"], live.canvas.frame["head"]["sentence"])
            )
            if self.between:
                self.between(live)

        self.frames = []
        monkeypatch.setattr(progress.Watch, "draw", draw)

    def display(self, what, raw=False, metadata=None):
        self.shown.append(what if raw else what._repr_mimebundle_()[0])

    def clear(self, wait):
        assert wait, "the output must not collapse"
        self.shown.clear()

    def run(self, *arguments, **options):
        asyncio.run(watch(*arguments, **options))


@pytest.fixture
def screen(monkeypatch):
    # Large text is for all figures that live, which here are this test's own.
    monkeypatch.setattr(sizes, "_showing", weakref.WeakSet())
    return Screen(monkeypatch)


def both():
    return {"no BN": training(None), "BN": training()}


def test_two_trainings_grow_side_by_side_and_end_in_one_bundle(screen):
    trainings, together = both(), []
    screen.between = lambda live: together.append([one.step for one in live.trainings.values()])
    screen.run(trainings, Curves(trainings, 60), until=60)
    assert [one.step for one in trainings.values()] == [60, 60]
    assert max(abs(a - b) for a, b in together) <= 5  # else the faster would be far ahead
    (bundle,) = screen.shown
    assert set(bundle) == {WIDGET_VIEW, "image/png", "text/plain"}
    assert re.fullmatch(r"after 60 steps: no BN \d+\.\d %, BN \d+\.\d %", bundle["text/plain"])
    picture = Image.open(io.BytesIO(bundle["image/png"]))
    assert picture.size[0] == 860
    assert len(bundle["image/png"]) < 40_000
    assert screen.live.canvas.frame["head"]["sentence"] == bundle["text/plain"]
    assert screen.live.canvas.progress == {"share": 1, "words": "60 of 60 steps", "state": "done"}
    assert not screen.live.canvas.buttons[0]["enabled"]


def test_the_picture_is_there_from_the_first_step_and_the_time_left_is_said(screen):
    one = training()
    screen.run({"BN": one}, Curves(["BN"], 40), until=40)
    sentences = [sentence for _, sentence in screen.frames]
    assert sentences[0].startswith("after 0 steps")
    assert len(set(sentences)) > 5
    words = [words for words, _ in screen.frames]
    assert words[0] == "0 of 40 steps"
    assert re.fullmatch(r"\d of 40 steps, about \d+ s left", words[1])
    assert words[-1] == "40 of 40 steps"


def test_while_it_runs_the_widget_alone_is_shown(screen):
    seen = []
    screen.between = lambda live: seen.append([sorted(bundle) for bundle in screen.shown])
    one = training()
    screen.run({"BN": one}, Curves(["BN"], 20), until=20)
    assert seen[1] == [[WIDGET_VIEW]]  # a picture of the start would stay in the saved notebook


def test_the_stop_button_keeps_the_record_and_says_how_to_go_on(screen):
    screen.between = lambda live: live.trainings["BN"].step >= 15 and live.press("stop")
    whole, parts = training(), training()
    screen.run({"BN": parts}, Curves(["BN"], 60), until=60)
    assert 15 <= parts.step < 60
    said = screen.shown[0]["text/plain"]
    assert f"Stopped after {parts.step} of 60 steps" in said
    assert "await watch(...)" in said
    assert screen.live.canvas.progress["words"] == f"{parts.step} of 60 steps, stopped"
    screen.between = None
    screen.run({"BN": parts}, Curves(["BN"], 60), until=60)
    np.testing.assert_array_equal(parts.record["accuracy"], whole.run(60).record["accuracy"])
    assert screen.shown[0]["text/plain"].startswith("after 60 steps: BN")
    assert "Stopped" not in screen.shown[0]["text/plain"]


def test_the_kernel_has_its_turn_while_training_runs(screen):
    """A click arrives as another task of the kernel's loop."""
    one = training()

    async def click():
        while one.step < 10:
            await asyncio.sleep(0)
        screen.live.press("stop")

    async def together():
        await asyncio.gather(watch({"BN": one}, Curves(["BN"], 60), until=60), click())

    asyncio.run(together())
    assert 10 <= one.step < 60


@pytest.mark.parametrize("error", [KeyboardInterrupt, asyncio.CancelledError])
def test_jupyters_interrupt_shows_the_end_and_stops_what_comes_after(screen, error):
    def interrupt(live):
        if live.trainings["BN"].step >= 10 and not live.interrupted:
            raise error

    screen.between = interrupt
    one = training()
    with pytest.raises(Interrupted, match="Stopped after 10 of 60") as caught:
        screen.run({"BN": one}, Curves(["BN"], 60), until=60)
    assert caught.value._render_traceback_() == [str(caught.value)]
    assert len(one.record["accuracy"]) == 3
    assert "Stopped after 10" in screen.shown[0]["text/plain"]


def test_large_text_while_it_trains_and_at_its_end(screen):
    looks = []

    def press(live):
        if live.trainings["BN"].step == 20 and not looks:
            looks.append((live.canvas.still, live.canvas.looks))
            live.press("large text")
            looks.append((live.canvas.still, live.canvas.looks))

    screen.between = press
    one = training()
    screen.run({"BN": one}, Curves(["BN"], 40), until=40)
    (still, small), (enlarged, large) = looks
    assert enlarged != still
    assert max(look.get("size", 0) for look in large) > max(look.get("size", 0) for look in small)
    assert one.step == 40
    said = screen.live.canvas.frame["head"]["sentence"]
    screen.live.press("large text")
    assert screen.live.canvas.still == still
    assert screen.live.canvas.frame["head"]["sentence"] == said


def test_large_text_from_another_thread_is_drawn_on_the_trainings_own(screen):
    """Some kernels take clicks on a second thread."""
    threads, stills, one = [], [], training()
    screen.between = lambda live: threads.append(threading.current_thread())

    async def press():
        while one.step < 10:
            await asyncio.sleep(0)
        for _ in ("larger", "as it was"):
            press = {"press": "large text"}
            await asyncio.to_thread(screen.live.canvas._handle_custom_msg, press, [])
            await asyncio.sleep(0)
            stills.append(screen.live.canvas.still)

    async def together():
        await asyncio.gather(watch({"BN": one}, Curves(["BN"], 60), until=60), press())

    asyncio.run(together())
    assert stills[0] != stills[1]
    assert set(threads) == {threading.current_thread()}


def test_what_has_been_trained_already_is_only_shown(screen):
    one = training().run(30)
    screen.run({"BN": one}, Curves(["BN"], 30), until=30)
    assert one.step == 30
    assert screen.shown[0]["text/plain"].startswith("after 30 steps: BN")


def test_one_that_diverges_ends_and_the_other_goes_on(screen):
    trainings = {"wild": training(None, 1e4, activation=None), "BN": training()}
    screen.run(trainings, Curves(trainings, 60), until=60)
    assert trainings["wild"].step < trainings["BN"].step == 60
    said = screen.shown[0]["text/plain"]
    assert re.search(r"wild: (the loss of step|after) \d+ .*layer", said)
    assert screen.live.canvas.frame["head"]["sentence"] == said
    assert screen.live.canvas.progress["state"] == "early"
    assert screen.live.canvas.progress["share"] == 1
    words = [words for words, _ in screen.frames]
    assert words[-1] == "60 of 60 steps"
    assert any(re.fullmatch(r"5\d of 60 steps, about \d+ s left", said) for said in words)


def test_where_all_diverge_their_own_steps_are_counted(screen):
    one = training(None, 1e4, activation=None)
    screen.run(one, Curves(["BN"], 60), until=60, see=lambda record: {"BN": record})
    assert one.step < 60
    assert screen.live.canvas.progress["words"] == f"{one.step} of 60 steps"


@pytest.mark.parametrize("until", [0, -5])
def test_a_training_that_ends_before_its_first_step_is_refused(screen, until):
    with pytest.raises(ValueError, match=f"until is {until}, expected the number of steps"):
        screen.run({"BN": training()}, Curves(["BN"], 60), until=until)


def test_see_makes_of_the_record_what_the_picture_needs(screen):
    one = training()

    def see(record):
        return {"mine": {"step": record["step"], "accuracy": 0 * record["step"]}}

    screen.run(one, Curves(["mine"], 20), until=20, see=see)
    assert screen.shown[0]["text/plain"] == "after 20 steps: mine 0.0 %"


def test_an_error_in_see_is_the_cells_error(screen):
    with pytest.raises(ZeroDivisionError):
        screen.run(training(), Curves(["BN"], 20), until=20, see=lambda record: 1 / 0)


def test_pictures_refuse_records_they_cannot_draw(screen):
    with pytest.raises(TypeError, match="records of"):
        screen.run(training(), Curves(["BN"], 20), until=20)
    nan = {"BN": {"step": np.arange(2), "accuracy": np.array([0.5, np.nan])}}
    with pytest.raises(ValueError, match="accuracy is NaN at index 1"):
        Curves(["BN"], 20).update(nan)


def test_names_at_the_ends_of_curves_do_not_lie_on_each_other():
    names = ["a", "b", "c", "d"]
    for shares in ([0.99, 0.99, 0.99, 1], [0, 0, 0, 0], [0.5, 0.52, 0.9, 0.1]):
        curves = Curves(names, 100)
        records = zip(names, shares, strict=True)
        curves.update({n: {"step": [0, 50], "accuracy": [0, share]} for n, share in records})
        heights = np.sort([label.get_position()[1] for label in curves.labels.values()])
        assert np.diff(heights).min() > 0.06
        assert heights.min() >= 0
        assert heights.max() <= 1.02

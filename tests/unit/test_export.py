"""Figures for pages without a kernel: every position of the grid comes out as it was computed."""

import gzip
import itertools
import json
import math

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from bn_lib.live import again, explore, steps
from bn_lib.live import export as module
from bn_lib.live.export import Budget, export, export_after_each_cell, pack, thin
from bn_lib.pictures.checks import expect
from bn_lib.pictures.marks import Words
from bn_lib.pictures.picture import Picture


class Everything(Picture):
    """A line of varying length, an image and a text."""

    def __init__(self):
        with self.drawing(300, 200):
            axes = self.figure.subplots()
            axes.set(xlim=(-5, 20), ylim=(-5, 20))
            self.line = self.moves(axes.plot([], [])[0])
            self.dots = self.moves(axes.plot([0], [0], "o")[0])
            self.image = self.moves(axes.imshow(np.zeros((2, 3)), vmin=0, vmax=9, aspect="auto"))
            self.words = Words(self, axes, 1, 1)

    def update(self, result, **position):
        value = float(expect(result, (), "the result"))
        n = int(position.get("n", 4))
        self.line.set_data(np.arange(n), np.full(n, value))
        self.dots.set_data([value], [value / 2])
        self.image.set_array(np.full((2, 3), value))
        self.words.set_text(f"{value:.2f}")
        self.sentence = f"the value is {value:.2f}"


def unpack(packed):
    """What site.js makes of a packed file: all frames, in the order of the grid."""
    data = gzip.decompress(packed)
    length = int.from_bytes(data[:4], "little")
    head = json.loads(data[4 : 4 + length])
    count = sum(len(head[kind]) for kind in ("shapes", "images", "texts")) + 1
    end = 4 + length + 2 * count * head["frames"]
    at = np.frombuffer(data[4 + length : end], "<u2").reshape(count, head["frames"])
    planes = np.frombuffer(data[end:], np.uint8).reshape(2, -1).astype("<u2")
    numbers = planes[0] + 256 * planes[1]
    parts, start = [], 0
    for lengths in head["shapes"] + head["images"]:
        parts.append([])
        for length in lengths:
            part = numbers[start : start + length].copy()
            if parts[-1] and len(parts[-1][-1]) == length:
                part += parts[-1][-1]
            parts[-1].append(part)
            start += length
    assert start == len(numbers)
    drawn = len(parts)
    parts += [*head["texts"], head["words"]]
    for i in range(head["frames"]):
        shown = [part[at[j, i]] for j, part in enumerate(parts)]
        if isinstance(shown[-1], dict):
            yield shown[-1]
        else:
            data = b"".join(part.tobytes() for part in shown[:drawn])
            yield {"data": data, "t": shown[drawn:-1], "sentence": shown[-1]}


def expected(explorer, grid):
    """The frames as the figure computes them; `grid` has values by knob."""
    for values in itertools.product(*grid.values()):
        explorer.go(**dict(zip(grid, values, strict=True)))
        if explorer.canvas.error:
            yield {"error": explorer.canvas.error}
        else:
            frame = explorer.canvas.frame
            t, sentence = frame["head"]["t"], frame["head"]["sentence"]
            yield {"data": frame["data"], "t": t, "sentence": sentence}


def grid_of(explorer, description):
    """The values behind the words of the description."""
    grid = {}
    for knob in description["knobs"]:
        own = explorer.knobs[knob["name"]]
        if own.kind == "button":
            grid[knob["name"]] = list(map(int, knob["words"]))
        else:
            grid[knob["name"]] = [own.values[own.words.index(words)] for words in knob["words"]]
    return grid


def test_every_position_comes_out_as_it_was_computed():
    explorer = explore(
        lambda a=1.0, n=3, up=True, seed=0, mode="x": (a + seed + up) * {"x": 1, "y": -0.3}[mode],
        Everything(),
        presets={"low": dict(a=-0.55), "y": dict(mode="y", up=False)},
        a=(-1, 1, 0.25),
        n=steps(0, 3, 7),
        up=True,
        seed=again("new"),
        mode=["x", "y"],
    )
    description, still, packed, narrow = export(explorer)
    grid = grid_of(explorer, description)
    assert math.prod(map(len, grid.values())) == 9 * 3 * 2 * 3 * 2
    assert list(unpack(packed)) == list(expected(explorer, grid))
    assert still.startswith(b"\x89PNG")
    assert narrow.startswith(b"\x89PNG")
    assert narrow != still
    assert json.loads(json.dumps(description)) == description


def test_an_error_is_shown_at_just_its_positions():
    explorer = explore(lambda a=1.0: 1 / a, Everything(), a=(-1, 1, 0.5))
    frames = list(unpack(export(explorer).frames))
    assert ["error" in frame for frame in frames] == [False, False, True, False, False]
    assert "ZeroDivisionError" in frames[2]["error"]


def test_the_description_says_what_to_show_first():
    explorer = explore(
        lambda gamma=0.5, up=False, seed=0: gamma + seed, Everything(),
        presets={"high": dict(gamma=1.756)}, gamma=(0, 2, 0.5), up=False, seed=again("new batch"),
    )  # fmt: skip
    description = export(explorer).description
    assert [knob["kind"] for knob in description["knobs"]] == ["slider", "checkbox", "button"]
    gamma, up, seed = description["knobs"]
    assert gamma["label"] == "γ"
    assert gamma["words"] == ["0.0", "0.5", "1.0", "1.5", "1.756", "2.0"]
    assert description["at"] == [1, 0, 0]
    assert (up["words"], seed["words"], seed["label"]) == (
        ["no", "yes"],
        ["0", "1", "2"],
        "new batch",
    )
    assert description["buttons"] == [
        {"name": "high", "at": {"0": 4}},
        {"name": "reset", "at": {"0": 1, "1": 0, "2": 0}},
        {"name": "new batch", "count": 2},
    ]
    head, data = explorer.canvas.frame["head"], explorer.canvas.frame["data"]
    first = description["first"]
    assert first["sentence"] == head["sentence"] == "the value is 0.50"
    shapes = b"".join(np.array(part, "<i2").tobytes() for part in first["shapes"])
    assert shapes + bytes(first["images"][0]) == data


def test_the_figure_is_left_at_its_start():
    explorer = explore(lambda a=0.5, seed=0: a + seed, Everything(), a=(0, 1), seed=again("new"))
    export(explorer)
    assert explorer.position == explorer.start
    assert explorer.picture.describe() == "the value is 0.50"


def test_a_thinned_grid_is_within_the_budget_and_keeps_what_matters():
    explorer = explore(
        lambda a=0.37, b=0.0: a + b, Everything(), presets={"there": dict(a=0.123, b=0.777)},
        a=(0, 1), b=(0, 1, 0.1),
    )  # fmt: skip
    description, _, packed, _ = export(explorer, Budget(frames=200))
    a, b = description["knobs"]
    assert 150 < len(a["words"]) * len(b["words"]) <= 200
    assert {"0.00", "0.123", "0.37", "1.00"} <= set(a["words"])
    assert {"0.0", "0.777", "1.0"} <= set(b["words"])
    grid = grid_of(explorer, description)
    assert list(unpack(packed)) == list(expected(explorer, grid))


@pytest.mark.parametrize("budget", [Budget(bytes=1000), Budget(seconds=0.02)])
def test_the_file_and_the_time_keep_to_their_budgets_too(budget):
    a, b = (0, 1, 0.02), (0, 1, 0.02)
    explorer = explore(lambda a=0.36, b=0.0: a + b, Everything(), a=a, b=b)
    description, _, packed, _ = export(explorer, budget)
    assert len(packed) < 2_000
    assert all(2 <= len(knob["words"]) < 51 for knob in description["knobs"])


def test_a_budget_that_is_too_small_leaves_the_positions_that_matter():
    assert thin([101, 3], [{0, 50, 100}, {0, 1, 2}], 1) == [[0, 50, 100], [0, 1, 2]]


def test_thinning_spreads_what_is_left_evenly():
    ((*chosen,),) = thin([101], [{0, 100}], 11)
    assert chosen == list(range(0, 101, 10))


def test_a_random_function_is_refused():
    rng = np.random.default_rng()
    explorer = explore(lambda a=0.5: a + rng.uniform(), Everything(), a=(0, 1))
    with pytest.raises(ValueError, match="random"):
        export(explorer)


def test_frames_without_a_good_one_are_refused():
    with pytest.raises(ValueError, match="0 good frames"):
        pack([({"key": "0", "error": "no"}, b"")])


def test_equal_frames_make_equal_files():
    frames = [({"n": [1], "i": [], "t": [], "sentence": "s"}, bytes(4))]
    assert pack(frames) == pack(frames)


def test_a_figure_is_exported_before_another_cell_changes_what_it_sees(tmp_path, monkeypatch):
    shell = InteractiveShell()
    monkeypatch.setattr(module, "get_ipython", lambda: shell)
    shell.user_ns |= {"explore": explore, "Everything": Everything}
    export_after_each_cell(tmp_path)
    result = shell.run_cell("k = 2\nexplore(lambda a=1: k * a, Everything(), a=(0, 3))")
    shell.run_cell("k = 5")
    name = result.result.canvas.model_id
    shown = [frame["sentence"] for frame in unpack((tmp_path / f"{name}.bin").read_bytes())]
    assert shown[0] == "the value is 0.00"
    assert shown[-1] == "the value is 6.00"
    ends = {path.name.removeprefix(name) for path in tmp_path.iterdir()}
    assert ends == {".bin", ".json", ".png", "-narrow.png"}

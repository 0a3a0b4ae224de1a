"""Live figures for pages without a kernel: all frames of a thinned grid in one small file.

Frames of a grid repeat each other: a curve often follows one slider only. So each artist's
different shapes are stored once, as differences from the one before, and a frame says by number
which of them it shows. `tools/site/site.js` reads what `pack` writes.
"""

import gzip
import itertools
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from IPython import get_ipython

from bn_lib.live.calling import name_of
from bn_lib.live.explorer import Explorer
from bn_lib.live.narrow import narrow
from bn_lib.live.words import WORDS

PRESSES = 2  # of a button that draws anew; after these it starts over
SAMPLE = 200  # frames that are timed before the grid is chosen


class Budget(NamedTuple):
    """What a figure may take: frames, seconds of the processor for them, bytes of their file."""

    frames: int = 15_000
    seconds: float = 60
    bytes: int = 700_000


class Export(NamedTuple):
    """A figure as files: what there is (JSON), what stands still (PNG) and all frames (packed).

    The description has the figure's size, the looks of its moving artists, what of both is
    otherwise in a narrow page (`narrow`), its knobs (name and what `Knob.describe` says), its
    buttons, its words, the indices of its start (`at`) and its first frame.
    """

    description: dict
    still: bytes
    frames: bytes
    narrow: bytes  # what stands still in a narrow page (PNG)


def export(explorer: Explorer, budget: Budget | None = None) -> Export:
    """Compute a live figure's frames on a grid of its knobs' positions, and pack them.

    Sliders with many positions are thinned out until the grid is within the budget; their ends,
    the start and the presets always stay, and so does all of a menu. The figure is left at its
    start. Raises ValueError if the function gives two different answers at one position.
    """
    budget = budget or Budget()
    try:
        return _export(explorer, budget)
    finally:
        explorer.go(**explorer.start)


def export_after_each_cell(folder: str | Path, budget: Budget | None = None) -> None:
    """From now on, export each live figure that a cell ends with, as soon as the cell has run.

    Later it could be too late: another cell may change what the figure's function sees. The
    files are named by the model id of the figure's widget, which stands in the cell's output.
    """
    folder = Path(folder)

    def write(result):
        figure = result.result
        if isinstance(figure, Explorer):
            name = figure.canvas.model_id
            description, still, frames, narrow = export(figure, budget)
            (folder / f"{name}.png").write_bytes(still)
            (folder / f"{name}-narrow.png").write_bytes(narrow)
            (folder / f"{name}.bin").write_bytes(frames)
            (folder / f"{name}.json").write_text(json.dumps(description), encoding="utf-8")

    get_ipython().events.register("post_run_cell", write)


def thin(lengths: Sequence[int], keep: Sequence[set], most: float) -> list[list[int]]:
    """Choose indices for each knob so that their grid has at most `most` positions.

    lengths: the number of positions of each knob. keep: those that have to stay; if they alone
    are more than `most`, they are what is left. The longest knob is thinned first.
    """
    counts = list(lengths)

    def chosen(i):
        spread = np.linspace(0, lengths[i] - 1, counts[i]).round().astype(int)
        return sorted({*spread.tolist(), *keep[i]})

    grid = [chosen(i) for i in range(len(lengths))]
    while math.prod(map(len, grid)) > most:
        longest = max(range(len(grid)), key=lambda i: (len(grid[i]) > len(keep[i]), counts[i]))
        if len(grid[longest]) == len(keep[longest]):
            break
        counts[longest] -= 1
        grid[longest] = chosen(longest)
    return grid


def pack(frames: Sequence[tuple[dict, bytes]]) -> bytes:
    """Pack frames, as `Explorer.compute` makes them, into one gzip file.

    In it: the length of the JSON text (4 bytes), the JSON text, for each column and frame the
    number of the part it shows (2 bytes), and the parts of shapes and images as 16-bit
    differences, first all low bytes, then all high bytes. All numbers are little-endian. The
    JSON has the lengths of each shape's parts ("shapes"), of each image's ("images"), both in
    16-bit numbers, the parts of each text ("texts") and, as last column, the sentences or errors
    ("words"). Raises ValueError if no frame is good or there are more than 65,535.
    """
    good = [head for head, _ in frames if "error" not in head]
    if not good or len(frames) > 0xFFFF:
        raise ValueError(f"{len(good)} good frames of {len(frames)} cannot be packed")
    shapes = [_Column() for _ in good[0]["n"]]
    images = [_Column() for _ in good[0]["i"]]
    texts = [_Column() for _ in good[0]["t"]]
    words = _Column()
    for head, data in frames:
        if "error" in head:
            for column in (*shapes, *images, *texts):
                column.skip()
            words.add(("error", head["error"]))
            continue
        lengths = [4 * count for count in head["n"]] + head["i"]
        ends = list(itertools.accumulate(lengths))
        for column, length, end in zip((*shapes, *images), lengths, ends, strict=True):
            column.add(data[end - length : end])
        for column, text in zip(texts, head["t"], strict=True):
            column.add(tuple(text))
        words.add(head["sentence"])

    text = json.dumps(
        {
            "frames": len(frames),
            "shapes": [column.lengths() for column in shapes],
            "images": [column.lengths() for column in images],
            "texts": [list(column.parts) for column in texts],
            "words": [dict([w]) if isinstance(w, tuple) else w for w in words.parts],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    columns = (*shapes, *images, *texts, words)
    numbers = np.array([column.at for column in columns], dtype="<u2")
    differences = [part for column in (*shapes, *images) for part in column.differences()]
    planes = np.concatenate(differences or [np.zeros(0, "<u2")]).view(np.uint8).reshape(-1, 2).T
    length = len(text).to_bytes(4, "little")
    return gzip.compress(length + text + numbers.tobytes() + planes.tobytes(), mtime=0)


class _Column:
    """What one artist shows in each frame, by the numbers of its different parts."""

    def __init__(self):
        self.parts = {}
        self.at = []

    def add(self, part):
        self.at.append(self.parts.setdefault(part, len(self.parts)))

    def skip(self):
        self.at.append(self.at[-1] if self.at else 0)

    def lengths(self):
        return [len(part) // 2 for part in self.parts]

    def differences(self):
        """Each part minus the one before, if that is as long; modulo 2¹⁶."""
        before = np.zeros(0, "<u2")
        for part in self.parts:
            now = np.frombuffer(part, "<u2")
            yield now - before if len(now) == len(before) else now
            before = now


def _export(explorer, budget):
    knobs = list(explorer.knobs.values())
    matter = [explorer.start, *(explorer.start | p for p in explorer.preset_positions.values())]
    indices = [
        tuple(knob.index(value) for knob, value in zip(knobs, at.values(), strict=True))
        for at in matter
    ]
    lengths = [PRESSES + 1 if k.kind == "button" else len(k.values) for k in knobs]
    keep = [
        {0, length - 1, *(at[i] for at in indices)} if knob.kind == "slider" else set(range(length))
        for i, (knob, length) in enumerate(zip(knobs, lengths, strict=True))
    ]
    known = {at: explorer.compute(at) for at in indices}
    if explorer.compute(indices[0]) != known[indices[0]]:
        raise ValueError(f"{name_of(explorer.function)} is random: it has no frames to keep")
    # A coarse grid tells how long a frame takes; that may depend on the position.
    begin = time.process_time()
    coarse = list(itertools.product(*thin(lengths, keep, min(SAMPLE, budget.frames))))
    known |= {at: explorer.compute(at) for at in coarse}
    most = min(budget.frames, budget.seconds * len(coarse) / (time.process_time() - begin))
    while True:
        grid = thin(lengths, keep, most)
        keys = list(itertools.product(*grid))
        known |= {at: explorer.compute(at) for at in keys if at not in known}
        packed = pack([known[at] for at in keys])
        if len(packed) <= budget.bytes or len(keys) <= math.prod(map(len, keep)):
            break
        most = 0.9 * len(keys) * budget.bytes / len(packed)
    description = _describe(explorer, grid, indices, known[indices[0]])
    here = narrow(explorer.picture)
    still = here.pop("still")
    return Export(description | {"narrow": here}, explorer.picture.still(), packed, still)


def _describe(explorer, grid, indices, first):
    def thinned(button):
        """A button that sets knobs, in the indices of the thinned grid."""
        at = {i: grid[int(i)].index(index) for i, index in button["at"].items()}
        return button | {"at": at}

    buttons = [thinned(b) if "at" in b else b for b in explorer.canvas.buttons]
    head, data = first
    numbers = np.frombuffer(data, "<i2", sum(head["n"]) * 2)
    pixels = np.frombuffer(data, np.uint8, offset=numbers.nbytes)
    cuts = np.cumsum(head["n"])[:-1] * 2
    return {
        "size": list(explorer.canvas.size),
        "looks": explorer.canvas.looks,
        "knobs": [
            {"name": name, **_thinned(knob, chosen)}
            for (name, knob), chosen in zip(explorer.knobs.items(), grid, strict=True)
        ],
        "buttons": [b for b in buttons if b["name"] != WORDS["large"]],
        "words": WORDS,
        "at": [chosen.index(i) for chosen, i in zip(grid, indices[0], strict=True)],
        "first": {
            "shapes": [part.tolist() for part in np.split(numbers, cuts)] if head["n"] else [],
            "images": [
                part.tolist() for part in np.split(pixels, np.cumsum(head["i"])[:-1]) if len(part)
            ],
            "texts": head["t"],
            "sentence": head["sentence"],
        },
    }


def _thinned(knob, chosen):
    """A knob with the chosen positions only; of a button the counts."""
    words = knob.words or [str(i) for i in range(PRESSES + 1)]
    return knob.describe() | {"words": [words[i] for i in chosen]}

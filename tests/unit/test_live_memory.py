"""A thousand moves of a slider leave nothing behind."""

import gc
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

from bn_lib.data import two_humped
from bn_lib.figures import Overlay
from bn_lib.live import Explorer, explore
from bn_lib.normalization import normalize

MOVES = 1000


@pytest.fixture
def explorer() -> Explorer:
    before = two_humped(256, np.random.default_rng(0))

    def transform(gamma=1.0, beta=0.0):
        return gamma * normalize(before) + beta

    return explore(transform, Overlay(before=before), gamma=(-1, 4, 0.05), beta=(-1, 6, 0.05))


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def move(explorer: Explorer, times: int) -> None:
    values = explorer.knobs["gamma"].values
    for _ in range(times):
        now = values.index(explorer.position["gamma"])
        explorer.go(gamma=values[(now + 1) % len(values)])


def state() -> tuple[int, int]:
    """Objects that the garbage collector knows, and bytes that Python has taken."""
    gc.collect()
    return len(gc.get_objects()), tracemalloc.get_traced_memory()[0]


def test_moves_leave_no_objects_and_no_memory(explorer, traced):
    move(explorer, MOVES // 5)  # caches fill, and every position has been visited
    objects, taken = state()
    move(explorer, MOVES)
    objects_after, taken_after = state()
    assert objects_after - objects < MOVES // 10
    assert taken_after - taken < 50_000, "50 bytes a move"


def test_moves_add_no_artists(explorer):
    artists = explorer.picture.figure.findobj()
    move(explorer, MOVES)
    assert explorer.picture.figure.findobj() == artists

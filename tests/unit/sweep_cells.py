"""Functions for `test_sweeps`, in a module of their own since workers import them by name."""

import time
from pathlib import Path


def noted_product(log, a, b):
    """The product; says in a file that it was asked."""
    with open(log, "a") as file:
        file.write(f"{a}*{b}\n")
    return a * b


def stops_at_a_wall(log, wall, a):
    """Return a, but fail at 3 while a file stands in the way."""
    if a == 3 and Path(wall).exists():
        raise RuntimeError("the wall is there")
    with open(log, "a") as file:
        file.write(f"{a}\n")
    return a


def waits_at_a_gate(gate, waits):
    """Return when there is a file, if it waits."""
    while waits and not Path(gate).exists():
        time.sleep(0.01)
    return waits


def noted_gate(log, gate, waits):
    """The same, and say in a file when it is done."""
    waits_at_a_gate(gate, waits)
    with open(log, "a") as file:
        file.write(f"{waits}\n")

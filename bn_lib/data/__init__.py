"""Data of the course: real digits, what was recorded, and what seeded generators draw."""

from bn_lib.data.digits import Digits, digits
from bn_lib.data.mnist import mnist
from bn_lib.data.records import (
    DriftSweep,
    Libraries,
    PaperSweep,
    Puzzle,
    RateSweep,
    drift_sweep,
    libraries,
    paper_sweep,
    puzzle,
    rate_map,
)
from bn_lib.data.synthetic import spirals, two_humped

__all__ = [
    "Digits",
    "DriftSweep",
    "Libraries",
    "PaperSweep",
    "Puzzle",
    "RateSweep",
    "digits",
    "drift_sweep",
    "libraries",
    "mnist",
    "paper_sweep",
    "puzzle",
    "rate_map",
    "spirals",
    "two_humped",
]

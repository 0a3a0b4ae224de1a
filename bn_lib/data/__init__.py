"""Data of the course: real digits, what was recorded, and what seeded generators draw."""

from bn_lib.data.digits import Digits, digits
from bn_lib.data.libraries import Libraries, libraries
from bn_lib.data.mnist import mnist
from bn_lib.data.records import (
    BatchNoise,
    DriftSweep,
    PaperSweep,
    Puzzle,
    RateSweep,
    SecondMeasure,
    batch_noise,
    drift_sweep,
    noise_dial,
    paper_sweep,
    puzzle,
    rate_map,
    second_measure,
)
from bn_lib.data.synthetic import spirals, two_humped

__all__ = [
    "BatchNoise",
    "Digits",
    "DriftSweep",
    "Libraries",
    "PaperSweep",
    "Puzzle",
    "RateSweep",
    "SecondMeasure",
    "batch_noise",
    "digits",
    "drift_sweep",
    "libraries",
    "mnist",
    "noise_dial",
    "paper_sweep",
    "puzzle",
    "rate_map",
    "second_measure",
    "spirals",
    "two_humped",
]

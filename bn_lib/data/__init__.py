"""Data of the course: small real digits that ship with it, and what seeded generators draw."""

from bn_lib.data.digits import Digits, digits
from bn_lib.data.drift import DriftSweep, drift_sweep
from bn_lib.data.fates import fates
from bn_lib.data.mnist import mnist
from bn_lib.data.paper import PaperSweep, paper_sweep
from bn_lib.data.rate_map import RateSweep, rate_map
from bn_lib.data.synthetic import spirals, two_humped

__all__ = [
    "Digits",
    "DriftSweep",
    "PaperSweep",
    "RateSweep",
    "digits",
    "drift_sweep",
    "fates",
    "mnist",
    "paper_sweep",
    "rate_map",
    "spirals",
    "two_humped",
]

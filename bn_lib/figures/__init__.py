"""Figures: built once by matplotlib, updated in place, described in a sentence. No widgets here."""

from bn_lib.figures.left_over import LeftOver
from bn_lib.figures.overlay import Overlay
from bn_lib.figures.second_batch import SecondBatch

__all__ = ["LeftOver", "Overlay", "SecondBatch"]

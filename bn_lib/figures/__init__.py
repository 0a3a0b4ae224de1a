"""Figures: built once by matplotlib, updated in place, described in a sentence. No widgets here."""

from bn_lib.figures.overlay import Overlay

__all__ = ["Overlay"]

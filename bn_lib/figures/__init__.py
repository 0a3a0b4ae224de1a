"""The course's illustrations, a file a topic, made of the kit in `bn_lib.pictures`."""

from bn_lib.figures.answer import Humps, Multiples, NetworkDrawing, TenSeeds
from bn_lib.figures.axes import Block, OneLine, ShiftedImage, WhatMoves
from bn_lib.figures.backward import Jacobian, Nudge, PassedGradient, Stack, UpstreamStep
from bn_lib.figures.build import OnTop
from bn_lib.figures.descent import (
    Bowl,
    LayerSizes,
    Leaving,
    SameGamma,
    TwoSpreads,
    UnitByUnit,
    Valley,
)
from bn_lib.figures.modes import Reader, RunningMean, SharedMean
from bn_lib.figures.normalize import BatchTable, Coupling, NearConstant, Neighbors, Shape
from bn_lib.figures.paper import ChangingMind, Curves, LongRun, LongRunMap, Percentiles
from bn_lib.figures.scale import ByRate, DecayOrRate, RateMap, ThreeRules, Turn, Walks
from bn_lib.figures.shift import DriftByLayer, GradientShift, ManySettings, NoiseDial
from bn_lib.figures.sigmoid import Decisions, LineByDepth, OnTheCurve, Straightness
from bn_lib.figures.undo import FromUndone, LeftOver, ManyPairs, NextBatch, Overlay, SecondBatch

# Some of them no notebook shows any more. They are kept for notebooks that learners saved earlier;
# tests/lessons/test_every_figure.py lists them.
__all__ = [
    "BatchTable",
    "Block",
    "Bowl",
    "ByRate",
    "ChangingMind",
    "Coupling",
    "Curves",
    "DecayOrRate",
    "Decisions",
    "DriftByLayer",
    "FromUndone",
    "GradientShift",
    "Humps",
    "Jacobian",
    "LayerSizes",
    "Leaving",
    "LeftOver",
    "LineByDepth",
    "LongRun",
    "LongRunMap",
    "ManyPairs",
    "ManySettings",
    "Multiples",
    "NearConstant",
    "Neighbors",
    "NetworkDrawing",
    "NextBatch",
    "NoiseDial",
    "Nudge",
    "OnTheCurve",
    "OnTop",
    "OneLine",
    "Overlay",
    "PassedGradient",
    "Percentiles",
    "RateMap",
    "Reader",
    "RunningMean",
    "SameGamma",
    "SecondBatch",
    "Shape",
    "SharedMean",
    "ShiftedImage",
    "Stack",
    "Straightness",
    "TenSeeds",
    "ThreeRules",
    "Turn",
    "TwoSpreads",
    "UnitByUnit",
    "UpstreamStep",
    "Valley",
    "Walks",
    "WhatMoves",
]

# Figures that are not kept; a notebook that was saved earlier may still ask for one.
LEFT = ("AlongStep", "EffectiveRate", "ScaledWeights", "TwoViews", "View")


def __getattr__(name):
    if name in LEFT:
        raise ImportError(
            f"the figure {name} has left the course: take the cell that shows it from the notebook"
            " as it is now"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

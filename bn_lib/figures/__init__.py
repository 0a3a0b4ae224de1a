"""The course's illustrations, a file a topic, made of the kit in `bn_lib.pictures`."""

from bn_lib.figures.answer import Humps, NetworkDrawing, TenSeeds
from bn_lib.figures.backward import Jacobian, Nudge, PassedGradient, Stack, UpstreamStep
from bn_lib.figures.descent import (
    Bowl,
    LayerSizes,
    Leaving,
    SameGamma,
    TwoSpreads,
    UnitByUnit,
    Valley,
)
from bn_lib.figures.normalize import BatchTable, Coupling, NearConstant, Neighbors, Shape
from bn_lib.figures.paper import ChangingMind, Curves, LongRun, LongRunMap, Percentiles
from bn_lib.figures.scale import ByRate, DecayOrRate, RateMap, ThreeRules, Turn, Walks
from bn_lib.figures.shift import ManySettings, TwoViews, View
from bn_lib.figures.sigmoid import Decisions, LineByDepth, OnTheCurve, Straightness
from bn_lib.figures.undo import FromUndone, LeftOver, ManyPairs, NextBatch, Overlay, SecondBatch

__all__ = [
    "BatchTable",
    "Bowl",
    "ByRate",
    "ChangingMind",
    "Coupling",
    "Curves",
    "DecayOrRate",
    "Decisions",
    "FromUndone",
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
    "NearConstant",
    "Neighbors",
    "NetworkDrawing",
    "NextBatch",
    "Nudge",
    "OnTheCurve",
    "Overlay",
    "PassedGradient",
    "Percentiles",
    "RateMap",
    "SameGamma",
    "SecondBatch",
    "Shape",
    "Stack",
    "Straightness",
    "TenSeeds",
    "ThreeRules",
    "Turn",
    "TwoSpreads",
    "TwoViews",
    "UnitByUnit",
    "UpstreamStep",
    "Valley",
    "View",
    "Walks",
]

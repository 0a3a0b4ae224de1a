"""Figures: built once by matplotlib, updated in place, described in a sentence. No widgets here."""

from bn_lib.figures.along_step import AlongStep
from bn_lib.figures.batch_table import BatchTable
from bn_lib.figures.changing_mind import ChangingMind
from bn_lib.figures.coupling import Coupling
from bn_lib.figures.curves import Curves
from bn_lib.figures.decisions import Decisions
from bn_lib.figures.effective_rate import EffectiveRate
from bn_lib.figures.jacobian import Jacobian
from bn_lib.figures.learned import TwoSpreads, UnitByUnit
from bn_lib.figures.left_over import LeftOver
from bn_lib.figures.long_run import LongRun, LongRunMap
from bn_lib.figures.many_settings import ManySettings
from bn_lib.figures.near_constant import NearConstant
from bn_lib.figures.overlay import Overlay
from bn_lib.figures.passed_gradient import PassedGradient
from bn_lib.figures.percentiles import Percentiles
from bn_lib.figures.rate_map import RateMap
from bn_lib.figures.scaled_weights import ScaledWeights
from bn_lib.figures.second_batch import SecondBatch
from bn_lib.figures.shape import Shape
from bn_lib.figures.sigmoid import OnTheCurve, Straightness
from bn_lib.figures.stack import Stack
from bn_lib.figures.trajectory import Bowl, Valley
from bn_lib.figures.two_views import TwoViews, View
from bn_lib.figures.upstream_step import UpstreamStep

__all__ = [
    "AlongStep",
    "BatchTable",
    "Bowl",
    "ChangingMind",
    "Coupling",
    "Curves",
    "Decisions",
    "EffectiveRate",
    "Jacobian",
    "LeftOver",
    "LongRun",
    "LongRunMap",
    "ManySettings",
    "NearConstant",
    "OnTheCurve",
    "Overlay",
    "PassedGradient",
    "Percentiles",
    "RateMap",
    "ScaledWeights",
    "SecondBatch",
    "Shape",
    "Stack",
    "Straightness",
    "TwoSpreads",
    "TwoViews",
    "UnitByUnit",
    "UpstreamStep",
    "Valley",
    "View",
]

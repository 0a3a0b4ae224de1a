"""Checks of a learner's own code that name the mistake.

A check calls the learner's function on a small batch on which every usual mistake shows (few
examples, means away from zero, one unit whose variance is below ε) and then looks for the mistake
that gives *exactly* what the function gave. For that, each exercise has a recipe with switches:
all its settings are tried, those with the fewest wrong switches first, and every wrong switch has
its sentence. Each topic has its module, with the recipe, the switches and a check of a few lines;
`paper` is a short one to begin with. What can be said of any result stands in `runner`.

The checks return plain verdicts; `bn_lib.live.show` displays them. An exception in the learner's
function is never caught: its traceback is the best message there is.
"""

from .backward import check_backward
from .descent import check_step
from .normalize import check_mean, check_normalize
from .paper import check_population
from .runner import Verdict
from .scale import check_effective_rate
from .shift import check_drift
from .sigmoid import check_saturated
from .undo import check_undo

__all__ = [
    "Verdict",
    "check_backward",
    "check_drift",
    "check_effective_rate",
    "check_mean",
    "check_normalize",
    "check_population",
    "check_saturated",
    "check_step",
    "check_undo",
]

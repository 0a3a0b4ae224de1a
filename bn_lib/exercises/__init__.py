"""Checks of a learner's own code that name the mistake.

A check calls the learner's function on a small batch on which every usual mistake shows (few
examples, means away from zero, one unit whose variance is below ε) and then looks for the mistake
that gives *exactly* what the function gave. For that, each exercise has a recipe with switches:
all its settings are tried, those with the fewest wrong switches first, and every wrong switch has
its sentence. A new exercise is a module with its recipe, the switches and a check of a few lines,
such as `population`; what can be said of any result stands in `calling`.

The checks return plain verdicts; `bn_lib.live.show` displays them. An exception in the learner's
function is never caught: its traceback is the best message there is.
"""

from .calling import Verdict
from .checks import check_backward, check_mean, check_normalize, check_saturated, check_undo
from .descent import check_step
from .drift import check_drift
from .population import check_population
from .rates import check_effective_rate

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

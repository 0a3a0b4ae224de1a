"""Checks of a learner's own code that name the mistake.

A check calls the learner's function on small batches on which every usual mistake shows (few
examples, means away from zero, one unit whose variance is below ε): twice on the same one, on other
numbers, on another shape. A wrong result is solved for its parts, such as the mean that was
subtracted and the spread that was divided by. For each part a recipe with switches says how it can
be computed wrongly, and every wrong switch has its sentence; at most two wrong ones are looked for
at a time. What no recipe explains is looked for among the `slips` of a hand in the right formula,
and what they don't explain is probed, by changing one argument at a time.

Each topic has its module, with its recipes and the checks; `scale` is a short one to begin with.
`runner` has what every check does. The checks return plain verdicts, which are false when the
function failed; `bn_lib.live.show` displays them.
"""

from .axes import check_group_norm
from .backward import check_backward, check_gradients
from .build import check_fold, check_forward
from .descent import check_step
from .layers import check_layer
from .modes import check_inference, check_running
from .normalize import check_mean, check_normalize
from .paper import check_population
from .scale import check_effective_rate
from .shift import check_drift
from .sigmoid import check_saturated
from .undo import check_undo
from .verdict import Verdict

__all__ = [
    "Verdict",
    "check_backward",
    "check_drift",
    "check_effective_rate",
    "check_fold",
    "check_forward",
    "check_gradients",
    "check_group_norm",
    "check_inference",
    "check_layer",
    "check_mean",
    "check_normalize",
    "check_population",
    "check_running",
    "check_saturated",
    "check_step",
    "check_undo",
]

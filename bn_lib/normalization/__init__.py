"""Batch normalization: forward, backward, running statistics, inference, undoing, folding.

The symbols are those of Ioffe & Szegedy, "Batch Normalization" (2015). A unit takes the values
x_1 ... x_m in a mini-batch; mean and var are their mean and biased variance (divided by m);

    x_hat = (x - mean) / sqrt(var + eps)        y = gamma * x_hat + beta

Shapes: a batch is (N, D), or (N, C, H, W) for images, and array axis 1 counts the units, or
channels. An array of shape (N,) is one unit, and its gamma, beta, mean ... are numbers.
`axis` says over which array axes mean and var are taken: all but axis 1 if it is left out, which
is batch normalization. Other normalizations are the same function with other axes:

    layer       axis=1 for (N, D), axis=(1, 2, 3) for (N, C, H, W)
    instance    axis=(2, 3) for (N, C, H, W)
    group       x.reshape(N, G, C // G, H, W), axis=(2, 3, 4), x_hat reshaped back to (N, C, H, W)

gamma and beta belong to the units of array axis 1 in all of them: shape (D,), or one number.

Types: float32 and float64 stay; integers, booleans and lists become float64; float16 is computed
in float32 and returned as float16. Inputs are never changed, results never share their memory.
In training mode a NaN or an infinity makes NaN of what shares its statistics, as in PyTorch,
without a warning, and touches nothing else; in inference mode it stays in its own place.

Where to read: training_mode and inference_mode hold what this page names, statistics how mean and
var keep their digits, arguments what is refused.
"""

from .inference_mode import (
    RunningStatistics,
    batch_norm_inference,
    batch_norm_inference_backward,
    fold,
)
from .training_mode import (
    BatchNormCache,
    UndoParameters,
    batch_norm,
    batch_norm_backward,
    moments,
    normalize,
    undo_parameters,
)

__all__ = [
    "BatchNormCache",
    "RunningStatistics",
    "UndoParameters",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_inference",
    "batch_norm_inference_backward",
    "fold",
    "moments",
    "normalize",
    "undo_parameters",
]

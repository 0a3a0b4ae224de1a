"""Batch normalization: forward, backward, running statistics, inference, undoing, folding.

The symbols are those of Ioffe & Szegedy, "Batch Normalization" (2015). A unit takes the values
x_1 ... x_m in a mini-batch; mean and var are their mean and biased variance (divided by m);

    x_hat = (x - mean) / sqrt(var + eps)        y = gamma * x_hat + beta

Shapes: a batch is (N, D), or (N, C, H, W) for images, and array axis 1 counts the units, or
channels. An array of shape (N,) is one unit, and its gamma, beta, mean ... are numbers.
`axis` says over which array axes mean and var are taken: all but axis 1 if it is left out, which
is batch normalization. Other normalizations are the same lines with other axes: layer_norm,
instance_norm, group_norm and rms_norm.

gamma and beta belong to the units of array axis 1 in all of them: shape (D,), or one number.

Types: float32 and float64 stay; integers, booleans and lists become float64; float16 is computed
in float32 and returned as float16. Inputs are never changed, results never share their memory.

Refusals: ValueError for empty batches, wrong shapes and axes, eps < 0 and eps = 0 with var = 0, in
training mode for one value per mean, in inference mode for a negative or infinite var; TypeError
for what is no real number, and for a cache of another function. The messages say what to do.

Range: `OutOfRange`, a ValueError, is raised where finite numbers would give a variance beyond their
type, one so small that its squares have lost their digits, or a NaN on the way to a result. A NaN
or an infinity that comes in makes NaN of what shares its statistics in training mode, as in
PyTorch, without a warning, and touches nothing else; in inference mode it stays in its own place.

Where to read: batch_norm has the paper's lines, other_axes what becomes of them with other axes,
careful the sums, refusals what is refused.
"""

from .batch_norm import (
    BatchNormCache,
    RunningStatistics,
    UndoParameters,
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
    batch_norm_inference_backward,
    fold,
    moments,
    normalize,
    undo_parameters,
)
from .other_axes import (
    GroupNormCache,
    RMSNormCache,
    group_norm,
    group_norm_backward,
    instance_norm,
    layer_norm,
    rms_norm,
    rms_norm_backward,
)
from .refusals import OutOfRange

__all__ = [
    "BatchNormCache",
    "GroupNormCache",
    "OutOfRange",
    "RMSNormCache",
    "RunningStatistics",
    "UndoParameters",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_inference",
    "batch_norm_inference_backward",
    "fold",
    "group_norm",
    "group_norm_backward",
    "instance_norm",
    "layer_norm",
    "moments",
    "normalize",
    "rms_norm",
    "rms_norm_backward",
    "undo_parameters",
]

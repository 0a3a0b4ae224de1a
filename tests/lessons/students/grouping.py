"""Students' group normalization: f(x, groups, eps) -> x_hat."""

import numpy as np

from . import right, wrong

CHECK = "group_norm"


def normalized(values, axes, eps):
    mean = values.mean(axis=axes, keepdims=True)
    return (values - mean) / np.sqrt(values.var(axis=axes, keepdims=True) + eps)


@right(CHECK)
def textbook(x, groups, eps):
    N, C, H, W = x.shape
    y = x.reshape(N, groups, C // groups, H, W)
    return normalized(y, (2, 3, 4), eps).reshape(N, C, H, W)


@right(CHECK)
def flattened(x, groups, eps):
    y = x.reshape(len(x) * groups, -1)
    return normalized(y, 1, eps).reshape(x.shape)


@right(CHECK)
def with_loops(x, groups, eps):
    out = np.empty_like(x)
    size = x.shape[1] // groups
    for n in range(x.shape[0]):
        for g in range(groups):
            part = x[n, g * size : (g + 1) * size]
            out[n, g * size : (g + 1) * size] = (part - part.mean()) / np.sqrt(part.var() + eps)
    return out


@right(CHECK)
def split_and_joined(x, groups, eps):
    parts = [normalized(part, (1, 2, 3), eps) for part in np.split(x, groups, axis=1)]
    return np.concatenate(parts, axis=1)


@wrong(CHECK, "groups ignored", r"layer normalization")
def layer(x, groups, eps):
    return normalized(x, (1, 2, 3), eps)


@wrong(CHECK, "batch norm again", r"batch normalization")
def batch(x, groups, eps):
    return normalized(x, (0, 2, 3), eps)


@wrong(CHECK, "not reshaped back", r"reshape it to x\.shape")
def left_apart(x, groups, eps):
    return normalized(x.reshape(len(x), groups, -1, *x.shape[2:]), (2, 3, 4), eps)


@wrong(CHECK, "groups in the wrong axis", r"neighbors")
def apart(x, groups, eps):
    y = x.reshape(len(x), -1, groups, *x.shape[2:])
    return normalized(y, (1, 3, 4), eps).reshape(x.shape)


@wrong(CHECK, "groups as the size of a group", r"number of channels in a group")
def of_that_size(x, groups, eps):
    y = x.reshape(len(x), -1, groups, *x.shape[2:])
    return normalized(y, (2, 3, 4), eps).reshape(x.shape)


@wrong(CHECK, "positions left out", r"position")
def positions_apart(x, groups, eps):
    y = x.reshape(len(x), groups, -1, *x.shape[2:])
    return normalized(y, 2, eps).reshape(x.shape)


@wrong(CHECK, "examples mixed", r"axis 0|examples")
def mixed(x, groups, eps):
    y = x.reshape(len(x), groups, -1, *x.shape[2:])
    return normalized(y, (0, 2, 3, 4), eps).reshape(x.shape)


@wrong(CHECK, "ddof=1", r"ddof=1")
def unbiased(x, groups, eps):
    y = x.reshape(len(x) * groups, -1)
    std = np.sqrt(y.var(axis=1, keepdims=True, ddof=1) + eps)
    return ((y - y.mean(axis=1, keepdims=True)) / std).reshape(x.shape)


@wrong(CHECK, "eps forgotten", r"ε is missing")
def without_eps(x, groups, eps):
    return textbook(x, groups, 0)


@wrong(CHECK, "no mean subtracted", r"RMS normalization")
def rms(x, groups, eps):
    y = x.reshape(len(x) * groups, -1)
    return (y / np.sqrt((y**2).mean(axis=1, keepdims=True) + eps)).reshape(x.shape)


@wrong(CHECK, "divides by the variance", r"divide by a variance")
def by_variance(x, groups, eps):
    y = x.reshape(len(x) * groups, -1)
    var = y.var(axis=1, keepdims=True) + eps
    return ((y - y.mean(axis=1, keepdims=True)) / var).reshape(x.shape)

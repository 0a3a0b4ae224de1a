"""The last wrong functions, written after the last change of the checks that names a mistake."""

import numpy as np

from . import wrong


def _hat(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)


@wrong("mean", "three times the mean minus the median", r"example|count|weight|1 is added|median")
def skewed(H):
    return 3 * H.mean(axis=0) - 2 * np.median(H, axis=0)


@wrong("mean", "1 added to the sum", r"too large|1/|`1` comes in")
def starts_at_one(H):
    total = 1
    for row in H:
        total = total + row
    return total / len(H)


@wrong("mean", "adds the last example twice", r"example|weight|counts")
def last_twice(H):
    return (H.sum(axis=0) + H[-1]) / len(H)


@wrong("mean", "cumulated over units", r"[Uu]nit|mix")
def cumulated(H):
    return np.cumsum(H.mean(axis=0))


@wrong("normalize", "without the last example in the variance", r"example|variance|spread")
def variance_without_last(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt(H[:-1].var(axis=0) + eps)


@wrong("normalize", "γ-like factor 0.5 left in", r"half|0\.5|4 times|twice|2 times")
def half(H, eps):
    return 0.5 * (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)


@wrong("normalize", "the mean of each row subtracted again", r"example|axis|row|[Uu]nit|mix")
def rows_afterwards(H, eps):
    out = _hat(H, eps)
    return out - out.mean(axis=1, keepdims=True)


@wrong("normalize", "divides by std and by √N", r"√N|N")
def by_root_n(H, eps):
    return _hat(H, eps) / np.sqrt(len(H))


@wrong("normalize", "tanh at the end", r"straight|line|tanh")
def squashed(H, eps):
    return np.tanh(_hat(H, eps))


@wrong("normalize", "mean absolute value of H as the divisor", r"absolute|spread|divide by")
def by_size(H, eps):
    return (H - H.mean(axis=0)) / (np.abs(H).mean(axis=0) + eps)


@wrong("undo", "mean + std for β", r"β")
def beta_plus_std(H, eps):
    s = np.sqrt(H.var(axis=0) + eps)
    return s, H.mean(axis=0) + s


@wrong("undo", "the last example for β", r"β.*last example|last example")
def beta_last(H, eps):
    return np.sqrt(H.var(axis=0) + eps), H[-1]


@wrong("undo", "γ · √N", r"γ.*√N|√N|sum of (the )?squares|not divided by N|N times")
def gamma_norm(H, eps):
    return np.linalg.norm(H - H.mean(axis=0), axis=0), H.mean(axis=0)


@wrong("undo", "γ from two examples", r"example|γ")
def gamma_two_examples(H, eps):
    return np.abs(H[0] - H[1]), H.mean(axis=0)


@wrong("saturated", "|slope − ¼| in place of the slope", r"slope|z = ")
def distance(z, threshold):
    s = (1 + np.tanh(z / 2)) / 2
    return np.mean(0.25 - s * (1 - s) < threshold)


@wrong("saturated", "counts by pairs", r"entries|count|row|column")
def every_other(z, threshold):
    s = (1 + np.tanh(z[::2] / 2)) / 2
    return np.mean(s * (1 - s) < threshold)


@wrong("saturated", "threshold on both the slope and the value", r"slope|z = |value")
def both_conditions(z, threshold):
    s = (1 + np.tanh(z / 2)) / 2
    return np.mean((s * (1 - s) < threshold) & (s > 0.9))


@wrong("backward", "γ/std only at the mean", r"mean\(dy\)|dy")
def scale_at_the_mean(dy, H_hat, gamma, std):
    return dy - gamma / std * dy.mean(0) - H_hat * (dy * H_hat).mean(0)


@wrong("backward", "H_hat · std in both places", r"H_hat|std")
def centered_twice(dy, H_hat, gamma, std):
    c = H_hat * std
    return gamma / std * (dy - dy.mean(0) - c * (dy * c).mean(0))


@wrong("backward", "sum of dy with N forgotten and γ² ", r"(?s)sum.*γ|γ.*sum|−7")
def sum_and_gamma(dy, H_hat, gamma, std):
    d = dy * gamma
    return gamma / std * (d - d.sum(0) - H_hat * (d * H_hat).mean(0))


@wrong("backward", "mean over the last axis in both", r"axis 1|of one example|[Uu]nits")
def both_rows(dy, H_hat, gamma, std):
    m = dy.mean(-1, keepdims=True)
    return gamma / std * (dy - m - H_hat * (dy * H_hat).mean(-1, keepdims=True))


@wrong("backward", "dy normalized as on the way forward", r"dy|spread|straight|twice as large")
def forward_on_dy(dy, H_hat, gamma, std):
    return gamma * (dy - dy.mean(0)) / dy.std(0)


@wrong("step", "momentum-like average", r"γ|times as far|step")
def averaged(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    g, b = gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)
    return (g + gamma) / 2, (b + beta) / 2


@wrong("step", "error with −β", r"β|error")
def minus_beta(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x - beta - H
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)


@wrong("step", "clipped at 1", r"1|γ|right for")
def clipped(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return np.minimum(gamma - 2 * lr * (e * x).mean(0), 1), beta - 2 * lr * e.mean(0)


@wrong("population", "largest var", r"largest|max")
def largest(batches):
    return batches.mean(axis=(0, 1)), batches.var(axis=1, ddof=1).max(axis=0)


@wrong("population", "mean and var of each example over the batches", r"batch|example")
def over_batches(batches):
    return batches.mean(axis=0).mean(axis=0), batches.var(axis=0).mean(axis=0)


@wrong("drift", "the first row forgotten", r"row 0|first|step")
def without_first(means, stds):
    return np.mean(np.abs(np.diff(means[1:], axis=0)) / stds[1:-1])


@wrong("drift", "log of the ratio", r"log|size|small example")
def logs(means, stds):
    return np.mean(np.abs(np.log1p(np.abs(np.diff(means, axis=0))) / stds[:-1]))


@wrong("effective_rate", "mean weight in place of the length", r"mean|square|W is twice|sum")
def by_mean(W, lr):
    return lr / W.mean(axis=0) ** 2


@wrong("effective_rate", "the square of lr / |w|", r"lr")
def square_of_all(W, lr):
    return (lr / np.linalg.norm(W, axis=0)) ** 2

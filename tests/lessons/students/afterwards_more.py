"""The rest of the wrong functions that were written when the checks stood."""

import numpy as np

from . import wrong


def _hat(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)


@wrong("saturated", "threshold on both of the tails of z", r"slope|z")
def tails(z, threshold):
    return np.mean((z < np.quantile(z, threshold)) | (z > np.quantile(z, 1 - threshold)))


@wrong("saturated", "sigmoid with +z in the exponent", r"sign|sigmoid|exp|slope")
def wrong_exponent(z, threshold):
    s = 1 / (1 + np.exp(z / 2))
    return np.mean(s * (1 - s) < threshold)


@wrong("saturated", "slope rounded before it is compared", r"[Rr]ound|slope")
def rounded_slope(z, threshold):
    s = (1 + np.tanh(z / 2)) / 2
    return np.mean(np.round(s * (1 - s), 1) < threshold)


@wrong("saturated", "one minus the share", r"not saturated|1 minus|above")
def complement(z, threshold):
    s = (1 + np.tanh(z / 2)) / 2
    return 1 - np.mean(s * (1 - s) < threshold)


@wrong("saturated", "first column only", r"column|unit|first")
def first_column(z, threshold):
    s = (1 + np.tanh(z[:, 0] / 2)) / 2
    return np.mean(s * (1 - s) < threshold)


@wrong("saturated", "rounded to two decimals", r"[Rr]ound|decimals")
def two_decimals(z, threshold):
    s = (1 + np.tanh(z / 2)) / 2
    return round(float(np.mean(s * (1 - s) < threshold)), 2)


@wrong("saturated", "counted without the zeros", r"zero|0|count|entries|size")
def without_zeros(z, threshold):
    s = (1 + np.tanh(z[z != 0] / 2)) / 2
    return np.mean(s * (1 - s) < threshold)


@wrong("backward", "1.5 in front of the variance path", r"1\.5|variance|H_hat")
def one_and_a_half(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - 1.5 * H_hat * (dy * H_hat).mean(0))


@wrong("backward", "std multiplies the variance path", r"std|variance|H_hat")
def std_in_the_term(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - std * H_hat * (dy * H_hat).mean(0))


@wrong("backward", "γ in the mean path only is missing", r"γ.*mean|mean.*γ|`gamma` is missing")
def gamma_missing_in_mean(dy, H_hat, gamma, std):
    d = gamma * dy
    return (d - dy.mean(0) - H_hat * (d * H_hat).mean(0)) / std


@wrong("backward", "mean of H_hat subtracted in place of the mean of dy", r"mean.*(missing|dy)|dy")
def mean_of_H_hat(dy, H_hat, gamma, std):
    return gamma / std * (dy - H_hat.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong("backward", "the same mean subtracted twice", r"mean.*twice|twice.*mean")
def mean_twice(dy, H_hat, gamma, std):
    d = dy - dy.mean(0)
    return gamma / std * (d - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong("backward", "normalizes: H_hat in place of dy in front", r"dy")
def H_hat_in_front(dy, H_hat, gamma, std):
    return gamma / std * (H_hat - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong("backward", "divides by std inside of the product too", r"std|variance|H_hat")
def std_twice_in_term(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - H_hat * (dy * H_hat / std).mean(0))


@wrong("backward", "N − 1 everywhere", r"N − 1")
def bessel_everywhere(dy, H_hat, gamma, std):
    N = len(dy) - 1
    return gamma / std * (dy - dy.sum(0) / N - H_hat * (dy * H_hat).sum(0) / N)


@wrong("backward", "std and γ swapped", r"(?s)γ.*std|std.*γ")
def swapped(dy, H_hat, gamma, std):
    return std / gamma * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong(
    "backward",
    "the mean over the whole array in both and no γ",
    r"(?s)whole array.*γ|γ.*whole array",
)
def whole_and_no_gamma(dy, H_hat, gamma, std):
    return (dy - dy.mean() - H_hat * (dy * H_hat).mean()) / std


@wrong("step", "β's gradient with γ in it", r"β.*γ|γ.*β")
def beta_with_gamma(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * (e * gamma).mean(0)


@wrong("step", "3 in place of 2", r"2|1\.5|times|slope")
def three(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 3 * lr * (e * x).mean(0), beta - 3 * lr * e.mean(0)


@wrong("step", "two steps", r"two steps|twice|step")
def two_steps(H, gamma, beta, lr, eps):
    for _ in range(2):
        x = _hat(H, eps)
        e = gamma * x + beta - H
        gamma, beta = gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)
    return gamma, beta


@wrong("step", "error from γ + H_hat", r"error|γ")
def plus_for_times(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma + x + beta - H
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)


@wrong("step", "β = new γ's error with sums for γ only", r"γ.*sum|sum")
def sum_for_gamma(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * x).sum(0), beta - 2 * lr * e.mean(0)


@wrong("step", "squared error in place of the error", r"error|square")
def squared_error(H, gamma, beta, lr, eps):
    x = _hat(H, eps)
    e = (gamma * x + beta - H) ** 2
    return gamma - lr * (e * x).mean(0), beta - lr * e.mean(0)


@wrong("step", "std as H_hat's divisor without root", r"H_hat|variance|root")
def variance_in_H_hat(H, gamma, beta, lr, eps):
    x = (H - H.mean(0)) / (H.var(0) + eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)


@wrong("population", "m/(m − 1) on the mean too", r"mean.*(m − 1|m)|factor")
def factor_on_both(batches):
    m = batches.shape[1]
    return m / (m - 1) * batches.mean(axis=(0, 1)), batches.var(axis=1, ddof=1).mean(axis=0)


@wrong("population", "(m − 1) in place of m − 1 under m + ...: (m/(m−1))²", r"twice|factor")
def squared_factor(batches):
    m = batches.shape[1]
    return batches.mean(axis=(0, 1)), (m / (m - 1)) ** 2 * batches.var(axis=1).mean(axis=0)


@wrong("population", "first and last batch", r"batch")
def two_batches(batches):
    pair = batches[[0, -1]]
    return pair.mean(axis=(0, 1)), pair.var(axis=1, ddof=1).mean(axis=0)


@wrong("population", "var around zero", r"squares|subtract")
def around_zero(batches):
    m = batches.shape[1]
    return batches.mean(axis=(0, 1)), m / (m - 1) * (batches**2).mean(axis=(0, 1))


@wrong("population", "sum of variances", r"sum|B times")
def sum_of_variances(batches):
    return batches.mean(axis=(0, 1)), batches.var(axis=1, ddof=1).sum(axis=0)


@wrong("drift", "the step's size relative to both spreads multiplied", r"spread|divi")
def by_both(means, stds):
    return np.mean(np.abs(np.diff(means, axis=0)) / np.sqrt(stds[:-1] * stds[1:]))


@wrong("drift", "the last step forgotten", r"last step|last|step")
def without_last_step(means, stds):
    return np.mean(np.abs(np.diff(means[:-1], axis=0)) / stds[:-2])


@wrong("drift", "length over the units", r"length|root|squar|units")
def length(means, stds):
    return np.mean(np.sqrt(np.sum((np.diff(means, axis=0) / stds[:-1]) ** 2, axis=1)))


@wrong("drift", "median over the steps", r"median")
def median_steps(means, stds):
    return np.mean(np.median(np.abs(np.diff(means, axis=0)) / stds[:-1], axis=0))


@wrong("drift", "twice", r"twice|2")
def doubled(means, stds):
    return 2 * np.mean(np.abs(np.diff(means, axis=0)) / stds[:-1])


@wrong("drift", "wraps around: last row to first", r"wrap|last|first|roll|around")
def rolled(means, stds):
    return np.mean(np.abs(np.roll(means, -1, axis=0) - means) / stds)


@wrong("effective_rate", "|w|² + lr", r"lr|add|\|w\|²")
def sum_with_lr(W, lr):
    return 1 / ((W**2).sum(axis=0) + lr)


@wrong("effective_rate", "minus sign", r"sign")
def negative_rate(W, lr):
    return -lr / (W**2).sum(axis=0)


@wrong("effective_rate", "half", r"half|2")
def half_rate(W, lr):
    return lr / (2 * (W**2).sum(axis=0))


@wrong("effective_rate", "cubes", r"cube|power|squares|W \*\* 3")
def cubes(W, lr):
    return lr / (np.abs(W) ** 3).sum(axis=0)


@wrong("effective_rate", "mean over everything for each unit", r"whole array|each unit")
def mean_of_all(W, lr):
    return np.full(W.shape[1], lr / (W**2).sum())


@wrong("effective_rate", "relative to the first unit", r"first unit|relative|unit")
def relative(W, lr):
    squares = (W**2).sum(axis=0)
    return lr * squares[0] / squares

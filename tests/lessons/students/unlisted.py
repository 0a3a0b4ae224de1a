"""More wrong functions, written when the checks were done; no line of a check was changed for them.

They are slips as they happen at a keyboard: a wrong variable, a wrong index, a line too many.
"""

import numpy as np

from . import wrong


@wrong("mean", "the total divided by the length of a column squared", r"N|twice|divi")
def squared_length(H):
    return H.sum(axis=0) / len(H) ** 2


@wrong("mean", "max + min of each unit", r"min|max|middle|half|example")
def least_and_most(H):
    return H.max(axis=0) + H.min(axis=0)


@wrong("mean", "j in place of i", r"[Uu]nit|example|mix|IndexError")
def wrong_index(H):
    means = np.zeros(H.shape[1])
    for j in range(H.shape[1]):
        for _ in range(H.shape[0]):
            means[j] += H[j, j]
    return means / H.shape[0]


@wrong("mean", "the average of pairs of neighbors", r"example|weight|count")
def pairs(H):
    return ((H[1:] + H[:-1]) / 2).mean(axis=0)


@wrong("mean", "centered a second time", r"0|result is the same|nothing|centered")
def of_centered(H):
    return (H - H.mean(axis=0)).mean(axis=0)


@wrong("mean", "assigns to one cell in a loop", r"[Uu]nit|right for|0")
def only_last_kept(H):
    means = np.zeros(H.shape[1])
    for j in range(H.shape[1]):
        means[0] = H[:, j].mean()
    return means


@wrong("normalize", "the mean of the first half", r"example|mean")
def half_batch_mean(H, eps):
    half = len(H) // 2
    return (H - H[:half].mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)


@wrong("normalize", "var of the first unit", r"unit|variance|spread")
def one_var(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt(H[:, 0].var() + eps)


@wrong("normalize", "mean and ε both under the root", r"mean|root|spread|variance")
def mean_under_root(H, eps):
    mean = H.mean(axis=0)
    return (H - mean) / np.sqrt(H.var(axis=0) + mean**2 + eps)


@wrong("normalize", "cube root", r"root|power|spread")
def cube_root(H, eps):
    return (H - H.mean(axis=0)) / np.cbrt(H.var(axis=0) + eps)


@wrong("normalize", "ε in the mean and in the variance", r"ε")
def eps_twice_somewhere(H, eps):
    return (H - (H.mean(axis=0) + eps)) / np.sqrt(H.var(axis=0) + eps)


@wrong("normalize", "returns the transposed", r"transpos|rows and columns")
def transposed(H, eps):
    X = H.T
    return (X - X.mean(axis=1, keepdims=True)) / np.sqrt(X.var(axis=1, keepdims=True) + eps)


@wrong("normalize", "variance of the squares", r"variance|spread|squared")
def var_of_squares(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt((H**2).var(axis=0) + eps)


@wrong("normalize", "centers twice by adding back", r"mean")
def adds_back(H, eps):
    mean = H.mean(axis=0)
    return (H - mean) / np.sqrt(H.var(axis=0) + eps) + mean


@wrong("normalize", "two units swapped", r"order|[Uu]nit")
def swaps_units(H, eps):
    out = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    out[:, [0, 1]] = out[:, [1, 0]]
    return out


@wrong("normalize", "an abs around the centered values", r"sign|absolute")
def absolute(H, eps):
    return np.abs(H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)


@wrong("normalize", "sorted", r"order|sort|example")
def sorted_rows(H, eps):
    return np.sort((H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps), axis=0)


@wrong("undo", "γ² under the root twice and β halved", r"(?s)β.*half|half.*β")
def beta_half(H, eps):
    return np.sqrt(H.var(axis=0) + eps), H.mean(axis=0) / 2


@wrong("undo", "γ from unit 0", r"γ.*unit|[Uu]nit")
def gamma_of_first(H, eps):
    return np.full(H.shape[1], np.sqrt(H[:, 0].var() + eps)), H.mean(axis=0)


@wrong("undo", "β of H_hat's scale: mean of H times ε", r"β|ε")
def beta_times_eps(H, eps):
    return np.sqrt(H.var(axis=0) + eps), H.mean(axis=0) * eps


@wrong("undo", "γ = mean of |H − mean|", r"absolute|γ")
def gamma_absolute(H, eps):
    return np.abs(H - H.mean(axis=0)).mean(axis=0), H.mean(axis=0)


@wrong("undo", "1 + std", r"γ.*1|1.*γ|add")
def one_plus(H, eps):
    return 1 + np.sqrt(H.var(axis=0) + eps), H.mean(axis=0)


@wrong("undo", "variance without ε, β right", r"(?s)variance.*ε|ε.*variance")
def plain_variance(H, eps):
    return H.var(axis=0), H.mean(axis=0)


@wrong("saturated", "slope at z², not at z", r"slope|z")
def at_the_square(z, threshold):
    s = 1 / (1 + np.exp(-np.minimum(z**2, 500)))
    return np.mean(s * (1 - s) < threshold)


@wrong("saturated", "s − s·s·s", r"slope|1 − s")
def cubed(z, threshold):
    s = (1 + np.tanh(z / 2)) / 2
    return np.mean(s - s**3 < threshold)


@wrong("saturated", "threshold/4", r"threshold")
def quarter_threshold(z, threshold):
    s = (1 + np.tanh(z / 2)) / 2
    return np.mean(s * (1 - s) < threshold / 4)


@wrong("saturated", "last row forgotten", r"row|entries|left out|how many")
def without_last_row(z, threshold):
    s = (1 + np.tanh(z[:-1] / 2)) / 2
    return np.mean(s * (1 - s) < threshold)


@wrong("backward", "H_hat² in the mean", r"H_hat")
def squared_inside(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - H_hat * (dy * H_hat**2).mean(0))


@wrong("backward", "means of γ", r"γ|unit|mix")
def mean_gamma(dy, H_hat, gamma, std):
    return gamma.mean() / std * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong(
    "backward",
    "the two terms multiplied",
    r"`\*` stands where `-`|product|multipl|straight|square|equal steps|twice as large",
)
def multiplied(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) * H_hat * (dy * H_hat).mean(0))


@wrong("backward", "std of dy added", r"std|dy")
def plus_std(dy, H_hat, gamma, std):
    return gamma / (std + dy.std(0)) * (dy - dy.mean(0) - H_hat * (dy * H_hat).mean(0))


@wrong("backward", "only the correction terms", r"dy")
def corrections_only(dy, H_hat, gamma, std):
    return -gamma / std * (dy.mean(0) + H_hat * (dy * H_hat).mean(0))


@wrong("backward", "γ·H_hat in the term", r"γ|H_hat")
def gamma_in_the_term(dy, H_hat, gamma, std):
    return gamma / std * (dy - dy.mean(0) - gamma * H_hat * (dy * H_hat).mean(0))


@wrong(
    "backward",
    "mean over N − 1 for the first, sum for the second",
    r"(?s)N − 1.*sum|sum.*N − 1|−7|−1\.16",
)
def mixed_counts(dy, H_hat, gamma, std):
    N = len(dy)
    return gamma / std * (dy - dy.sum(0) / (N - 1) - H_hat * (dy * H_hat).sum(0))


@wrong("step", "γ's gradient for both", r"β")
def same_gradient(H, gamma, beta, lr, eps):
    x = (H - H.mean(0)) / np.sqrt(H.var(0) + eps)
    g = 2 * ((gamma * x + beta - H) * x).mean(0)
    return gamma - lr * g, beta - lr * g


@wrong("step", "lr twice for β", r"β.*(lr|times as far|twice)")
def lr_twice(H, gamma, beta, lr, eps):
    x = (H - H.mean(0)) / np.sqrt(H.var(0) + eps)
    e = gamma * x + beta - H
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * lr * e.mean(0)


@wrong("step", "γ updated from β", r"γ")
def from_beta(H, gamma, beta, lr, eps):
    x = (H - H.mean(0)) / np.sqrt(H.var(0) + eps)
    e = gamma * x + beta - H
    return beta - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)


@wrong("step", "H centered as the target", r"target|error|β|mean")
def centered_target(H, gamma, beta, lr, eps):
    x = (H - H.mean(0)) / np.sqrt(H.var(0) + eps)
    e = gamma * x + beta - (H - H.mean(0))
    return gamma - 2 * lr * (e * x).mean(0), beta - 2 * lr * e.mean(0)


@wrong(
    "population", "average of var over the units' axis too early", r"axis|examples|batch|shape|unit"
)
def wrong_axes(batches):
    return batches.mean(axis=(0, 1)), batches.var(axis=0, ddof=1).mean(axis=0)


@wrong(
    "population",
    "root of the mean var, squared wrongly: std · m/(m − 1)",
    r"standard deviation|root",
)
def factor_after_root(batches):
    m = batches.shape[1]
    return batches.mean(axis=(0, 1)), m / (m - 1) * np.sqrt(batches.var(axis=1).mean(axis=0))


@wrong("population", "var of the first two batches", r"batch")
def first_two(batches):
    return batches.mean(axis=(0, 1)), batches[:2].var(axis=1, ddof=1).mean(axis=0)


@wrong("drift", "divides by std of the means over time", r"spread|std|divi")
def by_own_spread(means, stds):
    return np.mean(np.abs(np.diff(means, axis=0)) / means.std(axis=0))


@wrong("drift", "squared std and squared change, no root", r"squar")
def all_squared(means, stds):
    return np.mean(np.diff(means, axis=0) ** 2 / stds[:-1] ** 2)


@wrong("drift", "maximum over the units, mean over the steps", r"largest|max|unit|two|another mean")
def largest_unit(means, stds):
    return np.mean(np.max(np.abs(np.diff(means, axis=0)) / stds[:-1], axis=1))


@wrong("effective_rate", "the norm over the whole array, per unit mean", r"whole array|[Uu]nit")
def scaled_by_all(W, lr):
    return lr / (W**2).sum(axis=0) * (W**2).sum()


@wrong("effective_rate", "norm of the first input left out", r"input 0|first|left out")
def without_first_input(W, lr):
    return lr / (W[1:] ** 2).sum(axis=0)


@wrong("effective_rate", "lr added", r"lr")
def lr_added(W, lr):
    return lr + 1 / (W**2).sum(axis=0)


@wrong("effective_rate", "π by accident: lr · 3 / |w|²", r"3|times")
def three_times(W, lr):
    return 3 * lr / (W**2).sum(axis=0)


@wrong("forward", "γ on the mean only", r"γ|mean|[Bb]racket")
def gamma_on_the_mean(H, gamma, beta, eps):
    return (H - gamma * H.mean(0)) / np.sqrt(H.var(0) + eps) + beta


@wrong("running", "var of H around 0 and momentum swapped for both", r"squares|mean")
def around_zero(mean, var, H, momentum):
    return (
        (1 - momentum) * mean + momentum * H.mean(0),
        (1 - momentum) * var + momentum * (H**2).mean(0),
    )


@wrong("inference", "ε times var", r"ε|var")
def eps_times(H, gamma, beta, mean, var, eps):
    return gamma * (H - mean) / np.sqrt(var * (1 + eps)) + beta


@wrong("fold", "β scaled", r"β")
def beta_scaled(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean + beta) * scale


@wrong("fold", "W from inputs: mean taken from W", r"W|mean")
def mean_from_W(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return (W - mean) * scale, b * scale + beta

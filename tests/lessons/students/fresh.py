"""Functions written by somebody who saw the notebooks' texts only: 01 to 06.

The causes are in a teacher's words.
"""

import numpy as np

from . import right, wrong


# Sums by einsum: the mean and the mean of the squared distances, each divided by N.
@right("normalize")
def einsum_sums(H, eps):
    N = H.shape[0]
    centered = H - np.einsum("nu->u", H) / N
    var = np.einsum("nu,nu->u", centered, centered) / N
    return centered / np.sqrt(var + eps)


# Works in place, but on a float copy, and multiplies by the power −1/2 instead of dividing by the
# root.
@right("normalize")
def copy_in_place(H, eps):
    out = np.array(H, dtype=float)
    for unit in range(out.shape[1]):
        column = out[:, unit]
        column -= column.sum() / len(column)
        column *= (column @ column / len(column) + eps) ** -0.5
    return out


@wrong(
    "normalize",
    "ε replaces the variance only where the variance is 0; it has to be added to every variance.",
    r"ε.*every variance",
)
def eps_where_zero(H, eps):
    mean = H.mean(axis=0)
    var = H.var(axis=0)
    var = np.where(var == 0, eps, var)
    return (H - mean) / np.sqrt(var)


@wrong(
    "normalize",
    "Divides by the mean of the absolute distances instead of by the root of the mean of the "
    "squared distances.",
    r"mean absolute deviation",
)
def absolute_distances(H, eps):
    centered = H - np.mean(H, axis=0)
    spread = np.mean(np.abs(centered), axis=0)
    return centered / np.sqrt(spread**2 + eps)


@wrong(
    "normalize",
    "Changes the caller's H: it subtracts and divides in place instead of making a new array.",
    r"changes the H",
)
def changes_H(H, eps):
    std = np.sqrt(H.var(axis=0) + eps)
    H -= H.mean(axis=0)
    H /= std
    return H


@wrong(
    "normalize",
    "Takes the mean of the squares of H itself as the variance; the mean has to be subtracted"
    " before squaring.",
    r"mean of the squares of H",
)
def squares_of_H(H, eps):
    mean = H.mean(axis=0)
    var = (H**2).mean(axis=0)
    return (H - mean) / np.sqrt(var + eps)


# The hypotenuse of σ and √ε is √(σ² + ε).
@right("undo")
def hypotenuse(H, eps):
    return np.hypot(H.std(axis=0), np.sqrt(eps)), np.average(H, axis=0)


# Measures from the first row: mean of the squares minus square of the mean, of the differences
# from that row.
@right("undo")
def from_the_first_row(H, eps):
    first = H[0]
    away = H - first
    shift = away.mean(axis=0)
    var = np.maximum((away**2).mean(axis=0) - shift**2, 0)
    gamma = (var + eps) ** 0.5
    beta = first + shift
    return gamma, beta


@wrong(
    "undo",
    "β is divided by γ, as if β were added before γ multiplies; it is added afterwards, so it"
    " is the mean itself.",
    r"β is divided by the spread",
)
def beta_before_gamma(H, eps):
    gamma = np.sqrt(H.var(axis=0) + eps)
    beta = H.mean(axis=0) / gamma
    return gamma, beta


@wrong(
    "undo",
    "ε is added to σ after the root; it belongs to the variance, under the root.",
    r"added to the root",
)
def eps_after_the_root(H, eps):
    gamma = np.std(H, axis=0) + eps
    beta = np.mean(H, axis=0)
    return gamma, beta


# keepdims leaves γ and β with the shape (1, units) instead of one number for each unit. It is
# accepted, with a remark.
@right("undo")
def kept_axes(H, eps):
    mean = H.mean(axis=0, keepdims=True)
    var = ((H - mean) ** 2).mean(axis=0, keepdims=True)
    return np.sqrt(var + eps), mean


@wrong(
    "undo",
    "Takes the middle between the smallest and the largest number, and half the range, for "
    "the mean and σ; with two examples that is the same, with more it is not.",
    r"(?s)β is half of min \+ max.*γ only the smallest and the largest",
)
def from_the_ends(H, eps):
    low, high = H.min(axis=0), H.max(axis=0)
    gamma = np.sqrt(((high - low) / 2) ** 2 + eps)
    beta = (low + high) / 2
    return gamma, beta


# The slope as e/(1 + e)² with e = exp(−|z|), which cannot overflow; then a count divided by the
# size.
@right("saturated")
def cannot_overflow(z, threshold):
    e = np.exp(-np.abs(z))
    slope = e / (1 + e) ** 2
    return float(np.count_nonzero(slope < threshold) / slope.size)


# Solves slope = threshold for |z| first, and counts the entries that lie farther out.
@right("saturated")
def limit_of_z(z, threshold):
    if threshold > 0.25:
        return 1.0
    if threshold <= 0:
        return 0.0
    # the slope is 1 / (4 cosh(z/2)^2)
    limit = 2 * np.arccosh(1 / (2 * np.sqrt(threshold)))
    return np.mean(np.abs(z) > limit)


@wrong(
    "saturated",
    "Compares the value h of the sigmoid with the threshold, at both ends, instead of its "
    "slope h(1 − h).",
    r"sigmoid's value.*slope",
)
def value_at_both_ends(z, threshold):
    h = 1 / (1 + np.exp(-z))
    return np.mean((h < threshold) | (h > 1 - threshold))


@wrong(
    "saturated",
    "Divides by len(z), the number of rows; with more than one column that is not the number "
    "of entries.",
    r"number of rows",
)
def by_rows(z, threshold):
    h = 1 / (1 + np.exp(-z))
    slope = h * (1 - h)
    return np.sum(slope < threshold) / len(z)


@wrong(
    "saturated",
    "Averages the slopes first and compares only their mean; each slope has to be compared "
    "before averaging.",
    r"slope\.mean\(\) < threshold.*\(slope < threshold\)\.mean\(\)",
)
def mean_slope_compared(z, threshold):
    h = 1 / (1 + np.exp(-z))
    slope = h * (1 - h)
    return float(np.mean(slope) < threshold)


@wrong(
    "saturated",
    "Counts a slope that equals the threshold as well, but only slopes below the threshold count.",
    r"equal to the threshold",
)
def equal_too(z, threshold):
    h = 1 / (1 + np.exp(-z))
    slope = h * (1 - h)
    return np.mean(slope <= threshold)


# Builds for each unit the N × N matrix that removes the mean and the part along ĥ, and multiplies
# by it.
@right("backward")
def projection_matrix(dy, H_hat, gamma, std):
    N, units = dy.shape
    dH = np.zeros((N, units))
    for u in range(units):
        h = H_hat[:, u]
        keep = np.eye(N) - np.full((N, N), 1 / N) - np.outer(h, h) / N
        dH[:, u] = gamma[u] / std[u] * (keep @ dy[:, u])
    return dH


# Goes back line by line: first through γ, then through the root, last through the mean.
@right("backward")
def line_by_line(dy, H_hat, gamma, std):
    N = len(dy)
    d_hat = dy * gamma
    along = np.einsum("nu,nu->u", d_hat, H_hat) / N
    dc = (d_hat - along * H_hat) / std
    return dc - np.einsum("nu->u", dc) / N


@wrong(
    "backward",
    "Divides the part along Ĥ by the mean of Ĥ², as for a best-fitting line; with ε that mean"
    " is below 1, and too much is taken out.",
    r"\(H_hat \*\* 2\)\.mean\(axis=0\)` comes in",
)
def best_fitting_line(dy, H_hat, gamma, std):
    tilt = np.sum(dy * H_hat, axis=0) / np.sum(H_hat**2, axis=0)
    return gamma / std * (dy - dy.mean(axis=0) - tilt * H_hat)


@wrong(
    "backward",
    "In the second term the mean runs over all units together, since the axis is missing there.",
    r"variance, the mean runs over the whole array",
)
def axis_missing_in_the_second(dy, H_hat, gamma, std):
    inner = dy - dy.mean(axis=0) - H_hat * np.mean(dy * H_hat)
    return gamma * inner / std


@wrong(
    "backward",
    "γ multiplies only dy, and not the two terms that are subtracted from it.",
    r"γ multiplies dy, but not",
)
def gamma_times_dy_only(dy, H_hat, gamma, std):
    d_hat = gamma * dy
    mean_dy = dy.mean(axis=0)
    mean_along = (dy * H_hat).mean(axis=0)
    return (d_hat - mean_dy - H_hat * mean_along) / std


@wrong(
    "backward",
    "The parentheses turn the sign of the part along Ĥ: it is added instead of subtracted.",
    r"variance, has the wrong sign",
)
def sign_of_the_part_along(dy, H_hat, gamma, std):
    taken = dy.mean(axis=0) - H_hat * (dy * H_hat).mean(axis=0)
    return gamma / std * (dy - taken)


# Uses the gradients in closed form, with mean and variance alone; no error is computed for any
# example.
@right("step")
def closed_form(H, gamma, beta, lr, eps):
    mean, var = H.mean(axis=0), H.var(axis=0)
    root = np.sqrt(var + eps)
    # mean(H_hat) = 0, mean(H_hat ** 2) = var / root ** 2, mean(H * H_hat) = var / root
    d_gamma = 2 * (gamma * var / root**2 - var / root)
    d_beta = 2 * (beta - mean)
    return gamma - lr * d_gamma, beta - lr * d_beta


# Unit by unit, and γ before β with a fresh error for β; that does no harm, because Ĥ has mean 0.
@right("step")
def unit_by_unit(H, gamma, beta, lr, eps):
    new_gamma = np.array(gamma, dtype=float)
    new_beta = np.array(beta, dtype=float)
    N, units = H.shape
    for u in range(units):
        h = H[:, u]
        h_hat = (h - h.mean()) / np.sqrt(h.var() + eps)
        error = new_gamma[u] * h_hat + new_beta[u] - h
        new_gamma[u] -= lr * 2 * (error @ h_hat) / N
        error = new_gamma[u] * h_hat + new_beta[u] - h
        new_beta[u] -= lr * 2 * error.sum() / N
    return new_gamma, new_beta


@wrong(
    "step",
    "Changes the caller's gamma and beta, because −= on an array works in place.",
    r"changes the gamma and beta",
)
def changes_gamma_and_beta(H, gamma, beta, lr, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    error = gamma * H_hat + beta - H
    gamma -= lr * 2 * np.mean(error * H_hat, axis=0)
    beta -= lr * 2 * np.mean(error, axis=0)
    return gamma, beta


@wrong(
    "step",
    "For γ the error is multiplied by H instead of by Ĥ, but it is Ĥ that γ multiplies.",
    r"H_hat, not H",
)
def along_H(H, gamma, beta, lr, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    error = gamma * H_hat + beta - H
    d_gamma = 2 * np.mean(error * H, axis=0)
    d_beta = 2 * np.mean(error, axis=0)
    return gamma - lr * d_gamma, beta - lr * d_beta


@wrong(
    "step",
    "Divides by the number of all entries instead of the number of examples, so with several "
    "units the step is too short.",
    r"all entries",
)
def by_all_entries(H, gamma, beta, lr, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    dy = 2 * (gamma * H_hat + beta - H) / H.size
    return gamma - lr * (dy * H_hat).sum(axis=0), beta - lr * dy.sum(axis=0)


@wrong(
    "step",
    "Two mistakes in β's step: the factor 2 is missing, and the mean runs over all units together.",
    r"(?s)β: the 2 is missing.*whole array",
)
def two_mistakes_in_beta(H, gamma, beta, lr, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    error = gamma * H_hat + beta - H
    new_gamma = gamma - 2 * lr * np.mean(error * H_hat, axis=0)
    new_beta = beta - lr * np.mean(error)
    return new_gamma, new_beta


# All batches at once: the squared distances from each batch's mean, summed by einsum and divided
# by batches · (m − 1).
@right("population")
def all_batches_at_once(batches):
    count, m, _ = batches.shape
    of_batch = np.einsum("bmu->bu", batches) / m
    away = batches - of_batch[:, None, :]
    var = np.einsum("bmu,bmu->u", away, away) / (count * (m - 1))
    return np.einsum("bu->u", of_batch) / count, var


# One batch after the other, with averages that are corrected by 1/k at batch k.
@right("population")
def average_by_one_over_k(batches):
    units = batches.shape[2]
    mean, var = np.zeros(units), np.zeros(units)
    for k, batch in enumerate(batches, start=1):
        mu = batch.mean(axis=0)
        s2 = np.sum((batch - mu) ** 2, axis=0) / (len(batch) - 1)
        mean = mean + (mu - mean) / k
        var = var + (s2 - var) / k
    return mean, var


@wrong(
    "population",
    "In the factor m is the number of batches; it has to be the number of examples in a batch.",
    r"factor counts the batches",
)
def m_is_the_number_of_batches(batches):
    m = len(batches)
    mean = batches.mean(axis=1).mean(axis=0)
    var = m / (m - 1) * batches.var(axis=1).mean(axis=0)
    return mean, var


@wrong(
    "population",
    "Averages the standard deviations and squares afterwards; it is the variances that have "
    "to be averaged.",
    r"square at the end",
)
def deviations_squared_at_the_end(batches):
    m = batches.shape[1]
    mean = batches.mean(axis=(0, 1))
    sigma = batches.std(axis=1).mean(axis=0)
    return mean, m / (m - 1) * sigma**2


@wrong(
    "population",
    "Corrects twice: ddof=1 already contains the factor m/(m − 1).",
    r"twice: ddof=1",
)
def corrects_twice(batches):
    m = batches.shape[1]
    mean = batches.mean(axis=(0, 1))
    var = batches.var(axis=1, ddof=1).mean(axis=0)
    return mean, m / (m - 1) * var


@wrong(
    "population",
    "Pools all examples, so the variance is taken around the common mean instead of around "
    "each batch's own.",
    r"all examples together",
)
def pools_all(batches):
    m = batches.shape[1]
    together = batches.reshape(-1, batches.shape[-1])
    return together.mean(axis=0), together.var(axis=0) * m / (m - 1)

"""Functions written by somebody who saw the notebooks' texts only: 07 to 10, fold, forward."""

import numpy as np

from . import right, wrong


# Two loops that add up every single drift and count them.
@right("drift")
def two_loops(means, stds):
    total, count = 0.0, 0
    for step in range(len(means) - 1):
        for before, after, std in zip(means[step], means[step + 1], stds[step], strict=True):
            total += abs(after - before) / std
            count += 1
    return total / count


# Rolls the rows up by one, drops the last row, and takes the root of the square as the size.
@right("drift")
def rolled_up(means, stds):
    moved = (np.roll(means, -1, axis=0) - means)[:-1]
    per_unit = np.sqrt(np.square(moved / stds[:-1])).mean(axis=0)
    return per_unit.mean()


@wrong(
    "drift",
    "Takes the absolute value only of the average, so movements up and down cancel before.",
    r"absolute value at the end",
)
def size_of_the_average(means, stds):
    steps = np.diff(means, axis=0) / stds[:-1]
    return np.abs(steps.mean())


@wrong(
    "drift",
    "Divides the average movement by the average σ; each movement has to be divided by its "
    "own σ first.",
    r"ratio of averages",
)
def ratio_of_averages(means, stds):
    moved = np.abs(means[1:] - means[:-1])
    return moved.mean() / stds[:-1].mean()


@wrong(
    "drift",
    "Returns the root of the mean square, which weighs large movements more, instead of the "
    "mean of the sizes.",
    r"root of mean squares",
)
def root_mean_square(means, stds):
    steps = (means[1:] - means[:-1]) / stds[:-1]
    return np.sqrt(np.mean(steps**2))


@wrong(
    "drift",
    "Divides by the number of rows, but between n rows there are only n − 1 steps.",
    r"number of rows",
)
def by_the_rows(means, stds):
    rows, units = means.shape
    moved = np.abs(np.diff(means, axis=0)) / stds[:-1]
    return moved.sum() / (rows * units)


# Column by column: lr divided by the product of the column with itself.
@right("effective_rate")
def column_by_column(W, lr):
    return np.array([lr / (w @ w) for w in W.T])


# Builds up each length by repeated hypotenuse, and divides lr by it twice.
@right("effective_rate")
def repeated_hypotenuse(W, lr):
    length = np.hypot.reduce(W.astype(float), axis=0)
    return lr / length / length


@wrong(
    "effective_rate",
    "lr / W.T @ W divides first and multiplies then; parentheses around W.T @ W are missing.",
    r"lr / W \* W",
)
def divides_first(W, lr):
    return np.diag(lr / W.T @ W)


@wrong(
    "effective_rate",
    "Squares the sum of the weights instead of summing their squares.",
    r"square of the sum",
)
def square_of_the_sum(W, lr):
    return lr / np.sum(W, axis=0) ** 2


@wrong(
    "effective_rate",
    "np.linalg.norm without an axis takes one norm of the whole matrix instead of the length "
    "of each column, so every unit gets the same rate.",
    r"same number for every unit.*Name an axis",
)
def norm_of_the_matrix(W, lr):
    units = W.shape[1]
    return np.full(units, lr / np.linalg.norm(W, 2) ** 2)


@wrong(
    "effective_rate",
    "Squares the weights before taking the length, instead of squaring the length.",
    r"W \*\* 4.*under a root",
)
def length_of_the_squares(W, lr):
    return lr / np.linalg.norm(W**2, axis=0)


# Keras's meaning of momentum and the variance divided by N; the notebook says that either passes.
@right("running")
def keras(mean, var, H, momentum):
    new = 1 - momentum
    mean = momentum * mean + new * H.mean(axis=0)
    var = momentum * var + new * H.var(axis=0)
    return mean, var


# Moves the old values a part of the way to the new ones; the sums come from products with a row of
# ones.
@right("running")
def part_of_the_way(mean, var, H, momentum):
    N = len(H)
    ones = np.ones(N)
    batch_mean = ones @ H / N
    batch_var = ones @ (H - batch_mean) ** 2 / (N - 1)
    return mean + momentum * (batch_mean - mean), var - momentum * (var - batch_var)


@wrong(
    "running",
    "Momentum is the weight of the new batch for the mean, but the weight of the old value "
    "for the variance; one meaning must hold for both.",
    r"var takes momentum as the weight of the old",
)
def two_meanings_of_momentum(mean, var, H, momentum):
    new_mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    new_var = momentum * var + (1 - momentum) * H.var(axis=0, ddof=1)
    return new_mean, new_var


@wrong(
    "running",
    "Averages the standard deviations and squares the result, instead of averaging the variances.",
    r"averages standard deviations, and squares",
)
def averages_deviations(mean, var, H, momentum):
    new_mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    new_std = (1 - momentum) * np.sqrt(var) + momentum * H.std(axis=0, ddof=1)
    return new_mean, new_std**2


@wrong(
    "running",
    "Measures the batch's variance around the running mean instead of around the batch's own mean.",
    r"`new_mean` stands where `batch_mean`",
)
def around_the_running_mean(mean, var, H, momentum):
    mean = (1 - momentum) * mean + momentum * H.mean(axis=0)
    batch_var = np.sum((H - mean) ** 2, axis=0) / (len(H) - 1)
    var = (1 - momentum) * var + momentum * batch_var
    return mean, var


@wrong(
    "running",
    "Adds a part of the new values, but keeps the old ones whole; the two weights have to add"
    " up to 1.",
    r"don't add up to 1",
)
def keeps_the_old_whole(mean, var, H, momentum):
    new_mean = mean + momentum * H.mean(axis=0)
    new_var = var + momentum * H.var(axis=0, ddof=1)
    return new_mean, new_var


# Splits a float copy into views along the channels, and normalizes each view in place.
@right("group_norm")
def split_into_views(x, groups, eps):
    out = np.array(x, dtype=float)
    for part in np.split(out, groups, axis=1):
        part -= part.mean(axis=(1, 2, 3), keepdims=True)
        part /= np.sqrt(np.mean(part**2, axis=(1, 2, 3), keepdims=True) + eps)
    return out


# Makes each group of each example one row of a table, and normalizes the rows.
@right("group_norm")
def rows_of_a_table(x, groups, eps):
    rows = x.reshape(len(x) * groups, -1)
    n = rows.shape[1]
    centered = rows - np.einsum("rk->r", rows)[:, None] / n
    var = np.einsum("rk,rk->r", centered, centered) / n
    return (centered / np.sqrt(var + eps)[:, None]).reshape(x.shape)


@wrong(
    "group_norm",
    "The reshape puts every groups-th channel into the same group instead of neighboring channels.",
    r"channels that lie apart",
)
def every_groups_th(x, groups, eps):
    N, C, H, W = x.shape
    g = x.reshape(N, C // groups, groups, H, W)
    mean = g.mean(axis=(1, 3, 4), keepdims=True)
    var = g.var(axis=(1, 3, 4), keepdims=True)
    return ((g - mean) / np.sqrt(var + eps)).reshape(x.shape)


@wrong(
    "group_norm",
    "Mean and variance run over the examples as well; each example has to have its own.",
    r"axis 0 is among",
)
def over_the_examples_too(x, groups, eps):
    N, C, H, W = x.shape
    g = x.reshape(N, groups, C // groups, H, W)
    mean = g.mean(axis=(0, 2, 3, 4), keepdims=True)
    var = g.var(axis=(0, 2, 3, 4), keepdims=True)
    return ((g - mean) / np.sqrt(var + eps)).reshape(N, C, H, W)


@wrong(
    "group_norm",
    "Takes groups for the number of channels in a group; it is the number of groups.",
    r"but it is the number of groups",
)
def size_of_a_group(x, groups, eps):
    out = np.empty(x.shape)
    for start in range(0, x.shape[1], groups):
        part = x[:, start : start + groups]
        mean = part.mean(axis=(1, 2, 3), keepdims=True)
        var = part.var(axis=(1, 2, 3), keepdims=True)
        out[:, start : start + groups] = (part - mean) / np.sqrt(var + eps)
    return out


@wrong(
    "group_norm",
    "Mean and variance run over the channels of a group only, so each position has its own; "
    "height and width are missing among the axes.",
    r"Each position has a mean",
)
def each_position(x, groups, eps):
    N, C, H, W = x.shape
    g = x.reshape(N, groups, C // groups, H, W)
    mean = g.mean(axis=2, keepdims=True)
    std = np.sqrt(g.var(axis=2, keepdims=True) + eps)
    return ((g - mean) / std).reshape(x.shape)


# Sends zeros and the unit vectors through both layers and reads the new b and W off the answers.
@right("fold")
def zeros_and_unit_vectors(W, b, gamma, beta, mean, var, eps):
    def both(x):
        return gamma * (x @ W + b - mean) / np.sqrt(var + eps) + beta

    inputs = W.shape[0]
    new_b = both(np.zeros(inputs))
    new_W = both(np.eye(inputs)) - new_b
    return new_W, new_b


# One loop over the units, filling new arrays column by column.
@right("fold")
def loop_over_units(W, b, gamma, beta, mean, var, eps):
    new_W = np.zeros(W.shape)
    new_b = np.zeros(len(b))
    for u in range(len(b)):
        slope = gamma[u] / (var[u] + eps) ** 0.5
        new_W[:, u] = slope * W[:, u]
        new_b[u] = beta[u] - slope * mean[u] + slope * b[u]
    return new_W, new_b


@wrong(
    "fold",
    "Changes the caller's W and b in place instead of making new arrays.",
    r"changes the W and b",
)
def changes_W_and_b(W, b, gamma, beta, mean, var, eps):
    slope = gamma / np.sqrt(var + eps)
    W *= slope
    b -= mean
    b *= slope
    b += beta
    return W, b


@wrong(
    "fold",
    "Forgets the old b, as if it were 0; with remembered means it is not subtracted again, so"
    " it matters.",
    r"old b is missing",
)
def forgets_b(W, b, gamma, beta, mean, var, eps):
    slope = gamma / np.sqrt(var + eps)
    return W * slope, beta - slope * mean


@wrong(
    "fold",
    "The slope multiplies b but not the mean; the mean is subtracted before the slope multiplies.",
    r"mean is not scaled",
)
def mean_not_scaled(W, b, gamma, beta, mean, var, eps):
    slope = gamma / np.sqrt(var + eps)
    new_W = slope * W
    new_b = slope * b - mean + beta
    return new_W, new_b


@wrong(
    "fold",
    "The slopes multiply the rows of W, but a unit's weights are a column.",
    r"\(4, 1\) is unit × 1.*last axis",
)
def slope_times_rows(W, b, gamma, beta, mean, var, eps):
    slope = gamma / np.sqrt(var + eps)
    new_W = slope[:, None] * W
    new_b = slope * (b - mean) + beta
    return new_W, new_b


# Writes the layer as a straight line for each unit: slope times H, plus a constant.
@right("forward")
def straight_line(H, gamma, beta, eps):
    mean = H.mean(axis=0)
    slope = gamma * (H.var(axis=0) + eps) ** -0.5
    return H * slope + (beta - mean * slope)


# Takes one column after the other in double precision, and stacks the finished columns.
@right("forward")
def stacked_columns(H, gamma, beta, eps):
    columns = []
    for h, g, b in zip(H.T.astype(np.float64), gamma, beta, strict=True):
        c = h - h.sum() / h.size
        columns.append(g * c / np.sqrt(np.dot(c, c) / h.size + eps) + b)
    return np.column_stack(columns)


@wrong(
    "forward",
    "Squares ε under the root; the formula has σ² + ε, and only σ is squared.",
    r"stands ε²",
)
def eps_squared(H, gamma, beta, eps):
    mu, sigma = H.mean(axis=0), H.std(axis=0)
    H_hat = (H - mu) / np.sqrt(sigma**2 + eps**2)
    return gamma * H_hat + beta


@wrong(
    "forward",
    "Parentheses are missing around H − μ, so only μ is divided by the root.",
    r"brackets stand elsewhere",
)
def brackets_missing(H, gamma, beta, eps):
    mu = np.mean(H, axis=0)
    root = np.sqrt(np.var(H, axis=0) + eps)
    return gamma * (H - mu / root) + beta


@wrong(
    "forward",
    "Divides by 4, the number of examples in the table, instead of by the number of rows of "
    "this H.",
    r"number 4 stands there.*`N`",
)
def four_examples(H, gamma, beta, eps):
    mu = np.sum(H, axis=0) / 4
    var = np.sum((H - mu) ** 2, axis=0) / 4
    return gamma * (H - mu) / np.sqrt(var + eps) + beta


@wrong(
    "forward",
    "Two mistakes: the variance is divided by N − 1 instead of N, and γ multiplies β too.",
    r"(?s)γ multiplies β too.*ddof=1",
)
def bessel_and_brackets(H, gamma, beta, eps):
    centered = H - H.mean(axis=0)
    var = np.sum(centered**2, axis=0) / (len(H) - 1)
    return gamma * (centered / np.sqrt(var + eps) + beta)

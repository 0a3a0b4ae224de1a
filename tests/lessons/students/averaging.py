"""Students' population statistics, drift, effective rate."""

import numpy as np

from . import right, wrong

POPULATION, DRIFT, RATE = "population", "drift", "effective_rate"


@right(POPULATION)
def textbook(batches):
    m = batches.shape[1]
    return batches.mean(axis=(0, 1)), m / (m - 1) * batches.var(axis=1).mean(axis=0)


@right(POPULATION)
def loop(batches):
    means, variances = [], []
    for batch in batches:
        means.append(batch.mean(axis=0))
        variances.append(batch.var(axis=0, ddof=1))
    return np.mean(means, axis=0), np.mean(variances, axis=0)


@right(POPULATION)
def running_sums(batches):
    mean = var = 0
    for batch in batches:
        mean = mean + batch.mean(axis=0) / len(batches)
        var = var + ((batch - batch.mean(axis=0)) ** 2).sum(axis=0) / (len(batch) - 1) / len(
            batches
        )
    return mean, var


@wrong(POPULATION, "factor missing", r"m/\(m − 1\)|N − 1")
def no_factor(batches):
    return batches.mean(axis=(0, 1)), batches.var(axis=1).mean(axis=0)


@wrong(POPULATION, "everything together", r"together|all examples")
def everything(batches):
    flat = batches.reshape(-1, batches.shape[-1])
    return flat.mean(axis=0), flat.var(axis=0, ddof=1)


@wrong(POPULATION, "the factor counts batches", r"batches")
def factor_of_batches(batches):
    B = len(batches)
    return batches.mean(axis=(0, 1)), B / (B - 1) * batches.var(axis=1).mean(axis=0)


@wrong(POPULATION, "factor (m − 1)/m", r"upside|\(m − 1\)/m|inverse")
def factor_turned(batches):
    m = batches.shape[1]
    return batches.mean(axis=(0, 1)), (m - 1) / m * batches.var(axis=1).mean(axis=0)


@wrong(POPULATION, "m counts all examples", r"m is|factor|all examples|number of examples")
def factor_of_all(batches):
    m = batches.shape[0] * batches.shape[1]
    return batches.mean(axis=(0, 1)), m / (m - 1) * batches.var(axis=1).mean(axis=0)


@wrong(POPULATION, "stds", r"standard deviation")
def deviations(batches):
    return batches.mean(axis=(0, 1)), batches.std(axis=1, ddof=1).mean(axis=0)


@wrong(POPULATION, "the last batch only", r"last batch")
def last(batches):
    for batch in batches:
        mean = batch.mean(axis=0)
        var = batch.var(axis=0, ddof=1)
    return mean, var


@wrong(POPULATION, "sum over the batches", r"sum")
def sums(batches):
    mean = sum(batch.mean(axis=0) for batch in batches)
    var = sum(batch.var(axis=0, ddof=1) for batch in batches)
    return mean, var


@wrong(POPULATION, "var of the means", r"means")
def spread_of_means(batches):
    return batches.mean(axis=(0, 1)), batches.mean(axis=1).var(axis=0)


@wrong(POPULATION, "m = 4 is written into it", r"\b4\b|written")
def four(batches):
    return batches.mean(axis=(0, 1)), 4 / 3 * batches.var(axis=1).mean(axis=0)


@wrong(POPULATION, "one number over the units", r"units")
def one_number(batches):
    return batches.mean(axis=(0, 1)), batches.var(axis=1, ddof=1).mean()


@wrong(POPULATION, "a number for each batch", r"each batch|shape|axis|examples")
def for_each_batch(batches):
    return batches.mean(axis=1), batches.var(axis=1, ddof=1)


@wrong(POPULATION, "an exponential moving average", r"moving|average|weigh|last")
def moving(batches):
    mean, var = batches[0].mean(axis=0), batches[0].var(axis=0, ddof=1)
    for batch in batches[1:]:
        mean = 0.9 * mean + 0.1 * batch.mean(axis=0)
        var = 0.9 * var + 0.1 * batch.var(axis=0, ddof=1)
    return mean, var


@wrong(POPULATION, "var, mean", r"mean first|order|var, mean|swap")
def swapped(batches):
    return batches.var(axis=1, ddof=1).mean(axis=0), batches.mean(axis=(0, 1))


@right(DRIFT)
def drift_in_a_line(means, stds):
    return np.mean(np.abs(means[1:] - means[:-1]) / stds[:-1])


@right(DRIFT)
def drift_in_loops(means, stds):
    total, count = 0.0, 0
    for t in range(len(means) - 1):
        for u in range(means.shape[1]):
            total += abs(means[t + 1, u] - means[t, u]) / stds[t, u]
            count += 1
    return total / count


@wrong(DRIFT, "signed", r"cancel|size|absolute")
def signed(means, stds):
    return np.mean(np.diff(means, axis=0) / stds[:-1])


@wrong(DRIFT, "absolute value at the end", r"cancel|size|absolute|each")
def absolute_at_the_end(means, stds):
    return np.abs(np.mean(np.diff(means, axis=0) / stds[:-1]))


@wrong(DRIFT, "the std afterwards", r"after")
def std_after(means, stds):
    return np.mean(np.abs(np.diff(means, axis=0)) / stds[1:])


@wrong(
    DRIFT,
    "divided by the number of rows in place of steps",
    r"one (less|fewer)|steps|rows|number of",
)
def rows_not_steps(means, stds):
    moved = np.abs(np.diff(means, axis=0)) / stds[:-1]
    return moved.sum() / means.size


@wrong(DRIFT, "ratio of averages", r"ratio|average spread|each unit|first")
def ratio_of_averages(means, stds):
    return np.mean(np.abs(np.diff(means, axis=0))) / np.mean(stds[:-1])


@wrong(DRIFT, "root mean square", r"squar|root")
def rms(means, stds):
    return np.sqrt(np.mean((np.diff(means, axis=0) / stds[:-1]) ** 2))


@wrong(DRIFT, "a sum", r"sum")
def drift_sum(means, stds):
    return np.sum(np.abs(np.diff(means, axis=0)) / stds[:-1])


@wrong(DRIFT, "between units", r"units")
def between_units(means, stds):
    return np.mean(np.abs(np.diff(means)) / stds[:, :-1])


@wrong(DRIFT, "relative to the mean", r"mean|spread|std")
def relative_to_the_mean(means, stds):
    return np.mean(np.abs(np.diff(means, axis=0) / means[:-1]))


@wrong(DRIFT, "not divided", r"(division|spread|std).*(missing|not)")
def undivided(means, stds):
    return np.abs(np.diff(means, axis=0)).mean()


@wrong(DRIFT, "multiplied", r"multipl")
def multiplied(means, stds):
    return np.mean(np.abs(np.diff(means, axis=0)) * stds[:-1])


@wrong(DRIFT, "from the start", r"start")
def from_the_start(means, stds):
    return np.mean(np.abs(means[1:] - means[0]) / stds[0])


@wrong(DRIFT, "one unit only", r"unit")
def first_unit(means, stds):
    return np.mean(np.abs(np.diff(means[:, 0])) / stds[:-1, 0])


@wrong(DRIFT, "per unit", r"shape|number is left|one number")
def per_unit(means, stds):
    return np.mean(np.abs(np.diff(means, axis=0)) / stds[:-1], axis=0)


@right(RATE)
def rate_in_a_line(W, lr):
    return lr / (W**2).sum(axis=0)


@right(RATE)
def rate_by_norm(W, lr):
    return np.array([lr / np.linalg.norm(W[:, j]) ** 2 for j in range(W.shape[1])])


@right(RATE)
def rate_by_product(W, lr):
    return lr / np.diag(W.T @ W)


@wrong(RATE, "length, not squared", r"square|length")
def by_length(W, lr):
    return lr / np.linalg.norm(W, axis=0)


@wrong(RATE, "over the whole array", r"whole array|each unit")
def whole_array(W, lr):
    return lr / np.linalg.norm(W) ** 2


@wrong(RATE, "rows", r"axis 1|one input|column")
def rows(W, lr):
    return lr / (W**2).sum(axis=1)


@wrong(RATE, "times", r"multipl|turn more slowly")
def times(W, lr):
    return lr * (W**2).sum(axis=0)


@wrong(RATE, "sum of sizes", r"absolute|size|squares")
def sum_of_sizes(W, lr):
    return lr / np.abs(W).sum(axis=0)


@wrong(RATE, "variance", r"mean|variance")
def by_variance(W, lr):
    return lr / W.var(axis=0)


@wrong(RATE, "own lr", r"lr")
def own_lr(W, lr):
    return 0.1 / (W**2).sum(axis=0)


@wrong(RATE, "fourth power", r"twice|fourth|squared? again|square of the square|\|w\|⁴|power")
def fourth_power(W, lr):
    return lr / (W**2).sum(axis=0) ** 2


@wrong(RATE, "lr squared", r"lr.*(twice|squared)|lr²")
def lr_squared(W, lr):
    return lr**2 / (W**2).sum(axis=0)


@wrong(RATE, "lr under the norm", r"lr|root|length")
def root_of_all(W, lr):
    return np.sqrt(lr / (W**2).sum(axis=0))


@wrong(RATE, "inverse", r"upside|inverse|divi|multipl")
def upside_down(W, lr):
    return (W**2).sum(axis=0) / lr


@wrong(RATE, "the largest weight", r"largest|max")
def largest(W, lr):
    return lr / np.abs(W).max(axis=0) ** 2


@wrong(RATE, "the sum squared", r"square of the sum|squares")
def sum_squared(W, lr):
    return lr / W.sum(axis=0) ** 2

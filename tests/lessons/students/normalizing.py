"""Students' normalize: f(H, eps) -> H_hat."""

import numpy as np

from . import right, wrong

CHECK = "normalize"
_first = []


@right(CHECK)
def textbook(H, eps):
    mean = H.mean(axis=0)
    var = H.var(axis=0)
    return (H - mean) / np.sqrt(var + eps)


@right(CHECK)
def loop_over_units(H, eps):
    out = np.zeros_like(H)
    for j in range(H.shape[1]):
        h = H[:, j]
        centered = h - h.mean()
        out[:, j] = centered / (np.mean(centered**2) + eps) ** 0.5
    return out


@right(CHECK)
def deviations(H, eps):
    N = H.shape[0]
    dev = H - np.sum(H, axis=0) / N
    return dev * (np.sum(dev * dev, axis=0) / N + eps) ** -0.5


@right(CHECK)
def std_squared(H, eps):
    return (H - H.mean(0)) / np.sqrt(H.std(0) ** 2 + eps)


@right(CHECK)
def transposed(H, eps):
    X = H.T
    X = (X - X.mean(axis=1, keepdims=True)) / np.sqrt(X.var(axis=1, keepdims=True) + eps)
    return X.T


@right(CHECK)
def unbiased_undone(H, eps):
    N = len(H)
    return (H - H.mean(0)) / np.sqrt(H.var(0, ddof=1) * (N - 1) / N + eps)


@right(CHECK)
def centered_first(H, eps):
    centered = np.subtract(H, H.mean(axis=0))
    return centered / np.sqrt(np.var(centered, axis=0) + eps)


@right(CHECK)
def python_lists(H, eps):
    rows = [list(map(float, row)) for row in H]
    columns = list(zip(*rows, strict=True))
    done = []
    for column in columns:
        m = sum(column) / len(column)
        v = sum((x - m) ** 2 for x in column) / len(column)
        done.append([(x - m) / (v + eps) ** 0.5 for x in column])
    return [list(row) for row in zip(*done, strict=True)]


@wrong(CHECK, "N − 1", r"N − 1|ddof")
def bessel(H, eps):
    N = len(H)
    mu = H.sum(0) / N
    var = ((H - mu) ** 2).sum(0) / (N - 1)
    return (H - mu) / np.sqrt(var + eps)


@wrong(CHECK, "layer norm", r"axis 1|of one example")
def layer_norm(H, eps):
    mu = H.mean(axis=1, keepdims=True)
    return (H - mu) / np.sqrt(H.var(axis=1, keepdims=True) + eps)


@wrong(
    CHECK,
    "mean over the examples, variance over the units",
    r"(variance|spread|divi).*(axis 1|of one example)",
)
def half_layer_norm(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt(H.var(axis=1, keepdims=True) + eps)


@wrong(CHECK, "variance over everything", r"(variance|spread|divi).*whole array")
def one_variance(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt(H.var() + eps)


@wrong(CHECK, "mean over everything", r"mean.*whole array")
def one_mean(H, eps):
    return (H - H.mean()) / np.sqrt(H.var(axis=0) + eps)


@wrong(CHECK, "ε outside of the root", r"(root|outside)")
def eps_outside(H, eps):
    return (H - H.mean(axis=0)) / (np.sqrt(H.var(axis=0)) + eps)


@wrong(CHECK, "ε never used", r"ε is missing|ε (is|does) not|without ε")
def no_eps(H, eps):
    return (H - H.mean(axis=0)) / H.std(axis=0)


@wrong(CHECK, "own ε, 1e-3", r"(1e-3|0\.001|10⁻³).*|argument eps")
def own_eps(H, eps=1e-3):
    eps = 1e-3
    return (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)


@wrong(
    CHECK,
    "brackets: only the mean is divided",
    r"[Bb]racket|only the mean|H is not divided|precedence",
)
def no_brackets(H, eps):
    return H - H.mean(axis=0) / np.sqrt(H.var(axis=0) + eps)


@wrong(
    CHECK, "only centered", r"(divi|spread|variance).*missing|not divided|only (centered|subtract)"
)
def only_centered(H, eps):
    return H - H.mean(axis=0)


@wrong(CHECK, "only divided", r"mean is (still|not)|subtract")
def only_scaled(H, eps):
    return H / np.sqrt(H.var(axis=0) + eps)


@wrong(CHECK, "divided by the variance", r"a variance|root is missing|square root")
def by_variance(H, eps):
    return (H - H.mean(axis=0)) / (H.var(axis=0) + eps)


@wrong(CHECK, "multiplies by the spread", r"multipl")
def times_spread(H, eps):
    return (H - H.mean(axis=0)) * np.sqrt(H.var(axis=0) + eps)


@wrong(CHECK, "the mean is added", r"add|sign")
def mean_added(H, eps):
    return (H + H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)


@wrong(CHECK, "the other way around: mean − H", r"other way|sign|− H|turned")
def turned(H, eps):
    return (H.mean(axis=0) - H) / np.sqrt(H.var(axis=0) + eps)


@wrong(CHECK, "squares summed, not averaged", r"sum|N times|divided by N|by the number of examples")
def sum_of_squares(H, eps):
    dev = H - H.mean(axis=0)
    return dev / np.sqrt((dev**2).sum(axis=0) + eps)


@wrong(
    CHECK,
    "variance around zero",
    r"E\[H²\]|mean of the squares|mean square|around (0|zero)|squares of H",
)
def mean_square(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt((H**2).mean(axis=0) + eps)


@wrong(CHECK, "min-max scaling", r"min")
def min_max(H, eps):
    return (H - H.min(axis=0)) / (H.max(axis=0) - H.min(axis=0) + eps)


@wrong(CHECK, "ε squared", r"ε²|squared|√ε|own ε|ε.*(square|other)")
def eps_squared(H, eps):
    return (H - H.mean(axis=0)) / np.hypot(H.std(axis=0), eps)


@wrong(CHECK, "the median in place of the mean", r"median")
def robust(H, eps):
    return (H - np.median(H, axis=0)) / np.sqrt(H.var(axis=0) + eps)


@wrong(CHECK, "the variance around the median", r"median|squares")
def deviation_from_median(H, eps):
    dev = H - np.median(H, axis=0)
    return (H - H.mean(axis=0)) / np.sqrt((dev**2).mean(axis=0) + eps)


@wrong(CHECK, "mean absolute deviation", r"absolute")
def absolute_deviation(H, eps):
    dev = H - H.mean(axis=0)
    return dev / (np.abs(dev).mean(axis=0) + eps)


@wrong(CHECK, "normalized twice", r"twice|again|once")
def twice(H, eps):
    for _ in range(2):
        H = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    return H


@wrong(CHECK, "ε added to the result", r"ε.*(end|result|outside|bracket)|[Bb]racket")
def eps_at_the_end(H, eps):
    return (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0)) + eps


@wrong(CHECK, "rounded", r"[Rr]ound|decimals")
def rounded(H, eps):
    return np.round((H - H.mean(0)) / np.sqrt(H.var(0) + eps), 3)


@wrong(CHECK, "statistics of the first batch for ever", r"keep|remember|first batch|earlier")
def first_batch_for_ever(H, eps):
    if not _first:
        _first.append((H.mean(axis=0), H.var(axis=0)))
    mean, var = _first[0] if _first[0][0].shape == H.shape[1:] else (H.mean(0), H.var(0))
    return (H - mean) / np.sqrt(var + eps)


@wrong(CHECK, "the loop leaves the last unit", r"last unit|unit 3|unit.*(0|zero|untouched)")
def last_unit_forgotten(H, eps):
    out = np.zeros_like(H)
    for j in range(H.shape[1] - 1):
        out[:, j] = (H[:, j] - H[:, j].mean()) / np.sqrt(H[:, j].var() + eps)
    return out


@wrong(CHECK, "fixed four units", r"written|only for|shape")
def four_units(H, eps):
    out = np.zeros_like(H)
    for j in range(4):
        out[:, j] = (H[:, j] - H[:, j].mean()) / np.sqrt(H[:, j].var() + eps)
    return out


@wrong(CHECK, "one pass", r"difference of two large|digits")
def one_pass(H, eps):
    mean = H.mean(0)
    return (H - mean) / np.sqrt((H * H).mean(0) - mean * mean + eps)


@wrong(CHECK, "works in place", r"changes the H|in place")
def in_place(H, eps):
    H -= H.mean(axis=0)
    H /= np.sqrt(H.var(axis=0) + eps)
    return H


@wrong(CHECK, "var after the name is centered wrongly: std of std", r"spread|divi|root|std")
def root_twice(H, eps):
    std = np.std(H, axis=0)
    return (H - H.mean(axis=0)) / np.sqrt(std + eps)


@wrong(CHECK, "N − 1 and no ε", r"(?s)(N − 1|ddof).*ε is missing|ε is missing.*(N − 1|ddof)")
def bessel_and_no_eps(H, eps):
    return (H - H.mean(axis=0)) / H.std(axis=0, ddof=1)


@wrong(
    CHECK,
    "mean over all and N − 1",
    r"(?s)mean.*whole array.*(N − 1|ddof)|(N − 1|ddof).*mean.*whole array",
)
def overall_mean_and_bessel(H, eps):
    return (H - H.mean()) / np.sqrt(H.var(axis=0, ddof=1) + eps)


@wrong(CHECK, "returns the statistics too", r"tuple|one thing|two things")
def returns_too_much(H, eps):
    mean, var = H.mean(axis=0), H.var(axis=0)
    return (H - mean) / np.sqrt(var + eps), mean, var


@wrong(CHECK, "clipped to ±1", r"clip|−1|between|cut|limit")
def clipped(H, eps):
    return np.clip((H - H.mean(0)) / np.sqrt(H.var(0) + eps), -1, 1)


@wrong(CHECK, "a shape error", r"shape|broadcast|axis")
def does_not_fit(H, eps):
    return (H - H.mean(axis=1)) / np.sqrt(H.var(axis=1) + eps)


@wrong(CHECK, "one argument only", r"argument")
def one_argument(H):
    return (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + 1e-5)

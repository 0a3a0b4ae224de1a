"""Wrong functions that were written when the checks stood, from what their recipes do not list.

They measure what a check says of a mistake that nobody thought of.
"""

import numpy as np

from . import wrong


@wrong("mean", "weighted: later examples count more", r"weigh|example")
def weighted(H):
    return np.average(H, axis=0, weights=np.arange(1, len(H) + 1))


@wrong("mean", "every second example", r"every|second|example")
def every_second(H):
    return H[::2].mean(axis=0)


@wrong("mean", "sorted units", r"order|sorted")
def sorted_units(H):
    return np.sort(H.mean(axis=0))


@wrong("mean", "running average with a wrong weight", r"last|weigh|half")
def halving(H):
    mean = H[0]
    for row in H[1:]:
        mean = (mean + row) / 2
    return mean


@wrong("mean", "the geometric mean", r"log|geometric|absolute|product")
def geometric(H):
    return np.exp(np.log(np.abs(H)).mean(axis=0))


@wrong(
    "mean", "a total that is not reset for the next unit", r"reset|add|earlier unit|first unit|0 at"
)
def not_reset(H):
    means, total = [], 0
    for j in range(H.shape[1]):
        for i in range(H.shape[0]):
            total += H[i, j]
        means.append(total / H.shape[0])
    return np.array(means)


@wrong("mean", "divided twice", r"twice|divi|N times")
def divided_twice(H):
    return H.mean(axis=0) / len(H)


@wrong("mean", "units in reversed order", r"order|revers")
def reversed_units(H):
    return H[:, ::-1].mean(axis=0)


@wrong("mean", "trimmed mean", r"trim|smallest|largest|example|left out|leaves out")
def trimmed(H):
    return np.sort(H, axis=0)[1:-1].mean(axis=0)


@wrong("mean", "division by N + 1", r"N \+ 1")
def one_more(H):
    return H.sum(axis=0) / (len(H) + 1)


@wrong("normalize", "a stray 2 under the root", r"2|twice|√|factor")
def two_variances(H, eps):
    return (H - H.mean(0)) / np.sqrt(2 * H.var(0) + eps)


@wrong("normalize", "ε/N", r"ε")
def eps_over_n(H, eps):
    return (H - H.mean(0)) / np.sqrt(((H - H.mean(0)) ** 2).sum(0) / len(H) + eps / len(H))


@wrong("normalize", "mean computed after dividing", r"mean|subtract")
def divided_then_centered_wrongly(H, eps):
    scaled = H / np.sqrt(H.var(axis=0) + eps)
    return scaled - scaled.mean()


@wrong("normalize", "ε is subtracted", r"ε.*(subtract|sign|minus)|ε|var - eps")
def minus_eps(H, eps):
    return (H - H.mean(0)) / np.sqrt(np.abs(H.var(0) - eps))


@wrong("normalize", "interquartile range", r"spread|divide")
def quartiles(H, eps):
    low, high = np.percentile(H, [25, 75], axis=0)
    return (H - H.mean(0)) / (high - low + eps)


@wrong("normalize", "first example subtracted", r"first example")
def minus_first(H, eps):
    return (H - H[0]) / np.sqrt(H.var(0) + eps)


@wrong("normalize", "norm of the column", r"sum of (the )?squares|N times|not divided by N|√N")
def by_norm(H, eps):
    c = H - H.mean(axis=0)
    return c / np.sqrt(np.linalg.norm(c, axis=0) ** 2 + eps)


@wrong("normalize", "shifted by one unit: spread of the neighbor", r"unit|order|spread")
def neighbor(H, eps):
    return (H - H.mean(0)) / np.sqrt(np.roll(H.var(0), 1) + eps)


@wrong("normalize", "one unit's statistics for all", r"first unit|unit 0|one unit")
def first_unit_for_all(H, eps):
    return (H - H[:, 0].mean()) / np.sqrt(H[:, 0].var() + eps)


@wrong("normalize", "variance capped at 1", r"1|least|max|where|unit")
def capped(H, eps):
    return (H - H.mean(0)) / np.sqrt(np.maximum(H.var(0), 1) + eps)


@wrong("normalize", "a softmax", r"straight|line|exp|softmax|not (a|linear)")
def softmax(H, eps):
    e = np.exp(H - H.max(axis=0))
    return e / e.sum(axis=0)


@wrong("normalize", "multiplies by N", r"N")
def n_times(H, eps):
    return len(H) * (H - H.mean(0)) / np.sqrt(H.var(0) + eps)


@wrong(
    "normalize",
    "var of the rows, mean of the whole",
    r"(?s)mean.*whole array.*axis 1|axis 1.*whole array",
)
def whole_and_rows(H, eps):
    return (H - H.mean()) / np.sqrt(H.var(axis=1, keepdims=True) + eps)


@wrong("normalize", "ε ten times too large", r"ε")
def ten_eps(H, eps):
    return (H - H.mean(0)) / np.sqrt(H.var(0) + 10 * eps)


@wrong("undo", "γ·mean for β and variance for γ", r"(?s)variance.*β|β.*variance")
def variance_and_times(H, eps):
    return H.var(axis=0) + eps, H.mean(axis=0) * np.sqrt(H.var(axis=0) + eps)


@wrong("undo", "γ doubled", r"γ.*twice|twice.*γ")
def gamma_twice(H, eps):
    return 2 * np.sqrt(H.var(axis=0) + eps), H.mean(axis=0)


@wrong("undo", "β computed from two examples only", r"example|β")
def beta_from_two(H, eps):
    return np.sqrt(H.var(axis=0) + eps), (H[0] + H[-1]) / 2


@wrong("undo", "γ right, β = 0", r"β = 0|β.*0|mean has to")
def no_beta(H, eps):
    return np.sqrt(H.var(axis=0) + eps), np.zeros(H.shape[1])


@wrong("undo", "γ = 1, β right", r"γ = 1|γ.*1")
def no_gamma(H, eps):
    return np.ones(H.shape[1]), H.mean(axis=0)


@wrong("undo", "γ negative", r"γ.*sign|sign.*γ")
def negative(H, eps):
    return -np.sqrt(H.var(axis=0) + eps), H.mean(axis=0)


@wrong("undo", "β minus ε", r"ε.*β|β.*ε")
def beta_minus_eps(H, eps):
    return np.sqrt(H.var(axis=0) + eps), H.mean(axis=0) - eps


@wrong("undo", "swapped and without ε", r"(?s)swap.*ε is missing")
def swapped_without_eps(H, eps):
    return H.mean(axis=0), H.std(axis=0)

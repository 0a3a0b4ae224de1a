"""Students' means: f(H) -> one mean for each unit."""

import math

import numpy as np

from . import right, wrong

CHECK = "mean"
H = np.random.default_rng(5).normal(2, 3, (64, 50))  # the notebook's own batch
_seen = []
_kept = {}
_buffer = np.empty(4)


@right(CHECK)
def axis(H):
    return H.mean(axis=0)


@right(CHECK)
def columns(H):
    return np.array([np.mean(H[:, j]) for j in range(H.shape[1])])


@right(CHECK)
def two_loops(H):
    n, d = H.shape
    means = []
    for j in range(d):
        total = 0
        for i in range(n):
            total += H[i][j]
        means.append(total / n)
    return means


@right(CHECK)
def product(H):
    return np.ones(len(H)) @ H / len(H)


@right(CHECK)
def einsum(H):
    return np.einsum("ij->j", H) / H.shape[0]


@right(CHECK)
def exact_sums(H):
    return np.array([math.fsum(column) / len(column) for column in H.T])


@right(CHECK)
def through_the_transpose(H):
    return np.average(H.T, axis=1)


@right(CHECK)
def row(H):
    return H.mean(0, keepdims=True)


@right(CHECK)
def step_by_step_average(H):
    mean = np.zeros(H.shape[1])
    for n, x in enumerate(H, start=1):
        mean += (x - mean) / n
    return mean


@wrong(CHECK, "over the units of one example", r"axis 1|axis=1|of one example|over the units")
def rows(H):
    return H.mean(axis=1)


@wrong(CHECK, "over everything", r"whole array|everything|name an axis")
def overall(H):
    return np.mean(H)


@wrong(CHECK, "over everything, repeated", r"whole array|everything|one number for all")
def overall_repeated(H):
    return np.full(H.shape[1], H.mean())


@wrong(CHECK, "the sum, undivided", r"sum")
def undivided(H):
    return H.sum(axis=0)


@wrong(
    CHECK, "divided by the number of units", r"number of units|units instead|by the units|4 units"
)
def wrong_count(H):
    return H.sum(axis=0) / H.shape[1]


@wrong(CHECK, "divided by N − 1", r"N − 1")
def one_less(H):
    return H.sum(axis=0) / (len(H) - 1)


@wrong(CHECK, "the median", r"median")
def median(H):
    return np.median(H, axis=0)


@wrong(CHECK, "8 examples are written into it", r"\b8\b.*(written|fixed|number)|written into")
def eight(H):
    return H.sum(axis=0) / 8


@wrong(
    CHECK, "the first example is left out", r"first example|one example is missing|left out|row 0"
)
def from_one(H):
    total = np.zeros(H.shape[1])
    for i in range(1, len(H)):
        total += H[i]
    return total / len(H)


@wrong(CHECK, "the last example is left out", r"last example|left out")
def to_the_last(H):
    return H[:-1].mean(axis=0)


@wrong(CHECK, "return inside of the loop: the first unit only", r"first unit|one unit|inside")
def returns_early(H):
    means = []
    for j in range(H.shape[1]):
        means.append(H[:, j].mean())
        return means


@wrong(CHECK, "rounded", r"[Rr]ound|decimals")
def rounded(H):
    return np.round(H.mean(axis=0), 2)


@wrong(CHECK, "uses another H, not its argument", r"argument|outside|global|another H")
def another_batch(h):
    return H.mean(axis=0)[:4]


@wrong(CHECK, "keeps everything it has seen", r"remember|keep|same batch|earlier|outside|twice")
def collects(h):
    _seen.extend(np.asarray(h))
    return np.mean(_seen, axis=0)


@wrong(CHECK, "remembers the first result", r"remember|keep|first|earlier")
def cached(h):
    if "mean" not in _kept:
        _kept["mean"] = h.mean(axis=0)
    return _kept["mean"]


@wrong(CHECK, "writes into a buffer that it returned before", r"earlier|buffer|same array|overwrit")
def buffered(h):
    out = _buffer if h.shape[1] == 4 else np.empty(h.shape[1])
    return np.mean(h, axis=0, out=out)


@wrong(CHECK, "prints and returns nothing", r"print|return")
def prints(H):
    print(H.mean(axis=0))


@wrong(CHECK, "no return", r"return")
def no_return(H):
    mean = H.mean(axis=0)  # noqa: F841


@wrong(CHECK, "a misspelt name", r"NameError.*hh|hh.*not defined")
def misspelt(H):
    return hh.mean(axis=0)  # noqa: F821


@wrong(CHECK, "an endless loop", r"endless|seconds|stopped|loop")
def endless(H):
    i = 0
    total = 0
    while i < len(H):
        total = total + H[i]
    return total / len(H)


@wrong(CHECK, "the spread in place of the mean", r"standard deviation|spread")
def spread(H):
    return H.std(axis=0)


@wrong(CHECK, "the mean of the sizes", r"absolute|size|\|H\||sign")
def absolute(H):
    return np.abs(H).mean(axis=0)


@wrong(CHECK, "subtracts it from H in place of returning it", r"shape")
def centered(H):
    return H - H.mean(axis=0)


@wrong(CHECK, "integer division", r"[Rr]ound|whole|decimals|fraction|//")
def floors(H):
    return H.sum(axis=0) // len(H)


@wrong(CHECK, "changes H", r"changes the H|in place")
def sorts(H):
    H.sort(axis=0)
    return H.mean(axis=0)


@wrong(CHECK, "ends the program", r"exit")
def exits(H):
    if H.mean() > -1e9:
        raise SystemExit
    return H.mean(axis=0)


@wrong(CHECK, "calls itself without end", r"itself|recurs")
def recursive(H):
    return recursive(H - H.mean(axis=0)) + H.mean(axis=0)


@wrong(CHECK, "whole-number rounding by a type", r"whole numbers|int")
def whole(H):
    return H.mean(axis=0).astype(int)

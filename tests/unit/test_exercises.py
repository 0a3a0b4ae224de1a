"""Each usual mistake gets its own message, whatever the batch; right answers pass."""

import numpy as np
import pytest

from bn_lib import exercises
from bn_lib.exercises import (
    Verdict,
    check_backward,
    check_mean,
    check_normalize,
    check_saturated,
    check_undo,
)
from bn_lib.exercises.mistakes import EPS
from bn_lib.measure import saturated
from bn_lib.normalization import (
    batch_norm,
    batch_norm_backward,
    moments,
    normalize,
    undo_parameters,
)

SEEDS = range(5)


RIGHT_MEAN = {
    "numpy": lambda H: H.mean(axis=0),
    "library": lambda H: moments(H)[0],
    "kept axes": lambda H: H.mean(axis=0, keepdims=True),
    "a list": lambda H: [sum(column) / len(column) for column in H.T.tolist()],
}

WRONG_MEAN = {
    "nothing": (lambda H: None, "Not yet"),
    "examples": (lambda H: H.mean(axis=1), "over the units of one example"),
    "whole array": (lambda H: H.mean(), "over the whole array"),
    "sum": (lambda H: H.sum(axis=0), "H has 4 units, and their means are"),
    "in place": (lambda H: H.mean(axis=0, out=H[0]), "changes the H it was given"),
}


def in_place(H, eps):
    H -= H.mean(axis=0)
    H /= np.sqrt((H**2).mean(axis=0) + eps)
    return H


def one_pass(H, eps):
    mean = H.mean(axis=0)
    return (H - mean) / np.sqrt((H**2).mean(axis=0) - mean**2 + eps)


def by_hand(H, eps):
    columns = []
    for column in H.T:
        centred = column - sum(column) / len(column)
        columns.append(centred * (np.dot(centred, centred) / len(column) + eps) ** -0.5)
    return np.stack(columns, axis=1)


RIGHT_NORMALIZE = {
    "library": normalize,
    "numpy": lambda H, eps: (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps),
    "std": lambda H, eps: (H - H.mean(0)) / np.sqrt(H.std(0, keepdims=True) ** 2 + eps),
    "by hand": by_hand,
    "hypot": lambda H, eps: (H - H.mean(0)) / np.hypot(H.std(0), np.sqrt(eps)),
    "wide": lambda H, eps: np.asarray(normalize(H.astype(np.float64), eps)),
    "a list": lambda H, eps: normalize(H, eps).tolist(),
}

WRONG_NORMALIZE = {
    "nothing": (lambda H, eps: None, "Not yet"),
    "dots": (lambda H, eps: ..., "Not yet"),
    "N - 1": (lambda H, eps: (H - H.mean(0)) / np.sqrt(H.var(0, ddof=1) + eps), "ddof=1"),
    "examples": (
        lambda H, eps: (H - H.mean(1, keepdims=True)) / np.sqrt(H.var(1, keepdims=True) + eps),
        "axis 1",
    ),
    "whole array": (lambda H, eps: (H - H.mean()) / np.sqrt(H.var() + eps), "whole array"),
    "eps outside": (lambda H, eps: (H - H.mean(0)) / (H.std(0) + eps), "added to the root"),
    "no eps": (lambda H, eps: (H - H.mean(0)) / H.std(0), "ε is missing"),
    "fixed eps": (lambda H, eps: (H - H.mean(0)) / np.sqrt(H.var(0) + 1e-5), "1e-5 whatever"),
    "variance": (lambda H, eps: (H - H.mean(0)) / (H.var(0) + eps), "divide by a variance"),
    "not centred": (lambda H, eps: H / np.sqrt(H.var(0) + eps), "mean is still in it"),
    "one pass": (one_pass, "difference of two large numbers"),
    "in place": (in_place, "changes the H it was given"),
    "one unit": (lambda H, eps: normalize(H[:, 0], eps), "shape (8,), but H has the shape (8, 4)"),
    "transposed": (lambda H, eps: normalize(H, eps).T, "shape (4, 8)"),
    "integers": (lambda H, eps: normalize(H, eps).astype(int), "whole numbers (int64)"),
    "half": (lambda H, eps: normalize(H, eps).astype("f4"), "type float32"),
    "text": (lambda H, eps: "H_hat", "an array of numbers, but it is of type str"),
    "a pair": (lambda H, eps: (normalize(H, eps), H), "but it is of type tuple"),
    "rows of two lengths": (lambda H, eps: [[1.0], [1.0, 2.0]], "but it is of type list"),
    "true or false": (lambda H, eps: H > 0, "but it is of type ndarray of bool"),
    "nan": (lambda H, eps: np.where(H > 5, np.nan, H), "NaN or infinite, the first at index"),
    "something": (lambda H, eps: np.tanh(H), "one by one"),
}


def pair(gamma, beta):
    return lambda H, eps: (gamma(H, eps), beta(H, eps))


def std(H, eps):
    return np.sqrt(H.var(0) + eps)


def mean(H, eps):
    return H.mean(0)


RIGHT_UNDO = {
    "library": undo_parameters,
    "numpy": pair(std, mean),
    "a list": lambda H, eps: [std(H, eps), mean(H, eps)],
    "an array": lambda H, eps: np.stack([std(H, eps), mean(H, eps)]),
    "kept axes": lambda H, eps: (std(H, eps)[None], H.mean(0, keepdims=True)),
    "moments": lambda H, eps: (np.sqrt(moments(H)[1] + eps), moments(H)[0]),
}

WRONG_UNDO = {
    "nothing": (lambda H, eps: None, "Not yet"),
    "no eps": (pair(lambda H, eps: H.std(0), mean), "ε is missing"),
    "fixed eps": (pair(lambda H, eps: np.sqrt(H.var(0) + 1e-5), mean), "1e-5 whatever"),
    "eps outside": (pair(lambda H, eps: H.std(0) + eps, mean), "added to the root"),
    "N - 1": (pair(lambda H, eps: np.sqrt(H.var(0, ddof=1) + eps), mean), "ddof=1"),
    "variance": (pair(lambda H, eps: H.var(0) + eps, mean), "γ is a variance"),
    "swapped": (pair(mean, std), "turn the two round"),
    "inverse": (
        pair(lambda H, eps: 1 / std(H, eps), lambda H, eps: -mean(H, eps) / std(H, eps)),
        "which is what normalizing itself adds",
    ),
    "one over": (pair(lambda H, eps: 1 / std(H, eps), mean), "γ divides once more"),
    "minus": (pair(std, lambda H, eps: -H.mean(0)), "wrong sign"),
    "mean / std": (pair(std, lambda H, eps: H.mean(0) / std(H, eps)), "β is divided"),
    "examples": (
        pair(lambda H, eps: np.sqrt(H.var(1) + eps), lambda H, eps: H.mean(1)),
        "over the units of one example",
    ),
    "whole array": (
        pair(lambda H, eps: np.sqrt(H.var() + eps), lambda H, eps: H.mean()),
        "whole array",
    ),
    "batch norm": (pair(lambda H, eps: np.ones(4), lambda H, eps: np.zeros(4)), "one at a time"),
    "one thing": (
        lambda H, eps: std(H, eps),
        "Return two things: γ, β. What came is of type ndarray, length 4",
    ),
    "an array of no axis": (lambda H, eps: np.array(1.0), "two things: γ, β. What came is of type"),
    "three things": (lambda H, eps: (std(H, eps), mean(H, eps), H), "of type tuple, length 3"),
    "nan": (pair(lambda H, eps: np.log(np.sign(H.mean(0)) + 1), mean), "of γ are NaN"),
    "in place": (
        pair(std, lambda H, eps: [H.mean(0), in_place(H, eps)][0]),
        "changes the H it was given",
    ),
    "one pass": (
        pair(lambda H, eps: np.sqrt((H**2).mean(0) - H.mean(0) ** 2 + eps), mean),
        "difference of two large numbers",
    ),
}


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


def slope(z):
    return sigmoid(z) * (1 - sigmoid(z))


RIGHT_SATURATED = {
    "mean": lambda z, threshold: np.mean(slope(z) < threshold),
    "count": lambda z, threshold: np.count_nonzero(slope(z) < threshold) / z.size,
    "python": lambda z, threshold: float((slope(z) < threshold).mean()),
    "tanh": lambda z, threshold: np.mean((1 - np.tanh(z / 2) ** 2) / 4 < threshold),
    "one side safe": lambda z, threshold: np.mean(
        np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2 < threshold
    ),
}

WRONG_SATURATED = {
    "nothing": (lambda z, t: None, "Not yet"),
    "value": (lambda z, t: np.mean(sigmoid(z) < t), "sigmoid's value with the threshold"),
    "both ends": (
        lambda z, t: np.mean((sigmoid(z) < t) | (1 - sigmoid(z) < t)),
        "how near the sigmoid's value is to 0 or 1",
    ),
    "or equal": (lambda z, t: np.mean(slope(z) <= t), "below is <"),
    "not saturated": (lambda z, t: np.mean(slope(z) >= t), "that are not saturated"),
    "right": (lambda z, t: np.mean((slope(z) < t) & (z > 0)), "positive z only"),
    "left": (lambda z, t: np.mean((slope(z) < t) & (z < 0)), "negative z only"),
    "z itself": (lambda z, t: np.mean(np.abs(z) > t), "z itself"),
    "tanh": (lambda z, t: np.mean(1 - np.tanh(z) ** 2 < t), "slope of tanh"),
    "percent": (lambda z, t: 100 * np.mean(slope(z) < t), "percent"),
    "count": (lambda z, t: np.sum(slope(z) < t), "You give a count"),
    "per unit": (lambda z, t: np.mean(slope(z) < t, axis=0), "shape (8,)"),
    "mask": (lambda z, t: slope(z) < t, "shape (50, 8)"),
    "rows of two lengths": (lambda z, t: [[0.1], [0.1, 0.2]], "but it is of type list"),
    "any": (lambda z, t: bool((slope(z) < t).any()), "but it is of type bool"),
    "nan": (
        lambda z, t: np.mean(np.exp(-z) / (1 + np.exp(-z)) ** 2 < t),
        "the exponential overflows",
    ),
    "in place": (lambda z, t: np.mean(slope(np.abs(z, out=z)) < t), "changes the z"),
    "something": (lambda z, t: 0.5, "step by step"),
}


def mean_of(dy, H_hat):
    return dy.mean(0)


def along(dy, H_hat):
    return H_hat * (dy * H_hat).mean(0)


def paper(dy, H_hat, gamma, std):
    """The equations of Ioffe & Szegedy 2015, section 3, with dvar and dmean as they stand."""
    N, centred = len(dy), H_hat * std
    dH_hat = dy * gamma
    dvar = (dH_hat * centred).sum(0) * -0.5 * std**-3.0
    dmean = (-dH_hat / std).sum(0) + dvar * (-2 * centred).mean(0)
    return dH_hat / std + dvar * 2 * centred / N + dmean / N


def library(dy, H_hat, gamma, std):
    cache = batch_norm(H_hat, gamma)[1]
    one, centre = std.reshape(1, -1), np.zeros((1, len(std)))
    cache = cache._replace(x_hat=H_hat, mean=centre, var=one**2, std=one)
    return batch_norm_backward(dy, cache)[0]


def one_sum(dy, H_hat, gamma, std):
    N = len(dy)
    return gamma / (N * std) * (N * dy - dy.sum(0) - H_hat * (dy * H_hat).sum(0))


def jacobians(dy, H_hat, gamma, std):
    N = len(dy)
    columns = []
    for column, x_hat, factor in zip(dy.T, H_hat.T, gamma / std, strict=True):
        J = factor * (np.eye(N) - 1 / N - np.outer(x_hat, x_hat) / N)
        columns.append(J @ column)
    return np.stack(columns, axis=1).tolist()


def overwritten(dy, H_hat, gamma, std):
    dy -= dy.mean(0) + along(dy, H_hat)
    return gamma / std * dy


def spoiled(dy, H_hat, gamma, std):
    dH = one_sum(dy, H_hat, gamma, std)
    H_hat *= 2
    return dH


RIGHT_BACKWARD = {
    "library": library,
    "paper": paper,
    "one sum": one_sum,
    "Jacobians": jacobians,
    "short": lambda dy, H_hat, gamma, std: (
        gamma / std * (dy - mean_of(dy, H_hat) - along(dy, H_hat))
    ),
}


def wrong_backward(first=mean_of, second=along, scale=lambda gamma, std: gamma / std):
    def backward(dy, H_hat, gamma, std):
        return scale(gamma, std) * (dy - first(dy, H_hat) - second(dy, H_hat))

    return backward


def none(dy, H_hat):
    return 0


WRONG_BACKWARD = {
    "nothing": (lambda dy, H_hat, gamma, std: None, "Not yet"),
    "constant statistics": (wrong_backward(none, none), "mean and variance as constants"),
    "no dvar": (wrong_backward(second=none), "way through the variance is missing"),
    "no dmean": (wrong_backward(first=none), "way through the mean is missing"),
    "half": (wrong_backward(second=lambda dy, h: along(dy, h) / 2), "variance counts half"),
    "dvar's sign": (
        wrong_backward(second=lambda dy, h: -along(dy, h)),
        "through the variance has the wrong sign",
    ),
    "dmean's sign": (
        wrong_backward(first=lambda dy, h: -mean_of(dy, h)),
        "through the mean has the wrong sign",
    ),
    "N - 1": (
        wrong_backward(second=lambda dy, h: along(dy, h) * len(dy) / (len(dy) - 1)),
        "is divided by N − 1",
    ),
    "flat": (wrong_backward(second=lambda dy, h: (dy * h).mean(0)), "belongs times H_hat"),
    "sums": (
        wrong_backward(lambda dy, h: dy.sum(0), lambda dy, h: h * (dy * h).sum(0)),
        "sums over the examples where means belong",
    ),
    "rows": (
        wrong_backward(
            lambda dy, h: dy.mean(1, keepdims=True),
            lambda dy, h: h * (dy * h).mean(1, keepdims=True),
        ),
        "over the units of one example",
    ),
    "whole array": (
        wrong_backward(lambda dy, h: dy.mean(), lambda dy, h: h * (dy * h).mean()),
        "over the whole array",
    ),
    "no gamma": (wrong_backward(scale=lambda gamma, std: 1 / std), "γ is missing"),
    "gamma on dy only": (
        lambda dy, H_hat, gamma, std: (gamma * dy - mean_of(dy, H_hat) - along(dy, H_hat)) / std,
        "but not what is subtracted",
    ),
    "over gamma": (wrong_backward(scale=lambda gamma, std: 1 / gamma / std), "divide by γ"),
    "variance": (wrong_backward(scale=lambda gamma, std: gamma / std**2), "std twice"),
    "no std": (wrong_backward(scale=lambda gamma, std: gamma), "division by std is missing"),
    "times std": (wrong_backward(scale=lambda gamma, std: gamma * std), "multiply by std"),
    "double": (
        wrong_backward(second=lambda dy, h: 2 * along(dy, h)),
        "with the factors 1, −1, −2; they should be 1, −1, −1",
    ),
    "forward": (lambda dy, H_hat, gamma, std: gamma * H_hat, "one step at a time"),
    "two gradients": (lambda dy, H_hat, gamma, std: (dy, dy), "but it is of type tuple"),
    "one unit": (lambda dy, H_hat, gamma, std: dy[:, 0], "dH has the shape (8,)"),
    "dy in place": (overwritten, "changes the dy it was given"),
    "H_hat in place": (spoiled, "changes the H_hat it was given"),
    "nan": (lambda dy, H_hat, gamma, std: np.log(dy), "of dH are NaN"),
}


def cases(check, functions):
    return [pytest.param(check, f, id=f"{check.__name__}-{name}") for name, f in functions.items()]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("check", "function"),
    cases(check_mean, RIGHT_MEAN)
    + cases(check_normalize, RIGHT_NORMALIZE)
    + cases(check_undo, RIGHT_UNDO)
    + cases(check_saturated, RIGHT_SATURATED)
    + cases(check_backward, RIGHT_BACKWARD),
)
def test_right_answers_pass(check, function, seed):
    verdict = check(function, seed=seed)
    assert verdict.passed, verdict.message
    assert verdict.message.startswith("Right: ")
    assert "remark" not in verdict.message


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("check", "function"),
    cases(check_mean, WRONG_MEAN)
    + cases(check_normalize, WRONG_NORMALIZE)
    + cases(check_undo, WRONG_UNDO)
    + cases(check_saturated, WRONG_SATURATED)
    + cases(check_backward, WRONG_BACKWARD),
)
def test_each_mistake_gets_its_own_message(check, function, seed):
    mistaken, named = function
    with np.errstate(all="ignore"):
        verdict = check(mistaken, seed=seed)
    assert not verdict.passed
    assert named in verdict.message


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (check_mean, WRONG_MEAN),
        (check_normalize, WRONG_NORMALIZE),
        (check_undo, WRONG_UNDO),
        (check_saturated, WRONG_SATURATED),
        (check_backward, WRONG_BACKWARD),
    ],
)
def test_no_two_mistakes_share_a_message(check, wrong):
    with np.errstate(all="ignore"):
        messages = {check(mistaken).message for name, (mistaken, _) in wrong.items()}
    not_yet_twice = check is check_normalize
    assert len(messages) == len(wrong) - not_yet_twice


def test_two_mistakes_at_once_are_both_named():
    verdict = check_normalize(lambda H, eps: (H - H.mean(0)) / H.std(0, ddof=1))
    assert "ddof=1" in verdict.message
    assert "ε is missing" in verdict.message
    verdict = check_undo(lambda H, eps: (H.mean(0), H.std(0)))
    assert "turn the two round" in verdict.message
    assert "ε is missing" in verdict.message
    verdict = check_backward(wrong_backward(second=none, scale=lambda gamma, std: 1 / std))
    assert "way through the variance is missing" in verdict.message
    assert "γ is missing" in verdict.message


def test_a_message_says_by_how_much():
    no_eps = check_undo(pair(lambda H, eps: H.std(0), mean)).message
    std_3 = (
        np.random.default_rng(0).normal((5, -2, 1, 0.4), (3, 0.5, 1.5, 0.01), (8, 4))[:, 3].std()
    )
    percent = 100 * (1 - std_3 / np.hypot(std_3, np.sqrt(EPS)))
    assert f"unit 3 of the check's batch misses H by {percent:.3g} % of its spread" in no_eps
    spread = check_normalize(WRONG_NORMALIZE["no eps"][0]).message
    right = std_3 / np.hypot(std_3, np.sqrt(EPS))
    assert f"mean 0 and standard deviation 1; they should be 0 and {right:.2g}" in spread


@pytest.mark.parametrize("eps", [1e-3, 1e-5, 1e-8])
def test_an_epsilon_of_one_s_own_is_found_out(eps):
    mine = lambda H: np.sqrt(H.var(axis=0) + eps)  # noqa: E731
    assert not check_normalize(lambda H, _: (H - H.mean(axis=0)) / mine(H)).passed
    assert not check_undo(lambda H, _: (mine(H), H.mean(axis=0))).passed


def test_an_overflow_that_does_no_harm_is_a_remark():
    verdict = check_saturated(lambda z, t: np.mean((s := 1 / (1 + np.exp(-z))) * (1 - s) < t))
    assert verdict.passed
    assert "One remark: at z = ±1000 your exponential overflows" in verdict.message


CHECKS = [check_mean, check_normalize, check_undo, check_saturated, check_backward]


@pytest.mark.parametrize("check", CHECKS)
def test_an_exception_of_the_learner_comes_through_with_the_call(check):
    def broken(H, *setting):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine") as caught:
        check(broken)
    assert "your function, called with an array of shape" in caught.value.__notes__[0]
    assert caught.traceback[-1].name == "broken"


@pytest.mark.parametrize("check", CHECKS)
def test_a_result_in_place_of_the_function_is_explained(check):
    with pytest.raises(
        TypeError, match=r"without brackets behind it\. It got something of type ndarray"
    ):
        check(np.zeros(3))


def test_verdicts_are_plain():
    verdict = check_normalize(normalize)
    assert isinstance(verdict, Verdict)
    assert verdict == (True, verdict.message)
    assert check_normalize(one_pass) == check_normalize(one_pass)


def narrow(function):
    """The same, with its results in float32."""

    def narrowed(*arguments):
        found = function(*arguments)
        parts = [np.float32(part) for part in (found if isinstance(found, tuple) else (found,))]
        return tuple(parts) if isinstance(found, tuple) else parts[0]

    return narrowed


def backward_pass(dy, H_hat, gamma, std):
    dx_hat = dy * gamma
    return (dx_hat - dx_hat.mean(0) - H_hat * (dx_hat * H_hat).mean(0)) / std


def drift_of_the_mean(means, stds):
    return np.mean(np.abs(np.diff(means, axis=0)) / stds[:-1])


def population(batches):
    m = batches.shape[1]
    return batches.mean(axis=(0, 1)), batches.var(axis=1).mean(axis=0) * m / (m - 1)


@pytest.mark.parametrize(
    ("check", "function"),
    [
        (exercises.check_mean, RIGHT_MEAN["numpy"]),
        (exercises.check_normalize, lambda H, eps: normalize(H, eps)),
        (exercises.check_undo, lambda H, eps: tuple(undo_parameters(H, eps))),
        (exercises.check_saturated, lambda z, threshold: saturated(z, threshold)),
        (exercises.check_backward, backward_pass),
        (exercises.check_drift, drift_of_the_mean),
        (exercises.check_effective_rate, lambda W, lr: lr / np.sum(W**2, axis=0)),
        (exercises.check_population, population),
    ],
)
def test_right_results_of_few_digits_are_told_so(check, function):
    assert check(function).passed
    verdict = check(narrow(function))
    assert not verdict.passed
    assert "has the type float32, but what came in has the type float64" in verdict.message

"""The check of the backward pass: right answers pass, each mistake has its own message."""

import numpy as np

from bn_lib.exercises import check_backward
from bn_lib.normalization import batch_norm, batch_norm_backward
from tests.lessons.answers import answers_of


def mean_of(dy, H_hat):
    return dy.mean(0)


def along(dy, H_hat):
    return H_hat * (dy * H_hat).mean(0)


def paper(dy, H_hat, gamma, std):
    """The equations of Ioffe & Szegedy 2015, section 3, with dvar and dmean as they stand."""
    N, centered = len(dy), H_hat * std
    dH_hat = dy * gamma
    dvar = (dH_hat * centered).sum(0) * -0.5 * std**-3.0
    dmean = (-dH_hat / std).sum(0) + dvar * (-2 * centered).mean(0)
    return dH_hat / std + dvar * 2 * centered / N + dmean / N


def library(dy, H_hat, gamma, std):
    cache = batch_norm(H_hat, gamma)[1]
    one, center = std.reshape(1, -1), np.zeros((1, len(std)))
    cache = cache._replace(x_hat=H_hat, mean=center, var=one**2, std=one)
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


RIGHT = {
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


WRONG = {
    "nothing": (lambda dy, H_hat, gamma, std: None, "Not written yet"),
    "constant statistics": (wrong_backward(none, none), "mean and variance as constants"),
    "no dvar": (wrong_backward(second=none), "the way through the variance, is missing"),
    "no dmean": (wrong_backward(first=none), "way through the mean is missing"),
    "half": (wrong_backward(second=lambda dy, h: along(dy, h) / 2), "variance, counts half"),
    "dvar's sign": (
        wrong_backward(second=lambda dy, h: -along(dy, h)),
        "through the variance, has the wrong sign",
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
        "the way through the variance, counts twice",
    ),
    "forward": (
        lambda dy, H_hat, gamma, std: gamma * H_hat,
        "Whatever dy and std are, your result is the same",
    ),
    "two gradients": (lambda dy, H_hat, gamma, std: (dy, dy), "but it is of type tuple"),
    "one unit": (
        lambda dy, H_hat, gamma, std: dy[:, 0],
        "dH has the shape (7,), but should have (7, 4)",
    ),
    "dy in place": (overwritten, "changes the dy it was given"),
    "H_hat in place": (spoiled, "changes the H_hat it was given"),
    "nan": (lambda dy, H_hat, gamma, std: np.log(dy), "of dH are NaN"),
}


TestBackward = answers_of(check_backward, RIGHT, WRONG)


def test_two_mistakes_at_once_are_both_named():
    verdict = check_backward(wrong_backward(second=none, scale=lambda gamma, std: 1 / std))
    assert "the way through the variance, is missing" in verdict.message
    assert "γ is missing" in verdict.message

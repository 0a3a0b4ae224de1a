"""The check of population statistics: each mistake has a message of its own."""

import numpy as np
import pytest

from bn_lib.exercises import check_population
from bn_lib.exercises.paper import mean_recipe, var_recipe
from bn_lib.network import BatchNorm, use_population


def bessel(b):
    return b.shape[1] / (b.shape[1] - 1)


def mean(b):
    return b.mean(axis=(0, 1))


def var(b):
    return b.var(axis=1, ddof=1).mean(axis=0)


def wrong_mean(function):
    return lambda b: (function(b), var(b))


def wrong_var(function):
    return lambda b: (mean(b), function(b))


WRONG = {
    "mean is that of the first batch": wrong_mean(lambda b: b[0].mean(axis=0)),
    "mean is that of the last batch": wrong_mean(lambda b: b[-1].mean(axis=0)),
    "mean runs over the batches but": wrong_mean(lambda b: b.mean(axis=0)),
    "mean runs over the units": wrong_mean(lambda b: b.mean()),
    "mean first, then var": lambda b: (var(b), mean(b)),
    "var is that of the first batch": wrong_var(lambda b: b[0].var(axis=0, ddof=1)),
    "var is that of the last batch": wrong_var(lambda b: bessel(b) * b[-1].var(axis=0)),
    "all examples together": wrong_var(lambda b: bessel(b) * b.reshape(-1, b.shape[2]).var(axis=0)),
    "batches' means": wrong_var(lambda b: bessel(b) * b.mean(axis=1).var(axis=0)),
    "var runs over the units": wrong_var(lambda b: bessel(b) * b.var(axis=(1, 2)).mean()),
    "square at the end": wrong_var(lambda b: bessel(b) * b.std(axis=1).mean(axis=0) ** 2),
    "m/(m − 1) is missing": wrong_var(lambda b: b.var(axis=1).mean(axis=0)),
    "counts the batches": wrong_var(lambda b: len(b) / (len(b) - 1) * b.var(axis=1).mean(axis=0)),
    "upside down": wrong_var(lambda b: b.var(axis=1).mean(axis=0) / bessel(b)),
    "twice": wrong_var(lambda b: bessel(b) * var(b)),
    "its square": wrong_var(lambda b: np.sqrt(var(b))),
    "var should become 4 times as large": wrong_var(lambda b: np.cbrt(var(b))),
    "two things": lambda b: mean(b)[:1],
    "Not written yet": lambda b: None,
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "right",
    [
        lambda b: (mean(b), var(b)),
        lambda b: [mean(b)[None], bessel(b) * b.var(axis=1).mean(axis=0, keepdims=True)],
        lambda b: np.array([mean(b), var(b)]),
    ],
)
def test_right_answers_pass(right, seed):
    assert check_population(right, seed=seed).passed


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("words", WRONG)
def test_each_mistake_is_named(words, seed):
    verdict = check_population(WRONG[words], seed=seed)
    assert not verdict.passed
    assert words in verdict.message


def test_two_mistakes_are_both_named():
    message = check_population(lambda b: (b[0].mean(axis=0), b.var(axis=1).mean(axis=0))).message
    assert "mean is that of the first batch" in message
    assert "m/(m − 1) is missing" in message


def test_batches_that_are_changed_are_noticed():
    def change(batches):
        result = mean(batches), var(batches)
        batches -= result[0]
        return result

    assert "changes the batches" in check_population(change).message


def test_the_recipe_is_what_inference_uses():
    x = np.random.default_rng(0).normal(3, 2, (40, 3))
    layer = BatchNorm(3)
    use_population([layer], x, batch=10)
    batches = x.reshape(4, 10, 3)
    np.testing.assert_allclose(mean_recipe(batches), layer.population[0])
    np.testing.assert_allclose(var_recipe(batches), layer.population[1])

"""The check of one step of gradient descent: right code passes, each mistake has its message."""

import inspect

import numpy as np
import pytest

from bn_lib.exercises import check_step
from bn_lib.exercises.descent import RATE, STEP_SWITCHES, step_recipe
from bn_lib.exercises.normalize import EPS


def right(H, gamma, beta, lr, eps):
    H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
    error = gamma * H_hat + beta - H
    return (
        gamma - lr * 2 * np.mean(error * H_hat, axis=0),
        beta - lr * 2 * np.mean(error, axis=0),
    )


@pytest.mark.parametrize("seed", range(5))
def test_right_code_passes(seed):
    assert check_step(right, seed=seed).passed


def test_one_after_the_other_is_right_too():
    def one_by_one(H, gamma, beta, lr, eps):
        gamma, _ = right(H, gamma, beta, lr, eps)  # H_hat has mean 0: β's slope knows no γ
        _, beta = right(H, gamma, beta, lr, eps)
        return gamma, beta

    assert check_step(one_by_one).passed


MISTAKES = [
    (switch, value, said)
    for switch, values in STEP_SWITCHES.items()
    for value, said in values.items()
    if said
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("switch", "value", "said"), MISTAKES)
def test_each_mistake_is_named(switch, value, said, seed):
    def wrong(H, gamma, beta, lr, eps):
        return tuple(step_recipe(H, gamma, beta, **{switch: value}))

    found = check_step(wrong, seed=seed)
    assert not found.passed
    assert found.message.endswith(said)


def test_the_recipe_is_right_with_its_first_switches():
    rng = np.random.default_rng(0)
    H, gamma, beta = rng.normal(3, 2, (8, 4)), np.ones(4), np.zeros(4)
    first = {name: next(iter(values)) for name, values in STEP_SWITCHES.items()}
    defaults = inspect.signature(step_recipe).parameters
    assert all(defaults[name].default == value for name, value in first.items())
    np.testing.assert_allclose(step_recipe(H, gamma, beta), right(H, gamma, beta, RATE, EPS))


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda H, gamma, beta, lr, eps: ..., "Not yet"),
        (lambda H, gamma, beta, lr, eps: gamma, "Return two things"),
        (lambda H, gamma, beta, lr, eps: (1.0, 2.0), "has the shape ()"),
        (lambda H, gamma, beta, lr, eps: (gamma + 0.3, beta), "Take it in parts"),
    ],
)
def test_what_is_no_step_is_told_kindly(function, said):
    found = check_step(function)
    assert not found.passed
    assert said in found.message


def test_changing_the_arguments_is_seen():
    def in_place(H, gamma, beta, lr, eps):
        new = right(H, gamma, beta, lr, eps)
        gamma[...], beta[...] = new
        return new

    assert "changes the gamma it was given" in check_step(in_place).message


@pytest.mark.parametrize("rate", [0.1, 0.01])
def test_a_rate_of_one_s_own_is_found_out(rate):
    assert not check_step(lambda H, gamma, beta, lr, eps: right(H, gamma, beta, rate, eps)).passed

"""The check of one step of gradient descent: mistakes of one output are named."""

import numpy as np
import pytest

from bn_lib.exercises import check_step


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


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda H, gamma, beta, lr, eps: ..., "Not written yet"),
        (lambda H, gamma, beta, lr, eps: gamma, "Return two things"),
        (lambda H, gamma, beta, lr, eps: (1.0, 2.0), "has the shape ()"),
        (lambda H, gamma, beta, lr, eps: (gamma, beta), "comes back as it came"),
        (lambda *data: right(*data)[::-1], "You return β, γ: swap the two"),
    ],
)
def test_what_is_no_step_is_told_kindly(function, said):
    found = check_step(function)
    assert not found.passed
    assert said in found.message


def test_a_mistake_of_one_output_is_its_own():
    def beta_uphill(H, gamma, beta, lr, eps):
        new = right(H, gamma, beta, lr, eps)
        return new[0], 2 * beta - new[1]

    verdict = check_step(beta_uphill)
    assert verdict.already == ("γ",)
    assert verdict.cause == "Your β goes uphill: the gradient is subtracted."


def test_what_holds_for_both_is_said_once():
    def uphill(H, gamma, beta, lr, eps):
        new = right(H, gamma, beta, lr, eps)
        return 2 * gamma - new[0], 2 * beta - new[1]

    said = "Your γ goes uphill: the gradient is subtracted. The same holds for your β."
    assert check_step(uphill).cause == said


def test_a_step_of_another_length_is_measured():
    def long(H, gamma, beta, lr, eps):
        return right(H, gamma, beta, 1.5 * lr, eps)

    assert "1.5 times as far as it should" in check_step(long).cause


@pytest.mark.parametrize("rate", [0.07, 0.3])
def test_a_rate_of_one_s_own_is_found_out(rate):
    assert not check_step(lambda H, gamma, beta, lr, eps: right(H, gamma, beta, rate, eps)).passed

"""What holds for the check of every exercise."""

import numpy as np
import pytest

from bn_lib import exercises
from bn_lib.measure import saturated
from bn_lib.normalization import normalize, undo_parameters

CHECKS = [getattr(exercises, name) for name in exercises.__all__ if name.startswith("check_")]


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
        (exercises.check_mean, lambda H: H.mean(axis=0)),
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

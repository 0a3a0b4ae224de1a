"""The check of group normalization: right ways pass, each mistake has its own message."""

import numpy as np
import pytest

from bn_lib.exercises import check_group_norm
from bn_lib.normalization import group_norm, instance_norm, layer_norm
from tests.lessons.students import grouping


def library(x, groups, eps):
    return group_norm(x, groups, eps=eps)[0]


RIGHT = {
    "library": library,
    "textbook": grouping.textbook,
    "flattened": grouping.flattened,
    "loops": grouping.with_loops,
    "split": grouping.split_and_joined,
}


def in_place(x, groups, eps):
    y = x.reshape(len(x) * groups, -1)
    y -= y.mean(axis=1, keepdims=True)
    y /= np.sqrt((y**2).mean(axis=1, keepdims=True) + eps)
    return y.reshape(x.shape)


def one_pass(x, groups, eps):
    y = x.reshape(len(x) * groups, -1)
    mean = y.mean(axis=1, keepdims=True)
    var = (y**2).mean(axis=1, keepdims=True) - mean**2
    return ((y - mean) / np.sqrt(var + eps)).reshape(x.shape)


WRONG = {
    "layer": (lambda x, G, eps: layer_norm(x, eps=eps)[0], "as in layer normalization"),
    "instance": (lambda x, G, eps: instance_norm(x, eps=eps)[0], "as in instance normalization"),
    "batch": (grouping.batch, "as in batch normalization"),
    "neighbors": (grouping.apart, "a group is made of neighbors"),
    "size": (grouping.of_that_size, "the number of channels in a group"),
    "not back": (grouping.left_apart, "reshape it to x.shape at the end"),
    "in place": (in_place, "changes the x it was given"),
    "one pass": (one_pass, "difference of two large numbers"),
    "two groups": (lambda x, G, eps: library(x, 2, eps), "groups"),
    "own eps": (lambda x, G, eps: library(x, G, 1e-5), "eps"),
    "two mistakes": (lambda x, G, eps: layer_norm(x, eps=0)[0], "ε is missing"),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_pass(name, seed):
    verdict = check_group_norm(RIGHT[name], seed=seed)
    assert verdict.passed, verdict.message
    assert verdict.message.startswith("Right: ")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_gets_its_own_message(name, seed):
    mistaken, named = WRONG[name]
    verdict = check_group_norm(mistaken, seed=seed)
    assert not verdict.passed
    assert named in verdict.message


def test_no_two_mistakes_share_a_message():
    messages = {check_group_norm(mistaken).message for mistaken, _ in WRONG.values()}
    assert len(messages) == len(WRONG)

"""Every sentence of every recipe is said of its mistake."""

import numpy as np
import pytest

from bn_lib import exercises
from bn_lib.exercises import (
    axes,
    backward,
    build,
    descent,
    modes,
    moments,
    normalize,
    paper,
    scale,
    shift,
    sigmoid,
    undo,
)
from bn_lib.exercises.runner import run


def recipes():
    """Each exercise's recipes: the exercise, the output they make, the recipe, the switches."""
    spread = {**moments.SPREAD_SWITCHES, "power": moments.POWERS}
    gamma = {**moments.SPREAD_SWITCHES, "power": undo.GAMMA_POWERS}

    def beta(*data, **switches):
        return descent.recipe(*data, which="beta", **switches)

    # What leaves one output right is seen in the other.
    of_gamma = {name: dict(values) for name, values in descent.SWITCHES.items()}
    of_beta = {name: descent.SWITCHES[name] for name in ("way", "slope", "average")}
    of_beta |= {"along": {"H_hat": of_gamma["along"].pop("H_hat")}}
    of_beta |= {"error": {"without β": of_gamma["error"].pop("without β")}}
    yield normalize.Mean, 0, moments.mean_recipe, moments.MEAN_SWITCHES
    yield normalize.Normalize, 0, normalize.formula_recipe, normalize.FORMULAS
    yield (
        normalize.Normalize,
        0,
        lambda H, eps, **on: normalize.general_recipe(H, eps, **{f"mean_{k}": on[k] for k in on}),
        normalize.SUBTRACTED,
    )
    yield (
        normalize.Normalize,
        0,
        lambda H, eps, **on: normalize.general_recipe(H, eps, **{f"spread_{k}": on[k] for k in on}),
        spread,
    )
    yield undo.Undo, 0, moments.spread_recipe, gamma
    yield undo.Undo, 1, moments.mean_recipe, undo.BETA_FORMS
    yield sigmoid.Saturated, 0, sigmoid.recipe, sigmoid.SWITCHES
    yield backward.Backward, 0, backward.recipe, backward.SWITCHES
    yield backward.Gradients, 1, backward.gamma_recipe, backward.GAMMA_SWITCHES
    yield backward.Gradients, 2, backward.beta_recipe, backward.BETA_SWITCHES
    yield descent.Step, 0, descent.recipe, of_gamma
    yield descent.Step, 1, beta, of_beta
    yield paper.Population, 0, paper.mean_recipe, paper.MEAN_SWITCHES
    yield paper.Population, 1, paper.var_recipe, paper.VAR_SWITCHES
    yield shift.Drift, 0, shift.recipe, shift.SWITCHES
    yield scale.EffectiveRate, 0, scale.recipe, scale.SWITCHES
    yield modes.Running, 0, modes.running_mean, modes.RUNNING_SWITCHES
    yield (
        modes.Running,
        1,
        modes.running_var,
        {**modes.RUNNING_SWITCHES, "statistic": modes.VAR_STATISTICS},
    )
    yield modes.Inference, 0, modes.inference_recipe, modes.INFERENCE_SWITCHES
    yield axes.GroupNorm, 0, axes.recipe, axes.SWITCHES
    yield build.Forward, 0, build.forward_recipe, build.FORWARD_SWITCHES
    yield build.Fold, 0, build.weight_recipe, build.WEIGHT_SWITCHES
    yield build.Fold, 1, build.bias_recipe, build.BIAS_SWITCHES


def test_every_exercise_has_its_recipes_here():
    """That of a layer takes those of its methods."""
    checks = {name for name in exercises.__all__ if name.startswith("check_")}
    assert {exercise.name for exercise, *_ in recipes()} == checks - {"check_layer"}


SENTENCES = [
    pytest.param(exercise, at, recipe, {switch: value}, said, id=f"{exercise.name}-{said}"[:90])
    for exercise, at, recipe, switches in recipes()
    for switch, values in switches.items()
    for value, said in values.items()
    if said
]


@pytest.mark.parametrize(("exercise", "at", "recipe", "setting", "said"), SENTENCES)
def test_every_sentence_is_said_of_its_mistake(exercise, at, recipe, setting, said):
    task = exercise()

    def wrong(*data):
        made = list(task.right(*data))
        with np.errstate(all="ignore"):
            made[at] = recipe(*data, **setting)
        return made[0] if len(made) == 1 else tuple(made)

    verdict = run(task, wrong, 0)
    if "One remark" in verdict.message:
        return  # a convention
    assert not verdict
    assert said.split("{it}")[-1] in verdict.message


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (lambda N, D: -1, "has the wrong sign"),
        (lambda N, D: 2, "is twice what"),
        (lambda N, D: 1 / 2, "is half of what"),
        (lambda N, D: 4, "is 4 times too large"),
        (lambda N, D: 100, "percentage"),
        (lambda N, D: N, "is N times too large: is there a sum"),
        (lambda N, D: 1 / N, "is N times too small"),
        (lambda N, D: -N, "is N times too large and has the wrong sign"),
        (lambda N, D: N / (N - 1), "has N − 1 in the place of N"),
        (lambda N, D: (N - 1) / N, "is (N − 1)/N times"),
        (lambda N, D: N / (N + 1), "has N + 1 in the place of N"),
        (lambda N, D: N**0.5, "is √N times too large"),
        (lambda N, D: N / D, "by the number of units in the place of N"),
        (lambda N, D: 2.7, "is 2.7 times what it should be"),
    ],
)
def test_every_factor_has_its_words(times, said):
    verdict = run(normalize.Mean(), lambda H: times(*H.shape) * H.mean(axis=0), 0)
    assert said in verdict.cause

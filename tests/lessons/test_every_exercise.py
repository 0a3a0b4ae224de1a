"""What holds for the check of every exercise."""

import contextlib
import itertools
import threading

import numpy as np
import pytest

from bn_lib import exercises
from bn_lib.exercises import (
    Verdict,
    axes,
    backward,
    build,
    check_mean,
    descent,
    formulas,
    learner,
    modes,
    normalize,
    paper,
    scale,
    shift,
    sigmoid,
    slips,
    undo,
)
from bn_lib.exercises.results import same

# check_layer takes a class; it is in test_build_exercise.py.
CHECKS = [
    getattr(exercises, name)
    for name in exercises.__all__
    if name.startswith("check_") and name != "check_layer"
]
EXERCISES = {
    "check_backward": backward.Backward,
    "check_drift": shift.Drift,
    "check_effective_rate": scale.EffectiveRate,
    "check_fold": build.Fold,
    "check_forward": build.Forward,
    "check_gradients": backward.Gradients,
    "check_group_norm": axes.GroupNorm,
    "check_inference": modes.Inference,
    "check_mean": normalize.Mean,
    "check_normalize": normalize.Normalize,
    "check_population": paper.Population,
    "check_running": modes.Running,
    "check_saturated": sigmoid.Saturated,
    "check_step": descent.Step,
    "check_undo": undo.Undo,
}
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


def right(check):
    """A right function."""
    exercise = EXERCISES[check.__name__]()

    def answer(*data):
        made = exercise.right(*data)
        return made[0] if len(made) == 1 else made

    return answer


@every_check
@pytest.mark.parametrize("seed", range(5))
def test_right_functions_pass(check, seed):
    verdict = check(right(check), seed=seed)
    assert verdict
    assert verdict.require() is verdict
    assert verdict.stage == "right"
    assert verdict.message.startswith("Right: ")


# ---------------------------------------------------------------- how far a function got


def dots(*data):
    """A docstring, and what a stub has."""
    ...


def nothing_but_pass(*data):
    pass


def to_do(*data):
    raise NotImplementedError


@every_check
@pytest.mark.parametrize("stub", [dots, nothing_but_pass, to_do, lambda *data: None])
def test_a_stub_is_not_written_yet(check, stub):
    verdict = check(stub)
    assert (verdict.passed, verdict.stage, verdict.cause) == (False, "not written", "")
    assert verdict.message.startswith("Not written yet")


@every_check
def test_lines_without_a_result_are_no_stub(check, capsys):
    def forgets(*data):
        data = data[0] + 1

    def prints(*data):
        print("the mean is", 3)

    assert "return" in check(forgets).message
    assert check(forgets).stage == check(prints).stage == "nothing returned"
    capsys.readouterr()
    assert "prints its result" in check(prints).message
    assert capsys.readouterr().out == "the mean is 3\n"


def test_what_a_right_function_prints_is_shown_once(capsys):
    def talks(H):
        print("shape:", H.shape)
        return H.mean(axis=0)

    assert check_mean(talks)
    assert capsys.readouterr().out == "shape: (7, 4)\n"


@every_check
def test_an_exception_is_one_line_with_the_learner_s_own(check):
    def misspelt(*data):
        H = data[0]
        return Hh.mean(axis=0) + H  # noqa: F821

    verdict = check(misspelt)
    assert verdict.stage == "error"
    assert "NameError: name 'Hh' is not defined" in verdict.message
    assert "in the line `return Hh.mean(axis=0) + H" in verdict.message
    assert len(verdict.message) < 300
    with pytest.raises(NameError):  # and by hand the whole traceback can be had
        misspelt(*verdict.arguments)


def leaves(H):
    raise SystemExit(3)


def itself(H):
    return itself(H)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (leaves, "calls exit"),
        (itself, "calls itself without an end"),
        (lambda H: H.mean(axis=0) + H.mean(axis=1), "shapes don't fit each other"),
        (lambda H: H.mean(axis=0) if H > 0 else H, "An if takes one value"),
        (lambda H, eps: H.mean(axis=0), "takes the arguments H, eps, but the check gives 1"),
        (lambda H: H.mean(axis=2), "AxisError"),
    ],
)
def test_what_ends_a_function_is_said_in_a_line(function, said):
    verdict = check_mean(function)
    assert verdict.stage == "error"
    assert said in verdict.message
    assert "\n" not in verdict.message


def test_an_interrupt_of_the_learner_s_comes_through():
    def interrupted(H):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_mean(interrupted)


def endless(H):
    while True:
        pass


def stubborn(H):
    while True:
        with contextlib.suppress(Exception):
            H = H + 1


def in_one_line(H):
    return sum(0 for _ in itertools.count())


@pytest.mark.parametrize("function", [endless, stubborn, in_one_line])
@pytest.mark.parametrize("where", ["main thread, by a signal", "another thread, by tracing"])
def test_endless_loops_are_stopped(function, where, monkeypatch):
    monkeypatch.setattr(learner, "SECONDS", 0.2)
    found = []
    if where.startswith("main"):
        found.append(check_mean(function))
    else:
        thread = threading.Thread(target=lambda: found.append(check_mean(function)), daemon=True)
        thread.start()
        thread.join(20)
    assert "did not end within 0.2 seconds and was stopped" in found[0].message
    assert found[0].stage == "error"


@every_check
def test_a_result_in_place_of_the_function_is_explained(check):
    with pytest.raises(
        TypeError, match=r"without brackets after it\. It got something of type ndarray"
    ):
        check(np.zeros(3))


@every_check
def test_right_results_of_few_digits_are_told_so(check):
    answer = right(check)

    def narrow(*data):
        made = answer(*data)
        return (
            tuple(np.float32(part) for part in made)
            if isinstance(made, tuple)
            else np.float32(made)
        )

    verdict = check(narrow)
    assert verdict.stage == "almost"
    assert "has the type float32, but what came in has the type float64" in verdict.message


@pytest.mark.parametrize("check", [check for check in CHECKS if "saturated" not in check.__name__])
def test_rounding_is_almost_right_and_both_numbers_are_seen_to_differ(check):
    answer = right(check)

    def rounded(*data):
        made = answer(*data)
        return (
            tuple(np.round(part, 4) for part in made)
            if isinstance(made, tuple)
            else np.round(made, 4)
        )

    verdict = check(rounded)
    assert verdict.stage == "almost"
    assert "rounds to 4 decimals" in verdict.cause
    mine, correct = verdict.message.split(" where ")[0].split()[-1], verdict.message.split()
    assert mine != correct[correct.index("where") + 1]


def test_a_factor_of_nearly_one_is_no_factor():
    verdict = check_mean(lambda H: 1.0005 * H.mean(axis=0))
    assert verdict.stage == "almost"
    assert "times what it should be" not in verdict.message


@pytest.mark.parametrize(
    ("found", "expected", "equal"),
    [
        (1.0, 1 + 1e-12, True),
        (1.0, 1 + 1e-6, False),
        (1.0, np.inf, False),
        (1.0, np.nan, False),
        (np.inf, np.inf, True),
        (np.inf, -np.inf, False),
        (np.nan, np.nan, True),
        (np.nan, 1.0, False),
    ],
)
def test_what_is_no_number_is_the_same_as_its_like_only(found, expected, equal):
    with np.errstate(all="ignore"):
        assert same(np.array([2.0, found]), np.array([2.0, expected])) is equal


# ---------------------------------------------------------------- right once, but not always


def test_random_results_are_noticed():
    rng = np.random.default_rng(0)
    verdict = check_mean(lambda H: H.mean(axis=0) + 1e-4 * rng.normal())
    assert (verdict.stage, "given twice, gives two results" in verdict.cause) == ("elsewhere", True)


@pytest.mark.parametrize("name", ["mean", "undo", "population", "running", "effective_rate"])
def test_an_axis_of_length_1_is_a_remark(name):
    check = getattr(exercises, f"check_{name}")
    answer = right(check)

    def kept(*data):
        made = answer(*data)
        return tuple(part[None] for part in made) if isinstance(made, tuple) else made[None]

    units = len(_outputs(check)[0])
    said = f"has the shape (1, {units}), with an axis of length 1"
    assert check(kept)
    assert said in check(kept).message.split("One remark: ")[1]


def test_what_is_kept_from_the_first_batch_is_noticed():
    def keeps(H, known=[]):  # noqa: B006
        known.append(H.mean(axis=0))
        return known[0]

    verdict = check_mean(keeps)
    assert "right for the first batch, but not for the next" in verdict.cause


def test_a_buffer_that_is_used_again_is_noticed():
    buffer = np.empty(4)

    def buffered(H):
        return np.mean(H, axis=0, out=buffer if H.shape[1] == 4 else None)

    assert "An earlier result changed" in check_mean(buffered).cause


@every_check
def test_a_function_for_one_shape_only_is_noticed(check):
    answer = right(check)
    shapes = list(map(np.shape, EXERCISES[check.__name__]().data(np.random.default_rng(0), 0)))

    def one_shape(*data):
        made = answer(*data)
        more = list(map(np.shape, data)) != shapes and abs(np.max(data[0])) < 500
        return tuple(part + more for part in made) if isinstance(made, tuple) else made + more

    verdict = check(one_shape)
    assert verdict.stage == "elsewhere"
    assert "Right for an array of shape" in verdict.message


@every_check
def test_an_argument_that_is_changed_is_noticed(check):
    answer = right(check)

    def changes(*data):
        made = answer(*[np.copy(each) if np.ndim(each) else each for each in data])
        array = next(each for each in data if np.ndim(each))
        array += 1
        return made

    name = next(iter(EXERCISES[check.__name__].axes), "z")
    assert f"changes the {name} it was given" in check(changes).cause


@every_check
def test_a_function_of_nothing_is_told_that_its_arguments_do_not_matter(check):
    shapes = [np.shape(part) for part in _outputs(check)]

    def constant(*data):
        made = [np.full(shape, 0.37) for shape in shapes]
        return made[0] if len(made) == 1 else tuple(made)

    assert "your result is the same: use the argument" in check(constant).cause


def _outputs(check):
    exercise = EXERCISES[check.__name__]()
    return exercise.right(*exercise.data(np.random.default_rng(0), 0))


@every_check
def test_all_arguments_that_are_changed_are_named(check):
    answer = right(check)

    def changes(*data):
        made = answer(*[np.copy(each) if np.ndim(each) else each for each in data])
        for array in filter(np.ndim, data):
            array *= 2
        return made

    names = " and ".join(EXERCISES[check.__name__].axes) or "z"
    verdict = check(changes)
    assert verdict.message.startswith("The result is right, but one thing is not.")
    assert f"changes the {names} it was given" in verdict.cause
    assert "makes a new array" in verdict.cause


# ---------------------------------------------------------------- formulas and slips


def made_by(exercise, lines, data, at):
    """Output `at` of a formula's lines."""
    known = dict(zip(exercise.arguments, data, strict=True)) | exercise.known(*data)
    values = {(name,): value for name, value in known.items()}
    (tree,) = formulas.wholes([formulas.outputs_of(lines, exercise)[at]], lines)
    with np.errstate(all="ignore"):
        made = formulas.value(tree, values)
    right = exercise.right(*data)[at]
    if np.ndim(made) > 4:  # group norm's
        return made.reshape(right.shape)
    return np.broadcast_to(made, np.shape(right))


@every_check
def test_each_formula_is_right(check):
    exercise = EXERCISES[check.__name__]()
    for variant in range(exercise.bases + 1):
        data = exercise.data(np.random.default_rng(variant), variant)
        for formula in exercise.formulas:
            for at, right in enumerate(exercise.right(*data)):
                np.testing.assert_allclose(
                    made_by(exercise, formulas.parsed(formula), data, at), right, rtol=1e-9
                )


def one_slip_of_each_kind(exercise):
    """(output, lines with a slip) that give another result than the right one."""
    data = exercise.data(np.random.default_rng(0), 0)
    known = dict(zip(exercise.arguments, data, strict=True)) | exercise.known(*data)
    seen = set()
    for lines in map(formulas.parsed, exercise.formulas):
        for at, output in enumerate(formulas.outputs_of(lines, exercise)):
            needed = formulas.needed(output, lines)
            where = [name for name in lines if name in needed]
            hand = slips._Hand(exercise.arguments, known, where)
            for slip in (*hand.alone(lines, []), *hand.slips(lines)):
                if (slip.kind, at) in seen:
                    continue
                with contextlib.suppress(ValueError, TypeError):  # shapes that don't fit
                    made = made_by(exercise, slip.lines, data, at)
                    right = exercise.right(*data)[at]
                    if np.all(np.isfinite(made)) and not np.allclose(made, right, rtol=1e-3):
                        seen.add((slip.kind, at))
                        yield slip.kind, at, slip.lines


@every_check
def test_slips_of_each_kind_are_named(check):
    exercise = EXERCISES[check.__name__]()
    kinds = set()
    for kind, at, lines in one_slip_of_each_kind(exercise):

        def slipped(*data, at=at, lines=lines):
            made = list(exercise.right(*data))
            made[at] = made_by(exercise, lines, data, at).copy()
            return made[0] if len(made) == 1 else tuple(made)

        verdict = check(slipped)
        assert not verdict, (kind, lines)
        assert verdict.cause, (kind, lines)
        kinds.add(kind)
    assert len(kinds) > 6


def _step(H, gamma, beta, lr, error, H_hat):
    return gamma - 2 * lr * (error * H_hat).mean(axis=0), beta - 2 * lr * error.mean(axis=0)


@pytest.mark.parametrize(
    ("check", "function", "said"),
    [
        (
            "forward",
            lambda H, g, b, eps: g * (H - H.mean(0) / np.sqrt(H.var(0) + eps)) + b,
            "What you do comes to `H_hat = H - mean / np.sqrt(var + eps)`; it should be"
            " `H_hat = (H - mean) / np.sqrt(var + eps)`. The brackets stand elsewhere.",
        ),
        (
            "forward",
            lambda H, g, b, eps: g * (H - H.sum(0) / 9) / np.sqrt(H.var(0) + eps) + b,
            "The number 9 stands there, whatever comes: use `N`.",
        ),
        (
            "inference",
            lambda H, g, b, m, v, eps: g * ((H - m) / np.sqrt(v) + eps) + b,
            "`eps` belongs to another place.",
        ),
        (
            "inference",
            lambda H, g, b, m, v, eps: g * np.tanh((H - m) / np.sqrt(v + eps)) + b,
            "`np.tanh` is taken of",
        ),
        (
            "effective_rate",
            lambda W, lr: np.diag(lr / W.T @ W),
            "`rate = (lr / W * W).sum(axis=0)`",
        ),
        (
            "step",  # of both results, though that of γ alone could be a γ that is missing
            lambda H, g, b, lr, eps: _step(
                H, g, b, lr, g + (x := (H - H.mean(0)) / np.sqrt(H.var(0) + eps)) + b - H, x
            ),
            "For your γ and β, what you do comes to `error = gamma + H_hat + beta - H`",
        ),
        (
            "undo",
            lambda H, eps: (np.sqrt(H.var(0) - eps), H.mean(0)),
            "1 of 4 values of γ are NaN or infinite, the first at index 3. For your γ, what you do"
            " comes to `gamma = np.sqrt(var - eps)`; it should be `gamma = np.sqrt(var + eps)`.",
        ),
    ],
)
def test_a_slip_is_said_with_the_line_as_it_reads(check, function, said):
    verdict = getattr(exercises, f"check_{check}")(function)
    assert not verdict
    assert said in verdict.message


# ---------------------------------------------------------------- verdicts


def test_verdicts_are_plain_and_false_when_the_function_failed():
    verdict = check_mean(lambda H: np.median(H, axis=0))
    assert isinstance(verdict, Verdict)
    assert not verdict
    assert verdict == check_mean(lambda H: np.median(H, axis=0))
    with pytest.raises(AssertionError, match="Your result is the median"):
        verdict.require()


@every_check
def test_a_verdict_has_hints_and_the_arguments(check):
    verdict = check(lambda *data: 0.1)
    assert len(verdict.hints) >= 2
    assert right(check)(*verdict.arguments) is not None

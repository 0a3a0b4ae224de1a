"""The check of a layer of one's own, beyond what the students' layers show."""

import numpy as np
import pytest

from bn_lib import exercises
from bn_lib.data import digits
from bn_lib.exercises import check_layer
from bn_lib.measure import accuracy
from bn_lib.network import BatchNorm, Sigmoid, dense
from bn_lib.training import SGD, Training
from tests.lessons.students.layering import AsInTheNotebook, Base
from tools import notebooks

SOLUTIONS = notebooks.pieces(notebooks.SOLUTIONS / "11.py")
STUBS = {
    cell.metadata.exercise: cell.source
    for cell in notebooks.read(notebooks.FOLDER / "11_build.ipynb").cells
    if "exercise" in cell.metadata
}


def learner(written=SOLUTIONS):
    """What a learner's kernel has in notebook 11, where only the exercises `written` are solved."""
    space = {"np": np, "show": lambda verdict: None, **vars(exercises)}
    for name in SOLUTIONS:
        exec(SOLUTIONS[name] if name in written else STUBS[name], space)
    return space


class Stub:
    """As in the notebook, before a line is written."""

    parameters = ("gamma", "beta")

    def __init__(self, units):
        self.gamma, self.beta = np.ones(units), np.zeros(units)
        self.mean, self.var = np.zeros(units), np.ones(units)

    def forward(self, H): ...

    def backward(self, dy): ...

    def after_step(self): ...


def test_a_stub_is_not_written_yet():
    verdict = check_layer(Stub)
    assert (verdict.passed, verdict.stage) == (False, "not written")
    assert verdict.message == "Not written yet: put your lines in place of the dots in forward."


def test_what_is_written_is_tried_and_what_is_not_is_asked_for():
    class Half(Base):
        def backward(self, dy): ...

    verdict = check_layer(Half)
    assert verdict.stage == "not written"
    assert verdict.already == ("forward",)
    assert verdict.message == (
        "Right already: forward. Not written yet: put your lines in place of the dots in backward."
    )


@pytest.mark.parametrize(
    ("skipped", "right", "missing"),
    [
        ("forward", "", "my_forward, which forward calls"),
        ("gradients", "Right already: forward. ", "my_backward, which backward calls"),
        ("running", "Right already: forward and backward. ", "my_running, which after_step calls"),
        ("inference", "Right already: forward and backward and after_step. ",
         "my_inference, which forward calls"),
    ],
)  # fmt: skip
def test_an_exercise_that_was_skipped_is_named(skipped, right, missing):
    verdict = learner({*SOLUTIONS} - {skipped})["verdict"]
    assert verdict.stage == "not written"
    dots = f"Not written yet: put your lines in place of the dots in {missing}."
    assert verdict.message == right + dots


def test_an_exercise_that_the_layer_does_not_call_is_not_asked_for():
    assert learner({*SOLUTIONS} - {"undo", "fold"})["verdict"]


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("return my_forward(H, self.gamma, self.beta, 1e-5)", "return self.H_hat", "forward"),
        ("self.H_hat = (H - H.mean(axis=0))", "self.H_hat = H", "backward"),
    ],
)
def test_a_mistake_of_the_layer_is_not_blamed_on_a_stub(right, wrong, place):
    """Though forward calls my_inference too, which is not written, in another mode."""
    space = learner({*SOLUTIONS} - {"inference"})
    assert right in SOLUTIONS["layer"]
    exec(SOLUTIONS["layer"].replace(right, wrong), space)
    assert space["verdict"].message.startswith(f"In {place}: ")


@pytest.mark.parametrize(
    ("written", "leads_to"),
    [
        ("def forward(self, H): ...", ["my_forward", "self.H = H", "self.std", "self.H_hat"]),
        ("def backward(self, dy): ...", ["my_backward(dy, self.H_hat, self.gamma, self.std)"]),
        ("def after_step(self): self.N = 0", ["my_running(self.mean, self.var, self.H, 0.1)"]),
        (
            "def forward(self, H): self.training = True; return super().forward(H)",
            ["if not self.training", "my_inference(H, self.gamma, self.beta, self.mean, self.var"],
        ),
    ],
)
def test_the_hints_of_the_layer_lead_to_the_layer(written, leads_to):
    space = learner()
    exec(f"class Half(MyBatchNorm):\n    {written}", space)
    hints = " ".join(check_layer(space["Half"]).hints)
    assert [part for part in leads_to if part not in hints] == []


def test_the_examples_in_the_stubs_are_right():
    space = learner()

    def column(*numbers):
        return np.array(numbers, float)[:, None]

    H = np.array([[1.0, 0], [1, 20], [3, 20], [3, 40]])
    y = space["my_forward"](H, np.ones(2), np.zeros(2), 1e-12)
    assert np.allclose(y.T, [[-1, -1, 1, 1], [-1.41, 0, 0, 1.41]], atol=0.005)
    undone = space["my_undo"](np.array([[1.0, 10], [3, 30]]), 0)
    assert np.allclose(undone, [[1, 10], [2, 20]])
    found = space["my_backward"](column(1, 0, 0, 0), column(-1, -1, 1, 1), np.array([2]), 1)
    for one, right in zip(found, (column(1, -1, 0, 0), [-1], [1]), strict=True):
        assert np.allclose(one, right)
    batch = column(5 - np.sqrt(2), 5 + np.sqrt(2))
    assert np.allclose(space["my_running"](np.zeros(1), np.ones(1), batch, 0.1), [[0.5], [1.3]])
    inference = space["my_inference"](column(5), 2, 1, 3, 4, 1e-12)
    assert np.allclose(inference, 3)
    assert np.allclose(space["my_fold"](column(3), np.array([1]), 4, 1, 3, 4, 1e-12)[0], 6)
    assert np.allclose(space["my_fold"](column(3), np.array([1]), 4, 1, 3, 4, 1e-12)[1], -3)


def test_a_layer_that_is_made_already_is_refused_in_words():
    with pytest.raises(TypeError, match=r"class's name without brackets after it.*type Base"):
        check_layer(Base(3))


def test_gradients_that_are_added_up_are_named():
    class Adds(Base):
        dgamma = dbeta = 0.0

        def backward(self, dy):
            before = self.dgamma, self.dbeta
            dH = super().backward(dy)
            self.dgamma, self.dbeta = self.dgamma + before[0], self.dbeta + before[1]
            return dH

    message = check_layer(Adds).message
    assert "In backward: Right already: dH." in message
    assert "For the first batch your dγ and dβ would be right" in message
    assert "Set it anew each time, with =, not +=." in message


@pytest.mark.parametrize("name", ["mean", "var"])
def test_what_is_remembered_has_no_place_in_training(name):
    class Mixes(Base):
        def backward(self, dy):
            return super().backward(dy) / (1 + getattr(self, name))

    message = check_layer(Mixes).message
    assert f"In backward: {message[13:]}" == message
    assert f"Your dH changes with self.{name}, which is remembered for inference." in message


def test_a_step_that_is_taken_twice_is_named():
    class Twice(Base):
        def forward(self, H):
            y = super().forward(H)
            if self.training:
                Base.after_step(self)
            return y

    message = check_layer(Twice).message
    assert message.startswith("In after_step: ")
    assert "is the step taken twice?" in message


def test_what_a_layer_is_not_given_is_not_asked_for():
    class Bends(Base):
        def after_step(self):
            self.mean, self.var = np.sinh(self.batch_mean), np.cosh(self.batch_var)

    message = check_layer(Bends).message
    assert "Whatever mean and var are, your result is the same" in message  # and not momentum


def test_a_gradient_among_others_is_to_be_returned_alone():
    class All(Base):
        def backward(self, dy):
            return super().backward(dy), self.dgamma, self.dbeta

    assert "of type tuple. Return it alone" in check_layer(All).message


@pytest.mark.parametrize(
    ("fold", "said"),
    [
        (
            lambda W, b, gamma, beta, mean, var, eps: ((gamma / var)[:, None] * W, b),
            "Here (4, 1) is unit × 1 and (6, 4) is input × unit. Units lie along the last axis",
        ),
        (
            lambda W, b, gamma, beta, mean, var, eps: (np.diag(gamma) @ W, b),
            "A product @ runs along one axis of both, but here meet 6 inputs and 4 units.",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_told_by_what_stands_along_them(fold, said):
    verdict = exercises.check_fold(fold)
    assert verdict.stage == "error"
    assert said in verdict.cause


def test_a_wrong_forward_is_looked_at_without_gamma_and_beta():
    def sorts(H, gamma, beta, eps):
        return gamma * (np.sort(H, axis=0)[::-1] - H.mean(axis=0)) + beta

    def bends(H, gamma, beta, eps):
        H_hat = (H - H.mean(axis=0)) / np.sqrt(H.var(axis=0) + eps)
        return H_hat * gamma**3 + np.sinh(beta)

    assert "With γ = 1 and β = 0, which leaves H_hat: " in exercises.check_forward(sorts).cause
    said = exercises.check_forward(bends).cause
    assert said == "With γ = 1 and β = 0 it is right; with others it should be γ · H_hat + β."


@pytest.mark.parametrize("seed", range(5))
def test_a_right_layer_passes_with_other_numbers(seed):
    assert check_layer(AsInTheNotebook, seed=seed).require()


def test_a_layer_that_never_ends_is_stopped(monkeypatch):
    class Endless(Base):
        def forward(self, H):
            while True:
                pass

    monkeypatch.setattr("bn_lib.exercises.learner.SECONDS", 0.2)
    assert "did not end within 0.2 seconds" in check_layer(Endless).message


@pytest.mark.parametrize("seed", range(3))
def test_a_right_layer_learns_as_the_librarys_does(seed):
    losses = []
    for norm in (BatchNorm, AsInTheNotebook):
        rng = np.random.default_rng(seed)
        x, labels = rng.normal(0, 1, (300, 10)), rng.integers(0, 4, 300)
        network = dense([10, 8, 8, 4], Sigmoid, rng, norm=norm)
        losses.append(Training(network, x, labels, SGD(0.5), rng, batch=30).run(100).losses)
    assert np.allclose(*losses, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_on_the_digits_it_agrees_to_the_end(seed):
    d, shares = digits(), []
    for norm in (BatchNorm, AsInTheNotebook):
        network = dense([64, 50, 50, 10], Sigmoid, np.random.default_rng(seed), norm=norm)
        rng = np.random.default_rng(seed + 100)
        Training(network, d.x, d.labels, SGD(0.5), rng, batch=64).run(300)
        shares.append(accuracy(network, d.test_x, d.test_labels))
    assert shares[0] == shares[1] > 0.95

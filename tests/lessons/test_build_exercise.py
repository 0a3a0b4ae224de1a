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

"""The check of a layer of one's own, beyond what the students' layers show."""

import numpy as np
import pytest

from bn_lib.data import digits
from bn_lib.exercises import check_layer
from bn_lib.measure import accuracy
from bn_lib.network import BatchNorm, Sigmoid, dense
from bn_lib.training import SGD, Training
from tests.lessons.students.layering import AsInTheNotebook, Base


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

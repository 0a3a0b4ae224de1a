"""The check of a layer of one's own (11): its methods one by one, then all of it in a network.

Each method is tried as the function that it stands for, by the exercise that knows its mistakes.
"""

from dataclasses import replace

import numpy as np

from bn_lib.network import BatchNorm, Sigmoid, dense
from bn_lib.training import SGD, Training

from . import learner
from .backward import Gradients
from .build import Forward
from .causes import joined
from .exercise import attempt
from .inspection import stubs_used, unwritten
from .modes import Inference, Running
from .moments import small_batch
from .results import in_words, same
from .runner import run
from .verdict import ELSEWHERE, ERROR, NOT_WRITTEN, NOTHING, RIGHT, SHAPE, STUB, Mistake, Verdict

NAME = "check_layer"
EPS, MOMENTUM = 1e-5, 0.1  # what the notebook asks for
STEPS = 5  # of the training beside the library's layer
PARAMETERS = ("gamma", "beta")
KEPT = {"mean": 0.0, "var": 1.0}  # and how they start


class OfLayer:
    """What the exercises of a layer's methods share: ε and momentum are the layer's own."""

    name = NAME
    steps = 1  # how many of forward, backward and after_step the batch before goes through
    remembers = False  # whether the method uses what the layer remembers

    def data(self, rng, variant):
        """As the exercise's, with the layer's ε and momentum, which are the last argument."""
        *data, _ = super().data(rng, variant)
        return *data, EPS if "eps" in self.arguments else MOMENTUM

    def otherwise(self, function, trials, left):
        """Whether a batch before comes in, or what the layer remembers for inference."""
        names = " and ".join(self.returns[at] for at in left)
        right, data = trials[0].expected, trials[0].data
        alone = self._outputs(function.without(before=False), data)
        if alone and all(same(alone[at], right[at]) for at in left):
            return [
                f"For the first batch your {names} would be right; for the next, something of the"
                " batch before is still in it. Set it anew each time, with =, not +=."
            ]
        for name in () if self.remembers else KEPT:
            other = self._outputs(function.without(kept=name), data)
            if other and not all(same(other[at], trials[0].found[at]) for at in left):
                return [
                    f"Your {names} changes with self.{name}, which is remembered for inference. In"
                    " training all comes from the batch at hand: let forward keep its mean and"
                    " root in self."
                ]
        return []

    def _outputs(self, function, data):
        try:
            return attempt(self, function, data).found
        except Mistake:
            return None


class LayerForward(OfLayer, Forward):
    """`forward` in training mode."""

    hints = (
        "In training mode your my_forward makes Y of H, self.gamma, self.beta and 1e-5. In"
        " inference mode your my_inference does, with self.mean and self.var besides.",
        "In training mode, before you return Y: self.H = H, then self.std, the root, and"
        " self.H_hat, each computed as in my_forward.",
    )

    @staticmethod
    def of(layer, H, gamma, beta, eps):
        """The method as a function."""
        layer.gamma, layer.beta, layer.training = gamma, beta, True
        return layer.forward(H)


class LayerBackward(OfLayer, Gradients):
    """`backward` after `forward`, with what it leaves in `dgamma` and `dbeta`."""

    steps = 2
    hints = (
        "Your my_backward makes all three gradients of dy and of what forward has kept. Is that"
        " right? self.H_hat is H without its mean, divided by the root.",
        "dH, self.dgamma, self.dbeta = my_backward(dy, self.H_hat, self.gamma, self.std). Then"
        " return dH.",
    )

    def data(self, rng, variant):
        """dy, H_hat, gamma, and std with the layer's ε."""
        dy, _, gamma, _ = Gradients.data(self, rng, variant)
        H = small_batch(rng, variant)
        std = np.sqrt(H.var(axis=0) + EPS)
        return dy, (H - H.mean(axis=0)) / std, gamma, std

    @staticmethod
    def of(layer, dy, H_hat, gamma, std):
        """The method as a function. The batch 3 + H_hat · std is normalized to H_hat again."""
        layer.gamma, layer.beta, layer.training = gamma, np.full_like(gamma, 0.5), True
        layer.forward(3 + H_hat * std)
        dH = layer.backward(dy)
        return None if dH is None else (dH, layer.dgamma, layer.dbeta)


class LayerRunning(OfLayer, Running):
    """`after_step`, which lets `mean` and `var` follow the batch."""

    steps, remembers = 3, True
    hints = (
        "Your my_running makes the new mean and var of the old ones and the batch that forward has"
        " kept.",
        "self.mean, self.var = my_running(self.mean, self.var, self.H, 0.1).",
    )

    @staticmethod
    def of(layer, mean, var, H, momentum):
        """The method as a function; a layer may do it in `forward`, too."""
        layer.mean, layer.var, layer.training = mean.copy(), var.copy(), True
        layer.forward(H)
        layer.backward(np.ones_like(H))
        layer.after_step()
        return layer.mean, layer.var


class LayerInference(OfLayer, Inference):
    """`forward` in inference mode."""

    remembers = True
    hints = (
        "When self.training is False, forward does something else: it begins with a question, if"
        " not self.training.",
        "There return my_inference(H, self.gamma, self.beta, self.mean, self.var, 1e-5).",
    )

    @staticmethod
    def of(layer, H, gamma, beta, mean, var, eps):
        """The method as a function."""
        layer.gamma, layer.beta, layer.mean, layer.var = gamma, beta, mean, var
        layer.training = False
        return layer.forward(H)


METHODS = (  # in the order of the notebook: what each is called, its exercise, what has to be there
    ("forward", LayerForward, "forward"),
    ("backward", LayerBackward, "backward"),
    ("after_step", LayerRunning, "after_step"),
    ("forward in inference mode", LayerInference, "forward"),
)


def check_layer(layer, seed=0):
    """Check a learner's class of a batch norm layer, made by `layer(units)`.

    It has what `bn_lib.network` asks of a layer: `forward(H)`, `backward(dy)`, which leaves
    `dgamma` and `dbeta`, `after_step()`, `parameters` with "gamma" and "beta", and besides these
    two the running `mean` and `var`, each (units,). ε is 1e-5, and momentum, the weight of the new
    batch, 0.1. Called as `check_layer(MyBatchNorm)`; `seed` chooses the numbers. Returns a Verdict;
    raises TypeError if `layer` is no class.
    """
    if not isinstance(layer, type):
        raise TypeError(
            "check_layer makes the layer itself: give it the class's name without brackets after"
            f" it. It got something of type {type(layer).__name__}."
        )
    try:
        _starts_right(layer)
    except Mistake as found:
        return Verdict(False, str(found), found.stage, found.cause, check=NAME)
    already, remarks = [], []
    for name, exercise, method in METHODS:
        follows = already and method == "after_step" and "forward"  # it may be done there
        verdict = run(exercise(), Method(layer, exercise, follows or method), seed)
        missing = "" if verdict else _missing(getattr(layer, method), method, verdict.stage)
        if missing:
            right = f"Right already: {' and '.join(already)}. " if already else ""
            message = f"{right}{STUB.format(f'the dots in {missing}')}"
            return Verdict(
                False, message, NOT_WRITTEN, "", tuple(already), exercise.hints, check=NAME
            )
        if not verdict:
            message = f"In {name}: {verdict.message}"
            return replace(verdict, message=message, already=(*already, *verdict.already))
        remarks += verdict.message.split("One remark: ")[1:]
        already.append(name)
    try:
        cause = _changes_in_inference(layer) or _differs_in_a_network(layer)
    except Mistake as found:
        cause = f"In a network: {found}"
    if cause:
        rest = "Each method is right by itself, but one thing is not."
        return Verdict(False, f"{rest} {cause}", ELSEWHERE, cause, tuple(already), check=NAME)
    praise = (
        "Right: forward, backward, and both modes. In a network it does what the library's does."
    )
    message = joined([praise, *(f"One remark: {remark.strip()}" for remark in remarks)])
    return Verdict(True, message, RIGHT, already=tuple(already), check=NAME)


class Method:
    """A method of a learner's layer as the function that an exercise calls.

    It has the method's code, so that what is said of the function is said of the learner's lines.
    """

    def __init__(self, layer, exercise, method, before=True, kept=None):
        self.made_of = layer, exercise, method
        self.before, self.kept = before, kept
        self.__code__ = getattr(getattr(layer, method), "__code__", None)

    def without(self, **changed):
        """The same without a batch before, or with another value of what is `kept`."""
        return Method(*self.made_of, **changed)

    def __call__(self, *data):
        """Make a layer of as many units as the data have, and try the method on it.

        A batch goes through it before, and it remembers something, which is of no account.
        """
        layer, exercise, _ = self.made_of
        units = np.shape(data[-2])[-1] if exercise is LayerRunning else np.shape(data[0])[-1]
        made, rng = layer(units), np.random.default_rng(0)
        if self.before:
            made.training = True
            for method in ("forward", "backward", "after_step")[: exercise.steps]:
                given = (rng.normal(2, 3, (6, units)),) if method != "after_step" else ()
                getattr(made, method)(*given)
        for name, at in zip(KEPT, (0.5, 2.0), strict=True):
            setattr(made, name, np.linspace(at, at + 1, units) * (3 if name == self.kept else 1))
        return exercise.of(made, *data)


def _missing(method, name, stage):
    """The method if it is not written yet, or a function that it calls if that is not; or ""."""
    if unwritten(method):
        return name
    called = stubs_used(method) if stage in (ERROR, NOTHING) else []
    return f"{called[0]}, which {name} calls" if called else ""


def _starts_right(layer):
    """Raise Mistake for a layer that cannot be made, or lacks a part."""

    def make():
        return layer(3)

    made = learner.call(make, ()).found
    for method in ("forward", "backward", "after_step"):
        if not callable(getattr(made, method, None)):
            raise Mistake(
                ERROR, f"Your layer has no method {method}: is it indented as far as the others?"
            )
    for name, start in {"gamma": 1.0, "beta": 0.0, **KEPT}.items():
        value = getattr(made, name, None)
        if np.shape(value) != (3,) or not np.all(np.equal(value, start)):
            came = "missing" if value is None else in_words(np.asarray(value, float))
            raise Mistake(
                SHAPE, f"self.{name} has to start as {start:g} for each unit, but it is {came}."
            )
    names = getattr(made, "parameters", ())
    if set(names) != set(PARAMETERS):
        raise Mistake(
            SHAPE, f"parameters says what a network may learn, {PARAMETERS}, but it is {names!r}."
        )


def _changes_in_inference(layer):
    """A sentence if evaluating changes what the layer keeps, or ""."""

    def evaluate():
        made, rng = layer(3), np.random.default_rng(0)
        made.training = False
        H, other = rng.normal(2, 3, (6, 3)), rng.normal(5, 1, (4, 3))
        first, kept = np.array(made.forward(H)), (np.array(made.mean), np.array(made.var))
        made.forward(other)
        return first, made.forward(H), kept, (made.mean, made.var)

    first, again, before, after = learner.call(evaluate, ()).found
    if not all(map(np.array_equal, before, after)):
        return "In inference mode forward changes the running mean or var; it may only use them."
    return "" if np.array_equal(first, again) else "In inference mode a batch changes the next one."


def _differs_in_a_network(layer):
    """A sentence if a network with it learns otherwise than one with the library's, or ""."""

    def losses(norm):
        rng = np.random.default_rng(1)
        x, labels = rng.normal(0, 1, (24, 6)), rng.integers(0, 3, 24)
        network = dense([6, 5, 4, 3], Sigmoid, rng, norm=norm)
        return Training(network, x, labels, SGD(0.5), rng, batch=8).run(STEPS).losses

    if np.allclose(learner.call(losses, (layer,)).found, losses(BatchNorm), rtol=1e-9):
        return ""
    return (
        "In a network it learns otherwise than the library's layer: does it keep something that"
        " all its layers share, such as a list in the class?"
    )

"""Trainings that were recorded once, because they take minutes or hours, and what they found.

A record is an npz file that says itself what is in it. Its entry `axes` has a line for each of its
arrays, the name and then the axes in order, such as "right seed rate step". An axis whose places
have values or names has them in the array of its own name. The scripts in tools/records compute
the files, a script for each.
"""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bn_lib.data.archive import HERE, read


class Record:
    """The arrays of a recorded run. `command` computes it again.

    Raises ValueError if the file is missing or damaged, or contradicts what it says of itself.
    """

    def __init__(self, path: Path, command: str):
        self.path, self.advice = path, f"Run `{command}`."
        self.arrays = read(path, self.advice)
        lines = self.arrays.pop("axes", np.array([])).ravel().tolist()
        self.axes = {name: tuple(axes) for name, *axes in (str(line).split() for line in lines)}
        lengths = {}
        # The values of the axes come first, so that an array of another length is the one named.
        for name in sorted(self.axes, key=lambda name: self.axes[name] != (name,)):
            if name not in self.arrays:
                raise ValueError(f"{path} has lost its array {name!r}. {self.advice}")
            axes, shape = self.axes[name], self.arrays[name].shape
            expected = tuple(map(lengths.setdefault, axes, shape))
            if shape != expected or len(shape) != len(axes):
                raise ValueError(
                    f"{path}: {name} has shape {shape}, expected {expected} along {axes}."
                    f" {self.advice}"
                )

    def over(self, name: str, *axes: str) -> np.ndarray:
        """The array of this name; raises ValueError if it does not have these axes, in order."""
        if self.axes.get(name) != axes:
            raise ValueError(
                f"{self.path} is another file than expected: it has no array {name!r} with the"
                f" axes {axes}. {self.advice}"
            )
        return self.arrays[name]

    def values(self, axis: str) -> list:
        """The values or names along an axis."""
        return self.over(axis, axis).tolist()


def write(path: Path, axes: Mapping[str, ArrayLike], **arrays: tuple[str, ArrayLike]) -> None:
    """Write a file that `Record` reads.

    axes: their values or names. arrays: for each the names of its axes, with spaces between them,
    and its values. An axis that only counts need not be among `axes`.
    """
    arrays |= {axis: (axis, values) for axis, values in axes.items()}
    lines = [" ".join([name, *names.split()]) for name, (names, _) in arrays.items()]
    values = {name: np.asarray(array) for name, (_, array) in arrays.items()}
    np.savez_compressed(path, axes=np.array(lines), **values)


# ---------------------------------------------------------------- notebooks 00 and 05


class Puzzle(NamedTuple):
    """How networks that compute the same at step 0 come to their different ends, on ten seeds.

    Accuracies are those on the test images; NaN stands for a network whose training has diverged.

    steps: those at which the networks were seen, (T,): first each one, then fewer, up to 1,000.
    accuracy: by the name of the network, (10, T). "no batch norm" has none; "batch norm" starts
        with γ = 1, β = 0, and "only normalized" keeps these; "starts undone" has γ and β at first
        that undo it on 64 images, and "frozen undone" keeps these.
    spread: how large the signals are that enter the activations, by network, (10, T, layers): the
        standard deviation over 64 images, the mean of a layer's units; infinite after divergence.
    if_learned: the accuracy after 300 steps of "starts undone" if of all γ and β only those may
        learn that the key names, such as "γ of layer 4", (10,).
    controls: the accuracy after 300 steps, by the name of a network or a control, and then by the
        learning rate, (10,).
    late: what becomes of them later; by network, and then by step, 1,000 to 10,000: accuracy
        (10,) and spread (10, layers).
    """

    steps: np.ndarray
    accuracy: dict
    spread: dict
    if_learned: dict
    controls: dict
    late: dict

    def after(self, step: int) -> dict:
        """The accuracy after a step, by network, (10,)."""
        if step not in self.steps and step in self.late["batch norm"]:
            return {name: late[step][0] for name, late in self.late.items()}
        place = self._place(step)
        return {name: accuracy[:, place] for name, accuracy in self.accuracy.items()}

    def sizes(self, step: int) -> dict:
        """The spread of the signals after a step, by network, (10, layers)."""
        place = self._place(step)
        return {name: spread[:, place] for name, spread in self.spread.items()}

    def _place(self, step):
        places = np.flatnonzero(self.steps == step)
        if not len(places):
            raise ValueError(f"step is {step}, expected one of those recorded: {self.steps}")
        return places[0]


def puzzle(setting: str, path: Path = HERE / "puzzle.npz") -> Puzzle:
    """Return the record of one of the two settings of notebook 00's puzzle.

    setting: "faint", four hidden layers of 50 sigmoids with Xavier's weights, learning rate 0.5;
        or "exploding", six of relu with three times He's weights, learning rate 0.1.

    `make sweeps` computes it again. Raises ValueError for another setting, and if the file is
    missing or another one.
    """
    if setting not in ("faint", "exploding"):
        raise ValueError(f'setting is {setting!r}, expected "faint" or "exploding"')
    record = Record(path, "make sweeps")
    networks = record.values("network")
    layer, choice, rate = (f"{setting}_{axis}" for axis in ("layer", "choice", "rate"))

    def accuracy(name, *axes):
        right = record.over(name, *axes)
        return np.where(right < 0, np.nan, right / record.over("tested"))

    seen = accuracy(f"{setting}_right", "network", "seed", "step")
    spread = record.over(f"{setting}_spread", "network", "seed", "step", layer)
    chosen = accuracy(f"{choice}_right", choice, "seed")
    controlled = accuracy(f"{setting}_control_right", "control", rate, "seed")
    later = accuracy(f"{setting}_late_right", "network", "seed", "late")
    sizes = record.over(f"{setting}_late_spread", "network", "seed", "late", layer)
    late = {
        name: {
            step: (later[i, :, j], sizes[i, :, j]) for j, step in enumerate(record.values("late"))
        }
        for i, name in enumerate(networks)
    }
    return Puzzle(
        steps=record.over("step", "step"),
        accuracy=dict(zip(networks, seen, strict=True)),
        spread=dict(zip(networks, spread, strict=True)),
        if_learned=dict(zip(record.values(choice), chosen, strict=True)),
        controls={
            control: dict(zip(record.values(rate), by_rate, strict=True))
            for control, by_rate in zip(record.values("control"), controlled, strict=True)
        },
        late=late,
    )


# ---------------------------------------------------------------- notebook 06


class PaperSweep(NamedTuple):
    """What 784-100-100-100-10 sigmoid networks did on MNIST while they trained.

    Side 0 is without, side 1 with batch norm; stds are of the initial weights, rates the learning
    rates, steps (T,) those at which the networks were evaluated. Seed 0:

    accuracy: on the test images, (2, stds, rates, T), 0 once training has diverged.
    unit: the typical unit of the last hidden layer, (2, stds, rates), chosen by `typical_unit` in
        tools/records/paper.py.
    percentiles: the 15th, 50th and 85th of that unit's input, (2, stds, rates, T, 3).
    widths: the 85th percentile less the 15th, the median over that layer's units, like accuracy.
    ranges: over which a unit's 50th moves from a step on, again the median over the units.

    again: accuracies of seeds 0 to 2, (3, T), by (side, std, rate), for chosen cells.
    fresh: accuracies of seeds 3 to 8, (6, T), by (side, std, rate), for the best cells of each
        side, which seeds 0 to 2 have chosen. Empty in a record that has no such runs.
    """

    stds: list
    rates: list
    steps: np.ndarray
    accuracy: np.ndarray
    unit: np.ndarray
    percentiles: np.ndarray
    widths: np.ndarray
    ranges: np.ndarray
    again: dict
    fresh: dict


def paper_sweep(path: Path = HERE / "paper.npz") -> PaperSweep:
    """Return the recorded experiment of Ioffe & Szegedy 2015, section 4.1, in full length.

    `make paper` computes it again. Raises ValueError if the file is missing or another one.
    """
    record = Record(path, "make paper")
    cell, images = ("side", "std", "rate"), record.over("tested")

    def by_cell(kind):
        axes = [record.over(f"{kind}_{axis}", kind).tolist() for axis in cell]
        runs = record.over(f"{kind}_right", kind, f"{kind}_seed", "step") / images
        return dict(zip(zip(*axes, strict=True), runs, strict=True))

    return PaperSweep(
        stds=record.values("std"),
        rates=record.values("rate"),
        steps=record.over("step", "step"),
        accuracy=record.over("right", *cell, "step") / images,
        unit=record.over("unit", *cell),
        percentiles=record.over("percentiles", *cell, "step", "percentile"),
        widths=record.over("widths", *cell, "step"),
        ranges=record.over("ranges", *cell, "step"),
        again=by_cell("again"),
        fresh=by_cell("fresh"),
    )


# ---------------------------------------------------------------- notebook 07


def noise_dial(activation: str, path: Path = HERE / "noise.npz") -> dict:
    """Return how good networks get whose inputs are shaken, and how far these move in a step.

    activation: "sigmoid" or "relu". By the name of the network an array (3, seeds): how far the
    mean of a unit of the last hidden layer moves in a step, as it is, and in units of σ, averaged
    over units and steps; and the accuracy on the test images. The names are "no batch norm",
    "starts undone", "frozen undone", "batch norm", "noise 1" and others with the dose, and "noise 1
    without batch norm".

    `make sweeps` computes it again. Raises ValueError for another activation, and if the file is
    missing or another one.
    """
    record = Record(path, "make sweeps")
    activations = record.values("activation")
    if activation not in activations:
        raise ValueError(f"activation is {activation!r}, expected one of {activations}")
    axes, at = ("activation", "network", "seed"), activations.index(activation)
    plain, in_sigma, right = (
        record.over(name, *axes)[at] for name in ("plain", "in_sigma", "right")
    )
    parts = np.stack([plain, in_sigma, right / record.over("tested")], axis=1)
    return dict(zip(record.values("network"), parts, strict=True))


class DriftSweep(NamedTuple):
    """48 settings of training, each without batch norm, with it, and with a fast β.

    settings: of each (activation, factor of the initial weights, learning rate).
    numbers: by quantity, layer and network a value for each setting, shape (48,). Layers are the
        "first" and the "last" hidden one; networks "no batch norm", "batch norm" and "β × 300",
        whose β has a rate 300 times as large. Quantities: how far a unit's mean moves in a step,
        in units of σ, on the average ("mean, in σ") and in the median unit ("mean, in σ, typical
        unit"), and as it is ("mean, plain"); how far log σ moves ("spread"), and the standardized
        15th, 50th and 85th percentiles ("shape"); the length of the mean's way over the distance
        that it leads ("wobble").
    accuracy: on the test images, by network, (48,).
    """

    settings: list
    numbers: dict
    accuracy: dict


def drift_sweep(path: Path = HERE / "drift.npz") -> DriftSweep:
    """Return how far the inputs of activations drift, in many settings of training.

    `make sweeps` computes it again. Raises ValueError if the file is missing or another one.
    """
    record = Record(path, "make sweeps")
    setting = ("activation", "scale", "rate")
    networks, layers = record.values("network"), record.values("layer")
    drift = record.over("drift", *setting, "network", "layer", "quantity")
    drift = drift.reshape(-1, *drift.shape[3:]).astype(float)
    accuracy = record.over("accuracy", *setting, "network").reshape(-1, len(networks))
    numbers = {
        quantity: {
            layer: {network: drift[:, n, k, q] for n, network in enumerate(networks)}
            for k, layer in enumerate(layers)
        }
        for q, quantity in enumerate(record.values("quantity"))
    }
    settings = list(product(*map(record.values, setting)))
    return DriftSweep(settings, numbers, dict(zip(networks, accuracy.T, strict=True)))


class SecondMeasure(NamedTuple):
    """Internal covariate shift by gradients, in stacks of linear layers, by learning rate.

    more: in how many layers the gradient shifts more with batch norm than without, by "angle" and
        by "length", and then by rate, (seeds,).
    losses: after training, without and with batch norm, by rate, (2, seeds).
    layers: how many are compared.
    """

    more: dict
    losses: dict
    layers: int


def second_measure(path: Path = HERE / "linear.npz") -> SecondMeasure:
    """Return the shift of Santurkar et al. 2018, definition 2.1, in stacks of 25 linear layers.

    `make sweeps` computes it again. Raises ValueError if the file is missing or another one.
    """
    record = Record(path, "make sweeps")
    axes = ("network", "rate", "seed")
    without, with_bn = record.over("cosine", *axes, "layer")
    short, long = record.over("length", *axes, "layer")
    rates = record.values("rate")
    more = {"angle": (with_bn < without).sum(axis=-1), "length": (long > short).sum(axis=-1)}
    return SecondMeasure(
        more={name: dict(zip(rates, counts, strict=True)) for name, counts in more.items()},
        losses=dict(zip(rates, record.over("loss", *axes).swapaxes(0, 1), strict=True)),
        layers=len(record.values("layer")),
    )


# ---------------------------------------------------------------- notebook 08


class RateSweep(NamedTuple):
    """What learning rates networks tolerate; accuracies are those on the test images.

    accuracy: (seeds, activations, sides, steps, rates, scales), 0 once training has diverged;
        activations: ReLU, sigmoid; sides: no batch norm, batch norm; four hidden layers.
    steps, rates, scales, start_rates: lists, along its axes and those of good_start.
    first: the same of the first seed alone, at more steps: (activations, sides, steps, rates,
        scales). first_steps: these, a list.
    good_start: the settings of `puzzle` after 300 steps, with "good start": no batch norm, each
        unit at mean 0 and σ = 1 on 64 images at step 0; and "BN, good start": batch norm with
        its weights. By setting and network: (rates, 10 seeds), 0 after divergence.
    """

    accuracy: np.ndarray
    steps: list
    rates: list
    scales: list
    first: np.ndarray
    first_steps: list
    good_start: dict
    start_rates: list


def rate_map(path: Path = HERE / "rate_map.npz") -> RateSweep:
    """Return the test accuracy of networks by learning rate and scale, and after a good start.

    `make sweeps` computes it again. Raises ValueError if the file is missing or another one.
    """
    record = Record(path, "make sweeps")
    right = record.over("right", "seed", "activation", "side", "step", "rate", "scale")
    axes = ("setting", "network", "puzzle_rate", "puzzle_seed")
    tested, ends = record.over("tested"), record.over("puzzle_right", *axes)
    settings, networks, start_rates, _ = map(record.values, axes)
    good_start = {
        setting: dict(zip(networks, by_network, strict=True))
        for setting, by_network in zip(settings, np.maximum(ends, 0) / tested, strict=True)
    }
    steps, late, rates, scales = map(record.values, ("step", "late_step", "rate", "scale"))
    later = record.over("late_right", "activation", "side", "late_step", "rate", "scale")
    first = np.concatenate([right[0], later], axis=2) / tested
    return RateSweep(
        right / tested, steps, rates, scales, first, steps + late, good_start, start_rates
    )


# ---------------------------------------------------------------- notebook 09


class BatchNoise(NamedTuple):
    """What is learned in 30 epochs, by how many examples share their statistics or their step.

    sizes: of the batches. rates: by the kind of network, the learning rate of each size that was
    best for other seeds. errors: by kind, the share of the test images that is classified wrongly,
    (sizes, seeds). losses: by kind, the loss on the images trained on, (sizes, seeds).

    "batch norm in groups" takes steps on batches of 256; groups of the size have statistics.
    """

    sizes: list
    rates: dict
    errors: dict
    losses: dict


def batch_noise(path: Path = HERE / "batch_noise.npz") -> BatchNoise:
    """Return what small batches do to networks with and without batch norm.

    `make sweeps` computes it again. Raises ValueError if the file is missing or another one.
    """
    record = Record(path, "make sweeps")
    axes = ("kind", "batch", "fresh")
    errors = record.over("fresh_wrong", *axes) / record.over("tested")
    found = record.over("best", *axes[:2]), errors, record.over("fresh_loss", *axes)
    by_kind = (dict(zip(record.values("kind"), each, strict=True)) for each in found)
    return BatchNoise(record.values("batch"), *by_kind)

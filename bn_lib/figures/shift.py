"""Figures of the topic *shift*: how far inputs move in a step, and whether that does harm."""

import numpy as np

from bn_lib.figures.networks import LOOKS
from bn_lib.pictures import style
from bn_lib.pictures.checks import place, take, unpack
from bn_lib.pictures.marks import Dots, Line, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import grid, legend, level, note, share_ticks
from bn_lib.pictures.words import percent, power, short

PAIR = "no batch norm", "batch norm"
NOISY = dict(color=style.OUTPUT, marker="s", mfc="white", mew=style.LINE, markersize=style.BALL)
GUESSING = 0.1  # of ten digits


def dots_of(name) -> dict:
    """The looks of one of the course's networks, as dots."""
    return {part: LOOKS[name][part] for part in ("color", "marker")} | dict(markersize=style.BEAD)


class NoiseDial(Picture):
    """How good networks get above how far their inputs move in a step, in two units of measure.

    `update` takes (without, with_bn, noisy), networks without batch norm, with it, and with noise
    after it, (3, seeds) each: how far means move in a step as it is, then in units of σ, and the
    share of the test images classified correctly. The position has `activation` and `noise`, the
    dose.
    """

    NAMES = (*PAIR, "noisy batch norm")
    LOW, HIGH = 1e-4, 1e2
    UNITS = ("in plain numbers", "in units of σ")

    def __init__(self):
        looks = {name: dots_of(name) for name in PAIR} | {self.NAMES[2]: NOISY}
        with self.drawing(860, 360):
            both = self.figure.subplots(1, 2, sharey=True)
            both[0].set(ylim=(0, 1.06), ylabel="read correctly")
            share_ticks(both[0])
            self.panels = [
                self._build_panel(axes, unit, looks)
                for axes, unit in zip(both, self.UNITS, strict=True)
            ]
            words = dict(va="center", fontsize=style.MEDIUM, color=style.OUTPUT_WORDS)
            self.dose = Words(self, both[0], 1.4 * self.LOW, 0.5, **words)
            legend(self.figure, {name: dict(linestyle="") | look for name, look in looks.items()})

    def _build_panel(self, axes, unit, looks):
        axes.set(xscale="log", xlim=(self.LOW, self.HIGH))
        axes.set_xlabel("how far a mean moves per step")
        axes.set_xticks([1e-4, 1e-2, 1, 100], ["0.0001", "0.01", "1", "100"])
        axes.minorticks_off()
        axes.set_title(f"Movement {unit}")
        grid(axes)
        level(axes, GUESSING, color=style.GUIDE, linestyle=":", linewidth=style.FINE)
        note(axes, 0.8 * self.HIGH, GUESSING + 0.02, "guessing", ha="right", va="bottom")
        # What is noisy lies below the batch norm that it is at dose 0.
        names = (self.NAMES[2], *PAIR)
        return {name: Dots(self, axes, alpha=0.8, **looks[name]) for name in names}

    def update(self, result, *, activation, noise, **others):
        shape = 3, *np.shape(unpack(result, "without", "with_bn", "noisy")[0])[1:]
        networks = take(result, without=shape, with_bn=shape, noisy=shape)
        said = []
        for name, (*moved, accuracy) in zip(self.NAMES, networks, strict=True):
            for dots, far in zip(self.panels, moved, strict=True):
                dots[name].show(np.clip(far, self.LOW, self.HIGH), accuracy)
            plain, in_sigma = (power(far.mean(), 1e-3) for far in moved)
            said.append(f"{name} {percent(accuracy.mean(), 0)}, {plain} per step or {in_sigma} σ")
        low, high = (short(1 + way * noise / 2, 3) for way in (-1, 1))
        self.dose.say(f"noise {short(noise)}: × {low} to {high}, ± {short(noise)}")
        self.sentence = f"{activation}, noise {short(noise)}: {'; '.join(said)}."


class DriftByLayer(Picture):
    """How far the mean of what enters a layer's tanh moves in a step, without and with batch norm.

    layers: how many hidden ones. `update` takes (without, with_bn), the drift in each layer,
    (layers,), at a position with `pixels`, what has been done to the inputs.
    """

    LOW, HIGH = 1e-4, 0.3

    def __init__(self, layers):
        self.places = np.arange(1, layers + 1)
        with self.drawing(860, 340):
            axes = self.figure.subplots()
            axes.set(xlim=(0.7, layers + 0.9), yscale="log", ylim=(self.LOW, self.HIGH))
            axes.set(xticks=self.places, xlabel="hidden layer", ylabel="drift per step, in σ")
            axes.set_yticks([1e-4, 1e-3, 1e-2, 0.1], ["0.0001", "0.001", "0.01", "0.1"])
            axes.minorticks_off()
            grid(axes)
            looks = {name: LOOKS[name] | dict(markersize=style.BEAD) for name in PAIR}
            rods = dict(color=style.STILL, linewidth=style.THIN)
            self.rods = [Line(self, axes, **rods) for _ in self.places]
            self.lines = [
                Line(self, axes, color=look["color"], linestyle=look["linestyle"])
                for look in looks.values()
            ]
            self.dots = [Dots(self, axes, **dots_of(name)) for name in PAIR]
            words = dict(va="center", ha="left", weight="bold", fontsize=style.MEDIUM)
            self.times = [Words(self, axes, x + 0.04, **words) for x in self.places]
            legend(self.figure, looks)

    def update(self, result, *, pixels, **others):
        shape = self.places.shape
        both = take(result, without=shape, with_bn=shape)
        if min(map(np.min, both)) <= 0:
            raise ValueError("a drift is 0 or less, which has no place on a logarithmic axis")
        for line, dots, values in zip(self.lines, self.dots, both, strict=True):
            for mark in (line, dots):
                mark.show(self.places, np.clip(values, self.LOW, self.HIGH))
        said = []
        ends = zip(self.rods, self.times, self.places, *both, strict=True)
        for rod, words, place_, without, with_bn in ends:
            rod.show(place_, np.clip([without, with_bn], self.LOW, self.HIGH))
            times = short(without / with_bn, 2)
            middle = np.clip(np.sqrt(without * with_bn), 2 * self.LOW, self.HIGH / 2)
            words.say(f"÷ {times}", y=middle)
            said.append(times)
        without, with_bn = (short(values[-1], 2) for values in both)
        self.sentence = (
            f"Pixels {pixels}: with batch norm, what enters the tanh drifts {said[0]} times less in"
            f" layer {self.places[0]}, and {said[-1]} times less in layer {self.places[-1]}:"
            f" {with_bn} σ per step instead of {without}."
        )


class ManySettings(Picture):
    """A dot for each setting of training: how much calmer its inputs are with batch norm.

    activations: of each setting, a name; up to three different ones. `update` takes (without,
    with_bn, accuracy, chosen): how much the inputs of each setting drift without and with batch
    norm, (S,); what the two networks get right, (2, S); and the index of the setting that is
    ringed. Where a network gets less than half right, the dot is hollow. The position has `of`,
    the name of the numbers.
    """

    LOW, HIGH, LEARNS = 1e-2, 1e4, 0.5
    LOOKS = (
        dict(marker="o", color=style.NORMALIZED),
        dict(marker="D", color=style.ACCENT),
        dict(marker="^", color=style.TARGET),
    )

    def __init__(self, activations):
        self.activations = np.asarray(activations)
        with self.drawing(860, 430):
            axes = self.figure.subplots()
            self._build_axes(axes)
            names = dict.fromkeys(self.activations)
            looks = dict(zip(names, self.LOOKS, strict=False))
            self.groups = [self._build_group(axes, *each) for each in looks.items()]
            looks["hollow: one reads less than half"] = dict(
                marker="s", color=style.GUIDE, mfc="white", mew=style.LINE
            )
            dots = dict(linestyle="", markersize=style.BEAD)
            legend(self.figure, {name: dots | look for name, look in looks.items()})
            ring = dict(mfc="none", mec=style.INK, markersize=style.HALO, mew=style.LINE)
            self.ring = Dots(self, axes, **ring)
            looks = dict(ha="center", color=style.NOTE, fontsize=style.MEDIUM)
            self.higher = Words(self, axes, 0.66, 0.3 * self.HIGH, va="top", **looks)
            self.lower = Words(self, axes, 0.66, 3.3 * self.LOW, va="bottom", **looks)

    def _build_axes(self, axes):
        axes.set(yscale="log", xlim=(-0.02, 1.03), ylim=(self.LOW, self.HIGH))
        axes.set_xlabel("read correctly without batch norm")
        axes.set_ylabel("times as calm with batch norm")
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        axes.set_yticks([0.01, 0.1, 1, 10, 100, 1e3, 1e4])
        axes.set_yticklabels(["0.01", "0.1", "1", "10", "100", "1,000", "10,000"])
        axes.minorticks_off()
        axes.fill_between([-0.02, 1.03], self.LOW, 1, color=style.SHADE, linewidth=0, zorder=0)
        level(axes, 1, color=style.GUIDE, linestyle="--", linewidth=style.FINE)
        words = dict(fontsize=style.MEDIUM, ha="center")
        note(axes, 0.66, 0.7 * self.HIGH, "▲ calmer with batch norm", va="top", **words)
        note(axes, 0.66, 1.4 * self.LOW, "▼ calmer without", va="bottom", **words)

    def _build_group(self, axes, name, look):
        look = dict(marker=look["marker"], mec=look["color"], markersize=style.BEAD)
        full = Dots(self, axes, mfc=look["mec"], mew=style.THIN, alpha=0.75, **look)
        hollow = Dots(self, axes, mfc="white", mew=style.LINE, **look)
        return self.activations == name, full, hollow

    def update(self, result, *, of, **others):
        shape = self.activations.shape
        without, with_bn, accuracy, chosen = take(
            result, without=shape, with_bn=shape, accuracy=(2, *shape), chosen=()
        )
        chosen = place(chosen, range(len(without)), "chosen")
        if min(without.min(), with_bn.min()) <= 0:
            raise ValueError("a drift is 0 or less: there is no saying how many times it is less")
        times, learn = without / with_bn, (accuracy >= self.LEARNS).all(axis=0)
        least, most = 1.6 * self.LOW, 0.6 * self.HIGH
        heights = np.clip(times, least, most)
        for group, full, hollow in self.groups:
            for dots, shown in ((full, group & learn), (hollow, group & ~learn)):
                dots.show(accuracy[0][shown], heights[shown])
        self.ring.show(accuracy[0][chosen], heights[chosen])
        higher, lower = np.sum(times > most), np.sum(times < least)
        for words, count, edge in ((self.higher, higher, "top"), (self.lower, lower, "bottom")):
            lie = "lies" if count == 1 else "lie"
            words.say(f"{count} {lie} beyond the {edge} edge" if count else "")
        calmer = times > 1
        a, b = (percent(share[chosen], 0) for share in accuracy)
        self.sentence = (
            f"{of}: calmer with batch norm in {np.sum(calmer & learn)} of {learn.sum()} settings "
            f"where both learn, {calmer.sum()} of {len(times)} in all. In the ring "
            f"{short(times[chosen], 2)} times as calm, {a} without, {b} with."
        )


class GradientShift(Picture):
    """In how many layers batch norm changes the gradient more, by two measures; and the losses.

    layers: how many there are; seeds: how many stacks of them. `update` takes (by_angle,
    by_length, losses): the number of layers, (seeds,) each, and the loss after training without
    and with batch norm, (2, seeds), NaN where training has overflowed: what such a stack has as
    its number of layers is not shown. The position has `rate`.
    """

    LOW, HIGH = 3, 30  # of the losses

    def __init__(self, layers, seeds):
        self.layers, self.places = layers, np.arange(seeds)
        measures = {
            "by the angle": dict(color=style.NORMALIZED, marker="o"),
            "by the length": dict(color=style.TARGET, marker="^"),
        }
        with self.drawing(860, 340):
            left, right = self.figure.subplots(1, 2)
            left.set(ylim=(-0.06 * layers, 1.1 * layers), yticks=np.linspace(0, layers, 5))
            left.set(title="more shift with batch norm", ylabel=f"of {layers} layers")
            right.set(yscale="log", ylim=(self.LOW, self.HIGH), title="loss at the end")
            right.set_yticks([3, 10, 30], ["3", "10", "30"])
            right.minorticks_off()
            level(left, layers / 2, color=style.GUIDE, linestyle=":", linewidth=style.FINE)
            for axes in (left, right):
                axes.set(xlim=(-0.6, seeds - 0.4), xlabel="start")
                axes.set_xticks(self.places, self.places + 1)
                grid(axes)
            self.counts = [
                Dots(self, left, markersize=style.BALL, alpha=0.8, **look)
                for look in measures.values()
            ]
            self.losses = [Dots(self, right, alpha=0.8, **dots_of(name)) for name in PAIR]
            over = dict(color=style.NOTE, fontsize=style.MEDIUM, ha="right", va="top")
            self.over = Words(self, right, seeds - 0.5, 0.97 * self.HIGH, **over)
            names = measures | {name: dots_of(name) for name in PAIR}
            dots = dict(linestyle="", markersize=style.BEAD)
            legend(self.figure, {name: dots | look for name, look in names.items()})

    def update(self, result, *, rate, **others):
        by_angle, by_length, losses = unpack(result, "by_angle", "by_length", "losses")
        shape, losses = self.places.shape, np.asarray(losses, dtype=float)
        checked = by_angle, by_length, np.where(np.isnan(losses), self.HIGH, losses)
        *counts, _ = take(checked, by_angle=shape, by_length=shape, losses=(2, *shape))
        kept = ~np.isnan(losses).any(axis=0)
        # Two counts that are equal stand beside each other.
        for dots, values, aside in zip(self.counts, counts, (-0.12, 0.12), strict=True):
            dots.show(self.places[kept] + aside, values[kept])
        for dots, values in zip(self.losses, losses, strict=True):
            ended = ~np.isnan(values)
            dots.show(self.places[ended], np.clip(values[ended], self.LOW, self.HIGH))
        over = np.sum(~kept)
        self.over.say(f"{over} overflowed without" if over else "")
        angle, length = (", ".join(short(each, 2) for each in values[kept]) for values in counts)
        self.sentence = (
            f"Learning rate {short(rate)}: more shift with batch norm in {angle} of {self.layers} "
            f"layers by angle, {length} by length; loss lower in {np.sum(losses[1] < losses[0])} "
            f"of {kept.sum()}."
        )

"""Figures of the topic *scale*: weights that are scaled, and the rates at which they can learn."""

import numpy as np

from bn_lib.figures.paper import AccuracyMaps
from bn_lib.pictures import style
from bn_lib.pictures.checks import place, take, unpack
from bn_lib.pictures.marks import Dots, Line, Words
from bn_lib.pictures.picture import Picture
from bn_lib.pictures.still import legend, level, note
from bn_lib.pictures.words import outside, percent, power, rounded, short


class ScaledWeights(Picture):
    """One unit whose weights are scaled: what it sends into batch norm, and what comes out.

    Left: aWx + c against Wx, example by example. Right: the same after batch norm. before: Wx of
    one unit, shape (N,); reach: the largest |BN(Wx)| of the axes. `update` takes (scaled, plain,
    out): aWx + c, BN(Wx) and BN(aWx + c), shape (N,) each, at a position with `log10_a`, `shift`
    and `eps`, and `mirror` if a may be negative.
    """

    SAME = 1e-9  # "the same" is said below this difference
    REACH = 20  # what the axis of the unit's own outputs shows

    def __init__(self, before, reach=5):
        self.before = np.asarray(before)
        wide, high = 1.1 * np.abs(self.before).max(), self.REACH
        with self.drawing(860, 370):
            left, right = self.figure.subplots(1, 2)
            left.set(title="Into batch norm: aWx + c", xlim=(-wide, wide), ylim=(-high, high))
            left.set(xlabel="Wx", ylabel="aWx + c")
            level(left)
            ring = dict(mfc="none", mec=style.LEVEL, mew=style.THIN)
            left.plot(self.before, self.before, "o", **ring)
            corner = dict(transform=left.transAxes, ha="right")
            note(left, 0.98, 0.03, "rings: a = 1, c = 0", **corner)
            right.set(title="Out of it: BN(aWx + c)", xlim=(-reach, reach), ylim=(-reach, reach))
            right.set(xlabel="BN(Wx)", ylabel="BN(aWx + c)")
            right.plot(
                [-reach, reach], [-reach, reach], ":", color=style.TARGET, linewidth=style.LINE
            )
            corner |= dict(transform=right.transAxes, color=style.TARGET_WORDS)
            note(right, 0.98, 0.03, "dotted: the same output", **corner)
            dots = dict(color=style.OUTPUT, markersize=style.GRAIN, alpha=0.7)
            self.scaled, self.out = Dots(self, left, **dots), Dots(self, right, **dots)
            bold = dict(weight="bold", va="top")
            self.moments = Words(self, left, -0.96 * wide, 0.97 * high, **bold)
            small = dict(va="top", fontsize=style.SMALL)
            self.outside = Words(self, left, -0.96 * wide, 0.82 * high, **small)
            self.verdict = Words(self, right, -0.96 * reach, 0.97 * reach, **bold)

    def update(self, result, *, log10_a, shift, eps, mirror=False, **others):
        shape = self.before.shape
        scaled, plain, out = take(result, scaled=shape, plain=shape, out=shape)
        self.scaled.show(self.before, scaled)
        self.out.show(plain, out)
        off = np.abs(out - plain).max()
        size = f"mean {short(scaled.mean(), 3)}, spread {short(scaled.std(), 3)}"
        verdict = "✓ the same output" if off < self.SAME else f"differs by up to {short(off, 3)}"
        self.moments.say(size)
        self.outside.say(outside(self.scaled.beyond))
        self.verdict.say(verdict)
        a = 10**log10_a * (-1 if mirror else 1)
        self.sentence = (
            f"a = {short(a, 3)}, c = {short(shift, 3)}, ε = {short(eps)}: into batch norm comes"
            f" {size}. Behind it: {verdict}."
        )


class EffectiveRate(Picture):
    """A training beside a reference: its loss, and the effective rate at which its weights turn.

    Left: the loss over the steps. Right: the effective learning rate, rate / |W|². steps: (T,);
    loss, rate: those of the reference, (T,) each, dashed. rates: the range of the right axis.
    `update` takes (loss, rate), (T,) each; the sentence names the position.
    """

    SAME = 1e-9

    def __init__(self, steps, loss, rate, rates, reference="a = 1"):
        self.steps, self.loss, self.name = np.asarray(steps), np.asarray(loss), reference
        with self.drawing(860, 340):
            left, right = self.figure.subplots(1, 2)
            left.set(title="Loss", xlabel="steps", yscale="log", ylim=(5e-4, 9))
            right.set(title="Effective rate: rate / |W|²", xlabel="steps", yscale="log", ylim=rates)
            self.curves = []
            for axes, values in ((left, self.loss), (right, rate)):
                axes.grid(axis="y", color=style.GRID, linewidth=style.THIN)
                axes.set_xlim(0, self.steps[-1])
                axes.plot(self.steps, values, "--", color=style.GUIDE)
                self.curves.append(Line(self, axes, color=style.OUTPUT))
            note(left, 0.03, 0.04, f"dashed: {reference}", transform=left.transAxes)
            corner = dict(ha="right", va="top", transform=left.transAxes)
            self.verdict = Words(
                self, left, 0.97, 0.96, weight="bold", color=style.OUTPUT, **corner
            )

    def update(self, result, **position):
        loss, rate = take(result, loss=self.steps.shape, rate=self.steps.shape)
        for curve, values in zip(self.curves, (loss, rate), strict=True):
            curve.show(self.steps, values)
        same = np.abs(loss - self.loss).max() < self.SAME
        self.verdict.say("✓ the same curve" if same else f"ends at {short(loss[-1], 2)}")
        said = ", ".join(
            value if isinstance(value, str) else f"{name.replace('_', ' ')} = {short(value)}"
            for name, value in position.items()
        )
        beside = "the same curve as" if same else f"{short(self.loss[-1], 2)} for"
        self.sentence = (
            f"{said}: after {self.steps[-1]} steps the loss is {short(loss[-1], 2)} ({beside}"
            f" {self.name})."
            f" Effective rate {power(rate[0], 1e-3)} at first, {power(rate[-1], 1e-3)} at the end."
        )


class RateMap(AccuracyMaps):
    """Accuracy in % for each learning rate (to the right) and scale (upwards), and a chosen cell.

    rates: (R,), scales of the initial weights: (S,). `update` takes (without, with_bn), each (R, S)
    from 0 to 1, at a position with `rate` and `scale`, which must be among them, and `steps`.
    """

    def __init__(self, rates, scales):
        self.rates, self.scales = list(rates), list(scales)
        with self.drawing(860, 380):
            axes = self.figure.subplots(1, 2, sharey=True)
            self.sides = [self._build_side(each) for each in axes]
            axes[0].set_ylabel("initial weights ×")
            words = "numbers: accuracy on the test images in %, rounded down; green: 90 or more"
            self.figure.supxlabel(f"learning rate   ({words})", fontsize=style.MEDIUM)

    def update(self, result, *, rate, scale, steps, **others):
        i, j = place(rate, self.rates, "rate"), place(scale, self.scales, "scale")
        shape = len(self.rates), len(self.scales)
        maps = take(result, without=shape, with_bn=shape)
        counts = [
            self._show(side, shares, name, i, j)
            for side, shares, name in zip(self.sides, maps, ("Without", "With BN"), strict=True)
        ]
        right = [percent(shares[i, j]) for shares in maps]
        self.sentence = (
            f"Rate {short(rate)}, weights ×{short(scale)}, {steps} steps: {right[0]} right without,"
            f" {right[1]} with BN."
            f" 90 % or more in {counts[0]} of {maps[0].size} cells without, {counts[1]} with."
        )


class AlongStep(Picture):
    """How loss and gradient change along the gradient, without and with batch norm.

    steps: (T,) of training at which that was measured; rates: (K,) of the steps that were tried
    there. `update` takes (without, with_bn), each (losses, changes) of shape (T, K): the loss minus
    that at the start, and the length of the gradient's change. The position has `step`, one of
    `steps`; the sentence begins with all else in it.
    """

    LEAST = 1e-4  # in place of what is smaller: the axes are logarithmic
    SIDES = ("without", "with BN")

    def __init__(self, steps, rates):
        self.steps, self.rates = np.asarray(steps), np.asarray(rates)
        with self.drawing(860, 370):
            one, ranges, changes = self.figure.subplots(1, 3)
            one.set(title="At one step", xlabel="rate along the gradient")
            one.set(xlim=(0, 1.03 * rates[-1]), ylim=(-1.5, 3), ylabel="change of the loss")
            level(one)
            note(one, 0.03, 0.02, "below 0: downhill", transform=one.transAxes)
            ranges.set(title="Loss: range", ylim=(1e-3, 60))
            changes.set(title="Gradient: change", ylim=(0.03, 100))
            for axes in (ranges, changes):
                axes.set(yscale="log", xlim=self.steps[[0, -1]], xlabel="steps of training")
                axes.grid(axis="y", color=style.GRID, linewidth=style.THIN)
            self.curves = [self._build_side(one, ranges, changes, look) for look in style.PAIR]
            dotted = dict(linestyle=":", color=style.INK, linewidth=style.FINE)
            self.here = [Line(self, axes, **dotted) for axes in (ranges, changes)]
            corner = dict(transform=one.transAxes, ha="right", va="top")
            self.outside = Words(
                self, one, 0.97, 0.97, fontsize=style.SMALL, color=style.NOTE, **corner
            )
            legend(self.figure, dict(zip(self.SIDES, style.PAIR, strict=True)))

    def _build_side(self, one, ranges, changes, look):
        line = Line(self, one, **look)
        dots = Dots(self, one, markersize=style.GRAIN, mew=style.THIN, color=look["color"])
        return line, dots, Line(self, ranges, **look), Line(self, changes, **look)

    def update(self, result, *, step, **others):
        at = place(step, self.steps, "step")
        shape = len(self.steps), len(self.rates)
        sides = [
            take(part, name, losses=shape, changes=shape)
            for part, name in zip(unpack(result, "without", "with_bn"), self.SIDES, strict=True)
        ]
        said = []
        for curves, (losses, changes) in zip(self.curves, sides, strict=True):
            ranges, largest = np.ptp(losses, axis=1), changes.max(axis=1)
            for curve in curves[:2]:
                curve.show([0, *self.rates], [0, *losses[at]])
            curves[2].show(self.steps, np.maximum(ranges, self.LEAST))
            curves[3].show(self.steps, np.maximum(largest, self.LEAST))
            said.append((rounded(ranges.mean()), rounded(largest.mean())))
        for line in self.here:
            line.show(step, [self.LEAST, 1e3])
        worst = max(losses[at].max() for losses, _ in sides)
        self.outside.say(f"▲ up to {worst:.0f}" if worst > 3 else "")
        (range_1, change_1), (range_2, change_2) = said
        setting = "".join(f"{value}, " for value in others.values())
        self.sentence = (
            f"{setting}step {step}. Mean over all steps: range of the loss {range_1} without,"
            f" {range_2} with BN; change of the gradient {change_1} without, {change_2} with."
        )

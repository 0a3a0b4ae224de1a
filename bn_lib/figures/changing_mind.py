"""A digit, what a network takes it for, and how that changes while the network learns."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, percent, unpack

SIDE = 28  # pixels
CLASSES = 10
DEEP = LinearSegmentedColormap.from_list("deep", ["#ffffff", style.NORMALIZED])


class ChangingMind(Picture):
    """Left: an image. Middle: the probability of each digit now. Right: over all steps.

    steps: when the network was looked at, (T,), at equal distances. `update` takes (image,
    probabilities, label): (784,) with 1 for ink, (T, 10), and what the image is; at a position
    with `step`, one of `steps`.
    """

    def __init__(self, steps):
        super().__init__(860, 380, steps=np.asarray(steps))

    def build(self, steps):
        self.steps = steps
        image, bars, course = self.figure.subplots(1, 3, width_ratios=[1, 0.9, 1.9])
        self._build_image(image)
        self._build_bars(bars)
        self._build_course(course)

    def _build_image(self, axes):
        axes.set(xlim=(0, SIDE), ylim=(SIDE, 0), xticks=[], yticks=[], aspect="equal", anchor="N")
        axes.spines[:].set_visible(True)
        axes.set_title(" ")
        self.image = self.moves(
            axes.imshow(np.zeros((SIDE, SIDE)), "gray_r", vmin=0, vmax=1,
                        extent=(0, SIDE, SIDE, 0), interpolation="nearest")
        )  # fmt: skip
        self.label = self.moving_text(axes, 0, 1.03, weight="bold", fontsize=12.5,
                                      transform=axes.transAxes)  # fmt: skip

    def _build_bars(self, axes):
        axes.set(title="Taken for", xlim=(0, 1.6), ylim=(CLASSES, 0), xlabel="probability")
        axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
        axes.set_yticks(np.arange(CLASSES) + 0.5, range(CLASSES))
        axes.tick_params(axis="y", length=0)
        looks = dict(alpha=0.85, linewidth=0)
        self.bars = [
            self.moves(axes.fill([0, 0], [0, 0], color=style.NORMALIZED, **looks)[0])
            for _ in range(CLASSES)
        ]
        self.answer = self.moving_text(axes, 0, 0, va="center_baseline", weight="bold")

    def _build_course(self, axes):
        last, gap = self.steps[-1], (self.steps[1] - self.steps[0]) / 2
        axes.set(title="Over the steps (dark: sure)", xlabel="steps of training")
        axes.set(xlim=(-gap, last + gap), ylim=(CLASSES, 0))
        axes.set_xticks([0, last // 2, last])
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_yticks(np.arange(CLASSES) + 0.5, range(CLASSES))
        axes.tick_params(axis="y", length=0)
        self.course = self.moves(
            axes.imshow(np.zeros((CLASSES, len(self.steps))), DEEP, vmin=0, vmax=1, aspect="auto",
                        extent=(-gap, last + gap, CLASSES, 0), interpolation="nearest")
        )  # fmt: skip
        self.row = self.moves(axes.plot([], [], color=style.TARGET, linewidth=2)[0])
        self.now = self.moves(axes.plot([], [], color=style.OUTPUT, linewidth=2.5)[0])
        self.ends = -gap, last + gap

    def update(self, result, *, step, **others):
        image, probabilities, label = unpack(result, "image", "probabilities", "label")
        image = expect(image, (SIDE**2,), "the image")
        shares = expect(probabilities, (len(self.steps), CLASSES), "the probabilities")
        label = int(expect(label, (), "the label"))
        at = list(self.steps).index(step)

        self.image.set_data(image.reshape(SIDE, SIDE))
        self.label.set_text(f"The digit: {label}")
        for i, (bar, share) in enumerate(zip(self.bars, shares[at], strict=True)):
            bar.set_xy([(0, i + 0.1), (share, i + 0.1), (share, i + 0.9), (0, i + 0.9)])
        answers = shares.argmax(axis=1)
        taken, sure = answers[at], shares[at].max()
        self.answer.set_position((sure + 0.03, taken + 0.5))
        self.answer.set_text(f"{percent(sure, 0)} {'✓' if taken == label else '✗'}")
        self.course.set_data(shares.T)
        left, right = self.ends
        self.row.set_data([left, right, right, left, left], label + np.array([0, 0, 1, 1, 0]))
        self.now.set_data([step, step], [0, CLASSES])
        self.sentence = (
            f"Step {step:,}: taken for {taken}, with {percent(sure, 0)}; the digit is {label}. "
            f"The answer changes {np.count_nonzero(np.diff(answers))} times in all."
        )

"""The heart of the course: original, normalized and γĤ + β activations of one unit, overlaid."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect
from bn_lib.normalization import moments, normalize, undo_parameters


class Overlay(Picture):
    """One state in three views: the distribution, example by example, the distance from undone.

    before: the original activations of one unit, shape (N,). gamma, beta: the ranges that the
    third view covers, those of the sliders. `update` takes the activations after γĤ + β, shape
    (N,), and the position, which must have `gamma` and `beta`.
    """

    UNDONE = 1e-9  # "undone" is said below this rms difference, in units of σ

    def __init__(self, before, gamma=(-1, 4), beta=(-1, 6), eps=1e-5):
        before = np.asarray(before, dtype=float)
        super().__init__(860, 360, before=before, gamma=gamma, beta=beta, eps=eps)

    def build(self, before, gamma, beta, eps):
        self.before = before
        self.std = float(np.sqrt(moments(before)[1]))
        low, high = beta[0] - 3, beta[1] + 3
        self.edges = np.linspace(low, high, 53)

        layout = dict(width_ratios=[1.8, 1.15, 0.95])
        counts, pairs, bowl = self.figure.subplots(1, 3, gridspec_kw=layout)
        self._build_counts(counts, normalize(before, eps))
        self._build_pairs(pairs, low, high)
        self._build_bowl(bowl, gamma, beta, undo_parameters(before, eps))

    def _build_counts(self, axes, x_hat):
        original = np.histogram(self.before, self.edges)[0]
        normalized = np.histogram(x_hat, self.edges)[0]
        self.top = top = 1.5 * max(original.max(), normalized.max())
        axes.set(title=f"The same {len(x_hat)} examples", xlim=self.edges[[0, -1]], ylim=(0, top))
        axes.set(xlabel="activation of one unit", ylabel="examples in the batch")
        axes.stairs(original, self.edges, fill=True, color=style.ORIGINAL, alpha=0.45)
        axes.stairs(normalized, self.edges, color=style.NORMALIZED, linestyle="--", linewidth=2)
        axes.text(-0.2, normalized.max(), "normalized Ĥ", color=style.NORMALIZED)
        right_hump = np.quantile(self.before, 0.9)
        axes.text(right_hump, 1.05 * original.max(), "original H", color=style.WITHOUT, ha="center")
        self.steps = self.moves(
            axes.stairs(0 * original, self.edges, color=style.OUTPUT, linewidth=2.5, baseline=None)
        )
        looks = dict(color=style.OUTPUT, weight="bold", va="center")
        self.label = self.moving_text(axes, 0, 0.93 * top, "γĤ + β", ha="center", **looks)
        self.left = self.moving_text(axes, self.edges[0], 0.8 * top, ha="left", **looks)
        self.right = self.moving_text(axes, self.edges[-1], 0.8 * top, ha="right", **looks)

    def _build_pairs(self, axes, low, high):
        margin = 0.3 * self.std
        left, right = self.before.min() - margin, self.before.max() + margin
        axes.set(title="Example by example", xlim=(left, right), ylim=(low, high))
        axes.set(xlabel="original H", ylabel="after: γĤ + β")
        axes.plot([low, high], [low, high], color=style.INK, linestyle=":", linewidth=1.5)
        axes.text(right, low + 0.4, "undone: all on\nthe dotted line", ha="right", va="bottom",
                  color=style.NOTE, fontsize=10.5)  # fmt: skip
        dots = axes.plot(
            self.before, self.before, "o", color=style.OUTPUT, markersize=4, alpha=0.5, mew=0
        )
        self.dots = self.moves(dots[0])

    def _build_bowl(self, axes, gamma, beta, undo):
        axes.set(title="The γ, β plane", aspect="equal")
        axes.set(xlim=(gamma[0] - 0.4, gamma[1] + 0.4), ylim=(beta[0] - 0.4, beta[1] + 0.4))
        axes.set(xlabel="γ", ylabel="β")
        for radius in range(1, 8):
            angle = np.linspace(0, 2 * np.pi, 181)
            axes.plot(
                undo.gamma + radius * np.cos(angle),
                undo.beta + radius * np.sin(angle),
                color="#bbbbbb",
                linewidth=1.2,
            )
        axes.plot(undo.gamma, undo.beta, "*", color=style.TARGET, markersize=13, mew=0)
        axes.annotate("undone", (undo.gamma, undo.beta), (0, 14), textcoords="offset points",
                      ha="center", color=style.TARGET)  # fmt: skip
        ring = axes.plot([0], [0], "o", mfc="none", mec=style.OUTPUT, markersize=13, mew=3)
        self.here = self.moves(ring[0])

    def update(self, after, *, gamma, beta, **others):
        after = expect(after, self.before.shape, "the result")
        counts = np.histogram(after, self.edges)[0]
        low, high = self.edges[[0, -1]]
        self.steps.set_data(counts)
        mean, cut = np.mean(after), counts.max() > self.top
        self.label.set_text("γĤ + β" + _beyond(cut * counts.max(), " ▲ {}"))
        beside = 3.6 if mean < np.mean(self.edges) else -3.6  # a bar that is cut goes up there
        self.label.set_x(np.clip(mean + cut * beside, low + 2, high - 2))
        self.left.set_text(_beyond(np.sum(after < low), "◀ {} more"))
        self.right.set_text(_beyond(np.sum(after > high), "{} more ▶"))
        self.dots.set_ydata(after)
        self.here.set_data([gamma], [beta])
        self.sentence = self._sentence(after, gamma, beta)

    def _sentence(self, after, gamma, beta):
        difference = np.sqrt(np.mean((after - self.before) ** 2)) / self.std
        where = f"γ = {gamma:.3f}, β = {beta:.3f}: "
        if difference < self.UNDONE:
            return where + "✓ undone, every example has its original activation back"
        return where + f"the activations are {difference:.3g} σ (rms) away from the original ones"


def _beyond(count: int, text: str) -> str:
    """Say how many examples lie outside the axes, or how many a bar out of sight has, if any."""
    return text.format(count) if count else ""

"""A second batch under the parameters that undo the first one."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect

ROWS = {"batch A": 2.0, "batch B": 1.0, "B after": 0.0}


class SecondBatch(Picture):
    """Left: batch A, batch B, and B after A's γ and β. Right: the rest against the batch size.

    spread: the standard deviation of the law that A is drawn from; span: the range of values to
    show; sizes: the batch sizes along the right axis. `update` takes (A, B, after), each of shape
    (N,); the position has `N` and `scale` (B's spread is scale · spread).
    """

    def __init__(self, spread, span, sizes):
        super().__init__(860, 360, spread=spread, span=span, sizes=sizes)

    def build(self, spread, span, sizes):
        self.spread, self.span = spread, span
        rows, rest = self.figure.subplots(1, 2, width_ratios=[1.9, 1])
        rows.set(title="B goes through the γ and β that undo A", xlim=span, ylim=(-0.6, 2.75))
        rows.set(xlabel="activation", yticks=list(ROWS.values()), yticklabels=list(ROWS))
        rows.spines["left"].set_visible(False)
        rows.tick_params(axis="y", length=0)
        colours = dict(zip(ROWS, (style.ORIGINAL, style.NORMALIZED, style.OUTPUT), strict=True))
        self.dots, self.bars, self.labels = {}, {}, {}
        for name, height in ROWS.items():
            dots = rows.plot([0], [height], "o", color=colours[name], ms=5, mew=0, alpha=0.45)
            self.dots[name] = self.moves(dots[0])
        for name, height in ROWS.items():
            # Mean and one spread to each side, under the dots.
            bar = rows.plot([0, 0], [height - 0.27] * 2, color=style.INK, linewidth=2.5)
            self.bars[name] = self.moves(bar[0])
            self.labels[name] = self.moving_text(
                rows, 0, height + 0.28, fontsize=10.5, ha="center", va="bottom"
            )
        self._build_rest(rest, np.asarray(sizes))

    def _build_rest(self, axes, sizes):
        self.floor = 0.03
        axes.set(title="What is not undone", xscale="log", yscale="log", ylim=(self.floor, 20))
        axes.set(xlabel="N, examples in a batch", ylabel="rms(B after − B), in σ of B's law")
        axes.set_xlim(sizes[0] / 1.3, sizes[-1] * 1.3)
        axes.set_xticks(sizes[::2], [str(n) for n in sizes[::2]])
        axes.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
        axes.minorticks_off()
        axes.plot(sizes, np.sqrt(3 / sizes), color=style.TARGET, linestyle="--")
        middle = sizes[len(sizes) // 2]
        axes.annotate("√(3/N)", (middle, np.sqrt(3 / middle)), (8, 6), color=style.TARGET,
                      textcoords="offset points", weight="bold")  # fmt: skip
        here = axes.plot([1], [1], "o", color=style.OUTPUT, markersize=12, mec="white", mew=1.5)
        self.here = self.moves(here[0])
        self.value = self.moving_text(axes, 1, 1, color=style.OUTPUT, weight="bold", va="bottom")

    def update(self, result, *, N, scale=1.0, **others):
        batches = {
            name: expect(values, (N,), name) for name, values in zip(ROWS, result, strict=True)
        }
        for name, values in batches.items():
            self._show(name, values)
        rest = np.sqrt(np.mean((batches["B after"] - batches["batch B"]) ** 2))
        rest /= self.spread * scale
        self.here.set_data([N], [max(rest, self.floor * 1.15)])
        self.value.set_position((N, max(rest, self.floor) * 1.3))
        self.value.set_ha("right" if N > 8 else "left")
        undone = rest < 1e-9
        self.value.set_text("0 ✓" if undone else f"{rest:.2f}")
        a, b, after = (_mean_and_spread(values) for values in batches.values())
        verdict = "✓ B is back" if undone else f"{rest:.3g} of the σ of B's law (rms) from undone"
        self.sentence = f"A has {a}. B comes in with {b} and leaves with {after}: {verdict}"

    def _show(self, name, values):
        jitter = 0.16 * np.sin(1.9 * np.arange(len(values)))  # spreads the dots, the same each time
        self.dots[name].set_data(values, ROWS[name] + jitter)
        mean, std = np.mean(values), np.std(values)
        self.bars[name].set_xdata([mean - std, mean + std])
        label = self.labels[name]
        label.set_x(np.clip(mean, self.span[0] + 8, self.span[1] - 8))
        label.set_text(_mean_and_spread(values))


def _mean_and_spread(values) -> str:
    return f"μ = {np.mean(values):.2f}, σ = {np.std(values):.2f}"

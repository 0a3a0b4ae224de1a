"""The Jacobian of a normalization as a heat map, and what it does to each direction."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.batch_table import COLOURS
from bn_lib.figures.picture import Picture, expect, rounded, span, unpack

SIZES = (2, 3, 4, 6, 8, 12, 16)
PIXELS = 48  # along each side of the map: a multiple of all sizes
NUMBERS = 8  # up to this size the cells have numbers in them
NOTHING = 1e-9  # below this share of the largest eigenvalue, one is 0 but for rounding


class Jacobian(Picture):
    """Left: the matrix ∂output/∂input of one unit on a batch. Right: what passes, by direction.

    `update` takes (J, x_hat, eigenvalues), of shapes (N, N), (N,) and (N,), for N of `SIZES`, with
    the examples sorted by their activation; and the position, which has `gamma_over_s` and `eps`.
    The two smallest eigenvalues are drawn apart, as those of (1, …, 1) and of x_hat.
    """

    def __init__(self):
        super().__init__(860, 400)

    def build(self):
        axes = self.figure.subplot_mosaic(
            [["map", "passes"], ["x_hat", "passes"]], width_ratios=[1.2, 1], height_ratios=[3.8, 1]
        )
        self._build_map(axes["map"])
        self._build_x_hat(axes["x_hat"])
        self._build_passes(axes["passes"])

    def _build_map(self, axes):
        axes.set(title="∂ output / ∂ input", xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))
        axes.set_ylabel("output of example …")
        axes.spines[:].set_visible(False)
        self.image = self.moves(
            axes.imshow(np.zeros((PIXELS, PIXELS)), COLOURS, vmin=-1, vmax=1, aspect="auto",
                        extent=(0, 1, 1, 0))
        )  # fmt: skip
        looks = dict(ha="center", va="center_baseline", fontsize=10.5)
        self.cells = [self.moves(axes.text(0, 0, "", **looks)) for _ in range(NUMBERS**2)]

    def _build_x_hat(self, axes):
        axes.set(xlim=(0, 1), ylim=(-3.1, 3.1), xticks=[], yticks=[])
        axes.set_ylabel("x̂", rotation=0, ha="right", va="center")
        axes.set_xlabel("input of example … (smallest first)")
        axes.spines["bottom"].set_visible(False)
        axes.axhline(0, color="#cccccc", linewidth=1)
        self.stems = self.moves(axes.vlines([0], 0, 1, color=style.NORMALIZED, linewidth=2))
        tips = axes.plot([0], [0], "o", color=style.NORMALIZED, markersize=7, mew=0)
        self.tips = self.moves(tips[0])

    def _build_passes(self, axes):
        axes.set(title="What passes", xlim=(0, 1), ylim=(-1.3, 3.7), xticks=[])
        axes.set_yticks([-1, 0, 1, 2])
        axes.axhline(0, color=style.INK, linewidth=1)
        axes.axhline(1, color="#999999", linestyle=":", linewidth=1.5)
        axes.set_xlabel("a dot for each direction")
        self.bars = self.moves(axes.vlines([0], 0, 1, color="#bbbbbb", linewidth=2))
        dot = dict(linestyle="none", markersize=9, mew=0)
        self.passing = self.moves(axes.plot([], [], marker="o", color=style.TARGET, **dot)[0])
        self.alike = self.moves(axes.plot([], [], marker="s", color=style.OUTPUT, **dot)[0])
        self.along = self.moves(axes.plot([], [], marker="D", color=style.NORMALIZED, **dot)[0])
        looks = dict(va="center", weight="bold")
        self.words = [
            self.moving_text(axes, 0.02, height, color=colour, **looks)
            for height, colour in zip(
                (3.45, 3.0, 2.55), (style.OUTPUT, style.NORMALIZED, style.TARGET_WORDS), strict=True
            )
        ]

    def update(self, result, *, gamma_over_s, eps, **others):
        J, x_hat, eigenvalues = unpack(result, "J", "x_hat", "eigenvalues")
        n = np.size(x_hat)
        if n not in SIZES:
            raise ValueError(f"x_hat has {n} examples, but the figure shows {SIZES}")
        J, x_hat = expect(J, (n, n), "J"), expect(x_hat, (n,), "x_hat")
        eigenvalues = expect(eigenvalues, (n,), "the eigenvalues")

        # The root lets small entries be seen beside the diagonal.
        depth = np.sign(J) * np.sqrt(np.abs(J))
        self.image.set_data(np.kron(depth, np.ones((PIXELS // n, PIXELS // n))))
        places = (np.arange(n) + 0.5) / n
        self._write(J, places)
        self.stems.set_segments([[(x, 0), (x, y)] for x, y in zip(places, x_hat, strict=True)])
        self.tips.set_data(places, x_hat)

        values = eigenvalues[np.argsort(np.abs(eigenvalues))]
        values = np.where(np.abs(values) < NOTHING * max(1, np.abs(values[-1])), 0, values)
        self.bars.set_segments([[(x, 0), (x, y)] for x, y in zip(places, values, strict=True)])
        self.alike.set_data(places[:1], values[:1])
        self.along.set_data(places[1:2], values[1:2])
        self.passing.set_data(places[2:], values[2:])
        self._say(J, values, gamma_over_s, eps)

    def _write(self, J, places):
        n = len(J)
        texts = iter(self.cells)
        if n <= NUMBERS:
            for y, row in zip(places, J, strict=True):
                for x, value in zip(places, row, strict=True):
                    text = next(texts)
                    text.set_position((x, y))
                    text.set_text(_short(value))
        for text in texts:
            text.set_text("")

    def _say(self, J, values, gamma_over_s, eps):
        n = len(J)
        alike, along, *others = (f"×{_factor(value)}" for value in values)
        rest = f"{n - 2} other direction{'s' * (n > 3)}: {others[-1]}" if others else "no other"
        words = (f"all alike, (1, …, 1): {alike}", f"along x̂: {along}", rest)
        for text, mark, word in zip(self.words, "■◆●", words, strict=True):
            text.set_text(f"{mark} {word}")
        gamma = "γ = s" if gamma_over_s == 1 else f"γ = {gamma_over_s:g} s"
        self.sentence = (
            f"N = {n}, {gamma}, ε = {eps:g}: rank {np.count_nonzero(values)}. On the diagonal"
            f" {span(np.diag(J))}. What passes, all alike: {alike}; along x̂: {along}; {rest}."
        ).replace("-", "−")


def _short(value) -> str:
    """Two decimals without the zero in front of the point, as cells are narrow."""
    text = rounded(value)
    return text.replace("0.", ".", 1) if abs(value) < 0.995 else text


def _factor(value) -> str:
    if value == 0:
        return "0"
    return rounded(value) if abs(value) >= 0.01 else f"{value:.1e}".replace("-", "−")

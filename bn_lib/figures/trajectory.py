"""Where gradient descent goes: γ and β in their plane, and γ beside the weight behind it."""

import numpy as np

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, rounded, unpack

LEAST = 1e-9  # what is smaller than the axis shows may be 0, which has no logarithm


class Descent(Picture):
    """A path through a plane of two parameters on the left, how far it still is on the right.

    A subclass draws the plane in `build_plane`, and names what the curve on the right shows.
    """

    def __init__(self, x, y, steps, heights, **ingredients):
        self.steps = steps
        super().__init__(860, 420, x=x, y=y, heights=heights, **ingredients)

    def build(self, x, y, heights, **ingredients):
        plane, curve = self.figure.subplots(1, 2, gridspec_kw=dict(width_ratios=[1, 1.25]))
        plane.set(xlim=x, ylim=y, aspect="equal")
        self.plane = plane
        self.build_plane(plane, **ingredients)
        self.path = self.moves(plane.plot([], [], color=style.OUTPUT, linewidth=1.2)[0])
        few = self.steps <= 200
        dots = dict(color=style.OUTPUT, markersize=4 if few else 2.5, mew=0, alpha=0.7)
        self.dots = self.moves(plane.plot([], [], "o", **dots)[0])
        ring = dict(mfc="none", mec=style.INK, markersize=11, mew=2)
        self.first = self.moves(plane.plot([], [], "o", **ring)[0])
        end = dict(mfc=style.OUTPUT, mec="white", markersize=9, mew=1.2)
        self.last = self.moves(plane.plot([], [], "s", **end)[0])
        self.outside = self.moving_text(
            plane, x[0] + 0.2, y[1] - 0.2, va="top", weight="bold", fontsize=10.5
        )
        curve.set(yscale="log", xlim=(0, self.steps), ylim=heights, xlabel="steps")
        curve.grid(axis="y", color="#e5e5e5", linewidth=1)
        self.build_curve(curve)
        self.left = self.moves(curve.plot([], [], color=style.OUTPUT, linewidth=2.5)[0])
        above = dict(transform=curve.transAxes, va="bottom", weight="bold")
        self.words = self.moving_text(curve, 0, 1.02, color=style.OUTPUT_WORDS, **above)

    def show(self, path, left):
        self.path.set_data(path.T)
        self.dots.set_data(path.T)
        self.first.set_data(path[:1].T)
        self.last.set_data(path[-1:].T)
        low, high = np.transpose([self.plane.get_xlim(), self.plane.get_ylim()])
        outside = np.count_nonzero(((path < low) | (path > high)).any(axis=1))
        self.outside.set_text(f"{outside} steps outside" if outside else "")
        self.left.set_data(np.arange(len(left)), np.maximum(left, LEAST))


class Bowl(Descent):
    """Steps of γ and β on a round bowl, and their distance from where it is undone.

    undone: γ and β there. steps: how many. `update` takes the path, shape (steps + 1, 2): γ and β
    at the start and after each step. With `N` in the position it is one of mini-batches, and the
    average of its second half is marked. gamma, beta, distance: the ranges of the axes.
    """

    def __init__(
        self, undone, steps=100, gamma=(-4, 7), beta=(-4, 10), distance=(1e-6, 1e4)
    ):  # fmt: skip
        super().__init__(gamma, beta, steps, distance, undone=undone)
        rest = dict(color=style.NORMALIZED, markersize=10, mec="white", mew=1.5)
        self.rest = self.moves(self.plane.plot([], [], "D", **rest)[0])
        self.rest.set_visible(False)

    def build_plane(self, plane, undone):
        self.undone = np.array(undone, dtype=float)
        plane.set(title="The γ, β plane", xlabel="γ", ylabel="β")
        angle = np.linspace(0, 2 * np.pi, 181)
        circle = np.array([np.cos(angle), np.sin(angle)])
        for radius in range(1, 13):
            plane.plot(*(self.undone[:, None] + radius * circle), color="#cccccc", linewidth=1)
        plane.plot(*self.undone, "*", color=style.TARGET, markersize=24, mew=0)
        plane.annotate("undone", self.undone, (16, -4), textcoords="offset points",
                       color=style.TARGET_WORDS, weight="bold")  # fmt: skip

    def build_curve(self, curve):
        curve.set_title("Distance from undone", pad=24)

    def update(self, path, *, lr, **position):
        path = expect(path, (self.steps + 1, 2), "the path")
        distance = np.linalg.norm(path - self.undone, axis=1)
        self.show(path, distance)
        gamma, beta = path[0]
        start = f"From γ = {rounded(gamma)}, β = {rounded(beta)} with lr = {lr:g}"
        self.rest.set_visible("N" in position)
        if "N" in position:
            rest = path[self.steps // 2 :].mean(axis=0)
            self.rest.set_data(rest[:, None])
            found = "γ = {}, β = {}".format(*map(rounded, rest))
            self.words.set_text(f"second half: {found}")
            self.sentence = (
                f"{start}, N = {position['N']}: the second half of {self.steps} steps has mean "
                f"{found}; undone is γ = {rounded(self.undone[0])}, β = {rounded(self.undone[1])}."
            )
            return
        factor = rounded(distance[1] / max(distance[0], LEAST), 3)
        self.words.set_text(f"× {factor} at each step")
        self.sentence = (
            f"{start}: the distance from undone is {distance[0]:.3g} at first, × {factor} in a "
            f"step, and {_size(distance[-1])} after {self.steps} steps."
        )


class Valley(Descent):
    """Steps of γ and of the weight v behind it, whose product has to be right; and the loss.

    undone: γ and v where the layer is undone. `update` takes (path, losses), of the shapes
    (steps + 1, 2) and (steps + 1,): γ and v, and the loss there.
    """

    def __init__(self, undone, steps=200, gamma=(-4, 4), v=(-4, 4)):
        super().__init__(gamma, v, steps, (1e-9, 1e3), undone=undone)

    def build_plane(self, plane, undone):
        self.undone = np.array(undone, dtype=float)
        plane.set(title="γ, and the weight behind it", xlabel="γ", ylabel="v")
        for sign in (-1, 1):
            gamma = sign * np.geomspace(0.1, 4.5, 200)
            plane.plot(gamma, self.undone.prod() / gamma, color=style.NORMALIZED, linewidth=2)
        plane.text(1.2, -3.7, "loss 0 on\nboth curves", color=style.NORMALIZED, fontsize=10.5)
        plane.plot(*self.undone, "*", color=style.TARGET, markersize=20, mew=0)
        plane.annotate("undone", self.undone, (8, 6), textcoords="offset points",
                       color=style.TARGET_WORDS, weight="bold")  # fmt: skip

    def build_curve(self, curve):
        curve.set_title("Loss", pad=24)

    def update(self, result, **position):
        path, losses = unpack(result, "path", "losses")
        path = expect(path, (self.steps + 1, 2), "the path")
        losses = expect(losses, (self.steps + 1,), "the losses")
        self.show(path, losses)
        (start, v_start), (gamma, v) = path[0], path[-1]
        self.words.set_text(f"γ = {rounded(gamma)}, γ·v = {rounded(gamma * v)}")
        self.sentence = (
            f"From γ = {rounded(start)}, v = {rounded(v_start)}, {self.steps} steps of lr = "
            f"{position['lr']:g}: γ = {rounded(gamma)} (undone {rounded(self.undone[0])}), γ·v = "
            f"{rounded(gamma * v)} (needed {rounded(self.undone.prod())})."
        )


def _size(distance: float) -> str:
    """A distance; rounding noise is none."""
    return "0 to 6 decimals" if distance < 5e-7 else f"{distance:.3g}"

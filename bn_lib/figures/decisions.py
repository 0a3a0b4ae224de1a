"""What networks say at each place of a plane in which the points of two classes lie."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from bn_lib.figures import style
from bn_lib.figures.picture import Picture, expect, percent

SIDE = 60  # places along each side of the plane
CLASSES = (
    dict(marker="o", color=style.NORMALIZED, markersize=5),
    dict(marker="s", color=style.OUTPUT, markersize=4.5),
)
# Light, so that the points can be told from it; white where a network cannot decide.
COLOURS = LinearSegmentedColormap.from_list("chance", ["#a9d3ec", "#ffffff", "#f5bf97"])


class Decisions(Picture):
    """A panel for each of up to three networks: what it says of the plane, and of test points.

    names: of the networks; x, labels: the test points, shapes (N, 2) and (N,), of the classes 0
    and 1. A point is drawn hollow where the network is wrong. `update` takes a dict by these names
    of the records of trainings with the figure's own `probes`; the last of each is shown.
    """

    def __init__(self, names, x, labels):
        labels = np.asarray(labels)
        if not np.isin(labels, (0, 1)).all():
            raise ValueError(f"labels are {np.unique(labels)}, but the figure needs 0 and 1 only")
        super().__init__(860, 360, names=names, x=expect(x, (len(labels), 2), "x"), labels=labels)

    def build(self, names, x, labels):
        self.x, self.labels = x, labels
        reach = 1.05 * np.abs(x).max()
        places = reach * (np.arange(SIDE) + 0.5 - SIDE / 2) / (SIDE / 2)
        across, up = np.meshgrid(places, places[::-1])  # an image begins at its top
        self.plane = np.column_stack([across.ravel(), up.ravel()])
        panels = self.figure.subplots(1, len(names), squeeze=False)[0]
        self.panels = {
            name: self._build_panel(axes, name, reach)
            for name, axes in zip(names, panels, strict=True)
        }
        words = "● ■ the two classes;  hollow: the network is wrong;  tint: what it says there"
        self.figure.supxlabel(words, fontsize=11)

    def _build_panel(self, axes, name, reach):
        axes.set(title=name, xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axes.set(xticks=[], yticks=[], xlabel=" ")  # room for the words below
        axes.spines[:].set_visible(False)
        image = self.moves(
            axes.imshow(
                np.zeros((SIDE, SIDE)), COLOURS, vmin=0, vmax=1, interpolation="nearest",
                extent=(-reach, reach, -reach, reach),
            )
        )  # fmt: skip
        points = []
        for looks in CLASSES:
            colour = looks["color"]
            faces = (dict(mfc=colour, mec="white", mew=0.4), dict(mfc="white", mec=colour, mew=1.3))
            dots = [axes.plot([], [], linestyle="", **looks | face)[0] for face in faces]
            points.append([self.moves(one) for one in dots])
        words = self.moving_text(
            axes, 0.5, -0.03, ha="center", va="top", weight="bold", transform=axes.transAxes
        )
        return image, points, words

    def probes(self, chance):
        """What `Training` has to record for this figure: a function of the network, by name.

        chance: a function of a network and of places, shape (n, 2), that returns the chance of
        class 1 there, from 0 to 1, shape (n,).
        """
        return {
            "plane": lambda network: chance(network, self.plane),
            "points": lambda network: chance(network, self.x),
        }

    def update(self, records, **position):
        if not isinstance(records, dict) or set(records) != set(self.panels):
            raise TypeError(f"the figure needs a dict with the records of {list(self.panels)}")
        shown = {
            name: (
                expect(records[name]["plane"][-1], (SIDE**2,), f'"plane" of {name}'),
                expect(records[name]["points"][-1], self.labels.shape, f'"points" of {name}'),
            )
            for name in self.panels
        }
        said = []
        for name, (plane, points) in shown.items():
            image, classes, words = self.panels[name]
            image.set_data(plane.reshape(SIDE, SIDE))
            right = (points > 0.5) == self.labels
            for label, (full, hollow) in enumerate(classes):
                mine = self.labels == label
                full.set_data(self.x[mine & right].T)
                hollow.set_data(self.x[mine & ~right].T)
            words.set_text(f"{percent(right.mean())} right")
            said.append(f"{name} {percent(right.mean())}")
        step = max(records[name]["step"][-1] for name in self.panels)
        self.sentence = f"After {step:,} steps, right on new points: {'; '.join(said)}."

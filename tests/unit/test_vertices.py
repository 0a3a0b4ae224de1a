"""What goes to the browser: looks once, vertices at each move."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from bn_lib.live.vertices import BREAK, FARTHEST, UNITS, looks, pack

HEIGHT = 100


@pytest.fixture
def axes():
    """Axes in which a unit is a pixel, with the origin at the top left corner of the figure."""
    figure = Figure((2, 1), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 200), ylim=(HEIGHT, 0))
    return axes


def points(artist):
    head, data = pack([artist], HEIGHT)
    found = np.frombuffer(data, "<i2").reshape(-1, 2)
    assert head["n"] == [len(found)]
    return found


def test_a_line(axes):
    (line,) = axes.plot([10, 20, 30], [1, 2, 3], color="#d55e00", linestyle="--", linewidth=2)
    assert points(line).tolist() == [[160, 16], [320, 32], [480, 48]]
    look = looks(line, HEIGHT)
    assert (look["kind"], look["stroke"]) == ("path", "#d55e00")
    assert look["width"] == pytest.approx(2 * 100 / 72)
    assert look["clip"] == [0, 0, 200, 100]
    assert len(look["dash"]) == 2


def test_a_dash_is_that_of_the_still_picture_whatever_the_readers_style(axes):
    (line,) = axes.plot([0, 1], [0, 1], "--")
    ours = looks(line, HEIGHT)["dash"]
    with mpl.rc_context({"lines.dashed_pattern": [1, 9]}):
        assert looks(line, HEIGHT)["dash"] == ours


def test_a_line_is_interrupted_where_it_is_not_finite(axes):
    (line,) = axes.plot([10, 20, 30, 40, 50], [1, 1, np.nan, 1, 1])
    assert points(line).tolist() == [[160, 16], [320, 16], *BREAK.tolist(), [640, 16], [800, 16]]


def test_a_line_keeps_its_slope_where_it_leaves_every_screen(axes):
    (line,) = axes.plot([0, 1e6], [0, 5e5])
    last = points(line)[-1] / UNITS
    assert last[1] / last[0] == pytest.approx(0.5, abs=1e-3)
    assert last.max() <= FARTHEST


def test_points(axes):
    (dots,) = axes.plot([10, 20], [5, 6], "s", markersize=7.2, mew=0, mfc="#0072b2")
    assert points(dots).tolist() == [[160, 80], [320, 96]]
    look = looks(dots, HEIGHT)
    assert (look["kind"], look["fill"]) == ("points", "#0072b2")
    across = np.ptp([x for x, _ in look["marker"]])
    assert across == pytest.approx(7.2 * 100 / 72, abs=0.02)


def test_a_hollow_marker_is_not_filled(axes):
    (ring,) = axes.plot([10], [5], "o", mfc="none", mec="#d55e00", mew=3)
    look = looks(ring, HEIGHT)
    assert look["fill"] is None
    assert look["stroke"] == "#d55e00"


def test_filled_steps(axes):
    steps = axes.stairs([5, 6], [0, 10, 20], fill=True, color="#888888")
    corners = {tuple(p) for p in points(steps) / UNITS}
    assert {(0, 5), (10, 5), (10, 6), (20, 6)} <= corners
    assert looks(steps, HEIGHT)["fill"] == "#888888"


def test_steps_far_outside_are_held_at_the_edge_of_what_can_be_packed(axes):
    steps = axes.stairs([1e9], [0, 10], baseline=None)
    assert points(steps)[:, 1].max() == FARTHEST * UNITS


def test_a_curved_patch_becomes_a_polygon(axes):
    circle = axes.add_patch(mpl.patches.Circle((100, 50), 20, fill=False))
    distance = np.hypot(*(points(circle) / UNITS - [100, 50]).T)
    assert len(distance) > 20
    assert distance == pytest.approx(20, abs=0.2)


def test_many_segments_with_the_pen_lifted_between(axes):
    lines = axes.add_collection(LineCollection([[(0, 0), (10, 10)], [(20, 0), (30, 10)]]))
    lift = BREAK.tolist()
    assert points(lines).tolist() == [[0, 0], [160, 160], *lift, [320, 0], [480, 160], *lift]


def test_an_alpha_counts_once(axes):
    """The browser draws with the look's alpha and with that of its colors."""
    lines = LineCollection([[(0, 0), (10, 10)]], color="#009e73", alpha=0.7)
    patch = mpl.patches.Circle((100, 50), 20, color="#009e73", alpha=0.7)
    for artist in (axes.add_collection(lines), axes.add_patch(patch)):
        look = looks(artist, HEIGHT)
        assert (look["alpha"], look["stroke"]) == (1, "#009e73b2")
    (line,) = axes.plot([1, 2], color="#009e73", alpha=0.7)
    assert (looks(line, HEIGHT)["alpha"], looks(line, HEIGHT)["stroke"]) == (0.7, "#009e73")


def test_an_image(axes):
    image = axes.imshow([[0, 1, 2]], extent=(0, 30, 10, 0), cmap="gray", aspect="auto")
    head, data = pack([image], HEIGHT)
    assert head["n"] == []
    assert head["i"] == [12]
    colors = np.frombuffer(data, np.uint8).reshape(1, 3, 4)
    assert colors[0, :, 0].tolist() == [0, 128, 255]
    look = looks(image, HEIGHT)
    assert (look["kind"], look["rows"], look["columns"]) == ("image", 1, 3)


def test_an_image_says_where_it_lies(axes):
    axes.set(xlim=(0, 200), ylim=(HEIGHT, 0))
    image = axes.imshow([[0.0]], extent=(10, 30, 40, 20), aspect="auto")
    axes.set(xlim=(0, 200), ylim=(HEIGHT, 0))
    assert looks(image, HEIGHT)["where"] == [10, 20, 20, 20]


def test_a_text(axes):
    text = axes.text(20, 30, "γĤ", weight="bold", fontsize=7.2)
    assert pack([text], HEIGHT)[0]["t"] == [[20, 30, "γĤ"]]
    look = looks(text, HEIGHT)
    assert (look["kind"], look["bold"], look["size"]) == ("text", True, 10)


@pytest.mark.parametrize("ha", ["left", "center", "right"])
@pytest.mark.parametrize("va", ["top", "center", "center_baseline", "baseline", "bottom"])
def test_a_text_begins_where_matplotlib_begins_it(axes, ha, va):
    text = axes.text(100, 50, "γĤ + β, 1.75", ha=ha, va=va, fontsize=14)
    ((x, y, _),) = pack([text], HEIGHT)[0]["t"]
    axes.figure.set_dpi(200)  # as the still picture is drawn
    renderer = axes.figure.canvas.get_renderer()
    box = text.get_window_extent(renderer)
    deep = renderer.get_text_width_height_descent("lp", text.get_fontproperties(), False)[2]
    assert (x, y) == pytest.approx((box.x0 / 2, HEIGHT - (box.y0 + deep) / 2), abs=1)


def test_vertices_come_before_images(axes):
    image = axes.imshow([[0.5]], extent=(0, 10, 10, 0), aspect="auto")
    (line,) = axes.plot([1, 2], [1, 2])
    head, data = pack([image, line], HEIGHT)
    assert (head["n"], head["i"]) == ([2], [4])
    assert len(data) == 2 * 4 + 4


def test_the_invisible_is_not_drawn(axes):
    (line,) = axes.plot([1, 2], [1, 2], visible=False)
    text = axes.text(1, 1, "hidden", visible=False)
    head, data = pack([line, text], HEIGHT)
    assert head["n"] == [0]
    assert head["t"][0][2] == ""
    assert data == b""


def test_what_cannot_move_is_said(axes):
    with pytest.raises(TypeError, match="a PathCollection cannot move; these can: Line2D"):
        looks(axes.scatter([1], [1]), HEIGHT)


def test_what_the_browser_would_draw_otherwise_is_refused(axes):
    (both,) = axes.plot([1, 2], [1, 2], "o-")
    with pytest.raises(ValueError, match="a moving line has no markers"):
        looks(both, HEIGHT)
    with pytest.raises(ValueError, match='origin="upper"'):
        looks(axes.imshow([[0.0]], origin="lower"), HEIGHT)

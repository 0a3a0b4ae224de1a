"""The contract that every figure of the course keeps."""

import inspect
import re
from unittest import mock

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from matplotlib.text import Text

from bn_lib import figures
from bn_lib.live import vertices
from bn_lib.live.narrow import narrow, stacked
from bn_lib.live.sizes import LARGE
from bn_lib.pictures import style
from bn_lib.pictures.picture import Picture
from tests.lessons import (
    test_answer_figures,
    test_axes_figures,
    test_backward_figures,
    test_build_figures,
    test_descent_figures,
    test_modes_figures,
    test_normalize_figures,
    test_paper_figures,
    test_scale_figures,
    test_shift_figures,
    test_sigmoid_figures,
    test_undo_figures,
)
from tests.lessons.pictures import artists, drawn, misplaced, shown
from tools import notebooks

TOPICS = (
    test_answer_figures,
    test_normalize_figures,
    test_undo_figures,
    test_sigmoid_figures,
    test_backward_figures,
    test_descent_figures,
    test_paper_figures,
    test_shift_figures,
    test_scale_figures,
    test_modes_figures,
    test_build_figures,
    test_axes_figures,
)
with mock.patch.object(Picture, "settle"):  # a name needs no layout
    FIGURES = {type(figure.make()).__name__: figure for topic in TOPICS for figure in topic.FIGURES}
every_figure = pytest.mark.parametrize("name", FIGURES)


def made(name, at=0):
    """The figure in one of its states."""
    picture = FIGURES[name].make()
    result, position = FIGURES[name].states[at]
    picture.update(result, **position)
    return picture


def knobs(name):
    """The arguments of `update` that are knobs, as `inspect` knows them."""
    parameters = inspect.signature(getattr(figures, name).update).parameters.values()
    return [parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]


def test_every_figure_of_the_course_is_looked_at():
    public = {n for n in figures.__all__ if issubclass(getattr(figures, n), Picture)}
    assert set(FIGURES) == public


# What no notebook shows now; learners have saved notebooks that do.
KEPT = {
    "ChangingMind",
    "Jacobian",
    "NearConstant",
    "Overlay",
    "SecondBatch",
    "Straightness",
    "UnitByUnit",
}


def test_notebooks_show_every_figure_except_those_that_are_kept_for_older_ones():
    cells = [cell for path in notebooks.paths() for cell in notebooks.read(path).cells]
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert {name for name in figures.__all__ if not re.search(rf"\b{name}\(", code)} == KEPT


def contrast(color) -> float:
    """Of a color with white paper, from 1 to 21: WCAG 2.2, "contrast ratio"."""
    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


@pytest.mark.parametrize("size", [1, LARGE])
@every_figure
def test_nothing_grows_texts_can_be_read_and_the_sentence_is_short(name, size):
    """In large text, too, which is as large as it says; the figure is as wide as before.

    WCAG 2.2, criterion 1.4.3, asks for a contrast of 4.5.
    """
    picture = FIGURES[name].make()
    width = picture.figure.bbox.width
    picture.enlarge(size)
    assert picture.figure.bbox.width == width
    drawn(picture)  # which makes the ticks
    before = artists(picture)
    for result, position in FIGURES[name].states:
        picture.update(result, **position)
        texts = drawn(picture)
        assert misplaced(picture, texts) == []
        assert min(text.get_fontsize() for text in texts) >= 10 * size
        pale = [t.get_text() for t in texts if contrast(t.get_color()) < 4.5]
        assert [text for text in pale if text.strip()] == []
        assert 0 < len(picture.describe()) <= 170
    assert artists(picture) == before


every_size = pytest.mark.parametrize("size", [1, pytest.param(LARGE, marks=pytest.mark.long)])

PHONE = 364  # CSS pixels for a figure on a page of 400


@every_size
@every_figure
def test_in_a_narrow_page_panels_stand_below_each_other_and_can_be_read(name, size):
    """At least 9 pixels of type on a phone; four panels in two rows."""
    picture = FIGURES[name].make()
    wide = [axes.get_window_extent().height for axes in picture.figure.axes]
    picture.enlarge(size)
    with stacked(picture, size):
        pixel = PHONE / picture.figure.bbox.width
        panels = [axes.get_window_extent() for axes in picture.figure.axes]
        columns = 2 if len(panels) == 4 else 1
        for above, below in zip(panels, panels[columns:], strict=False):
            assert above.y0 > below.y1
        assert min(panel.width for panel in panels) * pixel * columns > 0.45 * PHONE
        for axes, panel, high in zip(picture.figure.axes, panels, wide, strict=True):
            keeps_its_shape = axes.get_aspect() != "auto"  # what is narrower is lower, too
            assert keeps_its_shape or size * panel.height > 0.95 * high  # all is shown larger
        for result, position in FIGURES[name].states:
            picture.update(result, **position)
            texts = drawn(picture)
            assert misplaced(picture, texts) == []
            points = min(text.get_fontsize() for text in texts)
            assert points >= 10
            assert points * style.DPI / 72 * pixel >= 9


def in_pixels(picture):
    """What moves: for each mark its vertices or its words, with their place."""
    head, data = vertices.pack(picture.moving, picture.figure.bbox.height)
    points = np.frombuffer(data, "<i2", 2 * sum(head["n"])).astype(float).reshape(-1, 2)
    points[points == vertices.BREAK[0]] = np.nan
    shapes = iter(np.split(points / vertices.UNITS, np.cumsum(head["n"])[:-1]))
    texts = iter(head["t"])
    for artist in picture.moving:
        if isinstance(artist, Text):
            yield next(texts)
        else:
            yield None if isinstance(artist, AxesImage) else next(shapes)


def inside(points, look):
    """Vertices within a mark's clip; what is drawn beyond it is not seen."""
    left, top, width, height = look["clip"] or (0, 0, 1e9, 1e9)
    x, y = (points - [left, top]).T
    return (x > -2) & (x < width + 2) & (y > -2) & (y < height + 2)


@every_size
@every_figure
def test_in_a_narrow_page_each_mark_is_where_matplotlib_has_it(name, size):
    """The browser moves the frames of a full page there, those in large text, too."""
    picture = made(name)
    picture.enlarge(size)
    before = picture.figure.bbox.size
    looks = narrow(picture, size)["looks"]
    assert picture.figure.bbox.size == pytest.approx(before, abs=1e-3)

    def seen():
        for result, position in FIGURES[name].states:
            picture.update(result, **position)
            yield list(in_pixels(picture))

    full = list(seen())
    with stacked(picture, size):
        here = list(seen())
        fonts = [
            artist.get_fontproperties().copy() if isinstance(artist, Text) else None
            for artist in picture.moving
        ]
    for marks in zip(full, here, strict=True):
        for artist, font, look, there, then in zip(
            picture.moving, fonts, looks, *marks, strict=True
        ):
            if isinstance(artist, AxesImage) or (isinstance(artist, Text) and not then[2]):
                continue
            a, b, c, d = look["map"]
            if isinstance(artist, Text):
                share, times = look["before"]
                larger = font.copy()
                larger.set_size(times * font.get_size())
                before, after = (
                    share * vertices._metrics(then[2], one)[0] for one in (larger, font)
                )
                place = a * (there[0] + before) + b - after, c * there[1] + d
                off = np.abs(np.subtract(place, then[:2])).max()
                assert off < 1
            else:
                moved = there * [a, c] + [b, d]
                kept, wanted = inside(moved, look), inside(then, look)
                assert abs(kept.sum() - wanted.sum()) <= 2  # a line is cut at the figure's edge
                if len(moved) == len(then):
                    both = kept & wanted
                    assert np.abs(moved - then)[both].max(initial=0) < 0.2


@every_figure
def test_numbers_are_written_in_one_way(name):
    """In sentences and in words that move: a real minus, and powers of ten in place of an e."""
    picture = FIGURES[name].make()
    for result, position in FIGURES[name].states:
        picture.update(result, **position)
        said = [text.get_text() for text in picture.moving if isinstance(text, Text)]
        for words in (picture.describe(), *said):
            assert not re.search(r"(?<![\w)])-\d|\d[eE][-+]?\d", words)


# To these NaN is an answer: training has overflowed.
NAN_IS_MEANT = {"GradientShift", "LayerSizes", "TenSeeds", "Walks"}


def spoiled(result):
    """Results that are wrong in one place: a part is missing, has another shape, or is NaN."""
    if isinstance(result, str):
        yield result + "?"
    elif isinstance(result, dict):
        yield {name: part for name, part in result.items() if name != next(iter(result))}
        for name, part in result.items():
            yield from (result | {name: bad} for bad in spoiled(part))
    elif isinstance(result, tuple | list) and not hasattr(result, "_fields"):
        yield result[1:]
        for i, part in enumerate(result):
            yield from ([*result[:i], bad, *result[i + 1 :]] for bad in spoiled(part))
    else:
        yield np.nan * np.asarray(result, dtype=float)
        yield np.ones((*np.shape(result), 7))
        yield "no number"


def has_nan(result) -> bool:
    """Whether there is a NaN somewhere in a result."""
    if isinstance(result, dict):
        return any(map(has_nan, result.values()))
    if isinstance(result, tuple | list):
        return any(map(has_nan, result))
    return isinstance(result, np.ndarray | float) and bool(np.isnan(result).any())


def bad_results(name):
    """Nothing, and the figure's last result, spoiled at each of its places."""
    result, _ = FIGURES[name].states[-1]
    if isinstance(result, dict) and "step" in next(
        iter(result.values())
    ):  # the steps of a record are those of the training, not a learner's
        (first, record), *others = result.items()
        parts = [part for part in record if part != "step"]
        yield {key: value for key, value in others}
        for part in parts:
            yield from (result | {first: record | {part: bad}} for bad in spoiled(record[part]))
    else:
        yield from spoiled(result)
    yield None


@every_figure
def test_a_bad_result_leaves_the_last_picture(name):
    picture, (_, position) = made(name), FIGURES[name].states[-1]
    before = shown(picture)
    for bad in bad_results(name):
        if name in NAN_IS_MEANT and has_nan(bad):
            continue
        with pytest.raises((TypeError, ValueError)):
            picture.update(bad, **position)
        assert shown(picture) == before


@every_figure
def test_what_a_figure_demands_of_a_position_is_documented_and_nothing_else_is_demanded(name):
    result, position = FIGURES[name].states[-1]
    documentation = getattr(figures, name).__doc__
    for knob in knobs(name):
        assert f"`{knob.name}`" in documentation or f"`{knob.name}=" in documentation
    needed = {knob.name for knob in knobs(name) if knob.default is knob.empty}
    picture = made(name)
    picture.update(result, **{knob: position[knob] for knob in needed})
    picture.update(result, **position, color_of_the_sky="blue")
    before = shown(picture)
    for knob in needed:
        with pytest.raises(TypeError, match=knob):
            picture.update(result, **{k: v for k, v in position.items() if k != knob})
        assert shown(picture) == before


@pytest.mark.parametrize(
    ("name", "knob", "having"),
    [
        ("ChangingMind", "step", "0, 100, 200, 300"),
        ("LongRunMap", "rate_without", "0.1, 1"),
        ("LongRunMap", "spread_with", "0.03, 0.1, 0.3"),
        ("RateMap", "rate", "0.01, 0.1, 1"),
        ("RateMap", "scale", "0.5, 1"),
    ],
)
def test_a_value_that_a_figure_does_not_have_leaves_the_last_picture(name, knob, having):
    picture, (result, position) = made(name), FIGURES[name].states[-1]
    before = shown(picture)
    with pytest.raises(ValueError, match=f"{knob} is 7, but the figure has {having}"):
        picture.update(result, **position | {knob: 7})
    assert shown(picture) == before


def drawn_at_once(picture):
    with style.ours():
        picture.figure.canvas.draw()
    return np.array(picture.figure.canvas.buffer_rgba())[..., :3]


@every_figure
def test_pixels_are_those_of_the_figure_drawn_at_once_in_large_text_and_back(name):
    """Back from a narrow page's layout, too."""
    picture = made(name)
    before = picture.pixels()
    np.testing.assert_array_equal(before, drawn_at_once(picture))
    picture.enlarge(LARGE)
    assert picture.pixels().shape[0] == round(LARGE * before.shape[0])
    np.testing.assert_array_equal(picture.pixels(), drawn_at_once(picture))
    picture.enlarge(1 / LARGE)
    narrow(picture)
    picture.still()
    difference = np.abs(picture.pixels().astype(int) - before)
    assert np.mean(difference > 32) < 0.002


@pytest.fixture
def strange_style():
    with plt.style.context("dark_background"), plt.xkcd():
        yield


@pytest.mark.parametrize("name", ["BatchTable", "Overlay", "Stack", "LongRunMap"])
def test_a_figure_has_the_courses_look_whatever_the_readers_style(name, request):
    ours = made(name)
    before, still = ours.pixels(), ours.still()
    ours.enlarge(LARGE)
    large = ours.pixels()
    request.getfixturevalue("strange_style")
    theirs = made(name)
    np.testing.assert_array_equal(theirs.pixels(), before)
    assert theirs.still() == still
    theirs.enlarge(LARGE)
    np.testing.assert_array_equal(theirs.pixels(), large)

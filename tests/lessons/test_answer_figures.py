"""What the figures of the topic *answer* show, and say."""

import numpy as np
import pytest

from bn_lib.data import digits, puzzle, two_humped
from bn_lib.figures import Curves, Humps, Multiples, NetworkDrawing, TenSeeds
from bn_lib.figures.answer import CASES, PARTS
from bn_lib.figures.networks import LOOKS, WORDS
from bn_lib.live.sizes import LARGE
from bn_lib.normalization import normalize, undo_parameters
from bn_lib.pictures import style
from tests.lessons.pictures import Figure, drawn, misplaced, overlapping

H = two_humped(256, np.random.default_rng(0))
UNDO = undo_parameters(H)


def after(gamma, beta):
    return gamma * normalize(H) + beta, dict(gamma=gamma, beta=beta)


def show(picture, result, position):
    picture.update(result, **position)
    return picture


# ---------------------------------------------------------------- the humps


def test_undone_is_said_only_where_it_is_true():
    humps = Humps(H)
    assert "undone. All 256 numbers are back." in show(humps, *after(*UNDO)).describe()
    nearly = after(UNDO[0] * (1 + 1e-7), UNDO[1])
    assert "undone" not in show(humps, *nearly).describe()


def test_the_distance_is_in_the_units_of_the_axis():
    humps = show(Humps(H), H + 0.7, dict(gamma=1, beta=0))
    assert "a number is typically 0.7 away from its original." in humps.describe()


@pytest.mark.parametrize(("gamma", "said"), [(-0.5, True), (0, False), (0.5, False)])
def test_a_negative_gamma_is_remarked(gamma, said):
    assert ("changed places" in show(Humps(H), *after(gamma, 1)).describe()) == said


def test_the_outline_counts_the_numbers_and_what_is_outside_is_said():
    humps = show(Humps(H), *after(1.2, 1))
    assert humps.steps.get_data().values.sum() == len(H)
    assert humps.formula.get_text() == "1.20 · normalized + 1.00"
    assert show(humps, *after(1, -1.5)).formula.get_text() == "1.00 · normalized − 1.50"
    values, position = after(4, 6)
    outside = np.sum(values > 9)
    assert show(humps, values, position).beyond.right.get_text() == f"{outside} more ▶"


# ---------------------------------------------------------------- the drawing


@pytest.fixture
def drawing():
    return NetworkDrawing(digits().x[0], digits().labels[0])


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_picked_out_and_explained(drawing, part):
    drawing.update(part)
    assert drawing.describe().lower().startswith(f"{part}: ")
    assert drawing.name.get_text() == part
    drawn = np.concatenate(drawing.chosen.get_segments())
    outline = np.concatenate(drawing.strokes[part])
    assert {tuple(point) for point in drawn} == {tuple(point) for point in outline}


def test_what_is_no_part_is_refused(drawing):
    with pytest.raises(ValueError, match="'a bias' is no part of the drawing; these are: an exam"):
        drawing.update("a bias")


def test_the_answer_that_is_filled_is_the_images():
    d = digits()
    for image, label in zip(d.x[:3], d.labels[:3], strict=True):
        axes = NetworkDrawing(image, label).figure.axes[0]
        filled = axes.lines[-1].get_xydata()[0]
        (name,) = [text for text in axes.texts if text.get_position()[1] == filled[1]]
        assert name.get_text() == str(label)


# ---------------------------------------------------------------- ten seeds


def shares(**changed):
    given = np.linspace(0.9, 1, 10)
    return {name: given for name in LOOKS} | changed


def test_a_row_says_the_mean_and_shows_each_start():
    seeds = TenSeeds()
    seeds.update(shares(), step=300, start="faint")
    assert seeds.describe().startswith("faint, 300 steps: no batch norm 95 %, batch norm 95 %")
    _, dots, lost, mean, words = seeds.rows["batch norm"]
    assert dots.get_xdata().tolist() == np.linspace(0.9, 1, 10).tolist()
    assert len(lost.get_xdata()) == 0
    assert mean.get_xdata() == pytest.approx([0.95, 0.95])
    assert words.get_text() == "95 %"


def test_what_has_overflowed_is_counted_and_has_no_mean():
    seeds = TenSeeds()
    some = np.array([np.nan, 0.5, np.nan, 0.6])
    seeds.update(shares(**{"no batch norm": np.full(10, np.nan), "batch norm": some}))
    assert seeds.describe().startswith(
        "no batch norm overflowed, batch norm overflowed 2 of 4 times, only normalized 95 %"
    )
    _, dots, lost, mean, words = seeds.rows["batch norm"]
    assert (len(dots.get_xdata()), len(lost.get_xdata()), len(mean.get_xdata())) == (2, 2, 0)
    assert words.get_text() == "2 of 4 overflowed"
    seeds.update(shares())
    assert len(lost.get_xdata()) == 0


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"batch norm": np.ones(10)}, "the figure needs a dict with"),
        (shares(**{"batch norm": np.ones((2, 5))}), "batch norm has shape"),
        (shares(**{"batch norm": np.array([np.inf])}), "batch norm is infinity"),
    ],
)
def test_bad_shares_are_named(bad, message):
    with pytest.raises((TypeError, ValueError), match=message):
        TenSeeds().update(bad)


def test_the_five_networks_differ_in_color_and_in_marker():
    assert list(LOOKS) == list(WORDS) == list(puzzle("faint").after(300))
    for look in ("color", "marker"):
        assert len({looks[look] for looks in LOOKS.values()}) == 5
    assert LOOKS["batch norm"]["color"] == style.OUTPUT


def test_the_words_of_the_drawing_do_not_leave_it_in_large_text(drawing):
    drawing.enlarge(LARGE)
    for part in PARTS:
        drawing.update(part)
        assert misplaced(drawing, drawn(drawing)) == []


@pytest.mark.parametrize("size", [1, LARGE])
@pytest.mark.parametrize("setting", ["faint", "exploding"])
def test_the_names_of_the_curves_stay_off_the_axis(size, setting):
    """Also that of a network whose training has diverged, and which is at 0."""
    record, names = puzzle(setting), ("no batch norm", "starts undone")
    picture = Curves(names, until=record.steps[-1])
    picture.enlarge(size)
    shares = {name: np.nan_to_num(record.accuracy[name]).min(axis=0) for name in names}
    picture.update({name: dict(step=record.steps, accuracy=shares[name]) for name in names})
    renderer = picture.figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in picture.labels.values()]
    assert max(box.x1 for box in boxes) <= picture.figure.bbox.x1
    assert min(box.y0 for box in boxes) > picture.figure.axes[0].bbox.y0


# ---------------------------------------------------------------- multiples


def multiples(*ends, steps=300):
    return {name: np.linspace(1, end, steps + 1) for name, end in zip(CASES, ends, strict=True)}


def test_each_curve_ends_at_its_step_with_its_multiple():
    picture = show(Multiples(300), multiples(1, 0.4, 16.7, steps=120), {})
    assert picture.describe() == (
        "Step 120: |γ| ÷ undone γ is 1.0 (the loss asks for H), 0.4 (a factor v follows), "
        "16.7 (starts undone)."
    )
    line, dot, words = picture.curves["starts undone"]
    assert line.get_xdata()[-1] == dot.get_xdata()[0] == 120
    assert dot.get_ydata()[0] == 16.7
    assert words.get_text() == "starts undone: 16.7"


def test_their_words_keep_apart():
    picture = show(Multiples(300), multiples(1, 1, 1), {})
    words = [words for _, _, words in picture.curves.values()]
    assert overlapping(words, picture) == []


@pytest.mark.parametrize("bad", [np.zeros(3), -np.ones(3), np.ones((2, 2)), np.ones(0)])
def test_a_multiple_is_positive_and_there_is_one_for_each_step(bad):
    with pytest.raises(ValueError, match="a factor v follows needs a positive multiple"):
        Multiples(300).update(multiples(1, 1, 1) | {"a factor v follows": bad})


FIGURES = [
    Figure(
        lambda: Humps(H),
        [after(*place) for place in [(1.0, 0.0), UNDO, (-1.0, -1.0), (4.0, 6.0), (0.0, 2.0)]],
    ),
    Figure(
        lambda: NetworkDrawing(digits().x[0], digits().labels[0]),
        [(part, dict(part=part)) for part in PARTS],
    ),
    Figure(
        TenSeeds,
        [
            (puzzle(start).after(step), dict(step=step, start=start))
            for start in ("exploding", "faint")
            for step in (0, 1, 300, 10_000)
        ],
    ),
    Figure(
        lambda: Multiples(300),
        [(multiples(*ends), {}) for ends in [(1, 1, 1), (0.3, 0.3, 0.3), (39, 20, 30)]]
        + [(multiples(1, 0.4, 16.7, steps=0), {}), (multiples(1, 0.4, 16.7), {})],
    ),
]

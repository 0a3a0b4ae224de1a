"""What the figures of the topic *modes* show, and say."""

import numpy as np
import pytest

from bn_lib.figures import Reader, RunningMean, SharedMean
from bn_lib.figures.modes import ROW, SIDE, TILE
from bn_lib.live.sizes import LARGE
from tests.lessons.pictures import Figure, overlapping

RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.uniform(size=(50, 64)), RNG.integers(0, 10, 50)
ORDER = RNG.permutation(50)
REFUSAL = (
    "x of shape (1, 50) has 1 value per unit (array axes (0,)), expected more in training mode: the"
    " value is its own mean, so y = beta whatever x is. Take a larger batch, or"
    " batch_norm_inference for single examples"
)


@pytest.fixture
def reader():
    return Reader(IMAGES, LABELS)


@pytest.fixture
def shared():
    return SharedMean(6, "sevens")


@pytest.fixture
def running():
    return RunningMean(4)


def wrong_from(place):
    """The right answers in this order, wrong from a place on."""
    answers = LABELS[ORDER].copy()
    answers[place:] = (answers[place:] + 1) % 10
    return answers


# ---------------------------------------------------------------- the reader


def test_each_image_stands_where_it_comes_in(reader):
    reader.update((ORDER, LABELS[ORDER]), mode="training", batches="mixed")
    sheet = reader.map.get_array()
    for i in (0, 15, 16, 31):
        row, column = divmod(i, 16)
        tile = sheet[ROW * row : ROW * row + SIDE, TILE * column : TILE * column + SIDE]
        np.testing.assert_array_equal(tile, IMAGES[ORDER[i]].reshape(SIDE, SIDE))


def test_wrong_answers_are_marked_and_all_are_counted(reader):
    reader.update((ORDER, wrong_from(30)), mode="inference", batches="mixed")
    words = [(good.get_text(), bad.get_text()) for good, bad in reader.answers]
    right = [(str(label), "") for label in LABELS[ORDER[:30]]]
    assert words == right + [("", f"✗ {(label + 1) % 10}") for label in LABELS[ORDER[30:32]]]
    assert reader.describe() == "inference mode, mixed: it reads 60 % of 50 digits."
    assert reader.share.get_text() == "reads 60 % of 50 digits"


def test_a_refusal_takes_the_place_of_images_and_answers(reader):
    reader.update((ORDER, LABELS[ORDER]), mode="training", batches="mixed")
    reader.update((ORDER, ValueError(REFUSAL)), mode="training", batches="one")
    lines = [words.get_text() for words in reader.refusal]
    assert " ".join(lines).strip() == REFUSAL
    assert np.all(reader.map.get_array() == 0)
    assert {text.get_text() for pair in reader.answers for text in pair} == {""}
    assert reader.describe() == "training mode, one: refused, 0 of 50 digits are read."
    reader.update((ORDER, LABELS[ORDER]), mode="inference", batches="one")
    assert {words.get_text() for words in reader.refusal} == {""}


def test_the_mode_is_named_in_its_own_words(reader):
    for mode, other in (("training", "inference"), ("inference", "training")):
        reader.update((ORDER, LABELS[ORDER]), mode=mode, batches="pairs")
        assert reader.modes[mode].get_text() == f"{mode} mode, pairs"
        assert reader.modes[other].get_text() == ""


@pytest.mark.parametrize(
    ("result", "mode", "words"),
    [
        ((ORDER[:31], LABELS[:31]), "training", "at has to hold 32 or more places"),
        ((ORDER + 1, LABELS), "training", "at has to hold 32 or more places"),
        ((ORDER - 1, LABELS), "training", "at has to hold 32 or more places"),
        ((ORDER, LABELS), "trainin", "mode is 'trainin', expected one of"),
    ],
)
def test_what_it_cannot_show_is_said(reader, result, mode, words):
    with pytest.raises(ValueError, match=words):
        reader.update(result, mode=mode, batches="mixed")


@pytest.mark.parametrize("size", [1, LARGE])
def test_no_answer_lies_on_another(reader, size):
    reader.enlarge(size)
    reader.update((ORDER, wrong_from(0)), mode="inference", batches="one digit at a time")
    assert overlapping([bad for _, bad in reader.answers], reader) == []
    assert overlapping([reader.modes["inference"], reader.share], reader) == []


# ---------------------------------------------------------------- the shared mean


def test_the_digit_and_the_others_stand_in_both_rows(shared):
    training, inference = np.linspace(-1, 1, 6), np.linspace(0, 2, 6)
    shared.update((training, inference, (0.5, 1)), count=2)
    for (rest, picked, mean, _), values in zip(shared.rows, (training, inference), strict=True):
        np.testing.assert_array_equal(picked.get_xdata(), values[:2])
        np.testing.assert_array_equal(rest.get_xdata(), values[2:])
        np.testing.assert_allclose(mean.get_xdata(), values[:2].mean())
    assert [row[-1].get_text() for row in shared.rows] == [
        "reads 50 % of the sevens",
        "reads 100 % of the sevens",
    ]
    assert shared.describe() == (
        "2 of 6 are sevens. Training mode: mean −0.8, reads 50 %;"
        " inference mode: mean 0.2, reads 100 %."
    )


@pytest.mark.parametrize("count", [0, 7])
def test_a_batch_holds_one_to_all_of_a_digit(shared, count):
    with pytest.raises(ValueError, match=f"count is {count}, expected 1 to 6"):
        shared.update((np.zeros(6), np.zeros(6), (0, 0)), count=count)


# ---------------------------------------------------------------- the running mean


def test_dots_follow_the_batches_and_the_line_the_running_mean(running):
    means, path = np.array([1, -1, 3, 0.5]), np.array([-2, -1.5, -1, 0, 0.25])
    running.update((means, path, 0.75), momentum=0.1, N=8, order="mixed")
    np.testing.assert_array_equal(running.means.get_xydata(), np.column_stack([range(1, 5), means]))
    np.testing.assert_array_equal(running.running.get_xydata(), np.column_stack([range(5), path]))
    assert running.outside.get_text() == "1 means outside"
    assert running.words.get_text() == "inference mode then reads 75 %"
    assert running.describe() == (
        "momentum 0.1, batches of 8, mixed: after 4 batches the running mean is 0.25 σ above the"
        " mean of all; inference mode reads 75 %."
    )
    running.update((means, -abs(path), 0.75), momentum=0.1, N=8, order="mixed")
    assert "the running mean is 0.25 σ below the mean of all" in running.describe()


FIGURES = [
    Figure(
        lambda: Reader(IMAGES, LABELS),
        [
            ((ORDER, ValueError(REFUSAL)), dict(mode="training", batches="one")),
            ((ORDER, wrong_from(0)), dict(mode="training", batches="one digit at a time")),
            ((ORDER, LABELS[ORDER]), dict(mode="inference", batches="mixed")),
        ],
    ),
    Figure(
        lambda: SharedMean(30, "sevens"),
        [
            ((np.linspace(-5, 5, 30), np.linspace(0, 3, 30), (s, 1 - s)), dict(count=count))
            for count, s in ((1, 1), (30, 0))
        ],
    ),
    Figure(
        lambda: RunningMean(87),
        [
            (
                (np.full(87, mean), np.linspace(-2, mean, 88), share),
                dict(momentum=momentum, N=N, order=order),
            )
            for mean, share, momentum, N, order in (
                (-9, 1, 0.001, 64, "mixed"),
                (9, 0, 0.9, 4, "one digit at a time"),
                (0.1, 0.985, 0.5, 32, "mixed"),
            )
        ],
    ),
]

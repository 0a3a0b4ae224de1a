"""The paper's experiment as it ships: its beginning computed again, its shape, damaged files."""

from pathlib import Path

import numpy as np
import pytest

from bn_lib.data import mnist, paper_sweep
from bn_lib.network import BatchNorm, Linear, Sigmoid, dense, forward, learned, use_population
from bn_lib.training import SGD, Diverged, Training
from tools.records import paper as script
from tools.records.pixels import ordered_mnist

FILE = Path(script.FILE)
PAPER = paper_sweep()
UNTIL = 500


def at(std, rate):
    return PAPER.stds.index(std), PAPER.rates.index(rate)


def test_it_has_the_axes_of_the_script():
    assert (PAPER.stds, PAPER.rates) == (list(script.STDS), list(script.RATES))
    assert PAPER.steps.tolist() == script.STEPS
    assert PAPER.accuracy.shape == (2, len(script.STDS), len(script.RATES), len(script.STEPS))
    assert PAPER.percentiles.shape == (*PAPER.accuracy.shape, 3)
    assert list(PAPER.again) == list(script.AGAIN)
    assert {three.shape for three in PAPER.again.values()} == {(3, len(script.STEPS))}
    for (side, std, rate), three in PAPER.again.items():
        np.testing.assert_array_equal(three[0], PAPER.accuracy[side, *at(std, rate)])


def test_nothing_is_missing():
    assert PAPER.accuracy[:, :, :, 0].min() > 0.03  # what has not been trained guesses
    trained = PAPER.accuracy[:, :, :, -1] > 0.5
    assert trained[1].all()
    assert np.isfinite(PAPER.percentiles[trained]).all()
    assert (np.diff(PAPER.percentiles[trained].astype(float), axis=-1) >= 0).all()


def test_ranges_shrink_to_nothing_and_are_those_of_the_usual_unit():
    trained = PAPER.accuracy[:, :, :, -1] > 0.5
    ranges = PAPER.ranges[trained].astype(float)
    assert (np.diff(ranges, axis=-1) <= 0).all()
    assert (ranges[:, -1] == 0).all()
    from_1000 = PAPER.steps >= 1000
    of_the_unit = np.ptp(PAPER.percentiles[trained][:, from_1000, 1].astype(float), axis=-1)
    usual = ranges[:, np.argmax(from_1000)]  # of 100 units the mean of two, of which it is one
    np.testing.assert_allclose(of_the_unit, usual, rtol=0.05)


@pytest.mark.parametrize(("side", "std", "rate"), [(0, 0.3, 1), (1, 0.03, 0.1), (1, 0.1, 1)])
def test_the_beginning_computed_again(side, std, rate):
    right, percentiles = script.train(side, std, rate, seed=0, until=UNTIL)
    then = slice(len(right))
    kept = PAPER.accuracy[side, *at(std, rate), then]
    # Rounding differs between machines, and training enlarges it a little.
    np.testing.assert_allclose(right / 10_000, kept, atol=0.01)
    unit = PAPER.unit[side, *at(std, rate)]
    kept = PAPER.percentiles[side, *at(std, rate), then]
    np.testing.assert_allclose(percentiles[:, :, unit], kept, atol=0.03)
    widths = np.median(percentiles[:, 2] - percentiles[:, 0], axis=1)
    np.testing.assert_allclose(widths, PAPER.widths[side, *at(std, rate), then], atol=0.03)


def test_other_seeds_computed_again():
    right, _ = script.train(1, 0.1, 0.1, seed=2, until=UNTIL)
    kept = PAPER.again[1, 0.1, 0.1][2]
    np.testing.assert_allclose(right / 10_000, kept[: len(right)], atol=0.01)
    assert np.abs(kept - PAPER.again[1, 0.1, 0.1][0]).max() > 0  # seeds do make a difference


def test_a_folded_network_is_that_of_inference_mode():
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(300, 5)), rng.integers(0, 3, 300)
    network = dense([5, 8, 7, 3], Sigmoid, rng, BatchNorm, bias=False)
    Training(network, x, labels, SGD(0.5), rng, batch=30).run(20)
    use_population(network[:-2], x)
    folded = script.folded(network)
    assert [type(layer) for layer in folded] == [Linear, Sigmoid, Linear, Sigmoid, Linear]
    there = forward(network, x, training=False)
    np.testing.assert_allclose(forward(folded, x), there, rtol=0, atol=1e-12)
    assert np.ptp(there, axis=0).min() > 1e-3


def test_ordered_images_are_the_same_and_a_batch_ends_with_its_last_pixel():
    order, ordered = ordered_mnist()
    plain = mnist()
    assert len(set(order.tolist())) == len(order) < 784
    for images, same in ((plain.x, ordered.x), (plain.test_x, ordered.test_x)):
        assert len(same) == len(images)
        assert same.shape == (len(images), len(order))
        some = images[:2000]
        np.testing.assert_array_equal(same[:2000], some[:, order])
        assert some.sum() == same[:2000].sum()  # what is left out is off
        for start in range(0, 2000, 100):
            batch = np.arange(start, start + 20)
            cut, full = same[batch], images[batch][:, order]
            pixels = cut.shape[1]
            np.testing.assert_array_equal(cut, full[:, :pixels])
            assert cut.dtype == np.float32
            assert not full[:, pixels:].any()
            assert cut[:, -8:].any()
            assert pixels < len(order)


@pytest.mark.parametrize("norm", [None, BatchNorm])
def test_training_by_hand_and_without_pixels_that_are_off_learns_what_the_library_learns(norm):
    order, ordered = ordered_mnist()
    plain = mnist()

    def start():
        return dense(
            [784, 20, 15, 10], Sigmoid, np.random.default_rng(0), norm, std=0.1, bias=False
        )

    batches = [np.random.default_rng(1) for _ in range(2)]
    usual = Training(start(), plain.x, plain.labels, SGD(0.5), batches[0], 60).run(1100)
    network = start()
    network[0].W = network[0].W[order]
    by_hand = script.ByHand(network, ordered.x, ordered.labels, 0.5, batches[1], 60)
    by_hand.run(70).run(1100)  # into the second epoch
    np.testing.assert_allclose(by_hand.losses, usual.losses, rtol=1e-9)
    assert usual.losses[-1] < 0.5 * usual.losses[0]

    W, first = usual.network[0].W, start()[0].W
    left_out = np.setdiff1d(np.arange(784), order)
    np.testing.assert_array_equal(W[left_out], first[left_out])  # nothing was learned there
    usual.network[0].W = W[order]
    for (layer, name), (other, _) in zip(learned(usual.network), learned(network), strict=True):
        value = getattr(layer, name)
        np.testing.assert_allclose(value, getattr(other, name), rtol=0, atol=1e-9, err_msg=name)
    for one in (usual.network, network):
        use_population(one, ordered.x[:1000])
    found = [forward(n, ordered.test_x[:500], training=False) for n in (usual.network, network)]
    np.testing.assert_allclose(*found, rtol=0, atol=1e-8)


def test_training_by_hand_says_when_it_diverges():
    _, d = ordered_mnist()
    network = dense([d.x.shape[1], 5, 10], Sigmoid, np.random.default_rng(0))
    training = script.ByHand(network, d.x, d.labels, 1e308, np.random.default_rng(1), 60)
    with np.errstate(all="ignore"), pytest.raises(Diverged, match=r"loss of step [1-9]"):
        training.run(100)
    assert len(training.losses) == training.step > 0
    assert np.isfinite(training.losses).all()


def test_the_unit_is_that_of_median_drift():
    steps = len(script.STEPS)
    medians = np.outer(np.linspace(0, 1, steps), [5, 1, 3, 2, 4])  # unit 2 moves by 3 of 1 to 5
    percentiles = np.stack([medians - 1, medians, medians + 1], axis=1)
    assert script.of_median_drift(percentiles) == 2
    np.testing.assert_allclose(script.ranges_from(percentiles), medians[-1] - medians)
    percentiles[: script.STEPS.index(950), :, 1] = 99  # what was before step 1,000 doesn't count
    assert script.of_median_drift(percentiles) == 2


def test_a_network_that_diverges_is_right_on_none():
    right, percentiles = script.train(0, 1, 1e39, seed=0, until=100)
    assert right[0] > 300
    assert right[-1] == 0
    assert np.isnan(percentiles[-1]).all()


def test_the_file_is_small():
    assert FILE.stat().st_size < 150_000


def test_damaged_files_are_named(tmp_path):
    with pytest.raises(ValueError, match="make paper"):
        paper_sweep(tmp_path / "none.npz")
    cut = tmp_path / "cut.npz"
    cut.write_bytes(FILE.read_bytes()[:500])
    with pytest.raises(ValueError, match="cannot be read"):
        paper_sweep(cut)
    with np.load(FILE) as file:
        arrays = dict(file)
    np.savez(cut, **{name: array for name, array in arrays.items() if name != "unit"})
    with pytest.raises(ValueError, match="unit"):
        paper_sweep(cut)
    np.savez(cut, **arrays | {"right": arrays["right"][:1]})
    with pytest.raises(ValueError, match="expected"):
        paper_sweep(cut)

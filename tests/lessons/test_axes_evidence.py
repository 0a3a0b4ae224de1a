"""Evidence for notebook 10: who shares with whom, what a norm is blind to, what can be undone."""

import numpy as np
import pytest

from bn_lib.data import digits
from bn_lib.measure import accuracy, not_brought_back
from bn_lib.network import BatchNorm, Linear, Sigmoid, undo, use_population
from bn_lib.normalization import (
    batch_norm,
    group_norm,
    moments,
    normalize,
    rms_norm,
    undo_parameters,
)
from bn_lib.training import SGD, Training

SEEDS = range(6)
AXES = {"batch": (0, 2, 3), "layer": (1, 2, 3), "instance": (2, 3)}
NORMS = (*AXES, "group", "RMS")
seeds = pytest.mark.parametrize("seed", SEEDS)


def normalized(x, norm, groups=2):
    if norm == "group":
        return group_norm(x, groups, eps=0)[0]
    return rms_norm(x, eps=0)[0] if norm == "RMS" else normalize(x, 0, AXES[norm])


def block(seed):
    return np.random.default_rng(seed).normal(size=(4, 6, 3, 3))


def largest_change(x, changed, norm):
    return np.abs(normalized(changed, norm) - normalized(x, norm)).max()


# ---------------------------------------------------------------- who shares with whom


@seeds
@pytest.mark.parametrize("norm", NORMS)
def test_what_shares_with_a_value_moves_with_it_and_nothing_else_does(norm, seed):
    x = block(seed)
    n, c, h, w = np.random.default_rng(seed + 10).integers(0, x.shape)
    changed = x.copy()
    changed[n, c, h, w] += 4
    moved = np.abs(normalized(changed, norm) - normalized(x, norm)) > 1e-9
    frame = np.zeros(x.shape, bool)
    neighbors = slice(c // 3 * 3, c // 3 * 3 + 3)
    frame[
        {
            "batch": (slice(None), c),
            "layer": (n,),
            "instance": (n, c),
            "group": (n, neighbors),
            "RMS": (n,),
        }[norm]
    ] = True
    np.testing.assert_array_equal(moved, frame)


@seeds
@pytest.mark.parametrize("norm", NORMS)
def test_only_batch_norm_treats_an_example_alone_unlike_one_in_company(norm, seed):
    x = block(seed)
    alone = normalized(x[:1], norm)
    change = np.abs(alone - normalized(x, norm)[:1]).max()
    assert change > 0.1 if norm == "batch" else change < 1e-12


@seeds
def test_groups_go_from_layer_norm_to_instance_norm(seed):
    x = block(seed)
    for groups, norm in [(1, "layer"), (6, "instance")]:
        np.testing.assert_allclose(normalized(x, "group", groups), normalized(x, norm), atol=1e-12)


# ---------------------------------------------------------------- what a norm cannot see

BLIND = {
    "everything ×": {"batch", "layer", "instance", "group", "RMS"},
    "example ×": {"layer", "instance", "group", "RMS"},
    "example +": {"layer", "instance", "group"},
    "channel ×": {"batch", "instance"},
    "channel of example ×": {"instance"},
}


@seeds
@pytest.mark.parametrize("times", [0.5, 3, 5])
def test_each_norm_is_blind_to_what_is_done_alike_to_a_whole_frame(times, seed):
    x = block(seed)
    changed = {name: x.copy() for name in BLIND}
    changed["everything ×"] *= times
    changed["example ×"][1] *= times
    changed["example +"][1] += times
    changed["channel ×"][:, 2] *= times
    changed["channel of example ×"][1, 2] *= times
    for name, blind in BLIND.items():
        for norm in NORMS:
            change = largest_change(x, changed[name], norm)
            assert change < 1e-11 if norm in blind else change > 0.05, (name, norm)


# ---------------------------------------------------------------- positions


def answers(images):
    return np.roll(images, -1, axis=2) - np.roll(images, 1, axis=2)


@pytest.mark.parametrize("start", [0, 64, 128, 192, 256])
def test_only_shared_statistics_let_a_picture_move_along(start):
    images = digits().x[start : start + 64].reshape(64, 8, 8)
    changes = []
    for k in range(10):
        for shift in (1, 2, 3, 4):
            moved = images.copy()
            moved[k] = np.roll(moved[k], shift, axis=1)
            for axes, changed in (((0, 1, 2), None), (0, changes)):
                before, after = (normalize(answers(i), axis=axes)[k] for i in (images, moved))
                change = np.abs(np.roll(before, shift, axis=1) - after).max()
                if changed is None:
                    assert change < 1e-12
                else:
                    changed.append(change)
    assert min(changes) > 0.5
    assert np.median(changes) > 2


def test_where_the_others_are_below_0_an_empty_corner_comes_out_above_it():
    z = answers(digits().x[:64].reshape(64, 8, 8))
    corner = slice(4), slice(6, None)
    assert np.all(z[0][corner] == 0)
    assert np.all(z.mean(axis=0)[corner] < 0)
    assert np.all(normalize(z, axis=0)[0][corner] > 0)


def test_a_position_that_hardly_sees_ink_has_a_small_std_and_enlarges_what_comes_there():
    z = answers(digits().x[:64].reshape(64, 8, 8))
    std = z.std(axis=0)
    assert std.min() < 0.2 * np.median(std)
    quiet = np.unravel_index(np.argmin(np.where(std > 0, std, np.inf)), std.shape)
    changed = z.copy()
    changed[0][quiet] = np.median(std)  # an ordinary stroke elsewhere
    assert normalize(changed, axis=0)[0][quiet] > 3


def test_one_std_of_all_positions_is_steadier_than_one_of_each():
    batches = digits().x[:1344].reshape(21, 64, 8, 8)
    z = np.stack([answers(images) for images in batches])
    shared, separate = z.std(axis=(1, 2, 3)), z.std(axis=1)
    wobble = separate.std(axis=0) / separate.mean(axis=0)
    assert shared.std() / shared.mean() < 0.25 * np.median(wobble)


# ---------------------------------------------------------------- what can be undone


def examples(seed, contrast=1.0, brightness=1.0):
    rng = np.random.default_rng(seed)
    scales, shifts = rng.normal(size=(2, 4, 1, 1, 1))
    noise = np.random.default_rng(seed + 100).normal(size=(4, 6, 8, 8))
    return np.exp(contrast * scales) * noise + 3 * brightness * shifts


@pytest.mark.parametrize("seed", range(12))
def test_only_batch_norm_can_be_undone_where_examples_differ(seed):
    x = examples(seed)
    left = {norm: not_brought_back(normalized(x, norm), x) for norm in NORMS}
    assert abs(left["batch"]) < 1e-12
    three = [left[norm] for norm in ("layer", "instance", "group")]
    assert min(three) > 0.35
    assert np.ptp(three) < 0.05, "all channels of an example have the same contrast and brightness"
    assert left["RMS"] > 0.03
    np.testing.assert_allclose(batch_norm(x, *undo_parameters(x))[0], x, atol=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_where_examples_differ_by_chance_only_little_is_left(seed):
    x = examples(seed, contrast=0, brightness=0)
    left = [not_brought_back(normalized(x, norm), x) for norm in NORMS]
    assert 1e-6 < max(left) < 0.04


def test_rms_norm_lets_brightness_through_but_not_contrast():
    bright, contrasting = [], []
    for seed in range(12):
        for found, x in (
            (bright, examples(seed)), (contrasting, examples(seed, brightness=0)),
        ):  # fmt: skip
            left = [not_brought_back(normalized(x, norm), x) for norm in ("RMS", "layer")]
            found.append(left[0] / left[1])
    assert np.median(bright) < 0.5
    assert np.median(contrasting) > 0.9


@seeds
def test_layer_norm_can_be_undone_for_one_example_and_for_equal_examples(seed):
    x = examples(seed)
    one = x[:1]
    std, mean = np.sqrt(moments(one, (1, 2, 3))[1] + 1e-5), moments(one, (1, 2, 3))[0]
    y, _ = batch_norm(one, np.full(6, std), np.full(6, mean), axis=(1, 2, 3))
    np.testing.assert_allclose(y, one, atol=1e-12)
    y, _ = batch_norm(x, np.full(6, std), np.full(6, mean), axis=(1, 2, 3))
    assert np.abs(y - x)[1:].max() > 0.5
    equal = normalize(x, 0, (1, 2, 3)) * 3 + 2
    assert abs(not_brought_back(normalized(equal, "layer"), equal)) < 1e-12


@seeds
def test_where_a_channel_has_one_value_two_examples_can_be_undone_together_and_three_cannot(seed):
    """Two numbers for each channel fit two values of it."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(3, 7)) * rng.uniform(0.5, 4, (3, 1)) + 5 * rng.normal(size=(3, 1))
    left = []
    for count in (2, 3):
        some = x[:count]
        left.append(not_brought_back(normalize(some, eps=0, axis=1), some))
    assert abs(left[0]) < 1e-9
    assert left[1] > 1e-3


def test_the_share_left_is_typically_three_quarters():
    left = [not_brought_back(normalized(x, "layer"), x) for x in map(examples, range(60))]
    assert 0.65 < np.median(left) < 0.85


@seeds
def test_real_digits_differ_so_little_that_layer_norm_is_nearly_undone(seed):
    images = digits().x[64 * seed : 64 * (seed + 1)].reshape(64, 8, 8)
    filters = np.random.default_rng(seed).normal(size=(6, 3, 3))
    places = [(i, j) for i in range(3) for j in range(3)]
    seen = [np.roll(images, (i - 1, j - 1), axis=(1, 2)) for i, j in places]
    channels = np.einsum("pnhw,cp->nchw", seen, filters.reshape(6, 9))
    assert 1e-3 < not_brought_back(normalized(channels, "layer"), channels) < 0.03


def test_after_the_activation_the_next_weights_can_do_all_that_gamma_and_beta_do():
    rng = np.random.default_rng(0)
    x_hat = normalize(np.maximum(rng.normal(size=(32, 5)), 0))
    gamma, beta, W, b = rng.normal(size=5), rng.normal(size=5), rng.normal(size=(5, 3)), 0.7
    np.testing.assert_allclose(
        (gamma * x_hat + beta) @ W + b, x_hat @ (gamma[:, None] * W) + (beta @ W + b), atol=1e-12
    )


def test_but_not_at_a_border_padded_with_zeros():
    """There β is missing: one filter, three wide, on a row of six positions."""
    x_hat = np.random.default_rng(0).normal(size=(40, 6))

    def windows(rows):
        padded = np.pad(rows, ((0, 0), (1, 1)))
        return np.stack([padded[:, i : i + 6] for i in range(3)], axis=-1)

    left = []
    for beta in (0.0, 1.0):
        wanted = windows(2 * x_hat + beta) @ [1.0, 2.0, 3.0]
        given = np.concatenate([windows(x_hat).reshape(-1, 3), np.ones((240, 1))], axis=1)
        found = np.linalg.lstsq(given, wanted.ravel(), rcond=None)[0]
        left.append(np.abs(given @ found - wanted.ravel()).max())
    assert left[0] < 1e-9
    assert left[1] > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_after_the_activation_gamma_and_beta_still_matter_to_the_training(seed):
    """In the faint network of notebook 00, if it starts undone."""
    d, reads = digits(), []
    for frozen in ((), ("gamma", "beta")):
        rng, network = np.random.default_rng(seed), []
        for units in (64, 50, 50, 50):
            network += [
                Linear(units, 50, rng, std=units**-0.5),
                Sigmoid(),
                BatchNorm(50, frozen=frozen),
            ]
        network.append(Linear(50, 10, rng, std=50**-0.5))
        undo(network, d.x[:64])
        weights = [layer.W.copy() for layer in network[:-1:3]]
        lengths = [np.linalg.norm(layer.W) for layer in network[::3]]
        batches = np.random.default_rng(seed + 100)
        Training(network, d.x, d.labels, SGD(0.5), batches, 64).run(300)
        use_population(network, d.x)
        reads.append(accuracy(network, d.test_x, d.test_labels))
    assert reads[0] > 0.9
    assert reads[1] < 0.2
    for before, layer in zip(weights, network[:-1:3], strict=True):  # of the frozen one
        assert np.linalg.norm(layer.W - before) < 0.05 * np.linalg.norm(before)
    for before, layer in zip(lengths, network[::3], strict=True):  # the last one turns
        assert abs(np.linalg.norm(layer.W) / before - 1) < 0.03

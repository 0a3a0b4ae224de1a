"""Evidence for notebook 07: batch norm calms its inputs, and that is not why it helps."""

import numpy as np
import pytest

from bn_lib.data import digits, drift_sweep, noise_dial, second_measure
from bn_lib.measure import accuracy, drift, steadiness
from bn_lib.network import BatchNorm, ReLU, Sigmoid, Tanh, dense, forward
from bn_lib.training import SGD, Training
from tools.records import drift as sweep_maker
from tools.records import noise as noise_maker

DIALS = {activation: noise_dial(activation) for activation in ("sigmoid", "relu")}
CHANCE = 0.2  # one digit in ten, with room for a class that is seen more often
SWEEP, SECOND = drift_sweep(), second_measure()


# ---------------------------------------------------------------- the dial of noise


def test_shaken_sigmoids_read_nearly_all_where_calmer_ones_without_read_nothing():
    dial = DIALS["sigmoid"]
    without, shaken, calm = (dial[name] for name in ("no batch norm", "noise 1", "batch norm"))
    assert np.all(without[2] < CHANCE)
    assert np.all(shaken[2] > 0.95)
    assert np.all(calm[2] > 0.95)
    assert np.all(shaken[0] > 20 * without[0]), "in plain numbers they move farther"
    assert np.all(shaken[:2] > 100 * calm[:2]), "and than with batch norm in both"
    assert np.all(shaken[1] < without[1] / 5), "in units of σ, which is tiny without, less far"


def test_at_noise_3_sigmoids_are_the_more_restless_in_both_units_and_read_all_the_same():
    """On average: in units of σ, which a factor near 0 makes tiny, not from every start."""
    without, shaken = (DIALS["sigmoid"][name].mean(axis=1) for name in ("no batch norm", "noise 3"))
    assert shaken[0] > 50 * without[0]
    assert shaken[1] > 1.2 * without[1]
    assert np.all(DIALS["sigmoid"]["noise 3"][2] > 0.8)


def test_shaken_relus_move_farthest_in_both_units_and_read_as_well():
    dial = DIALS["relu"]
    without, shaken, calm = (dial[name] for name in ("no batch norm", "noise 1", "batch norm"))
    assert np.all(shaken[:2] > 2 * without[:2])
    assert np.all(without[:2] > 100 * calm[:2])
    for others in (without, calm):
        assert abs(shaken[2].mean() - others[2].mean()) < 0.02


@pytest.mark.parametrize("activation", DIALS)
def test_more_noise_moves_more_and_does_harm_in_the_end(activation):
    plain, _, right = (
        np.array([DIALS[activation][f"noise {dose}"] for dose in (1, 2, 3, 4)])
        .mean(axis=-1)[:, :]
        .T
    )
    assert np.all(np.diff(plain) > 0.3)
    assert np.all(np.diff(right) < 0.01)
    assert right[0] - right[-1] > 0.25


def test_the_noise_keeps_its_middle_and_knows_no_step_before():
    """It is no drift: the mean of many draws is no factor and no shift, and each is new."""
    layer = noise_maker.Noise(50, 1, np.random.default_rng(0))
    drawn = []
    for _ in range(400):
        layer.after_step()
        drawn.append([layer.factor, layer.shift])
    factors, shifts = np.array(drawn).transpose(1, 0, 2)
    assert np.all((factors >= 0.5) & (factors <= 1.5) & (np.abs(shifts) <= 1))
    np.testing.assert_allclose(factors.mean(axis=0), 1, atol=0.06)
    np.testing.assert_allclose(shifts.mean(axis=0), 0, atol=0.12)
    after_each_other = np.mean(shifts[1:] * shifts[:-1]) / np.mean(shifts**2)
    assert abs(after_each_other) < 0.03


def test_at_noise_4_one_factor_in_four_turns_the_sign_around():
    layer = noise_maker.Noise(100_000, 4, np.random.default_rng(0))
    layer.after_step()
    assert np.mean(layer.factor < 0) == pytest.approx(0.25, abs=0.01)


def test_noise_without_batch_norm_costs_a_relu_network_more():
    dial = DIALS["relu"]
    lost = dial["noise 1"][2] - dial["noise 1 without batch norm"][2]
    assert np.all(lost > 0.05)
    assert lost.mean() > 0.15


def test_moved_as_far_as_those_without_relus_with_batch_norm_still_read_more():
    """At noise 1 they move half as far, at noise 2 as far, and in units of σ farther."""
    dial = DIALS["relu"]
    half, as_far, without = (dial[f"noise {name}"] for name in ("1", "2", "1 without batch norm"))
    assert 0.4 < half[0].mean() / without[0].mean() < 0.6
    assert 0.9 < as_far[0].mean() / without[0].mean() < 1.1
    assert as_far[1].min() > without[1].max()
    assert as_far[2].mean() > without[2].mean() + 0.05


def after(name, activation, seed, *until):
    """The share of test images read after so many steps, by the setting of the record."""
    d, network = digits(), noise_maker.make_network(name, activation, seed)
    rate, rng = noise_maker.SETTINGS[activation][1], np.random.default_rng(100 + seed)
    training = Training(network, d.x, d.labels, SGD(rate), rng, 64)
    return [accuracy(training.run(step).network, d.test_x, d.test_labels) for step in until]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_given_more_steps_shaken_relus_without_batch_norm_nearly_catch_up(seed):
    early, late = after("noise 1 without batch norm", "relu", seed, 400, 1600)
    (kept,) = after("noise 1", "relu", seed, 400)
    assert early < kept - 0.1
    assert 0.95 < late < kept + 0.01


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_at_noise_4_more_steps_help_sigmoids_but_not_all_the_way(seed):
    early, late = after("noise 4", "sigmoid", seed, 400, 1600)
    assert early + 0.05 < late
    assert 0.68 < late < 0.82


def test_perfect_calm_is_not_enough():
    plain, in_sigma, right = DIALS["sigmoid"]["frozen undone"]
    assert np.all(plain < 1e-12)
    assert np.all(in_sigma < 1e-9)
    assert np.all(right < CHANCE)


def test_of_three_that_begin_with_the_same_answers_the_one_that_learns_gamma_reads():
    """The two networks of notebook 00, and *frozen undone*."""
    dial = DIALS["sigmoid"]
    without, undone, frozen, batch_norm = (
        dial[name] for name in ("no batch norm", "starts undone", "frozen undone", "batch norm")
    )
    assert np.all(undone[2] > 0.95)
    assert max(without[2].max(), frozen[2].max()) < CHANCE
    assert np.all(undone[:2] > 1e3 * frozen[:2])
    assert np.all(undone[:2] > batch_norm[:2])
    assert np.all(undone[0] < without[0] / 5)


# ---------------------------------------------------------------- drift, and centered pixels


def inputs_of(kind, seed, norm, pixels, rate, gain=1.0, steps=400, before=None):
    """The mean and σ of what goes into each activation, (steps + 1, 3 layers, 2, 50).

    before: another kind of layer, into which it goes.
    """

    def inputs(network):
        found, z = [], pixels[:400]
        for layer in network:
            if isinstance(layer, before or kind):
                found.append((z.mean(axis=0), z.std(axis=0)))
            z = forward([layer], z)
        return found

    network = dense([64, 50, 50, 50, 10], kind, np.random.default_rng(seed), norm, gain)
    training = Training(
        network, pixels, digits().labels, SGD(rate), np.random.default_rng(seed), 64,
        probes={"inputs": inputs},
    )  # fmt: skip
    return training.run(steps).record["inputs"]


def by_layer(*setting, **others):
    """The drift of the mean in each of three hidden layers."""
    z = inputs_of(*setting, **others)
    return np.array([drift(z[:, i, 0], z[:, i, 1]).mean for i in range(3)])


def as_they_are_and_centered():
    x = digits().x
    return x, x - x.mean(axis=0)


@pytest.mark.parametrize("seed", [1, 2])
def test_centering_takes_most_of_the_drift_of_tanh_and_batch_norm_is_still_calmer(seed):
    as_they_are, centered = as_they_are_and_centered()
    raw = by_layer(Tanh, seed, None, as_they_are, 0.1)
    calmed = by_layer(Tanh, seed, None, centered, 0.1)
    with_bn = by_layer(Tanh, seed, BatchNorm, as_they_are, 0.1)
    assert 140 < raw[-1] / with_bn[-1] < 180
    assert 17 < calmed[-1] / with_bn[-1] < 22
    assert 7 < raw[-1] / calmed[-1] < 9


def test_to_batch_norm_it_is_all_the_same_whether_pixels_are_centered():
    drifts = [by_layer(Tanh, 3, BatchNorm, x, 0.1, steps=50) for x in as_they_are_and_centered()]
    np.testing.assert_allclose(*drifts, rtol=1e-6)


def test_sigmoids_are_not_centered_themselves_so_only_their_first_layer_is_calmed():
    as_they_are, centered = as_they_are_and_centered()
    raw = by_layer(Sigmoid, 1, None, as_they_are, 0.5, gain=3, steps=200)
    calmed = by_layer(Sigmoid, 1, None, centered, 0.5, gain=3, steps=200)
    assert raw[0] > 8 * calmed[0]
    assert raw[-1] < 2 * calmed[-1]


def test_relus_too_owe_most_of_it_to_the_pixels():
    as_they_are, centered = as_they_are_and_centered()
    raw = by_layer(ReLU, 1, None, as_they_are, 0.1, gain=np.sqrt(2), steps=200)
    calmed = by_layer(ReLU, 1, None, centered, 0.1, gain=np.sqrt(2), steps=200)
    assert raw[-1] > 4 * calmed[-1]


@pytest.mark.parametrize("norm", [BatchNorm, lambda units: BatchNorm(units, gamma=3, beta=-2)])
def test_after_batch_norm_the_mean_is_beta_and_the_spread_is_gamma(norm):
    network = dense([64, 50, 50, 10], Tanh, np.random.default_rng(3), norm)
    Training(network, digits().x, digits().labels, SGD(0.5), np.random.default_rng(3), 64).run(50)
    z = forward(network[:-2], digits().x[:400])
    np.testing.assert_allclose(z.mean(axis=0), network[-3].beta, atol=1e-9)
    np.testing.assert_allclose(z.std(axis=0), np.abs(network[-3].gamma), rtol=2e-3)


# ---------------------------------------------------------------- slower than what comes in?


def around(seed, pixels, kind=Tanh, rate=0.1, **others):
    """The mean and σ of what goes into each batch norm, and of what comes out."""
    return [
        inputs_of(kind, seed, BatchNorm, pixels, rate, before=place, **others)
        for place in (BatchNorm, kind)
    ]


def pace(*setting, **others):
    """How many times as far per step the mean moves before each batch norm as β, and σ as γ."""
    before, after = around(*setting, **others)
    drifts = [[drift(z[:, i, 0], z[:, i, 1]) for i in range(3)] for z in (before, after)]
    return np.divide(*np.array(drifts)).T


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_gamma_is_slower_than_sigma_and_beta_than_the_mean_except_of_centered_pixels(seed):
    as_they_are, centered = (pace(seed, pixels) for pixels in as_they_are_and_centered())
    means, stds = as_they_are
    assert means[0] > 25
    assert np.all((means[1:] > 2) & (means[1:] < 4)), "higher up, β is a little slower"
    assert np.all((stds > 5) & (stds < 25))
    assert 0.6 < centered[0, 0] < 0.9, "of centered pixels the mean hardly moves"
    np.testing.assert_allclose(centered[0, 1:], means[1:], rtol=1e-3)
    np.testing.assert_allclose(centered[1], stds, rtol=1e-3)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_beta_is_more_steady_than_the_mean_and_gamma_than_sigma_except_in_the_first_layer(seed):
    """In the same network: by the length of their paths over the distance that these lead."""
    for pixels in as_they_are_and_centered():
        before, after = (
            np.array([[steadiness(z[:, i, part]) for part in (0, 1)] for i in range(3)])
            for z in around(seed, pixels)
        )
        beta, gamma = (after / before).T
        assert np.all(beta > 1.4)
        assert gamma[0] < 0.9
        assert np.all(gamma[1:] > 1.8)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_of_relus_beta_is_more_steady_in_the_last_layer_only(seed):
    before, after = (
        np.array([steadiness(z[:, i, 0]) for i in range(3)])
        for z in around(seed, digits().x, ReLU, gain=np.sqrt(2))
    )
    assert np.all(after[:2] < before[:2])
    assert after[2] > 1.4 * before[2]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_first_gamma_of_sigmoids_with_larger_weights_is_faster_than_sigma(seed):
    _, stds = pace(seed, digits().x, Sigmoid, 0.5, gain=3)
    assert 0.4 < stds[0] < 0.6


# ---------------------------------------------------------------- many settings


def calmer(of, layer="last", network="batch norm"):
    """In which settings batch norm is calmer, and in which both networks learn, (48,) each."""
    seen = SWEEP.numbers[of][layer]
    learn = np.minimum(SWEEP.accuracy["no batch norm"], SWEEP.accuracy[network]) >= 0.5
    return seen[network] < seen["no batch norm"], learn


@pytest.mark.parametrize("of", ["mean, in σ, typical unit", "mean, plain", "wobble"])
def test_where_both_learn_the_mean_is_calmer_and_steadier_in_all_settings(of):
    less, learn = calmer(of)
    assert learn.sum() >= 19
    assert less[learn].all()


def test_in_units_of_sigma_all_but_one_are_calmer_and_that_one_has_large_weights():
    less, learn = calmer("mean, in σ")
    (place,) = np.flatnonzero(learn & ~less)
    assert SWEEP.settings[place] == ("sigmoid", 30, 2)
    assert {
        scale for (_, scale, _), calm in zip(SWEEP.settings, less, strict=True) if not calm
    } == {30}
    right = SWEEP.accuracy["batch norm"][place], SWEEP.accuracy["no batch norm"][place]
    assert right[0] > right[1] + 0.1, "it drifts more, and reads more"


def test_spread_and_shape_of_the_first_layer_are_not():
    for of, most in (("spread", 0.7), ("shape", 0.3)):
        less, learn = calmer(of, "first")
        assert 0 < less[learn].mean() < most


@pytest.mark.parametrize("of", ["spread", "shape"])
def test_without_batch_norm_these_move_less_in_the_first_layer_than_in_the_last(of):
    """With batch norm the spread moves about as much in both."""
    _, learn = calmer(of)
    first, last = (SWEEP.numbers[of][layer] for layer in ("first", "last"))
    assert np.median(last["no batch norm"][learn]) > 3 * np.median(first["no batch norm"][learn])
    if of == "spread":
        ratio = np.median(last["batch norm"][learn]) / np.median(first["batch norm"][learn])
        assert 0.5 < ratio < 2


@pytest.mark.parametrize("of", ["spread", "shape"])
def test_those_of_the_last_layer_are_calmer_in_most_settings(of):
    less, learn = calmer(of)
    assert less[learn].mean() > 0.7


def test_with_a_fast_beta_no_setting_where_both_learn_is_calmer():
    less, learn = calmer("mean, in σ", network="β × 300")
    assert learn.sum() == 10
    assert not less[learn].any()


def at(activation, scale, rate, network, of=None):
    """Accuracy in a setting, or one of its numbers in the last layer."""
    place = SWEEP.settings.index((activation, scale, rate))
    return (SWEEP.numbers[of]["last"] if of else SWEEP.accuracy)[network][place]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_with_large_weights_the_unit_of_measure_decides(activation):
    setting = activation, 30, 0.1
    in_sigma, plain = (
        [at(*setting, network, of) for network in ("no batch norm", "batch norm")]
        for of in ("mean, in σ", "mean, plain")
    )
    assert in_sigma[1] > 2 * in_sigma[0]
    assert plain[1] < plain[0] / 10


def test_a_fast_beta_is_restless_and_can_do_harm_or_none():
    for scale in (1, 3):
        without, fast = (
            at("tanh", scale, 0.1, network, "mean, in σ")
            for network in ("no batch norm", "β × 300")
        )
        assert fast > 2 * without
    assert at("tanh", 1, 0.1, "β × 300") > 0.97
    assert at("tanh", 3, 0.1, "β × 300") < at("tanh", 3, 0.1, "batch norm") - 0.2
    assert at("relu", 3, 0.1, "β × 300") < CHANCE


@pytest.mark.parametrize("seed", [1, 2])
def test_a_fast_beta_does_harm_from_other_starts_too(seed):
    _, without = sweep_maker.trained("tanh", 3, 0.1, "no batch norm", seed)
    _, fast = sweep_maker.trained("tanh", 3, 0.1, "β × 300", seed)
    assert fast < without - 0.05


# ---------------------------------------------------------------- Santurkar's measure


@pytest.mark.parametrize("rate", [3e-4, 1e-3])
def test_at_small_rates_linear_stacks_shift_more_by_the_angle_and_end_lower(rate):
    assert np.all(SECOND.more["angle"][rate] > SECOND.layers / 2)
    without, with_bn = SECOND.losses[rate]
    assert np.all(with_bn < 0.8 * without)
    by_length = SECOND.more["length"][rate]
    fewer = np.flatnonzero(by_length < SECOND.layers / 2)
    assert fewer.tolist() == [2, 3], "the length contradicts it in two starts"
    assert by_length.max() == SECOND.layers


def test_at_a_larger_rate_two_stacks_overflow_and_the_angle_wavers():
    without, with_bn = SECOND.losses[5e-3]
    kept = np.isfinite(without)
    assert np.flatnonzero(~kept).tolist() == [2, 3]
    assert np.isfinite(with_bn).all()
    assert np.all(SECOND.more["angle"][5e-3][kept] < SECOND.layers - 2)

"""Evidence for notebook 05: where γ and β go, and why the networks of 00 end as they do."""

import numpy as np
import pytest

from bn_lib.data import digits, puzzle, two_humped
from bn_lib.measure import accuracy, gradients
from bn_lib.network import (
    BatchNorm,
    Linear,
    ReLU,
    Sigmoid,
    Tanh,
    dense,
    forward,
    squared_error,
)
from bn_lib.normalization import batch_norm_backward, normalize, undo_parameters
from bn_lib.training import SGD, Adam, Training
from tools.records import puzzle as maker
from tools.records.puzzle import make_network

FAINT, EXPLODING = puzzle("faint"), puzzle("exploding")
CHANCE = 0.2  # one digit in ten, with room for a class that is seen more often


def hopeless(accuracies):
    """Whether all are at chance, or have left the numbers."""
    return not np.any(accuracies > CHANCE)


# ---------------------------------------------------------------- the target is the input itself


def descend(H, gamma, beta, lr, steps=100):
    """The path of γ, β by gradient descent on the mean of (γ Ĥ + β - H)²."""
    H_hat, path = normalize(H), [(gamma, beta)]
    for _ in range(steps):
        error = gamma * H_hat + beta - H
        gamma, beta = gamma - lr * 2 * np.mean(error * H_hat), beta - lr * 2 * np.mean(error)
        path.append((gamma, beta))
    return np.array(path)


@pytest.mark.parametrize("start", [(1, 0), (-2, -2), (6, 6), (0.01, 8)])
@pytest.mark.parametrize("lr", [0.05, 0.3, 0.9])
def test_the_path_is_straight_and_shrinks_by_one_factor(start, lr):
    for seed in range(3):
        H = two_humped(256, np.random.default_rng(seed))
        offset = descend(H, *start, lr, steps=20) - undo_parameters(H)
        distance = np.linalg.norm(offset, axis=1)
        sideways = offset[:, 0] * offset[0, 1] - offset[:, 1] * offset[0, 0]
        far = distance[:-1] > 1e-3 * distance[0]
        np.testing.assert_allclose((distance[1:] / distance[:-1])[far], abs(1 - 2 * lr), atol=1e-3)
        assert np.abs(sideways / distance[0]).max() < 1e-4


def test_beyond_lr_1_it_runs_away_and_44_steps_leave_a_hundredth_at_005():
    H = two_humped(256, np.random.default_rng(0))
    for lr, away in ((0.99, False), (1.05, True)):
        distance = np.linalg.norm(descend(H, 5, -2, lr) - undo_parameters(H), axis=1)
        assert (distance[-1] > distance[0]) == away
    distance = np.linalg.norm(descend(H, 5, -2, 0.05) - undo_parameters(H), axis=1)
    assert np.argmax(distance < 0.01 * distance[0]) == 44


@pytest.mark.parametrize(("N", "rest"), [(4, 1.60), (8, 1.81), (32, 1.95), (128, 1.99)])
def test_in_mini_batches_gamma_rests_at_the_mean_spread_of_a_batch(N, rest):
    """σ = 2: short of it, the more so the smaller the batch."""
    ends = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        gamma, beta, seen = 1.0, 0.0, []
        for h in 3 + 2 * rng.standard_normal((400, N)):
            h_hat = normalize(h)
            error = gamma * h_hat + beta - h
            gamma -= 0.1 * np.mean(error * h_hat)
            beta -= 0.1 * np.mean(error)
            seen.append(gamma)
        ends.append(np.mean(seen[200:]))
    s_B = 2 * np.random.default_rng(9).standard_normal((4000, N)).std(axis=1).mean()
    assert abs(s_B - rest) < 0.02
    assert abs(np.mean(ends) - s_B) < 0.06
    assert N > 8 or np.mean(ends) < 1.9


def test_the_gradient_of_gamma_knows_neither_sigma_nor_mu():
    for seed in range(3):
        rng = np.random.default_rng(seed)
        H, dy = rng.standard_normal((64, 5)), rng.standard_normal((64, 5))
        found = []
        for scale, shift in ((1, 0), (100, 7)):
            layer = BatchNorm(5, eps=0)
            layer.forward(scale * H + shift)
            found.append(batch_norm_backward(dy, layer.cache)[1])
        np.testing.assert_allclose(*found, atol=1e-9)


# ---------------------------------------------------------------- a teacher; a linear layer after


def students(seed, weights, scales, frozen):
    """Five students of one teacher, side by side: (γ, β, σ, μ) at the end, and γ's target."""
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal((256, 8)), rng.standard_normal((8, 1))
    w *= 1.87 / (x @ w).std()
    target = np.repeat(Sigmoid().forward(x @ w), len(scales), axis=1)
    below = Linear(8, len(scales), rng, frozen=frozen)
    below.W = (w if weights is None else weights) * scales
    network = [below, BatchNorm(len(scales)), Sigmoid()]
    job = Training(network, x, target, Adam(0.02), loss=squared_error).run(2000)
    assert job.losses[-1] < 1e-5
    z = x @ below.W
    return network[1].gamma, network[1].beta, z.std(axis=0), z.mean(axis=0)


@pytest.mark.parametrize("seed", range(2))
def test_gamma_goes_to_the_teachers_sigma_whatever_its_own_is(seed):
    scales = np.array([0.1, 1, 10])
    start = np.random.default_rng(seed + 3).standard_normal((8, 1))
    gamma, _, own, _ = students(seed, start, scales, frozen=("b",))
    np.testing.assert_allclose(np.abs(gamma), 1.87, atol=0.02)
    assert own.max() > 5 * own.min()  # while their own lie far apart
    gamma, beta, own, mu = students(seed, None, scales, frozen=("W", "b"))
    np.testing.assert_allclose(gamma, 1.87, atol=0.01)
    undone = np.isclose(gamma, own, rtol=0, atol=2e-3) & np.isclose(beta, mu, rtol=0, atol=2e-3)
    assert undone.tolist() == [False, True, False]  # only where the weights are the teacher's


def test_gamma_may_end_at_the_mirror():
    """With the weights mirrored it is the same function."""
    start = np.random.default_rng(1).standard_normal((8, 1))
    gamma, *_ = students(0, start, np.array([0.1, 0.3, 1, 3, 10]), frozen=("b",))
    np.testing.assert_allclose(np.abs(gamma), 1.87, atol=0.02)
    assert (gamma < 0).any()


def test_a_linear_layer_after_it_absorbs_gamma():
    """The loss is 0, the product is the wanted one, and γ / σ is anything."""
    for seed in range(3):
        H = np.random.default_rng(5).normal((3, -1, 0.5, 2), (1, 2, 0.5, 3), (512, 4))
        V = np.random.default_rng(8).standard_normal((4, 3))
        network = [BatchNorm(4), Linear(4, 3, np.random.default_rng(seed))]
        job = Training(network, H, H @ V, SGD(0.02), loss=squared_error).run(2500)
        ratio, product = network[0].gamma / H.std(axis=0), network[0].gamma[:, None] * network[1].W
        assert job.losses[-1] < 1e-8
        np.testing.assert_allclose(product, H.std(axis=0)[:, None] * V, atol=2e-3)
        assert np.abs(ratio).max() > 1.5 * np.abs(ratio).min()


def test_the_line_of_starts_that_ends_at_the_saddle():
    gamma, v, sigma = 1.0, -1.0, 1.76
    for _ in range(2000):
        error = gamma * v - sigma
        gamma, v = gamma - 0.06 * error * v, v - 0.06 * error * gamma
    assert abs(gamma) < 1e-6
    assert (gamma * v - sigma) ** 2 > 3  # both gradients are 0, the loss is not
    gamma, v = 1.0, -1.1
    for _ in range(2000):
        error = gamma * v - sigma
        gamma, v = gamma - 0.06 * error * v, v - 0.06 * error * gamma
    assert abs(gamma * v - sigma) < 1e-6


# ---------------------------------------------------------------- digits

RATES = {Sigmoid: 0.5, Tanh: 0.1, ReLU: 0.1}


def second_layer(activation, gain, seed, steps=600):
    """γ, β, σ, μ of the second hidden layer of a digits network after its training."""
    d = digits()
    network = dense([64, 50, 50, 10], activation, np.random.default_rng(seed), BatchNorm, gain)
    rng = np.random.default_rng(seed + 1)
    Training(network, d.x, d.labels, SGD(RATES[activation]), rng, 64).run(steps)
    assert accuracy(network, d.test_x, d.test_labels) > 0.95  # it has learned something real
    h = forward(network[:4], d.x[:400])
    return network[4].gamma, network[4].beta, h.std(axis=0), h.mean(axis=0)


def share_of_way(gone, way):
    return np.sum(gone * way) / np.sum(np.square(way))


@pytest.mark.parametrize("activation", RATES)
def test_gamma_ends_where_it_does_whatever_the_scale_of_w_and_with_it_sigma(activation):
    """Initial weights of a tenth and of twice the usual size, 600 steps."""
    ends = [second_layer(activation, gain, seed=0) for gain in (0.1, 2)]
    gammas, sigmas = (np.array([np.median(end[i]) for end in ends]) for i in (0, 2))
    assert sigmas[1] > 2 * sigmas[0]
    assert gammas[0] > 1.08
    assert abs(gammas[1] / gammas[0] - 1) < 0.05


def test_so_the_share_of_the_way_has_the_sign_that_the_initial_weights_give_it():
    """tanh, 600 steps: backward for the usual weights, forward for 1.7 and 2 times these."""
    for seed in range(2):
        shares = []
        for gain in (1, 1.7, 2):
            gamma, beta, sigma, mu = second_layer(Tanh, gain, seed)
            shares.append(share_of_way(np.array([gamma - 1, beta]), np.array([sigma - 1, mu])))
        assert shares[0] < -0.25
        assert 0.15 < min(shares[1:]) < max(shares[1:]) < 0.35


def test_beta_hardly_goes_towards_mu():
    for activation in (Sigmoid, ReLU):
        _, beta, _, mu = second_layer(activation, 1, seed=0)
        assert abs(share_of_way(beta, mu)) < 0.1


# ---------------------------------------------------------------- the size of the signals


@pytest.mark.parametrize("setting", [FAINT, EXPLODING], ids=["faint", "exploding"])
def test_frozen_undone_holds_each_signal_at_the_size_it_started_with(setting):
    """To 3 %, in 1,000 steps, on ten seeds; that of the faint layer 4 to 15 %, as σ is √ε there."""
    start, end = (setting.sizes(step)["frozen undone"] for step in (0, 1000))
    change = np.abs(np.log(end / start))
    layers = change.shape[1]
    assert change[:, : layers - 1 if setting is FAINT else layers].max() < 0.03
    assert change.max() < 0.15
    np.testing.assert_allclose(start, setting.sizes(0)["no batch norm"], rtol=0.01)
    np.testing.assert_allclose(start, setting.sizes(0)["starts undone"], rtol=0.01)


def test_which_is_fatal_where_they_are_faint_and_learned_gammas_wake_them():
    for name, least, most in (
        ("frozen undone", 0.8, 1.3),
        ("no batch norm", 0.8, 1.6),
        ("starts undone", 100, 2000),
    ):
        growth = (FAINT.sizes(300)[name] / FAINT.sizes(0)[name])[:, -1]
        assert least < growth.min() <= growth.max() < most
    assert FAINT.sizes(0)["starts undone"][:, -1].max() < 0.006
    assert FAINT.sizes(300)["starts undone"][:, -1].min() > 0.7


def test_and_a_rescue_where_they_run_away():
    runaway = EXPLODING.sizes(2)["no batch norm"][:, 2] / EXPLODING.sizes(0)["no batch norm"][:, 2]
    assert runaway.min() > 1e3
    learned = EXPLODING.sizes(5)["starts undone"] / EXPLODING.sizes(0)["starts undone"]
    assert np.median(learned[:, 0]) > 3  # the first layer's, in five steps
    assert np.median(learned[:, -1]) < 1.2


def test_batch_norm_and_only_normalized_start_at_1():
    for setting in (FAINT, EXPLODING):
        for name in ("batch norm", "only normalized"):
            np.testing.assert_allclose(setting.sizes(0)[name], 1, atol=0.01)
        np.testing.assert_allclose(setting.sizes(300)["only normalized"], 1, atol=0.01)


def test_one_step_moves_a_faint_spread_by_a_third_through_gamma_and_hardly_without():
    """Though the gradient for W is a hundred times as large without batch norm."""
    d = digits()
    for seed in range(3):
        changes, sizes = {}, {}
        for kind in ("no batch norm", "starts undone"):
            network = make_network(kind, Sigmoid, 1, seed)
            _, found = gradients(network, d.x[:64], d.labels[:64])
            sizes[kind] = np.linalg.norm([g for g in found if g.shape == (50, 50)][-1])
            before = forward(network[:-2], d.x[:64]).std(axis=0)  # what the last sigmoids get
            maker.training(network, 0.5, seed).run(1)
            after = forward(network[:-2], d.x[:64]).std(axis=0)
            changes[kind] = np.median(np.abs(after / before - 1))
        assert sizes["no batch norm"] > 50 * sizes["starts undone"]
        assert changes["no batch norm"] < 0.005
        assert 0.2 < changes["starts undone"] < 0.6


def test_the_gradient_for_a_last_gamma_does_not_shrink_with_it_and_moves_sizes_either_way():
    d = digits()
    for seed in range(3):
        network, found = make_network("starts undone", Sigmoid, 1, seed), []
        norm = [layer for layer in network if isinstance(layer, BatchNorm)][-1]
        gamma = norm.gamma.copy()
        for times in (1, 0.1):
            norm.gamma = times * gamma
            gradients(network, d.x[:64], d.labels[:64])
            found.append(norm.dgamma.copy())
        assert np.linalg.norm(found[1] - found[0]) < 0.05 * np.linalg.norm(found[0])

        norm.gamma = gamma
        before = forward(network[:-2], d.x[:64]).std(axis=0)
        maker.training(network, 0.5, seed).run(1)
        grow = forward(network[:-2], d.x[:64]).std(axis=0) > before
        assert 0.2 < grow.mean() < 0.8


def test_gamma_multiplies_what_differs_and_a_weight_what_is_the_same_for_all_images():
    """So the first step of the weights moves a mean; next to nothing of it is σ."""
    x = digits().x[:64]
    for seed in range(3):
        network = make_network("starts undone", Sigmoid, 1, seed)
        norm = [layer for layer in network if isinstance(layer, BatchNorm)][-1]
        sizes = forward(network[:-2], x).std(axis=0) / norm.gamma  # of Ĥ
        assert 0.6 < np.median(sizes) < 0.9

        network = make_network("no batch norm", Sigmoid, 1, seed)
        last, below = network[-3], forward(network[:-3], x)
        assert 0.4 < below.mean() < 0.6
        assert below.std(axis=0).max() < 0.01
        before = last.W.copy()
        maker.training(network, 0.5, seed).run(1)
        pushed = below @ (last.W - before)
        assert np.median(pushed.std(axis=0) / np.abs(pushed.mean(axis=0))) < 0.02


# ---------------------------------------------------------------- which γ and β may learn


def test_of_the_faint_network_the_last_layers_gammas_do_it_all():
    ends = FAINT.if_learned
    for choice in ("all γ and β", "all γ", "γ of layer 4"):
        assert ends[choice].min() > 0.94
    for choice in (
        "nothing",
        "all β",
        "all γ except layer 4",
        *(f"γ of layer {i}" for i in (1, 2, 3)),
        *(f"β of layer {i}" for i in (1, 2, 3, 4)),
    ):
        assert hopeless(ends[choice])
    for i in (1, 2, 3):
        assert ends[f"all γ except layer {i}"].min() > 0.94


def test_computed_now():
    for choice, works in (("γ of layer 4", True), ("all γ except layer 4", False)):
        found = maker.end_if_learned(choice, "faint", seed=1) / 397
        assert (found > 0.9) == works
        assert abs(found - FAINT.if_learned[choice][1]) < 0.02


def test_of_the_exploding_network_nothing_has_to_learn():
    ends = {choice: found.mean() for choice, found in EXPLODING.if_learned.items()}
    assert EXPLODING.if_learned["nothing"].min() > 0.75
    assert max(ends["all γ"], ends["all β"], ends["all γ and β"]) < ends["nothing"] - 0.05


@pytest.mark.parametrize(("setting", "rate"), [(FAINT, 0.5), (EXPLODING, 0.1)])
def test_a_training_that_stands_in_several_tables_ends_alike_in_all(setting, rate):
    """Rounding decides single runs in *exploding*, so all have to come from one program."""
    ends = setting.after(300)
    for name, choice in (("starts undone", "all γ and β"), ("frozen undone", "nothing")):
        for others in (setting.if_learned[choice], setting.controls[name][rate]):
            np.testing.assert_array_equal(others, ends[name])
    for name, early in setting.accuracy.items():
        accuracy, spread = setting.late[name][1000]
        np.testing.assert_array_equal(accuracy, early[:, -1])
        np.testing.assert_array_equal(spread, setting.spread[name][:, -1])


# ---------------------------------------------------------------- controls


def test_a_good_start_without_batch_norm_does_nearly_as_well_and_tolerates_less():
    good, norm = (
        [setting.controls[name] for setting in (FAINT, EXPLODING)]
        for name in ("good start without batch norm", "batch norm")
    )
    for found, beside, rate in zip(good, norm, (0.5, 0.1), strict=True):
        assert found[rate].min() > 0.9
        assert found[rate].mean() > beside[rate].mean() - 0.03
    assert norm[1][0.3].min() > 0.9
    assert np.sum(~(good[1][0.3] > CHANCE)) >= 6


def test_a_good_start_is_the_same_function():
    for activation, scale in ((Sigmoid, 1), (ReLU, 3)):
        x = digits().x[:64]
        good = maker.good_start(activation, scale, seed=1)
        assert not any(isinstance(layer, BatchNorm) for layer in good)
        expected = forward(make_network("batch norm", activation, scale, 1), x)
        np.testing.assert_allclose(forward(good, x), expected, atol=1e-9)


def test_the_statistics_buy_the_bold_rate():
    """γ and β as a plain scale and shift wake a faint network too, at a small rate only."""
    constant = FAINT.controls["starts undone, constant statistics"]
    assert constant[0.1].min() > 0.7
    assert hopeless(constant[0.5])
    assert FAINT.controls["starts undone"][0.5].min() > 0.94
    assert hopeless(EXPLODING.controls["starts undone, constant statistics"][0.1])


def test_the_two_stopped_directions_are_what_saves_the_exploding_network():
    """Forward nothing is changed; and at γ = 1, β = 0 they are not needed."""
    for kind in ("starts undone", "frozen undone"):
        without = EXPLODING.controls[f"{kind}, without the two terms"]
        for rate, ends in without.items():
            assert not np.any(ends > 0.35)
            assert rate > 0.1 or EXPLODING.controls[kind][rate].mean() > 0.8
    norm = EXPLODING.controls["batch norm, without the two terms"]
    assert norm[0.1].min() > 0.88


def test_the_control_changes_the_backward_pass_only():
    x = digits().x[:64]
    for seed in range(2):
        changed, kept = (
            make(ReLU, 3, seed)
            for make in (
                maker.CONTROLS["frozen undone, without the two terms"],
                lambda *a: make_network("frozen undone", *a),
            )
        )
        np.testing.assert_allclose(forward(changed, x), forward(kept, x), rtol=1e-9)
        dy = np.random.default_rng(seed).standard_normal((64, 50))
        ours, theirs = (network[1].backward(dy) for network in (changed, kept))
        assert np.abs(ours - theirs).max() > 0.1
        constants = maker.CONTROLS["starts undone, constant statistics"](ReLU, 3, seed)
        forward(constants, x)
        np.testing.assert_allclose(constants[1].backward(dy), ours, atol=1e-9)


def test_let_through_they_turn_the_first_gradient():
    """Three times as long or more, within 20° of a right angle, on ten seeds at step 0."""
    d = digits()
    for seed in range(10):
        stopped, through = (
            gradients(make(ReLU, 3, seed), d.x[:64], d.labels[:64])[1][0]
            for make in (
                lambda *a: make_network("frozen undone", *a),
                maker.CONTROLS["frozen undone, without the two terms"],
            )
        )
        long, ours = np.linalg.norm(through), np.linalg.norm(stopped)
        assert long > 3 * ours
        assert abs(np.sum(through * stopped)) < 0.34 * long * ours


def test_a_control_computed_now():
    found = maker.end_of_control("frozen undone, without the two terms", "exploding", 0.1, seed=1)
    assert found / 397 < CHANCE

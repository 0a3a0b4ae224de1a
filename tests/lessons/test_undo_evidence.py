"""Evidence for notebook 02: which γ and β undo a batch, and what they do to the next one."""

import numpy as np
import pytest

from bn_lib.data import two_humped
from bn_lib.normalization import (
    RunningStatistics,
    batch_norm,
    batch_norm_inference,
    moments,
    normalize,
    undo_parameters,
)

SEEDS = range(5)


# ---------------------------------------------------------------- one batch


@pytest.mark.parametrize("eps", [0, 1e-5, 1e-3])
@pytest.mark.parametrize("seed", SEEDS)
def test_they_give_every_activation_back(eps, seed):
    rng = np.random.default_rng(seed)
    for H in (two_humped(256, rng), rng.normal(5, 3, (64, 6)), 3 + 1e-3 * rng.exponential(size=50)):
        back = batch_norm(H, *undo_parameters(H, eps), eps)[0]
        assert np.abs(back - H).max() < 1e-14 * max(1, np.abs(H).max())
        assert np.abs(normalize(H, eps) - H).max() > 0.5  # γ = 1, β = 0 is not the identity


@pytest.mark.parametrize("eps", [1e-5, 1e-3])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_bowl(eps, seed):
    """MSE = (γ - √(σ² + ε))² σ² / (σ² + ε) + (β - μ)², at 121 pairs; other shapes are as round."""
    rng = np.random.default_rng(seed)
    for H in (two_humped(256, rng), rng.exponential(size=100), 3 + 0.01 * rng.standard_normal(64)):
        undo, share = undo_parameters(H, eps), H.var() / (H.var() + eps)
        for gamma in np.linspace(-3, 7, 11):
            for beta in np.linspace(-2, 8, 11):
                measured = np.mean((gamma * normalize(H, eps) + beta - H) ** 2)
                bowl = (gamma - undo.gamma) ** 2 * share + (beta - undo.beta) ** 2
                assert abs(measured - bowl) < 1e-11


def test_of_numbers_that_were_changed_at_will_only_two_come_back():
    """256 come back since normalizing changed all by one mean and one spread: here is the control.

    γ and β are a straight line; through the points (changed, original) of arbitrary changes none
    passes more than two.
    """
    rng = np.random.default_rng(0)
    H, at_will = two_humped(256, rng), rng.standard_normal(256)
    most = 0
    for i, j in rng.integers(256, size=(300, 2)):
        if i != j:
            gamma = (H[i] - H[j]) / (at_will[i] - at_will[j])
            back = gamma * (at_will - at_will[i]) + H[i]
            most = max(most, np.sum(np.abs(back - H) < 1e-9))
    assert most == 2
    undo = undo_parameters(H)
    assert np.sum(np.abs(undo.gamma * normalize(H) + undo.beta - H) < 1e-9) == 256


# ---------------------------------------------------------------- ε


@pytest.mark.parametrize(("eps", "sigma"), [(1e-5, 0.00316), (1e-3, 0.0316)])
def test_a_gamma_that_forgets_epsilon_misses_29_percent_at_the_root_of_epsilon(eps, sigma):
    """PyTorch's ε and Keras's."""
    for seed in SEEDS:
        z = normalize(np.random.default_rng(seed).standard_normal(64), eps=0)

        def missing(spread, knows, z=z):
            H = 3 + spread * z
            gamma = np.sqrt(spread**2 + eps) if knows else spread
            return np.std(H - gamma * normalize(H, eps) - 3) / spread

        assert abs(missing(np.sqrt(eps), knows=False) - (1 - np.sqrt(0.5))) < 1e-6
        assert round(missing(sigma, knows=False), 3) == 0.293
        assert missing(1.0, knows=False) < 1e-3 < 0.9 < missing(np.sqrt(eps) / 10, knows=False)
        assert missing(sigma, knows=True) < 1e-12


# ---------------------------------------------------------------- the next batch


@pytest.mark.parametrize("seed", SEEDS)
def test_in_training_mode_the_next_batch_comes_out_with_the_mean_and_spread_of_the_first(seed):
    rng = np.random.default_rng(seed)
    A = rng.normal(5, 3, 32)
    for shift, scale in ((0, 1), (10, 1), (-5, 0.4)):
        B = rng.normal(5 + shift, 3 * scale, 32)
        out = batch_norm(B, *undo_parameters(A))[0]
        assert abs(out.mean() - A.mean()) < 1e-12
        assert abs(out.std() / A.std() - 1) < 1e-4
        fixed = batch_norm_inference(B, *undo_parameters(A), *moments(A))
        assert np.abs(fixed - B).max() < 1e-12  # the control: inference mode keeps B's own


SOURCES = {
    # how to draw from it, and its fourth moment in units of σ⁴
    "bell": (lambda rng, shape: rng.standard_normal(shape), 3),
    "exponential": (lambda rng, shape: rng.exponential(size=shape), 9),
    "uniform": (lambda rng, shape: rng.uniform(-1, 1, shape), 1.8),
    "two humps": (
        lambda rng, shape: two_humped(np.prod(shape), rng, 0, 1).reshape(shape),
        2.13,
    ),
}


def left(draw, N, seed, pairs=1000):
    """What is left of pairs of batches, in units of σ: with A's γ, β, and with the source's."""
    rng = np.random.default_rng(seed)
    many = draw(rng, (100_000,))
    sigma, mu = many.std(), many.mean()
    A, B = draw(rng, (N, pairs)), draw(rng, (N, pairs))
    gamma, beta = undo_parameters(A)
    pairs_of = (gamma, beta), (sigma, mu)
    return [np.sqrt(np.mean((g * normalize(B) + b - B) ** 2)) / sigma for g, b in pairs_of]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("seed", range(3))
def test_the_root_of_3_over_n_and_what_it_is_for_other_shapes(source, seed):
    """√((2 + (κ - 1) / 2) / N): the errors of two means and of two spreads add up.

    √3 for a bell, √6 for exponential units, 1.60 for the two humps. With the γ, β of the source in
    place of one batch's, half of the squares are left.
    """
    draw, kurtosis = SOURCES[source]
    constant = np.sqrt(2 + (kurtosis - 1) / 2)
    for N, tolerance in ((128, 0.06), (512, 0.05)):
        of_batch, of_source = left(draw, N, seed)
        assert abs(of_batch * np.sqrt(N) / constant - 1) < tolerance
        assert abs(of_source / of_batch * np.sqrt(2) - 1) < 0.06


def test_the_constants_of_the_text():
    found = {
        source: round(float(np.sqrt(2 + (k - 1) / 2)), 2) for source, (_, k) in SOURCES.items()
    }
    assert found == {"bell": 1.73, "exponential": 2.45, "uniform": 1.55, "two humps": 1.6}
    many = two_humped(1_000_000, np.random.default_rng(0), 0, 1)
    assert abs(np.mean(many**4) - SOURCES["two humps"][1]) < 0.02


def test_sixteen_times_as_many_examples_come_four_times_closer():
    """In rms; in squares 16 times. For small N the factor is a little less than 4."""
    for seed in range(3):
        few, many = (left(SOURCES["bell"][0], N, seed)[0] for N in (32, 512))
        assert 3.7 < few / many < 4.3
        assert 0.28 < few < 0.33


# ---------------------------------------------------------------- inference mode


@pytest.mark.parametrize("eps", [1e-5, 1e-3])
@pytest.mark.parametrize("seed", SEEDS)
def test_in_inference_mode_it_is_the_identity_for_every_input(eps, seed):
    mean, var = 5.0, 9.0
    far = np.random.default_rng(seed).normal(20, 50, 1000)
    back = batch_norm_inference(far, np.sqrt(var + eps), mean, mean, var, eps)
    assert np.abs(back - far).max() < 1e-12


def test_moving_averages_with_the_gamma_and_beta_of_the_last_batch_miss():
    """The control: the identity needs γ, β that belong to the statistics that are used."""
    missed = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        running = RunningStatistics(0.1)
        for _ in range(100):
            batch = rng.normal(5, 3, 32)
            running.update(batch)
        x = rng.normal(5, 3, 32)
        out = batch_norm_inference(x, *undo_parameters(batch), running.mean, running.var)
        missed.append(np.mean((out - x) ** 2))
    assert 0.15 < np.sqrt(np.mean(missed)) / 3 < 0.3

"""The fast way for few rows gives what the general way gives, and is left where it must be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bn_lib.normalization import batch_norm, batch_norm_backward, normalize, rows


def drawn(n, d, dtype, seed, mean=0.0, std=1.0):
    rng = np.random.default_rng(seed)
    x, dy = (mean + std * rng.standard_normal((n, d))).astype(dtype), rng.standard_normal((n, d))
    return x, dy.astype(dtype), rng.normal(size=d), rng.normal(size=d)


@pytest.fixture
def general(monkeypatch):
    """Both passes without the fast way."""

    def run(x, dy, gamma, beta):
        with monkeypatch.context() as patch:
            patch.setattr(rows, "usual", lambda *arguments: False)
            patch.setattr(rows, "usual_backward", lambda *arguments: False)
            y, cache = batch_norm(x, gamma, beta)
            return y, cache, batch_norm_backward(dy, cache)

    return run


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("n", "mean", "std"), [(2, 0, 1), (60, 5, 3), (256, 1e4, 1), (7, 1e6, 1), (9, 0, 1e-18)]
)
def test_both_ways_agree(general, dtype, n, mean, std):
    x, dy, gamma, beta = drawn(n, 5, dtype, n, mean, std)
    assert rows.usual(x, gamma, beta, 1e-5, None)
    y, cache = batch_norm(x, gamma, beta)
    assert rows.usual_backward(dy, cache.x_hat, cache.dtype)
    found = batch_norm_backward(dy, cache)
    y_general, cache_general, expected = general(x, dy, gamma, beta)
    tolerance = dict(rtol=20 * np.finfo(dtype).eps, atol=20 * np.finfo(dtype).eps)
    np.testing.assert_allclose(y, y_general, **tolerance)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4 if dtype == np.float32 else 1e-12, atol=1e-5)
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
    for a, b in zip(cache, cache_general, strict=True):
        assert np.shape(a) == np.shape(b)
        assert getattr(a, "dtype", None) == getattr(b, "dtype", None)
        if isinstance(a, np.ndarray):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


@given(st.integers(2, 30), st.integers(1, 6), st.floats(-1e3, 1e3), st.floats(0.01, 1e3))
def test_units_are_normalized(n, d, mean, std):
    x, _, _, _ = drawn(n, d, np.float64, 0, mean, std)
    y, _ = batch_norm(x, np.ones(d), np.zeros(d))
    np.testing.assert_allclose(y.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(y.var(0), x.var(0) / (x.var(0) + 1e-5), rtol=1e-9)


def test_the_cache_does_not_follow_gamma():
    x, dy, gamma, beta = drawn(6, 3, np.float64, 0)
    _, cache = batch_norm(x, gamma, beta)
    before = batch_norm_backward(dy, cache)[0]
    gamma *= 5
    np.testing.assert_array_equal(batch_norm_backward(dy, cache)[0], before)


@pytest.mark.parametrize(
    "bad",
    [
        dict(x=np.ones((1, 3))),
        dict(x=np.ones((0, 3))),
        dict(x=np.ones((257, 3))),
        dict(x=np.ones((4, 3), np.float16)),
        dict(x=np.ones((4, 3), int)),
        dict(x=np.ones((4, 3), ">f8")),
        dict(x=np.ones(4)),
        dict(x=np.ones((4, 3, 2))),
        dict(gamma=np.ones(2)),
        dict(gamma=2.0),
        dict(beta=np.ones((1, 3))),
        dict(beta=np.ones(3, complex)),
        dict(eps=0.0),
        dict(eps=-1.0),
        dict(eps=np.nan),
        dict(eps=1),
        dict(axis=0),
        dict(axis=1),
    ],
    ids=str,
)
def test_everything_else_goes_the_general_way(bad):
    case = dict(x=np.ones((4, 3)), gamma=np.ones(3), beta=np.ones(3), eps=1e-5, axis=None)
    assert rows.usual(**case)
    assert not rows.usual(**case | bad)


def test_variances_out_of_range_go_the_general_way():
    x, dy, gamma, beta = drawn(8, 3, np.float32, 0, std=1e25)  # squares overflow in float32
    y, cache = batch_norm(x, gamma, beta)
    np.testing.assert_allclose(y, gamma * (x - x.mean(0)) / x.std(0, dtype=float) + beta, rtol=1e-3)
    assert np.isfinite(batch_norm_backward(dy, cache)[0]).all()


def test_nan_stays_in_its_own_unit():
    x, _, gamma, beta = drawn(8, 3, np.float64, 0)
    x[2, 1] = np.nan
    y, _ = batch_norm(x, gamma, beta)
    assert np.isnan(y).all(axis=0).tolist() == [False, True, False]


def test_statistics_over_the_examples_alone_of_a_batch_with_more_axes():
    x = np.random.default_rng(0).normal(size=(4, 4, 3))
    expected = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)
    np.testing.assert_allclose(normalize(x, axis=0), expected)

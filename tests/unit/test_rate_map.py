"""The shipped sweep over learning rates: a part of it computed again, and damaged files."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from bn_lib.data import rate_map
from bn_lib.network import BatchNorm, ReLU, Sigmoid
from tools.records import rate_map as script

SWEEP = rate_map()
FILE = Path(script.FILE)


def test_it_has_the_axes_of_the_script():
    assert (SWEEP.steps, SWEEP.rates, SWEEP.scales) == (
        list(script.STEPS),
        list(script.RATES),
        list(script.SCALES),
    )
    assert SWEEP.accuracy.shape[:3] == (len(script.SEEDS), len(script.GAINS), len(script.NORMS))
    assert (SWEEP.accuracy.min(), SWEEP.accuracy.max()) >= (0, 0.9)
    assert SWEEP.accuracy.max() <= 1


@pytest.mark.parametrize(
    ("activation", "norm", "rate", "scale", "seed"),
    [
        (ReLU, None, 0.1, 1, 0),
        (ReLU, BatchNorm, 0.1, 1, 0),
        (ReLU, BatchNorm, 0.01, 0.22, 1),
        (ReLU, BatchNorm, 0.003, 10, 2),
        (Sigmoid, BatchNorm, 0.1, 1, 0),
        (Sigmoid, None, 0.03, 0.46, 1),
    ],
)
def test_a_part_computed_again(activation, norm, rate, scale, seed):
    at = (
        seed,
        list(script.GAINS).index(activation),
        script.NORMS.index(norm),
        slice(None),
        SWEEP.rates.index(rate),
        SWEEP.scales.index(scale),
    )
    again = np.array(script.train(activation, norm, rate, scale, seed)) / 397
    np.testing.assert_allclose(again[:3], SWEEP.accuracy[at][:3], atol=0.03)


def test_the_file_is_small_and_not_ignored():
    assert FILE.stat().st_size < 10_000
    root = Path(__file__).parents[2]
    if (root / ".git").exists():
        assert subprocess.run(["git", "check-ignore", FILE], cwd=root).returncode == 1


def test_damaged_files_are_named(tmp_path):
    with pytest.raises(ValueError, match="make sweeps"):
        rate_map(tmp_path / "none.npz")
    other = tmp_path / "other.npz"
    np.savez(other, right=np.zeros(3), steps=[1], rates=[1], scales=[1])
    with pytest.raises(ValueError, match="expected"):
        rate_map(other)
    cut = tmp_path / "cut.npz"
    cut.write_bytes(FILE.read_bytes()[:500])
    with pytest.raises(ValueError, match="cannot be read"):
        rate_map(cut)

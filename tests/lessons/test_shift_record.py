"""The recorded drifts of the topic *shift*: settings that are computed again come out alike."""

import numpy as np
import pytest

from bn_lib.data import drift_sweep
from tools.records import drift as script

SETTINGS = [("tanh", 1, 0.1, 1, 1), ("sigmoid", 0.3, 0.02, 1, 1), ("tanh", 1, 0.1, 1, 300)]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_of_the_sweep_comes_out_again(setting, monkeypatch):
    monkeypatch.setattr(script, "STEPS", 100)
    sweep = drift_sweep()
    assert sweep.settings == [(n, *map(float, rest)) for n, *rest in script.GRID + script.MORE]
    found, right = script.measured(*setting)
    at = sweep.settings.index(setting)
    recorded = np.array([[sweep.numbers[q][p][at] for q in ("mean / σ", "mean")]
                         for p in ("without", "with", "before")])  # fmt: skip
    # A quarter of the steps: drifts of the same size, not the same.
    ratio = np.array(found)[:, :2] / recorded
    assert np.all((ratio > 0.4) & (ratio < 3)), ratio
    assert len(right) == 2

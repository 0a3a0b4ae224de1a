"""The layers of other libraries, as they were recorded, and ours on the same numbers."""

import json

import numpy as np
import pytest

from bn_lib.data import libraries
from bn_lib.normalization import (
    RunningStatistics,
    batch_norm,
    batch_norm_inference,
    group_norm,
    instance_norm,
    layer_norm,
    normalize,
    rms_norm,
    undo_parameters,
)
from tools import notebooks
from tools.records.libraries import LAYERS, NORMS, UNDO, batches

RECORD = libraries()
X, GAMMA, BETA = RECORD.x, RECORD.gamma, RECORD.beta
ROWS = X[:, :, 0, 0]
OURS = {
    "batch": lambda x, *parameters: batch_norm(x, *parameters)[0],
    "instance": lambda x, *parameters: instance_norm(x, *parameters)[0],
    "group": lambda x, *parameters: group_norm(x, 2, *parameters)[0],
    "layer": lambda x, *parameters: layer_norm(x[:, :, 0, 0], *parameters)[0],
    "RMS": lambda x, gamma, beta: rms_norm(x[:, :, 0, 0], gamma)[0],
}
every_library = pytest.mark.parametrize("library", RECORD.found)


def running(unbiased):
    statistics = RunningStatistics(momentum=0.1, unbiased=unbiased)
    for x in (X, RECORD.later):
        statistics.update(x)
    return statistics


@every_library
@pytest.mark.parametrize("norm", OURS)
def test_they_compute_what_we_compute(library, norm):
    for dtype in (np.float32, np.float64):
        ours = OURS[norm](X.astype(dtype), GAMMA, BETA)
        np.testing.assert_allclose(RECORD.found[library][norm], ours, rtol=2e-6, atol=5e-6)


@every_library
def test_each_averages_its_own_variance(library):
    found = RECORD.found[library]
    unbiased = library == "PyTorch"  # the others average what normalizes
    ours, other = running(unbiased), running(not unbiased)
    np.testing.assert_allclose(found["running_mean"], ours.mean, rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(found["running_var"], ours.var, rtol=2e-6)
    assert np.abs(found["running_var"] / other.var - 1).max() > 1e-3  # m is 36
    y = batch_norm_inference(X, GAMMA, BETA, ours.mean, ours.var)
    np.testing.assert_allclose(found["inference"], y, rtol=5e-6, atol=1e-5)


@every_library
def test_five_lines_of_each_give_a_batch_back(library):
    assert len(UNDO[library].splitlines()) == 5
    np.testing.assert_allclose(RECORD.found[library]["undone"], X, rtol=1e-6, atol=2e-6)
    ours, _ = batch_norm(X, *undo_parameters(X))
    np.testing.assert_allclose(ours, X, rtol=1e-6, atol=2e-6)


def test_the_shortcut_of_flax_loses_the_variance_far_from_0():
    """The mean of squares less the square of the mean, in float32."""
    x = X + np.float32(10_000)
    exact = normalize(x.astype(float))
    assert np.abs(normalize(x) - exact).max() < 1e-6
    for library, found in RECORD.found.items():
        off = np.abs(found["far"] - exact).max()
        assert off > 100 if library == "Flax" else off < 0.01
        assert np.abs(found["far_exact"] - exact).max() < 0.01


def test_other_settings_would_be_noticed():
    found = RECORD.found["Keras"]["batch"]
    for eps in (1e-3, 0):  # the default of Keras, and none
        assert np.abs(found - batch_norm(X, GAMMA, BETA, eps)[0]).max() > 1e-5


def test_the_record_was_made_from_these_batches():
    (x, later), (gamma, beta) = batches()
    for recorded, drawn in ((X, x), (RECORD.later, later), (GAMMA, gamma), (BETA, beta)):
        np.testing.assert_array_equal(recorded, drawn)
    assert list(RECORD.found) == list(RECORD.versions) == list(UNDO) == list(LAYERS)
    assert all(set(NORMS) <= set(layers) for layers in LAYERS.values())


@pytest.mark.parametrize("library", UNDO)
def test_notebook_10_shows_the_lines_that_were_run(library):
    text = json.loads((notebooks.FOLDER / "10_axes.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in text["cells"]]
    assert any(UNDO[library] in cell for cell in cells)

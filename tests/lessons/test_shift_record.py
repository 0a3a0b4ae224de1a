"""The records of the topic *shift*: what is computed again comes out alike."""

import numpy as np
import pytest

from bn_lib.data import drift_sweep, noise_dial, second_measure
from bn_lib.data.records import Record
from tools.records import drift, linear, noise


@pytest.mark.parametrize(
    "setting", [("tanh", 1.0, 0.1, "batch norm"), ("relu", 3.0, 2.0, "no batch norm")]
)
def test_a_setting_of_the_sweep_comes_out_again(setting):
    record = drift_sweep()
    found, right = drift.measured(*setting)
    *where, network = setting
    at = record.settings.index(tuple(where))
    for place, layer in enumerate(drift.LAYERS):
        recorded = [record.numbers[name][layer][network][at] for name in drift.QUANTITIES]
        # What has exploded comes out alike in size only, where sums are rounded otherwise.
        np.testing.assert_allclose(found[place], recorded, rtol=0.02 if setting[0] == "tanh" else 2)
    assert right == pytest.approx(record.accuracy[network][at], abs=0.01)


def test_the_sweep_holds_each_setting_once():
    record = drift_sweep()
    assert len(set(record.settings)) == len(record.settings) == 48
    assert list(record.numbers) == list(drift.QUANTITIES)
    assert list(record.accuracy) == list(drift.NETWORKS)


@pytest.mark.parametrize(
    "cell",
    [("sigmoid", "noise 1", 3), ("sigmoid", "starts undone", 0), ("relu", "no batch norm", 0)],
)
def test_a_shaken_network_comes_out_again(cell):
    activation, name, seed = cell
    plain, in_sigma, right = noise.trained(*cell)
    recorded = noise_dial(activation)[name][:, seed]
    np.testing.assert_allclose([plain, in_sigma], recorded[:2], rtol=0.02)
    assert right / 397 == pytest.approx(recorded[2], abs=0.01)


def test_the_dial_has_two_activations():
    with pytest.raises(ValueError, match=r"'tanh', expected one of \['sigmoid', 'relu'\]"):
        noise_dial("tanh")


def test_a_stack_of_linear_layers_comes_out_again():
    record = Record(linear.FILE, "make it")
    cosines, lengths, loss = linear.measured("no batch norm", 1e-3, 4)
    for name, found in (("cosine", cosines), ("length", lengths), ("loss", loss)):
        np.testing.assert_allclose(found, record.arrays[name][0, 1, 4], rtol=1e-3, atol=1e-5)
    assert np.isnan(linear.measured("no batch norm", 5e-3, 2)[2]), "it overflows"


def test_the_counts_are_those_of_the_recorded_layers():
    record, counted = Record(linear.FILE, "make it"), second_measure()
    cosine = record.arrays["cosine"][:, 1, 3]
    assert counted.more["angle"][1e-3][3] == np.sum(cosine[1] < cosine[0])
    assert counted.layers == linear.DEPTH - 1

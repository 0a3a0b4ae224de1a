"""The recorded runs of notebook 00, a part of them computed again."""

import numpy as np
import pytest

from bn_lib.data import digits, fates
from bn_lib.data.records import Record
from bn_lib.figures import Curves
from bn_lib.network import ReLU, Sigmoid, forward
from tools.records import fates as script


@pytest.mark.parametrize(("kind", "place"), [("no BN", 0), ("undone", 1)])
def test_a_part_comes_out_again(kind, place):
    """Two of the shortest runs; BLAS kernels differ, so a few images may."""
    kept = Record(script.FILE, "make sweeps").arrays["right"][0, 0, 0, 1, place, :3]
    found = script.fate(kind, Sigmoid, scale=1, rate=0.5, steps=(0, 20, 40))
    np.testing.assert_allclose(found, kept, atol=8)


@pytest.mark.parametrize(("activation", "scale"), [(Sigmoid, 1), (ReLU, 3)])
def test_at_step_0_the_undone_network_computes_the_same(activation, scale):
    x = digits().x[:64]
    plain, undone = (
        forward(script.make_network(kind, activation, scale), x) for kind in ("no BN", "undone")
    )
    np.testing.assert_allclose(undone, plain, rtol=1e-9, atol=1e-9)


def test_the_runs_are_named_and_each_has_its_steps():
    runs = fates()
    assert len(runs) == 3 * 2 * 2
    for (activation, scale, rate), four in runs.items():
        assert activation in ("sigmoid", "tanh", "relu")
        assert scale in script.SCALES
        assert rate in script.RATES
        assert tuple(four) == script.NETWORKS
        for run in four.values():
            assert run["step"].tolist() == list(script.STEPS)
            assert run["accuracy"].shape == run["step"].shape


def test_the_two_mechanisms():
    """Faint signals: γ and β have to learn. Exploding ones: the statistics help by themselves."""
    faint, exploding = fates()["sigmoid", 1, 0.5], fates()["relu", 3, 0.1]
    ends = [
        {name: run["accuracy"][-1] for name, run in four.items()} for four in (faint, exploding)
    ]
    assert max(ends[0]["no BN"], ends[0]["frozen"]) < 0.15 < 0.85 < ends[0]["undone"]
    assert ends[1]["no BN"] < 0.15 < 0.6 < min(ends[1]["frozen"], ends[1]["undone"])
    assert all(four["BN"] >= 0.9 for four in ends)


@pytest.mark.parametrize("factor", [1, 1.35])
def test_the_names_of_the_curves_stay_in_the_axes_also_in_large_text(factor):
    picture = Curves(script.NETWORKS, until=300)
    picture.enlarge(factor)
    for four in fates().values():
        picture.update(four)
        renderer = picture.figure.canvas.get_renderer()
        boxes = [text.get_window_extent(renderer) for text in picture.labels.values()]
        assert max(box.x1 for box in boxes) <= picture.figure.bbox.x1
        # and off the axis, even that of a network that has diverged
        assert min(box.y0 for box in boxes) > picture.figure.axes[0].bbox.y0

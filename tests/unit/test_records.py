"""The scripts of recorded runs write what bn_lib reads."""

import numpy as np
import pytest

from bn_lib.data.records import Record
from tools.records import drift, fates, paper, rate_map

# What a training of each script returns, without the training.
RETURNED = {
    drift: (np.zeros((3, 4)), (0.5, 0.5)),
    fates: [0] * len(fates.STEPS),
    rate_map: [0] * len(rate_map.STEPS),
    paper: (np.zeros(len(paper.STEPS), int), np.zeros((len(paper.STEPS), 3, 100))),
}


@pytest.mark.parametrize("script", RETURNED, ids=lambda script: script.FILE.stem)
def test_a_script_writes_a_record_with_the_names_types_and_axes_of_ours(
    script, tmp_path, monkeypatch
):
    ours = Record(script.FILE, "make it")
    monkeypatch.setattr(script, "FILE", tmp_path / script.FILE.name)
    monkeypatch.setattr(
        script, "results", lambda function, cells: dict.fromkeys(cells, RETURNED[script])
    )
    script.make()
    new = Record(script.FILE, "make it")
    assert new.axes == ours.axes
    for name, array in new.arrays.items():
        assert array.dtype == ours.arrays[name].dtype, name
        if new.axes[name] == (name,):
            assert array.tolist() == ours.values(name)
        elif not name.startswith(("again", "fresh")):  # the best cells, which runs decide
            assert array.shape == ours.arrays[name].shape, name

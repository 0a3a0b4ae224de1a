"""With the solutions put in, every check is content; with the stubs, it is friendly."""

import build
import pytest

EDITIONS = build.teachers_editions()


def verdicts(notebook) -> list[str]:
    """What the checks of a notebook said."""
    texts = [
        output.data.get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "data" in output
    ]
    return [text for text in texts if text.startswith(("✓ ", "✗ "))]


def exercises(notebook) -> list[str]:
    return [cell.metadata.exercise for cell in notebook.cells if "exercise" in cell.metadata]


@pytest.mark.parametrize("name", EDITIONS)
def test_solutions_pass_their_checks(name):
    edition = build.executed(EDITIONS[name])
    said = verdicts(edition)
    assert len(said) >= len(exercises(edition)) >= 1
    assert [verdict for verdict in said if not verdict.startswith("✓ Right")] == []


def test_untouched_stubs_are_told_kindly(committed):
    """The committed outputs are those of the stubs; that they still are, test_runs shows."""
    said = verdicts(committed)
    assert len(said) >= len(exercises(committed))
    assert [verdict for verdict in said if not verdict.startswith("✗ Not yet")] == []

"""Where the hand has left the knobs of a cell's figure, for the next run of the cell."""

_left: dict[tuple, tuple] = {}  # position, as indices, by what `key` says


def key(shell, figure) -> tuple | None:
    """What is the same in the next run: the cell, the picture's kind, the knobs and their start.

    None in a plain Python program, and where the front end does not say which cell it runs.
    """
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId")
    if cell is None:
        return None
    knobs = tuple((name, *knob.words, knob.start) for name, knob in figure.knobs.items())
    return cell, type(figure.picture).__name__, knobs


def remember(key: tuple | None, at: tuple[int, ...]) -> None:
    """Keep a position."""
    if key is not None:
        _left[key] = at


def recall(key: tuple | None) -> tuple[int, ...] | None:
    """The position in which the last run of the cell was left, if there is one."""
    return _left.get(key)

"""The looks of the course's five networks: one name, color, line and marker in every figure."""

from bn_lib.pictures import style

NAMES = ("no batch norm", "batch norm", "only normalized", "starts undone", "frozen undone")
LOOKS = {
    name: dict(color=color, linestyle=line, marker=marker)
    for name, (color, line, marker, _) in zip(NAMES, style.COMPARED, strict=True)
}
WORDS = {name: words for name, (*_, words) in zip(NAMES, style.COMPARED, strict=True)}
# A sixth in some figures: the same network as *no batch norm*, with other initial weights.
GOOD_START = dict(color=style.INK, linestyle="-", marker="D")

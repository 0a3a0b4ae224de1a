"""The five networks of the course: one name, one color, one line and one marker in every figure."""

from bn_lib.pictures import style

LOOKS = {
    "no batch norm": dict(color=style.WITHOUT, linestyle="--", marker="o"),
    "batch norm": dict(color=style.OUTPUT, linestyle="-", marker="s"),
    "only normalized": dict(color=style.NORMALIZED, linestyle="-.", marker="D"),
    "starts undone": dict(color=style.TARGET, linestyle="-", marker="^"),
    "frozen undone": dict(color=style.ACCENT, linestyle=":", marker="v"),
}
# Their names in words, in colors dark enough to read.
WORDS = dict(
    zip(
        LOOKS,
        (
            style.NOTE,
            style.OUTPUT_WORDS,
            style.NORMALIZED,
            style.TARGET_WORDS,
            style.ACCENT_WORDS,
        ),
        strict=True,
    )
)

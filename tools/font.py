"""Make the font of live figures: DejaVu Sans as matplotlib brings it, with the signs of the course.

    python tools/font.py

The browser sets the moving words in it. Elsewhere DejaVu Sans may not be installed, and in another
font they would be wider than matplotlib, which laid the figure out, takes them to be.
"""

from itertools import chain
from pathlib import Path

import matplotlib as mpl
from fontTools import subset

FOLDER = Path(__file__).resolve().parents[1] / "bn_lib" / "live" / "fonts"
FACES = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}
SIGNS = (
    (0x20, 0x7E), (0xA0, 0x17F),  # Latin
    (0x302, 0x304), (0x1E90, 0x1E91), (0x391, 0x3C9),  # accents, Ẑ and ẑ, Greek
    (0x2010, 0x2033), (0x2070, 0x209C),  # punctuation, superscripts, subscripts
    (0x2190, 0x2195), (0x2200, 0x2265), (0x22EE, 0x22EF),  # arrows, mathematics, long dots
    (0x25A0, 0x25CF), (0x2605, 0x2606), (0x26A0, 0x26A0), (0x2713, 0x2718),  # marks
)  # fmt: skip


def made(face: str) -> bytes:
    """A face of the font, in the format WOFF."""
    options = subset.Options(flavor="woff", hinting=False, drop_tables=["FFTM"])
    options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=chain(*(range(first, last + 1) for first, last in SIGNS)))
    source = Path(mpl.get_data_path()) / "fonts" / "ttf" / FACES[face]
    target = FOLDER / f"{face}.woff"
    with subset.load_font(source, options) as font:
        subsetter.subset(font)
        subset.save_font(font, target, options)
    return target.read_bytes()


if __name__ == "__main__":
    for face in FACES:
        print(f"{face}: {len(made(face)):,} bytes")

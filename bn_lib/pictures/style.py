"""The looks of all figures: in Python every color, width and size has its name here, once.

What surrounds a figure has style sheets of its own, which repeat some of the colors as they are
here: live/script/figure.css, live/lessons.py and tools/site/site.css.

The colors are those of Okabe and Ito (2008), "Color Universal Design": colorblind readers can
tell them apart. A color never stands alone: line style, marker or words say the same.
"""

import matplotlib.style
from matplotlib.colors import LinearSegmentedColormap

ORIGINAL = "#8a8a8a"  # what goes in: gray
NORMALIZED = "#0072b2"  # after normalizing: blue
OUTPUT = "#d55e00"  # what comes out at last: vermilion
TARGET = "#009e73"  # where it should be: green
ACCENT = "#cc79a7"  # one example picked out: purple
OUTPUT_WORDS, TARGET_WORDS, ACCENT_WORDS = "#a84300", "#00795a", "#a0457a"  # dark enough to read

# Grays, from dark to light.
INK = "#222222"
NOTE = "#555555"  # words that explain
BASIS = "#666666"  # what something is compared with, and its words
GUIDE = "#777777"  # rings and lines to compare with
LEVEL = "#999999"  # heights to compare with
STILL = "#b5b5b5"  # curves that stand still
FAINT = "#bbbbbb"  # many lines, such as contours
ZERO = "#cccccc"  # where an axis has its 0
GRID = "#e5e5e5"  # at the ticks
SHADE = "#eeeeee"  # regions

# What is compared, "without" first, then "with": color, line, marker, a dark color for its words.
COMPARED = [
    (BASIS, "--", "o", NOTE),
    (OUTPUT, "-", "s", OUTPUT_WORDS),
    (NORMALIZED, "-.", "D", NORMALIZED),
    (TARGET, "-", "^", TARGET_WORDS),
    (ACCENT, ":", "v", ACCENT_WORDS),
]
LINES = [dict(color=color, linestyle=line) for color, line, *_ in COMPARED]
PAIR, PAIR_MARKERS = LINES[:2], ("o", "s")
PAIR_WORDS, PAIR_DASHES = (NOTE, OUTPUT_WORDS), ("- -", "—")

# Pale, so that dark numbers can be read on every cell; few, so that a palette PNG keeps them all.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#56b4e9", "#ffffff", "#f0b030"], N=17)
DEEP = LinearSegmentedColormap.from_list("deep", ["#ffffff", NORMALIZED])
PEN = LinearSegmentedColormap.from_list("pen", ["#ffffff", INK], N=17)  # ink on paper
MOVED = LinearSegmentedColormap.from_list("moved", ["#ffffff", TARGET], N=5)
# Light, so that points can be told from it; white where a network cannot decide.
TINT = LinearSegmentedColormap.from_list("tint", ["#a9d3ec", "#ffffff", "#f5bf97"])

DPI = 100  # one figure unit is one CSS pixel at 100 dots an inch

# Sizes of words, widths of lines and diameters of dots, in printer's points.
SMALL, MEDIUM, TEXT, TITLE = 10.5, 11, 11.5, 12.5
THIN, FINE, LINE, BOLD, HEAVY = 1, 1.5, 2, 2.5, 3
DUST, SPECK, GRAIN, DOT, BEAD, BALL = 2.5, 4, 5, 6, 8, 10
HERE, RING, HALO, STAR = 12, 13, 16, 24

RC = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "axes.titlesize": TITLE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": TEXT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "lines.linewidth": LINE,
    "lines.markersize": DOT,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


def ours():
    """A context in which matplotlib draws in this style, whatever the user's is."""
    return matplotlib.style.context(["default", RC])


def green_from(share: float) -> LinearSegmentedColormap:
    """Colors for shares: gray below, green from `share`; black numbers can be read on all."""
    return LinearSegmentedColormap.from_list(
        "good",
        [(0, "#ffffff"), (share - 5e-4, "#cfcfcf"), (share, "#8ed6bc"), (1, "#5fc3a0")],
        N=4001,  # fine enough that no cell below it is green
    )

"""Looks shared by all figures: sizes, line widths, and colours that colour-blind readers can tell.

The colours are those of Okabe and Ito (2008), "Color Universal Design".
"""

ORIGINAL = "#8a8a8a"  # what goes in: gray
NORMALIZED = "#0072b2"  # after normalizing: blue
OUTPUT = "#d55e00"  # after γ and β: vermilion
TARGET = "#009e73"  # where it is undone: green
ACCENT = "#cc79a7"  # one example picked out: purple
WITHOUT = "#666666"  # the network without batch norm: dark gray
INK = "#222222"
NOTE = "#555555"  # words that explain
GUIDE = "#777777"  # rings and lines to compare with
OUTPUT_WORDS, TARGET_WORDS = "#a84300", "#00795a"  # darker, so that words can be read

DPI = 100  # one figure unit is one CSS pixel at 100 dots an inch

RC = {
    "font.family": "DejaVu Sans",
    "font.size": 11.5,
    "axes.titlesize": 12.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 11.5,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "lines.linewidth": 2,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}

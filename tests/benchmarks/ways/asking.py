"""`bn_lib.live.explore` without frames sent ahead: how random or slow functions are shown."""

from IPython.display import display
from ways import ours


def show():
    explorer = ours.explorer()
    explorer.ahead.near = lambda yes: None  # no hand is ever near, so no frames are made
    explorer.ahead.way = "random"  # the browser keeps none of those that it has asked for
    display(explorer)

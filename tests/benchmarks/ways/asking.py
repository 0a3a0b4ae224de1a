"""`bn_lib.live.explore` without frames sent ahead: how random or slow functions are shown."""

from IPython.display import display
from ways import ours


def show():
    explorer = ours.explorer()
    explorer.ahead.look = lambda more: None  # no view asks for frames, so none are made
    explorer.ahead.way = "random"  # the browser keeps none of those that it has asked for
    display(explorer)

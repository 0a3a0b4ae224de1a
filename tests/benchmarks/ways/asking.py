"""`bn_lib.live.explore` without frames sent ahead: how random or slow functions are shown."""

from IPython.display import display
from ways import ours


def show():
    explorer = ours.explorer()
    explorer.ahead.near = lambda yes: None  # no hand is ever near, so no frames are made
    # The browser keeps none of those that it has asked for.
    explorer.ahead.seen = lambda frame: ({**frame[0], "once": True}, frame[1])
    display(explorer)

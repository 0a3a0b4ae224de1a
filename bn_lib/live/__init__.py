"""What moves in a notebook: sliders, presets, the way of pixels to the screen, questions."""

from bn_lib.live.explorer import Explorer, explore
from bn_lib.live.knobs import again, steps

__all__ = ["Explorer", "again", "explore", "steps"]

"""What moves in a notebook: sliders, presets, the way of pixels to the screen, questions."""

from bn_lib.live.explorer import Explorer, explore
from bn_lib.live.knobs import again, steps
from bn_lib.live.lessons import predict, show
from bn_lib.live.welcome import CourseMap

__all__ = ["CourseMap", "Explorer", "again", "explore", "predict", "show", "steps"]

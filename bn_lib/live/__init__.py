"""What moves in a notebook: sliders, training, questions, and the way of pixels to the screen."""

from bn_lib.live.explorer import Explorer, explore
from bn_lib.live.knobs import again, play, steps
from bn_lib.live.lessons import predict, show
from bn_lib.live.passed import report
from bn_lib.live.progress import watch
from bn_lib.live.welcome import CourseMap

__all__ = [
    "CourseMap",
    "Explorer",
    "again",
    "explore",
    "play",
    "predict",
    "report",
    "show",
    "steps",
    "watch",
]

"""Where what stands still has its place: titles, labels and notes are broken to their room."""

from textwrap import fill

from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

GAP = 8  # pixels between words and what is beside them


def lay_out(figure, unbroken: dict) -> None:
    """Lay a figure out; unbroken: the words of texts as they were before lines were broken."""
    for text in list(unbroken):
        text.set_text(unbroken.pop(text))
    for axes in figure.axes:  # start anew: equal axes keep what the last one left
        axes.set_subplotspec(axes.get_subplotspec())
    engine = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06, wspace=0.06)
    engine.execute(figure)
    for text, room in list(_rooms(figure)):
        words, columns = text.get_text(), len(text.get_text())
        while text.get_window_extent().width > room and columns:
            unbroken[text] = words
            lines = (fill(line, columns, break_long_words=False) for line in words.split("\n"))
            text.set_text("\n".join(lines))
            columns -= 1
    engine.execute(figure)  # what stands at a share of a height needs it, too
    for axes in figure.axes:
        axes.apply_aspect()


def _rooms(figure):
    """The words that stand still, each with the pixels that it has across."""
    yield from ((text, figure.bbox.width - 2 * GAP) for text in figure.texts)
    boxes = [axes.get_window_extent() for axes in figure.axes]
    for axes, box in zip(figure.axes, boxes, strict=True):
        left = max((b.x1 for b in boxes if b.x1 <= box.x0 + 1), default=0) + GAP
        right = min((b.x0 for b in boxes if b.x0 >= box.x1 - 1), default=figure.bbox.width) - GAP
        for text in [axes.xaxis.label, *axes.get_children()]:
            if isinstance(text, Text) and text.get_visible():
                x0, x1 = text.get_window_extent().intervalx
                sides = {"left": right - x0, "right": x1 - left}
                yield text, sides.get(text.get_ha(), 2 * min(x0 - left, right - x1) + x1 - x0)

"""Where what stands still has its place: titles, labels and notes are broken to their room."""

from textwrap import fill

from matplotlib.text import Text

GAP = 8  # pixels between words and what is beside them


def lay_out(figure, unbroken: dict) -> None:
    """Lay a figure out; unbroken: the words of texts as they were before lines were broken."""
    for text, words in unbroken.items():
        text.set_text(words)
    for axes in figure.axes:
        if spec := axes.get_subplotspec():
            axes.set_subplotspec(spec)  # start anew: equal axes keep what the last one left
    figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.06, wspace=0.06)
    figure.get_layout_engine().execute(figure)
    for text, room in list(_rooms(figure)):
        unbroken.setdefault(text, text.get_text())
        _break(text, room)
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")


def _rooms(figure):
    """The words that stand still, each with the pixels that it has across."""
    yield from ((text, figure.bbox.width - 2 * GAP) for text in figure.texts)
    boxes = [axes.get_window_extent() for axes in figure.axes]
    for axes, box in zip(figure.axes, boxes, strict=True):
        left = max((b.x1 for b in boxes if b.x1 <= box.x0 + 1), default=0) + GAP
        right = min((b.x0 for b in boxes if b.x0 >= box.x1 - 1), default=figure.bbox.width) - GAP
        texts = [child for child in axes.get_children() if isinstance(child, Text)]
        for text in filter(Text.get_visible, [axes.xaxis.label, *texts]):
            x0, x1 = text.get_window_extent().intervalx
            sides = {"left": right - x0, "right": x1 - left}
            yield text, sides.get(text.get_ha(), min(x0 + x1 - 2 * left, 2 * right - x0 - x1))


def _break(text, room) -> None:
    """Break a text into lines until it has room."""
    words = text.get_text()
    for columns in range(len(words), 0, -1):
        if text.get_window_extent().width <= room:
            break
        lines = (fill(line, columns, break_long_words=False) for line in words.split("\n"))
        text.set_text("\n".join(lines))

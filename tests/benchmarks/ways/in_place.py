"""ipympl, with `set_data` and `draw_idle`."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
from IPython.display import display
from ways import batch


def show():
    plt.switch_backend("module://ipympl.backend_nbagg")
    with plt.ioff():
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), dpi=100, layout="tight")
    batch.still(left, right)
    steps, dots, text = batch.moving(left, right, 1)

    def draw(change):
        after = batch.transform(change.new)
        steps.set_data(batch.counts(after))
        dots.set_data(after, batch.sigmoid(after))
        text.set_text(batch.words(change.new, after))
        figure.canvas.draw_idle()

    low, high, step = batch.GAMMA
    slider = widgets.FloatSlider(1, min=low, max=high, step=step)
    slider.observe(draw, "value")
    display(widgets.VBox([slider, figure.canvas]))

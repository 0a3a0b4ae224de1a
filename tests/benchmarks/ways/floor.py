"""No figure: the kernel echoes the slider's value into a label. No way that asks it is faster."""

import ipywidgets as widgets
from IPython.display import display
from ways import batch


def show():
    low, high, step = batch.GAMMA
    slider = widgets.FloatSlider(1, min=low, max=high, step=step)
    label = widgets.Label("1.00")
    label.add_class("echo")
    slider.observe(lambda change: setattr(label, "value", f"{change.new:.2f}"), "value")
    display(widgets.VBox([slider, label]))

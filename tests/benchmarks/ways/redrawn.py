"""`ipywidgets.interact` and pyplot, as tutorials do: a new picture at each move."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
from ways import batch


def show():
    def draw(gamma):
        _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), dpi=100, layout="tight")
        batch.still(left, right)
        batch.moving(left, right, gamma)
        plt.show()

    low, high, step = batch.GAMMA
    widgets.interact(draw, gamma=widgets.FloatSlider(1, min=low, max=high, step=step))

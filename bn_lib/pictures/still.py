"""What stands still behind the marks: notes, levels, grids, ticks and legends."""

from matplotlib.lines import Line2D

from bn_lib.pictures import style


def note(axes, x, y, text, **looks):
    """Small words that explain, in gray."""
    return axes.text(x, y, text, **dict(color=style.NOTE, fontsize=style.SMALL) | looks)


def level(axes, height=0, **looks):
    """A line at a height to compare with; without more words, a thin one at zero."""
    return axes.axhline(height, **dict(color=style.ZERO, linewidth=style.THIN) | looks)


def grid(axes, axis="y"):
    """Faint lines at the ticks, below all else."""
    axes.grid(axis=axis, color=style.GRID, linewidth=style.THIN)
    axes.set_axisbelow(True)


def legend(figure, looks: dict) -> None:
    """Names and looks, in a row above all axes."""
    handles = [Line2D([], [], label=name, **look) for name, look in looks.items()]
    figure.legend(
        handles=handles, loc="outside upper left", ncols=len(looks), frameon=False, borderpad=0
    )


def share_ticks(axes) -> None:
    """Shares from 0 to 1 upwards, as percents."""
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])

"""From matplotlib's artists to what the browser draws: looks once, vertices at each move.

Vertices are pixels of the figure (origin at the top left, y downwards), found with matplotlib's
own transforms and packed as 16-bit integers of 1/16 pixel: enough for a figure of 2,000 pixels,
finer than any screen.
"""

from functools import lru_cache

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox

from bn_lib.pictures import style

UNITS = 16  # packed units in a pixel
FARTHEST = 2000  # pixels; vertices are kept within, far outside of every figure
ZOOM = 2  # of the still picture; matplotlib sets words a little wider or narrower at each size
_RENDERER = RendererAgg(1, 1, ZOOM * style.DPI)
BREAK = np.array([[-32768, -32768]], dtype="<i2")  # in place of a vertex: lift the pen


def looks(artist, height: float) -> dict:
    """What does not change while an artist moves: kind, colors, widths, where it is clipped."""
    clip = None
    if artist.get_clip_on() and artist.axes is not None:
        clip = _rectangle(artist.axes.bbox, height)
    common = {"clip": clip, "alpha": 1 if artist.get_alpha() is None else artist.get_alpha()}
    for kind, describe in _LOOKS.items():
        if isinstance(artist, kind):
            return common | describe(artist, height)
    kinds = ", ".join(kind.__name__ for kind in _LOOKS)
    raise TypeError(f"a {type(artist).__name__} cannot move; these can: {kinds}")


def pack(artists, height: float) -> tuple[dict, bytes]:
    """Pack what changes: a head that says what there is, and the bytes of vertices and images.

    The head has the number of vertices of each artist that is drawn from vertices ("n"), the
    bytes of each image ("i") and the texts ("t"). Vertices come first; each list follows the
    order of the artists of its kind.
    """
    counts, texts, vertices, images = [], [], [], []
    for artist in artists:
        if isinstance(artist, Text):
            texts.append(_text(artist, height))
        elif isinstance(artist, AxesImage):
            images.append(artist.to_rgba(artist.get_array(), bytes=True).tobytes())
        else:
            points = _packed(artist, height) if artist.get_visible() else BREAK[:0]
            counts.append(len(points))
            vertices.append(points.tobytes())
    head = {"n": counts, "i": [len(image) for image in images], "t": texts}
    return head, b"".join(vertices + images)


def _rectangle(box: Bbox, height: float) -> list[float]:
    return [round(float(v), 2) for v in (box.x0, height - box.y1, box.width, box.height)]


def _pixels(points: float) -> float:
    """Printer's points, in which matplotlib measures widths and fonts, as pixels."""
    return points * style.DPI / 72


def _line_looks(line: Line2D, height: float) -> dict:
    if line.get_marker() not in ("None", "", " ", None):
        if line.get_linestyle() not in ("None", "", " "):
            raise ValueError("a moving line has no markers: move a line, and dots of their own")
        return _marker_looks(line)
    solid = line.get_linestyle() == "-"
    cap = line.get_solid_capstyle() if solid else line.get_dash_capstyle()
    return {
        "kind": "path",
        "cap": {"projecting": "square"}.get(cap, cap),
        "join": line.get_solid_joinstyle() if solid else line.get_dash_joinstyle(),
        "stroke": to_hex(line.get_color()),
        "width": _pixels(line.get_linewidth()),
        "dash": _dash(line.get_linestyle(), line.get_linewidth()),
    }


def _marker_looks(line: Line2D) -> dict:
    marker = MarkerStyle(line.get_marker(), line.get_fillstyle())
    scale = Affine2D().scale(_pixels(line.get_markersize()))
    outline = marker.get_path().transformed(marker.get_transform() + scale)
    polygon = outline.to_polygons(closed_only=False)[0]
    return {
        "kind": "points",
        "marker": [[round(float(x), 2), round(float(-y), 2)] for x, y in polygon],
        "fill": _color(line.get_markerfacecolor()),
        "stroke": _color(line.get_markeredgecolor()),
        "width": _pixels(line.get_markeredgewidth()),
        "snaps": marker.get_snap_threshold() not in (None, np.inf),  # as a square's sides do
    }


def _patch_looks(patch: Patch, height: float) -> dict:
    return {
        "kind": "path",
        "alpha": 1,  # a patch has its alpha in its colors, and so have collected lines
        "fill": _color(patch.get_facecolor()) if patch.get_fill() else None,
        "stroke": _color(patch.get_edgecolor()),
        "width": _pixels(patch.get_linewidth()),
        "dash": _dash(patch.get_linestyle(), patch.get_linewidth()),
    }


def _collection_looks(lines: LineCollection, height: float) -> dict:
    return {
        "kind": "path",
        "alpha": 1,
        "stroke": _color(lines.get_color()[0]),
        "width": _pixels(lines.get_linewidth()[0]),
        "dash": [],
    }


def _image_looks(image: AxesImage, height: float) -> dict:
    if image.origin == "lower":
        raise ValueError('a moving image has origin="upper": its first row is at the top')
    left, right, bottom, top = image.get_extent()
    corners = image.axes.transData.transform([(left, bottom), (right, top)])
    rows, columns = image.get_array().shape[:2]
    where = _rectangle(Bbox(np.sort(corners, axis=0)), height)
    return {"kind": "image", "where": where, "rows": rows, "columns": columns}


def _text_looks(text: Text, height: float) -> dict:
    return {
        "kind": "text",
        "fill": to_hex(text.get_color()),
        "size": round(_pixels(text.get_fontsize()), 2),
        "bold": text.get_fontweight() in ("bold", 700),
        "rim": bool(text.get_path_effects()),
    }


_LOOKS = {
    Line2D: _line_looks,
    Patch: _patch_looks,
    LineCollection: _collection_looks,
    AxesImage: _image_looks,
    Text: _text_looks,
}


def _color(color) -> str | None:
    """A color as the browser writes it; None where nothing is to be drawn."""
    rgba = mpl.colors.to_rgba(color)
    return to_hex(rgba, keep_alpha=rgba[3] < 1) if rgba[3] > 0 else None


def _dash(linestyle: str, width: float) -> list[float]:
    name = {"--": "dashed", ":": "dotted", "-.": "dashdot"}.get(linestyle)
    pattern = mpl.rcParamsDefault[f"lines.{name}_pattern"] if name else []  # not the reader's own
    return [round(_pixels(length * width), 2) for length in pattern]


def _text(text: Text, height: float) -> list:
    """Where the baseline of a text begins, as matplotlib aligns it, and its words."""
    words = text.get_text() if text.get_visible() else ""
    place = text.get_transform().transform(text.get_unitless_position())
    x, y = place + alignment(text, words)
    return [round(float(x), 1), round(float(height - y), 1), words]


def alignment(text: Text, words: str) -> tuple[float, float]:
    """From the point that a text is aligned at to where its baseline begins, in pixels."""
    font = text.get_fontproperties()
    wide, high, deep = _metrics(words, font)
    _, least, depth = _metrics("lp", font)  # for matplotlib, a line is at least as high as these
    high, deep = max(high, least), max(deep, depth)
    x = {"left": 0, "center": -wide / 2, "right": -wide}[text.get_ha()]
    y = {
        "baseline": 0, "bottom": deep, "center": deep - high / 2,
        "center_baseline": (deep - high) / 2, "top": deep - high,
    }[text.get_va()]  # fmt: skip
    return x, y


@lru_cache(4096)
def _metrics(words: str, font) -> tuple[float, float, float]:
    """Width, height and depth of words in pixels, as they are in the still picture."""
    found = _RENDERER.get_text_width_height_descent(words, font, False)
    return tuple(length / ZOOM for length in found)


def _packed(artist, height: float) -> np.ndarray:
    if isinstance(artist, LineCollection):
        paths = [artist.get_transform().transform_path(path) for path in artist.get_paths()]
        pieces = [_integers(path.vertices, height) for path in paths]
        return np.concatenate([part for piece in pieces for part in (piece, BREAK)])
    path = artist.get_transform().transform_path(artist.get_path())
    if isinstance(artist, Line2D) and artist.get_linestyle() not in ("None", "", " "):
        return _cut(path, artist.get_figure().bbox)
    if isinstance(artist, Patch):
        path = path.cleaned(curves=False)
        drawn = np.isin(path.codes, (Path.MOVETO, Path.LINETO))
        return _integers(path.vertices[drawn], height)
    return _integers(path.vertices, height)


def _cut(path: Path, figure: Bbox) -> np.ndarray:
    """A line cut where matplotlib cuts it, a pixel outside of the still picture.

    There its dashes begin. It is interrupted where a vertex is not finite.
    """
    height, inset = figure.height, 1 - 1 / ZOOM  # `cleaned` cuts a pixel outside of its window
    window = (inset, inset, figure.width - inset, height - inset)
    path = path.cleaned(remove_nans=True, clip=window, curves=False)
    drawn = path.codes != Path.STOP
    points = _integers(path.vertices[drawn], height)
    starts = np.flatnonzero(path.codes[drawn] == Path.MOVETO)[1:]
    return np.insert(points, starts, BREAK, axis=0)


def _integers(points: np.ndarray, height: float) -> np.ndarray:
    flipped = np.stack([points[:, 0], height - points[:, 1]], axis=1)
    limit = FARTHEST * UNITS
    return np.clip(np.rint(flipped * UNITS), -limit, limit).astype("<i2")

"""The font of live figures has every sign that a figure can write, as wide as matplotlib's."""

import ast
import functools
import json
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont

from tools.font import FACES, FOLDER

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    file for room in ("figures", "pictures") for file in (ROOT / "bn_lib" / room).rglob("*.py")
)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@functools.cache
def written() -> set[str]:
    """The signs in all strings of the figures, of their kit, and of the notebooks, which name
    curves and networks."""
    sources = [file.read_text(encoding="utf-8") for file in SOURCES]
    for path in NOTEBOOKS:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources += ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    return set().union(*(signs(source.replace("await ", "")) for source in sources))


def signs(source: str) -> set[str]:
    strings = (n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant))
    return {sign for text in strings if isinstance(text, str) for sign in text}


@pytest.mark.parametrize("face", FACES)
def test_the_font_has_every_sign_of_the_figures(face):
    has = TTFont(FOLDER / f"{face}.woff").getBestCmap()
    assert {"γ", "β", "σ", "✓"} <= written()
    assert sorted(sign for sign in written() - {"\n"} if ord(sign) not in has) == []


@pytest.mark.parametrize(("face", "file"), FACES.items())
def test_its_signs_are_as_wide_as_matplotlibs(face, file):
    ours = TTFont(FOLDER / f"{face}.woff")
    whole = TTFont(Path(mpl.get_data_path()) / "fonts" / "ttf" / file)
    names, whole_names = ours.getBestCmap(), whole.getBestCmap()
    for sign, name in names.items():
        assert ours["hmtx"][name] == whole["hmtx"][whole_names[sign]], chr(sign)

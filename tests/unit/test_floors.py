"""The floors of bn_lib: a room imports only from rooms below it."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "bn_lib"

FLOORS = {
    "arguments": 0,
    "saving": 0,
    "normalization": 1,
    "data": 1,
    "pictures": 1,
    "network": 2,
    "training": 3,
    "measure": 3,
    "figures": 4,
    "exercises": 4,
    "live": 5,
}
# Besides the standard library; pictures never import knobs, numbers never import pictures.
PACKAGES = {
    "arguments": {"numpy"},
    "saving": set(),  # Jupyter's server loads it when it starts
    "normalization": {"numpy"},
    "data": {"numpy"},
    "network": {"numpy"},
    "pictures": {"numpy", "matplotlib", "PIL"},
    "figures": {"numpy", "matplotlib", "contourpy"},
    "training": {"numpy"},
    "measure": {"numpy"},
    "exercises": {"numpy"},
    "live": {
        "numpy",
        "matplotlib",
        "PIL",
        "IPython",
        "ipywidgets",
        "anywidget",
        "comm",
        "traitlets",
    },
}  # fmt: skip


def room(file: Path) -> str:
    """The room that a file of the library belongs to."""
    return file.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imports(source: str, package: tuple[str, ...] = ("bn_lib",)) -> set[str]:
    """The dotted names of all modules (or of what is taken from them) that `source` imports,
    anywhere in it; `package` is where it stands."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            start = ".".join((*base, *filter(None, [node.module])))
            found |= {f"{start}.{alias.name}" for alias in node.names}
    return found


def violations(own: str, names: set[str]) -> list[str]:
    """What the room `own` must not import among `names`."""
    wrong = []
    for name in sorted(names):
        top, *inside = name.split(".")
        if top == "bn_lib":
            other = inside[0] if inside else "bn_lib itself"
            if other != own and FLOORS.get(other, 9) >= FLOORS[own]:
                wrong.append(f"{own} (floor {FLOORS[own]}) imports {other}")
        elif top not in sys.stdlib_module_names and top not in PACKAGES[own]:
            wrong.append(f"{own} imports {top}")
    return wrong


ROOMS = sorted(file for file in LIBRARY.rglob("*.py") if file != LIBRARY / "__init__.py")


@pytest.mark.parametrize("file", ROOMS, ids=lambda file: str(file.relative_to(LIBRARY)))
def test_a_room_imports_only_from_below(file):
    assert room(file) in FLOORS, f"{file.name} is in no room: give it a floor in FLOORS"
    package = file.relative_to(ROOT).parent.parts
    assert violations(room(file), imports(file.read_text(encoding="utf-8"), package)) == []


def test_the_front_door_imports_no_room():
    names = imports((LIBRARY / "__init__.py").read_text(encoding="utf-8"))
    assert not [name for name in names if name.startswith("bn_lib")]


@pytest.mark.parametrize(
    ("own", "source"),
    [
        ("normalization", "import matplotlib.pyplot as plt"),
        ("normalization", "def f():\n    from bn_lib.data import two_humped"),
        ("data", "from . import normalization"),
        ("figures", "from ..live import explore"),
        ("pictures", "from ..figures import Overlay"),
        ("pictures", "from bn_lib.normalization import moments"),
        ("figures", "import ipywidgets"),
        ("training", "from bn_lib.measure import drift"),
        ("exercises", "import bn_lib.live"),
        ("measure", "from matplotlib import pyplot"),
    ],
)
def test_what_must_not_be_imported_is_seen(own, source):
    package = ("bn_lib", own) if own in ("figures", "pictures") else ("bn_lib",)
    assert violations(own, imports(source, package))


@pytest.mark.parametrize(
    ("own", "source"),
    [
        ("live", "from ..pictures.style import SIZE\nfrom .knobs import steps"),
        ("exercises", "from .normalization import batch_norm\nimport numpy as np"),
        ("figures", "from bn_lib.normalization import normalize\nimport math"),
    ],
)
def test_what_may_be_imported_is_let_through(own, source):
    package = ("bn_lib", own) if own in ("figures", "live") else ("bn_lib",)
    assert violations(own, imports(source, package)) == []

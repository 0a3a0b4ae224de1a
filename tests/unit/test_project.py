"""The project's papers agree with one another: pins, commands, README, versions."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from bn_lib.live import CourseMap
from tests.unit.test_floors import imports

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]*.ipynb"))


def pins(file: str) -> dict[str, str]:
    """The pinned versions of a requirements file, by name."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9_.-]+)==([^ \n]+)", text, re.M))


LIBRARY = PROJECT["project"]["dependencies"]
GROUPS = PROJECT["dependency-groups"]
DIRECT = [
    *(("requirements.txt", line) for line in LIBRARY + GROUPS["course"]),
    *(("requirements-test.txt", line) for line in GROUPS["test"]),
]


@pytest.mark.parametrize(("file", "line"), DIRECT, ids=[line for _, line in DIRECT])
def test_every_direct_dependency_is_pinned_within_its_bounds(file, line):
    dependency = Requirement(line)
    assert dependency.specifier.contains(pins(file)[dependency.name])


@pytest.mark.parametrize("line", LIBRARY)
def test_every_dependency_has_a_lower_bound(line):
    assert [clause.operator for clause in Requirement(line).specifier] == [">="]


def test_the_library_depends_on_what_it_imports_and_on_nothing_else():
    installs = packages_distributions()
    imported = {
        name.split(".")[0]
        for file in (ROOT / "bn_lib").rglob("*.py")
        for name in imports(file.read_text(encoding="utf-8"))
    }
    needed = {installs[name][0].lower() for name in imported - sys.stdlib_module_names - {"bn_lib"}}
    assert needed == {Requirement(line).name for line in LIBRARY}


def test_the_tests_use_the_versions_that_learners_have():
    runtime, tests = pins("requirements.txt"), pins("requirements-test.txt")
    both = runtime.keys() & tests.keys()
    assert {name: tests[name] for name in both} == {name: runtime[name] for name in both}


def test_the_pins_say_how_they_were_made_and_come_from_the_public_index():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    compiler = re.search(r"^COMPILE := \$\(BIN\)/(.+)$", makefile, re.M)[1].replace(" --quiet", "")
    recipes = re.findall(r"^\t\$\(COMPILE\) \$\(UPGRADE\) (.+ --output-file (.+))$", makefile, re.M)
    assert [file for _, file in recipes] == ["requirements.txt", "requirements-test.txt"]
    for options, file in recipes:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert text.splitlines()[1] == f"#    {compiler} {options}"
        assert not re.search(r"^-|://|file:|^[./]", text, re.M)


def test_each_module_of_the_project_can_be_imported_under_one_name_only():
    """Python looks for modules in the top folder and in no other folder of the project."""
    folders = {Path(entry).resolve() for entry in sys.path if entry}
    inside = {folder for folder in folders if ROOT in folder.parents}
    assert {folder for folder in inside if ".venv" not in folder.parts[len(ROOT.parts)]} == set()


@pytest.mark.skipif(os.name == "nt", reason="Binder's script is one of a Unix shell")
def test_learners_kernels_use_one_thread_for_matrix_products():
    start = ROOT / "binder" / "start"
    command = [start, "sh", "-c", "echo $OPENBLAS_NUM_THREADS"]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "1\n"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (targets,) = re.findall(r"^(.+): export OPENBLAS_NUM_THREADS = 1$", makefile, re.M)
    assert {"lab", "test", "notebooks", "paper"} <= set(targets.split())


def test_binder_installs_the_same_pins_and_the_project():
    lines = (ROOT / "binder/requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "-r ../requirements.txt",
        "-e .",
    ]
    version = (ROOT / "binder/runtime.txt").read_text(encoding="utf-8").strip()
    lowest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert version == f"python-{lowest}"


TABLE = re.findall(
    r"^\| \[(\d\d) [^]]+\]\(notebooks/([^)]+)\) \| ([^|]+) \| ([^|]+) \| (.+) \|$", README, re.M
)


def test_the_readme_lists_every_notebook_in_order():
    assert [row[1] for row in TABLE] == NOTEBOOKS


@pytest.mark.parametrize(
    ("number", "file", "question", "minutes", "badge"), TABLE, ids=[row[1] for row in TABLE]
)
def test_a_row_of_the_readme_is_right(number, file, question, minutes, badge):
    assert file.startswith(f"{number}_")
    assert badge.startswith(f"[![Open {number} on Binder](https://mybinder.org/badge_logo.svg)]")
    assert f"?urlpath=lab/tree/notebooks/{file})" in badge
    text = (ROOT / "notebooks" / file).read_text(encoding="utf-8")
    assert f'"# {question}' in text, f"{file} has another title"
    assert (number, question, f"{minutes} minutes", file) in CourseMap(ROOT / "notebooks").stops


def test_a_notebook_for_two_sittings_says_so_and_has_twice_its_minutes_on_the_map():
    twice = {stop[0]: stop[2] for stop in CourseMap(ROOT / "notebooks").stops if "×" in stop[2]}
    assert twice == {"11": "2 × 35 minutes"}
    [file] = [file for file in NOTEBOOKS if file.startswith("11")]
    text = (ROOT / "notebooks" / file).read_text(encoding="utf-8")
    assert "Two sittings of about 35 minutes each" in text
    assert "That is the end of the first sitting" in text


def test_all_badges_name_one_repository():
    assert len(re.findall(r"mybinder\.org/v2/gh/", README)) == len(NOTEBOOKS)
    assert len(set(re.findall(r"mybinder\.org/v2/gh/([^?]+)", README))) == 1


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_between_files_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)", text)
    assert [t for t in targets if "://" not in t and not (ROOT / t).exists()] == []


def test_one_version_everywhere():
    version = PROJECT["project"]["version"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    newest = re.search(
        r"^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M
    )
    assert newest[1] == version
    assert f"\nversion: {version}\ndate-released: {newest[2]}\n" in citation

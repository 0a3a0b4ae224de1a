"""Saved notebooks: the library's views are put aside and back, and nothing else is touched."""

import asyncio
import copy
import json
import logging
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import (
    AsyncLargeFileManager,
    LargeFileManager,
)

from bn_lib import saving
from bn_lib.saving import MARK, WIDGET_VIEW

KERNEL = ["kernel-7.json", 4711]
VIEW = {"model_id": "a", "version_major": 2, "version_minor": 0}
OURS = {WIDGET_VIEW: VIEW | {MARK: KERNEL}, "image/png": "iVBORw0KGgo=", "text/plain": "γ = 1"}
FOREIGN = {WIDGET_VIEW: VIEW, "text/plain": "IntSlider(value=0)"}
BARE = {WIDGET_VIEW: VIEW | {MARK: KERNEL}}  # of a training that goes on


def notebook(*data: dict) -> nbformat.NotebookNode:
    outputs = [
        nbformat.v4.new_output("execute_result", each, execution_count=1)
        for each in copy.deepcopy(data)
    ]
    outputs.append(nbformat.v4.new_output("stream", text="hello"))
    cell = nbformat.v4.new_code_cell("explore(f)", outputs=outputs, execution_count=1)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 1"), cell])


def views(saved: dict) -> list[bool]:
    outputs = saved["cells"][1]["outputs"]
    return [WIDGET_VIEW in output.get("data", ()) for output in outputs]


def test_only_marked_views_beside_which_something_stands_are_put_aside():
    saved = notebook(OURS, FOREIGN, BARE)
    assert saving.put_aside(saved) == 1
    assert views(saved) == [False, True, True, False]
    assert saved.cells[1].outputs[0].data == {k: OURS[k] for k in ("image/png", "text/plain")}
    nbformat.validate(saved)
    assert saving.put_aside(saved) == 0, "a second time changes nothing"


@pytest.mark.parametrize(
    ("kernels", "there"),
    [
        ([["kernel-1.json", 1], KERNEL], True),
        ([], False),
        ([["kernel-7.json", 4712]], False),  # it has been restarted
    ],
)
def test_they_are_put_back_while_their_kernel_lives(kernels, there):
    before = notebook(OURS, FOREIGN)
    saved = copy.deepcopy(before)
    saving.put_aside(saved)
    assert saving.put_back(saved, kernels) == there
    assert views(saved) == [there, True, False]
    if there:
        assert saved == before


def served(manager_class, folder, kernels=()):
    """A server with a manager of contents, and with kernels."""
    managers = {
        name: SimpleNamespace(
            connection_file=f"/run/{name}", provisioner=SimpleNamespace(pid=number)
        )
        for name, number in kernels
    }
    server = SimpleNamespace(
        contents_manager=manager_class(root_dir=str(folder)),
        kernel_manager=SimpleNamespace(
            list_kernel_ids=lambda: list(managers), get_kernel=managers.get
        ),
        log=logging.getLogger("test"),
    )
    (point,) = saving._jupyter_server_extension_points()
    assert point == {"module": saving.__name__}
    saving._load_jupyter_server_extension(server)
    return server.contents_manager


def done(answer):
    """What a manager answers, whether at once or later."""
    return asyncio.run(answer) if asyncio.iscoroutine(answer) else answer


@pytest.mark.parametrize("manager_class", [LargeFileManager, AsyncLargeFileManager])
def test_a_server_puts_them_aside_and_back(manager_class, tmp_path):
    contents, others = served(manager_class, tmp_path, [KERNEL]), []
    contents.register_pre_save_hook(lambda model, **_: others.append(model["type"]))
    model = {"type": "notebook", "format": "json", "content": notebook(OURS, FOREIGN)}
    done(contents.save(model, "own.ipynb"))
    on_disk = json.loads((tmp_path / "own.ipynb").read_text(encoding="utf-8"))
    assert views(on_disk) == [False, True, False]
    assert others == ["notebook"], "another hook was called too"
    assert views(done(contents.get("own.ipynb"))["content"]) == [True, True, False]
    assert done(contents.get("own.ipynb", content=False))["content"] is None
    done(contents.save({"type": "file", "format": "text", "content": "x"}, "other.txt"))
    assert done(contents.get("other.txt"))["content"] == "x"

    tomorrow = served(manager_class, tmp_path)
    assert views(done(tomorrow.get("own.ipynb"))["content"]) == [False, True, False]


def test_whatever_a_notebook_holds_it_can_be_saved_and_opened(tmp_path, monkeypatch):
    def fails(*_):
        raise RuntimeError("broken")

    contents = served(LargeFileManager, tmp_path)
    monkeypatch.setattr(saving, "put_aside", fails)
    monkeypatch.setattr(saving, "put_back", fails)
    contents.save({"type": "notebook", "content": notebook(OURS)}, "own.ipynb")
    assert contents.get("own.ipynb")["content"]["cells"]


def test_collected_files_are_mended_by_a_command(tmp_path, capsys):
    file, plain = tmp_path / "anna.ipynb", tmp_path / "plain.ipynb"
    nbformat.write(notebook(OURS, FOREIGN), file)
    nbformat.write(notebook(FOREIGN), plain)
    unchanged = plain.read_bytes()
    assert saving.main([str(file), str(plain)]) == 0
    assert views(nbformat.read(file, as_version=4)) == [False, True, False]
    assert plain.read_bytes() == unchanged
    assert "1 figures and questions" in capsys.readouterr().out

    (tmp_path / "no.ipynb").write_text("[]")
    assert saving.main([str(tmp_path / "no.ipynb")]) == 1
    assert saving.main([]) == 2
    assert "no notebook that can be read" in capsys.readouterr().err

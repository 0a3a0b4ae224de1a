"""Saved notebooks show pictures: a view of a widget is saved beside its output, not in it.

A widget lives in its kernel. Opened the next day, a saved view of it is "model not found", although
picture and sentence stand beside it. So when Jupyter's server saves a notebook, the views of this
library's figures and questions are moved to the outputs' metadata; when it opens the notebook while
the kernel that made them is alive, they are put back, and figures stay live in a page that is
loaded again. Other outputs are left alone.

The server loads this module by itself where the package is installed in its environment. For
notebooks that were saved elsewhere, as by a class:

    python -m bn_lib.saving NOTEBOOK ...
"""

import functools
import inspect
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # the kind of output that is a widget
MARK = "bn_lib"  # in a view: that it is the library's, and which kernel made it


def put_aside(notebook: dict) -> int:
    """Move the library's views out of the outputs of a notebook; returns how many there were."""
    count = 0
    for output in _outputs(notebook):
        data = output.get("data", {})
        if _is_ours(data.get(WIDGET_VIEW)) and len(data) > 1:  # something else is there to be seen
            output.setdefault("metadata", {})[MARK] = data.pop(WIDGET_VIEW)
            count += 1
    return count


def put_back(notebook: dict, kernels: list[list]) -> int:
    """Put the views back that were made by one of the kernels; returns how many."""
    count = 0
    for output in _outputs(notebook):
        view = output.get("metadata", {}).get(MARK)
        if _is_ours(view) and view[MARK] in kernels:
            output["data"][WIDGET_VIEW] = output["metadata"].pop(MARK)
            count += 1
    return count


def _outputs(notebook: dict) -> Iterator[dict]:
    for cell in notebook.get("cells", ()):
        yield from cell.get("outputs", ())


def _is_ours(view) -> bool:
    return isinstance(view, dict) and MARK in view


# ---------------------------------------------------------------- in Jupyter's server


def _jupyter_server_extension_points() -> list[dict]:
    return [{"module": "bn_lib.saving"}]


def _load_jupyter_server_extension(server) -> None:
    """Let the server's manager of contents move the views, beside whatever else it does."""
    contents = server.contents_manager
    if not hasattr(contents, "register_pre_save_hook"):
        server.log.warning("bn_lib: saved figures will not show their pictures here")
        return
    contents.register_pre_save_hook(_before_saving)
    contents.get = _with_views(contents.get, server)


def _before_saving(model, **_) -> None:
    if model.get("type") == "notebook" and isinstance(model.get("content"), dict):
        put_aside(model["content"])


def _with_views(get, server):
    """The manager's `get`, after which notebooks have the views of living kernels."""

    def restored(model):
        try:
            if model.get("type") == "notebook" and model.get("content"):
                put_back(model["content"], _living(server.kernel_manager))
        except Exception:  # a notebook without live figures can still be read
            server.log.warning("bn_lib: figures could not be put back", exc_info=True)
        return model

    @functools.wraps(get)
    def with_views(*arguments, **keywords):
        model = get(*arguments, **keywords)
        if not inspect.isawaitable(model):
            return restored(model)

        async def later():
            return restored(await model)

        return later()

    return with_views


def _living(kernels) -> list[list]:
    """The kernels that run: connection file and process, which is another after a restart."""
    managers = map(kernels.get_kernel, kernels.list_kernel_ids())
    return [
        [os.path.basename(manager.connection_file), getattr(manager.provisioner, "pid", None)]
        for manager in managers
    ]


# ---------------------------------------------------------------- for files


def main(files: list[str]) -> int:
    """Take the library's views out of the files; returns the exit code."""
    if not files:
        print("usage: python -m bn_lib.saving NOTEBOOK ...", file=sys.stderr)
        return 2
    for name in files:
        path = Path(name)
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            count = put_aside(notebook)
        except (OSError, ValueError, AttributeError) as error:
            print(f"{name}: no notebook that can be read ({error})", file=sys.stderr)
            return 1
        if count:
            text = json.dumps(notebook, ensure_ascii=False, indent=1)
            path.write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {count} figures and questions show what was saved")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

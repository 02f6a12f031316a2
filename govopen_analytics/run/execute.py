"""One notebook run to its end by papermill, and what became of it."""

import importlib.util
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from govopen_analytics.base.atomic_files import replace_file
from govopen_analytics.base.errors import RunError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.text import readable_name
from govopen_analytics.questions import FIGURES_DIR, TABLES_DIR
from govopen_analytics.run.site_bodies import notebook_body

EXECUTED, BODY = "notebook.ipynb", "body.html"
_KERNEL, _KERNEL_PACKAGE = "python3", "ipykernel"
_SECONDS_TO_START = 600
_ADDED_TAGS = {"injected-parameters", "papermill-error-cell-tag"}
# Beginnings of errors whose reason is known; any other is one of a cell.
_KINDS = {
    "DeadKernelError": "kernel",
    "RuntimeError: Kernel died": "kernel",
    "RuntimeError: Kernel didn't respond": "kernel",
    "SelectionError": "refused",
    "SourceError": "data",
    "SchemaError": "data",
    "ModuleNotFoundError": "package",
    "MemoryError": "memory",
    "OSError: [Errno 28]": "disk",
}
_NOT_ENDED = "The notebook did not run to its end"
# Of what a cell shows, that much is published: text, and charts and tables as JSON
# (characters), and parts (count).
MOST_OUTPUT, _MOST_RICH, _MOST_PARTS = 100_000, 20_000_000, 1000
_MOST_OF_ERROR = 2000  # characters of an error or a warning in a record
# Where an object lay in memory, as Python shows those without a text of their own.
_ADDRESS = re.compile(r" at 0x[0-9a-f]+>")


@dataclass
class Outcome:
    """What became of one notebook.

    Attributes
    ----------
    error : str
        The error, without its traceback; empty if there was none.
    kind : str
        What kind of failure that is, a key of ``failures`` in the words of the pages;
        empty without an error.
    cell : int or None
        Position of the failing cell, counted from 1 in the notebook itself.
    cell_source : str
        First line of that cell.
    is_passing : bool
        Whether another start may help.
    warnings : list of dict
        Remarks with what it wrote to its error stream.
    seconds : float
        How long it took, with all its starts.
    attempts : int
        How often it was started.
    """

    error: str = ""
    kind: str = ""
    cell: int | None = None
    cell_source: str = ""
    is_passing: bool = False
    warnings: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    attempts: int = 1


def execute_notebook(
    path: Path, parameters: Mapping[str, Any], folder: Path, lang: str
) -> Outcome:
    """Run a notebook in a folder, and leave it there with the body of its page.

    Paths among its parameters are relative to the folder.
    """
    executed = folder / EXECUTED
    error = _run(path, executed, dict(parameters), folder)
    if not executed.is_file():
        return _outcome_of(error or _NOT_ENDED)
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    cells = _cells(notebook)
    # Papermill writes its end last; without it the notebook did not end well.
    ran = notebook["metadata"].get("papermill", {})
    if not error and (ran.get("exception") or not ran.get("end_time")):
        error = _NOT_ENDED
    cell, shown = _first_error(cells)
    outcome = _outcome_of(shown or error)
    outcome.cell = cell if shown else _running(cells) if error else None
    outcome.cell_source = _first_line(cells, outcome.cell)
    if not outcome.error and (names := _not_files(folder)):
        outcome.error = (
            f"The results are no files with a name in UTF-8: {', '.join(names)}; a "
            "link is not followed, write the file itself"
        )
        outcome.kind = "results"
    outcome.warnings = _warnings(cells, path.stem)
    _drop_machine(notebook)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    replace_file(executed, f"{text}\n".encode())
    (folder / BODY).unlink(missing_ok=True)  # it might be a link
    (folder / BODY).write_text(notebook_body(executed, lang), encoding="utf-8")
    return outcome


def _outcome_of(error: str) -> Outcome:
    kind = failure_kind(error)
    # Another start may mend a kernel; an error in a cell would only come again.
    return Outcome(error[:_MOST_OF_ERROR], kind, is_passing=kind == "kernel")


def _not_files(folder: Path) -> list[str]:
    """Name the results that are links, or whose names cannot be written down."""
    names: list[str] = []
    for kind in (folder / TABLES_DIR, folder / FIGURES_DIR):
        paths = [kind] if kind.is_symlink() else sorted(kind.glob("*"))
        names += [
            readable_name(path.relative_to(folder).as_posix())
            for path in paths
            if path.is_symlink() or readable_name(path.name) != path.name
        ]
    return names


def failure_kind(error: str) -> str:
    """Return what kind of failure an error of a notebook is; empty without one."""
    if not error:
        return ""
    kinds = (kind for start, kind in _KINDS.items() if error.startswith(start))
    return next(kinds, "cell")


def require_kernel() -> None:
    """Refuse to run notebooks in an environment that has no kernel for them."""
    # Where it is installed, Jupyter knows the kernel without being told of it.
    if importlib.util.find_spec(_KERNEL_PACKAGE) is None:
        raise RunError(
            f"There is no Jupyter kernel '{_KERNEL}' in this environment; install "
            f"it with `pip install {_KERNEL_PACKAGE}` and run the report again"
        )


def stopped_at(executed: Path) -> tuple[int | None, str]:
    """Return the cell a notebook was at when it was stopped, and its first line."""
    try:
        cells = _cells(json.loads(executed.read_text(encoding="utf-8")))
    except (OSError, ValueError):  # stopped while it was being written
        return None, ""
    cell = _running(cells)
    return cell, _first_line(cells, cell)


def _run(path: Path, executed: Path, values: dict[str, Any], cwd: Path) -> str:
    """Have papermill run a notebook; return what stopped it, if anything did."""
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    options = Config()
    if os.name == "posix":
        # Sockets in the file system: no port another user of the machine can reach.
        options.KernelManager.transport = "ipc"
    try:
        papermill.execute_notebook(
            str(path.resolve()),
            str(executed.resolve()),
            parameters=values,
            kernel_name=_KERNEL,
            language="python",
            progress_bar=False,
            # On a busy machine a kernel starts slowly; ``run.pool`` has the limit.
            start_timeout=_SECONDS_TO_START,
            cwd=str(cwd),
            config=options,
        )
    except PapermillExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    except Exception as error:
        # Whatever stops one notebook must neither stop the others nor pass for
        # success: a dead kernel, a full disk, a notebook that is no JSON.
        return f"{type(error).__name__}: {error}".strip()
    return ""


def _cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    # Cells are counted as in the notebook itself, without those papermill added.
    return [
        cell
        for cell in notebook["cells"]
        if not _ADDED_TAGS & set(cell["metadata"].get("tags", []))
    ]


def _running(cells: list[dict[str, Any]]) -> int | None:
    # Papermill calls every cell completed in the end, but starts only some.
    begun = [
        number
        for number, cell in enumerate(cells, start=1)
        if cell["metadata"].get("papermill", {}).get("start_time")
    ]
    return begun[-1] if begun else None


def _first_line(cells: list[dict[str, Any]], number: int | None) -> str:
    if number is None:
        return ""
    return "".join(cells[number - 1]["source"]).strip().split("\n")[0]


def _first_error(cells: list[dict[str, Any]]) -> tuple[int | None, str]:
    for number, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return number, f"{output['ename']}: {output['evalue']}"
    return None, ""


def _warnings(cells: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Cut what has no end; say so, and what the notebook wrote to its error stream."""
    remarks = []
    for number, cell in enumerate(cells, start=1):
        place = {"notebook": name, "cell": number}
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream" and output["name"] == "stderr":
                text = "".join(output["text"]).strip()[:_MOST_OF_ERROR]
                remarks.append(Remark("notebook_said", {**place, "text": text}))
        if _cut_outputs(cell):
            remarks.append(Remark("output_cut", {**place, "n": f"{MOST_OUTPUT:,}"}))
    return [asdict(remark) for remark in remarks]


def _cut_outputs(cell: dict[str, Any]) -> bool:
    """Cut a cell's outputs where they have no end; say whether they were."""
    outputs = cell.get("outputs", [])
    is_cut = len(outputs) > _MOST_PARTS
    del outputs[_MOST_PARTS:]
    text_left, rich_left = MOST_OUTPUT, _MOST_RICH
    for output in outputs:
        data = output.get("data", {})
        for holder, key in ((output, "text"), (output, "evalue"), (data, "text/plain")):
            whole = "".join(holder.get(key, ""))
            if len(whole) > text_left:
                holder[key] = f"{whole[:text_left]}…"
                is_cut = True
            text_left -= min(len(whole), text_left)
        if len("".join(output.get("traceback", []))) > MOST_OUTPUT:
            output["traceback"] = []
        for kind in [kind for kind in data if kind != "text/plain"]:
            size = len(json.dumps(data[kind], ensure_ascii=False))
            if size > rich_left:
                del data[kind]
                is_cut = True
            rich_left -= min(size, rich_left)
    return is_cut


def _drop_machine(notebook: dict[str, Any]) -> None:
    # Paths, clock times, addresses, drawn identifiers: equal inputs, equal notebooks.
    notebook["metadata"].pop("papermill", None)
    for cell in notebook["cells"]:
        for name in ("papermill", "execution"):
            cell["metadata"].pop(name, None)
        for tag in _ADDED_TAGS & set(cell["metadata"].get("tags", [])):
            cell["id"] = tag[:64]
        for output in cell.get("outputs", []):
            plain = output.get("data", {}).get("text/plain")
            if plain is not None:
                output["data"]["text/plain"] = _ADDRESS.sub(">", "".join(plain))

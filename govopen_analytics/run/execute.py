"""One notebook run to its end by papermill, and what became of it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govopen_analytics.errors import RunError
from govopen_analytics.pages.bodies import notebook_body

EXECUTED, BODY = "notebook.ipynb", "body.html"
_KERNEL = "python3"
_ADDED_TAGS = {"injected-parameters", "papermill-error-cell-tag"}
# What another start may mend; an error in a cell would only come again.
_PASSING_ERRORS = ("DeadKernelError", "RuntimeError: Kernel died")


@dataclass
class Outcome:
    """What became of one notebook.

    Attributes
    ----------
    error : str
        The error, without its traceback; empty if there was none.
    cell : int or None
        Position of the failing cell, counted from 1 in the notebook itself.
    cell_source : str
        First line of that cell.
    is_passing : bool
        Whether another start may help.
    warnings : list of str
        What it wrote to its error stream.
    """

    error: str = ""
    cell: int | None = None
    cell_source: str = ""
    is_passing: bool = False
    warnings: list[str] = field(default_factory=list)


def execute_notebook(
    path: Path, parameters: Mapping[str, Any], folder: Path, lang: str
) -> Outcome:
    """Run a notebook in a folder, and leave it there with the body of its page.

    Parameters
    ----------
    path : Path
        The notebook.
    parameters : mapping of str to object
        All it is given; paths are relative to `folder`.
    folder : Path
        Where it runs, and where ``notebook.ipynb`` and ``body.html`` are left.
    lang : {"zh", "en"}
        Language of the page.

    Returns
    -------
    Outcome
    """
    executed = folder / EXECUTED
    outcome = Outcome()
    try:
        _execute(path, executed, dict(parameters), folder)
        outcome.cell, outcome.error = _first_error(executed)
    except RunError as error:
        outcome.cell, outcome.error = error.cell, str(error)
    outcome.is_passing = outcome.error.startswith(_PASSING_ERRORS)
    if executed.is_file():
        outcome.cell_source = cell_source(executed, outcome.cell)
        outcome.warnings = _error_stream(executed, path.stem)
        _drop_machine(executed)
        body = notebook_body(executed, lang)
        (folder / BODY).write_text(body, encoding="utf-8")
    return outcome


def running_cell(executed: Path) -> int | None:
    """Return the position of the cell a notebook was at when it was stopped."""
    # Papermill calls every cell completed in the end, but starts only some.
    begun = [
        number
        for number, cell in enumerate(_cells(executed), start=1)
        if cell["metadata"].get("papermill", {}).get("start_time")
    ]
    return begun[-1] if begun else None


def cell_source(executed: Path, cell: int | None) -> str:
    """Return the first line of a cell; empty if there is no such cell."""
    cells = _cells(executed)
    if cell is None or not 0 < cell <= len(cells):
        return ""
    return "".join(cells[cell - 1]["source"]).strip().split("\n")[0]


def _execute(path: Path, executed: Path, values: dict[str, Any], cwd: Path) -> None:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            str(path.resolve()),
            str(executed.resolve()),
            parameters=values,
            kernel_name=_KERNEL,
            language="python",
            progress_bar=False,
            cwd=str(cwd),
            config=_kernel_options(),
        )
    except PapermillExecutionError as error:
        message = f"{error.ename}: {error.evalue}"
        cell = _position(executed, error)
        raise RunError(message, notebook=path.stem, cell=cell) from error
    except Exception as error:
        # Whatever stops one notebook must neither stop the others nor pass for
        # success: a dead kernel, a full disk, a kernel that is not there.
        cell = running_cell(executed) if executed.is_file() else None
        raise RunError(_told(error), notebook=path.stem, cell=cell) from error


def _told(error: Exception) -> str:
    name = type(error).__name__
    if name == "NoSuchKernel":
        return (
            f"There is no Jupyter kernel '{_KERNEL}' in this environment; install "
            "it with `pip install ipykernel` and run the report again"
        )
    return f"{name}: {error}".strip()


def _kernel_options() -> Any:
    # Sockets in the file system: no port another user of the machine can reach.
    from traitlets.config import Config

    options = Config()
    if os.name == "posix":
        options.KernelManager.transport = "ipc"
    return options


def _position(executed: Path, error: Any) -> int | None:
    cell, _ = _first_error(executed) if executed.is_file() else (None, "")
    return cell or error.cell_index


def _first_error(executed: Path) -> tuple[int | None, str]:
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    for number, cell in enumerate(_cells(executed), start=1):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return number, f"{output['ename']}: {output['evalue']}"
    # Papermill writes these last; without them the notebook did not end well.
    ran = notebook["metadata"].get("papermill", {})
    if not ran.get("end_time") or ran.get("exception"):
        return None, "The notebook did not run to its end"
    return None, ""


def _cells(executed: Path) -> list[dict[str, Any]]:
    # Cells are counted as in the notebook itself, without those papermill added.
    try:
        notebook = json.loads(executed.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # stopped while it was being written
        return []
    return [
        cell
        for cell in notebook["cells"]
        if not _ADDED_TAGS & set(cell["metadata"].get("tags", []))
    ]


def _error_stream(executed: Path, name: str) -> list[str]:
    return [
        f"{name}, cell {number}: {''.join(output['text']).strip()}"
        for number, cell in enumerate(_cells(executed), start=1)
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stderr"
    ]


def _drop_machine(executed: Path) -> None:
    # Paths, clock times and drawn identifiers: equal inputs give equal notebooks.
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    notebook["metadata"].pop("papermill", None)
    for cell in notebook["cells"]:
        for name in ("papermill", "execution"):
            cell["metadata"].pop(name, None)
        for tag in _ADDED_TAGS & set(cell["metadata"].get("tags", [])):
            cell["id"] = tag[:64]
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    temporary = executed.with_suffix(".writing")
    temporary.write_text(f"{text}\n", encoding="utf-8")
    os.replace(temporary, executed)

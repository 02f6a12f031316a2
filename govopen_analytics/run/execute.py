"""One notebook run to its end by papermill, and what became of it."""

import importlib.util
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

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
        What kind of failure that is, one of ``pages.words.WORDS[lang]["failures"]``;
        empty without an error.
    cell : int or None
        Position of the failing cell, counted from 1 in the notebook itself.
    cell_source : str
        First line of that cell.
    is_passing : bool
        Whether another start may help.
    warnings : list of dict
        Remarks with what it wrote to its error stream.
    """

    error: str = ""
    kind: str = ""
    cell: int | None = None
    cell_source: str = ""
    is_passing: bool = False
    warnings: list[dict[str, Any]] = field(default_factory=list)


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
    outcome.error = outcome.error[:_MOST_OF_ERROR]
    outcome.kind = failure_kind(outcome.error)
    if not outcome.error and (left := _not_files(folder)):
        outcome.error = (
            f"The results are no files with a name in UTF-8: {', '.join(left)}; a link "
            "is not followed, write the file itself"
        )
        outcome.kind = "results"
    # Another start may mend that; an error in a cell would only come again.
    outcome.is_passing = outcome.kind == "kernel"
    if executed.is_file():
        outcome.cell_source = cell_source(executed, outcome.cell)
        outcome.warnings = _error_stream(executed, path.stem)
        outcome.warnings += _prepare(executed, path.stem)
        body = notebook_body(executed, lang)
        (folder / BODY).unlink(missing_ok=True)  # it might be a link
        (folder / BODY).write_text(body, encoding="utf-8")
    return outcome


def _not_files(folder: Path) -> list[str]:
    """Name the results that are links, or whose names cannot be written down."""
    kinds = [folder / name for name in (TABLES_DIR, FIGURES_DIR)]
    found: list[str] = []
    for kind in kinds:
        paths = [kind] if kind.is_symlink() else sorted(kind.glob("*"))
        found += [
            readable_name(path.relative_to(folder).as_posix())
            for path in paths
            if path.is_symlink() or readable_name(path.name) != path.name
        ]
    return found


def failure_kind(error: str) -> str:
    """Return what kind of failure an error of a notebook is; empty without one."""
    if not error:
        return ""
    known = (kind for name, kind in _KINDS.items() if error.startswith(name))
    return next(known, "cell")


def require_kernel() -> None:
    """Refuse to run notebooks in an environment that has no kernel for them.

    Raises
    ------
    RunError
        If there is none.
    """
    # Where it is installed, Jupyter knows the kernel without being told of it.
    if importlib.util.find_spec(_KERNEL_PACKAGE) is None:
        raise RunError(
            f"There is no Jupyter kernel '{_KERNEL}' in this environment; install "
            f"it with `pip install {_KERNEL_PACKAGE}` and run the report again"
        )


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
            # On a busy machine a kernel starts slowly; ``run.pool`` has the limit.
            start_timeout=_SECONDS_TO_START,
            cwd=str(cwd),
            config=_kernel_options(),
        )
    except PapermillExecutionError as error:
        message = f"{error.ename}: {error.evalue}"
        cell = _position(executed, error)
        raise RunError(message, notebook=path.stem, cell=cell) from error
    except Exception as error:
        # Whatever stops one notebook must neither stop the others nor pass for
        # success: a dead kernel, a full disk, a notebook that is no JSON.
        cell = running_cell(executed) if executed.is_file() else None
        message = f"{type(error).__name__}: {error}".strip()
        raise RunError(message, notebook=path.stem, cell=cell) from error


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


def _error_stream(executed: Path, name: str) -> list[dict[str, Any]]:
    return [
        _remark("notebook_said", name, number, text="".join(output["text"]).strip())
        for number, cell in enumerate(_cells(executed), start=1)
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stderr"
    ]


def _remark(code: str, name: str, cell: int, **values: Any) -> dict[str, Any]:
    kept = {key: str(value)[:_MOST_OF_ERROR] for key, value in values.items()}
    return asdict(Remark(code, {"notebook": name, "cell": cell, **kept}))


def _prepare(executed: Path, name: str) -> list[dict[str, Any]]:
    """Make a notebook fit to be published; return remarks on what was cut."""
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    cut = [cell["id"] for cell in notebook["cells"] if _cut_outputs(cell)]
    _drop_machine(notebook)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    temporary = executed.with_suffix(".writing")
    temporary.write_text(f"{text}\n", encoding="utf-8")
    os.replace(temporary, executed)
    return [
        _remark("output_cut", name, number, n=f"{MOST_OUTPUT:,}")
        for number, cell in enumerate(_cells(executed), start=1)
        if cell["id"] in cut
    ]


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

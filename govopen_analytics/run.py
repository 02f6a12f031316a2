"""Notebooks with parameters to a folder ``reports/<run>/``, whole or not at all."""

import ast
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from govopen_analytics.datapackage import read_descriptor
from govopen_analytics.errors import RunError, choices
from govopen_analytics.images import write_images
from govopen_analytics.languages import LANGUAGES
from govopen_analytics.pages import NOTEBOOKS_DIR, notebook_title, write_pages
from govopen_analytics.results import FIGURES_DIR

LATEST, RECORD = "latest", "run.json"
# Set by the run itself, so that nobody points a notebook elsewhere.
OWN_PARAMETERS = ("processed_dir", "output_dir")
_DISTRIBUTION = "govopen-analytics"
_KERNEL = "python3"
_ADDED_TAGS = {"injected-parameters", "papermill-error-cell-tag"}
_TYPES: dict[str, tuple[type, type | None]] = {
    "str": (str, None),
    "int": (int, None),
    "float": (float, None),
    "bool": (bool, None),
    "list[str]": (list, str),
    "list[int]": (list, int),
    "list[float]": (list, float),
}


@dataclass(frozen=True)
class Parameter:
    """One parameter a notebook declares: its type, default and comment."""

    name: str
    type: str
    default: Any
    help: str = ""


@dataclass
class NotebookResult:
    """What became of one notebook.

    Attributes
    ----------
    name, title : str
    status : {"complete", "failed"}
    seconds : float
        Wall-clock time of the notebook (seconds).
    cell : int or None
        Position of the failing cell, counted from 1.
    error : str
        The error, without its traceback; empty if there was none.
    parameters : dict
        The parameters it was given.
    warnings : list of str
        What it wrote to its error stream.
    """

    name: str
    title: str
    status: str = "complete"
    seconds: float = 0.0
    cell: int | None = None
    error: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def find_notebooks(folder: Path) -> list[Path]:
    """List the notebooks of a folder whose names begin with two digits.

    Raises
    ------
    RunError
        If there are none.
    """
    found = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise RunError(
            f"Folder {folder}: found no notebook, expected names such as "
            "01_question.ipynb; give the folder with --notebooks"
        )
    return found


def notebook_parameters(path: Path) -> dict[str, Parameter]:
    """Read the parameters a notebook declares in its cell tagged ``parameters``.

    Parameters
    ----------
    path : Path
        A notebook.

    Returns
    -------
    dict of str to Parameter

    Raises
    ------
    RunError
        If the file is no notebook, does not have exactly one such cell, or the
        cell holds anything but annotated literals.
    """
    cells = [
        "".join(cell["source"])
        for cell in _read_notebook(path)["cells"]
        if "parameters" in cell["metadata"].get("tags", [])
    ]
    if len(cells) != 1:
        raise RunError(
            f"Notebook {path.stem}: found {len(cells)} cells tagged 'parameters', "
            "expected exactly one; tag the cell that assigns the defaults",
            notebook=path.stem,
        )
    try:
        declared = [
            _declared(node, cells[0], path.stem) for node in ast.parse(cells[0]).body
        ]
    except SyntaxError as error:
        raise RunError(
            f"Notebook {path.stem}, cell 'parameters', line {error.lineno}: "
            f'{error.msg}; expected lines such as  lang: str = "zh"  # language',
            notebook=path.stem,
        ) from error
    return {parameter.name: parameter for parameter in declared}


def assign_parameters(
    notebooks: list[Path], values: Mapping[str, Any]
) -> dict[Path, dict[str, Any]]:
    """Give each notebook those of the values that it declares.

    Parameters
    ----------
    notebooks : list of Path
    values : mapping of str to object
        Parameters by name.

    Returns
    -------
    dict of Path to dict
        The values of each notebook; defaults are left to the notebook.

    Raises
    ------
    RunError
        If a name is declared by none of them or is set by the run itself, or a
        value is not of the declared type; nothing has run then.
    """
    declared = {path: notebook_parameters(path) for path in notebooks}
    known = {name for parameters in declared.values() for name in parameters}
    known -= set(OWN_PARAMETERS)
    for name in values:
        if name not in known:
            raise RunError(f"Unknown parameter: {choices(name, sorted(known))}")
    if "lang" in values and values["lang"] not in LANGUAGES:
        raise RunError(f"Parameter 'lang': {choices(values['lang'], LANGUAGES)}")
    return {
        path: {
            name: _checked(values[name], parameter, path.stem)
            for name, parameter in parameters.items()
            if name in values
        }
        for path, parameters in declared.items()
    }


def run_report(
    notebooks: list[Path],
    *,
    processed_dir: Path,
    reports_dir: Path,
    parameters: Mapping[str, Any] | None = None,
    seconds_each: int = 600,
    on_progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> tuple[Path, dict[str, Any]]:
    """Run notebooks into ``reports/<run>/`` and point ``latest`` at a good run.

    The run is built in a hidden folder and put in place in one step. A notebook
    that fails leaves the others running; the run is then marked as failed, and
    ``latest`` stays where it was.

    Parameters
    ----------
    notebooks : list of Path
    processed_dir : Path
        Folder that ``build.build_processed`` wrote.
    reports_dir : Path
        Folder of all runs; made where missing.
    parameters : mapping of str to object, optional
        Each goes to every notebook that declares it.
    seconds_each : int, default 600
        Time limit of one cell (seconds).
    on_progress : callable
        Called before each step with its name, the steps done and their total.

    Returns
    -------
    folder : Path
        The run's folder.
    record : dict
        What stands in its ``run.json``.

    Raises
    ------
    RunError
        If a notebook or a parameter is refused, before anything runs.
    SourceError
        If `processed_dir` holds no tables.
    """
    values = dict(parameters or {})
    assigned = assign_parameters(notebooks, values)
    package = read_descriptor(processed_dir)
    started = datetime.now(UTC)
    lang = str(values.get("lang", _default_language(notebooks)))
    reports_dir.mkdir(parents=True, exist_ok=True)
    run_id = _free_name(reports_dir, started)
    building = reports_dir / f".building-{run_id}"
    n_steps = len(notebooks) + 2
    try:
        (building / NOTEBOOKS_DIR).mkdir(parents=True)
        results = []
        for number, (path, given) in enumerate(assigned.items()):
            on_progress(path.stem, number, n_steps)
            result = _run_notebook(
                path,
                given,
                processed_dir,
                building,
                lang,
                started.date().isoformat(),
                seconds_each,
            )
            results.append(result)
        on_progress("images", n_steps - 2, n_steps)
        images = write_images(sorted((building / FIGURES_DIR).glob("*.json")))
        record = {
            "run": run_id,
            "status": _status(results),
            "lang": lang,
            "started": started.isoformat(timespec="seconds"),
            "seconds": round((datetime.now(UTC) - started).total_seconds(), 2),
            "parameters": values,
            "codebook_version": package["codebook"]["version"],
            "inputs": _inputs(package, notebooks),
            "code": _code_version(),
            "packages": _package_versions(),
            "notebooks": [asdict(result) for result in results],
            "warnings": [
                *package.get("warnings", []),
                *(text for result in results for text in result.warnings),
                *images.warnings,
            ],
        }
        on_progress("pages", n_steps - 1, n_steps)
        write_pages(building, record)
        record["outputs"] = _digests(building)
        _write_record(building / RECORD, record)
        os.replace(building, reports_dir / run_id)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    if record["status"] == "complete":
        point_latest(reports_dir, run_id)
    return reports_dir / run_id, record


def point_latest(reports_dir: Path, run_id: str) -> None:
    """Let ``reports/latest`` name a run, in one step.

    Where the file system has no symbolic links, ``latest.txt`` holds the name.

    Parameters
    ----------
    reports_dir : Path
    run_id : str
        Name of a folder in `reports_dir`.
    """
    temporary = reports_dir / f".{LATEST}-{run_id}"
    try:
        os.symlink(run_id, temporary, target_is_directory=True)
        os.replace(temporary, reports_dir / LATEST)
    except OSError:
        temporary.unlink(missing_ok=True)
        written = reports_dir / f".{LATEST}-{run_id}.txt"
        written.write_text(f"{run_id}\n", encoding="utf-8")
        os.replace(written, reports_dir / f"{LATEST}.txt")


def _read_notebook(path: Path) -> dict[str, Any]:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return {"cells": notebook["cells"]}
    except (OSError, ValueError, KeyError) as error:
        raise RunError(
            f"Notebook {path}: cannot be read as a notebook "
            f"({type(error).__name__}: {error})",
            notebook=path.stem,
        ) from error


def _declared(node: ast.stmt, source: str, notebook: str) -> Parameter:
    line = source.splitlines()[node.lineno - 1].strip()
    refusal = RunError(
        f"Notebook {notebook}, cell 'parameters': found `{line}`, expected a literal "
        f'of one of the types {", ".join(_TYPES)}, such as  lang: str = "zh"',
        notebook=notebook,
    )
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
        raise refusal
    kind = ast.unparse(node.annotation)
    if kind not in _TYPES or node.value is None:
        raise refusal
    try:
        default = ast.literal_eval(node.value)
    except ValueError as error:
        raise refusal from error
    comment = line.partition("  # ")[2].strip()
    parameter = Parameter(node.target.id, kind, default, comment)
    _checked(default, parameter, notebook)
    return parameter


def _checked(value: Any, parameter: Parameter, notebook: str) -> Any:
    outer, inner = _TYPES[parameter.type]
    parts = value if inner is not None and isinstance(value, list) else [value]
    fits = isinstance(value, list) or inner is None
    if not fits or not all(_is_a(part, inner or outer) for part in parts):
        raise RunError(
            f"Notebook {notebook}, parameter '{parameter.name}': found {value!r}, "
            f"expected {parameter.type}, such as {parameter.default!r}",
            notebook=notebook,
        )
    return value


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool):  # also an int to Python, never to a reader
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def _default_language(notebooks: list[Path]) -> str:
    for path in notebooks:
        parameters = notebook_parameters(path)
        if "lang" in parameters:
            return str(parameters["lang"].default)
    return "zh"


def _free_name(reports_dir: Path, started: datetime) -> str:
    name = started.strftime("%Y%m%dT%H%M%SZ")
    number = 2
    free = name
    while (reports_dir / free).exists():
        free = f"{name}-{number}"
        number += 1
    return free


def _run_notebook(
    path: Path,
    given: dict[str, Any],
    processed_dir: Path,
    building: Path,
    lang: str,
    date: str,
    seconds_each: int,
) -> NotebookResult:
    started = time.monotonic()
    result = NotebookResult(path.stem, notebook_title(path, lang), parameters=given)
    executed = building / NOTEBOOKS_DIR / path.name
    own = {
        # Relative to the run's folder, so that no run holds a machine's paths.
        "processed_dir": _relative(processed_dir, building),
        "output_dir": ".",
        "report_date": date,
    }
    own = {name: own[name] for name in notebook_parameters(path) if name in own}
    try:
        _execute(path, executed, {**own, **given}, building, seconds_each)
        result.cell, result.error = _first_error(executed)
    except RunError as error:
        result.cell, result.error = error.cell, str(error)
    if result.error:
        result.status = "failed"
    if executed.is_file():
        result.warnings = _error_stream(executed)
    result.seconds = round(time.monotonic() - started, 2)
    return result


def _execute(
    path: Path, executed: Path, values: dict[str, Any], cwd: Path, seconds_each: int
) -> None:
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
            execution_timeout=seconds_each,
            config=_kernel_options(),
        )
    except PapermillExecutionError as error:
        message = f"{error.ename}: {error.evalue}"
        cell = _position(executed, error)
        raise RunError(message, notebook=path.stem, cell=cell) from error
    except Exception as error:
        # Whatever stops one notebook must neither stop the others nor pass for
        # success: a dead kernel, a cell's time limit, a full disk, a bad kernel.
        message = f"{type(error).__name__}: {error}".strip()
        raise RunError(message, notebook=path.stem) from error


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
    for number, cell in enumerate(_own_cells(notebook), start=1):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return number, f"{output['ename']}: {output['evalue']}"
    # Papermill writes these last; without them the notebook did not end well.
    ran = notebook["metadata"].get("papermill", {})
    if not ran.get("end_time") or ran.get("exception"):
        return None, "The notebook did not run to its end"
    return None, ""


def _own_cells(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    # Cells are counted as in the notebook itself, without those papermill added.
    return [
        cell
        for cell in notebook["cells"]
        if not _ADDED_TAGS & set(cell["metadata"].get("tags", []))
    ]


def _error_stream(executed: Path) -> list[str]:
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    return [
        f"{executed.stem}, cell {number}: {''.join(output['text']).strip()}"
        for number, cell in enumerate(_own_cells(notebook), start=1)
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stderr"
    ]


def _relative(path: Path, start: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()
    except ValueError:  # on another drive
        return path.resolve().as_posix()


def _status(results: list[NotebookResult]) -> str:
    failed = any(result.status == "failed" for result in results)
    return "failed" if failed else "complete"


def _inputs(package: Mapping[str, Any], notebooks: list[Path]) -> dict[str, str]:
    tables = {item["path"]: item["hash"] for item in package["resources"]}
    sources = {item["path"]: item["hash"] for item in package.get("sources", [])}
    code = {f"{NOTEBOOKS_DIR}/{path.name}": _digest(path) for path in notebooks}
    return {**sources, **tables, **code}


def _code_version() -> dict[str, str | None]:
    library = Path(__file__).parent
    files = sorted(path for path in library.rglob("*") if path.is_file())
    content = hashlib.sha256()
    for path in files:
        if "__pycache__" not in path.parts:
            content.update(path.relative_to(library).as_posix().encode())
            content.update(path.read_bytes())
    return {
        "version": metadata.version(_DISTRIBUTION),
        "commit": _commit(library),
        "sha256": content.hexdigest(),
    }


def _commit(folder: Path) -> str | None:
    if not shutil.which("git"):
        return None
    command = [
        "git",
        "-C",
        str(folder),
        "describe",
        "--always",
        "--dirty",
        "--abbrev=12",
    ]
    found = subprocess.run(command, capture_output=True, text=True, timeout=30)
    return found.stdout.strip() or None


def _package_versions() -> dict[str, str]:
    import platform

    names = {"python": platform.python_version()}
    for requirement in metadata.requires(_DISTRIBUTION) or []:
        name = re.split(r"[\s;<>=!~\[(]", requirement, maxsplit=1)[0]
        with contextlib.suppress(metadata.PackageNotFoundError):
            names[name] = metadata.version(name)
    return dict(sorted(names.items()))


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): _digest(path)
        for path in _files(folder)
        if path.name != RECORD
    }


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _digest(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def _write_record(path: Path, record: Mapping[str, Any]) -> None:
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")

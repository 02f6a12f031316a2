"""Notebooks as they are asked for: which there are, and what they take."""

import ast
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govopen_analytics.base.errors import RunError, choices
from govopen_analytics.base.languages import LANGUAGES

# Set by the run itself, so that nobody points a notebook elsewhere.
OWN_PARAMETERS = ("processed_dir", "output_dir")
#: What a notebook may name under ``metadata.govopen.needs``.
REFERENCES = "reference_codings"
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


def find_notebooks(folder: Path) -> list[Path]:
    """List the notebooks of a folder whose names begin with two digits.

    Those that begin with 00 are for exploring by hand and are left out.

    Raises
    ------
    RunError
        If there are none.
    """
    numbered = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    found = [path for path in numbered if not path.name.startswith("00_")]
    if not found:
        raise RunError(
            f"Folder {folder}: found no notebook, expected names such as "
            "01_question.ipynb; give the folder with --notebooks, or write ours with "
            "`govopen init`"
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


def notebook_needs(path: Path) -> set[str]:
    """Return what a notebook cannot do without, by ``metadata.govopen.needs``.

    Parameters
    ----------
    path : Path
        A notebook.

    Returns
    -------
    set of str
        ``{REFERENCES}`` or empty.
    """
    metadata = _read_notebook(path)["metadata"]
    return set(metadata.get("govopen", {}).get("needs", []))


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
    _refuse_unknown(values, known - set(OWN_PARAMETERS))
    return {
        path: check_values(
            {name: value for name, value in values.items() if name in parameters},
            parameters,
            path.stem,
        )
        for path, parameters in declared.items()
    }


def check_values(
    values: Mapping[str, Any], declared: Mapping[str, Parameter], notebook: str
) -> dict[str, Any]:
    """Check values for one notebook against what it declares.

    Parameters
    ----------
    values : mapping of str to object
    declared : mapping of str to Parameter
    notebook : str
        Its name, for the message.

    Returns
    -------
    dict of str to object
        The same values.

    Raises
    ------
    RunError
        If a name is not declared or is set by the run itself, or a value is not
        of the declared type.
    """
    _refuse_unknown(values, set(declared) - set(OWN_PARAMETERS), notebook)
    if "lang" in values and values["lang"] not in LANGUAGES:
        raise RunError(f"Parameter 'lang': {choices(values['lang'], LANGUAGES)}")
    return {
        name: _checked(value, declared[name], notebook)
        for name, value in values.items()
    }


def _refuse_unknown(
    values: Mapping[str, Any], known: set[str], notebook: str | None = None
) -> None:
    for name in values:
        if name not in known:
            place = f"Notebook {notebook}: unknown" if notebook else "Unknown"
            raise RunError(
                f"{place} parameter: {choices(name, sorted(known))}", notebook=notebook
            )


def _read_notebook(path: Path) -> dict[str, Any]:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return {"cells": notebook["cells"], "metadata": notebook.get("metadata", {})}
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
    kind, is_possible, expected = _LIMITS.get(parameter.name, ("", None, ""))
    if is_possible and kind == parameter.type and not is_possible(value):
        raise RunError(
            f"Notebook {notebook}, parameter '{parameter.name}': found {value!r}, "
            f"expected {expected}, such as {parameter.default!r}",
            notebook=notebook,
        )
    return value


# What numbers may be that mean the same in every notebook: the type they have then,
# a test, and its words.
_LIMITS: dict[str, tuple[str, Callable[[Any], bool], str]] = {
    "interval": ("float", lambda level: 0 < level < 1, "a level between 0 and 1"),
    "top_n": ("int", lambda n: n >= 1, "1 or more"),
    "n_bootstrap": ("int", lambda n: n >= 1, "1 or more"),
}


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool):  # also an int to Python, never to a reader
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def notebook_title(path: Path, lang: str = "zh") -> str:
    """Return a notebook's first heading in a language, else its name.

    Parameters
    ----------
    path : Path
        A notebook; markdown cells tagged ``lang-<code>`` are for that language.
    lang : {"zh", "en"}, default "zh"
    """
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        first = "".join(cell["source"]).lstrip().split("\n", 1)[0]
        is_heading = cell["cell_type"] == "markdown" and first.startswith("# ")
        if is_heading and speaks(cell, lang):
            return first[2:].strip()
    return path.stem


def speaks(cell: Mapping[str, Any], lang: str) -> bool:
    """Say whether a cell is for readers of a language, by its tags."""
    tags = cell["metadata"].get("tags", [])
    languages = [tag for tag in tags if tag.startswith("lang-")]
    return not languages or f"lang-{lang}" in languages

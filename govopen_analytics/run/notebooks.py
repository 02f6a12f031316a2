"""Notebooks as they are asked for: which there are, and what they take."""

import ast
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govopen_analytics.base.errors import RunError, choices
from govopen_analytics.base.languages import LANGUAGES

# Set by the run itself, so that nobody points a notebook elsewhere.
OWN_PARAMETERS = ("processed_dir", "output_dir")
#: What a notebook may name under ``metadata.govopen.needs``.
REFERENCES = "reference_codings"
# Of each type a parameter may have: that of its value or parts, and whether it is a
# list.
_TYPES: dict[str, tuple[type, bool]] = {
    "str": (str, False),
    "int": (int, False),
    "float": (float, False),
    "bool": (bool, False),
    "list[str]": (str, True),
    "list[int]": (int, True),
    "list[float]": (float, True),
}
# What numbers may be that mean the same in every notebook: the type they have then,
# a test, and its words.
_LIMITS: dict[str, tuple[str, Callable[[Any], bool], str]] = {
    "interval": ("float", lambda level: 0 < level < 1, "a level between 0 and 1"),
    "top_n": ("int", lambda n: n >= 1, "1 or more"),
    "n_bootstrap": ("int", lambda n: n >= 1, "1 or more"),
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
    """
    numbered = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    notebooks = [path for path in numbered if not path.name.startswith("00_")]
    if not notebooks:
        raise RunError(
            f"Folder {folder}: found no notebook, expected names such as "
            "01_question.ipynb; give the folder with --notebooks, or write ours with "
            "`govopen init`"
        )
    return notebooks


def notebook_parameters(path: Path) -> dict[str, Parameter]:
    """Read the parameters a notebook declares in its cell tagged ``parameters``.

    There has to be one such cell, of annotated literals alone; it is not executed.
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
    """Return what a notebook cannot do without: ``{REFERENCES}``, or nothing."""
    metadata = _read_notebook(path)["metadata"]
    return set(metadata.get("govopen", {}).get("needs", []))


def refuse_unknown(
    values: Iterable[str], declared: Iterable[str], notebook: str | None = None
) -> None:
    """Refuse names of parameters that are not declared, or that the run itself sets."""
    names = sorted(set(declared) - set(OWN_PARAMETERS))
    for name in values:
        if name not in names:
            place = f"Notebook {notebook}: unknown" if notebook else "Unknown"
            raise RunError(
                f"{place} parameter: {choices(name, names)}", notebook=notebook
            )


def check_values(
    values: Mapping[str, Any], declared: Mapping[str, Parameter], notebook: str
) -> None:
    """Refuse values that are not of the type that a notebook declares."""
    if "lang" in values and values["lang"] not in LANGUAGES:
        raise RunError(f"Parameter 'lang': {choices(values['lang'], LANGUAGES)}")
    for name, value in values.items():
        _check(value, declared[name], notebook)


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
    _check(default, parameter, notebook)
    return parameter


def _check(value: Any, parameter: Parameter, notebook: str) -> None:
    kind, is_list = _TYPES[parameter.type]
    parts = value if is_list and isinstance(value, list) else [value]
    limited, is_possible, words = _LIMITS.get(parameter.name, ("", None, ""))
    expected = ""
    if is_list != isinstance(value, list) or not all(_is_a(p, kind) for p in parts):
        expected = parameter.type
    elif is_possible and limited == parameter.type and not is_possible(value):
        expected = words
    if expected:
        raise RunError(
            f"Notebook {notebook}, parameter '{parameter.name}': found {value!r}, "
            f"expected {expected}, such as {parameter.default!r}",
            notebook=notebook,
        )


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool):  # also an int to Python, never to a reader
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def notebook_title(path: Path, lang: str = "zh") -> str:
    """Return a notebook's first heading in a language, else its name."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        first = "".join(cell["source"]).lstrip().split("\n", 1)[0]
        is_heading = cell["cell_type"] == "markdown" and first.startswith("# ")
        if is_heading and speaks(cell, lang):
            return first[2:].strip()
    return path.stem


def speaks(cell: Mapping[str, Any], lang: str) -> bool:
    """Say whether a cell is for readers of a language, by tags as ``lang-zh``."""
    tags = cell["metadata"].get("tags", [])
    languages = [tag for tag in tags if tag.startswith("lang-")]
    return not languages or f"lang-{lang}" in languages

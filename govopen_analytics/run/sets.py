"""``reports.yml``: which notebooks a report has, for whom, in which languages."""

import reprlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govopen_analytics.base.errors import RunError, choices
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.charts.images import PICTURE_FORMATS

SETS_FILE = "reports.yml"
DEFAULT_SET = "suite"
BRIEFING_FORMATS = ("pptx", "docx", "xlsx")
DIMENSIONS = ("agency", "theme", "year")
CORE = "core"
_TOP_KEYS = ("default", "sets")
_NAME_CHARACTERS = "a letter first, then letters, digits and hyphens"


@dataclass(frozen=True)
class Entry:
    """Notebooks of a set: one by name, or all that match a pattern.

    Attributes
    ----------
    notebook : str
        Name without folder and ending, or a pattern such as ``05_*``.
    for_each : {"agency", "theme", "year"} or None
        Run once for each.
    values : tuple, or "core", or None
        Which agencies, themes or years; "core" takes the core themes, None all.
    parameters : dict
        For these notebooks alone.
    """

    notebook: str
    for_each: str | None = None
    values: tuple[Any, ...] | str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportSet:
    """One report: its notebooks and how they are run.

    Attributes
    ----------
    name : str
    notebooks : tuple of Entry
        A notebook belongs to the first entry that names it.
    parameters : dict
        Each goes to every notebook that declares it.
    languages : tuple of str
        The first is that of the run's front page, the others have a folder each.
    formats : tuple of str
        Kinds of pictures drawn of every figure.
    seconds_each : int
        Time limit of one notebook (seconds).
    retries : int
        How often a notebook whose kernel died is started again (count).
    keep : int or None
        Runs kept after a good one (count); None keeps all.
    briefing : tuple of str
        Formats of the briefing written beside the pages; none writes none.
    """

    name: str = DEFAULT_SET
    notebooks: tuple[Entry, ...] = (Entry("*"),)
    parameters: dict[str, Any] = field(default_factory=dict)
    languages: tuple[str, ...] = LANGUAGES[:1]
    formats: tuple[str, ...] = PICTURE_FORMATS[:2]
    seconds_each: int = 600
    retries: int = 1
    keep: int | None = None
    briefing: tuple[str, ...] = ()


def read_report_sets(path: Path) -> tuple[str, dict[str, ReportSet]]:
    """Read and check ``reports.yml``.

    Parameters
    ----------
    path : Path
        Where there is no file, the one set is ``suite`` with every notebook.

    Returns
    -------
    default : str
        Name of the set that is run when none is named.
    sets : dict of str to ReportSet

    Raises
    ------
    RunError
        If the file is no YAML, or a key or a value is not known; the message
        names its place and the nearest names that are known.
    """
    if not path.is_file():
        return DEFAULT_SET, {DEFAULT_SET: ReportSet()}
    content = _mapping(_load(path), path.name)
    _check_keys(content, _TOP_KEYS, path.name)
    declared = _mapping(content.get("sets"), f"{path.name}, 'sets'")
    if not declared:
        raise RunError(f"{path.name}: found no set below 'sets', expected at least one")
    sets = {name: _report_set(name, part, path.name) for name, part in declared.items()}
    default = content.get("default", next(iter(sets)))
    if not isinstance(default, str):
        default = _shown(default)
    if default not in sets:
        raise RunError(f"{path.name}, 'default': {choices(default, sets)}")
    return default, sets


def choose_set(default: str, sets: Mapping[str, ReportSet], name: str | None):
    """Return a set by its name, or the default one.

    Raises
    ------
    RunError
        If there is no such set.
    """
    if (name or default) not in sets:
        raise RunError(f"Report set: {choices(name, sets)}")
    return sets[name or default]


def _load(path: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, OSError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise RunError(f"{path.name}: found no valid YAML ({told})") from error


def _report_set(name: Any, content: Any, file: str) -> ReportSet:
    place = f"{file}, set '{name}'"
    if not isinstance(name, str) or not _is_name(name):
        raise RunError(f"{place}: expected a name of {_NAME_CHARACTERS}")
    content = _mapping({} if content is None else content, place)
    _check_keys(content, [n for n in ReportSet.__annotations__ if n != "name"], place)
    checks: dict[str, Callable[[Any, str], Any]] = {
        "notebooks": _entries,
        "parameters": _mapping,
        "languages": lambda value, at: _among(value, LANGUAGES, at),
        "formats": lambda value, at: _among(value, PICTURE_FORMATS, at, is_empty=True),
        "seconds_each": lambda value, at: _number(value, at, least=1),
        "retries": lambda value, at: _number(value, at, least=0),
        "briefing": lambda value, at: _among(
            value, BRIEFING_FORMATS, at, is_empty=True
        ),
        "keep": lambda value, at: _number(value, at, least=1),
    }
    values = {
        key: checks[key](value, f"{place}, '{key}'") for key, value in content.items()
    }
    return ReportSet(name=name, **values)


def _is_name(name: str) -> bool:
    return name.isascii() and name[:1].isalpha() and name.replace("-", "").isalnum()


def _entries(value: Any, place: str) -> tuple[Entry, ...]:
    if value == "all":
        return (Entry("*"),)
    if not isinstance(value, list) or not value:
        raise RunError(f"{place}: found {_shown(value)}, expected 'all' or a list")
    return tuple(
        _entry(item, f"{place}, item {n}") for n, item in enumerate(value, start=1)
    )


def _entry(item: Any, place: str) -> Entry:
    if isinstance(item, str):
        return Entry(item.removesuffix(".ipynb"))
    item = _mapping(item, place)
    _check_keys(item, Entry.__annotations__, place)
    name = item.get("notebook")
    if not isinstance(name, str):
        raise RunError(f"{place}, 'notebook': found {_shown(name)}, expected a name")
    dimension = item.get("for_each")
    if dimension is not None and dimension not in DIMENSIONS:
        raise RunError(f"{place}, 'for_each': {choices(dimension, DIMENSIONS)}")
    return Entry(
        name.removesuffix(".ipynb"),
        dimension,
        _fan_out_values(item.get("values"), dimension, f"{place}, 'values'"),
        _mapping(item.get("parameters", {}), f"{place}, 'parameters'"),
    )


def _fan_out_values(value: Any, dimension: str | None, place: str) -> Any:
    if value is None or (value == CORE and dimension == "theme"):
        return value
    if dimension is None:
        raise RunError(f"{place}: expected only beside 'for_each'")
    kind = int if dimension == "year" else str
    if not isinstance(value, list) or not all(type(part) is kind for part in value):
        allowed = " or 'core'" if dimension == "theme" else ""
        raise RunError(
            f"{place}: found {_shown(value)}, expected a list of "
            f"{kind.__name__}{allowed}"
        )
    return tuple(value)


def _shown(value: Any) -> str:
    # YAML that names itself many times over is short to write and endless to show.
    return reprlib.repr(value)


def _mapping(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RunError(f"{place}: found {_shown(value)}, expected names with values")
    return value


def _check_keys(found: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    for key in found:
        if key not in known:
            raise RunError(f"{place}, unknown key: {choices(key, known)}")


def _among(
    value: Any, known: tuple[str, ...], place: str, *, is_empty: bool = False
) -> tuple[str, ...]:
    if not isinstance(value, list) or not (value or is_empty):
        raise RunError(
            f"{place}: found {_shown(value)}, expected a list of {list(known)}"
        )
    for part in value:
        if part not in known:
            raise RunError(f"{place}: {choices(part, known)}")
    return tuple(dict.fromkeys(value))


def _number(value: Any, place: str, *, least: int) -> int:
    if type(value) is not int or value < least:
        raise RunError(
            f"{place}: found {_shown(value)}, expected a whole number of at least "
            f"{least}"
        )
    return value

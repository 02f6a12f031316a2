"""What a report holds, as ``reports.yml`` says it, and how it is run."""

import re
import reprlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from govopen_analytics.base.errors import RunError, choices
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.charts.images import PICTURE_FORMATS
from govopen_analytics.run.record import LATEST

DEFAULT_SET = "suite"
BRIEFING_FORMATS = ("pptx", "docx", "xlsx")
DIMENSIONS = ("agency", "theme", "year")
CORE = "core"
_TOP_KEYS = ("default", "sets")
_NAME = re.compile("[A-Za-z][A-Za-z0-9-]*")


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

    def with_parameters(
        self, values: Mapping[str, Any], *, keep: int | None = None
    ) -> "ReportSet":
        """Return the set with other values; ``lang`` is its only language then."""
        values = {**self.parameters, **values}
        lang = values.pop("lang", None)
        if lang is not None and lang not in LANGUAGES:
            raise RunError(f"Parameter 'lang': {choices(lang, LANGUAGES)}")
        return replace(
            self,
            parameters=values,
            languages=self.languages if lang is None else (lang,),
            keep=keep or self.keep,
        )


@dataclass
class Options:
    """How a report is run, beside what it holds.

    Attributes
    ----------
    latest : str
        Name of the link that names its last good run.
    n_workers : int or None
        Notebooks at the same time (count); None takes the cores there are.
    is_forced : bool
        Run every notebook, whatever has not changed.
    seconds_wait : float
        How long to wait for another run into the same folder (seconds).
    codebook_path : Path or None
        A codebook of one's own, for notebooks that ask for it.
    removed : tuple of str
        Values of ``document_id`` of plans that were removed on purpose.
    reviews_dir : Path or None
        Folder of people's judgements; None takes the one beside the tables.
    on_progress : callable
        Called with each step's name, the steps done and their total.
    prepare : callable
        Called before the tables are read, with the folder of all runs locked: writes
        the tables where they are not up to date.
    """

    latest: str = LATEST
    n_workers: int | None = None
    is_forced: bool = False
    seconds_wait: float = 0
    codebook_path: Path | None = None
    removed: tuple[str, ...] = ()
    reviews_dir: Path | None = None
    on_progress: Callable[[str, int, int], None] = field(
        default=lambda step, done, total: None, compare=False
    )
    prepare: Callable[[], None] = field(default=lambda: None, compare=False)


def read_report_sets(path: Path) -> tuple[str, dict[str, ReportSet]]:
    """Read and check ``reports.yml``; return its sets by name and the default one's.

    Where there is no file, the one set is ``suite`` with every notebook.
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


def choose_set(
    default: str, sets: Mapping[str, ReportSet], name: str | None
) -> ReportSet:
    """Return a set by its name, or the default one."""
    if (name or default) not in sets:
        raise RunError(f"Report set: {choices(name, sets)}")
    return sets[name or default]


def _load(path: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, OSError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise RunError(f"{path.name}: found no valid YAML ({reason})") from error


def _report_set(name: Any, content: Any, file: str) -> ReportSet:
    place = f"{file}, set '{name}'"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RunError(
            f"{place}: expected a name of a letter first, then letters, digits and "
            "hyphens"
        )
    content = _mapping({} if content is None else content, place)
    _check_keys(content, _CHECKS, place)
    values = {
        key: _CHECKS[key](value, f"{place}, '{key}'") for key, value in content.items()
    }
    return ReportSet(name=name, **values)


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
    # References in YAML can make a short file endless; only its start is shown.
    return reprlib.repr(value)


def _mapping(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RunError(f"{place}: found {_shown(value)}, expected names with values")
    return value


def _check_keys(content: Mapping[str, Any], allowed: Iterable[str], place: str) -> None:
    for key in content:
        if key not in allowed:
            raise RunError(f"{place}, unknown key: {choices(key, allowed)}")


def _list_of(
    value: Any, place: str, *, allowed: tuple[str, ...], is_empty: bool = True
) -> tuple[str, ...]:
    if not isinstance(value, list) or not (value or is_empty):
        raise RunError(
            f"{place}: found {_shown(value)}, expected a list of {list(allowed)}"
        )
    for part in value:
        if part not in allowed:
            raise RunError(f"{place}: {choices(part, allowed)}")
    return tuple(dict.fromkeys(value))


def _number(value: Any, place: str, *, least: int) -> int:
    if type(value) is not int or value < least:
        raise RunError(
            f"{place}: found {_shown(value)}, expected a whole number of at least "
            f"{least}"
        )
    return value


# Of each key of a set what its value has to be.
_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "notebooks": _entries,
    "parameters": _mapping,
    "languages": partial(_list_of, allowed=LANGUAGES, is_empty=False),
    "formats": partial(_list_of, allowed=PICTURE_FORMATS),
    "seconds_each": partial(_number, least=1),
    "retries": partial(_number, least=0),
    "keep": partial(_number, least=1),
    "briefing": partial(_list_of, allowed=BRIEFING_FORMATS),
}

"""A report set and a corpus to jobs: which notebook runs with which parameters."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from govopen_analytics.errors import RunError, choices
from govopen_analytics.run.notebooks import (
    Parameter,
    assign_parameters,
    check_values,
    notebook_parameters,
)
from govopen_analytics.run.sets import CORE, Entry, ReportSet

_MOST_NAME_CHARACTERS = 40  # 120 bytes of Chinese; a file name holds 255


@dataclass(frozen=True)
class CorpusValues:
    """What a report can be made for each of.

    Attributes
    ----------
    agencies : list of str
    years : list of int
    themes : dict of str to dict
        Label by language, by ``theme_id``.
    core_themes : list of str
    """

    agencies: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    themes: dict[str, dict[str, str]] = field(default_factory=dict)
    core_themes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """One notebook with its parameters, to be run once.

    Attributes
    ----------
    name : str
        Of its page and files; unique within a language.
    notebook : Path
    lang : str
    parameters : dict
    dimension : {"agency", "theme", "year"} or None
        What it is one of, where the notebook runs for each.
    value : str or int or None
    label : str
        The value as a reader knows it; empty without one.
    """

    name: str
    notebook: Path
    lang: str
    parameters: dict[str, Any]
    dimension: str | None = None
    value: str | int | None = None
    label: str = ""


def corpus_values(processed_dir: Path) -> CorpusValues:
    """Read which agencies, years and themes the tables hold.

    Parameters
    ----------
    processed_dir : Path
        Folder that ``build.build_processed`` wrote.

    Returns
    -------
    CorpusValues
    """
    documents = _columns(processed_dir / "documents.parquet", ["agency", "year"])
    themes = _columns(
        processed_dir / "themes.parquet",
        ["theme_id", "label_zh", "label_en", "is_core"],
    )
    rows = list(zip(*themes.values(), strict=True))
    return CorpusValues(
        sorted({name for name in documents["agency"] if name}),
        sorted({year for year in documents["year"] if year is not None}),
        {theme: {"zh": zh or theme, "en": en or theme} for theme, zh, en, _ in rows},
        [theme for theme, _, _, is_core in rows if is_core],
    )


def plan_jobs(
    report_set: ReportSet, notebooks: list[Path], corpus: CorpusValues | None
) -> tuple[list[Job], list[str]]:
    """Work out every job of a set.

    Parameters
    ----------
    report_set : ReportSet
    notebooks : list of Path
        All there are to choose from.
    corpus : CorpusValues or None
        With None nothing is fanned out: what can be known to be wrong before
        there are tables is refused, and the jobs are those of single notebooks.

    Returns
    -------
    jobs : list of Job
        In order of the notebooks' names, by language.
    notes : list of str
        Patterns that match no notebook.

    Raises
    ------
    RunError
        If a notebook, a parameter or a value is not known.
    """
    chosen, notes = _choose(report_set, notebooks)
    shared = assign_parameters(list(chosen), report_set.parameters)
    jobs = []
    for lang in report_set.languages:
        for path in sorted(chosen):
            jobs += _jobs_of(path, chosen[path], shared[path], lang, corpus)
    return jobs, notes


def _columns(path: Path, names: list[str]) -> dict[str, list[Any]]:
    import pyarrow.parquet as pq

    return pq.read_table(path, columns=names).to_pydict()


def _choose(
    report_set: ReportSet, notebooks: list[Path]
) -> tuple[dict[Path, Entry], list[str]]:
    by_name = {path.stem: path for path in notebooks}
    chosen: dict[Path, Entry] = {}
    notes = []
    for entry in report_set.notebooks:
        found = [name for name in by_name if fnmatchcase(name, entry.notebook)]
        if not found and "*" not in entry.notebook:
            place = f"Report set '{report_set.name}', notebook"
            raise RunError(f"{place}: {choices(entry.notebook, by_name)}")
        if not found:
            notes.append(
                f"Report set '{report_set.name}': no notebook matches "
                f"'{entry.notebook}'"
            )
        for name in found:
            chosen.setdefault(by_name[name], entry)
    return chosen, notes


def _jobs_of(
    path: Path,
    entry: Entry,
    shared: dict[str, Any],
    lang: str,
    corpus: CorpusValues | None,
) -> list[Job]:
    declared = notebook_parameters(path)
    own = check_values(entry.parameters, declared, path.stem)
    given = {**shared, **own}
    if "lang" in declared:
        given["lang"] = lang
    if entry.for_each is None:
        return [Job(path.stem, path, lang, given)]
    parameter = _fan_out_parameter(entry.for_each, declared, path.stem)
    jobs: list[Job] = []
    if corpus is None:
        return jobs
    for value in _values(entry, given, corpus, path.stem):
        is_list = parameter.type.startswith("list")
        values = {**given, parameter.name: [value] if is_list else value}
        check_values(values, declared, path.stem)
        label = corpus.themes.get(str(value), {}).get(lang, str(value))
        name = f"{path.stem}-{_file_name(str(value))}"
        jobs.append(Job(name, path, lang, values, entry.for_each, value, label))
    return jobs


def _fan_out_parameter(
    dimension: str, declared: Mapping[str, Parameter], notebook: str
) -> Parameter:
    for name in (dimension, _plural(dimension)):
        if name in declared:
            return declared[name]
    raise RunError(
        f"Notebook {notebook}, for_each: found no parameter '{dimension}' or "
        f"'{_plural(dimension)}' to give the values to; it has {', '.join(declared)}",
        notebook=notebook,
    )


def _values(
    entry: Entry, given: Mapping[str, Any], corpus: CorpusValues, notebook: str
) -> list[str | int]:
    name = _plural(str(entry.for_each))
    known = list(getattr(corpus, name))
    if entry.values == CORE:
        wanted: Iterable[Any] = corpus.core_themes
    else:
        # What the whole report is limited to limits what it is made for each of.
        wanted = entry.values or given.get(name) or known
    wanted = list(wanted)
    for value in wanted:
        if value not in known:
            place = f"Notebook {notebook}, for each {entry.for_each}"
            raise RunError(f"{place}: {choices(value, known)}", notebook=notebook)
    return wanted


def _plural(dimension: str) -> str:
    return {"agency": "agencies", "theme": "themes", "year": "years"}[dimension]


def _file_name(value: str) -> str:
    # Names stay readable; what was cut or replaced is told apart by a digest.
    name = re.sub(r"[^\w]+", "_", value)[:_MOST_NAME_CHARACTERS]
    if name == value and value == value.casefold():
        return name
    return f"{name}-{hashlib.sha256(value.encode()).hexdigest()[:6]}"

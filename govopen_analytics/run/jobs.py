"""A report set and a corpus to jobs: which notebook runs with which parameters."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from govopen_analytics.base.datapackage import read_columns
from govopen_analytics.base.errors import RunError, SelectionError, choices
from govopen_analytics.base.remarks import Remark
from govopen_analytics.run.notebooks import (
    REFERENCES,
    Parameter,
    check_values,
    notebook_needs,
    notebook_parameters,
    refuse_unknown,
)
from govopen_analytics.run.sets import CORE, Entry, ReportSet
from govopen_analytics.words.remark_words import remark_in_words

_MOST_NAME_CHARACTERS = 40  # 120 bytes of Chinese; a file name holds 255
_PLURALS = {"agency": "agencies", "theme": "themes", "year": "years"}
# Parameters that select from the corpus, with the types they have then; what a
# notebook declares otherwise means something else to it.
_SELECTING = {
    "agency": "str",
    "agencies": "list[str]",
    "theme": "str",
    "themes": "list[str]",
    "year": "int",
    "years": "list[int]",
}


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
    plans : set of tuple
        Agency and year of each plan.
    """

    agencies: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    themes: dict[str, dict[str, str]] = field(default_factory=dict)
    core_themes: list[str] = field(default_factory=list)
    plans: set[tuple[str | None, int | None]] = field(default_factory=set)


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
    """Read which agencies, years and themes the tables hold."""
    documents = read_columns(processed_dir / "documents.parquet", ["agency", "year"])
    themes = read_columns(
        processed_dir / "themes.parquet",
        ["theme_id", "label_zh", "label_en", "is_core"],
    )
    rows = list(zip(*themes.values(), strict=True))
    return CorpusValues(
        sorted({name for name in documents["agency"] if name}),
        sorted({year for year in documents["year"] if year is not None}),
        {theme: {"zh": zh or theme, "en": en or theme} for theme, zh, en, _ in rows},
        [theme for theme, _, _, is_core in rows if is_core],
        set(zip(documents["agency"], documents["year"], strict=True)),
    )


def checked_jobs(
    report_set: ReportSet,
    notebooks: list[Path],
    processed_dir: Path,
    codebook_path: Path | None = None,
) -> tuple[list[Job], list[Remark]]:
    """Work out every job of a set, and refuse what the corpus does not hold.

    Notebooks that need reference codings are left out, with a note, where a codebook
    of the user's own has none.
    """
    jobs = plan_jobs(report_set, notebooks, corpus_values(processed_dir))
    jobs, notes = _with_what_they_need(jobs, codebook_path)
    selections: dict[str, tuple[Job, dict[str, Any]]] = {}
    for job in jobs:
        if values := _selecting(job):
            selections.setdefault(repr(sorted(values.items())), (job, values))
    if selections:
        _check_selections(selections.values(), processed_dir)
    if not jobs:
        reason = "; ".join(remark_in_words(note, "en") for note in notes)
        reason = reason or "the corpus has nothing to make a page for each of"
        raise RunError(
            f"Report set '{report_set.name}': found nothing to run; {reason}"
        )
    return jobs, notes


def plan_jobs(
    report_set: ReportSet, notebooks: list[Path], corpus: CorpusValues | None
) -> list[Job]:
    """Work out every job of a set, in order of languages and notebooks' names.

    Without a corpus nothing is fanned out: what can be known to be wrong before there
    are tables is refused, and the jobs are those of single notebooks.
    """
    chosen = _choose(report_set, notebooks)
    declared = {path: notebook_parameters(path) for path in chosen}
    refuse_unknown(report_set.parameters, set().union(*declared.values()))
    return [
        job
        for lang in report_set.languages
        for path in sorted(chosen)
        for job in _jobs_of(
            path, chosen[path], declared[path], report_set, lang, corpus
        )
    ]


def _with_what_they_need(
    jobs: list[Job], codebook_path: Path | None
) -> tuple[list[Job], list[Remark]]:
    from govopen_analytics.coding.codebook import load_codebook

    # The codebook that ships has references.
    if codebook_path is None or load_codebook(codebook_path).reference_paths:
        return jobs, []
    needing = {
        job.notebook for job in jobs if REFERENCES in notebook_needs(job.notebook)
    }
    notes = [
        Remark("no_references", {"notebook": path.stem, "codebook": codebook_path.name})
        for path in sorted(needing)
    ]
    return [job for job in jobs if job.notebook not in needing], notes


def _selecting(job: Job) -> dict[str, Any]:
    declared = notebook_parameters(job.notebook)
    values = {
        name: value
        for name, value in job.parameters.items()
        if value and _SELECTING.get(name) == declared[name].type
    }
    own = {job.dimension, _PLURALS.get(str(job.dimension))}
    # What it is one of was taken from the corpus, or checked against it, before.
    return {} if set(values) <= own else values


def _check_selections(
    selections: Iterable[tuple[Job, dict[str, Any]]], processed_dir: Path
) -> None:
    import pandas as pd

    from govopen_analytics.questions.selection import check_selection

    columns = {
        "documents": ["document_id", "agency", "year"],
        "tasks": ["document_id", "task_id"],
        "themes": ["theme_id", "label_zh", "label_en", "is_core"],
    }
    tables = {
        # As objects: a year that is missing must not make the others 2022.0.
        name: pd.DataFrame(
            read_columns(processed_dir / f"{name}.parquet", wanted), dtype=object
        )
        for name, wanted in columns.items()
    }
    for job, values in selections:
        try:
            check_selection(tables, values)
        except SelectionError as error:
            raise RunError(str(error), notebook=job.notebook.stem) from error


def _choose(report_set: ReportSet, notebooks: list[Path]) -> dict[Path, Entry]:
    by_name = {path.stem: path for path in notebooks}
    chosen: dict[Path, Entry] = {}
    for entry in report_set.notebooks:
        names = [name for name in by_name if fnmatchcase(name, entry.notebook)]
        if not names:
            place = f"Report set '{report_set.name}', notebook"
            raise RunError(f"{place}: {choices(entry.notebook, by_name)}")
        for name in names:
            chosen.setdefault(by_name[name], entry)
    return chosen


def _jobs_of(
    path: Path,
    entry: Entry,
    declared: Mapping[str, Parameter],
    report_set: ReportSet,
    lang: str,
    corpus: CorpusValues | None,
) -> list[Job]:
    refuse_unknown(entry.parameters, declared, path.stem)
    asked = {**report_set.parameters, **entry.parameters}
    given: dict[str, Any] = {}
    for values in (report_set.parameters, entry.parameters):
        given |= {name: value for name, value in values.items() if name in declared}
        check_values(given, declared, path.stem)
    if "lang" in declared:
        given["lang"] = lang
    if entry.for_each is None:
        return [Job(path.stem, path, lang, given)]
    parameter = _fan_out_parameter(entry.for_each, declared, path.stem)
    if corpus is None:
        return []
    jobs = []
    for value in _values(entry, asked, corpus, path.stem):
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
    for name in (dimension, _PLURALS[dimension]):
        if name in declared:
            return declared[name]
    raise RunError(
        f"Notebook {notebook}, for_each: found no parameter '{dimension}' or "
        f"'{_PLURALS[dimension]}' to give the values to; it has {', '.join(declared)}",
        notebook=notebook,
    )


def _values(
    entry: Entry, asked: Mapping[str, Any], corpus: CorpusValues, notebook: str
) -> list[str | int]:
    dimension = str(entry.for_each)
    place = f"Notebook {notebook}, for each {dimension}, 'values'"
    named = corpus.core_themes if entry.values == CORE else entry.values or ()
    listed = _in_corpus(named, dimension, corpus, place)
    # What the whole report is limited to limits what it is made for each of.
    name, limits = _asked_for(asked, dimension)
    limits = _in_corpus(limits, dimension, corpus, f"Parameter '{name}'")
    if listed and limits:
        return [value for value in listed if value in limits] or limits
    return listed or limits or _with_plans(dimension, asked, corpus)


def _asked_for(asked: Mapping[str, Any], dimension: str) -> tuple[str, list[Any]]:
    if value := asked.get(dimension):
        return dimension, [value]
    values = asked.get(_PLURALS[dimension])
    return _PLURALS[dimension], values if isinstance(values, list) else []


def _in_corpus(
    values: Iterable[Any], dimension: str, corpus: CorpusValues, place: str
) -> list[str | int]:
    """Return values as the corpus has them; refuse those it does not have."""
    by_name = {value: value for value in getattr(corpus, _PLURALS[dimension])}
    if dimension == "theme":  # may also be named as a reader knows it
        for theme, labels in corpus.themes.items():
            by_name |= dict.fromkeys(labels.values(), theme)
    for value in values:
        if value not in by_name:
            raise RunError(f"{place}: {choices(value, by_name)}")
    return [by_name[value] for value in values]


def _with_plans(
    dimension: str, asked: Mapping[str, Any], corpus: CorpusValues
) -> list[str | int]:
    """Return the agencies or years that have a plan of the years or agencies asked for.

    A page about an agency without one would fail.
    """
    values = list(getattr(corpus, _PLURALS[dimension]))
    (_, agencies), (_, years) = _asked_for(asked, "agency"), _asked_for(asked, "year")
    if dimension == "theme" or not (agencies or years):
        return values
    with_plans = {
        year if dimension == "year" else agency
        for agency, year in corpus.plans
        if (not agencies or agency in agencies) and (not years or year in years)
    }
    # None at all is refused with the other parameters, before anything runs.
    return [value for value in values if value in with_plans] or values


def _file_name(value: str) -> str:
    # Names stay readable; what was cut or replaced is told apart by a digest.
    name = re.sub(r"[^\w]+", "_", value)[:_MOST_NAME_CHARACTERS]
    if name == value and value == value.casefold():
        return name
    return f"{name}-{hashlib.sha256(value.encode()).hexdigest()[:6]}"

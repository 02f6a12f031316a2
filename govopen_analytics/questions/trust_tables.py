"""How far the coding can be trusted, as tables for a reader and as a page."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from govopen_analytics.base.datapackage import to_csv
from govopen_analytics.base.languages import percent
from govopen_analytics.base.schemas import heading
from govopen_analytics.charts.display import Display
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.questions.trust import (
    MAIN_CODER,
    between,
    coder_label,
    in_points,
    number,
    validity_findings,
)

SUMMARY_FILE = "summary.md"
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&])")

Row = Mapping[Any, Any]


class _Labels(NamedTuple):
    """What cells are written with."""

    lang: str
    words: Mapping[str, Any]
    themes: Mapping[str, str]
    plans: Mapping[str, str]


# How a cell is written: from the words of a reader, a row, and a column of it.
_Cell = Callable[[_Labels, Row, str], Any]


@dataclass(frozen=True)
class _Table:
    """A table for a reader: what it is made of, and how each column is written.

    Attributes
    ----------
    source : str
        Name of the table of measures.
    columns : mapping of str to (str, callable)
        By heading, the column of the source and how a cell of it is written. A
        column that the source lacks is left out.
    keys : tuple of str
        Of a table with a row for each measure: its other keys, which have a row
        each, and every measure a column.
    is_of_one_coder : bool
        Whether only rows of one coder are shown.
    with_level : str
        Heading that names the level of the intervals.
    """

    source: str
    columns: Mapping[str, tuple[str, _Cell]]
    keys: tuple[str, ...] = ()
    is_of_one_coder: bool = False
    with_level: str = ""


def _as(form: Callable[[Any], Any]) -> _Cell:
    """Write the value of the column alone."""
    return lambda labels, row, column: form(row[column])


_tenths = partial(percent, digits=1)
_plain, _number, _points = _as(lambda value: value), _as(number), _as(in_points)
_percent = _as(_tenths)


def _interval(
    labels: _Labels, row: Row, column: str, form: Callable[[float], str] = number
) -> str:
    bounds = row[f"{column}_lower"], row[f"{column}_upper"]
    return between(row[column], *bounds, labels.words, form)


def _coder(labels: _Labels, row: Row, column: str) -> str:
    return coder_label(row[column], labels.lang)


def _coders(labels: _Labels, row: Row, column: str) -> str:
    first, second = (_coder(labels, row, f"{n}_coder") for n in ("first", "second"))
    if first == second:
        return first
    form: str = labels.words["pair"]
    return form.format(first=first, second=second)


def _word(labels: _Labels, row: Row, column: str, words: str) -> str:
    return labels.words[words].get(row[column], row[column])


def _note(labels: _Labels, row: Row, column: str) -> Any:
    return row[f"note_{labels.lang}"]


def _theme(labels: _Labels, row: Row, column: str) -> str:
    return labels.themes[row[column]]


def _worst_theme(labels: _Labels, row: Row, column: str) -> str:
    return labels.themes[row[column]] if row["largest_error"] else "–"


def _plan(labels: _Labels, row: Row, column: str) -> str:
    return labels.plans.get(row[column], row[column])


def _band(labels: _Labels, row: Row, column: str) -> str:
    form: str = labels.words["band"]
    return form.format(start=f"{row['score_from']:.2f}", end=f"{row['score_to']:.2f}")


def _threshold(labels: _Labels, row: Row, column: str) -> str:
    value, form = f"{row[column]:g}", labels.words["default"]
    return form.format(value=value) if row["is_default"] else value


def _each(names: str, cell: _Cell) -> dict[str, tuple[str, _Cell]]:
    """Return columns that are headed by their own names and written alike."""
    return {name: (name, cell) for name in names.split()}


_MEASURES = "primary_accuracy micro_f1 macro_f1 coverage"
#: By their names, which are those of the parts of the page, in its order.
_TABLES = {
    "basis": _Table(
        "coders",
        {
            "coder": ("coder", _coder),
            "kind": ("kind", partial(_word, words="kinds")),
            "note": ("note_en", _note),
        },
    ),
    "scores": _Table(
        "scores",
        {"coder": ("coder", _coder), **_each(_MEASURES, _interval)},
        keys=("coder",),
    ),
    "themes": _Table(
        "theme_scores",
        {
            "theme": ("theme_id", _theme),
            **_each("n_reference", _plain),
            **_each("precision recall", _number),
            **_each("f1", _interval),
        },
        is_of_one_coder=True,
        with_level="f1",
    ),
    "agreement": _Table(
        "agreement",
        {
            "pair": ("first_coder", _coders),
            **_each("alpha_nominal alpha_masi", _interval),
            **_each("n_tasks", _plain),
        },
        keys=("first_coder", "second_coder"),
    ),
    "shares": _Table(
        "share_distances",
        {
            "plan": ("document_id", _plan),
            "n_tasks": ("n_tasks", _plain),
            "misplaced": ("misplaced_share", _percent),
            "mean_error": ("mean_absolute_error", _points),
            "largest_error": ("largest_error", _points),
            "theme": ("largest_error_theme_id", _worst_theme),
        },
        is_of_one_coder=True,
    ),
    "cross_validation": _Table(
        "cross_validation",
        {
            "part": ("part", partial(_word, words="parts")),
            "n_tasks": ("n_tasks", _plain),
            **_each(f"{_MEASURES} silence", _number),
        },
        keys=("part",),
    ),
    # How often scores are right; with the columns of ``expected_reliability`` also
    # how often they occur in a corpus.
    "calibration": _Table(
        "calibration",
        {
            "score": ("score_from", _band),
            "accuracy": ("accuracy", _interval),
            "n_reference": ("n_tasks", _plain),
            "n_corpus_tasks": ("n_corpus_tasks", _plain),
            "corpus_share": ("corpus_share", _percent),
        },
        with_level="accuracy",
    ),
    "thresholds": _Table(
        "threshold_sensitivity",
        {
            "threshold": ("threshold", partial(_word, words="thresholds")),
            "threshold_value": ("threshold_value", _threshold),
            **_each("primary_accuracy accuracy_when_coded micro_f1 macro_f1", _number),
            "coverage": ("coded_share", _percent),
            "n_secondary": ("n_secondary", _plain),
        },
    ),
    "ablation": _Table(
        "ablation",
        {"variant": ("variant", _coder), **_each(_MEASURES, _interval)},
        keys=("variant",),
    ),
    "corrected": _Table(
        "corrected_shares",
        {
            "theme": ("theme_id", _theme),
            **_each("n_tasks n_sampled", _plain),
            **_each("share", _percent),
            "corrected": ("share_corrected", partial(_interval, form=_tenths)),
        },
        with_level="corrected",
    ),
}


def validity_table(
    name: str,
    tables: Mapping[str, pd.DataFrame],
    display: Display,
    themes: pd.DataFrame | None = None,
    plan_names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Lay measures of the coding out for a reader.

    Parameters
    ----------
    name : str
        "basis" (who coded the reference), "scores", "ablation" (ways of coding),
        "themes", "agreement", "shares" (their error by plan), "cross_validation",
        "calibration", "thresholds" or "corrected" (shares).
    tables : mapping of str to DataFrame
        Result of ``validate_coding``; for "corrected" a table ``corrected_shares``,
        ``shares`` of ``review.corpus_correction``.
    display : Display
    themes : DataFrame, optional
        The codebook's ``themes``, for the tables that name themes.
    plan_names : mapping of str to str, optional
        Name of each plan for a reader; its document_id where there is none.

    Returns
    -------
    DataFrame, shape (n_rows, n_columns)
        Each value with its interval, where it has one.
    """
    plan = _TABLES[name]
    rows = tables[plan.source]
    if plan.is_of_one_coder:
        rows = rows.loc[rows["coder"] == MAIN_CODER]
    lines = _by_key(rows, plan.keys) if plan.keys else rows.to_dict("records")
    known = set(rows).union(*lines)
    names = {} if themes is None else display.themes(themes)
    labels = _Labels(display.lang, display.words("trust"), names, plan_names or {})
    columns = {}
    for head, (column, cell) in plan.columns.items():
        if column in known:
            level = labels.words["with_interval"].format(level=display.level)
            title = heading(head, display.lang)
            title += level if head == plan.with_level else ""
            columns[title] = [cell(labels, line, column) for line in lines]
    return pd.DataFrame(columns)


def _by_key(rows: pd.DataFrame, keys: tuple[str, ...]) -> list[Row]:
    """Return a row for each key, with a column for each measure and its bounds."""
    missing = {
        f"{measure}{end}": np.nan
        for measure in rows["measure"].unique()
        for end in ("", "_lower", "_upper")
    }
    lines: dict[Any, dict[Any, Any]] = {}
    for row in rows.to_dict("records"):
        line = lines.setdefault(tuple(row[key] for key in keys), {**missing, **row})
        for end in ("", "_lower", "_upper"):
            line[f"{row['measure']}{end}"] = row[f"value{end}"]
    return list(lines.values())


def validity_summary(
    tables: Mapping[str, pd.DataFrame], codebook: Codebook, display: Display
) -> str:
    """Write the measures up as a short page in Markdown.

    A table ``corrected_shares`` is shown where there is one.
    """
    words, themes = display.words("trust"), codebook.themes
    findings = validity_findings(tables, themes, display)
    coder = coder_label(MAIN_CODER, display.lang)
    parts = [f"# {words['title']}"]
    parts.append("\n".join(f"- {_escaped(finding.text)}" for finding in findings))
    for name, plan in _TABLES.items():
        if plan.source in tables:
            parts.append(f"## {words['sections'][name].format(coder=coder)}")
            parts.append(_markdown(validity_table(name, tables, display, themes)))
        if name == "calibration":
            parts += map(_escaped, _calibration_sentences(tables, words))
    named = words["codebook"].format(name=codebook.name, version=codebook.version)
    parts += [words["ablation_note"], _escaped(named), words["files"]]
    return "\n\n".join(parts) + "\n"


def _calibration_sentences(
    tables: Mapping[str, pd.DataFrame], words: Mapping[str, Any]
) -> list[str]:
    """Say how well the score is calibrated, and who wrote the tasks."""
    table = tables["cross_validation"].set_index("measure")
    error, noise = table.loc["calibration_error"], table.loc["calibration_noise"]
    sentence = words["calibration_error"].format(
        value=number(error["value"]),
        n=int(error["n_tasks"]),
        noise=number(noise["value"]),
        most=number(noise["value_upper"]),
    )
    is_written = (table["part"] == "fields_left_out").any()
    return [sentence, words["written"]] if is_written else [sentence]


def write_validity(
    tables: Mapping[str, pd.DataFrame],
    folder: Path | str,
    codebook: Codebook,
    display: Display,
) -> Path:
    """Write every table as CSV and the summary beside them, and return the summary.

    All files are made aside and moved in at the end, the summary last; equal
    tables give equal bytes. Files of other names stay in the folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = validity_summary(tables, codebook, display)
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name, table in tables.items():
            to_csv(table, aside / f"{name}.csv")
        (aside / SUMMARY_FILE).write_text(text, encoding="utf-8")
        for path in sorted(aside.glob("*.csv")):
            os.replace(path, folder / path.name)
        os.replace(aside / SUMMARY_FILE, folder / SUMMARY_FILE)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder / SUMMARY_FILE


def _markdown(table: pd.DataFrame) -> str:
    rows = [[_escaped(str(cell)) for cell in row] for row in table.to_numpy()]
    heads = [_escaped(str(head)) for head in table.columns]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(text: str) -> str:
    """Take from a text what Markdown would make of it."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))

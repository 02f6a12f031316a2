"""Tables of measures to charts: marks, cells, and the words of a chart."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.display import Display, joined
from govopen_analytics.charts.model import (
    Cell,
    Chart,
    HeatTable,
    Mark,
    Panel,
    Reference,
    Series,
    number,
)
from govopen_analytics.charts.style import MARKS

# Marks that a chart may lack; its key then leaves them out.
_ABSENT = {*MARKS, "line", "framed", "empty"}
_MOST_NAMED = 10  # words that a description names
CODING = "coding"
#: Columns of tables of measures that the explorer filters by, and its names of them.
_FILTERS = {
    "agency": "agency",
    "year": "year",
    "theme_id": "theme",
    "unit_name": "unit",
    "word": "q",
}


def chart_of(
    question: str,
    name: str,
    display: Display,
    *,
    panels: Sequence[Panel] = (),
    table: HeatTable | None = None,
    reason: str = "",
    hidden: str = "",
    interval_kind: str | None = None,
    source: str = "",
    **values: object,
) -> Chart:
    """Give panels or a table the words that stand for the chart in ``words/``.

    Parameters
    ----------
    question : str
        Section of the words.
    name : str
        Of the chart, below the section: its ``title``, ``subtitle``, ``key`` (what
        a mark stands for), ``axis`` and ``alt``.
    display : Display
    panels, table
        What is drawn; without both `reason` says why.
    reason : str
        Empty says that there is no plan with a task.
    hidden : str
        Words on what is left out, for the end of the subtitle.
    interval_kind : {"tasks", "plans", "coding", ""}, optional
        What varies in the intervals: with "coding" the coder's errors too, else
        sampling alone. The key says so, or the subtitle where no interval is drawn.
        None: the chart has none.
    source : str
        Source line of a chart that rests on other things than the corpus.
    **values
        For the placeholders of the words.

    Returns
    -------
    Chart
    """
    words, common = display.words(question)[name], display.words("charts")
    values = {"level": display.level, **values}
    chart = Chart(
        name=name,
        title=words["title"].format(**values),
        source=source or display.source.line(display.lang),
        lang=display.lang,
        subtitle=hidden,
        panels=tuple(panels),
        table=table,
        n=0 if source else display.source.n_tasks,
        interval=None if interval_kind is None else display.interval,
        interval_kind=interval_kind or "",
    )
    if chart.is_empty:
        return replace(chart, reason=reason or common["no_plans"])
    absent = _ABSENT - _marks_in(panels, table)
    key = {
        mark: meaning.format(**values)
        for mark, meaning in words.get("key", {}).items()
        if mark not in absent
    }
    if interval_kind is not None:
        holds = holds_of(interval_kind, display)
        if "line" in key:
            key["line"] += holds
        else:
            in_table = common["intervals"]["shown"].format(level=display.level)
            hidden = joined([hidden, in_table + holds], display.lang)
    subtitle, alt, axis = (
        words.get(part, "").format(**values) for part in ("subtitle", "alt", "axis")
    )
    subtitle = joined([subtitle, hidden], display.lang)
    return replace(chart, subtitle=subtitle, alt=alt, axis=axis, key=tuple(key.items()))


def dots_chart(
    question: str,
    name: str,
    display: Display,
    labels: Sequence[str],
    *series: Series,
    form: str = "share",
    most: float | None = None,
    reference: Reference | None = None,
    **more: Any,
) -> Chart:
    """Draw one panel of rows: a label, and the marks of each series.

    `form`, `most` and `reference` are as in ``Panel``, the rest as in ``chart_of``;
    without a label the chart is one sentence.
    """
    panel = Panel(tuple(labels), series, form=form, most=most, reference=reference)
    panels = [panel] if len(labels) else ()
    return chart_of(question, name, display, panels=panels, **more)


def interval_kind_of(rows: pd.DataFrame, sampled: str = "tasks") -> str:
    """Say what intervals of a measure hold: errors of coding, or else sampling alone.

    What was `sampled` are "tasks" or "plans".
    """
    if "has_coding_error" not in rows:
        return sampled
    return CODING if rows["has_coding_error"].astype(bool).any() else sampled


def holds_of(interval_kind: str, display: Display) -> str:
    """Say in words what intervals of a kind hold."""
    kind = CODING if interval_kind == CODING else "sampling"
    return str(display.words("charts")["intervals"][kind])


def _marks_in(panels: Sequence[Panel], table: HeatTable | None) -> set[str]:
    """Return what the key of a chart may speak of."""
    series = [part for panel in panels for part in panel.series]
    cells = [cell for line in table.cells for cell in line] if table else []
    marks = {mark.kind for part in series for mark in part.marks}
    if any(s.has_intervals for s in series) or any(panel.lines for panel in panels):
        marks.add("line")
    if any(cell.is_framed for cell in cells):
        marks.add("framed")
    if any(cell.value is None and cell.label for cell in cells):
        marks.add("empty")
    return marks


def tasks_behind(row: Mapping[Hashable, Any]) -> str:
    """Return the end of the explorer's address for the tasks behind a row of a table.

    It is a filter, or the task where the row is of one; empty where the row is of no
    theme, unit or word, has no such task, or lacks the agency's name.
    """
    if "task_id" in row:
        return "#" + quote(str(row["task_id"]))
    wanted = {name: row[column] for column, name in _FILTERS.items() if column in row}
    is_of_tasks = bool({"theme", "unit", "q"} & wanted.keys())
    is_known = not any(pd.isna(value) for value in wanted.values())
    if not (is_of_tasks and is_known and row.get("is_observed", True)):
        return ""
    return "?" + urlencode(wanted)


def marks_of(
    rows: pd.DataFrame,
    value: str,
    *,
    labels: Iterable[str] | Callable[[float], str] = percent,
    kinds: Iterable[str | bool] | str = "sure",
    names: Iterable[str] = (),
    scale: float = 1.0,
) -> tuple[Mark, ...]:
    """Return one mark a row, with its interval where the table has one.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, ...)
    value : str
        Column of the values; ``<value>_lower`` and ``<value>_upper`` are the bounds.
    labels : iterable of str, or callable
        What stands at each mark, or how its value is written.
    kinds : iterable of str or bool, or str
        Of the marks, or of all of them; True is "sure" and False "unsure".
    names : iterable of str
        First lines of what a pointer shows.
    scale : float, default 1.0
        Factor of values and bounds: 100 turns shares into percentage points.
    """
    n = len(rows)
    shown = [labels(v) for v in rows[value]] if callable(labels) else list(labels)
    each = [kinds] * n if isinstance(kinds, str) else list(kinds)
    each = [k if isinstance(k, str) else "sure" if k else "unsure" for k in each]
    hovers = [f"{name}\n{label}" for name, label in zip(names, shown, strict=False)]
    marks = []
    for row, label, kind, hover in zip(
        rows.to_dict("records"), shown, each, hovers or [""] * n, strict=True
    ):
        ends = (number(row.get(f"{value}{end}")) for end in ("", "_lower", "_upper"))
        middle, lower, upper = (None if e is None else scale * e for e in ends)
        tasks = tasks_behind(row)
        marks.append(Mark(middle, lower, upper, label, kind, hover, tasks=tasks))
    return tuple(marks)


def share_marks(
    rows: pd.DataFrame,
    display: Display,
    *,
    names: Iterable[str] = (),
    kinds: Iterable[str | bool] | str = "sure",
) -> tuple[Mark, ...]:
    """Return marks of shares of themes; a theme without a task is not observed.

    `rows` have ``share`` with its bounds and ``is_observed``; `names` and `kinds` are
    as in ``marks_of``.
    """
    unseen = display.words("charts")["unseen"]
    marks = marks_of(
        rows,
        "share",
        labels=np.where(rows["is_observed"], rows["share"].map(percent), unseen),
        kinds=kinds,
        names=names,
    )
    return tuple(
        mark if is_seen else replace(mark, kind="unseen")
        for mark, is_seen in zip(marks, rows["is_observed"], strict=True)
    )


def heat_table(
    rows: Mapping[Any, str],
    columns: Mapping[Any, str],
    cells: Mapping[tuple[Any, Any], Cell],
    *,
    least: float = 0.0,
    groups: Sequence[tuple[str, int]] = (),
) -> HeatTable:
    """Return a table of cells by the keys of rows and columns, here with their labels.

    A place without a cell is empty.
    """
    lines = tuple(
        tuple(cells.get((row, column), Cell(None)) for column in columns)
        for row in rows
    )
    most = max((abs(cell.value) for cell in cells.values() if cell.value), default=1.0)
    return HeatTable(
        tuple(rows.values()), tuple(columns.values()), lines, least, most, tuple(groups)
    )


def word_chart(
    question: str,
    name: str,
    words_found: pd.DataFrame,
    display: Display,
    **values: Any,
) -> Chart:
    """Draw words with their log-odds and intervals.

    `words_found` are rows of ``measures.distinctive_words``; dots of established ones
    are filled. Without any, or where none was used elsewhere, the chart is one
    sentence. The other arguments are as in ``chart_of``.
    """
    labels = tuple(words_found["word"])
    uses = zip(words_found["n_group_uses"], words_found["n_rest_uses"], strict=True)
    marks = marks_of(
        words_found,
        "log_odds",
        labels=[f"({n:,}, {m:,})" for n, m in uses],
        kinds=words_found["state"] == "established",
        names=labels,
    )
    return dots_chart(
        question,
        name,
        display,
        labels if words_found["n_rest_uses"].sum() else (),
        Series("", marks),
        form="points",
        reason=display.words(question)[name]["no_words"],
        interval_kind="",
        n_words=len(labels),
        words=display.words("sentences")["join"].join(labels[:_MOST_NAMED]),
        **values,
    )

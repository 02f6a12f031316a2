"""Tables of measures to charts: marks, cells, and the words of a chart."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import (
    MARKS,
    Cell,
    Chart,
    HeatTable,
    Mark,
    Panel,
    Series,
    number,
)
from govopen_analytics.charts.style import joined
from govopen_analytics.words import section

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
    *,
    source: ChartSource | str,
    lang: str,
    panels: Sequence[Panel] = (),
    table: HeatTable | None = None,
    reason: str = "",
    hidden: str = "",
    interval: float | None = None,
    interval_kind: str = "",
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
    source : ChartSource or str
        What the source line says.
    lang : {"zh", "en"}
    panels, table
        What is drawn; without both `reason` says why.
    reason : str
        Empty says that there is no plan with a task.
    hidden : str
        Words on what is left out, for the end of the subtitle.
    interval : float, optional
        Level of the intervals (0-1).
    interval_kind : {"tasks", "plans", "coding"}
        What varies in them: with "coding" the coder's errors too, else sampling
        alone. The key says so, or the subtitle where no interval is drawn.
    **values
        For the placeholders of the words.

    Returns
    -------
    Chart
    """
    words = section(question, lang)[name]
    is_empty = not panels and table is None
    level = "" if interval is None else f"{interval:.0%}"
    shown = {"level": level, **values}
    absent = _ABSENT - _marks_in(panels, table)

    def said(part: str) -> str:
        return "" if is_empty else words.get(part, "").format(**shown)

    holds = holds_of(interval_kind, lang)
    key = {
        mark: meaning.format(**shown) + (holds if mark == "line" and interval else "")
        for mark, meaning in words.get("key", {}).items()
        if not is_empty and mark not in absent
    }
    if interval and not is_empty and "line" not in key:
        in_table = section("charts", lang)["intervals"]["shown"].format(level=level)
        hidden = joined([hidden, in_table + holds], lang)

    return Chart(
        name=name,
        title=words["title"].format(**shown),
        source=source if isinstance(source, str) else source.line(lang),
        lang=lang,
        subtitle=joined([said("subtitle"), hidden], lang),
        alt=said("alt"),
        key=tuple(key.items()),
        axis=said("axis"),
        panels=tuple(panels),
        table=table,
        reason=(reason or section("charts", lang)["no_plans"]) if is_empty else "",
        n=0 if isinstance(source, str) else source.n_tasks,
        interval=interval,
        interval_kind=interval_kind,
    )


def interval_kind_of(rows: pd.DataFrame, sampled: str = "tasks") -> str:
    """Say what intervals hold: what was sampled alone, or errors of coding too.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, ...)
        Of a measure; ``has_coding_error`` where errors of coding were measured.
    sampled : {"tasks", "plans"}, default "tasks"
        What varies without errors of coding.
    """
    if "has_coding_error" not in rows:
        return sampled
    return CODING if rows["has_coding_error"].astype(bool).any() else sampled


def holds_of(interval_kind: str, lang: str) -> str:
    """Say in words what intervals of a kind hold."""
    kind = CODING if interval_kind == CODING else "sampling"
    return section("charts", lang)["intervals"][kind]


def _marks_in(panels: Sequence[Panel], table: HeatTable | None) -> set[str]:
    """Return what the key of a chart may speak of."""
    series = [one for panel in panels for one in panel.series]
    cells = [cell for line in table.cells for cell in line] if table else []
    has = {
        "line": any(one.has_intervals for one in series)
        or any(panel.lines for panel in panels),
        "framed": any(cell.is_framed for cell in cells),
        "empty": any(cell.value is None and cell.label for cell in cells),
    }
    kinds = {mark.kind for one in series for mark in one.marks}
    return kinds | {name for name, is_there in has.items() if is_there}


def tasks_behind(row: Mapping[Hashable, Any]) -> str:
    """Return the end of the explorer's address for the tasks behind a value.

    Parameters
    ----------
    row : mapping
        Row of a table of measures, or of tasks.

    Returns
    -------
    str
        A filter, or the task where the row is of one; empty where the row is of no
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
    kinds: Iterable[str] | str = "sure",
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
    kinds : iterable of str, or str
        Of the marks, or of all of them.
    names : iterable of str
        First lines of what a pointer shows.
    scale : float, default 1.0
        Factor of values and bounds: 100 turns shares into percentage points.
    """
    n = len(rows)

    def column(name: str) -> list[float | None]:
        values = rows[name] if name in rows else [None] * n
        found = [number(value) for value in values]
        return [None if v is None else scale * v for v in found]

    shown = [labels(one) for one in rows[value]] if callable(labels) else list(labels)
    own = [kinds] * n if isinstance(kinds, str) else list(kinds)
    hovers = [f"{name}\n{label}" for name, label in zip(names, shown, strict=False)]
    return tuple(
        Mark(middle, lower, upper, label, kind, hover, tasks=tasks_behind(row))
        for row, middle, lower, upper, label, kind, hover in zip(
            rows.to_dict("records"),
            column(value),
            column(f"{value}_lower"),
            column(f"{value}_upper"),
            shown,
            own,
            hovers or [""] * n,
            strict=True,
        )
    )


def share_marks(
    rows: pd.DataFrame,
    *,
    lang: str,
    names: Iterable[str] = (),
    kind: Iterable[str] | str = "sure",
) -> tuple[Mark, ...]:
    """Return marks of shares of themes; a theme without a task is not observed.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, ...)
        ``share`` with its bounds and ``is_observed``.
    lang : {"zh", "en"}
    names, kind
        As in ``marks_of``.
    """
    unseen = section("charts", lang)["unseen"]
    seen = rows["is_observed"].astype(bool).tolist()
    kinds = [kind] * len(rows) if isinstance(kind, str) else list(kind)
    return marks_of(
        rows,
        "share",
        labels=[
            percent(share) if is_seen else unseen
            for share, is_seen in zip(rows["share"], seen, strict=True)
        ],
        kinds=[k if s else "unseen" for k, s in zip(kinds, seen, strict=True)],
        names=names,
    )


def heat_table(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[int, int], Cell],
    *,
    least: float = 0.0,
    groups: Sequence[tuple[str, int]] = (),
) -> HeatTable:
    """Return a table of cells by row and column; a place without one is empty."""
    lines = tuple(
        tuple(cells.get((y, x), Cell(None)) for x in range(len(columns)))
        for y in range(len(rows))
    )
    most = max((abs(cell.value) for cell in cells.values() if cell.value), default=1.0)
    return HeatTable(tuple(rows), tuple(columns), lines, least, most, tuple(groups))


def word_chart(
    question: str,
    name: str,
    words_found: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str,
    interval: float,
    **values: Any,
) -> Chart:
    """Draw words with their log-odds and intervals.

    Parameters
    ----------
    question, name, source, lang, interval, **values
        As in ``chart_of``.
    words_found : DataFrame, shape (n_words, ...)
        Rows of ``measures.distinctive_words``; dots of established ones are filled.
        Without any, or where none was used elsewhere, the chart is one sentence.

    Returns
    -------
    Chart
    """
    labels = tuple(words_found["word"])
    uses = zip(words_found["n_group_uses"], words_found["n_rest_uses"], strict=True)
    marks = marks_of(
        words_found,
        "log_odds",
        labels=[f"({n:,}, {m:,})" for n, m in uses],
        kinds=np.where(words_found["state"] == "established", "sure", "unsure"),
        names=labels,
    )
    panel = Panel(labels, (Series("", marks),), form="points")
    return chart_of(
        question,
        name,
        source=source,
        lang=lang,
        panels=[panel] if words_found["n_rest_uses"].sum() else (),
        reason=section(question, lang)[name]["no_words"],
        interval=interval,
        n_words=len(labels),
        words=section("sentences", lang)["join"].join(labels[:_MOST_NAMED]),
        **values,
    )

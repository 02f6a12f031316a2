"""Tables, findings and tasks as a reader sees them, always escaped."""

import html
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import pandas as pd

from govopen_analytics.base.schemas import heading
from govopen_analytics.charts.build import holds_of, interval_kind_of, tasks_behind
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.style import tasks_attribute
from govopen_analytics.questions.findings import Finding

MOST_SHOWN = 200  # rows; the file beside the page holds all of them
_LONGEST_TEXT = 160  # characters of a cell
_LONGEST_COMMON = 40  # characters of a value that all rows share
_ALWAYS = ("before", "match", "after")  # are read as one line
# A click on a heading sorts the rows.
_SORT = (files("govopen_analytics.questions") / "sort.js").read_text("utf-8")
# JupyterLab sets all cells to the right.
_LEFT = (
    "<style>.jp-RenderedHTMLCommon .scroll :is(td, th):not(.number, .before)"
    "{text-align: left}</style>"
)


class HtmlBlock:
    """A piece of HTML that a notebook shows as its cell's result."""

    def __init__(self, markup: str) -> None:
        self.markup = markup

    def _repr_html_(self) -> str:
        return self.markup


class Table:
    """A table for a reader: headed in the language, sorted by a click on a heading.

    A column whose rows are all equal says nothing row by row: its value stands once
    below the table.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, ...)
        Any table; the first 200 rows are shown. ``x_lower`` and ``x_upper`` stand
        behind ``x`` as one column.
    columns : iterable of str
        The columns, in order; none takes all.
    title : str, default ""
        Folds the table; the title stands in its place until it is opened.

    Attributes
    ----------
    data : DataFrame, shape (n_rows, n_shown)
        Values as they are, with the headings; bounds are one column of text.
    """

    def __init__(
        self,
        df: pd.DataFrame,
        columns: Iterable[str] = (),
        *,
        display: Display,
        title: str = "",
    ) -> None:
        self.display, self.title = display, title
        self._shown = _columns(df, columns, display)
        shown = self._shown.items()
        self.data = pd.DataFrame({head: values for head, (_, values) in shown})
        self._tasks = [
            tasks_attribute(tasks_behind(row))
            for row in df.head(MOST_SHOWN).to_dict("records")
        ]

    def __repr__(self) -> str:
        return repr(self.data)

    def _repr_html_(self) -> str:
        words = self.display.words("tables")
        if self.data.empty:
            return f"<p>{words['no_rows']}</p>"
        rows: list[list[str]] = []
        common: list[str] = []
        for head, (name, values) in self._shown.items():
            cells = [self._cell(value, name) for value in values[:MOST_SHOWN]]
            is_common = name not in _ALWAYS and len(values) > 1
            if is_common and values.astype("string").nunique(dropna=False) == 1:
                if 0 < len(cells[0]) <= _LONGEST_COMMON:
                    one = words["common_one"].format(heading=head, value=cells[0])
                    common.append(one)
                continue
            kind = ' class="number"' if _is_number(values) else ""
            kind = ' class="before"' if name == "before" else kind
            links = [""] * len(cells) if rows else self._tasks
            cells = [
                f"<td{kind}{link}>{html.escape(cell)}</td>"
                for cell, link in zip(cells, links, strict=True)
            ]
            rows.append([f'<th scope="col"{kind}>{html.escape(head)}</th>', *cells])
        notes = [words["common"].format(values=words["join"].join(common))]
        notes = notes if common else []
        if len(self.data) > MOST_SHOWN:
            n = f"{len(self.data):,}"
            notes.append(words["cut"].format(n=n, shown=MOST_SHOWN))
        note = f"<p><small>{html.escape(' '.join(notes))}</small></p>" if notes else ""
        markup = (_markup(list(zip(*rows, strict=True)), words) if rows else "") + note
        return folded(markup, self.title) if self.title else markup

    def _cell(self, value: object, name: str) -> str:
        text = self.display.written(value, name)
        return f"{text[:_LONGEST_TEXT]}…" if len(text) > _LONGEST_TEXT else text


def folded(markup: str, title: str) -> str:
    """Hide a piece of HTML until its title is clicked."""
    head = html.escape(title)
    return f'<details class="table"><summary>{head}</summary>{markup}</details>'


def finding_list(findings: Iterable[Finding], display: Display) -> HtmlBlock:
    """Show findings as a list of sentences, each with its state; none show nothing."""
    states, items = display.words("states"), []
    for finding in findings:
        state, mark = finding.state, html.escape(states.get(finding.state, ""))
        badge = f' <small class="state {state}">{mark}</small>' if mark else ""
        arrow = f" <i{tasks_attribute(finding.tasks)}></i>" if finding.tasks else ""
        items.append(f"<li>{html.escape(finding.text)}{badge}{arrow}</li>")
    return HtmlBlock(f'<ul class="findings">{"".join(items)}</ul>' if items else "")


def task_lists(
    tasks: pd.DataFrame, shares: pd.DataFrame, display: Display
) -> HtmlBlock:
    """Show the tasks behind every cell, folded, by theme and then by plan.

    Parameters
    ----------
    tasks : DataFrame, shape (n_assignments, ...)
        Result of ``coverage.tasks_by_theme``.
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Shares by plan, with ``agency``, ``year`` and ``theme``.
    """
    words = display.words("tables")
    groups = dict(list(tasks.groupby(["theme_id", "document_id"], sort=False)))
    seen = shares.loc[shares["is_observed"].astype(bool)]
    several = seen["theme_id"].nunique() > 1
    parts = []
    for theme_id, cells in seen.groupby("theme_id", sort=False):
        plans = "".join(
            _folded_tasks(cell, groups[theme_id, cell.document_id], words)
            for cell in cells.itertuples()
        )
        label = cells["theme"].iloc[0]
        parts.append(folded(plans, label) if several else plans)
    if not parts:
        return HtmlBlock("")
    return HtmlBlock(f'<div class="task-lists">{"".join(parts)}</div>')


def _columns(
    df: pd.DataFrame, columns: Iterable[str], display: Display
) -> dict[str, tuple[str, pd.Series]]:
    """Return what is shown by heading: the column it comes from, and its values."""
    bounded = [n for n in df.columns if {f"{n}_lower", f"{n}_upper"} <= {*df.columns}]
    bounds = {f"{name}{end}" for name in bounded for end in ("_lower", "_upper")}
    interval = display.fill(display.words("tables")["interval"])
    interval += holds_of(interval_kind_of(df), display)
    shown: dict[str, tuple[str, pd.Series]] = {}
    for name in list(columns) or [n for n in df.columns if n not in bounds]:
        shown[_free(heading(name, display.lang), shown)] = (name, df[name])
        if name in bounded:
            shown[_free(interval, shown)] = ("", _bounds(df, name, display))
    return shown


def _free(name: str, taken: Iterable[str]) -> str:
    """Keep columns of like headings apart."""
    free, n = name, 2
    while free in taken:
        free, n = f"{name} {n}", n + 1
    return free


def _bounds(df: pd.DataFrame, name: str, display: Display) -> pd.Series:
    words = display.words("tables")
    is_unseen = pd.Series(False, index=df.index)
    if name == "share" and {"is_observed", "n_tasks"} <= set(df.columns):
        is_unseen = ~df["is_observed"].astype(bool)
    texts = []
    for low, high, unseen, n in zip(
        df[f"{name}_lower"],
        df[f"{name}_upper"],
        is_unseen,
        df.get("n_tasks", is_unseen),
        strict=True,
    ):
        ends = () if pd.isna(low) else (low, high)
        text = "–".join(display.written(end, name) for end in ends)
        form = words["unseen_bounds"] if unseen else "{bounds}"
        texts.append(form.format(n=n, bounds=text))
    return pd.Series(texts, index=df.index, dtype="string")


def _markup(rows: list[tuple[str, ...]], words: dict) -> str:
    head, *body = (f"<tr>{''.join(row)}</tr>" for row in rows)
    label = html.escape(words["scroll"])
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"
        f"<script>{_SORT}</script>{_LEFT}</div>"
    )


def _is_number(values: pd.Series) -> bool:
    is_flag = pd.api.types.is_bool_dtype(values.dtype)
    return pd.api.types.is_numeric_dtype(values.dtype) and not is_flag


def _plan(row: Any, words: dict) -> str:
    if pd.isna(row.agency):
        return str(row.document_id)
    if pd.isna(row.year):
        return str(row.agency)
    return words["plan"].format(agency=row.agency, year=row.year)


def _folded_tasks(cell: Any, tasks: pd.DataFrame, words: dict) -> str:
    title = words["plan_count"].format(plan=_plan(cell, words), n=len(tasks))
    items = "".join(_task_item(task, words) for task in tasks.itertuples())
    return folded(f"<ul>{items}</ul>", title)


def _task_item(task: Any, words: dict) -> str:
    where = words["ordinal"].format(n=task.ordinal)
    if task.rank > 1:
        where = f"{where} · {words['secondary']}"
    address = tasks_attribute(tasks_behind({"task_id": task.task_id}))
    lines = [f"<small{address}>{html.escape(where)}</small>"]
    if not pd.isna(task.title):
        lines.append(f"<b>{html.escape(task.title)}</b>")
    if not pd.isna(task.content):
        lines.append(html.escape(task.content))
    found = words["join"].join(task.keywords)
    evidence = words["keywords"] + found if found else words["no_keywords"]
    lines.append(f'<small class="evidence">{html.escape(evidence)}</small>')
    return f"<li>{'<br>'.join(lines)}</li>"

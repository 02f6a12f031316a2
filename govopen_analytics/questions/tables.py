"""Tables as a reader sees them: headed, formatted and escaped HTML."""

import html
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.base.schemas import heading
from govopen_analytics.questions.findings import Finding
from govopen_analytics.words import section


class HtmlBlock:
    """A piece of HTML that a notebook shows as its cell's result."""

    def __init__(self, markup: str) -> None:
        self.markup = markup

    def _repr_html_(self) -> str:
        return self.markup


def plain_table(
    df: pd.DataFrame, columns: Iterable[str] = (), *, lang: str = "zh"
) -> HtmlBlock:
    """Show some columns of a table, headed in the reader's language.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, ...)
        Any table; columns whose name ends in ``share``, ``_lower`` or ``_upper``
        are shown as percentages, lists are joined.
    columns : iterable of str
        The columns, in order; none shows all.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    HtmlBlock
    """
    words = section("html_tables", lang)
    names = list(columns) or list(df.columns)
    if df.empty:
        return HtmlBlock(f"<p>{words['no_rows']}</p>")
    head = [_head(heading(name, lang)) for name in names]
    body = [
        [_data(_shown(value, name, words), _is_number(df[name])) for value in df[name]]
        for name in names
    ]
    return HtmlBlock(_table(head, list(zip(*body, strict=True)), words))


def share_table(shares: pd.DataFrame, *, lang: str = "zh") -> HtmlBlock:
    """Show themes by plans, each cell a share with its interval.

    Parameters
    ----------
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``views.labelled_shares``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    HtmlBlock
        A theme without a task reads "not observed in n tasks".
    """
    words = section("html_tables", lang)
    plans = shares.drop_duplicates("document_id")
    head = [_head(heading("theme", lang))]
    for plan in plans.itertuples():
        size = words["plan_n"].format(n=plan.n_tasks)
        head.append(_head(_plan(plan, words), size))
    rows = []
    for _, part in shares.groupby("theme_id", sort=False):
        cells = {
            cell.document_id: _share_cell(cell, words) for cell in part.itertuples()
        }
        named = f'<th scope="row">{html.escape(part["theme"].iloc[0])}</th>'
        rows.append([named, *(cells[key] for key in plans["document_id"])])
    return HtmlBlock(_table(head, rows, words))


def task_lists(
    tasks: pd.DataFrame, shares: pd.DataFrame, *, lang: str = "zh"
) -> HtmlBlock:
    """Show the tasks behind every cell, folded, by theme and then by plan.

    Parameters
    ----------
    tasks : DataFrame, shape (n_assignments, ...)
        Result of ``views.tasks_by_theme``.
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``views.labelled_shares``; it names the cells without a task.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    HtmlBlock
    """
    words = section("html_tables", lang)
    groups = dict(list(tasks.groupby(["theme_id", "document_id"], sort=False)))
    parts = []
    for theme_id, cells in shares.groupby("theme_id", sort=False):
        parts.append(f"<h3>{html.escape(cells['theme'].iloc[0])}</h3>")
        for cell in cells.itertuples():
            found = groups.get((theme_id, cell.document_id))
            parts.append(_folded_tasks(cell, found, words))
    return HtmlBlock(f'<div class="task-lists">{"".join(parts)}</div>')


def sentence_list(findings: Iterable[Finding | str]) -> HtmlBlock:
    """Show findings as a list of sentences; none show nothing."""
    texts = (own if isinstance(own, str) else own.text for own in findings)
    items = "".join(f"<li>{html.escape(text)}</li>" for text in texts)
    return HtmlBlock(f'<ul class="findings">{items}</ul>' if items else "")


def _table(head: list[str], rows: Iterable[Iterable[str]], words: dict) -> str:
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    label = words["scroll"]
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr>{''.join(head)}</tr></thead><tbody>{body}</tbody></table>"
        "</div>"
    )


def _head(text: str, second: str = "") -> str:
    below = f"<br><small>{html.escape(second)}</small>" if second else ""
    return f'<th scope="col">{html.escape(text)}{below}</th>'


def _data(text: str, is_number: bool) -> str:
    kind = ' class="number"' if is_number else ""
    return f"<td{kind}>{html.escape(text)}</td>"


def _is_number(values: pd.Series) -> bool:
    is_flag = pd.api.types.is_bool_dtype(values.dtype)
    return pd.api.types.is_numeric_dtype(values.dtype) and not is_flag


def _shown(value: object, name: str, words: dict) -> str:
    if isinstance(value, list | tuple):
        return words["keyword_join"].join(str(part) for part in value)
    if pd.isna(value):
        return ""
    if isinstance(value, bool):
        return words["true" if value else "false"]
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if name.endswith(("share", "_lower", "_upper")):
        return percent(value)
    if isinstance(value, int) and not name.endswith("year"):
        return f"{value:,}"
    return words["values"].get(name, {}).get(value, str(value))


def _plan(row: Any, words: dict) -> str:
    if pd.isna(row.agency):
        return str(row.document_id)
    if pd.isna(row.year):
        return str(row.agency)
    return words["plan"].format(agency=row.agency, year=row.year)


def _share_cell(cell: Any, words: dict) -> str:
    if not cell.is_observed:
        text = html.escape(words["unseen"].format(n=cell.n_tasks))
        return f'<td class="unseen">{text}</td>'
    bounds = words["interval"].format(
        lower=percent(cell.share_lower), upper=percent(cell.share_upper)
    )
    return (
        f'<td class="number">{html.escape(percent(cell.share))}'
        f"<br><small>{html.escape(bounds)}</small></td>"
    )


def _folded_tasks(cell: Any, tasks: pd.DataFrame | None, words: dict) -> str:
    plan = html.escape(_plan(cell, words))
    if tasks is None:
        text = words["unseen_in"].format(plan=plan, n=cell.n_tasks)
        return f'<p class="unseen">{text}</p>'
    count = words["count"].format(n=len(tasks))
    items = "".join(_task_item(task, words) for task in tasks.itertuples())
    return (
        f"<details><summary>{plan} <small>{html.escape(count)}</small></summary>"
        f"<ul>{items}</ul></details>"
    )


def _task_item(task: Any, words: dict) -> str:
    where = words["ordinal"].format(n=task.ordinal)
    if task.rank > 1:
        where = f"{where} · {words['secondary']}"
    lines = [f"<small>{html.escape(where)}</small>"]
    if not pd.isna(task.title):
        lines.append(f"<b>{html.escape(task.title)}</b>")
    if not pd.isna(task.content):
        lines.append(html.escape(task.content))
    found = words["keyword_join"].join(task.keywords)
    evidence = words["keywords"] + found if found else words["no_keywords"]
    lines.append(f'<small class="evidence">{html.escape(evidence)}</small>')
    return f"<li>{'<br>'.join(lines)}</li>"


# Rows shown on a page; the file beside it holds all of them.
MOST_SHOWN = 200


def measure_table(
    df: pd.DataFrame,
    columns: Iterable[str],
    *,
    lang: str = "zh",
    interval: float = 0.95,
    values: Mapping[str, Mapping[str, str]] | None = None,
) -> HtmlBlock:
    """Show measures with their intervals in one cell, headed and formatted.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, ...)
        A table of measures; a column ``x`` with ``x_lower`` and ``x_upper`` is
        shown with its interval, a share of a theme not observed in words.
    columns : iterable of str
        The columns, in order.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).
    values : mapping of str to mapping, optional
        Words for the values of a column.

    Returns
    -------
    HtmlBlock
        The first 200 rows, with a sentence where there are more.
    """
    words = section("tables", lang)
    columns, shown = list(columns), df.head(MOST_SHOWN)
    readable = {}
    for name in columns:
        cells = _column(shown, name, words)
        named: Mapping[Any, str] = (values or {}).get(name, {})
        head = heading(name, lang)
        if _has_interval(shown, name):
            head += words["with_interval"].format(level=f"{interval:.0%}")
        readable[head] = [named.get(cell, cell) for cell in cells]
    block = plain_table(pd.DataFrame(readable), lang=lang)
    return _with_cut(block, len(df), len(shown), words)


def written(value: object, name: str, lang: str) -> str:
    """Write a value of the column `name` for a reader, not escaped."""
    if not isinstance(value, float) or isinstance(value, bool):
        return _shown(value, name, section("html_tables", lang))
    return str(_form(name, section("tables", lang))(value))


def long_table(
    df: pd.DataFrame, columns: Iterable[str] = (), *, lang: str = "zh"
) -> HtmlBlock:
    """Show the first rows of a table, and say so where there are more.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, ...)
    columns, lang
        As in ``html_tables.plain_table``.

    Returns
    -------
    HtmlBlock
        The first 200 rows, with a sentence where there are more.
    """
    shown = df.head(MOST_SHOWN)
    block = plain_table(shown, columns, lang=lang)
    return _with_cut(block, len(df), len(shown), section("tables", lang))


def _with_cut(block: HtmlBlock, n_rows: int, n_shown: int, words: dict) -> HtmlBlock:
    if n_rows <= n_shown:
        return block
    note = words["cut"].format(n=f"{n_rows:,}", shown=n_shown)
    return HtmlBlock(f"{block.markup}<p><small>{note}</small></p>")


def _has_interval(df: pd.DataFrame, name: str) -> bool:
    return {f"{name}_lower", f"{name}_upper"} <= set(df.columns)


def _column(df: pd.DataFrame, name: str, words: dict) -> list[object]:
    form = _form(name, words)
    if not _has_interval(df, name):
        return [form(value) for value in df[name]]
    is_unseen = (
        ~df["is_observed"].astype(bool)
        if name == "share" and "is_observed" in df
        else pd.Series(False, index=df.index)
    )
    cells = []
    for value, lower, upper, unseen, n in zip(
        df[name],
        df[f"{name}_lower"],
        df[f"{name}_upper"],
        is_unseen,
        df.get("n_tasks", is_unseen),
        strict=True,
    ):
        text = words["unseen"].format(n=n) if unseen else form(value)
        if not pd.isna(value) and not pd.isna(lower):
            text = words["interval"].format(
                value=text, lower=form(lower), upper=form(upper)
            )
        cells.append(text)
    return cells


def _form(name: str, words: dict) -> Callable[[Any], object]:
    if name == "comparator":
        return lambda sign: _SIGNS.get(sign, sign)
    if name in _YEARS:
        return lambda year: "" if pd.isna(year) else f"{int(year)}"
    if name == "change" or name.startswith("change_per"):
        return _points
    if name in ("share_upper", "chance_unobserved") or "share" in name:
        return percent
    if name == "p_adjusted":
        return lambda p: "" if pd.isna(p) else "<0.001" if p < 0.001 else f"{p:.3f}"
    if name.startswith("overlap"):
        return lambda value: "–" if pd.isna(value) else f"{value:.0f}"
    if name in ("z_score",) or name.startswith(("distance", "log_odds")):
        return lambda value: "–" if pd.isna(value) else f"{value:.2f}"
    return lambda value: f"{value:.2f}" if isinstance(value, float) else value


_SIGNS = {">=": "≥", "<=": "≤"}


_YEARS = ("year", "year_from", "year_to", "source_year")


def _points(change: Any) -> str:
    if pd.isna(change):
        return "–"
    return f"{100 * change:+.1f}".replace("-", "−")

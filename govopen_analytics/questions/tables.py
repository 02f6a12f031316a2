"""Tables of measures as a reader sees them, each value with its interval."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.base.schemas import heading
from govopen_analytics.questions.html_tables import HtmlBlock, plain_table
from govopen_analytics.words import section

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
        named = (values or {}).get(name, {})
        head = heading(name, lang)
        if _has_interval(shown, name):
            head += words["with_interval"].format(level=f"{interval:.0%}")
        readable[head] = [named.get(cell, cell) for cell in cells]
    block = plain_table(pd.DataFrame(readable), lang=lang)
    return _with_cut(block, len(df), len(shown), words)


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


def _form(name: str, words: dict) -> Callable[[object], object]:
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


def _points(change: object) -> str:
    if pd.isna(change):
        return "–"
    return f"{change:+.1%}".replace("-", "−")

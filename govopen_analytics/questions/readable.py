"""Tables as a reader sees them: still tables, headed in the reader's language."""

import html
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pandas as pd

from govopen_analytics.base.schemas import heading
from govopen_analytics.questions.tables import written
from govopen_analytics.words import section

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

MOST_SHOWN = 200
LONGEST_TEXT = 160  # characters of a cell


def readable(
    df: pd.DataFrame,
    columns: Iterable[str] = (),
    *,
    lang: str = "zh",
    interval: float = 0.95,
) -> pd.DataFrame:
    """Head a table in the reader's language, with bounds joined to one column.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, ...)
        Any table.
    columns : iterable of str
        The columns, in order; none takes all.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    DataFrame, shape (n_rows, n_shown)
        Values as they are, so that they can be sorted; ``x_lower`` and
        ``x_upper`` stand behind ``x`` as one column of text.
    """
    words = section("readable", lang)
    bounds = {
        f"{name}{end}"
        for name in df.columns
        for end in ("_lower", "_upper")
        if f"{name}_lower" in df and f"{name}_upper" in df
    }
    shown: dict[str, pd.Series] = {}
    for name in list(columns) or [n for n in df.columns if n not in bounds]:
        shown[_free(heading(name, lang), shown)] = df[name]
        if f"{name}_lower" in bounds:
            between = words["interval"].format(level=f"{interval:.0%}")
            shown[_free(between, shown)] = _bounds(df, name, lang)
    return pd.DataFrame(shown, index=df.index)


def styled(
    df: pd.DataFrame,
    columns: Iterable[str] = (),
    *,
    lang: str = "zh",
    interval: float = 0.95,
) -> "Styler":
    """Show the first 200 rows of a table, numbers written for a reader.

    Parameters
    ----------
    df, columns, lang, interval
        As in ``readable``.

    Returns
    -------
    Styler
        Its ``data`` is the table with the numbers.
    """
    names = list(columns)
    head = readable(df.head(MOST_SHOWN), names, lang=lang, interval=interval)
    columns_of = {heading(name, lang): name for name in names or df.columns}
    style = head.style.hide(axis="index").format(
        {label: _writer(columns_of.get(label, ""), lang) for label in head.columns}
    )
    if len(df) > MOST_SHOWN:
        words = section("readable", lang)
        style = style.set_caption(
            words["cut"].format(n=f"{len(df):,}", shown=MOST_SHOWN)
        )
    return style


def _writer(name: str, lang: str) -> Callable[[object], str]:
    def write(value: object) -> str:
        text = written(value, name, lang)
        short = f"{text[:LONGEST_TEXT]}…" if len(text) > LONGEST_TEXT else text
        return html.escape(short)

    return write


def _free(name: str, taken: dict[str, pd.Series]) -> str:
    """Keep columns of like headings apart."""
    n = 2
    free = name
    while free in taken:
        free, n = f"{name} {n}", n + 1
    return free


def _bounds(df: pd.DataFrame, name: str, lang: str) -> pd.Series:
    return pd.Series(
        [
            ""
            if pd.isna(low)
            else f"{written(low, name, lang)}–{written(high, name, lang)}"
            for low, high in zip(df[f"{name}_lower"], df[f"{name}_upper"], strict=True)
        ],
        index=df.index,
        dtype="string",
    )

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
TABLE_ID = "table"
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
    shown = _columns(df, columns, lang, interval)
    return pd.DataFrame({label: values for label, (_, values) in shown.items()})


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
    from pandas.io.formats.style import Styler

    shown = _columns(df.head(MOST_SHOWN), columns, lang, interval)
    table = pd.DataFrame({label: values for label, (_, values) in shown.items()})
    # Fixed names keep equal tables equal as HTML.
    style = Styler(table, uuid=TABLE_ID, cell_ids=False).hide(axis="index")
    style = style.format_index(escape="html", axis="columns").format(
        {label: _writer(name, lang) for label, (name, _) in shown.items()}
    )
    if len(df) > MOST_SHOWN:
        cut = section("readable", lang)["cut"]
        style = style.set_caption(cut.format(n=f"{len(df):,}", shown=MOST_SHOWN))
    return style


def _columns(
    df: pd.DataFrame, columns: Iterable[str], lang: str, interval: float
) -> dict[str, tuple[str, pd.Series]]:
    """Return what is shown by heading: the column it comes from, and its values."""
    bounded = [n for n in df.columns if {f"{n}_lower", f"{n}_upper"} <= {*df.columns}]
    bounds = {f"{name}{end}" for name in bounded for end in ("_lower", "_upper")}
    shown: dict[str, tuple[str, pd.Series]] = {}
    for name in list(columns) or [n for n in df.columns if n not in bounds]:
        shown[_free(heading(name, lang), shown)] = (name, df[name])
        if name in bounded:
            between = section("readable", lang)["interval"]
            label = _free(between.format(level=f"{interval:.0%}"), shown)
            shown[label] = ("", _bounds(df, name, lang))
    return shown


def _writer(name: str, lang: str) -> Callable[[object], str]:
    def write(value: object) -> str:
        text = written(value, name, lang)
        short = f"{text[:LONGEST_TEXT]}…" if len(text) > LONGEST_TEXT else text
        return html.escape(short)

    return write


def _free(name: str, taken: Iterable[str]) -> str:
    """Keep columns of like headings apart."""
    free, n = name, 2
    while free in taken:
        free, n = f"{name} {n}", n + 1
    return free


def _bounds(df: pd.DataFrame, name: str, lang: str) -> pd.Series:
    words = section("readable", lang)
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
        known = not pd.isna(low)
        text = "–".join(written(e, name, lang) for e in (low, high)) if known else ""
        texts.append(words["unseen"].format(n=n, bounds=text) if unseen else text)
    return pd.Series(texts, index=df.index, dtype="string")

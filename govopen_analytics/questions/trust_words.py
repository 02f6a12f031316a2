"""What readers are told about validity, in both languages."""

from collections.abc import Callable

import pandas as pd

from govopen_analytics.base.schemas import heading
from govopen_analytics.words import section

#: The coder whose errors a reader of the report has to live with.
MAIN_CODER = "combined"


def coder_label(coder: str, lang: str = "zh") -> str:
    """Return the name of a coder or of a variant for a reader."""
    return section("trust", lang)["coders"].get(coder, coder)


def number(value: float) -> str:
    """Write a measure with three decimals, a missing one as a dash."""
    return "–" if pd.isna(value) else f"{value:.3f}"


def percent(value: float) -> str:
    """Write a share (0-1) as a percentage, a missing one as a dash."""
    return "–" if pd.isna(value) else f"{value:.1%}"


def between(
    value: float,
    lower: float,
    upper: float,
    words: dict,
    form: Callable[[float], str] = number,
) -> str:
    """Write a value with its interval in brackets."""
    if pd.isna(value):
        return "–"
    return words["interval"].format(
        value=form(value), lower=form(lower), upper=form(upper)
    )


def titled(
    columns: dict[str, list], lang: str, interval: float = 0, with_bounds: str = ""
) -> pd.DataFrame:
    """Head columns with the names a reader knows them by.

    Parameters
    ----------
    columns : dict of str to list
        Cells by the column's name.
    lang : {"zh", "en"}
    interval : float, default 0
        Level of the intervals in the cells of `with_bounds` (0-1).
    with_bounds : str, optional
        The column whose cells hold an interval.

    Returns
    -------
    DataFrame of str, shape (n_rows, n_columns)
    """
    form = section("tables", lang)["with_interval"]
    heads = {name: heading(name, lang) for name in columns}
    if with_bounds:
        heads[with_bounds] += form.format(level=f"{interval:.0%}")
    return pd.DataFrame({heads[name]: cells for name, cells in columns.items()})

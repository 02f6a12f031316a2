"""The chart of each measure, for any groups: dots with intervals.

This is the only place where the results of ``Corpus`` meet a chart function.
"""

import html
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.frame import (
    ChartSource,
    ChartText,
    interval_chart,
    not_drawn,
    points,
    row_labels,
    sentence_chart,
)
from govopen_analytics.questions.selection import MOST_ROWS
from govopen_analytics.words import section

MOST_PANELS = 12


@dataclass(frozen=True)
class ChartPlan:
    """Which columns of a measure's table make its chart.

    Attributes
    ----------
    value : str
        Column drawn, with ``_lower`` and ``_upper`` where the table has them.
    rows : tuple of str
        Columns that name a row beside those that name the group.
    panels : str
        Column with a value per panel; empty draws one panel.
    unit : {"share", "change", "number"}
        How values are written.
    sure : str
        Boolean column: filled marks where it holds; empty fills all.
    reference : float or None
        Where a vertical line stands.
    has_groups : bool
        Whether the columns that name the groups name rows.
    """

    value: str
    rows: tuple[str, ...] = ()
    panels: str = ""
    unit: str = "share"
    sure: str = ""
    reference: float | None = None
    has_groups: bool = True


PLANS = {
    "theme_shares": ChartPlan("share", panels="theme", sure="is_observed"),
    "change": ChartPlan(
        "change",
        ("year_from", "year_to"),
        panels="theme",
        unit="change",
        sure="is_beyond_chance",
        reference=0.0,
    ),
    "trend": ChartPlan(
        "change_per_year",
        ("theme",),
        unit="change",
        sure="is_beyond_chance",
        reference=0.0,
    ),
    "gaps": ChartPlan("chance_unobserved", panels="theme"),
    "distances": ChartPlan(
        "distance",
        ("group", "reference"),
        unit="number",
        sure="is_beyond_chance",
        has_groups=False,
    ),
    "responsibility": ChartPlan("lead_share", ("unit_name",)),
    "deadlines": ChartPlan("share", ("label",)),
    "commitments": ChartPlan("share", panels="label"),
    "completion": ChartPlan("share", panels="label"),
    "distinctive_words": ChartPlan("log_odds", ("word",), unit="number", reference=0.0),
    "reuse": ChartPlan("reused_share"),
    "kwic": ChartPlan("share"),
}


def measure_chart(
    measure: str,
    table: pd.DataFrame,
    by: list[str],
    *,
    source: ChartSource,
    lang: str,
    interval: float,
) -> go.Figure:
    """Draw the table of a measure.

    Parameters
    ----------
    measure : str
        Name in ``PLANS``.
    table : DataFrame, shape (n_values, ...)
        Of a ``Result``.
    by : list of str
        Columns that name the groups.
    source : ChartSource
    lang : {"zh", "en"}
    interval : float
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    Figure
        Of the first 30 rows and 12 panels; one sentence where there is no row.
    """
    words, plan = section("measure_charts", lang), PLANS[measure]
    title = words["titles"][measure]
    if table.empty:
        text = ChartText(measure, title, "", "", "")
        return sentence_chart(text, words["nothing"], source=source, lang=lang)
    names = [*(by if plan.has_groups else []), *plan.rows]
    named = table.assign(_row=_row_names(table, names, words))
    kept = list(dict.fromkeys(named["_row"]))
    shown = kept[:MOST_ROWS]
    named = named.loc[named["_row"].isin(shown)]
    marks = _marks(named, plan, shown, lang)
    groups = named[plan.panels].astype("string").fillna("–") if plan.panels else None
    panels = (
        {"": marks}
        if groups is None
        else {
            html.escape(str(name), quote=False): marks.loc[groups == name]
            for name in list(dict.fromkeys(groups))[:MOST_PANELS]
        }
    )
    text = ChartText(
        measure,
        title,
        words["subtitle"].format(
            level=f"{interval:.0%}", hidden=not_drawn(len(kept) - len(shown), lang)
        ),
        "",
        words["alt"].format(title=title, n=len(marks)),
    )
    return interval_chart(
        panels,
        row_labels(shown),
        text,
        source=source,
        lang=lang,
        tick_format={"share": ".0%", "change": "+.0%", "number": ""}[plan.unit],
        reference=plan.reference,
    )


def _row_names(table: pd.DataFrame, names: list[str], words: dict) -> list[str]:
    labels = [
        " · ".join(map(_text, row)) for row in table[names].itertuples(index=False)
    ]
    if "n_tasks" not in table:
        return labels
    return [
        words["of"].format(name=label, n=f"{n:,}") if label else f"n = {n:,}"
        for label, n in zip(labels, table["n_tasks"], strict=True)
    ]


def _text(value: object) -> str:
    return "–" if pd.isna(value) else str(value)


def _marks(
    table: pd.DataFrame, plan: ChartPlan, rows: list[str], lang: str
) -> pd.DataFrame:
    value = table[plan.value].astype(float)
    is_sure = table[plan.sure].astype(bool) if plan.sure else value.notna()
    labels = [_written(one, plan.unit, lang) for one in value]
    none = pd.Series(float("nan"), table.index)
    return pd.DataFrame(
        {
            "y": table["_row"].map(rows.index),
            "value": value,
            "lower": table.get(f"{plan.value}_lower", none).astype(float),
            "upper": table.get(f"{plan.value}_upper", none).astype(float),
            "label": labels,
            "hover": [
                f"{html.escape(row)}<br>{label}"
                for row, label in zip(table["_row"], labels, strict=True)
            ],
            "mark": is_sure.map({True: "sure", False: "unsure"}),
        }
    )


def _written(value: float, unit: str, lang: str) -> str:
    if pd.isna(value):
        return "–"
    if unit == "share":
        return percent(value)
    return points(value, lang) if unit == "change" else f"{value:.2f}"

"""The chart of each measure, for any groups: dots with intervals."""

from dataclasses import dataclass

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, interval_kind_of, marks_of
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Chart, Mark, Panel, Reference, Series
from govopen_analytics.charts.style import not_drawn, signed
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
    form : {"share", "points", "decimal", "count"}
        How values are written.
    sure : str
        Boolean column: filled marks where it holds; empty fills all.
    kind : {"unsure", "unseen"}
        The other marks.
    has_zero : bool
        Whether a line stands at 0.
    has_groups : bool
        Whether the columns that name the groups name rows.
    """

    value: str
    rows: tuple[str, ...] = ()
    panels: str = ""
    form: str = "share"
    sure: str = ""
    kind: str = "unsure"
    has_zero: bool = False
    has_groups: bool = True


PLANS = {
    "theme_shares": ChartPlan(
        "share", panels="theme", sure="is_observed", kind="unseen"
    ),
    "change": ChartPlan(
        "change", ("year_from", "year_to"), panels="theme", form="points", has_zero=True
    ),
    "trend": ChartPlan("change_per_year", ("theme",), form="points", has_zero=True),
    "gaps": ChartPlan("chance_unobserved", panels="theme"),
    "distances": ChartPlan(
        "distance_corrected", ("group", "reference"), form="decimal", has_groups=False
    ),
    "responsibility": ChartPlan("lead_share", ("unit_name",)),
    "deadlines": ChartPlan("share", ("label",)),
    "commitments": ChartPlan("share", panels="label"),
    "completion": ChartPlan("share", panels="label"),
    "distinctive_words": ChartPlan(
        "log_odds", ("word",), form="decimal", has_zero=True
    ),
    "reuse": ChartPlan("reused_share"),
    "kwic": ChartPlan("share"),
    "moved": ChartPlan("n_net", ("theme",), form="count", has_zero=True),
    "index": ChartPlan("value", form="decimal", panels="indicator"),
}
_WRITTEN = {
    "share": percent,
    "points": lambda value: signed(100 * value),
    "decimal": "{:.2f}".format,
    "count": "{:+,.0f}".format,
}


def measure_chart(
    measure: str,
    table: pd.DataFrame,
    by: list[str],
    *,
    source: ChartSource,
    lang: str,
    interval: float,
) -> Chart:
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
        Level of the intervals (0-1).

    Returns
    -------
    Chart
        Of the first 30 rows and 12 panels; one sentence where there is no row.
    """
    plan, words = PLANS[measure], section("measure_charts", lang)
    names = [*(by if plan.has_groups else []), *plan.rows]
    rows = _row_names(table, names, section("charts", lang)["with_n"])
    shown = tuple(dict.fromkeys(rows))[:MOST_ROWS]
    panels = []
    titles = table[plan.panels].astype("string").fillna("–") if plan.panels else None
    for title in [""] if titles is None else list(dict.fromkeys(titles))[:MOST_PANELS]:
        here = table.assign(_row=rows)
        if titles is not None:
            here = here.loc[titles == title]
        panels.append(_panel(here, shown, str(title), plan, words["zero"]))
    return chart_of(
        "measure_charts",
        measure,
        source=source,
        lang=lang,
        panels=panels if shown else (),
        reason=words["nothing"],
        hidden=not_drawn(len(set(rows)) - len(shown), lang),
        interval=interval if f"{plan.value}_lower" in table else None,
        interval_kind=interval_kind_of(table),
        n=len(table),
    )


def _panel(
    table: pd.DataFrame, rows: tuple[str, ...], title: str, plan: ChartPlan, zero: str
) -> Panel:
    drawn = table.drop_duplicates("_row").set_index("_row").reindex(list(rows))
    kinds = ["sure"] * len(drawn)
    if plan.sure:
        kinds = ["sure" if sure is True else plan.kind for sure in drawn[plan.sure]]
    write = _WRITTEN[plan.form]
    labels = ["" if pd.isna(value) else write(value) for value in drawn[plan.value]]
    marks: tuple[Mark, ...] = marks_of(
        drawn,
        plan.value,
        labels=labels,
        kinds=kinds,
        names=rows,
        scale=100.0 if plan.form == "points" else 1.0,
    )
    return Panel(
        rows,
        (Series("", marks),),
        title=title,
        form=plan.form,
        reference=Reference(0.0, zero, "") if plan.has_zero else None,
    )


def _row_names(table: pd.DataFrame, names: list[str], with_n: str) -> list[str]:
    parts = table[names].itertuples(index=False)
    labels = [" · ".join("–" if pd.isna(p) else str(p) for p in row) for row in parts]
    if "n_tasks" not in table:
        return labels
    return [
        with_n.format(name=label, n=f"{n:,}")
        for label, n in zip(labels, table["n_tasks"], strict=True)
    ]

"""Charts of the question: who is responsible, and by when?"""

import pandas as pd
import plotly.graph_objects as go

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.frame import (
    ChartSource,
    ChartText,
    agency_labels,
    heat_chart,
    interval_chart,
    not_drawn,
    row_labels,
    sentence_chart,
    wrapped,
)
from govopen_analytics.questions.responsibility import PERIODS, period_names
from govopen_analytics.questions.selection import largest, named_agencies
from govopen_analytics.words import agency_name, section


def due_dots(
    months: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw the load of each month, with intervals.

    Parameters
    ----------
    months : DataFrame, shape (16, ...)
        Result of ``compare.deadlines_by_month`` of all plans together.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    Figure
        One sentence where no task has a deadline.
    """
    words, names = section("responsibility_charts", lang), period_names(lang)
    if months.empty:
        none = ChartText("due_dots", words["month_title"], "", "", "")
        return sentence_chart(none, words["no_dates"], source=source, lang=lang)
    rows = months.set_index("due").loc[list(PERIODS)]
    top = names[rows["n_due"].idxmax()]
    text = ChartText(
        "due_dots",
        words["month_title"],
        words["month_subtitle"].format(level=f"{interval:.0%}"),
        words["month_axis"].format(n=f"{rows['n_tasks'].max():,}"),
        words["month_alt"].format(top=top),
    )
    if not rows["n_due"].drop("none").sum():
        return sentence_chart(text, words["no_dates"], source=source, lang=lang)
    labels = [names[due] for due in rows.index]
    values = [f"{percent(row.share)} ({row.n_due:,})" for row in rows.itertuples()]
    marks = pd.DataFrame(
        {
            "y": range(len(rows)),
            "value": rows["share"].to_numpy(),
            "lower": rows["share_lower"].to_numpy(),
            "upper": rows["share_upper"].to_numpy(),
            "label": values,
            "hover": [f"{a}<br>{b}" for a, b in zip(labels, values, strict=True)],
            "mark": ["unsure" if pd.isna(month) else "sure" for month in rows["month"]],
        }
    )
    return interval_chart({"": marks}, labels, text, source=source, lang=lang)


def due_calendar(
    months: pd.DataFrame, *, source: ChartSource, lang: str = "zh"
) -> go.Figure:
    """Draw agencies by months: how many tasks fall due.

    Parameters
    ----------
    months : DataFrame, shape (n_agencies * 16, ...)
        Result of ``compare.deadlines_by_month`` by ``agency``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Figure
        The 30 agencies with most tasks, if there are more; one sentence where no
        task has a deadline.
    """
    words, names = section("responsibility_charts", lang), period_names(lang)
    shown, n_hidden = largest(named_agencies(months), "agency", "n_tasks")
    agencies = shown.drop_duplicates("agency")
    text = ChartText(
        "due_calendar",
        words["calendar_title"],
        words["calendar_subtitle"].format(hidden=not_drawn(n_hidden, lang)),
        words["calendar_axis"],
        words["calendar_alt"].format(agencies=len(agencies)),
    )
    if not months.loc[months["due"] != "none", "n_due"].sum():
        return sentence_chart(text, words["no_dates"], source=source, lang=lang)
    row_names = list(agencies["agency"])
    row_places = {name: y for y, name in enumerate(row_names)}
    column_places = {due: x for x, due in enumerate(PERIODS)}
    cells = pd.DataFrame(
        {
            "x": [column_places[due] for due in shown["due"]],
            "y": [row_places[name] for name in shown["agency"]],
            "value": shown["share"].astype(float).to_numpy(),
            "label": [str(n) if n else "" for n in shown["n_due"]],
            "hover": [
                words["hover"].format(
                    agency=wrapped(agency_name(row.agency, lang)),
                    due=names[row.due],
                    n=row.n_due,
                    share=percent(row.share),
                )
                for row in shown.itertuples()
            ],
            "is_sure": False,
        }
    )
    return heat_chart(
        cells,
        agency_labels(row_names, list(agencies["n_tasks"]), lang),
        [wrapped(names[due], 8) for due in PERIODS],
        text,
        source=source,
        lang=lang,
        column_lines=2,
    )


def unit_load_dots(
    load: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw the units that lead most tasks, as shares of their agency's tasks.

    Parameters
    ----------
    load : DataFrame, shape (n_units, ...)
        Result of ``compare.unit_load`` by ``agency``.
    source, lang, interval
        As in ``due_dots``.

    Returns
    -------
    Figure
        The 25 units that lead most tasks; one sentence where no task names one.
    """
    words = section("responsibility_charts", lang)
    ordered = load.sort_values("n_lead", ascending=False, kind="stable")
    shown = ordered.head(_MOST_UNITS)
    names = [
        words["load_row"].format(
            unit=row.unit_name, agency=agency_name(row.agency, lang)
        )
        for row in shown.itertuples()
    ]
    text = ChartText(
        "unit_load_dots",
        words["load_title"],
        words["load_subtitle"].format(
            level=f"{interval:.0%}", hidden=not_drawn(len(ordered) - len(shown), lang)
        ),
        words["load_axis"],
        words["load_alt"].format(units=len(shown), top=names[0] if names else "–"),
    )
    if shown.empty:
        return sentence_chart(text, words["no_units"], source=source, lang=lang)
    values = [
        f"{percent(row.lead_share)} ({row.n_lead}, {row.n_support}, {row.n_due})"
        for row in shown.itertuples()
    ]
    labels = row_labels(
        words["load_label"].format(name=name, n=f"{n:,}")
        for name, n in zip(names, shown["n_tasks"], strict=True)
    )
    marks = pd.DataFrame(
        {
            "y": range(len(shown)),
            "value": shown["lead_share"].to_numpy(),
            "lower": shown["lead_share_lower"].to_numpy(),
            "upper": shown["lead_share_upper"].to_numpy(),
            "label": values,
            "hover": [f"{a}<br>{b}" for a, b in zip(labels, values, strict=True)],
            "mark": [
                "unsure" if is_collective else "sure"
                for is_collective in shown["is_collective"]
            ],
        }
    )
    return interval_chart({"": marks}, labels, text, source=source, lang=lang)


_MOST_UNITS = 25

"""Who is responsible, and by when? Rows, findings and charts."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, heat_table, marks_of
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Cell, Chart, Panel, Series, number
from govopen_analytics.charts.style import names_with_n, not_drawn
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.findings import (
    Finding,
    difference_findings,
    finding,
    listed,
    no_tasks,
    share_in_words,
)
from govopen_analytics.questions.selection import largest, named_agencies
from govopen_analytics.words import agency_name, section

PERIODS = (
    *(f"{month:02d}" for month in range(1, 13)),
    "whole_year",
    "ongoing",
    "other_year",
    "none",
)


_MOST_UNITS = 25  # drawn


def period_names(lang: str) -> dict[str, str]:
    """Return the words for what ``compare.deadlines_by_month`` calls ``due``."""
    return section("responsibility", lang)["due"]


def only_months(months: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of calendar months."""
    return months.loc[months["month"].notna()].reset_index(drop=True)


def responsibility_findings(
    documents: pd.DataFrame,
    load: pd.DataFrame,
    months: pd.DataFrame,
    proportions: pd.DataFrame,
    dominant: pd.DataFrame,
    differences: Differences | None = None,
    *,
    lang: str = "zh",
    interval: float = 0.95,
) -> list[Finding]:
    """Say how much of the plans has an owner and a date, and where it gathers.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    load : DataFrame
        Result of ``compare.unit_load`` by ``agency``.
    months : DataFrame, shape (16, ...)
        Result of ``compare.deadlines_by_month`` of all plans together.
    proportions : DataFrame
        Result of ``compare.task_proportions`` of all plans together, on the
        flags of ``compare.verifiability``.
    dominant : DataFrame
        Result of ``measures.dominant_plans`` on ``measures.due_flags``.
    differences : Differences, optional
        Result of ``measures.form_differences`` by ``agency``.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    list of Finding
    """
    if proportions.empty:
        return no_tasks("responsibility", lang)
    say = partial(finding, "responsibility", lang=lang, interval=interval)
    flags, names = proportions.set_index("flag"), section("commitments", lang)["flags"]
    found = [
        say(
            key,
            row=flags.loc[flag],
            subject=names[flag],
            evidence=evidence,
            caveats=caveats,
            share=share_in_words(flags.loc[flag], lang, f"{interval:.0%}"),
        )
        for key, flag, evidence, caveats in (
            ("unit", "has_lead_unit", "unit_load_dots", ("units", "form_of_plan")),
            ("generic", "has_generic_lead", "unit_load_dots", ()),
            ("deadline", "has_deadline", "due_dots", ("dates", "interval_tasks")),
        )
        if flag != "has_generic_lead" or flags.loc[flag, "n_true"]
    ]
    if differences is not None and documents["agency"].nunique() > 1:
        found += difference_findings(
            differences,
            {flag: names[flag] for flag in ("has_lead_unit", "has_deadline")},
            lambda row: agency_name(row["agency"], lang),
            question="responsibility",
            lang=lang,
            evidence="element_dots",
        )
    found += _peak(months, dominant, say, lang)
    found += _units(load, say, lang)
    # Where agencies were tested, the test names those without a unit already.
    is_said = differences is not None
    return [*found, *_without_units(documents, load, say, lang, is_detail=is_said)]


def _peak(
    months: pd.DataFrame,
    dominant: pd.DataFrame,
    say: Callable[..., Finding],
    lang: str,
) -> list[Finding]:
    due = only_months(months)
    if not due["n_due"].sum():
        return [say("no_deadline", state=CANNOT_BE_ANSWERED)]
    top = due.loc[due["n_due"].idxmax()]
    month = period_names(lang)[top["due"]]
    peak = say(
        "peak",
        row=top,
        subject=month,
        evidence="due_dots",
        month=month,
        n=top["n_due"],
        all=f"{top['n_tasks']:,}",
        share=percent(top["share"]),
        lower=percent(top["share_lower"]),
        upper=percent(top["share_upper"]),
    )
    plans = dominant.loc[dominant["flag"] == top["due"]]
    return [
        peak,
        *(
            say(
                "dominated",
                evidence="due_calendar",
                subject=agency_name(plan["agency"], lang),
                number=plan["n_plan_true"],
                unit="count",
                month=month,
                n=top["n_due"],
                n_plan=plan["n_plan_true"],
                agency=agency_name(plan["agency"], lang),
                year=plan["year"],
            )
            for _, plan in plans.iterrows()
        ),
    ]


def _units(load: pd.DataFrame, say: Callable[..., Finding], lang: str) -> list[Finding]:
    if load.empty:
        return [say("no_unit", state=CANNOT_BE_ANSWERED)]
    is_collective = load["is_collective"].astype(bool)
    own, found = load.loc[~is_collective], []
    if len(own) and own["n_lead"].max() > 0:
        top = own.loc[own["n_lead"].idxmax()]
        agency = agency_name(top["agency"], lang)
        found.append(
            say(
                "heaviest",
                row=top,
                value="lead_share",
                subject=f"{agency} {top['unit_name']}",
                evidence="unit_load_dots",
                agency=agency,
                unit_name=top["unit_name"],
                n_lead=top["n_lead"],
                n=top["n_tasks"],
                share=percent(top["lead_share"]),
                lower=percent(top["lead_share_lower"]),
                upper=percent(top["lead_share_upper"]),
                due=top["n_due"],
            )
        )
    return found


def _without_units(
    documents: pd.DataFrame,
    load: pd.DataFrame,
    say: Callable[..., Finding],
    lang: str,
    *,
    is_detail: bool,
) -> list[Finding]:
    agencies = documents["agency"].dropna()
    missing = sorted(set(agencies) - set(load["agency"].dropna()))
    if not missing or load.empty:
        return []
    shown = {"number": len(missing), "unit": "count", "evidence": "unit_load_dots"}
    shown |= {"is_detail": is_detail}
    agencies = listed(missing, lang)
    return [say("without", n=len(missing), agencies=agencies, **shown)]


def due_dots(
    months: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw the load of each month, with intervals.

    Parameters
    ----------
    months : DataFrame, shape (16, ...)
        Result of ``measures.deadlines_by_month`` of all plans together.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
        One sentence where no task has a deadline.
    """
    names = period_names(lang)
    rows = months.set_index("due").reindex(list(PERIODS))
    has_dates = bool(rows["n_due"].drop("none").sum())
    labels = tuple(names[due] for due in rows.index)
    panels, top = [], ""
    if has_dates:
        marks = marks_of(
            rows,
            "share",
            labels=[f"{percent(r.share)} ({r.n_due:,})" for r in rows.itertuples()],
            kinds=["unsure" if pd.isna(month) else "sure" for month in rows["month"]],
            names=labels,
        )
        panels.append(Panel(labels, (Series("", marks),), most=1.0))
        top = names[rows["n_due"].idxmax()]
    return chart_of(
        "responsibility",
        "due_dots",
        source=source.without_coding,
        lang=lang,
        panels=panels,
        reason=section("responsibility", lang)["no_dates"],
        interval=interval,
        interval_kind="tasks",
        n=f"{rows['n_tasks'].max():,}" if has_dates else "",
        top=top,
    )


def due_calendar(
    months: pd.DataFrame, *, source: ChartSource, lang: str = "zh"
) -> Chart:
    """Draw agencies by months: how many tasks fall due.

    Parameters
    ----------
    months : DataFrame, shape (n_agencies * 16, ...)
        Result of ``measures.deadlines_by_month`` by ``agency``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Chart
        The 30 agencies with most tasks, if there are more; one sentence where no
        task has a deadline.
    """
    words, names = section("responsibility", lang), period_names(lang)
    shown, n_hidden = largest(named_agencies(months), "agency", "n_tasks")
    agencies = shown.drop_duplicates("agency")
    labels = names_with_n(agencies["agency"], agencies["n_tasks"], lang)
    y = {name: place for place, name in enumerate(agencies["agency"])}
    x = {due: place for place, due in enumerate(PERIODS)}
    cells = {
        (y[row.agency], x[row.due]): Cell(
            number(row.share),
            str(row.n_due) if row.n_due else "",
            words["due_calendar"]["hover"].format(
                agency=agency_name(row.agency, lang),
                due=names[row.due],
                n=row.n_due,
                share=percent(row.share),
            ),
        )
        for row in shown.itertuples()
    }
    has_dates = bool(months.loc[months["due"] != "none", "n_due"].sum())
    table = heat_table(labels, [names[due] for due in PERIODS], cells)
    return chart_of(
        "responsibility",
        "due_calendar",
        source=source.without_coding,
        lang=lang,
        table=table if has_dates else None,
        reason=words["no_dates"],
        hidden=not_drawn(n_hidden, lang),
        agencies=len(labels),
    )


def unit_load_dots(
    load: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw the units that lead most tasks, as shares of their agency's tasks.

    Parameters
    ----------
    load : DataFrame, shape (n_units, ...)
        Result of ``measures.unit_load`` by ``agency``.
    source, lang, interval
        As in ``due_dots``.

    Returns
    -------
    Chart
        The 25 units that lead most tasks; one sentence where no task names one.
    """
    words = section("responsibility", lang)
    ordered = load.sort_values("n_lead", ascending=False, kind="stable")
    shown = ordered.head(_MOST_UNITS)
    names = [
        words["unit_load_dots"]["row"].format(
            unit=row.unit_name, agency=agency_name(row.agency, lang)
        )
        for row in shown.itertuples()
    ]
    labels = tuple(names_with_n(names, shown["n_tasks"], lang))
    is_collective = shown["is_collective"].astype(bool)
    marks = marks_of(
        shown,
        "lead_share",
        labels=[
            f"{percent(row.lead_share)} ({row.n_lead}, {row.n_support}, {row.n_due})"
            for row in shown.itertuples()
        ],
        kinds=["unsure" if collective else "sure" for collective in is_collective],
        names=labels,
    )
    return chart_of(
        "responsibility",
        "unit_load_dots",
        source=source.without_coding,
        lang=lang,
        panels=[Panel(labels, (Series("", marks),), most=1.0)] if labels else (),
        reason=words["no_units"],
        hidden=not_drawn(len(ordered) - len(shown), lang),
        interval=interval,
        interval_kind="tasks",
        units=len(shown),
        top=names[0] if names else "",
    )

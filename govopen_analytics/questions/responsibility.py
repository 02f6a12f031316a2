"""Who is responsible, and by when? Rows, findings and charts."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, dots_chart, heat_table, marks_of
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Cell, Chart, Series, number
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.findings import (
    Finding,
    difference_findings,
    finding,
    no_tasks,
)
from govopen_analytics.questions.selection import largest_agencies

PERIODS = (
    *(f"{month:02d}" for month in range(1, 13)),
    "whole_year",
    "ongoing",
    "other_year",
    "none",
)
_MOST_UNITS = 25  # drawn


def responsibility_findings(
    documents: pd.DataFrame,
    load: pd.DataFrame,
    months: pd.DataFrame,
    proportions: pd.DataFrame,
    dominant: pd.DataFrame,
    differences: Differences | None,
    display: Display,
) -> list[Finding]:
    """Say how much of the plans has an owner and a date, and where it gathers.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    load : DataFrame
        Result of ``measures.unit_load`` by ``agency``.
    months : DataFrame, shape (16, ...)
        Result of ``measures.deadlines_by_month`` of all plans together.
    proportions : DataFrame
        Result of ``measures.task_proportions`` of all plans together, on the
        flags of ``measures.verifiability``.
    dominant : DataFrame
        Result of ``measures.dominant_plans`` on ``measures.due_flags``.
    differences : Differences or None
        Result of ``measures.form_differences`` by ``agency``.
    """
    if proportions.empty:
        return no_tasks("responsibility", display)
    say = partial(finding, "responsibility", display=display)
    flags, names = proportions.set_index("flag"), display.words("commitments")["flags"]
    findings = [
        say(
            key,
            flags.loc[flag],
            subject=names[flag],
            evidence=evidence,
            caveats=caveats,
        )
        for key, flag, evidence, caveats in (
            ("unit", "has_lead_unit", "unit_load_dots", ("units", "form_of_plan")),
            ("generic", "has_generic_lead", "unit_load_dots", ()),
            ("deadline", "has_deadline", "due_dots", ("dates", "interval_tasks")),
        )
        if flag != "has_generic_lead" or flags.loc[flag, "n_true"]
    ]
    if differences is not None and documents["agency"].nunique() > 1:
        findings += difference_findings(
            differences,
            {flag: names[flag] for flag in ("has_lead_unit", "has_deadline")},
            lambda row: display.agency(row["agency"]),
            question="responsibility",
            display=display,
            evidence="element_dots",
        )
    findings += _peak(months, dominant, display, say)
    findings += _units(load, display, partial(say, evidence="unit_load_dots"))
    missing = sorted(set(documents["agency"].dropna()) - set(load["agency"].dropna()))
    if missing and not load.empty:
        findings.append(
            say(
                "without",
                count=len(missing),
                evidence="unit_load_dots",
                # Where agencies were tested, the test names those without a unit.
                is_detail=differences is not None,
                n=len(missing),
                agencies=display.listed(missing),
            )
        )
    return findings


def _peak(
    months: pd.DataFrame,
    dominant: pd.DataFrame,
    display: Display,
    say: Callable[..., Finding],
) -> list[Finding]:
    """Name the month with most deadlines, and the plan that they mostly stand in."""
    due = months.loc[months["month"].notna()].reset_index(drop=True)
    if not due["n_due"].sum():
        return [say("no_deadline", state=CANNOT_BE_ANSWERED)]
    top = due.loc[due["n_due"].idxmax()]
    month = display.words("responsibility")["due"][top["due"]]
    plans = dominant.loc[dominant["flag"] == top["due"]]
    return [
        say("peak", top, subject=month, evidence="due_dots"),
        *(
            say(
                "dominated",
                plan,
                value="n_plan_true",
                evidence="due_calendar",
                month=month,
            )
            for _, plan in plans.iterrows()
        ),
    ]


def _units(
    load: pd.DataFrame, display: Display, say: Callable[..., Finding]
) -> list[Finding]:
    if load.empty:
        return [say("no_unit", state=CANNOT_BE_ANSWERED, evidence="")]
    units = load.loc[~load["is_collective"].astype(bool) & (load["n_lead"] > 0)]
    if units.empty:
        return []
    top = units.loc[units["n_lead"].idxmax()]
    subject = f"{display.agency(top['agency'])} {top['unit_name']}"
    return [say("heaviest", top, value="lead_share", subject=subject)]


def due_dots(months: pd.DataFrame, display: Display) -> Chart:
    """Draw the load of each month, with intervals.

    The chart is one sentence where no task has a deadline.

    Parameters
    ----------
    months : DataFrame, shape (16, ...)
        Result of ``measures.deadlines_by_month`` of all plans together.
    """
    names = display.words("responsibility")["due"]
    rows = months.set_index("due").reindex(list(PERIODS))
    rows = rows if rows["n_due"].drop("none").sum() else rows.head(0)
    labels = [names[due] for due in rows.index]
    marks = marks_of(
        rows,
        "share",
        labels=[f"{percent(r.share)} ({r.n_due:,})" for r in rows.itertuples()],
        kinds=rows["month"].notna(),
        names=labels,
    )
    return dots_chart(
        "responsibility",
        "due_dots",
        display.uncoded,
        labels,
        Series("", marks),
        most=1.0,
        reason=display.words("responsibility")["no_dates"],
        interval_kind="tasks",
        n=f"{rows['n_tasks'].max():,}" if labels else "",
        top=names[rows["n_due"].idxmax()] if labels else "",
    )


def due_calendar(months: pd.DataFrame, display: Display) -> Chart:
    """Draw agencies by months: how many tasks fall due.

    Shows the 30 agencies with most tasks, if there are more; one sentence where no
    task has a deadline.

    Parameters
    ----------
    months : DataFrame, shape (n_agencies * 16, ...)
        Result of ``measures.deadlines_by_month`` by ``agency``.
    """
    words = display.words("responsibility")
    names = words["due"]
    shown, n_hidden = largest_agencies(months, "n_tasks")
    sizes = dict(zip(shown["agency"], shown["n_tasks"], strict=True))
    labels = dict(zip(sizes, display.with_n(sizes, sizes.values()), strict=True))
    hover = words["due_calendar"]["hover"]
    cells = {
        (row["agency"], row["due"]): Cell(
            number(row["share"]),
            str(row["n_due"]) if row["n_due"] else "",
            display.fill(hover, row, due=names[row["due"]]),
        )
        for row in shown.to_dict("records")
    }
    has_dates = bool(months.loc[months["due"] != "none", "n_due"].sum())
    periods = {due: names[due] for due in PERIODS}
    return chart_of(
        "responsibility",
        "due_calendar",
        display.uncoded,
        table=heat_table(labels, periods, cells) if has_dates else None,
        reason=words["no_dates"],
        hidden=display.hidden(n_hidden),
        agencies=len(labels),
    )


def unit_load_dots(load: pd.DataFrame, display: Display) -> Chart:
    """Draw the units that lead most tasks, as shares of their agency's tasks.

    Shows the 25 units that lead most tasks; one sentence where no task names one.

    Parameters
    ----------
    load : DataFrame, shape (n_units, ...)
        Result of ``measures.unit_load`` by ``agency``.
    """
    words = display.words("responsibility")
    ordered = load.sort_values("n_lead", ascending=False, kind="stable")
    shown = ordered.head(_MOST_UNITS)
    rows = shown.to_dict("records")
    names = [display.fill(words["unit_load_dots"]["row"], row) for row in rows]
    labels = display.with_n(names, shown["n_tasks"])
    marks = marks_of(
        shown,
        "lead_share",
        labels=[
            display.fill("{lead_share} ({n_lead}, {n_support}, {n_due})", row)
            for row in rows
        ],
        kinds=~shown["is_collective"].astype(bool),
        names=labels,
    )
    return dots_chart(
        "responsibility",
        "unit_load_dots",
        display.uncoded,
        labels,
        Series("", marks),
        most=1.0,
        reason=words["no_units"],
        hidden=display.hidden(len(ordered) - len(shown)),
        interval_kind="tasks",
        units=len(shown),
        top=names[0] if names else "",
    )

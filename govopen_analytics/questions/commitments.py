"""What is measurable, and what was completed? Rows, findings and charts."""

from collections.abc import Mapping
from functools import partial

import pandas as pd

from govopen_analytics.charts.build import chart_of, marks_of
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.measures import Differences
from govopen_analytics.measures.commitments import ELEMENTS
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.findings import (
    Finding,
    difference_findings,
    finding,
    no_tasks,
)
from govopen_analytics.questions.selection import extremes, named_agencies

FLAGS = (*ELEMENTS, "has_all_elements")
POINTS = ("completed", "substantial", "limited", "not_started", "no_evidence")


def element_flags(verifiable: pd.DataFrame) -> pd.DataFrame:
    """Add ``has_all_elements`` to the result of ``measures.verifiability``."""
    return verifiable.assign(has_all_elements=verifiable["n_elements"] == 4)


def completion_flags(judged: pd.DataFrame) -> pd.DataFrame:
    """Return one boolean column per point of ``measures.completion``.

    Parameters
    ----------
    judged : DataFrame, shape (n_tasks, ...)
        Result of ``measures.completion``.

    Returns
    -------
    DataFrame, shape (n_tasks, 6)
        ``task_id`` and the points.
    """
    points = {point: judged["completion"] == point for point in POINTS}
    return judged[["task_id"]].assign(**points)


def commitment_findings(
    whole: pd.DataFrame,
    by_agency: pd.DataFrame,
    progress: pd.DataFrame,
    differences: Differences,
    display: Display,
    *,
    n_agencies_reporting: int,
) -> list[Finding]:
    """Say which part of the tasks could be checked, and what is said to be done.

    Parameters
    ----------
    whole, by_agency : DataFrame
        Results of ``measures.task_proportions`` on ``element_flags``, of all plans
        together and by ``agency``.
    progress : DataFrame
        The same on ``completion_flags``, of the tasks with a report; may be empty.
    differences : Differences
        Result of ``measures.form_differences`` by ``agency``.
    n_agencies_reporting : int
        Number of agencies with such a task.
    """
    if whole.empty:
        return no_tasks("commitments", display)
    say = partial(finding, "commitments", display=display)
    words, flags = display.words("commitments"), whole.set_index("flag")
    names = words["flags"]

    def parts(form: str, rows: pd.DataFrame, subjects: Mapping[str, str]) -> str:
        return str(words["join"]).join(
            display.fill(words[form], rows.loc[flag], subject=subject)
            for flag, subject in subjects.items()
        )

    elements = {flag: names[flag] for flag in ELEMENTS}
    findings = [
        say(
            "all",
            flags.loc[FLAGS[-1]],
            subject=names[FLAGS[-1]],
            evidence="element_dots",
            caveats=("rules_find", "form_of_plan", "interval_tasks"),
            parts=parts("part", flags, elements),
        )
    ]
    findings += [
        say(
            "flag",
            flags.loc[flag],
            subject=name,
            evidence="element_dots",
            is_detail=True,
        )
        for flag, name in elements.items()
    ]
    if by_agency["agency"].nunique(dropna=False) > 1:
        findings += difference_findings(
            differences,
            {flag: names[flag] for flag in ELEMENTS[:2]},
            lambda row: display.agency(row["agency"]),
            question="commitments",
            display=display,
            evidence="element_dots",
        )
    if progress.empty:
        unknown = partial(say, state=CANNOT_BE_ANSWERED, evidence="element_dots")
        return [*findings, unknown("no_progress")]
    points, reported = words["points"], progress.set_index("flag")
    findings.append(
        say(
            "progress",
            reported.loc["completed"],
            subject=points["completed"],
            evidence="completion_dots",
            caveats=("own_report",),
            agencies=n_agencies_reporting,
            all=f"{whole['n_tasks'].max():,}",
            parts=parts("point", reported, {point: points[point] for point in POINTS}),
        )
    )
    return findings


def with_tasks(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put agency, year and title of the task beside each row.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, n_columns)
        With ``task_id``, such as the result of ``measures.task_quantities``.
    tables : mapping of str to DataFrame
        ``documents`` and ``tasks``.

    Returns
    -------
    DataFrame, shape (n_rows, n_columns + 3)
    """
    plans = tables["documents"][["document_id", "agency", "year"]]
    named = tables["tasks"][["task_id", "document_id", "title"]]
    named = named.merge(plans, on="document_id").drop(columns="document_id")
    return rows.merge(named, on="task_id", how="left")


def element_dots(proportions: pd.DataFrame, display: Display) -> Chart:
    """Draw one panel an element of a verifiable commitment, agencies as rows.

    Shows of more than 30 agencies the 15 highest and the 15 lowest.

    Parameters
    ----------
    proportions : DataFrame, shape (n_agencies * n_flags, ...)
        Result of ``measures.task_proportions`` by ``agency`` on ``element_flags``.
    """
    order, titles = (FLAGS[-1], *ELEMENTS), display.words("commitments")["flags"]
    return _agency_dots("element_dots", proportions, order, titles, display)


def completion_dots(proportions: pd.DataFrame, display: Display) -> Chart:
    """Draw one panel a point of completion, agencies that report as rows.

    The chart is one sentence where no plan reports progress.

    Parameters
    ----------
    proportions : DataFrame, shape (n_agencies * 5, ...)
        Result of ``measures.task_proportions`` by ``agency`` on
        ``completion_flags``, of the tasks with a report.
    """
    titles = display.words("commitments")["points"]
    return _agency_dots("completion_dots", proportions, POINTS, titles, display)


def _agency_dots(
    name: str,
    proportions: pd.DataFrame,
    order: tuple[str, ...],
    titles: dict[str, str],
    display: Display,
) -> Chart:
    """Draw a panel a flag, agencies ordered by the first flag of `order`."""
    proportions = named_agencies(proportions)
    wide = proportions.pivot(index="agency", columns="flag", values="share")
    sizes = proportions.drop_duplicates("agency").set_index("agency")["n_tasks"]
    # Ties are broken by the other columns, so that rows come in one order only.
    rows = wide.reindex(columns=list(order)).join(sizes).reset_index()
    shown, n_hidden = extremes(rows, [*order, "n_tasks"])
    labels = tuple(display.with_n(shown["agency"], shown["n_tasks"]))
    panels = []
    for flag, title in titles.items():
        part = proportions.loc[proportions["flag"] == flag].set_index("agency")
        marks = marks_of(part.reindex(shown["agency"]), "share", names=labels)
        title = title[:1].upper() + title[1:]
        panels.append(Panel(labels, (Series(title, marks),), title, most=1.0))
    return chart_of(
        "commitments",
        name,
        display.uncoded,
        panels=panels if labels else (),
        reason=display.words("commitments")[name].get("no_progress", ""),
        hidden=display.hidden(n_hidden),
        interval_kind="tasks",
        agencies=len(labels),
    )

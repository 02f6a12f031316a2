"""What is measurable, and what was completed? Rows, findings and charts."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, marks_of
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.charts.style import names_with_n, not_drawn
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.findings import (
    Finding,
    difference_findings,
    finding,
    no_tasks,
    share_in_words,
)
from govopen_analytics.questions.selection import extremes, named_agencies
from govopen_analytics.words import agency_name, section

ELEMENTS = ("has_named_output", "has_quantity", "has_lead_unit", "has_deadline")
FLAGS = (*ELEMENTS, "has_all_elements")


POINTS = ("completed", "substantial", "limited", "not_started", "no_evidence")


def flag_names(lang: str) -> dict[str, str]:
    """Return the words for the elements of a verifiable commitment."""
    return section("commitments", lang)["flags"]


def point_names(lang: str) -> dict[str, str]:
    """Return the words for the five points of completion."""
    return section("commitments", lang)["points"]


def element_flags(verifiable: pd.DataFrame) -> pd.DataFrame:
    """Add ``has_all_elements`` to the result of ``compare.verifiability``."""
    return verifiable.assign(has_all_elements=verifiable["n_elements"] == 4)


def with_progress(tasks: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Keep the tasks on which a plan reports."""
    reported = judged.loc[judged["has_progress"], "task_id"]
    return tasks.loc[tasks["task_id"].isin(reported)]


def completion_flags(judged: pd.DataFrame) -> pd.DataFrame:
    """Return one boolean column per point of ``compare.completion``.

    Parameters
    ----------
    judged : DataFrame, shape (n_tasks, ...)
        Result of ``compare.completion``.

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
    *,
    n_agencies_reporting: int,
    lang: str = "zh",
    interval: float = 0.95,
) -> list[Finding]:
    """Say which part of the tasks could be checked, and what is said to be done.

    Parameters
    ----------
    whole, by_agency : DataFrame
        Results of ``compare.task_proportions`` on ``element_flags``, of all plans
        together and by ``agency``.
    progress : DataFrame
        The same on ``completion_flags``, of the tasks with a report; may be empty.
    differences : Differences
        Result of ``measures.form_differences`` by ``agency``.
    n_agencies_reporting : int
        Number of agencies with such a task.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    list of Finding
    """
    if whole.empty:
        return no_tasks("commitments", lang)
    say = partial(finding, "commitments", lang=lang, interval=interval)
    flags, names = whole.set_index("flag"), flag_names(lang)
    words, level = section("commitments", lang), f"{interval:.0%}"
    parts = [
        words["part"].format(flag=names[flag], share=percent(flags.loc[flag, "share"]))
        for flag in ELEMENTS
    ]
    every = flags.loc[FLAGS[-1]]
    found = [
        say(
            "all",
            row=every,
            subject=names[FLAGS[-1]],
            evidence="element_dots",
            caveats=("rules_find", "form_of_plan", "interval_tasks"),
            share=share_in_words(every, lang, level),
            parts=words["join"].join(parts),
        )
    ]
    found += [
        say(
            "flag",
            row=flags.loc[flag],
            subject=names[flag],
            evidence="element_dots",
            is_detail=True,
            flag=names[flag],
            share=share_in_words(flags.loc[flag], lang, level),
        )
        for flag in ELEMENTS
    ]
    if by_agency["agency"].nunique(dropna=False) > 1:
        found += difference_findings(
            differences,
            {flag: names[flag] for flag in ELEMENTS[:2]},
            lambda row: agency_name(row["agency"], lang),
            question="commitments",
            lang=lang,
            evidence="element_dots",
        )
    n_tasks = int(whole["n_tasks"].max())
    reporting = (n_agencies_reporting, n_tasks)
    return [*found, _progress(progress, reporting, say, lang, interval)]


def _progress(
    progress: pd.DataFrame,
    reporting: tuple[int, int],
    say: Callable[..., Finding],
    lang: str,
    interval: float,
) -> Finding:
    if progress.empty:
        return say("no_progress", state=CANNOT_BE_ANSWERED, evidence="element_dots")
    words, flags = section("commitments", lang), progress.set_index("flag")
    parts = [
        words["point"].format(
            point=words["points"][point], n=flags.loc[point, "n_true"]
        )
        for point in POINTS
    ]
    n_agencies, n_all = reporting
    return say(
        "progress",
        row=flags.loc["completed"],
        subject=words["points"]["completed"],
        evidence="completion_dots",
        caveats=("own_report",),
        n=int(progress["n_tasks"].max()),
        agencies=n_agencies,
        all=f"{n_all:,}",
        parts=words["join"].join(parts),
    )


def named_quantities(
    quantities: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Put agency, year and title of the task beside each quantity.

    Parameters
    ----------
    quantities : DataFrame, shape (n_quantities, ...)
        Result of ``compare.task_quantities``.
    tables : mapping of str to DataFrame
        ``documents`` and ``tasks``.

    Returns
    -------
    DataFrame, shape (n_quantities, n_columns + 3)
    """
    return _with_task(quantities, tables)


def named_evidence(
    judged: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Keep the tasks with a progress report, with agency, year and title.

    Parameters
    ----------
    judged : DataFrame, shape (n_tasks, ...)
        Result of ``compare.completion``.
    tables : mapping of str to DataFrame
        ``documents`` and ``tasks``.

    Returns
    -------
    DataFrame, shape (n_reported, n_columns + 3)
    """
    return _with_task(judged.loc[judged["has_progress"]], tables)


def _with_task(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    plans = tables["documents"][["document_id", "agency", "year"]]
    named = tables["tasks"][["task_id", "document_id", "title"]]
    named = named.merge(plans, on="document_id").drop(columns="document_id")
    return rows.merge(named, on="task_id", how="left")


def element_dots(
    proportions: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw one panel an element of a verifiable commitment, agencies as rows.

    Parameters
    ----------
    proportions : DataFrame, shape (n_agencies * n_flags, ...)
        Result of ``measures.task_proportions`` by ``agency`` on ``element_flags``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
        Of more than 30 agencies the 15 highest and the 15 lowest.
    """
    order = ("has_all_elements", *ELEMENTS)
    panels, n_hidden = _panels(proportions, order, flag_names(lang), lang)
    return chart_of(
        "commitments",
        "element_dots",
        source=source.without_coding,
        lang=lang,
        panels=panels,
        hidden=not_drawn(n_hidden, lang),
        interval=interval,
        interval_kind="tasks",
        agencies=len(panels[0].categories) if panels else 0,
    )


def completion_dots(
    proportions: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw one panel a point of completion, agencies that report as rows.

    Parameters
    ----------
    proportions : DataFrame, shape (n_agencies * 5, ...)
        Result of ``measures.task_proportions`` by ``agency`` on
        ``completion_flags``, of the tasks with a report.
    source, lang, interval
        As in ``element_dots``.

    Returns
    -------
    Chart
        One sentence where no plan reports progress.
    """
    panels, n_hidden = _panels(proportions, POINTS, point_names(lang), lang)
    return chart_of(
        "commitments",
        "completion_dots",
        source=source.without_coding,
        lang=lang,
        panels=panels,
        reason=section("commitments", lang)["completion_dots"]["no_progress"],
        hidden=not_drawn(n_hidden, lang),
        interval=interval,
        interval_kind="tasks",
        agencies=len(panels[0].categories) if panels else 0,
    )


def _panels(
    proportions: pd.DataFrame, order: tuple[str, ...], titles: dict[str, str], lang: str
) -> tuple[list[Panel], int]:
    """Return a panel a flag, agencies ordered by the first flag of `order`."""
    proportions = named_agencies(proportions)
    wide = proportions.pivot(index="agency", columns="flag", values="share")
    sizes = proportions.drop_duplicates("agency").set_index("agency")["n_tasks"]
    # Ties are broken by the other columns, so that rows come in one order only.
    rows = wide.reindex(columns=list(order)).join(sizes).reset_index()
    shown, n_hidden = extremes(rows, [*order, "n_tasks"])
    labels = tuple(names_with_n(shown["agency"], shown["n_tasks"], lang))
    panels = []
    for flag, title in titles.items():
        part = proportions.loc[proportions["flag"] == flag].set_index("agency")
        part = part.reindex(shown["agency"])
        marks = marks_of(part, "share", names=labels)
        title = title[:1].upper() + title[1:]
        panels.append(Panel(labels, (Series(title, marks),), title, most=1.0))
    return panels if labels else [], n_hidden

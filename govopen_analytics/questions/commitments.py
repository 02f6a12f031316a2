"""What of the plans is measurable, and what was completed, in sentences."""

from collections.abc import Mapping

import pandas as pd

from govopen_analytics.measures import Differences
from govopen_analytics.questions.sentences import (
    difference_sentences,
    finding_rows,
    no_task_rows,
    share_in_words,
)
from govopen_analytics.words import agency_name, section

FLAGS = (
    "has_named_output",
    "has_quantity",
    "has_lead_unit",
    "has_deadline",
    "has_all_elements",
)
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
) -> pd.DataFrame:
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
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words, level = section("commitments", lang), f"{interval:.0%}"
    if whole.empty:
        return no_task_rows("commitments", lang)
    flags = whole.set_index("flag")
    rows = [
        words["flag"].format(
            flag=words["flags"][flag],
            share=share_in_words(flags.loc[flag], lang, level),
        )
        for flag in FLAGS
    ]
    if by_agency["agency"].nunique(dropna=False) > 1:
        rows += difference_sentences(
            differences,
            {flag: words["flags"][flag] for flag in FLAGS[:-1]},
            "flag",
            lambda row: agency_name(row["agency"], lang),
            lang,
        )
    n_tasks = int(whole["n_tasks"].max())
    rows.append(_progress(progress, n_agencies_reporting, n_tasks, words, lang, level))
    return finding_rows("commitments", rows)


def _progress(
    progress: pd.DataFrame,
    n_agencies: int,
    n_all: int,
    words: dict,
    lang: str,
    level: str,
) -> str:
    if progress.empty:
        return words["no_progress"]
    flags = progress.set_index("flag")
    parts = [
        words["point"].format(
            point=words["points"][point],
            share=share_in_words(flags.loc[point], lang, level),
        )
        for point in POINTS
    ]
    start = words["progress"].format(
        n=int(progress["n_tasks"].max()), agencies=n_agencies, all=f"{n_all:,}"
    )
    return start + words["join"].join(parts) + words["stop"]


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

"""Who is responsible and by when, in sentences."""

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.questions.sentences import (
    finding_rows,
    listed,
    no_task_rows,
    share_in_words,
)
from govopen_analytics.words import agency_name, section

PERIODS = (
    *(f"{month:02d}" for month in range(1, 13)),
    "whole_year",
    "ongoing",
    "other_year",
    "none",
)
_MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


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
    *,
    lang: str = "zh",
    interval: float = 0.95,
) -> pd.DataFrame:
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
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words, level = section("responsibility", lang), f"{interval:.0%}"
    if proportions.empty:
        return no_task_rows("responsibility", lang)
    flags = proportions.set_index("flag")
    rows = [
        words[key].format(share=share_in_words(flags.loc[flag], lang, level))
        for key, flag in (
            ("unit", "has_lead_unit"),
            ("generic", "has_generic_lead"),
            ("deadline", "has_deadline"),
        )
        if flag != "has_generic_lead" or flags.loc[flag, "n_true"]
    ]
    rows.append(_peak(months, dominant, words, level, lang))
    rows += _units(load, words, lang, level)
    return finding_rows(
        "responsibility", [*rows, *_without_units(documents, load, words, lang)]
    )


def _peak(
    months: pd.DataFrame,
    dominant: pd.DataFrame,
    words: dict,
    level: str,
    lang: str,
) -> str:
    due = only_months(months)
    if not due["n_due"].sum():
        return words["no_deadline"]
    top = due.loc[due["n_due"].idxmax()]
    text = words["peak"].format(
        month=words["due"][top["due"]],
        n=top["n_due"],
        all=f"{top['n_tasks']:,}",
        share=percent(top["share"]),
        level=level,
        lower=percent(top["share_lower"]),
        upper=percent(top["share_upper"]),
    )
    plan = dominant.loc[dominant["flag"] == top["due"]]
    if len(plan):
        first = plan.iloc[0]
        text += words["dominated"].format(
            n_plan=first["n_plan_true"],
            agency=agency_name(first["agency"], lang),
            year=first["year"],
        )
    return text


def _units(load: pd.DataFrame, words: dict, lang: str, level: str) -> list[str]:
    if load.empty:
        return [words["no_unit"]]
    is_collective = load["is_collective"].astype(bool)
    own, rows = load.loc[~is_collective], []
    if len(own) and own["n_lead"].max() > 0:
        top = own.loc[own["n_lead"].idxmax()]
        rows.append(
            words["heaviest"].format(
                agency=agency_name(top["agency"], lang),
                unit=top["unit_name"],
                n_lead=top["n_lead"],
                n=top["n_tasks"],
                share=percent(top["lead_share"]),
                level=level,
                lower=percent(top["lead_share_lower"]),
                upper=percent(top["lead_share_upper"]),
                due=top["n_due"],
            )
        )
    n_collective = int(load.loc[is_collective, "n_lead"].sum())
    if n_collective:
        rows.append(words["collective"].format(n=n_collective))
    return rows


def _without_units(
    documents: pd.DataFrame, load: pd.DataFrame, words: dict, lang: str
) -> list[str]:
    agencies = documents["agency"].dropna()
    missing = sorted(set(agencies) - set(load["agency"].dropna()))
    if not missing or load.empty:
        return []
    return [words["without"].format(n=len(missing), agencies=listed(missing, lang))]

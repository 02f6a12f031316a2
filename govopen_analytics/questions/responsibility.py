"""Who is responsible and by when, in sentences."""

import pandas as pd

from govopen_analytics.base.languages import agency_name, in_language, percent
from govopen_analytics.questions.sentences import (
    finding_rows,
    listed,
    no_task_rows,
    share_in_words,
)

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
_WORDS = {
    "zh": {
        "due": {
            **{f"{month:02d}": f"{month} 月" for month in range(1, 13)},
            "whole_year": "全年",
            "ongoing": "持续推进",
            "other_year": "其他年份",
            "none": "无时限",
        },
        "unit": "写明牵头单位的任务占 {share}。",
        "deadline": "有确切到期日（某月、某日或年底）的任务占 {share}。",
        "peak": "到期最集中的是 {month}：{n} 项，占全部 {all} 项任务的 {share}"
        "（{level} 区间 {lower}–{upper}）。",
        "no_deadline": "没有一项任务写明到期日，无法画出月历。",
        "no_unit": "没有一项任务写明责任单位，无法比较各单位的担子。",
        "heaviest": "牵头最重的是{agency}的「{unit}」：牵头 {n_lead} 项，占该机构有责任"
        "单位的 {n} 项任务的 {share}（{level} 区间 {lower}–{upper}），其中 {due} 项"
        "有到期日。",
        "collective": "牵头单位中，泛指的名称（如“各处室”“相关单位”）出现 {n} 次，"
        "没有说明是哪一个。",
        "without": "{n} 个机构的计划没有写任何责任单位：{agencies}。",
    },
    "en": {
        "due": {
            **{f"{month:02d}": name for month, name in enumerate(_MONTHS, start=1)},
            "whole_year": "all year",
            "ongoing": "ongoing",
            "other_year": "other year",
            "none": "no deadline",
        },
        "unit": "Tasks that name a lead unit: {share}.",
        "deadline": "Tasks with a day to be done by (a month, a date or the year's "
        "end): {share}.",
        "peak": "Most fall due in {month}: {n}, which is {share} of all {all} tasks "
        "({level} interval {lower}–{upper}).",
        "no_deadline": "No task names a day to be done by, so no calendar is drawn.",
        "no_unit": "No task names a unit, so the load of units cannot be compared.",
        "heaviest": 'Heaviest load: "{unit}" of {agency} leads {n_lead} tasks, {share} '
        "of the agency's {n} tasks that name a unit ({level} interval "
        "{lower}–{upper}); {due} of them have a day to be done by.",
        "collective": "Among the lead units, collective names (such as 各处室, "
        "相关单位) stand {n} times and do not say which unit is meant.",
        "without": "Agencies whose plans name no unit at all, {n}: {agencies}.",
    },
}


def period_names(lang: str) -> dict[str, str]:
    """Return the words for what ``compare.deadlines_by_month`` calls ``due``."""
    return in_language(_WORDS, lang)["due"]


def only_months(months: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of calendar months."""
    return months.loc[months["month"].notna()].reset_index(drop=True)


def responsibility_findings(
    documents: pd.DataFrame,
    load: pd.DataFrame,
    months: pd.DataFrame,
    proportions: pd.DataFrame,
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
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words, level = in_language(_WORDS, lang), f"{interval:.0%}"
    if proportions.empty:
        return no_task_rows("responsibility", lang)
    flags = proportions.set_index("flag")
    rows = [
        words[key].format(share=share_in_words(flags.loc[flag], lang, level))
        for key, flag in (("unit", "has_lead_unit"), ("deadline", "has_deadline"))
    ]
    rows.append(_peak(months, words, level))
    rows += _units(load, words, lang, level)
    return finding_rows(
        "responsibility", [*rows, *_without_units(documents, load, words, lang)]
    )


def _peak(months: pd.DataFrame, words: dict, level: str) -> str:
    due = only_months(months)
    if not due["n_due"].sum():
        return words["no_deadline"]
    top = due.loc[due["n_due"].idxmax()]
    return words["peak"].format(
        month=words["due"][top["due"]],
        n=top["n_due"],
        all=f"{top['n_tasks']:,}",
        share=percent(top["share"]),
        level=level,
        lower=percent(top["share_lower"]),
        upper=percent(top["share_upper"]),
    )


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

"""How alike the agencies are, in tables and sentences."""

import pandas as pd

from govopen_analytics.base.languages import agency_name, in_language, percent
from govopen_analytics.questions.selection import MOST_ROWS
from govopen_analytics.questions.sentences import (
    finding_rows,
    listed,
    no_task_rows,
    p_in_words,
)

_WORDS = {
    "zh": {
        "single": "语料中只有一个机构，没有可比的对象。",
        "few": "只有一个机构有归入主题的任务，没有可比的对象。",
        "hidden": "共 {all} 个机构；两两比较只做与其余机构差别最大的 {shown} 个，"
        "其余 {hidden} 个见“各机构与其余合计”的数据表。",
        "some": "{pairs} 对机构中有 {found} 对的议程距离超出同一议程下的偶然"
        "（按多重比较校正后 p ≤ 0.05）：差别是真的。",
        "none": "{pairs} 对机构的议程距离都没有超出同一议程下的偶然：任务数不足以说哪"
        "两个"
        "机构的议程不同；这也不证明它们相同。",
        "farthest": "差别最大的是{group}与{reference}：距离 {distance}，偶然的 95% 界 "
        "{bound}，校正后 p {p}（{n} 项对 {m} 项）。",
        "nearest": "距离最小的是{group}与{reference}：距离 {distance}，重合度 {overlap}"
        "（{n} 项对 {m} 项）。",
        "rest": "与其余机构合计相比，议程超出偶然地不同的机构 {n} 个：{agencies}。",
        "rest_none": "与其余机构合计相比，没有一个机构的议程超出偶然地不同。",
        "reuse": "{agency}的计划与更早的计划相同的文字最多：占其文字的 {share}"
        "（{level} 区间 {lower}–{upper}，n = {n}）。",
        "none_reused": "没有发现与更早计划相同的文字。",
        "no_reuse": "没有更早的计划可以对照，看不出文字的沿用。",
    },
    "en": {
        "single": "The corpus holds one agency: there is nothing to compare.",
        "few": "Only one agency has tasks with a theme: there is nothing to compare.",
        "hidden": "There are {all} agencies. Pairs are compared among the {shown} that "
        "differ most from the rest; the other {hidden} are in the table of each "
        "agency against the rest.",
        "some": "In {found} of {pairs} pairs of agencies the distance between agendas "
        "is beyond what chance gives under one agenda (p ≤ 0.05 after adjustment for "
        "many comparisons): the difference is real.",
        "none": "In none of {pairs} pairs of agencies is the distance between agendas "
        "beyond what chance gives under one agenda: there are too few tasks to say "
        "which agendas differ, and that does not prove them equal.",
        "farthest": "Most different: {group} and {reference}, distance {distance}, "
        "95% bound of chance {bound}, adjusted p {p} ({n} against {m} tasks).",
        "nearest": "Nearest: {group} and {reference}, distance {distance}, overlap "
        "{overlap} ({n} against {m} tasks).",
        "rest": "Agencies whose agenda differs beyond chance from all others "
        "together, {n}: {agencies}.",
        "rest_none": "No agency's agenda differs beyond chance from all others "
        "together.",
        "reuse": "{agency} shares most text with earlier plans: {share} of its text "
        "({level} interval {lower}–{upper}, n = {n}).",
        "none_reused": "No text was found that stands in an earlier plan.",
        "no_reuse": "There is no earlier plan to compare with, so no reuse of text can "
        "be seen.",
    },
}


def most_different(
    against_rest: pd.DataFrame, limit: int = MOST_ROWS
) -> tuple[pd.DataFrame, int]:
    """Keep the agencies surest to differ from the rest.

    Parameters
    ----------
    against_rest : DataFrame, shape (n_agencies, ...)
        Result of ``compare.agenda_distances`` by ``agency`` against the rest.
    limit : int, default MOST_ROWS
        Most agencies kept.

    Returns
    -------
    shown : DataFrame, shape (n_shown, ...)
        In the order of their p-values, then of their distances.
    n_hidden : int
    """
    ordered = against_rest.sort_values(
        ["p_value", "distance"], ascending=[True, False], kind="stable"
    )
    shown = ordered.head(limit).reset_index(drop=True)
    return shown, len(ordered) - len(shown)


def select_agencies(
    tables: dict[str, pd.DataFrame], shown: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Keep the documents, tasks and assignments of the groups in `shown`.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Tables of the corpus.
    shown : DataFrame
        Rows of ``compare.agenda_distances`` against the rest.

    Returns
    -------
    dict of str to DataFrame
    """
    documents = tables["documents"]
    names = documents["agency"].astype("string").fillna("—")
    documents = documents.loc[names.isin(shown["group"])]
    tasks = tables["tasks"]
    tasks = tasks.loc[tasks["document_id"].isin(documents["document_id"])]
    rows = tables["theme_assignments"]
    rows = rows.loc[rows["task_id"].isin(tasks["task_id"])]
    return {
        **tables,
        "documents": documents,
        "tasks": tasks,
        "theme_assignments": rows,
    }


def named_passages(passages: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Put agencies and years beside shared passages, longest first.

    Parameters
    ----------
    passages : DataFrame, shape (n_passages, ...)
        Result of ``compare.shared_passages``.
    documents : DataFrame
        A valid ``documents`` table.

    Returns
    -------
    DataFrame, shape (n_passages, 6)
        ``agency``, ``year``, ``source_agency``, ``source_year``, ``n_alike``
        (characters) and ``passage``.
    """
    plans = documents[["document_id", "agency", "year"]]
    sources = plans.rename(columns=lambda name: f"source_{name}")
    rows = passages.merge(plans, on="document_id")
    rows = rows.merge(sources, on="source_document_id")
    columns = ["agency", "year", "source_agency", "source_year", "n_alike", "passage"]
    rows = rows.sort_values("n_alike", ascending=False, kind="stable")
    return rows[columns].reset_index(drop=True)


def likeness_findings(
    pairs: pd.DataFrame,
    against_rest: pd.DataFrame,
    reuse: pd.DataFrame,
    *,
    n_hidden: int = 0,
    lang: str = "zh",
    interval: float = 0.95,
) -> pd.DataFrame:
    """Say which agendas differ beyond chance.

    Parameters
    ----------
    pairs, against_rest : DataFrame
        Results of ``compare.agenda_distances``, of each agency with each and of
        each with the rest.
    reuse : DataFrame
        Result of ``compare.reuse_by_group`` by ``agency``; may be empty.
    n_hidden : int, default 0
        Agencies that `pairs` leaves out.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words = in_language(_WORDS, lang)
    if against_rest.empty:
        return no_task_rows("likeness", lang)
    known = pairs.dropna(subset=["distance"])
    if known.empty:
        key = "single" if len(against_rest) < 2 else "few"
        return finding_rows("likeness", [words[key]])
    found, *pair_rows = _pair_sentences(known, words)
    rows = [found, _rest_sentence(against_rest, words, lang), *pair_rows]
    if n_hidden:
        rows.append(
            words["hidden"].format(
                all=f"{len(against_rest):,}",
                shown=len(against_rest) - n_hidden,
                hidden=f"{n_hidden:,}",
            )
        )
    rows.append(_reuse_sentence(reuse, words, lang, f"{interval:.0%}"))
    return finding_rows("likeness", rows)


def _pair_sentences(known: pd.DataFrame, words: dict) -> list[str]:
    found = known.loc[known["is_beyond_chance"].astype(bool)]
    key = "some" if len(found) else "none"
    rows = [words[key].format(pairs=len(known), found=len(found))]
    if len(found):
        rows.append(_pair(found.loc[found["distance"].idxmax()], "farthest", words))
    if len(known) > 1:
        rows.append(_pair(known.loc[known["distance"].idxmin()], "nearest", words))
    return rows


def _pair(row: pd.Series, key: str, words: dict) -> str:
    return words[key].format(
        group=row["group"],
        reference=row["reference"],
        distance=f"{row['distance']:.2f}",
        overlap=f"{row['overlap']:.0f}",
        bound=f"{row['distance_null_bound']:.2f}",
        p=p_in_words(row["p_adjusted"]),
        n=row["n_tasks"],
        m=row["n_reference_tasks"],
    )


def _rest_sentence(against_rest: pd.DataFrame, words: dict, lang: str) -> str:
    found = against_rest.loc[against_rest["is_beyond_chance"].astype(bool)]
    if found.empty:
        return words["rest_none"]
    found = found.sort_values("distance", ascending=False, kind="stable")
    return words["rest"].format(n=len(found), agencies=listed(found["group"], lang))


def _reuse_sentence(reuse: pd.DataFrame, words: dict, lang: str, level: str) -> str:
    if reuse.empty:
        return words["no_reuse"]
    top = reuse.loc[reuse["reused_share"].idxmax()]
    if not top["reused_share"]:
        return words["none_reused"]
    return words["reuse"].format(
        agency=agency_name(top["agency"], lang),
        share=percent(top["reused_share"]),
        level=level,
        lower=percent(top["reused_share_lower"]),
        upper=percent(top["reused_share_upper"]),
        n=top["n_tasks"],
    )

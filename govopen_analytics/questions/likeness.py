"""How alike the agencies are, in tables and sentences."""

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.selection import MOST_ROWS
from govopen_analytics.questions.sentences import (
    finding_rows,
    listed,
    no_task_rows,
    p_in_words,
)
from govopen_analytics.words import agency_name, section


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
    words = section("likeness", lang)
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
    if (known["state"] == CANNOT_BE_ANSWERED).all():
        key = "unanswered"
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

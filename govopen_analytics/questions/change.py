"""What changed over the years, in tables and sentences."""

from collections.abc import Mapping

import pandas as pd

from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.sentences import (
    change_in_words,
    finding_rows,
    no_task_rows,
    p_in_words,
    points,
    theme_name,
)
from govopen_analytics.words import agency_name, section


def plan_calendar(documents: pd.DataFrame, *, lang: str = "zh") -> pd.DataFrame:
    """List every agency and year of the corpus, with or without a plan.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_agencies * n_years, 5)
        ``agency``, ``year``, ``n_plans``, ``n_tasks`` (counts) and ``status``, in
        words. Plans without a year have a row of their own, without a year.
    """
    words = section("change", lang)
    documents = documents.assign(agency=documents["agency"].astype("string"))
    counted = (
        documents.groupby(["agency", "year"], dropna=False)["n_tasks"]
        .agg(n_plans="size", n_tasks="sum")
        .reset_index()
    )
    agencies = documents[["agency"]].drop_duplicates()
    years = documents[["year"]].dropna().drop_duplicates().sort_values("year")
    cells = agencies.merge(years, how="cross")
    cells = cells.merge(counted, on=["agency", "year"], how="left")
    undated = counted.loc[counted["year"].isna()]
    cells = pd.concat([cells, undated], ignore_index=True)
    for name in ("n_plans", "n_tasks"):
        cells[name] = cells[name].fillna(0).astype("Int64")
    is_there = cells["n_plans"] > 0
    cells["status"] = is_there.map({True: words["there"], False: words["missing"]})
    return cells.astype({"year": "Int64", "status": "string"})


def first_to_last(changes: pd.DataFrame) -> pd.DataFrame:
    """Keep each agency's change from its first to its last year.

    Parameters
    ----------
    changes : DataFrame, shape (n_comparisons * n_themes, ...)
        Result of ``compare.share_change``.

    Returns
    -------
    DataFrame, shape (n_agencies * n_themes, ...)
    """
    years = changes.groupby("agency")
    is_first = changes["year_from"] == years["year_from"].transform("min")
    is_last = changes["year_to"] == years["year_to"].transform("max")
    return changes.loc[is_first & is_last].reset_index(drop=True)


def with_agencies(trends: pd.DataFrame) -> pd.DataFrame:
    """Keep the themes whose trend rests on an agency with several years.

    Parameters
    ----------
    trends : DataFrame, shape (n_themes, ...)
        Result of ``compare.panel_trend``.

    Returns
    -------
    DataFrame, shape (n_kept, ...)
    """
    return trends.loc[trends["n_agencies"] > 0]


def change_findings(
    documents: pd.DataFrame,
    confounding: Mapping[str, object],
    trends: pd.DataFrame,
    changes: pd.DataFrame,
    themes: pd.DataFrame,
    parts: pd.DataFrame,
    *,
    lang: str = "zh",
    interval: float = 0.95,
) -> pd.DataFrame:
    """Say what changed within agencies, or why that cannot be said.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    confounding : mapping
        Result of ``compare.confounding``.
    trends : DataFrame, shape (n_themes, ...)
        Result of ``compare.panel_trend``.
    changes : DataFrame
        Result of ``first_to_last``.
    themes : DataFrame
        The themes to speak of.
    parts : DataFrame
        Result of ``measures.change_parts``.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words = section("change", lang)
    if documents.empty:
        return no_task_rows("change", lang)
    if not confounding["n_agencies_repeated"]:
        return finding_rows("change", _what_is_missing(documents, confounding, words))
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    trends = trends.loc[trends["theme_id"].isin(labels.index)]
    changes = changes.loc[changes["theme_id"].isin(labels.index)]
    level = f"{interval:.0%}"
    first = trends.iloc[0]
    panel = words["panel"].format(
        agencies=first["n_agencies"], years=first["n_years"], tasks=first["n_tasks"]
    )
    if (trends["state"] == CANNOT_BE_ANSWERED).all():
        rows = [words["unanswered"]]
    else:
        rows = _trend_sentences(trends, labels, words, lang, level)
    rows += _part_sentences(parts, labels, words, lang)
    rows += _agency_sentences(changes, labels, words, lang, interval)
    rows.append(panel)
    dated = documents.dropna(subset=["agency", "year"])
    n_single = dated["agency"].nunique() - int(first["n_agencies"])
    if n_single:
        rows.append(words["left_out"].format(n=n_single))
    if confounding["n_undated"]:
        rows.append(words["undated"].format(n=confounding["n_undated"]))
    return finding_rows("change", rows)


def _what_is_missing(
    documents: pd.DataFrame, confounding: Mapping[str, object], words: dict
) -> list[str]:
    if not confounding["n_years"]:
        return [words["no_year"]]
    dated = documents.dropna(subset=["agency", "year"])
    rows = []
    if confounding["n_years"] == 1:
        rows.append(words["one_year"].format(year=dated["year"].iloc[0]))
    else:
        rows.append(
            words["confounded"].format(
                years=confounding["n_years"], agencies=dated["agency"].nunique()
            )
        )
    cells = plan_calendar(dated)
    n_there = int((cells["n_plans"] > 0).sum())
    rows.append(words["needed"])
    if n_there < len(cells):
        rows.append(
            words["missing_cells"].format(
                agencies=dated["agency"].nunique(),
                years=confounding["n_years"],
                cells=f"{len(cells):,}",
                there=f"{n_there:,}",
                missing=f"{len(cells) - n_there:,}",
            )
        )
    if confounding["n_undated"]:
        rows.append(words["undated"].format(n=confounding["n_undated"]))
    return rows


def _part_sentences(
    parts: pd.DataFrame, labels: pd.Series, words: dict, lang: str
) -> list[str]:
    parts = parts.loc[parts["theme_id"].isin(labels.index)]
    years = parts["year_to"] - parts["year_from"]
    parts = parts.loc[years == years.max()]
    if parts.empty:
        return []
    row = parts.loc[parts["change"].abs().idxmax()]
    return [
        words["parts"].format(
            theme=theme_name(labels[row["theme_id"]], lang),
            year_from=row["year_from"],
            year_to=row["year_to"],
            change=points(row["change"]),
            within=points(row["change_within"]),
            composition=points(row["change_of_composition"]),
        )
    ]


def _trend_sentences(
    trends: pd.DataFrame, labels: pd.Series, words: dict, lang: str, level: str
) -> list[str]:
    is_sure = trends["is_beyond_chance"].astype(bool)
    leaves_out_0 = (trends["change_per_year_lower"] > 0) | (
        trends["change_per_year_upper"] < 0
    )
    rows = []
    by_size = trends["change_per_year"].abs().sort_values(ascending=False).index
    trends = trends.loc[by_size]
    for key, kept in (("sure", is_sure), ("unsure", ~is_sure & leaves_out_0)):
        for _, trend in trends.loc[kept.loc[by_size]].iterrows():
            rows.append(
                words[key].format(
                    theme=theme_name(labels[trend["theme_id"]], lang),
                    change=change_in_words(trend, "change_per_year", lang, level),
                    p=p_in_words(trend["p_adjusted"]),
                    n=len(trends),
                )
            )
    n_none = len(trends) - len(rows)
    if n_none:
        rows.append(words["none" if rows else "all_none"].format(n=n_none))
    return rows


def _agency_sentences(
    changes: pd.DataFrame, labels: pd.Series, words: dict, lang: str, interval: float
) -> list[str]:
    if changes.empty:
        return []
    found = changes.loc[changes["is_beyond_chance"].astype(bool)]
    level = f"{interval:.0%}"
    rows = [
        words["agencies"].format(
            all=f"{len(changes):,}",
            found=f"{len(found):,}",
        )
    ]
    if len(found):
        largest = found.loc[found["change"].abs().idxmax()]
        rows.append(
            words["largest"].format(
                agency=agency_name(largest["agency"], lang),
                theme=theme_name(labels[largest["theme_id"]], lang),
                year_from=largest["year_from"],
                year_to=largest["year_to"],
                change=change_in_words(largest, "change", lang, level),
            )
        )
    return rows

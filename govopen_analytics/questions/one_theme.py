"""One theme in depth, in sentences: who covers it least, and is that real?"""

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.measures import Differences
from govopen_analytics.questions.sentences import (
    difference_sentences,
    finding_rows,
    listed,
    no_task_rows,
    share_in_words,
    theme_name,
)
from govopen_analytics.words import agency_name, section


def theme_findings(
    shares: pd.DataFrame,
    pooled: pd.DataFrame,
    theme: pd.DataFrame,
    differences: Differences,
    *,
    is_default: bool = False,
    lang: str = "zh",
    interval: float = 0.95,
) -> pd.DataFrame:
    """Say who covers a theme least and most, and whether that is established.

    Parameters
    ----------
    shares : DataFrame, shape (n_agencies, ...)
        Rows of ``compare.theme_shares`` by ``agency`` of this theme.
    pooled : DataFrame, shape (1, ...)
        Row of ``compare.pooled_shares`` of this theme.
    theme : DataFrame, shape (1, ...)
        Result of ``selection.choose_theme``.
    differences : Differences
        Result of ``measures.theme_differences`` by ``agency``, of all themes.
    is_default : bool, default False
        Whether nobody chose the theme.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words = section("one_theme", lang)
    name = theme_name(theme[f"label_{lang}"].iloc[0], lang)
    if pooled.empty or not pooled["n_tasks"].iloc[0]:
        return no_task_rows("theme", lang)
    level, whole = f"{interval:.0%}", pooled.iloc[0]
    chosen = [words["default"]] if is_default else []
    observed = shares.loc[shares["is_observed"].astype(bool)]
    common = {"theme": name, "n": f"{int(whole['n_tasks']):,}", "level": level}
    if observed.empty:
        upper = percent(whole["share_upper"])
        nobody = words["nobody"].format(**common, upper=upper)
        return finding_rows("theme", [nobody, *chosen])
    pooled_share = words["pooled"].format(
        **common,
        share=percent(whole["share"]),
        lower=percent(whole["share_lower"]),
        upper=percent(whole["share_upper"]),
        agencies=len(shares),
        with_it=len(observed),
    )
    if len(shares) == 1:
        return finding_rows("theme", [pooled_share, words["single"], *chosen])
    least, *others = _ends(shares, observed, words, lang, level)
    doubt = difference_sentences(
        differences,
        {theme["theme_id"].iloc[0]: name},
        "theme_id",
        lambda row: agency_name(row["agency"], lang),
        lang,
    )
    shrunk = _shrunk(shares, whole, words, lang)
    # Who covers it least, and whether that is real, are what a reader comes for.
    return finding_rows(
        "theme", [least, *doubt, pooled_share, *others, shrunk, *chosen]
    )


def _ends(
    shares: pd.DataFrame, observed: pd.DataFrame, words: dict, lang: str, level: str
) -> list[str]:
    # Of agencies without the theme, the one with most tasks is surest to lack it.
    order = shares.sort_values(["share", "share_upper"], kind="stable")
    ends = order.loc[order.index.isin(observed.index)]
    lowest, highest = (
        words[key].format(
            agency=agency_name(row["agency"], lang),
            share=share_in_words(row, lang, level),
        )
        for key, row in (("lowest", ends.iloc[0]), ("highest", ends.iloc[-1]))
    )
    return [*_unseen(order, words, lang), lowest, highest]


def _unseen(order: pd.DataFrame, words: dict, lang: str) -> list[str]:
    unseen = order.loc[~order["is_observed"].astype(bool)]
    if unseen.empty:
        return []
    named = [
        words["unseen_one"].format(
            agency=agency_name(row.agency, lang),
            n=row.n_tasks,
            upper=percent(row.share_upper),
        )
        for row in unseen.itertuples()
    ]
    return [words["unseen"].format(count=len(named), agencies=listed(named, lang))]


def _shrunk(shares: pd.DataFrame, whole: pd.Series, words: dict, lang: str) -> str:
    if not whole["intraclass_correlation"]:
        return words["no_spread"].format(share=percent(whole["share"]))
    lowest = shares.loc[shares["share_shrunk"].idxmin()]
    return words["spread"].format(
        lower=percent(lowest["share_shrunk"]),
        upper=percent(shares["share_shrunk"].max()),
        agency=agency_name(lowest["agency"], lang),
    )

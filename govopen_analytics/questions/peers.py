"""One agency against its peers, in sentences."""

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
    WORTH_ASKING,
)
from govopen_analytics.questions.selection import ITSELF, PEERS
from govopen_analytics.questions.sentences import (
    finding_rows,
    listed,
    p_in_words,
    share_in_words,
    theme_name,
)
from govopen_analytics.words import section


def peer_findings(
    shares: pd.DataFrame,
    distances: pd.DataFrame,
    gaps: pd.DataFrame,
    pooled: pd.DataFrame,
    themes: pd.DataFrame,
    differences: Differences,
    *,
    agency: str,
    is_default: bool = False,
    lang: str = "zh",
    interval: float = 0.95,
) -> pd.DataFrame:
    """Say whether an agency differs from its peers, and in what.

    Parameters
    ----------
    shares : DataFrame
        Result of ``compare.theme_shares`` by ``side``.
    distances : DataFrame
        Result of ``measures.agenda_distances`` by ``agency`` against the rest.
    gaps : DataFrame
        Result of ``measures.theme_gaps`` by ``agency``.
    pooled : DataFrame
        Result of ``compare.pooled_shares`` by ``agency``.
    themes : DataFrame
        The themes to speak of.
    differences : Differences
        Result of ``measures.theme_differences`` by ``agency``.
    agency : str
        Name of the agency.
    is_default : bool, default False
        Whether nobody chose the agency.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words = section("peers", lang)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    chosen = [words["default"].format(agency=agency)] if is_default else []
    if PEERS not in set(shares["side"]):
        alone = words["alone"].format(agency=agency)
        return finding_rows("peers", [alone, *chosen])
    n_others = int(pooled["n_groups"].max()) - 1
    rows = _distance_sentence(distances, agency, n_others, words)
    cells = differences.cells
    cells = cells.loc[cells["agency"] == agency].set_index("theme_id")
    rows += _theme_sentences(shares, cells, labels, words, lang, f"{interval:.0%}")
    own = gaps.loc[gaps["agency"] == agency]
    rows += _gap_sentences(own, labels, words, lang)
    correlation = float(pooled["intraclass_correlation"].max())
    key = "spread" if correlation > 0 else "no_spread"
    rows.append(words[key].format(correlation=correlation))
    return finding_rows("peers", [*rows, *chosen])


def _distance_sentence(
    distances: pd.DataFrame, agency: str, n_others: int, words: dict
) -> list[str]:
    known = distances.loc[distances["group"] == agency].dropna(subset=["distance"])
    if known.empty:
        return []
    row = known.iloc[0]
    n, m = row["n_tasks"], row["n_reference_tasks"]
    key = {ESTABLISHED: "apart", CANNOT_BE_ANSWERED: "unanswered"}.get(
        row["state"], "together"
    )
    return [
        words[key].format(
            agency=agency,
            others=f"{n_others:,}",
            distance=f"{row['distance']:.2f}",
            bound=f"{row['distance_null_bound']:.2f}",
            p=p_in_words(row["p_adjusted"]),
            n=f"{n:,}",
            m=f"{m:,}",
        )
    ]


def _theme_sentences(
    shares: pd.DataFrame,
    cells: pd.DataFrame,
    labels: pd.Series,
    words: dict,
    lang: str,
    level: str,
) -> list[str]:
    by_side = {
        side: part.set_index("theme_id") for side, part in shares.groupby("side")
    }
    rows = []
    for theme_id, label in labels.items():
        cell = cells.loc[theme_id]
        if cell["state"] != ESTABLISHED:
            continue
        own, peers = by_side[ITSELF].loc[theme_id], by_side[PEERS].loc[theme_id]
        rows.append(
            words["high" if cell["is_higher"] else "low"].format(
                theme=theme_name(label, lang),
                p=p_in_words(cell["p_adjusted"]),
                own=share_in_words(own, lang, level),
                peers=share_in_words(peers, lang, level),
            )
        )
    return rows or [words["no_theme"]]


def _gap_sentences(
    gaps: pd.DataFrame, labels: pd.Series, words: dict, lang: str
) -> list[str]:
    gaps = gaps.loc[gaps["theme_id"].isin(labels.index)]
    is_nobody = gaps["chance_unobserved"] == 1
    kinds = {
        "gap_established": ~is_nobody & (gaps["state"] == ESTABLISHED),
        "gap_rare": ~is_nobody & (gaps["state"] == WORTH_ASKING),
        "gap_likely": ~is_nobody & (gaps["state"] == NOT_TOLD_APART),
        "gap_nobody": is_nobody,
    }
    rows = []
    for key, is_kind in kinds.items():
        for chance, same in gaps[is_kind].groupby("chance_unobserved", sort=False):
            named = [theme_name(labels[key_], lang) for key_ in same["theme_id"]]
            rows.append(
                words[key].format(
                    theme=listed(named, lang),
                    n=same["n_tasks"].iloc[0],
                    chance=percent(chance),
                    adjusted=percent(same["p_adjusted"].iloc[0]),
                )
            )
    return rows


def side_names(agency: str, *, lang: str = "zh") -> dict[str, str]:
    """Return the words for the values of ``side``."""
    return {ITSELF: agency, PEERS: section("peers", lang)["peers"]}


def named_sides(rows: pd.DataFrame, agency: str) -> pd.DataFrame:
    """Put the agency's name beside its rows; peers stay unnamed."""
    is_own = rows["side"] == ITSELF
    names = pd.Series(agency, index=rows.index, dtype="string").where(is_own)
    return rows.assign(agency=names)

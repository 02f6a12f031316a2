"""How does one agency differ from its peers? Rows, findings and charts."""

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, share_marks, word_chart
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.charts.style import ChartSource, theme_names
from govopen_analytics.questions.findings import (
    finding_rows,
    listed,
    p_in_words,
    share_in_words,
    theme_name,
)
from govopen_analytics.questions.selection import ITSELF, PEERS
from govopen_analytics.words import section

# A gap is called rare where chance alone gives it less often than this.
RARE = 0.05


def peer_findings(
    shares: pd.DataFrame,
    distances: pd.DataFrame,
    gaps: pd.DataFrame,
    pooled: pd.DataFrame,
    themes: pd.DataFrame,
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
        Result of ``compare.agenda_distances`` by ``side``.
    gaps : DataFrame
        Result of ``compare.theme_gaps`` by ``side``.
    pooled : DataFrame
        Result of ``compare.pooled_shares`` by ``agency``.
    themes : DataFrame
        The themes to speak of.
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
    rows += _theme_sentences(shares, labels, words, lang, f"{interval:.0%}")
    rows += _gap_sentences(gaps, labels, words, lang)
    correlation = float(pooled["intraclass_correlation"].max())
    key = "spread" if correlation > 0 else "no_spread"
    rows.append(words[key].format(correlation=correlation))
    return finding_rows("peers", [*rows, *chosen])


def _distance_sentence(
    distances: pd.DataFrame, agency: str, n_others: int, words: dict
) -> list[str]:
    known = distances.dropna(subset=["distance"])
    if known.empty:
        return []
    row = known.iloc[0]
    n, m = row["n_tasks"], row["n_reference_tasks"]
    if row["group"] != ITSELF:
        n, m = m, n
    key = "apart" if row["is_beyond_chance"] else "together"
    return [
        words[key].format(
            agency=agency,
            others=f"{n_others:,}",
            distance=f"{row['distance']:.2f}",
            bound=f"{row['distance_null_bound']:.2f}",
            p=p_in_words(row["p_value"]),
            n=f"{n:,}",
            m=f"{m:,}",
        )
    ]


def _theme_sentences(
    shares: pd.DataFrame, labels: pd.Series, words: dict, lang: str, level: str
) -> list[str]:
    by_side = {
        side: part.set_index("theme_id") for side, part in shares.groupby("side")
    }
    rows = []
    for theme_id, label in labels.items():
        own, peers = by_side[ITSELF].loc[theme_id], by_side[PEERS].loc[theme_id]
        is_high = own["share_lower"] > peers["share_upper"]
        is_low = own["share_upper"] < peers["share_lower"]
        if is_high or is_low:
            rows.append(
                words["high" if is_high else "low"].format(
                    theme=theme_name(label, lang),
                    own=share_in_words(own, lang, level),
                    peers=share_in_words(peers, lang, level),
                )
            )
    return rows or [words["no_theme"]]


def _gap_sentences(
    gaps: pd.DataFrame, labels: pd.Series, words: dict, lang: str
) -> list[str]:
    own = gaps.loc[(gaps["side"] == ITSELF) & gaps["theme_id"].isin(labels.index)]
    rows = []
    kinds = {
        "gap_rare": own["chance_unobserved"] < RARE,
        "gap_likely": own["chance_unobserved"].between(RARE, 1, inclusive="left"),
        "gap_nobody": own["chance_unobserved"] == 1,
    }
    for key, is_kind in kinds.items():
        part = own[is_kind]
        for chance, same in part.groupby("chance_unobserved", sort=False):
            named = [theme_name(labels[key_], lang) for key_ in same["theme_id"]]
            rows.append(
                words[key].format(
                    theme=listed(named, lang),
                    n=same["n_tasks"].iloc[0],
                    chance=percent(chance),
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


def peer_dots(
    shares: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    agency: str,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw an agency's shares beside those of all others together.

    Parameters
    ----------
    shares : DataFrame, shape (n_sides * n_themes, ...)
        Result of ``measures.theme_shares`` by ``side``.
    themes : DataFrame
        The themes to draw.
    agency : str
        Name of the agency.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
    """
    words = section("peers", lang)
    names = theme_names(themes, lang)
    sides = {side: part.set_index("theme_id") for side, part in shares.groupby("side")}
    series = []
    for side, title, kind in (
        (ITSELF, agency, "sure"),
        (PEERS, words["peers"], "other"),
    ):
        if side in sides:
            part = sides[side].loc[list(names)]
            marks = share_marks(part, lang=lang, names=names.values(), kind=kind)
            series.append(Series(title, marks))
    own = sides[ITSELF].loc[list(names)]
    top = own["share"].astype(float).idxmax()
    has_peers = PEERS in sides
    told = words["peer_dots"]
    panel = Panel(tuple(names.values()), tuple(series), most=1.0)
    return chart_of(
        "peers",
        "peer_dots",
        source=source,
        lang=lang,
        panels=[panel],
        hidden="" if has_peers else told["alone"],
        without=() if has_peers else ("other",),
        interval=interval,
        interval_kind="tasks",
        agency=agency,
        n=f"{own['n_tasks'].max():,}",
        m=f"{sides[PEERS]['n_tasks'].max():,}" if has_peers else "",
        themes=len(names),
        top=told["top"].format(
            theme=names[top], share=percent(float(own.loc[top, "share"]))
        ),
    )


def agency_words(
    words_found: pd.DataFrame,
    *,
    agency: str,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw the words that an agency uses more than all others together.

    Parameters
    ----------
    words_found : DataFrame, shape (n_words, ...)
        Result of ``measures.distinctive_words`` by ``side``, of the agency alone.
    agency, source, lang, interval
        As in ``peer_dots``.

    Returns
    -------
    Chart
        One sentence where there is nothing to compare.
    """
    return word_chart(
        "peers",
        "agency_words",
        words_found,
        source=source,
        lang=lang,
        interval=interval,
        agency=agency,
    )

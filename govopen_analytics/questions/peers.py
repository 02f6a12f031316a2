"""One agency against its peers, in sentences."""

import pandas as pd

from govopen_analytics.base.languages import in_language, percent
from govopen_analytics.questions.selection import ITSELF, PEERS
from govopen_analytics.questions.sentences import (
    finding_rows,
    listed,
    p_in_words,
    share_in_words,
    theme_name,
)

_WORDS = {
    "zh": {
        "default": "未指定机构，这里取任务最多的{agency}；用参数 agency 另选。",
        "peers": "其他机构合计",
        "alone": "语料中没有可以与{agency}相比的其他机构，以下只有它自己的份额。",
        "apart": "{agency}的议程与其余 {others} 个机构的合计不同：距离 {distance}，"
        "超出同一议程下仅凭偶然的 95% 界 {bound}（p {p}；任务 {n} 项对 {m} 项）。",
        "together": "{agency}的议程与其余 {others} 个机构的合计分不出不同：距离 "
        "{distance}，同一议程下仅凭偶然也可达 {bound}（p {p}；任务 {n} 项对 {m} 项）。",
        "high": "{theme}明显高于他者：{own}，他者 {peers}。",
        "low": "{theme}明显低于他者：{own}，他者 {peers}。",
        "no_theme": "没有一个主题的区间与他者分开；逐个主题看，都不足以断定高低。",
        "gap_likely": "{theme}在它的 {n} 项任务中未见；若与他者相同，仅凭偶然全未见的"
        "概率是 {chance}，任务少时这很常见。",
        "gap_rare": "{theme}在它的 {n} 项任务中未见；若与他者相同，仅凭偶然全未见的"
        "概率只有 {chance}，值得向该机构询问。",
        "gap_nobody": "{theme}在它与其他机构的任务中都未见。",
        "no_spread": "各机构之间的差别没有超出抽样的偶然（组内相关为 0）：收缩后的份额"
        "一律等于合并份额，它说的是全体，不是这个机构。",
        "spread": "机构之间的组内相关为 {correlation:.3f}；任务越少，收缩后的份额越靠近"
        "合并份额。",
    },
    "en": {
        "default": "No agency was chosen; this is the one with most tasks, {agency}. "
        "Choose another with the parameter agency.",
        "peers": "all others",
        "alone": "The corpus holds no other agency to compare {agency} with; below are "
        "its own shares alone.",
        "apart": "The agenda of {agency} differs from that of the other {others} "
        "agencies together: distance {distance}, beyond the 95% bound of {bound} "
        "that chance gives under one agenda (p {p}; {n} against {m} tasks).",
        "together": "The agenda of {agency} cannot be told from that of the other "
        "{others} agencies together: distance {distance}, where chance alone gives "
        "up to {bound} under one agenda (p {p}; {n} against {m} tasks).",
        "high": "{theme} is clearly higher than elsewhere: {own}, the others {peers}.",
        "low": "{theme} is clearly lower than elsewhere: {own}, the others {peers}.",
        "no_theme": "No theme's interval lies apart from the others'; theme by theme, "
        "higher or lower is not established.",
        "gap_likely": "{theme} was not observed (n = {n}); were it like the "
        "others, chance alone would give that with probability {chance}, which is "
        "common with few tasks.",
        "gap_rare": "{theme} was not observed (n = {n}); were it like the "
        "others, chance alone would give that with a probability of only {chance}: "
        "worth asking the agency.",
        "gap_nobody": "{theme}: not observed here, nor in any other agency.",
        "no_spread": "The agencies differ no more than samples of one agenda would "
        "(intraclass correlation 0): every shrunk share equals the pooled one and "
        "speaks of all agencies, not of this one.",
        "spread": "The intraclass correlation between agencies is {correlation:.3f}; "
        "the fewer its tasks, the closer a shrunk share lies to the pooled one.",
    },
}
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
    words = in_language(_WORDS, lang)
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
    return {ITSELF: agency, PEERS: in_language(_WORDS, lang)["peers"]}


def named_sides(rows: pd.DataFrame, agency: str) -> pd.DataFrame:
    """Put the agency's name beside its rows; peers stay unnamed."""
    is_own = rows["side"] == ITSELF
    names = pd.Series(agency, index=rows.index, dtype="string").where(is_own)
    return rows.assign(agency=names)

"""How a sentence is put together: names, shares with intervals, lists."""

from collections.abc import Iterable

import pandas as pd

from govopen_analytics.base.languages import in_language, percent

# A list in a sentence names this many and counts the rest.
MOST_NAMED = 5

_WORDS = {
    "zh": {
        "no_tasks": "这里没有一项任务，无法回答这个问题；未能读入的文件见语料页。",
        "join": "、",
        "more": "等 {n} 个",
        "theme": "「{name}」",
        "share": "{share}（n = {n}，{level} 区间 {lower}–{upper}）",
        "points": "{value} 个百分点",
        "change": "{value} 个百分点（{level} 区间 {lower} 至 {upper}）",
    },
    "en": {
        "no_tasks": "There is no task here, so the question cannot be answered; the "
        "corpus page names the files that could not be read.",
        "join": ", ",
        "more": " and others, {n} in all",
        "theme": '"{name}"',
        "share": "{share} (n = {n}, {level} interval {lower}–{upper})",
        "points": "{value} points",
        "change": "{value} points ({level} interval {lower} to {upper})",
    },
}


def finding_rows(topic: str, sentences: Iterable[str]) -> pd.DataFrame:
    """Return a table of findings: ``topic`` and ``finding``."""
    rows = [(topic, sentence) for sentence in sentences]
    return pd.DataFrame(rows, columns=["topic", "finding"], dtype="string")


def no_task_rows(topic: str, lang: str) -> pd.DataFrame:
    """Return the one finding about a corpus without a task."""
    return finding_rows(topic, [in_language(_WORDS, lang)["no_tasks"]])


def theme_name(name: str, lang: str) -> str:
    """Return a theme's label in quotation marks."""
    return in_language(_WORDS, lang)["theme"].format(name=name)


def listed(names: Iterable[str], lang: str) -> str:
    """Join names, and count those that a sentence has no room for."""
    words, names = in_language(_WORDS, lang), list(names)
    shown = words["join"].join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        shown += words["more"].format(n=f"{len(names):,}")
    return shown


def share_in_words(row: pd.Series, lang: str, level: str) -> str:
    """Write a share with its n and interval."""
    return in_language(_WORDS, lang)["share"].format(
        share=percent(row["share"]),
        n=f"{int(row['n_tasks']):,}",
        level=level,
        lower=percent(row["share_lower"]),
        upper=percent(row["share_upper"]),
    )


def change_in_words(row: pd.Series, name: str, lang: str, level: str) -> str:
    """Write a difference of shares in percentage points, with its interval."""
    return in_language(_WORDS, lang)["change"].format(
        value=_signed(row[name]),
        level=level,
        lower=_signed(row[f"{name}_lower"]),
        upper=_signed(row[f"{name}_upper"]),
    )


def p_in_words(p_value: float) -> str:
    """Write a p-value; what rounding would turn into none reads ``< 0.001``."""
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def _signed(change: float) -> str:
    return f"{change:+.1%}".rstrip("%").replace("-", "−")

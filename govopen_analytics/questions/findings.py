"""How a finding is put together: names, shares with intervals, lists."""

from collections.abc import Iterable

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.words import section

# A list in a sentence names this many and counts the rest.
MOST_NAMED = 5


def finding_rows(topic: str, sentences: Iterable[str]) -> pd.DataFrame:
    """Return a table of findings: ``topic`` and ``finding``."""
    rows = [(topic, sentence) for sentence in sentences]
    return pd.DataFrame(rows, columns=["topic", "finding"], dtype="string")


def no_task_rows(topic: str, lang: str) -> pd.DataFrame:
    """Return the one finding about a corpus without a task."""
    return finding_rows(topic, [section("sentences", lang)["no_tasks"]])


def theme_name(name: str, lang: str) -> str:
    """Return a theme's label in quotation marks."""
    return section("sentences", lang)["theme"].format(name=name)


def listed(names: Iterable[str], lang: str) -> str:
    """Join names, and count those that a sentence has no room for."""
    words, names = section("sentences", lang), list(names)
    shown = words["join"].join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        shown += words["more"].format(n=f"{len(names):,}")
    return shown


def share_in_words(row: pd.Series, lang: str, level: str) -> str:
    """Write a share with its n and interval."""
    return section("sentences", lang)["share"].format(
        share=percent(row["share"]),
        n=f"{int(row['n_tasks']):,}",
        level=level,
        lower=percent(row["share_lower"]),
        upper=percent(row["share_upper"]),
    )


def change_in_words(row: pd.Series, name: str, lang: str, level: str) -> str:
    """Write a difference of shares in percentage points, with its interval."""
    return section("sentences", lang)["change"].format(
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

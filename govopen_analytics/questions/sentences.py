"""How a sentence is put together: names, shares with intervals, lists."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
    WORTH_ASKING,
)
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


def difference_sentences(
    differences: Differences,
    names: Mapping[str, str],
    key: str,
    who: Callable[[pd.Series], str],
    lang: str,
) -> list[str]:
    """Say in which items groups differ, and who; equal non-results become one.

    Parameters
    ----------
    differences : Differences
        Result of ``measures.theme_differences`` or ``form_differences``.
    names : mapping of str to str
        The items to speak of, as they are named in the sentence.
    key : {"theme_id", "flag"}
        Column of the items.
    who : callable
        From a row of ``differences.cells`` to the name of its group.
    lang : {"zh", "en"}
    """
    words = section("sentences", lang)
    items = differences.items
    items = items.loc[items[key].isin(list(names))].set_index(key)
    items = items.loc[[name for name in names if name in items.index]]
    cells = differences.cells
    rows = []
    for item, row in items.loc[items["state"] == ESTABLISHED].iterrows():
        of_item = cells.loc[(cells[key] == item) & (cells["state"] == ESTABLISHED)]
        text = ""
        for side, is_higher in (("differ_above", True), ("differ_below", False)):
            part = of_item.loc[of_item["is_higher"] == is_higher]
            if len(part):
                groups = listed([who(one) for _, one in part.iterrows()], lang)
                text += words[side].format(names=groups)
        p_value = p_in_words(row["p_adjusted"])
        text = words["differ"].format(
            name=names[item], p=p_value, who=text or words["differ_nobody"]
        )
        rows.append(text)
    for item, row in items.loc[items["state"] == WORTH_ASKING].iterrows():
        p_value = p_in_words(row["p_adjusted"])
        rows.append(words["differ_asking"].format(name=names[item], p=p_value))
    for state, form in (
        (NOT_TOLD_APART, "differ_none"),
        (CANNOT_BE_ANSWERED, "differ_unanswered"),
    ):
        part = items.loc[items["state"] == state]
        if len(part):
            rows.append(
                words[form].format(
                    names=listed([names[item] for item in part.index], lang),
                    p=p_in_words(part["p_adjusted"].min()),
                    unit=words[f"unit_{part['test_unit'].iloc[0]}"],
                )
            )
    return rows


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
        value=points(row[name]),
        level=level,
        lower=points(row[f"{name}_lower"]),
        upper=points(row[f"{name}_upper"]),
    )


def p_in_words(p_value: float) -> str:
    """Write a p-value; what rounding would turn into none reads ``< 0.001``."""
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def points(change: float) -> str:
    """Write a difference of shares in percentage points, with its sign."""
    return f"{change:+.1%}".rstrip("%").replace("-", "−")

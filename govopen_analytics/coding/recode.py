"""What another codebook makes of the same tasks, and which keywords moved them."""

from collections.abc import Mapping

import pandas as pd

from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.keywords import keyword_matches

_COLUMNS = [
    "task_id",
    "text",
    "themes_before",
    "themes_after",
    "score_before",
    "score_after",
    "keywords_gained",
    "keywords_lost",
]


def recode(
    tasks: pd.DataFrame,
    before: Codebook,
    after: Codebook,
    *,
    coder: str = "combined",
) -> pd.DataFrame:
    """Code tasks by two codebooks, and show those whose themes moved.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        Needs ``task_id`` and ``text``.
    coder : str, default "combined"

    Returns
    -------
    DataFrame, shape (n_moved, 8)
        ``task_id``, ``text``, ``themes_before``, ``themes_after`` (lists, the primary
        theme first; empty where unclassified), ``score_before``, ``score_after`` (of
        the primary theme), ``keywords_gained`` and ``keywords_lost`` (lists of
        "keyword (theme)"). A task that moved without either was moved by what the
        model learned from the keywords' themes.
    """
    themes, scores, words = [], [], []
    for codebook in (before, after):
        coded = assign_themes(tasks, codebook, coder=coder)
        themes.append(coded.groupby("task_id")["theme_id"].agg(list))
        first = coded.loc[coded["rank"] == 1]
        scores.append(first.set_index("task_id")["score"])
        matches = keyword_matches(tasks, codebook)
        named = matches["keyword"] + " (" + matches["theme_id"] + ")"
        words.append(named.groupby(matches["task_id"]).agg(set))
    rows = []
    for task_id, text in zip(tasks["task_id"], tasks["text"], strict=True):
        themes_before, themes_after = (list(part.get(task_id, [])) for part in themes)
        if themes_before == themes_after:
            continue
        had, has = (set(part.get(task_id, set())) for part in words)
        rows.append(
            (
                task_id,
                text,
                themes_before,
                themes_after,
                *(part.get(task_id, float("nan")) for part in scores),
                sorted(has - had),
                sorted(had - has),
            )
        )
    return pd.DataFrame(rows, columns=_COLUMNS)


def moved_themes(moved: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Count the tasks that each theme gains and loses.

    Parameters
    ----------
    moved : DataFrame, shape (n_moved, 8)
        Result of ``recode``.
    labels : mapping of str to str
        Names of the themes, by identifier.

    Returns
    -------
    DataFrame, shape (n_themes, 4)
        ``theme``, ``n_gained``, ``n_lost`` and ``n_net`` (counts of tasks), of the
        themes that gain or lose one.
    """
    pairs = [
        (set(before), set(after))
        for before, after in zip(
            moved["themes_before"], moved["themes_after"], strict=True
        )
    ]
    rows = []
    for theme_id, label in labels.items():
        gained = sum(theme_id in after - before for before, after in pairs)
        lost = sum(theme_id in before - after for before, after in pairs)
        if gained or lost:
            rows.append((label, gained, lost, gained - lost))
    return pd.DataFrame(rows, columns=["theme", "n_gained", "n_lost", "n_net"])

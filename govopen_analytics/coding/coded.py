"""Read plans to coded plans, and what another codebook makes of the same tasks."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from govopen_analytics.base.cache import Cache
from govopen_analytics.base.fingerprints import digest_of, made_by
from govopen_analytics.base.schemas import to_schema
from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.keywords import keyword_matches

# Columns of the coding's tables, and by what they are sorted.
_SORTED = {
    "theme_assignments": ["task_id", "rank"],
    "keyword_matches": ["task_id", "start_char", "end_char", "theme_id"],
}
# What coding takes from a task, beside its document.
_CODED = ("task_id", "text", "title", "is_title_inherited", "section", "chapter")
_MOVED_COLUMNS = [
    "task_id",
    "text",
    "themes_before",
    "themes_after",
    "score_before",
    "score_after",
    "keywords_gained",
    "keywords_lost",
]
# Folders of the library that codes depend on.
CODING = ("base", "words", "readers", "plans", "coding")


def code_plans(
    plans: Tables,
    codebook: Codebook,
    *,
    cache: Cache | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Tables:
    """Code the tasks of plans: add or replace what the coding makes.

    That is ``themes``, ``theme_assignments`` and ``keyword_matches``. The codes of a
    document whose tasks are the same are taken from the cache, if there is one.
    `on_progress` is called with the number of tasks done and their total. A
    CodebookError says that the codebook has nothing to learn from.
    """
    if cache is None or cache.folder is None:
        coded = _coded(plans.tasks, codebook, on_progress)
    else:
        coded = _reused_or_coded(plans.tasks, codebook, cache, on_progress)
    return plans.with_tables(themes=codebook.themes, **coded)


def _coded(
    tasks: pd.DataFrame,
    codebook: Codebook,
    on_progress: Callable[[int, int], None],
) -> dict[str, pd.DataFrame]:
    return {
        "theme_assignments": assign_themes(tasks, codebook, on_progress=on_progress),
        "keyword_matches": keyword_matches(tasks, codebook),
    }


def _reused_or_coded(
    tasks: pd.DataFrame,
    codebook: Codebook,
    cache: Cache,
    on_progress: Callable[[int, int], None],
) -> dict[str, pd.DataFrame]:
    """Take the codes of each document from the cache, or make and keep them."""
    keys = _document_keys(tasks, codebook)
    cached = {document: cache.get(key) for document, key in keys.items()}
    reused = {document: value for document, value in cached.items() if _is_whole(value)}
    new = tasks.loc[~tasks["document_id"].isin(list(reused))]
    n_reused = len(tasks) - len(new)
    on_progress(n_reused, len(tasks))
    made = _coded(new, codebook, lambda n, _: on_progress(n_reused + n, len(tasks)))
    owners = dict(zip(new["task_id"], new["document_id"], strict=True))
    parts: dict[str, dict[str, Any]] = {}
    for name, frame in made.items():
        for document, rows in frame.groupby(frame["task_id"].map(owners), sort=False):
            parts.setdefault(str(document), {})[name] = rows.to_dict("list")
    for document in new["document_id"].unique():
        # A document without any code is kept too.
        cache.put(
            keys[document], {name: parts.get(document, {}).get(name) for name in made}
        )
    return {
        name: _joined(name, frame, [value[name] for value in reused.values()])
        for name, frame in made.items()
    }


def _is_whole(value: Any) -> bool:
    """Say whether a value from the cache is what a document's coding leaves."""
    return (
        isinstance(value, dict)
        and value.keys() == _SORTED.keys()
        and all(
            part is None or (isinstance(part, dict) and set(_SORTED[name]) <= set(part))
            for name, part in value.items()
        )
    )


def _document_keys(tasks: pd.DataFrame, codebook: Codebook) -> dict[str, str]:
    made = made_by(*CODING)
    columns = [
        tasks[name].astype(object).where(tasks[name].notna(), None) for name in _CODED
    ]
    rows: dict[str, list[Any]] = {}
    for document, *values in zip(tasks["document_id"], *columns, strict=True):
        rows.setdefault(document, []).append(values)
    return {
        document: digest_of([made, codebook.fingerprint, document, values])
        for document, values in rows.items()
    }


def _joined(
    name: str, made: pd.DataFrame, reused: list[dict[str, Any] | None]
) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {column: [] for column in made.columns}
    for part in filter(None, reused):
        for column, values in columns.items():
            values += part[column]
    frames = [frame for frame in (made, pd.DataFrame(columns)) if len(frame)]
    if not frames:
        return made
    frames = [to_schema(frame, name) for frame in frames]
    return to_schema(pd.concat(frames).sort_values(_SORTED[name]), name)


# Another codebook ---------------------------------------------------------------------


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
    return pd.DataFrame(rows, columns=_MOVED_COLUMNS)


def moved_themes(moved: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Count the tasks that each theme gains and loses by a recoding.

    `labels` are the names of the themes by identifier. Columns: ``theme``,
    ``n_gained``, ``n_lost`` and ``n_net`` (counts of tasks), of the themes that gain or
    lose one.
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

"""Assign themes to tasks: one signature for every automatic coder."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import CodebookError, choices
from govopen_analytics.coding.clauses import (
    mark_shared_titles,
    read_tasks,
)
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.combined import (
    coder_weights,
    primary_chances,
    secondary_chances,
    softmax,
    task_evidence,
)
from govopen_analytics.coding.estimators import UNCLASSIFIED
from govopen_analytics.coding.features import fold_many
from govopen_analytics.coding.keywords import (
    check_tasks,
    keyword_scores,
)
from govopen_analytics.coding.linear import LinearModel, fit_linear_model
from govopen_analytics.coding.model_files import kept_model
from govopen_analytics.coding.tfidf import ThemeProfiles, theme_profiles
from govopen_analytics.coding.training import (
    NOTHING,
    LeftOut,
    seen_documents,
    training_tasks,
    training_texts,
)

CODERS = ("combined", "keywords", "tfidf", "linear")

_BATCH = 20_000
# A further theme of an estimator has at least this chance.
_LEAST_FURTHER = 0.33
# A general title is shorter than this.
_GENERAL_CHARS = 40


def assign_themes(
    tasks: pd.DataFrame,
    codebook: Codebook,
    *,
    coder: Any = "combined",
    left_out: LeftOut | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Assign themes to tasks.

    Each document is coded by itself: the order of rows, other documents and
    their number change nothing. A document that repeats one with reference codings in
    the codebook, under whatever name, is coded by a model that has not seen that one.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        A ``tasks`` table; ``task_id`` and ``text`` are needed, ``document_id``,
        ``title``, ``is_title_inherited``, ``section`` and ``chapter`` used
        where they are.
    codebook : Codebook
    coder : {"combined", "keywords", "tfidf", "linear"} or estimator
        Who codes. Only "combined" weighs titles, sentences, means and headings. An
        estimator of scikit-learn that classifies texts is cloned and fitted on the
        primary themes of the codebook's training tasks and reference codings; a
        class that is no theme, such as ``estimators.UNCLASSIFIED``, gives no row.
    left_out : LeftOut, optional
        Training that the model must not have seen, for cross-validation. Without
        it, the reference documents that the tasks repeat.
    on_progress : callable, optional
        Called with the number of tasks done and their total.

    Returns
    -------
    DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments``, sorted by task and rank: one row of rank 1
        per task, secondary themes from rank 2. A task that nothing speaks for
        is absent, that is, unclassified. ``score`` is the coder's confidence
        (0-1); for "combined" it estimates the chance of being right.

    Raises
    ------
    CodebookError
        If `coder` or a weight is unknown, or the codebook has nothing to learn
        from.
    SchemaError
        If `tasks` lacks a column or holds a task_id twice.
    """
    if isinstance(coder, str) and coder not in CODERS:
        raise CodebookError(f"unknown coder: {choices(coder, CODERS)}")
    check_tasks(tasks)
    tasks = mark_shared_titles(tasks)
    frames, done = [schemas.empty("theme_assignments")], 0
    code = _CODERS[coder] if isinstance(coder, str) else _fitted_coder(coder)
    groups = [(left_out, tasks)] if left_out else by_unseen_documents(tasks, codebook)
    for unseen, group in groups:
        for start in range(0, len(group), _BATCH):
            batch = group.iloc[start : start + _BATCH]
            frames.append(code(batch, codebook, unseen))
            done += len(batch)
            if on_progress:
                on_progress(done, len(tasks))
    table = pd.concat(frames[1:] or frames)
    name = coder if isinstance(coder, str) else type(coder).__name__
    table = table.assign(coder=name, codebook_version=codebook.version)
    return schemas.to_schema(
        table.sort_values(["task_id", "rank"]), "theme_assignments"
    )


def by_unseen_documents(
    tasks: pd.DataFrame, codebook: Codebook
) -> Iterator[tuple[LeftOut, pd.DataFrame]]:
    """Split tasks by the documents their model must not have seen.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
    codebook : Codebook

    Yields
    ------
    left_out : LeftOut
    tasks : DataFrame
    """
    seen = seen_documents(tasks, codebook)
    numbers = {
        documents: i for i, documents in enumerate(sorted(set(seen), key=sorted))
    }
    places = np.array([numbers[documents] for documents in seen], dtype=int)
    for documents, number in numbers.items():
        yield LeftOut(documents=documents), tasks.loc[places == number]


# What the coders learn from -----------------------------------------------------


_models: dict[tuple[str, LeftOut], LinearModel] = {}
_profiles: dict[tuple[str, LeftOut], ThemeProfiles] = {}


def linear_model(codebook: Codebook, left_out: LeftOut = NOTHING) -> LinearModel:
    """Return the linear model of a codebook, fitted once.

    Classes are the codebook's themes and, last, none of them.

    Parameters
    ----------
    codebook : Codebook
    left_out : LeftOut
        What the model must not have seen.

    Returns
    -------
    LinearModel

    Raises
    ------
    CodebookError
        If the codebook has nothing to learn from.
    """
    key = codebook.fingerprint, left_out
    if key not in _models:
        _models[key] = kept_model(
            codebook.fingerprint, left_out, lambda: _fitted(codebook, left_out)
        )
    return _models[key]


def _fitted(codebook: Codebook, left_out: LeftOut) -> LinearModel:
    texts = training_texts(codebook, left_out)
    if not texts.pieces:
        raise CodebookError(
            f"Codebook {codebook.name}: found no examples, keywords or "
            "reference codings to learn from; expected some, or use "
            "coder='keywords'"
        )
    return fit_linear_model(*texts, n_classes=len(codebook.theme_ids) + 1)


def _theme_profiles(codebook: Codebook, left_out: LeftOut) -> ThemeProfiles:
    key = codebook.fingerprint, left_out
    if key not in _profiles:
        tasks = training_tasks(codebook, left_out)
        coded = tasks.loc[tasks["theme_ids"].str.len() > 0]
        _profiles[key] = theme_profiles(
            codebook, list(zip(coded["text"], coded["theme_ids"], strict=True))
        )
    return _profiles[key]


# The coders -----------------------------------------------------------------------


def _code_by_keywords(
    tasks: pd.DataFrame, codebook: Codebook, left_out: LeftOut
) -> pd.DataFrame:
    """Most keyword weight wins; a second theme needs half as much."""
    scores = keyword_scores(fold_many(tasks["text"].fillna("")), codebook)
    shares = scores / np.maximum(scores.sum(axis=1, keepdims=True), 1)
    return _ranked(tasks, codebook, shares, shares > 0.33)


def _code_by_tfidf(
    tasks: pd.DataFrame, codebook: Codebook, left_out: LeftOut
) -> pd.DataFrame:
    """Most similar theme profile wins; a second must be almost as similar."""
    texts = fold_many(tasks["text"].fillna(""))
    similar = _theme_profiles(codebook, left_out).similarities(texts)
    best = similar.max(axis=1, keepdims=True)
    return _ranked(tasks, codebook, similar, (similar >= 0.95 * best) & (best > 0))


def _code_by_linear_model(
    tasks: pd.DataFrame, codebook: Codebook, left_out: LeftOut
) -> pd.DataFrame:
    """Greatest distance wins; every other theme above its border is second."""
    texts = fold_many(tasks["text"].fillna(""))
    distances, is_known = linear_model(codebook, left_out).decide(texts)
    shares = softmax(3 * distances)[:, :-1] * is_known[:, None]
    is_none = distances.argmax(axis=1) == distances.shape[1] - 1
    shares[is_none] = 0
    return _ranked(tasks, codebook, shares, distances[:, :-1] > 0)


def _code_combined(
    tasks: pd.DataFrame, codebook: Codebook, left_out: LeftOut
) -> pd.DataFrame:
    """Conditional logit for the primary theme, logit for each further one."""
    weights = coder_weights(codebook)
    evidence = task_evidence(tasks, codebook, linear_model(codebook, left_out))
    scores = primary_chances(evidence, weights)[:, :-1]
    scores[scores.max(axis=1) < weights["least_score"]] = 0
    further = secondary_chances(evidence, codebook, weights)
    _apply_general_titles(tasks, codebook, scores, further, weights)
    primary = scores.argmax(axis=1)
    first = np.arange(len(tasks)), primary
    is_secondary = further >= weights["secondary_least"]
    further[first] = scores[first]
    return _ranked(tasks, codebook, further, is_secondary, primary=primary)


def _fitted_coder(estimator: Any) -> Callable[..., pd.DataFrame]:
    """Code by an estimator: the likeliest theme, and others above a third."""
    from sklearn.base import clone

    fitted: dict[LeftOut, Any] = {}

    def code(
        tasks: pd.DataFrame, codebook: Codebook, left_out: LeftOut
    ) -> pd.DataFrame:
        if left_out not in fitted:
            learned = training_tasks(codebook, left_out)
            labels = [ids[0] if ids else UNCLASSIFIED for ids in learned["theme_ids"]]
            model = clone(estimator)
            fitted[left_out] = model.fit(learned["text"].tolist(), labels)
        model = fitted[left_out]
        chances = model.predict_proba(tasks["text"].fillna("").astype(str).tolist())
        places = {str(label): i for i, label in enumerate(model.classes_)}
        scores = np.zeros((len(tasks), len(codebook.theme_ids)))
        for number, theme in enumerate(codebook.theme_ids):
            if theme in places:
                scores[:, number] = chances[:, places[theme]]
        best = model.classes_[chances.argmax(axis=1)]
        scores[~np.isin(best, codebook.theme_ids)] = 0
        return _ranked(tasks, codebook, scores, scores > _LEAST_FURTHER)

    return code


def _apply_general_titles(
    tasks: pd.DataFrame,
    codebook: Codebook,
    scores: np.ndarray,
    further: np.ndarray,
    weights: dict[str, float],
) -> None:
    """Give a general title without content the codebook's theme for it."""
    settings = codebook.settings
    if settings.general_theme is None or not settings.general_titles:
        return
    expression = re.compile("|".join(f"(?:{e})" for e in settings.general_titles))
    theme = codebook.theme_ids.index(settings.general_theme)
    short = np.flatnonzero(tasks["text"].fillna("").str.len() < _GENERAL_CHARS)
    for row, task in zip(short, read_tasks(tasks.iloc[short]), strict=True):
        words = f"{task.title}{task.content}"
        if (not task.title or not task.content) and expression.fullmatch(
            words.rstrip("。.")
        ):
            scores[row] = further[row] = 0
            scores[row, theme] = weights["general_score"]


def _ranked(
    tasks: pd.DataFrame,
    codebook: Codebook,
    scores: np.ndarray,
    is_secondary: np.ndarray,
    *,
    primary: np.ndarray | None = None,
) -> pd.DataFrame:
    """Turn scores into rows: the best theme first, then the secondary ones.

    Without `primary` the highest score wins, of equal ones the first in the
    codebook. A task whose primary theme has score 0 gets no row.
    """
    primary = scores.argmax(axis=1) if primary is None else primary
    chosen = is_secondary.copy()
    chosen[np.arange(len(tasks)), primary] = True
    chosen[scores[np.arange(len(tasks)), primary] <= 0] = False
    rows, themes = np.nonzero(chosen)
    is_first = themes == primary[rows]
    table = pd.DataFrame(
        {
            "row": rows,
            "task_id": tasks["task_id"].to_numpy(dtype=object)[rows],
            "theme_id": np.array(codebook.theme_ids, dtype=object)[themes],
            "score": np.round(np.clip(scores[rows, themes], 0, 1), 4),
            "later": ~is_first,
            "place": themes,
        }
    )
    table = table.sort_values(
        ["row", "later", "score", "place"], ascending=[True, True, False, True]
    )
    table["rank"] = table.groupby("row").cumcount() + 1
    return table[["task_id", "theme_id", "rank", "score"]]


_CODERS = {
    "combined": _code_combined,
    "keywords": _code_by_keywords,
    "tfidf": _code_by_tfidf,
    "linear": _code_by_linear_model,
}

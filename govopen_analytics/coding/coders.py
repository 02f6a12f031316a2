"""The automatic coders: what each makes of some tasks."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import CodebookError
from govopen_analytics.coding.clauses import mark_shared_titles, read_tasks
from govopen_analytics.coding.codebook import Codebook, per_codebook
from govopen_analytics.coding.combined import (
    coder_weights,
    primary_chances,
    secondary_chances,
    task_evidence,
)
from govopen_analytics.coding.features import fold_many, plain_texts
from govopen_analytics.coding.keywords import keyword_scores
from govopen_analytics.coding.linear import LinearModel, fit_linear_model, kept_model
from govopen_analytics.coding.tfidf import ThemeProfiles, theme_profiles
from govopen_analytics.coding.training import (
    UNCLASSIFIED,
    LeftOut,
    lay_out_texts,
    seen_documents,
    training_tasks,
)

# A further theme of an estimator has at least this chance.
_LEAST_FURTHER = 0.33
# A general title is shorter than this.
_GENERAL_CHARS = 40


class Coded(NamedTuple):
    """Themes given to tasks, sorted by task and rank; arrays of shape (n_given,).

    ``rows`` and ``themes`` are places in the tasks and in the codebook.
    """

    rows: np.ndarray
    themes: np.ndarray
    ranks: np.ndarray
    scores: np.ndarray


#: What a coder must not have seen, and the places of the tasks this holds for.
Groups = list[tuple[LeftOut, np.ndarray]]


def by_unseen_documents(tasks: pd.DataFrame, codebook: Codebook) -> Groups:
    """Group places of tasks by the reference documents their model must not have seen.

    A document that repeats several is coded by a model that has seen none of the
    reference, so that there are no more models than reference documents, and two.
    """
    every = frozenset(codebook.reference["document_id"])
    repeated = [
        documents if len(documents) < 2 else every
        for documents in seen_documents(tasks, codebook)
    ]
    numbers = {
        documents: n for n, documents in enumerate(sorted(set(repeated), key=sorted))
    }
    places = np.array([numbers[documents] for documents in repeated], dtype=np.int64)
    return [
        (LeftOut(documents=documents), np.flatnonzero(places == number))
        for documents, number in numbers.items()
    ]


# What the coders learn from -----------------------------------------------------


@per_codebook
def linear_model(codebook: Codebook, left_out: LeftOut) -> LinearModel:
    """Return the linear model of a codebook that has not seen what is left out.

    Classes are the codebook's themes and, last, none of them. A CodebookError says that
    there is nothing to learn from.
    """

    def fitted() -> LinearModel:
        texts = lay_out_texts(codebook, training_tasks(codebook, left_out))
        if not texts.pieces:
            raise CodebookError(
                f"Codebook {codebook.name}: found no examples, keywords or "
                "reference codings to learn from; expected some, or use "
                "coder='keywords'"
            )
        return fit_linear_model(*texts, n_classes=len(codebook.theme_ids) + 1)

    names = [sorted(left_out.documents), sorted(left_out.fields)]
    return kept_model([codebook.fingerprint, *names], fitted)


@per_codebook
def _theme_profiles(codebook: Codebook, left_out: LeftOut) -> ThemeProfiles:
    tasks = training_tasks(codebook, left_out)
    coded = tasks.loc[tasks["theme_ids"].str.len() > 0]
    return theme_profiles(
        codebook, list(zip(coded["text"], coded["theme_ids"], strict=True))
    )


# The coders -----------------------------------------------------------------------


def code_tasks(
    tasks: pd.DataFrame,
    codebook: Codebook,
    coder: Any = "combined",
    left_out: LeftOut | None = None,
) -> Coded:
    """Code whole documents; what else there is changes nothing."""
    tasks = mark_shared_titles(tasks)
    code = CODERS[coder] if isinstance(coder, str) else _fitted_coder(coder)
    if left_out is not None:
        groups = [(left_out, np.arange(len(tasks)))]
    else:
        groups = by_unseen_documents(tasks, codebook)
    return code(tasks, codebook, groups)


def _code_by_keywords(tasks: pd.DataFrame, codebook: Codebook, groups: Groups) -> Coded:
    """Most keyword weight wins; a second theme needs half as much."""
    scores = keyword_scores(fold_many(plain_texts(tasks["text"])), codebook)
    shares = scores / np.maximum(scores.sum(axis=1, keepdims=True), 1)
    return _ranked(shares, shares > 0.33)


def _code_by_tfidf(tasks: pd.DataFrame, codebook: Codebook, groups: Groups) -> Coded:
    """Most similar theme profile wins; a second must be almost as similar."""
    texts = np.array(fold_many(plain_texts(tasks["text"])), dtype=object)
    similar = np.zeros((len(texts), len(codebook.theme_ids)))
    for left_out, rows in groups:
        similar[rows] = _theme_profiles(codebook, left_out).similarities(
            texts[rows].tolist()
        )
    best = similar.max(axis=1, keepdims=True)
    return _ranked(similar, (similar >= 0.95 * best) & (best > 0))


def _code_by_linear_model(
    tasks: pd.DataFrame, codebook: Codebook, groups: Groups
) -> Coded:
    """Greatest distance wins; every other theme above its border is second."""
    texts = np.array(fold_many(plain_texts(tasks["text"])), dtype=object)
    distances = np.zeros((len(texts), len(codebook.theme_ids) + 1))
    shares = np.zeros_like(distances)
    for left_out, rows in groups:
        model = linear_model(codebook, left_out)
        sums = model.sums(texts[rows].tolist())
        distances[rows], shares[rows] = model.distances(sums), model.shares(sums, 3)
    shares[distances.argmax(axis=1) == distances.shape[1] - 1] = 0
    return _ranked(shares[:, :-1], distances[:, :-1] > 0)


def _code_combined(tasks: pd.DataFrame, codebook: Codebook, groups: Groups) -> Coded:
    """Conditional logit for the primary theme, logit for each further one."""
    weights = coder_weights(codebook)
    models = [linear_model(codebook, left_out) for left_out, _ in groups]
    model_of_task = np.zeros(len(tasks), dtype=np.int64)
    for number, (_, rows) in enumerate(groups):
        model_of_task[rows] = number
    evidence = task_evidence(tasks, codebook, models, model_of_task)
    scores = primary_chances(evidence, weights)[:, :-1]
    scores[scores.max(axis=1) < weights["least_score"]] = 0
    further = secondary_chances(evidence, codebook, weights)
    _apply_general_titles(tasks, codebook, scores, further, weights)
    primary = scores.argmax(axis=1)
    first = np.arange(len(tasks)), primary
    is_secondary = further >= weights["secondary_least"]
    further[first] = scores[first]
    return _ranked(further, is_secondary, primary=primary)


def _fitted_coder(estimator: Any) -> Callable[..., Coded]:
    """Code by an estimator: the likeliest theme, and others above a third."""
    from sklearn.base import clone

    def code(tasks: pd.DataFrame, codebook: Codebook, groups: Groups) -> Coded:
        scores = np.zeros((len(tasks), len(codebook.theme_ids)))
        texts = np.array(plain_texts(tasks["text"]), dtype=object)
        for left_out, rows in groups:
            learned = training_tasks(codebook, left_out)
            labels = [ids[0] if ids else UNCLASSIFIED for ids in learned["theme_ids"]]
            model = clone(estimator).fit(learned["text"].tolist(), labels)
            chances = model.predict_proba(texts[rows].tolist())
            places = {str(label): i for i, label in enumerate(model.classes_)}
            in_group = np.zeros((len(rows), scores.shape[1]))
            for number, theme in enumerate(codebook.theme_ids):
                if theme in places:
                    in_group[:, number] = chances[:, places[theme]]
            best = model.classes_[chances.argmax(axis=1)]
            in_group[~np.isin(best, codebook.theme_ids)] = 0
            scores[rows] = in_group
        return _ranked(scores, scores > _LEAST_FURTHER)

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
    scores: np.ndarray, is_secondary: np.ndarray, *, primary: np.ndarray | None = None
) -> Coded:
    """Rank the themes of each task: the best first, then the secondary ones.

    Without `primary` the highest score wins, of equal ones the first in the
    codebook. A task whose primary theme has score 0 gets none.
    """
    primary = scores.argmax(axis=1) if primary is None else primary
    first = np.arange(len(scores)), primary
    chosen = is_secondary.copy()
    chosen[first] = True
    chosen[scores[first] <= 0] = False
    rows, themes = np.nonzero(chosen)
    given = np.round(np.clip(scores[rows, themes], 0, 1), 4)
    order = np.lexsort((themes, -given, themes != primary[rows], rows))
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    ranks = np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows)))
    return Coded(rows, themes[order], ranks + 1, given[order])


CODERS: dict[str, Callable[..., Coded]] = {
    "combined": _code_combined,
    "keywords": _code_by_keywords,
    "tfidf": _code_by_tfidf,
    "linear": _code_by_linear_model,
}

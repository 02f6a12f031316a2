"""Assign themes to tasks: one signature for every automatic coder."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import CodebookError, SchemaError, choices
from govopen_analytics.base.text import fold
from govopen_analytics.coding.clauses import (
    KINDS,
    Pieces,
    mark_shared_titles,
    read_tasks,
    split_sentences,
    split_tasks,
)
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.features import fold_many
from govopen_analytics.coding.keywords import (
    check_tasks,
    keyword_in_context,
    keyword_matches,
    keyword_scores,
)
from govopen_analytics.coding.linear import LinearModel, fit_linear_model
from govopen_analytics.coding.tfidf import theme_profiles

CODERS = ("combined", "keywords", "tfidf", "linear")

#: Weights of the combined coder, fitted to coded tasks (see docs/coding.md); a
#: codebook may set its own under ``coding: weights:``.
WEIGHTS = {
    # Primary theme: logit per unit of evidence, by kind of piece.
    "title": 4.6,
    "inherited_title": 1.5,
    "content": 4.8,
    "purpose": 2.0,
    "section": 1.6,
    "chapter": 0.1,
    # Evidence of a piece: how decidedly the linear model's distances become
    # shares, what keywords weigh beside it, and the keyword weight at which
    # they speak with their full voice.
    "linear_slope": 4.0,
    "keyword_share": 0.5,
    "keyword_full": 3.0,
    # Secondary theme: logit of having it, beyond a threshold, from the share of
    # its best clause, the number of clauses it leads (up to 3) and their greatest
    # keyword weight (up to 6).
    "secondary_threshold": 5.7,
    "secondary_best_clause": 4.8,
    "secondary_clauses": 1.3,
    "secondary_keywords": 2.2,
    # A secondary theme is given from this chance on.
    "secondary_least": 0.4,
    # Confidence in a general title without content.
    "general_score": 0.3,
    # A task whose best theme has less than this chance stays unclassified.
    "least_score": 0.2,
}

_BATCH = 20_000


def assign_themes(
    tasks: pd.DataFrame,
    codebook: Codebook,
    *,
    coder: str = "combined",
    on_progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Assign themes to tasks.

    Each document is coded by itself: the order of rows, other documents and
    their number change nothing. A task of a document that has reference codings in the
    codebook is coded by a model that has not seen that document.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        A ``tasks`` table; ``task_id`` and ``text`` are needed, ``document_id``,
        ``title``, ``is_title_inherited``, ``section`` and ``chapter`` used
        where they are.
    codebook : Codebook
    coder : {"combined", "keywords", "tfidf", "linear"}
        Who codes. Only "combined" weighs titles, sentences, means and headings.
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
    if coder not in CODERS:
        raise CodebookError(f"unknown coder: {choices(coder, CODERS)}")
    check_tasks(tasks)
    tasks = mark_shared_titles(tasks)
    frames, done = [schemas.empty("theme_assignments")], 0
    for excluded, group in _by_unseen_document(tasks, codebook):
        for start in range(0, len(group), _BATCH):
            batch = group.iloc[start : start + _BATCH]
            frames.append(_CODERS[coder](batch, codebook, excluded))
            done += len(batch)
            if on_progress:
                on_progress(done, len(tasks))
    table = pd.concat(frames[1:] or frames)
    table = table.assign(coder=coder, codebook_version=codebook.version)
    return schemas.to_schema(
        table.sort_values(["task_id", "rank"]), "theme_assignments"
    )


def _by_unseen_document(
    tasks: pd.DataFrame, codebook: Codebook
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Split tasks by the document their model must not have seen, if any."""
    if "document_id" not in tasks.columns:
        yield "", tasks
        return
    known = set(codebook.reference["document_id"])
    documents = tasks["document_id"].astype(object)
    documents = documents.where(documents.isin(known), "")
    for document_id in sorted(documents.unique()):
        yield document_id, tasks.loc[documents == document_id]


# What the coders learn from -----------------------------------------------------


def _references(
    codebook: Codebook, excluded: str
) -> list[tuple[str, str, str, list[str], bool]]:
    """Title, content, whole text, themes of the reference codings, folded."""
    rows = codebook.reference
    rows = rows.loc[rows["document_id"] != excluded]
    return [
        (
            fold(row.title),
            fold(row.content),
            fold("\n".join(filter(None, [row.title, row.content]))),
            row.theme_ids,
            row.is_title_inherited,
        )
        for row in rows.itertuples()
    ]


_models: dict[tuple[str, str], LinearModel] = {}
_profiles: dict[tuple[str, str], Any] = {}


def _linear_model(codebook: Codebook, excluded: str) -> LinearModel:
    """Fit once per codebook and unseen document.

    Classes are the codebook's themes and, last, none of them.
    """
    key = codebook.fingerprint, excluded
    if key not in _models:
        texts, classes, weights = _training_texts(codebook, excluded)
        if not texts:
            raise CodebookError(
                f"Codebook {codebook.name}: found no examples, keywords or "
                "reference codings to learn from; expected some, or use "
                "coder='keywords'"
            )
        _models[key] = fit_linear_model(
            texts, classes, weights, n_classes=len(codebook.theme_ids) + 1
        )
    return _models[key]


def _training_texts(
    codebook: Codebook, excluded: str
) -> tuple[list[str], list[int], list[float]]:
    numbers = {theme: i for i, theme in enumerate(codebook.theme_ids)}
    neutral = len(numbers)
    rows: list[tuple[str, int, float]] = []
    for example in codebook.examples:
        number = numbers[example.theme_ids[0]] if example.theme_ids else neutral
        rows.append((fold(example.text), number, 1.0))
    if not codebook.examples:
        # A bare codebook still has its words to learn from.
        for keyword in codebook.keywords:
            text = keyword.folded.replace("…", "")
            rows.append((text, numbers[keyword.theme_id], 1.0))
    for title, content, text, theme_ids, is_inherited in _references(
        codebook, excluded
    ):
        number = numbers[theme_ids[0]]
        rows.append((text, number, 1.0))
        if title and content and not is_inherited:
            rows.append((title, number, 1.0))
        if len(theme_ids) == 1:
            # Of a task with several themes nobody said which sentence has which.
            rows += [(part, number, 0.5) for part in split_sentences(content)]
    return tuple(map(list, zip(*rows, strict=True))) if rows else ([], [], [])


# The coders -----------------------------------------------------------------------


def _code_by_keywords(
    tasks: pd.DataFrame, codebook: Codebook, excluded: str
) -> pd.DataFrame:
    """Most keyword weight wins; a second theme needs half as much."""
    scores = keyword_scores(fold_many(tasks["text"].fillna("")), codebook)
    shares = scores / np.maximum(scores.sum(axis=1, keepdims=True), 1)
    return _ranked(tasks, codebook, shares, shares > 0.33)


def _code_by_tfidf(
    tasks: pd.DataFrame, codebook: Codebook, excluded: str
) -> pd.DataFrame:
    """Most similar theme profile wins; a second must be almost as similar."""
    key = codebook.fingerprint, excluded
    if key not in _profiles:
        references = [
            (text, ids) for _, _, text, ids, _ in _references(codebook, excluded)
        ]
        _profiles[key] = theme_profiles(codebook, references)
    texts = fold_many(tasks["text"].fillna(""))
    similar = _profiles[key].similarities(texts)
    best = similar.max(axis=1, keepdims=True)
    return _ranked(tasks, codebook, similar, (similar >= 0.95 * best) & (best > 0))


def _code_by_linear_model(
    tasks: pd.DataFrame, codebook: Codebook, excluded: str
) -> pd.DataFrame:
    """Greatest distance wins; every other theme above its border is second."""
    texts = fold_many(tasks["text"].fillna(""))
    model = _linear_model(codebook, excluded)
    distances, is_known = model.decide(texts)
    shares = _softmax(3 * distances)[:, :-1] * is_known[:, None]
    return _ranked(tasks, codebook, shares, distances[:, :-1] > 0)


def _code_combined(
    tasks: pd.DataFrame, codebook: Codebook, excluded: str
) -> pd.DataFrame:
    """Conditional logit for the primary theme, logit for each further one."""
    weights = _weights(codebook)
    evidence = _evidence(tasks, codebook, excluded)
    totals = evidence.totals(len(tasks), weights)
    scores = _softmax(totals)
    scores[totals.max(axis=1) <= 0] = 0
    scores[scores.max(axis=1) < weights["least_score"]] = 0
    further = evidence.secondary_chances(len(tasks), codebook, weights)
    _apply_general_titles(tasks, codebook, scores, further, weights)
    primary = scores.argmax(axis=1)
    first = np.arange(len(tasks)), primary
    is_secondary = further >= weights["secondary_least"]
    further[first] = scores[first]
    return _ranked(tasks, codebook, further, is_secondary, primary=primary)


@dataclass(frozen=True)
class _Evidence:
    """What each piece of some tasks says for each theme.

    ``shares`` (0-1) and ``keyword_weights`` have shape (n_pieces, n_themes).
    """

    pieces: Pieces
    shares: np.ndarray
    keyword_weights: np.ndarray

    def totals(self, n_tasks: int, weights: dict[str, float]) -> np.ndarray:
        """Weigh and add up the evidence of each task's pieces."""
        by_kind = np.array([weights[name] for name in KINDS])
        values = by_kind[self.pieces.kinds]
        # Many clauses say more than one, but not in proportion.
        for kind in range(len(KINDS)):
            here = self.pieces.kinds == kind
            counts = np.bincount(self.pieces.rows[here], minlength=n_tasks)
            values[here] /= np.sqrt(counts[self.pieces.rows[here]])
        return self._summed(self.shares * values[:, None], n_tasks)

    def _summed(self, values: np.ndarray, n_tasks: int) -> np.ndarray:
        totals = np.zeros((n_tasks, values.shape[1]))
        np.add.at(totals, self.pieces.rows, values)
        return totals

    def _highest(self, values: np.ndarray, n_tasks: int) -> np.ndarray:
        highest = np.zeros((n_tasks, values.shape[1]))
        np.maximum.at(highest, self.pieces.rows, values)
        return highest

    def secondary_chances(
        self, n_tasks: int, codebook: Codebook, weights: dict[str, float]
    ) -> np.ndarray:
        """Estimate the chance that a task has a theme beside its primary one.

        Only clauses of the task itself count: headings never give a theme.
        """
        own = self.pieces.of_kind("content")[:, None]
        is_best = np.eye(self.shares.shape[1])[self.shares.argmax(axis=1)]
        leads = self._summed(is_best * (self.shares > 0) * own, n_tasks)
        best_clause = self._highest(self.shares * own, n_tasks)
        words = self._highest(self.keyword_weights * own, n_tasks)
        offsets = codebook.settings.secondary_offsets
        logits = (
            weights["secondary_best_clause"] * best_clause
            + weights["secondary_clauses"] * np.minimum(leads, 3) / 3
            + weights["secondary_keywords"] * np.minimum(words, 6) / 6
            + np.array([offsets.get(theme, 0.0) for theme in codebook.theme_ids])
            - weights["secondary_threshold"]
        )
        return np.where(best_clause > 0, _logistic(logits), 0)


def _evidence(tasks: pd.DataFrame, codebook: Codebook, excluded: str) -> _Evidence:
    weights = _weights(codebook)
    pieces = split_tasks(tasks, codebook.settings)
    distances, is_known = _linear_model(codebook, excluded).decide(pieces.texts)
    linear = _softmax(weights["linear_slope"] * distances)[:, :-1]
    words = keyword_scores(pieces.texts, codebook)
    full = np.maximum(words.sum(axis=1, keepdims=True), weights["keyword_full"])
    joint = linear * is_known[:, None] + weights["keyword_share"] * words / full
    return _Evidence(pieces, joint / (1 + weights["keyword_share"]), words)


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
    for row, task in enumerate(read_tasks(tasks)):
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


def _weights(codebook: Codebook) -> dict[str, float]:
    for name in codebook.settings.weights:
        if name not in WEIGHTS:
            raise CodebookError(
                f"Codebook {codebook.name}, coding, weights: {choices(name, WEIGHTS)}"
            )
    return {**WEIGHTS, **codebook.settings.weights}


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _logistic(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


# Why this theme? ------------------------------------------------------------------


@dataclass(frozen=True)
class Explanation:
    """Why a task has its themes.

    Attributes
    ----------
    task_id : str
    assignments : DataFrame
        The task's ``theme_assignments``.
    pieces : DataFrame, shape (n_pieces, 4)
        Each piece of the task: ``kind``, ``text`` (folded, means left out),
        ``theme_id`` it speaks for most, ``share`` of its evidence (0-1).
    matches : DataFrame
        Keywords found in the task, in context.
    """

    task_id: str
    assignments: pd.DataFrame
    pieces: pd.DataFrame
    matches: pd.DataFrame


def explain(task_id: str, tasks: pd.DataFrame, codebook: Codebook) -> Explanation:
    """Say why the combined coder gives a task its themes.

    Parameters
    ----------
    task_id : str
    tasks : DataFrame, shape (n_tasks, ...)
        A ``tasks`` table that holds the task.
    codebook : Codebook

    Returns
    -------
    Explanation

    Raises
    ------
    SchemaError
        If `tasks` does not hold `task_id`.
    """
    check_tasks(tasks)
    tasks = mark_shared_titles(tasks)
    task = tasks.loc[tasks["task_id"] == task_id]
    if task.empty:
        raise SchemaError(
            "tasks", f"unknown task_id: {choices(task_id, tasks['task_id'])}"
        )
    [(excluded, _)] = _by_unseen_document(task, codebook)
    evidence = _evidence(task, codebook, excluded)
    best = evidence.shares.argmax(axis=1)
    pieces = pd.DataFrame(
        {
            "kind": np.array(_kind_names(evidence.pieces), dtype=object),
            "text": evidence.pieces.texts,
            "theme_id": np.array(codebook.theme_ids, dtype=object)[best],
            "share": evidence.shares.max(axis=1).round(3),
        }
    )
    matches = keyword_matches(task, codebook)
    return Explanation(
        task_id=task_id,
        assignments=assign_themes(task, codebook),
        pieces=pieces,
        matches=keyword_in_context(task, matches),
    )


def _kind_names(pieces: Pieces) -> Sequence[str]:
    return [KINDS[kind] for kind in pieces.kinds]

"""The combined coder: what each piece of a task says, weighed for the task."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import softmax

from govopen_analytics.base.errors import CodebookError, choices
from govopen_analytics.coding.clauses import KINDS, Pieces, split_tasks
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.keywords import keyword_scores
from govopen_analytics.coding.linear import LinearModel

#: Weights of the combined coder, by the evidence that each multiplies, fitted by
#: ``benchmarks/coding_weights.py`` on tasks that the linear model had not seen; a
#: codebook may set its own under ``coding: weights:``.
WEIGHTS: dict[str, float] = {
    # How decidedly the linear model's distances become shares, and the keyword
    # weight at which keywords count fully.
    "linear_slope": 3.0,
    "keyword_full": 3.0,
    # A further theme is given from this chance on.
    "secondary_least": 0.35,
    # Confidence in a general title without content.
    "general_score": 0.5,
    # A task whose best theme has less than this chance stays unclassified.
    "least_score": 0.4,
    # Primary theme.
    "title.linear": 3.63,
    "title.keywords": 2.06,
    "inherited_title.linear": 1.15,
    "inherited_title.keywords": 1.29,
    "content.linear": 1.14,
    "content.keywords": 0.98,
    "column.linear": -0.67,
    "column.keywords": -0.42,
    "detail.linear": 0.26,
    "detail.keywords": 0.39,
    "purpose.linear": 0.05,
    "purpose.keywords": 0.10,
    "section.linear": 1.04,
    "section.keywords": 0.80,
    "chapter.linear": 0.05,
    "chapter.keywords": 0.55,
    "whole.linear": 2.54,
    "first.linear": 1.72,
    "best.linear": 1.37,
    "best.keywords": 0.89,
    "column": 0.11,
    "silence": 1.65,
    "none": 1.71,
    # Further themes.
    "secondary.best.linear": 2.65,
    "secondary.best.keywords": 2.30,
    "secondary.leads": 1.52,
    "secondary.led_clauses": 0.90,
    "secondary.whole.linear": 1.13,
    "secondary.column": 4.82,
    "secondary.constant": -5.50,
}


def coder_weights(codebook: Codebook) -> dict[str, float]:
    """Return the weights of the combined coder, the codebook's own first.

    A CodebookError names a weight that does not exist.
    """
    for name in codebook.settings.weights:
        if name not in WEIGHTS:
            raise CodebookError(
                f"Codebook {codebook.name}, coding, weights: {choices(name, WEIGHTS)}"
            )
    return {**WEIGHTS, **codebook.settings.weights}


@dataclass(frozen=True)
class Evidence:
    """What each piece of some tasks says for each theme, and for none.

    Attributes
    ----------
    linear : ndarray of float, shape (n_texts, n_themes + 1)
        Shares (0-1) of the linear model; last, of no theme.
    whole : ndarray of float, shape (n_tasks, n_themes + 1)
        The same of a task's clauses together, or of its title.
    keyword_weights : ndarray of float, shape (n_texts, n_themes)
    keywords : ndarray of float, shape (n_texts, n_themes + 1)
        Keyword weights as shares (0-1); last, zeros.
    channel : int
        Place of the theme of the channels, or -1.
    """

    pieces: Pieces
    n_tasks: int
    linear: np.ndarray
    whole: np.ndarray
    keyword_weights: np.ndarray
    keywords: np.ndarray
    channel: int

    @cached_property
    def _clauses(self) -> np.ndarray:
        return self.pieces.of_kind("content")

    def piece_shares(self) -> np.ndarray:
        """Return the evidence for each theme in each piece (n_pieces, n_themes)."""
        return self._joint[self.pieces.numbers]

    @cached_property
    def _joint(self) -> np.ndarray:
        return (self.linear[:, :-1] + self.keywords[:, :-1] / 2) / 1.5

    def _mean(self, values: np.ndarray, is_chosen: np.ndarray) -> np.ndarray:
        """Add up over pieces; many say more than one, but not in proportion."""
        rows = self.pieces.rows[is_chosen]
        counts = np.bincount(rows, minlength=self.n_tasks)
        weights = 1 / np.sqrt(np.maximum(counts, 1))
        return self._summed(values, is_chosen) * weights[:, None]

    def _summed(self, values: np.ndarray, is_chosen: np.ndarray) -> np.ndarray:
        return _members(self.pieces, self.n_tasks, is_chosen) @ values

    def _highest(self, values: np.ndarray, is_chosen: np.ndarray) -> np.ndarray:
        highest = np.zeros((self.n_tasks, values.shape[1]))
        rows = self.pieces.rows[is_chosen]
        if len(rows):
            starts = np.flatnonzero(np.diff(rows, prepend=-1))
            evidence = values[self.pieces.numbers[is_chosen]]
            highest[rows[starts]] = np.maximum.reduceat(evidence, starts)
        return highest

    def _first(self, values: np.ndarray, is_chosen: np.ndarray) -> np.ndarray:
        first = np.zeros((self.n_tasks, values.shape[1]))
        rows = self.pieces.rows[is_chosen]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        first[rows[starts]] = values[self.pieces.numbers[is_chosen][starts]]
        return first

    def _at(self, place: int, values: np.ndarray | float) -> np.ndarray:
        constant = np.zeros((self.n_tasks, self.linear.shape[1]))
        if place >= 0:
            constant[:, place] = values
        return constant

    def primary_features(self) -> dict[str, np.ndarray]:
        """Return what the weights of the primary theme multiply, by their names.

        Each is of shape (n_tasks, n_themes + 1). "none" and "silence" speak for no
        theme, "column" for the theme of the channels.
        """
        features = {}
        for kind in KINDS:
            is_chosen = self.pieces.of_kind(kind)
            features[f"{kind}.linear"] = self._mean(self.linear, is_chosen)
            features[f"{kind}.keywords"] = self._mean(self.keywords, is_chosen)
        is_of_task = ~self.pieces.of_kind("section", "chapter", "purpose")
        loudest = self._highest(
            self.keyword_weights.sum(axis=1, keepdims=True), is_of_task
        )
        none = self.linear.shape[1] - 1
        return features | {
            "whole.linear": self.whole,
            "first.linear": self._first(self.linear, self._clauses),
            "best.linear": self._highest(self.linear, self._clauses),
            "best.keywords": self._highest(self.keywords, self._clauses),
            "column": self._at(self.channel, self.pieces.fills_column),
            "silence": self._at(none, 1 - np.minimum(loudest[:, 0], 3) / 3),
            "none": self._at(none, 1.0),
        }

    def secondary_features(self) -> dict[str, np.ndarray]:
        """Return what the weights of a further theme multiply, by their names.

        Each is of shape (n_tasks, n_themes). Only clauses of the task itself count:
        headings never give a theme.
        """
        joint = self._joint
        leads = np.eye(joint.shape[1])[joint.argmax(axis=1)]
        leads = leads * (joint.max(axis=1) > 0.3)[:, None]
        n_led = self._summed(leads, self._clauses)
        column = self._at(self.channel, self.pieces.fills_column)[:, :-1]
        return {
            "secondary.best.linear": self._highest(self.linear, self._clauses)[:, :-1],
            "secondary.best.keywords": self._highest(self.keywords, self._clauses)[
                :, :-1
            ],
            "secondary.leads": (n_led > 0).astype(float),
            "secondary.led_clauses": np.minimum(n_led, 3) / 3,
            "secondary.whole.linear": self.whole[:, :-1],
            "secondary.column": column,
            "secondary.constant": np.ones_like(column),
        }


def task_evidence(
    tasks: pd.DataFrame,
    codebook: Codebook,
    models: LinearModel | Sequence[LinearModel],
    model_of_task: np.ndarray | None = None,
) -> Evidence:
    """Collect what the pieces of tasks say.

    Of several models, `model_of_task` says which reads each task; else the first does.
    Their last class is no theme.
    """
    models = [models] if isinstance(models, LinearModel) else list(models)
    weights = coder_weights(codebook)
    pieces = split_tasks(tasks, codebook.settings)
    words = keyword_scores(pieces.texts, codebook)
    if model_of_task is None:
        model_of_task = np.zeros(len(tasks), dtype=np.int64)
    # Each text is read once by every model one of whose tasks holds it.
    pairs = model_of_task[pieces.rows] * len(pieces.texts) + pieces.numbers
    is_pair = np.zeros(len(models) * len(pieces.texts), dtype=bool)
    is_pair[pairs] = True
    numbers = (np.cumsum(is_pair) - 1)[pairs]
    readers, held = np.divmod(np.flatnonzero(is_pair), max(len(pieces.texts), 1))
    texts = [pieces.texts[n] for n in held.tolist()]
    pieces, words = replace(pieces, texts=texts, numbers=numbers), words[held]
    sums = np.zeros((len(texts), len(codebook.theme_ids) + 2))
    for number, model in enumerate(models):
        start, end = np.searchsorted(readers, [number, number + 1])
        sums[start:end] = model.sums(texts[start:end])
    is_whole = pieces.of_kind("content", "column", "detail", "purpose")
    has_clauses = np.bincount(pieces.rows[is_whole], minlength=len(tasks)) > 0
    is_whole |= pieces.of_kind("title", "inherited_title") & ~has_clauses[pieces.rows]
    full = np.maximum(words.sum(axis=1, keepdims=True), weights["keyword_full"])
    channel = codebook.settings.channel_theme
    slope = weights["linear_slope"]
    whole = _members(pieces, len(tasks), is_whole) @ sums
    return Evidence(
        pieces=pieces,
        n_tasks=len(tasks),
        linear=_shares(sums, models, readers, slope),
        whole=_shares(whole, models, model_of_task, slope),
        keyword_weights=words,
        keywords=np.column_stack([words / full, np.zeros(len(words))]),
        channel=codebook.theme_ids.index(channel) if channel else -1,
    )


def _members(pieces: Pieces, n_tasks: int, is_chosen: np.ndarray) -> sparse.csr_matrix:
    """Say which texts each task holds, in the order in which they stand in it.

    Sums over them do not depend on the tasks beside, to the last digit.
    """
    counts = np.bincount(pieces.rows[is_chosen], minlength=n_tasks)
    numbers = pieces.numbers[is_chosen]
    ends = np.concatenate([[0], np.cumsum(counts)])
    return sparse.csr_matrix(
        (np.ones(len(numbers)), numbers, ends), shape=(n_tasks, len(pieces.texts))
    )


def _shares(
    sums: np.ndarray, models: Sequence[LinearModel], readers: np.ndarray, slope: float
) -> np.ndarray:
    """Shares (0-1) of each text by the model that reads it."""
    shares = np.zeros((len(sums), sums.shape[1] - 1))
    for number, model in enumerate(models):
        is_read = readers == number
        shares[is_read] = model.shares(sums[is_read], slope)
    return shares


def _weighed(features: dict[str, np.ndarray], weights: dict[str, float]) -> np.ndarray:
    """Add up features by weight, in one order whatever the number of tasks."""
    return reduce(np.add, (weights[name] * each for name, each in features.items()))


def primary_chances(evidence: Evidence, weights: dict[str, float]) -> np.ndarray:
    """Estimate the chance of each theme, and of none, to be the primary one.

    A conditional logit; rows of shape (n_themes + 1) sum to 1. A task without text has
    chance 1 of none.

    References
    ----------
    .. [1] McFadden, D. (1974). Conditional logit analysis of qualitative choice
       behavior. In Frontiers in Econometrics, 105-142.
    """
    chances = softmax(_weighed(evidence.primary_features(), weights), axis=1)
    spoken = np.zeros(evidence.n_tasks, dtype=bool)
    texts = (evidence.linear[:, :-1].sum(axis=1) > 0) | (evidence.keywords.any(axis=1))
    is_of_task = ~evidence.pieces.of_kind("section", "chapter")
    spoken[evidence.pieces.rows[is_of_task]] |= texts[
        evidence.pieces.numbers[is_of_task]
    ]
    chances[~spoken] = 0
    chances[~spoken, -1] = 1
    return chances


def secondary_chances(
    evidence: Evidence, codebook: Codebook, weights: dict[str, float]
) -> np.ndarray:
    """Estimate by a logit the chance of each theme beside the primary one."""
    features = evidence.secondary_features()
    offsets = codebook.settings.secondary_offsets
    logits = _weighed(features, weights)
    logits += np.array([offsets.get(theme, 0.0) for theme in codebook.theme_ids])
    chances = 1 / (1 + np.exp(-logits))
    del features["secondary.constant"]
    speaks = np.logical_or.reduce([values > 0 for values in features.values()])
    return np.where(speaks, chances, 0)

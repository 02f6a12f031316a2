"""The coders as estimators for scikit-learn, which fit on any coded texts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import InputTags, Tags
from sklearn.utils.validation import check_is_fitted

from govopen_analytics.base.errors import SchemaError
from govopen_analytics.coding.codebook import Codebook, load_codebook
from govopen_analytics.coding.combined import (
    coder_weights,
    primary_chances,
    task_evidence,
)
from govopen_analytics.coding.features import fold_many
from govopen_analytics.coding.keywords import keyword_scores
from govopen_analytics.coding.linear import fit_linear_model
from govopen_analytics.coding.tfidf import fit_profiles
from govopen_analytics.coding.training import UNCLASSIFIED, lay_out_texts


class _Coder(ClassifierMixin, BaseEstimator):
    """What all coders share."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags = InputTags(one_d_array=True, two_d_array=False, string=True)
        return tags

    def fit(
        self, X: Any, y: Any, sample_weight: Sequence[float] | None = None
    ) -> "_Coder":
        """Learn from coded texts.

        Parameters
        ----------
        X : sequence of str, or DataFrame with ``text``, length n_texts
        y : sequence of str, length n_texts
            Theme of each text, ``UNCLASSIFIED`` where none fits.
        sample_weight : sequence of float, optional
            How much each text counts.

        Raises
        ------
        ValueError
            If there is nothing to learn, or X and y differ in length.
        """
        tasks, labels = as_tasks(X), np.asarray(y)
        if labels.ndim != 1 or len(labels) != len(tasks):
            raise ValueError(
                f"{type(self).__name__}.fit: found {len(tasks)} texts and labels of "
                f"shape {labels.shape}, expected one label a text"
            )
        weights = np.ones(len(tasks)) if sample_weight is None else sample_weight
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        self._fit(tasks, numbers, np.asarray(weights, dtype=float))
        return self

    def _fit(
        self, tasks: pd.DataFrame, numbers: np.ndarray, weights: np.ndarray
    ) -> None:
        raise NotImplementedError

    def _chances(self, tasks: pd.DataFrame) -> np.ndarray:
        raise NotImplementedError

    def predict_proba(self, X: Any) -> np.ndarray:
        """Estimate the chance of each class.

        Parameters
        ----------
        X : sequence of str, or DataFrame with ``text``, length n_texts

        Returns
        -------
        ndarray of float, shape (n_texts, n_classes)
            In the order of ``classes_``; rows sum to 1. Equal where nothing speaks.
        """
        unfitted = "%(name)s has learned nothing yet; call 'fit' first"
        check_is_fitted(self, "classes_", msg=unfitted)
        chances = self._chances(as_tasks(X))
        totals = chances.sum(axis=1, keepdims=True)
        even = np.full_like(chances, 1 / chances.shape[1])
        return np.where(totals > 0, chances / np.where(totals > 0, totals, 1), even)

    def predict(self, X: Any) -> np.ndarray:
        """Return the likeliest class of each text, of equal ones the first."""
        chances = self.predict_proba(X)
        return self.classes_[chances.argmax(axis=1)]


def as_tasks(texts: Any) -> pd.DataFrame:
    """Lay texts out as a tasks table.

    Raises
    ------
    SchemaError
        If a table has no column ``text``, or a value is no text.
    """
    if isinstance(texts, pd.DataFrame):
        if "text" not in texts.columns:
            raise SchemaError("tasks", "missing column 'text', which coding reads")
        return texts
    listed = list(texts)
    for place, text in enumerate(listed):
        if not isinstance(text, str):
            raise SchemaError(
                "texts", f"place {place}: found {type(text).__name__}, expected a text"
            )
    return pd.DataFrame({"text": listed})


def _folded(tasks: pd.DataFrame) -> list[str]:
    return fold_many(tasks["text"].fillna(""))


class KeywordClassifier(_Coder):
    """Code by the weight of a codebook's keywords; only the classes are learned.

    Parameters
    ----------
    codebook : Codebook, optional
        The shipped one by default.
    """

    def __init__(self, codebook: Codebook | None = None) -> None:
        self.codebook = codebook

    def _fit(
        self, tasks: pd.DataFrame, numbers: np.ndarray, weights: np.ndarray
    ) -> None:
        self.codebook_ = self.codebook or load_codebook()

    def _chances(self, tasks: pd.DataFrame) -> np.ndarray:
        scores = keyword_scores(_folded(tasks), self.codebook_)
        return _in_order(
            scores, self.codebook_, self.classes_, silent=scores.sum(1) == 0
        )


class ProfileClassifier(_Coder):
    """Code by TF-IDF similarity to the mean text of each class.

    Parameters
    ----------
    features : tuple of {"words", "characters"}, default ("words",)
        Words are cut by jieba with the codebook's words as dictionary.
    codebook : Codebook, optional
        The shipped one by default.
    """

    def __init__(
        self, features: Sequence[str] = ("words",), codebook: Codebook | None = None
    ) -> None:
        self.features = features
        self.codebook = codebook

    def _fit(
        self, tasks: pd.DataFrame, numbers: np.ndarray, weights: np.ndarray
    ) -> None:
        self.profiles_ = fit_profiles(
            _folded(tasks),
            numbers,
            len(self.classes_),
            self.codebook or load_codebook(),
            features=self.features,
            weights=weights,
        )

    def _chances(self, tasks: pd.DataFrame) -> np.ndarray:
        return self.profiles_.similarities(_folded(tasks))


class LinearClassifier(_Coder):
    """Code by a linear support vector machine over character n-grams.

    Parameters
    ----------
    sizes : tuple of int, default (1, 2)
        Lengths of n-grams.
    regularisation : float, default 1.0
        Cost of an error; the higher, the closer the fit.
    slope : float, default 3.0
        How decidedly distances become chances.
    """

    def __init__(
        self,
        sizes: tuple[int, ...] = (1, 2),
        regularisation: float = 1.0,
        slope: float = 3.0,
    ) -> None:
        self.sizes = sizes
        self.regularisation = regularisation
        self.slope = slope

    def _fit(
        self, tasks: pd.DataFrame, numbers: np.ndarray, weights: np.ndarray
    ) -> None:
        self.model_ = fit_linear_model(
            [[text] for text in _folded(tasks)],
            numbers.tolist(),
            weights.tolist(),
            n_classes=len(self.classes_),
            sizes=tuple(self.sizes),
            regularisation=self.regularisation,
        )

    def _chances(self, tasks: pd.DataFrame) -> np.ndarray:
        return self.model_.shares(self.model_.sums(_folded(tasks)), self.slope)


class CombinedClassifier(_Coder):
    """Code by keywords and the linear model, piece by piece, weighed for the task.

    Labels must be themes of the codebook, or ``UNCLASSIFIED``. Beside the texts it is
    given it learns the codebook's own examples.

    Parameters
    ----------
    codebook : Codebook, optional
        The shipped one by default.
    regularisation : float, default 1.0
        Of the linear model.
    """

    def __init__(
        self, codebook: Codebook | None = None, regularisation: float = 1.0
    ) -> None:
        self.codebook = codebook
        self.regularisation = regularisation

    def _fit(
        self, tasks: pd.DataFrame, numbers: np.ndarray, weights: np.ndarray
    ) -> None:
        self.codebook_ = codebook = self.codebook or load_codebook()
        unknown = set(self.classes_) - {*codebook.theme_ids, UNCLASSIFIED}
        if unknown:
            raise ValueError(
                f"CombinedClassifier.fit: found {str(min(unknown))!r}, expected a "
                f"theme of codebook '{codebook.name}' or '{UNCLASSIFIED}'"
            )
        themes = [
            [] if label == UNCLASSIFIED else [str(label)]
            for label in self.classes_[numbers]
        ]
        texts = lay_out_texts(codebook, tasks.assign(theme_ids=themes), weights)
        self.model_ = fit_linear_model(
            *texts,
            n_classes=len(codebook.theme_ids) + 1,
            regularisation=self.regularisation,
        )

    def _chances(self, tasks: pd.DataFrame) -> np.ndarray:
        evidence = task_evidence(tasks, self.codebook_, self.model_)
        chances = primary_chances(evidence, coder_weights(self.codebook_))
        return _in_order(
            chances[:, :-1], self.codebook_, self.classes_, silent=chances[:, -1]
        )


def _in_order(
    scores: np.ndarray, codebook: Codebook, classes: np.ndarray, *, silent: np.ndarray
) -> np.ndarray:
    """Put scores of a codebook's themes into the order of some classes."""
    places = {theme: i for i, theme in enumerate(codebook.theme_ids)}
    ordered = np.zeros((len(scores), len(classes)))
    for column, label in enumerate(classes):
        if label == UNCLASSIFIED:
            ordered[:, column] = silent
        elif label in places:
            ordered[:, column] = scores[:, places[label]]
    return ordered

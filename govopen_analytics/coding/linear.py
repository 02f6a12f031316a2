"""Code themes by a linear model over character n-grams."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from govopen_analytics.coding.features import CharacterNgrams

CODER = "linear"


@dataclass(frozen=True)
class LinearModel:
    """One linear function per class over TF-IDF weighted character n-grams.

    Attributes
    ----------
    vectorizer : CharacterNgrams
    coefficients : ndarray of float, shape (n_features, n_classes)
    intercepts : ndarray of float, shape (n_classes,)
    """

    vectorizer: CharacterNgrams
    coefficients: np.ndarray
    intercepts: np.ndarray

    def decide(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Compute the signed distances from the classes' borders.

        Parameters
        ----------
        texts : sequence of str, length n_texts
            Folded texts.

        Returns
        -------
        distances : ndarray of float, shape (n_texts, n_classes)
            Above 0 for a class that fits.
        is_known : ndarray of bool, shape (n_texts,)
            Whether the text has any n-gram the model has seen.
        """
        matrix = self.vectorizer.transform(texts)
        return (
            matrix @ self.coefficients + self.intercepts,
            np.diff(matrix.indptr) > 0,
        )


def fit_linear_model(
    texts: Sequence[str],
    classes: Sequence[int],
    weights: Sequence[float],
    *,
    n_classes: int,
    sizes: tuple[int, ...] = (1, 2, 3),
) -> LinearModel:
    """Fit a linear support vector machine, one class against the rest.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Folded texts.
    classes : sequence of int, length n_texts
        Class of each text, from 0.
    weights : sequence of float, length n_texts
        How much each text counts.
    n_classes : int
        Classes that no text has get a constant of -1.
    sizes : tuple of int
        Lengths of n-grams.

    Returns
    -------
    LinearModel

    References
    ----------
    .. [1] Fan, R.-E. et al. (2008). LIBLINEAR: A library for large linear
       classification. JMLR, 9, 1871-1874.
    """
    from sklearn.svm import LinearSVC

    vectorizer = CharacterNgrams.fit(texts, sizes)
    matrix = vectorizer.transform(texts)
    coefficients = np.zeros((matrix.shape[1], n_classes))
    intercepts = np.full(n_classes, -1.0)
    classes, weights = np.asarray(classes), np.asarray(weights, dtype=float)
    for number in np.unique(classes):
        if (classes == number).all():
            intercepts[number] = 1.0
            continue
        # The seed matters only to the order of coordinate descent.
        model = LinearSVC(C=3.0, random_state=0)
        model.fit(matrix, classes == number, sample_weight=weights)
        coefficients[:, number] = model.coef_[0]
        intercepts[number] = model.intercept_[0]
    return LinearModel(vectorizer, coefficients, intercepts)

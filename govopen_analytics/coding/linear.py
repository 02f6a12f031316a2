"""A linear model over character n-grams, whose scores of clauses add up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from govopen_analytics.coding.features import CharacterNgrams, inverse_frequencies


@dataclass(frozen=True)
class LinearModel:
    """One linear function per class over weighted character n-grams.

    A text is the vector of its n-grams' counts times their inverse document
    frequencies, divided by its length. The length is that of the list of
    occurrences, so the sums of two texts are the sums of both together, and each
    distinct clause is read once.

    Attributes
    ----------
    weights : ndarray of float, shape (n_features, n_classes + 1)
        Coefficients times inverse document frequency; last, its square.
    intercepts : ndarray of float, shape (n_classes,)
    """

    ngrams: CharacterNgrams
    weights: np.ndarray
    intercepts: np.ndarray

    def sums(self, texts: Sequence[str]) -> np.ndarray:
        """Add up the weights of the n-grams of each text.

        Parameters
        ----------
        texts : sequence of str, length n_texts
            Folded texts.

        Returns
        -------
        ndarray of float, shape (n_texts, n_classes + 1)
            To be added up over the pieces of a text.
        """
        total = np.zeros((len(texts), self.weights.shape[1]))
        for counts in self.ngrams.counts_by_size(texts):
            total += counts @ self.weights
        return total

    def distances(self, sums: np.ndarray) -> np.ndarray:
        """Compute the signed distances from the classes' borders.

        Parameters
        ----------
        sums : ndarray of float, shape (n_texts, n_classes + 1)
            Result of ``sums``.

        Returns
        -------
        ndarray of float, shape (n_texts, n_classes)
            Above 0 for a class that fits.
        """
        lengths = np.sqrt(np.where(sums[:, -1:] > 0, sums[:, -1:], 1))
        return sums[:, :-1] / lengths + self.intercepts

    def decide(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Compute the distances of whole texts.

        Parameters
        ----------
        texts : sequence of str, length n_texts
            Folded texts.

        Returns
        -------
        distances : ndarray of float, shape (n_texts, n_classes)
        is_known : ndarray of bool, shape (n_texts,)
            Whether the text has any n-gram the model has seen.
        """
        sums = self.sums(texts)
        return self.distances(sums), sums[:, -1] > 0


def fit_linear_model(
    texts: Sequence[Sequence[str]],
    classes: Sequence[int],
    weights: Sequence[float],
    *,
    n_classes: int,
    sizes: tuple[int, ...] = (1, 2),
    regularisation: float = 1.0,
) -> LinearModel:
    """Fit a linear support vector machine, one class against the rest.

    Parameters
    ----------
    texts : sequence of sequence of str, length n_texts
        The pieces of each text, folded.
    classes : sequence of int, length n_texts
        Class of each text, from 0.
    weights : sequence of float, length n_texts
        How much each text counts.
    n_classes : int
        Classes that no text has get a constant of -1.
    sizes : tuple of int
        Lengths of n-grams.
    regularisation : float
        Cost of an error; the higher, the closer the fit.

    References
    ----------
    .. [1] Fan, R.-E. et al. (2008). LIBLINEAR: A library for large linear
       classification. JMLR, 9, 1871-1874.
    """
    from sklearn.svm import LinearSVC

    pieces = [piece for text in texts for piece in text]
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    ngrams = CharacterNgrams.fit(pieces, sizes)
    counts = sum(ngrams.counts_by_size(pieces))
    members = sparse.csr_matrix(
        (np.ones(len(pieces)), (owners, np.arange(len(pieces)))),
        shape=(len(texts), len(pieces)),
    )
    matrix = (members @ counts).tocsr()
    matrix.sum_duplicates()
    frequencies = np.bincount(matrix.indices, minlength=matrix.shape[1])
    idf = inverse_frequencies(frequencies, matrix.shape[0])
    lengths = np.sqrt(matrix @ idf**2)
    lengths[lengths == 0] = 1
    matrix = sparse.diags(1 / lengths) @ matrix @ sparse.diags(idf)
    coefficients = np.zeros((matrix.shape[1], n_classes))
    intercepts = np.full(n_classes, -1.0)
    labels, importance = np.asarray(classes), np.asarray(weights, dtype=float)
    for number in np.unique(labels):
        if (labels == number).all():
            intercepts[number] = 1.0
            continue
        # The seed matters only to the order of coordinate descent.
        model = LinearSVC(C=regularisation, random_state=0)
        model.fit(matrix, labels == number, sample_weight=importance)
        coefficients[:, number] = model.coef_[0]
        intercepts[number] = model.intercept_[0]
    weighed = np.column_stack([coefficients * idf[:, None], idf**2])
    return LinearModel(ngrams, weighed, intercepts)

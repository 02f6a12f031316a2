"""A linear model over character n-grams, whose scores of clauses add up."""

import contextlib
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.special import softmax

from govopen_analytics.base.atomic_files import written_whole
from govopen_analytics.base.cache import cache_folder
from govopen_analytics.base.fingerprints import code_digest, digest_of
from govopen_analytics.coding.features import CharacterNgrams, inverse_frequencies

# Models kept on disk, of some two megabytes each.
_MOST_KEPT = 64
# What is fitted depends on these too; asking for all packages takes half a second.
_LIBRARIES = ("numpy", "scipy", "scikit-learn")


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
        """Add up the weights of the n-grams of each folded text.

        Returns
        -------
        ndarray of float, shape (n_texts, n_classes + 1)
            To be added up over the pieces of a text. The last is 0 for a text of
            which the model has seen no n-gram.
        """
        total = np.zeros((len(texts), self.weights.shape[1]))
        for counts in self.ngrams.counts_by_size(texts):
            total += counts @ self.weights
        return total

    def distances(self, sums: np.ndarray) -> np.ndarray:
        """Distances from the classes' borders (n_texts, n_classes), above 0 inside."""
        lengths = np.sqrt(np.where(sums[:, -1:] > 0, sums[:, -1:], 1))
        return sums[:, :-1] / lengths + self.intercepts

    def shares(self, sums: np.ndarray, slope: float) -> np.ndarray:
        """Distances as shares (0-1) that add up to 1, or 0 for an unknown text."""
        shares = softmax(slope * self.distances(sums), axis=1)
        return shares * (sums[:, -1:] > 0)

    @classmethod
    def read(cls, path: Path) -> "LinearModel":
        """Read a file that ``write`` wrote."""
        with np.load(path, allow_pickle=False) as data:
            arrays = {name: data[name] for name in data.files}
        characters = np.zeros(0x110000, dtype=np.int32)
        codes = arrays["codes"]
        characters[codes] = np.arange(1, len(codes) + 1)
        sizes = tuple(arrays["sizes"].tolist())
        ngrams = CharacterNgrams(sizes, characters, arrays["keys"], arrays["idf"])
        return cls(ngrams, arrays["weights"], arrays["intercepts"])

    def write(self, path: Path) -> None:
        """Write the model to a file."""
        with written_whole(path) as aside, aside.open("wb") as file:
            np.savez(
                file,
                # Characters are numbered in the order of their code points.
                codes=np.flatnonzero(self.ngrams.characters),
                sizes=np.array(self.ngrams.sizes),
                keys=self.ngrams.keys,
                idf=self.ngrams.idf,
                weights=self.weights,
                intercepts=self.intercepts,
            )


def kept_model(key: list[Any], fit: Callable[[], LinearModel]) -> LinearModel:
    """Read a model from the user's cache, or fit it and keep it.

    A file that cannot be read or written is no error: the model is fitted.

    Parameters
    ----------
    key : list
        What the model is fitted on.
    """
    folder = cache_folder()
    if folder is None:
        return fit()
    made_by = [code_digest("base", "coding"), *map(version, _LIBRARIES)]
    digest = digest_of([made_by, *key])
    path = folder / f"linear-{digest.removeprefix('sha256:')}.npz"
    try:
        return LinearModel.read(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        model = fit()
    # A folder that cannot be written to costs time, nothing else.
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        model.write(path)
        files = sorted(folder.glob("linear-*.npz"), key=os.path.getmtime)
        for old in files[:-_MOST_KEPT]:
            old.unlink(missing_ok=True)
    return model


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
        The folded pieces of each text; `classes` from 0, and `weights`, how much
        each text counts, have the same length.
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

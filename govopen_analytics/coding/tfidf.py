"""Code themes by TF-IDF similarity to theme profiles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from govopen_analytics.base.text import fold
from govopen_analytics.coding.codebook import GAP, Codebook
from govopen_analytics.coding.features import CharacterNgrams, segment_words

#: Kinds of features a profile may be made of.
FEATURES = ("characters", "words")


@dataclass(frozen=True)
class ThemeProfiles:
    """One TF-IDF vector per theme, of length 1, for each kind of feature."""

    vectorizers: tuple[Any, ...]
    profiles: tuple[np.ndarray, ...]

    def similarities(self, texts: Sequence[str]) -> np.ndarray:
        """Cosine similarities (0-1) of folded texts with every theme.

        Of shape (n_texts, n_themes), averaged over the kinds of features.
        """
        parts = [
            vectorizer.transform(texts) @ profile
            for vectorizer, profile in zip(self.vectorizers, self.profiles, strict=True)
        ]
        return np.mean(parts, axis=0)


def theme_profiles(
    codebook: Codebook,
    references: Iterable[tuple[str, Sequence[str]]] = (),
    *,
    features: Sequence[str] = FEATURES,
) -> ThemeProfiles:
    """Build theme profiles from the codebook and from reference codings.

    A profile is the mean of the vectors of the theme's keywords (as one text),
    its definition, its examples, and the reference texts whose primary theme
    it is.

    Parameters
    ----------
    references : iterable of (text, theme_ids)
        Reference codings, the primary theme first.
    features : sequence of {"characters", "words"}
        Kinds of features.

    References
    ----------
    .. [1] Rocchio, J. J. (1971). Relevance feedback in information retrieval.
       In The SMART Retrieval System, 313-323.
    """
    texts, themes = _profile_texts(codebook, references)
    return fit_profiles(
        texts, themes, len(codebook.theme_ids), codebook, features=features
    )


def fit_profiles(
    texts: Sequence[str],
    classes: Sequence[int] | np.ndarray,
    n_classes: int,
    codebook: Codebook,
    *,
    features: Sequence[str] = FEATURES,
    weights: Sequence[float] | np.ndarray | None = None,
) -> ThemeProfiles:
    """Build one profile per class, the mean of the weighted vectors of its texts.

    The texts are folded; the codebook's words are the dictionary of the segmenter.
    """
    values = np.ones(len(texts)) if weights is None else np.asarray(weights)
    members = sparse.csr_matrix(
        (values, (classes, np.arange(len(texts)))), shape=(n_classes, len(texts))
    )
    vectorizers = tuple(_vectorizer(kind, texts, codebook) for kind in features)
    profiles = []
    for vectorizer in vectorizers:
        sums = (members @ vectorizer.transform(texts)).toarray()
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        profiles.append((sums / np.where(lengths == 0, 1, lengths)).T)
    return ThemeProfiles(vectorizers, tuple(profiles))


def _profile_texts(
    codebook: Codebook, references: Iterable[tuple[str, Sequence[str]]]
) -> tuple[list[str], list[int]]:
    numbers = {theme: i for i, theme in enumerate(codebook.theme_ids)}
    pairs: list[tuple[str, Sequence[str]]] = []
    for row in codebook.themes.itertuples():
        words = [k.folded for k in codebook.keywords if k.theme_id == row.theme_id]
        pairs.append(("、".join(words).replace(GAP, "、"), [row.theme_id]))
        pairs.append((f"{row.label_zh}。{row.definition_zh}", [row.theme_id]))
    pairs += [(e.text, e.theme_ids) for e in codebook.examples if e.theme_ids]
    pairs += references
    return [fold(text) for text, _ in pairs], [numbers[ids[0]] for _, ids in pairs]


def _vectorizer(kind: str, texts: Sequence[str], codebook: Codebook) -> Any:
    """Learn to weigh the characters or the words of texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if kind == "characters":
        return CharacterNgrams.fit(texts, (1, 2, 3))
    cut = partial(segment_words, dictionary=tuple(domain_dictionary(codebook)))
    return TfidfVectorizer(analyzer=cut, sublinear_tf=True).fit(texts)


def domain_dictionary(codebook: Codebook) -> list[str]:
    """Return the codebook's words, for a segmenter to keep whole.

    Of at most eight characters, since longer ones are phrases.
    """
    words = {keyword.folded for keyword in codebook.keywords if not keyword.has_gap}
    words |= {fold(word) for word in codebook.context_only}
    return sorted(word for word in words if 2 <= len(word) <= 8)

"""Texts to features: many folded at once, character n-grams, Chinese words."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from govopen_analytics.base.text import fold

# Longest n-gram: four 16-bit character numbers make one 64-bit key.
_MAX_NGRAM = 4
_BITS = 16


# Stands between texts that are handled joined; taken out of the texts first.
_SEPARATOR = "\x1e"


def fold_many(texts: Iterable[str]) -> list[str]:
    """Fold texts as ``text.fold`` does each, by one look-up per character."""
    joined = _joined(texts, _SEPARATOR, " ")
    folded = _fold_table()[code_points_of(joined)].tobytes()
    return folded.decode("utf-32-le", errors="surrogatepass").split(_SEPARATOR)


def plain_texts(column: pd.Series) -> list[str]:
    """Return a column as texts, empty where it has no value."""
    return [
        value if type(value) is str else "" if pd.isna(value) else str(value)
        for value in column.tolist()
    ]


@lru_cache(maxsize=1)
def _fold_table() -> np.ndarray:
    """Folded code point of every code point."""
    table = np.arange(0x110000, dtype=np.uint32)
    # Folding knows no character beyond the basic plane.
    plane = "".join(chr(code) for code in range(0xD800))
    table[:0xD800] = [ord(character) for character in fold(plane)]
    plane = "".join(chr(code) for code in range(0xE000, 0x10000))
    table[0xE000:0x10000] = [ord(character) for character in fold(plane)]
    return table


@dataclass(frozen=True)
class CharacterNgrams:
    """TF-IDF weighted character n-grams with the vocabulary of some texts.

    Characters get small numbers and an n-gram becomes one integer, so a batch
    of texts is counted by sorting and searching arrays, without a Python loop
    over characters.

    Attributes
    ----------
    sizes : tuple of int
        Lengths of n-grams.
    characters : ndarray of int32, shape (1114112,)
        Number of each code point, 0 if unknown.
    keys : ndarray of int64, shape (n_features,)
        Known n-grams, sorted.
    idf : ndarray of float, shape (n_features,)
        Inverse document frequencies, smoothed.
    """

    sizes: tuple[int, ...]
    characters: np.ndarray
    keys: np.ndarray
    idf: np.ndarray

    @classmethod
    def fit(
        cls, texts: Sequence[str], sizes: tuple[int, ...] = (1, 2, 3)
    ) -> "CharacterNgrams":
        """Learn vocabulary and document frequencies of folded texts.

        Raises
        ------
        ValueError
            If a size is not from 1 to 4 or the texts hold more than 65,535 different
            characters.
        """
        if not sizes or min(sizes) < 1 or max(sizes) > _MAX_NGRAM:
            raise ValueError(
                f"found n-gram sizes {sizes}, expected sizes from 1 to {_MAX_NGRAM}"
            )
        codes = np.unique(code_points(texts))
        # White space speaks for nothing, and n-grams do not run across it.
        codes = codes[codes > ord(" ")]
        if len(codes) >= 1 << _BITS:
            raise ValueError(
                f"found {len(codes)} different characters, expected at most 65535"
            )
        characters = np.zeros(0x110000, dtype=np.int32)
        characters[codes] = np.arange(1, len(codes) + 1)
        rows, keys = map(
            np.concatenate, zip(*_ngrams(texts, characters, sizes), strict=True)
        )
        vocabulary, columns = np.unique(keys, return_inverse=True)
        pairs = np.unique(rows * len(vocabulary) + columns)
        frequency = np.bincount(pairs % len(vocabulary), minlength=len(vocabulary))
        idf = inverse_frequencies(frequency, len(texts))
        return cls(tuple(sizes), characters, vocabulary, idf)

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Weigh the known n-grams of each text.

        Returns
        -------
        csr_matrix of float, shape (n_texts, n_features)
            Logarithmic term frequency times idf; rows have Euclidean length 1,
            or 0 where nothing is known.
        """
        ngrams = _ngrams(texts, self.characters, self.sizes, self.keys)
        rows, columns = map(np.concatenate, zip(*ngrams, strict=True))
        counts = sparse.coo_matrix(
            (np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(self.keys))
        ).tocsr()
        counts.sort_indices()
        counts.data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
        lengths[lengths == 0] = 1
        counts.data /= np.repeat(lengths, np.diff(counts.indptr))
        return counts

    def counts_by_size(self, texts: Sequence[str]) -> Iterator[sparse.csr_matrix]:
        """List the known n-grams of each text, one entry per occurrence.

        Yields
        ------
        csr_matrix of float, shape (n_texts, n_features)
            Of the n-grams of one length. Entries of one text and n-gram stand in
            their order in the text, not summed up.
        """
        for rows, columns in _ngrams(texts, self.characters, self.sizes, self.keys):
            ends = np.cumsum(np.bincount(rows, minlength=len(texts)))
            yield sparse.csr_matrix(
                (np.ones(len(rows)), columns, np.concatenate([[0], ends])),
                shape=(len(texts), len(self.keys)),
            )


def inverse_frequencies(frequencies: np.ndarray, n_texts: int) -> np.ndarray:
    """Return smoothed inverse document frequencies, shape (n_features,)."""
    return np.log((1 + n_texts) / (1 + frequencies)) + 1


def code_points(texts: Iterable[str]) -> np.ndarray:
    """Code points of the texts, with a line feed before, between and behind."""
    return code_points_of("\n" + _joined(texts, "\n", "\t") + "\n")


def _joined(texts: Iterable[str], separator: str, instead: str) -> str:
    """Join texts by a character that none of them may hold."""
    texts = list(texts)
    joined = separator.join(texts)
    if texts and joined.count(separator) >= len(texts):
        joined = separator.join(text.replace(separator, instead) for text in texts)
    return joined


def code_points_of(text: str) -> np.ndarray:
    """Code points of a text, shape (n_chars,)."""
    raw = text.encode("utf-32-le", errors="surrogatepass")
    return np.frombuffer(raw, dtype=np.uint32)


def _ngrams(
    texts: Sequence[str],
    characters: np.ndarray,
    sizes: tuple[int, ...],
    vocabulary: np.ndarray | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield row and key of the n-grams of known characters, size by size.

    With a sorted vocabulary only its n-grams, and their columns for keys.
    """
    codes = code_points(texts)
    numbers = characters[codes].astype(np.int64)
    rows = np.cumsum(codes == ord("\n")) - 1
    places = np.flatnonzero(numbers)
    keys = numbers[places]
    for size in range(1, max(sizes) + 1):
        if size > 1:
            # The last code is a line feed, so places + size - 1 stays inside.
            following = numbers[places + size - 1]
            kept = following > 0
            places = places[kept]
            keys = (keys[kept] << _BITS) | following[kept]
        if size not in sizes:
            continue
        if vocabulary is None:
            yield rows[places], keys
            continue
        # A table of hashes: a search in sorted keys takes three times as long. What
        # is unknown gets -1.
        columns = pd.Index(vocabulary).get_indexer(keys)
        # What begins with an unknown n-gram is itself unknown.
        places, keys = places[columns >= 0], keys[columns >= 0]
        yield rows[places], columns[columns >= 0]


# jieba cuts every run of such characters by itself, so a run need be cut only once.
_RUN = re.compile(r"([\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+)")


def segment_words(text: str, dictionary: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Cut a text into words without white space; runs cut before are remembered.

    Words of the dictionary are kept whole.
    """
    cut = _cutter(dictionary)
    return tuple(word for run in _RUN.split(text) if run for word in cut(run))


@lru_cache(maxsize=4)
def _cutter(dictionary: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    tokenizer = _tokenizer(dictionary)

    @lru_cache(maxsize=1 << 18)
    def cut(run: str) -> tuple[str, ...]:
        return tuple(word for word in tokenizer.lcut(run) if not word.isspace())

    return cut


@lru_cache(maxsize=4)
def _tokenizer(dictionary: tuple[str, ...]) -> Any:
    """A tokenizer of our own: jieba's global one belongs to the user."""
    import logging
    import tempfile
    import warnings

    with warnings.catch_warnings():
        # Of 2020: its escapes, and setuptools where that is installed, warn.
        warnings.simplefilter("ignore")
        import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    # jieba would read and write one cache file in the shared temporary folder,
    # where another user's file could be waiting.
    with tempfile.TemporaryDirectory(prefix="govopen-jieba-") as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    for word in dictionary:
        tokenizer.add_word(word)
    return tokenizer

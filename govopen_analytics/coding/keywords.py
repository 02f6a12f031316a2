"""Find words in tasks: a codebook's keywords in one pass, or any word or pattern.

Rules of matching keywords:

* Texts and keywords are folded first: script and width make no difference,
  blanks beside Chinese characters and invisible characters are passed over.
* The longest match wins, across all themes: a keyword that lies wholly inside
  another match counts for nothing. Matches that merely overlap both count.
* Exclusions and the codebook's ``context_only`` words compete as matches that
  are evidence for no theme, so a keyword inside one of them counts for nothing.
* A keyword with a gap (``公开…信息``) runs from its first part to the nearest
  second part in the same clause, the longest where two begin together. It counts
  for nothing if its first part lies wholly inside another match (信息公开); it
  hides no other match.
* A keyword belongs to one theme, so no hit is shared.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import SchemaError, SelectionError
from govopen_analytics.base.text import fold, original_places, without_blanks
from govopen_analytics.coding.codebook import (
    CLAUSE_ENDS,
    GAP,
    Codebook,
    Keyword,
    Pattern,
    per_codebook,
)
from govopen_analytics.coding.features import code_points_of, fold_many

_NO_KEYWORD, _PART = -1, -2
_COLUMNS = ["task_id", "theme_id", "keyword", "start_char", "end_char"]
_LONGEST_WORD = 200  # characters
_TYPES = dict.fromkeys(("task_id", "before", "match", "after"), "string")
_TYPES |= dict.fromkeys(("start_char", "end_char"), "int64")
# Texts are searched joined, this many at a time, to keep memory flat.
_BATCH = 50_000


@dataclass(frozen=True)
class KeywordIndex:
    """A codebook made ready for searching.

    Attributes
    ----------
    texts : tuple of str, length n_keywords
        Gap keywords and patterns included, as ``theme_numbers`` and ``weights``.
    theme_numbers, weights : ndarray, shape (n_keywords,)
    automaton : ahocorasick_rs.AhoCorasick
        Of all words that are searched for.
    lengths, keywords : ndarray of int, shape (n_words,)
        Length of each word, and its keyword: -1 for words that are evidence for no
        theme, -2 for mere parts of gap keywords.
    gaps : dict of int to list of (int, int)
        For the number of a word that opens gap keywords: the word that ends each,
        and the keyword.
    """

    texts: tuple[str, ...]
    theme_numbers: np.ndarray
    weights: np.ndarray
    automaton: Any
    lengths: np.ndarray
    keywords: np.ndarray
    gaps: dict[int, list[tuple[int, int]]]
    gap_chars: int
    patterns: tuple[tuple[re.Pattern, int], ...]


@per_codebook
def keyword_index(codebook: Codebook) -> KeywordIndex:
    """Make a codebook ready for searching."""
    import ahocorasick_rs

    numbers = {theme: i for i, theme in enumerate(codebook.theme_ids)}
    entries: list[Keyword | Pattern] = [*codebook.keywords, *codebook.patterns]
    words: dict[str, int] = dict.fromkeys(map(fold, codebook.context_only), _NO_KEYWORD)
    gapped: list[tuple[str, str, int]] = []
    for number, keyword in enumerate(codebook.keywords):
        if keyword.has_gap:
            first, last = keyword.folded.split(GAP)
            gapped.append((first, last, number))
        else:
            words[keyword.folded] = number
        for phrase in keyword.exclusions:
            words.setdefault(fold(phrase), _NO_KEYWORD)
    for first, last, _ in gapped:
        words.setdefault(first, _PART)
        words.setdefault(last, _PART)
    places = {word: i for i, word in enumerate(words)}
    gaps: dict[int, list[tuple[int, int]]] = {}
    for first, last, number in gapped:
        gaps.setdefault(places[first], []).append((places[last], number))
    return KeywordIndex(
        texts=tuple(entry.name for entry in entries),
        theme_numbers=np.array([numbers[e.theme_id] for e in entries], dtype=int),
        weights=np.array([e.weight for e in entries], dtype=float),
        automaton=ahocorasick_rs.AhoCorasick(list(words)),
        lengths=np.array([len(word) for word in words], dtype=np.int64),
        keywords=np.array(list(words.values()), dtype=np.int64),
        gaps=gaps,
        gap_chars=codebook.settings.gap_chars,
        patterns=tuple(
            (re.compile(pattern.expression), len(codebook.keywords) + i)
            for i, pattern in enumerate(codebook.patterns)
        ),
    )


def _word_hits(text: str, index: KeywordIndex) -> list[np.ndarray]:
    """Start, end and keyword of the hits of words, each array of (n_hits, 3)."""
    raw = index.automaton.find_matches_as_indexes(text, overlapping=True)
    table = np.fromiter(chain.from_iterable(raw), dtype=np.int64, count=3 * len(raw))
    words, starts, ends = table.reshape(-1, 3).T
    # Of a plain word; the longest first of those that start together.
    is_word = index.keywords[words] != _PART
    order = np.lexsort((-ends[is_word], starts[is_word]))
    plain = np.flatnonzero(is_word)[order]
    reach = np.maximum.accumulate(np.concatenate([[-1], ends[plain]]))
    # A match counts for nothing where one before it reaches as far.
    standing = plain[ends[plain] > reach[:-1]]
    named = standing[index.keywords[words[standing]] >= 0]
    hits = [np.column_stack([starts[named], ends[named], index.keywords[words[named]]])]
    return hits + _gap_hits(text, index, words, starts, ends, standing)


def _gap_hits(
    text: str,
    index: KeywordIndex,
    words: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    standing: np.ndarray,
) -> list[np.ndarray]:
    """Hits of keywords with a gap, from a first part to the nearest second part."""
    if not index.gaps or not len(words):
        return []
    clause = np.cumsum(
        np.isin(code_points_of(text), [ord(mark) for mark in CLAUSE_ENDS])
    )
    by_word = np.argsort(words, kind="stable")
    borders = np.searchsorted(words[by_word], np.arange(len(index.lengths) + 1))

    def of_word(word: int) -> np.ndarray:
        return by_word[borders[word] : borders[word + 1]]

    hits = []
    for first, pairs in index.gaps.items():
        opening = of_word(first)
        opening = opening[~_lie_inside(opening, starts, ends, standing)]
        if not len(opening):
            continue
        nearest = np.full(len(opening), np.iinfo(np.int64).max)
        longest, chosen = np.zeros_like(nearest), np.full_like(nearest, -1)
        for last, number in pairs:
            closing = np.sort(starts[of_word(last)])
            if not len(closing):
                continue
            places = np.searchsorted(closing, ends[opening])
            at = closing[np.minimum(places, len(closing) - 1)]
            fits = (places < len(closing)) & (at - ends[opening] <= index.gap_chars)
            fits[fits] = clause[at[fits]] == clause[ends[opening][fits] - 1]
            length = index.lengths[last]
            fits &= (at < nearest) | ((at == nearest) & (length > longest))
            nearest[fits], longest[fits], chosen[fits] = at[fits], length, number
        gapped = np.column_stack([starts[opening], nearest + longest, chosen])
        hits.append(gapped[chosen >= 0])
    return hits


def _lie_inside(
    matches: np.ndarray, starts: np.ndarray, ends: np.ndarray, standing: np.ndarray
) -> np.ndarray:
    """Say which matches lie wholly inside a longer standing one."""
    if not len(standing):
        return np.zeros(len(matches), dtype=bool)
    # Of the standing matches, only the last to start by then can hold it.
    before = np.searchsorted(starts[standing], starts[matches], side="right") - 1
    holder = standing[np.maximum(before, 0)]
    is_longer = ends[holder] - starts[holder] > ends[matches] - starts[matches]
    return (before >= 0) & (ends[matches] <= ends[holder]) & is_longer


def keyword_matches(tasks: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Find the codebook's keywords in the tasks' texts.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        Needs ``task_id`` and ``text``.

    Returns
    -------
    DataFrame, shape (n_matches, 5)
        A valid ``keyword_matches`` table: ``text[start_char:end_char]`` is what
        matched. Sorted by task and place, whatever the order of `tasks`.

    Raises
    ------
    SchemaError
        If `tasks` lacks a column or holds a task_id twice.
    """
    check_tasks(tasks)
    index = keyword_index(codebook)
    theme_ids = np.array(codebook.theme_ids, dtype=object)
    frames = []
    for start in range(0, len(tasks), _BATCH):
        batch = tasks.iloc[start : start + _BATCH]
        texts = fold_many(batch["text"].fillna(""))
        shorter = [_tight(text) for text in texts]
        rows, starts, ends, numbers = _joined_hits(shorter, index)
        for row, (text, short) in enumerate(zip(texts, shorter, strict=True)):
            if len(short) < len(text):
                here = slice(*np.searchsorted(rows, [row, row + 1]))
                dropped = without_blanks(text)[1]
                starts[here] = original_places(starts[here].tolist(), dropped)
                last = original_places((ends[here] - 1).tolist(), dropped)
                ends[here] = np.array(last, dtype=np.int64) + 1
        frames.append(
            pd.DataFrame(
                {
                    "task_id": batch["task_id"].to_numpy(dtype=object)[rows],
                    "theme_id": theme_ids[index.theme_numbers[numbers]],
                    "keyword": np.array(index.texts, dtype=object)[numbers],
                    "start_char": starts,
                    "end_char": ends,
                }
            )
        )
    matches = pd.concat(frames) if frames else pd.DataFrame(columns=_COLUMNS)
    matches = matches.drop_duplicates(["task_id", "theme_id", "start_char", "end_char"])
    return schemas.to_schema(
        matches.sort_values(["task_id", "start_char", "end_char", "theme_id"]),
        "keyword_matches",
    )


def check_tasks(tasks: pd.DataFrame) -> None:
    """Refuse a tasks table without ``task_id`` and ``text``, or with doubles."""
    for name in ("task_id", "text"):
        if name not in tasks.columns:
            raise SchemaError(
                "tasks", f"missing column '{name}', which coding reads; add it"
            )
    doubled = tasks["task_id"].duplicated(keep=False) | tasks["task_id"].isna()
    if doubled.any():
        raise SchemaError(
            "tasks",
            f"task_id must be unique and filled; {int(doubled.sum())} rows are not",
            failure_cases=tasks.loc[doubled],
        )


def _tight(text: str) -> str:
    """Drop what matching passes over; most texts have nothing of the kind."""
    if " " not in text and text.isprintable():
        return text
    return without_blanks(text)[0]


def _joined_hits(
    folded: Sequence[str], index: KeywordIndex
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Row, start, end and keyword of each hit in folded texts, sorted by row."""
    lengths = np.array([len(text) + 1 for text in folded], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    text = "\n".join(folded)
    tables = [np.zeros((0, 3), dtype=np.int64), *_word_hits(text, index)]
    for expression, number in index.patterns:
        spans = [(*match.span(), number) for match in expression.finditer(text)]
        tables.append(np.array(spans, dtype=np.int64).reshape(-1, 3))
    table = np.concatenate(tables)
    table = table[np.argsort(table[:, 0], kind="stable")]
    rows = np.searchsorted(offsets, table[:, 0], side="right") - 1
    starts = table[:, 0] - offsets[rows]
    ends = table[:, 1] - offsets[rows]
    return rows, starts, ends, table[:, 2]


def keyword_scores(texts: Sequence[str], codebook: Codebook) -> np.ndarray:
    """Add up the weights of each theme's keywords in each folded text.

    Of shape (n_texts, n_themes); a keyword that stands in a text twice counts once.
    """
    index = keyword_index(codebook)
    scores = np.zeros((len(texts), len(codebook.theme_ids)))
    for start in range(0, len(texts), _BATCH):
        batch = list(texts[start : start + _BATCH])
        together = "".join(batch)
        if " " in together or not together.isprintable():
            batch = [_tight(text) for text in batch]
        rows, _, _, numbers = _joined_hits(batch, index)
        once = np.unique(rows * len(index.texts) + numbers)
        rows, numbers = np.divmod(once, len(index.texts))
        np.add.at(
            scores, (rows + start, index.theme_numbers[numbers]), index.weights[numbers]
        )
    return scores


def keyword_in_context(
    tasks: pd.DataFrame, matches: pd.DataFrame, *, width: int = 20
) -> pd.DataFrame:
    """Show every match of some tasks with the text around it.

    Adds the columns ``before``, ``match`` and ``after``, with so many characters on
    either side. A SchemaError says that matches point outside the tasks.
    """
    texts = dict(zip(tasks["task_id"], tasks["text"].fillna(""), strict=True))
    is_known = matches["task_id"].isin(list(texts))
    lengths = matches["task_id"].map({k: len(v) for k, v in texts.items()})
    bad = ~is_known | (matches["end_char"] > lengths.fillna(0))
    if bad.any():
        raise SchemaError(
            "keyword_matches",
            f"{int(bad.sum())} rows point outside the tasks given; "
            "match the same tasks again",
            failure_cases=matches.loc[bad],
        )
    places = list(
        zip(matches["task_id"], matches["start_char"], matches["end_char"], strict=True)
    )
    return matches.assign(
        before=[texts[t][max(0, s - width) : s] for t, s, _ in places],
        match=[texts[t][s:e] for t, s, e in places],
        after=[texts[t][e : e + width] for t, _, e in places],
    )


def find_word(
    tasks: pd.DataFrame, word: str, *, regex: bool = False, width: int = 20
) -> pd.DataFrame:
    """Find a word in the tasks' texts, each place with the text around it.

    Traditional and simplified characters, full and half width are alike, and so are
    capital and small letters; blanks beside Chinese characters are passed over. With
    `regex` the word is a regular expression; else every character means itself.

    Returns ``task_id``, ``start_char``, ``end_char`` (offsets in ``tasks.text``),
    ``before``, ``match`` and ``after``, in the order of `tasks`. A SelectionError says
    that the word is empty, too long, or no regular expression.
    """
    check_tasks(tasks)
    expression = _expression(word, regex)
    texts = fold_many(tasks["text"].fillna(""))
    rows = [
        (task_id, start, end)
        for task_id, text in zip(tasks["task_id"], texts, strict=True)
        for start, end in _places(text, expression)
    ]
    places = pd.DataFrame(rows, columns=["task_id", "start_char", "end_char"])
    return keyword_in_context(tasks, places, width=width).astype(_TYPES)


def _expression(word: str, regex: bool) -> re.Pattern[str]:
    if not isinstance(word, str):
        raise SelectionError(f"Word: found {word!r}, expected a text such as '公开'")
    if not word.strip():
        raise SelectionError("Word: found nothing, expected a word to search for")
    if len(word) > _LONGEST_WORD:
        raise SelectionError(
            f"Word: found {len(word):,} characters, expected at most {_LONGEST_WORD}; "
            "search for a part of it"
        )
    folded = fold(word)
    if not regex:
        folded = re.escape(without_blanks(folded.strip())[0])
    try:
        return re.compile(folded, re.IGNORECASE)
    except re.error as error:
        raise SelectionError(
            f"Word: {word!r} is no regular expression ({error}); leave out regex=True "
            "to search for these characters themselves"
        ) from error


def _places(text: str, expression: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield where the expression stands, by offsets in the text with its blanks."""
    shorter, dropped = without_blanks(text)
    for match in expression.finditer(shorter):
        if match.end() > match.start():
            ends = (match.start(), match.end() - 1)
            start, last = original_places(ends, dropped)
            yield start, last + 1

"""Find a codebook's keywords in tasks, in one pass over the text.

Rules of matching:

* Texts and keywords are folded first: script and width make no difference,
  blanks beside Chinese characters and invisible characters are passed over.
* The longest match wins, across all themes: a keyword that lies wholly inside
  another match counts for nothing. Matches that merely overlap both count.
* Exclusions and the codebook's ``context_only`` words compete as matches that
  speak for no theme, so a keyword inside one of them counts for nothing.
* A keyword with a gap (``公开…信息``) runs from its first part to the nearest
  second part in the same clause, the longest where two begin together. It counts
  for nothing if its first part lies wholly inside another match (信息公开); it
  hides no other match.
* A keyword belongs to one theme, so no hit is shared.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import SchemaError
from govopen_analytics.base.text import fold
from govopen_analytics.coding.codebook import (
    CLAUSE_ENDS,
    GAP,
    Codebook,
    Keyword,
    Pattern,
    without_blanks,
)
from govopen_analytics.coding.features import fold_many

CODER = "keywords"

_NO_KEYWORD = -1
_COLUMNS = ["task_id", "theme_id", "keyword", "start_char", "end_char"]
# Texts are searched joined, this many at a time, to keep memory flat.
_BATCH = 50_000


class Hit(NamedTuple):
    """One keyword found in a folded text: its number and its place."""

    start: int
    end: int
    keyword: int


@dataclass(frozen=True)
class KeywordIndex:
    """A codebook made ready for searching.

    ``texts``, ``theme_numbers`` and ``weights`` hold one entry per keyword,
    gap keywords and patterns included.
    """

    texts: tuple[str, ...]
    theme_numbers: np.ndarray
    weights: np.ndarray
    automaton: Any
    endings: dict[int, tuple[re.Pattern, dict[str, int]]]
    patterns: tuple[tuple[re.Pattern, int], ...]


def keyword_index(codebook: Codebook) -> KeywordIndex:
    """Make a codebook ready for searching; made once per codebook.

    Parameters
    ----------
    codebook : Codebook

    Returns
    -------
    KeywordIndex
    """
    if codebook.fingerprint not in _indexes:
        _indexes[codebook.fingerprint] = _build_index(codebook)
    return _indexes[codebook.fingerprint]


_indexes: dict[str, KeywordIndex] = {}


def _build_index(codebook: Codebook) -> KeywordIndex:
    numbers = {theme: i for i, theme in enumerate(codebook.theme_ids)}
    entries: list[Keyword | Pattern] = [*codebook.keywords, *codebook.patterns]
    names = [e.text if isinstance(e, Keyword) else e.name for e in entries]
    gapped: dict[str, dict[str, int]] = {}
    words: dict[str, int] = dict.fromkeys(map(fold, codebook.context_only), _NO_KEYWORD)
    for number, keyword in enumerate(codebook.keywords):
        if keyword.has_gap:
            first, last = keyword.folded.split(GAP)
            gapped.setdefault(first, {})[last] = number
        else:
            words[keyword.folded] = number
        for phrase in keyword.exclusions:
            words.setdefault(fold(phrase), _NO_KEYWORD)
    firsts = {first: i for i, first in enumerate(gapped)}
    n_plain = len(codebook.keywords)
    return KeywordIndex(
        texts=tuple(names),
        theme_numbers=np.array([numbers[e.theme_id] for e in entries], dtype=int),
        weights=np.array([e.weight for e in entries], dtype=float),
        automaton=_automaton(words, firsts),
        endings={
            firsts[first]: (
                _gap_expression(tails, codebook.settings.gap_chars),
                tails,
            )
            for first, tails in gapped.items()
        },
        patterns=tuple(
            (re.compile(pattern.expression), n_plain + i)
            for i, pattern in enumerate(codebook.patterns)
        ),
    )


def _automaton(words: dict[str, int], firsts: dict[str, int]) -> Any:
    """Hold for each searched word: length, its keyword, its gap group."""
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for word in {**words, **firsts}:
        automaton.add_word(word, (len(word), words.get(word), firsts.get(word)))
    if len(automaton):
        automaton.make_automaton()
    return automaton


def _gap_expression(endings: Iterable[str], gap_chars: int) -> re.Pattern:
    longest_first = sorted(endings, key=lambda ending: (-len(ending), ending))
    choices = "|".join(map(re.escape, longest_first))
    return re.compile(f"[^{re.escape(CLAUSE_ENDS)}]{{0,{gap_chars}}}?({choices})")


def find_keywords(text: str, index: KeywordIndex) -> list[Hit]:
    """Find all keywords in one folded text without blanks.

    Parameters
    ----------
    text : str
        Folded; may be many texts joined by line feeds.
    index : KeywordIndex

    Returns
    -------
    list of Hit
        In order of place.
    """
    return [Hit(*hit) for hit in sorted(set(_hits(text, index)))]


def _hits(text: str, index: KeywordIndex) -> list[tuple[int, int, int]]:
    """Start, end and keyword of each hit, in no order."""
    hits = _word_hits(text, index) if len(index.automaton) else []
    for expression, number in index.patterns:
        hits += [(*match.span(), number) for match in expression.finditer(text)]
    return hits


def _word_hits(text: str, index: KeywordIndex) -> list[tuple[int, int, int]]:
    # `standing` holds matches none of which lies inside another; a new match
    # ends behind them all, so it can only swallow those that start with it or
    # later, or be swallowed by one with the same end.
    standing: list[tuple[int, int, int]] = []
    with_gap: list[tuple[int, int, int, int]] = []
    for last, (length, keyword, gap_group) in index.automaton.iter(text):
        end = last + 1
        start = end - length
        if gap_group is not None:
            expression, endings = index.endings[gap_group]
            match = expression.match(text, end)
            if match:
                with_gap.append((start, end, match.end(), endings[match[1]]))
        if keyword is None:
            continue
        while standing and standing[-1][0] >= start:
            standing.pop()
        if not standing or standing[-1][1] < end:
            standing.append((start, end, keyword))
    hits = [hit for hit in standing if hit[2] != _NO_KEYWORD]
    starts = [start for start, _, _ in standing]
    for start, first_end, end, keyword in with_gap:
        # Of the standing matches, only the last to start by then can hold it.
        before = bisect_right(starts, start) - 1
        if before < 0 or not _lies_inside(start, first_end, standing[before]):
            hits.append((start, end, keyword))
    return hits


def _lies_inside(start: int, end: int, hit: tuple[int, int, int]) -> bool:
    """Say whether a place lies in a match that is longer."""
    return end <= hit[1] and end - start < hit[1] - hit[0]


def keyword_matches(tasks: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Find the codebook's keywords in the tasks' texts.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        Needs ``task_id`` and ``text``.
    codebook : Codebook

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
    for batch in _batches(tasks):
        texts = fold_many(batch["text"].fillna(""))
        shorter = [_tight(text) for text in texts]
        rows, starts, ends, numbers = _joined_hits(shorter, index)
        for row, (text, short) in enumerate(zip(texts, shorter, strict=True)):
            if len(short) < len(text):
                here = slice(*np.searchsorted(rows, [row, row + 1]))
                dropped = without_blanks(text)[1]
                starts[here] = _original(starts[here], dropped)
                ends[here] = _original(ends[here] - 1, dropped) + 1
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
    """Refuse a tasks table without ``task_id`` and ``text``, or with doubles.

    Raises
    ------
    SchemaError
    """
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


def _batches(tasks: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for start in range(0, len(tasks), _BATCH):
        yield tasks.iloc[start : start + _BATCH]


def _tight(text: str) -> str:
    """Drop what matching passes over; most texts have nothing of the kind."""
    if " " not in text and text.isprintable():
        return text
    return without_blanks(text)[0]


def _joined_hits(
    folded: Sequence[str], index: KeywordIndex
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Search many folded texts at once: row, start, end, keyword of each hit.

    Sorted by row.
    """
    lengths = np.array([len(text) + 1 for text in folded], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    hits = _hits("\n".join(folded), index)
    table = np.array(hits, dtype=np.int64).reshape(-1, 3)
    table = table[np.argsort(table[:, 0], kind="stable")]
    rows = np.searchsorted(offsets, table[:, 0], side="right") - 1
    starts = table[:, 0] - offsets[rows]
    ends = table[:, 1] - offsets[rows]
    return rows, starts, ends, table[:, 2]


def _original(places: np.ndarray, dropped: list[tuple[int, int]]) -> np.ndarray:
    """Carry places in a shortened text over to the text it was made from."""
    removed = 0
    borders, shifts = [], [0]
    for start, end in dropped:
        borders.append(start - removed)
        removed += end - start
        shifts.append(removed)
    return np.array([p + shifts[bisect_right(borders, p)] for p in places.tolist()])


def keyword_scores(texts: Sequence[str], codebook: Codebook) -> np.ndarray:
    """Add up the weights of each theme's keywords in each text.

    A keyword that stands in a text twice counts once.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Folded.
    codebook : Codebook

    Returns
    -------
    ndarray of float, shape (n_texts, n_themes)
        Sums of keyword weights, from 0.
    """
    index = keyword_index(codebook)
    scores = np.zeros((len(texts), len(codebook.theme_ids)))
    for start in range(0, len(texts), _BATCH):
        batch = [_tight(text) for text in texts[start : start + _BATCH]]
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
    """Show every match with the text around it.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        Needs ``task_id`` and ``text``.
    matches : DataFrame, shape (n_matches, ...)
        Valid ``keyword_matches`` of these tasks.
    width : int, default 20
        Characters shown on either side.

    Returns
    -------
    DataFrame, shape (n_matches, 8)
        The columns of `matches`, then ``before``, ``match``, ``after``.

    Raises
    ------
    SchemaError
        If a match names an unknown task or lies outside its text.
    """
    texts = dict(zip(tasks["task_id"], tasks["text"].fillna(""), strict=True))
    known = matches["task_id"].isin(list(texts))
    lengths = matches["task_id"].map({k: len(v) for k, v in texts.items()})
    bad = ~known | (matches["end_char"] > lengths.fillna(0))
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

"""Tasks to the pieces of text that carry their obligations."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from govopen_analytics.base.text import fold
from govopen_analytics.coding.codebook import CLAUSE_ENDS, GAP, CodingSettings
from govopen_analytics.coding.features import code_points_of, fold_many, plain_texts

#: Kinds of pieces. "column" only makes a column that another clause fills (rule 2);
#: "detail" only spells out the clause before it (rule 4).
KINDS = (
    "title",
    "inherited_title",
    "content",
    "column",
    "detail",
    "purpose",
    "section",
    "chapter",
)
_KIND = {name: number for number, name in enumerate(KINDS)}

# A piece of which a means leaves less than this keeps the means.
_LEAST_CHARS = 4
# A verb and an object take at least this many characters: 加强政策解读.
_LEAST_CLAUSE = 6
_WITHIN = f"[^{re.escape(CLAUSE_ENDS)}]"


class TaskText(NamedTuple):
    """What is read of one task, folded and stripped."""

    title: str
    is_title_inherited: bool
    content: str
    section: str
    chapter: str


@dataclass(frozen=True)
class Pieces:
    """The pieces of some tasks: title, clauses of the content, headings.

    Attributes
    ----------
    texts : list of str, length n_texts
        Without what merely names a means; hardly one stands there twice.
    numbers : ndarray of int, shape (n_pieces,)
        Position of each piece's text in `texts`.
    rows : ndarray of int, shape (n_pieces,)
        Position of the task each piece belongs to.
    kinds : ndarray of int, shape (n_pieces,)
        Position in ``KINDS``.
    fills_column : ndarray of bool, shape (n_tasks,)
        Whether the task makes a column of a site and publishes something (rule 2).
    """

    texts: list[str]
    numbers: np.ndarray
    rows: np.ndarray
    kinds: np.ndarray
    fills_column: np.ndarray

    def of_kind(self, *names: str) -> np.ndarray:
        """Say which pieces are of these kinds."""
        return np.isin(self.kinds, [_KIND[name] for name in names])


def split_clauses(sentence: str, settings: CodingSettings) -> list[str]:
    """Split a folded sentence into clauses that may be obligations.

    Parameters
    ----------
    settings : CodingSettings
        Says which words open a lead-in (围绕…,) that belongs to what follows.

    Returns
    -------
    list of str
        A lead-in, and whatever is too short to have a verb and an object,
        stands with the clause behind it. A lead-in that makes a column (在网站开设
        专栏,) stands alone.
    """
    leads, column = _folded(settings.lead_ins), column_expression(settings)
    parts = [part.strip() for part in sentence.split(",")]
    stands = [
        len(part) >= _LEAST_CLAUSE
        and (not part.startswith(leads) or column.search(part) is not None)
        for part in parts
    ]
    return _join_parts(list(zip(parts, stands, strict=True)))[0]


def _join_parts(parts: list[tuple[str, bool]]) -> tuple[list[str], int]:
    """Join what does not stand by itself with what follows; count the characters."""
    clauses: list[str] = []
    waiting, n_chars = "", 0
    for text, stands in parts:
        n_chars += len(text)
        if waiting:
            text = f"{waiting},{text}" if text else waiting
        if stands:
            clauses.append(text)
        waiting = "" if stands else text
    if waiting:
        clauses[-1:] = [",".join([*clauses[-1:], waiting])]
    return clauses, n_chars


@lru_cache(maxsize=16)
def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold, words))


def mark_shared_titles(tasks: pd.DataFrame) -> pd.DataFrame:
    """Mark a title that several tasks of a document share as carried down.

    A table says so of the later rows only, but the title names the group, and
    the first row is no more bound to it than the others.

    Returns
    -------
    DataFrame, shape (n_tasks, ...)
        With ``is_title_inherited`` filled, if there are titles and documents.
    """
    if not {"document_id", "title"} <= set(tasks.columns):
        return tasks
    shared = tasks.duplicated(["document_id", "title"], keep=False)
    shared &= tasks["title"].fillna("").astype(str).str.strip() != ""
    if "is_title_inherited" in tasks.columns:
        shared |= tasks["is_title_inherited"].fillna(False).astype(bool)
    return tasks.assign(is_title_inherited=shared)


def read_tasks(tasks: pd.DataFrame) -> Iterator[TaskText]:
    """Read what coding needs of each task.

    ``text`` is what is coded. Of it, the leading ``title`` is the title and the
    rest the content; a text whose table has no titles has its first line as
    title, if more lines follow.
    """
    texts, titles = _column(tasks, "text"), _column(tasks, "title")
    sections, chapters = _column(tasks, "section"), _column(tasks, "chapter")
    inherited = [False] * len(tasks)
    if "is_title_inherited" in tasks.columns:
        inherited = tasks["is_title_inherited"].fillna(False).astype(bool).tolist()
    has_titles = "title" in tasks.columns
    for text, title, section, chapter, is_inherited in zip(
        texts, titles, sections, chapters, inherited, strict=True
    ):
        if not has_titles and "\n" in text:
            title = text.split("\n", 1)[0].strip()
        if not text.startswith(title):
            title = ""
        content = text[len(title) :].strip() if title else text
        yield TaskText(title, is_inherited, content, section, chapter)


def _column(tasks: pd.DataFrame, name: str) -> list[str]:
    if name not in tasks.columns or tasks.empty:
        return [""] * len(tasks)
    return [text.strip() for text in fold_many(plain_texts(tasks[name]))]


def split_tasks(tasks: pd.DataFrame, settings: CodingSettings) -> Pieces:
    """Split tasks into pieces.

    Parameters
    ----------
    settings : CodingSettings
        Says which words open a means, and what a column is.

    Returns
    -------
    Pieces
        None for a task without text.
    """
    splitter = _Splitter(settings)
    read = list(read_tasks(tasks))
    groups = [splitter.contents([task.content for task in read])]
    has_clauses = np.bincount(groups[0][0], minlength=len(read)) > 0
    # Without content all obligations stand in the title; a single one stands there
    # already.
    bare = np.flatnonzero(~has_clauses)
    rows, pieces = splitter.contents([read[row].title for row in bare.tolist()])
    several = np.bincount(rows, minlength=len(bare))[rows] > 1
    groups.append((bare[rows[several]], pieces[several]))
    groups.append(splitter.titles(read, has_clauses))
    has_text = np.array([bool(task.title or task.content) for task in read], dtype=bool)
    for kind in ("section", "chapter"):
        rows, pieces = splitter.headings([getattr(task, kind) for task in read], kind)
        kept = has_text[rows]
        groups.append((rows[kept], pieces[kept]))
    ranks = np.repeat([1, 1, 0, 2, 3], [len(rows) for rows, _ in groups])
    rows, pieces = (np.concatenate(arrays) for arrays in zip(*groups, strict=True))
    placed = np.argsort(4 * rows + ranks, kind="stable")
    rows, pieces = rows[placed], pieces[placed]
    numbers, kinds = pieces >> _TEXT_BITS, pieces >> _KIND_BITS & 7
    has_column = np.bincount(rows[pieces & _COLUMN > 0], minlength=len(tasks)) > 0
    # Whether a piece publishes is asked only where one of the task names a column.
    asked = np.flatnonzero(has_column[rows])
    publishes = np.zeros(len(pieces), dtype=bool)
    publishes[asked] = [splitter.publishes(piece) for piece in pieces[asked].tolist()]
    fills_column = np.bincount(rows[publishes], minlength=len(tasks)) > 0
    only_column = fills_column[rows] & (pieces & _COLUMN > 0) & ~publishes
    kinds[only_column] = _KIND["column"]
    return Pieces(splitter.texts, numbers, rows, kinds, fills_column)


# A piece is one number: that of its text, of its kind, whether it names a column, and
# whether it publishes something in one.
_TEXT_BITS, _KIND_BITS, _COLUMN, _PUBLISHES = 5, 2, 2, 1
# Stands between tasks that are split joined; folding has taken it out of the texts.
_TASK_END = "\x1e"
_MARKS = np.zeros(0x110000, dtype=np.uint8)
_MARKS[ord(",")] = 1
_MARKS[[ord(mark) for mark in "。;!?\n"]] = 2
_MARKS[ord(_TASK_END)] = 3


class _Splitter:
    """Splits tasks, each distinct sentence, part and clause once."""

    def __init__(self, settings: CodingSettings) -> None:
        self.settings = settings
        self.texts: list[str] = []
        self.vague = re.compile("|".join(settings.vague_titles) or r"(?!)")
        self.points_back = _points_back(settings.points_back)
        self.column = column_expression(settings)
        places = [place for place in settings.places if len(place) > 1]
        self.channel = re.compile(_either([*places, *settings.columns]) or r"(?!)")
        self.column_name = re.compile(
            f"({_either(settings.column_verbs)})[^,]{{1,30}}?({_either(settings.columns)})"
        )
        self.publishing = _publishing_expression(settings)
        self.nouns = re.compile(_either(settings.means_nouns) or r"(?!)")
        self.signs = _Signs(settings)
        self.does_publish: dict[int, bool] = {}

    def contents(self, contents: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Row and piece of the clauses of each content, in order."""
        codes = code_points_of(_TASK_END.join(contents))
        marks = _MARKS[codes]
        ends = marks[marks > 0]
        cut = np.where(marks > 0, np.uint32(ord(",")), codes).tobytes()
        parts = cut.decode("utf-32-le", errors="surrogatepass").split(",")
        distinct = {part: n for n, part in enumerate(dict.fromkeys(parts))}
        numbers = np.fromiter(map(distinct.__getitem__, parts), np.int64, len(parts))
        texts, stands, is_blank = self._parts(list(distinct))
        # The sentence of each part, and the task of each sentence.
        sentences = np.concatenate([[0], np.cumsum(ends > 1)])
        starts = np.flatnonzero(np.diff(sentences, prepend=-1))
        rows = np.concatenate([[0], np.cumsum(ends == 3)])[starts]
        n_parts = np.diff(starts, append=len(parts))
        # In most sentences every part stands by itself, or the sentence is blank.
        is_plain = np.logical_and.reduceat(stands[numbers], starts)
        is_blank = np.logical_and.reduceat(is_blank[numbers], starts)
        others = np.flatnonzero(~is_plain & ~is_blank)
        joint = self._joint_clauses(
            numbers, parts, texts, stands, starts[others], n_parts[others]
        )
        clauses = [texts[n] for n in np.flatnonzero(stands).tolist()]
        clauses += [clause for sentence in joint for clause in sentence]
        pieces = self._clauses(clauses)
        of_part = np.zeros(len(texts), dtype=np.int64)
        of_part[stands] = pieces[: stands.sum()]
        counts = np.where(is_plain, n_parts, 0)
        counts[others] = [len(sentence) for sentence in joint]
        clause_pieces = np.zeros(counts.sum(), dtype=np.int64)
        in_plain = np.repeat(is_plain, counts)
        clause_pieces[in_plain] = of_part[numbers[np.repeat(is_plain, n_parts)]]
        clause_pieces[~in_plain] = pieces[stands.sum() :]
        return np.repeat(rows, counts), clause_pieces

    def _parts(self, parts: list[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Text of each part without means; does it stand by itself, is it blank."""
        texts = [part.strip() for part in parts]
        is_blank = np.array([not text for text in texts])
        signs = self.signs.of(texts)
        changed = np.flatnonzero(signs & _MEANS).tolist()
        for n in changed:
            texts[n] = _drop_means(texts[n], self.settings).strip()
        signs[changed] = self.signs.of([texts[n] for n in changed])
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        stands = lengths >= _LEAST_CLAUSE
        for n in np.flatnonzero(stands & (signs & _LEAD > 0)).tolist():
            # A lead-in belongs to what follows, unless it makes a column.
            stands[n] = signs[n] & _MARK and self.column.search(texts[n]) is not None
        return texts, stands, is_blank

    def _joint_clauses(
        self,
        numbers: np.ndarray,
        parts: list[str],
        texts: list[str],
        stands: np.ndarray,
        starts: np.ndarray,
        n_parts: np.ndarray,
    ) -> list[list[str]]:
        """Clauses of sentences some of whose parts do not stand by themselves."""
        split_before: dict[tuple[int, ...], list[str]] = {}
        numbered, does_stand = numbers.tolist(), stands.tolist()
        by_sentence = []
        for start, n in zip(starts.tolist(), n_parts.tolist(), strict=True):
            key = tuple(numbered[start : start + n])
            if key not in split_before:
                clauses, n_chars = _join_parts([(texts[i], does_stand[i]) for i in key])
                if n_chars < _LEAST_CHARS:
                    sentence = ",".join(parts[start : start + n])
                    clauses = split_clauses(sentence, self.settings)
                split_before[key] = clauses
            by_sentence.append(split_before[key])
        return by_sentence

    def _clauses(self, texts: list[str]) -> np.ndarray:
        """Piece of each clause, its kind included."""
        distinct = list(dict.fromkeys(texts))
        signs = self.signs.of(distinct)
        kinds = np.full(len(distinct), _CONTENT)
        kinds[signs & _OPENS_DETAIL > 0] = _DETAIL
        for n in np.flatnonzero(signs & _MARK).tolist():
            if self.points_back.search(distinct[n]):
                kinds[n] = _DETAIL
        kinds[signs & _OPENS_PURPOSE > 0] = _PURPOSE
        pieces = self._pieces(distinct, signs) | kinds << _KIND_BITS
        of_clause = dict(zip(distinct, pieces.tolist(), strict=True))
        numbers = map(of_clause.__getitem__, texts)
        return np.fromiter(numbers, np.int64, len(texts))

    def titles(
        self, read: list[TaskText], has_clauses: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Row and piece of the titles."""
        rows, pieces = self.headings([task.title for task in read], "title")
        is_vague = {
            title: self.vague.search(title) is not None
            for title in dict.fromkeys(task.title for task in read)
        }
        is_context = [task.is_title_inherited or is_vague[task.title] for task in read]
        is_context = has_clauses & np.array(is_context, dtype=bool)
        inherited = (_KIND["inherited_title"] - _KIND["title"]) << _KIND_BITS
        return rows, pieces + is_context[rows] * inherited

    def headings(self, texts: list[str], kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Row and piece of the titles or headings that there are."""
        distinct = [text for text in dict.fromkeys(texts) if text]
        shorter = [without_means(text, self.settings) for text in distinct]
        numbers = self._pieces(shorter, self.signs.of(shorter))
        if kind != "title":
            # What a heading says of a column is no word of the task.
            numbers = numbers >> _TEXT_BITS << _TEXT_BITS
        pieces = dict(zip(distinct, numbers.tolist(), strict=True))
        rows = np.array([row for row, text in enumerate(texts) if text], dtype=np.int64)
        named_pieces = np.array(
            [pieces[text] for text in texts if text], dtype=np.int64
        )
        return rows, named_pieces | _KIND[kind] << _KIND_BITS

    def _publishes(self, text: str) -> bool:
        plain = self.nouns.sub("#", text)
        return self.publishing.search(plain) is not None

    def _pieces(self, texts: list[str], signs: np.ndarray) -> np.ndarray:
        """Number of each text with what it does with a column, without a kind."""
        numbers = np.arange(len(self.texts), len(self.texts) + len(texts))
        pieces = numbers << _TEXT_BITS
        self.texts += texts
        for n in np.flatnonzero(signs & _MARK).tolist():
            text = texts[n]
            if not self.column.search(text):
                continue
            if self._publishes(text):
                # What is published counts, not where.
                shown, flags = self.channel.sub("", text), _COLUMN | _PUBLISHES
            else:
                # What a column is named for is no object of its upkeep.
                shown, flags = self.column_name.sub(r"\1\2", text), _COLUMN
            self.texts[numbers[n]] = shown
            pieces[n] |= flags
        return pieces

    def publishes(self, piece: int) -> bool:
        """Say whether a piece publishes something."""
        if piece & _COLUMN:
            return bool(piece & _PUBLISHES)
        number = piece >> _TEXT_BITS
        if number not in self.does_publish:
            self.does_publish[number] = self._publishes(self.texts[number])
        return self.does_publish[number]


_CONTENT, _DETAIL, _PURPOSE = _KIND["content"], _KIND["detail"], _KIND["purpose"]

# What the words of a text may be signs of; the last three at its beginning only.
_MEANS, _MARK, _LEAD, _OPENS_DETAIL, _OPENS_PURPOSE = 1, 2, 4, 8, 16


class _Signs:
    """Says of many texts in one pass which hold a word that needs a closer look.

    Most hold none, and need no expression.
    """

    def __init__(self, settings: CodingSettings) -> None:
        import ahocorasick_rs

        means = {fold(word).split(GAP)[0] for word in settings.means}
        means |= {"在"} if settings.places else set()
        means |= {"等"} if settings.list_ends else set()
        anywhere = {
            _MEANS: means,
            _MARK: {*_folded(settings.columns), *_folded(settings.points_back)},
        }
        at_start = {
            _LEAD: _folded(settings.lead_ins),
            _OPENS_DETAIL: _folded(settings.details),
            _OPENS_PURPOSE: _folded(settings.purposes),
        }
        pairs = [(word, sign) for sign, words in anywhere.items() for word in words]
        # Texts stand joined by line feeds.
        pairs += [(f"\n{word}", sign) for sign in at_start for word in at_start[sign]]
        signs: dict[str, int] = {}
        for word, sign in pairs:
            signs[word] = signs.get(word, 0) | sign
        self._values = np.array(list(signs.values()), dtype=np.int64)
        self._automaton = ahocorasick_rs.AhoCorasick(list(signs)) if signs else None

    def of(self, texts: list[str]) -> np.ndarray:
        """Signs found in each text, shape (n_texts,)."""
        signs = np.zeros(len(texts), dtype=np.int64)
        if self._automaton is None or not texts:
            return signs
        joined = "\n" + "\n".join(texts)
        raw = self._automaton.find_matches_as_indexes(joined, overlapping=True)
        table = np.fromiter(chain.from_iterable(raw), np.int64, 3 * len(raw))
        words, _, ends = table.reshape(-1, 3).T
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        # By its end, for a word at the start begins with the line feed before it.
        rows = np.searchsorted(np.cumsum(lengths + 1), ends - 1)
        for bit in (_MEANS, _MARK, _LEAD, _OPENS_DETAIL, _OPENS_PURPOSE):
            signs[rows[self._values[words] & bit > 0]] |= bit
        return signs


def _either(words: Iterable[str]) -> str:
    """Write an expression that matches the longest of some words."""
    folded = sorted(map(fold, words), key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, folded))


def _points_back(words: tuple[str, ...]) -> re.Pattern:
    if not words:
        return re.compile(r"(?!)")
    return re.compile(f"(?:{_either(words)})(?:信息|内容|情况|工作|材料|事项)")


def column_expression(settings: CodingSettings) -> re.Pattern:
    """Match a column that is the object or the subject of a clause."""
    return _column_expression(
        settings.columns, settings.column_verbs, settings.publishing
    )


@lru_cache(maxsize=8)
def _column_expression(
    columns: tuple[str, ...], verbs: tuple[str, ...], publishing: tuple[str, ...]
) -> re.Pattern:
    if not columns or not verbs:
        return re.compile(r"(?!)")
    column, fills = _either(columns), _either(publishing) or r"(?!)"
    return re.compile(
        f"(?:{_either(verbs)})[^,]{{0,30}}?(?<!公开)(?:{column})"
        f"|(?:{column})(?:要|应|须|需|内|的)?(?:设置|建设|集中|逐项|动态|{fills})"
    )


def _publishing_expression(settings: CodingSettings) -> re.Pattern:
    """Match a verb that publishes an object, not one inside a noun (更新机制)."""
    if not settings.publishing:
        return re.compile(r"(?!)")
    verbs = _either(settings.publishing)
    nouns = "频|机制|周期|及时|要求|时限|率|日期|栏|平台|渠道|专"
    return re.compile(f"(?:{verbs})(?!{nouns})[^,]{{2,}}")


def without_means(text: str, settings: CodingSettings) -> str:
    """Drop what merely names a means or a place, such as 通过政府网站等渠道.

    Of a list of fields (教育、卫生、住房等领域) the first stays.

    Parameters
    ----------
    text : str
        Folded.

    Returns
    -------
    str
        `text` itself where almost nothing else would be left.
    """
    shorter = _drop_means(text, settings).strip(",")
    return shorter if len(shorter) >= _LEAST_CHARS else text


def _drop_means(text: str, settings: CodingSettings) -> str:
    for expression in _means_expressions(
        settings.means, settings.means_ends, settings.means_nouns, settings.places
    ):
        text = expression.sub("", text)
    if settings.list_ends and "等" in text:
        text = _list_expression(settings.list_ends).sub("等", text)
    return text


@lru_cache(maxsize=8)
def _list_expression(ends: tuple[str, ...]) -> re.Pattern:
    return re.compile(f"、{_WITHIN}{{1,80}}?等(?={_WITHIN}{{0,6}}?(?:{_either(ends)}))")


@lru_cache(maxsize=8)
def _means_expressions(
    means: tuple[str, ...],
    ends: tuple[str, ...],
    nouns: tuple[str, ...],
    places: tuple[str, ...],
) -> list[re.Pattern]:
    """Match from an opening word to the clause's end or the obligation's verb."""
    expressions = []
    # A verb inside a noun (公开栏) does not end the means.
    inside = f"(?:{_either(nouns)}|{_WITHIN})" if nouns else _WITHIN
    verbs = _either(ends)
    if verbs and nouns:
        verbs = f"(?!{_either(nouns)})(?:{verbs})"
    if means:
        openings = "|".join(
            f"{_WITHIN}{{2,40}}?".join(map(re.escape, fold(word).split(GAP)))
            for word in sorted(means, key=lambda word: (-len(word), word))
        )
        stop = f"$|[{re.escape(CLAUSE_ENDS)}]" + (f"|{verbs}" if verbs else "")
        expressions.append(re.compile(f"(?:{openings}){inside}{{2,60}}?(?={stop})"))
    if places and verbs:
        expressions.append(
            re.compile(
                f"在{inside}{{2,24}}?(?:{_either(places)})[上中内里等]*(?={verbs})"
            )
        )
    return expressions

"""Tasks to the pieces of text that carry their obligations."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
_NEVER = r"(?!)"  # an expression that matches nothing


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


def mark_shared_titles(tasks: pd.DataFrame) -> pd.DataFrame:
    """Mark a title that several tasks of a document share as carried down.

    A table says so of the later rows only, but the title names the group, and the first
    row is no more bound to it than the others.
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
    """Split tasks into pieces; a task without text has none."""
    splitter = Splitter(settings)
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
        is_read = has_text[rows]
        groups.append((rows[is_read], pieces[is_read]))
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


class Splitter:
    """Splits tasks, each distinct sentence, part and clause once."""

    def __init__(self, settings: CodingSettings) -> None:
        self.texts: list[str] = []
        self.does_publish: dict[int, bool] = {}
        self.signs = _Signs(settings)
        verbs, columns = _any_of(settings.column_verbs), _any_of(settings.columns)
        places = [place for place in settings.places if len(place) > 1]
        self.vague = re.compile("|".join(settings.vague_titles) or _NEVER)
        self.channel = re.compile(_any_of([*places, *settings.columns]))
        self.column_name = re.compile(f"({verbs})[^,]{{1,30}}?({columns})")
        self.nouns = re.compile(_any_of(settings.means_nouns))
        self.points_back = re.compile(
            f"(?:{_any_of(settings.points_back)})(?:信息|内容|情况|工作|材料|事项)"
        )
        # A column that is the object or the subject of a clause.
        publishing = _any_of(settings.publishing)
        is_known = settings.columns and settings.column_verbs
        self.column = re.compile(
            f"(?:{verbs})[^,]{{0,30}}?(?<!公开)(?:{columns})"
            f"|(?:{columns})(?:要|应|须|需|内|的)?"
            f"(?:设置|建设|集中|逐项|动态|{publishing})"
            if is_known
            else _NEVER
        )
        # A verb that publishes an object, not one inside a noun (更新机制).
        self.publishing = re.compile(
            f"(?:{publishing})(?!频|机制|周期|及时|要求|时限|率|日期|栏|平台|渠道|专)"
            "[^,]{2,}"
        )
        # A means goes from an opening word to the clause's end or the obligation's
        # verb; a verb inside a noun (公开栏) does not end it.
        nouns = _any_of(settings.means_nouns)
        inside = f"(?:{nouns}|{_WITHIN})"
        verb = f"(?!{nouns})(?:{_any_of(settings.means_ends)})"
        openings = "|".join(
            f"{_WITHIN}{{2,40}}?".join(map(re.escape, fold(word).split(GAP)))
            for word in sorted(settings.means, key=lambda word: (-len(word), word))
        )
        self.means = re.compile(
            f"(?:{openings or _NEVER}){inside}{{2,60}}?"
            f"(?=$|[{re.escape(CLAUSE_ENDS)}]|{verb})"
        )
        self.places = re.compile(
            f"在{inside}{{2,24}}?(?:{_any_of(settings.places)})[上中内里等]*(?={verb})"
        )
        self.fields = re.compile(
            f"、{_WITHIN}{{1,80}}?等"
            f"(?={_WITHIN}{{0,6}}?(?:{_any_of(settings.list_ends)}))"
        )
        self.lead_ins = tuple(map(fold, settings.lead_ins))

    def without_means(self, text: str) -> str:
        """Drop from a folded text what merely names a means or a place (通过网站).

        Of a list of fields (教育、卫生、住房等领域) the first stays, and all of a text
        of which almost nothing else would be left.
        """
        shorter = self._drop_means(text).strip(",")
        return shorter if len(shorter) >= _LEAST_CHARS else text

    def _drop_means(self, text: str) -> str:
        text = self.places.sub("", self.means.sub("", text))
        return self.fields.sub("等", text) if "等" in text else text

    def split_clauses(self, sentence: str) -> list[str]:
        """Split a folded sentence into clauses that may be obligations.

        A lead-in (围绕…,), and whatever is too short to have a verb and an object,
        stands with the clause behind it. A lead-in that makes a column (在网站开设
        专栏,) stands alone.
        """
        parts = []
        for part in map(str.strip, sentence.split(",")):
            is_lead_in = part.startswith(self.lead_ins) and not self.column.search(part)
            parts.append((part, len(part) >= _LEAST_CLAUSE and not is_lead_in))
        return _join_parts(parts)[0]

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
            texts[n] = self._drop_means(texts[n]).strip()
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
                    clauses = self.split_clauses(sentence)
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
        shorter = [self.without_means(text) for text in distinct]
        numbers = self._pieces(shorter, self.signs.of(shorter))
        if kind != "title":
            # What a heading says of a column is no word of the task.
            numbers = numbers >> _TEXT_BITS << _TEXT_BITS
        pieces = dict(zip(distinct, numbers.tolist(), strict=True))
        rows = np.array([row for row, text in enumerate(texts) if text], dtype=np.int64)
        numbers = np.array([pieces[text] for text in texts if text], dtype=np.int64)
        return rows, numbers | _KIND[kind] << _KIND_BITS

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

        words = {
            _MEANS: [word.split(GAP)[0] for word in settings.means],
            _MARK: [*settings.columns, *settings.points_back],
            # Texts stand joined by line feeds.
            _LEAD: [f"\n{word}" for word in settings.lead_ins],
            _OPENS_DETAIL: [f"\n{word}" for word in settings.details],
            _OPENS_PURPOSE: [f"\n{word}" for word in settings.purposes],
        }
        words[_MEANS] += ["在"] if settings.places else []
        words[_MEANS] += ["等"] if settings.list_ends else []
        signs: dict[str, int] = {}
        for sign, its_words in words.items():
            for word in map(fold, its_words):
                signs[word] = signs.get(word, 0) | sign
        self._values = np.array(list(signs.values()), dtype=np.int64)
        self._automaton = ahocorasick_rs.AhoCorasick(list(signs))

    def of(self, texts: list[str]) -> np.ndarray:
        """Signs found in each text, shape (n_texts,)."""
        signs = np.zeros(len(texts), dtype=np.int64)
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


def _any_of(words: Iterable[str]) -> str:
    """Write an expression that matches the longest of some words."""
    folded = sorted(map(fold, words), key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, folded)) or _NEVER

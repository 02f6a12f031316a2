"""Tasks to the pieces of text that carry their obligations."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from govopen_analytics.base.text import fold
from govopen_analytics.coding.codebook import CLAUSE_ENDS, GAP, CodingSettings
from govopen_analytics.coding.features import fold_many

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
        Distinct, without what merely names a means.
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


def split_sentences(text: str) -> list[str]:
    """Split folded text at the marks that end a sentence.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
        Without blank ones.
    """
    return [part for part in re.split(r"[。;!?\n]", text) if part.strip()]


def split_clauses(sentence: str, settings: CodingSettings) -> list[str]:
    """Split a folded sentence into clauses that may be obligations.

    Parameters
    ----------
    sentence : str
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
    return _joined(
        [
            (part, part.startswith(leads) and column.search(part) is None)
            for part in parts
            if part
        ]
    )


def _joined(parts: Iterable[tuple[str, bool]]) -> list[str]:
    """Join parts that are short, or lead in, with the one behind them."""
    clauses, waiting = [], ""
    for part, leads_in in parts:
        waiting = f"{waiting},{part}" if waiting else part
        if leads_in or len(part) < _LEAST_CLAUSE:
            continue
        clauses.append(waiting)
        waiting = ""
    if waiting:
        clauses[-1:] = [",".join([*clauses[-1:], waiting])]
    return clauses


@lru_cache(maxsize=16)
def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold, words))


def mark_shared_titles(tasks: pd.DataFrame) -> pd.DataFrame:
    """Mark a title that several tasks of a document share as carried down.

    A table says so of the later rows only, but the title names the group, and
    the first row is no more bound to it than the others.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)

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

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)

    Yields
    ------
    TaskText
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
        content = text[len(title) :].strip()
        yield TaskText(title, is_inherited, content, section, chapter)


def _column(tasks: pd.DataFrame, name: str) -> list[str]:
    if name not in tasks.columns or tasks.empty:
        return [""] * len(tasks)
    texts = tasks[name].fillna("").astype(str).tolist()
    return [text.strip() for text in fold_many(texts)]


def split_tasks(tasks: pd.DataFrame, settings: CodingSettings) -> Pieces:
    """Split tasks into pieces.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
    settings : CodingSettings
        Says which words open a means, and what a column is.

    Returns
    -------
    Pieces
        None for a task without text.
    """
    splitter = _Splitter(settings)
    found: list[int] = []
    counts = np.zeros(len(tasks), dtype=np.int64)
    for row, task in enumerate(read_tasks(tasks)):
        if task.title or task.content:
            pieces = splitter.pieces(task)
            found += pieces
            counts[row] = len(pieces)
    pieces = np.array(found, dtype=np.int64)
    rows = np.repeat(np.arange(len(tasks)), counts)
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


class _Splitter:
    """Splits tasks, each distinct sentence, part and clause once."""

    def __init__(self, settings: CodingSettings) -> None:
        self.settings = settings
        self.texts: list[str] = []
        self.numbers: dict[str, int] = {}
        self.vague = re.compile("|".join(settings.vague_titles) or r"(?!)")
        self.leads = _folded(settings.lead_ins)
        self.opens_detail = _folded(settings.details) or ("\0",)
        self.opens_purpose = _folded(settings.purposes) or ("\0",)
        self.points_back = _points_back(settings.points_back)
        self.column = column_expression(settings)
        places = [place for place in settings.places if len(place) > 1]
        self.channel = re.compile(_either([*places, *settings.columns]) or r"(?!)")
        self.column_name = re.compile(
            f"({_either(settings.column_verbs)})[^,]{{1,30}}?({_either(settings.columns)})"
        )
        self.publishing = _publishing_expression(settings)
        self.nouns = re.compile(_either(settings.means_nouns) or r"(?!)")
        self.means, self.marks = _triggers(settings)
        self.of_sentence: dict[str, list[int]] = {}
        self.of_part: dict[str, tuple[str, int]] = {}
        self.of_clause: dict[str, int] = {}
        self.of_title: dict[str, int] = {}
        self.does_publish: dict[int, bool] = {}

    def pieces(self, task: TaskText) -> list[int]:
        content = self._content(task.content) if task.content else []
        found = content
        if task.title:
            # Without content the title is all there is to code.
            is_context = task.is_title_inherited or self.vague.search(task.title)
            kind = "inherited_title" if content and is_context else "title"
            if not content:
                # All obligations stand in the title; a single one stands there
                # already.
                content = self._content(task.title)
                content = content if len(content) > 1 else []
            found = [self._title(task.title) | _KIND[kind] << _KIND_BITS, *content]
        for kind, text in (("section", task.section), ("chapter", task.chapter)):
            if text:
                number = self._title(text) >> _TEXT_BITS
                found = [*found, number << _TEXT_BITS | _KIND[kind] << _KIND_BITS]
        return found

    def _content(self, text: str) -> list[int]:
        found: list[int] = []
        for sentence in text.translate(_SENTENCE_ENDS).split("。"):
            pieces = self.of_sentence.get(sentence)
            if pieces is None:
                pieces = self.of_sentence[sentence] = self._sentence(sentence)
            found += pieces
        return found

    def _sentence(self, sentence: str) -> list[int]:
        """Clauses, as ``split_clauses`` cuts them, without means."""
        found: list[int] = []
        waiting = last = ""
        n_chars = 0
        for part in sentence.split(","):
            known = self.of_part.get(part)
            if known is None:
                known = self.of_part[part] = self._part(part)
            text, piece = known
            n_chars += len(text)
            if waiting:
                text = f"{waiting},{text}" if text else waiting
                piece = self._clause(text) if piece >= 0 else piece
            if piece < 0:
                waiting = text
            else:
                found.append(piece)
                waiting, last = "", text
        if n_chars < _LEAST_CHARS:
            return [self._clause(c) for c in split_clauses(sentence, self.settings)]
        if waiting and found:
            found[-1] = self._clause(f"{last},{waiting}")
        elif waiting:
            found.append(self._clause(waiting))
        return found

    def _part(self, part: str) -> tuple[str, int]:
        """Text without means, and its piece; -1 if it belongs to the next part."""
        text = part.strip()
        if self.means(text):
            text = _drop_means(text, self.settings).strip()
        if len(text) < _LEAST_CLAUSE:
            return text, -1
        if text.startswith(self.leads) and not self._names_column(text):
            return text, -1
        return text, self._clause(text)

    def _clause(self, text: str) -> int:
        if text not in self.of_clause:
            has_marks = self.marks(text)
            kind = "content"
            if text.startswith(self.opens_purpose):
                kind = "purpose"
            elif text.startswith(self.opens_detail) or (
                has_marks and self.points_back.search(text)
            ):
                kind = "detail"
            piece = self._piece(text, has_marks)
            self.of_clause[text] = piece | _KIND[kind] << _KIND_BITS
        return self.of_clause[text]

    def _title(self, text: str) -> int:
        if text not in self.of_title:
            shorter = without_means(text, self.settings)
            self.of_title[text] = self._piece(shorter, self.marks(shorter))
        return self.of_title[text]

    def _names_column(self, text: str) -> bool:
        return self.marks(text) and self.column.search(text) is not None

    def _publishes(self, text: str) -> bool:
        plain = self.nouns.sub("#", text)
        return self.publishing.search(plain) is not None

    def _piece(self, text: str, has_marks: bool) -> int:
        """Number of the text with what it does with a column, without a kind."""
        flags = 0
        if has_marks and self.column.search(text):
            if self._publishes(text):
                # What is published counts, not where.
                text, flags = self.channel.sub("", text), _COLUMN | _PUBLISHES
            else:
                # What a column is named for is no object of its upkeep.
                text, flags = self.column_name.sub(r"\1\2", text), _COLUMN
        number = self.numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number << _TEXT_BITS | flags

    def publishes(self, piece: int) -> bool:
        """Say whether a piece publishes something."""
        if piece & _COLUMN:
            return bool(piece & _PUBLISHES)
        number = piece >> _TEXT_BITS
        if number not in self.does_publish:
            self.does_publish[number] = self._publishes(self.texts[number])
        return self.does_publish[number]


_SENTENCE_ENDS = str.maketrans(dict.fromkeys(";!?\n", "。"))


def _triggers(settings: CodingSettings) -> tuple[Any, Any]:
    """Say fast whether a text may hold a means, or a column or what points back.

    Most parts of a sentence hold neither, and need no expression.
    """
    means = {fold(word).split(GAP)[0] for word in settings.means}
    means |= {"在"} if settings.places else set()
    means |= {"等"} if settings.list_ends else set()
    marks = {*_folded(settings.columns), *_folded(settings.points_back)}
    return _holds(means), _holds(marks)


def _holds(words: set[str]) -> Any:
    import ahocorasick_rs

    if not words:
        return lambda text: False
    automaton = ahocorasick_rs.AhoCorasick(sorted(words))
    return lambda text: bool(automaton.find_matches_as_indexes(text))


def _either(words: Iterable[str]) -> str:
    """Write an expression that matches the longest of some words."""
    folded = sorted(map(fold, words), key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, folded))


def _points_back(words: tuple[str, ...]) -> re.Pattern:
    if not words:
        return re.compile(r"(?!)")
    return re.compile(f"(?:{_either(words)})(?:信息|内容|情况|工作|材料|事项)")


def column_expression(settings: CodingSettings) -> re.Pattern:
    """Match a column that is the object or the subject of a clause.

    Parameters
    ----------
    settings : CodingSettings

    Returns
    -------
    Pattern
    """
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
    settings : CodingSettings

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
    found = []
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
        found.append(re.compile(f"(?:{openings}){inside}{{2,60}}?(?={stop})"))
    if places and verbs:
        found.append(
            re.compile(
                f"在{inside}{{2,24}}?(?:{_either(places)})[上中内里等]*(?={verbs})"
            )
        )
    return found

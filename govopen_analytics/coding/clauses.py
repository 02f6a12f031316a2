"""Tasks to the pieces of text that carry their obligations."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

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


def split_clauses(
    sentence: str, settings: CodingSettings, obligation: re.Pattern | None = None
) -> list[str]:
    """Split a folded sentence into clauses that may be obligations.

    Parameters
    ----------
    sentence : str
    settings : CodingSettings
        Says which words open a lead-in (围绕…,) that belongs to what follows.
    obligation : Pattern, optional
        What is no lead-in, whatever it opens with (在网站开设专栏,).

    Returns
    -------
    list of str
        A lead-in, and whatever is too short to have a verb and an object,
        stands with the clause behind it.
    """
    leads = _folded(settings.lead_ins)
    clauses, waiting = [], ""
    for part in sentence.split(","):
        part = part.strip()
        if not part:
            continue
        waiting = f"{waiting},{part}" if waiting else part
        if len(part) < _LEAST_CLAUSE:
            continue
        if part.startswith(leads) and not (obligation and obligation.search(part)):
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
    texts: dict[str, int] = {}
    numbers, rows, kinds = [], [], []
    fills_column = np.zeros(len(tasks), dtype=bool)
    for row, task in enumerate(read_tasks(tasks)):
        if not (task.title or task.content):
            continue
        pieces = list(splitter.pieces(task))
        if any(piece.names_column for piece in pieces):
            fills_column[row] = any(piece.does_publish for piece in pieces)
        for text, kind, names_column, does_publish in pieces:
            if fills_column[row] and names_column and not does_publish:
                kind = _KIND["column"]
            numbers.append(texts.setdefault(text, len(texts)))
            rows.append(row)
            kinds.append(kind)
    return Pieces(
        list(texts),
        np.array(numbers, dtype=np.int64),
        np.array(rows, dtype=np.int64),
        np.array(kinds, dtype=np.int64),
        fills_column,
    )


class _Piece(NamedTuple):
    """One piece, its kind, and whether it names a column or publishes something."""

    text: str
    kind: int
    names_column: bool = False
    does_publish: bool = False


class _Splitter:
    """Splits tasks, each distinct sentence once."""

    def __init__(self, settings: CodingSettings) -> None:
        self.settings = settings
        self.vague = re.compile("|".join(settings.vague_titles) or r"(?!)")
        self.opens_detail = _folded(settings.details) or ("\0",)
        self.opens_purpose = _folded(settings.purposes) or ("\0",)
        self.points_back = _points_back(settings.points_back)
        self.column = _column_expression(settings)
        places = [place for place in settings.places if len(place) > 1]
        self.channel = re.compile(_either([*places, *settings.columns]) or r"(?!)")
        self.column_name = re.compile(
            f"({_either(settings.column_verbs)})[^,]{{1,30}}?({_either(settings.columns)})"
        )
        self.publishing = _publishing_expression(settings)
        self.nouns = re.compile(_either(settings.means_nouns) or r"(?!)")
        self.of_sentence: dict[str, list[_Piece]] = {}
        self.of_title: dict[str, _Piece] = {}

    def pieces(self, task: TaskText) -> Iterator[_Piece]:
        content = self._content(task.content)
        if task.title:
            title = self._title(task.title)
            # Without content the title is all there is to code.
            is_context = task.is_title_inherited or self.vague.search(task.title)
            kind = "inherited_title" if content and is_context else "title"
            yield title._replace(kind=_KIND[kind])
            if not content:
                # All obligations stand in the title; a single one stands there
                # already.
                content = self._content(task.title)
                content = content if len(content) > 1 else []
        yield from content
        if task.section:
            yield _Piece(self._title(task.section).text, _KIND["section"])
        if task.chapter:
            yield _Piece(self._title(task.chapter).text, _KIND["chapter"])

    def _content(self, text: str) -> list[_Piece]:
        return [
            piece
            for sentence in split_sentences(text)
            for piece in self._sentence(sentence)
        ]

    def _sentence(self, sentence: str) -> list[_Piece]:
        if sentence not in self.of_sentence:
            shorter = without_means(sentence, self.settings)
            self.of_sentence[sentence] = [
                self._piece(clause)
                for clause in split_clauses(shorter, self.settings, self.column)
            ]
        return self.of_sentence[sentence]

    def _title(self, text: str) -> _Piece:
        if text not in self.of_title:
            piece = self._piece(without_means(text, self.settings))
            self.of_title[text] = piece
        return self.of_title[text]

    def _piece(self, text: str) -> _Piece:
        kind = "content"
        if text.startswith(self.opens_purpose):
            kind = "purpose"
        elif text.startswith(self.opens_detail) or self.points_back.search(text):
            kind = "detail"
        names_column = self.column.search(text) is not None
        plain = self.nouns.sub("#", text) if self.settings.columns else ""
        does_publish = self.publishing.search(plain) is not None
        if names_column and does_publish:
            # What is published counts, not where.
            text = self.channel.sub("", text)
        elif names_column:
            # What a column is named for is no object of its upkeep.
            text = self.column_name.sub(r"\1\2", text)
        return _Piece(text, _KIND[kind], names_column, does_publish)


def _either(words: Iterable[str]) -> str:
    """Write an expression that matches the longest of some words."""
    folded = sorted(map(fold, words), key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, folded))


def _points_back(words: tuple[str, ...]) -> re.Pattern:
    if not words:
        return re.compile(r"(?!)")
    return re.compile(f"(?:{_either(words)})(?:信息|内容|情况|工作|材料|事项)")


def _column_expression(settings: CodingSettings) -> re.Pattern:
    """Match a column that is the object or the subject of a clause."""
    if not settings.columns or not settings.column_verbs:
        return re.compile(r"(?!)")
    columns, verbs = _either(settings.columns), _either(settings.column_verbs)
    fills = _either(settings.publishing) or r"(?!)"
    return re.compile(
        f"(?:{verbs})[^,]{{0,30}}?(?<!公开)(?:{columns})"
        f"|(?:{columns})(?:要|应|须|需|内|的)?(?:设置|建设|集中|逐项|动态|{fills})"
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
    shorter = text
    for expression in _means_expressions(
        settings.means, settings.means_ends, settings.means_nouns, settings.places
    ):
        shorter = expression.sub("", shorter)
    if settings.list_ends and "等" in shorter:
        shorter = _list_expression(settings.list_ends).sub("等", shorter)
    shorter = shorter.strip(",")
    return shorter if len(shorter) >= _LEAST_CHARS else text


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

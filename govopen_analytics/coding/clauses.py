"""Tasks to the pieces of text that carry their obligations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from govopen_analytics.base.text import fold
from govopen_analytics.coding.codebook import CLAUSE_ENDS, GAP, CodingSettings
from govopen_analytics.coding.features import fold_many

#: Kinds of pieces.
KINDS = ("title", "inherited_title", "content", "purpose", "section", "chapter")

# A piece of which a means leaves less than this keeps the means.
_LEAST_CHARS = 4
# A verb and an object take at least this many characters: 加强政策解读.
_LEAST_CLAUSE = 6


class TaskText(NamedTuple):
    """What is read of one task, folded and stripped."""

    title: str
    is_title_inherited: bool
    content: str
    section: str
    chapter: str


@dataclass(frozen=True)
class Pieces:
    """The pieces of some tasks: title, sentences of the content, headings.

    Attributes
    ----------
    texts : list of str, length n_pieces
        Without what merely names a means.
    rows : ndarray of int, shape (n_pieces,)
        Position of the task each piece belongs to.
    kinds : ndarray of int, shape (n_pieces,)
        Position in ``KINDS``.
    """

    texts: list[str]
    rows: np.ndarray
    kinds: np.ndarray

    def of_kind(self, *names: str) -> np.ndarray:
        """Say which pieces are of these kinds."""
        return np.isin(self.kinds, [KINDS.index(name) for name in names])


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
        stands with the clause behind it.
    """
    leads = _folded(settings.lead_ins)
    clauses, waiting = [], ""
    for part in sentence.split(","):
        part = part.strip()
        if not part:
            continue
        waiting = f"{waiting},{part}" if waiting else part
        if len(part) < _LEAST_CLAUSE or part.startswith(leads):
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
        Says which words open a means.

    Returns
    -------
    Pieces
        None for a task without text.
    """
    texts, rows, kinds = [], [], []
    for row, task in enumerate(read_tasks(tasks)):
        if not (task.title or task.content):
            continue
        for kind, text in _pieces(task, settings):
            texts.append(without_means(text, settings))
            rows.append(row)
            kinds.append(KINDS.index(kind))
    return Pieces(texts, np.array(rows, dtype=np.int64), np.array(kinds, dtype=int))


def _pieces(task: TaskText, settings: CodingSettings) -> Iterator[tuple[str, str]]:
    purposes = _folded(settings.purposes)
    sentences = split_sentences(task.content)
    if task.title:
        # Without content the inherited title is all there is to code.
        carried = task.is_title_inherited and sentences
        yield "inherited_title" if carried else "title", task.title
    if task.title and not sentences:
        # All obligations stand in the title; a single one stands there already.
        sentences = split_sentences(task.title)
        if len(sentences) == 1 and len(split_clauses(sentences[0], settings)) == 1:
            sentences = []
    for sentence in sentences:
        for clause in split_clauses(sentence, settings):
            is_purpose = clause.startswith(purposes)
            yield "purpose" if is_purpose else "content", clause
    if task.section:
        yield "section", task.section
    if task.chapter:
        yield "chapter", task.chapter


def without_means(text: str, settings: CodingSettings) -> str:
    """Drop what merely names a means, such as 通过政府网站等渠道.

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
    expression = _means_expression(settings.means, settings.means_ends)
    if expression is None:
        return text
    shorter = expression.sub("", text)
    return shorter if len(shorter) >= _LEAST_CHARS else text


@lru_cache(maxsize=8)
def _means_expression(
    means: tuple[str, ...], ends: tuple[str, ...]
) -> re.Pattern | None:
    """Match from an opening word to the clause's end or the obligation's verb."""
    if not means:
        return None
    within = f"[^{re.escape(CLAUSE_ENDS)}]"
    openings = "|".join(
        f"{within}{{2,40}}?".join(map(re.escape, fold(word).split(GAP)))
        for word in means
    )
    verbs = "|".join(re.escape(fold(word)) for word in ends)
    stop = f"$|[{re.escape(CLAUSE_ENDS)}]" + (f"|{verbs}" if verbs else "")
    return re.compile(f"(?:{openings}){within}{{2,60}}?(?={stop})")

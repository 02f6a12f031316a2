"""What the coders learn from, and which tasks repeat it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from govopen_analytics.base.text import fold
from govopen_analytics.coding.clauses import KINDS, split_tasks
from govopen_analytics.coding.codebook import GAP, Codebook, per_codebook
from govopen_analytics.coding.features import code_points, fold_many, plain_texts

#: A task repeats a plan where this share of its runs of characters stands in it.
LEAST_REPEATED = 0.8
# Length of the runs, a power of two, and the fewest that tell anything: headings are
# common to all.
_RUN = 8
_LEAST_RUNS = 3
# Of the runs every fourth is looked at, chosen by its own number.
_SAMPLED = np.uint64(3)
_ODD = np.array([0x9E3779B97F4A7C15], dtype=np.uint64)


class LeftOut(NamedTuple):
    """What a model must not have seen: reference documents, fields of training."""

    documents: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


#: The model has seen everything.
NOTHING = LeftOut()
#: Label of a task that has no theme.
UNCLASSIFIED = "unclassified"


class TrainingTexts(NamedTuple):
    """Texts in pieces, the class of each and its weight."""

    pieces: list[list[str]]
    classes: list[int]
    weights: list[float]


def training_tasks(codebook: Codebook, left_out: LeftOut = NOTHING) -> pd.DataFrame:
    """Collect coded tasks: written for the codebook, and its reference codings.

    Columns: ``task_id``, ``group`` (the field, or the document), ``text``, ``title``,
    ``content``, ``section``, ``chapter``, ``is_title_inherited``, and ``theme_ids``
    (list; empty for nothing in the codebook).
    """
    written, reference = codebook.training, codebook.reference
    written = written.loc[~written["field"].isin(left_out.fields)]
    reference = reference.loc[~reference["document_id"].isin(left_out.documents)]
    written = written.assign(
        task_id=[f"written-{number:05d}" for number in written.index],
        group=written["field"],
        section="",
        chapter="",
        is_title_inherited=False,
    )
    reference = reference.assign(
        task_id=[f"{r.document_id}-{r.ordinal:03d}" for r in reference.itertuples()],
        group=reference["document_id"],
    )
    columns = ["task_id", "group", "title", "content", "section", "chapter"]
    columns += ["is_title_inherited", "theme_ids"]
    parts = [part[columns] for part in (written, reference) if len(part)]
    if not parts:
        return pd.DataFrame(columns=[*columns, "text"])
    table = pd.concat(parts, ignore_index=True)
    texts = [
        "\n".join(filter(None, [row.title, row.content])) for row in table.itertuples()
    ]
    return table.assign(text=texts)


def lay_out_texts(
    codebook: Codebook,
    tasks: pd.DataFrame,
    weights: Sequence[float] | np.ndarray | None = None,
) -> TrainingTexts:
    """Lay out coded tasks, with the codebook's examples, for the linear model.

    The class of a theme is its place in the codebook; the last class is no theme. Of a
    task with its ``theme_ids`` are learned its clauses, its title and, where it has one
    theme at most, each clause by itself (nobody said which clause of a task with
    several themes has which).
    """
    numbers = {theme: i for i, theme in enumerate(codebook.theme_ids)}
    texts_to_learn = TrainingTexts([], [], [])

    def add(pieces: list[str], theme_ids: Sequence[str], weight: float) -> None:
        if pieces:
            texts_to_learn.pieces.append(pieces)
            texts_to_learn.classes.append(
                numbers[theme_ids[0]] if len(theme_ids) else len(numbers)
            )
            texts_to_learn.weights.append(weight)

    examples = [(example.text, example.theme_ids) for example in codebook.examples]
    if not examples:
        # A bare codebook still has its words to learn from.
        examples = [
            (keyword.folded.replace(GAP, ""), (keyword.theme_id,))
            for keyword in codebook.keywords
        ]
    texts = pd.DataFrame({"text": [text for text, _ in examples], "title": ""})
    for pieces, (_, theme_ids) in zip(
        _pieces_by_task(texts, codebook), examples, strict=True
    ):
        add([text for _, text in pieces], theme_ids, 1.0)
    weights = np.ones(len(tasks)) if weights is None else weights
    for pieces, theme_ids, weight in zip(
        _pieces_by_task(tasks, codebook), tasks["theme_ids"], weights, strict=True
    ):
        clauses = [
            text
            for kind, text in pieces
            if kind in ("content", "column", "detail", "purpose")
        ]
        titles = [text for kind, text in pieces if kind == "title"]
        carried = [text for kind, text in pieces if kind == "inherited_title"]
        add(clauses or titles or carried, theme_ids, weight)
        if clauses:
            add(titles, theme_ids, weight)
        if len(theme_ids) <= 1 and len(clauses) > 1:
            for clause in clauses:
                add([clause], theme_ids, weight / 2)
    return texts_to_learn


def _pieces_by_task(
    tasks: pd.DataFrame, codebook: Codebook
) -> list[list[tuple[str, str]]]:
    """Kind and text of the pieces of each task."""
    pieces = split_tasks(tasks, codebook.settings)
    by_task: list[list[tuple[str, str]]] = [[] for _ in range(len(tasks))]
    for row, kind, number in zip(
        pieces.rows.tolist(),
        pieces.kinds.tolist(),
        pieces.numbers.tolist(),
        strict=True,
    ):
        by_task[row].append((KINDS[kind], pieces.texts[number]))
    return by_task


# What was seen --------------------------------------------------------------------


def seen_documents(tasks: pd.DataFrame, codebook: Codebook) -> list[frozenset[str]]:
    """Say which reference documents each task's document repeats.

    A document is known by its text, whatever it is called and in whatever format,
    width, blanks or marks it comes: one near-duplicate task is enough. Without a
    ``document_id`` each task stands for itself.
    """
    names, runs, owners = _reference_runs(codebook)
    if not names or tasks.empty:
        return [frozenset()] * len(tasks)
    rows, task_runs = _runs(fold_many(plain_texts(tasks["text"])))
    totals = np.bincount(rows, minlength=len(tasks))
    places = np.searchsorted(runs, task_runs)
    places[places == len(runs)] = 0
    is_known = runs[places] == task_runs
    n_shared = [
        np.bincount(rows[is_known][is_in_document], minlength=len(tasks))
        for is_in_document in owners[places[is_known]].T
    ]
    least = np.maximum(totals, 1) * LEAST_REPEATED
    repeated = (np.array(n_shared) >= least).T & (totals >= _LEAST_RUNS)[:, None]
    if "document_id" in tasks.columns:
        documents = pd.factorize(tasks["document_id"].astype(object))[0]
        whole = np.zeros((documents.max() + 2, len(names)), dtype=bool)
        np.logical_or.at(whole, documents, repeated)
        repeated = whole[documents]
    rows, numbers = np.unique(repeated, axis=0, return_inverse=True)
    sets = [frozenset(np.array(names, dtype=object)[row]) for row in rows]
    return [sets[number] for number in numbers.tolist()]


@per_codebook
def _reference_runs(codebook: Codebook) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names of the reference documents, their runs, and whose each run is."""
    rows = codebook.reference
    names = sorted(rows["document_id"].unique())
    texts = [fold(f"{row.title}\n{row.content}") for row in rows.itertuples()]
    owner = np.searchsorted(names, rows["document_id"].to_numpy(dtype=str))
    places, document_runs = _runs([text.replace("\n", "") for text in texts])
    runs, numbers = np.unique(document_runs, return_inverse=True)
    owners = np.zeros((len(runs), max(len(names), 1)), dtype=bool)
    if len(runs):
        owners[numbers, owner[places]] = True
    return names, runs, owners


def _runs(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Row and number of each run of letters, marks and blanks left out."""
    codes = code_points(texts)
    rows = np.cumsum(codes == ord("\n")) - 1
    kept = _is_letter()[codes]
    codes, rows = codes[kept].astype(np.uint64), rows[kept]
    if len(codes) < _RUN:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    n = len(codes) - _RUN + 1
    # Numbers of two letters make those of four, and so on.
    numbers, length, factor = codes, 1, _ODD
    while length < _RUN:
        numbers = numbers[:-length] * factor + numbers[length:]
        length, factor = 2 * length, factor * factor
    within = np.flatnonzero(numbers >> np.uint64(32) & _SAMPLED == 0)
    within = within[rows[within] == rows[within + _RUN - 1]]
    return rows[:n][within], numbers[within]


@lru_cache(maxsize=1)
def _is_letter() -> np.ndarray:
    """Whether each code point is a letter or a digit."""
    table = np.ones(0x110000, dtype=bool)
    table[:0x10000] = [chr(code).isalnum() for code in range(0x10000)]
    return table

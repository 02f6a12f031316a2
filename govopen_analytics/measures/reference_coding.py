"""The codings that come with a codebook, and what every coder makes of their tasks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import CodebookError
from govopen_analytics.base.text import fold
from govopen_analytics.coding.assign import CODERS, assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.features import fold_many
from govopen_analytics.coding.keywords import keyword_scores
from govopen_analytics.coding.reference_files import read_reference
from govopen_analytics.coding.tfidf import theme_profiles
from govopen_analytics.measures.coded_tasks import BOTH, REFERENCE

#: Stands beside the codings of a codebook and says who made them.
CODERS_FILE = "reference_coders.csv"

_CODER_KINDS = ("human", "language_model", "adjudicated", "automatic", "unknown")
_CODER_COLUMNS = ["coder", "kind", "is_expert_checked", "note_zh", "note_en"]
# Of both scores a further theme needs a third, as with keywords alone.
_LEAST_JOINT_SHARE = 0.33


def reference_tasks(codebook: Codebook) -> pd.DataFrame:
    """Lay out the tasks that the reference codings of a codebook were made on.

    Returns
    -------
    DataFrame, shape (n_tasks, 9)
        ``task_id``, ``document_id``, ``ordinal``, ``chapter``, ``section``,
        ``title``, ``is_title_inherited``, ``content`` and ``text``, sorted.

    Raises
    ------
    CodebookError
        If the codebook has no reference codings.
    """
    rows = codebook.reference.drop(columns="theme_ids")
    if rows.empty:
        raise CodebookError(
            f"Codebook {codebook.name} {codebook.version}: found no reference "
            "codings, expected some to judge coders by; code a sample of tasks and "
            "name the files under 'reference'"
        )
    texts = [
        "\n".join(part for part in (row.title, row.content) if part)
        for row in rows.itertuples()
    ]
    task_ids = [f"{row.document_id}-{row.ordinal:03d}" for row in rows.itertuples()]
    return rows.assign(task_id=task_ids, text=texts).sort_values(
        ["document_id", "ordinal"], ignore_index=True
    )


def coder_notes(codebook: Codebook) -> pd.DataFrame:
    """Say who made each coding that comes with a codebook.

    Returns
    -------
    DataFrame, shape (n_coders, 5)
        ``coder``, ``kind`` ("human", "language_model", "adjudicated" or
        "unknown"), ``is_expert_checked``, ``note_zh``, ``note_en``. A coder the
        file does not name is "unknown".

    Raises
    ------
    CodebookError
        If the file lacks a column or holds an unknown kind.
    """
    names = _reference_coders(codebook)
    notes = pd.DataFrame(columns=_CODER_COLUMNS)
    if names:
        path = codebook.reference_paths[1].with_name(CODERS_FILE)
        notes = _read_coder_notes(path) if path.is_file() else notes
    table = notes.set_index("coder").reindex(names).rename_axis("coder").reset_index()
    table["kind"] = table["kind"].fillna("unknown")
    table["is_expert_checked"] = table["is_expert_checked"] == "true"
    return table.fillna({"note_zh": "", "note_en": ""})


def _read_coder_notes(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    for name in _CODER_COLUMNS:
        if name not in table:
            raise CodebookError(
                f"{path}: found the columns {', '.join(table)}, expected also '{name}'"
            )
    for number, kind in enumerate(table["kind"], start=2):
        if kind not in _CODER_KINDS:
            raise CodebookError(
                f"{path}, line {number}, kind: found {kind!r}, expected one of "
                f"{', '.join(_CODER_KINDS)}"
            )
    return table[_CODER_COLUMNS]


def _reference_coders(codebook: Codebook) -> list[str]:
    if not codebook.reference_paths:
        return []
    table = pd.read_csv(codebook.reference_paths[1], dtype=str, encoding="utf-8-sig")
    return sorted(table["coder"].dropna().unique())


def reference_assignments(
    tasks: pd.DataFrame, codebook: Codebook, *, coders: Sequence[str] = (REFERENCE,)
) -> pd.DataFrame:
    """Turn the codings that come with a codebook into assignments.

    Codings and tasks are matched by ``document_id`` and ``ordinal``. ``score`` is
    empty: people gave none.
    """
    keys = tasks["document_id"], tasks["ordinal"].astype(int)
    task_ids = dict(zip(zip(*keys, strict=True), tasks["task_id"], strict=True))
    rows = []
    for coder in coders:
        codings = read_reference(
            *codebook.reference_paths, theme_ids=codebook.theme_ids, coder=coder
        )
        rows += [
            (task_id, theme, coder, rank, codebook.version)
            for coding in codings.itertuples()
            if (task_id := task_ids.get((coding.document_id, coding.ordinal)))
            for rank, theme in enumerate(coding.theme_ids, start=1)
        ]
    columns = ["task_id", "theme_id", "coder", "rank", "codebook_version"]
    table = pd.DataFrame(rows, columns=columns)
    return schemas.to_schema(
        table.sort_values(["coder", "task_id", "rank"]), "theme_assignments"
    )


def all_codings(tasks: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Collect the codings of every coder: automatic, independent, reference."""
    people = reference_assignments(tasks, codebook, coders=_reference_coders(codebook))
    automatic = [assign_themes(tasks, codebook, coder=coder) for coder in CODERS]
    both = _keyword_and_tfidf_assignments(tasks, codebook)
    return pd.concat([people, *automatic, both], ignore_index=True)


def _keyword_and_tfidf_assignments(
    tasks: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Code by keywords and TF-IDF together, each as a share of its own total.

    The highest mean share wins; a further theme needs a third. It exists to show
    what the two add to each other.
    """
    rows = []
    reference = codebook.reference
    for document_id, plan in tasks.groupby("document_id"):
        others = reference.loc[reference["document_id"] != document_id]
        profiles = theme_profiles(
            codebook,
            [
                (fold("\n".join(filter(None, [row.title, row.content]))), row.theme_ids)
                for row in others.itertuples()
            ],
        )
        texts = fold_many(plan["text"].fillna(""))
        shares = _row_shares(keyword_scores(texts, codebook))
        shares = (shares + _row_shares(profiles.similarities(texts))) / 2
        for task_id, row in zip(plan["task_id"], shares, strict=True):
            # Stable, so that of equal shares the first theme of the codebook wins.
            first, *further = np.argsort(-row, kind="stable")
            chosen = [first, *(t for t in further if row[t] >= _LEAST_JOINT_SHARE)]
            rows += [
                (task_id, codebook.theme_ids[theme], rank, round(float(row[theme]), 4))
                for rank, theme in enumerate(chosen, start=1)
                if row[first] > 0
            ]
    table = pd.DataFrame(rows, columns=["task_id", "theme_id", "rank", "score"])
    table = table.assign(coder=BOTH, codebook_version=codebook.version)
    return schemas.to_schema(
        table.sort_values(["task_id", "rank"]), "theme_assignments"
    )


def _row_shares(scores: np.ndarray) -> np.ndarray:
    totals = scores.sum(axis=1, keepdims=True)
    return scores / np.where(totals > 0, totals, 1)

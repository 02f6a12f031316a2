"""Why a task has its themes, or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SchemaError, choices
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.clauses import KINDS, mark_shared_titles
from govopen_analytics.coding.codebook import Codebook, load_codebook
from govopen_analytics.coding.coders import by_unseen_documents, linear_model
from govopen_analytics.coding.combined import (
    coder_weights,
    primary_chances,
    task_evidence,
)
from govopen_analytics.coding.keywords import (
    check_tasks,
    keyword_in_context,
    keyword_matches,
)


@dataclass(frozen=True)
class Explanation:
    """Why a task has its themes, or none.

    Attributes
    ----------
    assignments : DataFrame
        The task's ``theme_assignments``.
    pieces : DataFrame, shape (n_pieces, 4)
        Each piece of the task: ``kind``, ``text`` (folded, means left out),
        ``theme_id`` it speaks for most, ``share`` of its evidence (0-1).
    matches : DataFrame
        Keywords found in the task, in context.
    text : str
        The task's text.
    likeliest_theme_id : str
        The theme with the greatest chance, whether given or not; empty if nothing
        speaks for any.
    likeliest_score, least_score : float
        Its chance, and the threshold below which a task stays unclassified (0-1).
    """

    task_id: str
    assignments: pd.DataFrame
    pieces: pd.DataFrame
    matches: pd.DataFrame
    text: str
    likeliest_theme_id: str
    likeliest_score: float
    least_score: float
    codebook: Codebook

    def __repr__(self) -> str:
        from govopen_analytics.coding.explanation_text import explanation_text

        return explanation_text(self, self.codebook)

    def _repr_html_(self) -> str:
        from govopen_analytics.coding.explanation_text import (
            evidence_table,
            marked_text,
        )

        table = evidence_table(self, self.codebook).to_html(index=False, escape=True)
        return f"<p>{marked_text(self, self.codebook)}</p>{table}"


def explain(
    task: str | Mapping[str, Any] | pd.Series | pd.DataFrame,
    tasks: Any = None,
    codebook: Codebook | None = None,
) -> Explanation:
    """Say why the combined coder gives a task its themes, or none.

    Parameters
    ----------
    task : str, mapping, Series or DataFrame
        What is at hand: the id of a task of `tasks`; without `tasks`, a text, or a
        row of a tasks table (a Series, a table of one row, or a mapping with
        ``text``, or with ``title`` and ``content``).
    tasks : DataFrame or Corpus, optional
        Holds the task. A title that several rows share then counts as carried down.
    codebook : Codebook, optional
        The shipped one by default.

    Raises
    ------
    SchemaError
        If `tasks` does not hold the task, or a row has no text.
    """
    codebook = codebook or load_codebook()
    if tasks is not None:
        row = _row_of(task, getattr(tasks, "tasks", tasks))
    else:
        row = _row_at_hand(task)
    [(left_out, _)] = by_unseen_documents(row, codebook)
    evidence = task_evidence(row, codebook, linear_model(codebook, left_out))
    weights = coder_weights(codebook)
    chances = primary_chances(evidence, weights)[0, :-1]
    shares = evidence.piece_shares()
    theme_ids = np.array(codebook.theme_ids, dtype=object)
    pieces = pd.DataFrame(
        {
            "kind": [KINDS[kind] for kind in evidence.pieces.kinds],
            "text": [evidence.pieces.texts[n] for n in evidence.pieces.numbers],
            "theme_id": theme_ids[shares.argmax(axis=1)],
            "share": shares.max(axis=1).round(3),
        }
    )
    text = row["text"].iloc[0]
    return Explanation(
        task_id=row["task_id"].iloc[0],
        assignments=assign_themes(row, codebook, left_out=left_out),
        pieces=pieces,
        matches=keyword_in_context(row, keyword_matches(row, codebook)),
        text="" if pd.isna(text) else text,
        likeliest_theme_id=theme_ids[chances.argmax()] if chances.any() else "",
        likeliest_score=float(chances.max()),
        least_score=weights["least_score"],
        codebook=codebook,
    )


def _row_of(task: Any, tasks: pd.DataFrame) -> pd.DataFrame:
    check_tasks(tasks)
    task_id = task if isinstance(task, str) else _row_at_hand(task)["task_id"].iloc[0]
    marked = mark_shared_titles(tasks)
    row = marked.loc[marked["task_id"] == task_id]
    if row.empty:
        raise SchemaError(
            "tasks", f"unknown task_id: {choices(task_id, tasks['task_id'])}"
        )
    return row


def _row_at_hand(task: Any) -> pd.DataFrame:
    """Lay a text, a row or a mapping out as a table of one task."""
    if isinstance(task, pd.DataFrame):
        if len(task) != 1:
            raise SchemaError("tasks", f"found {len(task)} rows, expected one task")
        task = task.iloc[0]
    if isinstance(task, str):
        task = {"text": task}
    if not isinstance(task, Mapping | pd.Series):
        raise SchemaError(
            "tasks",
            f"found {type(task).__name__}, expected a text, a row, a mapping, or the "
            "id of a task with the tasks or corpus that hold it",
        )
    values = {k: v for k, v in dict(task).items() if isinstance(v, list) or pd.notna(v)}
    parts = [values.get(name) for name in ("title", "content")]
    values.setdefault("text", "\n".join(part for part in parts if part))
    values.setdefault("task_id", "task")
    if not str(values["text"]).strip():
        raise SchemaError(
            "tasks",
            f"found a row with {', '.join(map(str, values))}, expected 'text', or "
            "'title' and 'content'",
        )
    kept = ["task_id", "document_id", "title", "is_title_inherited", "text"]
    kept += ["section", "chapter"]
    return pd.DataFrame([{name: values[name] for name in kept if name in values}])

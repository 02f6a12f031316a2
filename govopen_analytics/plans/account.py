"""The account of one file: its tasks, what each character is, what to look at."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from govopen_analytics.base.remarks import Remark
from govopen_analytics.plans import accounted_share, task_share
from govopen_analytics.plans.corpus import read_document, task_rows
from govopen_analytics.plans.document import Span
from govopen_analytics.plans.plan_or_not import Judgement

# Roles of characters that reach a field of a task.
TASK_ROLES = (
    "ordinal",
    "title",
    "content",
    "lead_units",
    "support_units",
    "deadline",
    "progress",
    "note",
    "score",
    "criteria",
    "basis",
    "form",
    "category",
)


@dataclass(frozen=True)
class Account:
    """What became of a file.

    Attributes
    ----------
    n_tasks : int
        Number of tasks.
    verdict : str or None
        Why there are none, if there are none.
    layout : str
        Layout the tasks were recognised in.
    accounted_share : float
        Share of the non-blank characters whose role is known (0-1).
    roles : DataFrame, shape (n_roles, 5)
        One row a role: ``role``, ``is_task_field``, ``n_spans``, ``n_chars`` and
        ``share`` of the non-blank characters.
    remainder : DataFrame, shape (n_spans, 4)
        Every stretch that reached no task: ``role``, ``start_char``,
        ``end_char``, ``text``.
    remarks : list of Remark
        What a person should look at.
    task_share : float
        Share of the non-blank characters that stand in tasks (0-1).
    tasks : DataFrame, shape (n_tasks, ...)
        The tasks, with the columns of the ``tasks`` table.
    inferred : dict of str to str or int
        What was read of the document itself, by field.
    judgement : Judgement
        The evidence on whether it is a plan.
    text : str
        The stored text.
    spans : list of (int, int, str, int or None)
        Start, end, role and task of every stretch of it.
    """

    n_tasks: int
    verdict: str | None
    layout: str
    accounted_share: float
    roles: pd.DataFrame
    remainder: pd.DataFrame
    remarks: list[Remark]
    task_share: float
    tasks: pd.DataFrame
    inferred: dict[str, str | int]
    judgement: Judgement
    text: str
    spans: list[Span]


def account_for(path: str | Path) -> Account:
    """Read a file and say what became of every character of it.

    Raises ``ReadError`` if the file cannot be read.
    """
    source, found = read_document(path)
    spans = pd.DataFrame(
        [(role, start, end, end - start) for start, end, role, _ in found.spans],
        columns=["role", "start_char", "end_char", "n_chars"],
    )
    roles = spans.groupby("role", as_index=False).agg(
        n_spans=("n_chars", "size"), n_chars=("n_chars", "sum")
    )
    roles["share"] = roles["n_chars"] / max(int(spans["n_chars"].sum()), 1)
    roles.insert(1, "is_task_field", roles["role"].isin(TASK_ROLES))
    roles = roles.sort_values(["is_task_field", "n_chars"], ascending=False)
    rest = spans[~spans["role"].isin(TASK_ROLES)].drop(columns="n_chars")
    rest["text"] = [
        source.text[start:end]
        for start, end in zip(rest["start_char"], rest["end_char"], strict=True)
    ]
    return Account(
        n_tasks=len(found.tasks),
        verdict=found.verdict,
        layout=found.layout,
        accounted_share=accounted_share(found.spans),
        roles=roles.reset_index(drop=True),
        remainder=rest.reset_index(drop=True),
        remarks=found.remarks,
        task_share=task_share(found.spans),
        tasks=pd.DataFrame(
            task_rows(Path(path).stem, source.text, found, found.metadata.year)
        ),
        inferred={
            name: getattr(found.metadata, name) for name in found.metadata.inferred
        },
        judgement=found.judgement,
        text=source.text,
        spans=found.spans,
    )

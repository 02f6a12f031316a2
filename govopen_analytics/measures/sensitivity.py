"""Whether the main comparisons hold with another coder, or plans cut otherwise."""

from collections.abc import Mapping, Sequence

import pandas as pd

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.differences import theme_differences
from govopen_analytics.measures.intervals import competition_ranks
from govopen_analytics.measures.shares import theme_shares

#: Ways to cut a plan: as it is, tasks under one title as one, each theme a task.
CUTS = ("tasks", "titles", "themes")


def share_sensitivity(
    tables: Tables,
    codings: Mapping[str, pd.DataFrame],
    *,
    by: str | Sequence[str] = ("agency",),
    n_permutations: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Repeat the main comparison for each coder and each way to cut the plans.

    A result that changes with the coder, or with how finely a plan is cut into
    tasks, says more of these than of the agencies [1]_.

    Parameters
    ----------
    tables : Tables
        As in ``theme_shares``; ``tasks.title`` says which tasks belong together.
    codings : mapping of str to DataFrame
        ``theme_assignments`` by the name of their coder.
    by, n_permutations, seed
        As in ``theme_differences``.

    Returns
    -------
    DataFrame, shape (n_coders * 3 * n_themes, 8)
        ``coder``, ``cut`` ("tasks" as they are, "titles" with the tasks of a plan
        that share a title as one, "themes" with each theme of a task as a task),
        ``theme_id``, ``n_tasks`` (count), ``share`` (0-1, of all tasks),
        ``share_rank`` (1 for the largest theme), ``p_adjusted`` and ``state`` (do
        agencies differ).

    References
    ----------
    .. [1] Steegen, S., Tuerlinckx, F., Gelman, A. & Vanpaemel, W. (2016).
       Increasing Transparency Through a Multiverse Analysis. Perspectives on
       Psychological Science, 11(5), 702-712.
    """
    parts = []
    for coder, rows in codings.items():
        for cut in CUTS:
            tasks, assignments = _cut(tables.tasks, rows, cut)
            counted = tables.with_tables(tasks=tasks, theme_assignments=assignments)
            whole = theme_shares(counted, by=())
            differences = theme_differences(
                counted, by=by, n_permutations=n_permutations, seed=seed
            ).items
            part = whole[["theme_id", "n_tasks", "share"]].assign(coder=coder, cut=cut)
            part["share_rank"] = competition_ranks(part["share"].to_numpy())
            parts.append(
                part.merge(
                    differences[["theme_id", "p_adjusted", "state"]], on="theme_id"
                )
            )
    columns = ["coder", "cut", "theme_id", "n_tasks", "share", "share_rank"]
    return pd.concat(parts, ignore_index=True)[[*columns, "p_adjusted", "state"]]


def _cut(
    tasks: pd.DataFrame, assignments: pd.DataFrame, cut: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tasks and assignments with plans cut in another way."""
    tasks = tasks[["task_id", "document_id", "title"]]
    if cut == "tasks":
        return tasks, assignments
    if cut == "titles":
        # A task without a title stands by itself.
        title = tasks["title"].where(tasks["title"].notna(), tasks["task_id"])
        first = tasks.groupby(["document_id", title])["task_id"].transform("first")
        joined = dict(zip(tasks["task_id"], first, strict=True))
        rows = assignments.assign(task_id=assignments["task_id"].map(joined))
        of_title = tasks[tasks["task_id"] == first]
        return of_title, rows.drop_duplicates(["task_id", "theme_id"])
    n_themes = assignments.groupby("task_id")["theme_id"].transform("size")
    order = assignments.groupby("task_id").cumcount().astype(str)
    name = assignments["task_id"].astype(str) + "/" + order
    rows = assignments.assign(task_id=name.where(n_themes > 1, assignments["task_id"]))
    pieces = assignments[["task_id"]].assign(piece=rows["task_id"])
    cut_tasks = tasks.merge(pieces, on="task_id", how="left")
    cut_tasks["task_id"] = cut_tasks["piece"].fillna(cut_tasks["task_id"])
    return cut_tasks.drop(columns="piece"), rows

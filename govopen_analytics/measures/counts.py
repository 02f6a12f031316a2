"""Count the themes of tasks per group; all shares are made from these counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SchemaError, choices
from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.intervals import Cells, sum_by

WHOLE = "all"  # stands for the whole where a key names no single group or theme


@dataclass(frozen=True)
class ThemeCounts:
    """Tasks counted by group and theme, with what resampling needs.

    A *stack* is the tasks of one plan in one group that carry the same set of
    themes: resampling tasks is resampling stacks with their sizes, so its cost
    depends on how varied the tasks are and not on how many there are.
    """

    groups: pd.DataFrame  # (n_groups, n_by), values of the grouping columns, sorted
    # Sorted, so that the order of the codebook cannot change a random draw.
    theme_ids: np.ndarray
    codebook_order: np.ndarray  # places in theme_ids, in the order of the codebook
    n_tasks: np.ndarray  # (n_groups,), with or without a theme
    n_classified: np.ndarray  # (n_groups,), tasks with at least one theme
    n_themed: np.ndarray  # (n_groups, n_themes), tasks that touch the theme
    sums: np.ndarray  # (n_groups, n_themes), of the tasks' weights
    stack_group: np.ndarray  # (n_stacks,); stacks are sorted by group, then plan
    stack_plan: np.ndarray
    stack_size: np.ndarray  # (n_stacks,), tasks
    stack_weights: np.ndarray  # (n_stacks, n_themes), of one task

    @property
    def labels(self) -> list[str]:
        """One label per group: its values joined by " · ", "all" if there are none."""
        if self.groups.shape[1] == 0:
            return [WHOLE] * len(self.groups)
        rows = self.groups.astype("string").fillna("—").itertuples(index=False)
        return [" · ".join(row) for row in rows]

    def cells(self) -> Cells:
        """Return the plans of each group as cells."""
        keys = np.stack([self.stack_group, self.stack_plan])
        is_new = np.ones(keys.shape[1], dtype=bool)
        is_new[1:] = np.diff(keys, axis=1).any(axis=0)
        group, cell = self.stack_group[is_new], np.cumsum(is_new) - 1
        return Cells.of_stacks(group, cell, self.stack_size, self.stack_weights)

    def groups_as_cells(self) -> Cells:
        """Return the groups as cells of one whole."""
        whole = np.zeros(len(self.groups), dtype=int)
        return Cells.of_stacks(
            whole, self.stack_group, self.stack_size, self.stack_weights
        )

    def rows(
        self, columns: Mapping[str, np.ndarray], groups: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Lay arrays out as one row per group and theme, themes in codebook order.

        Arrays can be broadcast to (n_groups, n_themes), themes in the order of
        ``theme_ids``; `groups` may be others than those counted, such as pairs of them.
        """
        groups = self.groups if groups is None else groups
        shape = len(groups), len(self.theme_ids)
        ordered = {
            name: np.broadcast_to(values, shape)[:, self.codebook_order]
            for name, values in columns.items()
        }
        theme_ids = self.theme_ids[self.codebook_order]
        return long_rows(groups, "theme_id", theme_ids, ordered)


def long_rows(
    groups: pd.DataFrame,
    name: str,
    items: Sequence[str] | np.ndarray,
    columns: Mapping[str, np.ndarray],
) -> pd.DataFrame:
    """Lay arrays (n_groups, n_items) out as one row per group and item."""
    shape = len(groups), len(items)
    rows = groups.iloc[np.repeat(np.arange(shape[0]), shape[1])]
    rows = rows.reset_index(drop=True)
    rows[name] = np.tile(np.asarray(items), shape[0])
    for column, values in columns.items():
        rows[column] = np.broadcast_to(values, shape).ravel()
    return rows


def count_themes(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("document_id",),
) -> ThemeCounts:
    """Count the themes of tasks per group: a task with k themes gives 1/k to each.

    The tables are those of a corpus, coded by one coder; a task without a row in
    ``theme_assignments`` is unclassified: it counts as a task and under no theme. `by`
    names columns of ``documents`` or ``tasks``; empty gives one group that holds
    everything. A missing value forms a group of its own.
    """
    tasks, themes = tables.tasks, tables.themes
    weights, theme_ids = fractional_weights(tasks, tables.theme_assignments, themes)
    touches = weights > 0
    group, groups = group_codes(tables, by)
    n_groups, is_classified = len(groups), touches.any(axis=1)
    plan = np.unique(tasks["document_id"].astype(str), return_inverse=True)[1]
    stack, first_task = _stacks(group, plan, touches)
    return ThemeCounts(
        groups=groups,
        theme_ids=theme_ids,
        codebook_order=np.searchsorted(theme_ids, themes["theme_id"].to_numpy(str)),
        n_tasks=np.bincount(group, minlength=n_groups),
        n_classified=np.bincount(group[is_classified], minlength=n_groups),
        n_themed=sum_by(group, touches, n_groups).astype(int),
        sums=sum_by(group, weights, n_groups),
        stack_group=group[first_task],
        stack_plan=plan[first_task],
        stack_size=np.bincount(stack, minlength=len(first_task)),
        stack_weights=weights[first_task],
    )


def _refuse(table: str, rows: pd.DataFrame, column: str, message: str) -> None:
    """Raise an error about rows of a table, if there are any."""
    if not rows.empty:
        text = message.format(n=len(rows), first=rows[column].iloc[0])
        raise SchemaError(table, text, failure_cases=rows)


def _check_coders(assignments: pd.DataFrame) -> None:
    """Refuse a task that two coders coded: it would count twice.

    Several coders are right where people reviewed some tasks and the machine
    coded the others.
    """
    pairs = assignments[["task_id", "coder"]].drop_duplicates()
    twice = pairs[pairs["task_id"].duplicated(keep=False)]
    if not twice.empty:
        coders = ", ".join(map(str, twice["coder"].unique()))
        raise SchemaError(
            "theme_assignments",
            f"{twice['task_id'].nunique()} tasks were coded by several of the coders "
            f"{coders}; expected one coder a task: select the rows to count",
            failure_cases=twice,
        )


def check_codings(
    tasks: pd.DataFrame, assignments: pd.DataFrame, theme_ids: np.ndarray
) -> None:
    """Refuse codings of tasks that are not there, or by themes that are not."""
    _refuse(
        "theme_assignments",
        assignments[~assignments["task_id"].isin(tasks["task_id"])],
        "task_id",
        "{n} rows name a task_id that is not in tasks, the first '{first}'; pass the "
        "assignments of these tasks",
    )
    unknown = assignments[~assignments["theme_id"].isin(theme_ids)]
    if not unknown.empty:
        raise SchemaError(
            "theme_assignments",
            f"{len(unknown)} rows name a theme that is not in the codebook: "
            + choices(unknown["theme_id"].iloc[0], theme_ids),
            failure_cases=unknown,
        )


def fractional_weights(
    tasks: pd.DataFrame, assignments: pd.DataFrame, themes: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Return what every task gives to every theme by fractional counting.

    Rows sum to 1, or to 0 for an unclassified task. Also returns the sorted themes.
    """
    _refuse(
        "themes",
        themes[themes["theme_id"].duplicated(keep=False)],
        "theme_id",
        "theme '{first}' stands in it more than once; pass the rows of one codebook "
        "version",
    )
    if themes.empty:
        raise SchemaError("themes", "it is empty; expected the themes of a codebook")
    _check_coders(assignments)
    check_codings(tasks, assignments, themes["theme_id"].to_numpy(dtype=str))
    theme_ids = np.sort(themes["theme_id"].to_numpy(dtype=str))
    task = pd.Index(tasks["task_id"]).get_indexer(assignments["task_id"])
    theme = pd.Index(theme_ids).get_indexer(assignments["theme_id"])
    weights = np.zeros((len(tasks), len(theme_ids)))
    weights[task, theme] = 1
    weights /= np.maximum(weights.sum(axis=1), 1)[:, None]
    return weights, theme_ids


def group_codes(
    tables: Tables, by: str | Sequence[str]
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the number of every task's group, and the groups in that order.

    Without columns one group holds everything, be it nothing.
    """
    by = [by] if isinstance(by, str) else list(by)
    keys = group_columns(tables, by)
    if not by:
        return np.zeros(len(keys), dtype=int), pd.DataFrame(index=range(1))
    grouper = keys.groupby(by, dropna=False, sort=True, observed=True)
    code = grouper.ngroup().to_numpy()
    _, first = np.unique(code, return_index=True)
    return code, keys.iloc[first].reset_index(drop=True)


def flag_columns(tables: Tables, flags: pd.DataFrame) -> pd.DataFrame:
    """Return the boolean columns of `flags`, in the order of the tasks."""
    names = [name for name in flags if flags[name].dtype in ("bool", "boolean")]
    return flags.set_index("task_id")[names].loc[tables.tasks["task_id"]]


def group_columns(tables: Tables, by: Sequence[str]) -> pd.DataFrame:
    """Look up the grouping columns of every task, in its document or in tasks."""
    tasks, documents = tables.tasks, tables.documents
    _refuse(
        "documents",
        documents[documents["document_id"].duplicated(keep=False)],
        "document_id",
        "document_id '{first}' stands in it more than once; every plan needs an "
        "identifier of its own",
    )
    _refuse(
        "tasks",
        tasks[~tasks["document_id"].isin(documents["document_id"])],
        "document_id",
        "{n} tasks name a document_id that is not in documents, the first '{first}'",
    )
    columns = {}
    by_document = documents.set_index("document_id")
    for name in by:
        if name in by_document:
            columns[name] = by_document[name].loc[tasks["document_id"]].array
        elif name in tasks:
            columns[name] = tasks[name].array
        else:
            raise ValueError(
                f"by: {choices(name, [*documents.columns, *tasks.columns])}"
            )
    return pd.DataFrame(columns, index=range(len(tasks)))


def _stacks(
    group: np.ndarray, plan: np.ndarray, counted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the stack of every task, and one task of every stack."""
    packed = np.ascontiguousarray(np.packbits(counted, axis=1))
    theme_set = np.unique(packed.view(f"S{packed.shape[1]}"), return_inverse=True)[1]
    n_sets = theme_set.max(initial=0) + 1
    n_plans = plan.max(initial=0) + 1
    key = (group * n_plans + plan) * n_sets + theme_set.ravel()
    _, first, stack = np.unique(key, return_index=True, return_inverse=True)
    return stack, first

"""Proportions of tasks, with intervals that hold at small n."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.counts import flag_columns, group_codes
from govopen_analytics.measures.intervals import proportion_bounds


def task_proportions(
    tables: Tables,
    flags: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("agency",),
    interval: float = 0.95,
) -> pd.DataFrame:
    """Compute the share of each group's tasks for which something holds.

    Parameters
    ----------
    tables : Tables
        Of the corpus.
    flags : DataFrame, shape (n_tasks, 1 + n_flags)
        ``task_id`` and boolean columns, such as the result of
        ``verifiability``; other columns are ignored.
    by : str or sequence of str, default ("agency",)
        Columns of ``documents`` or ``tasks`` that name the groups; empty for all.
    interval : float, default 0.95
        Level of the intervals: of the group's tasks and plans alone, by
        ``effective_tasks`` and ``share_bounds``. They hold sampling only.

    Returns
    -------
    DataFrame, shape (n_groups * n_flags, n_by + 6)
        The `by` columns, ``flag`` (name of the column), ``n_tasks``, ``n_true``
        (counts), ``share``, ``share_lower``, ``share_upper`` (0-1).
    """
    tasks = tables.tasks
    columns = flag_columns(tables, flags)
    names, held = list(columns), columns.to_numpy(dtype=bool)
    group, groups = group_codes(tables, by)
    if not len(tasks):
        groups = groups.iloc[:0]
    plan = pd.factorize(tasks["document_id"])[0]
    share, lower, upper = proportion_bounds(
        group, plan, held, len(groups), interval=interval
    )
    n_true = np.stack(
        [np.bincount(group, column, len(groups)) for column in held.T], axis=1
    )
    rows = groups.loc[np.repeat(np.arange(len(groups)), len(names))]
    return rows.reset_index(drop=True).assign(
        flag=names * len(groups),
        n_tasks=np.repeat(np.bincount(group, minlength=len(groups)), len(names)),
        n_true=n_true.astype(int).ravel(),
        share=share.ravel(),
        share_lower=lower.ravel(),
        share_upper=upper.ravel(),
    )

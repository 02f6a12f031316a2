"""Proportions of tasks, with intervals that hold at small n."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from govopen_analytics.measures.counts import group_columns


def jeffreys_interval(
    successes: np.ndarray, n: np.ndarray, *, interval: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return Jeffreys' interval for binomial proportions.

    Parameters
    ----------
    successes, n : ndarray of int, same shape
        Counts, ``0 <= successes <= n``.
    interval : float, default 0.95
        Level (0-1, exclusive).

    Returns
    -------
    lower, upper : ndarray of float
        Quantiles of Beta(successes + 1/2, n - successes + 1/2); 0 below where
        nothing succeeded, 1 above where everything did, so 0-1 for n of 0.

    References
    ----------
    .. [1] Brown, L. D., Cai, T. T. & DasGupta, A. (2001). Interval Estimation
       for a Binomial Proportion. Statistical Science, 16(2), 101-133.
    """
    successes, n = np.asarray(successes), np.asarray(n)
    shape = successes + 0.5, n - successes + 0.5
    lower = np.where(successes > 0, betaincinv(*shape, (1 - interval) / 2), 0.0)
    upper = np.where(successes < n, betaincinv(*shape, (1 + interval) / 2), 1.0)
    return lower, upper


def task_proportions(
    tasks: pd.DataFrame,
    documents: pd.DataFrame,
    flags: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("agency",),
    interval: float = 0.95,
) -> pd.DataFrame:
    """Compute the share of each group's tasks for which something holds.

    Parameters
    ----------
    tasks, documents : DataFrame
        Tables of the corpus.
    flags : DataFrame, shape (n_tasks, 1 + n_flags)
        ``task_id`` and boolean columns, such as the result of
        ``verifiability``; other columns are ignored.
    by : str or sequence of str, default ("agency",)
        Columns of `documents` or `tasks` that name the groups; empty for all.
    interval : float, default 0.95
        Level of the intervals, by ``jeffreys_interval``.

    Returns
    -------
    DataFrame, shape (n_groups * n_flags, n_by + 6)
        The `by` columns, ``flag`` (name of the column), ``n_tasks``, ``n_true``
        (counts), ``share``, ``share_lower``, ``share_upper`` (0-1).
    """
    by = [by] if isinstance(by, str) else list(by)
    names = [name for name in flags if flags[name].dtype in ("bool", "boolean")]
    held = flags.set_index("task_id")[names].loc[tasks["task_id"]]
    frame = group_columns(tasks, documents, by)
    frame[names] = held.to_numpy(dtype=bool)
    keys = [frame[name] for name in by] or [pd.Series(0, index=frame.index)]
    grouped = frame.groupby(keys, dropna=False)[names]
    counts = pd.concat(
        {"n_true": grouped.sum().stack(), "n_tasks": grouped.count().stack()}, axis=1
    )
    rows = counts.rename_axis([*(by or ["_"]), "flag"]).reset_index()
    rows = rows[[*by, "flag", "n_tasks", "n_true"]]
    rows["share"] = rows["n_true"] / rows["n_tasks"]
    rows["share_lower"], rows["share_upper"] = jeffreys_interval(
        rows["n_true"].to_numpy(), rows["n_tasks"].to_numpy(), interval=interval
    )
    return rows

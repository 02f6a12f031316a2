"""Label error: shares corrected from a sample that people have coded."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SchemaError
from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.counts import (
    count_themes,
    fractional_weights,
    group_codes,
)
from govopen_analytics.measures.shares import group_theme_rows


def corrected_shares(
    tables: Tables,
    coded: pd.DataFrame,
    sample: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    interval: float = 0.95,
) -> pd.DataFrame:
    """Correct the shares of an automatic coder by a sample coded by people.

    The mean of the coder's shares plus the mean of its errors, each error
    weighted by one over the chance that its task was drawn [1]_. It is unbiased
    however wrong the coder is, as long as the sample was drawn at random with
    known chances; a better coder only makes the interval narrower.

    Parameters
    ----------
    tables
        As in ``theme_shares``; ``theme_assignments`` of the coder to be corrected.
    coded : DataFrame, shape (n_codings, ...)
        ``theme_assignments`` made by people for the sampled tasks; a sampled task
        without a row was read and found to carry no theme.
    sample : DataFrame, shape (n_sampled, 2)
        ``task_id`` and ``sampling_share``: the chance with which the task was
        drawn (0-1, above 0).
    by : str or sequence of str, default ()
        Columns that name the groups; all tasks together by default.
    interval : float, default 0.95
        Level of the intervals, normal.

    Returns
    -------
    DataFrame, shape (n_groups * n_themes, n_by + 7)
        The `by` columns, ``theme_id``, ``n_tasks``, ``n_sampled`` (counts),
        ``share`` (of the coder, 0-1), ``share_corrected`` with ``_lower`` and
        ``_upper`` (may leave 0-1 where the sample is small; bounds are empty
        where fewer than 2 tasks of the group were sampled).

    Raises
    ------
    SchemaError
        If `sample` names a task that is not in `tasks`, or a chance that cannot
        be, or `coded` a task outside the sample.

    References
    ----------
    .. [1] Egami, N., Hinck, M., Stewart, B. M. & Wei, H. (2023). Using Imperfect
       Surrogates for Downstream Inference: Design-based Supervised Learning for
       Social Science Applications of Large Language Models. arXiv:2306.04746.
    """
    tasks, themes = tables.tasks, tables.themes
    _check_sample(tasks, coded, sample)
    counts = count_themes(tables, by=by)
    predicted, _ = fractional_weights(tasks, tables.theme_assignments, themes)
    truth, _ = fractional_weights(tasks, coded, themes)
    chance = sample.set_index("task_id")["sampling_share"].reindex(tasks["task_id"])
    is_sampled = chance.notna().to_numpy()
    # 0 outside the sample: there the error is not known and not counted.
    weight = np.nan_to_num(1 / chance.to_numpy(dtype=float))[:, None]
    value = predicted + weight * (truth - predicted)
    group, _ = group_codes(tables, by)
    n = counts.n_tasks[:, None].astype(float)
    mean = _sum_by_group(group, value, len(n)) / n
    squares = _sum_by_group(group, (value - mean[group]) ** 2, len(n))
    n_sampled = np.bincount(group, is_sampled, len(n))[:, None].astype(int)
    error = np.sqrt(squares / np.maximum(n - 1, 1) / n)
    reach = NormalDist().inv_cdf((1 + interval) / 2) * error
    reach = np.where(n_sampled >= 2, reach, np.nan)
    return group_theme_rows(
        counts,
        {
            "n_sampled": n_sampled,
            "share": counts.sums / n,
            "share_corrected": mean,
            "share_corrected_lower": mean - reach,
            "share_corrected_upper": mean + reach,
        },
    )


def _check_sample(
    tasks: pd.DataFrame, coded: pd.DataFrame, sample: pd.DataFrame
) -> None:
    chance = sample["sampling_share"]
    for bad, found in (
        (~sample["task_id"].isin(tasks["task_id"]), "a task_id that is not in tasks"),
        (sample["task_id"].duplicated(), "a task_id that was sampled before"),
        (~((chance > 0) & (chance <= 1)), "a sampling_share not above 0 and up to 1"),
    ):
        if bad.any():
            raise SchemaError(
                "sample",
                f"{int(bad.sum())} rows hold {found}",
                failure_cases=sample[bad],
            )
    outside = coded[~coded["task_id"].isin(sample["task_id"])]
    if not outside.empty:
        raise SchemaError(
            "theme_assignments",
            f"{len(outside)} rows code a task outside the sample; expected codings of "
            "the sampled tasks only, or the correction would count them twice",
            failure_cases=outside,
        )


def _sum_by_group(group: np.ndarray, values: np.ndarray, n_groups: int) -> np.ndarray:
    columns = [np.bincount(group, column, n_groups) for column in values.T]
    return np.stack(columns, axis=1)

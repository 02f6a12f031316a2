"""Whether agencies differ, in themes and in form: first at all, then which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy
from scipy.stats import rankdata

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.counts import (
    flag_columns,
    fractional_weights,
    group_codes,
    long_rows,
)
from govopen_analytics.measures.families import ERROR_RATE, adjusted, states
from govopen_analytics.measures.intervals import sum_by
from govopen_analytics.measures.permutation import Units, n_arrangements


@dataclass(frozen=True)
class Differences:
    """What was tested of groups and items (themes, or elements of form).

    Attributes
    ----------
    items : DataFrame, shape (n_items, 8)
        ``theme_id`` or ``flag``, ``n_groups``, ``n_tasks`` (counts), ``test_unit``
        ("task" or "plan": what was dealt out again), ``n_units`` (count),
        ``p_value``, ``p_adjusted`` and ``state``.
    cells : DataFrame, shape (n_groups * n_items, n_by + 7)
        The `by` columns, ``theme_id`` or ``flag``, ``n_tasks``, ``share`` and
        ``whole_share`` (0-1, of all groups), ``is_higher``, ``p_adjusted`` and
        ``state``.
    """

    items: pd.DataFrame
    cells: pd.DataFrame


def theme_differences(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
    n_permutations: int = 2000,
    seed: int = 0,
) -> Differences:
    """Test whether groups differ in the share of each theme, then name groups.

    The ends of many shares lie apart by chance alone, so no two are compared as
    the highest and the lowest. Each theme is tested once, over all groups:
    by the sum of the groups' squared deviations, which finds many small
    differences, or by their largest, which finds one group, whichever is rarer
    among the rearrangements. Only in a theme where groups differ are groups
    named, by the largest deviation among all groups and themes of a rearrangement
    [1]_.
    A deviation is the signed root of the deviance of the group's share from that
    of all groups, which keeps small groups and rare themes on one scale [2]_.

    Parameters
    ----------
    tables
        As in ``theme_shares``: all of a run, whatever a page shows of them.
    by : str or sequence of str, default ("agency",)
        Columns that name the groups.
    n_permutations : int, default 2000
        Rearrangements of tasks or plans (``Units.of``); at least 80 for each theme.
    seed : int, default 0
        Seed of the rearrangements.

    Returns
    -------
    Differences
        Families "themes" and "theme_cells".

    References
    ----------
    .. [1] Westfall, P. H. & Young, S. S. (1993). Resampling-Based Multiple
       Testing, chapter 2. Wiley.
    .. [2] McCullagh, P. & Nelder, J. A. (1989). Generalized Linear Models, 2nd
       ed., section 2.4. Chapman and Hall.
    """
    names = tables.themes["theme_id"]
    weights, theme_ids = fractional_weights(
        tables.tasks, tables.theme_assignments, tables.themes
    )
    order = np.searchsorted(theme_ids, names.to_numpy(dtype=str))
    return _differences(
        tables,
        pd.DataFrame(weights[:, order], columns=list(names)),
        ("theme_id", "themes", "theme_cells"),
        by,
        n_permutations,
        seed,
    )


def form_differences(
    tables: Tables,
    flags: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("agency",),
    n_permutations: int = 2000,
    seed: int = 0,
) -> Differences:
    """Test whether groups differ in the form of their tasks, then name groups.

    Parameters
    ----------
    tables : Tables
        Of the corpus.
    flags : DataFrame, shape (n_tasks, 1 + n_flags)
        ``task_id`` and boolean columns, such as the result of ``verifiability``.
    by, n_permutations, seed
        As in ``theme_differences``, which describes the tests.

    Returns
    -------
    Differences
        Families "form" and "form_cells".
    """
    held = flag_columns(tables, flags).astype(float)
    keys = ("flag", "form", "form_cells")
    return _differences(tables, held, keys, by, n_permutations, seed)


def _differences(
    tables: Tables,
    weights: pd.DataFrame,
    keys: tuple[str, str, str],
    by: str | Sequence[str],
    n_permutations: int,
    seed: int,
) -> Differences:
    item, family, cell_family = keys
    tasks, names = tables.tasks, list(weights.columns)
    group, groups = group_codes(tables, by)
    groups = groups if len(tasks) else groups.iloc[:0]
    plan = pd.factorize(tasks["document_id"])[0]
    units = Units.of(group, plan, weights.to_numpy(dtype=float))
    n = np.bincount(group, minlength=len(groups))
    sums = sum_by(units.group, units.sums, len(groups))
    p_value, p_joint, p_cells, can = _tested(
        units, n.astype(float), sums, n_permutations, seed
    )
    p_adjusted = adjusted(p_joint, family)
    # A group is named only where groups differ at all.
    p_cells = np.maximum(adjusted(p_cells, cell_family), p_adjusted)
    items = pd.DataFrame(
        {
            item: names,
            "n_groups": len(groups),
            "n_tasks": len(tasks),
            "test_unit": units.kind,
            "n_units": len(units.n),
            "p_value": p_value,
            "p_adjusted": p_adjusted,
            "state": states(p_adjusted, can),
        }
    )
    share = sums / np.maximum(n, 1)[:, None]
    whole = sums.sum(axis=0) / max(n.sum(), 1)
    columns = {
        "n_tasks": n[:, None],
        "share": share,
        "whole_share": whole,
        "is_higher": share > whole,
        "p_adjusted": p_cells,
        "state": states(p_cells, can),
    }
    return Differences(items, long_rows(groups, item, names, columns))


def _tested(
    units: Units,
    n: np.ndarray,
    sums: np.ndarray,
    n_permutations: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """Return p by item, alone and joint, p by cell, and whether any could be found."""
    n_groups, n_items = sums.shape
    if n_groups < 2:
        nothing = np.full(n_items, np.nan)
        return nothing, nothing, np.full(sums.shape, np.nan), False
    observed = np.abs(deviations(n, sums))
    # The rarest of n arrangements by either statistic is, among all items, as rare as
    # 2 * n_items / n: with few arrangements and many items nothing could be found.
    n_permutations = max(n_permutations, _LEAST_PER_ITEM * n_items)
    dealt = units.rearranged(n_permutations, np.random.default_rng(seed))
    drawn = [np.abs(deviations(*summary)) for summary in dealt]
    total = np.concatenate(
        [[(observed**2).sum(axis=0)], *((d**2).sum(1) for d in drawn)]
    )
    largest = np.concatenate([[observed.max(axis=0)], *(d.max(axis=1) for d in drawn)])
    # Row 0 is the data, one arrangement among the others. Of both statistics the
    # one counts that is rarer by itself.
    rarest = np.minimum(_ranks(total), _ranks(largest))
    p_value = (rarest <= rarest[0]).mean(axis=0)
    p_joint = (rarest.min(axis=1)[:, None] <= rarest[0]).mean(axis=0)
    p_cells = (largest.max(axis=1)[:, None, None] >= observed - _ROUNDING).mean(axis=0)
    ways = n_arrangements(np.bincount(units.group, minlength=n_groups))
    return p_value, p_joint, p_cells, bool(1 / ways <= ERROR_RATE)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return the share of rows that reach each value, column by column."""
    rounded = np.round(values, 9)
    return rankdata(-rounded, method="max", axis=0) / len(values)


def deviations(n: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return how far each group's share lies from that of all groups.

    Signed roots of deviances, shape (..., n_groups, n_items), from tasks (...,
    n_groups) and sums of weights; of about standard normal size where tasks are
    drawn from one agenda.
    """
    n = n[..., None]
    whole = n.sum(axis=-2, keepdims=True)
    share = np.clip(sums / n, 0, 1)
    pooled = np.clip(sums.sum(axis=-2, keepdims=True) / whole, 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = xlogy(share, share / pooled)
        deviance += xlogy(1 - share, (1 - share) / (1 - pooled))
        # A group is part of the whole it is compared with.
        deviance *= 2 * n / (1 - n / whole)
    deviance = np.clip(np.nan_to_num(deviance), 0, None)
    return np.sign(share - pooled) * np.sqrt(deviance)


# A tie within rounding is a tie.
_ROUNDING = 1e-9
# Rearrangements for each item that is tested.
_LEAST_PER_ITEM = 80

"""Whether agencies differ, in themes, in form and in what they leave out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy
from scipy.stats import hypergeom, rankdata

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.counts import (
    count_themes,
    flag_columns,
    fractional_weights,
    group_codes,
    long_rows,
)
from govopen_analytics.measures.families import ERROR_RATE, adjusted, states
from govopen_analytics.measures.intervals import sum_by, unseen_bound
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


def theme_gaps(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
    interval: float = 0.95,
) -> pd.DataFrame:
    """List the themes no task of a group touches, with the chance of that.

    A theme missing from ten tasks is *not observed in ten tasks*. Were the group
    like the others, each of its n tasks would touch the theme with their
    probability p, and all would miss it with ``(1 - p) ** n``. Among many groups
    and themes some such gaps are sure to come, so the chance that counts is that
    of any gap as unlikely as this one, in any group and theme [2]_.

    Parameters
    ----------
    tables, by, interval
        As in ``theme_shares``; all of a run, whatever a page shows of them.

    Returns
    -------
    DataFrame, shape (n_gaps, n_by + 8)
        The `by` columns, ``theme_id``, ``n_tasks`` (count), ``share_upper``
        (0-1: the share the group may give the theme all the same, by
        ``unseen_bound``), ``n_tasks_elsewhere`` (count),
        ``touching_share_elsewhere`` (0-1), ``chance_unobserved`` (probability of
        this gap; empty where there is no other group), ``p_adjusted``
        (probability of any as unlikely) and ``state``.

    References
    ----------
    .. [1] Hanley, J. A. & Lippman-Hand, A. (1983). If Nothing Goes Wrong, Is
       Everything All Right? Interpreting Zero Numerators. JAMA, 249(13),
       1743-1745.
    .. [2] Westfall, P. H. & Wolfinger, R. D. (1997). Multiple Tests with Discrete
       Distributions. The American Statistician, 51(1), 3-8.
    """
    counts = count_themes(tables, by=by)
    n = counts.n_tasks[:, None]
    n_elsewhere = n.sum() - n
    elsewhere = np.divide(
        counts.n_themed.sum(axis=0) - counts.n_themed,
        n_elsewhere,
        out=np.full(counts.sums.shape, np.nan),
        where=n_elsewhere > 0,
    )
    chance = (1 - elsewhere) ** n
    any_as_rare = _any_as_rare(chance)
    rows = counts.rows(
        {
            "n_tasks": n,
            "share_upper": unseen_bound(n, interval=interval),
            "n_tasks_elsewhere": n_elsewhere,
            "touching_share_elsewhere": elsewhere,
            "chance_unobserved": chance,
            "p_adjusted": any_as_rare,
            "state": states(any_as_rare),
            "is_gap": counts.n_themed == 0,
        }
    )
    return rows[rows.pop("is_gap").astype(bool)].reset_index(drop=True)


def _any_as_rare(chance: np.ndarray) -> np.ndarray:
    """Return the chance of any gap at most as likely as each one.

    Gaps are counted as independent of each other, which they nearly are.
    """
    flat = chance.ravel()
    order = np.argsort(flat)  # NaN last
    with np.errstate(divide="ignore"):
        none = np.cumsum(np.log1p(-np.nan_to_num(flat[order], nan=0.0)))
    # Chances that are equal are counted together.
    last = np.searchsorted(flat[order], flat[order], side="right") - 1
    out = np.full(len(flat), np.nan)
    out[order] = 1 - np.exp(none[last])
    out[np.isnan(flat)] = np.nan
    return out.reshape(chance.shape)


def gap_totals(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
) -> dict[str, float]:
    """Compare the number of themes not observed with what equal agendas leave.

    Parameters
    ----------
    tables, by
        As in ``theme_gaps``.

    Returns
    -------
    dict
        ``n_cells`` (groups times themes), ``n_unobserved`` (cells without a
        task), ``n_expected`` (mean number of such cells, were the same
        tasks dealt to the groups at random) and ``p_value`` (chance of
        at least as many as found, by the Poisson binomial distribution [1]_).

    References
    ----------
    .. [1] Hong, Y. (2013). On Computing the Distribution Function for the Poisson
       Binomial Distribution. Computational Statistics & Data Analysis, 59, 41-51.
    """
    counts = count_themes(tables, by=by)
    n = counts.n_tasks[:, None]
    # Equal agendas deal the tasks that touch a theme out by the groups' sizes.
    chance = hypergeom(n.sum(), counts.n_themed.sum(axis=0), n).pmf(0).ravel()
    n_unobserved = int((counts.n_themed == 0).sum())
    distribution = np.ones(1)
    for p in chance:
        distribution = np.convolve(distribution, [1 - p, p])
    return {
        "n_cells": float(len(chance)),
        "n_unobserved": float(n_unobserved),
        "n_expected": float(chance.sum()),
        "p_value": float(min(1.0, distribution[n_unobserved:].sum())),
    }


# A tie within rounding is a tie.
_ROUNDING = 1e-9
# Rearrangements for each item that is tested.
_LEAST_PER_ITEM = 80

"""Gaps and pooled shares: what was not observed, and what the whole says."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.confusion import Confusion
from govopen_analytics.measures.counts import ThemeCounts, count_themes
from govopen_analytics.measures.families import states
from govopen_analytics.measures.intervals import (
    Cells,
    check_level,
    unseen_bound,
)
from govopen_analytics.measures.shares import (
    certain_counts,
    described,
    group_theme_rows,
)
from govopen_analytics.measures.shrinkage import intraclass_correlation


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
    check_level(interval)
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
    rows = group_theme_rows(
        counts,
        {
            "share_upper": unseen_bound(n, interval=interval),
            "n_tasks_elsewhere": n_elsewhere,
            "touching_share_elsewhere": elsewhere,
            "chance_unobserved": chance,
            "p_adjusted": any_as_rare,
            "state": states(any_as_rare),
            "is_gap": counts.n_themed == 0,
        },
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
    found = int((counts.n_themed == 0).sum())
    distribution = np.ones(1)
    for one in chance:
        distribution = np.convolve(distribution, [1 - one, one])
    return {
        "n_cells": float(len(chance)),
        "n_unobserved": float(found),
        "n_expected": float(chance.sum()),
        "p_value": float(min(1.0, distribution[found:].sum())),
    }


def pooled_shares(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
    confusion: Confusion | None = None,
    interval: float = 0.95,
) -> pd.DataFrame:
    """Pool the theme shares of all groups: by task, and by group.

    By task, a plan of 72 tasks counts seven times one of 10; by group, each
    agency counts once. Where the two differ, large plans differ from small ones.
    Both intervals count groups as the units that vary, by ``effective_tasks``:
    they are about agencies like these, not about these agencies alone.

    Parameters
    ----------
    tables, by, confusion, interval
        As in ``theme_shares``; `by` names what is pooled.

    Returns
    -------
    DataFrame, shape (n_themes, 13)
        ``theme_id``, ``n_groups``, ``n_tasks``, ``n_themed`` (counts), ``share``
        (by task, 0-1) with ``share_lower`` and ``share_upper``, ``group_share``
        (mean over groups, 0-1) with ``group_share_lower`` and
        ``group_share_upper``, ``between_groups_sd`` (standard deviation of the
        groups' shares beyond chance, 0-1), ``intraclass_correlation`` (0-1,
        over all themes) and ``has_coding_error`` (the intervals hold errors of
        coding, not sampling alone).

    References
    ----------
    .. [1] Benoit, K., Laver, M. & Mikhaylov, S. (2009). Treating Words as Data
       with Error. American Journal of Political Science, 53(2), 495-513.
    """
    check_level(interval)
    counts = count_themes(tables, by=by)
    n = counts.n_tasks[:, None].astype(float)
    correlation = intraclass_correlation(counts)
    columns: dict[str, object] = {
        "n_groups": len(n),
        "n_tasks": int(n.sum()),
        "n_themed": counts.n_themed.sum(axis=0),
    }
    certain = certain_counts(tables, by, confusion)
    cells = _groups_of(counts)
    known = None if certain is None else _groups_of(certain)
    for name, equal in (("share", False), ("group_share", True)):
        share, lower, upper, _ = described(
            cells,
            1,
            counts.theme_ids,
            confusion,
            certain=known,
            interval=interval,
            equal_cells=equal,
        )
        columns[name], columns[f"{name}_lower"] = share[0], lower[0]
        columns[f"{name}_upper"] = upper[0]
    share = np.asarray(columns["share"], dtype=float)
    columns["between_groups_sd"] = np.sqrt(correlation * share * (1 - share))
    columns["intraclass_correlation"] = correlation
    columns["has_coding_error"] = confusion is not None
    rows = pd.DataFrame({"theme_id": counts.theme_ids, **columns})
    return rows.iloc[counts.codebook_order].reset_index(drop=True)


def _groups_of(counts: ThemeCounts) -> Cells:
    """Return groups as the cells of one whole."""
    return Cells.of_stacks(
        np.zeros(len(counts.groups), dtype=int),
        counts.stack_group,
        counts.stack_size,
        counts.stack_weights,
    )

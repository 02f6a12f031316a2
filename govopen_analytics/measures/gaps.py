"""Gaps: themes that no task of a group touches, and the chance of that."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.counts import count_themes
from govopen_analytics.measures.families import states
from govopen_analytics.measures.intervals import unseen_bound


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

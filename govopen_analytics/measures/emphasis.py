"""Emphasis: what a group stresses more than the groups taken together do."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from govopen_analytics.measures.comparisons import comparison_rows
from govopen_analytics.measures.counts import WHOLE, ThemeCounts, count_themes
from govopen_analytics.measures.shares import check_interval, share_intervals
from govopen_analytics.measures.shrinkage import pooled_agenda, prior_tasks


def emphasis(
    tasks: pd.DataFrame,
    assignments: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("agency",),
    interval: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compute each group's location quotient per theme, plain and shrunk.

    The quotient [1]_ is the group's fractional share over the share in all tasks
    together: 2 says twice the attention. With ten tasks one task more doubles it,
    so the shrunk quotient draws the share towards the pooled one by as many
    pooled tasks as the differences between groups warrant [2]_.

    Parameters
    ----------
    tasks, assignments, documents, themes, by, interval, n_bootstrap, seed
        As in ``theme_shares``.

    Returns
    -------
    DataFrame, shape (2 * n_groups * n_themes, 12)
        A ``comparisons`` table, reference "all", unit "ratio", with the measures
        ``location_quotient`` (bounds: those of the share, over the pooled share)
        and ``location_quotient_shrunk`` (bounds: posterior of the share). Empty
        for a theme that no task carries.

    References
    ----------
    .. [1] Florence, P. S. (1939). Report on the Location of Industry. Political
       and Economic Planning, London.
    .. [2] Efron, B. & Morris, C. (1975). Data Analysis Using Stein's Estimator
       and its Generalizations. Journal of the American Statistical Association,
       70(350), 311-319.
    """
    check_interval(interval, n_bootstrap)
    counts = count_themes(tasks, assignments, documents, themes, by=by)
    n = counts.n_tasks[:, None].astype(float)
    pooled = pooled_agenda(counts)
    bounds = share_intervals(
        counts, interval=interval, n_bootstrap=n_bootstrap, seed=seed
    )
    plain = (counts.sums / n, *bounds)
    return pd.concat(
        [
            _quotients("location_quotient", counts, plain, pooled, assignments),
            _quotients(
                "location_quotient_shrunk",
                counts,
                _posterior(counts, pooled, interval),
                pooled,
                assignments,
            ),
        ],
        ignore_index=True,
    )


def _posterior(
    counts: ThemeCounts, pooled: np.ndarray, interval: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean and bounds of the shares, given the pooled agenda."""
    n = counts.n_tasks[:, None].astype(float)
    # The pooled agenda is itself known from all the tasks and no more.
    prior = min(prior_tasks(counts), n.sum())
    with_theme = counts.sums + prior * pooled
    without = n + prior - with_theme
    tails = ((1 - interval) / 2, (1 + interval) / 2)
    # Where no task, or every task, carries the theme, nothing is left to vary.
    varies = (with_theme > 0) & (without > 0)
    safe = np.where(varies, with_theme, 1), np.where(varies, without, 1)
    mean = with_theme / (n + prior)
    low, high = (np.where(varies, betaincinv(*safe, tail), mean) for tail in tails)
    return mean, low, high


def _quotients(
    measure: str,
    counts: ThemeCounts,
    shares: tuple[np.ndarray, np.ndarray, np.ndarray],
    pooled: np.ndarray,
    assignments: pd.DataFrame,
) -> pd.DataFrame:
    n_groups, n_themes = counts.sums.shape
    order = counts.codebook_order
    divisor = np.where(pooled > 0, pooled, np.nan)
    value, lower, upper = ((s / divisor)[:, order].ravel() for s in shares)
    return comparison_rows(
        measure,
        np.repeat(np.array(counts.labels, dtype=object), n_themes),
        value,
        unit="ratio",
        n_tasks=np.repeat(counts.n_tasks, n_themes),
        assignments=assignments,
        lower=lower,
        upper=upper,
        theme_id=list(np.tile(counts.theme_ids[order], n_groups)),
        reference=WHOLE,
        n_reference_tasks=np.full(n_groups * n_themes, counts.n_tasks.sum()),
    )

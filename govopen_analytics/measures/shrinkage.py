"""How far the groups differ beyond chance, and what that says of small groups."""

import numpy as np

from govopen_analytics.measures.counts import ThemeCounts


def intraclass_correlation(counts: ThemeCounts) -> float:
    """Estimate which part of the variance of tasks lies between groups.

    The estimator from the analysis of variance, summed over themes [1]_: 0 where
    groups differ no more than samples of one agenda would, 1 where all tasks of
    a group are alike and the groups differ.

    Parameters
    ----------
    counts : ThemeCounts
        Tasks counted by group and theme.

    Returns
    -------
    float
        In 0-1; 0 as well where it cannot be estimated, that is with one group
        or with one task in each.

    References
    ----------
    .. [1] Donner, A. (1986). A Review of Inference Procedures for the Intraclass
       Correlation Coefficient. International Statistical Review, 54(1), 67-82.
    """
    n = counts.n_tasks.astype(float)
    total, n_groups = n.sum(), len(n)
    if n_groups < 2 or total <= n_groups:
        return 0.0
    share = counts.sums / n[:, None]
    pooled = pooled_agenda(counts)
    squares = (counts.stack_weights**2 * counts.stack_size[:, None]).sum()
    within = (squares - (n[:, None] * share**2).sum()) / (total - n_groups)
    between = (n[:, None] * (share - pooled) ** 2).sum() / (n_groups - 1)
    typical_n = (total - (n**2).sum() / total) / (n_groups - 1)
    spread = between + (typical_n - 1) * within
    if spread <= 0:
        return 0.0
    return float(np.clip((between - within) / spread, 0.0, 1.0))


def pooled_agenda(counts: ThemeCounts) -> np.ndarray:
    """Return each theme's share of all tasks together; NaN without a task."""
    sums, total = counts.sums.sum(axis=0), counts.n_tasks.sum()
    return sums / total if total else np.full(len(sums), np.nan)


def prior_tasks(counts: ThemeCounts) -> float:
    """Return how many tasks the pooled agenda weighs against a group's own.

    ``(1 - rho) / rho`` for an intraclass correlation rho; infinite where the
    groups do not differ beyond chance.
    """
    correlation = intraclass_correlation(counts)
    return np.inf if correlation == 0 else (1 - correlation) / correlation


def shrunk_shares(counts: ThemeCounts) -> np.ndarray:
    """Shrink each group's shares towards the pooled shares where n is small.

    The linear empirical-Bayes estimate [1]_ ``(c + m p) / (n + m)``, with pooled
    share p and m = ``prior_tasks``; the posterior mean of a
    Dirichlet-multinomial model. A single group keeps its shares.

    Parameters
    ----------
    counts : ThemeCounts
        Tasks counted by group and theme.

    Returns
    -------
    ndarray of float, shape (n_groups, n_themes)
        Shares (0-1).

    References
    ----------
    .. [1] Efron, B. & Morris, C. (1975). Data Analysis Using Stein's Estimator
       and its Generalizations. Journal of the American Statistical Association,
       70(350), 311-319.
    """
    n = counts.n_tasks[:, None].astype(float)
    if len(n) == 1:
        return counts.sums / n
    pooled = pooled_agenda(counts)
    prior = prior_tasks(counts)
    own = n / (n + prior)
    return own * counts.sums / n + (1 - own) * pooled

"""Gaps and pooled shares: what was not observed, and what the whole says."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from govopen_analytics.measures.counts import ThemeCounts, count_themes
from govopen_analytics.measures.resample import draw_shares
from govopen_analytics.measures.shares import (
    check_interval,
    group_theme_rows,
    theme_shares,
)
from govopen_analytics.measures.shrinkage import intraclass_correlation, pooled_agenda


def theme_gaps(
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
    """List the themes no task of a group touches, with the chance of that.

    A theme missing from ten tasks is *not observed in ten tasks*. Were the group
    like the others, each of its n tasks would touch the theme with their
    probability p, and all would miss it with ``(1 - p) ** n``. Only a small
    chance makes the gap worth a question to the agency.

    Parameters
    ----------
    tasks, assignments, documents, themes, by, interval, n_bootstrap, seed
        As in ``theme_shares``.

    Returns
    -------
    DataFrame, shape (n_gaps, n_by + 6)
        The `by` columns, ``theme_id``, ``n_tasks`` (count), ``share_upper``
        (0-1: the share the group may give the theme all the same),
        ``n_tasks_elsewhere`` (count), ``touching_share_elsewhere`` (0-1) and
        ``chance_unobserved`` (probability; empty where there is no other group).

    References
    ----------
    .. [1] Hanley, J. A. & Lippman-Hand, A. (1983). If Nothing Goes Wrong, Is
       Everything All Right? Interpreting Zero Numerators. JAMA, 249(13),
       1743-1745.
    """
    counts = count_themes(tasks, assignments, documents, themes, by=by)
    shares = theme_shares(
        tasks,
        assignments,
        documents,
        themes,
        by=by,
        interval=interval,
        n_bootstrap=n_bootstrap,
        seed=seed,
    )
    n = counts.n_tasks[:, None]
    n_elsewhere = n.sum() - n
    elsewhere = np.divide(
        counts.n_themed.sum(axis=0) - counts.n_themed,
        n_elsewhere,
        out=np.full(counts.sums.shape, np.nan),
        where=n_elsewhere > 0,
    )
    rows = group_theme_rows(
        counts,
        {
            "n_tasks_elsewhere": n_elsewhere,
            "touching_share_elsewhere": elsewhere,
            "chance_unobserved": (1 - elsewhere) ** n,
        },
    )
    place = list(rows.columns).index("n_tasks") + 1
    rows.insert(place, "share_upper", shares["share_upper"])
    return rows[~shares["is_observed"]].reset_index(drop=True)


def pooled_shares(
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
    """Pool the theme shares of all groups: by task, and by group.

    By task, a plan of 72 tasks counts seven times one of 10; by group, each
    agency counts once. Where the two differ, large plans differ from small ones.
    Both intervals draw tasks within plans and groups among groups: they are
    about agencies like these, not about these agencies alone.

    Parameters
    ----------
    tasks, assignments, documents, themes, by, interval, n_bootstrap, seed
        As in ``theme_shares``; `by` names what is pooled.

    Returns
    -------
    DataFrame, shape (n_themes, 12)
        ``theme_id``, ``n_groups``, ``n_tasks``, ``n_themed`` (counts), ``share``
        (by task, 0-1) with ``share_lower`` and ``share_upper``, ``group_share``
        (mean over groups, 0-1) with ``group_share_lower`` and
        ``group_share_upper``, ``between_groups_sd`` (standard deviation of the
        groups' shares beyond chance, 0-1) and ``intraclass_correlation`` (0-1,
        over all themes).

    References
    ----------
    .. [1] Benoit, K., Laver, M. & Mikhaylov, S. (2009). Treating Words as Data
       with Error. American Journal of Political Science, 53(2), 495-513.
    """
    check_interval(interval, n_bootstrap)
    counts = count_themes(tasks, assignments, documents, themes, by=by)
    n = counts.n_tasks[:, None].astype(float)
    share = pooled_agenda(counts)
    correlation = intraclass_correlation(counts)
    by_task, by_group = _pooled_draws(counts, n_bootstrap, seed)
    group_share = (counts.sums / n).mean(axis=0) if len(n) else share
    tails = [(1 - interval) / 2, (1 + interval) / 2]
    columns = {
        "n_groups": len(n),
        "n_tasks": int(n.sum()),
        "n_themed": counts.n_themed.sum(axis=0),
        "share": share,
        **_bounds("share", share, by_task, tails),
        "group_share": group_share,
        **_bounds("group_share", group_share, by_group, tails),
        "between_groups_sd": np.sqrt(correlation * share * (1 - share)),
        "intraclass_correlation": correlation,
    }
    rows = pd.DataFrame({"theme_id": counts.theme_ids, **columns})
    return rows.iloc[counts.codebook_order].reset_index(drop=True)


def _pooled_draws(
    counts: ThemeCounts, n_draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw both pooled shares, each of shape (n_themes, n_draws)."""
    n = counts.n_tasks[:, None].astype(float)
    shape = (len(counts.theme_ids), n_draws)
    if not len(n):
        return np.full(shape, np.nan), np.full(shape, np.nan)
    rng = np.random.default_rng(seed)
    group_weight = rng.standard_exponential((len(n), n_draws))
    by_task, by_group = np.zeros(shape), np.zeros(shape)
    for groups, draws in draw_shares(counts, n_draws=n_draws, rng=rng):
        weight = group_weight[groups, None, :]
        by_task += (draws * weight * n[groups, :, None]).sum(axis=0)
        by_group += (draws * weight).sum(axis=0)
    return by_task / (group_weight * n).sum(axis=0), by_group / group_weight.sum(axis=0)


def _bounds(
    name: str, value: np.ndarray, draws: np.ndarray, tails: list[float]
) -> dict[str, np.ndarray]:
    lower, upper = np.quantile(draws, tails, axis=1)
    lower = np.where(value == 0, 0.0, np.minimum(lower, value))
    upper = np.where(value == 1, 1.0, np.maximum(upper, value))
    return {f"{name}_lower": lower, f"{name}_upper": upper}

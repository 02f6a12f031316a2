"""Attention: which share of its tasks a group gives to each theme."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import choices
from govopen_analytics.measures.counts import ThemeCounts, count_themes
from govopen_analytics.measures.resample import draw_shares
from govopen_analytics.measures.shrinkage import shrunk_shares


def theme_shares(
    tasks: pd.DataFrame,
    assignments: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("document_id",),
    counting: str = "fractional",
    interval: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compute the share of a group's tasks that each theme takes.

    Counted fractionally [1]_ a task with k themes gives 1/k to each, so a plan
    that packs four obligations into a row is comparable with one that gives each
    a row. Unclassified tasks stay in the denominator: the shares of a group sum
    to the share of its tasks that are classified. A theme without a task has a
    row: it was *not observed in n tasks*, and its interval says how large its
    share may be all the same.

    Parameters
    ----------
    tasks, assignments, documents, themes : DataFrame
        Tables of the corpus; `assignments` of one coder, `themes` of one
        codebook version.
    by : str or sequence of str, default ("document_id",)
        Columns of `documents` or `tasks` that name the groups, such as
        ``["agency", "year"]``; empty for all tasks together.
    counting : {"fractional", "touching"}
        With "touching" a task gives 1 to each of its themes. That share depends
        on how finely a plan is cut into tasks and compares nothing but the
        themes of one agency; its columns are named ``touching_share`` instead.
    interval : float, default 0.95
        Level of the intervals (0-1, exclusive).
    n_bootstrap : int, default 1000
        Draws behind each interval.
    seed : int, default 0
        Seed of the draws; the same seed gives the same intervals.

    Returns
    -------
    DataFrame, shape (n_groups * n_themes, n_by + 8)
        One row per group and theme, groups sorted, themes in codebook order:
        the `by` columns, ``theme_id``, ``n_tasks`` (count, tasks of the group),
        ``n_themed`` (count, tasks that touch the theme), ``share`` (0-1),
        ``share_lower`` and ``share_upper`` (0-1, bounds of the interval by
        ``draw_shares``), ``share_shrunk`` (0-1, by ``shrunk_shares``) and
        ``is_observed`` (a task touches the theme).

    Raises
    ------
    SchemaError
        If the tables do not fit together, or hold several coders.
    ValueError
        If an argument is not among what it may be.

    References
    ----------
    .. [1] Perianes-Rodriguez, A., Waltman, L. & van Eck, N. J. (2016).
       Constructing bibliometric networks: A comparison between full and
       fractional counting. Journal of Informetrics, 10(4), 1178-1195.
    .. [2] Benoit, K., Laver, M. & Mikhaylov, S. (2009). Treating Words as Data
       with Error. American Journal of Political Science, 53(2), 495-513.
    .. [3] Grimmer, J. (2010). A Bayesian Hierarchical Topic Model for Political
       Texts. Political Analysis, 18(1), 1-35.
    """
    if counting not in ("fractional", "touching"):
        raise ValueError(f"counting: {choices(counting, ['fractional', 'touching'])}")
    counts = count_themes(
        tasks, assignments, documents, themes, by=by, counting=counting
    )
    lower, upper = share_intervals(
        counts, interval=interval, n_bootstrap=n_bootstrap, seed=seed
    )
    name = "share" if counting == "fractional" else "touching_share"
    return group_theme_rows(
        counts,
        {
            "n_themed": counts.n_themed,
            name: counts.sums / counts.n_tasks[:, None],
            f"{name}_lower": lower,
            f"{name}_upper": upper,
            f"{name}_shrunk": shrunk_shares(counts),
            "is_observed": counts.n_themed > 0,
        },
    )


def share_intervals(
    counts: ThemeCounts, *, interval: float, n_bootstrap: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds of every share, each of shape (n_groups, n_themes).

    Equal-tailed quantiles of ``draw_shares``. A bound is 0 where no task carries
    the theme, 1 where all do, and never leaves the share itself outside [1]_.

    Raises
    ------
    ValueError
        If `interval` is not between 0 and 1, or `n_bootstrap` below 100.

    References
    ----------
    .. [1] Brown, L. D., Cai, T. T. & DasGupta, A. (2001). Interval Estimation
       for a Binomial Proportion. Statistical Science, 16(2), 101-133.
    """
    check_interval(interval, n_bootstrap)
    share = counts.sums / counts.n_tasks[:, None]
    lower, upper = share.copy(), share.copy()
    tail = (1 - interval) / 2
    rng = np.random.default_rng(seed)
    for groups, draws in draw_shares(counts, n_draws=n_bootstrap, rng=rng):
        lower[groups], upper[groups] = np.quantile(draws, [tail, 1 - tail], axis=2)
    lower[share == 0] = 0.0
    upper[share == 1] = 1.0
    return np.minimum(lower, share), np.maximum(upper, share)


def check_interval(interval: float, n_bootstrap: int) -> None:
    """Refuse a level or a number of draws that gives no interval."""
    if not 0 < interval < 1:
        raise ValueError(
            f"interval: found {interval!r}, expected a level between 0 and 1, "
            "such as 0.95"
        )
    if n_bootstrap < 100:
        raise ValueError(
            f"n_bootstrap: found {n_bootstrap!r}, expected at least 100 draws; the "
            "tails of fewer are noise"
        )


def group_theme_rows(
    counts: ThemeCounts, columns: dict[str, np.ndarray]
) -> pd.DataFrame:
    """Lay arrays out as one row per group and theme, themes in codebook order.

    Parameters
    ----------
    counts : ThemeCounts
        Where the groups, the themes and ``n_tasks`` come from.
    columns : dict of str to ndarray, shape (n_groups, n_themes) or (n_groups, 1)
        Further columns, themes in the order of ``counts.theme_ids``.

    Returns
    -------
    DataFrame, shape (n_groups * n_themes, n_by + 2 + n_columns)
    """
    n_groups, n_themes = counts.sums.shape
    rows = counts.groups.loc[np.repeat(np.arange(n_groups), n_themes)]
    rows = rows.reset_index(drop=True)
    rows["theme_id"] = np.tile(counts.theme_ids[counts.codebook_order], n_groups)
    rows["n_tasks"] = np.repeat(counts.n_tasks, n_themes)
    for name, values in columns.items():
        values = np.broadcast_to(values, counts.sums.shape)
        rows[name] = values[:, counts.codebook_order].ravel()
    return rows


def confounding(documents: pd.DataFrame) -> dict[str, int | bool | list[str]]:
    """Say whether agency and year can be told apart in these documents.

    Where no agency has a plan for two years, a difference between years is as
    well one between agencies, and no table can say which.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        ``agency`` and ``year``; rows that lack either count as undated.

    Returns
    -------
    dict
        ``n_documents``, ``n_agencies``, ``n_years``, ``n_undated`` (counts),
        ``n_agencies_repeated`` (agencies with plans for two or more years),
        ``agencies_repeated`` (their names, sorted), ``is_confounded`` (whether
        several years occur and no agency has two of them) and
        ``is_partly_confounded`` (whether some agencies have one year only while
        others have several).
    """
    dated = documents[["agency", "year"]].dropna()
    years = dated.groupby("agency")["year"].nunique()
    repeated = sorted(years.index[years > 1].astype(str))
    n_years = int(dated["year"].nunique())
    return {
        "n_documents": len(documents),
        "n_agencies": int(documents["agency"].nunique()),
        "n_years": n_years,
        "n_undated": len(documents) - len(dated),
        "n_agencies_repeated": len(repeated),
        "agencies_repeated": repeated,
        "is_confounded": n_years > 1 and not repeated,
        "is_partly_confounded": bool(repeated) and len(repeated) < len(years),
    }

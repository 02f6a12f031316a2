"""Attention: which share of its tasks a group gives to each theme."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import choices
from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.confusion import Confusion, with_none
from govopen_analytics.measures.counts import ThemeCounts, count_themes
from govopen_analytics.measures.intervals import (
    Cells,
    check_level,
    competition_ranks,
    effective_tasks,
    share_bounds,
)
from govopen_analytics.measures.shrinkage import shrunk_shares


def theme_shares(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("document_id",),
    counting: str = "fractional",
    confusion: Confusion | None = None,
    interval: float = 0.95,
) -> pd.DataFrame:
    """Compute the share of a group's tasks that each theme takes.

    Counted fractionally [1]_ a task with k themes gives 1/k to each, so a plan
    that packs four obligations into a row is comparable with one that gives each
    a row. Unclassified tasks stay in the denominator: the shares of a group sum
    to the share of its tasks that are classified. A theme without a task has a
    row: it was *not observed in n tasks*, and its interval says how large its
    share may be all the same.

    A share has one interval, from the tasks and plans of its group alone: other
    groups beside it change nothing, and nothing is drawn at random. It speaks of
    tasks and plans like these of the same group; with one plan, of tasks like
    those of this plan. Tests of differences have no interval (``families``).

    Parameters
    ----------
    tables : Tables
        Of the corpus: ``tasks``, ``documents``, ``theme_assignments`` of one coder
        and ``themes`` of one codebook version.
    by : str or sequence of str, default ("document_id",)
        Columns of ``documents`` or ``tasks`` that name the groups, such as
        ``["agency", "year"]``; empty for all tasks together.
    counting : {"fractional", "touching"}
        With "touching" a task gives 1 to each of its themes. That share depends
        on how finely a plan is cut into tasks and compares nothing but the
        themes of one agency; its columns are named ``touching_share`` instead.
    confusion : Confusion, optional
        How often the coder is wrong, measured on tasks that people coded. The
        intervals then hold the error of coding too.
    interval : float, default 0.95
        Level of the intervals (0-1, exclusive), by ``share_bounds`` on
        ``effective_tasks``.

    Returns
    -------
    DataFrame, shape (n_groups * n_themes, n_by + 11)
        One row per group and theme, groups sorted, themes in codebook order:
        the `by` columns, ``theme_id``, ``n_tasks`` (count, tasks of the group),
        ``n_themed`` (count, tasks that touch the theme), ``share`` (0-1, as
        coded), ``share_lower`` and ``share_upper`` (0-1), ``share_corrected``
        (0-1, for errors of coding; empty without `confusion`; codes of others than
        its coder are taken as they are),
        ``has_coding_error`` (the interval holds errors of coding, not sampling
        alone: never so for a theme not observed, whose bound is exact),
        ``share_shrunk`` (0-1, by ``shrunk_shares``), ``is_observed`` (a task
        touches the theme) and ``share_rank`` (1 for the group with the highest
        share; equal shares rank the same).

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
    """
    if counting not in ("fractional", "touching"):
        raise ValueError(f"counting: {choices(counting, ['fractional', 'touching'])}")
    counts = count_themes(tables, by=by, counting=counting)
    check_level(interval)
    if confusion is not None and counting != "fractional":
        raise ValueError(
            f"confusion: found one with counting={counting!r}, expected it with "
            "'fractional' only; leave it out"
        )
    certain = certain_counts(tables, by, confusion)
    share, lower, upper, corrected = described(
        counts.cells(),
        len(counts.groups),
        counts.theme_ids,
        confusion,
        certain=None if certain is None else certain.cells(),
        interval=interval,
    )
    name = "share" if counting == "fractional" else "touching_share"
    is_observed = counts.n_themed > 0
    ranks = [competition_ranks(column) for column in share.T]
    return group_theme_rows(
        counts,
        {
            "n_themed": counts.n_themed,
            name: share,
            f"{name}_lower": lower,
            f"{name}_upper": upper,
            f"{name}_corrected": corrected,
            "has_coding_error": is_observed & (np.abs(corrected - share) > _ROUNDING),
            f"{name}_shrunk": shrunk_shares(counts),
            "is_observed": is_observed,
            f"{name}_rank": np.stack(ranks, axis=1),
        },
    )


def certain_counts(
    tables: Tables,
    by: str | Sequence[str],
    confusion: Confusion | None,
) -> ThemeCounts | None:
    """Count the themes that others than the coder of a confusion gave, if any."""
    if confusion is None or not confusion.coder:
        return None
    assignments = tables.theme_assignments
    others = assignments[assignments["coder"] != confusion.coder]
    if others.empty:
        return None
    return count_themes(tables.with_tables(theme_assignments=others), by=by)


def described(
    cells: Cells,
    n_groups: int,
    theme_ids: np.ndarray,
    confusion: Confusion | None,
    *,
    certain: Cells | None,
    interval: float,
    equal_cells: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return every share with the one interval that describes it.

    With a `confusion` the interval is that of the corrected share: never narrower
    than if people had coded the tasks, and widened to hold the share as coded as
    well. The two together show which way the coder errs.

    Parameters
    ----------
    cells : Cells
    n_groups : int
        Groups of the cells.
    theme_ids : ndarray of str, shape (n_themes,)
        Themes of the cells.
    confusion : Confusion, optional
    certain : Cells, optional
        The same cells, with those themes alone that others than the coder gave.
    interval : float
        Level (0-1, exclusive).
    equal_cells : bool, default False
        As in ``effective_tasks``.

    Returns
    -------
    share, lower, upper, corrected : ndarray of float, shape (n_groups, n_themes)
        ``corrected`` is NaN without a `confusion`.
    """
    n = cells.total(cells.n, n_groups)[:, None]
    share, worth = effective_tasks(cells, n_groups, equal_cells=equal_cells)
    plain = share_bounds(share, worth, n, interval=interval)
    if confusion is None:
        return share, *plain, np.full(share.shape, np.nan)
    by_coder, known = with_none(share), np.zeros(share.shape)
    if certain is not None:
        known, _ = effective_tasks(certain, n_groups, equal_cells=equal_cells)
        by_coder[:, :-1] -= known
    corrected = confusion.true_shares(by_coder, theme_ids) + known
    binomial = corrected * (1 - corrected)
    error = confusion.variance(by_coder, theme_ids)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = binomial / (binomial / worth + error)
    lower, upper = share_bounds(corrected, worth, n, interval=interval)
    is_observed = share > 0
    lower = np.where(is_observed, np.minimum(lower, share), plain[0])
    upper = np.where(is_observed, np.maximum(upper, share), plain[1])
    return share, lower, upper, corrected


def check_interval(interval: float, n_draws: int, *, name: str = "n_bootstrap") -> None:
    """Refuse a level or a number of draws that gives no interval."""
    check_level(interval)
    if n_draws < 100:
        raise ValueError(
            f"{name}: found {n_draws!r}, expected at least 100 draws; the "
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


_ROUNDING = 1e-12

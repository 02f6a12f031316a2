"""Shares: of tasks with a theme, of tasks for which something holds, and pooled."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.confusion import Confusion, with_none
from govopen_analytics.measures.counts import (
    ThemeCounts,
    count_themes,
    flag_columns,
    group_codes,
    long_rows,
)
from govopen_analytics.measures.intervals import (
    Cells,
    cell_shares,
    check_level,
    competition_ranks,
    effective_tasks,
    share_bounds,
    sum_by,
)


def theme_shares(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("document_id",),
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
    check_level(interval)
    counts = count_themes(tables, by=by)
    certain = certain_counts(tables, by, confusion)
    share, lower, upper, corrected = described(
        counts.cells(),
        len(counts.groups),
        counts.theme_ids,
        confusion,
        certain=None if certain is None else certain.cells(),
        interval=interval,
    )
    is_observed = counts.n_themed > 0
    return counts.rows(
        {
            "n_tasks": counts.n_tasks[:, None],
            "n_themed": counts.n_themed,
            "share": share,
            "share_lower": lower,
            "share_upper": upper,
            "share_corrected": corrected,
            "has_coding_error": is_observed & (np.abs(corrected - share) > _ROUNDING),
            "share_shrunk": shrunk_shares(counts),
            "is_observed": is_observed,
            "share_rank": competition_ranks(share.T).T,
        }
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
    """Return every share with its bounds, and the share corrected for errors of coding.

    With a `confusion` the interval is that of the corrected share: never narrower
    than if people had coded the tasks, and widened to hold the share as coded as
    well. The two together show which way the coder errs. `certain` are the same
    cells, with those themes alone that others than the coder gave. Without a
    `confusion` corrected shares are NaN.
    """
    plain = cell_shares(cells, n_groups, interval=interval, equal_cells=equal_cells)
    share = plain[0]
    if confusion is None:
        return *plain, np.full(share.shape, np.nan)
    by_coder, by_people = with_none(share), np.zeros(share.shape)
    if certain is not None:
        by_people, _ = effective_tasks(certain, n_groups, equal_cells=equal_cells)
        by_coder[:, :-1] -= by_people
    corrected = confusion.true_shares(by_coder, theme_ids) + by_people
    binomial = corrected * (1 - corrected)
    error = confusion.variance(by_coder, theme_ids)
    _, worth = effective_tasks(cells, n_groups, equal_cells=equal_cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = binomial / (binomial / worth + error)
    n = cells.total(cells.n, n_groups)[:, None]
    lower, upper = share_bounds(corrected, worth, n, interval=interval)
    is_observed = share > 0
    lower = np.where(is_observed, np.minimum(lower, share), plain[1])
    upper = np.where(is_observed, np.maximum(upper, share), plain[2])
    return share, lower, upper, corrected


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
    certain_cells = None if certain is None else certain.groups_as_cells()
    for name, equal in (("share", False), ("group_share", True)):
        share, lower, upper, _ = described(
            counts.groups_as_cells(),
            1,
            counts.theme_ids,
            confusion,
            certain=certain_cells,
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


def task_proportions(
    tables: Tables,
    flags: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("agency",),
    interval: float = 0.95,
) -> pd.DataFrame:
    """Compute the share of each group's tasks for which something holds.

    Parameters
    ----------
    tables : Tables
        Of the corpus.
    flags : DataFrame, shape (n_tasks, 1 + n_flags)
        ``task_id`` and boolean columns, such as the result of
        ``verifiability``; other columns are ignored.
    by, interval
        As in ``theme_shares``; the intervals hold sampling only.

    Returns
    -------
    DataFrame, shape (n_groups * n_flags, n_by + 6)
        The `by` columns, ``flag`` (name of the column), ``n_tasks``, ``n_true``
        (counts), ``share``, ``share_lower``, ``share_upper`` (0-1).
    """
    held = flag_columns(tables, flags)
    group, groups = group_codes(tables, by)
    groups = groups if len(held) else groups.iloc[:0]
    plan = pd.factorize(tables.tasks["document_id"])[0]
    # One flag at a time: no flag's interval may hang on which stand beside it.
    cells = [
        Cells.of_tasks(group, plan, flag[:, None])
        for flag in held.to_numpy(dtype=float).T
    ]
    parts = [cell_shares(part, len(groups), interval=interval) for part in cells]
    share, lower, upper = map(np.hstack, zip(*parts, strict=True))
    n_true = sum_by(group, held.to_numpy(dtype=float), len(groups)).astype(int)
    n_tasks = np.bincount(group, minlength=len(groups))[:, None]
    columns = {"n_tasks": n_tasks, "n_true": n_true, "share": share}
    columns |= {"share_lower": lower, "share_upper": upper}
    return long_rows(groups, "flag", list(held), columns)


def intraclass_correlation(counts: ThemeCounts) -> float:
    """Estimate which part of the variance of tasks lies between groups.

    The estimator from the analysis of variance, summed over themes [1]_: 0 where
    groups differ no more than samples of one agenda would, 1 where all tasks of
    a group are alike and the groups differ. It is 0 as well where it cannot be
    estimated, that is with one group or with one task in each.

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
    pooled = counts.sums.sum(axis=0) / total
    squares = (counts.stack_weights**2 * counts.stack_size[:, None]).sum()
    within = (squares - (n[:, None] * share**2).sum()) / (total - n_groups)
    between = (n[:, None] * (share - pooled) ** 2).sum() / (n_groups - 1)
    typical_n = (total - (n**2).sum() / total) / (n_groups - 1)
    spread = between + (typical_n - 1) * within
    if spread <= 0:
        return 0.0
    return float(np.clip((between - within) / spread, 0.0, 1.0))


def shrunk_shares(counts: ThemeCounts) -> np.ndarray:
    """Shrink each group's shares towards the pooled shares where n is small.

    The linear empirical-Bayes estimate [1]_ ``(c + m p) / (n + m)``, the posterior
    mean of a Dirichlet-multinomial model: the pooled shares p weigh as much as
    m = ``(1 - rho) / rho`` tasks, with the intraclass correlation rho. A single
    group keeps its shares; where groups do not differ beyond chance all have the
    pooled ones.

    References
    ----------
    .. [1] Efron, B. & Morris, C. (1975). Data Analysis Using Stein's Estimator
       and its Generalizations. Journal of the American Statistical Association,
       70(350), 311-319.
    """
    n = counts.n_tasks[:, None].astype(float)
    if len(n) == 1:
        return counts.sums / n
    pooled = counts.sums.sum(axis=0) / max(n.sum(), 1)
    correlation = intraclass_correlation(counts)
    prior = (1 - correlation) / correlation if correlation else np.inf
    weight = n / (n + prior)
    return weight * counts.sums / n + (1 - weight) * pooled


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

"""Change: what one agency, or a panel of agencies, does differently later."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import gammaln
from scipy.stats import hypergeom, norm
from scipy.stats import t as student_t

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.confusion import Confusion, with_none
from govopen_analytics.measures.counts import (
    ThemeCounts,
    count_themes,
    fractional_weights,
    group_codes,
)
from govopen_analytics.measures.families import ERROR_RATE, with_states
from govopen_analytics.measures.intervals import (
    cell_shares,
    check_level,
    normal_reach,
    plan_correlation,
    sum_by,
)


def share_change(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
    confusion: Confusion | None = None,
    interval: float = 0.95,
) -> pd.DataFrame:
    """Compute the change of each theme's share between years of one agency.

    Each year of an agency is compared with the next one it has a plan for, and
    the first with the last where these are not neighbours. Where no agency has
    two years the result is empty: see ``confounding``.

    Parameters
    ----------
    tables
        As in ``theme_shares``.
    by : str or sequence of str, default ("agency",)
        What is followed over the years.
    confusion : Confusion, optional
        How often the coder is wrong. Intervals and tests then hold errors of coding
        too: those of ``Confusion.undone``, which are the same in both years.
    interval : float, default 0.95
        Level of the intervals: square-and-add, from the intervals of both shares
        [1]_ [2]_.

    Returns
    -------
    DataFrame, shape (n_comparisons * n_themes, n_by + 18)
        The `by` columns, ``theme_id``, ``year_from``, ``year_to``,
        ``n_tasks_from``, ``n_tasks_to`` (counts), ``share_from``, ``share_to``
        (0-1), ``change`` (as coded), ``change_lower``, ``change_upper`` (difference
        of shares, -1 to 1; they hold the change as coded and the corrected one),
        ``change_corrected`` (for errors of coding; empty without `confusion`),
        ``has_coding_error`` (the interval holds errors of coding), ``p_value``
        (exact test of both counts [3]_, divided by the design effect of how alike
        tasks of one plan are [4]_), ``p_adjusted`` over the family "changes",
        ``state``, ``is_beyond_chance`` (``state`` is "established") and
        ``is_adjacent`` (no plan of the agency lies between the years).

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between
       independent proportions. Statistics in Medicine, 17(8), 873-890.
    .. [2] Zou, G. Y. & Donner, A. (2008). Construction of confidence limits
       about effect measures: A general approach. Statistics in Medicine, 27(10),
       1693-1702.
    .. [3] Fisher, R. A. (1935). The Logic of Inductive Inference. Journal of the
       Royal Statistical Society, 98(1), 39-82.
    .. [4] Rao, J. N. K. & Scott, A. J. (1992). A Simple Method for the Analysis
       of Clustered Binary Data. Biometrics, 48(2), 577-585.
    """
    by = [by] if isinstance(by, str) else list(by)
    tables = _of_documents(tables, tables.documents.dropna(subset=["year"]))
    correlation = _correlation(tables, by)
    groups = _Groups.of(tables, [*by, "year"], confusion)
    counts, coded, n = groups.counts, groups.coded, groups.counts.n_tasks[:, None]
    start, end, is_adjacent = _year_pairs(counts.groups, by)
    year = counts.groups["year"].to_numpy()[:, None]
    lower, upper = groups.change_bounds(start, end, interval)
    change, corrected = coded[end] - coded[start], groups.true[end] - groups.true[start]
    columns = {
        "year_from": year[start],
        "year_to": year[end],
        "n_tasks_from": n[start],
        "n_tasks_to": n[end],
        "share_from": coded[start],
        "share_to": coded[end],
        "change": change,
        "change_lower": lower,
        "change_upper": upper,
        "change_corrected": np.asarray(np.nan) if confusion is None else corrected,
        "has_coding_error": np.abs(corrected - change) > _ROUNDING,
        "p_value": groups.change_p_values(start, end, correlation),
        "is_adjacent": is_adjacent[:, None],
    }
    rows = with_states(counts.rows(columns, counts.groups.loc[start, by]), "changes")
    rows.insert(len(rows.columns) - 1, "is_adjacent", rows.pop("is_adjacent"))
    return rows


def _of_documents(tables: Tables, documents: pd.DataFrame) -> Tables:
    tasks, rows = tables.tasks, tables.theme_assignments
    tasks = tasks[tasks["document_id"].isin(documents["document_id"])]
    rows = rows[rows["task_id"].isin(tasks["task_id"])]
    return tables.with_tables(documents=documents, tasks=tasks, theme_assignments=rows)


def _correlation(tables: Tables, by: list[str]) -> float:
    """Return how alike tasks of one plan are, from what is followed over the years."""
    plans = count_themes(tables, by=by)
    return plan_correlation(plans.cells(), len(plans.groups))


def _year_pairs(
    groups: pd.DataFrame, by: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the places of neighbouring years, and of first and last years."""
    code = groups.groupby(by, dropna=False, sort=False).ngroup().to_numpy()
    start = np.flatnonzero(code[1:] == code[:-1])
    _, first, n_years = np.unique(code, return_index=True, return_counts=True)
    first, n_years = first[n_years > 2], n_years[n_years > 2]
    is_adjacent = np.arange(len(start) + len(first)) < len(start)
    last = first + n_years - 1
    return np.r_[start, first], np.r_[start + 1, last], is_adjacent


@dataclass(frozen=True)
class _Groups:
    """Shares of groups such as agency-years, as coded and as people would code them."""

    counts: ThemeCounts
    coded: np.ndarray  # (n_groups, n_themes)
    true: np.ndarray  # the same, corrected for errors of coding
    by_coder: np.ndarray  # what of it the coder gave, no theme last
    unsure: np.ndarray  # as in Confusion.undone
    variance: np.ndarray  # (n_themes,) of one task, corrected
    stretch: np.ndarray  # (n_themes,) its ratio to that of one task as coded

    @classmethod
    def of(cls, tables: Tables, by: Sequence[str], confusion: Confusion | None) -> Self:
        counts = count_themes(tables, by=by)
        tasks, rows = tables.tasks, tables.theme_assignments
        weights, theme_ids = fractional_weights(tasks, rows, tables.themes)
        given, n_themes = with_none(weights), len(theme_ids)
        undo, unsure = np.eye(n_themes + 1), np.zeros((n_themes + 1, n_themes))
        by_coder = np.zeros(given.shape)
        true = given
        if confusion is not None:
            undo, unsure = confusion.undone(theme_ids)
            others = rows[bool(confusion.coder) & (rows["coder"] != confusion.coder)]
            is_sure = tasks["task_id"].isin(others["task_id"]).to_numpy()[:, None]
            true = np.where(is_sure, given, given @ undo)
            by_coder = np.where(is_sure, 0, true)
        group, _ = group_codes(tables, by)
        n = counts.n_tasks[:, None].astype(float)
        mean_true, mean_by_coder = (
            sum_by(group, values, len(n)) / n for values in (true, by_coder)
        )
        spread, as_coded = (_variance(w[:, :-1]) for w in (true, given))
        stretch = np.divide(
            spread, as_coded, out=np.ones(n_themes), where=as_coded > _ROUNDING
        )
        coded = counts.sums / n
        mean_true = mean_true[:, :-1]
        return cls(counts, coded, mean_true, mean_by_coder, unsure, spread, stretch)

    @cached_property
    def n(self) -> np.ndarray:
        """Tasks of each group."""
        return self.counts.n_tasks.astype(float)

    @cached_property
    def agency(self) -> np.ndarray:
        """Number of each group's agency; agencies stand together."""
        return pd.factorize(self.counts.groups["agency"])[0]

    @cached_property
    def year(self) -> np.ndarray:
        """Year of each group."""
        return self.counts.groups["year"].to_numpy(dtype=float)

    def coding_variance(self, by_coder: np.ndarray) -> np.ndarray:
        """Return what errors of coding leave to differences of ``by_coder``."""
        return by_coder**2 @ self.unsure

    def judged(
        self, p_value: np.ndarray, true: np.ndarray, by_coder: np.ndarray
    ) -> np.ndarray:
        """Return p-values of differences that hold errors of coding too.

        Both variances add up. Were there no difference in a theme, only what the
        coder took for it of other themes could be wrong.
        """
        of_theme = by_coder[:, :-1] ** 2 * np.diag(self.unsure[:-1])
        variance = np.clip(self.coding_variance(by_coder) - of_theme, 0, None)
        size = np.maximum(np.abs(true), _ROUNDING)
        z = norm.isf(np.maximum(p_value, _LEAST_P) / 2)
        joint = 2 * norm.sf(z / np.sqrt(1 + z**2 * variance / size**2))
        return np.where(variance > 0, joint, p_value)

    def change_p_values(
        self, start: np.ndarray, end: np.ndarray, correlation: float
    ) -> np.ndarray:
        """Return two-sided exact p-values of two shares (doubled smaller tail)."""
        n, with_it = [], []
        for at in (start, end):
            tasks = self.counts.n_tasks[at, None].astype(float)
            effective = tasks / (1 + (tasks - 1) * correlation) / self.stretch
            n.append(np.maximum(np.rint(effective), 1))
            with_it.append(np.rint(np.clip(self.true[at], 0, 1) * n[-1]))
        chance = hypergeom(n[0] + n[1], with_it[0] + with_it[1], n[0])
        tails = chance.cdf(with_it[0]), chance.sf(with_it[0] - 1)
        p_value = np.minimum(1, 2 * np.minimum(*tails))
        by_coder = self.by_coder[end] - self.by_coder[start]
        return self.judged(p_value, self.true[end] - self.true[start], by_coder)

    def change_bounds(
        self, start: np.ndarray, end: np.ndarray, interval: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the bounds of changes, which hold them as coded and corrected."""
        counts = self.counts
        share, low, high = cell_shares(
            counts.cells(), len(counts.groups), interval=interval
        )
        by_coder = self.by_coder[end] - self.by_coder[start]
        error = normal_reach(interval) ** 2 * self.coding_variance(by_coder)
        below = (share[start] - high[start]) ** 2 + (share[end] - low[end]) ** 2
        above = (share[start] - low[start]) ** 2 + (share[end] - high[end]) ** 2
        coded, true = share[end] - share[start], self.true[end] - self.true[start]
        lower = true - np.sqrt(self.stretch * below + error)
        upper = true + np.sqrt(self.stretch * above + error)
        return (
            np.maximum(np.minimum(lower, coded), -1),
            np.minimum(np.maximum(upper, coded), 1),
        )


def _variance(weights: np.ndarray) -> np.ndarray:
    n = max(len(weights), 1)
    return (weights**2).sum(axis=0) / n - (weights.sum(axis=0) / n) ** 2


def panel_trend(
    tables: Tables,
    *,
    confusion: Confusion | None = None,
    interval: float = 0.95,
    n_permutations: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Estimate the yearly change of each theme's share within agencies.

    Only agencies with plans for two or more years count, and only their change
    about their own mean: an agency cannot be mistaken for a year. The slope is
    the within estimator [1]_ with tasks as weights. Plans are the units, for
    plans of one agency vary more than their tasks: a p-value says how often
    plans dealt to the years of their agency anew give as large a slope, and the
    interval takes the residuals of plans [2]_, or the spread of tasks where that
    is larger.

    Parameters
    ----------
    tables, interval
        As in ``theme_shares``.
    confusion
        As in ``share_change``.
    n_permutations : int, default 2000
        Rearrangements of plans within agencies.
    seed : int, default 0
        Seed of the rearrangements.

    Returns
    -------
    DataFrame, shape (n_themes, 13)
        ``theme_id``, ``n_agencies``, ``n_years``, ``n_tasks`` (counts, of the
        panel), ``change_per_year`` (as coded) with ``_lower`` and ``_upper``
        (difference of shares a year; bounds are empty where the plans leave no
        residuals), ``change_per_year_corrected``, ``has_coding_error``,
        ``p_value`` (two-sided), ``p_adjusted`` over the family "trends",
        ``state`` and ``is_beyond_chance`` (``state`` is "established"). Values
        are empty where no agency has two years; with too few plans for any trend
        to be found the state is "cannot_be_answered".

    References
    ----------
    .. [1] Wooldridge, J. M. (2010). Econometric Analysis of Cross Section and
       Panel Data, chapter 10. MIT Press.
    .. [2] MacKinnon, J. G. & White, H. (1985). Some Heteroskedasticity-Consistent
       Covariance Matrix Estimators with Improved Finite Sample Properties.
       Journal of Econometrics, 29(3), 305-325.
    """
    check_level(interval)
    panel = _panel(tables.documents)
    tables = _of_documents(tables, panel)
    groups = _Groups.of(tables, ["agency", "year"], confusion)
    coded, true, reach, p_value = _slopes(groups, interval, n_permutations, seed)
    columns = {
        "n_agencies": panel["agency"].nunique(),
        "n_years": panel["year"].nunique(),
        "n_tasks": groups.counts.n_tasks.sum(),
        **_bounded("change_per_year", coded, true, reach),
        "change_per_year_corrected": np.nan if confusion is None else true,
        "has_coding_error": np.abs(true - coded) > _ROUNDING,
        "p_value": p_value,
    }
    rows = groups.counts.rows(columns, pd.DataFrame(index=[0]))
    return with_states(rows, "trends", _smallest_p(groups) * len(rows) <= ERROR_RATE)


def _panel(documents: pd.DataFrame) -> pd.DataFrame:
    """Return the documents of agencies with plans for two or more years."""
    dated = documents.dropna(subset=["agency", "year"])
    n_years = dated.groupby("agency")["year"].transform("nunique")
    return dated[n_years > 1]


def _levers(groups: _Groups, order: np.ndarray) -> np.ndarray:
    """Return what each plan adds to the slope, in other orders of the years.

    Shape (n_orders, n_plans). Levers sum to 0 within an agency, so that its mean
    share drops out.
    """
    n = groups.n[order]
    starts = np.flatnonzero(np.r_[True, np.diff(groups.agency) != 0])
    mean = np.add.reduceat(n * groups.year, starts, axis=1)
    mean /= np.add.reduceat(n, starts, axis=1)
    year = groups.year - mean[:, groups.agency]
    return n * year / (n * year**2).sum(axis=1, keepdims=True)


def _slopes(
    groups: _Groups, interval: float, n_draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return slopes as coded and corrected, reach of the interval, and p-value."""
    n_plans, share = len(groups.n), groups.true
    if not n_plans:
        none = np.full(share.shape[1], np.nan)
        return none, none, none, none
    lever = _levers(groups, np.arange(n_plans)[None])[0]
    slope, by_coder = lever @ share, lever @ groups.by_coder
    rng = np.random.default_rng(seed)
    reached = np.zeros(len(slope))
    for done in range(0, n_draws, _ORDERS_AT_ONCE):
        size = min(_ORDERS_AT_ONCE, n_draws - done)
        order = np.argsort(groups.agency + rng.random((size, n_plans)), axis=1)
        drawn = np.einsum("op,opt->ot", _levers(groups, order), share[order])
        reached += (np.abs(drawn) >= np.abs(slope) - _ROUNDING).sum(axis=0)
    p_value = (1 + reached) / (1 + n_draws)
    p_value = groups.judged(p_value, slope, by_coder[None])[0]
    reach = _reach(groups, slope, lever, by_coder, interval)
    return lever @ groups.coded, slope, reach, p_value


def _reach(
    groups: _Groups,
    slope: np.ndarray,
    lever: np.ndarray,
    by_coder: np.ndarray,
    interval: float,
) -> np.ndarray:
    n_plans, n_agencies = len(groups.n), groups.agency.max() + 1
    freedom = n_plans - n_agencies - 1
    if freedom < 1:
        return np.full(len(slope), np.nan)

    def about_mean(values: np.ndarray) -> np.ndarray:
        sums = sum_by(groups.agency, groups.n[:, None] * values, n_agencies)
        mean = sums / sum_by(groups.agency, groups.n, n_agencies)[:, None]
        return values - mean[groups.agency]

    residual = about_mean(groups.true) - about_mean(groups.year[:, None]) * slope
    by_plan = lever**2 @ residual**2 * n_plans / freedom
    # Of plans as small as these the pooled spread says more than their own.
    by_task = (lever**2 / groups.n).sum() * groups.variance
    error = np.maximum(by_plan, by_task) + groups.coding_variance(by_coder)
    return student_t.ppf((1 + interval) / 2, freedom) * np.sqrt(error)


def _smallest_p(groups: _Groups) -> float:
    """Return the smallest p-value that dealing plans to years can give.

    An order and its reverse give slopes of one size.
    """
    ways = gammaln(np.bincount(groups.agency) + 1.0).sum() if len(groups.n) else 0.0
    return min(1.0, 2 * float(np.exp(-ways)))


def _bounded(
    name: str, coded: np.ndarray, true: np.ndarray, reach: np.ndarray
) -> dict[str, np.ndarray]:
    """Return a change as coded with bounds about the corrected one that hold it."""
    lower, upper = np.minimum(true - reach, coded), np.maximum(true + reach, coded)
    return {name: coded, f"{name}_lower": lower, f"{name}_upper": upper}


def change_parts(
    tables: Tables, *, confusion: Confusion | None = None, interval: float = 0.95
) -> pd.DataFrame:
    """Split the change of the pooled share into what agencies did and who they are.

    The share of all tasks of a year moves because agencies change, and because
    other agencies, or the same with more tasks, make up the year. Kitagawa's
    decomposition [1]_ into both parts without a remainder: within agencies, the
    change of each agency with both years times its mean part of the tasks; of
    composition, the change of each agency's part times its mean share.

    Parameters
    ----------
    tables, interval
        As in ``theme_shares``. Intervals are normal; tasks vary in them, with the
        design effect of plans, and the parts that agencies make up do not.
    confusion
        As in ``share_change``.

    Returns
    -------
    DataFrame, shape (n_comparisons * n_themes, 15)
        ``theme_id``, ``year_from``, ``year_to`` (neighbouring years, and the
        first with the last), ``n_agencies_both`` (count, with a plan for both),
        ``change``, ``change_within``, ``change_of_composition`` (differences of
        shares as coded, -1 to 1), each with ``_lower`` and ``_upper``,
        ``has_coding_error`` and ``is_adjacent``. Empty with one year.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a Difference Between Two Rates.
       Journal of the American Statistical Association, 50(272), 1168-1194.
    """
    dated = tables.documents.dropna(subset=["agency", "year"])
    tables = _of_documents(tables, dated)
    groups = _Groups.of(tables, ["agency", "year"], confusion)
    n, agency, year = groups.n, groups.agency, groups.year
    effect = 1 + (n - 1) * _correlation(tables, ["agency"])
    sampled = (effect / n)[:, None] * groups.variance
    years = np.unique(year)
    pairs = list(pairwise(years)) + ([(years[0], years[-1])] if len(years) > 2 else [])
    levers = np.zeros((len(pairs), len(_PARTS), len(n)))
    n_both = np.zeros(len(pairs), dtype=int)
    for k, (first, last) in enumerate(pairs):
        levers[k], n_both[k] = _part_levers(n, agency, year == first, year == last)
    year_from, year_to = np.array(pairs, dtype=int).reshape(-1, 2).T[..., None]
    columns = {
        "year_from": year_from,
        "year_to": year_to,
        "n_agencies_both": n_both[:, None],
    }
    reach = normal_reach(interval)
    has_error = np.zeros((len(pairs), len(groups.counts.theme_ids)), dtype=bool)
    for name, lever in zip(_PARTS, np.moveaxis(levers, 1, 0), strict=True):
        coded, true = lever @ groups.coded, lever @ groups.true
        error = groups.coding_variance(lever @ groups.by_coder)
        error = reach * np.sqrt(lever**2 @ sampled + error)
        columns |= _bounded(name, coded, true, error)
        has_error |= np.abs(true - coded) > _ROUNDING
    columns["has_coding_error"] = has_error
    is_adjacent = np.arange(len(pairs)) < len(years) - 1
    columns["is_adjacent"] = is_adjacent[:, None]
    return groups.counts.rows(columns, pd.DataFrame(index=range(len(pairs))))


def _part_levers(
    n: np.ndarray, agency: np.ndarray, is_from: np.ndarray, is_to: np.ndarray
) -> tuple[np.ndarray, int]:
    """Return what each plan's share adds to a change between two years, by ``_PARTS``.

    Also how many agencies have a plan for both years.
    """
    size = np.zeros((2, agency.max() + 1))
    for row, here in enumerate((is_from, is_to)):
        size[row, agency[here]] = n[here]
    part = size / size.sum(axis=1, keepdims=True)
    has_both = (size > 0).all(axis=0)
    side = np.where(is_to, 1.0, 0.0) - np.where(is_from, 1.0, 0.0)
    within = side * (part.mean(axis=0) * has_both)[agency]
    # An agency with one of the years has no change; its share stands for both.
    mean = np.where(has_both, 0.5, 1.0)[agency] * np.abs(side)
    composition = mean * (part[1] - part[0])[agency]
    levers = np.stack([within + composition, within, composition])
    return levers, int(has_both.sum())


_PARTS = ("change", "change_within", "change_of_composition")
_ORDERS_AT_ONCE = 200
# A tie within rounding is a tie: the rearrangement may be the data itself.
_ROUNDING = 1e-9
# Below it a p-value is as good as none; its z would be infinite.
_LEAST_P = 1e-300

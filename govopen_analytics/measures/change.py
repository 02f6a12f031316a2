"""Change: what one agency, or a panel of agencies, does differently later."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import gammaln
from scipy.stats import hypergeom
from scipy.stats import t as student_t

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.counts import ThemeCounts, count_themes
from govopen_analytics.measures.families import (
    ERROR_RATE,
    ESTABLISHED,
    adjusted,
    states,
)
from govopen_analytics.measures.intervals import check_level, plan_correlation
from govopen_analytics.measures.shares import theme_shares


def share_change(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
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
    interval : float, default 0.95
        Level of the intervals: square-and-add, from the intervals of both shares
        [1]_ [2]_.

    Returns
    -------
    DataFrame, shape (n_comparisons * n_themes, n_by + 16)
        The `by` columns, ``theme_id``, ``year_from``, ``year_to``,
        ``n_tasks_from``, ``n_tasks_to`` (counts), ``share_from``, ``share_to``
        (0-1), ``change``, ``change_lower``, ``change_upper`` (difference of
        shares, -1 to 1), ``p_value`` (exact test of both counts [3]_, divided by
        the design effect of how alike tasks of one plan are [4]_),
        ``p_adjusted`` over the family "changes", ``state``,
        ``is_beyond_chance`` (``state`` is "established") and ``is_adjacent`` (no
        plan of the agency lies between the years).

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
    shares = theme_shares(tables, by=[*by, "year"], interval=interval)
    plans = count_themes(tables, by=by)
    correlation = plan_correlation(plans.cells(), len(plans.groups))
    pairs = _year_pairs(shares[[*by, "year"]].drop_duplicates(), by)
    kept = ["theme_id", "n_tasks", "share", "share_lower", "share_upper"]
    sides = shares[[*by, "year", *kept]]
    rows = pairs.merge(
        sides.rename(columns={"year": "year_from"}), on=[*by, "year_from"]
    ).merge(
        sides.rename(columns={"year": "year_to"}),
        on=[*by, "year_to", "theme_id"],
        suffixes=("_from", "_to"),
    )
    return _with_change(rows, by, correlation)


def _of_documents(tables: Tables, documents: pd.DataFrame) -> Tables:
    tasks, rows = tables.tasks, tables.theme_assignments
    tasks = tasks[tasks["document_id"].isin(documents["document_id"])]
    rows = rows[rows["task_id"].isin(tasks["task_id"])]
    return tables.with_tables(documents=documents, tasks=tasks, theme_assignments=rows)


def _change_p_values(rows: pd.DataFrame, correlation: float) -> np.ndarray:
    """Return two-sided exact p-values of two shares (doubled smaller tail)."""
    n, with_it = [], []
    for side in ("from", "to"):
        tasks = rows[f"n_tasks_{side}"].to_numpy(dtype=float)
        effective = np.rint(tasks / (1 + (tasks - 1) * correlation))
        n.append(np.maximum(effective, 1))
        with_it.append(np.rint(rows[f"share_{side}"].to_numpy() * n[-1]))
    found = hypergeom(n[0] + n[1], with_it[0] + with_it[1], n[0])
    tails = found.cdf(with_it[0]), found.sf(with_it[0] - 1)
    return np.minimum(1, 2 * np.minimum(*tails))


def _year_pairs(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return neighbouring years of each group, and its first with its last."""
    cells = cells.sort_values([*by, "year"])
    grouped = cells.groupby(by, dropna=False)["year"]
    pairs = cells.rename(columns={"year": "year_from"}).assign(
        year_to=grouped.shift(-1), is_adjacent=True
    )
    ends = grouped.agg(year_from="min", year_to="max", n_years="size").reset_index()
    ends = ends[ends["n_years"] > 2].drop(columns="n_years").assign(is_adjacent=False)
    pairs = pd.concat([pairs[pairs["year_to"].notna()], ends], ignore_index=True)
    return pairs.astype({"year_to": cells["year"].dtype})


def _with_change(rows: pd.DataFrame, by: list[str], correlation: float) -> pd.DataFrame:
    below = np.hypot(
        rows["share_from"] - rows["share_upper_from"],
        rows["share_to"] - rows["share_lower_to"],
    )
    above = np.hypot(
        rows["share_from"] - rows["share_lower_from"],
        rows["share_to"] - rows["share_upper_to"],
    )
    rows["change"] = rows["share_to"] - rows["share_from"]
    rows["change_lower"] = rows["change"] - below
    rows["change_upper"] = rows["change"] + above
    rows["p_value"] = _change_p_values(rows, correlation)
    rows["p_adjusted"] = adjusted(rows["p_value"].to_numpy(), "changes")
    rows["state"] = states(rows["p_adjusted"].to_numpy())
    rows["is_beyond_chance"] = rows["state"] == ESTABLISHED
    return rows[
        [
            *by,
            "theme_id",
            "year_from",
            "year_to",
            "n_tasks_from",
            "n_tasks_to",
            "share_from",
            "share_to",
            "change",
            "change_lower",
            "change_upper",
            "p_value",
            "p_adjusted",
            "state",
            "is_beyond_chance",
            "is_adjacent",
        ]
    ]


def panel_trend(
    tables: Tables,
    *,
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
    n_permutations : int, default 2000
        Rearrangements of plans within agencies.
    seed : int, default 0
        Seed of the rearrangements.

    Returns
    -------
    DataFrame, shape (n_themes, 11)
        ``theme_id``, ``n_agencies``, ``n_years``, ``n_tasks`` (counts, of the
        panel), ``change_per_year`` with ``_lower`` and ``_upper`` (difference of
        shares a year; bounds are empty where the plans leave no residuals),
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
    counts = count_themes(_of_documents(tables, panel), by=["agency", "year"])
    rows = pd.DataFrame({"theme_id": counts.theme_ids})
    rows["n_agencies"] = panel["agency"].nunique()
    rows["n_years"] = panel["year"].nunique()
    rows["n_tasks"] = counts.n_tasks.sum()
    plans = _Panel.of(counts)
    slope, reach, p_value = plans.tested(interval, n_permutations, seed)
    rows["change_per_year"] = slope
    rows["change_per_year_lower"] = slope - reach
    rows["change_per_year_upper"] = slope + reach
    rows["p_value"] = p_value
    rows["p_adjusted"] = adjusted(p_value, "trends")
    lowest = plans.smallest_p() * len(rows)
    rows["state"] = states(rows["p_adjusted"].to_numpy(), lowest <= ERROR_RATE)
    rows["is_beyond_chance"] = rows["state"] == ESTABLISHED
    return rows.iloc[counts.codebook_order].reset_index(drop=True)


def _panel(documents: pd.DataFrame) -> pd.DataFrame:
    """Return the documents of agencies with plans for two or more years."""
    dated = documents.dropna(subset=["agency", "year"])
    n_years = dated.groupby("agency")["year"].transform("nunique")
    return dated[n_years > 1]


@dataclass(frozen=True)
class _Panel:
    """Plans (agency-years) of agencies with several years, agencies together."""

    agency: np.ndarray
    year: np.ndarray
    n: np.ndarray
    share: np.ndarray
    variance: np.ndarray  # of one task, by plan and theme

    @classmethod
    def of(cls, counts: ThemeCounts) -> Self:
        n = counts.n_tasks.astype(float)
        if not len(n):
            nothing = np.zeros((0, len(counts.theme_ids)))
            return cls(np.zeros(0, int), n, n, nothing, nothing)
        agency, _ = pd.factorize(counts.groups["agency"])
        year = counts.groups["year"].to_numpy(dtype=float)
        share = counts.sums / n[:, None]
        # Of plans as small as these the pooled spread says more than their own.
        whole = (n[:, None] * share).sum(axis=0) / n.sum()
        squares = (counts.stack_weights**2 * counts.stack_size[:, None]).sum(axis=0)
        variance = np.tile(squares / n.sum() - whole**2, (len(n), 1))
        return cls(agency, year, n, share, variance)

    def slopes(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return slopes (n_orders, n_themes) of plans in other orders of years.

        Also the lever of each plan and its sum with the year, for the plans of
        the first order.
        """
        n = self.n[order]
        starts = np.flatnonzero(np.r_[True, np.diff(self.agency) != 0])
        mean = np.add.reduceat(n * self.year, starts, axis=1)
        mean /= np.add.reduceat(n, starts, axis=1)
        year = self.year - mean[:, self.agency]
        lever = n * year  # sums to 0 within an agency: its mean share drops out
        squares = (lever * year).sum(axis=1, keepdims=True)
        slope = np.einsum("op,opt->ot", lever, self.share[order]) / squares
        return slope, lever[0], squares[0]

    def tested(
        self, interval: float, n_draws: int, seed: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return slope, reach of its interval, and p-value of each theme."""
        n_plans = len(self.n)
        if not n_plans:
            none = np.full(self.share.shape[1], np.nan)
            return none, none.copy(), none.copy()
        found, lever, squares = self.slopes(np.arange(n_plans)[None])
        slope = found[0]
        rng = np.random.default_rng(seed)
        reached = np.zeros(len(slope))
        for done in range(0, n_draws, _ORDERS_AT_ONCE):
            size = min(_ORDERS_AT_ONCE, n_draws - done)
            key = self.agency + rng.random((size, n_plans))
            drawn, _, _ = self.slopes(np.argsort(key, axis=1))
            reached += (np.abs(drawn) >= np.abs(slope) - _ROUNDING).sum(axis=0)
        p_value = (1 + reached) / (1 + n_draws)
        return slope, self._reach(slope, lever, squares[0], interval), p_value

    def _reach(
        self, slope: np.ndarray, lever: np.ndarray, squares: float, interval: float
    ) -> np.ndarray:
        n_plans, n_agencies = len(self.n), self.agency.max() + 1
        freedom = n_plans - n_agencies - 1
        if freedom < 1:
            return np.full(len(slope), np.nan)
        year = lever / self.n
        weight = self.n[:, None]
        mean = np.zeros((n_agencies, len(slope)))
        np.add.at(mean, self.agency, weight * self.share)
        mean /= np.bincount(self.agency, self.n)[:, None]
        residual = self.share - mean[self.agency] - year[:, None] * slope
        by_plan = ((lever[:, None] * residual) ** 2).sum(axis=0) * n_plans / freedom
        by_task = (lever[:, None] ** 2 * self.variance / weight).sum(axis=0)
        error = np.sqrt(np.maximum(by_plan, by_task)) / squares
        return student_t.ppf((1 + interval) / 2, freedom) * error

    def smallest_p(self) -> float:
        """Return the smallest p-value that dealing plans to years can give.

        An order and its reverse give slopes of one size.
        """
        ways = gammaln(np.bincount(self.agency) + 1.0).sum() if len(self.n) else 0.0
        return min(1.0, 2 * float(np.exp(-ways)))


def change_parts(
    tables: Tables,
) -> pd.DataFrame:
    """Split the change of the pooled share into what agencies did and who they are.

    The share of all tasks of a year moves because agencies change, and because
    other agencies, or the same with more tasks, make up the year. Kitagawa's
    decomposition [1]_ into both parts without a remainder: within agencies, the
    change of each agency with both years times its mean part of the tasks; of
    composition, the change of each agency's part times its mean share.

    Parameters
    ----------
    tables
        As in ``theme_shares``.

    Returns
    -------
    DataFrame, shape (n_comparisons * n_themes, 8)
        ``theme_id``, ``year_from``, ``year_to`` (neighbouring years, and the
        first with the last), ``n_agencies_both`` (count, with a plan for both),
        ``change``, ``change_within``, ``change_of_composition`` (differences of
        shares, -1 to 1) and ``is_adjacent``. Empty with one year.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a Difference Between Two Rates.
       Journal of the American Statistical Association, 50(272), 1168-1194.
    """
    dated = tables.documents.dropna(subset=["agency", "year"])
    counts = count_themes(_of_documents(tables, dated), by=["agency", "year"])
    agency, _ = pd.factorize(counts.groups["agency"])
    years = np.unique(counts.groups["year"].to_numpy(dtype=int))
    pairs = [(a, b, True) for a, b in pairwise(years)]
    pairs += [(years[0], years[-1], False)] if len(years) > 2 else []
    n = np.zeros((len(years), agency.max(initial=-1) + 1))
    sums = np.zeros((*n.shape, len(counts.theme_ids)))
    place = np.searchsorted(years, counts.groups["year"].to_numpy(dtype=int))
    n[place, agency], sums[place, agency] = counts.n_tasks, counts.sums
    rows = []
    for year_from, year_to, is_adjacent in pairs:
        at = np.searchsorted(years, [year_from, year_to])
        within, composition = _parts(n[at], sums[at])
        both = int((n[at] > 0).all(axis=0).sum())
        for k in counts.codebook_order:
            whole = within[k] + composition[k]
            parts = (whole, within[k], composition[k], is_adjacent)
            rows.append((counts.theme_ids[k], year_from, year_to, both, *parts))
    return pd.DataFrame(rows, columns=_PART_COLUMNS)


def _parts(n: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split the change between two years: n (2, agencies), sums (2, agencies, k)."""
    part = n / n.sum(axis=1, keepdims=True)
    share = sums / np.maximum(n, 1)[..., None]
    # An agency with one of the years has no change; its share stands for both.
    share = np.where((n > 0)[..., None], share, share[::-1])
    within = (part.mean(axis=0)[:, None] * (share[1] - share[0])).sum(axis=0)
    composition = ((part[1] - part[0])[:, None] * share.mean(axis=0)).sum(axis=0)
    return within, composition


_PART_COLUMNS = [
    "theme_id",
    "year_from",
    "year_to",
    "n_agencies_both",
    "change",
    "change_within",
    "change_of_composition",
    "is_adjacent",
]
_ORDERS_AT_ONCE = 200
# A tie within rounding is a tie: the rearrangement may be the data itself.
_ROUNDING = 1e-9

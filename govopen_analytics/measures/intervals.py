"""One kind of interval for every share: Jeffreys' on an effective number of tasks."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv
from scipy.stats import norm, rankdata

# The variance between a group's plans is known from few plans. It is averaged with
# the one that all themes share, which weighs as much as this many plans.
PRIOR_PLANS = 10.0


@dataclass(frozen=True)
class Cells:
    """Sums of task weights by cell, the unit that varies as one.

    Cells are the plans of an agency, or the agencies of a whole.
    """

    group: np.ndarray  # (n_cells,)
    n: np.ndarray  # (n_cells,), tasks
    sums: np.ndarray  # (n_cells, n_themes), of the tasks' weights
    squares: np.ndarray  # (n_cells, n_themes), of the tasks' weights squared

    def total(self, values: np.ndarray, n_groups: int) -> np.ndarray:
        """Add the values of cells up by group."""
        return sum_by(self.group, values, n_groups)

    def weights(self, n_groups: int, *, equal_cells: bool = False) -> np.ndarray:
        """Return each cell's weight in its group, by tasks or equal (n_cells, 1)."""
        size = np.ones(len(self.n)) if equal_cells else self.n
        return (size / self.total(size, n_groups)[self.group])[:, None]

    @classmethod
    def of_tasks(
        cls, group: np.ndarray, cell: np.ndarray, weights: np.ndarray
    ) -> "Cells":
        """Count tasks: their group, their cell and their weights on each theme."""
        _, first, code = np.unique(
            np.stack([group, cell]), axis=1, return_index=True, return_inverse=True
        )
        return cls.of_stacks(group[first], code.ravel(), np.ones(len(group)), weights)

    @classmethod
    def of_stacks(
        cls,
        cell_group: np.ndarray,
        cell: np.ndarray,
        size: np.ndarray,
        weights: np.ndarray,
    ) -> "Cells":
        """Count stacks of equal tasks: the cell and size of each, and its weights."""
        n_cells, size = len(cell_group), size.astype(float)
        sums, squares = (
            sum_by(cell, size[:, None] * values, n_cells)
            for values in (weights, weights**2)
        )
        return cls(cell_group, sum_by(cell, size, n_cells), sums, squares)


def sum_by(group: np.ndarray, values: np.ndarray, n_groups: int) -> np.ndarray:
    """Add values (n, ...) up by the number of their group."""
    if values.ndim == 1:
        return np.bincount(group, values, n_groups)
    columns = [np.bincount(group, column, n_groups) for column in values.T]
    return np.stack(columns, axis=1)


def check_level(interval: float) -> None:
    """Refuse what is no level of an interval."""
    if not 0 < interval < 1:
        raise ValueError(
            f"interval: found {interval!r}, expected a level between 0 and 1, "
            "such as 0.95"
        )


def check_interval(interval: float, n_draws: int, *, name: str = "n_bootstrap") -> None:
    """Refuse a level or a number of draws that gives no interval."""
    check_level(interval)
    if n_draws < 100:
        raise ValueError(
            f"{name}: found {n_draws!r}, expected at least 100 draws; the "
            "tails of fewer are noise"
        )


def normal_reach(interval: float) -> float:
    """Return how many standard errors a normal interval reaches to each side."""
    check_level(interval)
    return float(norm.isf((1 - interval) / 2))


def quantile_bounds(draws: np.ndarray, interval: float, *, axis: int = 0) -> np.ndarray:
    """Return the ends of the middle part of draws, shape (2, ...).

    Draws without a value do not count; where none has one, neither have the ends.
    """
    tails = [(1 - interval) / 2, (1 + interval) / 2]
    if np.isfinite(draws).all():
        return np.quantile(draws, tails, axis=axis)
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        return np.nanquantile(draws, tails, axis=axis)


def effective_tasks(
    cells: Cells, n_groups: int, *, equal_cells: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of groups and the number of independent tasks they are worth.

    A share is worth ``p (1 - p) / v`` tasks [1]_, with v its variance. Within a
    cell v is that of the tasks' weights. Where a group has several cells, v grows
    by the design effect: how far cells lie apart, over what tasks drawn from one
    agenda would give. Few cells tell little of one theme, so the design effect of
    a theme is averaged with that of all themes, weighted by degrees of freedom
    [2]_. It is never below 1. With `equal_cells` each cell of a group has the same
    weight instead of each task. Groups without a task have NaN.

    References
    ----------
    .. [1] Korn, E. L. & Graubard, B. I. (1998). Confidence Intervals for
       Proportions with Small Expected Number of Positive Counts Estimated from
       Survey Data. Survey Methodology, 24(2), 193-201.
    .. [2] Smyth, G. K. (2004). Linear Models and Empirical Bayes Methods for
       Assessing Differential Expression in Microarray Experiments. Statistical
       Applications in Genetics and Molecular Biology, 3(1), article 3.
    """
    n_cells = np.bincount(cells.group, minlength=n_groups)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = cells.weights(n_groups, equal_cells=equal_cells)
        share, apart, due, _ = _spread_of_cells(cells, n_groups, weight)
        variance_a_task = _task_variance(cells, n_groups)
        by_chance = cells.total(weight**2 / cells.n[:, None], n_groups)
        effect = _design_effect(apart, due, n_cells)
        variance = variance_a_task * by_chance * effect
        worth = share * (1 - share) / variance
        worth = np.where(variance > 0, worth, 1 / (by_chance * effect))
    return share, np.where(n_cells > 0, worth, np.nan)


def plan_correlation(cells: Cells, n_groups: int) -> float:
    """Return how alike tasks of one plan are, beyond tasks of one group.

    The intraclass correlation of tasks within plans, from groups with several
    plans: 0 where their plans lie no further apart than tasks drawn alike would,
    or where no group has two. Its design effect for a plan of n tasks is
    ``1 + (n - 1) * correlation`` [1]_.

    References
    ----------
    .. [1] Donner, A. (1986). A Review of Inference Procedures for the Intraclass
       Correlation Coefficient. International Statistical Review, 54(1), 67-82.
    """
    if n_groups == 0:
        return 0.0
    weight = cells.weights(n_groups)
    _, apart, due, due_alike = _spread_of_cells(cells, n_groups, weight)
    excess = due_alike.sum() - due.sum()
    return float(np.clip((apart - due).sum() / excess, 0, 1)) if excess > 0 else 0.0


def _task_variance(cells: Cells, n_groups: int) -> np.ndarray:
    n = cells.total(cells.n, n_groups)[:, None]
    mean = cells.total(cells.sums, n_groups) / n
    return np.clip(cells.total(cells.squares, n_groups) / n - mean**2, 0, None)


def _spread_of_cells(
    cells: Cells, n_groups: int, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return shares, and how far cells lie apart: found, due to tasks, at most.

    The second is what the first would be if all tasks were drawn alike, the third
    if all tasks of a cell were the same.
    """
    of_cell = cells.sums / cells.n[:, None]
    share = cells.total(weight * of_cell, n_groups)
    apart = cells.total((weight * (of_cell - share[cells.group])) ** 2, n_groups)
    variance = _task_variance(cells, n_groups)
    due = []
    for spread in (1 / cells.n[:, None], np.ones((len(cells.n), 1))):
        of_group = cells.total(weight**2 * (1 - 2 * weight) * spread, n_groups)
        mean = cells.total(weight**2, n_groups)
        mean = mean * cells.total(weight**2 * spread, n_groups)
        due.append(variance * (of_group + mean))
    return share, apart, due[0], due[1]


def _design_effect(
    apart: np.ndarray, due: np.ndarray, n_cells: np.ndarray
) -> np.ndarray:
    """Average each theme's design effect with that of all themes."""
    common = apart.sum(axis=1, keepdims=True) / due.sum(axis=1, keepdims=True)
    common = np.maximum(np.nan_to_num(common, nan=1.0, posinf=1.0), 1.0)
    effect = np.where(due > 0, apart / due, common)
    freedom = n_cells - 1
    mixed = (PRIOR_PLANS * common + freedom * effect) / (PRIOR_PLANS + freedom)
    return np.where(n_cells > 1, np.maximum(mixed, 1.0), 1.0)


def share_bounds(
    share: np.ndarray, n_effective: np.ndarray, n: np.ndarray, *, interval: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds of shares of n tasks, worth `n_effective` independent ones.

    Jeffreys' interval [1]_: quantiles of Beta(n p + 1/2, n (1 - p) + 1/2). Where
    no task carries the theme the upper bound is the exact one-sided one,
    ``1 - (1 - level) ** (1 / n)`` [2]_ (.259 for 10 tasks at level .95), and where
    every task does the lower bound mirrors it.

    References
    ----------
    .. [1] Brown, L. D., Cai, T. T. & DasGupta, A. (2001). Interval Estimation
       for a Binomial Proportion. Statistical Science, 16(2), 101-133.
    .. [2] Hanley, J. A. & Lippman-Hand, A. (1983). If Nothing Goes Wrong, Is
       Everything All Right? Interpreting Zero Numerators. JAMA, 249(13),
       1743-1745.
    """
    tail = (1 - interval) / 2
    with_it, without = share * n_effective + 0.5, (1 - share) * n_effective + 0.5
    lower = np.minimum(betaincinv(with_it, without, tail), share)
    upper = np.maximum(betaincinv(with_it, without, 1 - tail), share)
    bound = unseen_bound(n, interval=interval)
    is_none, is_all = share <= _ROUNDING, share >= 1 - _ROUNDING
    lower = np.where(is_none, 0.0, np.where(is_all, 1 - bound, lower))
    upper = np.where(is_all, 1.0, np.where(is_none, bound, upper))
    return lower, upper


def cell_shares(
    cells: Cells, n_groups: int, *, interval: float, equal_cells: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the shares of groups with their bounds, by ``effective_tasks``."""
    n = cells.total(cells.n, n_groups)[:, None]
    share, worth = effective_tasks(cells, n_groups, equal_cells=equal_cells)
    return share, *share_bounds(share, worth, n, interval=interval)


def jeffreys_interval(
    successes: np.ndarray, n: np.ndarray, *, interval: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return Jeffreys' interval for binomial proportions, as ``share_bounds``.

    Every task counts by itself; the bounds are 0 and 1 for n of 0.
    """
    n = np.asarray(n, dtype=float)
    share = np.asarray(successes) / np.maximum(n, 1)
    return share_bounds(share, n, n, interval=interval)


def competition_ranks(values: np.ndarray) -> np.ndarray:
    """Return 1 for the highest of each row; equal but for rounding ranks the same."""
    return rankdata(-np.round(values, 9), method="min", axis=-1).astype(int)


def unseen_bound(n: np.ndarray, *, interval: float = 0.95) -> np.ndarray:
    """Return the largest share that n tasks without the theme leave possible.

    The exact one-sided bound ``1 - (1 - level) ** (1 / n)`` [1]_; 1 for no task.

    References
    ----------
    .. [1] Hanley, J. A. & Lippman-Hand, A. (1983). JAMA, 249(13), 1743-1745.
    """
    check_level(interval)
    n = np.asarray(n, dtype=float)
    with np.errstate(divide="ignore"):
        return np.where(n > 0, 1 - (1 - interval) ** (1 / n), 1.0)


_ROUNDING = 1e-12

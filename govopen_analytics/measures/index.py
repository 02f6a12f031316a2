"""A weighted index: the user's weights, never ours."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SchemaError, choices
from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.counts import (
    WHOLE,
    ThemeCounts,
    count_themes,
    long_rows,
)
from govopen_analytics.measures.intervals import (
    check_interval,
    competition_ranks,
    quantile_bounds,
)
from govopen_analytics.measures.resample import draw_shares

_COLUMNS = ("indicator", "indicator_weight", "theme_id", "theme_part")
EXAMPLE_WEIGHTS = (
    Path(__file__).parents[1]
    / "coding"
    / "codebooks"
    / "first_level_indicators_example.csv"
)


def read_index_weights(path: str | Path | None = None) -> pd.DataFrame:
    """Read a table of index weights and check it.

    The shipped example maps the nine themes to the five first-level indicators
    that third-party indices of government transparency publish. The mapping and
    the equal weights are this project's own, for illustration; no issuer has
    approved them, and issuers differ.

    Parameters
    ----------
    path : str or Path, optional
        The shipped example if left out, else a CSV with the columns
        ``indicator``, ``indicator_weight`` (positive, the same in all rows of an
        indicator), ``theme_id``, ``theme_part`` (which part of the theme belongs
        to the indicator, 0-1; the parts of a theme sum to at most 1) and, if
        wanted, ``note``.

    Returns
    -------
    DataFrame, shape (n_pairs, 5)

    Raises
    ------
    SchemaError
        With the offending rows.
    """
    path = EXAMPLE_WEIGHTS if path is None else Path(path)
    weights = pd.read_csv(path, encoding="utf-8-sig")
    missing = [name for name in _COLUMNS if name not in weights]
    if missing:
        raise SchemaError(
            "index_weights",
            f"missing columns in {path.name}: {', '.join(missing)}",
        )
    _refuse(weights, weights[list(_COLUMNS)].isna().any(axis=1), "an empty cell")
    _refuse(weights, weights["indicator_weight"] <= 0, "a weight that is not above 0")
    n_weights = weights.groupby("indicator")["indicator_weight"].transform("nunique")
    _refuse(weights, n_weights > 1, "an indicator with several weights")
    outside = (weights["theme_part"] <= 0) | (weights["theme_part"] > 1)
    _refuse(weights, outside, "a theme_part that is not between 0 and 1")
    whole = weights.groupby("theme_id")["theme_part"].transform("sum")
    _refuse(weights, whole > 1 + 1e-9, "parts of a theme that sum to more than 1")
    return weights


def weighted_index(
    tables: Tables,
    weights: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("agency",),
    interval: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Combine theme shares into indicators, and these into an index.

    Parameters
    ----------
    tables, by, interval, n_bootstrap, seed
        As in ``theme_shares``.
    weights : DataFrame
        As ``read_index_weights`` returns it. Weights are scaled to sum to 1.

    Returns
    -------
    DataFrame, shape (n_groups * (2 * n_indicators + 1), n_by + 9)
        The `by` columns, ``measure``, ``indicator`` ("all" for the index),
        ``weight`` (0-1), ``n_tasks`` (count, tasks of themes that have an
        indicator), ``value`` with ``value_lower`` and ``value_upper``, ``unit``
        and ``chance_value`` (points; what a group whose true agenda is the
        weights would reach on average in so many tasks; of the index only).
        Measures:

        ``indicator_share``
            Fractional share of those tasks in the indicator's themes (0-1).
        ``indicator_score``
            How much of its due the indicator gets: 100 × share / weight, at most
            100.
        ``weighted_index``
            Sum of weight × score (0-100); 100 where attention is divided as the
            weights are. It equals 100 less half the sum of the differences
            between shares and weights, the overlap of [1]_.

        Values are empty where no task has an indicator.

    Raises
    ------
    SchemaError
        If `weights` name a theme that is not in the codebook.

    References
    ----------
    .. [1] Sigelman, L. & Buell, E. H. (2004). Avoidance or Engagement? American
       Journal of Political Science, 48(4), 650-661.
    """
    check_interval(interval, n_bootstrap)
    counts, rng = count_themes(tables, by=by), np.random.default_rng(seed)
    names, to_indicators, weight = _mapping(weights, counts)
    value = _scores(counts.sums @ to_indicators, weight)
    lower, upper = np.full((2, *value.shape), np.nan)
    for groups, draws in draw_shares(counts, n_draws=n_bootstrap, rng=rng):
        drawn = _scores(np.moveaxis(draws, 1, 2) @ to_indicators, weight)
        # A group without a task that has an indicator has no value in any draw.
        lower[groups], upper[groups] = quantile_bounds(drawn, interval, axis=1)
    n_tasks = _n_with_indicator(counts, to_indicators)
    n_names, all_names = len(names), [*names, *names, WHOLE]
    measures = ["indicator_share"] * n_names + ["indicator_score"] * n_names
    units = ["share of tasks"] * n_names + ["points of 100"] * (n_names + 1)
    columns = {
        "indicator": np.array(all_names, dtype=object),
        "weight": np.r_[weight, weight, 1.0],
        "n_tasks": n_tasks[:, None],
        "value": value,
        "value_lower": np.minimum(lower, value),
        "value_upper": np.maximum(upper, value),
        "chance_value": _chance_values(n_tasks, weight, value.shape[1], rng),
        "unit": np.array(units, dtype=object),
    }
    return long_rows(counts.groups, "measure", [*measures, "weighted_index"], columns)


def index_ranks(
    tables: Tables,
    weights: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("agency",),
    interval: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Rank groups by the index, and say how far the ranks can be relied on.

    A rank can move for two reasons: the group has few tasks, or the weights could
    have been others. Each reason has an interval of its own, as [1]_ asks of an index.

    Parameters
    ----------
    tables, weights, by, interval, n_bootstrap, seed
        As in ``weighted_index``.

    Returns
    -------
    DataFrame, shape (n_ranked, n_by + 7)
        The `by` columns, ``n_tasks`` (count), ``value`` (points, 0-100), ``rank`` (1
        for the highest; equal values share the better rank) with ``rank_lower`` and
        ``rank_upper`` (tasks drawn anew, weights as given), ``rank_any_lower`` and
        ``rank_any_upper`` (tasks as they are, weights drawn uniformly from all that
        sum to 1). Groups without a task that has an indicator are left out.

    References
    ----------
    .. [1] OECD & JRC (2008). Handbook on Constructing Composite Indicators, step 7.
       OECD Publishing.
    """
    check_interval(interval, n_bootstrap)
    counts, rng = count_themes(tables, by=by), np.random.default_rng(seed)
    _, to_indicators, weight = _mapping(weights, counts)
    value = _scores(counts.sums @ to_indicators, weight)[:, -1]
    has_value = ~np.isnan(value)
    drawn = np.full((n_bootstrap, len(value)), np.nan)
    for groups, draws in draw_shares(counts, n_draws=n_bootstrap, rng=rng):
        sums = np.moveaxis(draws, 1, 2) @ to_indicators
        drawn[:, groups] = _scores(sums, weight)[..., -1].T
    sums = counts.sums[has_value] @ to_indicators
    others = rng.dirichlet(np.ones(len(weight)), size=n_bootstrap)
    other = np.array([_scores(sums, any_weight)[:, -1] for any_weight in others])
    table = counts.groups.loc[has_value].reset_index(drop=True)
    table["n_tasks"] = _n_with_indicator(counts, to_indicators)[has_value]
    table["value"] = value[has_value]
    table["rank"] = competition_ranks(value[has_value])
    tails = [(1 - interval) / 2, (1 + interval) / 2]
    for name, values in (("rank", drawn[:, has_value]), ("rank_any", other)):
        ranks = competition_ranks(np.nan_to_num(values, nan=-1.0))
        ends = np.quantile(ranks, tails, axis=0, method="nearest")
        table[f"{name}_lower"], table[f"{name}_upper"] = ends.astype(int)
    return table.sort_values("rank", kind="stable", ignore_index=True)


def _n_with_indicator(counts: ThemeCounts, to_indicators: np.ndarray) -> np.ndarray:
    has = (counts.stack_weights @ to_indicators > 0).any(axis=1)
    n_groups = len(counts.groups)
    sizes = np.bincount(counts.stack_group, counts.stack_size * has, n_groups)
    return sizes.astype(int)


def _chance_values(
    n_tasks: np.ndarray, weight: np.ndarray, n_columns: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the mean index of samples whose true agenda is the weights."""
    chance = np.full((len(n_tasks), n_columns), np.nan)
    for n in np.unique(n_tasks[n_tasks > 0]):
        sampled = rng.multinomial(n, weight, size=1000)
        chance[n_tasks == n, -1] = _scores(sampled, weight)[:, -1].mean()
    return chance


def _mapping(
    weights: pd.DataFrame, counts: ThemeCounts
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the indicators, themes × indicators, and weights that sum to 1."""
    theme_ids = counts.theme_ids
    unknown = weights[~weights["theme_id"].isin(theme_ids)]
    if not unknown.empty:
        raise SchemaError(
            "index_weights",
            choices(unknown["theme_id"].iloc[0], theme_ids[counts.codebook_order]),
            failure_cases=unknown,
        )
    by_indicator = weights.drop_duplicates("indicator").set_index("indicator")
    names = list(by_indicator.index)
    to_indicators = np.zeros((len(theme_ids), len(names)))
    row = pd.Index(theme_ids).get_indexer(weights["theme_id"])
    column = pd.Index(names).get_indexer(weights["indicator"])
    np.add.at(to_indicators, (row, column), weights["theme_part"].to_numpy())
    weight = by_indicator["indicator_weight"].to_numpy(dtype=float)
    return names, to_indicators, weight / weight.sum()


def _scores(sums: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return shares, scores and the index from sums (..., n_indicators)."""
    total = sums.sum(axis=-1, keepdims=True)
    nothing = np.full(sums.shape, np.nan)
    share = np.divide(sums, total, out=nothing, where=total > 1e-9)
    score = 100 * np.minimum(share / weight, 1)
    return np.concatenate([share, score, (score @ weight)[..., None]], axis=-1)


def _refuse(weights: pd.DataFrame, bad: pd.Series, content: str) -> None:
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise SchemaError(
            "index_weights",
            f"row {first + 1}: found {content}; see read_index_weights for what each "
            "column may hold",
            failure_cases=weights[bad],
        )

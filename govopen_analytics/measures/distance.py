"""Overlap and distance between agendas, against their same-agenda null; a map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import choices
from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.counts import ThemeCounts, count_themes
from govopen_analytics.measures.families import ERROR_RATE, adjusted, with_states
from govopen_analytics.measures.intervals import check_interval, quantile_bounds
from govopen_analytics.measures.permutation import (
    PLAN,
    TASK,
    n_arrangements,
    sequential_p_values,
)
from govopen_analytics.measures.resample import draw_shares

# 60 groups make 1,770 pairs, some ten seconds of permutations and the largest map
# that can be read; beyond that each group is compared with the rest.
MOST_GROUPS = 60
REST = "rest"


def overlap(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return ``100 - sum|p - q| / 2`` for agendas in percent.

    Parameters
    ----------
    p, q : ndarray of float, shape (..., n_themes)
        Agendas: shares that sum to 1 (0-1).

    Returns
    -------
    ndarray of float, shape (...)
        100 for identical agendas, 0 for agendas without a common theme.

    References
    ----------
    .. [1] Sigelman, L. & Buell, E. H. (2004). Avoidance or Engagement? Issue
       Convergence in U.S. Presidential Campaigns, 1960-2000. American Journal
       of Political Science, 48(4), 650-661.
    """
    return 100.0 - 50.0 * np.abs(p - q).sum(axis=-1)


def jensen_shannon_distance(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return the square root of the Jensen-Shannon divergence, base 2.

    Parameters
    ----------
    p, q : ndarray of float, shape (..., n_themes)
        Agendas: shares that sum to 1 (0-1), with equal weights.

    Returns
    -------
    ndarray of float, shape (...)
        0 for identical agendas, 1 for agendas without a common theme.

    References
    ----------
    .. [1] Lin, J. (1991). Divergence Measures Based on the Shannon Entropy.
       IEEE Transactions on Information Theory, 37(1), 145-151.
    """
    middle = (p + q) / 2
    divergence = _entropy(middle) - (_entropy(p) + _entropy(q)) / 2
    return np.sqrt(np.clip(divergence, 0, 1))


def agenda_distances(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
    against: str = "each",
    interval: float = 0.95,
    n_permutations: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the agendas of groups, and say what chance alone would give.

    Two samples of one agenda are never identical, and the smaller the samples
    the further apart they fall. So every distance stands beside its null: the
    tasks of both groups are shuffled and dealt out again, n to the one and m to
    the other, and the distance is taken anew. Where one of the two groups has
    several plans, whole plans are dealt out, for plans of one agency differ more
    than tasks do. Agendas are fractional shares of the classified tasks.

    Parameters
    ----------
    tables, by
        As in ``theme_shares``.
    against : {"each", "rest"}
        Compare each group with each other one, or with all others together.
    interval : float, default 0.95
        Level of the intervals: bootstrap of both agendas [1]_, corrected for what
        small samples add to a distance.
    n_permutations : int, default 1000
        Permutations behind each null, and draws behind each interval; where more
        could change what is found, ``sequential_p_values`` takes more.
    seed : int, default 0
        Seed of both.

    Returns
    -------
    DataFrame, shape (n_pairs, 22)
        ``group``, ``reference`` (labels; "rest" for all others), ``n_tasks``,
        ``n_reference_tasks`` (counts), ``n_classified``,
        ``n_reference_classified`` (those of them with a theme, which make up the
        agendas); ``overlap`` (0-100) with ``_lower`` and ``_upper``; ``distance``
        (0-1) of the tasks at hand; both with ``_null_mean`` and ``_null_bound``,
        which 5 % of same-agenda pairs pass (downwards for the overlap, upwards for
        the distance); ``distance_corrected`` (0-1) with ``_lower`` and ``_upper``:
        the distance without what samples of this size add to it, 0 where it is no
        larger than that [3]_; ``test_unit`` ("task" or "plan": what
        was dealt out), ``p_value`` of the distance [2]_, ``p_adjusted`` over the
        family, ``state`` (``families.states``: of two plans against two nothing
        can be found) and ``is_beyond_chance`` (``state`` is "established").
        Values are empty where a group has no classified task.

    Raises
    ------
    ValueError
        If there are more than 60 groups to compare each with each, or an
        argument is not among what it may be.

    References
    ----------
    .. [1] Davison, A. C. & Hinkley, D. V. (1997). Bootstrap Methods and their
       Application, section 5.2. Cambridge University Press.
    .. [2] Phipson, B. & Smyth, G. K. (2010). Permutation P-values Should Never
       Be Zero. Statistical Applications in Genetics and Molecular Biology, 9(1).
    .. [3] Nei, M. (1978). Estimation of Average Heterozygosity and Genetic
       Distance from a Small Number of Individuals. Genetics, 89(3), 583-590.
    """
    if against not in ("each", REST):
        raise ValueError(f"against: {choices(against, ['each', REST])}")
    check_interval(interval, n_permutations, name="n_permutations")
    counts = count_themes(tables, by=by)
    n_groups = len(counts.groups)
    if against == "each" and n_groups > MOST_GROUPS:
        raise ValueError(
            f"against: found 'each' with {n_groups} groups, expected at most "
            f"{MOST_GROUPS}; select some of them, or pass against='{REST}'"
        )
    pairs = _Pairs(counts, against)
    family = "agencies" if against == REST else "pairs"
    null = _null_distances(
        counts, pairs, family, n_permutations, np.random.default_rng(seed)
    )
    (n_tasks, n_reference_tasks), names = pairs.of_both(counts.n_tasks), counts.labels
    columns: dict[str, Any] = {
        "group": [names[k] for k in pairs.first],
        "reference": [names[k] if k >= 0 else REST for k in pairs.second],
        "n_tasks": n_tasks,
        "n_reference_tasks": n_reference_tasks,
        "n_classified": pairs.n_first,
        "n_reference_classified": pairs.n_second,
    }
    for name, measure in _BY_NAME.items():
        columns[name] = measure(pairs.p, pairs.q)
        columns[f"{name}_null_mean"] = null[f"{name}_null_mean"]
        columns[f"{name}_null_bound"] = null[f"{name}_null_bound"]
    columns |= _intervals(counts, pairs, null, interval, n_permutations, seed)
    columns["test_unit"] = np.where(null["is_by_plan"] == 1, PLAN, TASK)
    columns["p_value"] = null["p_value"]
    rows = pd.DataFrame(columns)
    return with_states(rows, family, null["can_be_answered"] == 1)


class _Pairs:
    """Which groups are compared, with their agendas; -1 stands for the rest."""

    def __init__(self, counts: ThemeCounts, against: str) -> None:
        n_groups = len(counts.groups)
        if against == REST:
            self.first, self.second = np.arange(n_groups), np.full(n_groups, -1)
        else:
            self.first, self.second = np.triu_indices(n_groups, k=1)
        self.p, self.q = map(_agenda, self.of_both(counts.sums))
        self.n_first, self.n_second = self.of_both(counts.n_classified)

    def of_both(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return values of groups (n_groups, ...) for both sides of each pair."""
        is_rest = (self.second < 0).reshape(-1, *[1] * (values.ndim - 1))
        first = values[self.first]
        rest = values.sum(axis=0) - first
        return first, np.where(is_rest, rest, values[self.second])


def _agenda(sums: np.ndarray) -> np.ndarray:
    """Scale sums over themes to shares; NaN where there is nothing to share."""
    total = sums.sum(axis=-1, keepdims=True)
    return np.divide(sums, total, out=np.full(sums.shape, np.nan), where=total > 1e-9)


@dataclass(frozen=True)
class _Dealt:
    """What of one comparison is dealt out again, and how much of it to one side."""

    sizes: np.ndarray  # tasks by theme set, or one row per plan and theme set
    weights: np.ndarray  # of the theme sets
    n: int  # tasks, or plans
    is_by_plan: bool

    @property
    def smallest_p(self) -> float:
        if not self.is_by_plan:
            return 0.0
        n_plans = len(self.sizes)
        return 1 / n_arrangements(np.array([self.n, n_plans - self.n]))

    def drawn(self, n_draws: int, rng: np.random.Generator) -> np.ndarray:
        """Return agendas of both sides, shape (2, n_draws, n_themes)."""
        if self.is_by_plan:
            n_plans = len(self.sizes)
            chosen = rng.permuted(
                np.tile(np.arange(n_plans) < self.n, (n_draws, 1)), axis=1
            )
            whole, dealt = self.sizes.sum(axis=0), chosen @ self.sizes
        else:
            whole = self.sizes
            dealt = rng.multivariate_hypergeometric(
                whole, self.n, size=n_draws, method="marginals"
            )
        return np.stack(
            [_agenda(dealt @ self.weights), _agenda((whole - dealt) @ self.weights)]
        )


def _dealt(counts: ThemeCounts, pairs: _Pairs) -> dict[int, _Dealt]:
    """Say what is dealt out of each pair of which both sides have a task."""
    is_classified = counts.stack_weights.any(axis=1)
    weights, theme_set = np.unique(
        counts.stack_weights[is_classified], axis=0, return_inverse=True
    )
    owner, size = counts.stack_group[is_classified], counts.stack_size[is_classified]
    key = np.stack([owner, counts.stack_plan[is_classified]])
    _, first, plan = np.unique(key, axis=1, return_index=True, return_inverse=True)
    by_plan = np.zeros((len(first), len(weights)), dtype=np.int64)
    np.add.at(by_plan, (plan.ravel(), theme_set.ravel()), size)
    group = owner[first]
    sizes = np.zeros((len(counts.groups), len(weights)), dtype=np.int64)
    np.add.at(sizes, group, by_plan)
    n_plans = np.bincount(group, minlength=len(sizes))
    dealt = {}
    for k in np.flatnonzero((pairs.n_first > 0) & (pairs.n_second > 0)):
        i, j = pairs.first[k], pairs.second[k]
        is_rest = j < 0
        n_sides = n_plans if is_rest else n_plans[[i, j]]
        if (n_sides > 1).any():
            used = np.ones(len(group), bool) if is_rest else np.isin(group, (i, j))
            dealt[int(k)] = _Dealt(by_plan[used], weights, int(n_plans[i]), True)
        else:
            whole = sizes.sum(axis=0) if is_rest else sizes[i] + sizes[j]
            is_present, n_first = whole > 0, int(pairs.n_first[k])
            dealt[int(k)] = _Dealt(
                whole[is_present], weights[is_present], n_first, False
            )
    return dealt


def _null_distances(
    counts: ThemeCounts,
    pairs: _Pairs,
    family: str,
    n_draws: int,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Summarise, per pair, the distances of tasks or plans dealt out again."""
    observed = jensen_shannon_distance(pairs.p, pairs.q)
    dealt = _dealt(counts, pairs)
    # Group and rest always make up the same whole, so n alone sets their null.
    shared: dict[object, tuple[np.ndarray, np.ndarray]] = {}
    rows = []
    for k, again in dealt.items():
        key = (again.is_by_plan, again.n) if pairs.second[k] < 0 else k
        if key not in shared:
            shared[key] = _distances(again, n_draws, rng)
        alike, apart = shared[key]
        rows.append(
            (
                alike.mean(),
                np.quantile(alike, 0.05),
                apart.mean(),
                np.quantile(apart, 0.95),
                (apart**2).mean(),
                again.is_by_plan,
                again.smallest_p <= ERROR_RATE,
                (apart >= observed[k] - _ROUNDING).sum(),
            )
        )
    null = pd.DataFrame(rows, list(dealt), list(_NULL_COLUMNS), dtype=float)
    order = list(dealt)

    def reached(test: int, n: int) -> int:
        """Count how many of n new distances reach the observed one."""
        k, count = order[test], 0
        for done in range(0, n, _DRAWS_AT_ONCE):
            apart = _distances(dealt[k], min(_DRAWS_AT_ONCE, n - done), rng)[1]
            count += int((apart >= observed[k] - _ROUNDING).sum())
        return count

    null["p_value"] = sequential_p_values(
        null.pop("n_reached").to_numpy(),
        n_draws,
        reached,
        lambda p: adjusted(p, family),
    )
    null = null.reindex(range(len(pairs.first)))
    return {name: column.to_numpy() for name, column in null.items()}


_NULL_COLUMNS = (
    "overlap_null_mean",
    "overlap_null_bound",
    "distance_null_mean",
    "distance_null_bound",
    "divergence_mean",
    "is_by_plan",
    "can_be_answered",
    "n_reached",
)


def _distances(
    dealt: _Dealt, n_draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    p, q = dealt.drawn(n_draws, rng)
    return overlap(p, q), jensen_shannon_distance(p, q)


def _intervals(
    counts: ThemeCounts,
    pairs: _Pairs,
    null: dict[str, np.ndarray],
    interval: float,
    n_draws: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Return the bounds of the overlap, and the corrected distance with its bounds.

    Chance adds about the same to a divergence whether agendas are equal or not, so
    what it adds under one agenda is taken away; the draws spread about what is left,
    never below 0. From an overlap chance takes between nothing (agendas far apart)
    and what equal agendas lose, so that interval spans both cases.
    """
    low, high = np.full((2, 2, len(pairs.first)), np.nan)
    for at, p, q in _agenda_draws(counts, pairs, n_draws, seed):
        for k, draws in enumerate((overlap(p, q), jensen_shannon_distance(p, q) ** 2)):
            about_mean = draws - draws.mean(axis=1, keepdims=True)
            low[k, at], high[k, at] = quantile_bounds(about_mean, interval, axis=1)
    value = overlap(pairs.p, pairs.q)
    divergence = jensen_shannon_distance(pairs.p, pairs.q) ** 2
    middle = np.clip(divergence - null["divergence_mean"], 0, 1)
    lost = 100 - null["overlap_null_mean"]
    return {
        "overlap_lower": np.clip(value + low[0], 0, 100),
        "overlap_upper": np.clip(value + high[0] + lost, 0, 100),
        "distance_corrected": np.sqrt(middle),
        "distance_corrected_lower": np.sqrt(np.clip(middle + low[1], 0, 1)),
        "distance_corrected_upper": np.sqrt(np.clip(middle + high[1], 0, 1)),
    }


def _agenda_draws(
    counts: ThemeCounts, pairs: _Pairs, n_draws: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield positions of pairs with draws of both agendas (pairs, draws, themes)."""

    def draws() -> Iterator[tuple[slice, np.ndarray]]:
        rng = np.random.default_rng(seed)
        return draw_shares(counts, n_draws=n_draws, rng=rng, is_smoothed=False)

    n_tasks = counts.n_tasks[:, None, None]
    if not len(pairs.first):
        return
    if (pairs.second < 0).all():
        # Twice with one seed: all draws at once would not fit for many groups.
        whole = sum((n_tasks[at] * drawn).sum(axis=0) for at, drawn in draws())
        for at, drawn in draws():
            rest = whole - n_tasks[at] * drawn
            yield np.arange(at.start, at.stop), _by_draw(drawn), _by_draw(rest)
        return
    drawn = np.concatenate([part for _, part in draws()])
    for start in range(0, len(pairs.first), _PAIRS_AT_ONCE):
        some = np.arange(start, min(start + _PAIRS_AT_ONCE, len(pairs.first)))
        first, second = drawn[pairs.first[some]], drawn[pairs.second[some]]
        yield some, _by_draw(first), _by_draw(second)


def _by_draw(draws: np.ndarray) -> np.ndarray:
    return _agenda(np.moveaxis(draws, -1, -2))


def _entropy(p: np.ndarray) -> np.ndarray:
    return -(p * np.log2(np.where(p > 0, p, 1))).sum(axis=-1)


def agenda_map(distances: pd.DataFrame) -> pd.DataFrame:
    """Lay agencies out on a plane by the distances between their agendas.

    Classical scaling [1]_ [2]_. The Jensen-Shannon distance is one between points
    of a Hilbert space [3]_, so nothing is lost but the further dimensions; how
    much the two shown hold stands beside the points. Nearness on the map is no
    evidence: see ``is_beyond_chance`` of the distances.

    Parameters
    ----------
    distances : DataFrame, shape (n_pairs, ...)
        Result of ``agenda_distances`` of each group with each; a group without a
        distance is left out.

    Returns
    -------
    DataFrame, shape (n_groups, 5)
        ``group``, ``n_tasks`` (count), ``x``, ``y`` (distance units) and
        ``shown_share`` (part of the squared distances that the plane holds, 0-1;
        the same in all rows). Empty for fewer than two groups.

    References
    ----------
    .. [1] Torgerson, W. S. (1952). Multidimensional Scaling: I. Theory and
       Method. Psychometrika, 17(4), 401-419.
    .. [2] Gower, J. C. (1966). Some Distance Properties of Latent Root and Vector
       Methods Used in Multivariate Analysis. Biometrika, 53(3-4), 325-338.
    .. [3] Endres, D. M. & Schindelin, J. E. (2003). A New Metric for Probability
       Distributions. IEEE Transactions on Information Theory, 49(7), 1858-1860.
    """
    rows = distances.dropna(subset=["distance"])
    sizes = {
        **dict(zip(rows["reference"], rows["n_reference_tasks"], strict=True)),
        **dict(zip(rows["group"], rows["n_tasks"], strict=True)),
    }
    names = sorted(sizes)
    columns = ["group", "n_tasks", "x", "y", "shown_share"]
    if len(names) < 2:
        return pd.DataFrame(columns=columns)
    place = {name: k for k, name in enumerate(names)}
    squared = np.zeros((len(names), len(names)))
    first, second = rows["group"].map(place), rows["reference"].map(place)
    squared[first, second] = squared[second, first] = rows["distance"] ** 2
    points, shown_share = _principal_points(squared)
    rows = pd.DataFrame({"group": names, "n_tasks": [sizes[name] for name in names]})
    rows["x"], rows["y"] = points.T
    return rows.assign(shown_share=shown_share)


def _principal_points(squared: np.ndarray) -> tuple[np.ndarray, float]:
    """Return points (n, 2) from squared distances, and what they hold of them."""
    n = len(squared)
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-centre @ squared @ centre / 2)
    values = np.clip(values[::-1], 0, None)
    vectors = vectors[:, ::-1]
    # The sign of an axis is arbitrary; one choice keeps runs alike.
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(n)])
    points = (vectors * signs * np.sqrt(values))[:, :2]
    total = values.sum()
    return points, float(values[:2].sum() / total) if total > 0 else 1.0


_BY_NAME = {"overlap": overlap, "distance": jensen_shannon_distance}
_PAIRS_AT_ONCE = 100
_DRAWS_AT_ONCE = 20_000
# A tie within rounding is a tie: the rearrangement may be the data itself.
_ROUNDING = 1e-9

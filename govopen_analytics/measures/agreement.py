"""Agreement between coders: people and algorithms alike."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import SchemaError, choices
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.reference_files import read_reference
from govopen_analytics.measures.counts import WHOLE
from govopen_analytics.measures.intervals import jeffreys_interval

#: Stands in a confusion table for a task that a coder left out.
UNCLASSIFIED = "unclassified"

Distance = Callable[[Any, Any], float]


def nominal_distance(first: object, second: object) -> float:
    """Compare two categories.

    Returns
    -------
    float
        0 if they are the same, 1 if not.
    """
    return float(first != second)


def masi_distance(first: Iterable[str], second: Iterable[str]) -> float:
    """Compare two sets of themes: Jaccard, weighed by how the sets relate.

    Parameters
    ----------
    first, second : iterable of str
        Not both empty.

    Returns
    -------
    float
        1 - J·M: M is 1 for equal sets, 2/3 where one holds the other, 1/3
        where they overlap, 0 where they share nothing.

    References
    ----------
    .. [1] Passonneau, R. (2006). Measuring agreement on set-valued items
       (MASI) for semantic and pragmatic annotation. LREC.
    """
    first, second = set(first), set(second)
    if first == second:
        return 0.0
    shared = first & second
    if not shared:
        return 1.0
    relation = 2 / 3 if first <= second or second <= first else 1 / 3
    return 1 - len(shared) / len(first | second) * relation


def primary_codes(assignments: pd.DataFrame) -> pd.DataFrame:
    """Lay out each coder's primary themes, tasks by coders.

    Parameters
    ----------
    assignments : DataFrame, shape (n_assignments, ...)
        Valid ``theme_assignments``.

    Returns
    -------
    DataFrame, shape (n_tasks, n_coders)
        Theme ids; None where a coder left the task out. Sorted by task_id.

    Raises
    ------
    SchemaError
        If a coder gave a task two themes of rank 1.
    """
    first = assignments.loc[assignments["rank"] == 1]
    doubled = first.duplicated(["task_id", "coder"], keep=False)
    if doubled.any():
        raise SchemaError(
            "theme_assignments",
            f"{int(doubled.sum())} rows of rank 1 share task and coder; "
            "expected one primary theme each",
            failure_cases=first.loc[doubled],
        )
    return _by_coder(first, first["theme_id"].tolist())


def set_codes(assignments: pd.DataFrame) -> pd.DataFrame:
    """Lay out each coder's sets of themes, tasks by coders.

    Parameters
    ----------
    assignments : DataFrame, shape (n_assignments, ...)
        Valid ``theme_assignments``.

    Returns
    -------
    DataFrame, shape (n_tasks, n_coders)
        Frozen sets of theme ids; None where a coder left the task out.
    """
    cells = assignments.drop_duplicates(["task_id", "coder"])
    columns = assignments[["task_id", "coder", "theme_id"]]
    sets: dict[tuple[str, str], set[str]] = {}
    for task_id, coder, theme_id in columns.itertuples(index=False):
        sets.setdefault((task_id, coder), set()).add(theme_id)
    return _by_coder(cells, [frozenset(themes) for themes in sets.values()])


def _by_coder(rows: pd.DataFrame, values: Sequence[Any]) -> pd.DataFrame:
    tasks = sorted(rows["task_id"].unique())
    coders = sorted(rows["coder"].unique())
    grid = np.full((len(tasks), len(coders)), None, dtype=object)
    task_rows = pd.Index(tasks).get_indexer(rows["task_id"])
    coder_columns = pd.Index(coders).get_indexer(rows["coder"])
    for row, column, value in zip(task_rows, coder_columns, values, strict=True):
        grid[row, column] = value
    index = pd.Index(tasks, name="task_id")
    return pd.DataFrame(grid, index=index, columns=coders, dtype=object)


def krippendorff_alpha(
    codes: pd.DataFrame, distance: Distance = nominal_distance
) -> float:
    """Compute Krippendorff's alpha over units and any number of coders.

    Parameters
    ----------
    codes : DataFrame, shape (n_units, n_coders)
        A value per unit and coder, None where there is none. Units with fewer
        than two values do not count.
    distance : callable
        Distance of two values (0-1), such as ``nominal_distance`` or
        ``masi_distance``.

    Returns
    -------
    float
        1 for perfect agreement, 0 for what chance gives; not a number where no
        unit has two values or all values are the same.

    References
    ----------
    .. [1] Hayes, A. F. & Krippendorff, K. (2007). Answering the call for a
       standard reliability measure for coding data. Communication Methods and
       Measures, 1(1), 77-89.
    """
    parts = _AlphaParts.of(codes, distance)
    return float(parts.alpha(np.ones((1, len(parts.counts))))[0])


class _AlphaParts:
    """What alpha needs of each unit, so that units can be drawn again."""

    def __init__(self, counts: np.ndarray, distances: np.ndarray) -> None:
        self.counts = counts
        self.distances = distances
        n_values = counts.sum(axis=1)
        disagreement = np.einsum("uv,vw,uw->u", counts, distances, counts)
        self.observed = disagreement / np.maximum(n_values - 1, 1)

    @classmethod
    def of(cls, codes: pd.DataFrame, distance: Distance) -> "_AlphaParts":
        cells = codes.to_numpy(dtype=object)
        values = sorted({v for v in cells.ravel() if v is not None}, key=_sort_key)
        place = {value: i for i, value in enumerate(values)}
        counts = np.zeros((len(cells), len(values)))
        for row, cell in enumerate(cells):
            for value in cell:
                if value is not None:
                    counts[row, place[value]] += 1
        distances = np.array([[distance(a, b) for b in values] for a in values])
        distances = distances.reshape(len(values), len(values))
        return cls(counts[counts.sum(axis=1) >= 2], distances)

    def alpha(self, weights: np.ndarray) -> np.ndarray:
        """Compute alpha with each unit counted so often, per row of weights."""
        totals = weights @ self.counts
        n = totals.sum(axis=1)
        observed = weights @ self.observed
        expected = np.einsum("bv,vw,bw->b", totals, self.distances, totals)
        with np.errstate(divide="ignore", invalid="ignore"):
            return 1 - (n - 1) * observed / np.where(expected > 0, expected, np.nan)


def _sort_key(value: Any) -> str:
    return value if isinstance(value, str) else "|".join(sorted(value))


def _draws(units: Sequence[Any], n_bootstrap: int, seed: int) -> np.ndarray:
    """Draw groups of units with replacement: how often each unit is drawn."""
    names, group = np.unique(np.asarray(units, dtype=str), return_inverse=True)
    generator = np.random.default_rng(seed)
    if not len(names):
        return np.zeros((n_bootstrap, 0))
    drawn = generator.multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=n_bootstrap
    )
    return drawn[:, group].astype(float)


def _interval(values: np.ndarray, level: float) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def _wider_bounds(
    measured: Callable[[np.ndarray], np.ndarray],
    task_ids: pd.Index,
    groups: pd.Series | None,
    n_bootstrap: int,
    level: float,
    seed: int,
) -> np.ndarray:
    """Return bounds of measures: drawing groups or tasks, the outer of each.

    `measured` turns rows of weights over tasks into values of shape
    (n_draws,) or (n_draws, n_measures). A handful of groups can lie closer together
    than chance would put their tasks, so drawing these alone would claim too much.
    """
    kinds = (
        [list(task_ids)] if groups is None else [task_ids, _groups(task_ids, groups)]
    )
    bounds = []
    for units in kinds:
        drawn = measured(_draws(units, n_bootstrap, seed))
        bounds.append([_interval(column, level) for column in np.atleast_2d(drawn.T)])
    lower, upper = np.moveaxis(np.array(bounds).reshape(len(kinds), -1, 2), 2, 0)
    return np.stack([np.fmin.reduce(lower), np.fmax.reduce(upper)])


def _with_sampling(
    bounds: np.ndarray,
    right: np.ndarray,
    n: np.ndarray,
    is_f1: np.ndarray,
    level: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Widen bounds to Jeffreys' for `right` of `n`, where n is not 0."""
    exact = np.stack(jeffreys_interval(right, n, interval=level))
    exact = np.where(is_f1, 2 * exact / (1 + exact), exact)
    exact = np.where(n > 0, exact, np.nan)
    return np.fmin(bounds[0], exact[0]), np.fmax(bounds[1], exact[1])


_BOUNDED = ["value", "value_lower", "value_upper", "n_tasks"]
_AGREEMENT_COLUMNS = ["measure", "first_coder", "second_coder", *_BOUNDED]


def agreement(
    assignments: pd.DataFrame,
    *,
    coders: Sequence[str] | None = None,
    groups: pd.Series | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compute the agreement of coders, of all together and of each pair.

    Parameters
    ----------
    assignments : DataFrame, shape (n_assignments, ...)
        Valid ``theme_assignments`` of two or more coders, made with one
        version of the codebook.
    coders : sequence of str, optional
        Coders to compare; all by default.
    groups : Series, optional
        Group of each task_id, such as its document. Intervals then come from
        drawing groups, since tasks of one plan resemble each other, and from
        drawing tasks: the outer bounds of both.
    n_bootstrap : int, default 1000
        Draws per interval.
    level : float, default 0.95
        Share of draws inside an interval.
    seed : int
        Seed of the draws.

    Returns
    -------
    DataFrame, shape (n_rows, 7)
        ``measure`` ("alpha_nominal" over primary themes, "alpha_masi" over
        sets, "same_primary" as a share of the tasks both coded),
        ``first_coder``, ``second_coder`` ("all" in both for all together),
        ``value``, ``value_lower``, ``value_upper``, ``n_tasks`` that at least
        two of the coders coded. Bounds of "same_primary" are those of
        ``jeffreys_interval`` where these lie further out. An alpha of 1 has
        bounds of 1, for draws of tasks without an error hold none: how many
        errors may have been missed is what "same_primary" says.

    Raises
    ------
    SchemaError
        If a coder is unknown, or the versions of the codebook differ.
    """
    _check_one_version(assignments)
    known = sorted(assignments["coder"].unique())
    coders = list(coders) if coders is not None else known
    for coder in coders:
        _check_coder(coder, known)
    together = [coders] if len(coders) > 2 else []
    pairs = [[a, b] for i, a in enumerate(coders) for b in coders[i + 1 :]]
    primary, sets = primary_codes(assignments), set_codes(assignments)
    rows = []
    for some in together + pairs:
        names = some if len(some) == 2 else [WHOLE, WHOLE]
        for measure, codes, distance in (
            ("alpha_nominal", primary, nominal_distance),
            ("alpha_masi", sets, masi_distance),
        ):
            chosen = _coded_twice(codes[some])
            parts = _AlphaParts.of(chosen, distance)
            value = parts.alpha(np.ones((1, len(chosen))))[0]
            bounds = _wider_bounds(
                parts.alpha, chosen.index, groups, n_bootstrap, level, seed
            )
            rows.append((measure, *names, value, *bounds[:, 0], len(chosen)))
        if len(some) == 2:
            chosen = _coded_twice(primary[some])
            same = (chosen[some[0]] == chosen[some[1]]).to_numpy(dtype=float)
            value = same.mean() if len(same) else float("nan")
            share = partial(_weighted_share, same)
            bounds = _wider_bounds(
                share, chosen.index, groups, n_bootstrap, level, seed
            )
            counts = np.array([same.sum()]), np.array([len(same)])
            lower, upper = _with_sampling(bounds, *counts, np.array([False]), level)
            rows.append(
                ("same_primary", *names, value, lower[0], upper[0], len(chosen))
            )
    return pd.DataFrame(rows, columns=_AGREEMENT_COLUMNS)


def _coded_twice(codes: pd.DataFrame) -> pd.DataFrame:
    return codes.loc[codes.notna().sum(axis=1) >= 2]


def _groups(task_ids: pd.Index, groups: pd.Series | None) -> Sequence[Any]:
    if groups is None:
        return list(task_ids)
    missing = [task for task in task_ids if task not in groups.index]
    if missing:
        raise SchemaError(
            "theme_assignments",
            f"task '{missing[0]}' and {len(missing) - 1} more have no group; "
            "expected a group for every task",
        )
    return list(groups.loc[task_ids])


def _check_one_version(assignments: pd.DataFrame) -> None:
    versions = sorted(assignments["codebook_version"].dropna().unique())
    if len(versions) > 1:
        raise SchemaError(
            "theme_assignments",
            f"found codings by codebook versions {', '.join(versions)}, expected one; "
            "carry them over with apply_crosswalk first",
        )


def _check_coder(coder: str, known: Sequence[str]) -> None:
    if coder not in known:
        raise SchemaError("theme_assignments", f"coder: {choices(coder, known)}")


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)


def _weighted_share(held: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return _ratio(weights @ held, weights.sum(axis=1))


class _Hits:
    """Hits, false alarms and misses per task and theme, against a reference."""

    def __init__(
        self,
        assignments: pd.DataFrame,
        coder: str,
        reference: str,
        theme_ids: Sequence[str],
    ) -> None:
        known = sorted(assignments["coder"].unique())
        for name in (coder, reference):
            _check_coder(name, known)
        _check_one_version(assignments)
        self.theme_ids = list(theme_ids)
        assignments = assignments.loc[assignments["coder"].isin([coder, reference])]
        primary, sets = primary_codes(assignments), set_codes(assignments)
        self.sets = sets.loc[sets[reference].notna()]
        # A coder may have given further themes only, and then has no column.
        self.primary = primary.reindex(self.sets.index, columns=[coder, reference])
        given, true = self._members(coder), self._members(reference)
        self.hits = given * true
        self.false_alarms = given * (1 - true)
        self.misses = (1 - given) * true
        self.is_coded = self.sets[coder].notna().to_numpy(dtype=float)
        same = self.primary[coder] == self.primary[reference]
        self.is_primary_right = same.to_numpy(dtype=float)
        self.is_set_right = (given == true).all(axis=1).astype(float)

    def _members(self, coder: str) -> np.ndarray:
        rows = [
            [float(value is not None and theme in value) for theme in self.theme_ids]
            for value in self.sets[coder]
        ]
        return np.array(rows).reshape(len(self.sets), len(self.theme_ids))

    def f1_by_theme(self, weights: np.ndarray) -> np.ndarray:
        hits = weights @ self.hits
        errors = weights @ (self.false_alarms + self.misses)
        return _ratio(2 * hits, 2 * hits + errors)

    def measures(self, weights: np.ndarray) -> dict[str, np.ndarray]:
        """Compute every measure, per row of weights over the tasks."""
        n = weights.sum(axis=1)
        hits = (weights @ self.hits).sum(axis=1)
        false_alarms = (weights @ self.false_alarms).sum(axis=1)
        misses = (weights @ self.misses).sum(axis=1)
        by_theme = self.f1_by_theme(weights)
        counted = np.isfinite(by_theme)
        macro = _ratio(np.where(counted, by_theme, 0).sum(axis=1), counted.sum(axis=1))
        return {
            "primary_accuracy": _ratio(weights @ self.is_primary_right, n),
            "exact_set": _ratio(weights @ self.is_set_right, n),
            "micro_precision": _ratio(hits, hits + false_alarms),
            "micro_recall": _ratio(hits, hits + misses),
            "micro_f1": _ratio(2 * hits, 2 * hits + false_alarms + misses),
            "macro_f1": macro,
            "coverage": _ratio(weights @ self.is_coded, n),
        }

    def right_of(self) -> dict[str, tuple[float, float]]:
        """Count how many are right, of how many, for each of ``measures``.

        F1 is 2 J / (1 + J), J the part of what either coder gave that both gave;
        macro F1 is no such share, so it has a count only where nothing is wrong.
        """
        n, hits = len(self.sets), self.hits.sum()
        false_alarms, misses = self.false_alarms.sum(), self.misses.sum()
        either = hits + false_alarms + misses
        return {
            "primary_accuracy": (self.is_primary_right.sum(), n),
            "exact_set": (self.is_set_right.sum(), n),
            "micro_precision": (hits, hits + false_alarms),
            "micro_recall": (hits, hits + misses),
            "micro_f1": (hits, either),
            "macro_f1": (hits, either) if hits == either else (0, 0),
            "coverage": (self.is_coded.sum(), n),
        }


def reference_scores(
    assignments: pd.DataFrame,
    *,
    coder: str,
    reference: str,
    theme_ids: Sequence[str],
    groups: pd.Series | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Judge one coder against another taken as right, with intervals.

    Parameters
    ----------
    assignments : DataFrame, shape (n_assignments, ...)
        Valid ``theme_assignments`` of both.
    coder, reference : str
        Names of the coders. Tasks the reference left out do not count; tasks
        only `coder` left out count as wrong.
    theme_ids : sequence of str
        Themes of the codebook.
    groups : Series, optional
        Group of each task_id; intervals then come from drawing groups and from
        drawing tasks: the outer bounds of both.
    n_bootstrap, level, seed
        As for ``agreement``.

    Returns
    -------
    DataFrame, shape (7, 5)
        ``measure``, ``value`` (0-1), ``value_lower``, ``value_upper``,
        ``n_tasks``: accuracy of the primary theme; exact agreement of sets;
        micro precision, recall and F1 over (task, theme) pairs; macro F1 over
        the themes either coder used; coverage, the share of tasks `coder` coded
        at all. No interval is narrower than Jeffreys' [1]_ for as many right of
        as many; where all are right, the lower bound is the exact one-sided one,
        ``(1 - level) ** (1 / n)`` [2]_. F1 = 2 J / (1 + J) has the bounds of J, the
        part of (task, theme) pairs of either coder that both gave; macro F1 has
        these only where it is 1.

    Raises
    ------
    SchemaError
        If a coder is unknown, or the versions of the codebook differ.

    References
    ----------
    .. [1] Brown, L. D., Cai, T. T. & DasGupta, A. (2001). Interval Estimation
       for a Binomial Proportion. Statistical Science, 16(2), 101-133.
    .. [2] Hanley, J. A. & Lippman-Hand, A. (1983). If Nothing Goes Wrong, Is
       Everything All Right? Interpreting Zero Numerators. JAMA, 249(13),
       1743-1745.
    """
    hits = _Hits(assignments, coder, reference, theme_ids)
    n_tasks = len(hits.sets)
    values = hits.measures(np.ones((1, n_tasks)))
    bounds = _wider_bounds(
        lambda weights: np.stack(list(hits.measures(weights).values()), axis=1),
        hits.sets.index,
        groups,
        n_bootstrap,
        level,
        seed,
    )
    counts = hits.right_of()
    right, n = np.array([counts[measure] for measure in values]).T
    is_f1 = np.array([measure.endswith("_f1") for measure in values])
    lower, upper = _with_sampling(bounds, right, n, is_f1, level)
    table = pd.DataFrame(
        {
            "measure": list(values),
            "value": np.concatenate(list(values.values())),
            "value_lower": lower,
            "value_upper": upper,
        }
    )
    return table.assign(n_tasks=n_tasks)


def theme_scores(
    assignments: pd.DataFrame,
    *,
    coder: str,
    reference: str,
    theme_ids: Sequence[str],
    groups: pd.Series | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Judge one coder theme by theme, over sets of themes.

    Parameters
    ----------
    assignments, coder, reference, theme_ids, groups, n_bootstrap, level, seed
        As for ``reference_scores``.

    Returns
    -------
    DataFrame, shape (n_themes, 8)
        ``theme_id``, ``n_reference`` and ``n_coder`` (tasks with the theme),
        ``precision``, ``recall``, ``f1`` (0-1, empty where there is nothing to
        divide by), ``f1_lower``, ``f1_upper``: as in ``reference_scores``, with
        the tasks that either coder gave the theme. Right in 8 of 8 tasks, for
        one, leaves .815 to 1 at level .95.
    """
    hits = _Hits(assignments, coder, reference, theme_ids)
    right = hits.hits.sum(axis=0)
    n_coder = right + hits.false_alarms.sum(axis=0)
    n_reference = right + hits.misses.sum(axis=0)
    bounds = _wider_bounds(
        hits.f1_by_theme, hits.sets.index, groups, n_bootstrap, level, seed
    )
    either = n_coder + n_reference - right
    lower, upper = _with_sampling(
        bounds, right, either, np.ones(len(either), dtype=bool), level
    )
    return pd.DataFrame(
        {
            "theme_id": hits.theme_ids,
            "n_reference": n_reference.astype(int),
            "n_coder": n_coder.astype(int),
            "precision": _ratio(right, n_coder),
            "recall": _ratio(right, n_reference),
            "f1": _ratio(2 * right, n_coder + n_reference),
            "f1_lower": lower,
            "f1_upper": upper,
        }
    )


def confusion(
    assignments: pd.DataFrame,
    *,
    coder: str,
    reference: str,
    theme_ids: Sequence[str],
) -> pd.DataFrame:
    """Count primary themes of a coder against those of a reference.

    Parameters
    ----------
    assignments, coder, reference, theme_ids
        As for ``reference_scores``.

    Returns
    -------
    DataFrame of int, shape (n_themes, n_themes + 1)
        Rows: theme of the reference; columns: theme of the coder, and
        "unclassified".
    """
    hits = _Hits(assignments, coder, reference, theme_ids)
    columns = [*theme_ids, UNCLASSIFIED]
    table = pd.DataFrame(
        0,
        index=pd.Index(list(theme_ids), name=reference),
        columns=pd.Index(columns, name=coder),
    )
    for true, given in zip(hits.primary[reference], hits.primary[coder], strict=True):
        table.loc[true, UNCLASSIFIED if given is None else given] += 1
    return table


def reference_assignments(
    tasks: pd.DataFrame,
    codebook: Codebook,
    *,
    coders: Sequence[str] = ("reference",),
) -> pd.DataFrame:
    """Turn the codings that come with a codebook into assignments.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        Needs ``task_id``, ``document_id`` and ``ordinal``, by which codings and
        tasks are matched.
    codebook : Codebook
    coders : sequence of str
        Whose codings; for the shipped codebook also "coder_a", "coder_b".

    Returns
    -------
    DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments`` of the tasks that have such a coding.
        ``score`` is empty: people gave none.
    """
    task_ids = {
        (document, int(ordinal)): task
        for task, document, ordinal in zip(
            tasks["task_id"], tasks["document_id"], tasks["ordinal"], strict=True
        )
    }
    rows = []
    for coder in coders:
        codings = read_reference(
            *codebook.reference_paths, theme_ids=codebook.theme_ids, coder=coder
        )
        for coding in codings.itertuples():
            task_id = task_ids.get((coding.document_id, coding.ordinal))
            if task_id is not None:
                rows += [
                    (task_id, theme, coder, rank, codebook.version)
                    for rank, theme in enumerate(coding.theme_ids, start=1)
                ]
    columns = ["task_id", "theme_id", "coder", "rank", "codebook_version"]
    table = pd.DataFrame(rows, columns=columns)
    return schemas.to_schema(
        table.sort_values(["coder", "task_id", "rank"]), "theme_assignments"
    )

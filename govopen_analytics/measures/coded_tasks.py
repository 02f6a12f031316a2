"""Tasks that several coders have coded: agreement, scores, confusions, share errors."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SchemaError, choices
from govopen_analytics.coding.assign import CODERS
from govopen_analytics.measures.counts import WHOLE, check_codings
from govopen_analytics.measures.intervals import jeffreys_interval, quantile_bounds

#: Stands in a confusion table for a task that a coder left out.
UNCLASSIFIED = "unclassified"
#: The coder all others are judged by.
REFERENCE = "reference"
#: Keyword weight and TF-IDF similarity added up; a coder of the ablation only.
BOTH = "keywords_and_tfidf"

Measure = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Draws:
    """How tasks and plans are drawn anew for an interval."""

    n: int = 1000
    interval: float = 0.95  # share of draws inside (0-1)
    seed: int = 0


@dataclass(frozen=True, eq=False)
class CodedTasks:
    """Tasks with the themes that each coder gave them.

    The coder "reference" is taken as right. Tasks it left out do not count in scores;
    tasks that only the other coder left out count as wrong.

    Intervals come from drawing plans, since tasks of one plan resemble each other,
    and from drawing tasks: the outer bounds of both. A handful of plans can lie
    closer together than chance would put their tasks, so drawing these alone would
    claim too much.

    Attributes
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        ``task_id`` and ``document_id``.
    codings : DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments`` of all coders, made with one version of the
        codebook.
    theme_ids : sequence of str
        Themes of the codebook.
    draws : Draws

    Raises
    ------
    SchemaError
        If the tables do not fit together, versions of the codebook differ, or a
        coder gave a task two themes of rank 1.
    """

    tasks: pd.DataFrame
    codings: pd.DataFrame
    theme_ids: Sequence[str]
    draws: Draws = Draws()

    def __post_init__(self) -> None:
        codings = self.codings
        versions = sorted(codings["codebook_version"].dropna().unique())
        if len(versions) > 1:
            raise SchemaError(
                "theme_assignments",
                f"found codings by codebook versions {', '.join(versions)}, expected "
                "one; carry them over with apply_crosswalk first",
            )
        check_codings(self.tasks, codings, np.asarray(self.theme_ids))
        first = codings.loc[codings["rank"] == 1]
        doubled = first.duplicated(["task_id", "coder"], keep=False)
        if doubled.any():
            raise SchemaError(
                "theme_assignments",
                f"{int(doubled.sum())} rows of rank 1 share task and coder; "
                "expected one primary theme each",
                failure_cases=first.loc[doubled],
            )

    @cached_property
    def judged(self) -> list[str]:
        """Everyone but the reference: people first, then simple to combined."""
        coders = set(self.codings["coder"]) - {REFERENCE}
        automatic = ["keywords", "tfidf", BOTH, "linear", *CODERS]
        automatic = [coder for coder in dict.fromkeys(automatic) if coder in coders]
        automatic.sort(key=lambda coder: coder == "combined")
        return [*sorted(coders - set(automatic)), *automatic]

    @cached_property
    def _sorted_tasks(self) -> pd.DataFrame:
        columns = self.tasks[["task_id", "document_id"]].astype(str)
        return columns.sort_values("task_id", ignore_index=True)

    @cached_property
    def _codes(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By coder: the primary theme of each task (-1: none), and all its themes."""
        tasks, themes = pd.Index(self._sorted_tasks["task_id"]), list(self.theme_ids)
        codes = {}
        for coder, rows in self.codings.groupby("coder"):
            task = tasks.get_indexer(rows["task_id"])
            theme = pd.Index(themes).get_indexer(rows["theme_id"])
            primary = np.full(len(tasks), -1)
            given = np.zeros((len(tasks), len(themes)))
            is_first = (rows["rank"] == 1).to_numpy()
            primary[task[is_first]] = theme[is_first]
            given[task, theme] = 1
            codes[str(coder)] = primary, given
        return codes

    def _coded_by(self, coder: str) -> tuple[np.ndarray, np.ndarray]:
        if coder not in self._codes:
            message = f"coder: {choices(coder, sorted(self._codes))}"
            raise SchemaError("theme_assignments", message)
        return self._codes[coder]

    def _bounds(self, measure: Measure, chosen: np.ndarray) -> np.ndarray:
        """Return lower and upper bounds of measures of the chosen tasks.

        `measure` turns rows of weights over these tasks into values of shape
        (n_draws,) or (n_draws, n_measures).
        """
        bounds = []
        for name in ("task_id", "document_id"):
            units, unit = np.unique(
                self._sorted_tasks.loc[chosen, name].to_numpy(dtype=str),
                return_inverse=True,
            )
            drawn: np.ndarray = np.zeros((self.draws.n, 0))
            if len(units):
                drawn = np.random.default_rng(self.draws.seed).multinomial(
                    len(units), np.full(len(units), 1 / len(units)), size=self.draws.n
                )
            values = measure(drawn[:, unit].astype(float)).reshape(self.draws.n, -1)
            bounds.append(quantile_bounds(values, self.draws.interval))
        lower, upper = np.moveaxis(np.array(bounds), 1, 0)
        return np.stack([np.fmin.reduce(lower), np.fmax.reduce(upper)])

    def _with_sampling(
        self, bounds: np.ndarray, right: np.ndarray, n: np.ndarray, is_f1: np.ndarray
    ) -> np.ndarray:
        """Widen bounds to Jeffreys' for `right` of `n`, where n is not 0."""
        exact = np.stack(jeffreys_interval(right, n, interval=self.draws.interval))
        exact = np.where(is_f1, 2 * exact / (1 + exact), exact)
        exact = np.where(n > 0, exact, np.nan)
        return np.stack([np.fmin(bounds[0], exact[0]), np.fmax(bounds[1], exact[1])])

    def _estimates(self, scores: Sequence["_Score"], chosen: np.ndarray) -> np.ndarray:
        """Return value, lower and upper bound of scores, shape (3, n_scores)."""

        def measure(weights: np.ndarray) -> np.ndarray:
            return np.stack([score.mean(weights) for score in scores], axis=1)

        right, n = np.array([score.counts for score in scores]).T
        is_f1 = np.array([score.is_f1 for score in scores])
        bounds = self._with_sampling(self._bounds(measure, chosen), right, n, is_f1)
        return np.stack([measure(np.ones((1, int(chosen.sum()))))[0], *bounds])

    def agreement(self) -> pd.DataFrame:
        """Compute the agreement of coders, of all together and of each pair.

        The reference is left out: it was made from other coders, so that agreement
        with it would count them twice.

        Returns
        -------
        DataFrame, shape (n_rows, 8)
            ``measure`` ("alpha_nominal", ``krippendorff_alpha`` over primary themes,
            "alpha_masi" over sets by ``masi_distances``, "same_primary" as a share of
            the tasks both coded),
            ``first_coder``, ``second_coder`` ("all" in both for all together),
            ``value``, ``value_lower``, ``value_upper``, ``n_tasks`` that at least
            two of the coders coded, ``n_plans``. Bounds of "same_primary" are those
            of ``jeffreys_interval`` where these lie further out. An alpha of 1 has
            bounds of 1, for draws of tasks without an error hold none: how many
            errors may have been missed is what "same_primary" says.
        """
        coders = [coder for coder in self.judged if coder != BOTH]
        together = [tuple(coders)] if len(coders) > 2 else []
        rows = []
        for compared in [*together, *combinations(coders, 2)]:
            codes = [self._coded_by(coder) for coder in compared]
            names = compared if len(compared) == 2 else (WHOLE, WHOLE)
            primary = np.stack([code for code, _ in codes], axis=1)
            given = np.stack([themes for _, themes in codes], axis=1)
            sets, members = np.unique(
                given.reshape(-1, given.shape[-1]), axis=0, return_inverse=True
            )
            members = members.reshape(primary.shape)
            members = np.where(given.any(axis=2), members, -1)
            for measure, values, distances in (
                ("alpha_nominal", primary, 1 - np.eye(len(self.theme_ids))),
                ("alpha_masi", members, masi_distances(sets)),
            ):
                chosen = (values >= 0).sum(axis=1) >= 2
                alpha = krippendorff_alpha(values[chosen], distances)
                value, n_tasks = alpha(np.ones((1, chosen.sum())))[0], chosen.sum()
                bounds = self._bounds(alpha, chosen)[:, 0]
                rows.append((measure, *names, value, *bounds, n_tasks))
            if len(compared) == 2:
                chosen = np.all(primary >= 0, axis=1)
                same = np.equal(*primary[chosen].T).astype(float)[:, None]
                score = _Score(same, np.ones_like(same))
                estimate = self._estimates([score], chosen)[:, 0]
                rows.append(("same_primary", *names, *estimate, len(same)))
        columns = ["measure", "first_coder", "second_coder", *_BOUNDED]
        return pd.DataFrame(rows, columns=columns).assign(n_plans=self.n_plans)

    @property
    def n_plans(self) -> int:
        """Number of plans of the tasks."""
        return self.tasks["document_id"].nunique()

    def scores(self, coders: Sequence[str] | None = None) -> pd.DataFrame:
        """Judge coders against the reference; all of ``judged`` by default.

        Returns
        -------
        DataFrame, shape (n_coders * 7, 7)
            ``coder``, ``measure``, ``value`` (0-1), ``value_lower``,
            ``value_upper``, ``n_tasks``, ``n_plans``. Measures are the accuracy of
            the primary theme; exact agreement of sets; micro precision, recall and
            F1 over (task, theme) pairs; macro F1 over the themes either coder used;
            coverage, the share of tasks the coder coded at all. No interval is
            narrower than that of ``jeffreys_interval`` for as many right of as many;
            where all are right, the lower bound is the exact one-sided one,
            ``(1 - level) ** (1 / n)``. F1 = 2 J / (1 + J) has the bounds of J, the
            part of (task, theme) pairs of either coder that both gave; macro F1 has
            these only where it is 1.
        """
        frames = []
        for coder in coders or self.judged:
            scores, chosen = self._scores_of(coder), self._has_reference
            rows = {"coder": coder, "measure": list(scores)}
            values = (*self._estimates(list(scores.values()), chosen), chosen.sum())
            rows |= dict(zip(_BOUNDED, values, strict=True))
            frames.append(pd.DataFrame(rows))
        return pd.concat(frames, ignore_index=True).assign(n_plans=self.n_plans)

    @cached_property
    def _has_reference(self) -> np.ndarray:
        return np.any(self._coded_by(REFERENCE)[1], axis=1)

    def _scores_of(self, coder: str) -> dict[str, "_Score"]:
        chosen = self._has_reference
        primary, given = (codes[chosen] for codes in self._coded_by(coder))
        true_primary, true = (c[chosen] for c in self._coded_by(REFERENCE))
        hits, either = given * true, np.maximum(given, true)
        is_right = (primary == true_primary) & (primary >= 0)
        each = np.ones((len(true), 1))
        n_hits, n_given, n_true, n_either = (
            themes.sum(axis=1, keepdims=True) for themes in (hits, given, true, either)
        )
        return {
            "primary_accuracy": _Score(is_right[:, None], each),
            "exact_set": _Score(n_hits == n_either, each),
            "micro_precision": _Score(n_hits, n_given),
            "micro_recall": _Score(n_hits, n_true),
            "micro_f1": _Score(n_hits, n_either, is_f1=True),
            "macro_f1": _Score(hits, either, is_f1=True),
            "coverage": _Score(n_given > 0, each),
        }

    def theme_scores(self) -> pd.DataFrame:
        """Judge every coder theme by theme, over sets of themes.

        Returns
        -------
        DataFrame, shape (n_coders * n_themes, 9)
            ``coder``, ``theme_id``, ``n_reference`` and ``n_coder`` (tasks with the
            theme), ``precision``, ``recall``, ``f1`` (0-1, empty where there is
            nothing to divide by), ``f1_lower``, ``f1_upper``: as in ``scores``, with
            the tasks that either coder gave the theme. Right in 8 of 8 tasks, for
            one, leaves .815 to 1 at level .95.
        """
        frames = []
        chosen = self._has_reference
        for coder in self.judged:
            score = self._scores_of(coder)["macro_f1"]
            hits, either = score.right.sum(axis=0), score.of.sum(axis=0)
            n_coder, n_reference = (
                self._coded_by(name)[1][chosen].sum(axis=0)
                for name in (coder, REFERENCE)
            )
            bounds = self._with_sampling(
                self._bounds(score.parts, chosen), hits, either, np.array(True)
            )
            columns = {
                "coder": coder,
                "theme_id": list(self.theme_ids),
                "n_reference": n_reference.astype(int),
                "n_coder": n_coder.astype(int),
                "precision": _ratio(hits, n_coder),
                "recall": _ratio(hits, n_reference),
                "f1": _ratio(2 * hits, n_coder + n_reference),
                "f1_lower": bounds[0],
                "f1_upper": bounds[1],
            }
            frames.append(pd.DataFrame(columns))
        return pd.concat(frames, ignore_index=True)

    def confusions(self) -> pd.DataFrame:
        """Count the primary themes of every coder against those of the reference.

        Returns
        -------
        DataFrame, shape (n_coders * n_themes * (n_themes + 1), 4)
            ``coder``, ``reference_theme_id``, ``coder_theme_id`` (or
            "unclassified"), ``n_tasks`` (count).
        """
        columns = [*self.theme_ids, UNCLASSIFIED]
        true = self._coded_by(REFERENCE)[0]
        frames = []
        for coder in self.judged:
            # No theme is -1, the last column.
            counts = np.zeros((len(columns), len(columns)), dtype=int)
            np.add.at(counts, (true, self._coded_by(coder)[0]), 1)
            rows = pd.DataFrame(counts[:-1], columns=columns)
            rows = rows.assign(coder=coder, reference_theme_id=list(self.theme_ids))
            keys = ["coder", "reference_theme_id"]
            frames.append(
                rows.melt(keys, var_name="coder_theme_id", value_name="n_tasks")
            )
        return pd.concat(frames, ignore_index=True)

    def abstentions(self) -> pd.DataFrame:
        """Count what each coder coded, and how often it was right then.

        Returns
        -------
        DataFrame, shape (n_coders, 7)
            ``coder``, ``n_tasks``, ``n_coded``, ``n_abstained`` (counts),
            ``coded_share`` (0-1), ``accuracy_when_coded`` (of the primary theme,
            0-1), ``n_themes_per_task`` (mean over the coded tasks).
        """
        rows, n_tasks = [], len(self.tasks)
        true = self._coded_by(REFERENCE)[0]
        for coder in self.judged:
            primary, given = self._coded_by(coder)
            is_coded = primary >= 0
            n_coded = int(is_coded.sum())
            is_right = (primary == true)[is_coded]
            rows.append(
                {
                    "coder": coder,
                    "n_tasks": n_tasks,
                    "n_coded": n_coded,
                    "n_abstained": n_tasks - n_coded,
                    "coded_share": n_coded / n_tasks,
                    "accuracy_when_coded": is_right.mean() if n_coded else np.nan,
                    "n_themes_per_task": given.sum() / n_coded if n_coded else np.nan,
                }
            )
        return pd.DataFrame(rows)

    def share_errors(self) -> pd.DataFrame:
        """Compare every plan's theme shares by each coder with the reference's.

        Returns
        -------
        DataFrame, shape (n_coders * n_plans * n_themes, 9)
            ``coder``, ``document_id``, ``theme_id``, ``n_tasks`` (count),
            ``reference_share``, ``share`` (fractional, 0-1), ``error`` (their
            difference, -1 to 1), ``error_lower``, ``error_upper``; tasks are drawn
            within the plan.
        """
        weights = {
            coder: given / np.maximum(given.sum(axis=1, keepdims=True), 1)
            for coder, (_, given) in self._codes.items()
        }
        frames = []
        for coder in self.judged:
            for plan, tasks in self._sorted_tasks.groupby("document_id"):
                true, given = weights[REFERENCE][tasks.index], weights[coder]
                given, n = given[tasks.index], len(tasks)
                # A plan's draws depend on itself alone, not on the plans beside it.
                plan_seed = [self.draws.seed, zlib.crc32(str(plan).encode())]
                drawn = np.random.default_rng(plan_seed).multinomial(
                    n, np.full(n, 1 / n), size=self.draws.n
                )
                means = drawn @ (given - true) / n
                lower, upper = quantile_bounds(means, self.draws.interval)
                columns = {
                    "coder": coder,
                    "document_id": plan,
                    "theme_id": list(self.theme_ids),
                    "n_tasks": n,
                    "reference_share": true.mean(axis=0),
                    "share": given.mean(axis=0),
                    "error": (given - true).mean(axis=0),
                    "error_lower": lower,
                    "error_upper": upper,
                }
                frames.append(pd.DataFrame(columns))
        return pd.concat(frames, ignore_index=True)


_BOUNDED = ["value", "value_lower", "value_upper", "n_tasks"]


@dataclass(frozen=True)
class _Score:
    """What of the tasks is right, in one part or several; F1 is made of that part."""

    right: np.ndarray  # (n_tasks, n_parts)
    of: np.ndarray
    is_f1: bool = False

    def parts(self, weights: np.ndarray) -> np.ndarray:
        """Return the score of each part, with tasks counted so often, by draw."""
        share = _ratio(weights @ self.right, weights @ self.of)
        return 2 * share / (1 + share) if self.is_f1 else share

    def mean(self, weights: np.ndarray) -> np.ndarray:
        """Return the mean over the parts that have a score, by draw."""
        parts = self.parts(weights)
        return _ratio(np.nansum(parts, axis=1), np.isfinite(parts).sum(axis=1))

    @property
    def counts(self) -> np.ndarray:
        """How many are right of how many; of several parts only if nothing is wrong."""
        right, of = self.right.sum(), self.of.sum()
        is_share = self.right.shape[1] == 1 or right == of
        return np.array([right, of]) * is_share


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(
        above, below, out=np.full(np.shape(above), np.nan), where=below > 0
    )


def masi_distances(sets: np.ndarray) -> np.ndarray:
    """Compare sets of themes: Jaccard J, weighed by how the sets relate.

    ``1 - J·M``: M is 1 for equal sets, 2/3 where one holds the other, 1/3 where
    they overlap, 0 where they share nothing [1]_.

    Sets are rows with 1 for each theme they hold.

    References
    ----------
    .. [1] Passonneau, R. (2006). Measuring agreement on set-valued items (MASI)
       for semantic and pragmatic annotation. LREC.
    """
    sizes = sets.sum(axis=1)
    shared = sets @ sets.T
    either = sizes[:, None] + sizes - shared
    is_part = shared == np.minimum(sizes[:, None], sizes)
    relation = np.where(shared == either, 1, np.where(is_part, 2 / 3, 1 / 3))
    return 1 - shared / np.maximum(either, 1) * relation


def krippendorff_alpha(codes: np.ndarray, distances: np.ndarray) -> Measure:
    """Return Krippendorff's alpha as a function of how often each unit counts.

    `codes` are numbers of values by unit and coder, -1 for none; units with fewer than
    two do not count. The function takes weights of shape (n_draws, n_units). Alpha is 1
    for perfect agreement, 0 for what chance gives, not a number where no unit has two
    values or all values are the same.

    References
    ----------
    .. [1] Hayes, A. F. & Krippendorff, K. (2007). Answering the call for a
       standard reliability measure for coding data. Communication Methods and
       Measures, 1(1), 77-89.
    """
    counts = (codes[:, :, None] == np.arange(len(distances))).sum(axis=1).astype(float)
    counts[counts.sum(axis=1) < 2] = 0
    disagreement = np.einsum("uv,vw,uw->u", counts, distances, counts)
    observed = disagreement / np.maximum(counts.sum(axis=1) - 1, 1)

    def alpha(weights: np.ndarray) -> np.ndarray:
        totals = weights @ counts
        n = totals.sum(axis=1)
        expected = np.einsum("bv,vw,bw->b", totals, distances, totals)
        return 1 - _ratio((n - 1) * (weights @ observed), expected)

    return alpha


def share_distances(errors: pd.DataFrame) -> pd.DataFrame:
    """Sum the errors of a plan's shares up.

    Returns
    -------
    DataFrame, shape (n_coders * n_plans, 7)
        ``coder``, ``document_id``, ``n_tasks``, ``mean_absolute_error``,
        ``largest_error`` (absolute, 0-1), ``largest_error_theme_id`` and
        ``misplaced_share`` (0-1): the share of the plan's tasks that stands
        under another theme than it should, unclassified tasks included.
    """
    rows = errors.assign(size=errors["error"].abs())
    rows = rows.sort_values("size", ascending=False, kind="stable")
    grouped = rows.groupby(["coder", "document_id"], sort=False)
    table = grouped.agg(
        n_tasks=("n_tasks", "first"),
        mean_absolute_error=("size", "mean"),
        largest_error=("size", "first"),
        largest_error_theme_id=("theme_id", "first"),
        total=("size", "sum"),
        lost=("error", "sum"),
    )
    # What a coder left unclassified is missing under one theme and found nowhere.
    table["misplaced_share"] = (table["total"] + table["lost"].abs()) / 2
    order = errors[["coder", "document_id"]].drop_duplicates()
    table = table.drop(columns=["total", "lost"]).reset_index()
    return order.merge(table, on=["coder", "document_id"])

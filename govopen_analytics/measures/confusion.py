"""How often a coder takes one theme for another, and shares corrected for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SchemaError
from govopen_analytics.base.schemas import to_schema
from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.measures.coded_tasks import UNCLASSIFIED
from govopen_analytics.measures.counts import (
    count_themes,
    fractional_weights,
    group_codes,
)
from govopen_analytics.measures.intervals import normal_reach, sum_by
from govopen_analytics.measures.reference_coding import (
    reference_assignments,
    reference_tasks,
)

# What is known of a theme before a task of it was checked: one task's worth of how
# often the coder errs in general, and of how often themes are true.
_PRIOR_TASKS = 1.0
_ROUNDING = 1e-9
COMBINED = "combined"


@dataclass(frozen=True)
class Confusion:
    """The themes that people gave to tasks, by the theme that the coder gave.

    Attributes
    ----------
    theme_ids : ndarray of str, shape (n_themes,)
        Sorted.
    tasks : ndarray of float, shape (n_themes + 1, n_themes + 1)
        Tasks (fractional) by the coder's theme and by the true one; the last row
        and column stand for no theme.
    coder : str, default ""
        Whose errors these are: codes of others, such as people, are taken as they
        are. Empty stands for all codes.
    """

    theme_ids: np.ndarray
    tasks: np.ndarray
    coder: str = ""

    @classmethod
    def of_sample(
        cls,
        tasks: pd.DataFrame,
        assignments: pd.DataFrame,
        coded: pd.DataFrame,
        themes: pd.DataFrame,
    ) -> "Confusion":
        """Compare a coder with people on the tasks that both have coded.

        Parameters
        ----------
        tasks : DataFrame, shape (n_tasks, ...)
            The tasks that people have read; those without a row in `coded` were
            found to carry no theme.
        assignments, coded : DataFrame
            ``theme_assignments`` of the coder, and of people; rows of other
            tasks are left out.
        themes : DataFrame
            One version of a codebook.
        """
        both = (
            rows[rows["task_id"].isin(tasks["task_id"])]
            for rows in (assignments, coded)
        )
        given, truth = (
            with_none(fractional_weights(tasks, rows, themes)[0]) for rows in both
        )
        theme_ids = np.sort(themes["theme_id"].to_numpy(dtype=str))
        # What both gave to one theme agrees; only the rest was taken for others.
        alike = np.minimum(given, truth)
        given, truth = given - alike, truth - alike
        rest = np.maximum(given.sum(axis=1, keepdims=True), _ROUNDING)
        return cls(theme_ids, np.diag(alike.sum(axis=0)) + given.T @ (truth / rest))

    @classmethod
    def of_codebook(cls, codebook: Codebook) -> "Confusion | None":
        """Judge the combined coder by the reference codings of a codebook.

        Every plan is coded by a model that has not seen it. Returns None where
        the codebook has no reference codings.

        Parameters
        ----------
        codebook : Codebook
        """
        if codebook.reference.empty:
            return None
        if codebook.fingerprint not in _MEASURED:
            tasks = reference_tasks(codebook)
            measured = cls.of_sample(
                tasks,
                assign_themes(tasks, codebook),
                reference_assignments(tasks, codebook),
                codebook.themes,
            )
            _MEASURED[codebook.fingerprint] = replace(measured, coder=COMBINED)
        return _MEASURED[codebook.fingerprint]

    @classmethod
    def of_tables(cls, tables: Mapping[str, pd.DataFrame]) -> "Confusion | None":
        """Read the confusion that a build wrote.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            Tables of the corpus, ``themes`` and ``coding_errors`` among them.

        Returns
        -------
        Confusion or None
            None where nothing was measured, or on other themes.
        """
        if "coding_errors" not in tables:
            return None
        theme_ids = np.sort(tables["themes"]["theme_id"].to_numpy(dtype=str))
        named = [*theme_ids, UNCLASSIFIED]
        cells = tables["coding_errors"].set_index(
            ["coder_theme_id", "reference_theme_id"]
        )
        counted = cells["n_fractional"].unstack()
        if set(counted.index) != set(named) or set(counted.columns) != set(named):
            return None
        tasks = counted.loc[named, named].to_numpy(dtype=float)
        return cls(theme_ids, tasks, COMBINED)

    def table(self, codebook_version: str) -> pd.DataFrame:
        """Return the confusion as a valid ``coding_errors`` table."""
        named = [*self.theme_ids, UNCLASSIFIED]
        rows = pd.DataFrame(self.tasks, index=named, columns=named).stack()
        rows = rows.rename_axis(["coder_theme_id", "reference_theme_id"])
        rows = rows.rename("n_fractional").reset_index()
        rows = rows.assign(coder=self.coder, codebook_version=codebook_version)
        return to_schema(rows, "coding_errors")

    def true_shares(self, shares: np.ndarray, theme_ids: np.ndarray) -> np.ndarray:
        """Return the shares that people would have found, by what the coder said.

        The correction from a double sample [1]_: a coder's theme counts for the
        themes that people found under it. It holds for groups in which the coder
        errs as in the sample.

        Parameters
        ----------
        shares : ndarray of float, shape (n_groups, n_themes + 1)
            Shares as coded (0-1), themes in the order of `theme_ids`, no theme last.
        theme_ids : ndarray of str, shape (n_themes,)

        Returns
        -------
        ndarray of float, shape (n_groups, n_themes)

        References
        ----------
        .. [1] Tenenbein, A. (1970). A Double Sampling Scheme for Estimating from
           Binomial Data with Misclassifications. Journal of the American
           Statistical Association, 65(331), 1350-1361.
        """
        chance, _ = self._chances(theme_ids)
        return shares @ chance[:, :-1]

    def variance(self, shares: np.ndarray, theme_ids: np.ndarray) -> np.ndarray:
        """Return the variance that the size of the checked sample leaves.

        Parameters
        ----------
        shares, theme_ids
            As in ``true_shares``.

        Returns
        -------
        ndarray of float, shape (n_groups, n_themes)
            Of the corrected shares: the chances of true themes vary as a Dirichlet.
        """
        chance, n = self._chances(theme_ids)
        spread = chance * (1 - chance) / (n[:, None] + 1)
        return shares**2 @ spread[:, :-1]

    def undone(self, theme_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what undoes errors of coding in a difference between groups.

        The matrix method [1]_: the inverse of how often each true theme was coded as
        each. How often a code is right, which ``true_shares`` uses, depends on how
        common its theme is; between groups that differ in this it draws every
        difference towards 0. How a true theme is coded does not depend on it.

        Parameters
        ----------
        theme_ids : ndarray of str, shape (n_themes,)

        Returns
        -------
        undo : ndarray of float, shape (n_themes + 1, n_themes + 1)
            ``shares @ undo`` are true shares (themes in the order of `theme_ids`, no
            theme last); its rows sum to 1.
        unsure : ndarray of float, shape (n_themes + 1, n_themes)
            ``true ** 2 @ unsure`` is the variance that the size of the checked sample
            leaves to true shares, or to a difference of them [2]_.

        References
        ----------
        .. [1] Barron, B. A. (1977). The Effects of Misclassification on the
           Estimation of Relative Risk. Biometrics, 33(2), 414-418.
        .. [2] Greenland, S. (1988). Variance Estimation for Epidemiologic Effect
           Estimates under Misclassification. Statistics in Medicine, 7(7), 745-757.
        """
        tasks, coded = self._checked(theme_ids)
        posterior = tasks.T + _PRIOR_TASKS * coded
        n = posterior.sum(axis=1, keepdims=True)
        undo = np.linalg.inv(posterior / n)
        # Each true theme is coded anew as a Dirichlet; to first order, the variance of
        # true @ undo is that of the coded themes times undo, summed over true themes.
        unsure = (posterior / n @ undo**2 - np.eye(len(n))) / (n + 1)
        return undo, np.clip(unsure[:, :-1], 0, None)

    def _checked(self, theme_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the checked tasks in the order of themes, and how a theme is coded.

        The second knows only how often the coder errs in general.
        """
        place = np.searchsorted(self.theme_ids, theme_ids)
        order = np.r_[place, len(self.theme_ids)]
        tasks = self.tasks[np.ix_(order, order)]
        right = np.trace(tasks) / max(tasks.sum(), 1)
        coded = np.full(tasks.shape, (1 - right) / (len(tasks) - 1))
        np.fill_diagonal(coded, right)
        return tasks, coded

    def _chances(self, theme_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the chance of each true theme by the coder's theme, and its tasks."""
        tasks, coded = self._checked(theme_ids)
        # Bayes: errors that fall on a rare theme are many beside its own tasks.
        prior = coded * (tasks.sum(axis=0) + 1)
        prior /= prior.sum(axis=1, keepdims=True)
        posterior = tasks + _PRIOR_TASKS * prior
        n = posterior.sum(axis=1)
        return posterior / n[:, None], n


# By the codebook's fingerprint: every choice of plans asks again.
_MEASURED: dict[str, Confusion] = {}


def with_none(weights: np.ndarray) -> np.ndarray:
    """Add what is left to no theme as a last column."""
    rest = np.clip(1 - weights.sum(axis=1, keepdims=True), 0, 1)
    return np.hstack([weights, rest])


def corrected_shares(
    tables: Tables,
    coded: pd.DataFrame,
    sample: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    interval: float = 0.95,
) -> pd.DataFrame:
    """Correct the shares of an automatic coder by a sample coded by people.

    The mean of the coder's shares plus the mean of its errors, each error
    weighted by one over the chance that its task was drawn [1]_. It is unbiased
    however wrong the coder is, as long as the sample was drawn at random with
    known chances; a better coder only makes the interval narrower.

    Parameters
    ----------
    tables, by, interval
        As in ``theme_shares``, coded by the coder to be corrected; intervals are
        normal.
    coded : DataFrame, shape (n_codings, ...)
        ``theme_assignments`` made by people for the sampled tasks; a sampled task
        without a row was read and found to carry no theme.
    sample : DataFrame, shape (n_sampled, 2)
        ``task_id`` and ``sampling_share``: the chance with which the task was
        drawn (0-1, above 0).

    Returns
    -------
    DataFrame, shape (n_groups * n_themes, n_by + 7)
        The `by` columns, ``theme_id``, ``n_tasks``, ``n_sampled`` (counts),
        ``share`` (of the coder, 0-1), ``share_corrected`` with ``_lower`` and
        ``_upper`` (may leave 0-1 where the sample is small; bounds are empty
        where fewer than 2 tasks of the group were sampled).

    Raises
    ------
    SchemaError
        If `sample` names a task that is not in `tasks`, or a chance that cannot
        be, or `coded` a task outside the sample.

    References
    ----------
    .. [1] Egami, N., Hinck, M., Stewart, B. M. & Wei, H. (2023). Using Imperfect
       Surrogates for Downstream Inference: Design-based Supervised Learning for
       Social Science Applications of Large Language Models. arXiv:2306.04746.
    """
    tasks, themes = tables.tasks, tables.themes
    _check_sample(tasks, coded, sample)
    counts = count_themes(tables, by=by)
    predicted, _ = fractional_weights(tasks, tables.theme_assignments, themes)
    truth, _ = fractional_weights(tasks, coded, themes)
    chance = sample.set_index("task_id")["sampling_share"].reindex(tasks["task_id"])
    is_sampled = chance.notna().to_numpy()
    # 0 outside the sample: there the error is not known and not counted.
    weight = np.nan_to_num(1 / chance.to_numpy(dtype=float))[:, None]
    value = predicted + weight * (truth - predicted)
    group, _ = group_codes(tables, by)
    n = counts.n_tasks[:, None].astype(float)
    mean = sum_by(group, value, len(n)) / n
    squares = sum_by(group, (value - mean[group]) ** 2, len(n))
    n_sampled = np.bincount(group, is_sampled, len(n))[:, None].astype(int)
    error = np.sqrt(squares / np.maximum(n - 1, 1) / n)
    reach = np.where(n_sampled >= 2, normal_reach(interval) * error, np.nan)
    return counts.rows(
        {
            "n_tasks": counts.n_tasks[:, None],
            "n_sampled": n_sampled,
            "share": counts.sums / n,
            "share_corrected": mean,
            "share_corrected_lower": mean - reach,
            "share_corrected_upper": mean + reach,
        }
    )


def _check_sample(
    tasks: pd.DataFrame, coded: pd.DataFrame, sample: pd.DataFrame
) -> None:
    chance = sample["sampling_share"]
    for bad, content in (
        (~sample["task_id"].isin(tasks["task_id"]), "a task_id that is not in tasks"),
        (sample["task_id"].duplicated(), "a task_id that was sampled before"),
        (~((chance > 0) & (chance <= 1)), "a sampling_share not above 0 and up to 1"),
    ):
        if bad.any():
            raise SchemaError(
                "sample",
                f"{int(bad.sum())} rows hold {content}",
                failure_cases=sample[bad],
            )
    outside = coded[~coded["task_id"].isin(sample["task_id"])]
    if not outside.empty:
        raise SchemaError(
            "theme_assignments",
            f"{len(outside)} rows code a task outside the sample; expected codings of "
            "the sampled tasks only, or the correction would count them twice",
            failure_cases=outside,
        )

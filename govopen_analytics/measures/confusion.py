"""How often a coder takes one theme for another, and what shares make of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.measures.agreement import reference_assignments
from govopen_analytics.measures.counts import fractional_weights
from govopen_analytics.measures.reference_coding import reference_tasks

# What is known of a theme before a task of it was checked: one task's worth of how
# the coder does in general.
_PRIOR_TASKS = 1.0


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
    """

    theme_ids: np.ndarray
    tasks: np.ndarray

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
        given, truth = (
            _with_none(fractional_weights(tasks, _of(tasks, rows), themes)[0])
            for rows in (assignments, coded)
        )
        theme_ids = np.sort(themes["theme_id"].to_numpy(dtype=str))
        return cls(theme_ids, given.T @ truth)

    @classmethod
    def of_codebook(
        cls, codebook: Codebook, coder: str = "combined"
    ) -> "Confusion | None":
        """Judge an automatic coder by the reference codings of a codebook.

        Every plan is coded by a model that has not seen it. Returns None where
        the codebook has no reference codings.

        Parameters
        ----------
        codebook : Codebook
        coder : str, default "combined"
            As in ``assign_themes``.
        """
        if codebook.reference.empty:
            return None
        tasks = reference_tasks(codebook)
        return cls.of_sample(
            tasks,
            assign_themes(tasks, codebook, coder=coder),
            reference_assignments(tasks, codebook),
            codebook.themes,
        )

    def true_weights(self, weights: np.ndarray, theme_ids: np.ndarray) -> np.ndarray:
        """Return what tasks give to each theme on average, by what the coder said.

        The correction from a double sample [1]_: a coder's theme counts for the
        themes that people found under it. It holds for groups in which the coder
        errs as in the sample.

        Parameters
        ----------
        weights : ndarray of float, shape (n, n_themes)
            Weights by the coder, themes in the order of `theme_ids`.
        theme_ids : ndarray of str, shape (n_themes,)

        Returns
        -------
        ndarray of float, shape (n, n_themes)

        References
        ----------
        .. [1] Tenenbein, A. (1970). A Double Sampling Scheme for Estimating from
           Binomial Data with Misclassifications. Journal of the American
           Statistical Association, 65(331), 1350-1361.
        """
        chance, _ = self._chances(theme_ids)
        return _with_none(weights) @ chance[:, :-1]

    def variance(self, shares: np.ndarray, theme_ids: np.ndarray) -> np.ndarray:
        """Return the variance that the size of the checked sample leaves.

        Parameters
        ----------
        shares : ndarray of float, shape (n_groups, n_themes)
            Shares as coded (0-1), themes in the order of `theme_ids`.
        theme_ids : ndarray of str, shape (n_themes,)

        Returns
        -------
        ndarray of float, shape (n_groups, n_themes)
            Of the corrected shares: rows of ``true_weights`` vary as a Dirichlet.
        """
        chance, n = self._chances(theme_ids)
        spread = chance * (1 - chance) / (n[:, None] + 1)
        return _with_none(shares) ** 2 @ spread[:, :-1]

    def _chances(self, theme_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the chance of each true theme by the coder's theme, and its tasks."""
        place = np.searchsorted(self.theme_ids, theme_ids)
        order = np.r_[place, len(self.theme_ids)]
        tasks = self.tasks[np.ix_(order, order)]
        right = np.trace(tasks) / max(tasks.sum(), 1)
        marginal = (tasks.sum(axis=0) + 1) / (tasks.sum() + len(tasks))
        prior = np.tile(marginal, (len(tasks), 1))
        np.fill_diagonal(prior, 0)
        prior *= (1 - right) / prior.sum(axis=1, keepdims=True)
        np.fill_diagonal(prior, right)
        posterior = tasks + _PRIOR_TASKS * prior
        n = posterior.sum(axis=1)
        return posterior / n[:, None], n


def _with_none(weights: np.ndarray) -> np.ndarray:
    """Add what is left to no theme as a last column."""
    rest = np.clip(1 - weights.sum(axis=1, keepdims=True), 0, 1)
    return np.hstack([weights, rest])


def _of(tasks: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["task_id"].isin(tasks["task_id"])]

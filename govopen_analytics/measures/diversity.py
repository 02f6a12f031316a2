"""Diversity: over how many themes a group spreads its tasks."""

from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy.special import digamma

from govopen_analytics.measures.comparisons import comparison_rows
from govopen_analytics.measures.counts import count_themes


def diversity(
    tasks: pd.DataFrame,
    assignments: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("document_id",),
    interval: float = 0.95,
) -> pd.DataFrame:
    """Measure how evenly each group spreads its tasks over the themes.

    The corrections for small n are defined on whole counts, so a task counts
    once, under its primary theme; unclassified tasks are left out. Ten tasks
    cannot show nine themes well: the plug-in values are given to be seen beside
    the corrected ones, not to be compared between groups of unequal n.

    Parameters
    ----------
    tasks, assignments, documents, themes, by
        As in ``theme_shares``.
    interval : float, default 0.95
        Level of the intervals, from the jackknife over tasks [4]_.

    Returns
    -------
    DataFrame, shape (7 * n_groups, 12)
        A ``comparisons`` table with the measures

        ``entropy_plugin``
            Normalised Shannon entropy of the shares as they are (0-1).
        ``entropy_grassberger``
            The same, corrected [1]_; above 1 it is given as 1.
        ``entropy_chao_shen``
            The same, corrected by coverage [2]_; above 1 it is given as 1.
        ``herfindahl_plugin``
            Sum of squared shares (0-1).
        ``simpson_unbiased``
            Chance that two tasks drawn without replacement share a theme (0-1).
        ``effective_themes``
            Number of equally large themes of the same (Grassberger) entropy.
        ``themes_observed``
            Number of themes with a task, for which no interval is given: it
            grows with n by its nature.

        Values are empty for fewer than 2 classified tasks, intervals for fewer
        than 3.

    References
    ----------
    .. [1] Grassberger, P. (2003). Entropy Estimates from Insufficient Samplings.
       arXiv:physics/0307138.
    .. [2] Chao, A. & Shen, T.-J. (2003). Nonparametric estimation of Shannon's
       index of diversity when there are unseen species in sample.
       Environmental and Ecological Statistics, 10, 429-443.
    .. [3] Boydstun, A. E., Bevan, S. & Thomas, H. F. (2014). The Importance of
       Attention Diversity and How to Measure It. Policy Studies Journal, 42(2),
       173-196.
    .. [4] Efron, B. & Stein, C. (1981). The Jackknife Estimate of Variance.
       Annals of Statistics, 9(3), 586-596.
    """
    counts = count_themes(
        tasks, assignments, documents, themes, by=by, counting="primary"
    )
    primary = np.rint(counts.sums)
    n_classified = primary.sum(axis=1).astype(int)
    parts = []
    for measure, (estimate, unit, highest) in _MEASURES.items():
        value = _at_least(estimate(primary), n_classified, 2)
        lower, upper = jackknife_interval(estimate, primary, interval=interval)
        top = highest if highest is not None else len(themes)
        rows = comparison_rows(
            measure,
            counts.labels,
            np.clip(value, 0, top),
            unit=unit,
            n_tasks=n_classified,
            assignments=assignments,
            lower=np.clip(lower, 0, top),
            upper=np.clip(upper, 0, top),
        )
        if measure == "themes_observed":
            rows[["value_lower", "value_upper"]] = pd.NA
        parts.append(rows)
    return pd.concat(parts, ignore_index=True)


def entropy_plugin(counts: np.ndarray) -> np.ndarray:
    """Return the normalised Shannon entropy of the observed shares.

    Parameters
    ----------
    counts : ndarray of float, shape (n_groups, n_themes)
        Whole numbers of tasks.

    Returns
    -------
    ndarray of float, shape (n_groups,)
        Entropy divided by the logarithm of the number of themes; NaN without
        a task or with a single theme in the codebook.
    """
    share = _shares(counts)
    return _normalised(-_times_log(share).sum(axis=1), counts)


def entropy_grassberger(counts: np.ndarray) -> np.ndarray:
    """Return the normalised entropy by Grassberger's estimator (2003).

    ``ln n - sum(c G(c)) / n`` with
    ``G(c) = psi(c) + (-1)^c / 2 (psi((c + 1) / 2) - psi(c / 2))``. Not clipped:
    it is nearly unbiased and may exceed 1.

    Parameters
    ----------
    counts : ndarray of float, shape (n_groups, n_themes)
        Whole numbers of tasks.

    References
    ----------
    .. [1] Grassberger, P. (2003). Entropy Estimates from Insufficient Samplings.
       arXiv:physics/0307138.
    """
    c = np.maximum(counts, 1)
    alternating = np.where(c % 2 == 0, 0.5, -0.5)
    g = digamma(c) + alternating * (digamma((c + 1) / 2) - digamma(c / 2))
    n = np.maximum(counts.sum(axis=1), 1)
    return _normalised(np.log(n) - (counts * g).sum(axis=1) / n, counts)


def entropy_chao_shen(counts: np.ndarray) -> np.ndarray:
    """Return the normalised entropy by Chao and Shen's estimator.

    Shares are scaled by the estimated coverage ``1 - f1 / n``, with f1 themes
    that have one task, and each term is divided by the chance of being seen.
    Not clipped.

    Parameters
    ----------
    counts : ndarray of float, shape (n_groups, n_themes)
        Whole numbers of tasks.

    References
    ----------
    .. [1] Chao, A. & Shen, T.-J. (2003). Environmental and Ecological
       Statistics, 10, 429-443.
    """
    n = np.maximum(counts.sum(axis=1), 1)
    singletons = (counts == 1).sum(axis=1)
    # With every theme seen once coverage would be 0; the authors take n - 1.
    coverage = 1 - np.minimum(singletons, n - 1) / n
    share = coverage[:, None] * _shares(counts)
    seen = 1 - (1 - share) ** n[:, None]
    terms = np.divide(
        -_times_log(share), seen, out=np.zeros_like(share), where=seen > 0
    )
    return _normalised(terms.sum(axis=1), counts)


def herfindahl_plugin(counts: np.ndarray) -> np.ndarray:
    """Return the sum of squared observed shares (0-1)."""
    return (_shares(counts) ** 2).sum(axis=1)


def simpson_unbiased(counts: np.ndarray) -> np.ndarray:
    """Return ``sum c (c - 1) / (n (n - 1))``, NaN below two tasks.

    References
    ----------
    .. [1] Simpson, E. H. (1949). Measurement of Diversity. Nature, 163, 688.
    """
    n = counts.sum(axis=1)
    pairs = n * (n - 1)
    alike = (counts * (counts - 1)).sum(axis=1)
    return np.divide(alike, pairs, out=np.full(len(n), np.nan), where=pairs > 0)


def effective_themes(counts: np.ndarray) -> np.ndarray:
    """Return the number of equally large themes of the same Grassberger entropy.

    Not clipped: it may exceed the number of themes.

    References
    ----------
    .. [1] Hill, M. O. (1973). Diversity and Evenness: A Unifying Notation and
       Its Consequences. Ecology, 54(2), 427-432.
    """
    return np.exp(entropy_grassberger(counts) * np.log(counts.shape[1]))


def themes_observed(counts: np.ndarray) -> np.ndarray:
    """Return the number of themes that are some task's primary theme."""
    return (counts > 0).sum(axis=1).astype(float)


def jackknife_interval(
    estimate: Callable[[np.ndarray], np.ndarray],
    counts: np.ndarray,
    *,
    interval: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a normal interval with the variance from leaving each task out.

    Tasks of one theme are alike, so one removal per theme stands for them all.

    Parameters
    ----------
    estimate : callable
        From counts, shape (n_groups, n_themes), to values, shape (n_groups,).
    counts : ndarray of float, shape (n_groups, n_themes)
        Whole numbers of tasks.
    interval : float
        Level (0-1, exclusive).

    Returns
    -------
    lower, upper : ndarray of float, shape (n_groups,)
        NaN for groups of fewer than 3 tasks.
    """
    n = counts.sum(axis=1)
    left_out = np.zeros_like(counts)
    for theme in range(counts.shape[1]):
        fewer = counts.copy()
        fewer[:, theme] = np.maximum(fewer[:, theme] - 1, 0)
        left_out[:, theme] = np.nan_to_num(estimate(fewer))
    mean = (counts * left_out).sum(axis=1) / np.maximum(n, 1)
    squares = (counts * (left_out - mean[:, None]) ** 2).sum(axis=1)
    error = np.sqrt(squares * (n - 1) / np.maximum(n, 1))
    reach = NormalDist().inv_cdf((1 + interval) / 2) * error
    value = _at_least(estimate(counts), n, 3)
    return value - reach, value + reach


_MEASURES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str, float | None]] = {
    "entropy_plugin": (entropy_plugin, "share of the maximum", 1),
    "entropy_grassberger": (entropy_grassberger, "share of the maximum", 1),
    "entropy_chao_shen": (entropy_chao_shen, "share of the maximum", 1),
    "herfindahl_plugin": (herfindahl_plugin, "probability", 1),
    "simpson_unbiased": (simpson_unbiased, "probability", 1),
    "effective_themes": (effective_themes, "themes", None),
    "themes_observed": (themes_observed, "themes", None),
}


def _shares(counts: np.ndarray) -> np.ndarray:
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _times_log(share: np.ndarray) -> np.ndarray:
    return share * np.log(np.where(share > 0, share, 1))


def _normalised(entropy: np.ndarray, counts: np.ndarray) -> np.ndarray:
    if counts.shape[1] < 2:
        return np.full(len(counts), np.nan)
    return _at_least(entropy / np.log(counts.shape[1]), counts.sum(axis=1), 1)


def _at_least(value: np.ndarray, n: np.ndarray, fewest: int) -> np.ndarray:
    return np.where(n >= fewest, value, np.nan)

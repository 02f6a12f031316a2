"""Whether the score of a coder is the chance that it is right."""

from itertools import pairwise

import numpy as np
import pandas as pd

from govopen_analytics.measures.coded_tasks import REFERENCE
from govopen_analytics.measures.intervals import jeffreys_interval

#: Borders of the bands a score is read in (0-1).
SCORE_BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
#: The coder whose score estimates its chance of being right.
_CODER = "combined"


def _scores(codings: pd.DataFrame) -> pd.DataFrame:
    """Return ``score`` and ``is_right`` of each task the coder coded, by task_id."""
    primary = codings.loc[codings["rank"] == 1].set_index("task_id").sort_index()
    rows = primary.loc[primary["coder"] == _CODER]
    true = primary.loc[primary["coder"] == REFERENCE, "theme_id"]
    is_right = (rows["theme_id"] == true.reindex(rows.index)).fillna(False)
    return pd.DataFrame(
        {"score": rows["score"].astype(float), "is_right": is_right.astype(bool)}
    )


def calibration(codings: pd.DataFrame, *, interval: float = 0.95) -> pd.DataFrame:
    """Compare the scores of the combined coder with how often it is right.

    Parameters
    ----------
    codings : DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments`` of "combined" and of "reference".
    interval : float, default 0.95
        Level of the intervals, Jeffreys'.

    Returns
    -------
    DataFrame, shape (n_bands, 7)
        ``score_from``, ``score_to`` (0-1, the upper bound excluded but for the
        last), ``n_tasks``, ``mean_score``, ``accuracy`` (0-1),
        ``accuracy_lower``, ``accuracy_upper``.
    """
    scores = _scores(codings)
    bands = scores.groupby(score_bands(scores["score"]).to_numpy())
    rows = pd.DataFrame(list(pairwise(SCORE_BANDS)), columns=["score_from", "score_to"])
    rows["n_tasks"] = bands.size().reindex(rows.index, fill_value=0)
    rows["mean_score"] = bands["score"].mean()
    rows["accuracy"] = bands["is_right"].mean()
    n_right = bands["is_right"].sum().reindex(rows.index, fill_value=0)
    rows["accuracy_lower"], rows["accuracy_upper"] = jeffreys_interval(
        n_right.to_numpy(), rows["n_tasks"].to_numpy(), interval=interval
    )
    return rows


def score_bands(scores: pd.Series) -> pd.Series:
    """Return the number (from 0) of the band that each score lies in."""
    values = scores.to_numpy(dtype=float)
    bands = np.searchsorted(SCORE_BANDS[1:-1], values, side="right")
    return pd.Series(bands, index=scores.index)


def expected_reliability(
    tasks: pd.DataFrame, assignments: pd.DataFrame, calibrated: pd.DataFrame
) -> pd.DataFrame:
    """Count a corpus's own tasks by score, beside the accuracy of each band.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        ``tasks`` of any corpus.
    assignments : DataFrame, shape (n_assignments, 6)
        Their ``theme_assignments``, by a coder with calibrated scores; what
        people coded has no score and is not counted.
    calibrated : DataFrame, shape (n_bands, 7)
        Result of ``calibration``.

    Returns
    -------
    DataFrame, shape (n_bands, 6)
        ``score_from``, ``score_to``, ``n_corpus_tasks`` (count),
        ``corpus_share`` (of all tasks, 0-1), ``accuracy`` (measured on the
        reference, 0-1) and ``n_tasks`` it was measured on.
    """
    first = assignments.loc[assignments["rank"] == 1].dropna(subset="score")
    counts = score_bands(first["score"]).value_counts()
    n = counts.reindex(range(len(calibrated)), fill_value=0).to_numpy()
    return calibrated[["score_from", "score_to"]].assign(
        n_corpus_tasks=n,
        corpus_share=n / max(len(tasks), 1),
        accuracy=calibrated["accuracy"],
        n_tasks=calibrated["n_tasks"],
    )


def calibration_error(
    codings: pd.DataFrame, task_ids: pd.Series, *, n_draws: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """Compute the expected calibration error [1]_, and what chance makes of it.

    Of scores of "combined"; a task that it has no row for has score 0. Returns the
    mean distance of score and accuracy over bins, by their tasks (0-1); its mean if
    every score were the true chance; and what it would stay below in 95 of 100 cases.

    References
    ----------
    .. [1] Naeini, M. P., Cooper, G. & Hauskrecht, M. (2015). Obtaining Well
       Calibrated Probabilities Using Bayesian Binning. AAAI, 2901-2907.
    """
    rows = _scores(codings).reindex(sorted(task_ids))
    scores = rows["score"].fillna(0).to_numpy(dtype=float)
    is_right = rows["is_right"].eq(True).to_numpy()
    n_bins = len(SCORE_BANDS) - 1
    bins = np.minimum((scores * n_bins).astype(int), n_bins - 1)
    members = np.eye(n_bins)[bins]

    def error(outcomes: np.ndarray) -> np.ndarray:
        return np.abs((outcomes - scores) @ members).sum(axis=-1) / len(scores)

    generator = np.random.default_rng(seed)
    drawn = error(generator.random((n_draws, len(scores))) < scores)
    return float(error(is_right)), float(drawn.mean()), float(np.quantile(drawn, 0.95))

"""Every coder against the reference: scores, confusions, agreement, abstentions."""

from itertools import pairwise

import numpy as np
import pandas as pd

from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.measures.agreement import (
    agreement,
    confusion,
    primary_codes,
    reference_scores,
    theme_scores,
)
from govopen_analytics.measures.intervals import jeffreys_interval
from govopen_analytics.measures.reference_coding import (
    BOTH,
    REFERENCE,
    judged_coders,
    plan_of_task,
)

#: Borders of the bands a score is read in (0-1).
SCORE_BANDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

_MEASURED = ["value", "value_lower", "value_upper", "n_tasks", "n_plans"]


def coder_scores(
    tasks: pd.DataFrame,
    codings: pd.DataFrame,
    codebook: Codebook,
    *,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Judge every coder against the reference, with intervals over plans and tasks.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        ``task_id`` and ``document_id``.
    codings : DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments`` of the coders and of "reference".
    codebook : Codebook
    n_bootstrap, level, seed
        As for ``agreement.reference_scores``; plans are the groups, since the
        tasks of one plan resemble each other.

    Returns
    -------
    DataFrame, shape (n_coders * 7, 7)
        ``coder``, ``measure``, ``value`` (0-1), ``value_lower``,
        ``value_upper``, ``n_tasks``, ``n_plans``.
    """
    groups = plan_of_task(tasks)
    frames = [
        reference_scores(
            codings,
            coder=coder,
            reference=REFERENCE,
            theme_ids=codebook.theme_ids,
            groups=groups,
            n_bootstrap=n_bootstrap,
            level=level,
            seed=seed,
        ).assign(coder=coder)
        for coder in judged_coders(codings)
    ]
    table = pd.concat(frames, ignore_index=True).assign(n_plans=groups.nunique())
    return table[["coder", "measure", *_MEASURED]]


def coder_theme_scores(
    tasks: pd.DataFrame,
    codings: pd.DataFrame,
    codebook: Codebook,
    *,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Judge every coder theme by theme, over sets of themes.

    Parameters
    ----------
    tasks, codings, codebook, n_bootstrap, level, seed
        As for ``coder_scores``.

    Returns
    -------
    DataFrame, shape (n_coders * n_themes, 9)
        ``coder`` and the columns of ``agreement.theme_scores``.
    """
    groups = plan_of_task(tasks)
    frames = [
        theme_scores(
            codings,
            coder=coder,
            reference=REFERENCE,
            theme_ids=codebook.theme_ids,
            groups=groups,
            n_bootstrap=n_bootstrap,
            level=level,
            seed=seed,
        )
        for coder in judged_coders(codings)
    ]
    table = pd.concat(frames, keys=judged_coders(codings), names=["coder", None])
    return table.reset_index("coder").reset_index(drop=True)


def confusions(codings: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Count the primary themes of every coder against those of the reference.

    Parameters
    ----------
    codings : DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments`` of the coders and of "reference".
    codebook : Codebook

    Returns
    -------
    DataFrame, shape (n_coders * n_themes * (n_themes + 1), 4)
        ``coder``, ``reference_theme_id``, ``coder_theme_id`` (or
        "unclassified"), ``n_tasks`` (count).
    """
    frames = []
    for coder in judged_coders(codings):
        counts = confusion(
            codings, coder=coder, reference=REFERENCE, theme_ids=codebook.theme_ids
        )
        rows = counts.reset_index(names="reference_theme_id").melt(
            "reference_theme_id", var_name="coder_theme_id", value_name="n_tasks"
        )
        frames.append(rows.assign(coder=coder))
    table = pd.concat(frames, ignore_index=True)
    return table[["coder", "reference_theme_id", "coder_theme_id", "n_tasks"]]


def coder_agreement(
    tasks: pd.DataFrame,
    codings: pd.DataFrame,
    *,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compute the agreement of all coders but the adjudicated reference.

    The reference was made from other coders, so agreement with it would count
    them twice.

    Parameters
    ----------
    tasks, codings, n_bootstrap, level, seed
        As for ``coder_scores``.

    Returns
    -------
    DataFrame, shape (n_rows, 8)
        The columns of ``agreement.agreement`` and ``n_plans``.

    References
    ----------
    .. [1] Hayes, A. F. & Krippendorff, K. (2007). Answering the Call for a
       Standard Reliability Measure for Coding Data. Communication Methods and
       Measures, 1(1), 77-89.
    .. [2] Passonneau, R. (2006). Measuring agreement on set-valued items (MASI)
       for semantic and pragmatic annotation. LREC.
    """
    groups = plan_of_task(tasks)
    coders = [coder for coder in judged_coders(codings) if coder != BOTH]
    table = agreement(
        codings,
        coders=coders,
        groups=groups,
        n_bootstrap=n_bootstrap,
        level=level,
        seed=seed,
    )
    return table.assign(n_plans=groups.nunique())


def abstentions(tasks: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    """Count what each coder coded, and how often it was right then.

    Parameters
    ----------
    tasks, codings
        As for ``coder_scores``.

    Returns
    -------
    DataFrame, shape (n_coders, 7)
        ``coder``, ``n_tasks``, ``n_coded``, ``n_abstained`` (counts),
        ``coded_share`` (0-1), ``accuracy_when_coded`` (of the primary theme,
        0-1), ``n_themes_per_task`` (mean over the coded tasks).
    """
    primary = primary_codes(codings).reindex(sorted(tasks["task_id"]))
    rows = []
    for coder in judged_coders(codings):
        is_coded = primary[coder].notna()
        is_right = primary[coder] == primary[REFERENCE]
        n_themes = (codings["coder"] == coder).sum()
        n_coded = int(is_coded.sum())
        rows.append(
            {
                "coder": coder,
                "n_tasks": len(primary),
                "n_coded": n_coded,
                "n_abstained": len(primary) - n_coded,
                "coded_share": n_coded / len(primary),
                "accuracy_when_coded": is_right[is_coded].mean(),
                "n_themes_per_task": n_themes / n_coded if n_coded else np.nan,
            }
        )
    return pd.DataFrame(rows)


def calibration(
    codings: pd.DataFrame, *, coder: str = "combined", level: float = 0.95
) -> pd.DataFrame:
    """Compare a coder's scores with how often it is right.

    Parameters
    ----------
    codings : DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments`` of the coder and of "reference".
    coder : str, default "combined"
        One whose score estimates its chance of being right.
    level : float, default 0.95
        Level of the intervals, Jeffreys'.

    Returns
    -------
    DataFrame, shape (n_bands, 7)
        ``score_from``, ``score_to`` (0-1, the upper bound excluded but for the
        last), ``n_tasks``, ``mean_score``, ``accuracy`` (0-1),
        ``accuracy_lower``, ``accuracy_upper``.
    """
    first = codings.loc[(codings["rank"] == 1)]
    own = first.loc[first["coder"] == coder].set_index("task_id").sort_index()
    true = first.loc[first["coder"] == REFERENCE].set_index("task_id")["theme_id"]
    is_right = own["theme_id"] == true.reindex(own.index)
    band = score_bands(own["score"])
    rows = []
    for number, (start, end) in enumerate(pairwise(SCORE_BANDS)):
        here = (band == number).to_numpy()
        n, n_right = int(here.sum()), int(is_right[here].sum())
        lower, upper = jeffreys_interval(
            np.array([n_right]), np.array([n]), interval=level
        )
        rows.append(
            {
                "score_from": start,
                "score_to": end,
                "n_tasks": n,
                "mean_score": own["score"][here].mean() if n else np.nan,
                "accuracy": n_right / n if n else np.nan,
                "accuracy_lower": float(lower[0]),
                "accuracy_upper": float(upper[0]),
            }
        )
    return pd.DataFrame(rows)


def score_bands(scores: pd.Series) -> pd.Series:
    """Return the number of the band of ``SCORE_BANDS`` that each score lies in.

    Parameters
    ----------
    scores : Series of float, length n
        0-1.

    Returns
    -------
    Series of int, length n
        From 0.
    """
    values = scores.to_numpy(dtype=float)
    found = np.searchsorted(SCORE_BANDS[1:-1], values, side="right")
    return pd.Series(found, index=scores.index)


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

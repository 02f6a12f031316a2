"""The error of theme shares, plan by plan."""

import zlib

import numpy as np
import pandas as pd

from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.measures.counts import fractional_weights
from govopen_analytics.measures.reference_coding import REFERENCE, judged_coders


def share_errors(
    tasks: pd.DataFrame,
    codings: pd.DataFrame,
    codebook: Codebook,
    *,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare every plan's theme shares by each coder with the reference's.

    Parameters
    ----------
    tasks, codings, codebook, n_bootstrap, level, seed
        As for ``coder_scores``, but tasks are drawn, within the plan.

    Returns
    -------
    DataFrame, shape (n_coders * n_plans * n_themes, 9)
        ``coder``, ``document_id``, ``theme_id``, ``n_tasks`` (count),
        ``reference_share``, ``share`` (fractional, 0-1), ``error`` (their
        difference, -1 to 1), ``error_lower``, ``error_upper``.
    """
    tasks = tasks.sort_values("task_id", ignore_index=True)
    true = _weights_of(REFERENCE, tasks, codings, codebook)
    frames = []
    for coder in judged_coders(codings):
        given = _weights_of(coder, tasks, codings, codebook)
        for document_id, plan in tasks.groupby("document_id", sort=True):
            wrong = given[plan.index] - true[plan.index]
            drawn = _drawn_means(wrong, str(document_id), n_bootstrap, seed)
            tail = (1 - level) / 2
            lower, upper = np.quantile(drawn, [tail, 1 - tail], axis=0)
            frames.append(
                pd.DataFrame(
                    {
                        "coder": coder,
                        "document_id": document_id,
                        "theme_id": codebook.theme_ids,
                        "n_tasks": len(plan),
                        "reference_share": true[plan.index].mean(axis=0),
                        "share": given[plan.index].mean(axis=0),
                        "error": wrong.mean(axis=0),
                        "error_lower": lower,
                        "error_upper": upper,
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def share_distances(errors: pd.DataFrame) -> pd.DataFrame:
    """Sum the errors of a plan's shares up.

    Parameters
    ----------
    errors : DataFrame, shape (n_rows, 9)
        Result of ``share_errors``.

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


def _weights_of(
    coder: str, tasks: pd.DataFrame, codings: pd.DataFrame, codebook: Codebook
) -> np.ndarray:
    rows = codings.loc[codings["coder"] == coder]
    weights, theme_ids = fractional_weights(tasks, rows, codebook.themes)
    return weights[:, np.searchsorted(theme_ids, codebook.theme_ids)]


def _drawn_means(
    values: np.ndarray, document_id: str, n_bootstrap: int, seed: int
) -> np.ndarray:
    # A plan's draws depend on itself alone, not on which plans stand beside it.
    rng = np.random.default_rng([seed, zlib.crc32(document_id.encode())])
    n = len(values)
    return rng.multinomial(n, np.full(n, 1 / n), size=n_bootstrap) @ values / n

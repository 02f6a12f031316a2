"""Lay measured values out as rows of the ``comparisons`` table."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from govopen_analytics.base.schemas import to_schema, validate
from govopen_analytics.measures.counts import WHOLE, group_labels

NO_REFERENCE = "none"


def comparison_rows(
    measure: str,
    group: Sequence[str],
    value: np.ndarray,
    *,
    unit: str,
    n_tasks: np.ndarray,
    assignments: pd.DataFrame,
    lower: np.ndarray | None = None,
    upper: np.ndarray | None = None,
    theme_id: Sequence[str] | str = WHOLE,
    reference: Sequence[str] | str = NO_REFERENCE,
    n_reference_tasks: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return one row of ``comparisons`` per value, checked against its schema.

    Parameters
    ----------
    measure : str
        Name of the measure.
    group : sequence of str, length n
        What was measured.
    value : ndarray of float, shape (n,)
        The values; NaN where n is too small for one.
    unit : str
        Unit of the values.
    n_tasks, n_reference_tasks : ndarray of int, shape (n,)
        Tasks behind the group, and behind its reference.
    assignments : DataFrame
        Names the coder and the codebook version.
    lower, upper : ndarray of float, shape (n,), optional
        Bounds of the intervals.
    theme_id, reference : sequence of str, length n, or str
        Theme, and what the group was compared with.

    Returns
    -------
    DataFrame, shape (n, 12)
        A valid ``comparisons`` table.
    """
    rows = pd.DataFrame(
        {
            "measure": measure,
            "group": list(group),
            "reference": reference,
            "theme_id": theme_id,
            "coder": _only(assignments, "coder"),
            "value": value,
            "value_lower": np.nan if lower is None else lower,
            "value_upper": np.nan if upper is None else upper,
            "unit": unit,
            "n_tasks": n_tasks,
            "n_reference_tasks": n_reference_tasks,
            "codebook_version": _only(assignments, "codebook_version"),
        }
    )
    return validate(to_schema(rows, "comparisons"), "comparisons")


def share_comparisons(
    shares: pd.DataFrame, assignments: pd.DataFrame, *, by: str | Sequence[str]
) -> pd.DataFrame:
    """Turn the result of ``theme_shares`` into rows of ``comparisons``.

    Parameters
    ----------
    shares : DataFrame, shape (n_pairs, n_by + 8)
        Result of ``theme_shares``, by either counting.
    assignments : DataFrame
        The assignments it was computed from.
    by : str or sequence of str
        The columns it was grouped by.

    Returns
    -------
    DataFrame, shape (2 * n_pairs, 12)
        Measures ``theme_share`` and ``theme_share_shrunk``, or
        ``touching_share`` and ``touching_share_shrunk``; unit "share of tasks".
    """
    by = [by] if isinstance(by, str) else list(by)
    column = "share" if "share" in shares else "touching_share"
    measure = "theme_share" if column == "share" else column
    common = {
        "unit": "share of tasks",
        "n_tasks": shares["n_tasks"].to_numpy(),
        "assignments": assignments,
        "theme_id": list(shares["theme_id"]),
    }
    labels = group_labels(shares[by])
    measured = comparison_rows(
        measure,
        labels,
        shares[column].to_numpy(),
        lower=shares[f"{column}_lower"].to_numpy(),
        upper=shares[f"{column}_upper"].to_numpy(),
        **common,
    )
    shrunk = shares[f"{column}_shrunk"].to_numpy()
    shrunken = comparison_rows(f"{measure}_shrunk", labels, shrunk, **common)
    return pd.concat([measured, shrunken], ignore_index=True)


def _only(assignments: pd.DataFrame, column: str) -> str:
    """Return the one value of a column, or "all" where there is none or many."""
    values = assignments[column].dropna().unique() if column in assignments else []
    return str(values[0]) if len(values) == 1 else WHOLE

"""Which plans a page on coverage has room for."""

import pandas as pd

from govopen_analytics.questions.sentences import finding_rows
from govopen_analytics.words import section

# Plans of a chart or table that a person can still read as a whole.
MOST_PLANS = 25


def plans_with_most_tasks(
    documents: pd.DataFrame, limit: int = MOST_PLANS
) -> tuple[pd.DataFrame, int]:
    """Keep the plans with most tasks, whose shares are surest.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    limit : int, default MOST_PLANS
        Most plans kept.

    Returns
    -------
    shown : DataFrame, shape (n_shown, ...)
        Most tasks first; plans without a task are neither shown nor hidden.
    n_hidden : int
    """
    documents = documents.loc[documents["n_tasks"] > 0]
    ordered = documents.sort_values("n_tasks", ascending=False, kind="stable")
    shown = ordered.head(limit)
    return shown, len(ordered) - len(shown)


def of_plans(rows: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of some plans, by ``document_id``."""
    return rows.loc[rows["document_id"].isin(documents["document_id"])]


def hidden_plans(n_shown: int, n_hidden: int, *, lang: str = "zh") -> pd.DataFrame:
    """Say how many plans are left out; no row where none is.

    Parameters
    ----------
    n_shown, n_hidden : int
        Plans shown, and left out (counts).
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (0 or 1, 2)
        ``topic`` and ``finding``.
    """
    text = section("coverage", lang)["hidden"]
    said = [text.format(shown=n_shown, hidden=f"{n_hidden:,}")] if n_hidden else []
    return finding_rows("hidden", said)

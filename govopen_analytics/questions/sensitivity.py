"""The table of notebook 09: what other coders and other cuts of plans change."""

import pandas as pd

from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.display import Display
from govopen_analytics.coding.assign import CODERS, assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.measures import share_sensitivity
from govopen_analytics.measures.families import ESTABLISHED
from govopen_analytics.questions.selection import with_theme_labels


def sensitivity_of(tables: Tables, codebook: Codebook) -> pd.DataFrame:
    """Compare the shares of themes by every automatic coder and every cut.

    Parameters
    ----------
    tables : Tables
        Of the corpus.
    codebook : Codebook
        What the coders code by.

    Returns
    -------
    DataFrame, shape (n_coders * 3 * n_themes, 8)
        Result of ``measures.share_sensitivity``.
    """
    tasks = tables.tasks
    coded = {coder: assign_themes(tasks, codebook, coder=coder) for coder in CODERS}
    return share_sensitivity(tables.with_tables(themes=codebook.themes), coded)


def settings_by_theme(
    shares: pd.DataFrame, themes: pd.DataFrame, display: Display
) -> pd.DataFrame:
    """Sum up by theme what the settings give.

    Parameters
    ----------
    shares : DataFrame
        Result of ``sensitivity_of``.
    themes : DataFrame
        The codebook's ``themes``.

    Returns
    -------
    DataFrame, shape (n_themes, 10)
        ``theme``, ``theme_id``, ``share`` and ``theme_rank`` of the first coder with
        tasks as they are, ``share_least``, ``share_most``, ``rank_first`` and
        ``rank_last`` over all settings, ``n_settings`` (count) and
        ``n_settings_differ`` (count, where agencies are established to differ).
    """
    is_first = (shares["coder"] == shares["coder"].iloc[0]) & (shares["cut"] == "tasks")
    rows = shares.loc[is_first, ["theme_id", "share", "share_rank"]]
    by_theme = shares.groupby("theme_id")
    summed = by_theme.agg(
        share_least=("share", "min"),
        share_most=("share", "max"),
        rank_first=("share_rank", "min"),
        rank_last=("share_rank", "max"),
        n_settings=("share", "size"),
        n_settings_differ=("state", lambda states: int((states == ESTABLISHED).sum())),
    )
    rows = rows.rename(columns={"share_rank": "theme_rank"})
    rows = rows.merge(summed.reset_index(), on="theme_id")
    return with_theme_labels(rows, themes, display)

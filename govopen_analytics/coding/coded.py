"""Read plans to coded plans: the codebook's tables beside those of the plans."""

from collections.abc import Callable

from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.keywords import keyword_matches


def code_plans(
    plans: Tables,
    codebook: Codebook,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Tables:
    """Code the tasks of plans, and add what the coding made.

    Parameters
    ----------
    plans : Tables
        With ``tasks``; codings that are there already are replaced.
    codebook : Codebook
    on_progress : callable, optional
        Called with the number of tasks done and their total.

    Returns
    -------
    Tables
        `plans` with ``themes``, ``theme_assignments`` and ``keyword_matches``.

    Raises
    ------
    CodebookError
        If the codebook has nothing to learn from.
    """
    return plans.with_tables(
        themes=codebook.themes,
        theme_assignments=assign_themes(plans.tasks, codebook, on_progress=on_progress),
        keyword_matches=keyword_matches(plans.tasks, codebook),
    )

"""Charts of the question: what is measurable, and what was completed?"""

import pandas as pd

from govopen_analytics.charts.build import chart_of, marks_of
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.charts.style import ChartSource, names_with_n, not_drawn
from govopen_analytics.questions.commitments import (
    FLAGS,
    POINTS,
    flag_names,
    point_names,
)
from govopen_analytics.questions.selection import extremes, named_agencies
from govopen_analytics.words import section


def element_dots(
    proportions: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw one panel an element of a verifiable commitment, agencies as rows.

    Parameters
    ----------
    proportions : DataFrame, shape (n_agencies * n_flags, ...)
        Result of ``measures.task_proportions`` by ``agency`` on ``element_flags``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
        Of more than 30 agencies the 15 highest and the 15 lowest.
    """
    order = ("has_all_elements", *FLAGS[:-1])
    panels, n_hidden = _panels(proportions, order, flag_names(lang), lang)
    return chart_of(
        "commitments",
        "element_dots",
        source=source,
        lang=lang,
        panels=panels,
        hidden=not_drawn(n_hidden, lang),
        interval=interval,
        interval_kind="tasks",
        agencies=len(panels[0].categories) if panels else 0,
    )


def completion_dots(
    proportions: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw one panel a point of completion, agencies that report as rows.

    Parameters
    ----------
    proportions : DataFrame, shape (n_agencies * 5, ...)
        Result of ``measures.task_proportions`` by ``agency`` on
        ``completion_flags``, of the tasks with a report.
    source, lang, interval
        As in ``element_dots``.

    Returns
    -------
    Chart
        One sentence where no plan reports progress.
    """
    panels, n_hidden = _panels(proportions, POINTS, point_names(lang), lang)
    return chart_of(
        "commitments",
        "completion_dots",
        source=source,
        lang=lang,
        panels=panels,
        reason=section("commitments", lang)["completion_dots"]["no_progress"],
        hidden=not_drawn(n_hidden, lang),
        interval=interval,
        interval_kind="tasks",
        agencies=len(panels[0].categories) if panels else 0,
    )


def _panels(
    proportions: pd.DataFrame, order: tuple[str, ...], titles: dict[str, str], lang: str
) -> tuple[list[Panel], int]:
    """Return a panel a flag, agencies ordered by the first flag of `order`."""
    proportions = named_agencies(proportions)
    wide = proportions.pivot(index="agency", columns="flag", values="share")
    sizes = proportions.drop_duplicates("agency").set_index("agency")["n_tasks"]
    # Ties are broken by the other columns, so that rows come in one order only.
    rows = wide.reindex(columns=list(order)).join(sizes).reset_index()
    shown, n_hidden = extremes(rows, [*order, "n_tasks"])
    labels = tuple(names_with_n(shown["agency"], shown["n_tasks"], lang))
    panels = []
    for flag, title in titles.items():
        part = proportions.loc[proportions["flag"] == flag].set_index("agency")
        part = part.reindex(shown["agency"])
        marks = marks_of(part, "share", names=labels)
        panels.append(Panel(labels, (Series(title, marks),), title, most=1.0))
    return panels if labels else [], n_hidden

"""Charts of the question: what is measurable, and what was completed?"""

import pandas as pd
import plotly.graph_objects as go

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.frame import (
    ChartSource,
    ChartText,
    agency_labels,
    interval_chart,
    not_drawn,
    sentence_chart,
)
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
) -> go.Figure:
    """Draw one panel an element of a verifiable commitment, agencies as rows.

    Parameters
    ----------
    proportions : DataFrame, shape (n_agencies * n_flags, ...)
        Result of ``compare.task_proportions`` by ``agency`` on
        ``answers.commitments.element_flags``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    Figure
        Of more than 30 agencies the 15 highest and the 15 lowest.
    """
    words = section("commitments_charts", lang)
    proportions = named_agencies(proportions)
    shown, n_hidden = _agencies(proportions, "has_all_elements", FLAGS)
    text = ChartText(
        "element_dots",
        words["element_title"],
        words["element_subtitle"].format(
            level=f"{interval:.0%}", hidden=not_drawn(n_hidden, lang)
        ),
        words["element_axis"],
        words["element_alt"].format(agencies=len(shown)),
    )
    if proportions.empty:
        return sentence_chart(text, "", source=source, lang=lang)
    return _panels(proportions, shown, flag_names(lang), text, source, lang)


def completion_dots(
    proportions: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw one panel a point of completion, agencies that report as rows.

    Parameters
    ----------
    proportions : DataFrame, shape (n_agencies * 5, ...)
        Result of ``compare.task_proportions`` by ``agency`` on
        ``answers.commitments.completion_flags``, of the tasks with a report.
    source, lang, interval
        As in ``element_dots``.

    Returns
    -------
    Figure
        One sentence where no plan reports progress.
    """
    words = section("commitments_charts", lang)
    proportions = named_agencies(proportions)
    shown, n_hidden = _agencies(proportions, "completed", POINTS)
    text = ChartText(
        "completion_dots",
        words["completion_title"],
        words["completion_subtitle"].format(
            level=f"{interval:.0%}", hidden=not_drawn(n_hidden, lang)
        ),
        words["completion_axis"],
        words["completion_alt"].format(agencies=len(shown)),
    )
    if proportions.empty:
        return sentence_chart(text, words["no_progress"], source=source, lang=lang)
    return _panels(proportions, shown, point_names(lang), text, source, lang)


def _agencies(
    proportions: pd.DataFrame, flag: str, flags: tuple[str, ...]
) -> tuple[pd.DataFrame, int]:
    # Ties are broken by the other columns, so that rows come in one order only.
    wide = proportions.pivot(index="agency", columns="flag", values="share")
    order = [flag, *(name for name in flags if name != flag)]
    sizes = proportions.drop_duplicates("agency").set_index("agency")["n_tasks"]
    rows = wide.reindex(columns=order).join(sizes).reset_index()
    return extremes(rows, [*order, "n_tasks"])


def _panels(
    proportions: pd.DataFrame,
    shown: pd.DataFrame,
    names: dict[str, str],
    text: ChartText,
    source: ChartSource,
    lang: str,
) -> go.Figure:
    labels = agency_labels(list(shown["agency"]), list(shown["n_tasks"]), lang)
    places = {name: y for y, name in enumerate(shown["agency"])}
    panels = {}
    for flag, title in names.items():
        part = proportions.loc[proportions["flag"] == flag]
        part = part.loc[part["agency"].isin(places)]
        y = [places[name] for name in part["agency"]]
        values = [percent(share) for share in part["share"]]
        panels[title] = pd.DataFrame(
            {
                "y": y,
                "value": part["share"].to_numpy(),
                "lower": part["share_lower"].to_numpy(),
                "upper": part["share_upper"].to_numpy(),
                "label": values,
                "hover": [
                    f"{labels[place]}<br>{value}"
                    for place, value in zip(y, values, strict=True)
                ],
                "mark": "sure",
            }
        )
    return interval_chart(
        panels, labels, text, source=source, lang=lang, n_across=len(panels)
    )

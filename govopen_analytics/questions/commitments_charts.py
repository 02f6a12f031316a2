"""Charts of the question: what is measurable, and what was completed?"""

import pandas as pd
import plotly.graph_objects as go

from govopen_analytics.base.languages import in_language, percent
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

_WORDS = {
    "zh": {
        "element_title": "各机构有多少任务可以核对：成果、数量、单位、时限",
        "element_subtitle": "圆点为具备该要素的任务份额，线段为 {level} 区间；按四项"
        "俱全的"
        "份额由高到低{hidden}",
        "element_axis": "份额 = 具备该要素的任务 ÷ 该机构全部任务 n",
        "element_alt": "点图：{agencies} 个机构的任务具备各要素的份额与区间。",
        "completion_title": "各机构自报完成了多少",
        "completion_subtitle": "只计附有进展的任务；圆点为份额，线段为 {level} 区间；"
        "按已完成"
        "的份额由高到低{hidden}",
        "completion_axis": "份额 = 该完成程度的任务 ÷ 该机构附有进展的任务 n",
        "completion_alt": "点图：{agencies} 个机构附有进展的任务按完成程度的份额与区"
        "间。",
        "no_progress": "这些计划都没有报告进展：完成与否无从得知，也无法作图。",
    },
    "en": {
        "element_title": "How much can be checked: outputs, quantities, units, dates",
        "element_subtitle": "Dot: share of tasks that have it; line: {level} interval; "
        "ordered by the share that has all four{hidden}",
        "element_axis": "Share = tasks that have the element ÷ all n tasks of the "
        "agency",
        "element_alt": "Dot plot: share of tasks with each element and its interval, "
        "for {agencies} agencies.",
        "completion_title": "What each agency says it completed",
        "completion_subtitle": "Tasks with a progress report only; dot: share; line: "
        "{level} interval; ordered by the share completed{hidden}",
        "completion_axis": "Share = tasks at that point ÷ the agency's n tasks with a "
        "progress report",
        "completion_alt": "Dot plot: tasks with a progress report by how far they got, "
        "shares and intervals of {agencies} agencies.",
        "no_progress": "None of these plans reports progress: whether anything was "
        "completed is not known and cannot be drawn.",
    },
}


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
    words = in_language(_WORDS, lang)
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
    words = in_language(_WORDS, lang)
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

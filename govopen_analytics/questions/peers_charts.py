"""Charts of the question: how does one agency differ from its peers?"""

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, marks_of, share_marks
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.charts.style import ChartSource, theme_names
from govopen_analytics.questions.selection import ITSELF, PEERS
from govopen_analytics.words import section

_MOST_TOLD = 10  # words that a description names


def peer_dots(
    shares: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    agency: str,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw an agency's shares beside those of all others together.

    Parameters
    ----------
    shares : DataFrame, shape (n_sides * n_themes, ...)
        Result of ``measures.theme_shares`` by ``side``.
    themes : DataFrame
        The themes to draw.
    agency : str
        Name of the agency.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
    """
    words = section("peers", lang)
    names = theme_names(themes, lang)
    sides = {side: part.set_index("theme_id") for side, part in shares.groupby("side")}
    series = []
    for side, title, kind in (
        (ITSELF, agency, "sure"),
        (PEERS, words["peers"], "other"),
    ):
        if side in sides:
            part = sides[side].loc[list(names)]
            marks = share_marks(part, lang=lang, names=names.values(), kind=kind)
            series.append(Series(title, marks))
    own = sides[ITSELF].loc[list(names)]
    top = own["share"].astype(float).idxmax()
    has_peers = PEERS in sides
    told = words["peer_dots"]
    panel = Panel(tuple(names.values()), tuple(series), most=1.0)
    return chart_of(
        "peers",
        "peer_dots",
        source=source,
        lang=lang,
        panels=[panel],
        hidden="" if has_peers else told["alone"],
        without=() if has_peers else ("other",),
        interval=interval,
        interval_kind="tasks",
        agency=agency,
        n=f"{own['n_tasks'].max():,}",
        m=f"{sides[PEERS]['n_tasks'].max():,}" if has_peers else "",
        themes=len(names),
        top=told["top"].format(
            theme=names[top], share=percent(float(own.loc[top, "share"]))
        ),
    )


def agency_words(
    words_found: pd.DataFrame,
    *,
    agency: str,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw the words that an agency uses more than all others together.

    Parameters
    ----------
    words_found : DataFrame, shape (n_words, ...)
        Result of ``measures.distinctive_words`` by ``side``, of the agency alone.
    agency, source, lang, interval
        As in ``peer_dots``.

    Returns
    -------
    Chart
        One sentence where there is nothing to compare.
    """
    return word_chart(
        "peers",
        "agency_words",
        words_found,
        source=source,
        lang=lang,
        interval=interval,
        agency=agency,
    )


def word_chart(
    question: str,
    name: str,
    words_found: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str,
    interval: float,
    **values: object,
) -> Chart:
    """Draw words with their log-odds and intervals.

    Parameters
    ----------
    question, name, source, lang, interval, **values
        As in ``charts.build.chart_of``.
    words_found : DataFrame, shape (n_words, ...)
        Rows of ``measures.distinctive_words``; without any, or where none was used
        elsewhere, the chart is one sentence.

    Returns
    -------
    Chart
    """
    labels = tuple(words_found["word"])
    uses = zip(words_found["n_group_uses"], words_found["n_rest_uses"], strict=True)
    marks = marks_of(
        words_found,
        "log_odds",
        labels=[f"({n:,}, {m:,})" for n, m in uses],
        kinds=[
            "sure" if lower > 0 else "unsure" for lower in words_found["log_odds_lower"]
        ],
        names=labels,
    )
    panel = Panel(labels, (Series("", marks),), form="points")
    return chart_of(
        question,
        name,
        source=source,
        lang=lang,
        panels=[panel] if words_found["n_rest_uses"].sum() else (),
        reason=section(question, lang)[name]["no_words"],
        interval=interval,
        n_words=len(labels),
        words=section("sentences", lang)["join"].join(labels[:_MOST_TOLD]),
        **values,
    )

"""Charts of the question: who commits to what under one theme?"""

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, share_marks
from govopen_analytics.charts.model import Chart, Panel, Reference, Series
from govopen_analytics.charts.style import ChartSource, names_with_n, not_drawn
from govopen_analytics.questions.peers_charts import word_chart
from govopen_analytics.questions.selection import extremes
from govopen_analytics.words import agency_name, section


def theme_ranking(
    shares: pd.DataFrame,
    pooled: pd.DataFrame,
    theme: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw all agencies' shares of one theme, highest first.

    Parameters
    ----------
    shares : DataFrame, shape (n_agencies, ...)
        Rows of ``measures.theme_shares`` by ``agency`` of this theme.
    pooled : DataFrame, shape (1, ...)
        Row of ``measures.pooled_shares`` of this theme.
    theme : DataFrame, shape (1, ...)
        Result of ``selection.choose_theme``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
        Of more than 30 agencies the 15 highest and the 15 lowest by shrunk share,
        since raw extremes are mostly small plans; one sentence where there is no
        task.
    """
    words = section("theme", lang)["theme_ranking"]
    name = theme[f"label_{lang}"].iloc[0]
    common = {"source": source, "lang": lang, "theme": name, "interval": interval}
    if shares.empty:
        reason = words["nobody"]
        return chart_of("theme", "theme_ranking", reason=reason, **common)
    shown, n_hidden = extremes(shares, ["share_shrunk", "share"])
    shown = shown.sort_values("share", ascending=False, kind="stable")
    whole = float(pooled["share"].iloc[0])
    is_apart = (shown["share_lower"] > whole) | (shown["share_upper"] < whole)
    high, low = shown.iloc[0], shown.iloc[-1]
    labels = tuple(names_with_n(shown["agency"], shown["n_tasks"], lang))
    kinds = ["sure" if apart else "unsure" for apart in is_apart]
    marks = share_marks(shown, lang=lang, names=labels, kind=kinds)
    reference = Reference(whole, words["pooled"], percent(whole))
    panel = Panel(labels, (Series(name, marks),), reference=reference, most=1.0)
    return chart_of(
        "theme",
        "theme_ranking",
        panels=[panel],
        hidden=not_drawn(n_hidden, lang),
        interval_kind="tasks",
        share=percent(whole),
        agencies=len(shown),
        high=agency_name(high["agency"], lang),
        high_share=percent(high["share"]),
        low=agency_name(low["agency"], lang),
        low_share=percent(low["share"]),
        **common,
    )


def theme_words(
    words_found: pd.DataFrame,
    theme: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw the words that set the tasks of a theme apart.

    Parameters
    ----------
    words_found : DataFrame, shape (n_words, ...)
        Rows of ``measures.distinctive_words`` by ``theme_id`` of this theme.
    theme, source, lang, interval
        As in ``theme_ranking``.

    Returns
    -------
    Chart
        One sentence where there is nothing to compare.
    """
    return word_chart(
        "theme",
        "theme_words",
        words_found,
        source=source,
        lang=lang,
        interval=interval,
        theme=theme[f"label_{lang}"].iloc[0],
    )

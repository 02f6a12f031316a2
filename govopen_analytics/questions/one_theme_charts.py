"""Charts of the question: who commits to what under one theme?"""

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
    theme_names,
)
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
) -> go.Figure:
    """Draw all agencies' shares of one theme, highest first.

    Parameters
    ----------
    shares : DataFrame, shape (n_agencies, ...)
        Rows of ``compare.theme_shares`` by ``agency`` of this theme.
    pooled : DataFrame, shape (1, ...)
        Row of ``compare.pooled_shares`` of this theme.
    theme : DataFrame, shape (1, ...)
        Result of ``selection.choose_theme``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    Figure
        Of more than 30 agencies the 15 highest and the 15 lowest by shrunk share,
        since raw extremes are mostly small plans; one sentence where there is no
        task.
    """
    words = section("one_theme_charts", lang)
    name = next(iter(theme_names(theme, lang).values()))
    if shares.empty:
        none = ChartText("theme_ranking", words["title"].format(theme=name), "", "", "")
        return sentence_chart(none, words["nobody"], source=source, lang=lang)
    shown, n_hidden = extremes(shares, ["share_shrunk", "share"])
    shown = shown.sort_values("share", ascending=False, kind="stable")
    whole = float(pooled["share"].iloc[0])
    is_apart = (shown["share_lower"] > whole) | (shown["share_upper"] < whole)
    high, low = shown.iloc[0], shown.iloc[-1]
    text = ChartText(
        "theme_ranking",
        words["title"].format(theme=name),
        words["subtitle"].format(
            level=f"{interval:.0%}",
            share=percent(whole),
            hidden=not_drawn(n_hidden, lang),
        ),
        words["axis"],
        words["alt"].format(
            theme=theme[f"label_{lang}"].iloc[0],
            agencies=len(shown),
            high=agency_name(high["agency"], lang),
            high_share=percent(high["share"]),
            low=agency_name(low["agency"], lang),
            low_share=percent(low["share"]),
        ),
    )
    labels = agency_labels(list(shown["agency"]), list(shown["n_tasks"]), lang)
    seen = shown["is_observed"].astype(bool)
    values = [
        percent(share) if is_seen else words["unseen"]
        for share, is_seen in zip(shown["share"], seen, strict=True)
    ]
    marks = pd.DataFrame(
        {
            "y": range(len(shown)),
            "value": shown["share"].astype(float).to_numpy(),
            "lower": shown["share_lower"].astype(float).to_numpy(),
            "upper": shown["share_upper"].astype(float).to_numpy(),
            "label": values,
            "hover": [f"{a}<br>{b}" for a, b in zip(labels, values, strict=True)],
            "mark": [
                "unseen" if not is_seen else "sure" if apart else "unsure"
                for is_seen, apart in zip(seen, is_apart, strict=True)
            ],
        }
    )
    return interval_chart(
        {"": marks}, labels, text, source=source, lang=lang, reference=whole
    )


def theme_words(
    words_found: pd.DataFrame,
    theme: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw the words that set the tasks of a theme apart.

    Parameters
    ----------
    words_found : DataFrame, shape (n_words, ...)
        Rows of ``compare.distinctive_words`` by ``theme_id`` of this theme.
    theme, source, lang, interval
        As in ``theme_ranking``.

    Returns
    -------
    Figure
        One sentence where there is nothing to compare.
    """
    words = section("one_theme_charts", lang)
    name = next(iter(theme_names(theme, lang).values()))
    text = ChartText(
        "theme_words",
        words["words_title"].format(theme=name),
        words["words_subtitle"].format(level=f"{interval:.0%}"),
        words["words_axis"],
        words["words_alt"].format(
            theme=theme[f"label_{lang}"].iloc[0],
            n=len(words_found),
            words=words["join"].join(words_found["word"].head(10)),
        ),
    )
    return word_chart(text, words_found, words["no_words"], source=source, lang=lang)

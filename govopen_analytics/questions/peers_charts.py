"""Charts of the question: how does one agency differ from its peers?"""

import pandas as pd
import plotly.graph_objects as go

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.frame import (
    ChartSource,
    ChartText,
    interval_chart,
    plain,
    row_labels,
    sentence_chart,
    theme_names,
    wrapped,
)
from govopen_analytics.questions.selection import ITSELF, PEERS
from govopen_analytics.words import section


def peer_dots(
    shares: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    agency: str,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw an agency's shares beside those of all others together.

    Parameters
    ----------
    shares : DataFrame, shape (n_sides * n_themes, ...)
        Result of ``compare.theme_shares`` by ``side``.
    themes : DataFrame
        The themes to draw.
    agency : str
        Name of the agency.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    Figure
    """
    words = section("peers_charts", lang)
    names = theme_names(themes, lang)
    rows = shares.loc[shares["theme_id"].isin(names)]
    own = rows.loc[rows["side"] == ITSELF].set_index("theme_id")
    peers = rows.loc[rows["side"] == PEERS].set_index("theme_id")
    name = plain_agency(agency)
    key = "subtitle" if len(peers) else "subtitle_alone"
    top = own["share"].astype(float).idxmax()
    text = ChartText(
        "peer_dots",
        words["title"].format(agency=name),
        words[key].format(
            agency=name,
            n=f"{own['n_tasks'].max():,}",
            m=f"{peers['n_tasks'].max():,}" if len(peers) else "",
            level=f"{interval:.0%}",
        ),
        words["axis"],
        words["alt"].format(
            agency=agency,
            themes=len(names),
            top=words["top"].format(
                theme=plain(names[top]), share=percent(own.loc[top, "share"])
            ),
        ),
    )
    # Both stand in one row, the agency a little above its peers.
    marks = [_side_marks(own, names, words, -0.22 if len(peers) else 0.0, "sure")]
    if len(peers):
        marks.append(_side_marks(peers, names, words, 0.22, "other"))
    return interval_chart(
        {"": pd.concat(marks, ignore_index=True)},
        [wrapped(plain(label)) for label in names.values()],
        text,
        source=source,
        lang=lang,
        roomy=34,
    )


def agency_words(
    words_found: pd.DataFrame,
    *,
    agency: str,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw the words that an agency uses more than all others together.

    Parameters
    ----------
    words_found : DataFrame, shape (n_words, ...)
        Result of ``compare.distinctive_words`` by ``side``, of the agency alone.
    agency, source, lang, interval
        As in ``peer_dots``.

    Returns
    -------
    Figure
        One sentence where there is nothing to compare.
    """
    words = section("peers_charts", lang)
    name = plain_agency(agency)
    text = ChartText(
        "agency_words",
        words["words_title"].format(agency=name),
        words["words_subtitle"].format(level=f"{interval:.0%}"),
        words["words_axis"].format(agency=name),
        words["words_alt"].format(
            agency=agency,
            n=len(words_found),
            words=words["join"].join(words_found["word"].head(10)),
        ),
    )
    return word_chart(text, words_found, words["no_words"], source=source, lang=lang)


def word_chart(
    text: ChartText,
    words_found: pd.DataFrame,
    no_words: str,
    *,
    source: ChartSource,
    lang: str,
) -> go.Figure:
    """Draw words with their log-odds and intervals.

    Parameters
    ----------
    text : ChartText
    words_found : DataFrame, shape (n_words, ...)
        Rows of ``compare.distinctive_words``.
    no_words : str
        Sentence where there are none, or none was used elsewhere.
    source : ChartSource
    lang : {"zh", "en"}

    Returns
    -------
    Figure
    """
    if words_found.empty or not words_found["n_rest_uses"].sum():
        return sentence_chart(text, no_words, source=source, lang=lang)
    labels = row_labels(words_found["word"])
    uses = zip(words_found["n_group_uses"], words_found["n_rest_uses"], strict=True)
    counted = [f"({n:,}, {m:,})" for n, m in uses]
    marks = pd.DataFrame(
        {
            "y": range(len(labels)),
            "value": words_found["log_odds"].to_numpy(),
            "lower": words_found["log_odds_lower"].to_numpy(),
            "upper": words_found["log_odds_upper"].to_numpy(),
            "label": counted,
            "hover": [f"{a} {b}" for a, b in zip(labels, counted, strict=True)],
            "mark": [
                "sure" if low > 0 else "unsure" for low in words_found["log_odds_lower"]
            ],
        }
    )
    return interval_chart(
        {"": marks},
        labels,
        text,
        source=source,
        lang=lang,
        tick_format="+.1f",
        reference=0.0,
    )


def plain_agency(agency: str) -> str:
    """Return an agency's name, escaped for a title."""
    return agency.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _side_marks(
    rows: pd.DataFrame, names: dict[str, str], words: dict, shift: float, mark: str
) -> pd.DataFrame:
    part = rows.loc[list(names)]
    labels = [
        percent(share) if seen else words["unseen"]
        for share, seen in zip(part["share"], part["is_observed"], strict=True)
    ]
    return pd.DataFrame(
        {
            "y": [place + shift for place in range(len(names))],
            "value": part["share"].astype(float).to_numpy(),
            "lower": part["share_lower"].astype(float).to_numpy(),
            "upper": part["share_upper"].astype(float).to_numpy(),
            "label": labels,
            "hover": [
                f"{name}<br>{label}, n = {n:,}"
                for name, label, n in zip(
                    names.values(), labels, part["n_tasks"], strict=True
                )
            ],
            "mark": [mark if seen else "unseen" for seen in part["is_observed"]],
        }
    )

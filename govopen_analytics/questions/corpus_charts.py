"""Figures of the corpus: what was read."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.style import (
    ACCENT,
    GRID,
    HEIGHT,
    LONGEST_NAME,
    SECOND,
    FigureSource,
    add_note,
    described,
    most_lines,
    plan_labels,
    sentence_figure,
    set_frame,
    set_left_margin,
    source_line,
)
from govopen_analytics.words import section

_LABEL_WIDTH = 15  # letters of a line of an agency's name
_MOST_ROOMY_ROWS, _MOST_ROWS = 10, 30


def corpus_overview(
    documents: pd.DataFrame, *, source: FigureSource, lang: str = "zh"
) -> go.Figure:
    """Draw each plan's number of tasks and how much of its text has a role.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    source : FigureSource
        What the source line says.
    lang : {"zh", "en"}, default "zh"
        Language of every word in the figure.

    Returns
    -------
    Figure
        The 30 plans with the least text accounted for, if there are more.

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = section("corpus_charts", lang)
    if documents.empty:
        title = words["title"]
        return sentence_figure("corpus_overview", title, "", source=source, lang=lang)
    shown, n_hidden = _to_look_at(documents)
    documents = shown.sort_values("n_tasks", ascending=False, kind="stable")
    is_dense = len(documents) > _MOST_ROOMY_ROWS
    size = {"longest": LONGEST_NAME} if is_dense else {"width": _LABEL_WIDTH}
    labels = list(plan_labels(documents, documents, lang, **size).values())
    places = list(range(len(labels)))
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        column_widths=[0.6, 0.4],
        horizontal_spacing=0.05,
    )
    figure.add_trace(
        go.Bar(
            x=documents["n_tasks"].tolist(),
            y=places,
            orientation="h",
            marker_color=ACCENT,
            text=documents["n_tasks"].tolist(),
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        ),
        row=1,
        col=1,
    )
    accounted = documents["accounted_share"].astype("Float64")
    figure.add_trace(
        go.Scatter(
            x=accounted.to_numpy(dtype=float, na_value=float("nan")).tolist(),
            y=places,
            mode="markers+text",
            marker={"color": SECOND, "size": 9 if is_dense else 13},
            # A wide blank, which keeps the label off the dot.
            text=[f"{percent(share)}\u2002" for share in accounted],
            textposition="middle left",
            cliponaxis=False,
            hoverinfo="skip",
        ),
        row=1,
        col=2,
    )
    row_height = 17 if is_dense else max(46, 17 * most_lines(labels) + 10)
    height = max(HEIGHT, 210 + row_height * len(labels))
    hidden = words["hidden"].format(shown=len(labels), n=f"{n_hidden:,}")
    subtitle = hidden if n_hidden else ""
    set_frame(figure, words["title"], subtitle, height, top_margin=90)
    figure.update_layout(margin_b=116)  # titles of axes, and a source of two lines
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_xaxes(
        title={"text": words["tasks"], "font": {"size": 14}},
        rangemode="tozero",
        row=1,
        col=1,
    )
    figure.update_xaxes(
        title={"text": words["share"], "font": {"size": 14}},
        range=[0, 1.03],
        tickformat=".0%",
        row=1,
        col=2,
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=labels,
        tickfont={"size": 12 if is_dense else 13},
        ticklabelstandoff=4,
        range=[len(labels) - 0.5, -0.5],
        gridcolor=GRID,
        zeroline=False,
    )
    add_note(figure, source_line(source, lang), below=70)
    set_left_margin(figure, labels)
    alt = words["alt"].format(rows=len(labels))
    return described(figure, "corpus_overview", alt)


def _to_look_at(documents: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    order = ["accounted_share", "n_tasks"]
    ordered = documents.sort_values(order, ascending=[True, False], kind="stable")
    return ordered.head(_MOST_ROWS), max(0, len(documents) - _MOST_ROWS)

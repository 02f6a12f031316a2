"""Figures of coverage: shares of plans by themes."""

import html
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.style import (
    ACCENT,
    GRID,
    HATCH,
    HEIGHT,
    INK,
    LONGEST_NAME,
    PAPER,
    QUIET,
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
    wrapped_name,
)
from govopen_analytics.questions.views import select_themes
from govopen_analytics.words import section

_BLUES = [
    [0.0, "#f1f6fb"],
    [0.25, "#c3daee"],
    [0.5, "#7fb0d8"],
    [0.75, "#3479b5"],
    [1.0, "#0a3d70"],
]
_MOST_ROOMY_ROWS = 9  # of a heat map: more rows have one line each
_MOST_LABELLED_ROWS = 6  # of the dot plot: more rows have no room for values
_STROKES = (-0.7, -0.5, -0.3, 0.3, 0.5, 0.7)  # of a cell, from its middle
_LIGHT_TEXT_FROM = 0.68  # of the scale: where light text gains on dark


def theme_heat_map(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    n_hidden: int = 0,
    source: FigureSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw plans by themes, coloured by the share of the plan's tasks.

    A theme without a task in a plan is hatched and marked as not observed; it is
    never shown as 0 %.

    Parameters
    ----------
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``compare.theme_shares`` by ``document_id``.
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table; its order is the order of the rows.
    themes : DataFrame, shape (n_themes, ...)
        A valid ``themes`` table; core themes are drawn first.
    n_hidden : int, default 0
        Plans left out of `documents`, which the subtitle counts.
    source : FigureSource
        What the source line says.
    lang : {"zh", "en"}, default "zh"
        Language of every word in the figure.
    interval : float, default 0.95
        Level of the intervals in `shares`, for the words that name it (0-1).

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = section("coverage_charts", lang)
    if documents.empty:
        title = words["heat_title"]
        return sentence_figure("theme_heat_map", title, "", source=source, lang=lang)
    themes = select_themes(themes)
    rows = plan_labels(documents, shares, lang)
    columns = _theme_labels(themes, lang)
    is_dense = len(rows) > _MOST_ROOMY_ROWS
    size = {"longest": LONGEST_NAME} if is_dense else {"width": words["label_wrap"]}
    row_labels = list(plan_labels(documents, shares, lang, **size).values())
    cells = _cells(shares, rows, columns, words, interval)
    top = max(float(cells["share"].max()), 0.01) if len(cells) else 1.0

    figure = go.Figure()
    figure.add_trace(_heat_cells(cells, top))
    figure.add_trace(_hatching(cells, (-0.7, 0.7) if is_dense else _STROKES))
    figure.add_trace(_heat_text(cells, words, top, 12 if is_dense else 16))
    n_core = int(themes["is_core"].fillna(False).sum())
    _mark_core(figure, n_core, len(themes), words)
    roomy = max(46, 17 * most_lines(row_labels) + 10)
    height = max(HEIGHT, 295 + (17 if is_dense else roomy) * len(rows))
    subtitle = words["heat_subtitle"].format(hidden=_hidden(n_hidden, words))
    set_frame(figure, words["heat_title"], subtitle, height, top_margin=195)
    figure.update_xaxes(
        tickvals=list(range(len(columns))),
        ticktext=list(_theme_labels(themes, lang, words["wrap"]).values()),
        side="top",
        tickfont={"size": 12},
        showgrid=False,
        range=[-0.5, len(columns) - 0.5],
        tickangle=0,
        ticks="",
        zeroline=False,
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=row_labels,
        tickfont={"size": 12 if is_dense else 13},
        ticklabelstandoff=4,
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        ticks="",
        zeroline=False,
    )
    add_note(figure, words["share_axis"], below=22, size=14, color=INK)
    add_note(figure, source_line(source, lang), below=52)
    set_left_margin(figure, row_labels)
    return described(figure, "theme_heat_map", _heat_alt(cells, rows, columns, words))


def theme_dot_plot(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    n_hidden: int = 0,
    source: FigureSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw one panel a theme, with each plan's share and its interval.

    Plans stand in the same order in every panel, most tasks first, so that wide
    intervals gather at the foot. Of many plans all panels stand beside each other,
    and the values are left to the heat map.

    Parameters
    ----------
    shares, documents, themes, n_hidden, source, lang, interval
        As in ``theme_heat_map``.

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = section("coverage_charts", lang)
    if documents.empty:
        title = words["dot_title"].format(level=f"{interval:.0%}")
        return sentence_figure("theme_dot_plot", title, "", source=source, lang=lang)
    themes = select_themes(themes)
    sizes = shares.drop_duplicates("document_id").set_index("document_id")["n_tasks"]
    documents = documents.assign(n_tasks=documents["document_id"].map(sizes))
    documents = documents.sort_values("n_tasks", ascending=False, kind="stable")
    rows = plan_labels(documents, shares, lang)
    is_dense = len(rows) > _MOST_LABELLED_ROWS
    columns = _theme_labels(themes, lang)
    row_labels = list(rows.values())
    if is_dense:
        labels = plan_labels(documents, shares, lang, longest=LONGEST_NAME)
        row_labels = list(labels.values())
    elif max(map(len, row_labels), default=0) > words["longest_line"]:
        width = words["label_wrap"]
        row_labels = list(plan_labels(documents, shares, lang, width).values())
    n_across = max(1, len(columns) if is_dense else min(3, len(columns)))
    n_down = max(1, -(-len(columns) // n_across))
    titles = _theme_labels(themes, lang, words["wrap"]) if is_dense else columns
    figure = make_subplots(
        rows=n_down,
        cols=n_across,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.018 if is_dense else 0.025,
        vertical_spacing=0.24 / (n_down * max(1.0, len(rows) / 5)),
        subplot_titles=list(titles.values()),
    )
    cells = _cells(shares, rows, columns, words, interval)
    for position, theme_id in enumerate(columns):
        panel = cells[cells["theme_id"] == theme_id]
        place = {"row": position // n_across + 1, "col": position % n_across + 1}
        for trace in _dots(panel, words, is_dense):
            figure.add_trace(trace, **place)
    row_height = (2 if is_dense else 4) + 16 * most_lines(row_labels)
    head = 155 if is_dense else 120
    height = max(HEIGHT, head + 90 + n_down * (row_height * len(rows)))
    if not is_dense:
        height = max(HEIGHT, 210 + n_down * (50 + row_height * len(rows)))
    title = words["dot_title"].format(level=f"{interval:.0%}")
    subtitle = words["dot_subtitle"].format(hidden=_hidden(n_hidden, words))
    set_frame(figure, title, subtitle, height, top_margin=head)
    # Room on the right, for the label behind the longest interval.
    longest = float(cells["share_upper"].max()) if len(cells) else 1.0
    figure.update_xaxes(
        tickformat=".0%",
        range=[-0.02, longest * (1.1 if is_dense else 1.22)],
        nticks=3 if is_dense else 6,
        gridcolor=GRID,
        zeroline=False,
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=row_labels,
        tickfont={"size": 12 if is_dense else 13},
        ticklabelstandoff=6,
        range=[len(rows) - 0.4, -0.6],
        gridcolor=GRID,
        zeroline=False,
    )
    for name in figure.layout.annotations:
        size = 12 if is_dense else 14
        name.update(font={"size": size, "color": INK, "weight": 700}, yshift=2)
    add_note(figure, words["share_axis"], below=34, size=14, color=INK)
    add_note(figure, source_line(source, lang), below=60)
    set_left_margin(figure, row_labels)
    alt = words["alt_dot"].format(rows=len(rows), columns=len(columns))
    return described(figure, "theme_dot_plot", alt)


def _theme_labels(themes: pd.DataFrame, lang: str, width: int = 0) -> dict[str, str]:
    names = themes[f"label_{lang}"]
    return {
        theme_id: wrapped_name(name, width)
        for theme_id, name in zip(themes["theme_id"], names, strict=True)
    }


def _cells(
    shares: pd.DataFrame,
    rows: dict[str, str],
    columns: dict[str, str],
    words: dict[str, Any],
    interval: float,
) -> pd.DataFrame:
    # Places of the cells; `rows` and `columns` are names on one line.
    shown = shares["document_id"].isin(rows) & shares["theme_id"].isin(columns)
    cells = shares.loc[shown].copy()
    cells["y"] = cells["document_id"].map({key: i for i, key in enumerate(rows)})
    cells["x"] = cells["theme_id"].map({key: i for i, key in enumerate(columns)})
    cells["plan"] = cells["document_id"].map(rows)
    cells["theme"] = cells["theme_id"].map(columns)
    cells["hover"] = _hover(cells, words, interval)
    return cells.sort_values(["y", "x"])


def _hover(cells: pd.DataFrame, words: dict[str, Any], interval: float) -> list[str]:
    return [
        words["hover"].format(
            plan=cell.plan,
            theme=cell.theme,
            share=percent(cell.share) if cell.is_observed else words["unseen"],
            level=f"{interval:.0%}",
            lower=percent(cell.share_lower),
            upper=percent(cell.share_upper),
            themed=cell.n_themed,
            n=cell.n_tasks,
        )
        for cell in cells.itertuples()
    ]


def _heat_cells(cells: pd.DataFrame, top: float) -> go.Heatmap:
    observed = cells["share"].where(cells["is_observed"].astype(bool))
    return go.Heatmap(
        x=cells["x"].tolist(),
        y=cells["y"].tolist(),
        z=[None if pd.isna(share) else float(share) for share in observed],
        colorscale=_BLUES,
        zmin=0,
        zmax=top,
        xgap=3,
        ygap=3,
        showscale=False,
        hovertext=cells["hover"].tolist(),
        hoverinfo="text",
        hoverongaps=True,
    )


def _hatching(cells: pd.DataFrame, offsets: tuple[float, ...]) -> go.Scatter:
    # Parallels on either side of the middle, which is left to the words.
    edge = 0.47
    xs: list[float | None] = []
    ys: list[float | None] = []
    for cell in cells.loc[~cells["is_observed"].astype(bool)].itertuples():
        for offset in offsets:
            first, last = max(-edge, -edge - offset), min(edge, edge - offset)
            xs += [cell.x + first, cell.x + last, None]
            ys += [cell.y - first - offset, cell.y - last - offset, None]
    return go.Scatter(
        x=xs, y=ys, mode="lines", line={"color": HATCH, "width": 1.2}, hoverinfo="skip"
    )


def _heat_text(
    cells: pd.DataFrame, words: dict[str, Any], top: float, size: int
) -> go.Scatter:
    observed = cells["is_observed"].astype(bool)
    is_dark = observed & (cells["share"] >= _LIGHT_TEXT_FROM * top)
    texts = [
        percent(share) if seen else words["unseen"]
        for share, seen in zip(cells["share"], observed, strict=True)
    ]
    colors = [
        PAPER if dark else INK if seen else QUIET
        for dark, seen in zip(is_dark, observed, strict=True)
    ]
    sizes = [size if seen else min(size, 12) for seen in observed]
    return go.Scatter(
        x=cells["x"].tolist(),
        y=cells["y"].tolist(),
        mode="text",
        text=texts,
        textfont={"color": colors, "size": sizes},
        hoverinfo="skip",
    )


def _mark_core(
    figure: go.Figure, n_core: int, n_themes: int, words: dict[str, Any]
) -> None:
    if not 0 < n_core < n_themes:
        return
    figure.add_vline(x=n_core - 0.5, line={"color": INK, "width": 2})
    spans = ((0, n_core, words["core"]), (n_core, n_themes, words["other"]))
    for first, end, text in spans:
        figure.add_annotation(
            x=(first + end - 1) / 2,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=words["head_lines"] * 16 + 14,
            text=f"<b>{text}</b>",
            showarrow=False,
            font={"size": 13, "color": QUIET},
        )


def _hidden(n_hidden: int, words: dict[str, Any]) -> str:
    return words["hidden"].format(n=f"{n_hidden:,}") if n_hidden else ""


def _dots(
    panel: pd.DataFrame, words: dict[str, Any], is_dense: bool
) -> list[go.Scatter]:
    traces = []
    for is_observed in (True, False):
        part = panel.loc[panel["is_observed"].astype(bool) == is_observed]
        marks = {"color": ACCENT, "size": 7 if is_dense else 10, "symbol": "circle"}
        if not is_observed:
            marks = {
                "color": PAPER,
                "size": 7 if is_dense else 9,
                "symbol": "diamond",
                "line": {"color": SECOND, "width": 2},
            }
        traces.append(_interval_lines(part, ACCENT if is_observed else SECOND))
        traces.append(
            go.Scatter(
                x=part["share"].astype(float).tolist(),
                y=part["y"].tolist(),
                mode="markers",
                marker=marks,
                hovertext=part["hover"].tolist(),
                hoverinfo="text",
                cliponaxis=False,
            )
        )
        if is_dense:
            continue
        # The blank keeps the label off the end of the line.
        texts = [f" {percent(share)}" for share in part["share"]]
        traces.append(
            go.Scatter(
                x=part["share_upper"].astype(float).tolist(),
                y=part["y"].tolist(),
                mode="text",
                text=texts if is_observed else [f" {words['unseen']}"] * len(part),
                textposition="middle right",
                textfont={"size": 12, "color": INK if is_observed else QUIET},
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
    return traces


def _interval_lines(part: pd.DataFrame, color: str) -> go.Scatter:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for cell in part.itertuples():
        xs += [float(cell.share_lower), float(cell.share_upper), None]
        ys += [cell.y, cell.y, None]
    return go.Scatter(
        x=xs, y=ys, mode="lines", line={"color": color, "width": 2}, hoverinfo="skip"
    )


def _heat_alt(
    cells: pd.DataFrame,
    rows: dict[str, str],
    columns: dict[str, str],
    words: dict[str, Any],
) -> str:
    tops = [
        words["alt_top"].format(
            plan=html.unescape(cell.plan),
            theme=html.unescape(cell.theme),
            share=percent(cell.share),
        )
        for cell in cells.sort_values(["y", "share"], ascending=[True, False])
        .drop_duplicates("y")
        .head(8)
        .itertuples()
    ]
    listed = words["alt_join"].join(tops) + words["alt_stop"] if tops else ""
    return words["alt_heat"].format(rows=len(rows), columns=len(columns), tops=listed)

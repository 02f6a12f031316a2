"""What all charts share: the frame, the source line, dots, cells and bars."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from govopen_analytics.charts.style import (
    ACCENT,
    GRID,
    HATCH,
    HEIGHT,
    INK,
    PAPER,
    QUIET,
    SECOND,
    HtmlBlock,
    add_note,
    described,
    n_letters,
    sentence_figure,
    set_frame,
    set_left_margin,
    shortened,
    source_line,
    synthetic_remark,
    wrapped_name,
)
from govopen_analytics.charts.style import FigureSource as ChartSource
from govopen_analytics.words import agency_name, section

# Latin letters on one line of a label.
LONGEST_LINE, LONGEST_OF_MANY = 52, 64
_MOST_ROOMY_ROWS = 18  # more rows are set small, so that thirty fit a slide
_ROW, _LINE = 15, 15  # pixels of a row of one line, and of each further line
_ROOMY_ROW = 26  # pixels of a row, where there are few
_LEAST_HEIGHT = 340  # pixels: a chart of few rows leaves room on a page
# Pixels below the panels: ticks (a heat map has none), axis words, source line.
_TICKS = 16
_FOOT = 84 + _TICKS
_BLUES = [[0.0, "#f1f6fb"], [0.5, "#7fb0d8"], [1.0, "#0a3d70"]]
# Vermilion below, blue above: the sign stands in the text for readers in grey.
_DIVERGING = [[0.0, "#b34700"], [0.5, "#ffffff"], [1.0, "#0a3d70"]]
COLOR_SCALES = {"one_way": _BLUES, "two_way": _DIVERGING}
_LIGHT_TEXT_FROM = 0.6  # of the scale, away from its pale end

_MARKS: dict[str, dict[str, Any]] = {
    "sure": {"color": ACCENT, "symbol": "circle", "size": 10},
    "unsure": {
        "color": PAPER,
        "symbol": "circle",
        "size": 9,
        "line": {"color": ACCENT, "width": 2},
    },
    # Not vermilion, which says "not observed" on every chart.
    "other": {"color": QUIET, "symbol": "square", "size": 9},
    "bound": {
        "color": SECOND,
        "symbol": "line-ns",
        "size": 12,
        "line": {"color": SECOND, "width": 4},
    },
    "unseen": {
        "color": PAPER,
        "symbol": "diamond",
        "size": 9,
        "line": {"color": SECOND, "width": 2},
    },
}
_LINES = {
    "sure": ACCENT,
    "unsure": ACCENT,
    "other": QUIET,
    "bound": SECOND,
    "unseen": SECOND,
}


@dataclass(frozen=True)
class ChartText:
    """The words around a chart: its file name, title, subtitle, axis, description."""

    name: str
    title: str
    subtitle: str
    axis: str
    alt: str


def with_remark(
    df: pd.DataFrame, source: ChartSource, *, lang: str = "zh"
) -> pd.DataFrame:
    """Add a column ``note`` that says so where the data are synthetic.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, n_columns)
    source : ChartSource
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_rows, n_columns or n_columns + 1)
    """
    if not source.is_synthetic:
        return df
    return df.assign(note=synthetic_remark(lang))


def points(change: float, lang: str) -> str:
    """Write a difference of shares as signed percentage points."""
    value = f"{change:+.1%}".rstrip("%").replace("-", "−")
    value = "0.0" if value in ("+0.0", "−0.0") else value
    return section("chart_frame", lang)["points"].format(value=value)


def not_drawn(n_hidden: int, lang: str) -> str:
    """Return the end of a subtitle: how many rows a chart leaves out, if any."""
    words = section("chart_frame", lang)
    return words["hidden"].format(n=f"{n_hidden:,}") if n_hidden else ""


def row_labels(texts: Iterable[str]) -> list[str]:
    """Escape the labels of rows; of many each has one line, shortened where long.

    Parameters
    ----------
    texts : iterable of str
        One label a row, not escaped.
    """
    texts = list(texts)
    if len(texts) <= _MOST_ROOMY_ROWS:
        return [wrapped(text) for text in texts]
    short = shortened(texts, LONGEST_OF_MANY)
    return [wrapped(text, LONGEST_OF_MANY) for text in short]


def agency_labels(
    agencies: Sequence[object], sizes: Sequence[int], lang: str
) -> list[str]:
    """Return one escaped axis label per agency, with its n, broken where long."""
    words = section("chart_frame", lang)
    return row_labels(
        words["agency"].format(agency=agency_name(name, lang), n=f"{n:,}")
        for name, n in zip(agencies, sizes, strict=True)
    )


def wrapped(text: str, width: int = LONGEST_LINE) -> str:
    """Escape a label, and break it into lines where it is long.

    Parameters
    ----------
    text : str
        A label, not escaped.
    width : int, default LONGEST_LINE
        Longest line, in Latin letters; a Chinese character takes two.
    """
    if n_letters(text) <= width:
        return html.escape(text, quote=False)
    n_lines = -(-n_letters(text) // width)
    lines = [""]
    # A number stays with its unit or name, and a Latin word is never cut.
    for piece in re.findall(r"n = [\d,、 ]+|[!-~]+ ?|.", text):
        is_full = n_letters(lines[-1] + piece) > -(-n_letters(text) // n_lines) + 2
        if is_full and lines[-1]:
            lines.append(piece)
        else:
            lines[-1] += piece
    return "<br>".join(html.escape(line.strip(), quote=False) for line in lines)


def sentence_chart(
    text: ChartText, sentence: str, *, source: ChartSource, lang: str
) -> go.Figure:
    """Return a low chart of one sentence: why there is nothing to draw."""
    return sentence_figure(text.name, text.title, sentence, source=source, lang=lang)


def if_drawn(figure: go.Figure, *, lang: str = "zh") -> go.Figure | HtmlBlock:
    """Return a figure that draws something; in place of one that does not, a line.

    The reason stands at the top of its page already.

    Parameters
    ----------
    figure : Figure
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Figure or HtmlBlock
    """
    if figure.data:
        return figure
    return HtmlBlock(f"<p>{section('chart_frame', lang)['nothing']}</p>")


def interval_chart(
    panels: Mapping[str, pd.DataFrame],
    labels: Sequence[str],
    text: ChartText,
    *,
    source: ChartSource,
    lang: str,
    n_across: int = 3,
    tick_format: str = ".0%",
    reference: float | None = None,
    roomy: int = _ROOMY_ROW,
) -> go.Figure:
    """Draw rows of dots with intervals, in one panel or several.

    Parameters
    ----------
    panels : mapping of str to DataFrame, each of shape (n_marks, 7)
        By title (escaped): ``y`` (position of the row, from 0), ``value``,
        ``lower``, ``upper``, ``label``, ``hover`` and ``mark`` ("sure",
        "unsure", "other", "bound", "unseen").
    labels : sequence of str
        Rows, from above; escaped.
    text : ChartText
    source : ChartSource
    lang : {"zh", "en"}
    n_across : int, default 3
        Panels beside each other.
    tick_format : str, default ".0%"
        Plotly's format of the values on the axis.
    reference : float, optional
        Value that a vertical line marks.
    roomy : int, default 26
        Height of a row where there are few (pixels).
    """
    n_across = min(n_across, len(panels))
    n_down = -(-len(panels) // n_across)
    head = 110 if len(panels) == 1 else 132
    height, row_height = _height(labels, n_down, head, roomy)
    figure = make_subplots(
        rows=n_down,
        cols=n_across,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.03,
        vertical_spacing=min(0.5 / n_down, 40 / height),
        subplot_titles=list(panels),
    )
    for place, marks in enumerate(panels.values()):
        position = {"row": place // n_across + 1, "col": place % n_across + 1}
        for trace in _interval_traces(marks):
            figure.add_trace(trace, **position)
    if reference is not None:
        figure.add_vline(x=reference, line={"color": QUIET, "width": 1, "dash": "dot"})
    finish(figure, text, source=source, lang=lang, height=height, top_margin=head)
    both = pd.concat(panels.values())
    figure.update_xaxes(
        tickformat=tick_format,
        range=_value_range(both, n_across),
        gridcolor=GRID,
        zeroline=bool((both["lower"] < 0).any()),
        zerolinecolor=INK,
        nticks=max(4, 12 // n_across),
    )
    _name_rows(figure, labels, row_height)
    return figure


def heat_chart(
    cells: pd.DataFrame,
    rows: Sequence[str],
    columns: Sequence[str],
    text: ChartText,
    *,
    source: ChartSource,
    lang: str,
    scale: str = "one_way",
    lowest: float = 0.0,
    column_lines: int = 2,
) -> go.Figure:
    """Draw a table of coloured cells, each with its text.

    Parameters
    ----------
    cells : DataFrame, shape (n_cells, 6)
        ``x`` and ``y`` (positions, from 0), ``value`` (colour; empty hatches the
        cell), ``label``, ``hover`` and ``is_sure`` (frames the cell).
    rows, columns : sequence of str
        Escaped labels; columns may hold breaks.
    scale : {"one_way", "two_way"}, default "one_way"
        From pale to dark, or from below through 0 to above.
    lowest : float, default 0.0
        Value of the palest colour, one way.
    column_lines : int, default 2
        Lines of the longest column label.
    text, source, lang
        As in ``interval_chart``.
    """
    head = 110 + 17 * column_lines
    height, row_height = _height(rows, 1, head, foot=_FOOT - _TICKS)
    top = max(float(cells["value"].abs().max()), 1e-9) if len(cells) else 1.0
    bottom = -top if scale == "two_way" else lowest
    figure = go.Figure(_heat_trace(cells, bottom, top, scale))
    figure.add_trace(_slashes(cells.loc[cells["value"].isna()]))
    figure.add_trace(_frames(cells.loc[cells["is_sure"].astype(bool)]))
    figure.add_trace(_cell_text(cells, (lowest, top), len(columns), row_height))
    finish(
        figure,
        text,
        source=source,
        lang=lang,
        height=height,
        top_margin=head,
        has_ticks=False,
    )
    figure.update_xaxes(
        tickvals=list(range(len(columns))),
        ticktext=list(columns),
        range=[-0.5, len(columns) - 0.5],
        side="top",
        tickangle=0,
        tickfont={"size": 12},
        showgrid=False,
        zeroline=False,
        ticks="",
    )
    _name_rows(figure, rows, row_height)
    figure.update_yaxes(showgrid=False, range=[len(rows) - 0.5, -0.5])
    return figure


def finish(
    figure: go.Figure,
    text: ChartText,
    *,
    source: ChartSource,
    lang: str,
    height: int,
    top_margin: int,
    has_ticks: bool = True,
) -> go.Figure:
    """Give a chart its title, axis words, source line and description."""
    set_frame(figure, text.title, text.subtitle, height, top_margin=top_margin)
    # Titles of panels are the annotations there are by now.
    for title in figure.layout.annotations:
        if title.yanchor == "bottom":
            title.update(font={"size": 14, "color": INK, "weight": 700}, yshift=2)
    ticks = _TICKS if has_ticks else 0
    figure.update_layout(margin_b=_FOOT - _TICKS + ticks)
    add_note(figure, text.axis, below=18 + ticks, size=14, color=INK)
    add_note(figure, source_line(source, lang), below=46 + ticks)
    return described(figure, text.name, text.alt)


def theme_names(
    themes: pd.DataFrame, lang: str, *, breaks: bool = False
) -> dict[str, str]:
    """Return escaped labels by theme identifier, in the order of `themes`."""
    width = {"zh": 6, "en": 12}.get(lang, 0) if breaks else 0
    return {
        theme_id: wrapped_name(name, width)
        for theme_id, name in zip(
            themes["theme_id"], themes[f"label_{lang}"], strict=True
        )
    }


def plain(label: str) -> str:
    """Return an escaped label as it reads, for descriptions."""
    return html.unescape(label.replace("<br>", ""))


def _height(
    labels: Sequence[str],
    n_down: int,
    head: int,
    roomy: int = _ROOMY_ROW,
    foot: int = _FOOT,
) -> tuple[int, int]:
    """Return the height of a chart and of its rows; thirty fit a slide."""
    lines = max((label.count("<br>") + 1 for label in labels), default=1)
    gaps = 40 * (n_down - 1)
    free = (HEIGHT - head - foot - gaps) // max(1, n_down * len(labels))
    least = max(_ROW, _LINE * lines + (3 if lines > 1 else 0))
    row_height = max(least, min(roomy, free))
    height = head + n_down * row_height * len(labels) + gaps + foot
    return max(_LEAST_HEIGHT, height), row_height


def _name_rows(figure: go.Figure, labels: Sequence[str], row_height: int) -> None:
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=list(labels),
        range=[len(labels) - 0.4, -0.6],
        ticklabelstandoff=6,
        tickfont={"size": 13 if row_height > 17 else 12},
        gridcolor=GRID,
        zeroline=False,
        ticks="",
    )
    set_left_margin(figure, labels)


def _value_range(marks: pd.DataFrame, n_across: int) -> list[float]:
    # Room on the right, for the label behind the longest interval.
    low = min(0.0, float(marks["lower"].min()))
    high = max(0.0, float(marks["upper"].max()))
    span = (high - low) or 1.0
    return [low - 0.03 * span, high + (0.1 + 0.07 * n_across) * span]


def _interval_traces(marks: pd.DataFrame) -> list[go.Scatter]:
    traces = []
    for mark, part in marks.groupby("mark", sort=False):
        lines = part.dropna(subset=["lower", "upper"])
        xs = [
            x
            for row in lines.itertuples()
            for x in (float(row.lower), float(row.upper), None)
        ]
        ys = [y for row in lines.itertuples() for y in (row.y, row.y, None)]
        color = _LINES[str(mark)]
        hover = {"hovertext": part["hover"].tolist(), "hoverinfo": "text"}
        traces += [
            go.Scatter(
                x=xs,
                y=ys,
                mode="lines",
                line={"color": color, "width": 2},
                hoverinfo="skip",
            ),
            go.Scatter(
                x=part["value"].astype(float).tolist(),
                y=part["y"].tolist(),
                mode="markers",
                marker=_MARKS[str(mark)],
                name=str(mark),
                cliponaxis=False,
                **hover,
            ),
            go.Scatter(
                x=part["upper"].fillna(part["value"]).astype(float).tolist(),
                y=part["y"].tolist(),
                mode="text",
                # A wide blank, which keeps the label off a dot at the line's end.
                text=[f"\u2003{label}" for label in part["label"]],
                textposition="middle right",
                textfont={"size": 12, "color": INK},
                hoverinfo="skip",
                cliponaxis=False,
            ),
        ]
    return traces


def _heat_trace(
    cells: pd.DataFrame, bottom: float, top: float, scale: str
) -> go.Heatmap:
    return go.Heatmap(
        x=cells["x"].tolist(),
        y=cells["y"].tolist(),
        z=[None if pd.isna(value) else float(value) for value in cells["value"]],
        colorscale=COLOR_SCALES[scale],
        zmin=bottom,
        zmax=top,
        xgap=2,
        ygap=2,
        showscale=False,
        hovertext=cells["hover"].tolist(),
        hoverinfo="text",
        hoverongaps=True,
    )


def _slashes(cells: pd.DataFrame) -> go.Scatter:
    # Two short strokes beside the words of an empty cell.
    xs: list[float | None] = []
    ys: list[float | None] = []
    for cell in cells.itertuples():
        for side in (-1, 1):
            middle = cell.x + 0.38 * side
            xs += [middle - 0.07, middle + 0.07, None]
            ys += [cell.y + 0.3, cell.y - 0.3, None]
    return go.Scatter(
        x=xs, y=ys, mode="lines", line={"color": HATCH, "width": 1.2}, hoverinfo="skip"
    )


def _frames(cells: pd.DataFrame) -> go.Scatter:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for cell in cells.itertuples():
        left, right, above, below = (
            cell.x - 0.46,
            cell.x + 0.46,
            cell.y - 0.42,
            cell.y + 0.42,
        )
        xs += [left, right, right, left, left, None]
        ys += [above, above, below, below, above, None]
    return go.Scatter(
        x=xs, y=ys, mode="lines", line={"color": SECOND, "width": 3}, hoverinfo="skip"
    )


def _cell_text(
    cells: pd.DataFrame, ends: tuple[float, float], n_columns: int, row_height: int
) -> go.Scatter:
    low, high = ends
    dark_from = low + _LIGHT_TEXT_FROM * (high - low)
    is_dark = (cells["value"].abs() >= dark_from).fillna(False)
    colors = [PAPER if dark else INK for dark in is_dark]
    size = 14 if n_columns <= 16 and row_height >= 26 else 11
    return go.Scatter(
        x=cells["x"].tolist(),
        y=cells["y"].tolist(),
        mode="text",
        # The star is for readers in grey, who cannot tell the frame's colour.
        text=[
            f"<b>{label}</b>*" if sure else label
            for label, sure in zip(cells["label"], cells["is_sure"], strict=True)
        ],
        textfont={"color": colors, "size": size},
        hoverinfo="skip",
    )

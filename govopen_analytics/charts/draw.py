"""A chart drawn with Plotly, for pages and pictures."""

from collections.abc import Iterable, Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from govopen_analytics.charts.display import joined
from govopen_analytics.charts.map_layout import map_layout
from govopen_analytics.charts.model import Cell, Chart, HeatTable, Mark, Panel
from govopen_analytics.charts.style import (
    ACCENT,
    FONT_FAMILY,
    GRID,
    HATCH,
    HEIGHT,
    INK,
    MARKS,
    PAPER,
    QUIET,
    SCALES,
    SECOND,
    WIDTH,
    cell_fill,
    color_range,
    escaped,
    full_alt,
    full_subtitle,
    label_pixels,
    lanes_of,
    n_letters,
    readable_on,
    shortened,
    ticks,
    written,
)
from govopen_analytics.words import section

# Latin letters on one line of a label.
LONGEST_LINE, LONGEST_OF_MANY = 52, 64
_LONGEST_SUBTITLE, _SUBTITLE_LINE = 150, 18  # Latin letters; pixels of a further line
_MOST_ROOMY_ROWS = 18  # more rows are set small, so that thirty fit a slide
_ROW, _LINE = 15, 15  # pixels of a row of one line, and of each further line
_ROOMY_ROW, _ROOMY_LANE = 26, 17  # pixels where there are few, and of each lane
_LEAST_HEIGHT = 340  # pixels: a chart of few rows leaves room on a page
_EDGE = 26  # pixels from the left edge to title and notes
_LETTER = 6.8  # pixels of a Latin letter
_TITLE, _SMALL_TITLE = 14, 12  # pixels of a panel's title; of many beside each other
_TITLE_LETTER = 0.62  # of a title's size
# Pixels below the panels: ticks (a heat map has none), axis words, source line.
_TICKS, _FOOT = 16, 84
_BESIDE = 5  # panels beside each other whatever their rows
_MANY_ROWS, _MOST_BESIDE = 12, 12
_N_TICKS = {1: 6, 2: 5, 3: 4, 4: 3, 5: 3}  # by panels beside each other
_MOST_NAMED = 10  # dots of a map with their names beside them
# Pixels around a map, and for its key.
_ABOVE, _BELOW, _WIDEST_KEY = 100, 100, 560


def draw(chart: Chart) -> go.Figure:
    """Draw a chart with Plotly.

    Parameters
    ----------
    chart : Chart

    Returns
    -------
    Figure
        Its name and description stand in ``layout.meta``; a chart with nothing to
        draw is a low figure of one sentence.
    """
    if chart.is_empty:
        figure = _sentence(chart)
    elif chart.table is not None:
        figure = _heat(chart, chart.table)
    elif chart.panels[0].kind == "map":
        figure = _map(chart, chart.panels[0])
    elif chart.panels[0].kind == "years":
        figure = _years(chart)
    else:
        figure = _rows(chart)
    return figure.update_layout(meta={"name": chart.name, "alt": full_alt(chart)})


# Rows -----------------------------------------------------------------------------


def _rows(chart: Chart) -> go.Figure:
    panels, names = chart.panels, chart.panels[0].categories
    labels = row_labels(names)
    n_across = _n_across(len(panels), len(names))
    n_down = -(-len(panels) // n_across)
    margin = label_pixels(labels)
    width = (WIDTH - margin - 30) / n_across
    size = _TITLE if n_across <= _BESIDE else _SMALL_TITLE
    room = int(width / (size * _TITLE_LETTER)) - 1
    titles = [escaped(panel.title, room) for panel in panels]
    n_lines = _most_lines(titles)
    head = 110 + (17 * n_lines + 5 if any(titles) else 0)
    n_lanes = max(len(lanes_of(panel)) for panel in panels)
    height, row_height = _height(labels, n_down, head, n_lanes=n_lanes)
    above = 6 + 34 * max(n_lines, 1)  # about half of it is left beside the frame
    height += (above - 40) * (n_down - 1)
    is_shared = len({(panel.form, panel.kind) for panel in panels}) == 1
    figure, positions = _small_multiples(
        titles,
        n_across,
        shared_xaxes=is_shared,
        horizontal_spacing=0.03 if n_across <= _BESIDE else 0.018,
        vertical_spacing=min(0.5 / n_down, above / height),
    )
    for position, panel in zip(positions, panels, strict=True):
        for trace in _panel_traces(panel, has_labels=n_across <= _BESIDE):
            figure.add_trace(trace, **position)
        shared = panels if is_shared else [panel]
        figure.update_xaxes(_value_axis(shared, n_across), **position)
        if panel.axis:
            title = {"text": escaped(panel.axis), "font": {"size": 14}, "standoff": 6}
            figure.update_xaxes(title=title, **position)
        if panel.reference is not None or panel.extent()[0] < 0:
            at = panel.reference.value if panel.reference else 0.0
            line = {"color": QUIET, "width": 1, "dash": "dot"}
            figure.add_vline(x=at, line=line, **position)
    has_axes = any(panel.axis for panel in panels)
    extra = 20 if has_axes else 0
    _finish(figure, chart, height, head, extra=extra, title_size=size)
    _name_rows(figure, labels, row_height)
    return figure


def _small_multiples(
    titles: list[str], n_across: int, **options: Any
) -> tuple[go.Figure, list[dict[str, int]]]:
    """Return a figure with a place for each title, and these places."""
    n_down = -(-len(titles) // n_across)
    figure = make_subplots(
        rows=n_down, cols=n_across, shared_yaxes=True, subplot_titles=titles, **options
    )
    places = [divmod(i, n_across) for i in range(len(titles))]
    return figure, [{"row": row + 1, "col": column + 1} for row, column in places]


def _n_across(n_panels: int, n_rows: int) -> int:
    if n_panels <= _BESIDE:
        return n_panels
    return 3 if n_rows <= _MANY_ROWS else min(n_panels, _MOST_BESIDE)


def _panel_traces(panel: Panel, *, has_labels: bool) -> list[go.Bar | go.Scatter]:
    lanes = lanes_of(panel)
    traces: list[go.Bar | go.Scatter] = []
    rows = [_row_places(panel, i, lanes) for i in range(len(panel.series))]
    # What has no lane of its own is drawn below what has.
    for i in sorted(range(len(rows)), key=lambda i: i in lanes):
        if panel.kind == "bars":
            traces.append(_bars(rows[i]))
            continue
        for kind in dict.fromkeys(mark.kind for mark in rows[i].values()):
            part = {y: mark for y, mark in rows[i].items() if mark.kind == kind}
            known = ((y, mark) for y, mark in part.items() if mark.lower is not None)
            intervals = (((mark.lower, y), (mark.upper, y)) for y, mark in known)
            traces += [_strokes(intervals, MARKS[kind].color, 2), _dots(part, kind)]
    labels: dict[float, tuple[float, str]] = {}
    for y, mark in (pair for row in rows for pair in row.items()):
        # Behind the farthest mark of its row, whichever that is.
        end, text = labels.get(y, (0.0, ""))
        labels[y] = max(end, *mark.ends()), f"{text} {mark.label}".strip()
    if has_labels:
        traces.append(_beside(labels))
    return traces


def _row_places(panel: Panel, i: int, lanes: list[int]) -> dict[float, Mark]:
    """Return the marks of a series by where they stand across the rows."""
    shift = 0.0
    if len(lanes) > 1 and i in lanes:
        shift = 0.44 * (lanes.index(i) + 0.5) - 0.22 * len(lanes)
    return {
        place + shift: mark
        for place, mark in enumerate(panel.series[i].marks)
        if mark.value is not None
    }


def _bars(places: dict[float, Mark]) -> go.Bar:
    return go.Bar(
        x=[mark.value for mark in places.values()],
        y=list(places),
        orientation="h",
        marker_color=ACCENT,
        width=0.6,
        hoverinfo="skip",
    )


def _strokes(
    lines: Iterable[Iterable[Sequence[Any]]], color: str, width: float, **more: Any
) -> go.Scatter:
    """Draw lines through points, each apart from the next."""
    points = [point for line in lines for point in (*line, (None, None))]
    return go.Scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines",
        line={"color": color, "width": width},
        hoverinfo="skip",
        **more,
    )


def _dots(places: dict[float, Mark], kind: str) -> go.Scatter:
    color, symbol, is_hollow = MARKS[kind]
    marker: dict[str, Any] = {"color": color, "symbol": symbol, "size": 10}
    if is_hollow:
        marker |= {"color": PAPER, "size": 9, "line": {"color": color, "width": 2}}
    elif kind == "bound":
        marker |= {"size": 12, "line": {"color": color, "width": 4}}
    return go.Scatter(
        x=[mark.value for mark in places.values()],
        y=list(places),
        mode="markers",
        marker=marker,
        name=kind,
        cliponaxis=False,
        hovertext=[escaped(mark.hover) for mark in places.values()],
        customdata=[mark.tasks for mark in places.values()],
        hoverinfo="text",
    )


def _beside(labels: dict[float, tuple[float, str]]) -> go.Scatter:
    return go.Scatter(
        x=[end for end, _ in labels.values()],
        y=list(labels),
        mode="text",
        # A wide blank, which keeps the label off a dot at the line's end.
        text=[f"\u2003{escaped(text)}" if text else "" for _, text in labels.values()],
        textposition="middle right",
        textfont={"size": 12, "color": INK},
        hoverinfo="skip",
        cliponaxis=False,
    )


def _value_axis(panels: Sequence[Panel], n_across: int) -> dict[str, Any]:
    low = min(panel.extent()[0] for panel in panels)
    shown = ticks(panels, _N_TICKS.get(n_across, 2) + (low < 0))
    high = max(panel.extent()[1] for panel in panels)
    span = (high - low) or 1.0
    inside = [tick for tick in shown if tick <= high + 0.03 * span]
    # Room on the right, for the label behind the longest interval.
    longest = max(
        sum(n_letters(mark.label) + 1 for mark in row)
        for panel in panels
        for row in zip(*(series.marks for series in panel.series), strict=True)
    )
    width = (WIDTH - 300) / n_across
    room = min(0.45, (longest * _LETTER + 26) / width) if n_across <= _BESIDE else 0.1
    return {
        "tickvals": inside,
        "ticktext": [written(tick, panels[0].form) for tick in inside],
        "range": [low - 0.03 * span, low + 1.02 * span / (1 - room)],
        "tickangle": 0,
        "gridcolor": GRID,
        "zeroline": low < 0,
        "zerolinecolor": INK,
    }


def row_labels(names: Sequence[str]) -> list[str]:
    """Return escaped labels of rows; of many each has one line, shortened if long."""
    if len(names) <= _MOST_ROOMY_ROWS:
        return [escaped(name, LONGEST_LINE) for name in names]
    return [escaped(name) for name in shortened(names, LONGEST_OF_MANY)]


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
        automargin=False,  # Plotly's own comes out short for Chinese labels
    )
    _set_left_margin(figure, label_pixels(labels))


def _set_left_margin(figure: go.Figure, margin: int) -> None:
    figure.update_layout(margin_l=margin)
    for note in figure.layout.annotations:
        if note.yanchor == "top":  # below the panels, from the page's edge
            note.update(xshift=_EDGE - margin)


def _height(
    labels: Sequence[str],
    n_down: int,
    head: int,
    *,
    n_lanes: int = 1,
    foot: int = _FOOT + _TICKS,
) -> tuple[int, int]:
    """Return the height of a chart and of its rows; thirty fit a slide."""
    lines = _most_lines(labels)
    gaps = 40 * (n_down - 1)
    free = (HEIGHT - head - foot - gaps) // max(1, n_down * len(labels))
    least = max(_ROW, _LINE * lines + (3 if lines > 1 else 0))
    roomy = max(_ROOMY_ROW, _ROOMY_LANE * n_lanes)
    row_height = max(least, min(roomy, free))
    height = head + n_down * row_height * len(labels) + gaps + foot
    return max(_LEAST_HEIGHT, height), row_height


def _most_lines(labels: Sequence[str]) -> int:
    return max((label.count("<br>") + 1 for label in labels), default=1)


# Tables ---------------------------------------------------------------------------


def _heat(chart: Chart, table: HeatTable) -> go.Figure:
    labels = row_labels(table.rows)
    room = (WIDTH - label_pixels(labels) - 30) / max(1, len(table.columns))
    columns = [escaped(name, max(8, int(room / _LETTER) - 1)) for name in table.columns]
    head = 110 + 17 * _most_lines(columns) + (24 if table.groups else 0)
    height, row_height = _height(labels, 1, head, foot=_FOOT)
    figure = go.Figure()
    scales = dict.fromkeys(cell.scale for line in table.cells for cell in line)
    for scale in scales:
        figure.add_trace(_heat_trace(table, scale))
    cells = _cells_with_places(table)
    figure.add_trace(_strokes(_slashes(cells), HATCH, 1.2))
    figure.add_trace(_strokes(_frames(cells), SECOND, 3))
    figure.add_trace(_cell_text(table, row_height))
    _finish(figure, chart, height, head, has_ticks=False)
    figure.update_xaxes(
        tickvals=list(range(len(columns))),
        ticktext=columns,
        range=[-0.5, len(columns) - 0.5],
        side="top",
        tickangle=0,
        tickfont={"size": 12},
        showgrid=False,
        zeroline=False,
        ticks="",
    )
    _name_rows(figure, labels, row_height)
    figure.update_yaxes(showgrid=False, range=[len(labels) - 0.5, -0.5])
    _add_groups(figure, table, _most_lines(columns))
    return figure


def _heat_trace(table: HeatTable, scale: str) -> go.Heatmap:
    low, high = color_range(table, scale)
    stops = SCALES[scale]
    cells = [
        [cell if cell.scale == scale else None for cell in line] for line in table.cells
    ]
    return go.Heatmap(
        z=[[cell.value if cell else None for cell in line] for line in cells],
        colorscale=[[i / (len(stops) - 1), color] for i, color in enumerate(stops)],
        zmin=low,
        zmax=high,
        xgap=2,
        ygap=2,
        showscale=False,
        hovertext=[[escaped(cell.hover) if cell else "" for cell in r] for r in cells],
        customdata=[[cell.tasks if cell else "" for cell in r] for r in cells],
        hoverinfo="text",
        hoverongaps=len(cells) > 0 and all(cell for line in cells for cell in line),
    )


def _cells_with_places(table: HeatTable) -> list[tuple[int, int, Cell]]:
    return [
        (x, y, cell)
        for y, line in enumerate(table.cells)
        for x, cell in enumerate(line)
    ]


def _slashes(cells: list[tuple[int, int, Cell]]) -> Iterable[list[tuple[float, float]]]:
    """Return two short strokes on either side of the words of an empty cell."""
    return (
        [(x + side - 0.05, y + 0.32), (x + side + 0.05, y - 0.32)]
        for x, y, cell in cells
        if cell.value is None and cell.label
        for side in (-0.44, -0.32, 0.32, 0.44)
    )


def _frames(cells: list[tuple[int, int, Cell]]) -> Iterable[list[tuple[float, float]]]:
    corners = ((-0.46, -0.42), (0.46, -0.42), (0.46, 0.42), (-0.46, 0.42))
    return (
        [(x + across, y + down) for across, down in (*corners, corners[0])]
        for x, y, cell in cells
        if cell.is_framed
    )


def _cell_text(table: HeatTable, row_height: int) -> go.Scatter:
    places = [place for place in _cells_with_places(table) if place[2].label]
    size = 14 if len(table.columns) <= 16 and row_height >= 26 else 11
    fills = [PAPER if c.value is None else cell_fill(c, table) for _, _, c in places]
    return go.Scatter(
        x=[x for x, _, _ in places],
        y=[y for _, y, _ in places],
        mode="text",
        # The star is for readers in grey, who cannot tell the frame's colour.
        text=[
            f"<b>{escaped(cell.label)}</b>*" if cell.is_framed else escaped(cell.label)
            for _, _, cell in places
        ],
        textfont={
            "color": [
                QUIET if cell.value is None else readable_on(fill)
                for (_, _, cell), fill in zip(places, fills, strict=True)
            ],
            "size": [min(size, 12) if c.value is None else size for _, _, c in places],
        },
        hoverinfo="skip",
    )


def _add_groups(figure: go.Figure, table: HeatTable, n_lines: int) -> None:
    first = 0
    for name, n_columns in table.groups:
        if first:
            figure.add_vline(x=first - 0.5, line={"color": INK, "width": 2})
        figure.add_annotation(
            x=first + (n_columns - 1) / 2,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=16 * n_lines + 12,
            text=f"<b>{escaped(name)}</b>",
            showarrow=False,
            font={"size": 13, "color": QUIET},
        )
        first += n_columns


# Years and maps -------------------------------------------------------------------


def _years(chart: Chart) -> go.Figure:
    panels, years = chart.panels, chart.panels[0].categories
    n_across = min(3, len(panels))
    n_down = -(-len(panels) // n_across)
    figure, positions = _small_multiples(
        [escaped(panel.title, 50) for panel in panels],
        n_across,
        shared_xaxes=True,
        horizontal_spacing=0.04,
        vertical_spacing=min(0.5 / n_down, 0.1),
    )
    for position, panel in zip(positions, panels, strict=True):
        for trace in _year_traces(panel):
            figure.add_trace(trace, **position)
    _finish(figure, chart, max(HEIGHT, 215 + 165 * n_down), 132)
    shown = ticks(panels, 4)
    figure.update_yaxes(
        tickvals=shown,
        ticktext=[written(tick, panels[0].form) for tick in shown],
        range=[shown[0], 1.15 * max(panel.extent()[1] for panel in panels)],
        gridcolor=GRID,
        zeroline=False,
    )
    _set_left_margin(figure, 70)
    figure.update_xaxes(
        tickvals=list(range(len(years))),
        ticktext=[escaped(year) for year in years],
        range=[-0.5, len(years) - 0.3],
        showgrid=False,
        zeroline=False,
    )
    return figure


def _year_traces(panel: Panel) -> list[go.Scatter]:
    traces = []
    for series in panel.series:
        marks = list(enumerate(series.marks))
        known = ((x, mark) for x, mark in marks if mark.lower is not None)
        traces += [
            _strokes((((x, m.lower), (x, m.upper)) for x, m in known), ACCENT, 2),
            go.Scatter(
                x=[x for x, _ in marks],
                y=[mark.value for _, mark in marks],
                mode="lines+markers+text",
                line={"color": ACCENT, "width": 1, "dash": "dot"},
                marker={"color": ACCENT, "size": 9},
                text=[f" {escaped(mark.label)}" for _, mark in marks],
                textposition="top right",
                textfont={"size": 12, "color": INK},
                cliponaxis=False,
                hoverinfo="skip",
            ),
        ]
    return traces


def _map(chart: Chart, panel: Panel) -> go.Figure:
    marks = panel.series[0].marks
    labels = row_labels([mark.label for mark in marks])
    is_named = len(marks) <= _MOST_NAMED
    right = 30 if is_named else min(label_pixels(labels) + 40, _WIDEST_KEY)
    free = (WIDTH - _EDGE - right, HEIGHT - _ABOVE - _BELOW)
    places = [(mark.x or 0.0, mark.value or 0.0) for mark in marks]
    sizes = [mark.size or 0.0 for mark in marks]
    dots = map_layout(places, sizes, labels if is_named else (), free)
    numbers = [str(number) for number in range(1, len(marks) + 1)]
    figure = go.Figure()
    if panel.lines:
        lines = ([dots.places[i] for i in line] for line in panel.lines)
        figure.add_trace(_strokes(lines, SECOND, 1, opacity=0.45))
    figure.add_trace(
        go.Scatter(
            x=[x for x, _ in dots.places],
            y=[y for _, y in dots.places],
            mode="markers+text",
            marker={
                "color": ACCENT,
                "size": dots.sizes,
                "opacity": 1,
                "line": {"color": PAPER, "width": 1},
            },
            # Many have numbers, since names beside thirty would cover each other.
            text=labels if is_named else numbers,
            textposition="middle right" if is_named else "middle center",
            textfont={
                "size": 13 if is_named else 12,
                "color": INK if is_named else PAPER,
            },
            cliponaxis=False,
            hovertext=[escaped(mark.hover) for mark in marks],
            hoverinfo="text",
        )
    )
    moved = section("charts", chart.lang)["moved"] if dots.is_moved else ""
    _finish(figure, chart, HEIGHT, _ABOVE, subtitle_end=moved)
    bare = {"gridcolor": GRID, "zeroline": False, "showticklabels": False}
    figure.update_xaxes(range=dots.ranges[0], **bare)
    figure.update_yaxes(range=dots.ranges[1], scaleanchor="x", **bare)
    figure.update_layout(margin={"l": _EDGE, "r": right})
    if not is_named:
        numbered = [f"{n}  {label}" for n, label in zip(numbers, labels, strict=True)]
        key: dict[str, Any] = {"x": 1, "xshift": 20, "y": 1, "yanchor": "top"}
        _add_text(figure, "<br>".join(numbered), **key)
    return figure


# Frame ----------------------------------------------------------------------------


def _sentence(chart: Chart) -> go.Figure:
    figure = go.Figure()
    _set_frame(figure, chart, "", 260, 80)
    _add_text(figure, escaped(chart.reason, 130), size=16, y=0.7)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    _add_line(figure, _source_markup(chart.source), below=52)
    return figure


def _finish(
    figure: go.Figure,
    chart: Chart,
    height: int,
    head: int,
    *,
    has_ticks: bool = True,
    extra: int = 0,
    subtitle_end: str = "",
    title_size: int = _TITLE,
) -> None:
    """Give a figure its title, axis words and source line."""
    subtitle = joined([full_subtitle(chart), subtitle_end], chart.lang)
    _set_frame(figure, chart, subtitle, height + extra, head)
    # Titles of panels are the annotations there are by now.
    for title in figure.layout.annotations:
        if title.yanchor == "bottom":
            font = {"size": title_size, "color": INK, "weight": 700}
            title.update(font=font, yshift=2)
    below = (_TICKS if has_ticks else 0) + extra
    figure.update_layout(margin_b=_FOOT + below)
    _add_line(figure, escaped(chart.axis), below=18 + below, size=14, color=INK)
    _add_line(figure, _source_markup(chart.source), below=46 + below)


def _set_frame(
    figure: go.Figure, chart: Chart, subtitle: str, height: int, head: int
) -> None:
    subtitle = escaped(subtitle, _LONGEST_SUBTITLE)
    further = _SUBTITLE_LINE * subtitle.count("<br>")
    figure.update_layout(
        title={
            "text": escaped(chart.title),
            "subtitle": {
                "text": subtitle,
                "font": {"size": 14, "color": QUIET},
            },
            "x": 0.02,
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 22},
            "font": {"size": 22, "color": INK},
        },
        font={"family": FONT_FAMILY, "size": 13, "color": INK},
        height=height + further,
        margin={"l": 20, "r": 30, "t": head + further, "b": 100},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        showlegend=False,
        hoverlabel={"font": {"family": FONT_FAMILY, "size": 13}},
        template="none",
    )


def _source_markup(source: str) -> str:
    first, *others = map(escaped, source.split("\n"))
    return "<br>".join([first, *(f"<b>{line}</b>" for line in others)])


def _add_line(
    figure: go.Figure, text: str, *, below: int, size: int = 12, color: str = QUIET
) -> None:
    """Write a line `below` the panels (pixels), from their left edge."""
    if text:
        place: dict[str, Any] = {"y": 0, "yanchor": "top", "yshift": -below}
        _add_text(figure, text, size=size, color=color, **place)


def _add_text(
    figure: go.Figure, text: str, *, size: int = 12, color: str = INK, **place: Any
) -> None:
    """Write a text at a place of the figure: parts of its panels, and pixels."""
    figure.add_annotation(
        text=text,
        **{"x": 0, "xref": "paper", "xanchor": "left", "yref": "paper", **place},
        align="left",
        showarrow=False,
        font={"size": size, "color": color},
    )

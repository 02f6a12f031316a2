"""Traces of a figure to panels of series: bars, dots with intervals, lines."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Panel, Point, Series
from govopen_analytics.office.figure_json import (
    axis_key,
    axis_labels,
    decoded,
    hex_color,
    is_reversed,
    nearest,
    number,
    number_format,
    per_mark,
    plain_text,
)

_COLOR = "0b5394"
# Later series of a panel that has no colours of its own; apart for colour-blind
# readers (Okabe and Ito).
_COLORS = (_COLOR, "d55e00", "009e73", "cc79a7", "e69f00", "56b4e9")
_PAPER = "ffffff"
_TOLERANCE = 1e-9
_SAME_ROW = 1e-3  # of a row's height


@dataclass
class _Marks:
    """Marks of one trace, in the panel's terms: category or x, and value.

    ``rows`` has where a mark stands across its category's line: marks, intervals and
    labels at one place belong together.
    """

    name: str
    color: str
    mode: str
    rows: dict[float | str, Any] = field(default_factory=dict)
    points: dict[float | str, Point] = field(default_factory=dict)
    free: list[Point] = field(default_factory=list)


@dataclass(frozen=True)
class _Axes:
    """The two axes of a subplot and which of them names the rows."""

    x: Mapping[str, Any]
    y: Mapping[str, Any]
    named: str  # "x", "y" or "" where both count
    places: tuple[float | str, ...]  # in reading order
    labels: tuple[str, ...]

    @property
    def value_axis(self) -> Mapping[str, Any]:
        return self.x if self.named == "y" else self.y


def read_panels(
    traces: Sequence[Mapping[str, Any]],
    layout: Mapping[str, Any],
    name: str,
    title: str = "",
) -> tuple[Panel, ...]:
    """Turn the traces of a figure into one panel per pair of axes.

    Parameters
    ----------
    traces : sequence of mapping
        Bars and scatters, as Plotly's JSON has them.
    layout : mapping
        The figure's layout.
    name : str
        Name of the figure, for errors.
    title : str, default ""
        Title of the figure; names a series that nothing else names.

    Returns
    -------
    tuple of Panel
        In the order the figure drew them.

    Raises
    ------
    ExportError
        If a trace is of a kind that office charts do not have.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for trace in traces:
        if trace.get("type", "scatter") not in ("bar", "scatter", "scattergl"):
            raise ExportError(
                f"Chart '{name}': found marks of the kind '{trace['type']}', which "
                "PowerPoint and Word charts do not have, expected bars, dots, lines "
                "or a heat map; export it as png, svg or pdf"
            )
        pair = (trace.get("xaxis") or "x", trace.get("yaxis") or "y")
        groups.setdefault(pair, []).append(trace)
    titles = _panel_titles(layout)
    panels = []
    for pair, own in groups.items():
        own_title = titles.get(pair, "") if len(groups) > 1 else ""
        panel = _panel(pair, own, layout, own_title, title)
        if panel.series:
            panels.append(panel)
    return tuple(_same_range(panels))


def _panel(
    pair: tuple[str, str],
    traces: Sequence[Mapping[str, Any]],
    layout: Mapping[str, Any],
    title: str,
    figure_title: str,
) -> Panel:
    axes = _axes(pair, traces, layout)
    shown = [trace for trace in traces if not _is_support(trace, axes)]
    marks = [_marks(part, axes) for trace in shown for part in _whole(trace, axes)]
    marks = [found for found in marks if found.points or found.free]
    if axes.named:
        _give_intervals(marks, traces, axes)
        _give_labels(marks, traces, axes)
        marks = _merged(marks, has_legend=bool(layout.get("showlegend")))
    fallback = _axis_title(axes.value_axis) or title or figure_title
    series = _series(marks, axes, fallback)
    values = [point.value for one in series for point in one.points]
    return Panel(
        title=title,
        kind=_kind(traces, axes),
        categories=axes.labels,
        series=series,
        number_format=number_format(axes.value_axis.get("tickformat", ""), values),
        value_title=_axis_title(axes.value_axis),
        x_title="" if axes.named else _axis_title(axes.x),
        base=_base(layout, axes, pair),
        is_stacked=layout.get("barmode") in ("stack", "relative")
        and any(trace.get("type") == "bar" for trace in traces),
        has_legend=bool(layout.get("showlegend")) and len(series) > 1,
        has_numbers=bool(axes.named) or axes.y.get("showticklabels") is not False,
    )


def _axes(
    pair: tuple[str, str],
    traces: Sequence[Mapping[str, Any]],
    layout: Mapping[str, Any],
) -> _Axes:
    x, y = (
        layout.get(axis_key(name, letter), {})
        for name, letter in zip(pair, "xy", strict=True)
    )
    bars = [trace for trace in traces if trace.get("type") == "bar"]
    lying = any(trace.get("orientation") == "h" for trace in bars)
    order = ("y", "x") if lying or not bars else ("x", "y")
    for letter in order:
        axis = y if letter == "y" else x
        found = _places(axis, [decoded(trace.get(letter)) for trace in traces])
        if found:
            # A vertical axis is read from above, whichever way it counts.
            is_turned = is_reversed(axis) != (letter == "y")
            places = list(reversed(found)) if is_turned else list(found)
            labels = tuple(found[place] for place in places)
            return _Axes(x, y, letter, tuple(places), labels)
    if bars or _are_years(traces):
        values = (v for trace in traces for v in decoded(trace.get("x")))
        places = sorted({v for v in values if v is not None})
        labels = tuple(f"{place:g}" for place in places)
        return _Axes(x, y, "x", tuple(places), labels)
    return _Axes(x, y, "", (), ())


def _places(
    axis: Mapping[str, Any], columns: Sequence[list[Any]]
) -> dict[float | str, str]:
    labels = axis_labels(axis)
    values = [value for column in columns for value in column if value is not None]
    if labels and all(number(value) is not None for value in values):
        known = sorted(labels)
        step = min((b - a for a, b in itertools.pairwise(known)), default=1)
        # Labels of a counting axis stand between its marks.
        if step >= 1 and all(nearest(known, value) is not None for value in values):
            return {place: labels[place] for place in known}
        return {}
    texts = [value for value in values if isinstance(value, str)]
    if texts and len(texts) == len(values):
        return {text: plain_text(text) for text in dict.fromkeys(texts)}
    return {}


def _are_years(traces: Sequence[Mapping[str, Any]]) -> bool:
    values = [v for trace in traces for v in decoded(trace.get("x")) if v is not None]
    has_lines = any("lines" in _mode(trace) for trace in traces)
    years = [v for v in values if number(v) is not None and 1900 <= v <= 2200]
    return has_lines and bool(values) and len(years) == len(values)


def _mode(trace: Mapping[str, Any]) -> str:
    return "bar" if trace.get("type") == "bar" else trace.get("mode", "lines+markers")


def _is_support(trace: Mapping[str, Any], axes: _Axes) -> bool:
    """Say whether a trace only labels other marks, or draws their intervals."""
    mode = _mode(trace)
    if mode == "text":
        return True
    return mode == "lines" and bool(axes.named) and _is_interval(trace, axes)


def _segments(trace: Mapping[str, Any]) -> list[list[tuple[Any, Any]]]:
    segments: list[list[tuple[Any, Any]]] = [[]]
    xs, ys = decoded(trace.get("x")), decoded(trace.get("y"))
    for x, y in zip(xs, ys, strict=False):
        if x is None or y is None:
            segments.append([])
        else:
            segments[-1].append((x, y))
    return [segment for segment in segments if segment]


def _whole(trace: Mapping[str, Any], axes: _Axes) -> list[Mapping[str, Any]]:
    """Part a gapped line between two numeric axes: office charts join its points."""
    if axes.named or _mode(trace) != "lines":
        return [trace]
    parts = [list(zip(*segment, strict=True)) for segment in _segments(trace)]
    return [{**trace, "x": list(xs), "y": list(ys)} for xs, ys in parts]


def _is_interval(trace: Mapping[str, Any], axes: _Axes) -> bool:
    side = 1 if axes.named == "y" else 0
    segments = _segments(trace)
    if not segments:
        return True
    is_gapped = None in decoded(trace.get("x"))
    return is_gapped and all(
        len(segment) == 2 and segment[0][side] == segment[1][side]
        for segment in segments
    )


def _give_intervals(
    marks: Sequence[_Marks], traces: Sequence[Mapping[str, Any]], axes: _Axes
) -> None:
    """Give each interval to the one mark it is of, of its own colour first."""
    side = 1 if axes.named == "y" else 0
    for trace in traces:
        if _mode(trace) != "lines" or not _is_support(trace, axes):
            continue
        color = hex_color((trace.get("line") or {}).get("color"), "")
        for first, last in _segments(trace):
            lower, upper = sorted((first[1 - side], last[1 - side]))
            place = _place(first[side], axes)
            fitting = [
                own
                for own in _at(marks, place, first[side])
                if own.points[place].lower is None
                and lower - _TOLERANCE <= own.points[place].value <= upper + _TOLERANCE
            ]
            if fitting:
                own = max(fitting, key=lambda own: own.color == color)
                point = own.points[place]
                own.points[place] = replace(point, lower=lower, upper=upper)


def _give_labels(
    marks: Sequence[_Marks], traces: Sequence[Mapping[str, Any]], axes: _Axes
) -> None:
    """Give each text to the one mark whose value it says, or at which it stands."""
    for trace in traces:
        if _mode(trace) != "text":
            continue
        rows, values = _coordinates(trace, axes)
        texts = per_mark(trace.get("text"), len(rows))
        for row, value, text in zip(rows, values, texts, strict=True):
            place, text = _place(row, axes), plain_text(text)
            if not text or number(value) is None:
                continue
            fitting = [
                (
                    _says(text, point),
                    _stands(value, point),
                    point.lower is not None,
                    own,
                )
                for own in _at(marks, place, row)
                for point in (own.points[place],)
            ]
            fitting = [found for found in fitting if found[0] or found[1]]
            if fitting:
                *_, own = max(fitting, key=lambda found: found[:3])
                own.points[place] = replace(own.points[place], label=text)


def _at(marks: Sequence[_Marks], place: float | str | None, row: Any) -> list[_Marks]:
    return [
        own for own in marks if place in own.points and _is_same(own.rows[place], row)
    ]


def _is_same(one: Any, other: Any) -> bool:
    if number(one) is None or number(other) is None:
        return one == other
    return abs(one - other) < _SAME_ROW


def _says(text: str, point: Point) -> bool:
    """Say whether a label opens with the value of a mark, as it was rounded."""
    found = re.match(r"[+-]?\d+(?:\.(\d+))?(%?)", text)
    if found is None or point.value is None:
        return False
    scale = 100 if found[2] else 1
    said = float(found[0].removesuffix("%")) / scale
    half = 0.5 / scale / 10 ** len(found[1] or "")
    return abs(said - point.value) <= half + _TOLERANCE


def _stands(at: float, point: Point) -> bool:
    anchors = (point.upper, point.value, point.lower)
    return any(a is not None and abs(a - at) < _TOLERANCE for a in anchors)


def _coordinates(trace: Mapping[str, Any], axes: _Axes) -> tuple[list, list]:
    xs, ys = decoded(trace.get("x")), decoded(trace.get("y"))
    return (ys, xs) if axes.named == "y" else (xs, ys)


def _place(value: Any, axes: _Axes) -> float | str | None:
    if isinstance(value, str) or number(value) is None:
        return value if value in axes.places else None
    return nearest([place for place in axes.places if number(place) is not None], value)


def _marks(trace: Mapping[str, Any], axes: _Axes) -> _Marks:
    mode = _mode(trace)
    style = trace.get("line" if mode == "lines" else "marker") or {}
    rows, values = _coordinates(trace, axes)
    colors = per_mark(style.get("color"), max(1, len(rows)))
    outline = (style.get("line") or {}).get("color")
    shown = [hex_color(color, "") for color in colors]
    color = next((c for c in shown if c not in ("", _PAPER)), hex_color(outline, ""))
    marks = _Marks(plain_text(trace.get("name")), color, mode)
    texts = per_mark(trace.get("text"), len(rows))
    bounds = _error_bounds(trace, values, axes)
    symbols = per_mark(style.get("symbol"), max(1, len(rows)))
    for i, (row, value) in enumerate(zip(rows, values, strict=False)):
        is_hollow = shown[i] == _PAPER or str(symbols[i]).endswith("-open")
        has_text = mode == "bar" or "text" in mode
        label = plain_text(texts[i]) if has_text else ""
        point = Point(number(value), *bounds[i], label=label, is_hollow=is_hollow)
        if not axes.named:
            if number(row) is not None and point.value is not None:
                marks.free.append(replace(point, x=float(row)))
            continue
        place = _place(row, axes)
        if place is not None and point.value is not None:
            marks.points[place], marks.rows[place] = point, row
    return marks


def _error_bounds(
    trace: Mapping[str, Any], values: Sequence[Any], axes: _Axes
) -> list[tuple[float | None, float | None]]:
    bars = trace.get("error_x" if axes.named == "y" else "error_y") or {}
    above = per_mark(decoded(bars.get("array")), len(values))
    below = per_mark(decoded(bars.get("arrayminus")) or above, len(values))
    bounds: list[tuple[float | None, float | None]] = []
    for value, up, down in zip(values, above, below, strict=True):
        if None in (number(value), number(up), number(down)):
            bounds.append((None, None))
        else:
            bounds.append((value - down, value + up))
    return bounds


def _merged(marks: Sequence[_Marks], *, has_legend: bool) -> list[_Marks]:
    # Sure, unsure and unobserved marks are traces of one series, each with rows of
    # its own; only a legend makes names that a reader knows.
    merged: list[_Marks] = []
    for found in marks:
        home = next(
            (
                one
                for one in merged
                if not set(one.points) & set(found.points)
                and _is_same(_lane(one), _lane(found))
                and "lines" not in found.mode
                and (one.name == found.name or not has_legend)
            ),
            None,
        )
        if home is None:
            merged.append(found if has_legend else replace(found, name=""))
        else:
            home.points.update(found.points)
    return merged


def _lane(marks: _Marks) -> Any:
    """Return how far above or below their category's line the marks stand."""
    place, row = next(iter(marks.rows.items()))
    return 0.0 if isinstance(row, str) else row - place


def _series(marks: Sequence[_Marks], axes: _Axes, fallback: str) -> tuple[Series, ...]:
    series = []
    for i, found in enumerate(marks):
        name = found.name or fallback
        name = name if found.name or not series else f"{name} ({i + 1})"
        color = found.color or _COLORS[i % len(_COLORS)]
        points = tuple(found.free)
        if axes.named:
            empty = Point(None)
            points = tuple(found.points.get(place, empty) for place in axes.places)
        is_line = not axes.named and found.mode == "lines"
        series.append(Series(name, color, points, is_line))
    return tuple(series)


def _kind(traces: Sequence[Mapping[str, Any]], axes: _Axes) -> str:
    if not axes.named:
        return "scatter"
    has_lines = any(
        "lines" in _mode(trace) and not _is_support(trace, axes) for trace in traces
    )
    if axes.named == "y":
        return "bar"
    return "line" if has_lines else "column"


def _axis_title(axis: Mapping[str, Any]) -> str:
    title = axis.get("title") or {}
    return plain_text(title.get("text") if isinstance(title, Mapping) else title)


def _base(
    layout: Mapping[str, Any], axes: _Axes, pair: tuple[str, str]
) -> float | None:
    """Return the value a reference line marks, where one crosses the rows."""
    if not axes.named:
        return None
    letter = "x" if axes.named == "y" else "y"
    own = pair[0 if letter == "x" else 1]
    for shape in layout.get("shapes") or ():
        ends = number(shape.get(f"{letter}0")), number(shape.get(f"{letter}1"))
        is_own = shape.get(f"{letter}ref", letter) == own
        if shape.get("type") == "line" and is_own and ends[0] == ends[1]:
            return ends[0]
    return None


def _panel_titles(layout: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Find the title above each subplot by its place on the paper."""
    titles = {}
    notes = [
        note
        for note in layout.get("annotations") or ()
        if note.get("yanchor") == "bottom" and note.get("yref") == "paper"
    ]
    for key, axis in layout.items():
        if not key.startswith("yaxis"):
            continue
        y_name = f"y{key[5:]}"
        x_name = axis.get("anchor") or "x"
        x_axis = layout.get(axis_key(x_name, "x"), {})
        left, right = x_axis.get("domain") or (0, 1)
        top = (axis.get("domain") or (0, 1))[1]
        for note in notes:
            is_above = abs(note.get("y", 0) - top) < 0.02
            if is_above and left <= note.get("x", -1) <= right:
                titles[(x_name, y_name)] = plain_text(note.get("text"))
    return titles


def _same_range(panels: Sequence[Panel]) -> list[Panel]:
    # Small multiples are compared with each other: one scale for all of them.
    bars = [panel for panel in panels if panel.kind == "bar" and panel.title]
    if len(bars) < 2 or len({p.number_format for p in bars}) > 1:
        return list(panels)
    ends = [end for panel in bars for end in panel.extent()]
    shared = (min(0.0, *ends), max(0.0, *ends))
    return [
        replace(panel, value_range=shared) if panel in bars else panel
        for panel in panels
    ]

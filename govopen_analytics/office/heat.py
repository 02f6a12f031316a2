"""A heat map of a figure to a table of shaded cells."""

from collections.abc import Mapping, Sequence
from typing import Any

from govopen_analytics.charts.model import Cell, HeatTable
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
    written,
)

_EMPTY_FILL, _INK, _PAPER = "eef0f2", "1f2933", "ffffff"
_NO_SCALE = [[0.0, "#f1f6fb"], [1.0, "#0a3d70"]]
_FRAME_CORNERS = 5  # points of a closed rectangle


def read_heat_table(
    traces: Sequence[Mapping[str, Any]],
    others: Sequence[Mapping[str, Any]],
    layout: Mapping[str, Any],
    title: str = "",
) -> HeatTable:
    """Turn a heat map and the marks upon it into a table.

    Parameters
    ----------
    traces : sequence of mapping
        The heat map, as Plotly's JSON has it, or several that lie over each other,
        each with cells of its own.
    others : sequence of mapping
        Traces over it: texts name the cells, closed lines frame them.
    layout : mapping
        The figure's layout.
    title : str, default ""
        Title of the panel.

    Returns
    -------
    HeatTable
        A cell with words and no value is grey, one with neither is white.
    """
    columns = _labels(traces[0], layout, "x")
    rows = _labels(traces[0], layout, "y")
    places = list(columns), list(rows)
    found: dict[tuple, tuple[float, str]] = {}
    texts: dict[tuple, str] = {}
    for trace in traces:
        texts |= _texts(trace, others, layout, *places)
        found |= _coloured(trace, *places)
    framed = _framed(others, *places)
    form = number_format("", [value for value, _ in found.values()])
    cells = []
    for y in rows:
        line = []
        for x in columns:
            value, fill = found.get((x, y), (None, ""))
            text = texts.get((x, y), "")
            if not texts and value is not None:
                text = written(value, form)
            fill = fill or (_EMPTY_FILL if text else _PAPER)
            is_framed = (x, y) in framed
            line.append(Cell(value, text, fill, _readable_on(fill), is_framed))
        cells.append(tuple(line))
    return HeatTable(title, tuple(rows.values()), tuple(columns.values()), tuple(cells))


def _coloured(
    trace: Mapping[str, Any], columns: list, rows: list
) -> dict[tuple, tuple[float, str]]:
    """Return value and fill of the cells that have a value."""
    values = {
        place: value
        for place, value in _values(trace, columns, rows).items()
        if value is not None
    }
    bottom, top = number(trace.get("zmin")), number(trace.get("zmax"))
    bottom = min(values.values(), default=0.0) if bottom is None else bottom
    top = max(values.values(), default=1.0) if top is None else top
    scale = _scale(trace)
    return {
        place: (value, _fill(value, bottom, top, scale))
        for place, value in values.items()
    }


def _labels(
    trace: Mapping[str, Any], layout: Mapping[str, Any], letter: str
) -> dict[float | str, str]:
    """Return labels by position, in reading order."""
    axis = layout.get(axis_key(trace.get(f"{letter}axis"), letter), {})
    labels: dict[float | str, str] = dict(sorted(axis_labels(axis).items()))
    if not labels:
        found = [v for v in decoded(trace.get(letter)) if v is not None]
        found = found or list(range(_size(trace, letter)))
        labels = {value: plain_text(value) for value in dict.fromkeys(found)}
    is_turned = is_reversed(axis) != (letter == "y")
    return dict(reversed(labels.items())) if is_turned else labels


def _size(trace: Mapping[str, Any], letter: str) -> int:
    lines = decoded(trace.get("z"))
    return len(lines) if letter == "y" else max(map(len, lines), default=0)


def _values(
    trace: Mapping[str, Any], columns: list, rows: list
) -> dict[tuple, float | None]:
    xs, ys = decoded(trace.get("x")), decoded(trace.get("y"))
    zs = decoded(trace.get("z"))
    if zs and isinstance(zs[0], list):
        # Without coordinates of its own a cell stands at its number.
        xs, ys = xs or list(range(_size(trace, "x"))), ys or list(range(len(zs)))
        flat = [
            (x, y, value)
            for y, line in zip(ys, zs, strict=False)
            for x, value in zip(xs, line, strict=False)
        ]
    else:
        flat = list(zip(xs, ys, zs, strict=False))
    return {(_near(columns, x), _near(rows, y)): number(value) for x, y, value in flat}


def _texts(
    trace: Mapping[str, Any],
    others: Sequence[Mapping[str, Any]],
    layout: Mapping[str, Any],
    columns: list,
    rows: list,
) -> dict[tuple, str]:
    pair = trace.get("xaxis") or "x", trace.get("yaxis") or "y"
    found = {
        (_near(columns, note.get("x")), _near(rows, note.get("y"))): text
        for note in layout.get("annotations") or ()
        if (note.get("xref") or "x", note.get("yref") or "y") == pair
        and (text := plain_text(note.get("text")))
    }
    for own in (trace, *others):
        if own is not trace and "text" not in own.get("mode", ""):
            continue
        xs, ys = decoded(own.get("x")), decoded(own.get("y"))
        texts = per_mark(own.get("text"), len(xs))
        if texts and isinstance(texts[0], list):
            for y, line in zip(ys, texts, strict=False):
                for x, text in zip(xs, line, strict=False):
                    found[(_near(columns, x), _near(rows, y))] = plain_text(text)
            continue
        for x, y, text in zip(xs, ys, texts, strict=False):
            if text is not None:
                found[(_near(columns, x), _near(rows, y))] = plain_text(text)
    return found


def _framed(
    others: Sequence[Mapping[str, Any]], columns: list, rows: list
) -> set[tuple]:
    framed = set()
    for trace in others:
        if trace.get("mode") != "lines":
            continue
        corners: list[tuple[float, float]] = []
        xs, ys = decoded(trace.get("x")), decoded(trace.get("y"))
        for x, y in [*zip(xs, ys, strict=False), (None, None)]:
            if x is not None and y is not None:
                corners.append((x, y))
                continue
            if len(corners) == _FRAME_CORNERS and corners[0] == corners[-1]:
                middle = [sum(side) / 4 for side in zip(*corners[:4], strict=True)]
                framed.add((_near(columns, middle[0]), _near(rows, middle[1])))
            corners = []
    return framed


def _near(places: list, value: Any) -> Any:
    if number(value) is None:
        return value
    return nearest([place for place in places if number(place) is not None], value)


def _scale(trace: Mapping[str, Any]) -> list[tuple[float, str]]:
    stops = trace.get("colorscale")
    if not isinstance(stops, list) or not stops:
        stops = _NO_SCALE
    return [(float(place), hex_color(color, _EMPTY_FILL)) for place, color in stops]


def _fill(
    value: float, bottom: float, top: float, scale: list[tuple[float, str]]
) -> str:
    place = (value - bottom) / (top - bottom) if top > bottom else 0.0
    place = min(1.0, max(0.0, place))
    below = max((stop for stop in scale if stop[0] <= place), default=scale[0])
    above = min((stop for stop in scale if stop[0] >= place), default=scale[-1])
    width = above[0] - below[0]
    part = (place - below[0]) / width if width else 0.0
    return "".join(
        f"{round(a + (b - a) * part):02x}"
        for a, b in zip(_channels(below[1]), _channels(above[1]), strict=True)
    )


def _channels(color: str) -> tuple[int, int, int]:
    red, green, blue = (int(color[i : i + 2], 16) for i in (0, 2, 4))
    return red, green, blue


def _readable_on(fill: str) -> str:
    """Return light or dark text, whichever stands out more.

    References
    ----------
    .. [1] Web Content Accessibility Guidelines 2.2, relative luminance and
       contrast ratio.
    """
    parts = [channel / 255 for channel in _channels(fill)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    on_paper = 1.05 / (luminance + 0.05)
    on_ink = (luminance + 0.05) / 0.0636  # luminance of the ink, and 0.05
    return _PAPER if on_paper > on_ink else _INK

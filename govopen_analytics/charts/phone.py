"""A chart as HTML for a narrow screen: a label above its mark, a table of cells."""

import html
import math
from collections.abc import Callable

from govopen_analytics.charts.map_layout import map_layout
from govopen_analytics.charts.model import Chart, HeatTable, Mark, Panel
from govopen_analytics.charts.style import (
    cell_fill,
    full_subtitle,
    lanes_of,
    readable_on,
    tasks_attribute,
    ticks,
    written,
)

_MOST_OPEN_ROWS = 30  # of all panels; beyond that a reader opens each panel
_MOST_COLUMNS = 8  # of a table that fits without scrolling
_MAP = 300  # pixels of a map's side


def phone_html(chart: Chart) -> str:
    """Draw a chart for a narrow screen, as HTML for the style sheet of the pages.

    Every value is text, so that it needs no description of its own. Whatever is
    not a row, a bar, a year or a cell keeps its name by a number.
    """
    subtitle = "" if chart.is_empty else full_subtitle(chart)
    head = f"<p><strong>{_text(chart.title)}</strong>{_small(subtitle)}</p>"
    if chart.is_empty:
        body = f"<p>{_text(chart.reason)}</p>"
    elif chart.table is not None:
        body = _table(chart.table)
    elif chart.panels[0].kind == "map":
        body = _map(chart.panels[0])
    else:
        body = _panels(chart)
    foot = "".join(_small(line) for line in (chart.axis, *chart.notes, chart.source))
    return f"{head}{body}<p>{foot}</p>"


def _panels(chart: Chart) -> str:
    panels = chart.panels
    is_shared = len({(panel.form, panel.kind) for panel in panels}) == 1
    is_folded = sum(len(p.categories) for p in panels) > _MOST_OPEN_ROWS
    is_folded &= len(panels) > 1
    parts = []
    for place, panel in enumerate(panels):
        rows = _rows(panel, panels if is_shared else (panel,))
        title = _text(panel.title)
        if is_folded:
            is_open = "" if place else " open"
            rows = f"<details{is_open}><summary>{title}</summary>{rows}</details>"
        elif title:
            rows = f"<p><strong>{title}</strong></p>{rows}"
        parts.append(rows)
    return "".join(parts)


def _rows(panel: Panel, shared: tuple[Panel, ...]) -> str:
    shown = ticks(shared, 3)
    low, last = shown[0], shown[-1]
    high = max(last, *(shared_panel.extent()[1] for shared_panel in shared))

    def at(value: float) -> float:
        return 100 * (value - low) / ((high - low) or 1.0)

    lanes, reference = lanes_of(panel), panel.reference
    lines = [] if reference is None else [reference.value]
    lines += [0.0] if low < 0 else []
    rows = []
    for place, name in enumerate(panel.categories):
        marks = [series.marks[place] for series in panel.series]
        label = " ".join(mark.label for mark in marks if mark.label)
        tasks = next((mark.tasks for mark in marks if mark.tasks), "")
        link = tasks_attribute(tasks)
        tracks = ""
        # What has no lane of its own is drawn below the first.
        below = [mark for i, mark in enumerate(marks) if i not in lanes]
        for lane in lanes:
            drawn = "".join(_mark(m, panel.kind, at) for m in (*below, marks[lane]))
            for value in lines:
                drawn += f'<i class="at" style="left:{at(value):.1f}%"></i>'
            tracks += f'<span class="track" aria-hidden="true">{drawn}</span>'
            below = []
        value_label = f'<span class="value-label"{link}>{_text(label)}</span>'
        rows.append(f"<li><span>{_text(name)}</span>{value_label}{tracks}</li>")
    ends = "".join(f"<span>{written(v, panel.form)}</span>" for v in (low, last))
    named = f"{reference.name} {reference.label}" if reference is not None else ""
    axis = " · ".join(part for part in (panel.axis, named) if part)
    return (
        f'<ul class="rows">{"".join(rows)}</ul>'
        f'<p class="ends" style="width:{at(last):.1f}%">{ends}</p>{_small(axis)}'
    )


def _mark(mark: Mark, kind: str, at: Callable[[float], float]) -> str:
    if mark.value is None:
        return ""
    if kind == "bars":
        return f'<i class="amount" style="width:{at(mark.value):.1f}%"></i>'
    drawn = ""
    if mark.lower is not None and mark.upper is not None:
        left, right = at(mark.lower), at(mark.upper)
        drawn = (
            f'<i class="line {mark.kind}" '
            f'style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
        )
    return f'{drawn}<i class="dot {mark.kind}" style="left:{at(mark.value):.1f}%"></i>'


def _table(table: HeatTable) -> str:
    """Lay a table of cells with its shorter side across."""
    rows, columns, cells = table.rows, table.columns, table.cells
    if len(columns) > _MOST_COLUMNS and len(rows) < len(columns):
        rows, columns = columns, rows
        cells = tuple(zip(*cells, strict=True))
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in columns)
    body = ""
    for name, line in zip(rows, cells, strict=True):
        shown = ""
        for cell in line:
            fill = "" if cell.value is None else cell_fill(cell, table)
            style = f"background:{fill};color:{readable_on(fill)}" if fill else ""
            kind = "unseen" if cell.value is None and cell.label else ""
            kind += " framed" if cell.is_framed else ""
            label = f"<span{tasks_attribute(cell.tasks)}>{_text(cell.label)}</span>"
            shown += f'<td class="{kind}" style="{style}">{label}</td>'
        body += f'<tr><th scope="row">{_text(name)}</th>{shown}</tr>'
    is_wide = " many" if len(columns) > _MOST_COLUMNS else ""
    return (
        f'<div class="scroll heat{is_wide}" tabindex="0">'
        f'<table style="--columns:{len(columns)}">'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _map(panel: Panel) -> str:
    marks = panel.series[0].marks
    places = [(mark.x or 0.0, mark.value or 0.0) for mark in marks]
    sizes = [mark.size or 0.0 for mark in marks]
    dots = map_layout(places, sizes, (), (_MAP, _MAP))
    (left, right), (foot, top) = dots.ranges
    size = max(right - left, top - foot) or 1.0

    def pixels(x: float, y: float) -> tuple[float, float]:
        return _MAP * (x - left) / size, _MAP * (top - y) / size

    drawn = ""
    for ends in panel.lines:
        (x1, y1), (x2, y2) = (pixels(*dots.places[i]) for i in ends)
        drawn += f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
    for number, (place, width) in enumerate(
        zip(dots.places, dots.sizes, strict=True), 1
    ):
        x, y = pixels(*place)
        radius = max(9.0, math.sqrt(_MAP / 1000) * width / 2)
        drawn += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
        drawn += f'<text x="{x:.1f}" y="{y + 4:.1f}">{number}</text>'
    names = "".join(f"<li>{_text(mark.label)}</li>" for mark in marks)
    box = f"-16 -16 {_MAP + 32:.0f} {_MAP + 32:.0f}"
    return (
        f'<svg class="map" viewBox="{box}" aria-hidden="true">{drawn}</svg>'
        f"<ol>{names}</ol>"
    )


def _small(text: str) -> str:
    return f"<small>{_text(text)}</small>" if text else ""


def _text(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")

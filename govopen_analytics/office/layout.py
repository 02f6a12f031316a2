"""How much of a chart fits a slide or a page, and in which grid."""

import re
from dataclasses import dataclass, replace

from govopen_analytics.charts.model import Chart, HeatTable, Panel

# Centimetres, at the type sizes used on slides and pages.
_ROW_CM, _SERIES_CM, _PANEL_FURNITURE_CM = 0.4, 0.26, 1.9
_BAR_PANEL_CM, _OTHER_PANEL_CM, _OTHER_HEIGHT_CM = 7.4, 11.0, 5.5
_BARS_CM, _MOST_LABEL_CM, _SMALLER = 3.6, 8.0, 0.8
_MOST_ACROSS = 3
_LABEL_CM, _COLUMN_CM, _HEAD_CM, _LINE_CM = 4.5, 1.2, 1.9, 0.48
_MOST_STRETCH = 1.8
# Words that would be wrong of a table whose rows became its columns.
_SIDES = re.compile(r"[行列左右]|\b(?:rows?|columns?|left|right)\b", re.IGNORECASE)
_CHARACTER_CM = 0.36  # a Chinese character of a row's label
_LETTER_CM = 0.165  # a letter of a column's head, bold
_ROOM_CM = 0.25  # above and below the text of a cell


@dataclass(frozen=True)
class Page:
    """What stands on one slide or page.

    Attributes
    ----------
    number, n_pages : int
        Which page of its chart this is, from 1.
    panels : tuple of Panel
        In a grid of `across` columns and `down` rows.
    table : HeatTable or None
    """

    number: int
    n_pages: int
    panels: tuple[Panel, ...] = ()
    across: int = 1
    down: int = 1
    table: HeatTable | None = None


def page_chart(
    chart: Chart, width_cm: float, height_cm: float, *, row_cm: float = _ROW_CM
) -> list[Page]:
    """Lay a chart out on as many pages as it needs.

    Parameters
    ----------
    chart : Chart
    width_cm, height_cm : float
        Room for panels or table (centimetres).
    row_cm : float
        Least height of a row of bars, which their type has to fit (centimetres).

    Returns
    -------
    list of Page
        At least one; a chart with nothing to draw has an empty page.
    """
    pages = _table_pages(chart, width_cm, height_cm)
    pages += _panel_pages(chart, width_cm, height_cm, row_cm)
    pages = pages or [Page(1, 1)]
    return [
        replace(page, number=number, n_pages=len(pages))
        for number, page in enumerate(pages, start=1)
    ]


def row_heights_cm(
    table: HeatTable, column_cm: float, height_cm: float = 0
) -> list[float]:
    """Return the heights of a table's rows, its head first (centimetres).

    Where there is more room than they need, the rows below the head take some of it.
    """
    room = column_cm - _ROOM_CM
    n_lines = max((-(-_width(name) // room) for name in table.columns), default=1)
    head = min(_HEAD_CM, _ROOM_CM + _LINE_CM * max(1.5, n_lines))
    needed = [_row_height_cm(table)] * len(table.rows)
    stretch = (height_cm - head) / sum(needed) if needed else 1.0
    stretch = min(_MOST_STRETCH, max(1.0, stretch))
    return [head, *(stretch * height for height in needed)]


def fitting_size(text: str, width_pt: float, size: float, least: float = 8) -> float:
    """Return the type size at which a text stays on one line, or the least one.

    Parameters
    ----------
    text : str
    width_pt, size, least : float
        Room, and the sizes wanted and allowed (points).
    """
    ems = sum(1.0 if ord(character) > 0x2E7F else 0.5 for character in text)
    return max(least, min(size, int(2 * width_pt / max(ems, 1)) / 2))


def _row_height_cm(table: HeatTable) -> float:
    # One height for all rows, that of the longest label.
    n_lines = max((-(-_width(label) // _LABEL_CM) for label in table.rows), default=1)
    return _ROOM_CM + _LINE_CM * max(1, n_lines)


def column_widths_cm(table: HeatTable, width_cm: float) -> tuple[float, float]:
    """Return the widths of the label column and of the others (centimetres)."""
    label = _LABEL_CM * min(1.4, max(1.0, width_cm / 22))
    return label, min(3.2, (width_cm - label) / max(1, len(table.columns)))


def _table_pages(chart: Chart, width_cm: float, height_cm: float) -> list[Page]:
    pages = []
    said = " ".join((chart.subtitle, chart.alt, *chart.notes))
    for table in chart.tables:
        own = _split(table, width_cm, height_cm)
        is_too_wide = len(own[0].table.columns) < len(table.columns)
        if is_too_wide and not _SIDES.search(said):
            turned = _split(_turned(table), width_cm, height_cm)
            own = min(own, turned, key=len)
        pages += own
    return pages


def _split(table: HeatTable, width_cm: float, height_cm: float) -> list[Page]:
    column = max(_COLUMN_CM, *map(_longest_word_cm, table.columns), 0)
    most = max(1, int((width_cm - _LABEL_CM) / column))
    pages = []
    for columns in _parts(len(table.columns), most):
        for rows in _rows_that_fit(table, height_cm):
            part = HeatTable(
                table.title,
                table.rows[rows],
                table.columns[columns],
                tuple(line[columns] for line in table.cells[rows]),
            )
            pages.append(Page(1, 1, table=part))
    return pages


def _turned(table: HeatTable) -> HeatTable:
    cells = tuple(zip(*table.cells, strict=True))
    return HeatTable(table.title, table.columns, table.rows, cells)


def _longest_word_cm(label: str) -> float:
    """Return the width of the longest word at the head's size; Chinese breaks."""
    words = re.findall(r"[\u0021-\u2e7f]+", label)
    return max(map(len, words), default=0) * _LETTER_CM + _ROOM_CM


def _rows_that_fit(table: HeatTable, height_cm: float) -> list[slice]:
    room = height_cm - _HEAD_CM
    return _parts(len(table.rows), max(1, int(room / _row_height_cm(table))))


def _panel_pages(
    chart: Chart, width_cm: float, height_cm: float, row_cm: float
) -> list[Page]:
    panels = [
        part
        for panel in chart.panels
        for part in _short_enough(panel, height_cm, row_cm)
    ]
    if not panels:
        return []
    least_width = max(map(_panel_width_cm, panels))
    least_height = max(_panel_height_cm(panel, row_cm) for panel in panels)
    across = max(1, min(_MOST_ACROSS, int(width_cm / least_width), len(panels)))
    down = max(1, int(height_cm / least_height))
    down = min(down, -(-len(panels) // across))
    groups = [tuple(panels[part]) for part in _parts(len(panels), across * down)]
    across = min(across, len(groups[0]))
    return [Page(1, 1, group, across, down) for group in groups]


def _short_enough(panel: Panel, height_cm: float, row_cm: float) -> list[Panel]:
    if panel.kind != "bar":
        return [panel]
    room = height_cm - _PANEL_FURNITURE_CM
    most = max(1, int(room / _bar_row_cm(panel, row_cm)))
    if len(panel.categories) > most and panel.value_range is None:
        # Parts of a chart are compared with each other: one scale for all of them.
        panel = replace(panel, value_range=panel.extent())
    return [
        replace(
            panel,
            categories=panel.categories[part],
            series=tuple(replace(one, points=one.points[part]) for one in panel.series),
        )
        for part in _parts(len(panel.categories), most)
    ]


def _panel_width_cm(panel: Panel) -> float:
    if panel.kind != "bar":
        return _OTHER_PANEL_CM
    longest = max(map(_width, panel.categories), default=0.0)
    return max(_BAR_PANEL_CM, _BARS_CM + _SMALLER * min(longest, _MOST_LABEL_CM))


def _panel_height_cm(panel: Panel, row_cm: float) -> float:
    if panel.kind != "bar":
        return _OTHER_HEIGHT_CM
    return _PANEL_FURNITURE_CM + _bar_row_cm(panel, row_cm) * len(panel.categories)


def _bar_row_cm(panel: Panel, row_cm: float) -> float:
    n_beside = 1 if panel.is_stacked else len(panel.series)
    return max(row_cm, _SERIES_CM * n_beside)


def _parts(n: int, most: int) -> list[slice]:
    # Parts of about equal length, so that no page holds one lone row.
    n_parts = max(1, -(-n // most))
    step = max(1, -(-n // n_parts))
    return [slice(start, start + step) for start in range(0, max(n, 1), step)]


def _width(label: str) -> float:
    wide = sum(1.0 if ord(character) > 0x2E7F else 0.55 for character in label)
    return wide * _CHARACTER_CM

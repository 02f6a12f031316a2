"""What slides and pages show alike: which part of a chart, and tables as cells.

A table is a grid of cells with their looks; slides and pages each have one function
that writes a grid.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from govopen_analytics.charts.model import Cell, Chart, HeatTable, Mark, Panel
from govopen_analytics.charts.style import (
    INK,
    QUIET,
    cell_fill,
    full_alt,
    in_one_lane,
    lines_of,
    n_letters,
    readable_on,
    ticks,
    with_reference,
    written,
)
from govopen_analytics.measures.families import ESTABLISHED
from govopen_analytics.questions.briefing import Briefing
from govopen_analytics.questions.summary import Conclusion
from govopen_analytics.words import section

DECISIVE_TEXT = "b84a00"  # vermilion dark enough for text on white

# Centimetres, at the type sizes used on slides and pages.
_ROW_CM, _LANE_CM, _AXIS_CM, _TITLE_CM = 0.4, 0.4, 0.8, 0.6
_LEAST_PANEL_CM = {"rows": 3.4, "bars": 3.4, "years": 4.6}
_YEARS_HEIGHT_CM, _NUMBERS_CM = 4.6, 1.3
_MOST_LABEL_CM, _MOST_LABEL_PART = 8.5, 0.5  # of the width
_LABEL_CM, _COLUMN_CM, _MOST_COLUMN_CM, _LINE_CM = 4.5, 1.2, 3.2, 0.48
_MOST_STRETCH = 1.8
_TITLE_LETTER_CM = 0.23  # a Latin letter of a panel's title, bold
# Words that would be wrong of a table whose rows became its columns.
_SIDES = re.compile(r"[行列左右]|\b(?:rows?|columns?|left|right)\b", re.IGNORECASE)
_CHARACTER_CM = 0.36  # a Chinese character of a row's label
_MOST_ROW_CM = 2.1
_LETTER_CM = 0.185  # a letter of a column's head, bold
_EMU_PER_CM = 360_000  # English Metric Units
_CM_PER_POINT = 2.54 / 72
_INTERVAL_CM, _DIGIT_CM = 0.5, 0.16  # air beside an interval in a cell, a digit of it
_ROOM_CM = 0.25  # above and below the text of a cell


@dataclass(frozen=True)
class Place:
    """Where a chart stands (English Metric Units), and how it shares with others.

    Attributes
    ----------
    box : tuple of int
        Left, top, width, height.
    label : int
        Width of the names of its rows; 0 where the chart beside it has them.
    title_lines : int
        Lines that titles have here.
    scale : tuple of float
        Values on the axis, the same for all charts that are compared.
    """

    box: tuple[int, int, int, int]
    label: int
    title_lines: int
    scale: tuple[float, ...]


@dataclass(frozen=True)
class Page:
    """What stands on one slide or page.

    Attributes
    ----------
    number, n_pages : int
        Which page of its chart this is, from 1.
    panels : tuple of Panel
        In a grid of `across` columns and `down` rows. Those of one row share the
        names of their rows, which stand once, `label_cm` wide (centimetres).
    title_lines : int
        Lines of the longest title of a panel.
    most_cm : float or None
        Height at which the rows of a panel are as high as they should be.
    """

    number: int = 1
    n_pages: int = 1
    panels: tuple[Panel, ...] = ()
    across: int = 1
    down: int = 1
    label_cm: float = 0.0
    title_lines: int = 0
    most_cm: float | None = None
    table: HeatTable | None = None

    def title(self, title: str, lang: str) -> str:
        """Return the title of this page of a chart, with its number if there are."""
        if self.n_pages == 1:
            return title
        form: str = section("office", lang)["continued"]
        return form.format(title=title, number=self.number, n=self.n_pages)

    def places(
        self, chart: Chart, room: tuple[int, int, int, int], gap: int = 0
    ) -> list[Place]:
        """Return the place of each panel in a room, with air between them (EMU)."""
        left, top, width, height = room
        label = int(self.label_cm * _EMU_PER_CM)
        panel_width = (width - label - gap * (self.across - 1)) // self.across
        tall = (height - gap * (self.down - 1)) // self.down
        if self.most_cm is not None:
            tall = min(tall, int(self.most_cm * _EMU_PER_CM))
        places = []
        for i, panel in enumerate(self.panels):
            row, column = divmod(i, self.across)
            names = label if column == 0 else 0
            x = left + column * (panel_width + gap) + (label if column else 0)
            box = (x, top + row * (tall + gap), panel_width + names, tall)
            places.append(Place(box, names, self.title_lines, scale_of(chart, panel)))
        return places


def page_chart(
    chart: Chart,
    width_cm: float,
    height_cm: float,
    *,
    row_cm: float = _ROW_CM,
    size: float = 10.0,
) -> list[Page]:
    """Lay a chart out on as many pages as it needs.

    `row_cm` is the least height of a row of bars, which their type has to fit, and
    `size` the type size of the names of rows (points). A chart with nothing to draw
    has no page.
    """
    pages: list[Page] = []
    if chart.table is not None:
        pages = _table_pages(chart, chart.table, width_cm, height_cm)
    elif chart.panels:
        pages = _panel_pages(chart, width_cm, height_cm, row_cm, size)
    return [
        replace(page, number=number, n_pages=len(pages))
        for number, page in enumerate(pages, start=1)
    ]


def scale_of(chart: Chart, panel: Panel) -> tuple[float, ...]:
    """Return the values on a panel's axis: the same for all panels of its unit.

    Bars start at 0, whatever the dots of a page may do.
    """
    if panel.kind == "map":
        return (0.0, 1.0)
    alike = [replace(p, start=0.0) for p in chart.panels if p.form == panel.form]
    n_panels = len(chart.panels)
    return tuple(ticks(alike, 4 if n_panels == 1 else 3 if n_panels <= 3 else 2))


def fitting_size(text: str, width_pt: float, size: float, least: float = 8) -> float:
    """Return the type size (points) at which a text stays on one line, or the least."""
    ems = sum(1.0 if ord(character) > 0x2E7F else 0.5 for character in text)
    return max(least, min(size, int(2 * width_pt / max(ems, 1)) / 2))


# Tables ---------------------------------------------------------------------------


def panels_as_table(chart: Chart) -> Chart:
    """Return a chart of several panels as a table: rows by panels, with intervals.

    Word processors give every chart of a page the same shape before they fit it into
    its place: charts as narrow as a panel come out squeezed.
    """
    if len(chart.panels) < 2:
        return chart
    panels = [in_one_lane(panel) for panel in chart.panels]
    lines = [
        [_cell_of(mark, panel, chart.lang) for mark in panel.series[0].marks]
        for panel in panels
    ]
    ends = [abs(cell.value) for line in lines for cell in line if cell.value]
    table = HeatTable(
        rows=panels[0].categories,
        columns=tuple(map(_head_of, panels)),
        cells=tuple(zip(*lines, strict=True)),
        most=max(ends, default=1.0),
    )
    return replace(chart, panels=(), table=table)


def _head_of(panel: Panel) -> str:
    reference = panel.reference
    if reference is None:
        return panel.title
    return f"{panel.title}\n{reference.name} {reference.label}"


def _cell_of(mark: Mark, panel: Panel, lang: str) -> Cell:
    """Return a mark as a cell: its label, and its interval on a second line."""
    if mark.value is None:
        return Cell(None)
    label = mark.label or written(mark.value, panel.form)
    if mark.lower is not None and mark.upper is not None:
        ends = (written(round(end, 2), panel.form) for end in (mark.lower, mark.upper))
        label = "\n".join([label, "–".join(ends).replace("%–", "–")])
    scale = "two_way" if panel.form == "points" else "one_way"
    return Cell(None if mark.kind == "unseen" else mark.value, label, scale=scale)


class Line(NamedTuple):
    """A paragraph with its type size (points), its colour and its weight."""

    text: str
    size: float
    color: str = INK
    is_bold: bool = False


@dataclass(frozen=True)
class Look:
    """How a cell looks: its lines, its fill (none if empty), where its text stands.

    A cell with a rule has a thin line below it, a framed one a dark frame.
    """

    lines: tuple[Line, ...]
    fill: str = ""
    align: str = "LEFT"
    is_framed: bool = False
    has_rule: bool = False


@dataclass(frozen=True)
class Grid:
    """A table to be written: cells by row, widths and heights (EMU).

    One without heights gives its rows what their texts need. One with heads has
    them in its first row and column.
    """

    rows: Sequence[Sequence[Look]]
    widths: Sequence[int]
    heights: Sequence[int] = ()
    title: str = ""
    alt: str = ""
    has_heads: bool = False


class TableSizes(NamedTuple):
    """Type sizes of a table (points), and the width of a cell of its key (cm)."""

    head: float
    label: float
    least_label: float
    value: float
    least_value: float
    key: float
    least_key: float
    key_cm: float


def table_grid(
    table: HeatTable,
    chart: Chart,
    sizes: TableSizes,
    width_cm: float,
    height_cm: float = 0,
) -> Grid:
    """Return a table of shaded cells as a grid, its rows as high as the room allows."""
    label_cm, column_cm = column_widths_cm(table, width_cm)
    heads = [
        Look((Line(name, sizes.head, INK, True),), align="CENTER")
        for name in ("", *table.columns)
    ]
    room = 0.94 * int(label_cm * _EMU_PER_CM) / 12_700
    rows = [heads]
    for name, cells in zip(table.rows, table.cells, strict=True):
        size = fitting_size(name, room, sizes.label, sizes.least_label)
        looks = [
            _look_of(cell, table, column_cm, sizes.value, sizes.least_value)
            for cell in cells
        ]
        rows.append([Look((Line(kept_together(name), size),)), *looks])
    return Grid(
        rows,
        [_emu(label_cm), *[_emu(column_cm)] * len(table.columns)],
        [_emu(height) for height in _row_heights_cm(table, width_cm, height_cm)],
        chart.title,
        full_alt(chart, is_office=True),
        has_heads=True,
    )


def key_grid(table: HeatTable, sizes: TableSizes, lang: str) -> Grid | None:
    """Return the key to the colours of a table, if it has any."""
    cells, words = _key_cells(table), section("office", lang)
    if not cells:
        return None
    looks = [
        _look_of(cell, table, sizes.key_cm, sizes.key, sizes.least_key)
        for cell in cells
    ]
    row = [Look((Line(words["legend"], sizes.key, QUIET),)), *looks]
    widths = [_emu(sizes.key_cm)] * len(row)
    return Grid([row], widths, (), words["legend"], words["legend_alt"])


def summary_rows(
    briefing: Briefing, figure: tuple[float, float, float], sizes: tuple[float, ...]
) -> list[list[Look]]:
    """Return a row for each conclusion: its number, its sentence, its state.

    `figure` has the room of the number and its largest and least size, `sizes` those
    of the heading, the sentence and the state (points).
    """
    states = section("briefing", briefing.lang)["states"]
    (room, most, least), (heading, sentence, state) = figure, sizes
    rows = []
    for point in briefing.points:
        color = color_of(point)
        size = fitting_size(point.figure, room, most, least)
        texts = Line(point.short, heading, INK, True), Line(point.text, sentence, QUIET)
        word = Line(states[point.state], state, color, True)
        rows.append(
            [
                Look((Line(point.figure, size, color, True),), has_rule=True),
                Look(texts, has_rule=True),
                Look((word,), align="RIGHT", has_rule=True),
            ]
        )
    return rows


def color_of(point: Conclusion) -> str:
    """Return the colour of a conclusion's number: strong where it is established."""
    return DECISIVE_TEXT if point.state == ESTABLISHED else QUIET


def kept_together(text: str) -> str:
    """Keep an n with its number: no line ends between them."""
    return re.sub(r"n = (?=\d)", "n\u00a0=\u00a0", text)


def _emu(cm: float) -> int:
    return int(cm * _EMU_PER_CM)


def _look_of(
    cell: Cell, table: HeatTable, width_cm: float, most: float, least: float
) -> Look:
    is_empty = cell.value is None and not cell.label
    fill = "" if is_empty else cell_fill(cell, table)
    color = readable_on(fill) if fill else INK
    text = f"{cell.label}*" if cell.is_framed else cell.label
    longest = max(cell.label.split("\n"), key=len)
    # Digits are wider than half their height.
    part = 0.55 if "\n" in cell.label else 0.8
    size = fitting_size(longest, part * width_cm / _CM_PER_POINT, most, least)
    return Look((Line(text, size, color),), fill, "CENTER", cell.is_framed)


def _key_cells(table: HeatTable) -> list[Cell]:
    """Return the cells that explain a table's colours: from the least to the most.

    They are cells of the table, so their labels are written as its own are.
    """
    cells = [cell for line in table.cells for cell in line]
    valued = [cell for cell in cells if cell.value is not None]
    valued.sort(key=lambda cell: cell.value or 0.0)
    places = [round(part * (len(valued) - 1) / 4) for part in range(5)]
    steps = {valued[i].label: valued[i] for i in places} if valued else {}
    unseen = [
        cell
        for cell in cells
        if cell.value is None and cell.label and not cell.label[:1].isdigit()
    ]
    return [replace(c, is_framed=False) for c in (*steps.values(), *unseen[:1])]


def _row_heights_cm(table: HeatTable, width_cm: float, height_cm: float) -> list[float]:
    """Return the heights of a table's rows, its head first.

    Where there is more room than they need, the rows below the head take some of it.
    """
    head = _head_cm(table, column_widths_cm(table, width_cm)[1])
    needed = [_row_height_cm(table, width_cm)] * len(table.rows)
    stretch = (height_cm - head) / sum(needed) if needed else 1.0
    stretch = min(_MOST_STRETCH, max(1.0, stretch))
    return [head, *(stretch * height for height in needed)]


def column_widths_cm(table: HeatTable, width_cm: float) -> tuple[float, float]:
    """Return the widths of the label column and of the others (centimetres)."""
    longest = 0.4 + 1.15 * max(map(_width, table.rows), default=0.0)
    label = min(max(longest, _LABEL_CM), 0.3 * width_cm)
    return label, min(_MOST_COLUMN_CM, (width_cm - label) / max(1, len(table.columns)))


def _head_cm(table: HeatTable, column_cm: float) -> float:
    room = max(0.1, column_cm - _ROOM_CM)
    # Words end before the line does.
    n_lines = max((-(-1.25 * _width(n) // room) for n in table.columns), default=1)
    return _ROOM_CM + _LINE_CM * max(1.5, n_lines)


def _row_height_cm(table: HeatTable, width_cm: float) -> float:
    # One height for all rows, that of the longest label.
    room = column_widths_cm(table, width_cm)[0] - _ROOM_CM
    n_lines = [-(-_width(label) // room) for label in table.rows]
    n_lines += [cell.label.count("\n") + 1 for line in table.cells for cell in line]
    return _ROOM_CM + _LINE_CM * max(n_lines, default=1)


def _table_pages(
    chart: Chart, table: HeatTable, width_cm: float, height_cm: float
) -> list[Page]:
    text = " ".join((chart.subtitle, chart.axis, chart.alt, *chart.notes))
    parts = _split(table, width_cm, height_cm)
    is_too_wide = len(parts[0].columns) < len(table.columns)
    if is_too_wide and not _SIDES.search(text):
        parts = min(parts, _split(_turned(table), width_cm, height_cm), key=len)
    return [Page(table=part) for part in parts]


def _split(table: HeatTable, width_cm: float, height_cm: float) -> list[HeatTable]:
    intervals = (c.label.split("\n")[1:] for line in table.cells for c in line)
    longest = max((len(part) for parts in intervals for part in parts), default=0)
    column = max(_COLUMN_CM, *map(_longest_word_cm, table.columns), 0)
    column = max(column, _INTERVAL_CM + _DIGIT_CM * longest)
    label, _ = column_widths_cm(table, width_cm)
    most = max(1, int((width_cm - label) / column))
    column_width = max(
        column, (width_cm - label) / min(most, max(1, len(table.columns)))
    )
    head = _head_cm(table, min(_MOST_COLUMN_CM, column_width))
    room = max(1, int((height_cm - head) / _row_height_cm(table, width_cm)))
    return [
        replace(
            table,
            rows=table.rows[rows],
            columns=table.columns[columns],
            cells=tuple(line[columns] for line in table.cells[rows]),
        )
        for columns in _parts(len(table.columns), most)
        for rows in _parts(len(table.rows), room)
    ]


def _turned(table: HeatTable) -> HeatTable:
    cells = tuple(zip(*table.cells, strict=True))
    return replace(table, rows=table.columns, columns=table.rows, cells=cells)


def _longest_word_cm(label: str, letter_cm: float = _LETTER_CM) -> float:
    """Return the width of the longest word; Chinese breaks, and a hyphen does."""
    words = re.findall(r"[\u0021-\u002c\u002e-\u2e7f]+", label)
    return max(map(len, words), default=0) * letter_cm + _ROOM_CM


# Panels ---------------------------------------------------------------------------


def _panel_pages(
    chart: Chart, width_cm: float, height_cm: float, row_cm: float, size: float
) -> list[Page]:
    panels = [with_reference(panel) for panel in chart.panels]
    kind = panels[0].kind
    if kind == "map":
        return [Page(panels=(panel,)) for panel in panels]
    label = _NUMBERS_CM if kind == "years" else _label_cm(panels[0], width_cm, size)
    words = (_longest_word_cm(panel.title, _TITLE_LETTER_CM) for panel in panels)
    beside = max(1, int((width_cm - label) / max(_LEAST_PANEL_CM[kind], *words)))
    down = -(-len(panels) // beside)
    across = -(-len(panels) // down)
    letters = int((width_cm - label) / across / _TITLE_LETTER_CM) - 2
    panels = [
        replace(panel, title="\n".join(lines_of(panel.title, letters)))
        for panel in panels
    ]
    n_lines = max(p.title.count("\n") + 1 if p.title else 0 for p in panels)
    furniture = _AXIS_CM * (2 if any(p.axis for p in panels) else 1)
    furniture += 0.3 + _TITLE_CM * n_lines
    row = max(row_cm, _LANE_CM * max(len(panel.series) for panel in panels))
    if kind == "years":
        parts, tall, most = [slice(None)], _YEARS_HEIGHT_CM, None
    else:
        room = max(1, int((height_cm - furniture) / row))
        parts = _parts(len(panels[0].categories), room)
        n_rows = len(panels[0].categories[parts[0]])
        tall, most = furniture + row * n_rows, furniture + _MOST_ROW_CM * n_rows
    fitting = max(1, min(down, int(height_cm / tall)))
    # As many rows of panels on each page.
    fitting = -(-down // -(-down // fitting))
    return [
        Page(
            panels=tuple(_part(panel, rows) for panel in panels[group]),
            across=across,
            down=fitting,
            label_cm=label,
            title_lines=n_lines,
            most_cm=most,
        )
        for rows in parts
        for group in _slices(len(panels), across * fitting)
    ]


def _part(panel: Panel, rows: slice) -> Panel:
    series = (
        replace(series_part, marks=series_part.marks[rows])
        for series_part in panel.series
    )
    return replace(panel, categories=panel.categories[rows], series=tuple(series))


def _label_cm(panel: Panel, width_cm: float, size: float) -> float:
    most = min(_MOST_LABEL_CM, _MOST_LABEL_PART * width_cm)
    names = in_one_lane(panel).categories
    longest = max(map(_width, names), default=0.0)
    return min(most, 0.5 + 0.12 * size * longest)


def _parts(n: int, most: int) -> list[slice]:
    """Return parts of about equal length, so that no page holds one lone row."""
    n_parts = max(1, -(-n // most))
    return _slices(max(n, 1), max(1, -(-n // n_parts)))


def _slices(n: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, n, size)]


def _width(label: str) -> float:
    return n_letters(label) * _CHARACTER_CM / 2

"""A panel to a chart part that PowerPoint and Word edit, with its workbook."""

import copy
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from govopen_analytics.base.datapackage import safe_cell
from govopen_analytics.charts.model import Panel, Point, Series
from govopen_analytics.office.figure_json import written
from govopen_analytics.office.words import export_words

INK, QUIET, GRID, PAPER = "1f2933", "52606d", "e4e7eb", "ffffff"
# Named by every Chinese Windows and Office; others take their own instead.
CHINESE_FONT, LATIN_FONT = "Microsoft YaHei", "Arial"
_SHEET = "Sheet1"  # the name the writers of the chart's XML refer to
_PALE = 0.62  # of white in a bar that stands for a hollow mark
_KINDS = {
    ("bar", False): XL_CHART_TYPE.BAR_CLUSTERED,
    ("bar", True): XL_CHART_TYPE.BAR_STACKED,
    ("column", False): XL_CHART_TYPE.COLUMN_CLUSTERED,
    ("column", True): XL_CHART_TYPE.COLUMN_STACKED,
    ("line", False): XL_CHART_TYPE.LINE_MARKERS,
    ("line", True): XL_CHART_TYPE.LINE_MARKERS,
    ("scatter", False): XL_CHART_TYPE.XY_SCATTER,
    ("scatter", True): XL_CHART_TYPE.XY_SCATTER,
}


@dataclass(frozen=True)
class Style:
    """Language, fonts and type size (points) of a chart."""

    lang: str
    chinese_font: str = CHINESE_FONT
    latin_font: str = LATIN_FONT
    size: float = 10.0


def add_chart(
    shapes: Any, panel: Panel, place: tuple[int, int, int, int], style: Style
) -> Any:
    """Add a native chart to the shapes of a slide.

    Parameters
    ----------
    shapes : pptx.shapes.shapetree.SlideShapes
    panel : Panel
    place : tuple of int
        Left, top, width, height (English Metric Units).
    style : Style

    Returns
    -------
    pptx.shapes.graphfrm.GraphicFrame
        Its chart holds the data, its part the workbook behind "edit data".
    """
    kind = _KINDS[(panel.kind, panel.is_stacked)]
    frame = shapes.add_chart(kind, *place, _chart_data(panel))
    chart = frame.chart
    # The workbook is ours: it holds the intervals, and no cell is a formula.
    chart.part.chart_workbook.update_from_xlsx_blob(chart_workbook(panel, style.lang))
    style = _fitted(style, panel, place[3])
    chart.font.size = Pt(style.size)
    chart.font.color.rgb = rgb(INK)
    _remove_border(chart._chartSpace)
    _title(chart, panel, style)
    _legend(chart, panel)
    _axes(chart, panel, style)
    drawn = list(chart.plots[0].series)
    for own, (position, is_interval) in zip(drawn, _drawn(panel), strict=True):
        one = panel.series[position]
        if panel.kind != "scatter":
            _refer(own._element, panel, position, is_interval, style.lang)
        if is_interval or not _has_lanes(panel):
            _add_error_bars(own._element, panel, position)
        if is_interval:
            own.format.fill.background()
            own.format.line.fill.background()
            continue
        _paint(own, one, panel)
        _label(own, one, panel, style)
    if panel.kind in ("bar", "column"):
        plot = chart.plots[0]
        plot.gap_width = 30 if any(map(_has_errors, panel.series)) else 60
        plot.overlap = 100 if panel.is_stacked else 0
        plot.vary_by_categories = False
    set_fonts(chart._chartSpace, style)
    _unsign_ids(chart._chartSpace)
    return frame


def _fitted(style: Style, panel: Panel, height: int) -> Style:
    """Shrink the type where the rows are low, down to 7 points."""
    if panel.kind != "bar" or not panel.categories:
        return style
    row = 0.8 * Emu(height).pt / len(panel.categories)
    return replace(style, size=max(7.0, min(style.size, int(0.62 * row * 2) / 2)))


def chart_workbook(panel: Panel, lang: str) -> bytes:
    """Return the workbook behind a chart: values, and the errors beside them.

    Parameters
    ----------
    panel : Panel
    lang : {"zh", "en"}
        Language of the headings of the errors.

    Returns
    -------
    bytes
        An XLSX whose ranges are those the chart's XML names.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = _SHEET
    cells = _scatter_cells(panel) if panel.kind == "scatter" else _cells(panel, lang)
    for (row, column), value in cells.items():
        cell = sheet.cell(row, column, value)
        if isinstance(value, str):
            cell.data_type = "s"
        elif column > 1:
            cell.number_format = panel.number_format
    sheet.column_dimensions["A"].width = 32
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def panel_alt(panel: Panel, chart_title: str, lang: str, most: int = 12) -> str:
    """Describe a panel in words: its marks with their intervals.

    Parameters
    ----------
    panel : Panel
    chart_title : str
        Names a panel without a title of its own.
    lang : {"zh", "en"}
    most : int, default 12
        Marks listed; further ones are counted.
    """
    words = export_words(lang)
    marks = []
    for one in panel.series:
        prefix = f"{one.name} " if len(panel.series) > 1 else ""
        names = panel.categories or ("",) * len(one.points)
        for name, point in zip(names, one.points, strict=True):
            if point.value is not None:
                shown = _shown(point, panel.number_format, words)
                marks.append(f"{prefix}{name} {shown}".strip())
    listed = marks[:most]
    if len(marks) > most:
        listed.append(words["more"].format(n=len(marks)))
    return words["panel_alt"].format(
        title=panel.title or chart_title, marks=words["join"].join(listed)
    )


def set_fonts(element: Any, style: Style) -> None:
    """Set Latin and East Asian fonts on all text properties below an element."""
    speech = export_words(style.lang)["speech"]
    for tag in ("a:defRPr", "a:rPr", "a:endParaRPr"):
        for run in element.iter(qn(tag)):
            run.set("lang", speech)
            run.set("altLang", "en-US")
            for child, font in (
                ("a:latin", style.latin_font),
                ("a:ea", style.chinese_font),
            ):
                for former in run.findall(qn(child)):
                    run.remove(former)
                etree.SubElement(run, qn(child)).set("typeface", font)


def rgb(color: str) -> RGBColor:
    """Return six hexadecimal digits as python-pptx's colour."""
    return RGBColor.from_string(color.upper())


def _shown(point: Point, form: str, words: dict[str, Any]) -> str:
    value = point.label or written(point.value, form)
    if point.lower is None or point.upper is None:
        return value
    return words["interval"].format(
        value=value, lower=written(point.lower, form), upper=written(point.upper, form)
    )


def _chart_data(panel: Panel) -> CategoryChartData | XyChartData:
    if panel.kind == "scatter":
        data = XyChartData(number_format=panel.number_format)
        for one in panel.series:
            series = data.add_series(safe_cell(one.name))
            for point in one.points:
                series.add_data_point(point.x, point.value)
        return data
    data = CategoryChartData(number_format=panel.number_format)
    data.categories = [safe_cell(name) for name in panel.categories]
    for position, _ in _drawn(panel):
        one = panel.series[position]
        data.add_series(safe_cell(one.name), [point.value for point in one.points])
    return data


def _drawn(panel: Panel) -> list[tuple[int, bool]]:
    """List the series of the chart: which of the panel's, and if its interval.

    Among bars an interval has a lane of its own beside its bar, so that neither
    hides the other nor the label: an invisible series of the same cells.
    """
    drawn = []
    for position, one in enumerate(panel.series):
        drawn.append((position, False))
        if _has_lanes(panel) and _has_errors(one):
            drawn.append((position, True))
    return drawn


def _has_lanes(panel: Panel) -> bool:
    # A key would list the lanes as well.
    is_bars = panel.kind in ("bar", "column") and not panel.is_stacked
    return is_bars and not panel.has_legend


def _refer(
    series: Any, panel: Panel, position: int, is_interval: bool, lang: str
) -> None:
    """Point a series of the chart at the cells of the panel's series."""
    letter = get_column_letter(position + 2)
    last = len(panel.categories) + 1
    series.find(
        f"{qn('c:val')}//{qn('c:f')}"
    ).text = f"{_SHEET}!${letter}$2:${letter}${last}"
    name = series.find(qn("c:tx"))
    if is_interval:
        one = panel.series[position]
        for child in list(name):
            name.remove(child)
        etree.SubElement(name, qn("c:v")).text = export_words(lang)["lane"].format(
            name=one.name
        )
    else:
        name.find(f".//{qn('c:f')}").text = f"{_SHEET}!${letter}$1"


def _unsign_ids(space: Any) -> None:
    # The library writes negative identifiers of axes; readers take
    # them from 0 to 2**31 only.
    for tag in ("c:axId", "c:crossAx"):
        for found in space.iter(qn(tag)):
            found.set("val", str(int(found.get("val")) % 2**31))


def _remove_border(space: Any) -> None:
    shape = etree.Element(qn("c:spPr"))
    etree.SubElement(shape, qn("a:noFill"))
    etree.SubElement(etree.SubElement(shape, qn("a:ln")), qn("a:noFill"))
    space.find(qn("c:chart")).addnext(shape)


def _cells(panel: Panel, lang: str) -> dict[tuple[int, int], Any]:
    words = export_words(lang)
    cells: dict[tuple[int, int], Any] = {}
    for i, name in enumerate(panel.categories):
        cells[(i + 2, 1)] = safe_cell(name)
    for j, one in enumerate(panel.series):
        cells[(1, j + 2)] = safe_cell(one.name)
        for i, point in enumerate(one.points):
            if point.value is not None:
                cells[(i + 2, j + 2)] = point.value
    for j, one in enumerate(panel.series):
        columns = _error_columns(panel, j)
        if columns is None:
            continue
        for column, key in zip(columns, ("minus", "plus"), strict=True):
            cells[(1, column)] = safe_cell(words[key].format(name=one.name))
            for i, error in enumerate(_errors(one, key)):
                cells[(i + 2, column)] = error
    return cells


def _scatter_cells(panel: Panel) -> dict[tuple[int, int], Any]:
    # Series stand below each other, each under its name, as the XML writer has it.
    cells: dict[tuple[int, int], Any] = {}
    row = 1
    for one in panel.series:
        cells[(row, 2)] = safe_cell(one.name)
        for i, point in enumerate(one.points, start=1):
            cells[(row + i, 1)], cells[(row + i, 2)] = point.x, point.value
        row += len(one.points) + 2
    return cells


def _has_errors(one: Series) -> bool:
    return any(point.lower is not None for point in one.points)


def _error_columns(panel: Panel, position: int) -> tuple[int, int] | None:
    if panel.kind == "scatter" or not _has_errors(panel.series[position]):
        return None
    before = sum(_has_errors(one) for one in panel.series[:position])
    first = 2 + len(panel.series) + 2 * before
    return first, first + 1


def _errors(one: Series, key: str) -> list[float]:
    errors = []
    for point in one.points:
        bound = point.lower if key == "minus" else point.upper
        known = bound is not None and point.value is not None
        errors.append(abs(bound - point.value) if known else 0.0)
    return errors


def _add_error_bars(series: Any, panel: Panel, position: int) -> None:
    columns = _error_columns(panel, position)
    if columns is None:
        return
    one = panel.series[position]
    bars = etree.Element(qn("c:errBars"))
    if panel.kind == "line":
        etree.SubElement(bars, qn("c:errDir")).set("val", "y")
    for tag, value in (("errBarType", "both"), ("errValType", "cust")):
        etree.SubElement(bars, qn(f"c:{tag}")).set("val", value)
    etree.SubElement(bars, qn("c:noEndCap")).set("val", "0")
    for key, column in (("plus", columns[1]), ("minus", columns[0])):
        letter = get_column_letter(column)
        errors = _errors(one, key)
        reference = f"{_SHEET}!${letter}$2:${letter}${len(errors) + 1}"
        _number_reference(etree.SubElement(bars, qn(f"c:{key}")), reference, errors)
    shape = etree.SubElement(bars, qn("c:spPr"))
    line = etree.SubElement(shape, qn("a:ln"), w="12700")
    fill = etree.SubElement(line, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr")).set("val", QUIET)
    series.find(qn("c:cat")).addprevious(bars)


def _number_reference(parent: Any, reference: str, values: Sequence[float]) -> None:
    numbers = etree.SubElement(parent, qn("c:numRef"))
    etree.SubElement(numbers, qn("c:f")).text = reference
    cache = etree.SubElement(numbers, qn("c:numCache"))
    etree.SubElement(cache, qn("c:formatCode")).text = "General"
    etree.SubElement(cache, qn("c:ptCount")).set("val", str(len(values)))
    for i, value in enumerate(values):
        point = etree.SubElement(cache, qn("c:pt"), idx=str(i))
        etree.SubElement(point, qn("c:v")).text = repr(float(value))


def _title(chart: Any, panel: Panel, style: Style) -> None:
    chart.has_title = bool(panel.title)
    if panel.title:
        frame = chart.chart_title.text_frame
        frame.text = panel.title
        font = frame.paragraphs[0].runs[0].font
        font.size, font.bold = Pt(style.size + 1), True
        chart.chart_title.include_in_layout = False


def _legend(chart: Any, panel: Panel) -> None:
    chart.has_legend = panel.has_legend
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False


def _axes(chart: Any, panel: Panel, style: Style) -> None:
    value, other = chart.value_axis, chart.category_axis
    for axis in (value, other):
        axis.format.line.color.rgb = rgb("9aa5b1")
        axis.major_tick_mark = XL_TICK_MARK.NONE
        axis.tick_labels.font.size = Pt(style.size)
    value.major_gridlines.format.line.color.rgb = rgb(GRID)
    value.tick_labels.number_format = panel.number_format
    value.tick_labels.number_format_is_linked = False
    low, high, step = _bounds(panel)
    value.minimum_scale, value.maximum_scale, value.major_unit = low, high, step
    _axis_title(value, panel.value_title, style)
    # Names stay at the edge, also where bars reach below the line.
    other.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if not panel.has_numbers:
        for axis in (value, other):
            axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    if panel.kind == "scatter":
        other.has_major_gridlines = False
        _axis_title(other, panel.x_title, style)
    if panel.kind != "scatter":
        # Every row keeps its name.
        skip = etree.Element(qn("c:tickLblSkip"))
        skip.set("val", "1")
        other._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)
    if panel.kind == "bar":
        other.reverse_order = True
        # Reversed names would take the values' axis along to the top.
        value._element.find(qn("c:crosses")).set("val", "max")
    if panel.kind in ("bar", "column") and panel.base is not None:
        value.crosses_at = panel.base


def _axis_title(axis: Any, text: str, style: Style) -> None:
    axis.has_title = bool(text)
    if text:
        frame = axis.axis_title.text_frame
        frame.text = text
        font = frame.paragraphs[0].runs[0].font
        font.size, font.bold = Pt(style.size), False


def _bounds(panel: Panel) -> tuple[float, float, float]:
    """Return minimum, maximum and step of the value axis, intervals included."""
    low, high = panel.value_range or panel.extent()
    if panel.kind != "scatter" or low >= 0:
        low, high = min(low, 0.0), max(high, 0.0)
    if panel.base is not None:
        low, high = min(low, panel.base), max(high, panel.base)
    high = high if high > low else low + 1.0
    span = high - low
    # A share, or a score, ends at one.
    high = 1.0 if 0.93 < high <= 1.0 else high + 0.06 * span
    step = _round_step((high - low) / 5)
    lowest = math.floor(low / step + 1e-9) * step
    highest = math.ceil(high / step - 1e-9) * step
    return round(lowest, 10), round(highest, 10), round(step, 10)


def _round_step(step: float) -> float:
    size = 10.0 ** math.floor(math.log10(step))
    return next(
        size * part for part in (1, 2, 2.5, 5, 10) if step <= size * part * 1.001
    )


def _pale(color: str) -> str:
    channels = (int(color[i : i + 2], 16) for i in (0, 2, 4))
    return "".join(f"{round(c + (255 - c) * _PALE):02x}" for c in channels)


def _paint(series: Any, one: Series, panel: Panel) -> None:
    if panel.kind in ("bar", "column"):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(one.color)
        series.invert_if_negative = False
        for i, point in enumerate(one.points):
            if point.is_hollow and point.value not in (None, panel.base or 0):
                own = series.points[i].format
                own.fill.solid()
                # What was not observed reaches the reference line all the same.
                fill = _pale(one.color) if point.value else PAPER
                own.fill.fore_color.rgb = rgb(fill)
                own.line.color.rgb = rgb(one.color)
        return
    if panel.kind == "scatter" and not one.is_line:
        series.format.line.fill.background()
    else:
        series.format.line.color.rgb = rgb(one.color)
        series.format.line.width = Pt(2)
        series.smooth = False
    if one.is_line:
        series.format.line.width = Pt(1)
        series.marker.style = XL_MARKER_STYLE.NONE
        return
    series.marker.style = XL_MARKER_STYLE.CIRCLE
    series.marker.size = 7
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = rgb(one.color)
    series.marker.format.line.color.rgb = rgb(one.color)


def _label(series: Any, one: Series, panel: Panel, style: Style) -> None:
    if not any(point.label for point in one.points):
        return
    position = XL_LABEL_POSITION.RIGHT
    if panel.kind in ("bar", "column"):
        stacked = panel.is_stacked
        position = (
            XL_LABEL_POSITION.CENTER if stacked else XL_LABEL_POSITION.OUTSIDE_END
        )
    for i, point in enumerate(one.points):
        if point.value is None:
            continue
        if not point.label:
            _delete_label(series.points[i].data_label)
        elif point.label != written(point.value, panel.number_format):
            # What no number format writes; all other labels follow the data.
            label = series.points[i].data_label
            label.text_frame.text = point.label
            label.text_frame.paragraphs[0].runs[0].font.size = Pt(style.size)
            label.position = position
    if panel.kind == "scatter":
        return
    labels = series.data_labels
    labels.show_value = True
    labels.number_format = panel.number_format
    labels.number_format_is_linked = False
    labels.position = position
    labels.font.size = Pt(style.size)
    if panel.is_stacked:
        labels.font.color.rgb = rgb("ffffff")


def _delete_label(label: Any) -> None:
    element = label._get_or_add_dLbl()
    for child in list(element):
        if child.tag != qn("c:idx"):
            element.remove(child)
    etree.SubElement(element, qn("c:delete")).set("val", "1")


def chart_part(panel: Panel, place: tuple[int, int], style: Style) -> tuple[Any, bytes]:
    """Return the XML of a native chart and its workbook, for another package.

    Parameters
    ----------
    panel : Panel
    place : tuple of int
        Width and height (English Metric Units).
    style : Style

    Returns
    -------
    tuple of (lxml element, bytes)
        ``c:chartSpace``, without a reference to its workbook, and the workbook.
    """
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    chart = add_chart(slide.shapes, panel, (0, 0, *place), style).chart
    space = copy.deepcopy(chart._chartSpace)
    for reference in space.findall(qn("c:externalData")):
        space.remove(reference)
    return space, chart.part.chart_workbook.xlsx_part.blob

"""A panel to a chart part that PowerPoint and Word edit, with its workbook."""

import copy
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from lxml import etree
from lxml.builder import ElementMaker
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from govopen_analytics.base.datapackage import safe_cell
from govopen_analytics.charts.model import FORMATS, Chart, Mark, Panel, Series
from govopen_analytics.charts.style import (
    ACCENT,
    GRID,
    INK,
    MARKS,
    SECOND,
    full_alt,
    in_one_lane,
    n_letters,
    shortened,
    written,
)
from govopen_analytics.office.layout import DECISIVE_TEXT, Place
from govopen_analytics.words import section

# Named by every Chinese Windows and Office; others take their own instead.
CHINESE_FONT, LATIN_FONT = "Microsoft YaHei", "Arial"
_SHEET = "Sheet1"  # the name the writers of the chart's XML refer to
_PALE = 0.62  # of white in a bar that stands for a hollow mark
_AXIS_PT, _TITLE_PT = 1.9, 1.5  # heights of a line of each, in type sizes
_LEAST_PT = 7.0
_EM = 1.08  # width of a character with the air around a name, in type sizes
_MOST_LISTED = 12  # marks of a description; further ones are counted
_C = ElementMaker(namespace="http://schemas.openxmlformats.org/drawingml/2006/chart")
_A = ElementMaker(namespace="http://schemas.openxmlformats.org/drawingml/2006/main")


class _Kind(NamedTuple):
    """What an office chart of a kind of panel is, and where its labels stand."""

    chart: Any
    label: Any

    @property
    def is_bar(self) -> bool:
        return self.chart == XL_CHART_TYPE.BAR_CLUSTERED


_BARS = _Kind(XL_CHART_TYPE.BAR_CLUSTERED, XL_LABEL_POSITION.OUTSIDE_END)
_KINDS = {
    "rows": _BARS,
    "bars": _BARS,
    "years": _Kind(XL_CHART_TYPE.LINE_MARKERS, XL_LABEL_POSITION.RIGHT),
    "map": _Kind(XL_CHART_TYPE.XY_SCATTER_LINES, XL_LABEL_POSITION.RIGHT),
}


@dataclass(frozen=True)
class Style:
    """Language, fonts and type size (points) of a chart."""

    lang: str
    chinese_font: str = CHINESE_FONT
    latin_font: str = LATIN_FONT
    size: float = 10.0


def add_chart(shapes: Any, panel: Panel, place: Place, style: Style) -> Any:
    """Add a native chart to the shapes of a slide, and return its frame.

    Its chart holds the data, its part the workbook behind "edit data".
    """
    kind = _KINDS[panel.kind]
    panel, style = _fitted(in_one_lane(panel) if kind.is_bar else panel, style, place)
    frame = shapes.add_chart(kind.chart, *place.box, _chart_data(panel, style.lang))
    chart = frame.chart
    if panel.kind != "map":
        # The workbook is ours: it holds the intervals.
        workbook = chart_workbook(panel, style.lang)
        chart.part.chart_workbook.update_from_xlsx_blob(workbook)
    chart.font.size = Pt(style.size)
    chart.font.color.rgb = rgb(INK)
    chart.has_legend = False
    _remove_border(chart._chartSpace)
    _title(chart, panel, place, style)
    _axes(chart, panel, place, style)
    plot = chart.plots[0]
    for drawn, series in zip(plot.series, _lines_first(panel), strict=False):
        _add_error_bars(drawn._element, panel, series)
        _paint(drawn, panel, series)
        if not _has_label_lane(panel):
            _label(drawn, panel, series, style)
    if _has_label_lane(panel):
        _write_label_lane(plot.series[1], panel, style)
    if kind.is_bar:
        plot.gap_width, plot.overlap = 50, 100
        plot.vary_by_categories = False
    _lay_out(chart, panel, place, style)
    set_fonts(chart._chartSpace, style)
    _unsign_ids(chart._chartSpace)
    return frame


def chart_part(panel: Panel, place: Place, style: Style) -> tuple[Any, bytes]:
    """Return a native chart for another package: ``c:chartSpace`` and its workbook.

    The element has no reference to the workbook.
    """
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    chart = add_chart(slide.shapes, panel, place, style).chart
    space = copy.deepcopy(chart._chartSpace)
    for reference in space.findall(qn("c:externalData")):
        space.remove(reference)
    return space, chart.part.chart_workbook.xlsx_part.blob


def chart_workbook(panel: Panel, lang: str) -> bytes:
    """Return the workbook behind a chart: values, and the errors beside them.

    Its ranges are those the chart's XML names; no cell is a formula.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = _SHEET
    heads = section("office", lang)
    columns = [("", panel.categories), *_drawn_columns(panel, lang)]
    for (i, side), errors in _errors(panel).items():
        name = heads[side].format(name=panel.series[i].name)
        columns.append((name, errors))
    for j, (name, values) in enumerate(columns, start=1):
        for i, value in enumerate((name, *values), start=1):
            if value is None or (i, j) == (1, 1):
                continue
            cell = sheet.cell(i, j, safe_cell(value))
            if isinstance(value, str):
                cell.data_type = "s"
            else:
                cell.number_format = FORMATS[panel.form]
    sheet.column_dimensions["A"].width = 32
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def panel_alt(panel: Panel, chart: Chart) -> str:
    """Describe a panel in words: its chart, and its marks with their intervals."""
    words = section("office", chart.lang)
    marks = []
    for series in panel.series:
        prefix = f"{series.name} " if len(panel.series) > 1 else ""
        names = panel.categories or ("",) * len(series.marks)
        for name, mark in zip(names, series.marks, strict=True):
            if mark.value is not None:
                shown = _shown(mark, panel.form, words)
                marks.append(f"{prefix}{name} {shown}".strip())
    listed = marks[:_MOST_LISTED]
    if len(marks) > _MOST_LISTED:
        listed.append(words["more"].format(n=len(marks)))
    alt = words["panel_alt"].format(
        title=panel.title or chart.title, marks=words["join"].join(listed)
    )
    return f"{full_alt(chart, is_office=True)} {alt}"


def set_fonts(element: Any, style: Style) -> None:
    """Set Latin and East Asian fonts on all text properties below an element."""
    speech = section("office", style.lang)["speech"]
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
    """Return a colour (six hexadecimal digits, with or without #) as python-pptx's."""
    return RGBColor.from_string(color.lstrip("#").upper())


def _shown(mark: Mark, form: str, words: Any) -> str:
    value = mark.label or written(float(mark.value or 0.0), form)
    if mark.lower is None or mark.upper is None:
        return value
    return words["interval"].format(
        value=value, lower=written(mark.lower, form), upper=written(mark.upper, form)
    )


# Data -----------------------------------------------------------------------------


def _lines_first(panel: Panel) -> list[Series]:
    """Return the series of the chart: lines of a map come before its dots."""
    dots = panel.series[0].marks
    lines = [
        Series(
            f"{dots[start].label} – {dots[end].label}",
            (replace(dots[start], label=""), replace(dots[end], label="")),
        )
        for start, end in panel.lines
    ]
    return [*lines, *panel.series]


def _chart_data(panel: Panel, lang: str) -> CategoryChartData | XyChartData:
    form = FORMATS[panel.form]
    if panel.kind == "map":
        points = XyChartData(number_format=form)
        for each in _lines_first(panel):
            series = points.add_series(safe_cell(each.name))
            for mark in each.marks:
                series.add_data_point(mark.x, mark.value)
        return points
    data = CategoryChartData(number_format=form)
    data.categories = [safe_cell(name) for name in panel.categories]
    for name, values in _drawn_columns(panel, lang):
        data.add_series(safe_cell(name), values)
    return data


def _drawn_columns(panel: Panel, lang: str) -> list[tuple[str, list[float | None]]]:
    """Return the series that are drawn, with the bars nobody sees behind labels."""
    columns = [(s.name, [mark.value for mark in s.marks]) for s in panel.series]
    if _has_label_lane(panel):
        name = section("office", lang)["lane"].format(name=panel.series[0].name)
        ends = [max([0.0, *mark.ends()]) for mark in panel.series[0].marks]
        columns.append((name, [*ends]))
    return columns


def _errors(panel: Panel) -> dict[tuple[int, str], list[float]]:
    """Return the lengths of intervals by series and side, in the order of columns."""
    return {
        (i, side): [
            0.0 if bound is None or mark.value is None else abs(bound - mark.value)
            for mark in series.marks
            for bound in [mark.lower if side == "minus" else mark.upper]
        ]
        for i, series in enumerate(panel.series)
        for side in ("minus", "plus")
        if series.has_intervals and panel.kind != "map"
    }


def _add_error_bars(drawn: Any, panel: Panel, series: Series) -> None:
    if panel.kind == "map" or not series.has_intervals:
        return
    errors, i = _errors(panel), panel.series.index(series)
    bars = _C.errBars(*([_C.errDir(val="y")] if panel.kind == "years" else []))
    bars.append(_C.errBarType(val="both"))
    bars.append(_C.errValType(val="cust"))
    bars.append(_C.noEndCap(val="0"))
    first = 2 + len(panel.series) + _has_label_lane(panel)
    for side in ("plus", "minus"):
        lengths = errors[i, side]
        letter = get_column_letter(first + list(errors).index((i, side)))
        points = [_C.pt(_C.v(repr(x)), idx=str(n)) for n, x in enumerate(lengths)]
        count = _C.ptCount(val=str(len(lengths)))
        cache = _C.numCache(_C.formatCode("General"), count, *points)
        area = _C.f(f"{_SHEET}!${letter}$2:${letter}${len(lengths) + 1}")
        bars.append(_C(side, _C.numRef(area, cache)))
    color = _A.srgbClr(val=INK.lstrip("#"))
    bars.append(_C.spPr(_A.ln(_A.solidFill(color), w="12700")))
    drawn.find(qn("c:cat")).addprevious(bars)


# Frame and axes -------------------------------------------------------------------


def _unsign_ids(space: Any) -> None:
    # The library writes negative identifiers of axes; readers take
    # them from 0 to 2**31 only.
    for tag in ("c:axId", "c:crossAx"):
        for identifier in space.iter(qn(tag)):
            identifier.set("val", str(int(identifier.get("val")) % 2**31))


def _remove_border(space: Any) -> None:
    shape = _C.spPr(_A.noFill(), _A.ln(_A.noFill()))
    space.find(qn("c:chart")).addnext(shape)


def _fitted(panel: Panel, style: Style, place: Place) -> tuple[Panel, Style]:
    """Shrink the type to its rows, down to 7 points, and cut names that are longer.

    Where one name takes two lines, office programs leave out every second name.
    """
    if not (panel.categories and _KINDS[panel.kind].is_bar):
        return panel, style
    row = 0.8 * Emu(place.box[3]).pt / len(panel.categories)
    size = max(_LEAST_PT, min(style.size, int(0.62 * row * 2) / 2))
    if place.label:
        letters = Emu(place.label).pt / _EM
        longest = max(n_letters(name) for name in panel.categories)
        size = max(_LEAST_PT, min(size, int(4 * letters / longest) / 2))
        names = shortened(panel.categories, int(2 * letters / size))
        panel = replace(panel, categories=tuple(names))
    return panel, replace(style, size=size)


def _title(chart: Any, panel: Panel, place: Place, style: Style) -> None:
    chart.has_title = bool(panel.title)
    if panel.title:
        _set_text(chart.chart_title.text_frame, panel.title, style, is_bold=True)
        chart.chart_title.include_in_layout = False
        # Above the plot, not above the names of its rows.
        at = {"x": (place.label + Pt(4)) / place.box[2], "y": Pt(3) / place.box[3]}
        title = chart._chartSpace.find(f".//{qn('c:title')}")
        title.find(qn("c:tx")).addnext(_manual_layout(at))


def _lay_out(chart: Any, panel: Panel, place: Place, style: Style) -> None:
    """Fix the place of the plot, so that charts beside each other are alike.

    Office programs would else give each chart the room its own names need, and leave
    out names that they find too close.
    """
    _, _, width, height = place.box
    right = _label_room(panel, style)
    top = Pt(style.size) * _TITLE_PT * place.title_lines + Pt(12)
    bottom = Pt(style.size) * _AXIS_PT * (2 if panel.axis else 1)
    parts = {
        "x": (place.label + Pt(4)) / width,
        "y": top / height,
        "w": max(0.1, (width - place.label - Pt(4) - right) / width),
        "h": max(0.1, (height - top - bottom) / height),
    }
    area = chart._chartSpace.find(f".//{qn('c:plotArea')}")
    for former in area.findall(qn("c:layout")):
        area.remove(former)
    layout = _manual_layout(parts)
    layout[0].insert(0, _C.layoutTarget(val="inner"))
    area.insert(0, layout)


def _manual_layout(parts: Mapping[str, float]) -> Any:
    """Return the place of a part of a chart, in parts of its width and height."""
    sides = [_C.xMode(val="edge"), _C.yMode(val="edge")]
    sides += [_C(side, val=f"{part:.4f}") for side, part in parts.items()]
    return _C.layout(_C.manualLayout(*sides))


def _label_room(panel: Panel, style: Style) -> int:
    """Return the room to the right of a plot for the longest label (EMU)."""
    ems = (
        sum(1.0 if ord(letter) > 0x2E7F else 0.55 for letter in mark.label)
        for series in panel.series
        for mark in series.marks
    )
    return Pt((max(ems, default=0.0) + 0.8) * style.size)


def _axes(chart: Any, panel: Panel, place: Place, style: Style) -> None:
    value, other = chart.value_axis, chart.category_axis
    for axis in (value, other):
        axis.format.line.color.rgb = rgb("9aa5b1")
        axis.major_tick_mark = XL_TICK_MARK.NONE
        axis.tick_labels.font.size = Pt(style.size)
    value.major_gridlines.format.line.color.rgb = rgb(GRID)
    if panel.kind == "map":
        other.has_major_gridlines = False
        for axis, ends in zip((other, value), _map_ends(panel), strict=True):
            axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE
            axis.format.line.fill.background()
            axis.minimum_scale, axis.maximum_scale = ends
        return
    scale = place.scale
    value.minimum_scale, value.maximum_scale = scale[0], scale[-1]
    value.major_unit = scale[1] - scale[0]
    value.tick_labels.number_format = FORMATS[panel.form]
    value.tick_labels.number_format_is_linked = False
    value.has_title = bool(panel.axis)
    if panel.axis:
        _set_text(value.axis_title.text_frame, panel.axis, style, is_bold=False)
    # Names stay at the edge, also where bars reach below the line.
    other.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    # Every row keeps its name.
    other._element.find(qn("c:noMultiLvlLbl")).addprevious(_C.tickLblSkip(val="1"))
    if not place.label:
        named = value if panel.kind == "years" else other
        named.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    if panel.kind == "years":
        return
    other.reverse_order = True
    # Reversed names would take the values' axis along to the top.
    value._element.find(qn("c:crosses")).set("val", "max")


def _map_ends(panel: Panel) -> list[tuple[float, float]]:
    ends = []
    places = [(mark.x or 0.0, mark.value or 0.0) for mark in panel.series[0].marks]
    for side in zip(*places, strict=True):
        room = 0.08 * ((max(side) - min(side)) or 1.0)
        ends.append((min(side) - room, max(side) + room))
    return ends


def _set_text(frame: Any, text: str, style: Style, *, is_bold: bool | None) -> Any:
    """Write a text in the size of a style, and return the font of its end."""
    frame.text = text
    for paragraph in frame.paragraphs:
        font = paragraph.runs[0].font
        font.size, font.bold = Pt(style.size), is_bold
    return font


# Marks and labels -----------------------------------------------------------------


def _pale(color: str) -> str:
    digits = color.lstrip("#")
    channels = (int(digits[i : i + 2], 16) for i in (0, 2, 4))
    return "".join(f"{round(c + (255 - c) * _PALE):02x}" for c in channels)


def _paint(drawn: Any, panel: Panel, data: Series) -> None:
    kinds = [mark.kind for mark in data.marks if mark.value is not None]
    most = max(kinds, key=kinds.count, default="sure")
    if _KINDS[panel.kind].is_bar:
        drawn.invert_if_negative = False
        _fill(drawn.format, most)
        for i, mark in enumerate(data.marks):
            if mark.value is not None and mark.kind != most:
                _fill(drawn.points[i].format, mark.kind)
        return
    is_line = panel.kind == "map" and data is not panel.series[0]
    color = rgb(SECOND if is_line else ACCENT)
    drawn.smooth = False
    if panel.kind == "map" and not is_line:
        drawn.format.line.fill.background()
    else:
        drawn.format.line.color.rgb = color
        drawn.format.line.width = Pt(1)
    if is_line:
        drawn.marker.style = XL_MARKER_STYLE.NONE
        return
    drawn.marker.style = XL_MARKER_STYLE.CIRCLE
    drawn.marker.size = 7
    drawn.marker.format.fill.solid()
    drawn.marker.format.fill.fore_color.rgb = color
    drawn.marker.format.line.color.rgb = color


def _fill(shape: Any, kind: str) -> None:
    color, _, is_hollow = MARKS[kind]
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(_pale(color) if is_hollow else color)
    shape.line.color.rgb = rgb(color)


def _label(drawn: Any, panel: Panel, data: Series, style: Style) -> None:
    """Label the marks: what a number format writes follows the data."""
    if not any(mark.label for mark in data.marks):
        return
    position = _KINDS[panel.kind].label
    for i, mark in enumerate(data.marks):
        if mark.value is None:
            continue
        if not mark.label:
            _delete_label(drawn.points[i].data_label)
        elif mark.label != written(float(mark.value), panel.form):
            _write_label(drawn.points[i].data_label, mark, position, style)
    if panel.kind == "map":
        return
    labels = drawn.data_labels
    labels.show_value = True
    labels.number_format = FORMATS[panel.form]
    labels.number_format_is_linked = False
    labels.position = position
    labels.font.size = Pt(style.size)


def _write_label(label: Any, mark: Mark, position: Any, style: Style) -> None:
    is_decisive = mark.kind == "decisive"
    font = _set_text(label.text_frame, mark.label, style, is_bold=is_decisive or None)
    label.text_frame.word_wrap = False
    if is_decisive:  # a bar of 0 has no colour to be seen
        font.color.rgb = rgb(DECISIVE_TEXT)
    label.position = position


def _delete_label(label: Any) -> None:
    element = label._get_or_add_dLbl()
    for child in list(element):
        if child.tag != qn("c:idx"):
            element.remove(child)
    etree.SubElement(element, qn("c:delete")).set("val", "1")


def _has_label_lane(panel: Panel) -> bool:
    return panel.kind == "rows" and any(series.has_intervals for series in panel.series)


def _write_label_lane(drawn: Any, panel: Panel, style: Style) -> None:
    """Put labels behind the intervals: at the ends of invisible bars.

    At the end of the bar itself the interval would strike the label out.
    """
    drawn.format.fill.background()
    drawn.format.line.fill.background()
    for i, mark in enumerate(panel.series[0].marks):
        if mark.label and mark.value is not None:
            label = drawn.points[i].data_label
            _write_label(label, mark, XL_LABEL_POSITION.OUTSIDE_END, style)

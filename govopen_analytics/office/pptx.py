"""Charts to slides with native charts and tables, in the office's own template."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pptx
from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Cm, Emu, Pt

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Cell, Chart, HeatTable
from govopen_analytics.charts.style import (
    INK,
    QUIET,
    cell_fill,
    drawing_of,
    full_alt,
    full_subtitle,
    readable_on,
)
from govopen_analytics.office.layout import (
    Page,
    column_widths_cm,
    fitting_size,
    page_chart,
    row_heights_cm,
    scale_of,
)
from govopen_analytics.office.native import (
    CHINESE_FONT,
    Place,
    Style,
    add_chart,
    panel_alt,
    rgb,
    set_fonts,
)
from govopen_analytics.office.package import (
    UNREADABLE,
    kept_together,
    lines_below,
    stable_package,
    template_as_document,
)
from govopen_analytics.words import section

_WIDTH, _HEIGHT = Cm(33.867), Cm(19.05)  # 16 to 9, PowerPoint's own size
_MARGIN, _GAP = Cm(1.2), Cm(0.25)
_SUBTITLE, _NOTE = Cm(0.9), Cm(0.65)
_TITLE_SIZE = 44.0  # PowerPoint's own, where a template names none
_ROW_CM = 0.5  # 9 points of type beside a bar
_LEAST_WIDTH, _LEAST_HEIGHT = Cm(12), Cm(7)
_CONTENT = (PP_PLACEHOLDER.CHART, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.TABLE)
_FEET = (
    PP_PLACEHOLDER.FOOTER,
    PP_PLACEHOLDER.DATE,
    PP_PLACEHOLDER.SLIDE_NUMBER,
)
_TITLES = (PP_PLACEHOLDER.TITLE,)
_NO_STYLE_TABLE = "{5940675A-B579-460E-94D1-54222C63F5DA}"  # "No Style, Table Grid"
_THEME = "/theme"


@dataclass(frozen=True)
class _Box:
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class _Deck:
    """A presentation, the layout that charts take, and where they stand on it."""

    file: Any
    layout: Any
    area: _Box
    title: _Box | None  # None leaves the title where the layout has it
    style: Style


def deck_bytes(
    charts: Sequence[Chart],
    *,
    lang: str,
    when: datetime,
    template: Path | None = None,
) -> bytes:
    """Return a PPTX with a slide or more per chart.

    Parameters
    ----------
    charts : sequence of Chart
    lang : {"zh", "en"}
    when : datetime
        Date the file's properties name.
    template : Path, optional
        A PPTX or POTX; its own slides stay in front.

    Returns
    -------
    bytes

    Raises
    ------
    ExportError
        If the template cannot be read, or has no layout with a title and room.
    """
    deck = _own_deck(lang) if template is None else _template_deck(template, lang)
    for chart in charts:
        area = deck.area
        room = area.height - _SUBTITLE - _NOTE * len(lines_below(chart))
        for page in page_chart(chart, Emu(area.width).cm, Emu(room).cm, row_cm=_ROW_CM):
            _add_slide(deck, chart, page)
    properties = deck.file.core_properties
    properties.title = charts[0].title if len(charts) == 1 else _set_title(lang)
    properties.author = properties.last_modified_by = "govopen"
    properties.created = properties.modified = when.replace(tzinfo=None)
    properties.language = section("office", lang)["speech"]
    target = io.BytesIO()
    deck.file.save(target)
    return stable_package(target.getvalue(), when)


def _set_title(lang: str) -> str:
    return section("office", lang)["set_title"]


def _own_deck(lang: str) -> _Deck:
    deck = pptx.Presentation()
    _widen(deck)
    title = _Box(_MARGIN, Cm(0.6), _WIDTH - 2 * _MARGIN, Cm(1.5))
    top = title.top + title.height
    area = _Box(_MARGIN, top, title.width, _HEIGHT - top - Cm(0.5))
    layout = next(
        layout
        for layout in deck.slide_layouts
        if not _placeholders(layout, (*_CONTENT, PP_PLACEHOLDER.BODY))
        and _placeholders(layout, _TITLES)
    )
    return _Deck(deck, layout, area, title, Style(lang, size=10))


def _widen(deck: Any) -> None:
    # The library's own deck is 4 to 3; its layouts stretch with the slides.
    factor = _WIDTH / deck.slide_width
    rise = _HEIGHT / deck.slide_height
    deck.slide_width, deck.slide_height = _WIDTH, _HEIGHT
    masters = list(deck.slide_masters)
    layouts = [layout for master in masters for layout in master.slide_layouts]
    for part in (*masters, *layouts):
        for offset in part._element.iter(qn("a:off")):
            offset.set("x", str(round(int(offset.get("x")) * factor)))
            offset.set("y", str(round(int(offset.get("y")) * rise)))
        for extent in part._element.iter(qn("a:ext")):
            if extent.get("cx"):
                extent.set("cx", str(round(int(extent.get("cx")) * factor)))
                extent.set("cy", str(round(int(extent.get("cy")) * rise)))


def _template_deck(path: Path, lang: str) -> _Deck:
    try:
        deck = pptx.Presentation(io.BytesIO(template_as_document(path.read_bytes())))
        layouts = list(deck.slide_layouts)
    except UNREADABLE as error:
        raise ExportError(
            f"Template {path}: cannot be read as a PowerPoint file "
            f"({type(error).__name__}), expected a .pptx or .potx that PowerPoint opens"
        ) from error
    rated = [(_rating(layout, deck), layout) for layout in layouts]
    best = max(rated, key=lambda pair: pair[0], default=(0, None))
    if best[0] == 0:
        names = ", ".join(f"'{layout.name}'" for layout in layouts) or "none"
        raise ExportError(
            f"Template {path}: found the layouts {names}, expected one with a title "
            f"placeholder and, below it, a chart or content placeholder or free room "
            f"of at least {_LEAST_WIDTH.cm:.0f} by {_LEAST_HEIGHT.cm:.0f} cm; add such "
            "a layout to the slide master, or leave out --template"
        )
    layout = best[1]
    fonts = _theme_fonts(layout)
    style = Style(lang, fonts, "+mn-lt", 10)
    return _Deck(deck, layout, _area(layout, deck), None, style)


def _rating(layout: Any, deck: Any) -> int:
    """Rate a layout: a chart's own place, then one for any content, then room."""
    area = _area(layout, deck)
    if area is None or area.width < _LEAST_WIDTH or area.height < _LEAST_HEIGHT:
        return 0
    contents = _placeholders(layout, _CONTENT)
    others = _placeholders(layout, (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.PICTURE))
    if len(contents) == 1 and not others:
        is_chart = contents[0].placeholder_format.type == PP_PLACEHOLDER.CHART
        return 4 if is_chart else 3
    if contents or others:
        return 1
    return 2


def _placeholders(layout: Any, kinds: Sequence[Any]) -> list[Any]:
    return [
        shape for shape in layout.placeholders if shape.placeholder_format.type in kinds
    ]


def _area(layout: Any, deck: Any) -> _Box | None:
    titles = _placeholders(layout, _TITLES)
    if not titles or titles[0].top is None:
        return None
    contents = _placeholders(layout, _CONTENT) or _placeholders(
        layout, (PP_PLACEHOLDER.BODY,)
    )
    if contents:
        biggest = max(contents, key=lambda shape: shape.width * shape.height)
        return _Box(biggest.left, biggest.top, biggest.width, biggest.height)
    title = titles[0]
    top = title.top + title.height
    feet = [shape.top for shape in _placeholders(layout, _FEET) if shape.top > top]
    bottom = min([deck.slide_height - Cm(0.5), *feet])
    return _Box(title.left, top, title.width, bottom - top)


def _theme_fonts(layout: Any) -> str:
    """Return the Chinese font a template's theme names for its text."""
    master = layout.slide_master.part
    for relation in master.rels.values():
        if relation.reltype.endswith(_THEME):
            theme = etree.fromstring(
                relation.target_part.blob, etree.XMLParser(resolve_entities=False)
            )
            for path in ("a:ea", "a:font[@script='Hans']"):
                found = theme.find(
                    f".//a:minorFont/{path}",
                    {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"},
                )
                if found is not None and found.get("typeface"):
                    return found.get("typeface")
    return CHINESE_FONT


def _add_slide(deck: _Deck, chart: Chart, page: Page) -> None:
    slide = deck.file.slides.add_slide(deck.layout)
    _set_slide_title(deck, slide, _page_title(chart, page, deck.style.lang))
    for shape in list(slide.placeholders):
        if shape.placeholder_format.type not in _TITLES:
            shape._element.getparent().remove(shape._element)
    area = deck.area
    below = lines_below(chart)
    subtitle = full_subtitle(chart, drawing_of(chart, is_office=True))
    if subtitle:
        box = _Box(area.left, area.top, area.width, _SUBTITLE)
        _add_text(slide, box, subtitle, deck.style, size=14)
    top = area.top + _SUBTITLE
    room = area.height - _SUBTITLE - _NOTE * len(below)
    content = _Box(area.left, top, area.width, room)
    if page.table is not None:
        _add_table(slide, content, page.table, chart, deck.style)
    else:
        _add_panels(slide, content, page, chart, deck.style)
    for i, text in enumerate(below):
        line = _Box(area.left, top + room + i * _NOTE, area.width, _NOTE)
        color, size = (QUIET, 10) if text == below[-1] else (INK, 12)
        _add_text(slide, line, text, deck.style, size=size, color=color)


def _page_title(chart: Chart, page: Page, lang: str) -> str:
    if page.n_pages == 1:
        return chart.title
    return section("office", lang)["continued"].format(
        title=chart.title, number=page.number, n=page.n_pages
    )


def _set_slide_title(deck: _Deck, slide: Any, text: str) -> None:
    shape = slide.shapes.title
    frame = shape.text_frame
    frame.text = text
    frame.word_wrap = True
    if deck.title is None:
        # The office's own type and place; only the East Asian font is made sure of.
        for run in frame._txBody.iter(qn("a:rPr"), qn("a:endParaRPr")):
            run.set("lang", section("office", deck.style.lang)["speech"])
        _set_east_asian(frame, deck.style)
        _shrink_title(deck.layout, frame, text)
        return
    box = deck.title
    shape.left, shape.top, shape.width, shape.height = (
        box.left,
        box.top,
        box.width,
        box.height,
    )
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    frame.margin_left = frame.margin_right = 0
    font = paragraph.runs[0].font
    font.size = Pt(fitting_size(text, Emu(box.width).pt, 24, 14))
    font.bold, font.color.rgb = True, rgb(INK)
    set_fonts(frame._txBody, deck.style)


def _shrink_title(layout: Any, frame: Any, text: str) -> None:
    """Set a smaller type where a title would overrun the office's own place."""
    place = _placeholders(layout, _TITLES)[0]
    size = _title_size(layout, place)
    n_lines = max(1, int(Emu(place.height).pt / (1.2 * size)))
    room = 0.93 * Emu(place.width).pt * n_lines
    fitting = fitting_size(text, room, size, min(size, 16))
    if fitting < size:
        frame.paragraphs[0].runs[0].font.size = Pt(fitting)


def _title_size(layout: Any, place: Any) -> float:
    """Return the type size (points) that a title inherits."""
    master = layout.slide_master
    roots = [place._element, *(p._element for p in _placeholders(master, _TITLES))]
    roots += master._element.iter(qn("p:titleStyle"))
    for root in roots:
        for found in root.iterfind(f".//{qn('a:lvl1pPr')}/{qn('a:defRPr')}"):
            if found.get("sz"):
                return int(found.get("sz")) / 100
    return _TITLE_SIZE


def _set_east_asian(frame: Any, style: Style) -> None:
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            properties = run._r.get_or_add_rPr()
            etree.SubElement(properties, qn("a:ea")).set("typeface", style.chinese_font)


def _add_text(
    slide: Any,
    box: _Box,
    text: str,
    style: Style,
    *,
    size: float,
    least: float = 8,
    color: str = QUIET,
) -> None:
    if not text:
        return
    shape = slide.shapes.add_textbox(box.left, box.top, box.width, box.height)
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.text = text
    font = frame.paragraphs[0].runs[0].font
    font.size = Pt(fitting_size(text, Emu(box.width).pt, size, least))
    font.color.rgb = rgb(color)
    set_fonts(frame._txBody, style)


def _add_panels(slide: Any, box: _Box, page: Page, chart: Chart, style: Style) -> None:
    size = 11 if len(page.panels) == 1 else style.size if page.down == 1 else 9
    own = replace(style, size=size)
    alt = full_alt(chart, drawing_of(chart, is_office=True))
    room = (box.left, box.top, box.width, box.height)
    places = page.boxes(*room, _GAP)
    for panel, (place, label) in zip(page.panels, places, strict=True):
        scale = scale_of(chart, panel)
        where = Place(place, label, page.title_lines, scale)
        frame = add_chart(slide.shapes, panel, where, own)
        told = panel_alt(panel, chart.title, style.lang)
        _describe(frame, panel.title or chart.title, f"{alt} {told}")


def _describe(frame: Any, name: str, alt: str) -> None:
    described = frame._element.nvGraphicFramePr.cNvPr
    described.set("name", name)
    described.set("descr", alt)


def _add_table(
    slide: Any, box: _Box, table: HeatTable, chart: Chart, style: Style
) -> None:
    n_rows, n_columns = len(table.rows) + 1, len(table.columns) + 1
    label_cm, column_cm = column_widths_cm(table, Emu(box.width).cm)
    heights = [
        Cm(height)
        for height in row_heights_cm(table, Emu(box.width).cm, Emu(box.height).cm)
    ]
    width = Cm(label_cm) + Cm(column_cm) * len(table.columns)
    frame = slide.shapes.add_table(
        n_rows, n_columns, box.left, box.top, width, sum(heights)
    )
    grid = frame.table
    properties = grid._tbl.tblPr
    properties.find(qn("a:tableStyleId")).text = _NO_STYLE_TABLE
    grid.horz_banding, grid.first_row, grid.first_col = False, True, True
    for i, height in enumerate(heights):
        grid.rows[i].height = height
    grid.columns[0].width = Cm(label_cm)
    for j, name in enumerate(table.columns, start=1):
        grid.columns[j].width = Cm(column_cm)
        _fill_cell(grid.cell(0, j), name, style, size=10, bold=True)
    _fill_cell(grid.cell(0, 0), "", style, size=10, bold=True)
    for i, (name, line) in enumerate(zip(table.rows, table.cells, strict=True), 1):
        label = kept_together(name)
        _fill_cell(grid.cell(i, 0), label, style, size=11, align=PP_ALIGN.LEFT)
        for j, cell in enumerate(line, start=1):
            room = 0.9 * Cm(column_cm).pt
            size = fitting_size(cell.label, room, 14, 9)
            _shade(grid.cell(i, j), cell, cell_fill(cell, table), style, size)
    _describe(frame, chart.title, full_alt(chart, "table"))


def _shade(shape: Any, cell: Cell, fill: str, style: Style, size: float) -> None:
    is_empty = cell.value is None and not cell.label
    fill, color = ("", INK) if is_empty else (fill, readable_on(fill))
    text = f"{cell.label}*" if cell.is_framed else cell.label
    _fill_cell(shape, text, style, size=size, color=color, fill=fill)
    if not is_empty:
        _set_borders(shape, INK if cell.is_framed else "ffffff", cell.is_framed)


def _fill_cell(
    shape: Any,
    text: str,
    style: Style,
    *,
    size: float,
    bold: bool = False,
    align: Any = PP_ALIGN.CENTER,
    color: str = INK,
    fill: str = "",
) -> None:
    frame = shape.text_frame
    frame.text = text
    shape.vertical_anchor = MSO_ANCHOR.MIDDLE
    shape.margin_left = shape.margin_right = Cm(0.08)
    shape.margin_top = shape.margin_bottom = Cm(0.05)
    frame.paragraphs[0].alignment = align
    for run in frame.paragraphs[0].runs:
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = rgb(color)
    if not text:  # else an empty cell is as high as a line of 18 points
        end = etree.SubElement(frame.paragraphs[0]._p, qn("a:endParaRPr"))
        end.set("sz", str(int(100 * size)))
    set_fonts(frame._txBody, style)
    if fill:
        shape.fill.solid()
        shape.fill.fore_color.rgb = rgb(fill)
    else:
        shape.fill.background()
        _set_borders(shape, "", False)


def _set_borders(shape: Any, color: str, is_wide: bool) -> None:
    properties = shape._tc.get_or_add_tcPr()
    for former in [child for child in properties if child.tag.endswith(tuple("LRTB"))]:
        properties.remove(former)
    for position, side in enumerate(("lnL", "lnR", "lnT", "lnB")):
        line = etree.Element(qn(f"a:{side}"), w="25400" if is_wide else "19050")
        if color:
            fill = etree.SubElement(line, qn("a:solidFill"))
            etree.SubElement(fill, qn("a:srgbClr")).set("val", color.lstrip("#"))
        else:
            etree.SubElement(line, qn("a:noFill"))
        properties.insert(position, line)

"""Charts to pages with native charts and tables, in the office's own template."""

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt, RGBColor
from lxml import etree

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Cell, Chart, HeatTable, Panel
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
    LATIN_FONT,
    Place,
    Style,
    chart_part,
    panel_alt,
)
from govopen_analytics.office.package import (
    UNREADABLE,
    kept_together,
    lines_below,
    stable_package,
    template_as_document,
)
from govopen_analytics.words import section

_PAGE = Cm(21.0), Cm(29.7)
_MARGIN = Cm(2.0)
_HAIR = Cm(0.05)
_LEAST_WIDTH, _LEAST_HEIGHT = Cm(10), Cm(10)
# Heading, subtitle, notes, source line and the air between them.
_WORDS_HEIGHT = Cm(5.2)
_HEADING = "Heading 1"
_CHART_SPACE = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def document_bytes(
    charts: Sequence[Chart],
    *,
    lang: str,
    when: datetime,
    template: Path | None = None,
) -> bytes:
    """Return a DOCX with a page or more per chart.

    Parameters
    ----------
    charts : sequence of Chart
    lang : {"zh", "en"}
    when : datetime
        Date the file's properties name.
    template : Path, optional
        A DOCX or DOTX, whose styles, header, footer and text stay; charts follow
        its last page.

    Returns
    -------
    bytes

    Raises
    ------
    ExportError
        If the template cannot be read, or its pages have no room for a chart.
    """
    file = _own_document(lang) if template is None else _template(template)
    style = Style(lang, _chinese_font(file), LATIN_FONT, 8)
    width, height = _room(file)
    is_first = template is None or not _has_text(file)
    for chart in charts:
        for page in page_chart(chart, Emu(width).cm, Emu(height).cm):
            _add_page(file, chart, page, (width, height), style, is_first=is_first)
            is_first = False
    words = section("office", lang)
    properties = file.core_properties
    properties.title = charts[0].title if len(charts) == 1 else words["set_title"]
    properties.author = properties.last_modified_by = "govopen"
    properties.language = words["speech"]
    properties.created = properties.modified = when.replace(tzinfo=None)
    target = io.BytesIO()
    file.save(target)
    return stable_package(target.getvalue(), when)


def _own_document(lang: str) -> Any:
    file = docx.Document()
    sheet = file.sections[0]
    sheet.page_width, sheet.page_height = _PAGE
    sheet.left_margin = sheet.right_margin = _MARGIN
    sheet.top_margin = sheet.bottom_margin = _MARGIN
    for name, size in (("Normal", 10.5), (_HEADING, 16)):
        own = file.styles[name]
        own.font.name, own.font.size = LATIN_FONT, Pt(size)
        own.font.color.rgb = RGBColor.from_string(_hex(INK))
        _set_style_fonts(own, LATIN_FONT, CHINESE_FONT)
    speech = OxmlElement("w:lang")
    speech.set(qn("w:val"), section("office", lang)["speech"])
    speech.set(qn("w:eastAsia"), "zh-CN")
    properties = file.styles["Normal"].element.get_or_add_rPr()
    properties.append(speech)
    return file


def _set_style_fonts(style: Any, latin: str, chinese: str) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # A theme font named beside a font wins over it.
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), latin)
    fonts.set(qn("w:eastAsia"), chinese)


def _template(path: Path) -> Any:
    try:
        file = docx.Document(io.BytesIO(template_as_document(path.read_bytes())))
    except UNREADABLE as error:
        raise ExportError(
            f"Template {path}: cannot be read as a Word file "
            f"({type(error).__name__}), expected a .docx or .dotx that Word opens"
        ) from error
    width, height = _room(file)
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        layouts = ", ".join(
            f"{sheet.page_width.cm:.1f} by {sheet.page_height.cm:.1f} cm"
            for sheet in file.sections
        )
        raise ExportError(
            f"Template {path}: found pages of {layouts} with "
            f"{Emu(max(0, width)).cm:.1f} by {Emu(max(0, height)).cm:.1f} cm left for "
            f"a chart on the last one, expected at least {_LEAST_WIDTH.cm:.0f} by "
            f"{_LEAST_HEIGHT.cm:.0f} cm; make the last section's margins smaller, or "
            "leave out --template"
        )
    if _HEADING not in [style.name for style in file.styles]:
        # Word leaves out of a file the built-in styles that it does not use.
        heading = file.styles.add_style(_HEADING, WD_STYLE_TYPE.PARAGRAPH, True)
        heading.base_style = file.styles.default(WD_STYLE_TYPE.PARAGRAPH)
        heading.font.size, heading.font.bold = Pt(16), True
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), "0")
        heading.element.get_or_add_pPr().append(level)
    return file


def _room(file: Any) -> tuple[int, int]:
    sheet = file.sections[-1]
    width = sheet.page_width - sheet.left_margin - sheet.right_margin
    height = sheet.page_height - sheet.top_margin - sheet.bottom_margin
    return width, height - _WORDS_HEIGHT


def _chinese_font(file: Any) -> str:
    """Return the East Asian font of the document's text, where it names one."""
    default = file.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    roots = [default.element] if default is not None else []
    for root in (*roots, file.styles.element):
        path = (
            ".//w:rPr/w:rFonts"
            if root is not file.styles.element
            else (".//w:docDefaults//w:rFonts")
        )
        for fonts in root.xpath(path):
            if fonts.get(qn("w:eastAsia")):
                return fonts.get(qn("w:eastAsia"))
    return CHINESE_FONT


def _has_text(file: Any) -> bool:
    return bool(file.tables) or any(p.text.strip() for p in file.paragraphs)


def _add_page(
    file: Any,
    chart: Chart,
    page: Page,
    room: tuple[int, int],
    style: Style,
    *,
    is_first: bool,
) -> None:
    title = chart.title
    if page.n_pages > 1:
        title = section("office", style.lang)["continued"].format(
            title=title, number=page.number, n=page.n_pages
        )
    heading = file.add_paragraph(style=_HEADING)
    heading.paragraph_format.page_break_before = not is_first
    _add_run(heading, title, style)
    subtitle = full_subtitle(chart, drawing_of(chart, is_office=True))
    if subtitle:
        _add_line(file, subtitle, style, size=10.5, color=QUIET)
    if page.table is not None:
        _add_table(file, page.table, chart, room[0], style)
    else:
        _add_panels(file, page, chart, room, style)
    *notes, source = lines_below(chart)
    for text in notes:
        _add_line(file, text, style, size=9.5, color=INK)
    _add_line(file, source, style, size=9, color=QUIET)


def _add_line(
    file: Any, text: str, style: Style, *, size: float, color: str, least: float = 8
) -> None:
    paragraph = file.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(4)
    run = _add_run(paragraph, text, style)
    run.font.size = Pt(fitting_size(text, Emu(_room(file)[0]).pt, size, least))
    run.font.color.rgb = RGBColor.from_string(_hex(color))


def _add_run(paragraph: Any, text: str, style: Style) -> Any:
    run = paragraph.add_run(text)
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), style.chinese_font)
    # Dashes and quotation marks take the font of the words around them.
    if style.lang == "zh":
        fonts.set(qn("w:hint"), "eastAsia")
    return run


def _add_panels(
    file: Any, page: Page, chart: Chart, room: tuple[int, int], style: Style
) -> None:
    # A hair less than the page, so that rounding puts none on a line of its own.
    width = room[0] - _HAIR * page.across
    height = min(room[1], page.down * Cm(14 if len(page.panels) == 1 else 9))
    places = page.boxes(0, 0, width, height)
    for start in range(0, len(page.panels), page.across):
        paragraph = file.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = 1
        beside = slice(start, start + page.across)
        for panel, (box, label) in zip(
            page.panels[beside], places[beside], strict=True
        ):
            place = Place(
                (0, 0, *box[2:]), label, page.title_lines, scale_of(chart, panel)
            )
            _add_chart(paragraph, panel, chart, place, style)


def _add_chart(
    paragraph: Any, panel: Panel, chart: Chart, place: Place, style: Style
) -> None:
    document = paragraph.part
    space, workbook = chart_part(panel, place, style)
    package = document.package
    book = Part(
        PackURI(package.next_partname("/word/embeddings/Microsoft_Excel_Sheet%d.xlsx")),
        CONTENT_TYPE.SML_SHEET,
        workbook,
        package,
    )
    part = Part(
        PackURI(package.next_partname("/word/charts/chart%d.xml")),
        CONTENT_TYPE.DML_CHART,
        b"",
        package,
    )
    _refer_to_workbook(space, part.relate_to(book, RELATIONSHIP_TYPE.PACKAGE))
    part._blob = etree.tostring(
        space, xml_declaration=True, encoding="UTF-8", standalone=True
    )
    relation = document.relate_to(part, RELATIONSHIP_TYPE.CHART)
    alt = full_alt(chart, drawing_of(chart, is_office=True))
    alt = f"{alt} {panel_alt(panel, chart.title, style.lang)}"
    name = panel.title or chart.title
    paragraph.add_run()._r.append(
        _drawing(document.next_id, relation, place.box[2:], name, alt)
    )


def _refer_to_workbook(space: Any, relation: str) -> None:
    reference = etree.SubElement(space, qn("c:externalData"))
    reference.set(qn("r:id"), relation)
    etree.SubElement(reference, qn("c:autoUpdate")).set("val", "0")
    # The schema's order: text properties, workbook, print settings.
    texts = space.find(qn("c:txPr"))
    if texts is not None:
        texts.addnext(reference)


def _drawing(
    number: int, relation: str, place: tuple[int, int], name: str, alt: str
) -> Any:
    drawing = parse_xml(
        f"<w:drawing {nsdecls('w', 'wp', 'a', 'r')}>"
        '<wp:inline distT="0" distB="0" distL="0" distR="0">'
        '<wp:extent/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr/>'
        "<wp:cNvGraphicFramePr/><a:graphic>"
        f'<a:graphicData uri="{_CHART_SPACE}">'
        f'<c:chart xmlns:c="{_CHART_SPACE}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    extent = drawing.find(f".//{qn('wp:extent')}")
    extent.set("cx", str(int(place[0])))
    extent.set("cy", str(int(place[1])))
    described = drawing.find(f".//{qn('wp:docPr')}")
    described.set("id", str(number))
    described.set("name", name)
    described.set("descr", alt)
    drawing.find(f".//{qn('c:chart')}").set(qn("r:id"), relation)
    return drawing


def _add_table(
    file: Any, table: HeatTable, chart: Chart, width: int, style: Style
) -> None:
    grid = file.add_table(len(table.rows) + 1, len(table.columns) + 1)
    grid.alignment = WD_TABLE_ALIGNMENT.LEFT
    grid.autofit = False
    label_cm, column_cm = column_widths_cm(table, Emu(width).cm)
    widths = [Cm(label_cm), *[Cm(column_cm)] * len(table.columns)]
    for column, own in zip(grid.columns, widths, strict=True):
        column.width = own
    _describe_table(grid, chart)
    head = grid.rows[0]
    repeated = OxmlElement("w:tblHeader")
    head._tr.get_or_add_trPr().append(repeated)
    cells = head.cells
    for cell, text in zip(cells, ("", *table.columns), strict=True):
        _fill_cell(cell, text, style, size=8, bold=True)
    for row, height in zip(
        grid.rows, row_heights_cm(table, Emu(width).cm), strict=True
    ):
        row.height = Cm(height)
    body = list(grid.rows)[1:]
    for row, name, line in zip(body, table.rows, table.cells, strict=True):
        cells = row.cells
        size = fitting_size(name, 0.94 * Cm(label_cm).pt, 9)
        _fill_cell(
            cells[0],
            kept_together(name),
            style,
            size=size,
            align=WD_ALIGN_PARAGRAPH.LEFT,
        )
        for cell, value in zip(cells[1:], line, strict=True):
            room = 0.8 * Cm(column_cm).pt  # a cell of Word has margins
            size = fitting_size(value.label, room, 9, 7)
            _shade(cell, value, cell_fill(value, table), style, size)
    for row in grid.rows:
        for cell, own in zip(row.cells, widths, strict=True):
            cell.width = own
    after = file.add_paragraph()
    after.paragraph_format.space_after = Pt(0)


def _describe_table(grid: Any, chart: Chart) -> None:
    properties = grid._tbl.tblPr
    for tag, text in (
        ("tblCaption", chart.title),
        ("tblDescription", full_alt(chart, "table")),
    ):
        described = OxmlElement(f"w:{tag}")
        described.set(qn("w:val"), text)
        properties.append(described)


def _shade(shape: Any, cell: Cell, fill: str, style: Style, size: float) -> None:
    text = f"{cell.label}*" if cell.is_framed else cell.label
    _fill_cell(shape, text, style, size=size, color=readable_on(fill))
    properties = shape._tc.get_or_add_tcPr()
    borders = OxmlElement("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "single")
        line.set(qn("w:sz"), "16" if cell.is_framed else "8")
        line.set(qn("w:space"), "0")
        line.set(qn("w:color"), _hex(INK) if cell.is_framed else "FFFFFF")
        borders.append(line)
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:color"), "auto")
    shade.set(qn("w:fill"), _hex(fill))
    # The schema's order: width, borders, shade, …, vertical alignment.
    for place, element in enumerate((borders, shade)):
        properties.insert(1 + place, element)


def _hex(color: str) -> str:
    return color.lstrip("#").upper()


def _fill_cell(
    shape: Any,
    text: str,
    style: Style,
    *,
    size: float,
    bold: bool = False,
    align: Any = WD_ALIGN_PARAGRAPH.CENTER,
    color: str = INK,
) -> None:
    shape.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = shape.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.space_before = Pt(0)
    run = _add_run(paragraph, text, style)
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = RGBColor.from_string(_hex(color))

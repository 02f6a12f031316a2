"""A briefing as pages: a summary of one page, then the full text with its charts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from govopen_analytics.charts.model import Chart, Panel
from govopen_analytics.charts.style import ACCENT, GRID, INK, QUIET, full_subtitle
from govopen_analytics.office.layout import (
    Grid,
    Line,
    Look,
    Page,
    Place,
    TableSizes,
    key_grid,
    page_chart,
    panels_as_table,
    summary_rows,
    table_grid,
)
from govopen_analytics.office.native import (
    CHINESE_FONT,
    LATIN_FONT,
    Style,
    chart_part,
    panel_alt,
)
from govopen_analytics.office.package import (
    finished_package,
    lines_below,
    opened_template,
    spaced,
)
from govopen_analytics.questions.briefing import Briefing
from govopen_analytics.words import section

_PAGE = Cm(21.0), Cm(29.7)
_MARGIN = Cm(2.0)
_HAIR = Cm(0.05)
_ROW_CM = 0.5  # least height of a bar's row
_LEAST_WIDTH, _LEAST_HEIGHT = Cm(10), Cm(10)
# Heading, subtitle, notes, source line and the space between them.
_WORDS_HEIGHT = Cm(5.2)
_HEADINGS = ("Heading 1", "Heading 2")
_SIDES = ("top", "left", "bottom", "right")
_CHART_SPACE = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_SIZES = TableSizes(8, 9, 8, 9, 7, key=8, least_key=7, key_cm=1.6)


def document_bytes(
    briefing: Briefing, *, when: datetime, template: Path | None = None
) -> bytes:
    """Return a DOCX: a summary of one page, the claims or the full text, the method.

    `when` is the date the file's properties name. The styles, header, footer and text
    of a template (DOCX or DOTX) stay, and the briefing follows its last page; one that
    cannot be read, or has no room for a chart, is an ``ExportError``.
    """
    lang = briefing.lang
    file = _own_document(lang) if template is None else _template(template)
    style = Style(lang, _chinese_font(file), LATIN_FONT, 9)
    writer = _Writer(file, style, has_front=template is not None and _has_text(file))
    if briefing.points:
        writer.add_summary(briefing)
    for number, part in enumerate(briefing.sections):
        writer.add_heading(part.title, new_page=number == 0)
        for finding in part.findings:
            writer.add_line(finding.text, bullet=True)
        for chart in part.charts:
            writer.add_chart(chart)
    if not briefing.points:
        for claim in briefing.claims:
            writer.add_chart(claim.chart)
    if briefing.method:
        writer.add_heading(section("briefing", lang)["method_title"])
        for term, text in briefing.method:
            writer.add_line(term, bold=True, color=ACCENT)
            writer.add_line(text)
    return finished_package(file, briefing, when)


class _Writer:
    """Adds to the end of a document."""

    def __init__(self, file: Any, style: Style, *, has_front: bool) -> None:
        self.file, self.style = file, style
        # Whether the next heading follows pages of the template.
        self.has_front, self.is_first = has_front, True
        self.room = _room(file)
        self.words = section("briefing", style.lang)

    def add_heading(self, text: str, *, level: int = 1, new_page: bool = False) -> None:
        """Add a heading, on a page of its own where that is asked for."""
        heading = self.file.add_paragraph(style=_HEADINGS[level - 1])
        heading.paragraph_format.page_break_before = (
            self.has_front if self.is_first else new_page
        )
        heading.paragraph_format.keep_with_next = True
        _add_run(heading, text, self.style)
        self.is_first = False

    def add_line(
        self,
        text: str,
        *,
        size: float = 10.5,
        color: str = INK,
        bold: bool = False,
        bullet: bool = False,
        keep: bool = False,
    ) -> None:
        """Add a paragraph."""
        paragraph = self.file.add_paragraph()
        layout = paragraph.paragraph_format
        layout.space_after, layout.keep_with_next = Pt(4), keep
        if bullet:
            layout.left_indent, layout.first_line_indent = Cm(0.5), -Cm(0.5)
            text = f"•  {text}"
        _write_line(paragraph, Line(text, size, color, bold), self.style)

    def add_summary(self, briefing: Briefing) -> None:
        """Add the conclusions and two charts, on one page."""
        about = (briefing.subtitle, self.words["about"], briefing.date)
        title = f"{briefing.title}{self.words['notes']['colon']}{self.words['summary']}"
        self.add_heading(title, new_page=True)
        join = section("office", self.style.lang)["join"]
        about_line = join.join(part for part in about if part)
        self.add_line(about_line, size=9.5, color=QUIET)
        if briefing.headline:
            self.add_line(briefing.headline, size=13, bold=True)
        widths = [int(part * self.room[0]) for part in (0.14, 0.68, 0.18)]
        figure = 0.7 * Emu(widths[0]).pt, 18, 10
        self._add_grid(Grid(summary_rows(briefing, figure, (10.5, 9, 9)), widths))
        self._add_pair([c.chart for c in briefing.claims if c.chart.panels][:2])
        self.add_line(briefing.source, size=9, color=QUIET)

    def _add_pair(self, charts: Sequence[Chart]) -> None:
        """Add charts beside each other, each below its title."""
        if not charts:
            return
        width = self.room[0] // len(charts) - _HAIR
        titles = [Look((Line(chart.title, 9.5, INK, True),)) for chart in charts]
        grid = self._add_grid(Grid([titles], [width] * len(charts)))
        for cell, chart in zip(grid.rows[0].cells, charts, strict=True):
            room = width - Cm(0.4)  # a cell has margins
            size = room, _shape_of(room)
            (page, *_) = page_chart(chart, *(Emu(side).cm for side in size), size=9)
            self._add_drawing(cell.add_paragraph(), page, chart, size)

    def add_chart(self, chart: Chart) -> None:
        """Add a chart as wide as the page, with its title, notes and source."""
        is_table = chart.table is not None
        chart = panels_as_table(chart)
        width, height = self.room
        room = height if chart.table is not None else _shape_of(width)
        pages = page_chart(chart, Emu(width).cm, Emu(room).cm, row_cm=_ROW_CM, size=9)
        for page in pages:
            self.add_heading(page.title(chart.title, self.style.lang), level=2)
            if subtitle := full_subtitle(chart, is_office=True):
                self.add_line(subtitle, size=9.5, color=QUIET, keep=True)
            if page.table is not None:
                grid = table_grid(page.table, chart, _SIZES, Emu(width).cm)
                self._add_grid(grid)
                if is_table:
                    self._add_blank()
                    if (key := key_grid(page.table, _SIZES, chart.lang)) is not None:
                        self._add_grid(key)
                        self._add_blank()
            else:
                paragraph = self.file.add_paragraph()
                paragraph.paragraph_format.line_spacing = 1
                paragraph.paragraph_format.keep_with_next = True
                # Slightly less than the page, so that rounding adds no line.
                size = width - _HAIR, _shape_of(width)
                self._add_drawing(paragraph, page, chart, size)
            *notes, source = lines_below(chart) or [""]
            for text in notes:
                self.add_line(text, size=9, keep=True)
            self.add_line(source, size=9, color=QUIET)

    def _add_blank(self) -> None:
        self.file.add_paragraph().paragraph_format.space_after = Pt(0)

    def _add_drawing(
        self, paragraph: Any, page: Page, chart: Chart, size: tuple[int, int]
    ) -> None:
        paragraph.paragraph_format.space_after = Pt(0)
        (place, *_) = replace(page, most_cm=None).places(chart, (0, 0, *size))
        _add_chart(paragraph, page.panels[0], chart, place, self.style)

    def _add_grid(self, grid: Grid) -> Any:
        table = self.file.add_table(len(grid.rows), len(grid.widths))
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        table.autofit = False
        for column, width in zip(table.columns, grid.widths, strict=True):
            column.width = width
        if grid.title:
            for tag, text in (("tblCaption", grid.title), ("tblDescription", grid.alt)):
                table._tbl.tblPr.append(_element(tag, val=text))
        if grid.has_heads:
            table.rows[0]._tr.get_or_add_trPr().append(_element("tblHeader"))
        for row, height in zip(table.rows, grid.heights, strict=False):
            row.height = height
            row._tr.get_or_add_trPr().insert(0, _element("cantSplit"))
        for row, looks in zip(table.rows, grid.rows, strict=True):
            for cell, look, width in zip(row.cells, looks, grid.widths, strict=True):
                cell.width = width
                _fill_cell(cell, look, self.style)
        return table


def _own_document(lang: str) -> Any:
    file = docx.Document()
    sheet = file.sections[0]
    sheet.page_width, sheet.page_height = _PAGE
    sheet.left_margin = sheet.right_margin = _MARGIN
    sheet.top_margin = sheet.bottom_margin = _MARGIN
    for name, size in (("Normal", 10.5), (_HEADINGS[0], 16), (_HEADINGS[1], 12)):
        style = file.styles[name]
        style.font.name, style.font.size = LATIN_FONT, Pt(size)
        style.font.color.rgb = RGBColor.from_string(_hex(INK))
        _set_style_fonts(style, LATIN_FONT, CHINESE_FONT)
    # Digits and dates would be broken anywhere if they were Chinese text.
    speech = _element("lang", val=section("office", "en")["speech"], eastAsia="zh-CN")
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
    file = opened_template(path, docx.Document, "Word", ".docx or .dotx")
    width, height = _room(file)
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        layouts = ", ".join(
            f"{Emu(sheet.page_width or 0).cm:.1f} by "
            f"{Emu(sheet.page_height or 0).cm:.1f} cm"
            for sheet in file.sections
        )
        raise ExportError(
            f"Template {path}: found pages of {layouts} with "
            f"{Emu(max(0, width)).cm:.1f} by {Emu(max(0, height)).cm:.1f} cm left for "
            f"a chart on the last one, expected at least {_LEAST_WIDTH.cm:.0f} by "
            f"{_LEAST_HEIGHT.cm:.0f} cm; make the last section's margins smaller, or "
            "leave out --template"
        )
    style_names = [style.name for style in file.styles]
    for level, (name, size) in enumerate(zip(_HEADINGS, (16, 12), strict=True)):
        if name in style_names:
            continue
        # Word leaves out of a file the built-in styles that it does not use.
        heading = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, True)
        heading.base_style = file.styles.default(WD_STYLE_TYPE.PARAGRAPH)
        heading.font.size, heading.font.bold = Pt(size), True
        heading.element.get_or_add_pPr().append(_element("outlineLvl", val=level))
    return file


def _shape_of(width: int) -> int:
    """Return the height of a chart: LibreOffice draws all at 16 to 9, and then fits."""
    return width * 9 // 16


def _room(file: Any) -> tuple[int, int]:
    sheet = file.sections[-1]
    width = sheet.page_width - sheet.left_margin - sheet.right_margin
    height = sheet.page_height - sheet.top_margin - sheet.bottom_margin
    return width, height - _WORDS_HEIGHT


def _chinese_font(file: Any) -> str:
    """Return the East Asian font of the document's text, where it names one."""
    default = file.styles.default(WD_STYLE_TYPE.PARAGRAPH)
    fonts = [] if default is None else default.element.xpath(".//w:rPr/w:rFonts")
    fonts += file.styles.element.xpath(".//w:docDefaults//w:rFonts")
    names = (each.get(qn("w:eastAsia")) for each in fonts)
    return next(filter(None, names), CHINESE_FONT)


def _has_text(file: Any) -> bool:
    return bool(file.tables) or any(p.text.strip() for p in file.paragraphs)


def _add_run(paragraph: Any, text: str, style: Style) -> Any:
    run = paragraph.add_run(spaced(text, style.lang))
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), style.chinese_font)
    # Dashes and quotation marks take the font of the words around them.
    if style.lang == "zh":
        fonts.set(qn("w:hint"), "eastAsia")
    return run


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
    drawing = parse_xml(
        f"<w:drawing {nsdecls('w', 'wp', 'a', 'r')}>"
        '<wp:inline distT="0" distB="0" distL="0" distR="0">'
        '<wp:extent/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr/>'
        "<wp:cNvGraphicFramePr/><a:graphic>"
        f'<a:graphicData uri="{_CHART_SPACE}">'
        f'<c:chart xmlns:c="{_CHART_SPACE}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    _, _, width, height = place.box
    name, alt = panel.title or chart.title, panel_alt(panel, chart)
    for tag, values in {
        "wp:extent": {"cx": width, "cy": height},
        "wp:docPr": {"id": document.next_id, "name": name, "descr": alt},
        "c:chart": {qn("r:id"): relation},
    }.items():
        for key, value in values.items():
            drawing.find(f".//{qn(tag)}").set(key, str(value))
    paragraph.add_run()._r.append(drawing)


def _refer_to_workbook(space: Any, relation: str) -> None:
    reference = etree.SubElement(space, qn("c:externalData"))
    reference.set(qn("r:id"), relation)
    etree.SubElement(reference, qn("c:autoUpdate")).set("val", "0")
    # The schema's order: text properties, workbook, print settings.
    texts = space.find(qn("c:txPr"))
    if texts is not None:
        texts.addnext(reference)


def _write_line(paragraph: Any, line: Line, style: Style) -> None:
    run = _add_run(paragraph, line.text, style)
    run.font.size, run.font.bold = Pt(line.size), line.is_bold
    run.font.color.rgb = RGBColor.from_string(_hex(line.color))


def _fill_cell(cell: Any, look: Look, style: Style) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for i, line in enumerate(look.lines):
        paragraph = cell.add_paragraph() if i else cell.paragraphs[0]
        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, look.align)
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.space_before = Pt(0)
        _write_line(paragraph, line, style)
    if look.fill:
        border = (INK, 16) if look.is_framed else ("ffffff", 8)
        _set_borders(cell, dict.fromkeys(_SIDES, border))
        shade = _element("shd", val="clear", color="auto", fill=_hex(look.fill))
        cell._tc.get_or_add_tcPr().insert(2, shade)
    if look.has_rule:
        _set_borders(cell, {"bottom": (GRID, 4)})


def _set_borders(shape: Any, lines: Mapping[str, tuple[str, int]]) -> None:
    borders = _element("tcBorders")
    for side in _SIDES:
        if side in lines:
            color, width = lines[side]
            look = {"val": "single", "sz": width, "space": 0, "color": _hex(color)}
            borders.append(_element(side, **look))
    # The schema's order: width, borders, shade, …, vertical alignment.
    shape._tc.get_or_add_tcPr().insert(1, borders)


def _element(tag: str, **values: object) -> Any:
    """Make an element of WordprocessingML with attributes."""
    element = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        element.set(qn(f"w:{name}"), str(value))
    return element


def _hex(color: str) -> str:
    return color.lstrip("#").upper()

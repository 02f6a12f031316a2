"""A briefing as pages: a summary of one page, then the full text with its charts."""

import io
from collections.abc import Mapping, Sequence
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

from govopen_analytics.base.atomic_files import stable_package
from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Chart, HeatTable, Panel
from govopen_analytics.charts.style import (
    ACCENT,
    GRID,
    INK,
    QUIET,
    drawing_of,
    full_alt,
    full_subtitle,
)
from govopen_analytics.measures.families import ESTABLISHED
from govopen_analytics.office.layout import (
    Look,
    Page,
    column_widths_cm,
    fitting_size,
    legend_of,
    look_of,
    page_chart,
    panels_as_table,
    row_heights_cm,
    scale_of,
)
from govopen_analytics.office.native import (
    CHINESE_FONT,
    DECISIVE_TEXT,
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
    spaced,
    template_as_document,
)
from govopen_analytics.questions.briefing import Briefing
from govopen_analytics.words import section

_PAGE = Cm(21.0), Cm(29.7)
_MARGIN = Cm(2.0)
_HAIR = Cm(0.05)
_ROW_CM = 0.5  # least height of a bar's row
_LEAST_WIDTH, _LEAST_HEIGHT = Cm(10), Cm(10)
# Heading, subtitle, notes, source line and the air between them.
_WORDS_HEIGHT = Cm(5.2)
_HEADINGS = ("Heading 1", "Heading 2")
_SIDES = ("top", "left", "bottom", "right")
_CHART_SPACE = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def document_bytes(
    briefing: Briefing, *, when: datetime, template: Path | None = None
) -> bytes:
    """Return a DOCX: a summary of one page, the claims or the full text, the method.

    Parameters
    ----------
    when : datetime
        Date the file's properties name.
    template : Path, optional
        A DOCX or DOTX, whose styles, header, footer and text stay; the briefing
        follows its last page.

    Raises
    ------
    ExportError
        If the template cannot be read, or its pages have no room for a chart.
    """
    lang = briefing.lang
    file = _own_document(lang) if template is None else _template(template)
    style = Style(lang, _chinese_font(file), LATIN_FONT, 9)
    writer = _Writer(file, style, has_front=template is not None and _has_text(file))
    if briefing.points:
        writer.add_summary(briefing)
    for number, part in enumerate(briefing.sections):
        writer.add_heading(part.title, new_page=number == 0)
        for briefing_file in part.findings:
            writer.add_line(briefing_file.text, bullet=True)
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
    properties = file.core_properties
    properties.title = briefing.title or section("office", lang)["set_title"]
    properties.author = properties.last_modified_by = "govopen"
    properties.language = section("office", lang)["speech"]
    properties.created = properties.modified = when.replace(tzinfo=None)
    target = io.BytesIO()
    file.save(target)
    return stable_package(target.getvalue(), when)


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
        own = paragraph.paragraph_format
        own.space_after, own.keep_with_next = Pt(4), keep
        if bullet:
            own.left_indent, own.first_line_indent = Cm(0.5), -Cm(0.5)
            text = f"•  {text}"
        run = _add_run(paragraph, text, self.style)
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = RGBColor.from_string(_hex(color))

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
        width = self.room[0]
        widths = [int(part * width) for part in (0.14, 0.68, 0.18)]
        grid = _new_grid(self.file, len(briefing.points), widths)
        for row, point in zip(grid.rows, briefing.points, strict=True):
            color = DECISIVE_TEXT if point.state == ESTABLISHED else QUIET
            figure, rows, state = row.cells
            size = fitting_size(point.figure, 0.7 * Emu(widths[0]).pt, 18, 10)
            left, right = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
            self._fill(figure, Look(point.figure, "", color, size, False), left, True)
            self._fill(rows, Look(point.short, "", INK, 10.5, False), left, True)
            text = rows.add_paragraph()
            text.paragraph_format.space_after = Pt(0)
            run = _add_run(text, point.text, self.style)
            run.font.size = Pt(9)
            run.font.color.rgb = RGBColor.from_string(_hex(QUIET))
            word = self.words["states"][point.state]
            self._fill(state, Look(word, "", color, 9, False), right, True)
            for cell in row.cells:
                _set_borders(cell, {"bottom": (GRID, 4)})
        self._add_pair([c.chart for c in briefing.claims if c.chart.panels][:2])
        self.add_line(briefing.source, size=9, color=QUIET)

    def _add_pair(self, charts: Sequence[Chart]) -> None:
        """Add charts beside each other, each below its title."""
        if not charts:
            return
        width = self.room[0] // len(charts) - _HAIR
        widths = [width] * len(charts)
        grid = _new_grid(self.file, 1, widths)
        for cell, chart in zip(grid.rows[0].cells, charts, strict=True):
            left = WD_ALIGN_PARAGRAPH.LEFT
            self._fill(cell, Look(chart.title, "", INK, 9.5, False), left, True)
            room = width - Cm(0.4)  # a cell has margins
            height = _shape_of(room)
            (page, *_) = page_chart(chart, Emu(room).cm, Emu(height).cm, size=9)
            label = int(page.label_cm * 360_000)
            scale = scale_of(chart, page.panels[0])
            place, small = Place((0, 0, room, height), label, 0, scale), self.style
            target = cell.add_paragraph()
            target.paragraph_format.space_after = Pt(0)
            _add_chart(target, page.panels[0], chart, place, small)

    def add_chart(self, chart: Chart) -> None:
        """Add a chart as wide as the page, with its title, notes and source."""
        is_table = chart.table is not None
        chart = panels_as_table(chart)
        width, height = self.room
        room = height if chart.table is not None else _shape_of(width)
        pages = page_chart(chart, Emu(width).cm, Emu(room).cm, row_cm=_ROW_CM, size=9)
        for page in pages:
            title = chart.title
            if page.n_pages > 1:
                title = section("office", self.style.lang)["continued"].format(
                    title=title, number=page.number, n=page.n_pages
                )
            self.add_heading(title, level=2)
            subtitle = full_subtitle(chart, drawing_of(chart, is_office=True))
            if subtitle:
                self.add_line(subtitle, size=9.5, color=QUIET, keep=True)
            if page.table is not None:
                self._add_table(page.table, chart, has_legend=is_table)
            else:
                self._add_drawing(page, chart)
            *notes, source = lines_below(chart) or [""]
            for text in notes:
                self.add_line(text, size=9, keep=True)
            self.add_line(source, size=9, color=QUIET)

    def _add_drawing(self, page: Page, chart: Chart) -> None:
        paragraph = self.file.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = 1
        paragraph.paragraph_format.keep_with_next = True
        # A hair less than the page, so that rounding puts it on no other line.
        size = self.room[0] - _HAIR, _shape_of(self.room[0])
        (panel,) = page.panels
        label = int(page.label_cm * 360_000)
        place = Place((0, 0, *size), label, page.title_lines, scale_of(chart, panel))
        _add_chart(paragraph, panel, chart, place, self.style)

    def _add_table(
        self, table: HeatTable, chart: Chart, *, has_legend: bool = True
    ) -> None:
        width_cm = Emu(self.room[0]).cm
        label_cm, column_cm = column_widths_cm(table, width_cm)
        widths = [Cm(label_cm), *[Cm(column_cm)] * len(table.columns)]
        grid = _new_grid(self.file, len(table.rows) + 1, widths)
        _describe_table(grid, chart.title, full_alt(chart, "table"))
        head, *rows = grid.rows
        head._tr.get_or_add_trPr().append(_element("tblHeader"))
        heights = row_heights_cm(table, width_cm)
        for row, height in zip(grid.rows, heights, strict=True):
            row.height = Cm(height)
            row._tr.get_or_add_trPr().insert(0, _element("cantSplit"))
        middle, left = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT
        for cell, text in zip(head.cells, ("", *table.columns), strict=True):
            self._fill(cell, Look(text, "", INK, 8, False), middle, True)
        for row, name, line in zip(rows, table.rows, table.cells, strict=True):
            first, *others = row.cells
            size = fitting_size(name, 0.94 * Cm(label_cm).pt, 9)
            self._fill(first, Look(kept_together(name), "", INK, size, False), left)
            for cell, value in zip(others, line, strict=True):
                self._fill(cell, look_of(value, table, column_cm, 9, 7), middle)
        if has_legend:
            self._add_legend(table)

    def _add_legend(self, table: HeatTable) -> None:
        cells, words = legend_of(table), section("office", self.style.lang)
        after = self.file.add_paragraph()
        after.paragraph_format.space_after = Pt(0)
        if not cells:
            return
        grid = _new_grid(self.file, 1, [Cm(1.6)] * (1 + len(cells)))
        _describe_table(grid, words["legend"], words["legend_alt"])
        first, *others = grid.rows[0].cells
        look = Look(words["legend"], "", QUIET, 8, False)
        self._fill(first, look, WD_ALIGN_PARAGRAPH.LEFT)
        for cell, value in zip(others, cells, strict=True):
            look = look_of(value, table, 1.6, 8, 7)
            self._fill(cell, look, WD_ALIGN_PARAGRAPH.CENTER)
        self.file.add_paragraph().paragraph_format.space_after = Pt(0)

    def _fill(self, shape: Any, look: Look, align: Any, bold: bool = False) -> None:
        shape.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = shape.paragraphs[0]
        paragraph.alignment = align
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.space_before = Pt(0)
        run = _add_run(paragraph, look.text, self.style)
        run.font.size, run.font.bold = Pt(look.size), bold
        run.font.color.rgb = RGBColor.from_string(_hex(look.color))
        if look.fill:
            line = (INK, 16) if look.is_framed else ("ffffff", 8)
            _set_borders(shape, dict.fromkeys(_SIDES, line))
            _shade(shape, look.fill)


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


def _new_grid(file: Any, n_rows: int, widths: Sequence[int]) -> Any:
    grid = file.add_table(n_rows, len(widths))
    grid.alignment = WD_TABLE_ALIGNMENT.LEFT
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for row in grid.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
    return grid


def _describe_table(grid: Any, title: str, alt: str) -> None:
    for tag, text in (("tblCaption", title), ("tblDescription", alt)):
        grid._tbl.tblPr.append(_element(tag, val=text))


def _set_borders(shape: Any, lines: Mapping[str, tuple[str, int]]) -> None:
    borders = _element("tcBorders")
    for side in _SIDES:
        if side in lines:
            color, width = lines[side]
            look = {"val": "single", "sz": width, "space": 0, "color": _hex(color)}
            borders.append(_element(side, **look))
    # The schema's order: width, borders, shade, …, vertical alignment.
    shape._tc.get_or_add_tcPr().insert(1, borders)


def _shade(shape: Any, fill: str) -> None:
    shade = _element("shd", val="clear", color="auto", fill=_hex(fill))
    shape._tc.get_or_add_tcPr().insert(2, shade)


def _element(tag: str, **values: object) -> Any:
    """Make an element of WordprocessingML with attributes."""
    element = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        element.set(qn(f"w:{name}"), str(value))
    return element


def _hex(color: str) -> str:
    return color.lstrip("#").upper()

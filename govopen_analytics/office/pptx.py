"""A briefing as slides with native charts and tables, in the office's own template."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pptx
from lxml import etree
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Cm, Emu, Pt

from govopen_analytics.base.atomic_files import stable_package
from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Chart, HeatTable
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
    row_heights_cm,
    scale_of,
)
from govopen_analytics.office.native import (
    CHINESE_FONT,
    DECISIVE_TEXT,
    LATIN_FONT,
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
    spaced,
    template_as_document,
)
from govopen_analytics.questions.briefing import MOST_BARS, Briefing, Claim
from govopen_analytics.questions.summary import Conclusion
from govopen_analytics.words import section

_WIDTH, _HEIGHT = Cm(33.867), Cm(19.05)  # 16 to 9, PowerPoint's own size
_MARGIN, _GAP = Cm(1.5), Cm(0.25)
_SUBTITLE, _NOTE, _LEGEND = Cm(1.0), Cm(0.65), Cm(0.7)
_SIDE_PART = 0.22  # of the width, for what stands beside a chart
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
_COVER_TITLES = (PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.TITLE)
_NO_STYLE_TABLE = "{5940675A-B579-460E-94D1-54222C63F5DA}"  # "No Style, Table Grid"
_THEME = "/theme"
_SIDES = ("lnL", "lnR", "lnT", "lnB")


@dataclass(frozen=True)
class _Box:
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class _Deck:
    """A presentation, the layouts of its slides, and where content stands on them."""

    file: Any
    layout: Any
    cover: Any  # None where the cover takes the layout of all slides
    area: _Box
    title: _Box | None  # None leaves the title where the layout has it
    style: Style


def deck_bytes(
    briefing: Briefing, *, when: datetime, template: Path | None = None
) -> bytes:
    """Return a PPTX: cover, summary, a slide for each claim, appendix.

    Parameters
    ----------
    when : datetime
        Date the file's properties name.
    template : Path, optional
        A PPTX or POTX; its own slides stay in front.

    Raises
    ------
    ExportError
        If the template cannot be read, or has no layout with a title and room.
    """
    lang = briefing.lang
    deck = _own_deck(lang) if template is None else _template_deck(template, lang)
    if briefing.title:
        _add_cover(deck, briefing)
    if briefing.points:
        _add_summary(deck, briefing)
    for claim in briefing.claims:
        for page in _pages(deck, claim):
            _add_claim(deck, claim, page)
    if briefing.method:
        _add_method(deck, briefing)
    properties = deck.file.core_properties
    properties.title = briefing.title or section("office", lang)["set_title"]
    properties.author = properties.last_modified_by = "govopen"
    properties.created = properties.modified = when.replace(tzinfo=None)
    properties.language = section("office", lang)["speech"]
    target = io.BytesIO()
    deck.file.save(target)
    return stable_package(target.getvalue(), when)


def _own_deck(lang: str) -> _Deck:
    deck = pptx.Presentation()
    _widen(deck)
    _set_theme_fonts(deck)
    title = _Box(_MARGIN, Cm(0.9), _WIDTH - 2 * _MARGIN, Cm(2.1))
    top = title.top + title.height
    area = _Box(_MARGIN, top, title.width, _HEIGHT - top - Cm(0.5))
    layout = next(
        layout
        for layout in deck.slide_layouts
        if not _placeholders(layout, (*_CONTENT, PP_PLACEHOLDER.BODY))
        and _placeholders(layout, _TITLES)
    )
    return _Deck(deck, layout, None, area, title, Style(lang, size=10))


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
    rating, layout = max(rated, key=lambda pair: pair[0], default=(0, None))
    area = _area(layout, deck) if rating else None
    if area is None:
        names = ", ".join(f"'{layout.name}'" for layout in layouts) or "none"
        raise ExportError(
            f"Template {path}: found the layouts {names}, expected one with a title "
            f"placeholder and, below it, a chart or content placeholder or free room "
            f"of at least {_LEAST_WIDTH.cm:.0f} by {_LEAST_HEIGHT.cm:.0f} cm; add such "
            "a layout to the slide master, or leave out --template"
        )
    style = Style(lang, _theme_fonts(layout), "+mn-lt", 10)
    kinds = (PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.SUBTITLE)
    cover = next(
        (
            candidate
            for candidate in layouts
            if len(_placeholders(candidate, kinds)) == 2
        ),
        None,
    )
    return _Deck(deck, layout, cover, area, None, style)


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


def _theme_of(part: Any) -> Any:
    """Return the part of a master's theme, or None."""
    themes = (rel for rel in part.rels.values() if rel.reltype.endswith(_THEME))
    return next((rel.target_part for rel in themes), None)


def _parsed(theme: Any) -> Any:
    return etree.fromstring(theme.blob, etree.XMLParser(resolve_entities=False))


def _theme_fonts(layout: Any) -> str:
    """Return the Chinese font a template's theme names for its text."""
    theme = _theme_of(layout.slide_master.part)
    if theme is not None:
        fonts = _parsed(theme).find(f".//{qn('a:minorFont')}")
        for path in (qn("a:ea"), f"{qn('a:font')}[@script='Hans']"):
            font = None if fonts is None else fonts.find(path)
            if font is not None and font.get("typeface"):
                return str(font.get("typeface"))
    return CHINESE_FONT


def _set_theme_fonts(deck: Any) -> None:
    """Set the theme's fonts, which text that is typed later takes."""
    theme = _theme_of(deck.slide_masters[0].part)
    root = _parsed(theme)
    for kind in ("major", "minor"):
        fonts = root.find(f".//{qn(f'a:{kind}Font')}")
        fonts.find(qn("a:latin")).set("typeface", LATIN_FONT)
        fonts.find(qn("a:ea")).set("typeface", CHINESE_FONT)
    theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8")


# Slides ---------------------------------------------------------------------------


def _new_slide(deck: _Deck, title: str) -> Any:
    slide = deck.file.slides.add_slide(deck.layout)
    _set_slide_title(deck, slide, spaced(title, deck.style.lang))
    for shape in list(slide.placeholders):
        if shape.placeholder_format.type not in _TITLES:
            shape._element.getparent().remove(shape._element)
    return slide


def _add_cover(deck: _Deck, briefing: Briefing) -> None:
    words = section("briefing", deck.style.lang)
    below = [briefing.subtitle, words["about"], briefing.date]
    lines = [spaced(text, deck.style.lang) for text in below if text]
    if deck.cover is not None:
        slide = deck.file.slides.add_slide(deck.cover)
        for shape in list(slide.placeholders):
            kind = shape.placeholder_format.type
            if kind in _COVER_TITLES:
                shape.text_frame.text = briefing.title
            elif kind == PP_PLACEHOLDER.SUBTITLE:
                shape.text_frame.text = "\n".join(lines)
            else:
                shape._element.getparent().remove(shape._element)
                continue
            _set_east_asian(shape.text_frame, deck.style)
        return
    slide = _new_slide(deck, briefing.title)
    area, height = deck.area, deck.file.slide_height
    top = area.top
    if deck.title is not None:
        bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Cm(0.9), height)
        bar.fill.solid()
        bar.fill.fore_color.rgb = rgb(ACCENT)
        bar.line.fill.background()
        top = int(0.47 * height)
        box = _Box(Cm(3), top - Cm(3.4), area.width - Cm(3), Cm(3))
        _put_title(slide.shapes.title, box, briefing.title, deck.style, 40)
        area = replace(area, left=Cm(3), width=area.width - Cm(3))
    box = _Box(area.left, top, area.width, Cm(4.5))
    _add_lines(slide, box, [(line, 20, QUIET, False) for line in lines], deck.style)


def _add_summary(deck: _Deck, briefing: Briefing) -> None:
    words = section("briefing", deck.style.lang)
    form = "summary_claim" if briefing.headline else "summary"
    slide = _new_slide(deck, words[form].format(headline=briefing.headline))
    rows = [
        (
            [(point.figure, 28, _color_of(point), True)],
            [(point.short, 16, INK, True), (point.text, 14, QUIET, False)],
            [(words["states"][point.state], 14, _color_of(point), True)],
        )
        for point in briefing.points
    ]
    _add_rows(deck, slide, rows, (0.13, 0.74, 0.13), briefing.source)


def _color_of(point: Conclusion) -> str:
    return DECISIVE_TEXT if point.state == ESTABLISHED else QUIET


def _add_method(deck: _Deck, briefing: Briefing) -> None:
    slide = _new_slide(deck, section("briefing", deck.style.lang)["method_title"])
    rows = [
        ([(term, 15, ACCENT, True)], [(text, 14, INK, False)])
        for term, text in briefing.method
    ]
    _add_rows(deck, slide, rows, (0.15, 0.85), briefing.source)


def _add_rows(
    deck: _Deck,
    slide: Any,
    rows: Sequence[Sequence[Sequence[tuple[str, float, str, bool]]]],
    parts: Sequence[float],
    source: str,
) -> None:
    """Add a table without frame: a line of texts for each row."""
    area = deck.area
    height = area.height - _NOTE - Cm(0.4)
    grid = _new_grid(slide, len(rows), len(parts), replace(area, height=height))
    for j, part in enumerate(parts):
        grid.columns[j].width = int(part * area.width)
    for row, cells in enumerate(rows):
        grid.rows[row].height = min(Cm(2.8), height // len(rows))
        for j, lines in enumerate(cells):
            cell = grid.cell(row, j)
            cell.margin_left = 0 if j == 0 else Cm(0.2)
            cell.margin_right = cell.margin_top = cell.margin_bottom = Cm(0.1)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            room = Emu(int(parts[j] * area.width)).pt * 0.95
            fitted = [
                (t, fitting_size(t, room, s, 14) if j == 0 else s, c, b)
                for t, s, c, b in lines
            ]
            is_state = j == 2
            align = PP_ALIGN.RIGHT if is_state else PP_ALIGN.LEFT
            _write_lines(cell.text_frame, fitted, deck.style, align)
            is_last = row == len(rows) - 1
            _set_borders(cell, {} if is_last else {"lnB": (GRID, 12700)})
    _add_foot(deck, slide, [source])


def _pages(deck: _Deck, claim: Claim) -> list[Page]:
    box = _chart_box(deck, claim)
    return page_chart(
        claim.chart,
        Emu(box.width).cm,
        Emu(box.height).cm,
        row_cm=_ROW_CM,
        size=_size_of(claim.chart, deck.style),
    )


def _chart_box(deck: _Deck, claim: Claim) -> _Box:
    area = deck.area
    is_table = claim.chart.table is not None
    side = int(_SIDE_PART * area.width) if claim.points and is_table else 0
    foot = _NOTE * len(lines_below(claim.chart))
    legend = _LEGEND if claim.chart.table is not None else 0
    room = area.height - _SUBTITLE - foot - legend - Cm(0.2)
    return _Box(area.left, area.top + _SUBTITLE, area.width - side, room)


def _add_claim(deck: _Deck, claim: Claim, page: Page) -> None:
    chart, area, style = claim.chart, deck.area, deck.style
    slide = _new_slide(deck, _page_title(claim.title, page, style.lang))
    content = _chart_box(deck, claim)
    subtitle = full_subtitle(chart, drawing_of(chart, is_office=True))
    _add_text(slide, replace(area, height=_SUBTITLE), subtitle, style, size=16)
    if page.table is not None:
        _add_table(slide, content, page.table, chart, style)
        _add_legend(slide, content, page.table, style)
    else:
        _add_panels(slide, content, page, chart, style)
    if content.width < area.width:
        gap = Cm(0.8)
        left = content.left + content.width + gap
        box = _Box(left, content.top, area.width - content.width - gap, content.height)
        lines = []
        for point in claim.points:
            lines.append((point.figure, 36, _color_of(point), True))
            lines.append((point.short, 16, INK, True))
        _add_lines(slide, box, lines, style)
    _add_foot(deck, slide, lines_below(chart))
    if claim.notes:
        notes = slide.notes_slide.notes_text_frame
        notes.text = "\n".join(spaced(line, style.lang) for line in claim.notes)
        set_fonts(notes._txBody, style)


def _add_foot(deck: _Deck, slide: Any, lines: Sequence[str]) -> None:
    """Write notes and, last, the source with the number of the slide."""
    area, style = deck.area, deck.style
    top = area.top + area.height - _NOTE * len(lines)
    left, right = area.left, area.left + area.width
    rule = slide.shapes.add_connector(1, left, top, right, top)
    rule.line.color.rgb, rule.line.width = rgb(GRID), Pt(1)
    # The theme's shadow would make it a bar.
    rule._element.remove(rule._element.find(qn("p:style")))
    number = Cm(1.2)
    for i, text in enumerate(lines):
        box = _Box(area.left, top + i * _NOTE, area.width - number, _NOTE)
        _add_text(slide, box, text, style, size=10.5)
    box = _Box(
        area.left + area.width - number, top + (len(lines) - 1) * _NOTE, number, _NOTE
    )
    page = str(len(deck.file.slides))
    _add_text(slide, box, page, style, size=10.5, align=PP_ALIGN.RIGHT)


def _page_title(title: str, page: Page, lang: str) -> str:
    if page.n_pages == 1:
        return title
    return section("office", lang)["continued"].format(
        title=title, number=page.number, n=page.n_pages
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
    _put_title(shape, deck.title, text, deck.style, 28)


def _put_title(shape: Any, box: _Box, text: str, style: Style, size: float) -> None:
    shape.left, shape.top = box.left, box.top
    shape.width, shape.height = box.width, box.height
    frame = shape.text_frame
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = 0
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    font = frame.paragraphs[0].runs[0].font
    # Two lines, if need be, are easier to read than small type.
    font.size = Pt(fitting_size(text, 1.9 * Emu(box.width).pt, size, 20))
    font.bold, font.color.rgb = True, rgb(INK)
    set_fonts(frame._txBody, style)


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
        for properties in root.iterfind(f".//{qn('a:lvl1pPr')}/{qn('a:defRPr')}"):
            if properties.get("sz"):
                return int(properties.get("sz")) / 100
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
    align: Any = PP_ALIGN.LEFT,
) -> None:
    if text:
        fitted = fitting_size(text, Emu(box.width).pt, size, 8)
        lines = [(text, fitted, QUIET, False)]
        _add_lines(slide, box, lines, style, MSO_ANCHOR.MIDDLE, align)


def _add_lines(
    slide: Any,
    box: _Box,
    lines: Iterable[tuple[str, float, str, bool]],
    style: Style,
    anchor: Any = MSO_ANCHOR.TOP,
    align: Any = PP_ALIGN.LEFT,
) -> None:
    """Add a box with a paragraph for each (text, size, colour, is bold)."""
    shape = slide.shapes.add_textbox(box.left, box.top, box.width, box.height)
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = anchor
    _write_lines(frame, lines, style, align)


def _write_lines(
    frame: Any,
    lines: Iterable[tuple[str, float, str, bool]],
    style: Style,
    align: Any = PP_ALIGN.LEFT,
) -> None:
    frame.word_wrap = True
    for i, (text, size, color, bold) in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = align
        if i and size > 30:
            paragraph.space_before = Pt(18)
        run = paragraph.add_run()
        run.text = spaced(text, style.lang)
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = rgb(color)
    set_fonts(frame._txBody, style)


def _size_of(chart: Chart, style: Style) -> float:
    """Return the type size of a chart (points): its panels share a slide."""
    if len(chart.panels) != 1:
        return style.size
    rows = len(chart.panels[0].categories)
    return 14 if rows <= 8 else 12 if rows <= MOST_BARS + 1 else style.size


def _add_panels(slide: Any, box: _Box, page: Page, chart: Chart, style: Style) -> None:
    size = _size_of(chart, style)
    panel_style = replace(style, size=size if page.down == 1 else min(size, 9))
    alt = full_alt(chart, drawing_of(chart, is_office=True))
    room = (box.left, box.top, box.width, box.height)
    places = page.boxes(*room, _GAP)
    for panel, (place, label) in zip(page.panels, places, strict=True):
        scale = scale_of(chart, panel)
        where = Place(place, label, page.title_lines, scale)
        frame = add_chart(slide.shapes, panel, where, panel_style)
        panel_words = panel_alt(panel, chart.title, style.lang)
        _describe(frame, panel.title or chart.title, f"{alt} {panel_words}")


def _describe(frame: Any, name: str, alt: str) -> None:
    described = frame._element.nvGraphicFramePr.cNvPr
    described.set("name", name)
    described.set("descr", alt)


def _new_grid(slide: Any, n_rows: int, n_columns: int, box: _Box) -> Any:
    frame = slide.shapes.add_table(
        n_rows, n_columns, box.left, box.top, box.width, box.height
    )
    grid = frame.table
    grid._tbl.tblPr.find(qn("a:tableStyleId")).text = _NO_STYLE_TABLE
    grid.horz_banding = grid.first_row = grid.first_col = False
    return grid


def _add_table(
    slide: Any, box: _Box, table: HeatTable, chart: Chart, style: Style
) -> None:
    label_cm, column_cm = column_widths_cm(table, Emu(box.width).cm)
    heights = row_heights_cm(table, Emu(box.width).cm, Emu(box.height).cm)
    width = Cm(label_cm) + Cm(column_cm) * len(table.columns)
    box = replace(box, width=width, height=Cm(sum(heights)))
    grid = _new_grid(slide, len(table.rows) + 1, len(table.columns) + 1, box)
    grid.first_row = grid.first_col = True
    for row, height in zip(grid.rows, heights, strict=True):
        row.height = Cm(height)
    for j, name in enumerate(("", *table.columns)):
        grid.columns[j].width = Cm(column_cm if j else label_cm)
        _fill_cell(grid.cell(0, j), Look(name, "", INK, 12, False), style, bold=True)
    for i, (name, line) in enumerate(zip(table.rows, table.cells, strict=True), 1):
        size = fitting_size(name, 0.94 * Cm(label_cm).pt, 13, 10)
        label = Look(kept_together(name), "", INK, size, False)
        _fill_cell(grid.cell(i, 0), label, style, align=PP_ALIGN.LEFT)
        for j, cell in enumerate(line, start=1):
            look = look_of(cell, table, column_cm, 14, 9)
            _fill_cell(grid.cell(i, j), look, style)
    frame = slide.shapes[-1]
    _describe(frame, chart.title, full_alt(chart, "table"))


def _add_legend(slide: Any, content: _Box, table: HeatTable, style: Style) -> None:
    cells = legend_of(table)
    words = section("office", style.lang)
    if not cells:
        return
    box = _Box(content.left, content.top + content.height, Cm(2) * (1 + len(cells)), 0)
    box = replace(box, top=box.top + Cm(0.1), height=_LEGEND - Cm(0.1))
    grid = _new_grid(slide, 1, 1 + len(cells), box)
    legend = Look(words["legend"], "", QUIET, 10.5, False)
    _fill_cell(grid.cell(0, 0), legend, style, align=PP_ALIGN.LEFT)
    for j, cell in enumerate(cells, start=1):
        look = look_of(cell, table, 2, 10.5, 8)
        _fill_cell(grid.cell(0, j), look, style)
    _describe(slide.shapes[-1], words["legend"], words["legend_alt"])


def _fill_cell(
    shape: Any,
    look: Look,
    style: Style,
    *,
    bold: bool = False,
    align: Any = PP_ALIGN.CENTER,
) -> None:
    shape.vertical_anchor = MSO_ANCHOR.MIDDLE
    shape.margin_left = shape.margin_right = Cm(0.08)
    shape.margin_top = shape.margin_bottom = Cm(0.05)
    frame = shape.text_frame
    if look.text:
        _write_lines(frame, [(look.text, look.size, look.color, bold)], style, align)
    else:  # else an empty cell is as high as a line of 18 points
        end = etree.SubElement(frame.paragraphs[0]._p, qn("a:endParaRPr"))
        end.set("sz", str(int(100 * look.size)))
        set_fonts(frame._txBody, style)
    if look.fill:
        shape.fill.solid()
        shape.fill.fore_color.rgb = rgb(look.fill)
        line = (INK, 25400) if look.is_framed else ("ffffff", 19050)
        _set_borders(shape, dict.fromkeys(_SIDES, line))
    else:
        shape.fill.background()
        _set_borders(shape, {})


def _set_borders(shape: Any, lines: dict[str, tuple[str, int]]) -> None:
    """Draw the sides that have a colour and a width (EMU), and no others."""
    properties = shape._tc.get_or_add_tcPr()
    for former in [child for child in properties if child.tag.endswith(tuple("LRTB"))]:
        properties.remove(former)
    for position, side in enumerate(_SIDES):
        color, width = lines.get(side, ("", 0))
        line = etree.Element(qn(f"a:{side}"), w=str(width))
        if color:
            fill = etree.SubElement(line, qn("a:solidFill"))
            etree.SubElement(fill, qn("a:srgbClr")).set("val", color.lstrip("#"))
        else:
            etree.SubElement(line, qn("a:noFill"))
        properties.insert(position, line)

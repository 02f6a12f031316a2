"""A briefing as slides with native charts and tables, in the office's own template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pptx
from lxml import etree
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Cm, Emu, Pt

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Chart
from govopen_analytics.charts.style import ACCENT, GRID, INK, QUIET, full_subtitle
from govopen_analytics.office.layout import (
    Grid,
    Line,
    Look,
    Page,
    TableSizes,
    color_of,
    fitting_size,
    key_grid,
    page_chart,
    summary_rows,
    table_grid,
)
from govopen_analytics.office.native import (
    CHINESE_FONT,
    LATIN_FONT,
    Style,
    add_chart,
    panel_alt,
    rgb,
    set_fonts,
)
from govopen_analytics.office.package import (
    finished_package,
    lines_below,
    opened_template,
    spaced,
)
from govopen_analytics.questions.briefing import MOST_BARS, Briefing, Claim
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
_SIZES = TableSizes(12, 13, 10, 14, 9, key=10.5, least_key=8, key_cm=2)


class _Box(NamedTuple):
    left: int
    top: int
    width: int
    height: int


def deck_bytes(
    briefing: Briefing, *, when: datetime, template: Path | None = None
) -> bytes:
    """Return a PPTX: cover, summary, a slide for each claim, appendix.

    `when` is the date the file's properties name. The slides of a template (PPTX or
    POTX) stay in front; one that cannot be read, or has no layout with a title and
    room, is an ``ExportError``.
    """
    lang = briefing.lang
    deck = _own_deck(lang) if template is None else _template_deck(template, lang)
    if briefing.title:
        deck.add_cover(briefing)
    if briefing.points:
        deck.add_summary(briefing)
    for claim in briefing.claims:
        deck.add_claim(claim)
    if briefing.method:
        deck.add_method(briefing)
    return finished_package(deck.file, briefing, when)


@dataclass(frozen=True)
class _Deck:
    """A presentation, the layouts of its slides, and where content stands on them."""

    file: Any
    layout: Any
    cover: Any  # None where the cover takes the layout of all slides
    area: _Box
    title: _Box | None  # None leaves the title where the layout has it
    style: Style

    def add_cover(self, briefing: Briefing) -> None:
        about = section("briefing", self.style.lang)["about"]
        lines = [text for text in (briefing.subtitle, about, briefing.date) if text]
        if self.cover is not None:
            self._fill_cover(briefing.title, lines)
            return
        slide = self._new_slide(briefing.title)
        area, height = self.area, self.file.slide_height
        top = area.top
        if self.title is not None:
            bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Cm(0.9), height)
            bar.fill.solid()
            bar.fill.fore_color.rgb = rgb(ACCENT)
            bar.line.fill.background()
            top = int(0.47 * height)
            area = area._replace(left=Cm(3), width=area.width - Cm(3))
            box = area._replace(top=top - Cm(3.4), height=Cm(3))
            _put_title(slide.shapes.title, box, briefing.title, self.style, 40)
        box = area._replace(top=top, height=Cm(4.5))
        _add_lines(slide, box, [Line(line, 20, QUIET) for line in lines], self.style)

    def _fill_cover(self, title: str, lines: Sequence[str]) -> None:
        """Write the cover that the template has a layout for."""
        slide = self.file.slides.add_slide(self.cover)
        for shape in list(slide.placeholders):
            kind = shape.placeholder_format.type
            if kind in _COVER_TITLES:
                shape.text_frame.text = title
            elif kind == PP_PLACEHOLDER.SUBTITLE:
                shape.text_frame.text = spaced("\n".join(lines), self.style.lang)
            else:
                shape._element.getparent().remove(shape._element)
                continue
            _set_east_asian(shape.text_frame, self.style)

    def add_summary(self, briefing: Briefing) -> None:
        words = section("briefing", self.style.lang)
        form = "summary_claim" if briefing.headline else "summary"
        slide = self._new_slide(words[form].format(headline=briefing.headline))
        figure = self._room_of(0.13), 28, 14
        rows = summary_rows(briefing, figure, (16, 14, 14))
        self._add_rows(slide, rows, (0.13, 0.74, 0.13), briefing.source)

    def add_method(self, briefing: Briefing) -> None:
        words = section("briefing", self.style.lang)
        slide, room = self._new_slide(words["method_title"]), self._room_of(0.15)
        rows = [
            [
                Look(
                    (Line(term, fitting_size(term, room, 15, 14), ACCENT, True),),
                    has_rule=True,
                ),
                Look((Line(text, 14),), has_rule=True),
            ]
            for term, text in briefing.method
        ]
        self._add_rows(slide, rows, (0.15, 0.85), briefing.source)

    def _room_of(self, part: float) -> float:
        """Return the room for text in a part of the width (points)."""
        return Emu(int(part * self.area.width)).pt * 0.95

    def _add_rows(
        self,
        slide: Any,
        rows: list[list[Look]],
        parts: Sequence[float],
        source: str,
    ) -> None:
        """Add rows of text without a frame, and the source below them."""
        area = self.area
        height = area.height - _NOTE - Cm(0.4)
        rows[-1] = [replace(look, has_rule=False) for look in rows[-1]]
        grid = Grid(
            rows,
            [int(part * area.width) for part in parts],
            [min(Cm(2.8), height // len(rows))] * len(rows),
        )
        table = _add_grid(slide, area._replace(height=height), grid, self.style).table
        for row in table.rows:
            for j, cell in enumerate(row.cells):
                cell.margin_left = 0 if j == 0 else Cm(0.2)
                cell.margin_right = cell.margin_top = cell.margin_bottom = Cm(0.1)
        self._add_foot(slide, [source])

    def add_claim(self, claim: Claim) -> None:
        """Add a slide, or as many as its chart needs."""
        chart, box = claim.chart, self._chart_box(claim)
        room = Emu(box.width).cm, Emu(box.height).cm
        for page in page_chart(chart, *room, row_cm=_ROW_CM, size=self._size_of(chart)):
            slide = self._new_slide(page.title(claim.title, self.style.lang))
            self._add_page(slide, box, page, chart)
            if box.width < self.area.width:
                self._add_points(slide, box, claim)
            self._add_foot(slide, lines_below(chart))
            if claim.notes:
                notes = slide.notes_slide.notes_text_frame
                notes.text = spaced("\n".join(claim.notes), self.style.lang)
                set_fonts(notes._txBody, self.style)

    def _chart_box(self, claim: Claim) -> _Box:
        area, is_table = self.area, claim.chart.table is not None
        side = int(_SIDE_PART * area.width) if claim.points and is_table else 0
        foot = _NOTE * len(lines_below(claim.chart))
        room = area.height - _SUBTITLE - foot - (_LEGEND if is_table else 0) - Cm(0.2)
        return _Box(area.left, area.top + _SUBTITLE, area.width - side, room)

    def _add_page(self, slide: Any, box: _Box, page: Page, chart: Chart) -> None:
        style = self.style
        subtitle = full_subtitle(chart, is_office=True)
        _add_text(slide, self.area._replace(height=_SUBTITLE), subtitle, style, 16)
        if page.table is None:
            size = self._size_of(chart)
            size = size if page.down == 1 else min(size, 9)
            places = page.places(chart, box, _GAP)
            for panel, place in zip(page.panels, places, strict=True):
                frame = add_chart(slide.shapes, panel, place, replace(style, size=size))
                _describe(frame, panel.title or chart.title, panel_alt(panel, chart))
            return
        room = Emu(box.width).cm, Emu(box.height).cm
        _add_grid(slide, box, table_grid(page.table, chart, _SIZES, *room), style)
        if (grid := key_grid(page.table, _SIZES, style.lang)) is not None:
            top = box.top + box.height + Cm(0.1)
            below = box._replace(top=top, height=_LEGEND - Cm(0.1))
            _add_grid(slide, below, grid, style)

    def _add_points(self, slide: Any, box: _Box, claim: Claim) -> None:
        """Set what a table shows beside it."""
        gap = Cm(0.8)
        width = self.area.width - box.width - gap
        beside = box._replace(left=box.left + box.width + gap, width=width)
        lines = []
        for point in claim.points:
            lines.append(Line(point.figure, 36, color_of(point), True))
            lines.append(Line(point.short, 16, INK, True))
        _add_lines(slide, beside, lines, self.style)

    def _add_foot(self, slide: Any, lines: Sequence[str]) -> None:
        """Write notes and, last, the source with the number of the slide."""
        area, style, number = self.area, self.style, Cm(1.2)
        top = area.top + area.height - _NOTE * len(lines)
        right = area.left + area.width
        rule = slide.shapes.add_connector(1, area.left, top, right, top)
        rule.line.color.rgb, rule.line.width = rgb(GRID), Pt(1)
        # The theme's shadow would make it a bar.
        rule._element.remove(rule._element.find(qn("p:style")))
        box = _Box(area.left, top, area.width - number, _NOTE)
        for i, text in enumerate(lines):
            _add_text(slide, box._replace(top=top + i * _NOTE), text, style, 10.5)
        last = _Box(right - number, top + (len(lines) - 1) * _NOTE, number, _NOTE)
        page = str(len(self.file.slides))
        _add_text(slide, last, page, style, 10.5, PP_ALIGN.RIGHT)

    def _size_of(self, chart: Chart) -> float:
        """Return the type size of a chart (points): its panels share a slide."""
        if len(chart.panels) != 1:
            return self.style.size
        rows = len(chart.panels[0].categories)
        return 14 if rows <= 8 else 12 if rows <= MOST_BARS + 1 else self.style.size

    def _new_slide(self, title: str) -> Any:
        slide = self.file.slides.add_slide(self.layout)
        self._set_title(slide.shapes.title, spaced(title, self.style.lang))
        for shape in list(slide.placeholders):
            if shape.placeholder_format.type not in _TITLES:
                shape._element.getparent().remove(shape._element)
        return slide

    def _set_title(self, shape: Any, text: str) -> None:
        frame = shape.text_frame
        frame.text = text
        frame.word_wrap = True
        if self.title is not None:
            _put_title(shape, self.title, text, self.style, 28)
            return
        # The office's own type and place; only the East Asian font is made sure of.
        for run in frame._txBody.iter(qn("a:rPr"), qn("a:endParaRPr")):
            run.set("lang", section("office", self.style.lang)["speech"])
        _set_east_asian(frame, self.style)
        _shrink_title(self.layout, frame, text)


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
    across, down = _WIDTH / deck.slide_width, _HEIGHT / deck.slide_height
    deck.slide_width, deck.slide_height = _WIDTH, _HEIGHT
    masters = list(deck.slide_masters)
    layouts = [layout for master in masters for layout in master.slide_layouts]
    factors = {"x": across, "cx": across, "y": down, "cy": down}
    for part in (*masters, *layouts):
        for place in part._element.iter(qn("a:off"), qn("a:ext")):
            for name in factors.keys() & place.attrib.keys():
                place.set(name, str(round(int(place.get(name)) * factors[name])))


def _template_deck(path: Path, lang: str) -> _Deck:
    deck = opened_template(path, pptx.Presentation, "PowerPoint", ".pptx or .potx")
    layouts = list(deck.slide_layouts)
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
    covers = (each for each in layouts if len(_placeholders(each, kinds)) == 2)
    return _Deck(deck, layout, next(covers, None), area, None, style)


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
    bodies = (PP_PLACEHOLDER.BODY,)
    if contents := _placeholders(layout, _CONTENT) or _placeholders(layout, bodies):
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


# Texts and tables -----------------------------------------------------------------


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
    size: float,
    align: Any = PP_ALIGN.LEFT,
) -> None:
    if text:
        fitted = Line(text, fitting_size(text, Emu(box.width).pt, size, 8), QUIET)
        _add_lines(slide, box, [fitted], style, MSO_ANCHOR.MIDDLE, align)


def _add_lines(
    slide: Any,
    box: _Box,
    lines: Iterable[Line],
    style: Style,
    anchor: Any = MSO_ANCHOR.TOP,
    align: Any = PP_ALIGN.LEFT,
) -> None:
    frame = slide.shapes.add_textbox(*box).text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = anchor
    _write_lines(frame, lines, style, align)


def _write_lines(frame: Any, lines: Iterable[Line], style: Style, align: Any) -> None:
    frame.word_wrap = True
    for i, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = align
        if i and line.size > 30:
            paragraph.space_before = Pt(18)
        run = paragraph.add_run()
        run.text = spaced(line.text, style.lang)
        run.font.size, run.font.bold = Pt(line.size), line.is_bold
        run.font.color.rgb = rgb(line.color)
    set_fonts(frame._txBody, style)


def _describe(frame: Any, name: str, alt: str) -> None:
    described = frame._element.nvGraphicFramePr.cNvPr
    described.set("name", name)
    described.set("descr", alt)


def _add_grid(slide: Any, box: _Box, grid: Grid, style: Style) -> Any:
    """Add a table at the place of a box, as large as its rows and columns."""
    box = box._replace(width=sum(grid.widths), height=sum(grid.heights) or box.height)
    shape = (len(grid.rows), len(grid.widths))
    frame = slide.shapes.add_table(*shape, *box)
    table = frame.table
    table._tbl.tblPr.find(qn("a:tableStyleId")).text = _NO_STYLE_TABLE
    table.horz_banding = False
    table.first_row = table.first_col = grid.has_heads
    for column, width in zip(table.columns, grid.widths, strict=True):
        column.width = width
    for row, height in zip(table.rows, grid.heights, strict=False):
        row.height = height
    for row, looks in zip(table.rows, grid.rows, strict=True):
        for cell, look in zip(row.cells, looks, strict=True):
            _fill_cell(cell, look, style)
    if grid.title:
        _describe(frame, grid.title, grid.alt)
    return frame


def _fill_cell(cell: Any, look: Look, style: Style) -> None:
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Cm(0.08)
    cell.margin_top = cell.margin_bottom = Cm(0.05)
    frame, (first, *_) = cell.text_frame, look.lines
    if first.text:
        _write_lines(frame, look.lines, style, getattr(PP_ALIGN, look.align))
    else:  # else an empty cell is as high as a line of 18 points
        end = etree.SubElement(frame.paragraphs[0]._p, qn("a:endParaRPr"))
        end.set("sz", str(int(100 * first.size)))
        set_fonts(frame._txBody, style)
    if look.fill:
        cell.fill.solid()
        cell.fill.fore_color.rgb = rgb(look.fill)
        line = (INK, 25400) if look.is_framed else ("ffffff", 19050)
        _set_borders(cell, dict.fromkeys(_SIDES, line))
    else:
        cell.fill.background()
        _set_borders(cell, {"lnB": (GRID, 12700)} if look.has_rule else {})


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

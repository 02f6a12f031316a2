"""DOCX: paragraphs and tables in the order of the body, with their list numbers.

The parts are parsed directly: documents from agencies often name pictures or
relations that are missing, which stops a full object model but not their text.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from govopen_analytics.base.errors import ReadError
from govopen_analytics.readers.archives import Archive, Element
from govopen_analytics.readers.characters import normalise_characters
from govopen_analytics.readers.limits import (
    MAX_TABLE_CELLS,
    MAX_TABLE_COLUMNS,
    MAX_TABLE_DEPTH,
    check_count,
)
from govopen_analytics.readers.list_labels import (
    WORD,
    Numbering,
    whole_number,
    word_value,
)
from govopen_analytics.readers.source import Grid, GridCell, Source, SourceBuilder

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_PARAGRAPH, _TABLE = f"{WORD}p", f"{WORD}tbl"
_ROW, _CELL = f"{WORD}tr", f"{WORD}tc"
_TEXT_BOX = f"{WORD}txbxContent"
_DROPPED = frozenset(
    {f"{WORD}{tag}" for tag in ("del", "moveFrom", "pPr", "rPr", "sectPr", "tblPr")}
    | {f"{WORD}{tag}" for tag in ("tblGrid", "trPr", "tcPr", "instrText", "delText")}
    | {f"{_COMPATIBILITY}Fallback"}
)
_PRINTED = {
    f"{WORD}tab": "\t",
    f"{WORD}ptab": "\t",
    f"{WORD}br": "\n",
    f"{WORD}cr": "\n",
    f"{WORD}noBreakHyphen": "-",
}
_BODY_OUTLINE = 9
_N_BASE_STYLES = 20
_OFF = ("0", "false", "off", "none")
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")


@dataclass(frozen=True)
class _Style:
    """What a paragraph style says about its paragraphs."""

    base: str | None
    outline: int | None
    list_id: str | None
    level: int | None


def _style(element: Element) -> _Style:
    properties = element.find(f"{WORD}pPr")
    outline = word_value(properties, "outlineLvl")
    level = word_value(properties, "numPr/ilvl")
    return _Style(
        base=word_value(element, "basedOn"),
        outline=None if outline is None else whole_number(outline, _BODY_OUTLINE),
        list_id=word_value(properties, "numPr/numId"),
        level=None if level is None else whole_number(level, 0),
    )


class _Document:
    """A Word document on its way from elements to blocks."""

    def __init__(self, archive: Archive) -> None:
        self._depth = 0
        self._numbering = Numbering(archive.parse("word/numbering.xml"))
        self._styles: dict[str, _Style] = {}
        self._whole_styles: dict[str, _Style] = {}
        self._default_style = ""
        root = archive.parse("word/styles.xml")
        for element in () if root is None else root.iter(f"{WORD}style"):
            if element.get(f"{WORD}type", "paragraph") != "paragraph":
                continue
            key = element.get(f"{WORD}styleId", "")
            self._styles[key] = _style(element)
            if element.get(f"{WORD}default") in ("1", "true"):
                self._default_style = key

    def _whole_style(self, key: str) -> _Style:
        """Return a style, completed by the styles it is based on."""
        outline, list_id, level = None, None, None
        for _ in range(_N_BASE_STYLES):
            if key not in self._styles:
                break
            style = self._styles[key]
            outline = style.outline if outline is None else outline
            if list_id is None and style.list_id is not None:
                list_id, level = style.list_id, style.level
                if level is None:
                    level = self._numbering.level_of_style(list_id, key)
            key = style.base or ""
        return _Style(None, outline, list_id, level)

    def _style_of(self, properties: Element | None) -> _Style:
        key = word_value(properties, "pStyle") or self._default_style
        if key not in self._whole_styles:
            self._whole_styles[key] = self._whole_style(key)
        return self._whole_styles[key]

    def _heading(self, properties: Element | None) -> int | None:
        """Return the outline level of a paragraph, from 1, or None for body text."""
        level = self._style_of(properties).outline
        declared = word_value(properties, "outlineLvl")
        if declared is not None:
            level = whole_number(declared, _BODY_OUTLINE)
        return level + 1 if level is not None and 0 <= level < _BODY_OUTLINE else None

    def _label(self, properties: Element | None) -> str:
        """Count a paragraph in its list and return its label, if it has one."""
        style = self._style_of(properties)
        list_id = word_value(properties, "numPr/numId")
        level = word_value(properties, "numPr/ilvl")
        if list_id is not None:
            return self._numbering.next_label(list_id, whole_number(level, 0))
        if style.list_id is None:
            return ""
        n = whole_number(level, style.level or 0)
        return self._numbering.next_label(style.list_id, n)

    def paragraph_lines(self, paragraph: Element) -> list[tuple[str, int | None]]:
        """Return the lines of a paragraph and of the text boxes anchored in it.

        Each with its heading level.
        """
        parts: list[str] = []
        boxes: list[Element] = []
        walk = etree.iterwalk(paragraph, events=("start",))
        for _, element in walk:
            tag = element.tag
            if tag == _TEXT_BOX:
                boxes.append(element)
                walk.skip_subtree()
            elif tag in _DROPPED or (
                tag == f"{WORD}r"
                and word_value(element, "rPr/vanish") not in (None, *_OFF)
            ):
                walk.skip_subtree()
            elif tag in (f"{WORD}t", _MATH_TEXT):
                parts.append(element.text or "")
            elif tag == f"{WORD}ruby":
                parts.append(_glossed(element))
                walk.skip_subtree()
            elif tag == f"{WORD}sym":
                parts.append(_symbol(element))
            else:
                parts.append(_PRINTED.get(tag, ""))
        properties = paragraph.find(f"{WORD}pPr")
        # An empty paragraph prints its number too: that is how the first column of
        # many tables is filled.
        text = self._label(properties) + normalise_characters("".join(parts))
        heading = self._heading(properties)
        lines = [(line, heading) for line in text.split("\n")]
        for box in boxes:
            lines += self.lines(box)
        return lines

    def lines(self, parent: Element) -> list[tuple[str, int | None]]:
        """Return all that a cell or text box prints, inner tables row by row."""
        lines: list[tuple[str, int | None]] = []
        self._depth += 1
        check_count("tables within tables", self._depth, MAX_TABLE_DEPTH)
        for element in _children(parent, _PARAGRAPH, _TABLE):
            if element.tag == _PARAGRAPH:
                lines += self.paragraph_lines(element)
                continue
            for row in self.grid(element):
                cells = (cell for cell in row if isinstance(cell, str) and cell)
                lines.append(("\t".join(cells), None))
        self._depth -= 1
        return lines

    def text(self, parent: Element) -> str:
        """Return what a cell or note prints."""
        return "\n".join(line for line, _ in self.lines(parent))

    def grid(self, table: Element) -> Grid:
        """Return a table's rows, merged cells as references to the printed one."""
        rows: Grid = []
        n_cells = 0
        for row in _children(table, _ROW):
            if row.find(f"{WORD}trPr/{WORD}del") is not None:
                continue
            rows.append(self._row(row, len(rows), rows[-1] if rows else []))
            n_cells += len(rows[-1])
            check_count("table cells", n_cells, MAX_TABLE_CELLS)
        return rows

    def _row(self, row: Element, r: int, above: list[GridCell]) -> list[GridCell]:
        skipped = whole_number(word_value(row, "trPr/gridBefore"), 0)
        cells: list[GridCell] = [""] * max(0, min(skipped, MAX_TABLE_COLUMNS))
        for element in _children(row, _CELL):
            c = len(cells)
            properties = element.find(f"{WORD}tcPr")
            span = whole_number(word_value(properties, "gridSpan"), 1)
            span = max(1, min(span, MAX_TABLE_COLUMNS - c))
            first: GridCell
            if _continues(properties, "vMerge") and c < len(above):
                first = _origin(above[c], (r - 1, c))
            elif _continues(properties, "hMerge") and c:
                first = _origin(cells[c - 1], (r, c - 1))
            else:
                first = self.text(element).strip("\n")
            cells += [first, *[_origin(first, (r, c))] * (span - 1)]
        return cells


def _origin(cell: GridCell, place: tuple[int, int]) -> tuple[int, int]:
    """Return where the text of the cell at a place is printed."""
    return cell if isinstance(cell, tuple) else place


def _continues(properties: Element | None, kind: str) -> bool:
    """Whether a cell goes on with the one above (vMerge) or to its left (hMerge)."""
    value = word_value(properties, kind)
    return value is not None and value != "restart"


def _symbol(element: Element) -> str:
    code = element.get(f"{WORD}char", "")
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""


def _glossed(ruby: Element) -> str:
    """Return a character with its pronunciation, which the file puts first."""
    gloss, base = (
        "".join(text.text or "" for text in ruby.iterfind(f"{WORD}{part}//{WORD}t"))
        for part in ("rt", "rubyBase")
    )
    return f"{base}({gloss})" if gloss else base


def _children(parent: Element, *tags: str) -> Iterator[Element]:
    """Yield the parts of a body, table or cell, in order.

    Also those inside content controls and insertions; not those of inner tables.
    """
    stack = [iter(parent)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag in tags:
            yield element
        elif element.tag not in _DROPPED and element.tag != _TABLE:
            stack.append(iter(element))


def _add_notes(document: _Document, root: Element, builder: SourceBuilder) -> None:
    """Add foot- or endnotes after the text, each with its number."""
    number = 0
    for note in root:
        # Separators are notes too, with a type of their own.
        if note.get(f"{WORD}type", "normal") != "normal":
            continue
        number += 1
        if text := document.text(note).strip():
            builder.paragraph(f"[{number}] " + text.replace("\n", " "))


def _metadata(archive: Archive) -> dict[str, str]:
    root = archive.parse("docprops/core.xml")
    metadata = {}
    for element in root if root is not None else ():
        if isinstance(element.tag, str) and (element.text or "").strip():
            key = etree.QName(element).localname
            metadata[key] = normalise_characters(element.text).strip()
    return metadata


def read_docx(content: bytes) -> Source:
    """Read a Word document: paragraphs, tables, list numbers, text boxes, notes.

    Deleted text of tracked changes, hidden text, page headers and page footers
    are left out. Footnotes follow the text. Document properties (title, creator,
    created) are in the ``metadata``.
    """
    archive = Archive(content)
    parts = archive.find(r"word/document\d*\.xml")
    root = archive.parse(parts[0]) if parts else None
    body = None if root is None else root.find(f"{WORD}body")
    if body is None:
        raise ReadError(
            f"the Word document has no body ({WORD}body in word/document.xml); open "
            "it in the program that made it and save it again"
        )
    document = _Document(archive)
    builder = SourceBuilder()
    for element in _children(body, _PARAGRAPH, _TABLE):
        if element.tag == _TABLE:
            builder.table(document.grid(element))
        else:
            builder.paragraphs(document.paragraph_lines(element))
    for part in _NOTES:
        notes = archive.parse(part)
        if notes is not None:
            _add_notes(document, notes, builder)
    return builder.build(metadata=_metadata(archive))

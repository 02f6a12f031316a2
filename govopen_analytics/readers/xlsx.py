"""XLSX: every visible sheet as a table, its cells as they are printed.

Sheets are read as a stream, so that a million formatted but empty rows cost time
and no memory.
"""

import posixpath
import re
from collections.abc import Iterator

from lxml import etree
from openpyxl.utils import column_index_from_string

from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.archives import Archive, Element
from govopen_analytics.readers.characters import normalise_characters
from govopen_analytics.readers.limits import MAX_TABLE_CELLS, check_count
from govopen_analytics.readers.sheets import (
    GENERAL,
    MergedRange,
    Sheet,
    builtin_format,
    format_value,
    workbook_source,
)
from govopen_analytics.readers.source import Source

_SHEET_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_MAIN = f"{{{_SHEET_NAMESPACES[0]}}}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_READ = ("col", "row", "mergeCell")
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_TRUE = ("1", "true")
_MAX_SHEET_COLUMNS = 16_384  # of the format


def read_xlsx(content: bytes) -> Source:
    """Read the visible sheets of a workbook; hidden rows have a remark.

    Numbers and dates are printed by their formats; formulas give the value that
    was stored with them.
    """
    return workbook_source(_Workbook(Archive(content)).sheets())


class _Workbook:
    """A workbook: its sheets, shared strings and number formats."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        root = archive.parse("xl/workbook.xml")
        if root is None:
            raise ReadError(
                "the workbook part xl/workbook.xml is missing; open the file in the "
                "program that made it and save it again"
            )
        self._root = root
        properties = root.find(f"{_MAIN}workbookPr")
        date_base = None if properties is None else properties.get("date1904")
        self._is_1904 = date_base in _TRUE
        strings = archive.parse("xl/sharedstrings.xml")
        self._strings = [] if strings is None else [_text(item) for item in strings]
        self._formats = self._read_formats()

    def _read_formats(self) -> list[str]:
        """Return the number format of every cell style, in order."""
        root = self._archive.parse("xl/styles.xml")
        if root is None:
            return []
        codes = {
            element.get("numFmtId"): element.get("formatCode", GENERAL)
            for element in root.iter(f"{_MAIN}numFmt")
        }
        styles = root.find(f"{_MAIN}cellXfs")
        numbers = [] if styles is None else [xf.get("numFmtId", "0") for xf in styles]
        return [
            codes.get(number)
            or builtin_format(int(number) if re.fullmatch(r"\d{1,6}", number) else 0)
            for number in numbers
        ]

    def sheets(self) -> Iterator[Sheet | Remark]:
        """Yield the sheets, or a remark on one that is not read."""
        root = self._archive.parse("xl/_rels/workbook.xml.rels")
        targets = {
            relation.get("Id"): relation.get("Target", "")
            for relation in (root if root is not None else ())
        }
        for sheet in self._root.iter(f"{_MAIN}sheet"):
            title = sheet.get("name", "")
            target = targets.get(sheet.get(_RELATION), "")
            part = posixpath.normpath(posixpath.join("/xl", target))
            part = part.lstrip("/").lower()
            if part not in self._archive:
                yield Remark("sheet_missing", {"sheet": title})
            elif sheet.get("state", "visible") != "visible":
                yield Remark("sheet_hidden", {"sheet": title})
            else:
                yield self._read(title, part)

    def _read(self, title: str, part: str) -> Sheet:
        """Read one sheet; chart sheets have no cells."""
        sheet = Sheet(title)
        tags = [f"{{{name}}}{tag}" for name in _SHEET_NAMESPACES for tag in _READ]
        n_cells = 0
        row = -1
        with self._archive.stream(part) as stream:
            walk = etree.iterparse(
                stream,
                tag=tags,
                resolve_entities=False,
                no_network=True,
                huge_tree=True,
            )
            for _, element in walk:
                kind = _local(element)
                if kind == "row":
                    number = element.get("r", "")
                    is_number = re.fullmatch(r"\d{1,7}", number)
                    row = int(number) - 1 if is_number else row + 1
                    cells = self._read_row(element, sheet)
                    if cells:
                        sheet.cells[row] = cells
                    n_cells += len(cells)
                    if cells and element.get("hidden") in _TRUE:
                        sheet.hidden_rows.add(row)
                    check_count("filled cells", n_cells, MAX_TABLE_CELLS)
                elif kind == "col":
                    sheet.hidden_columns |= _hidden_columns(element)
                elif merge := _merged_range(element.get("ref", "")):
                    sheet.merges.append(merge)
                _forget(element)
        return sheet

    def _read_row(self, element: Element, sheet: Sheet) -> dict[int, str]:
        cells: dict[int, str] = {}
        column = -1
        for cell in element:
            place = cell_place(cell.get("r", ""))
            column = place[1] if place else column + 1
            text = self._cell_text(cell, sheet) if len(cell) else ""
            if text.strip():
                cells[column] = text
        return cells

    def _cell_text(self, cell: Element, sheet: Sheet) -> str:
        kind = cell.get("t", "n")
        parts = {_local(child): child for child in cell}
        if "is" in parts:
            return _text(parts["is"])
        value = parts["v"].text if "v" in parts else None
        if value is None:
            sheet.n_uncomputed += "f" in parts
            return ""
        if kind == "s":
            is_known = value.isdecimal() and int(value) < len(self._strings)
            return self._strings[int(value)] if is_known else ""
        if kind == "b":
            return "TRUE" if value in _TRUE else "FALSE"
        if kind == "n":
            return self._number(value, cell.get("s", ""))
        return normalise_characters(value.replace("_x000D_", "\n"))

    def _number(self, value: str, style: str) -> str:
        try:
            number = float(value)
        except ValueError:
            return normalise_characters(value)
        is_known = style.isdecimal() and int(style) < len(self._formats)
        code = self._formats[int(style)] if is_known else GENERAL
        if abs(number) == float("inf") or number != number:
            return value
        return format_value(number, code, is_1904=self._is_1904)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    """Return the text of a string item without its phonetic guides."""
    parts = []
    walk = etree.iterwalk(element, events=("start",))
    for _, child in walk:
        if _local(child) == "rPh":
            walk.skip_subtree()
        elif _local(child) == "t":
            parts.append(child.text or "")
    # Carriage returns are escaped, because XML would not keep them.
    text = "".join(parts).replace("_x000D_", "\n")
    return normalise_characters(text).strip("\n")


def cell_place(reference: str) -> tuple[int, int] | None:
    """Read a cell reference (``B12``): row and column, from 0; None if it is none."""
    match = _PLACE.fullmatch(reference)
    if not match:
        return None
    return int(match[2]) - 1, column_index_from_string(match[1]) - 1


def _merged_range(reference: str) -> MergedRange | None:
    first, _, last = reference.partition(":")
    start, end = cell_place(first), cell_place(last or first)
    if start is None or end is None:
        return None
    return start[0], end[0], start[1], end[1]


def _hidden_columns(element: Element) -> set[int]:
    """Columns that one entry of the column list hides, from 0."""
    first, last = element.get("min", ""), element.get("max", "")
    is_range = first.isdecimal() and last.isdecimal()
    if element.get("hidden") not in _TRUE or not is_range:
        return set()
    return set(range(int(first) - 1, min(int(last), _MAX_SHEET_COLUMNS)))


def _forget(element: Element) -> None:
    """Free what was read, and the empty shells of what was read before."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]

"""XLSX: every visible sheet as a table, its cells as they are printed.

Sheets are read as a stream, so that a million formatted but empty rows cost time
and no memory.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.archives import Archive
from govopen_analytics.readers.characters import normalise_characters
from govopen_analytics.readers.grids import add_table
from govopen_analytics.readers.limits import MAX_TABLE_CELLS, check_count
from govopen_analytics.readers.number_formats import (
    GENERAL,
    builtin_format,
    format_value,
)
from govopen_analytics.readers.sheets import (
    MergedRange,
    hidden_remarks,
    sheet_grid,
)
from govopen_analytics.readers.source import Source, SourceBuilder

Element: TypeAlias = etree._Element

_SHEET_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_MAIN = f"{{{_SHEET_NAMESPACES[0]}}}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_READ = ("col", "row", "mergeCell")
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_TRUE = ("1", "true")
MAX_SHEET_COLUMNS = 16_384  # of the format


@dataclass
class Sheet:
    """The printed cells of a sheet, its merged ranges, and what it lacks."""

    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[MergedRange] = field(default_factory=list)
    n_uncomputed: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


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
    """Read a cell reference.

    Parameters
    ----------
    reference : str
        Such as ``B12``.

    Returns
    -------
    (int, int) or None
        Row and column, from 0; None if it is no reference.
    """
    found = _PLACE.fullmatch(reference)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


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
    return set(range(int(first) - 1, min(int(last), MAX_SHEET_COLUMNS)))


class Workbook:
    """A workbook: its sheets, shared strings and number formats.

    Parameters
    ----------
    archive : Archive
        The file.

    Raises
    ------
    ReadError
        If it has no workbook part.
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        root = archive.parse("xl/workbook.xml")
        if root is None:
            raise ReadError(
                f"{archive.name}: the workbook part xl/workbook.xml is missing; open "
                "the file in the program that made it and save it again"
            )
        self._root = root
        properties = root.find(f"{_MAIN}workbookPr")
        date_base = None if properties is None else properties.get("date1904")
        self.is_1904 = date_base in _TRUE
        self.strings = self._read_strings()
        self.formats = self._read_formats()

    def _read_strings(self) -> list[str]:
        root = self.archive.parse("xl/sharedstrings.xml")
        return [] if root is None else [_text(item) for item in root]

    def _read_formats(self) -> list[str]:
        """Return the number format of every cell style, in order."""
        root = self.archive.parse("xl/styles.xml")
        if root is None:
            return []
        own = {
            element.get("numFmtId"): element.get("formatCode", GENERAL)
            for element in root.iter(f"{_MAIN}numFmt")
        }
        styles = root.find(f"{_MAIN}cellXfs")
        numbers = [] if styles is None else [xf.get("numFmtId", "0") for xf in styles]
        return [
            own.get(number)
            or builtin_format(int(number) if re.fullmatch(r"\d{1,6}", number) else 0)
            for number in numbers
        ]

    def sheets(self) -> Iterator[tuple[str, str, bool]]:
        """Yield the name, the part and the visibility of every sheet."""
        root = self.archive.parse("xl/_rels/workbook.xml.rels")
        targets = {
            relation.get("Id"): relation.get("Target", "")
            for relation in (root if root is not None else ())
        }
        for sheet in self._root.iter(f"{_MAIN}sheet"):
            target = targets.get(sheet.get(_RELATION), "")
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            is_visible = sheet.get("state", "visible") == "visible"
            yield sheet.get("name", ""), part.lower(), is_visible

    def read(self, part: str) -> Sheet:
        """Read one sheet; chart sheets have no cells."""
        sheet = Sheet()
        tags = [f"{{{name}}}{tag}" for name in _SHEET_NAMESPACES for tag in _READ]
        n_cells = 0
        row = -1
        with self.archive.stream(part) as stream:
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
                    row = self._row_number(element, row)
                    n_read = self._read_row(element, row, sheet)
                    n_cells += n_read
                    if n_read and element.get("hidden") in _TRUE:
                        sheet.hidden_rows.add(row)
                    check_count(
                        self.archive.name, "filled cells", n_cells, MAX_TABLE_CELLS
                    )
                elif kind == "col":
                    sheet.hidden_columns |= _hidden_columns(element)
                else:
                    merge = _merged_range(element.get("ref", ""))
                    sheet.merges += [merge] if merge else []
                _forget(element)
        return sheet

    @staticmethod
    def _row_number(element: Element, before: int) -> int:
        number = element.get("r", "")
        return int(number) - 1 if re.fullmatch(r"\d{1,7}", number) else before + 1

    def _read_row(self, element: Element, row: int, sheet: Sheet) -> int:
        filled: dict[int, str] = {}
        column = -1
        for cell in element:
            place = cell_place(cell.get("r", ""))
            column = place[1] if place else column + 1
            if not len(cell):
                continue
            text = self._cell_text(cell, sheet)
            if text.strip():
                filled[column] = text
        if filled:
            sheet.cells[row] = filled
        return len(filled)

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
            is_known = value.isdecimal() and int(value) < len(self.strings)
            return self.strings[int(value)] if is_known else ""
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
        is_known = style.isdecimal() and int(style) < len(self.formats)
        code = self.formats[int(style)] if is_known else GENERAL
        if abs(number) == float("inf") or number != number:
            return value
        return format_value(number, code, is_1904=self.is_1904)


def _forget(element: Element) -> None:
    """Free what was read, and the empty shells of what was read before."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def read_xlsx(content: bytes, name: str) -> Source:
    """Read the visible sheets of a workbook; hidden rows are read and told.

    Numbers and dates are printed by their formats; formulas give the value that
    was stored with them.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        File the messages name.

    Returns
    -------
    Source
        One table per sheet; the sheets' names are in its ``metadata``.

    Raises
    ------
    ReadError
        If the archive is damaged, encrypted or too large.
    """
    workbook = Workbook(Archive(content, name))
    builder = SourceBuilder()
    names, remarks = [], []
    for title, part, is_visible in workbook.sheets():
        if not workbook.archive.find(re.escape(part)):
            remarks.append(Remark("sheet_missing", {"sheet": title}))
            continue
        if not is_visible:
            remarks.append(Remark("sheet_hidden", {"sheet": title}))
            continue
        sheet = workbook.read(part)
        if sheet.n_uncomputed:
            values = {"sheet": title, "n": sheet.n_uncomputed}
            remarks.append(Remark("formulas_without_value", values))
        remarks += hidden_remarks(
            title, sheet.cells, sheet.hidden_rows, sheet.hidden_columns
        )
        add_table(builder, sheet_grid(sheet.cells, sheet.merges, name))
        names.append(title)
    return builder.build(
        "xlsx", metadata={"sheets": "、".join(names)}, remarks=tuple(remarks)
    )

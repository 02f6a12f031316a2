"""A briefing's tables as a workbook: named, headed and noted in one language."""

import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from govopen_analytics.base.datapackage import safe_cell
from govopen_analytics.base.errors import ExportError
from govopen_analytics.base.schemas import heading
from govopen_analytics.base.text import printable
from govopen_analytics.base.whole import stable_package
from govopen_analytics.office.native import CHINESE_FONT
from govopen_analytics.questions.briefing import Briefing, Table
from govopen_analytics.words import section

# What the file format allows.
MOST_ROWS, MOST_CHARACTERS, _SHEET_NAME = 1_048_576, 32_767, 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
# Shares, and differences of shares.
_SHARE = re.compile(
    r"(?:^|_)(?:share(?:_.*)?|(?:change(?:_per_year)?|error)(?:_lower|_upper)?)$"
)
_PLAIN_INTEGERS = ("ordinal", "rank")
_LOST = "\ufffd"  # stands where a cell cannot hold a character
_WIDEST, _NARROWEST, _SAMPLE = 60, 9, 300
_WIDE, _LINE = 90, 15  # of the notes: width of their column (letters), line (points)
_HEAD_FILL = PatternFill("solid", fgColor="0B5394")
_HEAD_FONT = Font(name=CHINESE_FONT, bold=True, color="FFFFFF", size=10)
_BODY_FONT = Font(name=CHINESE_FONT, size=10)
_NOTE_FONT = Font(name=CHINESE_FONT, size=10, italic=True, color="52606D")
_TOP, _WRAPPED = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)


def workbook_bytes(briefing: Briefing, *, when: datetime) -> bytes:
    """Return an XLSX: a sheet of notes, and a sheet per table with a note below it.

    Parameters
    ----------
    when : datetime
        Date the file's properties name.

    Raises
    ------
    ExportError
        If a table has more rows than a sheet holds.
    """
    lang = briefing.lang
    words = section("briefing", lang)["sheets"]
    book = Workbook(write_only=True)
    names = _sheet_names([words["notes"], *(table.name for table in briefing.tables)])
    notes = book.create_sheet(names[0])
    sheets = list(zip(names[1:], briefing.tables, strict=True))
    n_cut = sum(_write_table(book, name, table, lang) for name, table in sheets)
    _write_notes(notes, briefing, sheets, n_cut)
    book.properties.title = briefing.title
    book.properties.creator = book.properties.lastModifiedBy = "govopen"
    book.properties.language = section("office", lang)["speech"]
    target = io.BytesIO()
    book.save(target)
    return stable_package(target.getvalue(), when)


def table_bytes(table: pd.DataFrame, title: str) -> bytes:
    """Return a table as an XLSX of one sheet, without a formula in any cell.

    Parameters
    ----------
    table : DataFrame, shape (n_rows, n_columns)
        Numbers and texts; a text that a cell cannot hold is cut.
    title : str
        Name of the sheet.

    Raises
    ------
    ExportError
        If there are more rows than a sheet holds.
    """
    book = Workbook(write_only=True)
    _write_table(book, _sheet_names([title])[0], Table(title, "", table), None)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@dataclass(frozen=True)
class _Column:
    head: str
    values: list[Any]
    form: str


def _column(name: str, values: pd.Series, lang: str | None) -> _Column:
    cells = [_cell_value(value) for value in values]
    head = name if lang is None else heading(name, lang)
    return _Column(head, cells, _format(name, cells))


def _cell_value(value: Any) -> Any:
    """Return what a cell holds: a number, a date, a truth value or safe text."""
    if isinstance(value, list | tuple):
        value = "、".join(map(str, value))
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, bool | int | float | date):
        return value
    text = printable(str(value), _LOST)
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS - 1] + "…"
    return safe_cell(text) or None


def _format(name: str, values: list[Any]) -> str:
    filled = [value for value in values if value is not None]
    if filled and all(isinstance(value, date) for value in filled):
        return "yyyy-mm-dd"
    is_number = all(
        isinstance(value, int | float) and not isinstance(value, bool)
        for value in filled
    )
    if not filled or not is_number:
        return "@" if all(isinstance(value, str) for value in filled) else "General"
    if _SHARE.search(name) and all(-1 <= value <= 1 for value in filled):
        return "0.0%"
    if all(isinstance(value, int) for value in filled):
        is_name = name in _PLAIN_INTEGERS or name.endswith("year")
        return "0" if is_name else "#,##0"
    return "0.000"


def _write_table(book: Workbook, name: str, table: Table, lang: str | None) -> int:
    """Write a sheet, and return how many cells had to be cut.

    Without a language the columns have their names as heads, and there is no note.
    """
    if len(table.rows) + 3 > MOST_ROWS:
        raise ExportError(
            f"Sheet {name}: found {len(table.rows):,} rows, expected fewer than "
            f"{MOST_ROWS:,}, the most a sheet holds; choose fewer agencies, or save it "
            "as CSV"
        )
    columns = [_column(str(key), table.rows[key], lang) for key in table.rows]
    page = book.create_sheet(name)
    _set_up_page(page)
    page.print_title_rows = "1:1"
    for number, column in enumerate(columns, start=1):
        width = _column_width(column.head, column.values[:_SAMPLE])
        page.column_dimensions[get_column_letter(number)].width = width
    last = get_column_letter(len(columns))
    page.auto_filter.ref = f"A1:{last}{len(table.rows) + 1}"
    page.append([_head(page, column.head) for column in columns])
    styles: dict[str, Any] = {}
    for row in zip(*(column.values for column in columns), strict=True):
        page.append(
            [
                _cell(page, value, column.form, styles)
                for value, column in zip(row, columns, strict=True)
            ]
        )
    if lang is not None:
        words = section("briefing", lang)
        note = f"{words['sheets']['note']}{words['notes']['colon']}{table.note}"
        cell = _text(page, note)
        cell.font = _NOTE_FONT
        page.append([])
        page.append([cell])
    texts = (value for column in columns for value in column.values)
    return sum(isinstance(t, str) and len(t) >= MOST_CHARACTERS for t in texts)


def _write_notes(
    page: Any, briefing: Briefing, sheets: Sequence[tuple[str, Table]], n_cut: int
) -> None:
    words = section("briefing", briefing.lang)["sheets"]
    for letter, width in zip("ABC", (22, _WIDE, 10), strict=True):
        page.column_dimensions[letter].width = width
    _set_up_page(page)
    page.append([_head(page, text) for text in words["about"]])
    lines = [(words["name"], briefing.title), *briefing.method]
    lines += [(words["source"], briefing.source), (words["notes"], words["reading"])]
    if n_cut:
        cut = words["cut"].format(n=f"{n_cut:,}", most=f"{MOST_CHARACTERS:,}")
        lines.append((words["notes"], cut))
    for number, line in enumerate(lines, 2):
        _set_height(page, number, line[1])
        page.append([_wrapped(page, text) for text in line])
    page.append([])
    page.append([_head(page, text) for text in words["list"]])
    for number, (name, table) in enumerate(sheets, len(lines) + 4):
        _set_height(page, number, table.note)
        link = _wrapped(page, name)
        link.hyperlink = f"#'{name}'!A1"
        rows = _cell(page, len(table.rows), "#,##0", {})
        page.append([link, _wrapped(page, table.note), rows])


def _set_height(page: Any, number: int, text: str) -> None:
    """Make a row as high as its text: not every program does so when it opens."""
    width = sum(_letter_width(character) for character in text)
    page.row_dimensions[number].height = _LINE * math.ceil(width / (_WIDE - 4))


def _sheet_names(wanted: Sequence[str]) -> list[str]:
    """Return names that a workbook takes: short, unlike, without its signs."""
    names: list[str] = []
    taken = {"history"}  # Excel keeps this one for itself
    for name in wanted:
        base = _FORBIDDEN.sub("_", printable(name)) or "_"
        short, number = base[:_SHEET_NAME], 2
        while short.lower() in taken:
            ending = f"_{number}"
            short = base[: _SHEET_NAME - len(ending)] + ending
            number += 1
        taken.add(short.lower())
        names.append(short)
    return names


def _set_up_page(page: Any) -> None:
    page.freeze_panes = "A2"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _head(page: Any, text: str) -> Any:
    cell = _text(page, text)
    cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
    return cell


def _wrapped(page: Any, text: str) -> Any:
    cell = _text(page, text)
    cell.alignment = _WRAPPED
    return cell


def _text(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, safe_cell(text))
    # Nothing a source wrote becomes a formula, or a spreadsheet's error.
    cell.data_type, cell.number_format = "s", "@"
    cell.font, cell.alignment = _BODY_FONT, _TOP
    return cell


def _cell(page: Any, value: Any, form: str, styles: dict[str, Any]) -> Any:
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        cell.data_type = "s"
    if form in styles:
        cell._style = styles[form]  # looking a style up takes longer than a cell
        return cell
    cell.number_format = form
    cell.font, cell.alignment = _BODY_FONT, _TOP
    styles[form] = cell._style
    return cell


def _column_width(head: str, values: Iterable[Any]) -> float:
    longest = max([_text_width(head) + 3, *(_text_width(value) for value in values)])
    return min(_WIDEST, max(_NARROWEST, longest + 2))


def _text_width(value: Any) -> float:
    if value is None:
        return 0
    if isinstance(value, float):
        return 8
    first = str(value).split("\n", 1)[0][: 2 * _WIDEST]
    return sum(_letter_width(character) for character in first)


def _letter_width(character: str) -> float:
    return 2.1 if ord(character) > 0x2E7F else 1.1

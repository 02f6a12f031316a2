"""A briefing's tables as a workbook: named, headed and noted in one language."""

import io
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from govopen_analytics.base.atomic_files import stable_package
from govopen_analytics.base.datapackage import safe_cell
from govopen_analytics.base.errors import ExportError
from govopen_analytics.base.schemas import heading
from govopen_analytics.base.text import printable
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
# Letters across A4 in landscape that can still be read, the narrowest column of text
# (letters), and the highest row (points).
_PAPER, _LEAST_TEXT, _HIGHEST = 170, 16, 400
_HEAD_FILL = PatternFill("solid", fgColor="0B5394")
_HEAD_FONT = Font(name=CHINESE_FONT, bold=True, color="FFFFFF", size=10)
_BODY_FONT = Font(name=CHINESE_FONT, size=10)
_NOTE_FONT = Font(name=CHINESE_FONT, size=10, italic=True, color="52606D")
_TOP, _WRAPPED = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)


def workbook_bytes(briefing: Briefing, *, when: datetime) -> bytes:
    """Return an XLSX: a sheet of notes, and a sheet per table with a note below it.

    `when` is the date the file's properties name. A table with more rows than a
    sheet holds is an ``ExportError``.
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

    A text that a cell cannot hold is cut; more rows than a sheet holds are an
    ``ExportError``.
    """
    book = Workbook(write_only=True)
    _write_table(book, _sheet_names([title])[0], Table(title, "", table), None)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


class _Column(NamedTuple):
    head: str
    values: list[Any]
    form: str
    width: float
    alignment: Alignment


def _columns(rows: pd.DataFrame, lang: str | None) -> list[_Column]:
    """Lay columns out; with a language, so that a sheet can be read on paper."""
    heads = [name if lang is None else heading(name, lang) for name in map(str, rows)]
    values = [[_cell_value(value) for value in rows[name]] for name in rows]
    forms = [_format(str(n), cells) for n, cells in zip(rows, values, strict=True)]
    wanted = [
        _column_width(head, cells[:_SAMPLE])
        for head, cells in zip(heads, values, strict=True)
    ]
    widths = wanted if lang is None else _on_paper(wanted, values)
    columns = []
    for i, width in enumerate(widths):
        # Else a number on the right touches the text beside it.
        is_indented = lang is not None and i > 0 and forms[i] == "@" != forms[i - 1]
        alignment = Alignment(
            vertical="top",
            wrap_text=lang is not None and (width < wanted[i] or width > _WIDEST),
            horizontal="left" if is_indented else None,
            indent=int(is_indented),
        )
        columns.append(_Column(heads[i], values[i], forms[i], width, alignment))
    return columns


def _on_paper(
    widths: Sequence[float], values: Sequence[Sequence[Any]]
) -> Sequence[float]:
    """Return widths that fit a sheet of paper, if need be with texts that wrap.

    Columns of long texts share what the others leave, by the square root of their
    longest text, which keeps the rows low.
    """
    if sum(widths) <= _PAPER:
        return widths
    is_long = [width > 1.5 * _LEAST_TEXT for width in widths]
    room = _PAPER - sum(w for w, long in zip(widths, is_long, strict=True) if not long)
    longest = (max(map(_text_width, cells), default=0.0) for cells in values)
    parts = [math.sqrt(n) * long for n, long in zip(longest, is_long, strict=True)]
    return [
        max(_LEAST_TEXT, room * part / sum(parts)) if part else width
        for width, part in zip(widths, parts, strict=True)
    ]


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
    columns = _columns(table.rows, lang)
    page = book.create_sheet(name)
    _set_up_page(page, name)
    page.print_title_rows = "1:1"
    for number, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    last = get_column_letter(len(columns))
    page.auto_filter.ref = f"A1:{last}{len(table.rows) + 1}"
    heads = [_head(page, column.head) for column in columns]
    for head, column in zip(heads, columns, strict=True):
        head.alignment = column.alignment
    page.append(heads)
    # Looking a style up takes longer than a cell.
    styles = [_number(page, 0, c.form, c.alignment)._style for c in columns]
    wrapped = [i for i, c in enumerate(columns) if c.alignment.wrap_text]
    for number, row in enumerate(zip(*(c.values for c in columns), strict=True), 2):
        if wrapped:
            room = [(row[i], columns[i].width) for i in wrapped]
            page.row_dimensions[number].height = _height(room)
        cells = [WriteOnlyCell(page, value) for value in row]
        for cell, style in zip(cells, styles, strict=True):
            cell._style = style
            if isinstance(cell.value, str):
                cell.data_type = "s"
        page.append(cells)
    if lang is not None:
        words = section("briefing", lang)
        note = f"{words['sheets']['note']}{words['notes']['colon']}{table.note}"
        page.append([])
        page.append([_text(page, note, font=_NOTE_FONT)])
    texts = (value for column in columns for value in column.values)
    return sum(isinstance(t, str) and len(t) >= MOST_CHARACTERS for t in texts)


def _write_notes(
    page: Any, briefing: Briefing, sheets: Sequence[tuple[str, Table]], n_cut: int
) -> None:
    words = section("briefing", briefing.lang)["sheets"]
    for letter, width in zip("ABC", (22, _WIDE, 10), strict=True):
        page.column_dimensions[letter].width = width
    _set_up_page(page, words["notes"])
    page.append([_head(page, text) for text in words["about"]])
    lines = [(words["name"], briefing.title), *briefing.method]
    lines += [(words["source"], briefing.source), (words["notes"], words["reading"])]
    if n_cut:
        cut = words["cut"].format(n=f"{n_cut:,}", most=f"{MOST_CHARACTERS:,}")
        lines.append((words["notes"], cut))
    for number, line in enumerate(lines, 2):
        page.row_dimensions[number].height = _height([(line[1], _WIDE)])
        page.append([_text(page, text, _WRAPPED) for text in line])
    page.append([])
    page.append([_head(page, text) for text in words["list"]])
    for number, (name, table) in enumerate(sheets, len(lines) + 4):
        page.row_dimensions[number].height = _height([(table.note, _WIDE)])
        link = _text(page, name, _WRAPPED)
        link.hyperlink = f"#'{name}'!A1"
        rows = _number(page, len(table.rows), "#,##0")
        page.append([link, _text(page, table.note, _WRAPPED), rows])


def _height(cells: Iterable[tuple[Any, float]]) -> float:
    """Return the height of a row (points) from its texts and the widths they have.

    Not every program makes a row as high as its text when it opens a file.
    """
    most = 1
    for value, width in cells:
        parts = str("" if value is None else value).split("\n")
        letters = [sum(map(_letter_width, part)) for part in parts]
        most = max(most, sum(max(1, math.ceil(n / (width - 4))) for n in letters))
    return float(min(_HIGHEST, _LINE * most))


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


def _set_up_page(page: Any, name: str) -> None:
    # A header takes & for the start of a code.
    page.oddHeader.left.text = name.replace("&", "&&")
    page.oddFooter.right.text = "&P / &N"
    page.freeze_panes = "A2"
    page.page_setup.orientation = "landscape"
    page.page_margins.left = page.page_margins.right = 0.4  # inches
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _head(page: Any, text: str) -> Any:
    cell = _text(page, text, font=_HEAD_FONT)
    cell.fill = _HEAD_FILL
    return cell


def _text(
    page: Any, text: str, alignment: Alignment = _TOP, font: Font = _BODY_FONT
) -> Any:
    cell = WriteOnlyCell(page, safe_cell(text))
    # Nothing a source wrote becomes a formula, or a spreadsheet's error.
    cell.data_type, cell.number_format = "s", "@"
    cell.font, cell.alignment = font, alignment
    return cell


def _number(page: Any, value: float, form: str, alignment: Alignment = _TOP) -> Any:
    cell = WriteOnlyCell(page, value)
    cell.number_format, cell.font, cell.alignment = form, _BODY_FONT, alignment
    return cell


def _column_width(head: str, values: Iterable[Any]) -> float:
    longest = max([_text_width(head) + 3, *(_text_width(value) for value in values)])
    return min(_WIDEST, max(_NARROWEST, longest + 2))


def _text_width(value: Any) -> float:
    if value is None:
        return 0
    if isinstance(value, float):
        return 8
    return sum(map(_letter_width, str(value).split("\n", 1)[0]))


def _letter_width(character: str) -> float:
    return 2.1 if ord(character) > 0x2E7F else 1.1

"""XLS: the workbooks Excel wrote until 2003."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.characters import normalise_characters
from govopen_analytics.readers.sheets import (
    GENERAL,
    Sheet,
    format_value,
    workbook_source,
)
from govopen_analytics.readers.source import Source


def read_xls(content: bytes) -> Source:
    """Read the visible sheets of an old workbook; hidden rows have a remark."""
    book = _open(content)
    encoding = (book.encoding or "").replace("_", "-") or None
    return workbook_source(_sheets(book), encoding)


def _open(content: bytes) -> Any:
    import xlrd

    try:
        return xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,
            # Else every row is filled up to the last column of any.
            ragged_rows=True,
            # The parser prints its remarks; a library must not.
            logfile=StringIO(),
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise ReadError(
                "the workbook is encrypted; remove the password in Excel or WPS "
                "Office and save it again"
            ) from error
        raise ReadError(
            f"the workbook is damaged ({error}); open it in Excel or WPS Office and "
            "save it as XLSX"
        ) from error


def _sheets(book: Any) -> Iterator[Sheet | Remark]:
    for sheet in book.sheets():
        if sheet.visibility:
            yield Remark("sheet_hidden", {"sheet": sheet.name})
            continue
        cells: dict[int, dict[int, str]] = {}
        for row in range(sheet.nrows):
            for column in range(sheet.row_len(row)):
                text = _cell_text(book, sheet.cell(row, column))
                if text.strip():
                    cells.setdefault(row, {})[column] = text
        yield Sheet(
            sheet.name,
            cells,
            [
                (top, bottom - 1, left, right - 1)
                for top, bottom, left, right in sheet.merged_cells
            ],
            {row for row, info in sheet.rowinfo_map.items() if info.hidden},
            {column for column, info in sheet.colinfo_map.items() if info.hidden},
        )


def _cell_text(book: Any, cell: Any) -> str:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_TEXT:
        return normalise_characters(cell.value).strip("\n")
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        code = _format_code(book, cell)
        return format_value(cell.value, code, is_1904=book.datemode == 1)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERR")
    return ""


def _format_code(book: Any, cell: Any) -> str:
    style = book.xf_list[cell.xf_index] if cell.xf_index is not None else None
    form = book.format_map.get(style.format_key) if style else None
    return form.format_str if form else GENERAL

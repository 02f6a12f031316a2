"""XLS: the workbooks Excel wrote until 2003."""

from io import StringIO
from typing import Any

from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.characters import normalise_characters
from govopen_analytics.readers.grids import add_table
from govopen_analytics.readers.number_formats import GENERAL, format_value
from govopen_analytics.readers.sheets import hidden_remarks, sheet_grid
from govopen_analytics.readers.source import Source, SourceBuilder


def _open(content: bytes, name: str) -> Any:
    import xlrd

    # The parser prints its remarks; a library must not.
    options = {"file_contents": content, "logfile": StringIO()}
    # Else every row is filled up to the last column of any.
    options["ragged_rows"] = True
    try:
        return xlrd.open_workbook(formatting_info=True, **options)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise ReadError(
                f"{name}: the workbook is encrypted; remove the password in Excel or "
                "WPS Office and save it again"
            ) from error
        raise ReadError(
            f"{name}: the workbook is damaged ({error}); open it in Excel or WPS "
            "Office and save it as XLSX"
        ) from error


def _format_code(book: Any, cell: Any) -> str:
    style = book.xf_list[cell.xf_index] if cell.xf_index is not None else None
    found = book.format_map.get(style.format_key) if style else None
    return found.format_str if found else GENERAL


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


def _sheet_cells(book: Any, sheet: Any) -> dict[int, dict[int, str]]:
    cells: dict[int, dict[int, str]] = {}
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            text = _cell_text(book, sheet.cell(row, column))
            if text.strip():
                cells.setdefault(row, {})[column] = text
    return cells


def read_xls(content: bytes, name: str) -> Source:
    """Read the visible sheets of an old workbook; hidden rows are read and told.

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
        If the workbook is damaged, encrypted or too large.
    """
    book = _open(content, name)
    builder = SourceBuilder()
    names, remarks = [], []
    for sheet in book.sheets():
        if sheet.visibility:
            remarks.append(Remark("sheet_hidden", {"sheet": sheet.name}))
            continue
        merges = [
            (top, bottom - 1, left, right - 1)
            for top, bottom, left, right in sheet.merged_cells
        ]
        cells = _sheet_cells(book, sheet)
        rows = [row for row, info in sheet.rowinfo_map.items() if info.hidden]
        columns = [at for at, info in sheet.colinfo_map.items() if info.hidden]
        remarks += hidden_remarks(sheet.name, cells, rows, columns)
        add_table(builder, sheet_grid(cells, merges, name))
        names.append(sheet.name)
    return builder.build(
        "xls",
        encoding=(book.encoding or "").replace("_", "-") or None,
        metadata={"sheets": normalise_characters("、".join(names))},
        remarks=tuple(remarks),
    )

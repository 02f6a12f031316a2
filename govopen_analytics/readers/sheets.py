"""Spreadsheet grids: the used range, with merged ranges as references."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping

from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.grids import Grid
from govopen_analytics.readers.limits import (
    MAX_TABLE_CELLS,
    MAX_TABLE_COLUMNS,
    check_count,
)

# First and last row, first and last column, from 0, both included.
MergedRange = tuple[int, int, int, int]


def sheet_grid(
    cells: Mapping[int, Mapping[int, str]],
    merges: Iterable[MergedRange],
    name: str,
) -> Grid:
    """Lay out the rows and columns of a sheet that print something.

    Rows and columns without any text are left out, wherever they stand.

    Parameters
    ----------
    cells : mapping of int to mapping of int to str
        Text by row, then column, from 0; cells without text are not listed.
    merges : iterable of (int, int, int, int)
        First and last row, first and last column.
    name : str
        File the messages name.

    Returns
    -------
    list of list
        Rows for ``SourceBuilder.table``.

    Raises
    ------
    ReadError
        If the used range is wider or larger than a table may be.
    """
    rows = sorted(row for row, line in cells.items() if line)
    columns = sorted({column for row in rows for column in cells[row]})
    check_count(name, "columns in a sheet", len(columns), MAX_TABLE_COLUMNS)
    n_cells = len(rows) * len(columns)
    check_count(name, "cells in a sheet", n_cells, MAX_TABLE_CELLS)
    grid: Grid = [[cells[row].get(column, "") for column in columns] for row in rows]
    n_merged = 0
    for top, bottom, left, right in merges:
        if left not in cells.get(top, ()):
            continue
        reached_rows = range(bisect_left(rows, top), bisect_right(rows, bottom))
        reached = range(bisect_left(columns, left), bisect_right(columns, right))
        n_merged += len(reached_rows) * len(reached)
        check_count(name, "merged cells in a sheet", n_merged, MAX_TABLE_CELLS)
        _merge(grid, reached_rows, reached)
    return grid


def hidden_remarks(
    title: str,
    cells: Mapping[int, Mapping[int, str]],
    rows: Iterable[int],
    columns: Iterable[int],
) -> list[Remark]:
    """Name the hidden rows and columns of a sheet that hold text.

    Parameters
    ----------
    title : str
        Name of the sheet.
    cells : mapping of int to mapping of int to str
        Text by row, then column, from 0.
    rows, columns : iterable of int
        Those that are hidden, from 0.

    Returns
    -------
    list of Remark
        One on rows and one on columns, where there are any.
    """
    hidden_rows = sorted(row for row in set(rows) if cells.get(row))
    used = {column for line in cells.values() for column in line}
    hidden_columns = sorted(used & set(columns))
    remarks = []
    if hidden_rows:
        shown = ", ".join(str(row + 1) for row in hidden_rows)
        remarks.append(Remark("rows_hidden", {"sheet": title, "rows": shown}))
    if hidden_columns:
        shown = ", ".join(map(column_letters, hidden_columns))
        remarks.append(Remark("columns_hidden", {"sheet": title, "columns": shown}))
    return remarks


def column_letters(column: int) -> str:
    """Name a column as a workbook does: 0 is A, 26 is AA.

    Parameters
    ----------
    column : int
        From 0.

    Returns
    -------
    str
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _merge(grid: Grid, rows: range, columns: range) -> None:
    """Point the cells of a merged range at its upper left cell."""
    origin = (rows[0], columns[0])
    for row in rows:
        for column in columns:
            if (row, column) != origin:
                grid[row][column] = origin

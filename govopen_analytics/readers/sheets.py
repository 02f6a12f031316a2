"""Spreadsheet grids: the used range, with merged ranges as references."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping

from govopen_analytics.readers.limits import (
    MAX_TABLE_CELLS,
    MAX_TABLE_COLUMNS,
    check_count,
)
from govopen_analytics.readers.tables import Grid

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


def _merge(grid: Grid, rows: range, columns: range) -> None:
    """Point the cells of a merged range at its upper left cell."""
    origin = (rows[0], columns[0])
    for row in rows:
        for column in columns:
            if (row, column) != origin:
                grid[row][column] = origin

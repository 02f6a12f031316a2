"""Sheets of a workbook: the used range, with merged ranges as references."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.characters import normalise_characters
from govopen_analytics.readers.limits import (
    MAX_TABLE_CELLS,
    MAX_TABLE_COLUMNS,
    check_count,
)
from govopen_analytics.readers.source import Grid, Source, SourceBuilder

# First and last row, first and last column, from 0, both included.
MergedRange = tuple[int, int, int, int]


@dataclass
class Sheet:
    """One sheet: what its cells print, and what it hides.

    Attributes
    ----------
    cells : dict of int to dict of int to str
        Text by row, then column, from 0; cells without text are not listed.
    merges : list of MergedRange
    hidden_rows, hidden_columns : set of int
        From 0; they are read, and remarked on where they hold text.
    n_uncomputed : int
        Formulas that were stored without a value.
    """

    title: str
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[MergedRange] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    n_uncomputed: int = 0

    def grid(self) -> Grid:
        """Lay out the rows and columns that print something, wherever they stand."""
        cells = self.cells
        rows = sorted(row for row, line in cells.items() if line)
        columns = sorted({column for row in rows for column in cells[row]})
        check_count("columns in a sheet", len(columns), MAX_TABLE_COLUMNS)
        check_count("cells in a sheet", len(rows) * len(columns), MAX_TABLE_CELLS)
        grid: Grid = [[cells[row].get(c, "") for c in columns] for row in rows]
        n_merged = 0
        for top, bottom, left, right in self.merges:
            if left not in cells.get(top, ()):
                continue
            merged_rows = range(bisect_left(rows, top), bisect_right(rows, bottom))
            merged = range(bisect_left(columns, left), bisect_right(columns, right))
            n_merged += len(merged_rows) * len(merged)
            check_count("merged cells in a sheet", n_merged, MAX_TABLE_CELLS)
            origin = (merged_rows[0], merged[0])
            for row in merged_rows:
                for column in merged:
                    if (row, column) != origin:
                        grid[row][column] = origin
        return grid

    def remarks(self) -> list[Remark]:
        """Name the formulas without a value, and hidden rows and columns with text."""
        remarks = []
        if self.n_uncomputed:
            values = {"sheet": self.title, "n": self.n_uncomputed}
            remarks.append(Remark("formulas_without_value", values))
        if rows := sorted(row for row in self.hidden_rows if self.cells.get(row)):
            shown = ", ".join(str(row + 1) for row in rows)
            remarks.append(Remark("rows_hidden", {"sheet": self.title, "rows": shown}))
        used = {column for line in self.cells.values() for column in line}
        if columns := sorted(used & self.hidden_columns):
            shown = ", ".join(get_column_letter(column + 1) for column in columns)
            values = {"sheet": self.title, "columns": shown}
            remarks.append(Remark("columns_hidden", values))
        return remarks


def workbook_source(
    sheets: Iterable[Sheet | Remark], encoding: str | None = None
) -> Source:
    """Put the sheets into one source, a table each; their names into its metadata.

    A sheet that is not read is given as a remark.
    """
    builder = SourceBuilder()
    titles: list[str] = []
    remarks: list[Remark] = []
    for sheet in sheets:
        if isinstance(sheet, Remark):
            remarks.append(sheet)
            continue
        remarks += sheet.remarks()
        builder.table(sheet.grid())
        titles.append(sheet.title)
    metadata = {"sheets": normalise_characters("、".join(titles))}
    return builder.build(encoding, metadata, remarks)

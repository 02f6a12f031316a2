"""Table grids: cells with spans become rows in which merges are references."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govopen_analytics.readers.limits import (
    MAX_TABLE_CELLS,
    MAX_TABLE_COLUMNS,
    check_count,
)
from govopen_analytics.readers.source import SourceBuilder

# A cell's text, or the (row, column) of the cell a merge carries here.
GridCell = str | tuple[int, int]
Grid = list[list[GridCell]]


@dataclass(frozen=True)
class SpannedCell:
    """A cell as HTML declares it: its text, and how far it reaches."""

    text: str
    n_rows: int = 1
    n_columns: int = 1


def _free_column(row: dict[int, GridCell], column: int) -> int:
    while column in row:
        column += 1
    return column


def _as_list(row: dict[int, GridCell]) -> list[GridCell]:
    """Order a row by column; a column nothing reaches is an empty cell."""
    return [row.get(column, "") for column in range(max(row, default=-1) + 1)]


def fill_spans(rows: Sequence[Sequence[SpannedCell]], name: str) -> Grid:
    """Place cells on the grid their row and column spans describe.

    A row shorter than the others stays short.

    Parameters
    ----------
    rows : sequence of sequence of SpannedCell
        Cells in the order of the source.
    name : str
        File the messages name.

    Returns
    -------
    list of list
        Rows for ``SourceBuilder.table``.

    Raises
    ------
    ReadError
        If the spans reach over more cells than a table may have.
    """
    filled: list[dict[int, GridCell]] = [{} for _ in rows]
    n_cells = 0
    for r, row in enumerate(rows):
        column = 0
        for cell in row:
            column = _free_column(filled[r], column)
            n_columns = max(1, min(cell.n_columns, MAX_TABLE_COLUMNS - column))
            last_row = min(r + cell.n_rows, len(rows))
            n_cells += (last_row - r) * n_columns
            check_count(name, "table cells", n_cells, MAX_TABLE_CELLS)
            for reached in range(r, last_row):
                for c in range(column, column + n_columns):
                    filled[reached].setdefault(c, (r, column))
            filled[r][column] = cell.text
            column += n_columns
    return [_as_list(row) for row in filled]


def _prints(row: Sequence[GridCell]) -> bool:
    return any(isinstance(cell, str) and cell.strip() for cell in row)


def drop_blank_rows(grid: Grid) -> Grid:
    """Take out rows in which nothing is printed.

    Parameters
    ----------
    grid : list of list
        Rows with references.

    Returns
    -------
    list of list
        The other rows, their references renumbered.
    """
    kept = [r for r, row in enumerate(grid) if _prints(row)]
    new_row = {r: n for n, r in enumerate(kept)}

    def renumber(cell: GridCell) -> GridCell:
        if isinstance(cell, str):
            return cell
        # What stood in a row without text was itself blank.
        return (new_row[cell[0]], cell[1]) if cell[0] in new_row else ""

    return [[renumber(cell) for cell in grid[r]] for r in kept]


def drop_merged_columns(grid: Grid) -> Grid:
    """Take out columns in which no cell begins, which merges alone reach.

    Parameters
    ----------
    grid : list of list
        Rows with references.

    Returns
    -------
    list of list
        The rows without those columns, their references renumbered.
    """
    begun = sorted(
        {c for row in grid for c, cell in enumerate(row) if isinstance(cell, str)}
    )
    if len(begun) == max((len(row) for row in grid), default=0):
        return grid
    place = {column: n for n, column in enumerate(begun)}

    def renumber(cell: GridCell) -> GridCell:
        return cell if isinstance(cell, str) else (cell[0], place[cell[1]])

    return [[renumber(row[c]) for c in begun if c < len(row)] for row in grid]


def add_table(builder: SourceBuilder, grid: Iterable[list[GridCell]]) -> None:
    """Add a table to a source, or paragraphs where there is only one column.

    A table of one column frames its text and says nothing about cells.

    Parameters
    ----------
    builder : SourceBuilder
        The source being built.
    grid : iterable of list
        Rows with references.
    """
    rows = drop_merged_columns(drop_blank_rows(list(grid)))
    if not rows:
        return
    if max(len(row) for row in rows) > 1:
        builder.table(rows)
        return
    for (cell,) in rows:
        if isinstance(cell, str):
            for line in cell.split("\n"):
                builder.paragraph(line)

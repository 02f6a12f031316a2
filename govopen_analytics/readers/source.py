"""What every reader produces: a text, and blocks that point into it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from govopen_analytics.base.remarks import Remark

# A cell's text, or the (row, column) of the cell a merge carries here, from 0.
GridCell = str | tuple[int, int]
Grid = list[list[GridCell]]


@dataclass(frozen=True)
class Cell:
    """One table cell: its place in the text, and how it came to be filled.

    ``is_merged`` marks a cell whose text was printed in the row above or to the
    left and that a merge carries here; its place is that of the printed text.
    """

    start: int
    end: int
    is_merged: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph, or a table row with its cells.

    Attributes
    ----------
    start, end : int
        Offsets into ``Source.text`` (characters).
    cells : tuple of Cell
        Empty for a paragraph.
    table : int or None
        Which table of the source the row belongs to, from 0.
    heading : int or None
        Outline level, from 1, where the file itself marks the paragraph as a
        heading (HTML ``h1``, a Word heading style).
    """

    start: int
    end: int
    cells: tuple[Cell, ...] = ()
    table: int | None = None
    heading: int | None = None


@dataclass(frozen=True)
class Source:
    """What a reader hands on: the normalised text of a file, and its blocks.

    Attributes
    ----------
    text : str
        Everything the file says, in reading order, stored and never altered.
    blocks : tuple of Block
        In order, not overlapping; what lies between two blocks is white space.
    format : str
        Name of the reader.
    encoding : str or None
        Character encoding, where the format has one.
    metadata : dict of str to str
        What the file says about itself outside its text (HTML ``meta`` tags).
    remarks : tuple of Remark
        What the reader could not be sure of.
    """

    text: str
    blocks: tuple[Block, ...]
    format: str = ""
    encoding: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


class SourceBuilder:
    """Collect paragraphs and rows into a ``Source``.

    Cells of a row are parted by a tab, blocks by a line feed, so that the text
    reads like the file.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._tables = 0

    def _append(self, text: str) -> tuple[int, int]:
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        return start, self._length

    def paragraph(self, text: str, heading: int | None = None) -> None:
        """Add a paragraph; a blank one keeps its line and makes no block."""
        start, end = self._append(text)
        if text.strip():
            self._blocks.append(Block(start, end, heading=heading))
        self._append("\n")

    def paragraphs(self, lines: Iterable[tuple[str, int | None]]) -> None:
        """Add paragraphs, each with its heading level."""
        for line, heading in lines:
            self.paragraph(line, heading)

    def table(self, grid: Sequence[Sequence[GridCell]]) -> None:
        """Add a table without its blank rows and columns that only merges reach.

        A table of one column frames its text and says nothing about cells: it
        becomes paragraphs.
        """
        rows = _compact(grid)
        if max(map(len, rows), default=0) > 1:
            self.rows(rows)
            return
        for (cell,) in rows:
            if isinstance(cell, str):
                self.paragraphs((line, None) for line in cell.split("\n"))

    def rows(self, rows: Sequence[Sequence[GridCell]]) -> None:
        """Add a table as it is, blank rows included."""
        placed: dict[tuple[int, int], Cell] = {}
        for r, row in enumerate(rows):
            first = self._length
            for c, value in enumerate(row):
                if isinstance(value, tuple):
                    origin = placed[value]
                    placed[r, c] = Cell(origin.start, origin.end, is_merged=True)
                else:
                    if self._length > first:
                        self._append("\t")
                    placed[r, c] = Cell(*self._append(value))
            cells = tuple(placed[r, c] for c in range(len(row)))
            self._blocks.append(Block(first, self._length, cells, table=self._tables))
            self._append("\n")
        self._tables += 1

    def build(
        self,
        encoding: str | None = None,
        metadata: dict[str, str] | None = None,
        remarks: Iterable[Remark] = (),
    ) -> Source:
        """Return the source; the parameters are fields of ``Source``."""
        return Source(
            "".join(self._parts),
            tuple(self._blocks),
            encoding=encoding,
            metadata=metadata or {},
            remarks=tuple(remarks),
        )


def _compact(grid: Sequence[Sequence[GridCell]]) -> Grid:
    """Take out rows that print nothing, and columns that merges alone reach."""
    printed = [
        r
        for r, row in enumerate(grid)
        if any(isinstance(cell, str) and cell.strip() for cell in row)
    ]
    new_row = {r: n for n, r in enumerate(printed)}
    begun = sorted(
        {
            c
            for r in printed
            for c, cell in enumerate(grid[r])
            # What stood in a row without text was itself blank.
            if isinstance(cell, str) or cell[0] not in new_row
        }
    )
    new_column = {c: n for n, c in enumerate(begun)}

    def renumbered(cell: GridCell) -> GridCell:
        if isinstance(cell, str):
            return cell
        row, column = cell
        return (new_row[row], new_column[column]) if row in new_row else ""

    return [
        [renumbered(grid[r][c]) for c in begun if c < len(grid[r])] for r in printed
    ]

"""Ruled tables of pages: their cells, and one table again where a page broke it."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from govopen_analytics.readers.printed_lines import (
    CLOSING_MARKS,
    Line,
    gather_lines,
    join_texts,
    was_wrapped,
)
from govopen_analytics.readers.source import Grid, GridCell

# x0, top, x1, bottom, in points from the upper left of the page.
Box = tuple[float, float, float, float]

# Rules drawn twice, or by hand, lie a few points apart.
_EDGE_TOLERANCE = 3.0
_SAME_TABLE_TOLERANCE = 6.0
_PAGE_GAP = 100.0
_NUMBER = re.compile(
    r"[（(]?(\d{1,3}(\.\d{1,2})*|[一二三四五六七八九十]{1,3})[)）、.]?"
)
_SENTENCE_END = tuple("。；！？;!?")
_MIN_NUMBER_SHARE = 0.6


def _flush_left(line: Line) -> Line:
    """Measure a line from its own beginning, wherever the cell sets it."""
    return replace(line, x0=0.0, x1=line.x1 - line.x0)


@dataclass(frozen=True)
class RuledCell:
    """A cell, its place in points from the upper left, and its text.

    ``first`` and ``last`` are its lines, where it has any, and ``room`` is how wide
    a line may be, in points.
    """

    x0: float
    top: float
    x1: float
    bottom: float
    text: str = ""
    first: Line | None = None
    last: Line | None = None
    room: float = 0.0

    def goes_on_in(self, rest: "RuledCell") -> bool:
        """Whether the last line is full, so that the text goes on in another cell."""
        if self.last is None or rest.first is None:
            return False
        return was_wrapped(_flush_left(self.last), rest.first, self.room)


def merge_edges(edges: Iterable[float]) -> list[float]:
    """Return the first of each group of edges that lie close together, in order."""
    merged: list[float] = []
    for edge in sorted(edges):
        if not merged or edge - merged[-1] > _EDGE_TOLERANCE:
            merged.append(edge)
    return merged


@dataclass
class RuledTable:
    """The cells of one table, on as many pages as it takes.

    Attributes
    ----------
    cells : list of RuledCell
        Those of further pages lie below those of the first.
    page_tops : list of float
        Where each further page begins, in points from the top of the first.
    columns : list of float
        Where columns begin and end, from left to right, in points.
    bottom : float
        Where the last row ends, in points.
    """

    cells: list[RuledCell]
    page_tops: list[float] = field(default_factory=list)
    columns: list[float] = field(init=False)
    bottom: float = field(init=False)

    def __post_init__(self) -> None:
        self.columns = merge_edges(
            edge for cell in self.cells for edge in (cell.x0, cell.x1)
        )
        self.bottom = max(cell.bottom for cell in self.cells)

    @property
    def top(self) -> float:
        """Where the first row begins, in points."""
        return min(cell.top for cell in self.cells)

    def goes_on_in(self, following: "RuledTable") -> bool:
        """Whether the table at the top of the next page is the rest of this one.

        They must be as wide, and the columns of one among the other's.
        """
        few, many = sorted((self.columns, following.columns), key=len)
        ends = ((few[0], many[0]), (few[-1], many[-1]))
        if any(abs(one - other) > _SAME_TABLE_TOLERANCE for one, other in ends):
            return False
        return all(
            abs(_nearest_edge(many, edge) - edge) <= _SAME_TABLE_TOLERANCE
            for edge in few
        )

    def append_page(self, following: "RuledTable") -> None:
        """Add the cells of the next page below."""
        page_top = self.bottom + _PAGE_GAP
        shift = page_top - following.top
        self.page_tops.append(page_top)
        for cell in following.cells:
            x0, x1 = self._snapped(cell.x0), self._snapped(cell.x1)
            top, bottom = cell.top + shift, cell.bottom + shift
            self.cells.append(replace(cell, x0=x0, x1=x1, top=top, bottom=bottom))
        new = map(self._snapped, following.columns)
        self.columns = merge_edges([*self.columns, *new])
        self.bottom = following.bottom + shift

    def _snapped(self, x: float) -> float:
        nearest = _nearest_edge(self.columns, x)
        return nearest if abs(nearest - x) <= _SAME_TABLE_TOLERANCE else x

    def lay_out(self) -> "LaidOutTable":
        """Lay the cells out on rows and columns, merged ones as references."""
        columns = self.columns
        rows = merge_edges(
            edge for cell in self.cells for edge in (cell.top, cell.bottom)
        )
        # Nothing is ruled in the gap that parts two pages.
        gaps = {_nearest(rows, top) - 1 for top in self.page_tops}
        ruled = [row for row in range(len(rows) - 1) if row not in gaps]
        place = {row: n for n, row in enumerate(ruled)}
        grid: Grid = [[""] * (len(columns) - 1) for _ in ruled]
        taken: set[tuple[int, int]] = set()
        cells: dict[tuple[int, int], RuledCell] = {}
        for cell in sorted(self.cells, key=lambda cell: (cell.top, cell.x0)):
            top, bottom = _nearest(rows, cell.top), _nearest(rows, cell.bottom)
            left, right = _nearest(columns, cell.x0), _nearest(columns, cell.x1)
            if top not in place or left >= len(columns) - 1:
                continue
            origin = (place[top], left)
            cells[origin] = cell
            for r in (place[row] for row in range(top, bottom) if row in place):
                for c in range(left, right):
                    if (r, c) not in taken:
                        taken.add((r, c))
                        grid[r][c] = cell.text if (r, c) == origin else origin
        first_rows = [place[_nearest(rows, top)] for top in self.page_tops]
        return LaidOutTable(grid, first_rows, cells)


def _nearest(edges: Sequence[float], place: float) -> int:
    n = bisect_left(edges, place)
    return min(
        (near for near in (n - 1, n) if 0 <= near < len(edges)),
        key=lambda near: abs(edges[near] - place),
    )


def _nearest_edge(edges: Sequence[float], x: float) -> float:
    return edges[_nearest(edges, x)]


def _padding(cells: Sequence[tuple[RuledCell, list[Line]]]) -> float:
    """Return the narrowest distance between a rule and the text beside it."""
    distances = [
        distance
        for cell, lines in cells
        for line in lines
        for distance in (line.x0 - cell.x0, _room_after(cell, line))
    ]
    return max(0.0, min(distances, default=0.0))


def _room_after(cell: RuledCell, line: Line) -> float:
    # A closing mark may hang into the margin, which says nothing about it.
    hanging = line.size if line.text.endswith(CLOSING_MARKS) else 0.0
    return cell.x1 - line.x1 + hanging


def _wrapped_text(lines: list[Line], room: float) -> str:
    """Join the lines of a cell, keeping breaks that somebody meant."""
    text = lines[0].text if lines else ""
    for line, following in pairwise(lines):
        if was_wrapped(_flush_left(line), following, room):
            text = join_texts(text, following.text)
        else:
            text += "\n" + following.text
    return text


def _box_of(
    character: dict[str, Any], boxes: Sequence[Box], likely: int | None
) -> int | None:
    """Find the box a character stands in, trying the one of its neighbour first."""
    x = (character["x0"] + character["x1"]) / 2
    y = (character["top"] + character["bottom"]) / 2
    order = range(len(boxes)) if likely is None else (likely, *range(len(boxes)))
    for n in order:
        x0, top, x1, bottom = boxes[n]
        if x0 <= x <= x1 and top <= y <= bottom:
            return n
    return None


def fill_cells(
    boxes: Sequence[Box], characters: Iterable[dict[str, Any]]
) -> tuple[list[RuledCell], list[dict[str, Any]]]:
    """Put the characters of a page into the cells of a table.

    Return the cells in the order of their boxes, and the other characters.
    """
    inside: list[list[dict[str, Any]]] = [[] for _ in boxes]
    outside = []
    likely: int | None = None
    for character in characters:
        box_number = _box_of(character, boxes, likely)
        if box_number is None:
            outside.append(character)
        else:
            inside[box_number].append(character)
        likely = box_number
    cells = [
        (RuledCell(*box), gather_lines(held))
        for box, held in zip(boxes, inside, strict=True)
    ]
    padding = _padding(cells)
    filled = []
    for cell, lines in cells:
        if lines:
            room = cell.x1 - cell.x0 - 2 * padding
            text = _wrapped_text(lines, room)
            cell = replace(cell, text=text, first=lines[0], last=lines[-1], room=room)
        filled.append(cell)
    return filled, outside


@dataclass
class LaidOutTable:
    """The rows of a table, and where further pages begin in them.

    ``cells`` is what is printed at a row and column; without it only rows of a table
    with a column of numbers can be joined.
    """

    grid: Grid
    first_rows: list[int]
    cells: dict[tuple[int, int], RuledCell] = field(default_factory=dict)

    def join_broken_rows(self) -> int:
        """Join rows that a page break cut in two; return how many.

        Header rows that are repeated on every page stay where they are.
        """
        number = self._number_column()
        joined: dict[int, int] = {}
        for first in self.first_rows:
            before = joined.get(first - 1, first - 1)
            row = first + 1 if self._is_header(first) else first
            if first == 0 or row >= len(self.grid) or self._is_header(before):
                continue
            if self._is_rest_of_row(before, row, number):
                self._join_rows(before, row)
                joined[row] = before
        self._take_out(joined)
        return len(joined)

    def _number_column(self) -> int | None:
        """Find the column that counts the rows."""
        for column in range(min(2, len(self.grid[0]))) if self.grid else ():
            cells = [row[column] for row in self.grid[1:]]
            texts = [cell.strip() for cell in cells if isinstance(cell, str)]
            filled = [text for text in texts if text]
            n_numbers = sum(bool(_NUMBER.fullmatch(text)) for text in filled)
            if len(filled) > 1 and n_numbers >= _MIN_NUMBER_SHARE * len(filled):
                return column
        return None

    def _origin(self, row: int, column: int) -> tuple[int, int]:
        cell = self.grid[row][column]
        return cell if isinstance(cell, tuple) else (row, column)

    def _printed(self, row: int, column: int) -> str:
        cell = self.grid[row][column]
        return cell if isinstance(cell, str) else self._printed(*cell)

    def _is_header(self, row: int) -> bool:
        """Whether a row says again what the first row says."""
        header, texts = (
            {cell.strip() for cell in self.grid[r] if isinstance(cell, str)} - {""}
            for r in (0, row)
        )
        return bool(texts) and 2 * len(header & texts) > len(texts)

    def _is_rest_of_row(self, before: int, row: int, number: int | None) -> bool:
        """Whether a row at the top of a page is the rest of the last row before it.

        Where rows are numbered, the rest has no number. Else every cell that goes on
        must have been full, and some cell must have come to its end, unless the row
        is but one cell.
        """
        cells = self.grid[row]
        texts = [cell.strip() if isinstance(cell, str) else "" for cell in cells]
        if not any(texts) or all(texts):
            return False
        if number is not None:
            return cells[number] == "" and bool(self._printed(before, number).strip())
        above = [self._printed(before, column).strip() for column in range(len(texts))]
        has_ended = any(
            end and not text for end, text in zip(above, texts, strict=True)
        )
        if not has_ended and sum(map(bool, texts)) > 1:
            return False
        for column in (column for column, text in enumerate(texts) if text):
            begun = self.cells.get(self._origin(before, column))
            rest = self.cells.get((row, column))
            if begun is None or rest is None or not begun.goes_on_in(rest):
                return False
        return True

    def _join_rows(self, before: int, row: int) -> None:
        """Move the texts of a row to the row it was broken off from."""
        for column, cell in enumerate(self.grid[row]):
            if isinstance(cell, tuple) or not cell.strip():
                continue
            r, c = self._origin(before, column)
            if (r, c) in self.cells and (row, column) in self.cells:
                last = self.cells[row, column].last
                self.cells[r, c] = replace(self.cells[r, c], last=last)
            text = self._printed(r, c)
            is_ended = text.rstrip().endswith((*_SENTENCE_END, "：", ":"))
            joined = f"{text}\n{cell}" if is_ended else join_texts(text, cell)
            self.grid[r][c] = joined

    def _take_out(self, joined: dict[int, int]) -> None:
        """Take out the rows that were joined to others, and follow their merges."""
        grid = self.grid
        rows = [row for row in range(len(grid)) if row not in joined]
        place = {row: n for n, row in enumerate(rows)}

        def moved(cell: GridCell) -> GridCell:
            while isinstance(cell, tuple) and cell[0] in joined:
                other = grid[joined[cell[0]]][cell[1]]
                cell = other if isinstance(other, tuple) else (joined[cell[0]], cell[1])
            return (place[cell[0]], cell[1]) if isinstance(cell, tuple) else cell

        self.grid = [[moved(cell) for cell in grid[row]] for row in rows]

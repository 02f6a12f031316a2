"""Printed pages of any format: lines joined to paragraphs, ruled tables to rows."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from govopen_analytics.base.errors import ReadError, UnsupportedFormatError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.limits import (
    MAX_PAGES,
    MAX_PAGES_SECONDS,
    MAX_TABLE_CELLS,
    check_count,
)
from govopen_analytics.readers.printed_lines import (
    Line,
    continues_paragraph,
    find_margins,
    gather_lines,
    join_texts,
)
from govopen_analytics.readers.printed_tables import (
    RuledTable,
    fill_cells,
    merge_edges,
)
from govopen_analytics.readers.source import Source, SourceBuilder

_PAGE_NUMBER = re.compile(
    r"[-—–－_·•\s]*(第?\s*\d{1,4}\s*页?|[ivxIVX]{1,6})"
    r"(\s*[,，/／]?\s*共?\s*\d{1,4}\s*页)?(\s*/\s*\d{1,4})?[-—–－_·•\s]*"
)
_MAX_PAGE_NUMBER_LENGTH = 30
# Share of the page height, from above and below, where page numbers stand.
_MARGIN_SHARE = 0.12
_MIN_REPEATS = 3
# What a PDF's parser, and an OFD file, write for a shape that is no character.
_UNMAPPED = re.compile(r"\(cid:\d+\)|¤")
_MAX_UNMAPPED_SHARE = 0.3
_CLOSED_WITHIN = 4  # points between the end of a rule and the one that closes it


@dataclass
class Page:
    """The lines and tables of one page, from top to bottom."""

    items: list[Line | RuledTable]
    width: float
    height: float
    n_characters: int
    n_unmapped: int
    has_picture: bool

    def lines(self) -> list[Line]:
        """Return the lines outside of tables."""
        return [item for item in self.items if isinstance(item, Line)]

    def outer_lines(self) -> list[Line]:
        """Return the first and the last of these lines, a single one once."""
        lines = self.lines()
        return lines[:1] + lines[1:][-1:]


def _open_ends(page: Any) -> list[float]:
    """Return where vertical rules end without a horizontal one to close the cells.

    That is how some programs print a row that goes on on the next page.
    """
    columns: dict[int, set[int]] = {}
    closed = set()
    for edge in page.edges:
        if edge["orientation"] == "h":
            closed.add(round(edge["top"]))
            continue
        for end in (edge["top"], edge["bottom"]):
            columns.setdefault(round(end), set()).add(round(edge["x0"]))
    near = range(-_CLOSED_WITHIN, _CLOSED_WITHIN + 1)
    return [
        float(end)
        for end, places in columns.items()
        if len(places) > 2 and not any(end + shift in closed for shift in near)
    ]


def _read_tables(
    page: Any, characters: list[dict[str, Any]]
) -> tuple[list[RuledTable], list[dict[str, Any]]]:
    """Return the tables with more than one column, and what stands outside of them.

    A single ruled box frames text, and says nothing about cells.
    """
    from pdfplumber.table import TableFinder

    tables = []
    settings = {"explicit_horizontal_lines": _open_ends(page)}
    for table in TableFinder(page, settings).tables:
        if len(merge_edges(edge for box in table.cells for edge in box[::2])) < 3:
            continue
        cells, characters = fill_cells(table.cells, characters)
        if any(cell.text for cell in cells):
            tables.append(RuledTable(cells))
    return tables, characters


def read_page(characters: list[dict[str, Any]], page: Any, has_picture: bool) -> Page:
    """Put what a page prints into lines and tables.

    Characters are as pdfplumber gives them (``text``, ``x0``, ``top``, …). The page
    has ``width``, ``height``, ``bbox`` and ``edges``, the rules of its tables, as one
    of pdfplumber's, in points.
    """
    tables, outside = _read_tables(page, characters)
    items: list[Line | RuledTable] = [*gather_lines(outside), *tables]
    items.sort(key=lambda item: item.top)
    return Page(
        items,
        float(page.width),
        float(page.height),
        len(characters),
        sum(bool(_UNMAPPED.fullmatch(character["text"])) for character in characters),
        has_picture,
    )


def read_pages(pages: Sequence[Any], read: Callable[[Any], Page]) -> Iterator[Page]:
    """Read page after page, within the limits on their number and on time."""
    check_count("pages", len(pages), MAX_PAGES)
    started = time.monotonic()
    for n, page in enumerate(pages):
        if time.monotonic() - started > MAX_PAGES_SECONDS:
            raise ReadError(
                f"reading took longer than {MAX_PAGES_SECONDS} seconds and was "
                f"stopped at page {n + 1} of {len(pages)}; split the file"
            )
        yield read(page)


def _check_text_layer(pages: list[Page], form: str, remedy: str) -> list[Remark]:
    """Refuse pictures of pages, and fonts that do not say what they print."""
    n_characters = sum(page.n_characters for page in pages)
    n_unmapped = sum(page.n_unmapped for page in pages)
    if not n_characters:
        raise UnsupportedFormatError(
            f"the {form} has {len(pages)} pages and no text layer, so it is a scan; "
            f"{remedy}"
        )
    if n_unmapped > _MAX_UNMAPPED_SHARE * n_characters:
        raise UnsupportedFormatError(
            f"{n_unmapped} of {n_characters} characters of the {form} have no meaning "
            f"attached, only shapes; {remedy}"
        )
    scans = [
        n
        for n, page in enumerate(pages, 1)
        if page.has_picture and not page.n_characters
    ]
    shown = ", ".join(map(str, scans[:10]))
    return [Remark("pages_without_text", {"pages": shown})] if scans else []


def _in_margin(line: Line, page: Page) -> bool:
    share = _MARGIN_SHARE * page.height
    return line.bottom < share or line.top > page.height - share


def _drop_page_numbers(page: Page) -> list[str]:
    """Take page numbers out of the margins and return them."""
    dropped = []
    for line in page.outer_lines():
        if not _in_margin(line, page) or len(line.text) > _MAX_PAGE_NUMBER_LENGTH:
            continue
        if _PAGE_NUMBER.fullmatch(line.text):
            page.items.remove(line)
            dropped.append(line.text)
    return dropped


def _drop_repeated(pages: list[Page]) -> list[str]:
    """Keep the first of running heads and feet, and return the text of the others."""
    counts = Counter(
        (line.text, round(line.top)) for page in pages for line in page.outer_lines()
    )
    seen: set[str] = set()
    dropped = []
    for page in pages:
        for line in page.outer_lines():
            # Of two pages both must have it, in the margin.
            is_short = len(pages) == 2 and _in_margin(line, page)
            least = 2 if is_short else _MIN_REPEATS
            if counts[line.text, round(line.top)] < least:
                continue
            if line.text in seen:
                page.items.remove(line)
                dropped.append(line.text)
            seen.add(line.text)
    return dropped


class _Joiner:
    """Join lines to paragraphs and pages' tables to tables, in reading order."""

    def __init__(self, pages: list[Page]) -> None:
        self.builder = SourceBuilder()
        self.n_joined = 0
        lines = [line for page in pages for line in page.lines()]
        self._margins = find_margins(lines, max((p.width for p in pages), default=0.0))
        self._text = ""
        self._last: Line | None = None
        self._table: RuledTable | None = None

    def add(self, item: Line | RuledTable, is_new_page: bool) -> None:
        """Add what comes next on the page."""
        if isinstance(item, Line):
            self._add_line(item, is_new_page)
            return
        self._end_paragraph()
        if self._table and is_new_page and self._table.goes_on_in(item):
            self._table.append_page(item)
            return
        self._end_table()
        self._table = item

    def _add_line(self, line: Line, is_new_page: bool) -> None:
        self._end_table()
        if self._last is not None and continues_paragraph(
            self._last, line, self._margins, is_new_page=is_new_page
        ):
            self._text = join_texts(self._text, line.text)
        else:
            self._end_paragraph()
            self._text = line.text
        self._last = line

    def _end_paragraph(self) -> None:
        if self._last is not None:
            self.builder.paragraph(self._text)
        self._last = None

    def _end_table(self) -> None:
        if self._table is None:
            return
        check_count("table cells", len(self._table.cells), MAX_TABLE_CELLS)
        table = self._table.lay_out()
        self.n_joined += table.join_broken_rows()
        self.builder.table(table.grid)
        self._table = None

    def end(self) -> None:
        """Hand over what is still open."""
        self._end_paragraph()
        self._end_table()


def pages_source(
    pages: list[Page], form: str, remedy: str, metadata: dict[str, str]
) -> Source:
    """Join pages to one source; page numbers and running heads become remarks.

    The name of the format and the remedy are for the message on pages that are
    pictures, or whose fonts do not say what they print.
    """
    remarks = _check_text_layer(pages, form, remedy)
    if numbers := [number for page in pages for number in _drop_page_numbers(page)]:
        remarks.append(Remark("page_numbers_left_out", {"numbers": ", ".join(numbers)}))
    if repeated := _drop_repeated(pages):
        heads = ", ".join(dict.fromkeys(repeated))
        values = {"n": len(repeated), "heads": heads}
        remarks.append(Remark("running_heads_left_out", values))
    joiner = _Joiner(pages)
    for page in pages:
        for n, item in enumerate(page.items):
            joiner.add(item, is_new_page=n == 0)
    joiner.end()
    if joiner.n_joined:
        remarks.append(Remark("rows_joined", {"n": joiner.n_joined}))
    return joiner.builder.build(metadata=metadata, remarks=remarks)

"""CSV: delimited text, its delimiter found by which one parts rows alike."""

import csv
from collections import Counter
from io import StringIO

from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.characters import decode_text
from govopen_analytics.readers.limits import (
    MAX_TABLE_CELLS,
    MAX_TEXT_BYTES,
    check_count,
)
from govopen_analytics.readers.source import Source, SourceBuilder

DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 200
_SAMPLE_CHARACTERS = 200_000
# A quoted cell with more lines than this was never meant to be one: somebody
# forgot a quotation mark.
_MAX_CELL_LINES = 100


def _rows(text: str, delimiter: str, *, is_quoted: bool = True) -> list[list[str]]:
    csv.field_size_limit(MAX_TEXT_BYTES)
    rows = csv.reader(
        StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
    )
    return [list(row) for row in rows]


def _agreement(sample: str, delimiter: str) -> tuple[float, int]:
    """Rate a delimiter: how many rows it parts alike, and into how many cells."""
    rows = [row for row in _rows(sample, delimiter) if row]
    # A quotation mark left inside a cell: the delimiter cut a quoted cell in two.
    whole = [row for row in rows if not any(cell.count('"') % 2 for cell in row)]
    widths = Counter(len(row) for row in whole if len(row) > 1)
    if not widths:
        return 0.0, 0
    width, count = widths.most_common(1)[0]
    return count / len(rows), width


def find_delimiter(text: str) -> str:
    """Find what parts most of the first 200 lines into equally many cells.

    A comma if nothing parts any.
    """
    head = text[:_SAMPLE_CHARACTERS]
    sample = "\n".join(head.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES])
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))


def read_csv(content: bytes) -> Source:
    """Read delimited text (comma, tab, semicolon, bar) as one table."""
    decoded = decode_text(content)
    remarks = decoded.remarks
    delimiter = find_delimiter(decoded.text)
    try:
        rows = _rows(decoded.text, delimiter)
        if any(cell.count("\n") > _MAX_CELL_LINES for row in rows for cell in row):
            rows = _rows(decoded.text, delimiter, is_quoted=False)
            remarks += (Remark("quotation_open"),)
    except csv.Error as error:
        raise ReadError(
            f"the file is not delimited text ({error}); open it in a spreadsheet "
            "program and save it as CSV or XLSX"
        ) from error
    check_count("cells", sum(map(len, rows)), MAX_TABLE_CELLS)
    builder = SourceBuilder()
    builder.table(rows)
    return builder.build(decoded.encoding, remarks=remarks)

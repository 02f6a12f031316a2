"""CSV: delimited text, its delimiter found by which one parts rows alike."""

import csv
from collections import Counter
from io import StringIO

from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.encodings import decode_text
from govopen_analytics.readers.grids import Grid, add_table
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


def _rows(text: str, delimiter: str, quoting: int = csv.QUOTE_MINIMAL) -> Grid:
    csv.field_size_limit(MAX_TEXT_BYTES)
    lines = StringIO(text, newline="")
    return [
        list(row) for row in csv.reader(lines, delimiter=delimiter, quoting=quoting)
    ]


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
    """Find what parts the cells of delimited text.

    Parameters
    ----------
    text : str
        The file; its first 200 lines are looked at.

    Returns
    -------
    str
        The delimiter that parts most rows into equally many cells; a comma if
        none parts any.
    """
    head = text[:_SAMPLE_CHARACTERS]
    sample = "\n".join(head.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES])
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))


def _parse(text: str, name: str) -> tuple[Grid, tuple[Remark, ...]]:
    delimiter = find_delimiter(text)
    try:
        rows = _rows(text, delimiter)
        if not any(cell.count("\n") > _MAX_CELL_LINES for row in rows for cell in row):
            return rows, ()
        rows = _rows(text, delimiter, csv.QUOTE_NONE)
    except csv.Error as error:
        raise ReadError(
            f"{name}: the file is not delimited text ({error}); open it in a "
            "spreadsheet program and save it as CSV or XLSX"
        ) from error
    return rows, (Remark("quotation_open"),)


def read_csv(content: bytes, name: str) -> Source:
    """Read delimited text (comma, tab, semicolon, bar) in any known encoding.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        File the messages name.

    Returns
    -------
    Source
        One table.

    Raises
    ------
    EncodingError
        If the bytes are not text.
    ReadError
        If the text is not delimited, or has too many cells.
    """
    decoded = decode_text(content, name)
    rows, remarks = _parse(decoded.text, name)
    check_count(name, "cells", sum(len(row) for row in rows), MAX_TABLE_CELLS)
    builder = SourceBuilder()
    add_table(builder, rows)
    return builder.build(
        "csv", encoding=decoded.encoding, remarks=decoded.remarks + remarks
    )

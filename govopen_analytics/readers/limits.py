"""How large a source may be; beyond that it is refused, not read."""

from collections.abc import Iterator
from contextlib import contextmanager

from govopen_analytics.base.errors import ReadError

MEGABYTE = 1024 * 1024

# The longest plan we know of is under 1 MB of text; a scanned appendix inside a
# PDF or DOCX may weigh a hundred times that without costing any time to skip, and
# a saved web page may hold its pictures.
MAX_FILE_BYTES = 200 * MEGABYTE
MAX_PDF_BYTES = 100 * MEGABYTE
MAX_PAGE_BYTES = 20 * MEGABYTE
MAX_TEXT_BYTES = 4 * MEGABYTE

# What an archive member may unpack to. An XML tree takes about eight times its
# file, so this keeps the largest document near one gigabyte of memory.
MAX_PART_BYTES = 128 * MEGABYTE
# Deflate reaches 1032:1 on a run of zeros; office XML stays under 60:1.
MAX_PART_RATIO = 200
# A small part may compress as well as it likes.
MIN_RATIO_BYTES = 4 * MEGABYTE
MAX_PARTS = 10_000
# An element takes some 150 bytes of memory, however short it is in the file.
MAX_XML_TAGS = 5_000_000

MAX_TABLE_COLUMNS = 500
MAX_TABLE_CELLS = 2_000_000
MAX_TABLE_DEPTH = 50
MAX_SHEET_ROWS = 1_048_576
MAX_PAGES = 2_000
MAX_PAGES_SECONDS = 600
# Codes of a font are numbers of two bytes.
MAX_FONT_CODES = 65_536
# Drawings that a page draws again by name; a map may have thousands.
MAX_PAGE_FORMS = 10_000
# Characters and rules of all pages of an OFD file.
MAX_DRAWN_OBJECTS = 2_000_000
MAX_CONVERSION_SECONDS = 120

_REMEDY = "split the file or keep only the part that holds the plan"


@contextmanager
def errors_named(name: str) -> Iterator[None]:
    """Put the name of a file before what a read error says.

    Readers need not know the name: it is added here, once for all of them.
    """
    try:
        yield
    except ReadError as error:
        error.args = (f"{name}: {error}",)
        raise


def check_size(content: str, size: int, limit: int) -> None:
    """Refuse `content` ("the file") of more bytes than its limit."""
    if size > limit:
        raise ReadError(
            f"{content} is {size / MEGABYTE:,.1f} MB, the limit is "
            f"{limit / MEGABYTE:,.0f} MB; {_REMEDY}"
        )


def check_count(items: str, count: int, limit: int) -> None:
    """Refuse more `items` ("table cells") than their limit."""
    if count > limit:
        raise ReadError(
            f"found at least {count:,} {items}, the limit is {limit:,}; {_REMEDY}"
        )

"""How large a source may be; beyond that it is refused, not read."""

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


def check_size(name: str, what: str, size: int, limit: int) -> None:
    """Refuse something larger than its limit.

    Parameters
    ----------
    name : str
        File the message names.
    what : str
        What was measured ("file", "part word/document.xml unpacked").
    size, limit : int
        In bytes.

    Raises
    ------
    ReadError
        If `size` is above `limit`.
    """
    if size > limit:
        raise ReadError(
            f"{name}: {what} is {size / MEGABYTE:,.1f} MB, "
            f"the limit is {limit / MEGABYTE:,.0f} MB; "
            "split the file or keep only the part that holds the plan"
        )


def check_count(name: str, what: str, count: int, limit: int) -> None:
    """Refuse more of something than its limit.

    Parameters
    ----------
    name : str
        File the message names.
    what : str
        What was counted, in the plural ("table cells").
    count, limit : int
        How many there are, and how many there may be.

    Raises
    ------
    ReadError
        If `count` is above `limit`.
    """
    if count > limit:
        raise ReadError(
            f"{name}: found at least {count:,} {what}, the limit is {limit:,}; "
            "split the file or keep only the part that holds the plan"
        )

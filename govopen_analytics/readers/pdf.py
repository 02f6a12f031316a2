"""PDF with a text layer."""

import logging
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from govopen_analytics.base.errors import ReadError
from govopen_analytics.readers.characters import one_line
from govopen_analytics.readers.limits import MAX_PART_BYTES, check_size
from govopen_analytics.readers.printed_pages import (
    Page,
    pages_source,
    read_page,
    read_pages,
)
from govopen_analytics.readers.source import Source

_ROOT = b"/Root"
_STREAM = re.compile(rb"stream\r?\n")
_MAX_FILTER_LAYERS = 3
_CHUNK_BYTES = 1024 * 1024


def _unpack_bounded(packed: memoryview) -> tuple[int, bytes]:
    """Return how much a stream unpacks to, stopping above the limit, and its head."""
    inflater = zlib.decompressobj()
    size, head = 0, b""
    try:
        for start in range(0, len(packed), _CHUNK_BYTES):
            rest = packed[start : start + _CHUNK_BYTES]
            while rest and not inflater.eof and size <= MAX_PART_BYTES:
                piece = inflater.decompress(rest, _CHUNK_BYTES)
                rest = inflater.unconsumed_tail
                head = head or piece
                size += len(piece)
            if inflater.eof or size > MAX_PART_BYTES:
                break
    except zlib.error:
        # Not deflated, or damaged further on; what came before still counts.
        return size, head
    return size, head


def _is_deflated(packed: memoryview) -> bool:
    """Whether bytes begin like a deflated stream (RFC 1950, section 2.2)."""
    head = packed[:2]
    return len(head) == 2 and head[0] & 15 == 8 and int.from_bytes(head) % 31 == 0


def _check_streams(content: bytes, name: str) -> None:
    """Refuse streams that unpack without end, before the parser unpacks them."""
    total = 0
    for found in _STREAM.finditer(content):
        packed = memoryview(content)[found.end() :]
        for _ in range(_MAX_FILTER_LAYERS):
            if not _is_deflated(packed):
                break
            size, head = _unpack_bounded(packed)
            total += size
            check_size(name, "a stream unpacked", size, MAX_PART_BYTES)
            check_size(name, "all streams unpacked", total, 4 * MAX_PART_BYTES)
            packed = memoryview(head)


def _check_trailer(content: bytes, name: str) -> None:
    """Refuse what has no trailer, before the parser searches all of it for objects."""
    if _ROOT not in content:
        raise ReadError(
            f"{name}: the PDF is cut off or damaged, its trailer (/Root) is missing; "
            "download it again"
        )


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Keep the parser's remarks on fonts and boxes from the user's screen."""
    logger = logging.getLogger("pdfminer")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _open(content: bytes, name: str) -> Any:
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        return pdfplumber.open(BytesIO(content))
    except PdfminerException as error:
        causes = (error, *error.args)
        if any(
            isinstance(e, PDFPasswordIncorrect | PDFEncryptionError) for e in causes
        ):
            raise ReadError(
                f"{name}: the PDF is encrypted; open it with its password and print "
                "it to a new PDF"
            ) from error
        raise ReadError(
            f"{name}: the PDF is cut off or damaged ({error}); download it again"
        ) from error


def _metadata(pdf: Any) -> dict[str, str]:
    """Return the document properties that say something."""
    values = {key: one_line(str(value)) for key, value in (pdf.metadata or {}).items()}
    return {key: value for key, value in values.items() if value.strip("()")}


def _once(page: Any) -> list[dict[str, Any]]:
    """Return the characters of a page, those printed twice for bold type once."""
    places = {
        (each["text"], round(each["x0"]), round(each["top"])) for each in page.chars
    }
    if len(places) == len(page.chars):
        return page.chars
    return page.dedupe_chars(tolerance=1).chars


def _read_page(page: Any) -> Page:
    found = read_page(_once(page), page, bool(page.images))
    page.close()
    return found


def read_pdf(content: bytes, name: str) -> Source:
    """Read a PDF with a text layer.

    Wrapped lines become paragraphs, ruled tables become rows with their merged
    cells, also across pages. Page numbers and repeated running heads go to
    the remarks.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        File the messages name.

    Returns
    -------
    Source
        Document properties (Title, Author, CreationDate) are in its ``metadata``.

    Raises
    ------
    UnsupportedFormatError
        If the pages are pictures, or the fonts do not say what they print.
    ReadError
        If the file is damaged, encrypted or too large.
    """
    _check_trailer(content, name)
    _check_streams(content, name)
    with _without_remarks(), _open(content, name) as pdf:
        metadata = _metadata(pdf)
        pages = list(read_pages(pdf.pages, _read_page, name))
    return pages_source(pages, "pdf", name, metadata)

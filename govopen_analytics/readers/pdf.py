"""PDF with a text layer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import Any

from govopen_analytics.base.errors import ReadError
from govopen_analytics.readers.characters import one_line
from govopen_analytics.readers.pdf_bounds import Bounds, bounded_parser
from govopen_analytics.readers.printed_pages import (
    Page,
    pages_source,
    read_page,
    read_pages,
)
from govopen_analytics.readers.source import Source

_ROOT = b"/Root"


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
        for cause in causes:
            if isinstance(cause, ReadError):
                raise cause from error
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


def _read_page(bounds: Bounds, page: Any) -> Page:
    bounds.start_page()
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
    with (
        _without_remarks(),
        bounded_parser(name) as bounds,
        _open(content, name) as pdf,
    ):
        metadata = _metadata(pdf)
        pages = list(read_pages(pdf.pages, partial(_read_page, bounds), name))
    return pages_source(pages, "pdf", name, metadata)

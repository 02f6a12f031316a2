"""PDF with a text layer, read within limits that the parser itself does not have.

A small file can ask for endless work, and what a stream or a font asks for is known
only when it is read. So five of the parser's functions are replaced while a file is
open.
"""

import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from govopen_analytics.base.errors import ReadError
from govopen_analytics.readers.characters import one_line
from govopen_analytics.readers.limits import (
    MAX_FONT_CODES,
    MAX_PAGE_FORMS,
    MAX_PART_BYTES,
    check_count,
    check_size,
)
from govopen_analytics.readers.printed_pages import (
    Page,
    pages_source,
    read_page,
    read_pages,
)
from govopen_analytics.readers.source import Source

_ROOT = b"/Root"
_CHUNK_BYTES = 1024 * 1024


def read_pdf(content: bytes) -> Source:
    """Read a PDF with a text layer.

    Wrapped lines become paragraphs, ruled tables become rows with their merged
    cells, also across pages. Page numbers and repeated running heads go to
    the remarks, document properties (Title, Author, CreationDate) to the metadata.
    """
    if _ROOT not in content:
        # Else the parser would search all of it for objects.
        raise ReadError(
            "the PDF is cut off or damaged, its trailer (/Root) is missing; download "
            "it again"
        )
    with _bounded_parser() as bounds, _open(content) as pdf:
        values = {key: one_line(str(value)) for key, value in pdf.metadata.items()}
        pages = list(read_pages(pdf.pages, lambda page: _read_page(page, bounds)))
    metadata = {key: value for key, value in values.items() if value.strip("()")}
    remedy = "run character recognition (OCR) on it and give the result"
    return pages_source(pages, "PDF", remedy, metadata)


def _open(content: bytes) -> Any:
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        return pdfplumber.open(BytesIO(content))
    except PdfminerException as error:
        _raise_cause(error)
        causes = (error, *error.args)
        if any(
            isinstance(e, PDFPasswordIncorrect | PDFEncryptionError) for e in causes
        ):
            raise ReadError(
                "the PDF is encrypted; open it with its password and print it to a "
                "new PDF"
            ) from error
        raise ReadError(
            f"the PDF is cut off or damaged ({error}); download it again"
        ) from error


def _raise_cause(error: Exception) -> None:
    """Raise what a limit raised, where the parser has put an error of its own."""
    for cause in error.args:
        if isinstance(cause, ReadError):
            raise cause from error


def _read_page(page: Any, bounds: "_Bounds") -> Page:
    bounds.n_forms = 0
    characters = page.chars
    places = {(c["text"], round(c["x0"]), round(c["top"])) for c in characters}
    if len(places) < len(characters):
        # Printed twice for bold type.
        characters = page.dedupe_chars(tolerance=1).chars
    lines_and_tables = read_page(characters, page, bool(page.images))
    page.close()
    return lines_and_tables


class _Bounds:
    """What one file has asked of the parser so far."""

    def __init__(self) -> None:
        self.n_forms = 0  # of the page
        self._n_unpacked = 0

    def unpack(self, packed: bytes) -> bytes:
        """Inflate a stream, stopping above the limit."""
        inflater = zlib.decompressobj()
        pieces, size, rest = [], 0, packed
        while rest and not inflater.eof:
            pieces.append(inflater.decompress(rest, _CHUNK_BYTES))
            rest = inflater.unconsumed_tail
            size += len(pieces[-1])
            check_size("a stream unpacked", size, MAX_PART_BYTES)
        if not inflater.eof:
            raise zlib.error("incomplete stream")
        self._n_unpacked += size
        check_size("all streams unpacked", self._n_unpacked, 4 * MAX_PART_BYTES)
        return b"".join(pieces)

    def replacements(self) -> Iterator[tuple[Any, str, object]]:
        """Yield what to replace in the parser: where, its name, and by what."""
        from pdfminer import cmapdb, pdffont, pdfinterp, pdftypes

        unpacker = SimpleNamespace(
            decompress=self.unpack,
            decompressobj=zlib.decompressobj,
            error=zlib.error,
        )
        yield pdftypes, "zlib", unpacker
        for function, n_values in (("get_widths", 1), ("get_widths2", 3)):
            yield pdffont, function, _bounded(getattr(pdffont, function), n_values)
        add = cmapdb.FileUnicodeMap.add_cid2unichr
        begin = pdfinterp.PDFPageInterpreter.subinterp

        def counted_add(mapping: Any, cid: int, code: Any) -> None:
            _check_codes(len(mapping.cid2unichr))
            add(mapping, cid, code)

        def counted_begin(interpreter: Any) -> Any:
            self.n_forms += 1
            check_count("forms on a page", self.n_forms, MAX_PAGE_FORMS)
            return begin(interpreter)

        yield cmapdb.FileUnicodeMap, "add_cid2unichr", counted_add
        yield pdfinterp.PDFPageInterpreter, "subinterp", counted_begin


def _check_codes(count: int) -> None:
    check_count("character codes in a font", count, MAX_FONT_CODES)


def _bounded(
    read_widths: Callable[[list[Any]], Any], n_values: int
) -> Callable[[Any], Any]:
    """Let a function refuse ranges of codes that no font has.

    A range is two numbers; `n_values` numbers follow it.
    """
    from pdfminer.pdftypes import resolve1

    def read(widths: Any) -> Any:
        resolved = list(map(resolve1, widths))
        numbers: list[Any] = []
        for value in resolved:
            numbers = [*numbers, value] if isinstance(value, int | float) else []
            if len(numbers) == 2 + n_values:
                _check_codes(int(numbers[1] - numbers[0]))
                numbers = []
        return read_widths(resolved)

    return read


@contextmanager
def _bounded_parser() -> Iterator[_Bounds]:
    """Keep the PDF parser within the limits, and silent, while one file is read."""
    from pdfplumber.utils.exceptions import PdfminerException

    bounds = _Bounds()
    logger = logging.getLogger("pdfminer")
    level = logger.level
    # Its remarks on fonts and boxes are nothing for the user's screen.
    logger.setLevel(logging.ERROR)
    replaced = []
    try:
        for place, function, bounded in bounds.replacements():
            replaced.append((place, function, getattr(place, function)))
            setattr(place, function, bounded)
        yield bounds
    except PdfminerException as error:
        _raise_cause(error)
        raise
    finally:
        for place, function, original in reversed(replaced):
            setattr(place, function, original)
        logger.setLevel(level)

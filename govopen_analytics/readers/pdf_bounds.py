"""Limits inside the PDF parser, where a small file can ask for endless work.

The parser has no limits of its own, and what a stream or a font asks for is known only
when it is read. So four of its functions are replaced while a file is open.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from govopen_analytics.base.errors import ReadError
from govopen_analytics.readers.limits import (
    MAX_FONT_CODES,
    MAX_PAGE_FORMS,
    MAX_PART_BYTES,
    check_count,
    check_size,
)

_CHUNK_BYTES = 1024 * 1024


class Bounds:
    """What one file has asked of the parser so far.

    Parameters
    ----------
    name : str
        File the messages name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._n_forms = 0
        self._n_unpacked = 0

    def start_page(self) -> None:
        """Count the forms of a page from 0."""
        self._n_forms = 0

    def unpack(self, packed: bytes) -> bytes:
        """Inflate a stream, stopping above the limit."""
        inflater = zlib.decompressobj()
        pieces, size, rest = [], 0, packed
        while rest and not inflater.eof:
            pieces.append(inflater.decompress(rest, _CHUNK_BYTES))
            rest = inflater.unconsumed_tail
            size += len(pieces[-1])
            check_size(self.name, "a stream unpacked", size, MAX_PART_BYTES)
        if not inflater.eof:
            raise zlib.error("incomplete stream")
        self._n_unpacked += size
        total = self._n_unpacked
        check_size(self.name, "all streams unpacked", total, 4 * MAX_PART_BYTES)
        return b"".join(pieces)

    def _check_codes(self, count: int) -> None:
        check_count(self.name, "character codes in a font", count, MAX_FONT_CODES)

    def _check_ranges(self, widths: list[Any], n_values: int) -> list[Any]:
        """Refuse ranges of codes that no font has; each comes before its values."""
        numbers: list[Any] = []
        for value in widths:
            numbers = [*numbers, value] if isinstance(value, int | float) else []
            if len(numbers) == 2 + n_values:
                self._check_codes(int(numbers[1] - numbers[0]))
                numbers = []
        return widths

    def replacements(self) -> Iterator[tuple[object, str, object]]:
        """Yield what to replace in the parser: where, its name, and by what."""
        from pdfminer import cmapdb, pdffont, pdfinterp, pdftypes

        unpacker = SimpleNamespace(
            decompress=self.unpack,
            decompressobj=zlib.decompressobj,
            error=zlib.error,
        )
        yield pdftypes, "zlib", unpacker
        for function, n_values in (("get_widths", 1), ("get_widths2", 3)):
            original = getattr(pdffont, function)
            yield pdffont, function, self._with_ranges(original, n_values)
        add = cmapdb.FileUnicodeMap.add_cid2unichr
        begin = pdfinterp.PDFPageInterpreter.subinterp

        def counted_add(mapping: Any, cid: int, code: Any) -> None:
            self._check_codes(len(mapping.cid2unichr))
            add(mapping, cid, code)

        def counted_begin(interpreter: Any) -> Any:
            self._n_forms += 1
            check_count(self.name, "forms on a page", self._n_forms, MAX_PAGE_FORMS)
            return begin(interpreter)

        yield cmapdb.FileUnicodeMap, "add_cid2unichr", counted_add
        yield pdfinterp.PDFPageInterpreter, "subinterp", counted_begin

    def _with_ranges(
        self, original: Callable[[list[Any]], Any], n_values: int
    ) -> Callable[[Any], Any]:
        from pdfminer.pdftypes import resolve1

        def checked(widths: Any) -> Any:
            return original(self._check_ranges(list(map(resolve1, widths)), n_values))

        return checked


@contextmanager
def bounded_parser(name: str) -> Iterator[Bounds]:
    """Keep the PDF parser within the limits while one file is read.

    Parameters
    ----------
    name : str
        File the messages name.

    Yields
    ------
    Bounds
        To tell where a page begins.

    Raises
    ------
    ReadError
        If the file asks for more than the limits allow.
    """
    from pdfplumber.utils.exceptions import PdfminerException

    bounds = Bounds(name)
    replaced = []
    try:
        for place, function, bounded in bounds.replacements():
            replaced.append((place, function, getattr(place, function)))
            setattr(place, function, bounded)
        yield bounds
    except PdfminerException as error:
        for cause in error.args:
            if isinstance(cause, ReadError):
                raise cause from error
        raise
    finally:
        for place, function, original in reversed(replaced):
            setattr(place, function, original)

"""DOC and WPS: converted by LibreOffice where it is there, and checked afterwards.

The check holds the conversion against the text that the file itself stores.

References
----------
.. [1] Microsoft, [MS-DOC]: Word (.doc) Binary File Format, sections 2.4.1
   (Retrieving Text) and 2.8.35 (PlcPcd).
"""

import re
import shutil
import struct
import subprocess
import tempfile
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path

from govopen_analytics.base.errors import ReadError, UnsupportedFormatError
from govopen_analytics.base.fingerprints import PROGRAMS
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.docx import read_docx
from govopen_analytics.readers.limits import MAX_CONVERSION_SECONDS
from govopen_analytics.readers.source import Source

_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*\x14?")
_MIN_KEPT_SHARE = 0.98
_SAVE_AS = "in Word or WPS Office and save it as DOCX"

_WORD_MAGIC = 0xA5EC
_FLAGS, _CLX_PLACE = 0x0A, 0x01A2
_ENCRYPTED, _TABLE_ONE = 0x0100, 0x0200
_PROPERTIES, _PIECES = 0x01, 0x02
_COMPRESSED = 0x4000_0000
_CELL_MARK = "\x07"


def read_doc(content: bytes) -> Source:
    """Read an old Word file, or one of WPS Office, through LibreOffice.

    A conversion that lost cells or letters carries a remark.
    """
    stored = stored_text(content)
    program = find_converter()
    if program is None:
        raise UnsupportedFormatError(
            "reading old Word and WPS files needs LibreOffice, and neither of "
            f"{' or '.join(PROGRAMS)} was found; install it, or open the file "
            f"{_SAVE_AS}"
        )
    source = read_docx(_convert(content, program))
    return replace(source, remarks=source.remarks + _check_conversion(stored, source))


def find_converter() -> str | None:
    """Return the path of LibreOffice on this machine, None where it is not there."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def _convert(content: bytes, program: str) -> bytes:
    """Let LibreOffice write a file as DOCX, in a folder and profile of its own."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given.doc"
        given.write_bytes(content)
        command = [
            program,
            "--headless",
            "--norestore",
            f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            folder,
            str(given),
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=MAX_CONVERSION_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise ReadError(
                f"LibreOffice took longer than {MAX_CONVERSION_SECONDS} seconds to "
                f"convert the file and was stopped; open it {_SAVE_AS}"
            ) from error
        converted = given.with_suffix(".docx")
        if not converted.exists():
            reason = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
            raise ReadError(
                "LibreOffice could not convert the file "
                f"({reason or 'no reason given'}); open it {_SAVE_AS}"
            )
        return converted.read_bytes()


def _check_conversion(stored: str, source: Source) -> tuple[Remark, ...]:
    """Compare what was stored with what came out of the conversion."""
    remarks = []
    n_marks = stored.count(_CELL_MARK)
    n_cells = sum(len(block.cells) for block in source.blocks)
    n_rows = sum(bool(block.cells) for block in source.blocks)
    if n_marks > n_cells + n_rows:
        counts = {"n_marks": n_marks, "n_cells": n_cells, "n_rows": n_rows}
        remarks.append(Remark("doc_cells_missing", counts))
    before = Counter(_FIELD_CODE.sub("", stored))
    after = Counter(source.text)
    letters = {c: n for c, n in before.items() if c.isalnum()}
    n_lost = sum(max(0, n - after[c]) for c, n in letters.items())
    if n_lost > (1 - _MIN_KEPT_SHARE) * sum(letters.values()):
        counts = {"n_lost": n_lost, "n_letters": sum(letters.values())}
        remarks.append(Remark("doc_letters_missing", counts))
    return tuple(remarks)


def stored_text(content: bytes) -> str:
    """Return the text a .doc file stores: main text, notes and headers.

    Paragraphs end in ``\\r``; cells and rows of a table end in ``\\a``.
    """
    from xlrd.compdoc import CompDoc, CompDocError

    try:
        compound = CompDoc(content, logfile=StringIO())
        document = compound.get_named_stream("WordDocument") or b""
        magic, flags = (struct.unpack_from("<H", document, n)[0] for n in (0, _FLAGS))
        if magic != _WORD_MAGIC:
            raise ReadError(f"the Word file is older than Word 97; open it {_SAVE_AS}")
        if flags & _ENCRYPTED:
            raise ReadError(
                "the Word file is encrypted; remove the password in Word or WPS "
                "Office and save it as DOCX"
            )
        table_name = "1Table" if flags & _TABLE_ONE else "0Table"
        table = compound.get_named_stream(table_name) or b""
        start, size = struct.unpack_from("<II", document, _CLX_PLACE)
        pieces = _pieces(table, start, size)
        return "".join(_piece_text(document, *piece) for piece in pieces)
    except (CompDocError, struct.error, IndexError) as error:
        raise ReadError(
            f"the Word file is cut off or damaged ({error}); download it again, or "
            f"open it {_SAVE_AS}"
        ) from error


def _pieces(table: bytes, start: int, size: int) -> list[tuple[int, int]]:
    """Return the length in characters and the place of every piece of text."""
    place, end = start, start + size
    while place < end and table[place] == _PROPERTIES:
        place += 3 + struct.unpack_from("<h", table, place + 1)[0]
    if place >= end or table[place] != _PIECES:
        return []
    n_bytes = struct.unpack_from("<i", table, place + 1)[0]
    n = (n_bytes - 4) // 12
    starts = struct.unpack_from(f"<{n + 1}i", table, place + 5)
    first = place + 5 + 4 * (n + 1)
    places = [struct.unpack_from("<I", table, first + 8 * k + 2)[0] for k in range(n)]
    return [(starts[k + 1] - starts[k], places[k]) for k in range(n)]


def _piece_text(document: bytes, length: int, place: int) -> str:
    if place & _COMPRESSED:
        start = (place & ~_COMPRESSED) // 2
        return document[start : start + length].decode("cp1252", "replace")
    return document[place : place + 2 * length].decode("utf-16-le", "replace")

"""The raw text of an old Word file, to check a conversion against.

References
----------
.. [1] Microsoft, [MS-DOC]: Word (.doc) Binary File Format, sections 2.4.1
   (Retrieving Text) and 2.8.35 (PlcPcd).
"""

import struct
from dataclasses import dataclass
from io import StringIO

from govopen_analytics.base.errors import ReadError

_WORD_MAGIC = 0xA5EC
_FLAGS, _CLX_PLACE = 0x0A, 0x01A2
_ENCRYPTED, _TABLE_ONE = 0x0100, 0x0200
_PROPERTIES, _PIECES = 0x01, 0x02
_COMPRESSED = 0x4000_0000
CELL_MARK = "\x07"


@dataclass(frozen=True)
class WordText:
    """The text a .doc file stores, with its control characters.

    Attributes
    ----------
    text : str
        Paragraphs end in ``\\r``; cells and rows of a table end in ``\\a``.
    """

    text: str

    @property
    def n_marks(self) -> int:
        """How many cells and rows end in the text (count)."""
        return self.text.count(CELL_MARK)


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


def word_text(content: bytes, name: str) -> WordText:
    """Read the stored text of a .doc file.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        File the messages name.

    Returns
    -------
    WordText
        Main text, notes and headers, with the marks that end cells and rows.

    Raises
    ------
    ReadError
        If the file is encrypted, damaged or older than Word 97.
    """
    from xlrd.compdoc import CompDoc, CompDocError

    try:
        compound = CompDoc(content, logfile=StringIO())
        document = compound.get_named_stream("WordDocument") or b""
        magic, flags = (struct.unpack_from("<H", document, n)[0] for n in (0, _FLAGS))
        if magic != _WORD_MAGIC:
            raise ReadError(
                f"{name}: the Word file is older than Word 97; open it in Word or WPS "
                "Office and save it as DOCX"
            )
        if flags & _ENCRYPTED:
            raise ReadError(
                f"{name}: the Word file is encrypted; remove the password in Word or "
                "WPS Office and save it as DOCX"
            )
        table_name = "1Table" if flags & _TABLE_ONE else "0Table"
        table = compound.get_named_stream(table_name) or b""
        start, size = struct.unpack_from("<II", document, _CLX_PLACE)
        pieces = _pieces(table, start, size)
        return WordText("".join(_piece_text(document, *piece) for piece in pieces))
    except (CompDocError, struct.error, IndexError) as error:
        raise ReadError(
            f"{name}: the Word file is cut off or damaged ({error}); download it "
            "again, or open it in Word or WPS Office and save it as DOCX"
        ) from error

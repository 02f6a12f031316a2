"""Which format a file is in, from its bytes; its name is only a second opinion."""

import re
import zipfile
from io import BytesIO

HEAD_BYTES = 65_536

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM\x00\x00", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"MIME-Version:", "mhtml"),
)
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A PDF may be preceded by a line a server or a mail program has added.
_PDF_WITHIN = 1024

# Streams that tell one compound file from another, in order of preference: an
# encrypted file holds nothing else, and a Word file may embed a workbook.
_STREAMS = (
    ("EncryptedPackage", "encrypted_office"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
)
_DIRECTORY_ENTRY_BYTES = 128
_DIRECTORY_NAME_BYTES = 64

# Old BIFF workbooks without the compound file around them.
_BARE_WORKBOOK = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00")

_ARCHIVE_PARTS = (
    (re.compile(r"word/document\d*\.xml"), "docx"),
    (re.compile(r"xl/workbook\.xml"), "xlsx"),
    (re.compile(r"xl/workbook\.bin"), "xlsb"),
    (re.compile(r"ppt/presentation\.xml"), "ppt"),
    (re.compile(r"(.*/)?OFD\.xml"), "ofd"),
    (re.compile(r"content\.xml"), "opendocument"),
)

_HTML_START = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--((?!-->).)*-->\s*)*"
    r"<(!doctype html|html|head|body|meta|title|script|style|div|table|p|span|h\d)"
    r"[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_HTML_TAGS = re.compile(r"</(p|div|td|tr|table|span|body|html)\s*>", re.IGNORECASE)
_HTML_ROOT = re.compile(rb"<(?:!doctype html|html|body)[\s>]", re.IGNORECASE)
_MIN_HTML_TAGS = 2


def _compound_format(content: bytes) -> str:
    """Tell the formats inside a compound file apart by its directory entries.

    Entries are 128 bytes and begin with a zero-padded UTF-16 name; reading them
    where they stand also works in files whose allocation table is damaged.
    """
    for stream, found in _STREAMS:
        entry = stream.encode("utf-16-le").ljust(_DIRECTORY_NAME_BYTES, b"\0")
        place = content.find(entry)
        while place >= 0:
            if place % _DIRECTORY_ENTRY_BYTES == 0:
                return found
            place = content.find(entry, place + 1)
    return "compound_file"


def _archive_format(content: bytes) -> str:
    try:
        names = zipfile.ZipFile(BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "damaged_archive"
    for pattern, found in _ARCHIVE_PARTS:
        if any(pattern.fullmatch(part.replace("\\", "/")) for part in names):
            return found
    return "archive"


def _looks_like_html(head: bytes) -> bool:
    # Without its zero bytes, the tags of a UTF-16 page read as ASCII.
    text = head.replace(b"\0", b"").decode("latin-1").lstrip("\xff\xfe\xef\xbb\xbf")
    if _HTML_START.match(text):
        return True
    tags = _HTML_TAGS.finditer(text)
    return sum(1 for _, _ in zip(range(_MIN_HTML_TAGS), tags, strict=False)) >= 2


def has_html_root(content: bytes) -> bool:
    """Tell whether bytes open as a whole HTML page does.

    Parameters
    ----------
    content : bytes
        The whole file.

    Returns
    -------
    bool
    """
    return bool(_HTML_ROOT.search(content[:HEAD_BYTES].replace(b"\0", b"")))


def sniff_format(content: bytes) -> str | None:
    """Name the format of a file from its bytes.

    Parameters
    ----------
    content : bytes
        The whole file.

    Returns
    -------
    str or None
        A format name, or None for plain characters (text, Markdown, CSV) and for
        anything without a mark of its own.
    """
    for magic, found in _MAGIC:
        if content.startswith(magic):
            return found
    if content.startswith(_COMPOUND_FILE):
        return _compound_format(content)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive_format(content)
    if b"%PDF-" in content[:_PDF_WITHIN]:
        return "pdf"
    if _BARE_WORKBOOK.match(content):
        return "xls"
    return "html" if _looks_like_html(content[:HEAD_BYTES]) else None

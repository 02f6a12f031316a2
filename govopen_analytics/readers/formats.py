"""Which format a file is in, by its bytes; by its name where these say nothing."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from govopen_analytics.base.data_files import load_yaml
from govopen_analytics.base.errors import ReadError, UnsupportedFormatError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.limits import (
    MAX_FILE_BYTES,
    MAX_PAGE_BYTES,
    MAX_PDF_BYTES,
    MAX_TEXT_BYTES,
)
from govopen_analytics.readers.source import Source


@dataclass(frozen=True)
class Format:
    """A format that can be read; the module of this name has its ``read_<name>``.

    Attributes
    ----------
    extensions : tuple of str
        With the dot, lower case.
    max_bytes : int
        Largest file that is read.
    has_mark : bool
        Whether the bytes of every whole file show the format.
    """

    name: str
    extensions: tuple[str, ...]
    max_bytes: int = MAX_FILE_BYTES
    has_mark: bool = True

    def reader(self) -> Callable[[bytes], Source]:
        """Return the reader; its libraries are imported only now."""
        module = import_module(f"govopen_analytics.readers.{self.name}")
        return getattr(module, f"read_{self.name}")


FORMATS = {
    form.name: form
    for form in (
        Format("text", (".txt", ".text", ".md", ".markdown"), MAX_TEXT_BYTES, False),
        Format("csv", (".csv", ".tsv"), MAX_TEXT_BYTES, False),
        Format("html", (".html", ".htm", ".shtml", ".xhtml"), MAX_PAGE_BYTES, False),
        Format("docx", (".docx", ".docm", ".dotx")),
        Format("xlsx", (".xlsx", ".xlsm", ".xltx")),
        Format("xls", (".xls", ".xlt")),
        Format("pdf", (".pdf",), MAX_PDF_BYTES),
        Format("ofd", (".ofd",), MAX_PDF_BYTES),
        Format("doc", (".doc", ".dot")),
    )
}
# By name: description, remedy, extensions.
_REFUSED: dict[str, dict[str, Any]] = load_yaml(__package__, "refused.yml")
_UNCLEAR = (None, "archive", "compound_file")
_MARKDOWN = (".md", ".markdown")

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
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# A PDF may be preceded by a line a server or a mail program has added.
_PDF_WITHIN = 1024
# Old BIFF workbooks without the compound file around them.
_BARE_WORKBOOK = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00")

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

_ARCHIVE_PARTS = (
    (re.compile(r"word/document\d*\.xml"), "docx"),
    (re.compile(r"xl/workbook\.xml"), "xlsx"),
    (re.compile(r"xl/workbook\.bin"), "xlsb"),
    (re.compile(r"ppt/presentation\.xml"), "ppt"),
    (re.compile(r"(.*/)?OFD\.xml"), "ofd"),
    (re.compile(r"content\.xml"), "opendocument"),
)

_HTML_WITHIN = 65_536
_HTML_START = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--((?!-->).)*-->\s*)*"
    r"<(!doctype html|html|head|body|meta|title|script|style|div|table|p|span|h\d)"
    r"[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_HTML_TAGS = re.compile(r"</(p|div|td|tr|table|span|body|html)\s*>", re.IGNORECASE)
_HTML_ROOT = re.compile(rb"<(?:!doctype html|html|body)[\s>]", re.IGNORECASE)


def choose_format(content: bytes, name: str) -> tuple[Format, tuple[Remark, ...]]:
    """Settle what a file is; where bytes and name disagree, the bytes win."""
    ending = Path(name).suffix.lower()
    expected = format_of_name(name)
    sniffed = _sniff(content)
    for refused in _REFUSED.values():
        if ending in refused.get("extensions", ()) and sniffed in _UNCLEAR:
            raise _refusal(refused)
    if sniffed == "damaged_archive":
        raise ReadError(
            "the archive is cut off or damaged, its table of contents cannot be read; "
            "download the file again"
        )
    if sniffed in _REFUSED:
        raise _refusal(_REFUSED[sniffed])
    if sniffed == "html" and expected:
        # Plain text may quote tags, or be a page saved as text with some left in.
        is_quoting = expected.name == "csv" or ending in _MARKDOWN
        if is_quoting or (expected.name == "text" and not _has_html_root(content)):
            sniffed = None
    if sniffed is None and expected and not expected.has_mark:
        return expected, ()
    form = FORMATS[sniffed or "text"]
    if expected in (None, form):
        return form, ()
    values = {"ending": ending, "format": form.name}
    return form, (Remark("name_differs", values),)


def format_of_name(name: str) -> Format | None:
    """Return the format that the extension of a file names, if it is one we read."""
    ending = Path(name).suffix.lower()
    forms = (form for form in FORMATS.values() if ending in form.extensions)
    return next(forms, None)


def _refusal(refused: dict[str, Any]) -> UnsupportedFormatError:
    return UnsupportedFormatError(
        f"this is {refused['description']}, which cannot be read; "
        f"{refused['remedy']}. Formats that can be read: {', '.join(FORMATS)}"
    )


def _sniff(content: bytes) -> str | None:
    """Name the format by the bytes; None for plain text and what bears no mark."""
    for magic, form in _MAGIC:
        if content.startswith(magic):
            return form
    if content.startswith(_COMPOUND_FILE):
        return _compound_format(content)
    if content.startswith(_ZIP):
        return _archive_format(content)
    if b"%PDF-" in content[:_PDF_WITHIN]:
        return "pdf"
    if _BARE_WORKBOOK.match(content):
        return "xls"
    return "html" if _looks_like_html(content) else None


def _compound_format(content: bytes) -> str:
    """Tell the formats inside a compound file apart by its directory entries.

    Entries are 128 bytes and begin with a zero-padded UTF-16 name; reading them
    where they stand also works in files whose allocation table is damaged.
    """
    for stream, form in _STREAMS:
        entry = stream.encode("utf-16-le").ljust(_DIRECTORY_NAME_BYTES, b"\0")
        place = content.find(entry)
        while place >= 0:
            if place % _DIRECTORY_ENTRY_BYTES == 0:
                return form
            place = content.find(entry, place + 1)
    return "compound_file"


def _archive_format(content: bytes) -> str:
    try:
        names = zipfile.ZipFile(BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "damaged_archive"
    for pattern, form in _ARCHIVE_PARTS:
        if any(pattern.fullmatch(part.replace("\\", "/")) for part in names):
            return form
    return "archive"


def _looks_like_html(content: bytes) -> bool:
    # Without its zero bytes, the tags of a UTF-16 page read as ASCII.
    head = content[:_HTML_WITHIN].replace(b"\0", b"")
    text = head.decode("latin-1").lstrip("\xff\xfe\xef\xbb\xbf")
    if _HTML_START.match(text):
        return True
    first = _HTML_TAGS.search(text)
    return first is not None and _HTML_TAGS.search(text, first.end()) is not None


def _has_html_root(content: bytes) -> bool:
    """Tell whether bytes open as a whole HTML page does."""
    return bool(_HTML_ROOT.search(content[:_HTML_WITHIN].replace(b"\0", b"")))

"""Bytes of one format to a ``Source``; a module per format, one registry."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from govopen_analytics.base.errors import (
    EmptyDocumentError,
    EncodingError,
    GovOpenError,
    ReadError,
    UnsupportedFormatError,
    installation_fault,
)
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.limits import (
    MAX_FILE_BYTES,
    MAX_PAGE_BYTES,
    MAX_PDF_BYTES,
    MAX_TEXT_BYTES,
    check_size,
)
from govopen_analytics.readers.sniffing import has_html_root, sniff_format
from govopen_analytics.readers.source import Block, Cell, Source, SourceBuilder

__all__ = [
    "FORMATS",
    "Block",
    "Cell",
    "Format",
    "Source",
    "SourceBuilder",
    "read_bytes",
    "read_source",
]


@dataclass(frozen=True)
class Format:
    """One format: the file extensions it goes by, and where its reader is.

    Attributes
    ----------
    name : str
        Name of the module and of its ``read_<name>`` function.
    extensions : tuple of str
        With the dot, lower case.
    max_bytes : int
        Largest file that is read.
    is_plain : bool
        Whether its bytes carry no mark, so that only the extension names it.
    """

    name: str
    extensions: tuple[str, ...]
    max_bytes: int = MAX_FILE_BYTES
    is_plain: bool = False

    def reader(self) -> Callable[[bytes, str], Source]:
        """Return the reader; its libraries are imported only now."""
        module = import_module(f"{__name__}.{self.name}")
        return getattr(module, f"read_{self.name}")


FORMATS = {
    form.name: form
    for form in (
        Format("text", (".txt", ".text", ".md", ".markdown"), MAX_TEXT_BYTES, True),
        Format("csv", (".csv", ".tsv"), MAX_TEXT_BYTES, True),
        Format("html", (".html", ".htm", ".shtml", ".xhtml"), MAX_PAGE_BYTES),
        Format("docx", (".docx", ".docm", ".dotx")),
        Format("xlsx", (".xlsx", ".xlsm", ".xltx")),
        Format("xls", (".xls", ".xlt")),
        Format("pdf", (".pdf",), MAX_PDF_BYTES),
        Format("ofd", (".ofd",), MAX_PDF_BYTES),
        Format("doc", (".doc", ".dot")),
    )
}

_SAVE_AS = "open it in {program} and save it as {target}"
_OFFICE = "Microsoft Office, WPS Office or LibreOffice"
# Formats that are recognised and refused: what the file is, and what to do.
REFUSED = {
    "broken_ofd": (
        "no whole OFD file, although its name says so",
        "download it again, or open it in an OFD viewer and print or export it as PDF "
        "with a text layer",
    ),
    "wps": (
        "a file of WPS Office with neither a Word document nor a workbook in it",
        _SAVE_AS.format(program="WPS Office", target="DOCX or XLSX"),
    ),
    "encrypted_office": (
        "an encrypted Office file",
        "remove the password in the program that made it and save it again",
    ),
    "opendocument": (
        "an OpenDocument file",
        _SAVE_AS.format(program="LibreOffice", target="DOCX or XLSX"),
    ),
    "rtf": ("an RTF file", _SAVE_AS.format(program=_OFFICE, target="DOCX")),
    "mhtml": (
        "a web archive (MHTML)",
        "open it in a browser and save the page as HTML",
    ),
    "xlsb": (
        "a binary workbook (XLSB)",
        _SAVE_AS.format(program=_OFFICE, target="XLSX"),
    ),
    "ppt": (
        "a slide presentation",
        "copy the plan into a DOCX or text file",
    ),
    "image": (
        "an image",
        "run character recognition (OCR) on it and save the result as text or DOCX",
    ),
    "compound_file": (
        "an Office compound file with neither a Word document nor a workbook in it",
        "download it again in case it was cut off, or "
        + _SAVE_AS.format(program="the program that made it", target="DOCX or XLSX"),
    ),
    "archive": ("a ZIP archive", "unpack it and give each file by itself"),
    "rar": ("a RAR archive", "unpack it and give each file by itself"),
    "7z": ("a 7z archive", "unpack it and give each file by itself"),
    "gzip": ("a gzip archive", "unpack it and give each file by itself"),
}
# What cannot be in a file of this name unless its content is another format.
_REFUSED_EXTENSIONS = {
    ".wps": "wps",
    ".wpt": "wps",
    ".et": "wps",
    ".ett": "wps",
    ".ofd": "broken_ofd",
    ".mht": "mhtml",
}
_UNKNOWN = (None, "archive", "compound_file")
_MARKDOWN = (".md", ".markdown")


def _extension(name: str) -> str:
    return Path(name).suffix.lower()


def _format_of_extension(name: str) -> str | None:
    extension = _extension(name)
    for form in FORMATS.values():
        if extension in form.extensions:
            return form.name
    return None


def _has_mark(name: str) -> bool:
    """Tell whether the bytes of every whole file of a format show the format."""
    return not FORMATS[name].is_plain and name != "html"


def _refuse(name: str, found: str) -> UnsupportedFormatError:
    what, remedy = REFUSED[found]
    known = ", ".join(FORMATS)
    return UnsupportedFormatError(
        f"{name}: this is {what}, which cannot be read; {remedy}. "
        f"Formats that can be read: {known}"
    )


def _choose_format(content: bytes, name: str) -> tuple[str, tuple[Remark, ...]]:
    """Settle what a file is; where bytes and name disagree, the bytes win."""
    expected = _format_of_extension(name)
    found = sniff_format(content)
    refused = _REFUSED_EXTENSIONS.get(_extension(name))
    if refused and found in _UNKNOWN:
        raise _refuse(name, refused)
    if found == "damaged_archive":
        raise ReadError(
            f"{name}: the archive is cut off or damaged, its table of contents "
            "cannot be read; download the file again"
        )
    if found in REFUSED:
        raise _refuse(name, found)
    is_quoting = expected == "csv" or _extension(name) in _MARKDOWN
    is_debris = expected == "text" and not has_html_root(content)
    if found == "html" and (is_quoting or is_debris):
        # Plain text may quote tags, or be a page saved as text with some left in.
        found = None
    if found is None:
        found = "text" if expected is None or _has_mark(expected) else expected
    if expected in (None, found):
        return found, ()
    values = {"ending": _extension(name), "format": found}
    return found, (Remark("name_differs", values),)


def read_bytes(content: bytes, name: str) -> Source:
    """Read a file that is already in memory.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        Its name, for the extension and for messages.

    Returns
    -------
    Source
        Text and blocks; ``source.text[block.start:block.end]`` is the block.

    Raises
    ------
    UnsupportedFormatError
        If no reader handles the format; the message says what to do.
    EncodingError
        If a text is in no known encoding.
    EmptyDocumentError
        If the file holds no text.
    ReadError
        If the file is damaged, encrypted or larger than the limits.
    """
    if not content:
        raise EmptyDocumentError(
            f"{name}: the file is empty (0 bytes); download it again"
        )
    found, remarks = _choose_format(content, name)
    form = FORMATS[found]
    check_size(name, f"the {found} file", len(content), form.max_bytes)
    read = form.reader()
    try:
        source = read(content, name)
    except EncodingError as error:
        expected = _format_of_extension(name) or found
        if _has_mark(expected):
            raise ReadError(
                f"{name}: the {expected} file is damaged, it does not begin as such "
                f"files do; download it again, or open it in {_OFFICE} and save it anew"
            ) from error
        raise
    except (GovOpenError, MemoryError):
        raise
    except Exception as error:
        if fault := installation_fault(error):
            raise fault from error
        # Parsers of foreign formats fail on damaged bytes in any way there is;
        # a corpus must not stop at one file, so the cause is named and chained.
        raise ReadError(
            f"{name}: the {found} file is damaged or uses something its reader does "
            f"not know ({type(error).__name__}: {error}); open it in the program "
            "that made it and save it again"
        ) from error
    if not source.blocks or not source.text.strip():
        raise EmptyDocumentError(
            f"{name}: the {found} file was read but holds no text; if its pages are "
            "pictures, run character recognition (OCR) on it first"
        )
    return replace(source, remarks=remarks + tuple(source.remarks))


def _load(path: Path) -> bytes:
    try:
        check_size(path.name, "the file", path.stat().st_size, MAX_FILE_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise ReadError(
            f"{path.name}: the file cannot be opened ({error.strerror}); "
            "check the path and the permissions"
        ) from error


def read_source(path: str | Path) -> Source:
    """Read a file of any supported format into text and blocks.

    The format is taken from the bytes; the extension decides only between the
    plain ones (text, Markdown, CSV). Where the two disagree the bytes win and the
    source carries a remark.

    Parameters
    ----------
    path : str or Path
        A file of at most 200 MB (PDF 100 MB, HTML 50 MB, text and CSV 20 MB).

    Returns
    -------
    Source
        Text and blocks; ``source.text[block.start:block.end]`` is the block.

    Raises
    ------
    UnsupportedFormatError
        If no reader handles the format; the message says what to do.
    EncodingError
        If a text is in no known encoding.
    EmptyDocumentError
        If the file holds no text.
    ReadError
        If the file cannot be opened, is damaged, encrypted or too large.
    """
    path = Path(path)
    return read_bytes(_load(path), path.name)

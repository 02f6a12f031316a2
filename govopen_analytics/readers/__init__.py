"""Bytes of one format to a ``Source``; a module per format, one registry."""

from dataclasses import replace

from govopen_analytics.base.errors import (
    EmptyDocumentError,
    EncodingError,
    GovOpenError,
    ReadError,
    installation_fault,
)
from govopen_analytics.readers.formats import (
    FORMATS,
    Format,
    choose_format,
    format_of_name,
)
from govopen_analytics.readers.limits import check_size, errors_named
from govopen_analytics.readers.source import Source

__all__ = ["FORMATS", "Source", "read_bytes"]


def read_bytes(content: bytes, name: str) -> Source:
    """Read a file of any supported format into text and blocks.

    The format is taken from the bytes; the extension decides only between the
    plain ones (text, Markdown, CSV). Where the two disagree the bytes win and the
    source carries a remark.

    Parameters
    ----------
    content : bytes
        The whole file, of at most 200 MB (PDF and OFD 100 MB, HTML 20 MB, text and
        CSV 4 MB).
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
    with errors_named(name):
        if not content:
            raise EmptyDocumentError("the file is empty (0 bytes); download it again")
        form, remarks = choose_format(content, name)
        check_size(f"the {form.name} file", len(content), form.max_bytes)
        source = _read(form, content, format_of_name(name) or form)
        if not source.blocks or not source.text.strip():
            raise EmptyDocumentError(
                f"the {form.name} file was read but holds no text; if its pages are "
                "pictures, run character recognition (OCR) on it first"
            )
    return replace(source, format=form.name, remarks=remarks + source.remarks)


def _read(form: Format, content: bytes, expected: Format) -> Source:
    """Call the reader; what its parser raises becomes an error with a remedy."""
    read = form.reader()
    try:
        return read(content)
    except EncodingError as error:
        if expected.has_mark:
            raise ReadError(
                f"the {expected.name} file is damaged, it does not begin as such files "
                "do; download it again, or open it in Microsoft Office, WPS Office or "
                "LibreOffice and save it anew"
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
            f"the {form.name} file is damaged or uses something its reader does not "
            f"know ({type(error).__name__}: {error}); open it in the program that made "
            "it and save it again"
        ) from error

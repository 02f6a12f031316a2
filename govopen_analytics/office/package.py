"""What slides and pages share: templates, lines below a chart, writing."""

import io
import re
import zipfile
from pathlib import Path

from lxml import etree

from govopen_analytics.base.atomic_files import CONTENT_TYPES, replace_file
from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Chart

# What a damaged package, or a file of another kind, is answered with.
UNREADABLE = (
    OSError,
    KeyError,
    ValueError,
    zipfile.BadZipFile,
    etree.XMLSyntaxError,
)
_HAN = "\u2e80-\u9fff"
_TYPED_BLANK = re.compile(
    rf"(?<=[{_HAN}]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z%]) (?=[{_HAN}])"
)
_AS_DOCUMENT = {
    b"presentationml.template.main+xml": b"presentationml.presentation.main+xml",
    b"wordprocessingml.template.main+xml": b"wordprocessingml.document.main+xml",
}


def template_as_document(blob: bytes) -> bytes:
    """Return a template package (POTX, DOTX) as the document it makes.

    Raises
    ------
    BadZipFile
        If the bytes are no package.
    """
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(blob)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for entry in source.infolist():
            part = source.read(entry.filename)
            if entry.filename == CONTENT_TYPES:
                for template, document in _AS_DOCUMENT.items():
                    part = part.replace(template, document)
            written.writestr(entry, part)
    return target.getvalue()


def write_whole(path: Path, blob: bytes) -> Path:
    """Write a file whole or not at all.

    Raises
    ------
    ExportError
        If the folder cannot be made or written to; a former file stays.
    """
    try:
        return replace_file(path, blob)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExportError(
            f"File {path}: could not be written ({reason}); free some room, or "
            "choose another folder with --out"
        ) from error


def lines_below(chart: Chart) -> list[str]:
    """Return the lines under a chart from above; the last one is its source."""
    source = chart.source.replace("\n", " ")
    return [line for line in (chart.axis, *chart.notes, source) if line]


def spaced(text: str, lang: str) -> str:
    """Leave out blanks between Chinese and digits: office programs add their own."""
    return _TYPED_BLANK.sub("", text) if lang == "zh" else text


def kept_together(text: str) -> str:
    """Keep an n with its number: no line ends between them."""
    return re.sub(r"n = (?=\d)", "n\u00a0=\u00a0", text)

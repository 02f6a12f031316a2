"""What slides and pages share: templates, lines below a chart, writing."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from govopen_analytics.base.atomic_files import (
    CONTENT_TYPES,
    replace_file,
    stable_package,
)
from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Chart
from govopen_analytics.questions.briefing import Briefing
from govopen_analytics.words import section

# What a damaged package, or a file of another kind, is answered with.
_UNREADABLE = (
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


def opened_template(
    path: Path, open_file: Callable[[Any], Any], program: str, endings: str
) -> Any:
    """Open an office's own file as the document that is made from it."""
    try:
        return open_file(io.BytesIO(_as_document(path.read_bytes())))
    except _UNREADABLE as error:
        raise ExportError(
            f"Template {path}: cannot be read as a {program} file "
            f"({type(error).__name__}), expected a {endings} that {program} opens"
        ) from error


def finished_package(file: Any, briefing: Briefing, when: datetime) -> bytes:
    """Return the bytes of slides or pages, with their properties."""
    words, properties = section("office", briefing.lang), file.core_properties
    properties.title = briefing.title or words["set_title"]
    properties.author = properties.last_modified_by = "govopen"
    properties.language = words["speech"]
    properties.created = properties.modified = when.replace(tzinfo=None)
    target = io.BytesIO()
    file.save(target)
    return stable_package(target.getvalue(), when)


def _as_document(blob: bytes) -> bytes:
    """Return a template package (POTX, DOTX) as the document it makes."""
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
    """Write a file whole or not at all; a former file stays where that fails."""
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

"""A briefing to files: slides, pages, a workbook, pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from govopen_analytics.base.errors import ExportError, SelectionError, choices
from govopen_analytics.charts.images import PICTURE_FORMATS, Picture, draw_pictures
from govopen_analytics.office.docx import document_bytes
from govopen_analytics.office.package import write_whole
from govopen_analytics.office.pptx import deck_bytes
from govopen_analytics.office.xlsx import workbook_bytes
from govopen_analytics.questions.briefing import Briefing
from govopen_analytics.words.remark_words import remark_in_words

FORMATS = ("pptx", "docx", "xlsx", *PICTURE_FORMATS)
_TEMPLATE_OF = {".pptx": "pptx", ".potx": "pptx", ".docx": "docx", ".dotx": "docx"}
_LEAST_DPI, _MOST_DPI = 36, 1200


@dataclass
class Written:
    """What became of a briefing.

    Attributes
    ----------
    missing : list of str
        What was asked for and could not be made, and why, one sentence each.
    """

    paths: list[Path] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def briefing_bytes(
    briefing: Briefing, kind: str, template: Path | None = None
) -> bytes:
    """Return a briefing as "pptx", "docx" or "xlsx".

    A template, for slides or pages, that has no place for charts is an
    ``ExportError``.
    """
    when = _date_of(briefing)
    if kind == "xlsx":
        return workbook_bytes(briefing, when=when)
    make = deck_bytes if kind == "pptx" else document_bytes
    return make(briefing, when=when, template=template)


def write_briefing(
    briefing: Briefing,
    out: Path,
    *,
    formats: Sequence[str] = FORMATS[:3],
    templates: Sequence[Path] = (),
    name: str = "briefing",
    dpi: int = 200,
) -> Written:
    """Write a briefing to a folder, which is made where missing.

    Everything is checked and made before anything is written, and every file is
    written whole or not at all. Only pictures need a browser; without one the
    others are written and ``missing`` says so.

    Parameters
    ----------
    formats : sequence of str
        Some of ``FORMATS``; pictures are one for each claim.
    templates : sequence of Path
        At most one for slides and one for pages.
    name : str, default "briefing"
        Of the files, without ending.
    dpi : int, default 200
        Resolution of PNG files (dots per inch).

    Raises
    ------
    SelectionError
        If a format is not known.
    ExportError
        If a template has no place for charts, or a file cannot be written.
    """
    formats = _checked_formats(formats)
    by_format = _checked_templates(templates, formats)
    if not _LEAST_DPI <= dpi <= _MOST_DPI:
        raise ExportError(
            f"Resolution: found {dpi} dpi, expected {_LEAST_DPI} to {_MOST_DPI}; 300 "
            "suits print"
        )
    # A template or a chart that does not do is found before anything is written.
    files = {
        out / f"{name}.{kind}": briefing_bytes(briefing, kind, by_format.get(kind))
        for kind in formats
        if kind not in PICTURE_FORMATS
    }
    pictures: dict[Path, bytes] = {}

    def keep(picture: Picture, drawn: bytes) -> None:
        pictures[picture.path] = drawn

    when = _date_of(briefing)
    charts = [claim.chart for claim in briefing.claims]
    wanted = [
        Picture(out / f"{name}-{number}-{chart.name}.{kind}", chart, dpi, when)
        for number, chart in enumerate(charts, start=1)
        for kind in formats
        if kind in PICTURE_FORMATS
    ]
    drawn = draw_pictures(wanted, keep)
    files |= {path: pictures[path] for path in drawn.written}
    paths = [write_whole(path, blob) for path, blob in files.items()]
    missing = [remark_in_words(remark, briefing.lang) for remark in drawn.remarks]
    return Written(paths, missing)


def _date_of(briefing: Briefing) -> datetime:
    """Return the date of the files: equal briefings give equal files."""
    try:
        return datetime.fromisoformat(briefing.date).replace(tzinfo=UTC)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)


def _checked_formats(formats: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(kind.strip().lower() for kind in formats))
    for kind in wanted:
        if kind not in FORMATS:
            raise SelectionError(f"Format of the briefing: {choices(kind, FORMATS)}")
    return wanted


def _checked_templates(
    templates: Sequence[Path], formats: Sequence[str]
) -> dict[str, Path]:
    by_format: dict[str, Path] = {}
    for path in templates:
        kind = _TEMPLATE_OF.get(path.suffix.lower())
        if kind is None:
            raise ExportError(
                f"Template {path}: found the ending {path.suffix!r}, expected one of "
                f"{', '.join(_TEMPLATE_OF)}"
            )
        if kind in by_format:
            raise ExportError(
                f"Template {path}: found a second template for {kind}, expected one; "
                f"the first is {by_format[kind]}"
            )
        if kind not in formats:
            raise ExportError(
                f"Template {path}: found the formats {', '.join(formats)}, expected "
                f"{kind} among them; add it to --format"
            )
        by_format[kind] = path
    return by_format

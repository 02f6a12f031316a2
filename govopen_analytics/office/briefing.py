"""A briefing to files: slides, pages, a workbook, pictures."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from govopen_analytics.base.errors import ExportError, SelectionError, choices
from govopen_analytics.charts.model import write_chart
from govopen_analytics.office import images
from govopen_analytics.office.docx import document_bytes
from govopen_analytics.office.package import write_whole
from govopen_analytics.office.pptx import deck_bytes
from govopen_analytics.office.xlsx import workbook_bytes
from govopen_analytics.questions.briefing import Briefing
from govopen_analytics.words.remark_words import remark_in_words

FORMATS = ("pptx", "docx", "xlsx", *images.FORMATS)
_TEMPLATE_OF = {".pptx": "pptx", ".potx": "pptx", ".docx": "docx", ".dotx": "docx"}


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
    """Return a briefing as an office file.

    Parameters
    ----------
    kind : {"pptx", "docx", "xlsx"}
    template : Path, optional
        The office's own, for slides or pages.

    Raises
    ------
    ExportError
        If the template has no place for charts.
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
    on_progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Written:
    """Write a briefing.

    Everything is checked and made before anything is written, and every file is
    written whole or not at all. Only pictures need a browser; without one the
    others are written and ``missing`` says so.

    Parameters
    ----------
    out : Path
        Folder for the files; made where missing.
    formats : sequence of str
        Some of ``FORMATS``; pictures are one for each claim.
    templates : sequence of Path
        At most one for slides and one for pages.
    name : str, default "briefing"
        Of the files, without ending.
    dpi : int, default 200
        Resolution of PNG files (dots per inch).
    on_progress : callable
        Told the format, how many are done, and how many there are.

    Raises
    ------
    SelectionError
        If a format is not known.
    ExportError
        If a template has no place for charts, or a file cannot be written.
    """
    formats = _checked_formats(formats)
    by_format = _checked_templates(templates, formats)
    images.check_dpi(dpi)
    written, made = Written(), []
    for done, kind in enumerate(formats):
        on_progress(kind, done, len(formats))
        if kind not in images.FORMATS:
            blob = briefing_bytes(briefing, kind, by_format.get(kind))
            made.append((out / f"{name}.{kind}", blob))
    pictures = [kind for kind in formats if kind in images.FORMATS]
    if pictures:
        made += _drawn(briefing, out, pictures, name, dpi, written)
    # A template or a chart that does not do is found before anything is written.
    written.paths += [write_whole(path, blob) for path, blob in made]
    on_progress("done", len(formats), len(formats))
    return written


def _drawn(
    briefing: Briefing,
    out: Path,
    formats: Sequence[str],
    name: str,
    dpi: int,
    written: Written,
) -> list[tuple[Path, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number, claim in enumerate(briefing.claims, start=1):
            stem = f"{name}-{number}-{claim.chart.name}"
            files[stem] = Path(folder) / f"{stem}.json"
            write_chart(claim.chart, files[stem])
        when = _date_of(briefing)
        drawn = images.write_pictures(files, Path(folder), formats, dpi=dpi, when=when)
        made = [(out / path.name, path.read_bytes()) for path in drawn.written]
    written.missing += [
        remark_in_words(remark, briefing.lang) for remark in drawn.remarks
    ]
    return made


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

"""Figure files to PNG, SVG and PDF at a chosen resolution; this needs a browser."""

import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.images import (
    ImageReport,
    Wanted,
    draw_pictures,
    what_is_missing,
)
from govopen_analytics.office.package import write_whole

FORMATS = ("png", "svg", "pdf")
PIXELS_PER_INCH = 96  # of a figure, as browsers count
_METRES_PER_INCH = 0.0254
_PNG_HEAD = 33  # signature and first chunk, after which the resolution may stand
_PDF_DATE = re.compile(rb"(/(?:Creation|Mod)Date \(D:)\d{14}")


def write_pictures(
    figures: Mapping[str, Path],
    out: Path,
    formats: Sequence[str],
    *,
    dpi: int,
    when: datetime,
    seconds_each: float = 30,
) -> ImageReport:
    """Draw figure files in picture formats, with one browser for all of them.

    Parameters
    ----------
    figures : mapping of str to Path
        Figures that ``results.save_figure`` wrote, by the names of their pictures.
    out : Path
        Folder for the pictures.
    formats : sequence of str
        Some of "png", "svg" and "pdf".
    dpi : int
        Resolution of PNG files (dots per inch); the others have none.
    when : datetime
        Date the PDF files name.
    seconds_each : float, default 30
        Time limit of one picture (seconds).

    Returns
    -------
    ImageReport
        Without a browser or a Chinese font nothing is drawn, and it says so.

    Raises
    ------
    ExportError
        If a picture cannot be written.
    """
    if missing := what_is_missing():
        return ImageReport(remarks=[missing])
    wanted = [
        Wanted(name, path, kind) for name, path in figures.items() for kind in formats
    ]

    def save(picture: Wanted, drawn: bytes) -> Path:
        path = out / f"{picture.name}.{picture.kind}"
        return write_whole(path, _finished(drawn, picture.kind, dpi, when))

    scale = dpi / PIXELS_PER_INCH
    return draw_pictures(wanted, save, scale=scale, seconds_each=seconds_each)


def with_resolution(png: bytes, dpi: int) -> bytes:
    """Note the resolution in a PNG, so that it is placed at its true size.

    Parameters
    ----------
    dpi : int
        Dots per inch.

    References
    ----------
    .. [1] Portable Network Graphics (PNG) Specification, 11.3.4.3, pHYs.
    """
    per_metre = round(dpi / _METRES_PER_INCH)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body
    chunk += struct.pack(">I", zlib.crc32(body))
    return png[:_PNG_HEAD] + chunk + png[_PNG_HEAD:]


def stable_pdf(pdf: bytes, when: datetime) -> bytes:
    """Set the dates in a PDF, so that equal figures give equal files."""
    return _PDF_DATE.sub(rb"\g<1>" + when.strftime("%Y%m%d%H%M%S").encode(), pdf)


def _finished(picture: bytes, kind: str, dpi: int, when: datetime) -> bytes:
    if kind == "png":
        return with_resolution(picture, dpi)
    return stable_pdf(picture, when) if kind == "pdf" else picture


def check_dpi(dpi: int, least: int = 36, most: int = 1200) -> int:
    """Return a resolution that a picture can have.

    Raises
    ------
    ExportError
        If it is not between `least` and `most` (dots per inch).
    """
    if not least <= dpi <= most:
        raise ExportError(
            f"Resolution: found {dpi} dpi, expected {least} to {most}; 300 suits print"
        )
    return dpi

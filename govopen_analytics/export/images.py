"""Figure files to PNG, SVG and PDF at a chosen resolution; this needs a browser."""

import asyncio
import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from govopen_analytics.errors import ExportError
from govopen_analytics.export.package import write_whole
from govopen_analytics.images import (
    HEIGHT,
    WIDTH,
    find_browser,
    has_chinese_font,
    stable_svg,
)

FORMATS = ("png", "svg", "pdf")
PIXELS_PER_INCH = 96  # of a figure, as browsers count
_METRES_PER_INCH = 0.0254
_PNG_HEAD = 33  # signature and first chunk, after which the resolution may stand
_PDF_DATE = re.compile(rb"(/(?:Creation|Mod)Date \(D:)\d{14}")


@dataclass
class Drawn:
    """Pictures written, and why others are missing, one sentence each."""

    written: list[Path] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def write_pictures(
    figures: Sequence[Path],
    out: Path,
    formats: Sequence[str],
    *,
    dpi: int,
    when: datetime,
    seconds_each: float = 30,
) -> Drawn:
    """Draw figure files in picture formats, with one browser for all of them.

    Parameters
    ----------
    figures : sequence of Path
        Figures that ``results.save_figure`` wrote.
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
    Drawn
        Without a browser or a Chinese font nothing is drawn, and it says so.

    Raises
    ------
    ExportError
        If a picture cannot be written.
    """
    missing = _what_is_missing(formats)
    if missing:
        return Drawn(warnings=[missing])
    limit = 60 + 2 * seconds_each * len(figures) * len(formats)
    work = _draw_all(figures, out, formats, dpi, when, seconds_each)
    try:
        return asyncio.run(asyncio.wait_for(work, limit))
    except (OSError, RuntimeError, TimeoutError) as error:
        warning = (
            f"No {', '.join(formats)}: the browser {find_browser()} did not serve "
            f"({type(error).__name__}: {error}); set BROWSER_PATH to another one"
        )
        return Drawn(warnings=[warning])


def with_resolution(png: bytes, dpi: int) -> bytes:
    """Note the resolution in a PNG, so that it is placed at its true size.

    Parameters
    ----------
    png : bytes
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


def _what_is_missing(formats: Sequence[str]) -> str:
    listed = ", ".join(formats)
    if find_browser() is None:
        return (
            f"No {listed}: no Chromium, Chrome or Edge found; install one (Debian: "
            "apt-get install chromium fonts-noto-cjk) or set BROWSER_PATH; pptx, docx "
            "and xlsx need none"
        )
    if not has_chinese_font():
        return (
            f"No {listed}: no Chinese font found; install one (Debian: apt-get "
            "install fonts-noto-cjk); pptx, docx and xlsx need none"
        )
    return ""


async def _draw_all(
    figures: Sequence[Path],
    out: Path,
    formats: Sequence[str],
    dpi: int,
    when: datetime,
    seconds_each: float,
) -> Drawn:
    import kaleido

    drawn = Drawn()
    # mathjax=False: the default fetches it from the network.
    options = {"n": 1, "timeout": seconds_each, "mathjax": False}
    async with kaleido.Kaleido(path=find_browser(), **options) as browser:
        for path in figures:
            for kind in formats:
                try:
                    picture = await _draw(browser, path, kind, dpi)
                except (OSError, RuntimeError, TimeoutError, ValueError) as error:
                    drawn.warnings.append(
                        f"Picture {path.stem}.{kind} is missing: "
                        f"{type(error).__name__}: {error}"
                    )
                    continue
                picture = _finished(picture, kind, dpi, when)
                drawn.written.append(write_whole(out / f"{path.stem}.{kind}", picture))
    return drawn


async def _draw(browser: Any, path: Path, kind: str, dpi: int) -> bytes:
    import plotly.io

    figure = plotly.io.from_json(path.read_text(encoding="utf-8"), skip_invalid=True)
    options = {
        "format": kind,
        "scale": dpi / PIXELS_PER_INCH if kind == "png" else 1,
        "width": figure.layout.width or WIDTH,
        "height": figure.layout.height or HEIGHT,
    }
    return await browser.calc_fig(figure, opts=options)


def _finished(picture: bytes, kind: str, dpi: int, when: datetime) -> bytes:
    if kind == "png":
        return with_resolution(picture, dpi)
    if kind == "svg":
        return stable_svg(picture.decode("utf-8")).encode("utf-8")
    return stable_pdf(picture, when)


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

"""Charts to PNG, SVG and PDF, by one installed browser for all of them."""

import asyncio
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from govopen_analytics.base.atomic_files import written_whole
from govopen_analytics.base.errors import ExportError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.model import Chart, read_chart

PICTURE_FORMATS = ("png", "svg", "pdf")
WIDTH, HEIGHT = 1280, 720  # pixels, where the figure names none
SCALE = 2  # picture pixels to a figure pixel, for print and large screens
_PIXELS_PER_INCH = 96  # of a figure, as browsers count

START_SECONDS = 60  # for the browser to start, on a slow machine
SECONDS_EACH = 30  # time limit of one picture
_TABS = 2  # pictures drawn at the same time by the one browser
_MOST_TIMEOUTS = 4  # then the browser hangs, and waiting for each picture is useless
_MOST_TOLD = 10  # remarks, before only their number is told

_FONT_NAMES = re.compile(r"cjk|noto ?sans ?sc|source ?han|wqy|wenquanyi|simhei", re.I)
_METRES_PER_INCH = 0.0254
_PNG_HEAD = 33  # signature and first chunk, after which the resolution may stand
_PDF_DATE = re.compile(rb"(/(?:Creation|Mod)Date \(D:)\d{14}")
# Plotly draws one for every figure and puts it into the ids of its SVG, and
# one for every trace.
_TRACE = re.compile(r"\btrace[0-9a-f]{6}\b")
_UID = re.compile(r'id="(?:top)?defs-([0-9a-f]{6})"')


@dataclass(frozen=True)
class Picture:
    """A picture to draw: its file with its kind as ending, and its chart or its file.

    A resolution (dots per inch) is noted in a PNG, a date in a PDF.
    """

    path: Path
    chart: Chart | Path
    dpi: int | None = None
    when: datetime | None = None

    @property
    def kind(self) -> str:
        return self.path.suffix[1:]


@dataclass
class ImageReport:
    """What became of the pictures.

    Attributes
    ----------
    written : list of Path
        Picture files, in order.
    remarks : list of Remark
        Why some or all are missing, and what to do.
    """

    written: list[Path] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def find_browser() -> str | None:
    """Return the path of a Chromium, Chrome or Edge, or None.

    The variable ``BROWSER_PATH`` goes first.
    """
    from choreographer.browsers.chromium import Chromium  # what kaleido drives

    path = Chromium.find_browser(skip_local=True)
    return path if path and Path(path).is_file() else None


def has_chinese_font() -> bool:
    """Say whether Chinese glyphs can be drawn rather than empty boxes."""
    if sys.platform in ("darwin", "win32"):
        return True  # part of the system
    if shutil.which("fc-list"):
        listed = subprocess.run(
            ["fc-list", ":lang=zh", "family"],
            capture_output=True,
            text=True,
            timeout=30,
        )
        return bool(listed.stdout.strip())
    folders = [Path("/usr/share/fonts"), Path.home() / ".local/share/fonts"]
    files = (path for folder in folders for path in folder.rglob("*.[to]t[fc]"))
    return any(_FONT_NAMES.search(path.name) for path in files)


def write_images(
    figure_files: Iterable[Path], *, formats: Sequence[str] = PICTURE_FORMATS[:2]
) -> ImageReport:
    """Draw charts that ``model.write_chart`` wrote as pictures beside their files.

    The files may wait for the next.
    """
    return draw_pictures(
        Picture(file.with_suffix(f".{kind}"), file)
        for file in figure_files
        for kind in formats
    )


def _write(picture: Picture, drawn: bytes) -> None:
    with written_whole(picture.path) as aside:
        aside.write_bytes(drawn)


def draw_pictures(
    pictures: Iterable[Picture], save: Callable[[Picture, bytes], None] = _write
) -> ImageReport:
    """Draw pictures with one browser.

    Without a browser or a Chinese font no picture is drawn, and the report says so;
    a picture that fails leaves the others alone. A browser that does not start, or
    hangs, is given up and ended.

    Parameters
    ----------
    pictures : iterable of Picture
        May wait for the next; the browser waits with it.
    save : callable
        Given a picture and its bytes; writes its file, if it is not told otherwise.
    """
    pictures = iter(pictures)
    first = next(pictures, None)
    if first is None:
        return ImageReport()
    if missing := what_is_missing():
        return ImageReport(remarks=[missing])
    try:
        return asyncio.run(_draw_all(chain([first], pictures), save))
    except (OSError, RuntimeError, TimeoutError) as error:
        text = f"{type(error).__name__}: {error}"
        values = {"browser": find_browser(), "error": text}
        return ImageReport(remarks=[Remark("browser_silent", values)])


def with_resolution(png: bytes, dpi: int) -> bytes:
    """Note the resolution in a PNG, so that it is placed at its true size.

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


def stable_svg(markup: str) -> str:
    """Replace the random part of the identifiers in a Plotly SVG.

    Equal figures then give equal files.
    """
    for uid in set(_UID.findall(markup)):
        markup = markup.replace(uid, "000000")
    return _TRACE.sub("trace000000", markup)


def what_is_missing() -> Remark | None:
    """Say what this machine lacks to draw pictures, or None."""
    if find_browser() is None:
        return Remark("no_browser")
    return None if has_chinese_font() else Remark("no_chinese_font")


async def _draw_all(
    pictures: Iterable[Picture], save: Callable[[Picture, bytes], None]
) -> ImageReport:
    import kaleido

    # mathjax=False: the default fetches it from the network.
    options = {"n": _TABS, "timeout": SECONDS_EACH, "mathjax": False}
    left = iter(pictures)
    # Its time begins when there is no more to wait for.
    async with asyncio.timeout(None) as limit, AsyncExitStack() as stack:
        browser = kaleido.Kaleido(path=find_browser(), **options)
        await _started(browser, stack)
        tabs = asyncio.Semaphore(_TABS)
        timeouts: list[Picture] = []
        drawn: list[asyncio.Future[Path | Remark]] = []
        while picture := await asyncio.to_thread(next, left, None):
            work = _draw_or_tell(browser, tabs, timeouts, picture, save)
            drawn.append(asyncio.ensure_future(work))
        seconds = START_SECONDS + SECONDS_EACH * len(drawn)
        limit.reschedule(asyncio.get_running_loop().time() + seconds)
        results = await asyncio.gather(*drawn)
    missing = [result for result in results if isinstance(result, Remark)]
    if len(missing) > _MOST_TOLD:
        n_more = len(missing) - _MOST_TOLD
        more = Remark("images_missing", {"n": n_more})
        missing = [*missing[:_MOST_TOLD], more]
    return ImageReport([r for r in results if isinstance(r, Path)], missing)


async def _started(browser: Any, stack: AsyncExitStack) -> None:
    entering = asyncio.ensure_future(stack.enter_async_context(browser))
    await asyncio.wait({entering}, timeout=START_SECONDS)
    if entering.done():
        entering.result()
        return
    # Cancelled before it knows its process, the library would leave it behind.
    while not hasattr(browser, "subprocess") and not entering.done():
        await asyncio.sleep(0.1)
    _end(getattr(browser, "subprocess", None))
    entering.cancel()
    await asyncio.wait({entering})
    if not entering.cancelled():
        entering.exception()  # of the browser that was ended: known already
    # Its pipes stay open otherwise, and with them the thread that reads them.
    with suppress(OSError, RuntimeError, TimeoutError):
        await asyncio.wait_for(browser.close(), START_SECONDS)
    raise TimeoutError(f"not ready after {START_SECONDS} seconds")


def _end(process: Any) -> None:
    """End a browser that hangs, and what it started."""
    if process is None or process.poll() is not None:
        return
    if hasattr(os, "killpg") and os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


async def _draw_or_tell(
    browser: Any,
    tabs: asyncio.Semaphore,
    timeouts: list[Picture],
    picture: Picture,
    save: Callable[[Picture, bytes], None],
) -> Path | Remark:
    name = picture.path.name
    async with tabs:
        if len(timeouts) >= _MOST_TIMEOUTS:
            text = "not tried, for the browser no longer answers"
            return Remark("image_missing", {"name": name, "error": text})
        try:
            save(picture, await _draw(browser, picture))
            return picture.path
        except (ExportError, OSError, RuntimeError, TimeoutError, ValueError) as error:
            if isinstance(error, TimeoutError):
                timeouts.append(picture)
            text = f"{type(error).__name__}: {error}"
            return Remark("image_missing", {"name": name, "error": text})


async def _draw(browser: Any, picture: Picture) -> bytes:
    chart = picture.chart
    figure = draw(read_chart(chart) if isinstance(chart, Path) else chart)
    scale = picture.dpi / _PIXELS_PER_INCH if picture.dpi else SCALE
    options = {
        "format": picture.kind,
        "scale": scale if picture.kind == "png" else 1,
        "width": figure.layout.width or WIDTH,
        "height": figure.layout.height or HEIGHT,
    }
    drawn: bytes = await browser.calc_fig(figure, opts=options)
    if picture.kind == "svg":
        return stable_svg(drawn.decode("utf-8")).encode("utf-8")
    if picture.kind == "png" and picture.dpi:
        return with_resolution(drawn, picture.dpi)
    if picture.kind == "pdf" and picture.when:
        return stable_pdf(drawn, picture.when)
    return drawn

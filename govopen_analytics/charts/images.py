"""Figure files to PNG and SVG, by one installed browser for all of them."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from govopen_analytics.base.atomic_files import written_whole
from govopen_analytics.base.errors import ExportError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.model import read_chart

PICTURE_FORMATS = ("png", "svg", "pdf")
WIDTH, HEIGHT = 1280, 720  # pixels, where the figure names none
SCALE = 2  # picture pixels to a figure pixel, for print and large screens

START_SECONDS = 60  # for the browser to start, on a slow machine
_TABS = 2  # pictures drawn at the same time by the one browser
_MOST_TIMEOUTS = 4  # then the browser hangs, and waiting for each picture is vain
_MOST_TOLD = 10  # remarks, before only their number is told

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_FONT_NAMES = re.compile(r"cjk|noto ?sans ?sc|source ?han|wqy|wenquanyi|simhei", re.I)


# Plotly draws one for every figure and weaves it into the ids of its SVG, and
# one for every trace.
_TRACE = re.compile(r"\btrace[0-9a-f]{6}\b")
_UID = re.compile(r'id="(?:top)?defs-([0-9a-f]{6})"')


@dataclass(frozen=True)
class Wanted:
    """A picture to draw: its name for people, the file of its chart, its format."""

    name: str
    figure: Path
    kind: str


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
    chosen = os.environ.get("BROWSER_PATH")
    if chosen:
        return chosen if Path(chosen).is_file() else None
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    return next((path for path in _APPLICATIONS if Path(path).is_file()), None)


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
    figure_files: Iterable[Path],
    *,
    formats: Sequence[str] = PICTURE_FORMATS[:2],
    seconds_each: float = 30,
) -> ImageReport:
    """Draw figure files as pictures beside them.

    Parameters
    ----------
    figure_files : iterable of Path
        Charts that ``model.write_chart`` wrote; may wait for the next.
    formats : sequence of {"png", "svg", "pdf"}, default ("png", "svg")
    seconds_each : float, default 30
        Time limit of one picture (seconds).

    Returns
    -------
    ImageReport
        Without a browser or a Chinese font no picture is drawn, and the report
        says so; a picture that fails leaves the others alone.
    """
    wanted = (
        Wanted(path.stem, path, kind) for path in figure_files for kind in formats
    )
    first = next(wanted, None)
    missing = what_is_missing() if first else None
    if missing or not first:
        return ImageReport(remarks=[missing] if missing else [])
    return draw_pictures(
        chain([first], wanted), _save_beside, seconds_each=seconds_each
    )


def draw_pictures(
    wanted: Iterable[Wanted],
    save: Callable[[Wanted, bytes], Path],
    *,
    scale: float = SCALE,
    seconds_each: float = 30,
) -> ImageReport:
    """Draw pictures with one browser, which has to be there.

    Parameters
    ----------
    wanted : iterable of Wanted
        May wait for the next; the browser waits with it.
    save : callable
        Given a picture and its bytes; returns the file it wrote.
    scale : float, default 2
        Picture pixels to a figure pixel in PNG files.
    seconds_each : float, default 30
        Time limit of one picture (seconds).

    Returns
    -------
    ImageReport
        A browser that does not start, or hangs, is given up and ended.
    """
    try:
        return asyncio.run(_draw_all(wanted, save, scale, seconds_each))
    except (OSError, RuntimeError, TimeoutError) as error:
        told = f"{type(error).__name__}: {error}"
        values = {"browser": find_browser(), "error": told}
        return ImageReport(remarks=[Remark("browser_silent", values)])


def _save_beside(picture: Wanted, drawn: bytes) -> Path:
    target = picture.figure.with_suffix(f".{picture.kind}")
    with written_whole(target) as aside:
        aside.write_bytes(drawn)
    return target


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
    wanted: Iterable[Wanted],
    save: Callable[[Wanted, bytes], Path],
    scale: float,
    seconds_each: float,
) -> ImageReport:
    import kaleido

    # mathjax=False: the default fetches it from the network.
    options = {"n": _TABS, "timeout": seconds_each, "mathjax": False}
    left = iter(wanted)
    # Its time begins when there is no more to wait for.
    async with asyncio.timeout(None) as limit, AsyncExitStack() as stack:
        browser = kaleido.Kaleido(path=find_browser(), **options)
        await _started(browser, stack)
        tabs = asyncio.Semaphore(_TABS)
        timeouts: list[Path] = []
        drawn: list[asyncio.Future[Path | Remark]] = []
        while picture := await asyncio.to_thread(next, left, None):
            work = _draw_or_tell(browser, tabs, timeouts, picture, save, scale)
            drawn.append(asyncio.ensure_future(work))
        seconds = START_SECONDS + seconds_each * len(drawn)
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
    timeouts: list[Path],
    picture: Wanted,
    save: Callable[[Wanted, bytes], Path],
    scale: float,
) -> Path | Remark:
    name = f"{picture.name}.{picture.kind}"
    async with tabs:
        if len(timeouts) >= _MOST_TIMEOUTS:
            error = "not tried, for the browser no longer answers"
            return Remark("image_missing", {"name": name, "error": error})
        try:
            return save(picture, await _draw(browser, picture, scale))
        except (ExportError, OSError, RuntimeError, TimeoutError, ValueError) as error:
            if isinstance(error, TimeoutError):
                timeouts.append(picture.figure)
            told = f"{type(error).__name__}: {error}"
            return Remark("image_missing", {"name": name, "error": told})


async def _draw(browser: Any, picture: Wanted, scale: float) -> bytes:
    figure = draw(read_chart(picture.figure))
    options = {
        "format": picture.kind,
        "scale": scale if picture.kind == "png" else 1,
        "width": figure.layout.width or WIDTH,
        "height": figure.layout.height or HEIGHT,
    }
    drawn = await browser.calc_fig(figure, opts=options)
    if picture.kind == "svg":
        return stable_svg(drawn.decode("utf-8")).encode("utf-8")
    return drawn

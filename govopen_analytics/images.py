"""Figure files to PNG and SVG, by one installed browser for all of them."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PICTURE_FORMATS = ("png", "svg", "pdf")
WIDTH, HEIGHT = 1280, 720  # pixels, where the figure names none
SCALE = 2  # picture pixels to a figure pixel, for print and large screens

_TABS = 2  # pictures drawn at the same time by the one browser
_MOST_TIMEOUTS = 4  # then the browser hangs, and waiting for each picture is vain
_MOST_TOLD = 10  # warnings, before only their number is told

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


@dataclass
class ImageReport:
    """What became of the pictures.

    Attributes
    ----------
    written : list of Path
        Picture files, in order.
    warnings : list of str
        Why some or all are missing, and what to do, one sentence each.
    """

    written: list[Path] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


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
    figure_files: list[Path],
    *,
    formats: Sequence[str] = PICTURE_FORMATS[:2],
    seconds_each: float = 30,
) -> ImageReport:
    """Draw figure files as pictures beside them.

    Parameters
    ----------
    figure_files : list of Path
        Plotly figures as JSON.
    formats : sequence of {"png", "svg", "pdf"}, default ("png", "svg")
    seconds_each : float, default 30
        Time limit of one picture (seconds).

    Returns
    -------
    ImageReport
        Without a browser or a Chinese font no picture is drawn, and the report
        says so; a picture that fails leaves the others alone.
    """
    wanted = [(path, kind) for path in figure_files for kind in formats]
    missing = _what_is_missing() if wanted else None
    if missing or not wanted:
        return ImageReport(warnings=[missing] if missing else [])
    limit = 60 + seconds_each * len(wanted)
    work = _draw_all(wanted, seconds_each)
    try:
        return asyncio.run(asyncio.wait_for(work, limit))
    except (OSError, RuntimeError, TimeoutError) as error:
        warning = (
            f"No images: the browser {find_browser()} did not serve "
            f"({type(error).__name__}: {error}); set BROWSER_PATH to another one"
        )
        return ImageReport(warnings=[warning])


def stable_svg(markup: str) -> str:
    """Replace the random part of the identifiers in a Plotly SVG.

    Equal figures then give equal files.
    """
    for uid in set(_UID.findall(markup)):
        markup = markup.replace(uid, "000000")
    return _TRACE.sub("trace000000", markup)


def _what_is_missing() -> str | None:
    if find_browser() is None:
        return (
            "No images: no Chromium, Chrome or Edge found. Install one (Debian: "
            "apt-get install chromium fonts-noto-cjk) or set BROWSER_PATH, then "
            "run the report again"
        )
    if not has_chinese_font():
        return (
            "No images: no Chinese font found. Install one (Debian: apt-get install "
            "fonts-noto-cjk), then run the report again"
        )
    return None


async def _draw_all(wanted: list[tuple[Path, str]], seconds_each: float) -> ImageReport:
    import kaleido

    # mathjax=False: the default fetches it from the network.
    options = {"n": _TABS, "timeout": seconds_each, "mathjax": False}
    async with kaleido.Kaleido(path=find_browser(), **options) as browser:
        tabs, timeouts = asyncio.Semaphore(_TABS), []
        drawn = [_draw_or_tell(browser, tabs, timeouts, *pair) for pair in wanted]
        results = await asyncio.gather(*drawn)
    missing = [result for result in results if isinstance(result, str)]
    if len(missing) > _MOST_TOLD:
        n_more = len(missing) - _MOST_TOLD
        missing = [*missing[:_MOST_TOLD], f"Images: {n_more} more are missing"]
    return ImageReport([r for r in results if isinstance(r, Path)], missing)


async def _draw_or_tell(
    browser: Any,
    tabs: asyncio.Semaphore,
    timeouts: list[Path],
    path: Path,
    kind: str,
) -> Path | str:
    name = f"Image {path.stem}.{kind} is missing"
    async with tabs:
        if len(timeouts) >= _MOST_TIMEOUTS:
            return f"{name}: not tried, for the browser no longer answers"
        try:
            return await _draw(browser, path, kind)
        except (OSError, RuntimeError, TimeoutError, ValueError) as error:
            if isinstance(error, TimeoutError):
                timeouts.append(path)
            return f"{name}: {type(error).__name__}: {error}"


async def _draw(browser: Any, path: Path, kind: str) -> Path:
    import plotly.io

    figure = plotly.io.from_json(path.read_text(encoding="utf-8"), skip_invalid=True)
    size = {
        "width": figure.layout.width or WIDTH,
        "height": figure.layout.height or HEIGHT,
    }
    scale = SCALE if kind == "png" else 1
    options = {"format": kind, "scale": scale, **size}
    drawn = await browser.calc_fig(figure, opts=options)
    if kind == "svg":
        drawn = stable_svg(drawn.decode("utf-8")).encode("utf-8")
    target = path.with_suffix(f".{kind}")
    temporary = path.with_suffix(f".{kind}.writing")
    temporary.write_bytes(drawn)
    os.replace(temporary, target)
    return target

"""Draw the pictures of a report that README shows, from a run in both languages."""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from govopen_analytics.charts.images import find_browser

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Take the first screen of ``reports/latest``, or of the run given."""
    run = Path(sys.argv[1] if len(sys.argv) > 1 else "reports/latest").resolve()
    browser = find_browser()
    if browser is None:
        sys.exit("No browser was found; install Chromium, Chrome or Edge")
    for lang, site in (("zh", run), ("en", run / "en")):
        for name, page in (("front", "index.html"), ("search", "search.html")):
            if not (site / page).is_file():
                sys.exit(
                    f"{site / page} is not there; give the folder of a run of a set "
                    "with `languages: [zh, en]`"
                )
            _draw(browser, (site / page).as_uri(), ROOT / "docs" / f"{name}_{lang}.png")


def _draw(browser: str, address: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:
        options = [
            "--headless",
            "--no-sandbox",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            "--window-size=1280,720",
            # The explorer draws its first page of tasks after it has loaded.
            "--virtual-time-budget=5000",
            f"--screenshot={target}",
        ]
        subprocess.run([browser, *options, address], check=True, timeout=120)
    Image.open(target).quantize(128).save(target, optimize=True)


if __name__ == "__main__":
    main()

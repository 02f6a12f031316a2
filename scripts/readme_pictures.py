"""Draw the picture of the front page that README shows, from a run of the report."""

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
    for lang, page in (("zh", run / "index.html"), ("en", run / "en" / "index.html")):
        if not page.is_file():
            sys.exit(f"{page} is not there; run `govopen report --lang zh --lang en`")
        with tempfile.TemporaryDirectory() as profile:
            target = ROOT / "docs" / f"front_{lang}.png"
            options = [
                "--headless",
                "--no-sandbox",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                "--window-size=1280,720",
                f"--screenshot={target}",
            ]
            subprocess.run([browser, *options, page.as_uri()], check=True, timeout=120)
        Image.open(target).quantize(64).save(target, optimize=True)


if __name__ == "__main__":
    main()

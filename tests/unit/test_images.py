import os
import re
from pathlib import Path

import pytest

from govopen_analytics.base.remarks import Remark
from govopen_analytics.charts import images
from govopen_analytics.charts.display import ChartSource, Display
from govopen_analytics.charts.images import find_browser, stable_svg, write_images
from govopen_analytics.questions.corpus import corpus_overview
from govopen_analytics.questions.notebook import keep


@pytest.fixture
def figure_file(tmp_path, tables):
    figure = corpus_overview(
        tables["documents"], Display(source=ChartSource.of(tables))
    )
    keep(figure, str(tmp_path))
    return tmp_path / "figures" / "corpus_overview.json"


def test_without_a_browser_the_report_says_how_to_get_one(figure_file, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/no/such/browser")
    report = write_images([figure_file])
    assert report.written == [] and report.remarks == [Remark("no_browser")]


def test_without_a_chinese_font_no_boxes_are_drawn(figure_file, monkeypatch):
    monkeypatch.setattr(images, "find_browser", lambda: "chromium")
    monkeypatch.setattr(images, "has_chinese_font", lambda: False)
    report = write_images([figure_file])
    assert report.written == [] and report.remarks == [Remark("no_chinese_font")]


def test_a_browser_that_does_not_serve_is_a_remark(figure_file, monkeypatch, tmp_path):
    broken = tmp_path / "browser"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(broken))
    monkeypatch.setattr(images, "has_chinese_font", lambda: True)
    monkeypatch.setattr(images, "SECONDS_EACH", 5)
    report = write_images([figure_file])
    assert report.written == [] and report.remarks[0].code == "browser_silent"


def test_a_browser_that_hangs_is_given_up(tmp_path, monkeypatch):
    tried = []

    async def hang(browser, picture):
        tried.append(picture)
        raise TimeoutError

    class Browser:
        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            return None

    monkeypatch.setattr(images, "what_is_missing", lambda: None)
    monkeypatch.setattr(images, "_draw", hang)
    monkeypatch.setattr("kaleido.Kaleido", lambda **options: Browser())
    files = [tmp_path / f"{n}.json" for n in range(20)]
    report = write_images(files, formats=("png",))
    assert len(tried) == 4 and report.written == []
    assert len(report.remarks) == 11
    assert report.remarks[-1] == Remark("images_missing", {"n": 10})


def test_a_browser_that_hangs_at_its_start_is_ended(figure_file, monkeypatch, tmp_path):
    pids = tmp_path / "pid"
    hanging = tmp_path / "browser"
    hanging.write_text(f"#!/bin/sh\necho $$ > {pids}\nexec sleep 300\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(hanging))
    monkeypatch.setattr(images, "has_chinese_font", lambda: True)
    monkeypatch.setattr(images, "START_SECONDS", 1)
    report = write_images([figure_file])
    assert report.written == [] and report.remarks[0].code == "browser_silent"
    # Ended before it could write its number, or after.
    assert not pids.exists() or not is_running(int(pids.read_text()))


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().split()[2] != "Z"


def test_with_a_browser_pictures_are_drawn_else_a_remark_is_left(figure_file):
    twin = figure_file.with_name("twin.json")
    twin.write_bytes(figure_file.read_bytes())
    report = write_images([figure_file, twin])
    if find_browser() is None or not images.has_chinese_font():
        assert len(report.remarks) == 1
        return
    png, svg, twin_png, twin_svg = report.written
    header = png.read_bytes()[:24]
    width, height = (int.from_bytes(header[n : n + 4], "big") for n in (16, 20))
    assert (header[:8], width, height) == (b"\x89PNG\r\n\x1a\n", 2560, 720)
    assert "甲市民政局".encode() in svg.read_bytes()
    assert twin_svg.read_bytes() == svg.read_bytes()
    assert twin_png.read_bytes() == png.read_bytes()
    links = re.findall(r'(?:href="|url\()([^")]*)', svg.read_text(encoding="utf-8"))
    assert all(link.startswith(("#", "data:")) for link in links)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            '<defs id="defs-1a2b3c"/><g clip-path="url(#clip1a2b3cxy)"/>',
            '<defs id="defs-000000"/><g clip-path="url(#clip000000xy)"/>',
        ),
        (
            '<g class="trace scatter traceff00aa">',
            '<g class="trace scatter trace000000">',
        ),
        ("<text>1a2b3c</text>", "<text>1a2b3c</text>"),
    ],
)
def test_stable_svg(markup, expected):
    assert stable_svg(markup) == expected

import shutil
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from export_cases import write_run

from govopen_analytics.base.errors import ExportError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.charts import images as browsers
from govopen_analytics.charts.images import (
    Picture,
    draw_pictures,
    stable_pdf,
    with_resolution,
)
from govopen_analytics.charts.model import Chart
from govopen_analytics.office import write_briefing
from govopen_analytics.questions.briefing import Briefing

WHEN = datetime(2026, 1, 31, 8, tzinfo=UTC)
needs_browser = pytest.mark.skipif(
    browsers.find_browser() is None or not browsers.has_chinese_font(),
    reason="pictures are drawn by an installed browser, with a Chinese font",
)


def kept(picture, drawn):
    raise AssertionError("nothing is drawn")


def chunk(name, body):
    data = name + body
    return struct.pack(">I", len(body)) + data + struct.pack(">I", zlib.crc32(data))


HEAD = b"\x89PNG\r\n\x1a\n" + chunk(
    b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
)


@pytest.mark.parametrize(("dpi", "per_metre"), [(96, 3780), (300, 11811)])
def test_a_png_names_its_resolution(dpi, per_metre):
    png = with_resolution(HEAD + chunk(b"IEND", b""), dpi)
    expected = chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    assert png == HEAD + expected + chunk(b"IEND", b"")


def test_a_pdf_names_the_date_of_the_run():
    pdf = b"/CreationDate (D:20991231235959+00'00') /ModDate (D:20991231235959+00'00')"
    assert stable_pdf(pdf, WHEN) == pdf.replace(b"20991231235959", b"20260131080000")


@pytest.mark.parametrize("dpi", [0, 35, 1201, -1])
def test_an_impossible_resolution_is_refused(dpi, tmp_path):
    with pytest.raises(ExportError, match=f"found {dpi} dpi, expected 36 to 1200"):
        write_briefing(Briefing("en"), tmp_path, dpi=dpi)


@pytest.mark.parametrize(
    ("browser", "has_font", "expected"),
    [(None, True, "no_browser"), ("/usr/bin/any", False, "no_chinese_font")],
)
def test_what_is_missing_is_said(monkeypatch, browser, has_font, expected):
    monkeypatch.setattr(browsers, "find_browser", lambda: browser)
    monkeypatch.setattr(browsers, "has_chinese_font", lambda: has_font)
    drawn = draw_pictures([Picture(Path("heat.png"), Chart("c", "", "", "en"))], kept)
    assert drawn.written == [] and drawn.remarks == [Remark(expected)]


def test_a_browser_that_does_not_start_is_named(tmp_path, monkeypatch, tables, shares):
    run = write_run(tmp_path / "run", tables, shares)
    figure = run / "figures" / "theme_heat_map.json"
    false = shutil.which("false")
    monkeypatch.setenv("BROWSER_PATH", false)
    monkeypatch.setattr(browsers, "has_chinese_font", lambda: True)
    monkeypatch.setattr(browsers, "SECONDS_EACH", 2)
    drawn = draw_pictures([Picture(Path("heat.png"), figure, 96)], kept)
    assert drawn.written == []
    assert drawn.remarks[0].values["browser"] == false


@needs_browser
def test_pictures_have_the_size_the_resolution_asks_for(tmp_path, tables, shares):
    run = write_run(tmp_path / "run", tables, shares)
    figure = run / "figures" / "theme_heat_map.json"
    kinds = ("png", "svg", "pdf")
    made = {}
    pictures = [Picture(Path(f"heat.{kind}"), figure, 192, WHEN) for kind in kinds]
    draw_pictures(pictures, lambda picture, drawn: made.update({picture.kind: drawn}))
    png, svg, pdf = (made[kind] for kind in kinds)
    assert struct.unpack(">II", png[16:24])[1] == 2 * 340
    assert svg.startswith(b"<svg") and "政策解读" in svg.decode("utf-8")
    assert pdf.startswith(b"%PDF") and b"D:20260131080000" in pdf

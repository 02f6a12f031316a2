import shutil
import struct
import zlib
from datetime import UTC, datetime

import pytest
from export_cases import write_run

from govopen_analytics.base.errors import ExportError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.charts import images as browsers
from govopen_analytics.office.images import (
    check_dpi,
    stable_pdf,
    with_resolution,
    write_pictures,
)

WHEN = datetime(2026, 1, 31, 8, tzinfo=UTC)
needs_browser = pytest.mark.skipif(
    browsers.find_browser() is None or not browsers.has_chinese_font(),
    reason="pictures are drawn by an installed browser, with a Chinese font",
)


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
def test_an_impossible_resolution_is_refused(dpi):
    with pytest.raises(ExportError, match=f"found {dpi} dpi, expected 36 to 1200"):
        check_dpi(dpi)


@pytest.mark.parametrize(
    ("browser", "has_font", "expected"),
    [(None, True, "no_browser"), ("/usr/bin/any", False, "no_chinese_font")],
)
def test_what_is_missing_is_said(tmp_path, monkeypatch, browser, has_font, expected):
    monkeypatch.setattr(browsers, "find_browser", lambda: browser)
    monkeypatch.setattr(browsers, "has_chinese_font", lambda: has_font)
    drawn = write_pictures({}, tmp_path, ["png", "pdf"], dpi=96, when=WHEN)
    assert drawn.written == [] and drawn.remarks == [Remark(expected)]


def test_a_browser_that_does_not_start_is_named(tmp_path, monkeypatch, tables, shares):
    run = write_run(tmp_path / "run", tables, shares)
    figure = run / "figures" / "theme_heat_map.json"
    false = shutil.which("false")
    monkeypatch.setenv("BROWSER_PATH", false)
    monkeypatch.setattr(browsers, "has_chinese_font", lambda: True)
    drawn = write_pictures(
        {"heat": figure}, tmp_path / "out", ["png"], dpi=96, when=WHEN, seconds_each=2
    )
    assert drawn.written == []
    assert drawn.remarks[0].values["browser"] == false


@needs_browser
def test_pictures_have_the_size_the_resolution_asks_for(tmp_path, tables, shares):
    run = write_run(tmp_path / "run", tables, shares)
    figure = run / "figures" / "theme_heat_map.json"
    formats = ["png", "svg", "pdf"]
    drawn = write_pictures(
        {"heat": figure}, tmp_path / "out", formats, dpi=192, when=WHEN
    )
    png, svg, pdf = (path.read_bytes() for path in drawn.written)
    assert struct.unpack(">II", png[16:24])[1] == 2 * 340
    assert svg.startswith(b"<svg") and "政策解读" in svg.decode("utf-8")
    assert pdf.startswith(b"%PDF") and b"D:20260131080000" in pdf

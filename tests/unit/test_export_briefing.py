import errno
import io
import json
import os

import openpyxl
import pptx
import pytest
import typer
from export_cases import write_run
from typer.testing import CliRunner

from govopen_analytics.cli_export import export
from govopen_analytics.errors import ExportError, SelectionError
from govopen_analytics.export import export_run, images, open_run

OFFICE = ["pptx", "docx", "xlsx"]
app = typer.Typer()
app.command()(export)


@pytest.fixture
def run(tmp_path, tables, shares):
    return open_run(write_run(tmp_path / "run", tables, shares))


@pytest.fixture
def no_browser(monkeypatch):
    monkeypatch.setattr(images, "find_browser", lambda: None)


def names(exported):
    return [path.name for path in exported.written]


def test_a_whole_set_is_three_office_files(run, tmp_path, no_browser):
    exported = export_run(run, tmp_path / "out", formats=OFFICE)
    assert names(exported) == ["briefing.pptx", "briefing.docx", "tables.xlsx"]
    assert (exported.warnings, exported.missing) == ([], [])
    deck = pptx.Presentation(exported.written[0])
    assert len(deck.slides) == 3
    book = openpyxl.load_workbook(exported.written[2])
    assert book.sheetnames == ["说明", "tasks", "theme_shares"]


def test_one_chart_gives_its_name_to_its_files(run, tmp_path):
    charts = ["theme_dot_plot"]
    exported = export_run(run, tmp_path / "out", formats=OFFICE, charts=charts)
    assert names(exported) == [f"theme_dot_plot.{kind}" for kind in OFFICE]
    book = openpyxl.load_workbook(exported.written[2])
    assert book.sheetnames == ["说明", "theme_dot_plot"]
    assert book["theme_dot_plot"]["E2"].value == 0.375


def test_charts_keep_the_order_they_were_asked_for(run, tmp_path):
    charts = ["theme_heat_map", "corpus_overview", "theme_heat_map"]
    exported = export_run(run, tmp_path / "out", formats=["pptx"], charts=charts)
    titles = [
        slide.shapes.title.text_frame.text
        for slide in pptx.Presentation(exported.written[0]).slides
    ]
    assert [title[:4] for title in titles] == ["各机构年", "读入的年"]


def test_without_a_browser_the_office_files_are_all_there(run, tmp_path, no_browser):
    formats = ["png", *OFFICE, "svg"]
    exported = export_run(run, tmp_path / "out", formats=formats)
    assert names(exported) == ["briefing.pptx", "briefing.docx", "tables.xlsx"]
    assert len(exported.missing) == 1 and exported.missing[0].startswith("No png, svg")


def test_equal_runs_give_equal_files(run, tmp_path):
    first = export_run(run, tmp_path / "one", formats=OFFICE)
    second = export_run(run, tmp_path / "two", formats=OFFICE)
    pairs = zip(first.written, second.written, strict=True)
    assert [a.read_bytes() == b.read_bytes() for a, b in pairs] == [True] * 3


def test_a_chart_without_an_office_form_leaves_the_others(run, tmp_path):
    path = run.figures["corpus_overview"]
    figure = json.loads(path.read_text(encoding="utf-8"))
    figure["data"][0]["type"] = "sankey"
    path.write_text(json.dumps(figure), encoding="utf-8")
    exported = export_run(run, tmp_path / "out", formats=["pptx"])
    assert len(pptx.Presentation(exported.written[0]).slides) == 2
    assert (
        "'corpus_overview'" in exported.missing[0] and "sankey" in exported.missing[0]
    )


def test_a_run_without_charts_has_no_slides(run, tmp_path):
    for path in run.figures.values():
        path.unlink()
    exported = export_run(open_run(run.folder), tmp_path / "out", formats=OFFICE)
    assert names(exported) == ["tables.xlsx"]
    assert [text[:8] for text in exported.missing] == ["No pptx:", "No docx:"]


def test_an_incomplete_run_is_told(tmp_path, tables, shares):
    run = open_run(write_run(tmp_path / "run", tables, shares, status="partial"))
    exported = export_run(run, tmp_path / "out", formats=["xlsx"])
    assert exported.warnings[0].startswith("Run run is partial")
    notes = openpyxl.load_workbook(exported.written[0])["说明"]
    assert "部分完成" in [cell.value for cell in notes["B"]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"formats": ["ppt"]}, "found 'ppt', expected one of: png, .* pptx"),
        ({"charts": ["theme_heat"]}, "did you mean theme_heat_map"),
        ({"lang": "en"}, "found words in 'zh', expected 'en'; run `govopen report"),
    ],
)
def test_what_is_not_there_is_refused(run, tmp_path, options, expected):
    out = tmp_path / "out"
    with pytest.raises(SelectionError, match=expected):
        export_run(run, out, **{"formats": OFFICE, **options})
    assert not out.exists()


@pytest.mark.parametrize(
    ("templates", "formats", "expected"),
    [
        (["a.odp"], OFFICE, "found the ending '.odp', expected one of .pptx"),
        (["a.pptx", "b.potx"], OFFICE, "found a second template for pptx"),
        (["a.docx"], ["pptx"], "expected docx among them; add it to --format"),
        (["missing.pptx"], ["pptx"], "missing.pptx: cannot be read"),
    ],
)
def test_a_wrong_template_is_refused(run, tmp_path, templates, formats, expected):
    paths = [tmp_path / name for name in templates]
    with pytest.raises(ExportError, match=expected):
        export_run(run, tmp_path / "out", formats=formats, templates=paths)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_file_is_written_whole_or_not_at_all(run, tmp_path, monkeypatch, code):
    out = tmp_path / "out"
    export_run(run, out, formats=["pptx"])
    before = (out / "briefing.pptx").read_bytes()

    def full(*args):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ExportError, match=os.strerror(code)):
        export_run(run, out, formats=["pptx"], charts=["theme_heat_map"])
    assert [path.name for path in out.iterdir()] == ["briefing.pptx"]
    assert (out / "briefing.pptx").read_bytes() == before


def test_latest_may_be_a_file_that_names_the_run(tmp_path, tables, shares):
    write_run(tmp_path / "r7", tables, shares)
    (tmp_path / "latest.txt").write_text("r7\n", encoding="utf-8")
    assert open_run(tmp_path / "latest").folder.name == "r7"


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(ExportError, match=r"found no readable run.json"):
        open_run(tmp_path)


def command(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_the_command_lists_what_it_wrote(run, tmp_path):
    out = tmp_path / "out"
    result = command("--run", run.folder, "--format", "pptx, xlsx", "--out", out)
    assert result.exit_code == 0
    assert "briefing.pptx" in result.output and "tables.xlsx" in result.output


@pytest.mark.parametrize(
    ("args", "code", "expected"),
    [
        (["--format", "png,xlsx"], 1, "缺少 · missing: No png"),
        (["--format", "gif"], 1, "错误 · error: Format of the export: found 'gif'"),
        (["--chart", "theme_heat_map", "--all"], 2, "expected one of them"),
        (["--dpi", "5", "--format", "png"], 1, "found 5 dpi"),
    ],
)
def test_the_command_tells_the_truth(run, tmp_path, no_browser, args, code, expected):
    result = command("--run", run.folder, "--out", tmp_path / "out", *args)
    assert result.exit_code == code
    assert expected in result.output


def test_english_runs_speak_english(tmp_path, tables, shares):
    run = open_run(write_run(tmp_path / "run", tables, shares, lang="en"))
    exported = export_run(run, tmp_path / "out", formats=["pptx", "xlsx"], lang="en")
    blob = io.BytesIO(exported.written[1].read_bytes())
    assert openpyxl.load_workbook(blob).sheetnames[0] == "Notes"
    slide = pptx.Presentation(exported.written[0]).slides[1]
    text = " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
    assert "Bar: share; line: interval" in text

import errno
import io
import json
import os
from dataclasses import replace

import openpyxl
import pptx
import pytest
import typer
from export_cases import write_run
from typer.testing import CliRunner

from govopen_analytics.base.errors import ExportError, SelectionError
from govopen_analytics.charts import images as browsers
from govopen_analytics.charts.model import read_chart, write_chart
from govopen_analytics.cli.export import export
from govopen_analytics.office import export_run, open_run

OFFICE = ["pptx", "docx", "xlsx"]
app = typer.Typer()
app.command()(export)


@pytest.fixture
def run(tmp_path, tables, shares):
    return open_run(write_run(tmp_path / "run", tables, shares))


@pytest.fixture
def no_browser(monkeypatch):
    monkeypatch.setattr(browsers, "find_browser", lambda: None)


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
    assert len(exported.missing) == 1 and exported.missing[0].startswith("没有图片：")


def test_equal_runs_give_equal_files(run, tmp_path):
    first = export_run(run, tmp_path / "one", formats=OFFICE)
    second = export_run(run, tmp_path / "two", formats=OFFICE)
    pairs = zip(first.written, second.written, strict=True)
    assert [a.read_bytes() == b.read_bytes() for a, b in pairs] == [True] * 3


def test_a_damaged_chart_leaves_the_others(run, tmp_path):
    path = run.figures["corpus_overview"]
    path.write_text('{"data": []}', encoding="utf-8")
    exported = export_run(run, tmp_path / "out", formats=["pptx"])
    assert len(pptx.Presentation(exported.written[0]).slides) == 2
    assert "corpus_overview.json: found no chart" in exported.missing[0]


def test_a_chart_with_nothing_to_draw_has_no_slide(run, tmp_path):
    path = run.figures["corpus_overview"]
    chart = replace(read_chart(path), panels=(), reason="没有计划。")
    write_chart(chart, path)
    exported = export_run(run, tmp_path / "out", formats=["pptx", "docx"])
    assert len(pptx.Presentation(exported.written[0]).slides) == 2
    assert exported.missing == []
    assert "'corpus_overview' draws nothing and is left out: 没有计划。" in str(
        exported.warnings
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


def test_a_template_that_does_not_do_leaves_nothing_behind(run, tmp_path):
    (tmp_path / "bad.docx").write_bytes(b"no package")
    with pytest.raises(ExportError, match="cannot be read as a Word file"):
        export_run(
            run,
            tmp_path / "out",
            formats=OFFICE,
            templates=[tmp_path / "bad.docx"],
        )
    assert not (tmp_path / "out").exists()


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


def test_a_language_the_run_has_not_is_refused(run):
    expected = "found words in 'zh', expected 'en'; run `govopen report --lang en`"
    with pytest.raises(SelectionError, match=expected):
        open_run(run.folder, "en")


@pytest.fixture
def whole(tmp_path, tables, shares):
    """A run in two languages, with pages for two agencies."""
    folder = write_run(tmp_path / "run", tables, shares)
    write_run(folder / "en", tables, shares, lang="en")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    record |= {"languages": ["zh", "en"], "notebooks": []}
    for lang, site in (("zh", folder), ("en", folder / "en")):
        for agency in ("乙市民政局", "甲市民政局"):
            page = f"04_peers-{agency}"
            files = [f"figures/{page}/peer_dots.json", f"tables/{page}/words.csv"]
            for name in files:
                (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / files[1]).write_text(f"word,n_tasks\n{agency[0]},3\n", "utf-8")
            chart = read_chart(site / "figures/theme_dot_plot.json")
            write_chart(replace(chart, title=f"{agency} {lang}"), site / files[0])
            record["notebooks"].append(
                {"name": page, "lang": lang, "label": agency, "files": files}
            )
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def titles(path):
    slides = pptx.Presentation(path).slides
    return [slide.shapes.title.text_frame.text for slide in slides]


def test_pages_of_agencies_are_exported_as_well(whole, tmp_path):
    run = open_run(whole)
    assert list(run.figures)[:2] == [
        "04_peers-乙市民政局/peer_dots",
        "04_peers-甲市民政局/peer_dots",
    ]
    exported = export_run(run, tmp_path / "out", formats=["pptx", "xlsx"])
    found = titles(exported.written[0])
    assert len(found) == 5 and found[:2] == ["乙市民政局 zh", "甲市民政局 zh"]
    book = openpyxl.load_workbook(exported.written[1])
    assert book.sheetnames == ["说明", "words", "tasks", "theme_shares"]
    assert [[cell.value for cell in row] for row in book["words"].iter_rows()] == [
        ["report_of", "word", "n_tasks"],
        ["乙市民政局", "乙", 3],
        ["甲市民政局", "甲", 3],
    ]


@pytest.mark.parametrize(
    ("asked", "expected", "file"),
    [
        ("04_peers-甲市民政局/peer_dots", ["甲市民政局 zh"], "-peer_dots.pptx"),
        ("04_peers-甲市民政局", ["甲市民政局 zh"], "04_peers-甲市民政局.pptx"),
        ("peer_dots", ["乙市民政局 zh", "甲市民政局 zh"], "peer_dots.pptx"),
    ],
)
def test_a_chart_is_asked_for_by_name_or_page(whole, tmp_path, asked, expected, file):
    exported = export_run(open_run(whole), tmp_path, formats=["pptx"], charts=[asked])
    assert exported.written[0].name.endswith(file)
    assert titles(exported.written[0]) == expected


def test_a_choice_of_charts_of_agencies_has_a_sheet_each(whole, tmp_path):
    run, charts = open_run(whole), ["peer_dots"]
    exported = export_run(run, tmp_path, formats=["xlsx"], charts=charts)
    book = openpyxl.load_workbook(exported.written[0])
    sheets = ["theme_dot_plot 乙市民政局", "theme_dot_plot 甲市民政局"]
    assert book.sheetnames == ["说明", *sheets]
    rows = [[cell.value for cell in row] for row in book["说明"].iter_rows()]
    assert any(row[:2] == [sheets[0], "乙市民政局 zh"] for row in rows)


def test_the_second_language_of_a_run_is_exported(whole, tmp_path):
    run = open_run(whole, "en")
    exported = export_run(run, tmp_path / "out", formats=["pptx", "xlsx"])
    found = titles(exported.written[0])
    assert found[:2] == ["乙市民政局 en", "甲市民政局 en"]
    assert openpyxl.load_workbook(exported.written[1]).sheetnames[0] == "Notes"


def test_the_command_lists_the_charts(whole):
    result = command("--run", whole, "--list")
    assert result.exit_code == 0
    assert (
        result.output.splitlines()[0] == "04_peers-乙市民政局/peer_dots\t乙市民政局 zh"
    )


@pytest.mark.parametrize(
    "content", [None, "", "null", "[]", '{"notebooks": [1]}', "[" * 100_000]
)
def test_a_folder_without_the_record_of_a_run_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(ExportError, match=r"run.json: .*; give the folder that"):
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
        (["--format", "png,xlsx"], 1, "缺少 · missing: 没有图片"),
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
    run = open_run(write_run(tmp_path / "run", tables, shares, lang="en"), "en")
    exported = export_run(run, tmp_path / "out", formats=["pptx", "xlsx"])
    blob = io.BytesIO(exported.written[1].read_bytes())
    assert openpyxl.load_workbook(blob).sheetnames[0] == "Notes"
    slide = pptx.Presentation(exported.written[0]).slides[1]
    text = " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
    assert "Bar: share; thin line: 95% interval" in text

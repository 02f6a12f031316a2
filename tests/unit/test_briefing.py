"""A briefing: what it says, its files, its command."""

import io
import re
from dataclasses import replace

import docx
import numpy as np
import openpyxl
import pandas as pd
import pptx
import pytest
from conftest import small_tables
from summary_cases import agencies_of, summary_tables
from typer.testing import CliRunner

import govopen_analytics as go
from govopen_analytics import measures
from govopen_analytics.base.errors import ExportError, SelectionError
from govopen_analytics.base.tables import Tables
from govopen_analytics.cli import app
from govopen_analytics.office import briefing_bytes, write_briefing
from govopen_analytics.office.package import spaced
from govopen_analytics.questions.briefing import (
    Briefing,
    Table,
    finding_names,
    make_briefing,
)

THEMES = {"a": "政策解读", "b": "依申请公开", "c": "平台建设", "z": "没有人写的主题"}
DATE = "2026-01-31"
FORMULA = "=cmd()"
LONG = "很长很长的名称" * 5 + "甲市民政局"  # 40 characters


@pytest.fixture(scope="module")
def corpora():
    def made(n, themes=THEMES, **options):
        tables = summary_tables(agencies_of(n, **options), themes)
        empty = dict.fromkeys(("title", "content", "deadline_raw", "progress"), pd.NA)
        sizes = tables["tasks"]["document_id"].value_counts()
        plans = tables["documents"]
        plans = plans.assign(n_tasks=plans["document_id"].map(sizes), title=pd.NA)
        plans = plans.assign(issued_date=pd.NaT, source_url=pd.NA)
        return {**tables, "documents": plans, "tasks": tables["tasks"].assign(**empty)}

    return {
        "one": made(1),
        "six": made(6, without_unit=2),
        "long": made(3, name="{}" + LONG, without_unit=1),
        "even": made(6, dict(list(THEMES.items())[:3])),
        "none": summary_tables({}, THEMES),
    }


@pytest.fixture(scope="module")
def six(corpora):
    return brief(corpora["six"], date=DATE)


def brief(tables, *, themes=(), findings=(), **options):
    documents = tables["documents"].assign(agency_series=pd.NA)
    corpus = go.Corpus(Tables.of({**tables, "documents": documents}), **options)
    return make_briefing(corpus, themes=themes, findings=findings)


def deck(briefing, **options):
    return pptx.Presentation(io.BytesIO(briefing_bytes(briefing, "pptx", **options)))


def titles(file):
    return [slide.shapes.title.text_frame.text for slide in file.slides]


def book(briefing):
    return openpyxl.load_workbook(io.BytesIO(briefing_bytes(briefing, "xlsx")))


@pytest.mark.parametrize(
    ("corpus", "n_slides", "lang"),
    [
        ("one", 8, "zh"),
        ("six", 7, "zh"),
        ("six", 7, "en"),
        ("long", 7, "en"),
        ("none", 2, "zh"),
    ],
)
def test_a_deck_is_short_and_every_slide_has_its_source(
    corpora, corpus, n_slides, lang
):
    briefing = brief(corpora[corpus], lang=lang, date=DATE)
    file = deck(briefing)
    assert len(file.slides) <= n_slides and len(briefing.claims) <= 5
    for slide in list(file.slides)[1:]:
        text = "\n".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
        assert DATE in text and re.search(r"n = \d", text)


def test_what_is_established_is_a_title_and_the_rest_is_asked(corpora, six):
    asked = brief(corpora["even"], findings=["agencies"]).claims
    shown = {c.title: c.points[0].state for c in (*six.claims, *asked)}
    assert shown["己市民政局、戊市民政局没有一项任务写明牵头单位"] == "established"
    assert shown["各家的主题重点有没有差别？"] not in ("established", "")
    settled = [s for title, s in shown.items() if not title.endswith("？")]
    assert set(settled) <= {"established", ""}


def test_only_what_the_title_speaks_of_is_marked(six):
    chart = six.claims[0].chart
    (series,) = chart.panels[0].series
    marked = [mark.value for mark in series.marks if mark.kind == "decisive"]
    assert marked == [0.0, 0.0] and len(series.marks) == 7  # the last is of all


def test_notes_hold_method_and_caveats(six):
    slide = deck(six).slides[2]
    notes = slide.notes_slide.notes_text_frame.text
    assert "95%区间" in notes and "多重比较校正" in notes and "不足30项" in notes


def test_charts_that_rest_on_no_coding_cite_no_coder(six):
    sources = {claim.chart.name: claim.chart.source for claim in six.claims}
    assert "编码表" in sources["table"]
    assert not [n for n, s in sources.items() if "编码表" in s and n != "table"]


def test_a_theme_that_nobody_has_is_shown_as_not_observed(corpora):
    briefing = brief(corpora["six"], themes=["z"], date=DATE)
    (chart,) = [c.chart for c in briefing.claims if c.chart.table is not None]
    assert chart.table.rows == ("没有人写的主题",)
    assert {cell.label for cell in chart.table.cells[0][1:]} == {"未见"}


def test_findings_are_chosen_by_name(corpora, six):
    names = finding_names(six.points)
    chosen = brief(corpora["six"], findings=["gaps"], date=DATE)
    assert "gaps" in names and len(set(names)) == len(names)
    assert [p.topic for p in chosen.points] == ["gaps"] and chosen.headline == ""
    with pytest.raises(SelectionError, match="expected one of"):
        brief(corpora["six"], findings=["leaders"])


def test_long_names_stay_apart(corpora):
    briefing = brief(corpora["long"], date=DATE)
    names = [
        name
        for claim in briefing.claims
        for panel in claim.chart.panels
        for name in panel.categories
    ]
    assert max(map(len, names)) <= 45
    assert all(len(set(p.categories)) == len(p.categories) for p in _panels(briefing))


def _panels(briefing):
    return [panel for claim in briefing.claims for panel in claim.chart.panels]


def test_the_document_opens_with_a_summary_of_two_charts(six):
    file = docx.Document(io.BytesIO(briefing_bytes(six, "docx")))
    heads = [p.text for p in file.paragraphs if p.style.name == "Heading 1"]
    assert heads[:2] == ["政务公开年度计划比较：摘要", "主题"]
    assert heads[-1] == "附：数据与方法"
    summary, pair = file.tables[:2]
    assert [row.cells[0].text for row in summary.rows] == [
        spaced(p.figure, "zh") for p in six.points
    ]
    drawn = pair._tbl.iter(
        "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
    )
    assert len(list(drawn)) == 2


@pytest.mark.parametrize(
    ("lang", "first", "head"),
    [("zh", "说明", "机构"), ("en", "Notes", "Agency")],
)
def test_sheets_are_few_and_in_the_readers_language(corpora, lang, first, head):
    briefing = brief(corpora["six"], lang=lang, date=DATE)
    file = book(briefing)
    assert file.sheetnames[0] == first and len(file.sheetnames) <= 9
    for sheet in file.worksheets[1:]:
        heads = [cell.value for cell in sheet[1]]
        assert not [name for name in heads if re.fullmatch(r"[a-z]+_[a-z_]+", name)]
        note = sheet.cell(sheet.max_row, 1).value
        assert note.startswith("说明：" if lang == "zh" else "Note: ")
    assert file[file.sheetnames[2]]["A1"].value == head


@pytest.mark.parametrize(
    ("name", "values", "expected", "form"),
    [
        ("share", [0.25, None], [0.25, None], "0.0%"),
        ("n_tasks", [1200, 3], [1200, 3], "#,##0"),
        ("year", [2023, 2024], [2023, 2024], "0"),
        ("p_adjusted", [0.5, 1.0], [0.5, 1.0], "0.000"),
        ("issued_date", [pd.Timestamp("2024-01-31")], ["2024-01-31"], "yyyy-mm-dd"),
        ("title", [FORMULA, "0012"], ["'" + FORMULA, "0012"], "@"),
        ("lead_units", [["甲", "乙"]], ["甲、乙"], "@"),
        ("content", ["字" * 40_000], ["字" * 32_766 + "…"], "@"),
    ],
)
def test_cells_have_their_types(name, values, expected, form):
    table = Table("表", "注", pd.DataFrame({name: values}))
    sheet = book(Briefing("zh", write_tables=lambda: [table])).worksheets[1]
    cells = [sheet.cell(row, 1) for row in range(2, 2 + len(values))]
    found = [
        c.value.date().isoformat() if hasattr(c.value, "date") else c.value
        for c in cells
    ]
    assert found == expected and cells[0].number_format == form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("共 136 项任务", "共136项任务"),
        ("95% 区间", "95%区间"),
        ("n = 6 tasks", "n = 6 tasks"),
        ("甲 乙", "甲 乙"),
    ],
)
def test_office_programs_set_the_blanks(text, expected):
    assert spaced(text, "zh") == expected and spaced(text, "en") == text


def test_a_template_without_layouts_leaves_nothing_behind(tmp_path, six):
    file = pptx.Presentation()
    layouts = file.slide_layouts
    for layout in list(layouts):
        layouts.remove(layout)
    file.save(tmp_path / "bare.pptx")
    with pytest.raises(ExportError, match="found the layouts none"):
        write_briefing(six, tmp_path / "out", templates=[tmp_path / "bare.pptx"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("templates", "formats", "expected"),
    [
        (["a.odp"], ["pptx"], "ending '.odp'"),
        (["a.pptx", "b.potx"], ["pptx"], "second template for pptx"),
        (["a.docx"], ["pptx"], "docx among them"),
    ],
)
def test_a_wrong_template_is_refused(tmp_path, six, templates, formats, expected):
    paths = [tmp_path / name for name in templates]
    with pytest.raises(ExportError, match=expected):
        write_briefing(six, tmp_path, formats=formats, templates=paths)


def test_a_template_gives_its_cover_and_layout(tmp_path, six):
    pptx.Presentation().save(tmp_path / "office.pptx")
    file = deck(six, template=tmp_path / "office.pptx")
    used = [slide.slide_layout.name for slide in file.slides]
    assert used[0] == "Title Slide" and set(used[1:]) == {"Title and Content"}


def test_equal_briefings_give_equal_files(corpora):
    first, second = (brief(corpora["six"], date=DATE) for _ in range(2))
    for kind in ("pptx", "docx", "xlsx"):
        assert briefing_bytes(first, kind) == briefing_bytes(second, kind)


def test_a_format_is_refused_with_what_it_may_be(tmp_path, six):
    with pytest.raises(SelectionError, match="pptx"):
        write_briefing(six, tmp_path, formats=["ppt"])


def test_a_share_has_one_interval_and_a_source_without_a_date_ends():
    corpus = go.Corpus(Tables.of(small_tables()), codebook=None)
    n = len(corpus.themes) + 1
    errors = measures.Confusion(
        np.sort(corpus.themes["theme_id"].to_numpy(dtype=str)), np.eye(n) * 9 + 1, ""
    )
    corpus.confusion = errors
    made = make_briefing(corpus)
    sheet = next(one.rows for one in made.tables if "n_themed" in one.rows)
    own = corpus.theme_shares().table
    names = ["share_lower", "share_upper"]
    both = own.merge(sheet, on=["agency", "theme"], suffixes=("", "_sheet"))
    assert len(both) == len(own) and own["has_coding_error"].any()
    for name in names:
        assert both[name].tolist() == both[f"{name}_sheet"].tolist()
    told = dict(made.method)["份额"]
    assert "Jeffreys" in told and "计入" in told and "重抽" not in told
    share = f"{10 * n / (n * (n + 9)):.0%}"  # of tasks on the diagonal of the errors
    coding = dict(made.method)["编码"]
    assert f"（{n * (n + 9)} 项任务）有 {share} 相同" in coding
    assert "语言模型" in coding and "没有人类专家核对" in coding
    unmeasured = dict(brief(corpus.tables).method)
    assert "没有测得" in unmeasured["份额"] and "线索" in unmeasured["编码"]
    sources = [claim.chart.source for claim in made.claims]
    assert sources and not [one for one in sources if re.search("[；–]。", one)]


def test_a_picture_that_fails_leaves_nothing_behind(tmp_path, six, monkeypatch):
    def fails(*given, **options):
        raise ExportError("no picture")

    monkeypatch.setattr("govopen_analytics.office.briefing.draw_pictures", fails)
    with pytest.raises(ExportError, match="no picture"):
        write_briefing(six, tmp_path / "out", formats=["xlsx", "png"])
    assert not (tmp_path / "out").exists()


def test_the_command_writes_and_lists(tmp_path, processed_dir):
    args = ["briefing", "--processed", str(processed_dir), "--date", DATE]
    listed = CliRunner().invoke(app, [*args, "--list"])
    assert listed.exit_code == 0, listed.output
    out = tmp_path / "out"
    done = CliRunner().invoke(app, [*args, "--format", "xlsx", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert [path.name for path in out.iterdir()] == ["briefing.xlsx"]
    refused = CliRunner().invoke(app, [*args, "--agency", "无此机构"])
    assert refused.exit_code == 1 and "无此机构" in refused.output
    for day in ("2026-13-40", "20260131", "31 January"):
        refused = CliRunner().invoke(app, [*args[:-1], day, "--out", str(out / "no")])
        assert refused.exit_code == 1 and f"found '{day}'" in refused.output
        assert "YYYY-MM-DD" in refused.output and not (out / "no").exists()


def test_a_wide_sheet_is_narrowed_for_paper_and_its_long_texts_wrap(six):
    rows = pd.DataFrame(
        {
            "n": [1, 2],
            "state": ["分不出", "已确认"],
            "title": ["题" * 60, "题"],
            "content": ["题" * 60, "题"],
            "text": ["甲" * 600, "甲"],
        }
    )
    sheets = replace(six, write_tables=lambda: [Table("A & B", "", rows)])
    sheet = book(sheets).worksheets[1]
    widths = [sheet.column_dimensions[letter].width for letter in "ABCDE"]
    assert sum(widths) == pytest.approx(170) and widths[4] > widths[2] == widths[3]
    wraps = [bool(sheet[f"{letter}2"].alignment.wrap_text) for letter in "ABCDE"]
    assert wraps == [False, False, True, True, True]
    heights = [sheet.row_dimensions[number].height for number in (2, 3)]
    assert heights[0] > 10 * heights[1] == 150
    assert [sheet[f"{letter}2"].alignment.indent for letter in "ABC"] == [0, 1, 0]
    assert sheet.oddHeader.left.text == "A && B"

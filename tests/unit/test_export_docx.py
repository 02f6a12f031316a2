import io
import zipfile
from datetime import UTC, datetime

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.shared import Cm
from export_cases import FORMULA, apart, of_charts, write_run
from lxml import etree

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import read_chart
from govopen_analytics.office.docx import document_bytes

WHEN = datetime(2026, 1, 31, tzinfo=UTC)
CHARTS = ("theme_dot_plot", "theme_heat_map", "corpus_overview")
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@pytest.fixture
def make(tmp_path, tables, shares):
    """Make the bytes of a document of some charts of the small corpus."""

    def made(*names, lang="zh", template=None, alone=False):
        run = write_run(tmp_path / f"run-{lang}", tables, shares, lang=lang)
        charts = [read_chart(run / "figures" / f"{n}.json") for n in names]
        charts = apart(charts) if alone else charts
        return document_bytes(of_charts(charts, lang), when=WHEN, template=template)

    return made


def opened(blob):
    return docx.Document(io.BytesIO(blob))


def text(document):
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def chart_xml(blob, number=1):
    with zipfile.ZipFile(io.BytesIO(blob)) as package:
        return etree.fromstring(package.read(f"word/charts/chart{number}.xml"))


def test_a_chart_part_holds_the_data(make):
    space = chart_xml(make("theme_dot_plot", alone=True))
    first = space.find(f".//{C}ser")
    values = [float(v.text) for v in first.find(f"{C}val").iter(f"{C}v")]
    names = [v.text for v in first.find(f"{C}cat").iter(f"{C}v")]
    assert values == [0.375, 0.5]
    assert names == ["甲市民政局 2022 年，n = 4", "乙市民政局 2023 年，n = 2"]


def test_intervals_are_error_bars(make):
    space = chart_xml(make("theme_dot_plot", alone=True))
    errors = space.find(f".//{C}errBars/{C}plus")
    assert [float(v.text) for v in errors.iter(f"{C}v")] == pytest.approx([0.325, 0.4])


def test_each_chart_reaches_its_workbook(make):
    blob = make("theme_dot_plot", alone=True)
    document = opened(blob)
    parts = [
        relation.target_part
        for relation in document.part.rels.values()
        if relation.reltype.endswith("/chart")
    ]
    assert len(parts) == 3
    for part in parts:
        space = etree.fromstring(part.blob)
        workbook = part.rels[space.find(f"{C}externalData").get(qn("r:id"))]
        book = openpyxl.load_workbook(io.BytesIO(workbook.target_part.blob))
        assert book.active["B2"].value in (0.375, 0.0)


def test_the_page_shows_each_chart_once(make):
    document = opened(make("theme_dot_plot", "corpus_overview", alone=True))
    shown = [e.get(qn("r:id")) for e in document.element.iter(f"{C}chart")]
    known = {
        key
        for key, relation in document.part.rels.items()
        if relation.reltype.endswith("/chart")
    }
    assert len(shown) == 5 and set(shown) == known


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_page_has_title_source_and_n(make, name, lang):
    document = opened(make(name, lang=lang))
    assert document.paragraphs[0].style.name == "Heading 2"
    assert "n = 6" in text(document)
    assert ("Source: " if lang == "en" else "资料来源") in text(document)


@pytest.mark.parametrize("name", CHARTS)
def test_charts_and_tables_are_described(make, name):
    document = opened(make(name))
    alts = [e.get("descr") for e in document.element.iter(qn("wp:docPr"))]
    alts += [e.get(qn("w:val")) for e in document.element.iter(qn("w:tblDescription"))]
    assert alts and all("2 份年度计划" in alt or "颜色" in alt for alt in alts)


def test_every_run_of_text_has_a_chinese_font(make):
    document = opened(make(*CHARTS))
    runs = [
        r for r in document.element.iter(qn("w:r")) if r.find(qn("w:t")) is not None
    ]
    fonts = {
        run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}").get(qn("w:eastAsia"))
        for run in runs
    }
    assert fonts == {"Microsoft YaHei"}


def test_text_in_charts_has_a_chinese_font(make):
    space = chart_xml(make("theme_dot_plot", alone=True))
    fonts = {e.get("typeface") for e in space.iter(f"{A}ea")}
    assert fonts == {"Microsoft YaHei"}


def test_a_heat_map_is_a_table_of_shaded_cells(make):
    grid, _ = opened(make("theme_heat_map")).tables
    cells = [[cell.text for cell in row.cells] for row in grid.rows]
    assert cells[1][1:] == ["38%", "38%", "未见"] and cells[2][1:] == [
        "50%",
        "未见",
        "50%",
    ]
    fills = [e.get(qn("w:fill")) for e in grid.rows[2]._tr.iter(qn("w:shd"))]
    assert fills == ["0A3D70", "EEF0F2", "0A3D70"]


def test_several_panels_are_a_table_with_intervals(make):
    document = opened(make("theme_dot_plot"))
    (grid,) = document.tables
    cells = [[cell.text for cell in row.cells] for row in grid.rows]
    assert len(cells[0]) == 4 and cells[0][1] == "政策解读"
    assert cells[1][1].split("\n")[0] == "38%" and "–" in cells[1][1]
    assert "第二行" in text(document)


def test_source_text_never_becomes_a_formula(make, tables):
    tables["documents"]["agency"] = FORMULA
    with zipfile.ZipFile(io.BytesIO(make("theme_dot_plot", alone=True))) as package:
        name = "word/embeddings/Microsoft_Excel_Sheet1.xlsx"
        book = openpyxl.load_workbook(io.BytesIO(package.read(name)))
    cell = book.active["A2"]
    assert (cell.data_type, cell.value) == ("s", "'=cmd() 2022 年，n = 4")


def office(tmp_path, *, name="office.docx", change=lambda file: None):
    file = docx.Document()
    change(file)
    path = tmp_path / name
    file.save(path)
    return path


def test_a_templates_font_header_and_text_stay(tmp_path, make):
    def change(file):
        fonts = file.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), "仿宋")
        file.sections[0].header.paragraphs[0].text = "某某局"
        file.add_paragraph("前言")

    document = opened(make("theme_heat_map", template=office(tmp_path, change=change)))
    fonts = {
        e.get(qn("w:eastAsia"))
        for r in document.element.iter(qn("w:r"))
        for e in r.iter(qn("w:rFonts"))
    }
    assert document.sections[0].header.paragraphs[0].text == "某某局"
    assert document.paragraphs[0].text == "前言"
    assert document.paragraphs[1].paragraph_format.page_break_before
    assert fonts == {"仿宋"}


def test_a_template_that_lacks_the_heading_style_gets_it(tmp_path, make):
    def change(file):
        file.styles["Heading 2"].delete()

    document = opened(make("theme_heat_map", template=office(tmp_path, change=change)))
    assert document.paragraphs[0].style.name == "Heading 2"


def test_a_template_without_room_names_its_pages(tmp_path, make):
    def change(file):
        file.sections[0].page_width = Cm(14.8)
        file.sections[0].left_margin = file.sections[0].right_margin = Cm(5)

    with pytest.raises(ExportError, match=r"14.8 by 27.9 cm with 4.8 by"):
        make("theme_heat_map", template=office(tmp_path, change=change))


@pytest.mark.parametrize("content", [b"", b"no zip"])
def test_a_damaged_template_is_refused(tmp_path, make, content):
    path = tmp_path / "bad.docx"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=r"bad.docx: cannot be read"):
        make("theme_heat_map", template=path)


def test_equal_charts_give_equal_bytes(make):
    assert make(*CHARTS) == make(*CHARTS)

import io
import re
import zipfile
from datetime import UTC, datetime

import openpyxl
import pptx
import pytest
from export_cases import FORMULA, many_plans, of_charts, write_run
from lxml import etree
from pptx.enum.chart import XL_TICK_LABEL_POSITION
from pptx.oxml.ns import qn
from pptx.util import Cm

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import (
    Chart,
    Mark,
    Panel,
    Reference,
    Series,
    read_chart,
)
from govopen_analytics.office.pptx import deck_bytes

WHEN = datetime(2026, 1, 31, tzinfo=UTC)
CHARTS = ("theme_dot_plot", "theme_heat_map", "corpus_overview")


@pytest.fixture
def make(tmp_path, tables, shares):
    """Make a deck of some charts of the small corpus."""

    def made(*names, lang="zh", template=None, corpus=tables, its_shares=shares):
        run = write_run(tmp_path / f"run-{lang}", corpus, its_shares, lang=lang)
        charts = [read_chart(run / "figures" / f"{n}.json") for n in names]
        blob = deck_bytes(of_charts(charts, lang), when=WHEN, template=template)
        return pptx.Presentation(io.BytesIO(blob))

    return made


def frames(slide):
    return [shape for shape in slide.shapes if shape.has_chart]


def text(slide):
    return "\n".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)


def book(chart):
    blob = chart.part.chart_workbook.xlsx_part.blob
    return openpyxl.load_workbook(io.BytesIO(blob)).active


def caches(series, tag):
    errors = series._element.find(qn("c:errBars")).find(qn(f"c:{tag}"))
    return [float(value.text) for value in errors.iter(qn("c:v"))]


def test_charts_are_native_and_hold_the_data(make):
    (slide,) = make("theme_dot_plot").slides
    first = frames(slide)[0].chart
    assert list(first.plots[0].categories) == [
        "甲市民政局 2022 年，n = 4",
        "乙市民政局 2023 年，n = 2",
    ]
    assert list(first.plots[0].series[0].values) == [0.375, 0.5]
    assert [f.chart.chart_title.text_frame.text for f in frames(slide)] == [
        "政策解读",
        "依申请公开",
        "平台建设",
    ]


def test_intervals_are_error_bars_of_their_own_bars(make):
    (slide,) = make("theme_dot_plot").slides
    plot = frames(slide)[0].chart.plots[0]
    bar, labels = plot.series
    assert caches(bar, "minus") == pytest.approx([0.275, 0.4])
    assert caches(bar, "plus") == pytest.approx([0.325, 0.4])
    assert labels._element.find(qn("c:errBars")) is None and plot.overlap == 100


def test_labels_stand_behind_the_intervals(make):
    (slide,) = make("theme_dot_plot").slides
    _, labels = frames(slide)[1].chart.plots[0].series
    texts = [
        "".join(t.text for t in label.iter(qn("a:t")))
        for label in labels._element.iter(qn("c:dLbl"))
    ]
    assert (list(labels.values), texts) == ([0.7, 0.7], ["38%", "未见"])
    assert labels._element.find(f"{qn('c:spPr')}/{qn('a:noFill')}") is not None


def test_the_workbook_behind_a_chart_holds_what_its_ranges_name(make):
    (slide,) = make("theme_dot_plot").slides
    chart = frames(slide)[0].chart
    rows = [[cell.value for cell in row] for row in book(chart).iter_rows()]
    assert rows[0] == [
        None,
        "政策解读",
        "政策解读：标注位置",
        "政策解读：向下误差",
        "政策解读：向上误差",
    ]
    first = ["甲市民政局 2022 年，n = 4", 0.375, 0.7, 0.275, 0.325]
    assert rows[1][0] == first[0] and rows[1][1:] == pytest.approx(first[1:])
    named = {found.text for found in chart._chartSpace.iter(qn("c:f"))}
    columns = {name[8] for name in named if name.endswith("$3")}
    assert columns == {"A", "B", "C", "D", "E"}


def test_names_of_rows_stand_once_beside_small_multiples(make):
    (slide,) = make("theme_dot_plot").slides
    axes = [frame.chart.category_axis for frame in frames(slide)]
    shown = [axis.tick_label_position for axis in axes]
    low, none = XL_TICK_LABEL_POSITION.LOW, XL_TICK_LABEL_POSITION.NONE
    assert shown == [low, none, none]
    skips = [axis._element.find(qn("c:tickLblSkip")).get("val") for axis in axes]
    assert skips == ["1", "1", "1"]


def test_labels_without_intervals_follow_the_data(make):
    (slide,) = make("corpus_overview").slides
    counts = frames(slide)[0].chart.plots[0].series[0]
    assert not list(counts._element.iter(qn("c:dLbl")))
    assert counts.data_labels.show_value and counts.data_labels.number_format == "#,##0"


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(("lang", "n"), [("zh", "n = 6"), ("en", "n = 6")])
def test_each_slide_has_title_source_and_n(make, name, lang, n):
    (slide,) = make(name, lang=lang).slides
    assert slide.shapes.title.text_frame.text
    assert n in text(slide) and ("Source: " if lang == "en" else "资料来源") in text(
        slide
    )


@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_and_table_is_described(make, name):
    (slide,) = make(name).slides
    marked = [s for s in slide.shapes if s.has_chart or s.has_table]
    alts = [s._element.nvGraphicFramePr.cNvPr.get("descr") for s in marked]
    assert alts and all("2 份年度计划" in alt or "颜色" in alt for alt in alts)


def test_the_description_of_a_chart_holds_its_numbers(make):
    (slide,) = make("theme_dot_plot").slides
    alt = frames(slide)[0]._element.nvGraphicFramePr.cNvPr.get("descr")
    assert "甲市民政局 2022 年，n = 4 38%（10%–70%）" in alt


@pytest.mark.parametrize("name", CHARTS)
def test_east_asian_text_has_a_chinese_font(make, name):
    (slide,) = make(name).slides
    roots = [slide._element, *(f.chart._chartSpace for f in frames(slide))]
    runs = [run for root in roots for run in root.iter(qn("a:r"))]
    fonts = {run.find(f"{qn('a:rPr')}/{qn('a:ea')}").get("typeface") for run in runs}
    assert fonts == {"Microsoft YaHei"}


def test_axes_and_labels_of_a_chart_have_a_chinese_font(make):
    (slide,) = make("theme_dot_plot").slides
    space = frames(slide)[0].chart._chartSpace
    fonts = [p.find(qn("a:ea")).get("typeface") for p in space.iter(qn("a:defRPr"))]
    assert len(fonts) >= 3 and set(fonts) == {"Microsoft YaHei"}


def test_a_heat_map_is_a_table_of_shaded_cells(make):
    (slide,) = make("theme_heat_map").slides
    grid, _ = [shape.table for shape in slide.shapes if shape.has_table]
    cells = [[cell.text for cell in row.cells] for row in grid.rows]
    assert cells == [
        ["", "政策解读", "依申请公开", "平台建设"],
        ["甲市民政局2022年，n\u00a0=\u00a04", "38%", "38%", "未见"],
        ["乙市民政局2023年，n\u00a0=\u00a02", "50%", "未见", "50%"],
    ]
    assert str(grid.cell(2, 1).fill.fore_color.rgb) == "0A3D70"
    assert str(grid.cell(1, 3).fill.fore_color.rgb) == "EEF0F2"


def test_source_text_never_becomes_a_formula(make, tables):
    tables["documents"]["agency"] = FORMULA
    (slide,) = make("theme_dot_plot").slides
    cells = [cell for row in book(frames(slide)[0].chart).iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert cells[5].value == "'=cmd() 2022 年，n = 4"


def test_text_that_xml_cannot_hold_is_left_out(make, tables):
    tables["documents"]["agency"] = "甲\x0b市<script>"
    (slide,) = make("theme_dot_plot").slides
    assert frames(slide)[0].chart.plots[0].categories[0].startswith("甲市<script>")


def test_many_plans_take_several_slides_and_lose_none(make, tables, shares):
    corpus, its_shares = many_plans(tables, shares, 70)
    deck = make("theme_heat_map", corpus=corpus, its_shares=its_shares)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    n_rows = [
        len(shape.table.rows) - 1
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table
    ]
    assert sum(n_rows) == 70 and len(titles) > 1
    assert titles[0].endswith(f"（1/{len(titles)}）")


def only_layouts(tmp_path, names, *, name="office.pptx", change=lambda deck: None):
    """Save a deck whose master has only some layouts."""
    deck = pptx.Presentation()
    for layout in list(deck.slide_layouts):
        if layout.name not in names:
            deck.slide_layouts.remove(layout)
    change(deck)
    path = tmp_path / name
    deck.save(path)
    return path


def set_size(title, points):
    """Let titles of a layout have a type size."""
    levels = title._element.txBody.find(qn("a:lstStyle"))
    level = etree.SubElement(levels, qn("a:lvl1pPr"))
    etree.SubElement(level, qn("a:defRPr")).set("sz", str(points * 100))


@pytest.mark.parametrize(
    ("layouts", "expected"),
    [
        (["Title Slide", "Title and Content", "Blank"], "Title and Content"),
        (["Title Only", "Blank"], "Title Only"),
        (["Two Content", "Title Only"], "Title Only"),
    ],
)
def test_a_template_gives_its_best_layout(tmp_path, make, layouts, expected):
    path = only_layouts(tmp_path, layouts)
    (slide,) = make("theme_heat_map", template=path).slides
    assert slide.slide_layout.name == expected


def test_charts_stand_in_the_templates_own_place(tmp_path, make):
    path = only_layouts(tmp_path, ["Title and Content"])
    deck = make("theme_dot_plot", template=path)
    (place,) = [p for p in deck.slide_layouts[0].placeholders if "Content" in p.name]
    (slide,) = deck.slides
    for frame in frames(slide):
        assert place.left <= frame.left and place.top <= frame.top
        assert frame.left + frame.width <= place.left + place.width
        assert frame.top + frame.height <= place.top + place.height


@pytest.mark.parametrize(
    ("centimetres", "expected"), [(20.0, None), (10.0, 21.0), (6.0, 16.0)]
)
def test_a_title_does_not_overrun_the_templates_place(
    tmp_path, make, centimetres, expected
):
    def narrow(deck):
        title = deck.slide_layouts[0].placeholders[0]
        title.left, title.top = Cm(0), Cm(0)
        title.width, title.height = Cm(centimetres), Cm(1.2)
        set_size(title, 24)

    path = only_layouts(tmp_path, ["Title and Content"], change=narrow)
    (slide,) = make("theme_dot_plot", template=path).slides
    size = slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size
    assert (size and size.pt) == expected


def test_no_empty_placeholder_is_left(tmp_path, make):
    path = only_layouts(tmp_path, ["Title and Content"])
    (slide,) = make("theme_dot_plot", template=path).slides
    assert [p.placeholder_format.type for p in slide.placeholders] == [1]


def test_slides_of_the_template_stay_in_front(tmp_path, make):
    def add_cover(deck):
        cover = deck.slides.add_slide(deck.slide_layouts[0])
        cover.shapes.title.text = "封面"

    path = only_layouts(tmp_path, ["Title Only"], change=add_cover)
    titles = [
        slide.shapes.title.text_frame.text
        for slide in make("theme_heat_map", template=path).slides
    ]
    assert titles == ["封面", "各机构年度计划在各主题上的任务份额"]


def test_a_templates_chinese_font_is_kept(tmp_path, make):
    path = only_layouts(tmp_path, ["Title Only"])
    blob = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(blob, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if "theme/theme" in name:
                part = re.sub(
                    rb'<a:ea typeface=""', '<a:ea typeface="仿宋"'.encode(), part
                )
            new.writestr(name, part)
    path.write_bytes(blob.getvalue())
    (slide,) = make("theme_heat_map", template=path).slides
    runs = [run for run in slide._element.iter(qn("a:r"))]
    fonts = {run.find(f"{qn('a:rPr')}/{qn('a:ea')}").get("typeface") for run in runs}
    assert fonts == {"仿宋"}


def test_a_potx_is_a_template_too(tmp_path, make):
    path = only_layouts(tmp_path, ["Title Only"], name="office.potx")
    kinds = b"presentationml.presentation.main", b"presentationml.template.main"
    blob = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(blob, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(*kinds))
    path.write_bytes(blob.getvalue())
    assert len(make("theme_heat_map", template=path).slides) == 1


def test_a_template_without_a_layout_names_those_it_has(tmp_path, make):
    path = only_layouts(tmp_path, ["Blank", "Picture with Caption"])
    with pytest.raises(ExportError) as refused:
        make("theme_heat_map", template=path)
    assert "'Blank'" in str(refused.value) and "title placeholder" in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_a_damaged_template_is_refused(tmp_path, make, content):
    path = tmp_path / "bad.pptx"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=r"bad.pptx: cannot be read"):
        make("theme_heat_map", template=path)


def drawn(panel):
    chart = Chart("c", "题", "n = 1", "zh", alt="述", panels=(panel,))
    deck = pptx.Presentation(io.BytesIO(deck_bytes(of_charts([chart]), when=WHEN)))
    return frames(deck.slides[0])[0].chart


def panel(*marks, kind="rows", **options):
    names = tuple(f"甲{i}" for i in range(len(marks)))
    series = (Series("s", tuple(marks)),)
    return Panel(() if kind == "map" else names, series, kind=kind, **options)


@pytest.mark.parametrize("kind", ["rows", "bars", "years"])
def test_every_kind_keeps_its_values_and_gaps(kind):
    chart = drawn(panel(Mark(1.0), Mark(None), kind=kind))
    assert list(chart.plots[0].series[0].values) == [1.0, None]


def test_bars_start_at_zero_and_a_reference_is_a_bar():
    reference = Reference(0.4, "合计", "40%")
    chart = drawn(panel(Mark(0.9), Mark(0.1), reference=reference, start=0.5))
    assert list(chart.plots[0].categories) == ["甲0", "合计", "甲1"]
    assert list(chart.plots[0].series[0].values) == [0.9, 0.4, 0.1]
    assert chart.value_axis.minimum_scale == 0.0
    assert chart.category_axis._element.find(qn("c:crossesAt")) is None
    assert chart.value_axis._element.find(qn("c:crossesAt")) is None


def test_a_map_keeps_both_coordinates_and_its_lines():
    marks = (Mark(2.0, x=1.0, label="甲"), Mark(4.0, x=3.0, label="乙"))
    chart = drawn(panel(*marks, kind="map", form="decimal", lines=((0, 1),)))
    line, dots = chart.plots[0].series
    assert (line.name, list(dots.values)) == ("甲 – 乙", [2.0, 4.0])
    rows = [[cell.value for cell in row] for row in book(chart).iter_rows()]
    assert rows[4:] == [[None, "s"], [1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("mark", "options", "expected"),
    [
        (Mark(0.5, 0.2, 0.93), {"most": 1.0}, (0.0, 1.0)),
        (Mark(-3.0, -4.0, 1.0), {"form": "points"}, (-4.0, 2.0)),
        (Mark(0.0), {}, (0.0, 1.0)),
    ],
)
def test_the_value_axis_holds_every_interval(mark, options, expected):
    axis = drawn(panel(mark, **options)).value_axis
    assert (axis.minimum_scale, axis.maximum_scale) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("sure", "0B5394"),
        ("unsure", "A2BED6"),
        ("other", "52606D"),
        ("bound", "D55E00"),
    ],
)
def test_bars_have_the_colours_of_their_marks(kind, expected):
    series = drawn(panel(Mark(0.5, kind=kind))).plots[0].series[0]
    assert str(series.format.fill.fore_color.rgb) == expected


def test_equal_charts_give_equal_bytes():
    chart = Chart("c", "题", "n = 1", "zh", panels=(panel(Mark(1.0)),))
    first, second = (deck_bytes(of_charts([chart]), when=WHEN) for _ in range(2))
    created = pptx.Presentation(io.BytesIO(first)).core_properties.created
    assert first == second and created.date() == WHEN.date()

"""A chart is data: it is written and read whole, and all renderers draw from it."""

import json
from dataclasses import replace

import pytest

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.build import chart_of, heat_table
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.model import (
    Cell,
    Chart,
    Mark,
    Panel,
    Reference,
    Series,
    read_chart,
    write_chart,
)
from govopen_analytics.charts.style import (
    INK,
    MARKS,
    PAPER,
    cell_fill,
    full_alt,
    full_subtitle,
    in_one_lane,
    readable_on,
    signed,
    ticks,
    with_reference,
    written,
)
from govopen_analytics.office.layout import fitting_size, page_chart, scale_of


def rows(*values, name="s", **options):
    names = tuple(f"甲{i}" for i in range(len(values)))
    marks = tuple(Mark(value, label=str(value)) for value in values)
    return Panel(names, (Series(name, marks),), **options)


def chart(*panels, **options):
    return Chart("c", "题", "来源，n = 6。", "zh", panels=panels, **options)


def heat(n_rows, columns, **options):
    cells = {
        (y, x): Cell(0.5, "50%") for y in range(n_rows) for x in range(len(columns))
    }
    table = heat_table(
        {i: f"计划{i}" for i in range(n_rows)}, dict(enumerate(columns)), cells
    )
    return Chart("c", "题", "", "zh", table=table, **options)


WHOLE = [
    chart(
        rows(0.2, None, reference=Reference(0.1, "合计", "10%"), most=1.0),
        replace(rows(0.5), kind="map", lines=((0, 0),)),
        key=(("sure", "区间不含 0"),),
        notes=("注",),
    ),
    heat(2, ("政策解读", "平台建设"), key=(("dark", "大"),)),
    chart(reason="没有可画的。"),
]


@pytest.mark.parametrize("whole", WHOLE)
def test_a_chart_is_read_as_it_was_written(tmp_path, whole):
    write_chart(whole, tmp_path / "c.json")
    assert read_chart(tmp_path / "c.json") == whole
    assert [path.name for path in tmp_path.iterdir()] == ["c.json"]


def test_what_xml_cannot_hold_is_left_out(tmp_path):
    write_chart(chart(reason="甲\x0b市\ud800"), tmp_path / "c.json")
    assert read_chart(tmp_path / "c.json").reason == "甲市"


@pytest.mark.parametrize(
    "content", ["{", "[]", '"x"', "{}", '{"data": [], "layout": {}}']
)
def test_a_file_that_holds_no_chart_is_refused(tmp_path, content):
    path = tmp_path / "bad.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ExportError, match=r"bad.json: found no chart .*run `govopen"):
        read_chart(path)


# --- words follow the marks, names stay as they are --------------------------

KEY = (("value", "甲圆点市 dot 的份额"), ("unseen", "未见"), ("size", "任务越多"))


@pytest.mark.parametrize(
    ("kind", "is_office", "expected"),
    [
        ("rows", False, "圆点：甲圆点市 dot 的份额；空心菱形：未见"),
        ("rows", True, "条形：甲圆点市 dot 的份额；标“未见”者：未见"),
        ("map", False, "点越大：任务越多"),
        ("map", True, ""),
    ],
)
def test_a_key_names_each_mark_as_it_is_drawn(kind, is_office, expected):
    drawn = chart(replace(rows(0.5), kind=kind), key=KEY)
    assert full_subtitle(drawn, is_office=is_office) == expected


@pytest.mark.parametrize(
    ("made", "is_office", "expected"),
    [
        (
            chart(rows(0.5), alt="「Dot square」的份额"),
            False,
            "点图：「Dot square」的份额",
        ),
        (
            chart(rows(0.5), alt="「Dot square」的份额"),
            True,
            "条形图：「Dot square」的份额",
        ),
        (heat(1, ("点图",), alt="热力图市的份额"), True, "着色表格：热力图市的份额"),
        (chart(reason="无"), True, "无"),
    ],
)
def test_a_description_changes_no_name(made, is_office, expected):
    assert full_alt(made, is_office=is_office) == expected


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_with_braces_stay_as_they_are(lang):
    made = chart_of(
        "peers",
        "agency_words",
        Display(lang, 0.9),
        panels=[rows(1.0)],
        interval_kind="",
        agency="{n} & <b>",
        n_words=1,
        words="{x}",
    )
    assert "{n} & <b>" in made.title and "{x}" in made.alt
    assert "{n} &amp; &lt;b&gt;" in draw(made).layout.title.text


# --- rows, references and scales ---------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.3, 0.1), ("甲0", "合计", "甲1")),
        ((0.1, 0.05), ("合计", "甲0", "甲1")),
        ((0.9, 0.8), ("甲0", "甲1", "合计")),
    ],
)
def test_a_reference_is_a_row_at_its_place(values, expected):
    panel = with_reference(rows(*values, reference=Reference(0.2, "合计", "20%")))
    assert panel.categories == expected and panel.reference is None
    mark = panel.series[0].marks[expected.index("合计")]
    assert (mark.value, mark.label, mark.kind) == (0.2, "20%", "other")


def test_further_series_have_rows_of_their_own():
    first = Series("甲局", (Mark(0.1), Mark(0.2)))
    second = Series("其他", (Mark(0.3), Mark(None)))
    panel = in_one_lane(Panel(("一", "二"), (first, second)))
    assert panel.categories == ("一", "　其他", "二")
    assert [mark.value for mark in panel.series[0].marks] == [0.1, 0.3, 0.2]


@pytest.mark.parametrize(
    ("values", "options", "n", "expected"),
    [
        ((0.42,), {}, 5, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        ((0.97,), {"most": 1.0}, 2, [0.0, 0.5, 1.0]),
        ((-3.0, 4.0), {}, 4, [-4.0, -2.0, 0.0, 2.0, 4.0]),
        ((0.97,), {"start": 0.9, "most": 1.0}, 5, [0.9, 0.92, 0.94, 0.96, 0.98]),
        ((0.0,), {}, 4, [0.0, 0.25, 0.5, 0.75, 1.0]),
        ((72.0,), {}, 4, [0.0, 20.0, 40.0, 60.0, 80.0]),
        # There is no part of a task.
        ((-1.0, 0.0), {"form": "count"}, 5, [-1.0, 0.0]),
        ((9.0,), {"form": "count"}, 4, [0.0, 3.0, 6.0, 9.0]),
    ],
)
def test_ticks_are_round_and_hold_every_value(values, options, n, expected):
    assert ticks([rows(*values, **options)], n) == pytest.approx(expected)


@pytest.mark.parametrize("value", [0.83, -4.0])
def test_office_axes_start_at_zero_whatever_the_dots_do(value):
    made = chart(rows(value, start=0.5, reference=Reference(0.6, "合计", "")))
    assert 0.0 in scale_of(made, made.panels[0])


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (0.25, "share", "25%"),
        (0.025, "share", "2.5%"),
        (-2.5, "points", "−2.5"),
        (0.0, "points", "0"),
        (0.5, "decimal", "0.50"),
        (1234.0, "count", "1,234"),
    ],
)
def test_numbers_of_an_axis(value, form, expected):
    assert written(value, form) == expected


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(-0.04, 1, "0.0"), (2.26, 1, "+2.3"), (-7, 0, "−7")],
)
def test_signs(value, digits, expected):
    assert signed(value, digits) == expected


# --- colours -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "fill", "ink"),
    [
        (Cell(1.0, "100%"), "#0a3d70", PAPER),
        (Cell(0.0, "0%"), "#f1f6fb", INK),
        (Cell(0.5, "50%"), "#7fb0d8", INK),
        (Cell(-1.0, "−1", scale="two_way"), "#b34700", PAPER),
        (Cell(0.0, "0", scale="two_way"), "#ffffff", INK),
        (Cell(None, "未见"), "#eef0f2", INK),
        (Cell(None), "#ffffff", INK),
    ],
)
def test_all_renderers_colour_cells_alike(cell, fill, ink):
    table = heat_table({0: "甲"}, {0: "一", 1: "二"}, {(0, 0): cell, (0, 1): Cell(1.0)})
    assert cell_fill(cell, table) == fill and readable_on(fill) == ink


def test_a_part_of_a_table_keeps_the_colours_of_the_whole():
    cells = {(y, 0): Cell(y / 39, "") for y in range(40)}
    table = heat_table({i: f"计划{i}" for i in range(40)}, {0: "一"}, cells)
    pages = page_chart(Chart("c", "", "", "zh", table=table), 31.0, 13.0)
    assert len(pages) > 1 and {page.table.most for page in pages} == {1.0}


# --- pages -------------------------------------------------------------------


def panels(n_rows, n_panels, **options):
    own = rows(*([0.5] * n_rows), **options)
    return chart(*(replace(own, title=f"分图{i}") for i in range(n_panels)))


@pytest.mark.parametrize(
    ("n_rows", "n_panels", "expected"),
    [
        (5, 1, [(1, 1, 1)]),
        (5, 9, [(9, 5, 2)]),
        (5, 12, [(12, 6, 2)]),
        (28, 3, [(3, 3, 1)]),
        (100, 1, [(1, 1, 1)] * 4),
        (20, 9, [(5, 5, 1), (4, 5, 1)]),
    ],
)
def test_panels_are_laid_out_so_that_rows_can_be_read(n_rows, n_panels, expected):
    pages = page_chart(panels(n_rows, n_panels), 31.0, 13.2)
    assert [(len(p.panels), p.across, p.down) for p in pages] == expected
    assert [page.number for page in pages] == list(range(1, len(expected) + 1))


def test_names_of_rows_stand_once_in_each_row_of_panels():
    (page,) = page_chart(panels(5, 9), 31.0, 13.2)
    places = page.places(chart(*page.panels), (0, 0, 11_160_000, 4_752_000))
    labels = [place.label > 0 for place in places]
    assert labels == [True, *[False] * 4, True, *[False] * 3]
    assert len({place.box[2] - place.label for place in places}) == 1
    assert max(place.box[0] + place.box[2] for place in places) <= 11_160_000


def test_no_row_is_lost_between_pages():
    pages = page_chart(panels(100, 1), 31.0, 13.2)
    names = [name for page in pages for p in page.panels for name in p.categories]
    assert names == [f"甲{i}" for i in range(100)]


def test_a_chart_with_nothing_to_draw_has_no_page():
    assert page_chart(chart(reason="无"), 31.0, 13.2) == []


@pytest.mark.parametrize(
    ("n_rows", "columns", "width", "expected"),
    [
        (5, ("政策解读",) * 9, 31.0, [(5, 9)]),
        (40, ("政策解读",) * 9, 31.0, [(20, 9), (20, 9)]),
        (5, ("standardization",) * 9, 17.0, [(9, 5)]),
        (3, ("政策",) * 20, 17.0, [(20, 3)]),
    ],
)
def test_tables_are_split_or_turned_to_fit(n_rows, columns, width, expected):
    pages = page_chart(heat(n_rows, columns), width, 18.0)
    shapes = [(len(page.table.rows), len(page.table.columns)) for page in pages]
    assert shapes == expected


def test_a_table_is_not_turned_where_its_words_name_rows():
    made = replace(heat(5, ("standardization",) * 9), subtitle="行是参照，列是编码")
    pages = page_chart(made, 17.0, 18.0)
    assert [len(page.table.rows) for page in pages] == [5, 5, 5]


@pytest.mark.parametrize(
    ("text", "expected"), [("短", 12), ("字" * 40, 10), ("字" * 400, 8)]
)
def test_type_shrinks_to_its_line_down_to_a_limit(text, expected):
    assert fitting_size(text, 400, 12) == expected


def test_a_notebook_shows_a_chart_as_plotly_does(monkeypatch):
    import plotly.io

    monkeypatch.setattr(plotly.io.renderers, "default", "plotly_mimetype")
    shown = chart(rows(0.5))._repr_mimebundle_()
    spec = json.loads(json.dumps(shown["application/vnd.plotly.v1+json"], default=list))
    assert spec["layout"]["meta"]["name"] == "c"


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("sure", "unsure"), ["line", "sure", "unsure"]),
        (("unsure", "unseen"), ["line", "unsure", "unseen"]),
        (("sure", "unseen"), ["line", "sure", "unseen"]),
    ],
)
def test_a_key_leaves_out_marks_that_are_not_there(kinds, expected):
    marks = tuple(Mark(0.5, 0.1, 0.9, kind=kind) for kind in kinds)
    panel = Panel(("甲", "乙"), (Series("s", marks),))
    made = chart_of(
        "theme",
        "theme_ranking",
        Display(),
        panels=[panel],
        interval_kind="",
        **dict.fromkeys(("theme", "share", "agencies", "high", "high_share"), ""),
        **dict.fromkeys(("low", "low_share"), ""),
    )
    found = [mark for mark, _ in made.key if mark not in ("value", "reference")]
    assert found == expected


@pytest.mark.parametrize("kind", MARKS)
def test_every_kind_of_mark_is_drawn(kind):
    one = Panel(("a",), (Series("", (Mark(0.5, 0.4, 0.6, "x", kind),)),))
    figure = draw(chart(one))
    assert any(trace.name == kind for trace in figure.data)

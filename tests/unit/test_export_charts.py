import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
from export_cases import save, write_run
from plotly.subplots import make_subplots

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Cell, Chart, HeatTable, Panel, Point, Series
from govopen_analytics.office import read_chart
from govopen_analytics.office.figure_json import (
    decoded,
    hex_color,
    number_format,
    plain_text,
    written,
)
from govopen_analytics.office.layout import fitting_size, page_chart
from govopen_analytics.office.words import words_for_marks


@pytest.fixture
def run(tmp_path, tables, shares):
    return write_run(tmp_path / "run", tables, shares)


def chart(run, name, lang="zh"):
    return read_chart(run / "figures" / f"{name}.json", lang)


def points(series):
    return [
        (point.value, point.lower, point.upper, point.label) for point in series.points
    ]


def test_dot_plot_is_a_panel_a_theme_with_intervals(run):
    panels = chart(run, "theme_dot_plot").panels
    assert [panel.title for panel in panels] == ["政策解读", "依申请公开", "平台建设"]
    assert points(panels[0].series[0]) == [
        (0.375, 0.1, 0.7, "38%"),
        (0.5, 0.1, 0.9, "50%"),
    ]


def test_what_was_not_observed_joins_the_series_hollow(run):
    (series,) = chart(run, "theme_dot_plot").panels[1].series
    assert points(series) == [(0.375, 0.1, 0.7, "38%"), (0.0, 0.0, 0.7, "未见")]
    assert [point.is_hollow for point in series.points] == [False, True]


def test_categories_are_plans_in_the_figures_order(run):
    panel = chart(run, "theme_dot_plot").panels[0]
    assert panel.categories == (
        "甲市民政局 2022 年，n = 4",
        "乙市民政局 2023 年，n = 2",
    )
    assert (panel.kind, panel.number_format) == ("bar", "0%")


def test_small_multiples_share_their_scale(run):
    panels = chart(run, "theme_dot_plot").panels
    assert {panel.value_range for panel in panels} == {(0.0, 0.9)}


def test_heat_map_is_a_table_of_numbers_and_words(run):
    (table,) = chart(run, "theme_heat_map").tables
    assert table.columns == ("政策解读", "依申请公开", "平台建设")
    assert [[cell.text for cell in line] for line in table.cells] == [
        ["38%", "38%", "未见"],
        ["50%", "未见", "50%"],
    ]
    assert [cell.value for cell in table.cells[1]] == [0.5, None, 0.5]


def test_heat_map_cells_keep_the_colours_of_the_figure(run):
    (table,) = chart(run, "theme_heat_map").tables
    assert table.cells[1][0].fill == "0a3d70" and table.cells[1][0].color == "ffffff"
    assert table.cells[0][2].fill == "eef0f2" and table.cells[0][2].color == "1f2933"


@pytest.mark.parametrize("name", ["theme_dot_plot", "theme_heat_map"])
def test_a_chart_keeps_its_words(run, name):
    found = chart(run, name)
    assert "n = 6" in found.source and "编码表 1 版" in found.source
    assert found.notes[0].startswith("份额 = ") and "2 份年度计划" in found.alt


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("theme_dot_plot", "条形为份额，线段为区间；标“未见”者：n 项任务中未见"),
        ("theme_heat_map", "深色份额大；灰色格：该计划的 n 项任务中未见此主题"),
    ],
)
def test_the_key_speaks_of_the_marks_an_office_chart_has(run, name, expected):
    assert chart(run, name).subtitle == expected


def test_two_subplots_with_axes_of_their_own_are_two_panels(run):
    tasks, share = chart(run, "corpus_overview").panels
    assert points(tasks.series[0]) == [(4.0, None, None, "4"), (2.0, None, None, "2")]
    assert (tasks.value_title, tasks.number_format) == ("任务数（项）", "#,##0")
    assert [point.value for point in share.series[0].points] == [1.0, 0.9]


def scatter(**options):
    return go.Figure(go.Scatter(**options))


@pytest.mark.parametrize(
    ("figure", "kind", "categories", "values"),
    [
        (go.Figure(go.Bar(x=["甲", "乙"], y=[1, 3])), "column", ("甲", "乙"), [1, 3]),
        (
            go.Figure(go.Bar(x=[1, 3], y=["甲", "乙"], orientation="h")),
            "bar",
            ("乙", "甲"),
            [3, 1],
        ),
        (
            scatter(x=[2021, 2022], y=[0.1, 0.2], mode="lines+markers"),
            "line",
            ("2021", "2022"),
            [0.1, 0.2],
        ),
        (
            scatter(x=[0.5, 1.5], y=[2.5, 3.5], mode="markers"),
            "scatter",
            (),
            [2.5, 3.5],
        ),
        (
            scatter(x=np.array([0.5, np.nan]), y=["甲", "乙"], mode="markers"),
            "bar",
            ("乙", "甲"),
            [None, 0.5],
        ),
    ],
)
def test_kinds_of_charts(tmp_path, figure, kind, categories, values):
    (panel,) = read_chart(save(figure, tmp_path, "made")).panels
    assert (panel.kind, panel.categories) == (kind, categories)
    assert [point.value for point in panel.series[0].points] == values


def test_error_bars_of_a_trace_become_intervals(tmp_path):
    errors = {"array": [0.2, 0.3], "arrayminus": [0.1, 0.1]}
    figure = go.Figure(go.Bar(x=["甲", "乙"], y=[0.5, 0.6], error_y=errors))
    (panel,) = read_chart(save(figure, tmp_path, "made")).panels
    bounds = [(point.lower, point.upper) for point in panel.series[0].points]
    assert bounds == [pytest.approx((0.4, 0.7)), pytest.approx((0.5, 0.9))]


def test_a_legend_keeps_series_apart(tmp_path):
    figure = go.Figure(
        [
            go.Bar(x=["甲", "乙"], y=[1, 2], name="前"),
            go.Bar(x=["甲"], y=[3], name="后"),
        ]
    )
    path = save(figure, tmp_path, "made", showlegend=True, barmode="stack")
    (panel,) = read_chart(path).panels
    assert [one.name for one in panel.series] == ["前", "后"]
    assert [[p.value for p in one.points] for one in panel.series] == [
        [1, 2],
        [3, None],
    ]
    assert panel.is_stacked


def test_a_second_mark_in_a_row_is_a_second_series(tmp_path):
    figure = go.Figure(
        [
            go.Scatter(x=[0.2, 0.3], y=[0, 1], mode="markers", name="sure"),
            go.Scatter(x=[0.4, 0.5], y=[0, 1], mode="markers", name="other"),
        ]
    )
    figure.update_yaxes(tickvals=[0, 1], ticktext=["甲", "乙"], range=[1.5, -0.5])
    (panel,) = read_chart(save(figure, tmp_path, "made", showlegend=False)).panels
    assert [[p.value for p in one.points] for one in panel.series] == [
        [0.2, 0.3],
        [0.4, 0.5],
    ]


def two_sides():
    """Two marks a row, with their intervals and labels, as peers are drawn."""
    traces = []
    for shift, color, values in (
        (-0.2, "#0b5394", (0.1, 0.3)),
        (0.2, "#d55e00", (0.2, 0.3)),
    ):
        rows = [place + shift for place in (0, 1)]
        lines = [(v - 0.1, v + 0.4, None) for v in values]
        gaps = [(row, row, None) for row in rows]
        traces += [
            go.Scatter(
                x=sum(lines, ()), y=sum(gaps, ()), mode="lines", line={"color": color}
            ),
            go.Scatter(x=values, y=rows, mode="markers", marker={"color": color}),
            go.Scatter(
                x=[v + 0.4 for v in values],
                y=rows,
                mode="text",
                text=[f" {v:.0%}" for v in values],
            ),
        ]
    axis = {"tickvals": [0, 1], "ticktext": ["甲", "乙"], "range": [1.5, -0.5]}
    subtitle = {"text": "蓝色圆点：甲局（n = 4）；橙色方点：其他机构；线段为区间"}
    return go.Figure(traces).update_layout(
        yaxis=axis, title={"text": "t", "subtitle": subtitle}
    )


def test_each_side_of_a_row_keeps_its_interval_label_and_name(tmp_path):
    (panel,) = read_chart(save(two_sides(), tmp_path, "peers")).panels
    assert [one.name for one in panel.series] == ["甲局（n = 4）", "其他机构"]
    assert [
        [(p.value, round(p.lower, 2), round(p.upper, 2), p.label) for p in one.points]
        for one in panel.series
    ] == [
        [(0.1, 0.0, 0.5, "10%"), (0.3, 0.2, 0.7, "30%")],
        [(0.2, 0.1, 0.6, "20%"), (0.3, 0.2, 0.7, "30%")],
    ]


@pytest.mark.parametrize(
    ("label", "at", "expected"),
    [
        ("0.32 (偶然 0.56)", 0.56, ["0.32 (偶然 0.56)", ""]),
        ("0.56", 0.56, ["", "0.56"]),
        ("未见", 0.56, ["", "未见"]),
        ("+32", 0.324, ["+32", ""]),
    ],
)
def test_a_label_belongs_to_the_mark_whose_value_it_says(tmp_path, label, at, expected):
    marks = [
        go.Scatter(x=[x, x], y=[0, 1], mode="markers", marker={"color": color})
        for x, color in ((0.324, "#0b5394"), (0.56, "#d55e00"))
    ]
    text = go.Scatter(x=[at], y=[0], mode="text", text=[label])
    figure = go.Figure([*marks, text])
    figure.update_layout(yaxis={"tickvals": [0, 1], "ticktext": ["甲", "乙"]})
    (panel,) = read_chart(save(figure, tmp_path, "labels")).panels
    at_first = panel.categories.index("甲")
    assert [one.points[at_first].label for one in panel.series] == expected


def test_a_reference_line_is_where_bars_start(tmp_path):
    figure = make_subplots(rows=1, cols=1)
    figure.add_trace(go.Scatter(x=[0.2, 0.3], y=["甲", "乙"], mode="markers"))
    figure.add_vline(x=0.25)
    (panel,) = read_chart(save(figure, tmp_path, "made")).panels
    assert panel.base == 0.25


def test_framed_cells_stay_framed(tmp_path):
    square = [(0.54, 0.58), (1.46, 0.58), (1.46, 1.42), (0.54, 1.42), (0.54, 0.58)]
    figure = go.Figure(go.Heatmap(z=[[1, 2], [3, 4]], x=[0, 1], y=[0, 1]))
    xs, ys = zip(*square, strict=True)
    figure.add_trace(go.Scatter(x=[*xs, None], y=[*ys, None], mode="lines"))
    (table,) = read_chart(save(figure, tmp_path, "made")).tables
    framed = [(c.value, c.is_framed) for line in table.cells for c in line]
    assert framed == [(3.0, False), (4.0, True), (1.0, False), (2.0, False)]


def test_lines_between_points_stay_lines(tmp_path):
    figure = go.Figure(
        [
            go.Scatter(x=[0, 1, None, 1, 2], y=[0, 1, None, 1, 0], mode="lines"),
            go.Scatter(
                x=[0, 1, 2], y=[0, 1, 0], mode="markers+text", text=["1", "2", "3"]
            ),
        ]
    )
    (panel,) = read_chart(save(figure, tmp_path, "made")).panels
    assert [one.is_line for one in panel.series] == [True, True, False]
    assert [[(p.x, p.value) for p in one.points] for one in panel.series[:2]] == [
        [(0, 0), (1, 1)],
        [(1, 1), (2, 0)],
    ]
    assert [point.label for point in panel.series[2].points] == ["1", "2", "3"]


def test_a_key_beside_the_figure_is_kept(tmp_path):
    key = {"x": 1.02, "y": 1, "xref": "paper", "yref": "paper", "yanchor": "top"}
    note = {"text": "1 甲<br>2 乙", **key}
    figure = go.Figure(go.Scatter(x=[0.5], y=[0.5], mode="markers"))
    path = save(figure, tmp_path, "made", annotations=[note])
    assert read_chart(path).notes == ("1 甲；2 乙",)


def test_heat_maps_over_each_other_are_one_table(tmp_path):
    figure = go.Figure(
        [
            go.Heatmap(
                z=[[1, None], [None, 2]], colorscale=[[0, "#ffffff"], [1, "#000000"]]
            ),
            go.Heatmap(
                z=[[None, 3], [0, None]], colorscale=[[0, "#ffffff"], [1, "#000000"]]
            ),
        ]
    )
    figure.add_annotation(x=1, y=0, text="三", showarrow=False)
    figure.update_yaxes(autorange="reversed")
    (table,) = read_chart(save(figure, tmp_path, "made")).tables
    assert [[c.value for c in line] for line in table.cells] == [[1, 3], [0, 2]]
    assert [[c.text for c in line] for line in table.cells] == [["", "三"], ["", ""]]


def test_a_figure_without_marks_is_its_words(tmp_path):
    found = read_chart(save(go.Figure(), tmp_path, "empty", title={"text": "无"}))
    assert (found.title, found.alt, found.panels) == ("无", "about empty", ())


def test_a_kind_office_programs_lack_is_named(tmp_path):
    path = save(go.Figure(go.Pie(values=[1])), tmp_path, "made")
    with pytest.raises(
        ExportError, match="Chart 'made': found marks of the kind 'pie'"
    ):
        read_chart(path)


@pytest.mark.parametrize("content", ["{", "[]", '{"data": [], "lay": {}}', '"x"'])
def test_a_damaged_figure_is_refused(tmp_path, content):
    path = tmp_path / "bad.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ExportError, match=r"bad.json: cannot be read"):
        read_chart(path)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("依申请<br>公开", "依申请公开"),
        ("甲市<br>2022 年", "甲市 2022 年"),
        ("two<br>words", "two words"),
        ("Application-<br>based", "Application-based"),
        ("<b>粗</b>体", "粗体"),
        ("&lt;script&gt;", "<script>"),
        ("坏\x0b字\x00", "坏字"),
        (None, ""),
    ],
)
def test_markup_becomes_text(markup, expected):
    assert plain_text(markup) == expected


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.5, 2.5]),
        np.array([1.5, 2.5], dtype="f4"),
        [1.5, 2.5],
        (1.5, 2.5),
    ],
)
def test_arrays_are_read_however_plotly_writes_them(values):
    encoded = json.loads(go.Figure(go.Scatter(x=values)).to_json())
    assert decoded(encoded["data"][0]["x"]) == [1.5, 2.5]


@pytest.mark.parametrize(
    ("tick_format", "values", "expected"),
    [
        (".0%", [0.5], "0%"),
        ("+.1%", [0.5], "0.0%"),
        ("", [1, 2], "#,##0"),
        ("", [0.5, None], "0.00"),
        ("", [1234.5], "#,##0.0"),
    ],
)
def test_number_formats(tick_format, values, expected):
    assert number_format(tick_format, values) == expected


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [(0.375, "0%", "38%"), (0.375, "0.0%", "37.5%"), (1234, "#,##0", "1,234")],
)
def test_numbers_are_written_as_the_format_says(value, form, expected):
    assert written(value, form) == expected


@pytest.mark.parametrize(
    ("color", "expected"),
    [("#0B5394", "0b5394"), ("rgb(1, 2, 255)", "0102ff"), (None, "x"), ("red", "x")],
)
def test_colours(color, expected):
    assert hex_color(color, "x") == expected


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("实心：超出偶然", "zh", "深色条形：超出偶然"),
        ("空心圆：未定", "zh", "浅色条形：未定"),
        ("橙色方块：合计", "zh", "橙色条形：合计"),
        ("点越大任务越多；连线：相距远", "zh", "连线：相距远"),
        ("Dot: share", "en", "Bar: share"),
        ("open diamond: none", "en", "marked not obs.: none"),
    ],
)
def test_words_follow_the_marks(text, lang, expected):
    assert words_for_marks(text, lang, is_bars=True) == expected


def bars(n_rows, n_panels):
    names = tuple(f"甲{i}" for i in range(n_rows))
    series = (Series("s", "0b5394", tuple(Point(0.5) for _ in names)),)
    panels = tuple(Panel(f"p{i}", "bar", names, series) for i in range(n_panels))
    return Chart("c", "t", "", "", "", panels=panels)


@pytest.mark.parametrize(
    ("n_rows", "n_panels", "expected"),
    [
        (5, 1, [(1, 1, 1)]),
        (5, 9, [(9, 3, 3)]),
        (5, 12, [(6, 3, 3), (6, 3, 3)]),
        (28, 3, [(3, 3, 1)]),
        (100, 1, [(2, 2, 1), (2, 2, 1)]),
    ],
)
def test_panels_are_laid_out_so_that_rows_can_be_read(n_rows, n_panels, expected):
    pages = page_chart(bars(n_rows, n_panels), 31.0, 13.2)
    assert [(len(p.panels), p.across, p.down) for p in pages] == expected
    assert [(p.number, p.n_pages) for p in pages] == [
        (i + 1, len(expected)) for i in range(len(expected))
    ]


def test_parts_of_a_chart_keep_one_scale():
    whole = bars(100, 1)
    pages = page_chart(whole, 31.0, 13.2)
    ranges = {panel.value_range for page in pages for panel in page.panels}
    assert ranges == {whole.panels[0].extent()}


def test_no_row_is_lost_between_pages():
    pages = page_chart(bars(100, 1), 31.0, 13.2)
    names = [name for page in pages for p in page.panels for name in p.categories]
    assert names == [f"甲{i}" for i in range(100)]


def heat(n_rows, columns):
    cell = Cell(0.5, "50%", "ffffff", "1f2933")
    rows = tuple(f"计划{i}" for i in range(n_rows))
    cells = tuple(tuple(cell for _ in columns) for _ in rows)
    return Chart("c", "t", "", "", "", tables=(HeatTable("", rows, columns, cells),))


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
    chart = replace(heat(5, ("standardization",) * 9), subtitle="行是参照，列是编码")
    pages = page_chart(chart, 17.0, 18.0)
    assert [len(page.table.rows) for page in pages] == [5, 5, 5]


@pytest.mark.parametrize(
    ("text", "expected"), [("短", 12), ("字" * 40, 10), ("字" * 400, 8)]
)
def test_type_shrinks_to_its_line_down_to_a_limit(text, expected):
    assert fitting_size(text, 400, 12) == expected

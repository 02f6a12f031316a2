import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.charts.display import ChartSource, Display
from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.style import n_letters
from govopen_analytics.questions.corpus import corpus_overview
from govopen_analytics.questions.coverage import theme_dot_plot, theme_heat_map

SOURCE = ChartSource(2, 6, "1", "hand", "2026-01-31")
CHARTS = [theme_heat_map, theme_dot_plot]


def drawn(chart, tables, shares, lang="zh", **options):
    documents, themes = tables["documents"], tables["themes"]
    display = Display(lang, source=SOURCE)
    return draw(chart(shares, documents, themes, display, **options))


def words(figure):
    notes = " ".join(note.text for note in figure.layout.annotations)
    return f"{figure.layout.title.text} {notes}"


def marks(figure):
    return [text for trace in figure.data for text in (trace.text or ())]


def test_heat_map_colours_hold_the_shares(tables, shares):
    heat = drawn(theme_heat_map, tables, shares).data[0]
    assert [list(row) for row in heat.z] == [[0.375, 0.375, None], [0.5, None, 0.5]]


def test_heat_map_never_writes_zero_percent(tables, shares):
    assert marks(drawn(theme_heat_map, tables, shares)) == [
        "38%",
        "38%",
        "未见",
        "50%",
        "未见",
        "50%",
    ]


def test_heat_map_hatches_what_was_not_observed(tables, shares):
    hatching = drawn(theme_heat_map, tables, shares).data[1]
    points = [
        (round(x), round(y))
        for x, y in zip(hatching.x, hatching.y, strict=True)
        if x is not None
    ]
    assert set(points) == {(2, 0), (1, 1)}


@pytest.mark.parametrize("chart", CHARTS)
def test_rows_name_plan_year_and_n(tables, shares, chart):
    axis = drawn(chart, tables, shares).layout.yaxis
    labels = [text.replace("<br>", " ") for text in axis.ticktext]
    assert labels == ["甲市民政局 2022 年，n = 4", "乙市民政局 2023 年，n = 2"]


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh", ["n = 6", "编码表 1", "2026-01-31", "该计划全部任务 n", "份额"]),
        ("en", ["n = 6", "codebook 1", "2026-01-31", "all n tasks of the plan"]),
    ],
)
def test_source_line_and_denominator(tables, shares, chart, lang, expected):
    text = words(drawn(chart, tables, shares, lang=lang))
    assert [part for part in expected if part not in text] == []


@pytest.mark.parametrize("chart", CHARTS)
def test_english_charts_hold_no_chinese_but_names(tables, shares, chart):
    figure = drawn(chart, tables, shares, lang="en")
    text = words(figure) + " ".join(marks(figure))
    assert re.findall("[\u4e00-\u9fff]", text) == []


def test_dot_plot_draws_each_share_with_its_interval(tables, shares):
    figure = drawn(theme_dot_plot, tables, shares)
    first_panel = [trace for trace in figure.data if trace.xaxis == "x"]
    lines, dots = first_panel[0], first_panel[1]
    assert list(dots.x) == [0.375, 0.5]
    assert list(lines.x) == [0.1, 0.7, None, 0.1, 0.9, None]


def test_dot_plot_has_a_panel_a_theme_core_first(tables, shares):
    figure = drawn(theme_dot_plot, tables, shares)
    titles = [note.text for note in figure.layout.annotations[:3]]
    assert titles == ["政策解读", "依申请公开", "平台建设"]


def test_a_choice_of_themes_is_drawn_alone(tables, shares):
    tables["themes"] = tables["themes"].query("theme_id == 'answer'")
    heat = drawn(theme_heat_map, tables, shares).data[0]
    assert [list(row) for row in heat.z] == [[0.375], [None]]


def test_corpus_overview_shows_counts_and_conservation(tables):
    figure = draw(corpus_overview(tables["documents"], Display(source=SOURCE)))
    marks = [trace for trace in figure.data if trace.name or trace.type == "bar"]
    assert [list(trace.x) for trace in marks] == [[4, 2], [1.0, 0.9]]
    assert [text.strip() for text in figure.data[-1].text] == ["100%", "90%"]


@pytest.mark.parametrize("chart", CHARTS)
def test_descriptions_are_for_those_who_cannot_see(tables, shares, chart):
    meta = drawn(chart, tables, shares).layout.meta
    assert meta["name"] == chart.__name__ and "2 份年度计划" in meta["alt"]


def test_heat_map_description_names_the_largest_cells(tables, shares):
    alt = drawn(theme_heat_map, tables, shares, lang="en").layout.meta["alt"]
    assert "乙市民政局 2023, n = 2: the largest is Explaining (50%)" in alt


@pytest.mark.parametrize("chart", CHARTS)
def test_a_name_is_broken_on_the_axis_only(tables, shares, chart):
    tables["documents"]["agency"] = "某某自治区某某自治州某某县人民政府政务公开办公室"
    figure = drawn(chart, tables, shares)
    found = (trace.hovertext for trace in figure.data if trace.hovertext is not None)
    hover = [text for texts in found for text in np.ravel(texts)]
    name = "某某自治区某某自治州某某县人民政府政务公开办公室 2022 年，n = 4<br>"
    assert hover[0].startswith(name)


@pytest.mark.parametrize("chart", CHARTS)
def test_names_from_a_source_are_escaped(tables, shares, chart):
    tables["documents"]["agency"] = "<b>甲</b>"
    labels = drawn(chart, tables, shares).layout.yaxis.ticktext
    assert all("&lt;b&gt;" in label and "<b>" not in label for label in labels)


def test_a_long_name_is_broken_into_lines(tables, shares):
    name = "某某自治区某某自治州某某县人民政府政务公开办公室"
    tables["documents"]["agency"] = name
    lines = drawn(theme_heat_map, tables, shares).layout.yaxis.ticktext[0].split("<br>")
    assert "".join(lines) == f"{name} 2022 年，n = 4"
    assert [n_letters(line) <= 52 for line in lines] == [True, True]


def many_plans(tables, shares, n_plans):
    first = shares[shares["document_id"] == "first"]
    plans = [f"plan-{n}" for n in range(n_plans)]
    tables["documents"] = pd.concat(
        [tables["documents"].head(1).assign(document_id=plan) for plan in plans],
        ignore_index=True,
    )
    return pd.concat([first.assign(document_id=plan) for plan in plans])


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(
    ("n_plans", "is_taller"), [(5, False), (25, False), (40, True)]
)
def test_a_chart_fits_a_slide_until_it_has_too_many_rows(
    tables, shares, chart, n_plans, is_taller
):
    rows = many_plans(tables, shares, n_plans)
    figure = drawn(chart, tables, rows, n_hidden=3)
    assert (figure.layout.height > 720) == is_taller
    assert "任务较少的 3 份计划未画出" in figure.layout.title.subtitle.text


def test_of_many_plans_the_panels_stand_beside_each_other(tables, shares):
    figure = drawn(theme_dot_plot, tables, many_plans(tables, shares, 12))
    dots = [trace for trace in figure.data if trace.mode == "markers" and trace.x]
    assert [trace.xaxis for trace in dots] == ["x", "x2", "x3"]
    assert [list(trace.x) for trace in dots] == [[0.375] * 12] * 2 + [[0.0] * 12]


def test_corpus_overview_shows_what_a_person_should_look_at(tables, shares):
    many_plans(tables, shares, 40)
    tables["documents"]["accounted_share"] = [0.99] * 39 + [0.5]
    figure = draw(corpus_overview(tables["documents"], Display(source=SOURCE)))
    (dots,) = [trace for trace in figure.data if trace.name == "sure"]
    assert sorted(dots.x)[:2] == [0.5, 0.99] and len(dots.x) == 30
    assert "另有 10 份未画出" in figure.layout.title.subtitle.text
    assert figure.layout.height <= 740


@pytest.mark.parametrize("chart", CHARTS)
def test_an_unknown_language_is_refused(tables, shares, chart):
    with pytest.raises(SelectionError, match="zh, en"):
        drawn(chart, tables, shares, lang="fr")


def test_source_describes_the_tables(tables):
    assert ChartSource.of(tables, date="2026-01-31") == SOURCE


def test_the_source_line_counts_what_people_decided(tables):
    coded = tables["theme_assignments"]
    coded["coder"] = ["combined", "张三"] + ["combined"] * (len(coded) - 2)
    first = coded.loc[coded["coder"] == "张三", "rank"].eq(1).sum()
    source = ChartSource.of(tables)
    assert (source.coder, source.n_reviewed) == ("combined", first)
    line = replace(source, n_reviewed=3).line("zh")
    assert "主题判定：程序，3 项由人判断（编码表 1）。" in line
    uncoded = Display(source=source).uncoded.source
    assert uncoded.line("zh").endswith("，n = 6 项任务。")


@pytest.mark.parametrize("chart", CHARTS)
def test_a_corpus_without_plans_gives_one_sentence(tables, shares, chart):
    tables["documents"] = tables["documents"].head(0)
    figure = drawn(chart, tables, shares.head(0))
    assert figure.layout.meta["name"] == chart.__name__ and len(figure.data) == 0
    assert figure.layout.meta["alt"] == "没有读出任务的计划，无法作图。"

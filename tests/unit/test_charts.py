import itertools
import json
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.display import ChartSource, Display
from govopen_analytics.charts.draw import LONGEST_LINE, draw
from govopen_analytics.charts.map_layout import map_layout
from govopen_analytics.charts.style import (
    escaped,
    label_pixels,
    lines_of,
    shortened,
)
from govopen_analytics.measures import (
    Differences,
    agenda_distances,
    agenda_map,
    deadlines_by_month,
    unit_load,
)
from govopen_analytics.questions import (
    change,
    commitments,
    likeness,
    peers,
    responsibility,
    selection,
    theme,
)
from govopen_analytics.questions.findings import finding

DISPLAY = Display(source=ChartSource(2, 6, "1", "hand", "2026-01-31"))
LONG = "某某自治区某某自治州某某县人民政府政务公开办公室信息中心"


def notes(figure):
    return " ".join(note.text for note in figure.layout.annotations)


def values(figure, mark):
    return [x for trace in figure.data if trace.name == mark for x in trace.x]


def theme_rows(n_agencies, **columns):
    rows = pd.DataFrame(
        {
            "agency": [f"机构{k:04d}" for k in range(n_agencies)],
            "theme_id": "answer",
            "n_tasks": 20,
            "n_themed": 2,
            "share": [k / n_agencies for k in range(n_agencies)],
            "share_lower": 0.0,
            "share_upper": 0.9,
            "share_shrunk": [k / n_agencies for k in range(n_agencies)],
            "is_observed": [k > 0 for k in range(n_agencies)],
        }
    )
    return rows.assign(**columns)


def pooled(share=0.5, correlation=0.1):
    return pd.DataFrame(
        {
            "theme_id": ["answer"],
            "n_tasks": 40,
            "share": share,
            "share_lower": share - 0.1,
            "share_upper": share + 0.1,
            "intraclass_correlation": correlation,
        }
    )


# --- labels ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("甲市民政局，n = 4", ["甲市民政局，n = 4"]),
        ("<b>甲</b>", ["&lt;b&gt;甲&lt;/b&gt;"]),
        (LONG + "，n = 1,631", [LONG[:18], LONG[18:] + "，n = 1,631"]),
        ("Office of " + "Openness " * 6, None),
    ],
)
def test_labels_are_escaped_and_broken_between_words(text, lines):
    found = escaped(text, LONGEST_LINE).split("<br>")
    assert found == lines if lines else all(len(line) <= 52 for line in found)


@pytest.mark.parametrize(
    ("texts", "width", "expected"),
    [
        (["甲市民政局"], 10, ["甲市民政局"]),
        (["甲市民政局"], 9, ["甲市…政局"]),
        ([LONG, "甲"], 20, ["某某自治…室信息中心", "甲"]),
        (["Office of Openness"], 9, ["Offi…ness"]),
        (["甲市东区民政局", "甲市西区民政局"], 9, ["甲市东区民政局", "甲市西区民政局"]),
    ],
)
def test_labels_of_many_keep_both_ends_and_stay_apart(texts, width, expected):
    assert shortened(texts, width) == expected


@pytest.mark.parametrize(
    ("change_", "lang", "expected"),
    [
        (0.024, "zh", "+2.4 个百分点"),
        (-0.1, "en", "−10.0 points"),
        (-0.0001, "zh", "0.0 个百分点"),
    ],
)
def test_points(change_, lang, expected):
    assert Display(lang).points(change_) == expected


@pytest.mark.parametrize(
    ("lang", "form", "expected"),
    [
        ("en", "{agency}: {n_tasks}", "(agency unknown): 1,200"),
        ("en", "{share_in_full}", "10% (90% interval 5%–20%, n = 1,200)"),
        ("zh", "{change_in_full}", "−2.0 个百分点（90% 区间 −4.0 至 0.0）"),
        ("zh", "{share} {p} {theme} {level}", "10% < 0.001 给定 90%"),
        ("zh", "{year_from} {distance} {overlap}", "2021 0.25 80"),
        ("zh", "{change_per_year}", "−1.5"),
    ],
)
def test_a_sentence_is_filled_from_the_columns_of_a_row(lang, form, expected):
    row = {"agency": pd.NA, "n_tasks": 1200.0, "theme": "t", "year_from": 2021}
    row |= {"share": 0.1, "share_lower": 0.05, "share_upper": 0.2, "distance": 0.25}
    row |= {"change": -0.02, "change_lower": -0.04, "change_upper": 0.0001}
    row |= {"p_adjusted": 0.0002, "overlap": 80.2, "change_per_year": -0.015}
    assert Display(lang, 0.9).fill(form, row, theme="给定") == expected


@pytest.mark.parametrize(
    ("agency", "lang", "expected"),
    [
        ("【合成】甲市", "zh", "合成数据"),
        ("【合成】甲市", "en", "Synthetic data"),
        ("甲市", "zh", ""),
    ],
)
def test_synthetic_data_are_marked_in_charts_and_tables(tables, agency, lang, expected):
    tables["documents"]["agency"] = agency
    display = Display(lang, source=ChartSource.of(tables))
    rows = change.plan_years(tables["documents"], display)
    figure = draw(change.plan_calendar(rows, display))
    marked = display.marked(pd.DataFrame({"x": [1]}))
    assert expected in notes(figure)
    assert ("合成" in notes(figure) or "Synthetic" in notes(figure)) == bool(expected)
    assert ("note" in marked) == bool(expected)


# --- years -------------------------------------------------------------------


def test_calendar_names_what_is_missing(tables):
    cells = change.plan_years(tables["documents"], Display("en"))
    assert cells["status"].tolist() == ["there", "missing", "missing", "there"]
    heat = draw(change.plan_calendar(cells, DISPLAY)).data[0]
    assert [list(row) for row in heat.z] == [[4, None], [None, 2]]
    # One year makes no calendar.
    one = change.plan_years(tables["documents"].assign(year=2022), Display("en"))
    assert change.plan_calendar(one, DISPLAY).is_empty


def changes_of(years):
    pairs = itertools.pairwise(years)
    rows = [("甲", "answer", a, b, True) for a, b in pairs]
    if len(years) > 2:
        rows.append(("甲", "answer", years[0], years[-1], False))
    names = ["agency", "theme_id", "year_from", "year_to", "is_adjacent"]
    return pd.DataFrame(rows, columns=names)


@pytest.mark.parametrize("years", [[2021, 2022], [2021, 2022, 2024]])
def test_first_to_last_keeps_one_row_a_theme(years):
    kept = change.first_to_last(changes_of(years))
    assert kept[["year_from", "year_to"]].values.tolist() == [[years[0], years[-1]]]


PARTS = pd.DataFrame(
    {
        "theme_id": ["explain", "answer"],
        "year_from": 2022,
        "year_to": 2023,
        "change": [0.02, -0.06],
        "change_lower": [-0.01, -0.09],
        "change_upper": [0.05, -0.03],
        "change_within": [0.01, 0.04],
        "change_of_composition": [0.01, -0.10],
    }
)


def trends(**columns):
    rows = pd.DataFrame(
        {
            "theme_id": ["explain", "answer", "channels"],
            "n_agencies": 3,
            "n_years": 2,
            "n_tasks": 60,
            "change_per_year": [0.05, -0.02, 0.01],
            "change_per_year_lower": [0.02, -0.04, -0.02],
            "change_per_year_upper": [0.08, -0.001, 0.04],
            "p_adjusted": [0.01, 0.09, 0.5],
            "state": ["established", "worth_asking", "not_told_apart"],
            "is_beyond_chance": [True, False, False],
        }
    )
    return rows.assign(**columns)


def test_trends_are_drawn_in_points_and_filled_where_beyond_chance(tables):
    figure = draw(change.trend_dots(trends(), tables["themes"], DISPLAY))
    assert values(figure, "sure") == [5.0]
    assert values(figure, "unsure") == [1.0, -2.0]
    assert "n = 60 项任务" in notes(figure)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_trends_that_do_not_survive_correction_are_not_claimed(tables, lang):
    confounding = {"n_agencies_repeated": 3, "n_undated": 0, "n_years": 2}
    found = change.change_findings(
        tables["documents"],
        confounding,
        trends(),
        changes_of([2022, 2023]).head(0),
        tables["themes"],
        PARTS,
        Display(lang),
    )
    sure = {"zh": "（p = 0.010）", "en": "a year (p = 0.010)"}
    unsure = {"zh": "后不足以断定（p = 0.090）", "en": "not established (p = 0.090)"}
    assert [sure[lang] in own.text for own in found] == [True] + [False] * 5
    assert [own.state for own in found[:3]] == [
        "established",
        "worth_asking",
        "not_told_apart",
    ]
    assert unsure[lang] in found[1].text
    within = {"zh": "机构自身的变化 +4.0", "en": "+4.0 of them within agencies"}
    assert within[lang] in found[3].text
    assert found[3].number == -0.06


def test_trends_of_too_few_plans_are_not_spoken_of(tables):
    confounding = {"n_agencies_repeated": 3, "n_undated": 0, "n_years": 2}
    found = change.change_findings(
        tables["documents"],
        confounding,
        trends(state="cannot_be_answered", is_beyond_chance=False),
        changes_of([2022, 2023]).head(0),
        tables["themes"],
        PARTS.head(0),
        DISPLAY,
    )
    assert found[0].text.startswith("计划太少，有没有逐年的变化无法回答")
    assert found[0].state == "cannot_be_answered"
    assert not any("每年" in own.text for own in found)


def test_without_a_panel_the_chart_is_one_sentence(tables):
    empty = trends(change_per_year=float("nan"), n_agencies=0, n_tasks=0)
    figure = draw(change.trend_dots(empty, tables["themes"], DISPLAY))
    assert len(figure.data) == 0
    assert "没有一个机构有两个年份的计划" in figure.layout.meta["alt"]


# --- one theme ---------------------------------------------------------------


@pytest.mark.parametrize(("n_agencies", "hidden"), [(12, ""), (3000, "2,970")])
def test_ranking_shows_both_ends_and_counts_the_rest(tables, n_agencies, hidden):
    chosen = selection.choose_theme(tables["themes"], "依申请公开")
    figure = draw(
        theme.theme_ranking(theme_rows(n_agencies), pooled(), chosen, None, DISPLAY)
    )
    shown = figure.layout.yaxis.ticktext
    assert len(shown) == min(n_agencies, 30)
    assert shown[0].startswith(f"机构{n_agencies - 1:04d}")
    assert shown[-1].startswith("机构0000")
    assert values(figure, "unseen") == [0.0]
    assert hidden in figure.layout.title.subtitle.text


def differences(state, p_adjusted, cell_states, unit="task"):
    items = pd.DataFrame(
        {
            "theme_id": ["answer"],
            "n_tasks": 60,
            "test_unit": unit,
            "state": state,
            "p_adjusted": p_adjusted,
        }
    )
    cells = pd.DataFrame(
        {
            "agency": ["甲", "乙", "丙"],
            "theme_id": "answer",
            "n_tasks": 20,
            "share": [0.0, 0.5, 0.7],
            "whole_share": 0.4,
            "state": cell_states,
            "is_higher": [False, True, True],
        }
    )
    return Differences(items, cells)


NO_CELL = ["not_told_apart"] * 3
DIFFER = [
    (
        0.1,
        "established",
        0.03,
        ["established"] * 3,
        "已确认高于全体 40% 的是丙 70%、乙 50%；已确认低于全体 40% 的是甲 0%",
    ),
    (0.1, "established", 0.03, NO_CELL, "p = 0.030），但不足以点名"),
    (0.1, "worth_asking", 0.14, NO_CELL, "差别可能不只是偶然（p = 0.140）"),
    (0.1, "not_told_apart", 0.6, NO_CELL, "各家看不出差别（p = 0.600）"),
    (0.1, "cannot_be_answered", 0.01, NO_CELL, "任务或机构太少，有没有差别无法回答"),
    (0.1, "not_told_apart", 0.6, NO_CELL, "份额至多 20%"),
]


@pytest.mark.parametrize(
    ("correlation", "state", "p_adjusted", "cells", "expected"), DIFFER
)
def test_least_and_most_are_named_with_their_doubt(
    tables, correlation, state, p_adjusted, cells, expected
):
    rows = theme_rows(3, share_upper=[0.2, 0.6, 0.9], share_lower=[0.0, 0.1, 0.5])
    chosen = selection.choose_theme(tables["themes"], "answer")
    found = theme.theme_findings(
        rows,
        pooled(correlation=correlation),
        chosen,
        differences(state, p_adjusted, cells),
        DISPLAY,
    )
    said = [own.text for own in found]
    assert expected in " ".join(said)
    assert said[0].startswith("「依申请公开」占全部 40 项任务的 50%")
    assert said[1].startswith("「依申请公开」：")
    assert said[2].startswith("未见此主题的机构 1 个")
    assert (found[1].state, found[1].question) == (state, "theme")
    # The chart shows who has least and most.
    assert [own.is_detail for own in found] == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("choose", "message"),
    [
        (lambda t: selection.choose_agency(t["documents"], "甲市民政"), "甲市民政局"),
        (lambda t: selection.choose_theme(t["themes"], "依申请"), "依申请公开"),
        (lambda t: selection.choose_theme(t["themes"], "answers"), "answer"),
    ],
)
def test_what_is_not_there_is_refused_with_the_nearest(tables, choose, message):
    with pytest.raises(SelectionError, match=f"did you mean.*{message}"):
        choose(tables)


def test_without_a_choice_the_largest_agency_and_first_core_theme_are_taken(tables):
    assert selection.choose_agency(tables["documents"]) == "甲市民政局"
    assert selection.choose_theme(tables["themes"])["theme_id"].tolist() == ["explain"]


# --- peers, units, elements --------------------------------------------------


def test_an_agencys_page_names_the_elements_in_which_it_differs():
    cells = pd.DataFrame(
        [
            ("甲市", "has_quantity", 0.5, True, "established"),
            ("甲市", "has_deadline", 0.5, True, "worth_asking"),
            ("甲市", "has_all_elements", 0.5, True, "established"),
            ("乙市", "has_quantity", 0.1, False, "established"),
        ],
        columns=["agency", "flag", "share", "is_higher", "state"],
    ).assign(whole_share=0.25, p_adjusted=0.002)
    display = Display("en")
    say = partial(finding, "peers", display=display)
    (found,) = peers._form_findings(cells, "甲市", display, say)
    assert found.text == (
        "More of its tasks than of all state a quantity (p = 0.002): 50% against 25%."
    )
    assert (found.number, found.state) == (0.5, "established")


def test_peers_stand_below_the_agency(tables, shares):
    sides = {"first": "agency", "second": "peers"}
    rows = shares.assign(side=shares["document_id"].map(sides))
    figure = draw(
        peers.peer_dots(rows, tables["themes"].head(2), DISPLAY, agency="甲市民政局")
    )
    places = {t.name: list(t.y) for t in figure.data if t.mode == "markers"}
    assert places["sure"] == [0.78] and places["other"] == pytest.approx([0.22, 1.22])
    assert places["unseen"] == [-0.22]
    assert "n = 4" in figure.layout.title.subtitle.text


def test_months_without_a_task_stand_in_the_calendar(tables):
    tables["tasks"]["deadline_kind"] = "month_end"
    tables["tasks"]["deadline_date"] = pd.Timestamp("2022-06-30")
    rows = deadlines_by_month(Tables.of(tables))
    chart = responsibility.due_calendar(rows, DISPLAY)
    labels = [[cell.label for cell in line] for line in chart.table.cells]
    # The second plan is of 2023, so its deadline falls into another year.
    assert [labels[0][5], labels[1][14]] == ["4", "2"]
    assert sum(line.count("") for line in labels) == 30


def test_units_are_drawn_with_their_agency_and_n(tables):
    tables["tasks"]["lead_units"] = [["办公室"]] * 4 + [["各处室"]] * 2
    load = unit_load(Tables.of(tables))
    figure = draw(responsibility.unit_load_dots(load, DISPLAY))
    assert list(figure.layout.yaxis.ticktext) == [
        "办公室 · 甲市民政局，n = 4",
        "各处室 · 乙市民政局，n = 2",
    ]
    assert (values(figure, "sure"), values(figure, "unsure")) == ([1.0], [1.0])


def proportions(flags, n_agencies):
    rows = [
        (f"机构{k:04d}", flag, 10, k % 10, k % 10 / 10)
        for k in range(n_agencies)
        for flag in flags
    ]
    table = pd.DataFrame(rows, columns=["agency", "flag", "n_tasks", "n_true", "share"])
    return table.assign(share_lower=0.0, share_upper=1.0)


@pytest.mark.parametrize(
    ("chart", "flags"),
    [
        (commitments.element_dots, commitments.FLAGS),
        (commitments.completion_dots, commitments.POINTS),
    ],
)
@pytest.mark.parametrize("n_agencies", [1, 31])
def test_five_panels_of_at_most_thirty_agencies(chart, flags, n_agencies):
    figure = draw(chart(proportions(flags, n_agencies), DISPLAY))
    dots = [trace for trace in figure.data if trace.name == "sure"]
    assert [len(trace.x) for trace in dots] == [min(n_agencies, 30)] * 5
    assert figure.layout.height in {1: [340], 31: [699, 712]}[n_agencies]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("of four plans", 20, ["of four plans"]),
        ("Organisation and guards", 14, ["Organisation", "and guards"]),
        (
            "Organisation, safeguards and supervision",
            26,
            ["Organisation, safeguards", "and supervision"],
        ),
        (
            "Organisation, safeguards and supervision",
            20,
            ["Organisation,", "safeguards and", "supervision"],
        ),
        ("政策解读与回应关切", 10, ["政策解读与", "回应关切"]),
    ],
)
def test_a_title_takes_no_more_lines_than_it_must(text, width, expected):
    assert lines_of(text, width) == expected


@pytest.mark.parametrize(("title", "n_lines"), [("数量", 1), ("很长的名称" * 8, 2)])
def test_titles_have_room_between_rows_of_panels(title, n_lines):
    chart = commitments.element_dots(proportions(commitments.FLAGS, 5), DISPLAY)
    panels = tuple(replace(panel, title=title) for panel in chart.panels)
    figure = draw(replace(chart, panels=panels))
    titles = {
        a.text.count("<br>") + 1
        for a in figure.layout.annotations
        if title[:3] in a.text
    }
    assert titles == {n_lines}
    margin = figure.layout.margin
    height = figure.layout.height - margin.t - margin.b
    gap = figure.layout.yaxis.domain[0] - figure.layout.yaxis4.domain[1]
    assert gap * height >= 5 + 17 * n_lines


# --- likeness ----------------------------------------------------------------


def test_every_pair_has_a_cell_and_every_agency_a_place(tables):
    pairs = agenda_distances(Tables.of(tables), n_permutations=200)
    hidden = likeness.overlap_heat_map(pairs, DISPLAY)
    assert hidden.is_empty and "没有两个机构分得出不同" in hidden.reason
    pairs["is_beyond_chance"] = True
    figure = draw(likeness.overlap_heat_map(pairs, DISPLAY))
    assert figure.data[0].z[1][0] == pytest.approx(50.0)
    places = agenda_map(pairs)
    apart = ((places["x"].diff() ** 2 + places["y"].diff() ** 2) ** 0.5).iloc[1]
    assert apart == pytest.approx(pairs["distance"].item())
    assert places["shown_share"].tolist() == pytest.approx([1.0, 1.0])
    drawn = draw(likeness.agency_map(places, pairs, DISPLAY))
    assert list(drawn.data[-1].text) == ["甲市民政局，n = 4", "乙市民政局，n = 2"]


def crowd_of(n_dots):
    dots = {"group": [f"机构{k:02d}" for k in range(n_dots)], "n_tasks": 40}
    step = [k / 1000 for k in range(n_dots)]
    return pd.DataFrame(dots).assign(x=step, y=step[::-1], shown_share=0.5)


@pytest.mark.parametrize("n_dots", [1, 2, 10, 30])
def test_no_dot_of_a_map_covers_another_or_its_name(n_dots):
    points = crowd_of(n_dots)
    names = ["某某市民政局，n = 40"] * n_dots if n_dots <= 10 else []
    places = points[["x", "y"]].to_numpy().tolist()
    dots = map_layout(places, points["n_tasks"], names, (860, 520))
    pixels = 860 / (dots.ranges[0][1] - dots.ranges[0][0])
    beside = label_pixels(names[:1]) if names else 0
    for one, other in itertools.combinations(range(n_dots), 2):
        ends = zip(dots.places[one], dots.places[other], strict=True)
        across, down = (abs(a - b) * pixels for a, b in ends)
        assert across >= dots.sizes[one] + beside or down >= dots.sizes[one]
    assert dots.is_moved == (n_dots == 30)


@pytest.mark.parametrize(("n_pairs", "n_lines"), [(30, 1), (31, 0)])
def test_a_map_draws_no_thicket_of_lines(n_pairs, n_lines):
    points = crowd_of(12)
    pairs = list(itertools.combinations(points["group"], 2))[:n_pairs]
    found = pd.DataFrame(pairs, columns=["group", "reference"])
    found = found.assign(is_beyond_chance=True)
    figure = draw(likeness.agency_map(points, found, DISPLAY))
    assert [trace.mode for trace in figure.data].count("lines") == n_lines
    assert ("31 对" in figure.layout.title.subtitle.text) == (n_lines == 0)
    assert list(figure.data[-1].text) == [str(n) for n in range(1, 13)]


def test_a_map_keeps_the_distances_of_a_triangle():
    pairs = pd.DataFrame(
        {
            "group": ["a", "a", "b"],
            "reference": ["b", "c", "c"],
            "n_tasks": [5, 5, 6],
            "n_reference_tasks": [6, 7, 7],
            "distance": [0.3, 0.4, 0.5],
        }
    )
    found = agenda_map(pairs).set_index("group")
    assert found["n_tasks"].to_dict() == {"a": 5, "b": 6, "c": 7}
    for row in pairs.itertuples():
        gap = found.loc[row.group, ["x", "y"]] - found.loc[row.reference, ["x", "y"]]
        assert (gap**2).sum() ** 0.5 == pytest.approx(row.distance)


@pytest.mark.parametrize("n_pairs", [0, 1])
def test_agencies_that_cannot_be_compared_give_one_sentence(tables, n_pairs):
    pairs = agenda_distances(Tables.of(tables), n_permutations=200).head(n_pairs)
    pairs["distance"] = float("nan")
    charts = [
        likeness.overlap_heat_map(pairs, DISPLAY),
        likeness.agency_map(agenda_map(pairs), pairs, DISPLAY),
        likeness.rest_dots(pairs, DISPLAY),
    ]
    apart = "没有两个机构分得出不同，不画。"
    assert [c.reason for c in charts] == [
        apart,
        apart,
        "可比的机构不到两个，无法比较。",
    ]


def test_figures_can_be_written(tables):
    rows = change.plan_years(tables["documents"], DISPLAY)
    figure = draw(change.plan_calendar(rows, DISPLAY))
    assert json.loads(figure.to_json())["layout"]["meta"]["name"] == "plan_calendar"

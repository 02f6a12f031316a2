import pytest
from summary_cases import agencies_of, summary_tables

from govopen_analytics.questions.summary import (
    Conclusion,
    conclusions,
    headline,
    measure_summary,
    ranked,
    short_names,
    summary_table,
)

THEMES = {"a": "公开", "b": "解读", "c": "平台"}
FIVE = agencies_of(5, without_unit=2)
ALIKE = agencies_of(5)


MEASURED = {}


def summary(agencies, themes=THEMES):
    """Measure a corpus once for all tests that ask of it."""
    key = repr((agencies, themes))
    if key not in MEASURED:
        MEASURED[key] = measure_summary(summary_tables(agencies, themes))
    return MEASURED[key]


def told(agencies, lang="zh", themes=THEMES):
    return {one.topic: one for one in conclusions(summary(agencies, themes), lang)}


@pytest.mark.parametrize(
    ("agencies", "themes", "topic", "figure", "state"),
    [
        (FIVE, THEMES, "form", "2 家", "established"),
        (FIVE, THEMES, "agencies", "0/3", "not_told_apart"),
        (FIVE, THEMES, "units", "60 项", ""),
        (FIVE, THEMES, "gaps", "30 项", ""),
        (FIVE, {**THEMES, "d": "督查"}, "gaps", "1 个", ""),
        (ALIKE, THEMES, "units", "100 项", ""),
        ({"甲市民政局": [("a", None, None)] * 9}, THEMES, "gaps", "2 个", ""),
        ({"甲市民政局": [("a", None, None)] * 9}, THEMES, "units", "0", ""),
        ({"甲市民政局": [("a", None, 6)] * 9}, THEMES, "themes", "100%", ""),
        # Nine of ten tasks of one agency lie in a theme of the others' thirds.
        (
            {**agencies_of(4), "远市民政局": [("a", "办公室", None)] * 20},
            THEMES,
            "agencies",
            "1 家",
            "established",
        ),
        # Two plans of two tasks establish nothing.
        (agencies_of(2, n_tasks=2), THEMES, "agencies", "–", "cannot_be_answered"),
    ],
)
def test_conclusions_have_their_number_and_state(
    agencies, themes, topic, figure, state
):
    found = told(agencies, themes=themes)[topic]
    assert (found.figure, found.state) == (figure, state)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("agencies", "topics"),
    [
        (FIVE, ["form", "units", "gaps", "elements", "agencies"]),
        (ALIKE, ["units", "gaps", "elements", "agencies"]),
        (
            {"甲市民政局": [("a", None, None)] * 9},
            ["units", "gaps", "elements", "themes", "themes"],
        ),
        ({}, []),
    ],
)
def test_conclusions_stand_in_order_of_weight(agencies, topics, lang):
    found = conclusions(summary(agencies), lang)
    assert [one.topic for one in found] == topics
    assert all(one.text and one.short and one.evidence for one in found)
    assert not any("{" in one.text + one.short for one in found)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("e.01 w.15 n.90 f e.04", "e.01 e.04 f n.90 w.15"),
        ("u n.5 w.1 e.05 e.01", "e.01 e.05 n.5 w.1 u"),
        # Six: the weakest that has no place of its own is left out.
        ("e.04 e.03 e.02 e.01 g units", "e.01 e.02 e.03 units g"),
        ("e.04 e.03 e.02 agencies g units", "e.02 e.03 units agencies g"),
        ("", ""),
    ],
)
def test_ranking_by_state_and_then_by_corrected_p(given, kept):
    states = {"e": "established", "w": "worth_asking", "n": "not_told_apart"}
    states |= {"f": "", "u": "cannot_be_answered"}
    fixed = {"g": ("gaps", "worth_asking", 0.1), "units": ("units", "", None)}
    fixed["agencies"] = ("agencies", "not_told_apart", 0.9)

    def made(name):
        kind, _, p = name.partition(".")
        topic, state, p_adjusted = fixed.get(
            name, ("form", states.get(kind), float(f".{p}") if p else None)
        )
        return Conclusion(
            "summary", topic, name, "t", "s", state=state, p_adjusted=p_adjusted
        )

    found = ranked([made(name) for name in given.split()])
    assert " ".join(one.key for one in found) == kept


@pytest.mark.parametrize(
    ("agencies", "zh", "en"),
    [
        (
            FIVE,
            "主题看不出差别；写不写牵头单位，差别明显",
            "No difference in themes established; "
            "clear differences in stating a lead unit",
        ),
        (
            {**agencies_of(4, without_unit=2), "远市": [("a", "办公室", None)] * 20},
            "主题重点各家有别；写不写牵头单位，差别明显",
            "Clear differences in themes, and in stating a lead unit",
        ),
        (
            {**agencies_of(4), "远市": [("a", "办公室", None)] * 20},
            "主题重点各家有别",
            "Clear differences in themes",
        ),
        (ALIKE, "", ""),
        ({"甲市民政局": [("a", None, None)] * 9}, "", ""),
        ({}, "", ""),
    ],
)
def test_the_heading_is_a_claim_only_where_something_is_established(agencies, zh, en):
    measured = summary(agencies)
    for lang, claim in (("zh", zh), ("en", en)):
        assert headline(measured, conclusions(measured, lang), lang) == claim


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["上海市民政局", "安徽省民政厅"], ["上海市", "安徽省"]),
        # The city, not the province it lies in.
        (["济宁市民政局", "山东省民政厅"], ["济宁市", "山东省"]),
        (["南京市玄武区卫生健康委员会"], ["南京市玄武区"]),
        # The division alone would name two of them.
        (["上海市民政局", "上海市教委", "安徽省民政厅"], None),
        (["甲机构", "国家发展和改革委员会"], ["甲机构", "国家发展和改革委员会"]),
    ],
)
def test_short_names_of_agencies(names, short):
    expected = short or ["上海市民政局", "上海市教委", "安徽省"]
    assert list(short_names(names).values()) == expected


@pytest.mark.parametrize(
    ("n", "columns", "cells"),
    [
        (1, 2, ["35%", "35%"]),
        (5, 6, ["35%", "35%", "35%", "35%", "35%", "35%"]),
        # Many: the five places of the shares, and how many lack the theme.
        (9, 7, ["35%", "35%", "35%", "35%", "35%", "35%", "0"]),
        (60, 7, ["35%", "35%", "35%", "35%", "35%", "35%", "0"]),
    ],
)
def test_the_table_changes_its_form_with_the_number_of_agencies(n, columns, cells):
    agencies = agencies_of(n)
    table = summary_table(summary(agencies))
    assert len(table.columns) == columns and table.rows[0] == "公开"
    assert [cell.label for cell in table.cells[0]] == cells


def test_a_theme_that_no_agency_has_is_never_0_percent():
    table = summary_table(summary(ALIKE, {**THEMES, "d": "督查"}))
    assert [cell.label for cell in table.cells[-1]] == ["", *["未见"] * 5]

import pandas as pd
import pytest

from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.display import Display
from govopen_analytics.measures import Differences, gap_totals, theme_differences
from govopen_analytics.measures.families import ESTABLISHED, NOT_TOLD_APART
from govopen_analytics.questions.corpus import corpus_findings
from govopen_analytics.questions.coverage import (
    MOST_NAMED_PLANS,
    confounding_findings,
    coverage_findings,
)
from govopen_analytics.questions.findings import findings_table


def said(findings):
    return " ".join(own.text for own in findings)


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "zh",
            [
                "读入 2 份年度计划（2 个机构，2022–2023 年），共 6 项任务。",
                "1 个文件未能读入。",
                "关于 2 个文件有 2 条需要人工查看的说明。",
            ],
        ),
        (
            "en",
            [
                "Annual plans read: 2 (agencies: 2; 2022–2023), with tasks: 6.",
                "Files that could not be read: 1.",
                "Remarks that a person should read: 2, on files: 2.",
            ],
        ),
    ],
)
def test_corpus_findings(tables, lang, expected):
    names = ("documents", "tasks", "failures", "remarks")
    found = corpus_findings(*(tables[name] for name in names), Display(lang))
    assert [own.text for own in found] == expected


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "zh",
            "甲市民政局（2022 年）：份额最大的是「政策解读」、「依申请公开」，各占",
        ),
        ("zh", "「依申请公开」在乙市民政局（2023 年）的 2 项任务中未见"),
        ("zh", "「政策解读」、「依申请公开」：任务或机构太少，有没有差别无法回答。"),
        (
            "zh",
            "6 格（计划 × 主题）中 2 格未见；各家重点相同时，仅凭偶然也会有约 1.7 格。",
        ),
        ("zh", "1 项任务不合任何主题"),
        ("en", "was not observed in: 乙市民政局 (2023), n = 2."),
        ("en", "with so few tasks or agencies no difference could be established"),
    ],
)
def test_coverage_findings(tables, shares, lang, expected):
    counted = Tables.of(tables)
    found = coverage_findings(
        shares,
        tables["documents"],
        tables["themes"],
        Display(lang),
        differences=theme_differences(counted, by="document_id", n_permutations=99),
        gaps=gap_totals(counted, by="document_id"),
        n_unclassified=1,
    )
    assert expected in said(found)


def judged(state, p_adjusted):
    """Differences of one theme, in which the second plan stands out."""
    items = pd.DataFrame(
        {
            "theme_id": ["answer"],
            "n_tasks": 6,
            "test_unit": "task",
            "state": state,
            "p_adjusted": p_adjusted,
        }
    )
    cells = pd.DataFrame(
        {
            "document_id": ["first", "second"],
            "theme_id": "answer",
            "n_tasks": [4, 2],
            "share": [0.375, 0.0],
            "whole_share": 0.25,
            "state": ["not_told_apart", state],
            "is_higher": [True, False],
        }
    )
    return Differences(items, cells)


def test_a_finding_holds_its_number_interval_and_state(tables, shares):
    rows = [
        coverage_findings(
            shares,
            tables["documents"],
            tables["themes"],
            Display("en"),
            differences=judged(state, p_adjusted),
        )
        for state, p_adjusted in ((NOT_TOLD_APART, 0.6), (ESTABLISHED, 0.01))
    ]
    top = rows[0][0]
    assert (top.number, top.lower, top.upper, top.n) == (0.375, 0.1, 0.7, 4)
    assert (top.unit, top.interval, top.evidence) == ("share", 0.95, "theme_heat_map")
    assert top.short.endswith(": 38% (10%–70%)") and "甲市民政局" in top.subject
    (none,), (sure,) = ([one for one in found if one.state] for found in rows)
    assert (none.state, sure.state) == (NOT_TOLD_APART, ESTABLISHED)
    assert (sure.question, sure.topic, sure.p_adjusted) == ("coverage", "core", 0.01)
    assert "agencies differ in these plans (p = 0.010)" in sure.text
    assert sure.text.endswith(
        "; established below 25% of the whole: 乙市民政局 (2023) 0%."
    )
    # The number is that of the plan that stands out, not of the theme.
    assert (sure.number, sure.n, none.n, none.p_adjusted) == (0.0, 2, 6, 0.6)
    assert sure.subject == '乙市民政局 (2023) "Answering"'
    unseen = [own for own in rows[0] if own.key == "unseen"]
    assert {own.caveats for own in unseen} == {("unseen",)}


def test_findings_are_saved_with_all_they_hold(tables, shares):
    found = coverage_findings(shares, tables["documents"], tables["themes"], Display())
    table = findings_table(found)
    assert list(table.columns[:2]) == ["topic", "finding"] and len(table) == len(found)
    assert table["number"].tolist()[0] == found[0].number
    assert findings_table([]).columns.tolist() == table.columns.tolist()


def test_a_choice_of_themes_leaves_the_others_out(tables, shares):
    themes = tables["themes"].query("theme_id == 'answer'")
    found = said(coverage_findings(shares, tables["documents"], themes, Display()))
    assert "政策解读" not in found and "38%" in found


def test_many_plans_are_counted_not_listed(tables, shares):
    import pandas as pd

    documents = pd.concat(
        [
            tables["documents"].head(1).assign(document_id=f"plan-{n}")
            for n in range(MOST_NAMED_PLANS + 3)
        ]
    )
    rows = [
        shares[shares["document_id"] == "first"].assign(document_id=name)
        for name in documents["document_id"]
    ]
    found = coverage_findings(pd.concat(rows), documents, tables["themes"], Display())
    tops = [own for own in found if own.topic == "top"]
    # The chart beside them shows the largest theme of each plan.
    assert [own.is_detail for own in tops] == [True] * MOST_NAMED_PLANS


@pytest.mark.parametrize(
    ("is_confounded", "is_partly", "expected"),
    [
        (True, False, "机构差别与年份差别分不开"),
        (False, True, "只有 2 个机构"),
        (False, False, ""),
    ],
)
def test_confounding_findings(is_confounded, is_partly, expected):
    confounding = {
        "is_confounded": is_confounded,
        "is_partly_confounded": is_partly,
        "n_agencies_repeated": 2,
    }
    found = confounding_findings(confounding, Display())
    assert expected in said(found) and bool(expected) == bool(found)

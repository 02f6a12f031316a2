"""Tables, findings and tasks as a reader sees them."""

import re

import pandas as pd
import pytest
from conftest import NASTY

from govopen_analytics.charts.display import Display
from govopen_analytics.questions.coverage import tasks_by_theme
from govopen_analytics.questions.findings import Finding
from govopen_analytics.questions.tables import Table, finding_list, task_lists

ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


def html(df, columns=(), lang="zh", **look):
    return Table(df, columns, display=Display(lang), **look)._repr_html_()


def cells(markup):
    rows = re.findall(r"<tr>(.*?)</tr>", markup)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]


@pytest.mark.parametrize(
    ("column", "value", "lang", "expected"),
    [
        ("title", NASTY, "zh", f"<td>{ESCAPED}</td>"),
        ("share", 0.375, "zh", '<td class="number">38%</td>'),
        ("year", 2022, "zh", '<td class="number">2022</td>'),
        ("source_year", 2023.0, "zh", '<td class="number">2023</td>'),
        ("n_chars", 12345, "zh", '<td class="number">12,345</td>'),
        ("rank_lower", 5, "zh", '<td class="number">5</td>'),
        ("change", -0.0312, "zh", '<td class="number">−3.1</td>'),
        ("p_adjusted", 0.0004, "en", '<td class="number">&lt;0.001</td>'),
        ("distance", 0.1234, "zh", '<td class="number">0.12</td>'),
        ("is_core", True, "zh", "<td>是</td>"),
        ("is_core", True, "en", "<td>yes</td>"),
        ("level", "city", "zh", "<td>市级</td>"),
        ("level", "city", "en", "<td>city</td>"),
        ("comparator", ">=", "zh", "<td>≥</td>"),
        ("inferred", ["甲", "乙"], "zh", "<td>甲、乙</td>"),
        ("issued_date", pd.Timestamp("2022-08-22"), "zh", "<td>2022-08-22</td>"),
        ("note", None, "zh", "<td></td>"),
    ],
)
def test_cells(column, value, lang, expected):
    assert expected in html(pd.DataFrame({column: [value]}), lang=lang)


@pytest.mark.parametrize(("lang", "head"), [("zh", "机构"), ("en", "Agency")])
def test_heads_speak_the_language(tables, lang, head):
    assert f'<th scope="col">{head}</th>' in html(
        tables["documents"], ["agency"], lang=lang
    )


def test_no_rows_are_said(tables):
    assert html(tables["spans"]) == "<p>（无）</p>"


def test_a_share_stands_with_its_interval(shares):
    display = Display("en")
    table = Table(shares, ["theme_id", "n_tasks", "share"], display=display)
    head = "95% interval (sampling only)"
    assert list(table.data.columns)[1:] == ["Tasks", "Share", head]
    rows = shares.assign(has_coding_error=True)
    with_coding = Table(rows, ["share"], display=display)
    assert "95% interval (sampling and errors of coding)" in with_coding.data
    assert table.data["Share"].tolist() == shares["share"].tolist()
    assert cells(table._repr_html_())[1:3] == [
        ["channels", "4", "0%", "not observed in 4 tasks; 0%–50%"],
        ["explain", "4", "38%", "10%–70%"],
    ]


def test_a_column_of_equal_rows_is_said_once():
    rows = pd.DataFrame({"agency": ["甲", "乙"], "year": [2022, 2022]})
    markup = html(rows.assign(note=pd.NA))
    assert cells(markup) == [["机构"], ["甲"], ["乙"]]
    assert "各行相同：年份 2022。" in markup and "2022" in str(
        Table(rows, display=Display())
    )
    assert "各行相同" not in html(rows.head(1))


def test_a_word_stays_between_what_stands_before_and_after():
    rows = pd.DataFrame({"before": ["甲", "乙"], "match": "公开", "after": "丙"})
    assert cells(html(rows))[1:] == [["甲", "公开", "丙"], ["乙", "公开", "丙"]]


def test_long_tables_say_what_they_leave_out():
    rows = pd.DataFrame({"agency": [f"{n:04d}" for n in range(3000)]})
    markup = html(rows)
    assert markup.count("<tr>") == 201
    assert "共 3,000 行，此处列前 200 行" in markup
    assert "…</td>" in html(pd.DataFrame({"text": ["字" * 200]}))


def test_a_folded_table_is_opened_by_its_title():
    markup = html(pd.DataFrame({"agency": ["甲"]}), title=NASTY)
    assert markup.startswith(f'<details class="table"><summary>{ESCAPED}</summary>')


@pytest.mark.parametrize(
    "expected",
    [
        "<summary>甲市民政局 2022 年（2 项）</summary>",
        f"<b>{ESCAPED}</b><br>=cmd()",
        "匹配到的关键词：解读",
        "第 2 项 · 次要主题",
    ],
)
def test_task_lists(tables, shares, expected):
    tasks = tasks_by_theme(tables, tables["themes"], Display())
    plans = tasks[["document_id", "agency", "year"]].drop_duplicates()
    labels = tasks[["theme_id", "theme"]].drop_duplicates()
    named = shares.merge(plans, on="document_id").merge(labels, on="theme_id")
    assert expected in task_lists(tasks, named, Display()).markup


@pytest.mark.parametrize(
    ("state", "badge"),
    [("", ""), ("established", '<small class="state established">● 已确认</small>')],
)
def test_findings_are_escaped_and_carry_their_state(state, badge):
    own = Finding("theme", "theme", "key", NASTY, NASTY, state=state)
    expected = f"<li>{ESCAPED}{' ' if badge else ''}{badge}</li>"
    assert (
        finding_list([own], Display()).markup == f'<ul class="findings">{expected}</ul>'
    )
    assert finding_list([], Display()).markup == ""

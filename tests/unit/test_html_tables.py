import pandas as pd
import pytest

from govopen_analytics.questions.coverage import labelled_shares, tasks_by_theme
from govopen_analytics.questions.tables import (
    plain_table,
    sentence_list,
    share_table,
    task_lists,
)

NASTY = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.mark.parametrize(
    ("column", "value", "lang", "expected"),
    [
        ("title", NASTY, "zh", f"<td>{ESCAPED}</td>"),
        ("share", 0.375, "zh", '<td class="number">38%</td>'),
        ("year", 2022, "zh", '<td class="number">2022</td>'),
        ("n_chars", 12345, "zh", '<td class="number">12,345</td>'),
        ("is_core", True, "zh", "<td>是</td>"),
        ("is_core", True, "en", "<td>yes</td>"),
        ("level", "city", "zh", "<td>市级</td>"),
        ("level", "city", "en", "<td>city</td>"),
        ("inferred", ["甲", "乙"], "zh", "<td>甲、乙</td>"),
        ("issued_date", pd.Timestamp("2022-08-22"), "zh", "<td>2022-08-22</td>"),
        ("note", None, "zh", "<td></td>"),
    ],
)
def test_cells(column, value, lang, expected):
    table = plain_table(pd.DataFrame({column: [value]}), lang=lang)
    assert expected in table._repr_html_()


@pytest.mark.parametrize(("lang", "head"), [("zh", "机构"), ("en", "Agency")])
def test_heads_speak_the_language(tables, lang, head):
    markup = plain_table(tables["documents"], ["agency"], lang=lang)._repr_html_()
    assert f'<th scope="col">{head}</th>' in markup


def test_no_rows_are_said(tables):
    assert plain_table(tables["spans"])._repr_html_() == "<p>（无）</p>"


@pytest.mark.parametrize(
    "expected",
    [
        '<th scope="row">政策解读</th><td class="number">38%<br><small>10%–70%</small>',
        '<td class="unseen">2 项任务中未见</td>',
        "甲市民政局 2022 年<br><small>n = 4</small>",
    ],
)
def test_share_table(tables, shares, expected):
    named = labelled_shares(shares, tables["documents"], tables["themes"])
    assert expected in share_table(named)._repr_html_()


@pytest.mark.parametrize(
    "expected",
    [
        "<summary>甲市民政局 2022 年 <small>2 项任务</small></summary>",
        '<p class="unseen">乙市民政局 2023 年：2 项任务中未见</p>',
        f"<b>{ESCAPED}</b><br>=cmd()",
        "匹配到的关键词：解读",
        "第 2 项 · 次要主题",
    ],
)
def test_task_lists(tables, shares, expected):
    named = labelled_shares(shares, tables["documents"], tables["themes"])
    tasks = tasks_by_theme(tables, tables["themes"])
    assert expected in task_lists(tasks, named)._repr_html_()


def test_sentences_are_escaped():
    findings = [NASTY]
    assert f"<li>{ESCAPED}</li>" in sentence_list(findings)._repr_html_()

"""Deadlines: kind and last day; and dates that are none."""

import datetime as dt

import pytest

from govopen_analytics.plans.deadlines import (
    deadline_of_cell,
    governing_deadline,
    limit_of_heading,
    only_deadline,
    parse_deadline,
)


@pytest.mark.parametrize(
    ("raw", "kind", "date"),
    [
        ("年底前", "year_end", dt.date(2022, 12, 31)),
        ("2021年底前", "year_end", dt.date(2021, 12, 31)),
        ("年内", "year_end", dt.date(2022, 12, 31)),
        ("全年", "whole_year", dt.date(2022, 12, 31)),
        ("1-12月", "whole_year", dt.date(2022, 12, 31)),
        ("8月", "month_end", dt.date(2022, 8, 31)),
        ("2月底前", "month_end", dt.date(2022, 2, 28)),
        ("12月底前完成", "month_end", dt.date(2022, 12, 31)),
        ("十月底前", "month_end", dt.date(2022, 10, 31)),
        ("2021年8月前", "month_end", dt.date(2021, 8, 31)),
        ("三季度前", "month_end", dt.date(2022, 9, 30)),
        ("第4季度", "month_end", dt.date(2022, 12, 31)),
        ("上半年", "month_end", dt.date(2022, 6, 30)),
        ("2月20日", "date", dt.date(2022, 2, 20)),
        ("2022-03-01", "date", dt.date(2022, 3, 1)),
        ("6月底前、11月底前", "month_end", dt.date(2022, 11, 30)),
        ("每月月底", "ongoing", None),
        ("按月度", "ongoing", None),
        ("长期推进", "ongoing", None),
        ("常态化开展", "ongoing", None),
        ("持续推进", "ongoing", None),
        ("及时公开", "ongoing", None),
    ],
)
def test_parse_deadline(raw, kind, date):
    deadline = parse_deadline(raw, 2022)
    assert (deadline.kind, deadline.date) == (kind, date)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "办公室",
        "传媒中心",
        "各处室",
        "5个工作日内",
        "2月30日",
        "13月底前",
        "公开年报",
    ],
)
def test_no_deadline(raw):
    assert parse_deadline(raw, 2022) is None


def test_without_a_year_a_deadline_has_a_kind_and_no_date():
    assert parse_deadline("6月底前", None).kind == "month_end"
    assert parse_deadline("6月底前", None).date is None


@pytest.mark.parametrize(
    ("heading", "date"),
    [
        ("一季度重点工作", dt.date(2024, 3, 31)),
        ("下半年工作任务", dt.date(2024, 12, 31)),
        ("三月份", dt.date(2024, 3, 31)),
        ("年度重点工作", None),
        ("做好一季度公开", None),
    ],
)
def test_a_heading_that_says_when_is_a_limit(heading, date):
    found = limit_of_heading(heading, 2024)
    assert (found.date if found else None) == date


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("设置公开专区，三季度完成。", dt.date(2024, 9, 30)),
        ("设置公开专区，力争第三季度完成。", dt.date(2024, 9, 30)),
        ("上半年完成改版，下半年开展评估。", dt.date(2024, 12, 31)),
        ("6月30日完成数据迁移。", dt.date(2024, 6, 30)),
        ("三季度完成情况在网站公布。", None),
        ("每季度通报，四季度开展评估。", None),
        ("公布上半年预算执行结果。", None),
    ],
)
def test_a_sentence_that_says_when_it_is_done(sentence, date):
    found = only_deadline(sentence, 2024)
    assert (found.date if found else None) == date


def test_the_last_date_of_a_cell_governs():
    deadline = deadline_of_cell("2021年2月公布预算,2021年8月公布决算", 2021)
    assert deadline.date == dt.date(2021, 8, 31)


@pytest.mark.parametrize(
    ("title", "content", "kind"),
    [
        ("开展开放日活动", "年内至少举办1次开放日活动。", "year_end"),
        ("建立规范性文件库", "2022年底前，摸清底数，建立规范性文件库。", "year_end"),
        ("强化组织保障", "主要负责同志年内至少听取1次汇报。", None),
        ("提升业务能力", "每月培训。年底前总结。", None),
        ("推进决策公开", "10个工作日内反馈决策公开意见。", None),
    ],
)
def test_a_deadline_in_running_text_counts_where_it_governs_the_title(
    title, content, kind
):
    deadline = governing_deadline(title, content, 2022)
    assert (deadline.kind if deadline else None) == kind

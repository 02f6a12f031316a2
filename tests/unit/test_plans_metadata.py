"""What a plan says about itself: title, agency, region, year, numbers, dates."""

import datetime as dt

import pytest

from govopen_analytics.plans.deadlines import read_date
from govopen_analytics.plans.divisions import _divisions, locate_agency
from govopen_analytics.plans.draft import Draft
from govopen_analytics.plans.metadata import agency_in_title, read_metadata
from govopen_analytics.plans.plan_or_not import judge, subject_of
from govopen_analytics.plans.titles import is_plan_title


@pytest.mark.parametrize(
    ("agency", "level", "province", "city"),
    [
        ("安徽省民政厅", "province", "安徽省", None),
        ("济宁市民政局", "city", "山东省", "济宁市"),
        ("上海市民政局", "province", "上海市", None),
        ("怀远县医疗保障局", "county", "安徽省", "蚌埠市"),
        ("厦门市集美区人民政府办公室", "county", "福建省", "厦门市"),
        ("重庆市梁平区人民政府办公室", "county", "重庆市", None),
        ("国家税务总局上海市税务局", "province", "上海市", None),
        ("生态环境部", "national", None, None),
        ("国务院办公厅", "national", None, None),
        ("某县档案局", "county", None, None),
        ("某某市水务局", "city", None, None),
        ("某县某某镇人民政府", "town", None, None),
        ("朝阳区教育局", "county", None, None),
        ("河北桥西区民政局", "county", "河北省", None),  # two in one province
        ("海安市民政局", "county", "江苏省", "南通市"),  # a county until 2018
        ("海安县民政局", "county", "江苏省", "南通市"),
        ("莱芜市钢城区民政局", "county", "山东省", "莱芜市"),  # until 2019
        ("钢城区民政局", "county", "山东省", "济南市"),
        ("五大连池市民政局", "county", "黑龙江省", "黑河市"),  # holds 大连
        ("鞍山道街道办事处", "town", None, None),  # a street, not the city
        ("青州湾市教育局", "city", None, None),  # no city of that name is known
        ("浙江湖州市教育局", "city", "浙江省", "湖州市"),
        ("济源市民政局", "county", "河南省", "济源市"),  # no prefecture above it
        ("广西民政厅", "province", "广西壮族自治区", None),
    ],
)
def test_locate_agency(agency, level, province, city):
    region = locate_agency(agency)
    assert (region.level, region.province, region.city) == (level, province, city)


def test_the_table_of_divisions_is_whole():
    divisions = _divisions()
    current = [division for division in divisions if division.status == "current"]
    assert {division.status for division in divisions} == {"current", "former"}
    assert all(len(division.code) == 6 for division in divisions)
    assert len({division.code for division in current}) == len(current)
    provinces = {d.code[:2] for d in current if d.code.endswith("0000")}
    assert len(provinces) == 34
    assert {division.code[:2] for division in divisions} == provinces


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("某市2023年政务公开工作要点", True),
        ("2022年某市民政局政务公开工作要点任务分解表", True),
        ("某县政府信息公开实施方案", True),
        ("关于印发2023年政务公开工作要点的通知", False),
        ("一、推进政务公开重点工作", False),
        ("附件:2021年政务公开任务分解表", False),
        ("《2021年政务公开工作要点》已经同意。", False),
        ("2023年某市经济工作要点", True),
        ("制定2023年经济工作要点", False),
        ("根据某市2023年政务公开工作要点", False),
    ],
)
def test_is_plan_title(line, expected):
    assert is_plan_title(line) is expected


@pytest.mark.parametrize(
    ("title", "agency"),
    [
        ("省民政厅2023年政务公开重点任务台账", "省民政厅"),
        ("2024年济宁市民政局政务公开工作要点", "济宁市民政局"),
        ("某市医疗保障局贯彻落实2022年政务公开工作要点分工方案", "某市医疗保障局"),
        ("某县供销合作社2023年政务公开工作任务清单", "某县供销合作社"),
        ("2023年政务公开工作要点", None),
    ],
)
def test_agency_in_title(title, agency):
    assert agency_in_title(title) == agency


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2022年8月22日", dt.date(2022, 8, 22)),
        ("发布日期：2024-07-26", dt.date(2024, 7, 26)),
        ("2020.6.10", dt.date(2020, 6, 10)),
        ("二〇二一年三月十六日", dt.date(2021, 3, 16)),
        ("2022年2月30日", None),
        ("2022年", None),
    ],
)
def test_read_date(text, date):
    assert read_date(text) == date


HEAD = """索 引 号 | 1137080/2024-02054 | 公开方式 | 主动公开 |
文号：某政办〔2024〕7号 成文日期：2024-05-06
某某市人民政府办公室
2024年5月7日
某某市2024年政务公开工作要点
"""


def test_labels_are_read_and_marked():
    found = read_metadata(HEAD, len(HEAD), {}, "某某市2024年政务公开工作要点")
    assert found.index_number == "1137080/2024-02054"
    assert found.doc_number == "某政办〔2024〕7号"
    assert found.issued_date == dt.date(2024, 5, 6)
    assert found.year == 2024
    assert found.level == "city"
    assert {"agency", "year", "level", "title"} <= set(found.inferred)


def test_the_name_of_a_sheet_is_the_title_where_there_is_no_other():
    found = read_metadata("", 0, {"sheets": "云汀海关2025年政务公开要点任务分工"})
    assert (found.title, found.year) == ("云汀海关2025年政务公开要点任务分工", 2025)
    assert found.agency == "云汀海关"


@pytest.mark.parametrize(
    ("head", "number"),
    [
        ("某政发〔2023〕12号\n某市要点", "某政发〔2023〕12号"),
        ("关于印发要点的通知-某民办发〔2022〕4号\n", "某民办发〔2022〕4号"),
        ("根据《通知》（国办发〔2022〕8号）要求\n", None),
    ],
)
def test_only_the_documents_own_number_counts(head, number):
    assert read_metadata(head, len(head), {}).doc_number == number


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("某局2022年政府信息公开工作年度报告", "", "annual report"),
        ("《某市2021年政务公开工作要点》政策解读", "", "interpretation"),
        ("某局政府信息公开保密审查制度", "政务公开", "work rules"),
        ("某局主动公开基本目录", "政务公开", "catalogue"),
        ("某市2024年度政务公开工作总结", "政务公开", "summary"),
        ("2022年政务公开工作考评方案", "政务公开", "assessment scheme"),
        ("某市经济工作", "经济平稳增长。", "no list of obligations"),
        ("某局2022年政务公开工作要点", "政务公开", None),
        ("某局2022年政务公开考核任务分解表", "政务公开", None),
    ],
)
def test_a_title_alone_tells_the_kind(title, text, kind):
    assert judge(title, [], [], False, text, []).kind == kind


def test_the_score_is_the_sum_of_the_evidence_found():
    task = Draft({"content": [(0, 6)], "ordinal": [(0, 1)]}, lead=["办公室"])
    judgement = judge("某局2024年工作要点", [], [], True, "公开部门预算", [task] * 2)
    weights = {one.evidence.name: one.evidence.weight for one in judgement.found}
    assert judgement.score == sum(weights.values()) == 21
    assert weights["tasks name who is responsible"] == 3
    assert judgement.is_plan


@pytest.mark.parametrize(
    ("title", "texts", "subject"),
    [
        ("某局2024年政务公开工作要点", [], "open_government"),
        ("某局2024年政府网站管理方案", [], "open_government"),
        ("某局2024年安全生产工作要点", ["排查隐患", "公开信息"], "open_government"),
        ("某局2024年安全生产工作要点", ["排查隐患"] * 2 + ["公开信息"], "other"),
        ("某局2024年公开招聘工作方案", ["报名", "考试"], "other"),
        (None, ["公开预算", "开展培训", "更新栏目"], "open_government"),
    ],
)
def test_subject(title, texts, subject):
    assert subject_of(title, texts) == subject

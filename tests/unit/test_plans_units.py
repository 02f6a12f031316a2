"""Responsibility: who leads and who supports."""

import pytest

from govopen_analytics.plans.units import (
    looks_like_units,
    parse_responsibility,
    split_units,
)


@pytest.mark.parametrize(
    ("raw", "units"),
    [
        ("办公室\n法规处", ["办公室", "法规处"]),
        ("法规处、\n办公室、传媒中心", ["法规处", "办公室", "传媒中心"]),
        ("社会事务处(儿童福利处)、养老处等", ["社会事务处(儿童福利处)", "养老处"]),
        ("各县（市、区）政府，市直各部门", ["各县（市、区）政府", "市直各部门"]),
        ("其他股室及属下单位", ["其他股室", "属下单位"]),
        ("政策和法规处", ["政策和法规处"]),
        ("/", []),
    ],
)
def test_split_units(raw, units):
    assert split_units(raw) == units


@pytest.mark.parametrize(
    ("raw", "lead", "support"),
    [
        ("办公室牵头，各处室配合", ["办公室"], ["各处室"]),
        ("办公室牵头，各处室、直属单位分别落实", ["办公室"], ["各处室", "直属单位"]),
        ("救助处、养老处分别落实", ["救助处", "养老处"], []),
        ("办公室牵头", ["办公室"], []),
        ("甲局牵头，乙局配合；丙局牵头，丁局配合", ["甲局", "丙局"], ["乙局", "丁局"]),
        ("办公室会各科室落实", ["办公室"], ["各科室"]),
        ("研究室会同相关处室", ["研究室"], ["相关处室"]),
        ("办公厅会司法厅、财政厅牵头", ["办公厅", "司法厅", "财政厅"], []),
        ("由办公室统筹，各处室按职责分工负责", ["办公室"], ["各处室"]),
        ("防控办主办、各工作组协办", ["防控办"], ["各工作组"]),
        ("责任单位：财政局、民政局", ["财政局", "民政局"], []),
        ("牵头单位：办公室；配合单位：各科室", ["办公室"], ["各科室"]),
        ("牵头单位：法制部门；责任单位：各警种", ["法制部门"], ["各警种"]),
    ],
)
def test_parse_responsibility(raw, lead, support):
    found = parse_responsibility(raw, 2022)
    assert (list(found.lead), list(found.support)) == (lead, support)


def test_a_deadline_among_the_units_is_read():
    found = parse_responsibility(
        "牵头单位：甲局,责任单位：乙局,完成时限：6月底前", 2022
    )
    assert found.lead == ("甲局",)
    assert found.support == ("乙局",)
    assert found.deadline.date.month == 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("办公室、政策法规科", True),
        ("人民银行中心支行、银监分局分别牵头落实", True),
        ("市直有关部门;各镇(街)", True),
        ("推进公共数据开放", False),
        ("做好热点问题回复", False),
        ("补贴信息公开到村", False),
        ("年底前", False),
        ("公开预算。办公室", False),
    ],
)
def test_looks_like_units(text, expected):
    assert looks_like_units(text) is expected

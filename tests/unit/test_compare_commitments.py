import numpy as np
import pandas as pd
import pytest

from govopen_analytics.measures import (
    completion,
    deadlines_by_month,
    task_proportions,
    unit_load,
    verifiability,
)
from govopen_analytics.measures.proportions import jeffreys_interval

DOCUMENTS = pd.DataFrame({"document_id": ["p"], "agency": ["甲"], "year": [2024]})


def tasks(rows):
    """Return tasks of one plan from dicts; what is not given is empty."""
    blank = {
        "document_id": "p",
        "text": "做好公开工作",
        "lead_units": [],
        "support_units": [],
        "deadline_kind": None,
        "deadline_date": None,
        "progress": None,
    }
    return pd.DataFrame([{"task_id": str(k), **blank, **r} for k, r in enumerate(rows)])


def due(kind, date=None):
    return {"deadline_kind": kind, "deadline_date": date}


LOAD = tasks(
    [
        {"lead_units": ["办公室"], "support_units": ["各处室"], **due("year_end")},
        {"lead_units": ["办公室", "宣传处"], **due("ongoing")},
        {"lead_units": np.array(["宣传处"], dtype=object), "support_units": ["办公室"]},
        {},
    ]
)


def test_unit_load():
    load = unit_load(LOAD, DOCUMENTS).set_index("unit_name")
    assert load["n_lead"].to_dict() == {"办公室": 2, "宣传处": 2, "各处室": 0}
    assert load.loc["办公室", ["n_support", "n_due", "n_tasks"]].tolist() == [1, 1, 3]
    assert load["is_collective"].to_dict() == {
        "办公室": False,
        "宣传处": False,
        "各处室": True,
    }
    assert load.loc["办公室", "lead_share"] == pytest.approx(2 / 3)


def test_brackets_of_either_width_name_one_unit():
    rows = [{"lead_units": ["甲处(儿童)"]}, {"lead_units": ["甲处（儿童）"]}]
    load = unit_load(tasks(rows), DOCUMENTS).set_index("unit_name")
    assert load["n_lead"].to_dict() == {"甲处（儿童）": 2}


def test_no_units_give_no_rows():
    assert unit_load(tasks([{}]), DOCUMENTS).empty


DUE = [
    pytest.param(due("month_end", "2024-06-30"), "06", id="month"),
    pytest.param(due("date", "2024-02-20"), "02", id="date"),
    pytest.param(due("year_end", "2024-12-31"), "12", id="year end"),
    pytest.param(due("whole_year", "2024-12-31"), "whole_year", id="whole year"),
    pytest.param(due("ongoing"), "ongoing", id="ongoing"),
    pytest.param(due("month_end", "2025-01-31"), "other_year", id="next year"),
    pytest.param({}, "none", id="none"),
]


@pytest.mark.parametrize(("row", "expected"), DUE)
def test_deadlines_by_month(row, expected):
    months = deadlines_by_month(tasks([row, {}]), DOCUMENTS)
    counts = months.set_index("due")["n_due"]
    assert len(counts) == 16
    assert counts.sum() == 2
    assert counts[expected] == (2 if expected == "none" else 1)


def test_deadlines_of_one_unit():
    months = deadlines_by_month(LOAD, DOCUMENTS, unit_name="宣传处")
    assert months["n_tasks"].unique().tolist() == [2]


VERIFIABLE = [
    ("修订《网站内容管理办法》", True),
    ("编制重大行政决策事项目录，向社会公布", True),
    ("举办政府开放日活动不少于2场", True),
    ("在门户网站开设养老服务专栏。", True),
    ("按时发布政府信息公开工作年度报告", True),
    ("公开目录建设工作有序推进", False),
    ("提高答复质量和效率", False),
    ("新闻发布会、专家访谈、短视频", False),
    ("落实局主要领导责任", False),
]


@pytest.mark.parametrize(("text", "expected"), VERIFIABLE)
def test_named_outputs(text, expected):
    row = verifiability(tasks([{"text": text}])).iloc[0]
    assert bool(row["has_named_output"]) is expected
    assert isinstance(row["named_output"], str) is expected


@pytest.mark.parametrize(
    ("row", "n_elements"),
    [
        ({}, 0),
        ({"lead_units": ["办公室"], **due("ongoing")}, 1),
        ({"lead_units": ["办公室"], **due("year_end", "2024-12-31")}, 2),
        ({"text": "举办培训不少于2次", "lead_units": ["办公室"], **due("date")}, 4),
    ],
)
def test_elements_of_a_verifiable_commitment(row, n_elements):
    assert verifiability(tasks([row]))["n_elements"].item() == n_elements


COMPLETIONS = [
    ("该项任务已全部完成。", "completed"),
    ("全省村（社区）实现全覆盖", "completed"),
    ("基本完成年度目标", "substantial"),
    ("召开了新闻发布会，修订了条例", "substantial"),
    ("网站进入试运行阶段", "limited"),
    ("在厅网站建立公开专栏", "limited"),
    ("方案已印发，平台正在建设", "limited"),
    ("因机构改革，尚未启动", "not_started"),
    ("", "no_evidence"),
    (None, "no_evidence"),
]


@pytest.mark.parametrize(("progress", "expected"), COMPLETIONS)
def test_completion(progress, expected):
    row = completion(tasks([{"progress": progress}])).iloc[0]
    assert row["completion"] == expected
    assert bool(row["has_progress"]) is bool(progress)


def test_proportions_of_groups():
    flags = pd.DataFrame(
        {"task_id": [str(k) for k in range(4)], "has_it": [True, False, True, True]}
    )
    rows = task_proportions(LOAD, DOCUMENTS, flags)
    assert rows[["flag", "n_tasks", "n_true", "share"]].to_numpy().tolist() == [
        ["has_it", 4, 3, 0.75]
    ]
    assert task_proportions(LOAD, DOCUMENTS, flags, by=[])["share"].item() == 0.75


@pytest.mark.parametrize(
    ("successes", "n", "lower", "upper"),
    [
        (0, 10, 0.0, 0.217),
        (10, 10, 0.783, 1.0),
        (5, 10, 0.224, 0.776),
        (0, 0, 0.0, 1.0),
    ],
)
def test_jeffreys_interval(successes, n, lower, upper):
    found = jeffreys_interval(np.array([successes]), np.array([n]))
    assert [float(bound[0]) for bound in found] == pytest.approx(
        [lower, upper], abs=0.001
    )

from inspect import signature

import numpy as np
import pandas as pd
import pytest

from govopen_analytics import measures
from govopen_analytics.base.tables import Tables
from govopen_analytics.measures import (
    completion,
    deadlines_by_month,
    dominant_plans,
    task_proportions,
    unit_load,
    verifiability,
)
from govopen_analytics.measures.intervals import jeffreys_interval

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


def of(tasks, documents=DOCUMENTS):
    return Tables.of({"tasks": tasks, "documents": documents})


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
    load = unit_load(of(LOAD)).set_index("unit_name")
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
    load = unit_load(of(tasks(rows))).set_index("unit_name")
    assert load["n_lead"].to_dict() == {"甲处（儿童）": 2}


def test_an_agency_without_a_name_is_counted_too():
    plans = DOCUMENTS.assign(agency=pd.array([None], dtype="string"))
    named = DOCUMENTS.assign(agency=pd.array(["甲"], dtype="string"))
    for measure in (unit_load, deadlines_by_month):
        rows, expected = measure(of(LOAD, plans)), measure(of(LOAD, named))
        assert len(rows) > 0 and rows["agency"].isna().all()
        unnamed = [frame.drop(columns="agency") for frame in (rows, expected)]
        pd.testing.assert_frame_equal(*unnamed)


def test_every_level_is_95_percent_by_default():
    levels = {
        name: signature(getattr(measures, name)).parameters["interval"].default
        for name in measures.__all__
        if "interval" in signature(getattr(measures, name)).parameters
    }
    assert set(levels.values()) == {0.95} and len(levels) > 12


def test_no_units_give_no_rows():
    assert unit_load(of(tasks([{}]))).empty


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
    months = deadlines_by_month(of(tasks([row, {}])))
    counts = months.set_index("due")["n_due"]
    assert len(counts) == 16
    assert counts.sum() == 2
    assert counts[expected] == (2 if expected == "none" else 1)


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
    # text of the task, its report, the point, words that decided
    ("做好公开", "该项任务已全部完成。", "no_evidence", "已全部完成"),
    ("做好公开", "已全部完成，共办理32件", "completed", "已全部完成 … 32件"),
    ("做好公开", "已于6月如期完成", "completed", "如期完成 … 6月"),
    ("做好公开", "已按时完成，材料已印发", "completed", "已按时完成 … 已印发"),
    ("做好公开", "村务公开实现全覆盖", "no_evidence", "全覆盖"),
    ("做好公开", "基本完成年度目标", "substantial", "基本完成"),
    ("召开新闻发布会", "召开了新闻发布会", "completed", "召开了 … 新闻发布会"),
    ("做好公开", "召开了新闻发布会，修订了条例", "no_evidence", "召开了"),
    ("做好公开", "修订了《村务公开条例》", "limited", "修订了 … 《村务公开条例》"),
    (
        "修订《村务公开条例》",
        "修订了《村务公开条例》",
        "completed",
        "修订了 … 《村务公开条例》",
    ),
    ("做好公开", "制定了《某局2023年政务公开工作要点》", "no_evidence", None),
    ("做好公开", "印发工作方案，已部署", "no_evidence", "已"),
    ("做好公开", "网站进入试运行阶段", "limited", "试运行"),
    ("做好公开", "方案已印发6份，平台正在建设", "limited", "正在建设"),
    ("做好公开", "因机构改革，尚未启动", "not_started", "尚未启动"),
    ("做好公开", "加强了领导", "no_evidence", None),
    ("做好公开", "", "no_evidence", None),
    ("做好公开", None, "no_evidence", None),
]


@pytest.mark.parametrize(("text", "progress", "expected", "evidence"), COMPLETIONS)
def test_completion(text, progress, expected, evidence):
    row = completion(tasks([{"text": text, "progress": progress}])).iloc[0]
    assert row["completion"] == expected
    assert (None if pd.isna(row["evidence"]) else row["evidence"]) == evidence
    assert row["n_signs"] == (0 if evidence is None else evidence.count("…") + 1)
    assert bool(row["has_progress"]) is bool(progress)


ELEMENTS = "has_named_output has_quantity has_lead_unit has_deadline n_elements"
POINTS = "has_progress completion completion_rank evidence n_signs"
COLUMNS = [
    (verifiability, f"{ELEMENTS} named_output has_generic_lead"),
    (completion, POINTS),
]


@pytest.mark.parametrize(("measure", "columns"), COLUMNS, ids=["elements", "points"])
def test_columns_of_what_is_judged(measure, columns):
    assert list(measure(LOAD)) == ["task_id", "document_id", *columns.split()]


LEADS = [
    (["办公室"], True, False),
    (["各处室"], False, True),
    (["相关处室", "厅机关各处室"], False, True),
    (["各处室", "办公室"], True, False),
    (["局机关相关业务处室"], False, True),
    (["直属单位"], False, True),
    (["社会组织管理局"], True, False),
    ([], False, False),
]


@pytest.mark.parametrize(("units", "is_named", "is_generic"), LEADS, ids=str)
def test_generic_leads_are_counted_apart(units, is_named, is_generic):
    row = verifiability(tasks([{"lead_units": units}])).iloc[0]
    assert bool(row["has_lead_unit"]) is is_named
    assert bool(row["has_generic_lead"]) is is_generic


def test_a_plan_that_makes_up_most_of_a_total_is_named():
    plans = ["p"] * 10 + ["q"] * 20
    rows = pd.DataFrame({"task_id": range(30), "document_id": plans})
    documents = pd.DataFrame(
        {"document_id": ["p", "q"], "agency": ["甲", "乙"], "year": 2024}
    )
    flags = pd.DataFrame(
        {
            "task_id": range(30),
            "mostly_p": [True] * 8 + [False] * 17 + [True] * 5,
            "as_all_tasks": [True] * 30,
            "few": [True] * 4 + [False] * 26,
        }
    )
    row = dominant_plans(of(rows, documents), flags)
    assert row.to_numpy().tolist() == [
        ["mostly_p", 13, "p", "甲", 2024, 8, 8 / 13, 1 / 3]
    ]
    alone = dominant_plans(of(rows[:10], documents), flags[:10])
    assert alone.empty
    assert dominant_plans(of(rows[:0], documents), flags[:0]).empty


def test_proportions_of_groups():
    flags = pd.DataFrame(
        {"task_id": [str(k) for k in range(4)], "has_it": [True, False, True, True]}
    )
    rows = task_proportions(of(LOAD), flags)
    assert rows[["flag", "n_tasks", "n_true", "share"]].to_numpy().tolist() == [
        ["has_it", 4, 3, 0.75]
    ]
    shares = ["share", "share_lower", "share_upper"]
    assert list(rows) == ["agency", "flag", "n_tasks", "n_true", *shares]
    assert task_proportions(of(LOAD), flags, by=[])["share"].item() == 0.75
    assert task_proportions(of(LOAD[:0]), flags, by=[]).empty


def test_no_flag_moves_the_interval_of_another():
    documents = pd.DataFrame({"document_id": list("pqr"), "agency": "甲", "year": 2024})
    rows = pd.DataFrame(
        {"task_id": range(30), "document_id": ["p"] * 5 + ["q"] * 10 + ["r"] * 15}
    )
    flags = pd.DataFrame({"task_id": range(30), "a": [True, False] * 15})
    alone = task_proportions(of(rows, documents), flags)
    flags["b"] = [True] * 15 + [False] * 15
    both = task_proportions(of(rows, documents), flags).query("flag == 'a'")
    pd.testing.assert_frame_equal(alone, both.reset_index(drop=True))
    b = task_proportions(of(rows, documents), flags).query("flag == 'b'").iloc[0]
    # Plans all of b or none of it: far wider than fifteen of thirty tasks.
    assert b["share_upper"] - b["share_lower"] > 0.8 > 0.4
    a = alone.iloc[0]
    assert a["share_upper"] - a["share_lower"] == pytest.approx(0.35, abs=0.02)


@pytest.mark.parametrize(
    ("successes", "n", "lower", "upper"),
    [
        (0, 10, 0.0, 0.259),
        (10, 10, 0.741, 1.0),
        (5, 10, 0.224, 0.776),
        (0, 0, 0.0, 1.0),
    ],
)
def test_jeffreys_interval(successes, n, lower, upper):
    found = jeffreys_interval(np.array([successes]), np.array([n]))
    assert [float(bound[0]) for bound in found] == pytest.approx(
        [lower, upper], abs=0.001
    )
